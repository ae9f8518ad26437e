"""Closures from before they named where the work goes on stay, and stay as they are."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

UPGRADE = """
    import sys
    from pathlib import Path
    from sojourn.web.serve import set_up
    set_up(Path(sys.argv[1]))
    from django.core.management import call_command
    from django.db import DatabaseError, connection, transaction

    def try_to(change):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("UPDATE cases_episode SET " + change)
        except DatabaseError:
            return "refused"
        return "changed"

    call_command("migrate", "cases", "0007", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO accounts_organisation (id, name, code) VALUES ('a', 'A', 'a')")
        cursor.execute(
            "INSERT INTO people_person (id, organisation_id, number, language, registered_at) "
            "VALUES ('00000000000000000000000000000001', 'a', 'A-1', '', '2024-01-01')"
        )
        cursor.execute(
            "INSERT INTO cases_case (id, person_id, organisation_id, state, phase, episode, "
            "row_version, opened_at, urgent_factors, is_urgent, stage, is_patched, approval_waits)"
            " VALUES ('00000000000000000000000000000002', '00000000000000000000000000000001', 'a',"
            " 'closed', '', 1, 1, '2024-01-01', '[]', 0, '', 0, 0)"
        )
        cursor.execute(
            "INSERT INTO cases_episode (case_id, organisation_id, number, opened_at, "
            "opened_because, closed_at, closed_because, outcome, feedback) VALUES "
            "('00000000000000000000000000000002', 'a', 1, '2024-01-01', '', '2024-02-01', "
            "'duplicate', 'same', 'answered')"
        )
    print(try_to("outcome = 'worse'"))
    call_command("migrate", "cases", "0008", verbosity=0)
    print(try_to("outcome = 'worse'"), try_to("moved_to = X'01'"))
    call_command("migrate", "cases", "0007", verbosity=0)
    print(try_to("outcome = 'worse'"))
"""


def test_an_old_closure_is_kept_on_the_way_there_and_back(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(UPGRADE), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.stdout.split() == ["refused"] * 4, done.stderr
