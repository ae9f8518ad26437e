"""`make attack`: our own code and a running demonstration, attacked with tools for it.

Exits with 1 for a finding that nobody has explained, and for an explanation of nothing; with 2
where a tool did not run. `--seconds` bounds each tool that works against time.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from time import monotonic

import yaml
from rich.console import Console
from rich.table import Table
from scripts.attack import tools
from scripts.attack.tools import ROOT, Around, Finding, Run
from scripts.attack.visitor import NotRunError

EXPLAINED = Path(__file__).with_name("explained.yaml")
STATIC = ("bandit", "semgrep")
LIVE = ("schemathesis", "wapiti", "sqlmap")
ALL = (*STATIC, "described", *LIVE)


@dataclass
class Explanation:
    """Why a finding is right as it is, and how often it was found."""

    tool: str
    what: str
    where: str
    why: str
    found: int = 0

    def fits(self, finding: Finding) -> bool:
        return (
            self.tool == finding.tool
            and self.what == finding.what
            and fnmatch(finding.where, self.where)
        )


@dataclass
class Target:
    """A demonstration that is served, and what it answered so far."""

    base: str
    token: str
    log: Path
    read: int = 0
    failures: list[str] = field(default_factory=list)

    def answered(self) -> list[str]:
        """The lines of the log since the last call."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        new, self.read = lines[self.read :], len(lines)
        return new


@contextmanager
def demonstration(folder: Path) -> Iterator[Target]:
    """A new one on a free port of this machine, which ends with the block."""
    with tempfile.TemporaryDirectory(prefix="sojourn-attack-") as made:
        home, log, token = Path(made, "var"), folder / "answers.log", Path(made, "token")
        log.write_text("", encoding="utf-8")
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SOJOURN_")}
        with (folder / "server.err").open("w") as errors:
            server = subprocess.Popen(  # noqa: S603 - our own server, no shell
                [sys.executable, "-m", "scripts.attack.served", str(home), str(log), str(token)],
                env={**kept, "PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"},
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
            try:
                address = next((x for x in server.stdout or () if "http://" in x), "")
                if not address:
                    raise NotRunError(f"the demonstration did not start; see {errors.name}")
                port = address.split("localhost:")[1].split("/")[0]
                yield Target(f"http://127.0.0.1:{port}", token.read_text(encoding="utf-8"), log)
            finally:
                server.terminate()
                server.wait(timeout=60)
                if server.stdout is not None:
                    server.stdout.close()


def run_one(name: str, call: Callable[[], Run], target: Target | None = None) -> Run:
    """Runs a tool, and adds what the server itself saw."""
    began = monotonic()
    if target is not None:
        target.answered()
    try:
        run = call()
    except NotRunError as problem:
        run = Run(name, "", not_run=str(problem))
    run.seconds = monotonic() - began
    if target is not None:
        lines = target.answered()
        run.size = f"{len(lines)} requests"
        for line in sorted({line for line in lines if line.startswith("5")}):
            status, method, path = line.split(" ", 2)
            run.findings.append(
                Finding(name, f"status-{status}", tools._plain(path), f"{method} {path}")
            )
        if not lines and not run.not_run:
            run.not_run = "it sent no request"
    return run


def explanations() -> list[Explanation]:
    """What is explained. ValueError for one without a reason."""
    rows = [Explanation(**row) for row in yaml.safe_load(EXPLAINED.read_text(encoding="utf-8"))]
    empty = [f"{row.tool} {row.what} {row.where}" for row in rows if not row.why.strip()]
    if empty:
        raise ValueError(f"Without a reason: {', '.join(empty)}")
    return rows


def told(runs: list[Run], explained: list[Explanation], console: Console) -> int:
    """Prints what happened; the exit code."""
    table = Table("tool", "against", "files or requests", "findings", "explained", "seconds")
    open_ones: list[Finding] = []
    for run in runs:
        known = 0
        for finding in run.findings:
            reason = next((each for each in explained if each.fits(finding)), None)
            if reason is None:
                open_ones.append(finding)
            else:
                reason.found += 1
                known += 1
        found = f"{len(run.findings)}{', not whole' if run.not_run else ''}"
        table.add_row(run.tool, run.against, run.size, found, str(known), f"{run.seconds:.0f}")
    console.print(table)
    for run in runs:
        for note in run.notes:
            console.print(f"- {note}", markup=False)
        if run.not_run:
            console.print(f"- {run.tool} DID NOT RUN (WHOLE): {run.not_run}", markup=False)
    for finding in open_ones:
        console.print(
            f"NOT EXPLAINED {finding.tool} {finding.what} {finding.where}: {finding.text}",
            markup=False,
        )
    ran = {run.tool for run in runs if not run.not_run} & set(STATIC)
    unused = [each for each in explained if each.tool in ran and not each.found]
    for each in unused:
        console.print(f"EXPLAINED, NOT FOUND {each.tool} {each.what} {each.where}", markup=False)
    if open_ones or unused:
        return 1
    return 2 if any(run.not_run for run in runs) else 0


def main(arguments: list[str] | None = None) -> int:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(prog="make attack", description=__doc__)
    parser.add_argument("--seconds", type=int, default=240, help="for each tool (240)")
    parser.add_argument("--only", choices=ALL, action="append", help="one tool; can be repeated")
    parser.add_argument("--reports", type=Path, default=ROOT / "build" / "attack")
    parser.add_argument("--tools", type=Path, default=ROOT / ".venv-attack" / "bin")
    chosen = parser.parse_args(arguments)
    wanted = chosen.only or ALL
    explained = explanations()
    folder = chosen.reports.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.out"):
        old.unlink()
    around = Around(chosen.tools.resolve(), folder, chosen.seconds)
    console = Console(width=140, highlight=False)
    runs = []
    for name in (*STATIC, "described"):
        if name in wanted:
            console.print(f"{name} ...")
            runs.append(run_one(name, lambda name=name: getattr(tools, name)(around)))
    calls: dict[str, Callable[[Target], Run]] = {
        "schemathesis": lambda target: tools.schemathesis(around, target.base, target.token),
        "wapiti": lambda target: tools.wapiti(around, target.base),
        "sqlmap": lambda target: tools.sqlmap(around, target.base),
    }
    for name in LIVE:
        if name in wanted:
            console.print(f"{name} ...")
            try:
                # Each has one of its own: after wapiti the accounts it guessed at have to rest.
                with demonstration(folder) as target:
                    runs.append(run_one(name, lambda name=name, at=target: calls[name](at), target))
            except NotRunError as problem:
                runs.append(Run(name, "", not_run=str(problem)))
    code = told(runs, explained, console)
    console.print(f"Reports are in {folder}")
    return code


if __name__ == "__main__":
    sys.exit(main())
