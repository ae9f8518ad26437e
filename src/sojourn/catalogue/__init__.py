"""The frameworks we ship, as data: each a folder with its tables, sources and changelog."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sojourn.framework.model import Framework
from sojourn.language import load_framework

DATA = Path(__file__).parent / "data"


def ids() -> tuple[str, ...]:
    """The ids of the frameworks we ship, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in DATA.glob("*/framework.yaml")))


def path(framework_id: str) -> Path:
    """The file of a shipped framework. KeyError where there is none of that id."""
    if framework_id not in ids():
        raise KeyError(framework_id)
    return DATA / framework_id / "framework.yaml"


@cache
def load(framework_id: str) -> Framework:
    """A shipped framework, read once. KeyError where there is none of that id."""
    return load_framework(path(framework_id))
