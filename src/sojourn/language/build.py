"""Tables to a Framework, or every problem with its place.

The order of the checks follows the author: first the form, then factors, responses, measures,
examples. A framework with one error is not built; warnings do not stop it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import TypeVar

from sojourn.framework.model import (
    DIRECTION_TYPE,
    Basis,
    Component,
    DataClass,
    Direction,
    Effect,
    Example,
    Factor,
    Framework,
    Horizon,
    Level,
    Measure,
    MeasureClass,
    MissingPolicy,
    Nature,
    Response,
    Side,
    Stage,
    Text,
)
from sojourn.framework.nodes import BooleanLiteral, FactorRef, Node, NumberLiteral, RuleError
from sojourn.framework.sums import sum_type, value_term, weight_term
from sojourn.framework.types import BOOLEAN, Boolean, Code, Number
from sojourn.language.expressions import Scope, parse
from sojourn.language.form import read_form
from sojourn.language.labels import language_code, language_of, text_of
from sojourn.language.problems import FrameworkProblems, Problem, did_you_mean
from sojourn.language.sheets import SheetRow, Tables

_Enum = TypeVar("_Enum", bound=StrEnum)
_Item = TypeVar("_Item")

ONE = NumberLiteral(Decimal(1))
NEVER = BooleanLiteral(False)
ALWAYS = BooleanLiteral(True)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CLASS = re.compile(r"(?P<name>[a-z0-9_]+)\s*((?P<op><=|<)\s*(?P<limit>-?[0-9]+(\.[0-9]+)?))?")
_UNKEPT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_RESERVED = {"known_share", "row"}
_INDEX = re.compile(r"[1-9][0-9]{0,3}(\.0)?")
_WEIGHT = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)")
_AVAILABLE = re.compile(r"available(\s+(?P<share>[0-9]{1,3}(\.[0-9]{1,6})?)\s*%)?")
_SELECTOR = re.compile(r"(?P<side>risk|protective):(?P<level>\*|\w+)")


def build(tables: Tables) -> tuple[Framework, tuple[Problem, ...]]:
    """The framework and its warnings. Raises `FrameworkProblems` when there is any error."""
    _check_characters(tables)
    builder = _Builder(tables)
    framework = builder.framework()
    errors = [problem for problem in builder.problems if not problem.warning]
    if errors:
        raise FrameworkProblems(tables.name, errors)
    return framework, tuple(problem for problem in builder.problems if problem.warning)


def _check_characters(tables: Tables) -> None:
    """Refuse characters that no form and no file can hold, before a message repeats them."""
    found = [
        row.problem(column if not _UNKEPT.search(column) else "", message)
        for rows in tables.sheets.values()
        for row in rows
        for column, cell in row.cells.items()
        if (message := _unkept(column + cell))
    ]
    if found:
        raise FrameworkProblems(tables.name, found)


def _unkept(text: str) -> str:
    found = _UNKEPT.search(text)
    if found is None:
        return ""
    return f"this holds an invisible character (U+{ord(found[0]):04X}) that cannot be kept"


class _Builder:
    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.problems: list[Problem] = []
        self.settings = next(iter(tables.rows("settings")), SheetRow("settings", 2, {}))
        self.default = language_code(self.settings.get("default_language") or "default")
        self.about = {row.get("key"): row for row in tables.rows("framework")}
        self.form = read_form(tables, self.default)
        self.problems += self.form.problems
        self.closed = frozenset(
            row.get("name")
            for sheet in ("factors", "responses", "measures")
            for row in tables.rows(sheet)
        )
        self.names: dict[str, str] = dict.fromkeys(self.form.rows, "a question")
        self.names |= {roster.name: "a repeat" for roster in self.form.rosters}

    def framework(self) -> Framework:
        self._check_sheets()
        factors = tuple(self._each("factors", self._factor))
        responses = tuple(self._each("responses", self._response(factors)))
        measures = tuple(self._each("measures", self._measure(factors)))
        return Framework(
            id=self.settings.get("form_id"),
            version=self.settings.get("version"),
            title=self._title(),
            description=self._about_text("description"),
            default_language=self.default,
            languages=self._languages(),
            unit=self._about("unit") or "individual",
            stage_question=self._stage_question(),
            keys=tuple(self._about("key").split()),
            questions=tuple(self.form.questions),
            rosters=tuple(self.form.rosters),
            factors=factors,
            responses=responses,
            measures=measures,
            examples=self._examples(factors, responses, measures),
            sheets=self.tables.plain(),
        )

    # -- the file as a whole

    def _check_sheets(self) -> None:
        for sheet in ("survey", "settings", "factors"):
            if not any(self.tables.rows(sheet)):
                self.problems.append(Problem(sheet, 0, "", "this sheet is missing or empty"))
        for column in ("form_id", "version"):
            if not self.settings.get(column):
                self.problems.append(self.settings.problem(column, "this must be filled in"))

    def _about(self, key: str) -> str:
        return self.about[key].get("value") if key in self.about else ""

    def _about_text(self, key: str) -> Text:
        return text_of(self.about[key], "value", self.default) if key in self.about else Text()

    def _title(self) -> Text:
        """The form's title; its translations stand in the framework sheet, because form tools
        know no translated settings."""
        form = text_of(self.settings, "form_title", self.default)
        translated = self._about_text("title")
        return Text({**form.by_language, **translated.by_language}, self.default)

    def _languages(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for rows in self.tables.sheets.values():
            for row in rows:
                for heading in row.cells:
                    language = language_of(heading)
                    if language and language[0] == "label":
                        found.setdefault(language[1], language[2])
        return found

    def _stage_question(self) -> str | None:
        name = self._about("stage_question")
        if not name:
            return None
        row = self.about["stage_question"]
        question = next((q for q in self.form.questions if q.name == name), None)
        if question is None:
            hint = did_you_mean(name, self.form.rows)
            self.problems.append(row.problem("value", f"there is no question `{name}`.{hint}"))
        elif question.roster is not None:
            self.problems.append(row.problem("value", f"`{name}` is asked in a repeat"))
        elif not isinstance(question.type, Code) or not set(question.type.codes) <= set(Stage):
            message = f"`{name}` must be a select_one with the codes {', '.join(Stage)}"
            self.problems.append(row.problem("value", message))
        return name

    def _each(self, sheet: str, read: Callable[[SheetRow], _Item | None]) -> Iterable[_Item]:
        for row in self.tables.rows(sheet):
            before = len(self.problems)
            item = read(row)
            if item is not None and not any(not p.warning for p in self.problems[before:]):
                yield item

    # -- cells

    def _error(self, row: SheetRow, column: str, message: str) -> None:
        self.problems.append(row.problem(column, message))

    def _name(self, row: SheetRow, kind: str) -> str:
        name = row.get("name")
        if not _NAME.fullmatch(name):
            shown = f"`{name}` cannot be a name; " if name else "a name is missing; "
            self._error(row, "name", shown + "use small letters, digits and _")
        elif "__" in name or name in _RESERVED:
            self._error(row, "name", f"`{name}` is kept for columns of the output; choose another")
        elif name in self.names:
            self._error(row, "name", f"`{name}` is already the name of {self.names[name]}")
        self.names.setdefault(name, kind)
        return name

    def _choice(
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
            self._error(row, column, f"{what}; use one of {known}.{did_you_mean(text, kind)}")
            return next(iter(kind))

    def _stages(self, row: SheetRow) -> tuple[Stage, ...]:
        words = row.get("stages").split()
        known = {stage.value: stage for stage in Stage}
        for word in words:
            if word not in known:
                message = f"`{word}` is not a stage; use {', '.join(Stage)}"
                self._error(row, "stages", message + did_you_mean(word, Stage))
        return tuple(known[word] for word in words if word in known) or tuple(Stage)

    def _rule(self, row: SheetRow, column: str, scope: Scope) -> Node | None:
        text = row.get(column)
        if not text:
            self._error(row, column, "a rule is missing")
            return None
        try:
            return parse(text, scope)
        except RuleError as error:
            self._error(row, column, f"in `{text}`: {error}")
            return None

    def _condition(self, row: SheetRow, column: str, scope: Scope) -> Node | None:
        node = self._rule(row, column, scope)
        if node is not None and not isinstance(node.type, Boolean):
            message = f"`{node.text()}` is {node.type}; a condition was expected"
            self._error(row, column, message)
        return node

    # -- factors

    def _factor(self, row: SheetRow) -> Factor:
        name = self._name(row, "a factor")
        effect = self._choice(row, "effect", Effect)
        scope = replace(self.form.scope(), closed=self.closed)
        rule = self._factor_rule(row, effect, scope)
        weight, urgent = self._weight(row, scope), self._urgent(row, scope)
        # A row with a wrong rule is still read to its end, so that all its problems are told.
        return Factor(
            name=name,
            code=row.get("code"),
            label=self._label(row),
            level=self._choice(row, "level", Level),
            effect=effect,
            nature=self._choice(row, "nature", Nature),
            stages=self._stages(row),
            domain=row.get("domain"),
            rule=rule or NEVER,
            weight=weight or ONE,
            urgent=urgent or NEVER,
            data_class=self._choice(row, "data_class", DataClass, DataClass.CASE_WORK),
            basis=self._choice(row, "basis", Basis, Basis.PROPOSED),
            source=row.get("source"),
            note=row.get("note"),
        )

    def _label(self, row: SheetRow) -> Text:
        label = text_of(row, "label", self.default)
        if not label:
            self._error(row, "label", "a label is missing")
        return label

    def _factor_rule(self, row: SheetRow, effect: Effect, scope: Scope) -> Node | None:
        if effect is not Effect.CONTEXT:
            return self._condition(row, "rule", scope)
        node = self._rule(row, "rule", scope)
        if node is None:
            return None
        if not isinstance(node.type, Code) or not set(node.type.codes) <= set(Direction):
            message = (
                "a context-dependent factor's rule must give raises, protects, both or none; "
                f"`{node.text()}` is {node.type}"
            )
            self._error(row, "rule", message)
        return node

    def _weight(self, row: SheetRow, scope: Scope) -> Node | None:
        if not row.get("weight"):
            return ONE
        node = self._rule(row, "weight", scope)
        if node is not None and not isinstance(node.type, Number):
            self._error(row, "weight", f"a number was expected; `{node.text()}` is {node.type}")
        return node

    def _urgent(self, row: SheetRow, scope: Scope) -> Node | None:
        text = row.get("urgent").lower()
        if text in ("", "no", "false"):
            return NEVER
        if text in ("yes", "true"):
            return ALWAYS
        return self._condition(row, "urgent", scope)

    # -- responses

    def _response(self, factors: tuple[Factor, ...]) -> Callable[[SheetRow], Response]:
        form = self.form.scope()
        refs = {
            factor.name: FactorRef(
                factor.name, DIRECTION_TYPE if factor.effect is Effect.CONTEXT else BOOLEAN
            )
            for factor in factors
        }
        scope = Scope(form.questions, form.missing_codes, form.rosters, refs)

        def read(row: SheetRow) -> Response:
            name = self._name(row, "a response")
            when = self._condition(row, "when", scope)
            return Response(
                name=name,
                label=self._label(row),
                when=when or NEVER,
                horizon=self._choice(row, "horizon", Horizon),
                within=row.get("within"),
                service_type=row.get("service_type"),
                actor=row.get("actor"),
                legal_basis=row.get("legal_basis"),
                data_class=self._choice(row, "data_class", DataClass, DataClass.CASE_WORK),
                basis=self._choice(row, "basis", Basis, Basis.PROPOSED),
                source=row.get("source"),
                note=row.get("note"),
            )

        return read

    # -- measures

    def _measure(self, factors: tuple[Factor, ...]) -> Callable[[SheetRow], Measure | None]:
        by_name = {factor.name: factor for factor in factors}

        def read(row: SheetRow) -> Measure | None:
            name = self._name(row, "a measure")
            if row.get("kind") != "weighted_sum":
                message = f"`{row.get('kind')}` is not a kind of measure; use weighted_sum"
                self._error(row, "kind", message)
                return None
            components, classes = self._components(row, by_name), self._classes(row, name)
            self._check_exact(row, components, classes, by_name)
            return Measure(
                name=name,
                label=self._label(row),
                kind=row.get("kind"),
                unit=row.get("unit"),
                components=components,
                missing=self._missing_policy(row),
                classes=classes,
                basis=self._choice(row, "basis", Basis, Basis.PROPOSED),
                source=row.get("source"),
                note=row.get("note"),
            )

        return read

    def _components(self, row: SheetRow, factors: Mapping[str, Factor]) -> tuple[Component, ...]:
        words, weights = row.get("components").split(), row.get("weights").split()
        if not words:
            self._error(row, "components", "name the questions or factors to add up")
        weights = weights or ["own"] * len(words)
        if len(weights) != len(words):
            message = f"there are {len(words)} components and {len(weights)} weights"
            self._error(row, "weights", message)
            return ()
        found: list[Component] = []
        for word, weight in zip(words, weights, strict=True):
            for name, side in self._component_names(row, word, factors):
                found.append(self._component(row, name, side, weight))
        if words and not found and not self._has_error(row):
            self._error(row, "components", "no factor is like that; there is nothing to add up")
        return tuple(found)

    def _has_error(self, row: SheetRow) -> bool:
        return any((p.sheet, p.row) == (row.sheet, row.row) for p in self.problems)

    def _check_exact(
        self,
        row: SheetRow,
        components: Iterable[Component],
        classes: Iterable[MeasureClass],
        factors: Mapping[str, Factor],
    ) -> None:
        questions = {question.name: question for question in self.form.questions}
        try:
            terms = [
                value_term(component, questions[component.name])
                if component.side is Side.VALUE
                else weight_term(component, factors[component.name])
                for component in components
            ]
            sum_type(terms, classes)
        except RuleError as error:
            self._error(row, "components", str(error))

    def _component_names(
        self, row: SheetRow, word: str, factors: Mapping[str, Factor]
    ) -> list[tuple[str, Side]]:
        selector = _SELECTOR.fullmatch(word)
        if selector:
            side = Side(selector["side"])
            wanted = (Effect(selector["side"]), Effect.CONTEXT)
            level = selector["level"]
            return [
                (factor.name, side)
                for factor in factors.values()
                if factor.effect in wanted and level in ("*", factor.level)
            ]
        if word in factors:
            return [(word, Side.PRESENT)]
        question = next((q for q in self.form.questions if q.name == word), None)
        if question is not None and isinstance(question.type, Number) and question.roster is None:
            return [(word, Side.VALUE)]
        what = "is not a single number" if question else "is neither a factor nor a question"
        hint = did_you_mean(word, [*factors, *self.form.rows])
        self._error(row, "components", f"`{word}` {what}.{hint}")
        return []

    def _component(self, row: SheetRow, name: str, side: Side, weight: str) -> Component:
        if weight in ("own", "-own"):
            if side is Side.VALUE:
                self._error(row, "weights", f"`{name}` is a question and has no weight of its own")
            return Component(name, side, None, -1 if weight == "-own" else 1)
        if _WEIGHT.fullmatch(weight):
            return Component(name, side, Decimal(weight))
        self._error(row, "weights", f"`{weight}` is not a number, own or -own")
        return Component(name, side, Decimal(0))

    def _missing_policy(self, row: SheetRow) -> MissingPolicy:
        text = row.get("missing") or "unknown"
        if text == "unknown":
            return MissingPolicy()
        match = _AVAILABLE.fullmatch(text)
        if match is None or Decimal(match["share"] or 0) > 100:
            self._error(row, "missing", f"`{text}` is not known; use unknown, or available 60%")
            return MissingPolicy()
        return MissingPolicy(Decimal(match["share"] or 0) / 100)

    def _classes(self, row: SheetRow, measure: str) -> tuple[MeasureClass, ...]:
        labels = {
            choice.get("name"): text_of(choice, "label", self.default)
            for choice in self.tables.rows("choices")
            if choice.get("list_name") == f"{measure}__class"
        }
        found: list[MeasureClass] = []
        for part in filter(None, (p.strip() for p in row.get("classes").split("|"))):
            match = _CLASS.fullmatch(part)
            if match is None:
                message = f"`{part}` is not a class; write low <= 3 | high"
                self._error(row, "classes", message)
                return ()
            limit = Decimal(match["limit"]) if match["limit"] else None
            label = labels.get(match["name"], Text({self.default: match["name"]}, self.default))
            found.append(MeasureClass(match["name"], label, limit, match["op"] != "<"))
        limits = [c.limit for c in found[:-1]]
        if None in limits or any(
            a is not None and b is not None and a > b for a, b in pairwise(limits)
        ):
            self._error(row, "classes", "cut-offs must rise; only the last class may have none")
        return tuple(found)

    # -- examples

    def _examples(
        self,
        factors: tuple[Factor, ...],
        responses: tuple[Response, ...],
        measures: tuple[Measure, ...],
    ) -> tuple[Example, ...]:
        known: dict[str, set[str]] = {
            "answer": set(self.form.rows),
            "factor": {factor.name for factor in factors},
            "response": {response.name for response in responses},
            "measure": {measure.name for measure in measures},
        }
        found: dict[str, _ExampleRows] = {}
        for row in self.tables.rows("examples"):
            kind, name = row.get("kind"), row.get("name")
            if kind not in known:
                self._error(row, "kind", f"`{kind}` is not known; use one of {', '.join(known)}")
            elif name not in known[kind]:
                hint = did_you_mean(name, known[kind])
                self._error(row, "name", f"there is no {kind} `{name}`.{hint}")
            elif self._is_example_row(row, kind, name):
                found.setdefault(row.get("example"), _ExampleRows()).add(row)
        return tuple(rows.example(name) for name, rows in found.items())

    def _is_example_row(self, row: SheetRow, kind: str, name: str) -> bool:
        """Whether the row says whose it is and in which row of which repeat it stands."""
        question = next((q for q in self.form.questions if q.name == name), None)
        roster = question.roster if kind == "answer" and question else None
        before = len(self.problems)
        if not row.get("example"):
            self._error(row, "example", "say whose example this is")
        if row.get("repeat") != (roster or ""):
            place = f"in the repeat `{roster}`" if roster else "in no repeat"
            self._error(row, "repeat", f"`{name}` stands {place}")
        if row.get("index") and not _INDEX.fullmatch(row.get("index")):
            self._error(row, "index", f"`{row.get('index')}` is not the number of a row: 1, 2, ...")
        return len(self.problems) == before


class _ExampleRows:
    """The rows of one example person, put together."""

    def __init__(self) -> None:
        self.by_kind: dict[str, dict[str, str]] = {
            "answer": {},
            "factor": {},
            "response": {},
            "measure": {},
        }
        self.rosters: dict[str, dict[int, dict[str, str]]] = {}

    def add(self, row: SheetRow) -> None:
        value = row.get("value")
        if row.get("repeat"):
            index = int((row.get("index") or "1").removesuffix(".0"))
            self.rosters.setdefault(row.get("repeat"), {}).setdefault(index, {})[
                row.get("name")
            ] = value
        else:
            self.by_kind[row.get("kind")][row.get("name")] = value

    def example(self, name: str) -> Example:
        rosters = {
            roster: tuple(rows[index] for index in sorted(rows))
            for roster, rows in self.rosters.items()
        }
        kinds = self.by_kind
        return Example(
            name, kinds["answer"], rosters, kinds["factor"], kinds["response"], kinds["measure"]
        )
