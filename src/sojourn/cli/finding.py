"""Which framework a name on the command line stands for."""

from __future__ import annotations

from pathlib import Path

from sojourn import catalogue
from sojourn.language.problems import FrameworkProblems, Problem, did_you_mean


def find_framework(name: str) -> Path:
    """The file that a catalogue id or a path stands for. Raises `FrameworkProblems`."""
    if name in catalogue.ids():
        return catalogue.path(name)
    path = Path(name)
    if path.suffix.lower() in (".yaml", ".yml", ".xlsx") or path.exists():
        return path
    known = ", ".join(catalogue.ids())
    message = f"there is no framework `{name}`.{did_you_mean(name, catalogue.ids())} "
    raise FrameworkProblems(name, [Problem("", 0, "", message + f"There are: {known}")])
