"""`sojourn account`: from an empty folder to an administrator, and what the operator can mend."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from sojourn.cli.account import ROLES
from sojourn.web.accounts.roles import Role

ACCEPT = """
    import sys
    from pathlib import Path
    from sojourn.web.serve import prepare
    prepare(Path(sys.argv[1]))
    from sojourn.web.accounts.invitations import Newcomer, accept
    token = sys.argv[2].rstrip("/").rsplit("/", 1)[1]
    accept(token=token, newcomer=Newcomer(sys.argv[3], "Nadia", "Orange Muschel Regen Zelt"))
"""
GIVE_APP = """
    import sys
    from pathlib import Path
    from sojourn.web.serve import prepare
    prepare(Path(sys.argv[1]))
    from allauth.mfa.models import Authenticator
    from sojourn.web.accounts.models import User
    user = User.objects.get(username=sys.argv[2])
    Authenticator.objects.create(user=user, type="totp", data={})
"""


def sojourn(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run("-m", "sojourn", "account", *words, "--home", str(home))


def run(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SOJOURN_")}
    return subprocess.run(
        [sys.executable, *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def code(text: str, *words: str) -> None:
    done = run("-c", textwrap.dedent(text), *words)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new installation with one organisation, for all tests: starting takes its time."""
    folder = tmp_path_factory.mktemp("account") / "var"
    done = sojourn(folder, "create-organisation", "Harbour", "--code", "HS")
    assert done.returncode == 0, done.stderr
    assert "Harbour was made" in done.stdout
    return folder


def test_from_an_empty_folder_to_an_administrator_and_what_the_operator_mends(home: Path) -> None:
    link = sojourn(home, "invite", "--to", "HS", "--address", "https://x.example/").stdout.strip()
    assert link.startswith("https://x.example/account/invitation/")
    code(ACCEPT, str(home), link, "nadia")
    assert sojourn(home, "list").stdout == "nadia\tNadia\tHS\tadministrator\tno\topen\n"
    refused = sojourn(home, "deactivate", "nadia")
    assert refused.returncode == 2
    assert "last administrator of Harbour" in refused.stderr
    link = sojourn(home, "invite", "--to", "HS", "--role", "case_worker").stdout.strip()
    code(ACCEPT, str(home), link, "bilal")
    code(GIVE_APP, str(home), "bilal")
    assert "bilal\tNadia\tHS\tcase_worker\tyes\topen" in sojourn(home, "list").stdout
    for command in ("reset-second-factor", "unlock", "deactivate"):
        assert sojourn(home, command, "bilal").returncode == 0
    assert "bilal\tNadia\tHS\tcase_worker\tno\tclosed" in sojourn(home, "list").stdout
    assert sojourn(home, "reactivate", "bilal").returncode == 0
    assert "bilal\tNadia\tHS\tcase_worker\tno\topen" in sojourn(home, "list").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create-organisation", "Harbour", "--code", "HX"), "name:"),
        (("create-organisation", "Other", "--code", "not a code"), "code:"),
        (("create-organisation", "Other", "--code", "OT", "--parent", "XX"), "There are: HS"),
        (("invite", "--to", "XX"), "no organisation with the code XX"),
        (("invite", "--to", "HS", "--role", "king"), "king"),
        (("invite", "--to", "HS", "--days", "400"), "400"),
        (("unlock", "nobody"), "no account with this user name"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    words: tuple[str, ...], said: str, home: Path
) -> None:
    done = sojourn(home, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = sojourn(tmp_path / "file" / "var", "list")
    assert done.returncode == 2
    assert "cannot be used" in done.stderr


def test_the_roles_are_those_of_the_application() -> None:
    assert tuple(Role.values) == ROLES
