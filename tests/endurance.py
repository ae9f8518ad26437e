"""Nothing that was acknowledged is lost: `python -m tests.endurance --writes 2000 --kills 8`.

A real server is sent writes of every kind by a few clients, killed with SIGKILL at random moments,
and started again. Then what it holds is compared with what it acknowledged. Runs on the embedded
database, or on the PostgreSQL that DATABASE_URL names, in a database of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Lock, Thread
from urllib.parse import urlencode, urlsplit, urlunsplit

from tests.endurance_scripts import LOOK, SETUP

FRAMEWORK = Path(__file__).parent / "web" / "framework.yaml"
CLIENTS = 4
_CSRF = "c" * 32


class LostError(AssertionError):
    """What a server acknowledged and does not hold, or holds by half."""


@dataclass
class Installation:
    """A data folder, the database that belongs to it, and at most one server at work."""

    folder: Path
    environment: Mapping[str, str]
    server: subprocess.Popen[str] | None = None
    port: int = 0

    @property
    def home(self) -> Path:
        return self.folder / "var"

    def script(self, code: str, *arguments: str) -> str:
        """Runs a script in a process of its own."""
        command = [sys.executable, "-c", textwrap.dedent(code), str(self.home), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment)
        if done.returncode:
            raise LostError(done.stderr[-3000:])
        return done.stdout

    def made(self, code: str, *arguments: str) -> object:
        """What a script prints last, after its word."""
        return json.loads(self.script(code, *arguments).splitlines()[-1].split(" ", 1)[1])

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        command = [sys.executable, "-m", "sojourn", "serve", "--port", "0", "--framework", "small"]
        with (self.folder / "server.log").open("a") as log:
            self.server = subprocess.Popen(
                [*command, "--home", str(self.home)],
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        address = next((line for line in self.server.stdout or () if "http://" in line), "")
        if not address:
            raise LostError(
                "The server did not start: " + (self.folder / "server.log").read_text()[-2000:]
            )
        self.port = int(address.split("localhost:")[1].split("/")[0])

    def kill(self) -> None:
        """As when the power goes, as far as one process can tell."""
        if self.server is not None:
            self.server.send_signal(signal.SIGKILL)
            self.server.wait()
            if self.server.stdout is not None:
                self.server.stdout.close()
            self.server = None


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """An empty one, and no process left of it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SOJOURN_")}
    with _database(kept.get("DATABASE_URL", "")) as address:
        environment = {**kept, **({"DATABASE_URL": address} if address else {})}
        there = Installation(folder, {**environment, "SOJOURN_FRAMEWORK": "small"})
        own = there.home / "frameworks"
        own.mkdir(parents=True)
        (own / "small.yaml").write_bytes(FRAMEWORK.read_bytes())
        try:
            yield there
        finally:
            there.kill()


@contextmanager
def _database(url: str) -> Iterator[str]:
    if not url:
        yield ""
        return
    import psycopg

    name = f"endurance_{uuid.uuid4().hex[:12]}"
    parts = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            database.execute(f"DROP DATABASE {name} WITH (FORCE)")


@dataclass(frozen=True)
class Answer:
    status: int
    body: str


@dataclass
class Client:
    """Somebody at work with one file: sends a write, and knows whether it was acknowledged."""

    about: Mapping[str, str]
    port: Callable[[], int]

    def send(self, kind: str, token: str) -> Answer:
        """OSError or HTTPException where there was no answer."""
        path, fields, parts = getattr(self, f"_{kind}")(token)
        if parts is None:
            body, form = urlencode(fields, doseq=True).encode(), "application/x-www-form-urlencoded"
        else:
            body, form = _multipart(fields, parts)
        connection = HTTPConnection("127.0.0.1", self.port(), timeout=60)
        try:
            connection.request("POST", path, body, {"Content-Type": form, "Cookie": self._cookies})
            response = connection.getresponse()
            return Answer(response.status, response.read().decode(errors="replace"))
        finally:
            connection.close()

    @property
    def _cookies(self) -> str:
        return f"sessionid={self.about['session']}; csrftoken={_CSRF}"

    def _person(self, token: str) -> tuple[str, dict[str, object], None]:
        fields = {"own": token, "organisation": self.about["organisation"], "language": "ar"}
        return "/people/new/", {**fields, **_FORM}, None

    def _note(self, token: str) -> tuple[str, dict[str, object], None]:
        fields = {"text": token, "data_class": "case_work"}
        return f"/cases/{self.about['case']}/notes/new/", {**fields, **_FORM}, None

    def _file(self, token: str) -> tuple[str, dict[str, object], dict[str, bytes]]:
        path, fields, _none = self._note(token)
        content = b"%PDF-1.7\n" + os.urandom(20_000) + token.encode()
        return path, fields, {'file"; filename="a.pdf': content}

    def _consent(self, token: str) -> tuple[str, dict[str, object], None]:
        return (
            f"/people/{self.about['person']}/consents/new/",
            {**_CONSENT, "evidence": token},
            None,
        )

    def _item(self, token: str) -> tuple[str, dict[str, object], None]:
        fields = {
            "need": "nowhere_safe",
            "goal": token,
            "horizon": "immediate",
            "due": date.today().isoformat(),  # noqa: DTZ011 - any day of now
            "owner": self.about["user"],
            "owner_organisation": self.about["organisation"],
        }
        return f"/cases/{self.about['case']}/plan/items/new/", {**fields, **_FORM}, None

    def _answers(self, token: str) -> tuple[str, dict[str, object], dict[str, bytes]]:
        xml = (
            '<data id="small" version="1" xmlns:orx="http://openrosa.org/xforms">'
            "<stage>transit</stage><sleeps_safely>no</sleeps_safely><orx:meta>"
            f"<orx:instanceID>uuid:{token}</orx:instanceID></orx:meta></data>"
        )
        part = {'xml_submission_file"; filename="form.xml': xml.encode()}
        return f"/openrosa/{self.about['token']}/submission", {}, part


_FORM: dict[str, object] = {"csrfmiddlewaretoken": _CSRF}
_CONSENT: dict[str, object] = {
    **_FORM,
    "purposes": ["assessment"],
    "data_classes": ["identity"],
    "recipients": ["own"],
    "notice_language": "ar",
    "explained": "read_aloud",
    "understood": "yes",
    "given_by": "self",
    "method": "spoken",
    "answer": "given",
}
KINDS = ("person", "note", "file", "consent", "item", "answers")
ACKNOWLEDGED = (201, 302)


def _multipart(fields: Mapping[str, object], parts: Mapping[str, bytes]) -> tuple[bytes, str]:
    edge = uuid.uuid4().hex
    named = {name: str(value).encode() for name, value in fields.items()} | dict(parts)
    body = b"".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + value
        + b"\r\n"
        for name, value in named.items()
    )
    return body + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"


@dataclass
class Round:
    """What was sent by all clients together."""

    wanted: int
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    unanswered: int = 0
    refused: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)
    is_done: Event = field(default_factory=Event)

    @property
    def count(self) -> int:
        return sum(map(len, self.acknowledged.values()))

    def work(self, client: Client, seed: int) -> None:
        """Sends until enough is acknowledged, whatever happens to the server."""
        chance = random.Random(seed)
        while not self.is_done.is_set():
            kind, token = chance.choice(KINDS), str(uuid.UUID(int=chance.getrandbits(128)))
            try:
                answer = client.send(kind, token)
            except (OSError, HTTPException):
                with self.lock:
                    self.unanswered += 1
                time.sleep(0.05)
                continue
            with self.lock:
                if answer.status in ACKNOWLEDGED:
                    self.acknowledged.setdefault(kind, []).append(token)
                else:
                    self.refused.append(f"{kind}: {answer.status}")
                if self.count >= self.wanted or len(self.refused) > 20:
                    self.is_done.set()


def endure(there: Installation, *, writes: int, kills: int, seed: int) -> Round:
    """Sends `writes`, with `kills` in between, and looks at what is left. Raises LostError."""
    chance = random.Random(seed)
    about = there.made(SETUP, str(CLIENTS))
    assert isinstance(about, list)
    moments = sorted(chance.sample(range(writes // 20, writes), kills))
    there.start()
    sent = Round(writes)
    threads = [
        Thread(target=sent.work, args=(Client(each, lambda: there.port), seed + number))
        for number, each in enumerate(about)
    ]
    for thread in threads:
        thread.start()
    try:
        for moment in moments:
            while sent.count < moment and not sent.is_done.is_set():
                time.sleep(chance.uniform(0.0005, 0.005))
            there.kill()
            there.start()
    finally:
        if there.server is None:
            sent.is_done.set()
        for thread in threads:
            thread.join()
    there.kill()  # the last of it, too, is killed and not ended
    if sent.refused:
        raise LostError(f"Refused, first {sent.refused[0]}, {len(sent.refused)} in all")
    compare(there, sent.acknowledged)
    return sent


def fill(
    there: Installation,
    *,
    full: Callable[[], AbstractContextManager[object]],
    writes: int,
    seed: int,
) -> list[Answer]:
    """Writes before, while and after the disk takes no more. Answers what was said while it was
    full. Raises LostError."""
    chance = random.Random(seed)
    about = there.made(SETUP, str(CLIENTS))
    assert isinstance(about, list)
    there.start()
    clients = [Client(each, lambda: there.port) for each in about]
    acknowledged: dict[str, list[str]] = {}

    def some(count: int) -> list[Answer]:
        answers = []
        for number in range(count):
            kind, token = KINDS[number % len(KINDS)], str(uuid.UUID(int=chance.getrandbits(128)))
            answers.append(clients[number % CLIENTS].send(kind, token))
            if answers[-1].status in ACKNOWLEDGED:
                acknowledged.setdefault(kind, []).append(token)
        return answers

    before = some(writes)
    with full():
        said = some(writes)
    after = some(writes)
    bad = [each.status for each in (*before, *after) if each.status not in ACKNOWLEDGED]
    if bad:
        raise LostError(f"Refused with space on the disk: {bad}")
    there.kill()
    compare(there, acknowledged)
    return said


@contextmanager
def no_file_grows(there: Installation) -> Iterator[None]:
    """The server's process may write to no file, as on a full disk (SQLite writes in it)."""
    assert there.server is not None
    limit = resource.RLIMIT_FSIZE
    _soft, hard = resource.prlimit(there.server.pid, limit)
    resource.prlimit(there.server.pid, limit, (1, hard))
    try:
        yield
    finally:
        resource.prlimit(there.server.pid, limit, (hard, hard))


@contextmanager
def ballast(folder: Path) -> Iterator[None]:
    """Takes the last space of a small file system."""
    path = folder / "ballast"
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    try:
        yield
    finally:
        path.unlink()


def compare(there: Installation, acknowledged: Mapping[str, Sequence[str]]) -> None:
    """Everything acknowledged is there once, whole, and nothing is left over. Raises LostError."""
    looked = there.made(LOOK)
    assert isinstance(looked, dict)
    for kind, tokens in acknowledged.items():
        held = Counter(looked["found"].get(kind, ()))
        missing = [token for token in tokens if held[token] != 1]
        if missing:
            raise LostError(f"{len(missing)} of {len(tokens)} acknowledged: {kind}")
    if looked["half"] or looked["problems"] or not looked["intact"]:
        raise LostError(f"{looked['half'][:5]} {looked['problems']} intact: {looked['intact']}")
    left = {path.name for path in there.home.rglob("*") if path.is_file()} - _FILES
    if left:
        raise LostError(f"Files nobody knows: {sorted(left)}")


def fill_small_disk(disk: Path, seed: int) -> None:
    """Fills a file system on which the database lies, and prints what came of it."""
    url = os.environ.get("DATABASE_URL", "")
    with (
        tempfile.TemporaryDirectory(dir=None if url else disk) as name,
        _lying_on(disk, url),
        installation(Path(name)) as there,
    ):
        said = fill(there, full=lambda: ballast(disk), writes=24, seed=seed)
    status = Counter(each.status for each in said)
    if set(status) - {507, *ACKNOWLEDGED} or not status[507]:
        raise LostError(f"Answers on a full disk: {dict(status)}")
    kind = "PostgreSQL" if url else "SQLite"
    print(f"{kind} on a full disk: {status[507]} of {len(said)} writes were told so;")
    print(
        "the others are kept, nothing is half there, and work went on when there was space again."
    )


@contextmanager
def _lying_on(disk: Path, url: str) -> Iterator[None]:
    """New databases of that server lie on the disk; its log of changes stays where it is."""
    if not url:
        yield
        return
    import psycopg

    place = disk / "pg"
    place.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(place, "postgres", "postgres")
    owner = urlunsplit(urlsplit(url)._replace(netloc="owner@"))
    with psycopg.connect(owner, autocommit=True) as database:
        database.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        database.execute("GRANT CREATE ON TABLESPACE small TO sojourn")
        database.execute("ALTER ROLE sojourn SET default_tablespace = 'small'")
        yield
        database.execute("ALTER ROLE sojourn RESET default_tablespace")
        database.execute("DROP TABLESPACE small")


_FILES = {
    "secret.key",
    "master.key",
    "small.yaml",
    "sojourn.sqlite3",
    "sojourn.sqlite3-wal",
    "sojourn.sqlite3-shm",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writes", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument(
        "--small-disk",
        type=Path,
        help="instead, fill this small file system (such as a tmpfs); on PostgreSQL it holds the "
        "database, which the role 'owner' of scripts/with_postgres.sh puts there",
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    if options.small_disk:
        fill_small_disk(options.small_disk, options.seed)
        return
    kind = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
    print(
        f"{kind}: {options.writes} writes, {options.kills} kills, --seed {options.seed}", flush=True
    )
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="sojourn-endure-") as folder,
        installation(Path(folder)) as there,
    ):
        sent = endure(there, writes=options.writes, kills=options.kills, seed=options.seed)
    kinds = ", ".join(f"{kind} {len(tokens)}" for kind, tokens in sorted(sent.acknowledged.items()))
    print(f"All {sent.count} acknowledged writes are there, each once and whole ({kinds}).")
    print(
        f"{sent.unanswered} had no answer. The audit is intact. {time.monotonic() - started:.0f} s."
    )


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()
