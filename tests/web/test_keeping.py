"""Backup, restore, checks, new keys and signed checkpoints, as whoever runs a server uses them."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

START = """
    import sys
    from pathlib import Path
    from sojourn.web.serve import prepare
    prepare(Path(sys.argv[1]))
    from sojourn.web.accounts.access import SYSTEM, principal_for
    from sojourn.web.accounts import actions
    from sojourn.web.accounts.roles import Role
    from sojourn.web.accounts.models import Organisation
    from sojourn.web.cases.actions import open_files
    from sojourn.web.people.actions import Newcomer, erase
    from sojourn.web.people.models import Person
    from sojourn.web.people.rules import IdentityData, Names
"""
FILL = """
    place = actions.add_organisation(name="Harbour", code="HA", by=SYSTEM)
    user = actions.add_user(
        username="bilal", name="Bilal", password="x" * 12, organisation=place, by=SYSTEM
    )
    actions.grant(holder=user, role=Role.CASE_WORKER, organisation=place, by=SYSTEM)
    amina = Newcomer(IdentityData(Names("Amina Secretname"), "+999000111222"))
    open_files(organisation=place, newcomers=[amina], by=principal_for(user))
"""
ERASE = """
    erase(person=Person.objects.get(), by=SYSTEM, reason="asked_by_person")
"""
NAMES = """
    from sojourn.web.people import identities
    for person in Person.objects.select_related("identity"):
        found = identities.open_many([person])[person.pk]
        print("NAME:", found.names.own if hasattr(found.names, "own") else found.names)
"""


@dataclass(frozen=True)
class Done:
    code: int
    said: str


@dataclass(frozen=True)
class Server:
    """A data folder with Amina's file in it, and the commands to look after it."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "var"

    def script(self, *parts: str, home: Path | None = None) -> str:
        code = "\n".join(textwrap.dedent(part) for part in (START, *parts))
        command = [sys.executable, "-c", code, str(home or self.home)]
        environment = self.environment((home or self.home).name)
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, *arguments: str) -> Done:
        command = [sys.executable, "-m", "sojourn", *arguments]
        at = arguments.index("--home") + 1 if "--home" in arguments else 0
        environment = self.environment(arguments[at] if at else "var")
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, env=environment
        )
        return Done(done.returncode, done.stdout + done.stderr)

    def key(self) -> str:
        made = self.run("keys", "new-backup-key", "-o", "backup.key")
        assert made.code == 0, made.said
        return made.said.strip()

    def backup(self, name: str = "backup.age") -> Path:
        done = self.run("backup", "-o", name, "--to", self.key())
        assert done.code == 0, done.said
        return self.folder / name

    def restore(self, *options: str) -> Done:
        return self.run("restore", "backup.age", "--key", "backup.key", "--home", "again", *options)

    def environment(self, home: str = "var") -> dict[str, str]:
        """On PostgreSQL each data folder has a database of its own."""
        left_out = ("SOJOURN_MASTER_KEY", "SOJOURN_HOME", "DATABASE_URL")
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        return {**kept, "DATABASE_URL": _address(f"{self.name}_{home}")} if POSTGRESQL else kept

    @property
    def name(self) -> str:
        return "keeping_" + hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]

    def do(self, *statements: str) -> None:
        """Statements as the owner of the database could make them, past every trigger."""
        if not POSTGRESQL:
            with sqlite3.connect(self.home / "sojourn.sqlite3") as database:
                for verb in ("UPDATE", "DELETE"):
                    database.execute(f"DROP TRIGGER IF EXISTS audit_event_no_{verb}")
                    database.execute(f"DROP TRIGGER IF EXISTS audit_seen_no_{verb}")
                    database.execute(f"DROP TRIGGER IF EXISTS audit_checkpoint_no_{verb}")
                for statement in statements:
                    database.execute(statement)
            return
        with psycopg.connect(_address(f"{self.name}_var")) as found:
            found.execute("SET sojourn.system = 'forging'")
            for table in ("audit_event", "audit_seen", "audit_checkpoint"):
                found.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for statement in statements:
                found.execute(statement)


POSTGRESQL = os.environ.get("DATABASE_URL", "")


def _address(database: str) -> str:
    parts = urlsplit(POSTGRESQL)
    return urlunsplit(parts._replace(path=f"/{database}"))


def _databases(*statements: str) -> None:
    if POSTGRESQL:
        with psycopg.connect(_address("postgres"), autocommit=True) as database:
            for statement in statements:
                database.execute(statement)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("filled"))
    _databases(f"CREATE DATABASE {server.name}_var")
    server.script(FILL)
    (server.home / "frameworks" / "ours.yaml").write_text("survey: []\n")
    yield server
    _databases(f"DROP DATABASE {server.name}_var")


@pytest.fixture
def server(filled: Server, tmp_path: Path) -> Iterator[Server]:
    shutil.copytree(filled.home, tmp_path / "var")
    server = Server(tmp_path)
    _databases(
        f"CREATE DATABASE {server.name}_var TEMPLATE {filled.name}_var",
        f"CREATE DATABASE {server.name}_again",
    )
    yield server
    _databases(f"DROP DATABASE {server.name}_var", f"DROP DATABASE {server.name}_again")


# -- backup and restore


def test_what_was_backed_up_is_there_again_after_a_restore(server: Server) -> None:
    server.backup()
    done = server.restore()
    assert done.code == 0, done.said
    again = server.folder / "again"
    assert not (again / "master.key").exists()
    shutil.copy(server.home / "master.key", again)
    assert "Amina Secretname" in server.script(NAMES, home=again)
    assert (again / "frameworks" / "ours.yaml").read_text() == "survey: []\n"
    checked = server.run("check", "--home", "again")
    assert checked.code == 0, checked.said


def test_an_archive_holds_no_key_and_shows_nothing_without_the_secret_one(server: Server) -> None:
    archive = server.backup()
    assert b"Amina" not in archive.read_bytes()
    assert b"SQLite" not in archive.read_bytes()
    assert b"PGDMP" not in archive.read_bytes()
    import pyrage

    text = (server.folder / "backup.key").read_text().splitlines()[-1]
    plain = server.folder / "plain.tar.gz"
    with archive.open("rb") as sealed, plain.open("wb") as opened:
        pyrage.decrypt_io(sealed, opened, [pyrage.x25519.Identity.from_str(text)])
    with tarfile.open(plain) as tar:
        names = sorted(tar.getnames())
    copy = "sojourn.dump" if POSTGRESQL else "sojourn.sqlite3"
    assert names == ["frameworks/ours.yaml", "manifest.json", copy]


def test_without_its_master_key_a_restored_copy_does_not_start(server: Server) -> None:
    server.backup()
    server.restore()
    checked = server.run("check", "--home", "again")
    assert checked.code != 0
    assert "The master key is missing" in checked.said


def test_an_erasure_since_the_backup_is_repeated(server: Server) -> None:
    server.backup()
    server.script(ERASE)
    listed = server.home / "erased.txt"
    done = server.restore("--erased", str(listed))
    assert "Erased again: 1." in done.said
    shutil.copy(server.home / "master.key", server.folder / "again")
    assert "Amina" not in server.script(NAMES, home=server.folder / "again")
    assert "Amina" not in listed.read_text()


def test_a_restore_without_the_list_says_what_it_undoes(server: Server) -> None:
    server.backup()
    assert "Erasures made since then are undone by this" in server.restore().said


def test_nothing_is_restored_over_a_database(server: Server) -> None:
    server.backup()
    before = server.script(STOOD)
    done = server.run("restore", "backup.age", "--key", "backup.key")
    assert done.code == 2
    assert "There is a database in" in done.said
    assert server.script(STOOD) == before


@pytest.mark.parametrize("damage", ["cut", "changed", "other key", "no archive"])
def test_a_damaged_archive_restores_nothing(server: Server, damage: str) -> None:
    archive = server.backup()
    whole = bytearray(archive.read_bytes())
    if damage == "cut":
        archive.write_bytes(whole[: len(whole) // 2])
    elif damage == "changed":
        whole[len(whole) // 2] ^= 1
        archive.write_bytes(whole)
    elif damage == "other key":
        (server.folder / "backup.key").unlink()
        server.key()
    else:
        archive.write_bytes(b"not an archive")
    done = server.restore()
    assert done.code == 2
    assert "Traceback" not in done.said
    assert "backup.age" in done.said
    assert not [path for path in (server.folder / "again").rglob("*") if path.is_file()]


def test_an_archive_is_checked_without_restoring_it(server: Server) -> None:
    server.backup()
    done = server.run("check", "backup.age", "--key", "backup.key")
    assert done.code == 0
    assert "backup.age: whole" in done.said
    assert sorted(path.name for path in server.folder.iterdir()) == [
        "backup.age",
        "backup.key",
        "var",
    ]


def test_a_backup_never_replaces_a_file(server: Server) -> None:
    (server.folder / "backup.age").write_text("another")
    done = server.run("backup", "-o", "backup.age", "--to", server.key())
    assert done.code == 2
    assert (server.folder / "backup.age").read_text() == "another"


def test_a_wrong_public_key_leaves_no_file(server: Server) -> None:
    done = server.run("backup", "-o", "backup.age", "--to", "age1nonsense")
    assert done.code == 2
    assert "no public key of an archive" in done.said
    assert [path.name for path in server.folder.iterdir()] == ["var"]
    assert not list(server.home.glob(".backup-*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said_and_leaves_no_half_archive(server: Server) -> None:
    public = server.key()
    (server.folder / ".full.age.part").symlink_to("/dev/full")
    done = server.run("backup", "-o", "full.age", "--to", public)
    assert done.code == 2
    assert not (server.folder / "full.age").exists()


@pytest.mark.parametrize(
    "command",
    [
        ["backup", "-o", "backup.age", "--to", "age1x"],
        ["check"],
        ["keys", "rotate"],
        ["audit", "checkpoint", "-o", "kept.json"],
    ],
)
def test_a_folder_named_by_mistake_is_no_new_installation(
    server: Server, command: list[str]
) -> None:
    done = server.run(*command, "--home", "vra")
    assert done.code == 2
    assert "There is no database in vra" in done.said
    assert [path.name for path in server.folder.iterdir()] == ["var"]


# -- check


def test_a_sound_installation_passes_every_check(server: Server) -> None:
    done = server.run("check")
    assert done.code == 0
    assert [line.split()[:2] for line in done.said.splitlines()] == [
        ["database", "good"],
        ["files", "good"],
        ["identities", "good"],
        ["audit", "good"],
        *([["wall", "good"]] if POSTGRESQL else []),
    ]


def test_a_swapped_identity_is_found_and_not_shown(server: Server) -> None:
    server.do("UPDATE people_identity SET names = phone")
    done = server.run("check")
    assert done.code == 1
    assert "1 of 1 identities cannot be opened." in done.said
    assert "Amina" not in done.said


if not POSTGRESQL:  # PostgreSQL checks its own files

    def test_a_damaged_database_is_found(server: Server) -> None:
        path = server.home / "sojourn.sqlite3"
        content = bytearray(path.read_bytes())
        middle = len(content) // 2
        content[middle : middle + 40_000] = os.urandom(40_000)
        path.write_bytes(content)
        done = server.run("check")
        assert done.code != 0
        assert "Traceback" not in done.said


def test_a_wall_that_was_taken_down_is_named_and_up_again_at_the_next_start(server: Server) -> None:
    if not POSTGRESQL:
        assert "wall" not in server.run("check").said
        return
    looked = server.script(LOOK_AT_WALL)
    assert "wall The policy of notes_note was changed or switched off." in looked
    assert server.run("check").code == 0


def test_a_key_that_others_may_read_is_named(server: Server) -> None:
    (server.home / "master.key").chmod(0o644)
    done = server.run("check")
    assert done.code == 1
    assert "Others on this machine may read master.key" in done.said


# -- keys


def test_a_new_master_key_opens_everything_and_the_old_one_nothing(server: Server) -> None:
    old = (server.home / "master.key").read_text()
    done = server.run("keys", "rotate")
    assert done.code == 0, done.said
    assert (server.home / "master.key").read_text() != old
    assert "Amina Secretname" in server.script(NAMES)
    assert server.run("audit", "verify").code == 0
    (server.home / "master.key").write_text(old)
    assert server.run("check").code == 2


STOOD = """
    from sojourn.web.audit.models import Event
    print(Event.objects.values_list("seq", "row_hash").latest("seq"), Person.objects.count())
"""
LOOK_AT_WALL = """
    from django.db import connection
    from sojourn.web.keeping import checks
    connection.cursor().execute("ALTER TABLE notes_note DISABLE ROW LEVEL SECURITY")
    for finding in checks.look():
        print(finding.what, finding.problem)
"""
APP = """
    from allauth.mfa.totp.internal.auth import TOTP
    from sojourn.web.accounts.models import User
    TOTP.activate(User.objects.get(), "JBSWY3DPEHPK3PXP")
"""
SECRET = """
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator
    print(get_adapter().decrypt(Authenticator.objects.get().data["secret"]))
"""


def test_the_apps_of_colleagues_go_on_with_a_new_master_key(server: Server) -> None:
    server.script(APP)
    assert server.run("keys", "rotate").code == 0
    assert server.script(SECRET).strip() == "JBSWY3DPEHPK3PXP"


@pytest.mark.parametrize("committed", [True, False])
def test_a_change_of_keys_that_was_interrupted_is_ended_at_the_next_start(
    server: Server, committed: bool
) -> None:
    old = (server.home / "master.key").read_text()
    if committed:
        server.run("keys", "rotate")
        (server.home / "master.key").rename(server.home / "master.key.new")
        (server.home / "master.key").write_text(old)
    else:
        (server.home / "master.key.new").write_text("c" * 43 + "=")
    assert "Amina Secretname" in server.script(NAMES)
    assert not (server.home / "master.key.new").exists()


# -- checkpoints


def test_the_audit_is_checked_from_the_command_line(server: Server) -> None:
    assert "There is no database in" in server.run("audit", "verify", "--home", "other").said
    assert not (server.folder / "other").exists()
    good = server.run("audit", "verify")
    assert (good.code, "events fit together" in good.said) == (0, True)
    server.do("UPDATE audit_event SET actor_name = 'Somebody' WHERE seq = 3")
    bad = server.run("audit", "verify")
    assert bad.code == 1
    assert "Event 3 does not fit" in bad.said


RECOMPUTE = """
    from sojourn.web.audit import chain
    from sojourn.web.audit.models import Event
    previous = chain.GENESIS
    for row in Event.objects.order_by("seq").values():
        row["prev_hash"] = previous
        previous = chain.row_hash(row)
        Event.objects.filter(seq=row["seq"]).update(prev_hash=row["prev_hash"], row_hash=previous)
"""


@pytest.mark.parametrize("attack", ["written anew", "cut off"])
def test_a_kept_checkpoint_shows_what_the_chain_alone_does_not(server: Server, attack: str) -> None:
    assert server.run("audit", "checkpoint", "-o", "kept.json").code == 0
    server.do("DELETE FROM audit_checkpoint")
    if attack == "cut off":
        server.do(
            "DELETE FROM audit_seen WHERE event_id > 3",
            "DELETE FROM audit_event WHERE seq > 3",
        )
    else:
        server.do("UPDATE audit_event SET actor_name = 'Somebody' WHERE seq = 3")
        server.script(RECOMPUTE)
    assert server.run("audit", "verify").code == 0  # the chain fits in itself
    found = server.run("audit", "verify", "--kept", "kept.json")
    assert found.code == 1
    assert "is not what was signed" in found.said


def test_a_checkpoint_that_somebody_changed_is_not_believed(server: Server) -> None:
    server.run("audit", "checkpoint", "-o", "kept.json")
    kept = server.folder / "kept.json"
    assert server.run("audit", "verify", "--kept", "kept.json").code == 0
    kept.write_text(kept.read_text().replace('"row_hash": "', '"row_hash": "0'))
    assert server.run("audit", "verify", "--kept", "kept.json").code == 1
    kept.write_bytes(b"\xff\xfe")
    assert "no checkpoint" in server.run("audit", "verify", "--kept", "kept.json").said
    kept.write_text("[]")
    refused = server.run("audit", "verify", "--kept", "kept.json")
    assert refused.code == 2
    assert "no checkpoint" in refused.said
