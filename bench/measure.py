"""Wall time and memory of a command in its own process."""

from __future__ import annotations

import os
import statistics
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
    started = time.perf_counter()
    null = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    pid = os.posix_spawn(
        sys.executable, [sys.executable, *arguments], dict(os.environ), file_actions=actions
    )
    _, status, usage = os.wait4(pid, 0)
    os.close(null)
    seconds = time.perf_counter() - started
    if status != 0:
        raise RuntimeError(f"{' '.join(arguments)} failed")
    return Taken(seconds, usage.ru_maxrss / 1024)
