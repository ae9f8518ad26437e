"""Each tool: how it is called, and what it found. None of them asks another machine."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET  # a report that was written here
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.attack.visitor import NotRunError, Visitor

ROOT = Path(__file__).resolve().parents[2]
RULES = Path(__file__).with_name("rules.yaml")
ROLES = ("bilal", "sami", "dana", "emil")
"""Whose sessions the pages are attacked with: case worker, supervisor, administrator, overseer."""

CRAWLERS = ("sami", "dana")
"""As whom wapiti works, which takes its time: who may do most with files, and with accounts."""

MODULES = (
    "cookieflags,crlf,csp,csrf,exec,file,http_headers,methods,permanentxss,redirect,sql,upload,xss"
)
"""Of wapiti. Left out are those that need a listener on the internet (ssrf, xxe, log4shell) and
those that look for other programs."""
NOWHERE = "http://127.0.0.1:9/"


@dataclass(frozen=True)
class Finding:
    """What one tool thinks is wrong: which rule or check, and in which file or at which address."""

    tool: str
    what: str
    where: str
    text: str = ""


@dataclass
class Run:
    """What one tool did. `size` is files or requests."""

    tool: str
    against: str
    size: str = ""
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    not_run: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Around:
    """Where tools lie, where they write, and how long they may take."""

    binaries: Path
    folder: Path
    seconds: int

    def call(
        self,
        program: str | Path,
        *arguments: object,
        right: Sequence[int] = (0,),
        more: Mapping[str, str] | None = None,
        within: float = 0,
    ) -> str:
        """Runs a tool with a home of its own, and writes what it said beside its report."""
        path = program if isinstance(program, Path) else self.binaries / program
        if not path.exists():
            raise NotRunError(f"{path.name} is not installed in {self.binaries}")
        own = {k: v for k, v in os.environ.items() if not k.startswith(("SOJOURN_", "PYTHON"))}
        environment = {
            **own,
            "HOME": str(self.folder),
            "PATH": f"{self.binaries}:{own.get('PATH', '')}",
            "SEMGREP_SEND_METRICS": "off",
            "SEMGREP_LOG_FILE": str(self.folder / "semgrep.log"),
            "SEMGREP_SETTINGS_FILE": str(self.folder / "semgrep.yml"),
            **(more or {}),
        }
        said = self.folder / f"{path.name}.out"
        with said.open("a", encoding="utf-8") as out:
            try:
                done = subprocess.run(  # noqa: S603 - the tools' own names, no shell
                    [str(path), *map(str, arguments)],
                    env=environment,
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    timeout=within or self.seconds * 2 + 120,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                raise NotRunError(f"{path.name} did not end in its time; see {said.name}") from None
        text = said.read_text(encoding="utf-8", errors="replace")
        if done.returncode not in right:
            last = next((line for line in reversed(text.splitlines()) if line.strip()), "")
            raise NotRunError(f"{path.name} ended with {done.returncode}: {last[:200]}")
        return text


def bandit(around: Around) -> Run:
    """What is known to be dangerous in Python."""
    report = around.folder / "bandit.json"
    around.call("bandit", "-q", "-r", "src", "-f", "json", "-o", report, right=(0, 1))
    held = json.loads(report.read_text(encoding="utf-8"))
    run = Run("bandit", "src", f"{len(held['metrics']) - 1} files")
    for each in held["results"]:
        text = f"line {each['line_number']}: {each['issue_text']}"
        run.findings.append(Finding("bandit", each["test_id"], each["filename"], text))
    run.findings += [
        Finding("bandit", "not-read", str(each["filename"]), str(each["reason"]))
        for each in held["errors"]
    ]
    return run


def semgrep(around: Around) -> Run:
    """What this project never does, by rules of its own."""
    report = around.folder / "semgrep.json"
    options = ("--metrics=off", "--disable-version-check", "--no-git-ignore", "--disable-nosem")
    around.call(
        "semgrep",
        "scan",
        "--config",
        RULES,
        *options,
        "--quiet",
        "--json",
        "--output",
        report,
        "src",
    )
    held = json.loads(report.read_text(encoding="utf-8"))
    run = Run("semgrep", "src", f"{len(held['paths']['scanned'])} files")
    seen = set()
    for each in held["results"]:
        rule = each["check_id"].rpartition(".")[2]
        place = (rule, each["path"], each["start"]["line"])
        if place not in seen:
            seen.add(place)
            text = f"line {place[2]}: {each['extra']['message']}"
            run.findings.append(Finding("semgrep", rule, each["path"], text))
    partly = {each.get("path", "") for each in held["errors"]}
    if partly:
        run.notes.append(
            f"semgrep could not read a part of {len(partly)} files (newer syntax than it knows): "
            + ", ".join(sorted(partly))
        )
    return run


def described(around: Around) -> Run:
    """Requests from the description of the API, right and wrong, against its own tests' world."""
    report = around.folder / "described.xml"
    examples = max(6, around.seconds // 10)
    around.call(
        Path(sys.executable),
        *("-m", "pytest", "-q", "tests/web/test_api_attack.py", "--junitxml", report),
        right=(0, 1),
        more={"ATTACK_EXAMPLES": str(examples), "PYTHONPATH": str(ROOT / "src")},
        within=1800,
    )
    run = Run("schemathesis (tests)", "the API", f"{examples}+{examples} for each operation")
    suite = ET.parse(report).getroot()  # noqa: S314 - pytest wrote it just now
    for case in suite.iter("testcase"):
        run.findings += [
            Finding(
                "schemathesis", "failure", case.get("name", ""), (bad.get("message") or "")[:300]
            )
            for bad in [*case.iter("failure"), *case.iter("error")]
        ]
    return run


def schemathesis(around: Around, base: str, token: str) -> Run:
    """The same from outside, over HTTP."""
    report = around.folder / "schemathesis.xml"
    checks = "not_a_server_error,content_type_conformance,response_schema_conformance,ignored_auth"
    around.call(
        Path(sys.executable).with_name("schemathesis"),
        *("run", f"{base}/api/v1/openapi.json", "--header", f"Authorization: Bearer {token}"),
        *(
            "--checks",
            checks,
            "--max-time",
            around.seconds,
            "--phases",
            "examples,coverage,fuzzing",
        ),
        *("--max-examples", 20, "--continue-on-failure", "--no-shrink", "--no-color"),
        *("--report-junit-path", report, "--request-timeout", 60, "--warnings", "off"),
        right=(0, 1),
    )
    run = Run("schemathesis", "the API of the demonstration")
    suite = ET.parse(report).getroot()  # noqa: S314 - it was written just now
    for case in suite.iter("testcase"):
        for bad in [*case.iter("failure"), *case.iter("error")]:
            text = bad.get("message") or bad.text or ""
            run.findings.append(
                Finding("schemathesis", "failure", case.get("name", ""), text[:500])
            )
    return run


def wapiti(around: Around, base: str) -> Run:
    """Crawls as each role, then sends what breaks careless pages to every form and query.

    Few pages are crawled, and each role has its time to the end: a module that wapiti itself cuts
    off may leave its own store locked, and then there is no report. A role without one is no pass.
    """
    run = Run("wapiti", f"pages, as {', '.join(CRAWLERS)} and nobody")
    left = ("account/logout", "account/sessions", "account/password", "leave")
    out = [part for path in left for part in ("-x", f"{base}/{path}*")]
    missing = []
    for role in (*CRAWLERS, ""):
        who = role or "nobody"
        report = around.folder / f"wapiti-{who}.json"
        report.unlink(missing_ok=True)
        cookie = []
        if role:
            cookie = ["--cookie-value", Visitor(base, role).cookies, "--drop-set-cookie"]
        try:
            around.call(
                "wapiti",
                *("-u", f"{base}/", "--scope", "folder", "-m", MODULES, *cookie),
                *out,
                *("--max-scan-time", around.seconds / 8, "-d", 3, "--max-links-per-page", 12),
                *("--max-files-per-dir", 3, "--max-parameters", 12, "--tasks", 1, "-v", 1),
                *("--endpoint", NOWHERE, "--no-bugreport", "--flush-session"),
                *("--store-session", around.folder / f"wapiti-{who}"),
                *("--skip", "csrfmiddlewaretoken", "-f", "json", "-o", report),
                within=around.seconds,
            )
        except NotRunError as problem:
            missing.append(f"as {who}: {problem}")
            continue
        held = json.loads(report.read_text(encoding="utf-8"))
        for kind in ("vulnerabilities", "anomalies"):
            for category, found in held[kind].items():
                run.findings += [
                    Finding("wapiti", category, _plain(bad["path"]), f"{who}: {bad['info']}")
                    for bad in found
                ]
    run.not_run = "; ".join(missing)
    return run


def sqlmap(around: Around, base: str) -> Run:
    """Every form and query that is found as each role, with SQL in every field."""
    run = Run("sqlmap", f"pages, as {', '.join(ROLES)}")
    written = [
        sent.written()
        for role in ROLES
        for sent in Visitor(base, role).requests(max(15, around.seconds / 4 / len(ROLES)))
    ]
    if not written:
        raise NotRunError("no form and no query was found")
    log = around.folder / "requests.log"
    line = "=" * 54
    log.write_text("".join(f"{line}\n{each}\n{line}\n\n\n" for each in written), encoding="utf-8")
    postgresql = os.environ.get("DATABASE_URL", "")
    reached, passed = [], 0
    # First a little for every request, then everything for as many as the time allows.
    for way in (("--smart",), ()):
        results = around.folder / f"sqlmap{way[0] if way else ''}.csv"
        results.unlink(missing_ok=True)
        text = around.call(
            "sqlmap",
            *("-l", log, "--batch", "--disable-coloring", "--flush-session", "--skip-waf", *way),
            *("--level", 1, "--risk", 1, "--technique", "BEUQ", "--threads", 4, "-v", 1),
            *("--dbms", "postgresql" if postgresql else "sqlite", "--ignore-code", "*"),
            *("--skip", "csrfmiddlewaretoken,sessionid,csrftoken,Host,User-Agent,Referer"),
            # Tokens make every page another one: what people read is compared. One guess does not
            # end the list.
            *("--text-only", "--answers", "skip further tests=N"),
            *("--time-limit", around.seconds // 2, "--output-dir", around.folder / "sqlmap"),
            *("--results-file", results),
            right=(0, 1),
        )
        reached.append(text.count("testing connection to the target URL"))
        passed = passed or text.count("skipping 'http")
        if results.exists():
            with results.open(encoding="utf-8", newline="") as held:
                rows = [row for row in csv.DictReader(held) if row.get("Technique(s)")]
            taken_back = [row for row in rows if "false positive" in (row.get("Note(s)") or "")]
            run.findings += [
                Finding("sqlmap", "injection", _plain(row["Target URL"]), str(row))
                for row in rows
                if row not in taken_back
            ]
            if taken_back:  # it tries to read something by what it found, and could not
                run.notes.append(f"sqlmap took {len(taken_back)} of its guesses back itself")
    run.notes.append(
        f"sqlmap looked at {reached[0]} of {len(written)} kinds of requests in its time, passed "
        f"{passed} whose address and fields it had looked at, and looked at "
        f"{reached[1] - reached[0]} with everything it has"
    )
    if not reached[0]:
        raise NotRunError("sqlmap tested nothing; see sqlmap.out")
    return run


def _plain(address: str) -> str:
    """An address without host, ids and query: what an explanation can name."""
    path = re.sub(r"^https?://[^/]*", "", address).partition("?")[0]
    return re.sub(r"/[0-9a-f-]{36}|/\d+", "/*", path)
