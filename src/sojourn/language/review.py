"""What is allowed in a framework but probably not meant, each with its place and what to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from sojourn.framework.model import DataClass, Factor, Framework, Measure, Response, Stage
from sojourn.framework.nodes import (
    And,
    BooleanLiteral,
    CodeLiteral,
    Equal,
    Node,
    answers_used,
    rows_used,
)
from sojourn.framework.types import Code, Text
from sojourn.language.asking import Step, steps
from sojourn.language.decisions import review_decisions
from sojourn.language.labels import language_of, text_of
from sojourn.language.possible import Possible
from sojourn.language.problems import Problem
from sojourn.language.sheets import SheetRow, Tables

_TEXTS = {
    "survey": ("label", "hint", "guidance_hint", "constraint_message", "required_message"),
    "choices": ("label",),
    "framework": ("value",),
    "factors": ("label",),
    "responses": ("label",),
    "measures": ("label",),
}


def review(framework: Framework, tables: Tables) -> tuple[Problem, ...]:
    """Warnings and notes about a framework that can be used."""
    reviewer = _Reviewer(framework, tables)
    checks: tuple[Callable[[], Iterator[Problem]], ...] = (
        reviewer.constraints,
        reviewer.factors,
        reviewer.stages,
        reviewer.responses,
        reviewer.classes,
        lambda: review_decisions(framework, tables, reviewer.possible),
        reviewer.translations,
        reviewer.unread,
    )
    return tuple(problem for check in checks for problem in check())


class _Reviewer:
    def __init__(self, framework: Framework, tables: Tables) -> None:
        self.framework, self.tables = framework, tables
        self.possible = Possible(framework)
        self.rows = {
            sheet: {row.get("name"): row for row in tables.rows(sheet)}
            for sheet in ("survey", "factors", "responses", "measures")
        }

    def warn(self, sheet: str, name: str, column: str, message: str) -> Problem:
        return self.rows[sheet][name].problem(column, message, warning=True)

    def note(self, sheet: str, name: str, column: str, message: str) -> Problem:
        row = self.rows[sheet][name]
        return Problem(row.sheet, row.row, column, message, info=True)

    def _row(self, sheet: str, name: str) -> int:
        return self.rows[sheet][name].row

    # -- what can never be, and what always is

    def constraints(self) -> Iterator[Problem]:
        for question in self.framework.questions:
            if question.constraint is not None and not self.possible.can_be_answered(question):
                message = f"no answer keeps `{question.constraint_text}`; look at its limits"
                yield self.warn("survey", question.name, "constraint", message)
        for step in self.steps:
            if step.conditions and self.possible.never(And(step.conditions)):
                sheet_row = self.rows["survey"].get(step.name)
                told = " and ".join(f"`{text}`" for text in step.texts)
                message = (
                    f"{told} can never hold, so this is never asked; correct it or leave it out"
                )
                if sheet_row is not None:
                    yield sheet_row.problem("relevant", message, warning=True)

    def factors(self) -> Iterator[Problem]:
        for factor in self.framework.factors:
            rule = factor.rule
            if not self.possible.can_apply(factor):
                yield self.warn("factors", factor.name, "rule", self._never(rule))
                continue
            if isinstance(rule.type, Code):
                codes = self.possible.codes(rule)
                if len(codes) == 1:
                    message = f"`{rule.text()}` gives {next(iter(codes))} whatever is answered"
                    yield self.warn("factors", factor.name, "rule", message + _LOOK)
                continue
            if False not in self.possible.truths(rule):
                yield self.warn("factors", factor.name, "rule", _always(rule))
            urgent = factor.urgent
            if isinstance(urgent, BooleanLiteral):
                continue
            if self.possible.never(And((rule, urgent))):
                message = f"`{urgent.text()}` can never be true while this is present; correct it"
                yield self.warn("factors", factor.name, "urgent", f"{message}, or write no")

    def _never(self, rule: Node) -> str:
        limits = [
            f"`{ref.name}` keeps `{question.constraint_text}`"
            for ref in answers_used(rule)
            if (question := self.framework.question(ref.name)).constraint is not None
        ]
        why = f" ({'; '.join(limits)})" if limits else ""
        return f"`{rule.text()}` can never be true, whatever is answered{why}{_LOOK}"

    def responses(self) -> Iterator[Problem]:
        alone: list[str] = []
        for response in self.framework.responses:
            if self.possible.never(response.when):
                yield self.warn("responses", response.name, "when", self._never(response.when))
                continue
            if False not in self.possible.truths(response.when):
                yield self.warn("responses", response.name, "when", _always(response.when))
            factors = self._factors_of(response)
            if not factors:
                # A sign of a protection need is kept apart from the factors, so it looks at none.
                apart = response.data_class is DataClass.STATUS_PROTECTION
                if not apart and not rows_used(response.when):
                    alone.append(f"{response.name} (row {self._row('responses', response.name)})")
            elif not any(self.possible.can_apply(factor) for factor in factors):
                names = ", ".join(f"`{factor.name}`" for factor in factors)
                message = f"this looks only at what can never be present: {names}; correct those"
                yield self.warn("responses", response.name, "when", message)
        if alone:
            message = "no factor calls for these, only answers; name one where there is one: "
            yield Problem("responses", 0, "when", message + ", ".join(alone), info=True)

    def _factors_of(self, response: Response) -> list[Factor]:
        """The factors that a response looks at, through others and through measures too."""
        found: dict[str, Factor] = {}
        waiting = list(rows_used(response.when))
        seen: set[str] = set()
        by_name = {factor.name: factor for factor in self.framework.factors}
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in by_name:
                found[name] = by_name[name]
                waiting += rows_used(by_name[name].rule)
            else:
                waiting += rows_used(self.framework.measure(name).node)
        return [by_name[name] for name in by_name if name in found]

    def classes(self) -> Iterator[Problem]:
        """Classes without a value; only a note where the scale is shared by another measure."""
        there = {m.name: self.possible.classes(m) for m in self.framework.measures if m.classes}
        scales: dict[object, set[str]] = {}
        for measure in self.framework.measures:
            scales.setdefault(_scale(measure), set()).update(there.get(measure.name, ()))
        for measure in self.framework.measures:
            span = self.possible.measure(measure.name) if measure.classes else None
            for item in measure.classes:
                if span is None or item.name in there[measure.name]:
                    continue
                low, high = (_shown(end) for end in (span.low, span.high))
                message = (
                    f"no value lies in the class `{item.name}`: `{measure.name}` lies between "
                    f"{low} and {high}. Move the cut-off, or leave the class out"
                )
                told = self.note if item.name in scales[_scale(measure)] else self.warn
                yield told("measures", measure.name, "classes", message)

    # -- what is never asked

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return steps(self.framework)

    def stages(self) -> Iterator[Problem]:
        name = self.framework.stage_question
        if name is None:
            return
        by_name = {step.name: step for step in self.steps if step.question is not None}
        for factor in self.framework.factors:
            asked = [by_name[ref.name] for ref in answers_used(factor.rule) if ref.name in by_name]
            asked = [step for step in asked if step.name != name]
            silent = [s for s in factor.stages if asked and not self._any_asked(asked, s)]
            if not silent:
                continue
            texts = dict.fromkeys(text for step in asked for text in step.texts)
            names = ", ".join(f"`{step.name}`" for step in asked)
            only = " and ".join(f"`{text}`" for text in texts)
            message = (
                f"at {', '.join(silent)} the form asks none of {names} (asked only where {only}); "
                "widen `relevant` in the sheet survey, or name other stages here"
            )
            told = self.warn if len(silent) == len(factor.stages) else self.note
            yield told("factors", factor.name, "stages", message)

    def _any_asked(self, asked: list[Step], stage: Stage) -> bool:
        return any(not step.whole or self._is_asked(step, stage) for step in asked)

    def _is_asked(self, step: Step, stage: Stage) -> bool:
        name = self.framework.stage_question
        refs = (ref for node in step.conditions for ref in answers_used(node) if ref.name == name)
        ref = next(refs, None)
        if ref is None or not isinstance(ref.type, Code):
            return True
        here = Equal(ref, CodeLiteral(stage, ref.type.codes))
        return not self.possible.never(And((*step.conditions, here)))

    def unread(self) -> Iterator[Problem]:
        read = {question.name for question in self.framework.used_questions}
        about = self.framework
        read |= {name for name in (about.place, about.period, about.reference_date) if name}
        names = [
            f"{question.name} (row {self._row('survey', question.name)})"
            for question in self.framework.questions
            if question.name not in read and not isinstance(question.type, Text)
        ]
        if names:
            many = "1 question" if len(names) == 1 else f"{len(names)} questions"
            message = f"no rule reads {many}: {', '.join(names)}"
            yield Problem("survey", 0, "name", message, info=True)

    # -- translations

    def translations(self) -> Iterator[Problem]:
        languages = self.framework.languages
        default = self.framework.default_language
        for sheet, bases in _TEXTS.items():
            headings = self._headings(sheet)
            for row in self.tables.rows(sheet):
                if not _is_shown(row):
                    continue
                for base in bases:
                    texts = text_of(row, base, default).by_language
                    for code in languages if texts else ():
                        if code not in texts:
                            known = f"{base}::{languages[code]} ({code})"
                            yield _untranslated(row, headings.get((base, code), known), texts)

    def _headings(self, sheet: str) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for row in self.tables.rows(sheet):
            for heading in row.cells:
                language = language_of(heading)
                if language:
                    found.setdefault((language[0], language[1]), heading)
        return found


def _scale(measure: Measure) -> tuple[tuple[object, ...], ...]:
    """The classes and cut-offs of a measure, which several can have in common."""
    return tuple((item.name, item.limit, item.inclusive) for item in measure.classes)


_LOOK = "; look at its codes and cut-offs, or leave the row out"


def _always(rule: Node) -> str:
    return (
        f"`{rule.text()}` is true whatever is answered, so it tells nobody apart; "
        "compare with a code or a cut-off that not everybody meets"
    )


def _shown(value: object) -> str:
    return "no limit" if value is None else str(value)


def _is_shown(row: SheetRow) -> bool:
    """Whether a person ever sees the texts of a row."""
    if row.sheet == "framework":
        return row.get("key") in ("title", "description")
    return row.sheet != "survey" or row.get("type") not in ("calculate", "hidden")


def _untranslated(row: SheetRow, heading: str, texts: Mapping[str, str]) -> Problem:
    there = next(iter(texts.values()))
    short = there if len(there) <= 40 else f"{there[:39]}…"
    message = f"the translation of “{short}” is missing; write it here"
    return row.problem(heading, message, warning=True)
