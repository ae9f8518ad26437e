"""Starting for the first time, again, and when something is wrong."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from http.client import HTTPConnection
from pathlib import Path

import pytest

PREPARE = """
    import sys
    from pathlib import Path
    from sojourn.web.serve import prepare
    prepare(Path(sys.argv[1]))
"""


def _run(code: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SOJOURN_")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code), str(home)],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after a first start."""
    folder = tmp_path_factory.mktemp("home") / "var"
    done = _run(PREPARE, folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def var(home: Path, tmp_path: Path) -> Path:
    """A copy of it: most tests are not about a first start, which makes all tables."""
    return Path(shutil.copytree(home, tmp_path / "var"))


@pytest.fixture(scope="module")
def left(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a server left that was killed after Bilal had looked at Amina's file."""
    folder = Path(shutil.copytree(home, tmp_path_factory.mktemp("left") / "var"))
    died = _run(LOOK_AND_DIE, folder)
    assert died.returncode == -signal.SIGKILL, died.stderr
    return folder


@pytest.fixture
def killed(left: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(left, tmp_path / "var"))


def test_what_is_kept_only_its_owner_can_read(home: Path) -> None:
    for path in (home, *home.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name
    assert {"secret.key", "master.key", "sojourn.sqlite3"} <= {p.name for p in home.iterdir()}


def test_a_second_start_keeps_the_secrets(home: Path) -> None:
    before = [(home / name).read_bytes() for name in ("secret.key", "master.key")]
    assert _run(PREPARE, home).returncode == 0
    assert [(home / name).read_bytes() for name in ("secret.key", "master.key")] == before


LOOK_AND_DIE = """
    import os, signal, sys
    from pathlib import Path
    from sojourn.web.serve import prepare
    prepare(Path(sys.argv[1]))
    from django.conf import settings
    settings.ALLOWED_HOSTS.append("testserver")
    from django.test import Client
    from sojourn.web.accounts.access import SYSTEM, principal_for
    from sojourn.web.accounts import actions
    from sojourn.web.accounts.roles import Role
    from sojourn.web.cases.actions import open_files
    from sojourn.web.people.actions import Newcomer
    from sojourn.web.people.rules import IdentityData, Names
    place = actions.add_organisation(name="Harbour", code="HA", by=SYSTEM)
    bilal = actions.add_user(
        username="bilal", name="Bilal", password="x" * 12, organisation=place, by=SYSTEM
    )
    actions.grant(holder=bilal, role=Role.CASE_WORKER, organisation=place, by=SYSTEM)
    amina = Newcomer(IdentityData(Names("Amina Secretname"), "+999000111222"))
    (case,) = open_files(organisation=place, newcomers=[amina], by=principal_for(bilal))
    from allauth.mfa.models import Authenticator
    Authenticator.objects.bulk_create([Authenticator(user=bilal, type="totp", data={})])
    client = Client()
    client.force_login(bilal)
    assert b"Secretname" in client.get(f"/people/{case.person_id}/").content
    os.kill(os.getpid(), signal.SIGKILL)
"""
CHECK = """
    import sys
    from pathlib import Path
    from sojourn.web.serve import prepare
    prepare(Path(sys.argv[1]))
    from sojourn.web.audit.models import Event
    from sojourn.web.audit.queries import verify
    last = Event.objects.latest("seq")
    print(last.verb, last.object_type, verify().intact)
"""


def test_a_look_is_kept_when_the_process_is_killed_and_no_file_holds_the_name(
    killed: Path,
) -> None:
    for path in filter(Path.is_file, killed.rglob("*")):  # the write-ahead log is still there
        assert b"Secretname" not in path.read_bytes(), path.name
        assert b"999000111222" not in path.read_bytes(), path.name
    assert _run(CHECK, killed).stdout.split() == ["read", "people.person", "True"]


def test_a_lost_master_key_is_said_plainly(killed: Path) -> None:
    (killed / "master.key").unlink()
    failed = _run(PREPARE, killed)
    assert "StartError: The master key is missing" in failed.stderr
    assert not (killed / "master.key").exists()


def test_a_wrong_master_key_is_said_plainly(killed: Path) -> None:
    (killed / "master.key").write_text("c2hvcnQ=")
    assert "StartError: The master key is not 32 bytes" in _run(PREPARE, killed).stderr


def test_a_folder_that_cannot_be_used_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    failed = _run(PREPARE, tmp_path / "file" / "var")
    assert "StartError: The folder" in failed.stderr


def test_a_wrong_database_address_is_refused(tmp_path: Path) -> None:
    failed = _run(PREPARE, tmp_path / "var", DATABASE_URL="mysql://x")
    assert "DATABASE_URL must begin with postgresql://" in failed.stderr


def test_behind_an_https_proxy_on_this_machine_pages_open(var: Path) -> None:
    command = [sys.executable, "-m", "sojourn", "serve", "--port", "0"]
    environment = {**os.environ, "SOJOURN_ORIGIN": "https://sojourn.example.org"}
    with subprocess.Popen(
        [*command, "--home", str(var)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            address = next(line for line in server.stdout or () if "http://" in line)
            port = int(address.split("localhost:")[1].split("/")[0])
            assert _status(port, {"X-Forwarded-Proto": "https"}) == 200
            assert _status(port, {}) == 301
        finally:
            server.terminate()


def _status(port: int, headers: dict[str, str]) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/account/login/", headers={"Host": "sojourn.example.org", **headers})
    status = connection.getresponse().status
    connection.close()
    return status


OWN = """
    import sys
    from pathlib import Path
    from sojourn.web import serve
    serve._run = lambda host, port: print("runs")
    try:
        serve.serve("127.0.0.1", 0, demo=False, home=Path(sys.argv[1]), framework=sys.argv[2])
    except serve.StartError as error:
        sys.exit(str(error))
"""
FRAMEWORK = Path(__file__).with_name("framework.yaml").read_text(encoding="utf-8")


def _start(home: Path, files: dict[str, str], framework: str) -> subprocess.CompletedProcess[str]:
    folder = home / "frameworks"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    code = textwrap.dedent(OWN).replace("sys.argv[2]", repr(framework))
    return _run(code, home)


def test_an_own_framework_is_read_from_its_folder_and_chosen_by_its_id(var: Path) -> None:
    done = _start(var, {"mine.yaml": FRAMEWORK, "~$mine.xlsx": "open"}, "small")
    assert done.returncode == 0, done.stderr
    assert "The framework small 1 was read" in done.stdout
    assert done.stdout.endswith("runs\n")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "There is no framework small, neither in the catalogue nor in"),
        ({"mine.yaml": "survey: 3"}, "mine.yaml cannot be used"),
        ({"mine.yaml": FRAMEWORK.replace("form_id: small", "form_id: domv")}, "same id as a frame"),
        ({"mine.yaml": FRAMEWORK, "twice.yaml": FRAMEWORK}, "same id as mine.yaml: small"),
    ],
    ids=["missing", "broken", "as in the catalogue", "twice"],
)
def test_a_framework_that_cannot_be_used_stops_the_start_with_a_remedy(
    var: Path, files: dict[str, str], said: str
) -> None:
    done = _start(var, files, "small")
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


REAL_AND_DEMO = """
    import sys
    from pathlib import Path
    from sojourn.web import serve
    serve._run = lambda host, port: print("runs")
    serve.prepare(Path(sys.argv[1]))
    from sojourn.web.accounts.access import SYSTEM
    from sojourn.web.accounts.actions import add_organisation
    add_organisation(name="Harbour", code="HA", by=SYSTEM)
    try:
        serve.serve("127.0.0.1", 0, demo=True, home=Path(sys.argv[1]))
    except serve.StartError as error:
        sys.exit(str(error))
"""


def test_a_folder_with_real_organisations_does_not_start_as_a_demonstration(var: Path) -> None:
    """A demonstration asks nobody for a second factor."""
    done = _run(REAL_AND_DEMO, var)
    assert done.returncode == 1
    assert "This folder holds real organisations" in done.stderr
    assert "runs" not in done.stdout
