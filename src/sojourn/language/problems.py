"""What is wrong with a framework file, where, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

MOST_PROBLEMS = 100
"""So many are told at once; looking for more helps nobody."""
LONGEST_TEXT = 300
"""Characters of the author's own text that a message repeats."""
_LONGEST_NAME = 60
_MOST_NAMES = 300


@dataclass(frozen=True, slots=True)
class Problem:
    """One message for the author. `row` counts as the sheet shows it (the heading is row 1);
    for YAML it is the line. 0 stands for the whole sheet or file. A `warning` is allowed but
    probably not meant; what is `info` is only good to know."""

    sheet: str
    row: int
    column: str
    message: str
    warning: bool = False
    info: bool = False

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                f"sheet {shortened(self.sheet)}" if self.sheet else "",
                f"row {self.row}" if self.row else "",
                f"column {shortened(self.column)}" if self.column else "",
            )
            if part
        )
        message = shortened(self.message, 3 * LONGEST_TEXT)
        return f"{place}: {message}" if place else message


class FrameworkProblems(ValueError):  # noqa: N818 - it carries the problems, many at once
    """A framework that cannot be used. `problems` has every message, not only the first."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{name} cannot be used:\n{lines}")


class Problems(list[Problem]):
    """The problems of one file. Stops the reading with `FrameworkProblems` at the most we tell."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.errors = 0

    def append(self, problem: Problem) -> None:
        super().append(problem)
        self.errors += not problem.warning
        if self.errors >= MOST_PROBLEMS:
            errors = [known for known in self if not known.warning]
            more = f"these are the first {MOST_PROBLEMS} problems; put them right, then look again"
            raise FrameworkProblems(self.name, [*errors, Problem("", 0, "", more)])


def shortened(text: str, most: int = LONGEST_TEXT) -> str:
    """A text for a message: its beginning and its end where it is very long."""
    return text if len(text) <= most else f"{text[: most - 40]} ... {text[-35:]}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint such as " Did you mean `age`?", empty when nothing is near."""
    if not word or len(word) > _LONGEST_NAME:
        return ""
    names = list(known)
    if len(names) > _MOST_NAMES:  # among very many, only those that begin alike
        alike = (n for n in names if n[:2] == word[:2] and abs(len(n) - len(word)) <= 2)
        names = list(islice(alike, _MOST_NAMES))
    near = get_close_matches(word, names, n=1, cutoff=0.7)
    return f" Did you mean `{near[0]}`?" if near else ""
