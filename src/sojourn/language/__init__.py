"""How people write a framework: workbook, YAML, expressions, messages they can act on."""

from __future__ import annotations

from pathlib import Path

from sojourn.framework.model import Framework
from sojourn.language import workbook, yaml_file
from sojourn.language.answers import AnswerError, allowed, read_answers, read_value
from sojourn.language.build import build
from sojourn.language.problems import FrameworkProblems, Problem
from sojourn.language.sheets import Tables
from sojourn.language.starting import HEADINGS, ONE_OF, Started, start

__all__ = [
    "AnswerError",
    "FrameworkProblems",
    "Problem",
    "allowed",
    "load_framework",
    "load_tables",
    "load_with_warnings",
    "read_answers",
    "read_value",
    "save_framework",
    "start_framework",
]

_READERS = {".yaml": yaml_file.read, ".yml": yaml_file.read, ".xlsx": workbook.read}
_WRITERS = {".yaml": yaml_file.write, ".yml": yaml_file.write, ".xlsx": workbook.write}


def load_tables(path: Path) -> Tables:
    """The sheets of a framework file, unchecked. Raises `FrameworkProblems`."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        message = f"a framework is a .yaml or .xlsx file, not `{path.suffix or path.name}`"
        raise FrameworkProblems(path.name, [Problem("", 0, "", message)])
    if not path.is_file():
        raise FrameworkProblems(path.name, [Problem("", 0, "", "there is no such file")])
    return reader(path)


def load_framework(path: Path | str) -> Framework:
    """Read and check a framework. Raises `FrameworkProblems` with every error found."""
    return load_with_warnings(Path(path))[0]


def load_with_warnings(path: Path) -> tuple[Framework, tuple[Problem, ...]]:
    """As `load_framework`, with what is allowed but probably not meant."""
    return build(load_tables(path))


def save_framework(framework: Framework, path: Path) -> None:
    """Write a framework as .yaml or .xlsx; reading it back gives the same tables and digest."""
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise ValueError(f"a framework is written to .yaml or .xlsx, not `{path.suffix}`")
    writer(framework.sheets, path)


def start_framework(form: Path, path: Path) -> Started:
    """Write a framework to begin with, made of a form. Raises `FrameworkProblems`."""
    started = start(load_tables(form))
    match path.suffix.lower():
        case ".xlsx":
            helps = workbook.Helps(started.columns, HEADINGS, ONE_OF)
            workbook.write(started.sheets, path, helps)
        case ".yaml" | ".yml":
            yaml_file.write(started.sheets, path)
        case other:
            message = f"a framework is written to .xlsx or .yaml, not `{other or path.name}`"
            raise FrameworkProblems(path.name, [Problem("", 0, "", message)])
    return started
