"""What is wrong with a framework file, where, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


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
                f"sheet {self.sheet}" if self.sheet else "",
                f"row {self.row}" if self.row else "",
                f"column {self.column}" if self.column else "",
            )
            if part
        )
        return f"{place}: {self.message}" if place else self.message


class FrameworkProblems(ValueError):  # noqa: N818 - it carries the problems, many at once
    """A framework that cannot be used. `problems` has every message, not only the first."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{name} cannot be used:\n{lines}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint such as " Did you mean `age`?", empty when nothing is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f" Did you mean `{near[0]}`?" if near else ""
