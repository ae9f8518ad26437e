"""The web application at size: `python -m bench.web [--people 1000,100000] [--list /people/]`.

Fills a data folder of each size, starts the server, and drives it over HTTP with 8 clients. Every
figure stands beside a bare page of the same server in the same run. With DATABASE_URL (such as
through scripts/with_postgres.sh) on PostgreSQL, else on SQLite.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

CLIENTS = 8
BARE = "/calendar/"
EVENTS_PER_PERSON = 10
FRAMEWORK = Path(__file__).parent.parent / "tests" / "web" / "framework.yaml"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
MARKS = "<!-- web: begin -->", "<!-- web: end -->"
_CSRF = "c" * 32

SERVER = """
import json, signal, sys, time
from pathlib import Path
from sojourn.web import serve
home, where = Path(sys.argv[1]), Path(sys.argv[2])
serve.prepare(home)
from sojourn.web.audit import middleware
from sojourn.web import wsgi
taken, whole, flush, inner = [], [], middleware.flush, wsgi.application
def timed(request):
    began = time.perf_counter()
    flush(request)
    taken.append(time.perf_counter() - began)
middleware.flush = timed
def application(environ, start):
    began = time.perf_counter()
    try:
        return inner(environ, start)
    finally:
        whole.append(time.perf_counter() - began)
wsgi.application = application
def told(*_):
    where.write_text(json.dumps([sum(taken), sum(whole)]))
    taken.clear(); whole.clear()
signal.signal(signal.SIGUSR1, told)
serve._run("127.0.0.1", 0)
"""
"""The server as it is, timing how long the audit of reads takes of each request."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", default="1000,100000")
    parser.add_argument("--requests", type=int, default=240, help="of each kind")
    parser.add_argument("--list", default="/people/", help="the address of the list")
    parser.add_argument("--kept", type=Path, help="a folder that keeps what is filled (SQLite)")
    parser.add_argument("--no-page", action="store_true", help="print only")
    options = parser.parse_args()
    sizes = [int(each) for each in options.people.split(",")]
    runs = {size: measure(size, options) for size in sizes}
    text = render(runs, f"--people {options.people} --requests {options.requests}")
    print(text)
    if not options.no_page:
        keep(text)


def measure(people: int, options: argparse.Namespace) -> dict[str, Any]:
    """The latencies of each kind and scope, in milliseconds, with one folder filled anew, or with
    the one that was kept."""
    requests, listed = options.requests, options.list
    with tempfile.TemporaryDirectory(prefix="sojourn-bench-") as folder:
        home = Path(options.kept or folder) / f"{people}"
        (home / "frameworks").mkdir(parents=True, exist_ok=True)
        (home / "frameworks" / "small.yaml").write_bytes(FRAMEWORK.read_bytes())
        environment = {**os.environ, "SOJOURN_FRAMEWORK": "small"}
        if url := environment.get("DATABASE_URL"):
            environment["DATABASE_URL"] = _new_database(url)
        began = time.monotonic()
        fill = [sys.executable, "-m", "bench.filling", str(home), str(people)]
        filled = subprocess.run(
            [*fill, str(people * EVENTS_PER_PERSON)],
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        seconds = time.monotonic() - began
        print(f"{people:,} people filled in {seconds:.0f} s", file=sys.stderr, flush=True)
        scopes = json.loads(filled.stdout.splitlines()[-1])
        times = Path(folder) / "times.json"
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(home), str(times)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            address = next(line for line in server.stdout or () if "http://" in line)
            port = int(address.split("localhost:")[1].split("/")[0])
            found = _drive(port, scopes, requests, listed)
            return {
                "kinds": found,
                "audit": _audit(server, times, port, scopes, listed),
                "fill": seconds,
            }
        finally:
            server.terminate()
            server.wait()


def _new_database(url: str) -> str:
    import psycopg

    name = f"bench_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


Call = Callable[[int], tuple[str, str, bytes | None]]


def _calls(about: dict[str, Any], listed: str) -> dict[str, Call]:
    """What each kind of request asks for, by its number."""

    def form(**fields: str) -> bytes:
        return urlencode({"csrfmiddlewaretoken": _CSRF, **fields}).encode()

    def one(name: str, n: int) -> str:
        return str(about[name][n % len(about[name])])

    return {
        "bare page": lambda _n: ("GET", BARE, None),
        "list": lambda _n: ("GET", listed, None),
        "search by number": lambda n: ("POST", "/people/search/", form(q=one("numbers", n))),
        "search by phone": lambda n: ("POST", "/people/search/", form(q=one("phones", n))),
        "open a person": lambda n: ("GET", f"/people/{one('people', n)}/", None),
        "save an assessment": lambda n: (
            "POST",
            f"/openrosa/{one('tokens', n)}/submission",
            _xml(),
        ),
    }


def _drive(
    port: int, scopes: dict[str, Any], requests: int, listed: str
) -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = {}
    for scope, about in scopes.items():
        if not about["people"]:
            continue
        for kind, call in _calls(about, listed).items():
            _load(port, about["session"], call, 2 * CLIENTS)
            taken = _load(port, about["session"], call, requests)
            found.setdefault(kind, {})[scope] = taken
    return found


def _load(port: int, session: str, call: Call, requests: int) -> list[float]:
    """Latencies with 8 clients, each asking again as soon as it was answered."""
    numbers = count()

    def client(_number: int) -> list[float]:
        taken = []
        connection = HTTPConnection("127.0.0.1", port, timeout=120)
        while (n := next(numbers)) < requests:
            taken.append(_ask(connection, session, *call(n)))
        connection.close()
        return taken

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sorted(each for part in pool.map(client, range(CLIENTS)) for each in part)


def _ask(
    connection: HTTPConnection, session: str, method: str, path: str, body: bytes | None
) -> float:
    headers = {"Cookie": f"sessionid={session}; csrftoken={_CSRF}"}
    if body is not None:
        is_form = body.startswith(b"csrf")
        headers["Content-Type"] = (
            "application/x-www-form-urlencoded" if is_form else "multipart/form-data; boundary=edge"
        )
    began = time.perf_counter()
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    response.read()
    taken = 1000 * (time.perf_counter() - began)
    if response.status not in (200, 201):
        raise SystemExit(f"{method} {path.split('/')[1]} answered {response.status}")
    return taken


def _xml() -> bytes:
    xml = (
        '<data id="small" version="1" xmlns:orx="http://openrosa.org/xforms"><stage>transit</stage>'
        "<sleeps_safely>no</sleeps_safely><orx:meta>"
        f"<orx:instanceID>uuid:{uuid.uuid4()}</orx:instanceID></orx:meta></data>"
    )
    head = (
        '--edge\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="a"\r\n\r\n'
    )
    return f"{head}{xml}\r\n--edge--\r\n".encode()


def _audit(
    server: subprocess.Popen[str], times: Path, port: int, scopes: dict[str, Any], listed: str
) -> dict[str, float]:
    """The part of a page's time that its audit takes, one request at a time."""
    parts = {}
    about = scopes["branches"]
    for kind in ("list", "open a person"):
        call = _calls(about, listed)[kind]
        for requests in (10, 60):
            times.unlink(missing_ok=True)
            connection = HTTPConnection("127.0.0.1", port, timeout=120)
            for n in range(requests):
                _ask(connection, about["session"], *call(n))
            connection.close()
            server.send_signal(signal.SIGUSR1)
            _ask(HTTPConnection("127.0.0.1", port), about["session"], "GET", BARE, None)
            while not times.exists() or not times.read_text():
                time.sleep(0.05)
            taken, whole = json.loads(times.read_text())
        parts[kind] = taken / whole
    return parts


def _at(taken: list[float], part: float) -> float:
    return statistics.quantiles(taken, n=100, method="inclusive")[round(100 * part) - 1]


def render(runs: dict[int, dict[str, Any]], how: str) -> str:
    """The part of the page that is about the web application."""
    database = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
    head = (
        "page",
        "people",
        "worst scope",
        "p50 (ms)",
        "p95 (ms)",
        "p99 (ms)",
        "p95 / bare",
        "growth",
    )
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    first = runs[min(runs)]["kinds"]
    for kind in first:
        for size, run in runs.items():
            scope, taken = max(run["kinds"][kind].items(), key=lambda item: _at(item[1], 0.95))
            bare = run["kinds"]["bare page"][scope]
            small = first[kind].get(scope, taken)
            grown = f"{_at(taken, 0.5) / _at(small, 0.5):.2f}" if run["kinds"] is not first else ""
            figures = [f"{_at(taken, part):.0f}" for part in (0.5, 0.95, 0.99)]
            ratio = f"{_at(taken, 0.95) / _at(bare, 0.95):.1f}"
            row = (kind, f"{size:,}", scope, *figures, ratio, grown)
            lines.append(f"| {' | '.join(row)} |")
    largest = runs[max(runs)]
    audit = ", ".join(f"{kind} {100 * part:.0f} %" for kind, part in largest["audit"].items())
    return (
        f"### On {database}\n\n"
        f"`python -m bench.web {how}` on {os.cpu_count()} processors, {CLIENTS} clients.\n\n"
        + "\n".join(lines)
        + f"\n\nThe audit of reads takes of a page (one at a time): {audit}. "
        f"Filling took {largest['fill']:.0f} s.\n"
    )


def keep(text: str) -> None:
    """Puts the part into the page, in place of the one of the same database."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = MARKS
    if begin not in page:
        page = f"{page.rstrip()}\n\n{ABOUT}\n{begin}\n{end}\n"
    before, rest = page.split(begin)
    kept, after = rest.split(end)
    title = text.splitlines()[0]
    others = [
        f"### {part.strip()}\n"
        for part in kept.split("### ")
        if part.strip() and f"### {part.splitlines()[0]}" != title
    ]
    parts = "\n".join(sorted([text, *others]))
    PAGE.write_text(f"{before}{begin}\n\n{parts}\n{end}{after}", encoding="utf-8")


def kept(page: Path) -> str:
    """What this wrote into the page, for whoever writes the rest of it anew."""
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    title = ABOUT.splitlines()[0]
    return f"\n{text[text.index(title) :]}" if title in text else ""


ABOUT = """## The web application at size

Ten organisations, 500 users with mixed scopes, half as many cases as people, ten events of the
audit for each person. Identities are sealed and every person has a key, as in life; assessments
are made for the files that are measured alone. The scope shown is the one that was slowest. The
**bare page** is the page that shows this month: it is signed in like the others and reads nothing
about anybody. **Growth** compares the medians of the same scope with those of the smallest size.
"""


if __name__ == "__main__":
    main()
