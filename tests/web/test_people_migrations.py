"""Files from before there were several documents stay findable by their document."""

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
    from django.db import connection
    call_command("migrate", "people", "0002", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO accounts_organisation (id, name, code) VALUES ('a', 'A', 'a')")
        cursor.execute(
            "INSERT INTO people_person (id, organisation_id, number, language, registered_at) "
            "VALUES ('00000000000000000000000000000001', 'a', 'A-1', '', '2024-01-01')"
        )
        cursor.execute(
            "INSERT INTO people_identity "
            "(person_id, names, phone, document, birth_date, about, document_index) "
            "VALUES ('00000000000000000000000000000001', '', '', '', '', '', X'0102030405060708')"
        )
    call_command("migrate", "people", "0003", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id, field, value FROM people_mark")
        for person, field, value in cursor.fetchall():
            print(person[-1], field, bytes(value).hex())
"""


def test_the_token_of_a_document_moves_and_needs_no_key(tmp_path: Path) -> None:
    code = textwrap.dedent(UPGRADE)
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.stdout.split() == ["1", "document", "0102030405060708"], done.stderr
