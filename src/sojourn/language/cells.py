"""Reading the cells of our own sheets: names, choices, texts and rules, with every problem told."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from sojourn.framework.model import Stage, Text
from sojourn.framework.nodes import AnswerRef, Node, RuleError
from sojourn.framework.silence import on_silence
from sojourn.framework.types import Boolean, Number
from sojourn.language.expressions import RowRef, Scope, parse
from sojourn.language.form import Form, list_name
from sojourn.language.labels import text_of
from sojourn.language.problems import did_you_mean, shortened
from sojourn.language.sheets import SheetRow, Tables

_Enum = TypeVar("_Enum", bound=StrEnum)

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_RESERVED = {"known_share", "row", "place"}
_MOST_TERMS = 50_000
"""Parts of all measures of one framework together."""


class Cells:
    """One framework file while it is read: its form, its problems, and the names met so far."""

    def __init__(self, tables: Tables, form: Form, default: str) -> None:
        self.tables, self.form, self.default = tables, form, default
        self.problems = form.problems
        self.names: dict[str, str] = dict.fromkeys(form.rows, "a question")
        self.names |= {roster.name: "a repeat" for roster in form.rosters}
        self.questions = {question.name: question for question in form.questions}
        self.today: AnswerRef | None = None
        self.row: Callable[[str], RowRef | None] = lambda _: None
        self.rows: frozenset[str] = frozenset()
        self.decisions = _grouped(tables, "decisions", lambda row: row.get("measure"))
        self.choices = _grouped(tables, "choices", list_name)
        self.terms_left = _MOST_TERMS
        self.form_scope = form.scope()

    def scope(self, inside: str | None = None) -> Scope:
        """What a rule may name: all questions, factors and measures."""
        form = self.form_scope
        return Scope(
            form.questions,
            form.missing_codes,
            form.rosters,
            row=self.row,
            rows=self.rows,
            today=self.today,
            inside=inside,
        )

    def error(self, row: SheetRow, column: str, message: str) -> None:
        self.problems.append(row.problem(column, message))

    def warn(self, row: SheetRow, column: str, message: str) -> None:
        self.problems.append(row.problem(column, message, warning=True))

    def errors_since(self, before: int) -> bool:
        """Whether an error was met since so many problems were known."""
        return any(not problem.warning for problem in self.problems[before:])

    def name(self, row: SheetRow, kind: str) -> str:
        name = row.get("name")
        if not _NAME.fullmatch(name):
            shown = f"`{name}` cannot be a name; " if name else "a name is missing; "
            self.error(row, "name", shown + "use small letters, digits and _")
        elif "__" in name or name in _RESERVED:
            self.error(row, "name", f"`{name}` is kept for columns of the output; choose another")
        elif name in self.names:
            self.error(row, "name", f"`{name}` is already the name of {self.names[name]}")
        self.names.setdefault(name, kind)
        return name

    def choice(
        self, row: SheetRow, column: str, kind: type[_Enum], default: _Enum | None = None
    ) -> _Enum:
        text = row.get(column)
        if not text and default is not None:
            return default
        try:
            return kind(text)
        except ValueError:
            known = ", ".join(kind)
            what = f"`{text}` is not known here" if text else "this must be filled in"
            self.error(row, column, f"{what}; use one of {known}.{did_you_mean(text, kind)}")
            return next(iter(kind))

    def stages(self, row: SheetRow) -> tuple[Stage, ...]:
        words = row.get("stages").split()
        known = {stage.value: stage for stage in Stage}
        for word in words:
            if word not in known:
                message = f"`{word}` is not a stage; use {', '.join(Stage)}"
                self.error(row, "stages", message + did_you_mean(word, Stage))
        return tuple(known[word] for word in words if word in known) or tuple(Stage)

    def label(self, row: SheetRow) -> Text:
        label = text_of(row, "label", self.default)
        if not label:
            self.error(row, "label", "a label is missing")
        return label

    def rule(self, row: SheetRow, column: str, inside: str | None = None) -> Node | None:
        """The expression in a cell; None, with the problem told, where it cannot be one."""
        text = row.get(column)
        if not text:
            self.error(row, column, "a rule is missing")
            return None
        try:
            return parse(text, self.scope(inside))
        except RuleError as error:
            self.error(row, column, f"in `{shortened(text)}`: {error}")
            return None

    def condition(self, row: SheetRow, column: str, inside: str | None = None) -> Node | None:
        node = self.rule(row, column, inside)
        if node is not None and not isinstance(node.type, Boolean):
            message = f"`{node.text()}` is {node.type}; a condition was expected"
            self.error(row, column, message)
            return None
        return node

    def number(self, row: SheetRow, column: str, inside: str | None = None) -> Node | None:
        node = self.rule(row, column, inside)
        if node is not None and not isinstance(node.type, Number):
            self.error(row, column, f"a number was expected; `{node.text()}` is {node.type}")
            return None
        return node

    def refuse_silence(self, row: SheetRow, column: str, rule: Node) -> None:
        """A rule that comes out as something where nothing was answered lets silence decide."""
        value = on_silence(rule)
        if value is None:
            return
        said = str(value).lower() if isinstance(value, bool) else "known"
        message = (
            f"`{rule.text()}` is {said} even where nothing was answered; silence must not decide. "
            "Let it look at an answer, and do not let coalesce() put a value in its place"
        )
        self.error(row, column, message)


def _grouped(
    tables: Tables, sheet: str, key: Callable[[SheetRow], str]
) -> dict[str, list[SheetRow]]:
    found: dict[str, list[SheetRow]] = {}
    for row in tables.rows(sheet):
        found.setdefault(key(row), []).append(row)
    return found
