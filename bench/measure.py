"""Wall time and memory of a command in its own process."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Taken:
    """Seconds of wall time and the largest memory in MB of one run."""

    seconds: float
    megabytes: float


def command(*arguments: str, repeat: int = 1) -> Taken:
    """The median of some runs of `python arguments...`. Raises if a run fails."""
    runs = [_once(arguments) for _ in range(repeat)]
    return Taken(statistics.median(run.seconds for run in runs), max(run.megabytes for run in runs))


def _once(arguments: tuple[str, ...]) -> Taken:
    # A small process in between, because a child's memory counts from its parent's at the start.
    launcher = [sys.executable, "-m", "bench.measure", *arguments]
    done = subprocess.run(launcher, check=True, capture_output=True, text=True)
    seconds, megabytes = done.stdout.split()[-2:]
    return Taken(float(seconds), float(megabytes))


def _launch(arguments: list[str]) -> None:
    started = time.perf_counter()
    quiet = subprocess.DEVNULL
    subprocess.run([sys.executable, *arguments], check=True, stdout=quiet, stderr=quiet)
    seconds = time.perf_counter() - started
    print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


if __name__ == "__main__":
    _launch(sys.argv[1:])
