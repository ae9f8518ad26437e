"""Tables to a Framework, or every problem with its place.

The order of the checks follows the author: first the form, then factors, measures, responses,
examples. Rows may look at rows that stand further below, so each is read when it is first asked
for. A framework with one error is not built; warnings do not stop it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

from sojourn.framework.model import (
    DIRECTION_TYPE,
    Effect,
    Factor,
    Framework,
    Measure,
    Response,
    Stage,
    Text,
)
from sojourn.framework.nodes import FactorRef, RuleError, rows_used
from sojourn.framework.types import BOOLEAN, Code, Date
from sojourn.language.cells import Cells
from sojourn.language.examples import read_examples
from sojourn.language.expressions import RowRef
from sojourn.language.factors import read_factor, read_response
from sojourn.language.form import read_form
from sojourn.language.labels import language_code, language_of, text_of
from sojourn.language.measures import read_measure
from sojourn.language.problems import FrameworkProblems, Problem, did_you_mean
from sojourn.language.sheets import SHEETS, SheetRow, Tables

_Item = TypeVar("_Item", Factor, Measure)

_UNKEPT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CLASS = "__class"
_REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")
_SELECTOR = re.compile(r"\b(risk|protective):")
_LOOKING = ("relevant", "constraint", "calculation", "choice_filter", "repeat_count")
"""The columns of a form that may look at other questions."""


def build(tables: Tables) -> tuple[Framework, tuple[Problem, ...]]:
    """The framework and its warnings. Raises `FrameworkProblems` when there is any error."""
    _check_characters(tables)
    builder = _Builder(tables)
    framework = builder.framework()
    problems = builder.cells.problems
    errors = [problem for problem in problems if not problem.warning]
    if errors:
        raise FrameworkProblems(tables.name, errors)
    return framework, tuple(problem for problem in problems if problem.warning)


def _check_characters(tables: Tables) -> None:
    """Refuse characters that no form and no file can hold, before a message repeats them."""
    found = [
        row.problem(column if not _UNKEPT.search(column) else "", message)
        for rows in tables.sheets.values()
        for row in rows
        for column, cell in row.cells.items()
        if (message := unkept(column + cell))
    ]
    if found:
        raise FrameworkProblems(tables.name, found)


def unkept(text: str) -> str:
    """Why a text cannot be kept in any file; empty where it can."""
    found = _UNKEPT.search(text)
    if found is None:
        return ""
    return f"this holds an invisible character (U+{ord(found[0]):04X}) that cannot be kept"


class _Rows:
    """Factors and measures, each read when it is first asked for.

    A row that asks for itself on the way has no value to start from: that is told as a problem.
    What a row asks for is read before it, so that a long chain of rows is no deep one.
    """

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        tables = cells.tables
        self.factor_rows = _by_name(tables, "factors")
        self.measure_rows = _by_name(tables, "measures")
        self.read: dict[str, Factor | Measure | None] = {}
        self.reading: list[str] = []

    def factor(self, name: str) -> Factor | None:
        self._read_before(name)
        found = self._once(name, lambda: read_factor(self.cells, self.factor_rows[name]))
        return found if isinstance(found, Factor) else None

    def measure(self, name: str) -> Measure | None:
        self._read_before(name)
        row = self.measure_rows[name]
        found = self._once(name, lambda: read_measure(self.cells, row, self))
        return found if isinstance(found, Measure) else None

    def reference(self, name: str) -> RowRef | None:
        """What `${name}` stands for in a rule, None where no row is called so."""
        if name in self.factor_rows:
            context = self.factor_rows[name].get("effect") == Effect.CONTEXT
            return FactorRef(name, DIRECTION_TYPE if context else BOOLEAN)
        of_class = name.endswith(_CLASS) and name.removesuffix(_CLASS) in self.measure_rows
        if not of_class and name not in self.measure_rows:
            return None
        measure = self.measure(name.removesuffix(_CLASS))
        if measure is None:
            raise RuleError(f"`{name}` cannot be used, because the measure itself has a problem")
        if of_class and not measure.classes:
            raise RuleError(f"the measure `{measure.name}` has no classes")
        return measure.class_ref if of_class else measure.ref

    def _once(
        self, name: str, read: Callable[[], Factor | Measure | None]
    ) -> Factor | Measure | None:
        if name in self.reading:
            raise RuleError(_cycle([*self.reading[self.reading.index(name) :], name]))
        if name not in self.read:
            self.reading.append(name)
            before = len(self.cells.problems)
            try:
                found = read()
            finally:
                self.reading.pop()
                self.read.setdefault(name, None)
            if not self.cells.errors_since(before):
                self.read[name] = found
        return self.read[name]

    # -- the rows that a row asks for

    def _read_before(self, name: str) -> None:
        """Read everything that the row asks for, the farthest first."""
        if name in self.read or self.reading:
            return
        path, waiting = [name], [self._asked_by(name)]
        on_path = {name}
        done: set[str] = set()
        while path:
            asked = next(waiting[-1], None)
            if asked is None:
                done.add(path[-1])
                on_path.discard(path[-1])
                waiting.pop()
                last = path.pop()
                if path:
                    self._read_alone(last)
            elif asked in on_path:
                self._tell_circle([*path[path.index(asked) :], asked])
            elif asked not in done and asked not in self.read:
                path.append(asked)
                on_path.add(asked)
                waiting.append(self._asked_by(asked))

    def _read_alone(self, name: str) -> None:
        with suppress(RuleError):  # told where the row itself is read
            if name in self.measure_rows:
                self.measure(name)
            else:
                self.factor(name)

    def _tell_circle(self, names: list[str]) -> None:
        """A circle of rows: none of them can be read."""
        if names[0] in self.read:
            return
        row = self.factor_rows.get(names[0]) or self.measure_rows[names[0]]
        self.cells.error(row, "rule" if row.get("rule") else "components", _cycle(names))
        self.read |= dict.fromkeys(names)

    def _asked_by(self, name: str) -> Iterator[str]:
        """The rows that have to be read for a row, as far as its text tells."""
        if name in self.factor_rows:
            row = self.factor_rows[name]
            texts = [row.get(column) for column in ("rule", "weight", "urgent")]
            words: list[str] = []
        else:
            row = self.measure_rows[name]
            texts = [row.get("rule"), *(d.get("when") for d in self.cells.decisions.get(name, ()))]
            words = re.split(r"[\s:;]+", row.get("components"))
            if _SELECTOR.search(row.get("components")):
                words += self.factor_rows
        names = [found.strip() for text in texts for found in _REFERENCE.findall(text)]
        for found in (*names, *words):
            measure = found.removesuffix(_CLASS)
            if measure in self.measure_rows:
                yield measure
            elif found in words and found in self.factor_rows:
                yield found


def _by_name(tables: Tables, sheet: str) -> dict[str, SheetRow]:
    found: dict[str, SheetRow] = {}
    for row in tables.rows(sheet):
        found.setdefault(row.get("name"), row)
    return found


def _cycle(names: list[str]) -> str:
    if len(names) > 8:
        names = [*names[:5], "...", *names[-2:]]
    shown = " looks at ".join(f"`{name}`" for name in names)
    return f"{shown}: nothing can depend on itself. Write one of these rules over the answers"


class _Builder:
    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.settings = next(iter(tables.rows("settings")), SheetRow("settings", 2, {}))
        self.default = language_code(self.settings.get("default_language") or "default")
        self.about = {row.get("key"): row for row in tables.rows("framework")}
        self.cells = Cells(tables, read_form(tables, self.default), self.default)
        self.rows = _Rows(self.cells)
        self.cells.row = self.rows.reference
        self.cells.rows = frozenset((*self.rows.factor_rows, *self.rows.measure_rows))

    def framework(self) -> Framework:
        self._check_sheets()
        dates = "the day a unit was asked"
        reference = self._question("reference_date", Date, f"a date question that tells {dates}")
        if reference is not None:
            self.cells.today = self.cells.questions[reference].ref
        factors = tuple(self._each("factors", self.rows.factor))
        measures = tuple(self._each("measures", self.rows.measure))
        responses = tuple(self._responses())
        self._check_places()
        form = self.cells.form
        return Framework(
            id=self.settings.get("form_id") or self.settings.get("id_string"),
            version=self.settings.get("version"),
            title=self._title(),
            description=self._about_text("description"),
            default_language=self.default,
            languages=self._languages(),
            unit=self._about("unit") or "individual",
            stage_question=self._stage_question(),
            keys=tuple(self._about("key").split()),
            questions=tuple(form.questions),
            rosters=tuple(form.rosters),
            factors=factors,
            responses=responses,
            measures=measures,
            examples=read_examples(
                self.cells,
                {
                    "answer": set(form.rows),
                    "factor": {factor.name for factor in factors},
                    "response": {response.name for response in responses},
                    "measure": {measure.name for measure in measures if measure.of is None},
                },
            ),
            order=self._order(factors, measures),
            sheets=self.tables.plain(),
            reference_date=reference,
            place=self._question("place", object, "a question that says where the unit is"),
            period=self._question("period", object, "a question that says when"),
        )

    # -- the file as a whole

    def _check_sheets(self) -> None:
        problems = self.cells.problems
        for sheet in self.tables.sheets:
            near = did_you_mean(sheet.strip().lower(), SHEETS) if sheet not in SHEETS else ""
            if near and not any(self.tables.rows(near.split("`")[1])):
                message = f"this sheet is not read.{near} Give it that name, or a quite other one"
                problems.append(Problem(sheet, 0, "", message))
        for sheet in ("survey", "settings"):
            if not any(self.tables.rows(sheet)):
                problems.append(Problem(sheet, 0, "", "this sheet is missing or empty"))
        if not any(self.tables.rows("factors")) and not any(self.tables.rows("measures")):
            message = "this sheet is missing or empty, and so is `measures`; nothing is to be found"
            problems.append(Problem("factors", 0, "", message))
        for column, older in (("form_id", "id_string"), ("version", "version")):
            if not (self.settings.get(column) or self.settings.get(older)):
                self.cells.error(self.settings, column, "this must be filled in")

    def _about(self, key: str) -> str:
        return self.about[key].get("value") if key in self.about else ""

    def _about_text(self, key: str) -> Text:
        return text_of(self.about[key], "value", self.default) if key in self.about else Text()

    def _title(self) -> Text:
        """The form's title; its translations stand in the framework sheet, because form tools
        know no translated settings."""
        form = text_of(self.settings, "form_title", self.default)
        form = form or text_of(self.settings, "title", self.default)
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

    def _question(self, key: str, kind: type, wanted: str) -> str | None:
        """The question that a key of the sheet `framework` names, which is asked of the unit."""
        name = self._about(key)
        if not name:
            return None
        row = self.about[key]
        question = self.cells.questions.get(name)
        if question is None:
            hint = did_you_mean(name, self.cells.form.rows)
            self.cells.error(row, "value", f"there is no question `{name}`.{hint}")
        elif question.roster is not None:
            self.cells.error(row, "value", f"`{name}` is asked in a repeat")
        elif question.of_place:
            self.cells.error(row, "value", f"`{name}` is asked of the place; name {wanted}")
        elif not isinstance(question.type, kind):
            self.cells.error(row, "value", f"`{name}` is {question.type}; name {wanted}")
        else:
            return name
        return None

    def _stage_question(self) -> str | None:
        name = self._question("stage_question", Code, "a select_one question")
        codes = self.cells.questions[name].type if name else None
        if isinstance(codes, Code) and not set(codes.codes) <= set(Stage):
            message = f"`{name}` must be a select_one with the codes {', '.join(Stage)}"
            self.cells.error(self.about["stage_question"], "value", message)
        return name

    # -- rows

    def _check_places(self) -> None:
        """What is asked of places is a form of its own: neither form may look into the other."""
        keys = {name for name in (self._about("place"), self._about("period")) if name}
        of_place = {question.name for question in self.cells.form.questions if question.of_place}
        of_unit = set(self.cells.form.rows) - of_place - keys
        open_groups: list[tuple[SheetRow, set[bool]]] = []
        for row in self.tables.rows("survey"):
            word = row.get("type").replace("_", " ").lower()
            if word.startswith("begin "):
                open_groups.append((row, set()))
            elif word.startswith("end ") and open_groups:
                group, holds = open_groups.pop()
                for is_place in holds:
                    self._check_own_form(group, of_unit if is_place else of_place)
                if open_groups:
                    open_groups[-1][1].update(holds)
            elif row.get("name") in self.cells.form.rows:
                is_place = row.get("name") in of_place
                self._check_own_form(row, of_unit if is_place else of_place)
                if open_groups:
                    open_groups[-1][1].add(is_place)

    def _check_own_form(self, row: SheetRow, elsewhere: set[str]) -> None:
        for column in _LOOKING:
            for name in _REFERENCE.findall(row.get(column)):
                if name in elsewhere:
                    message = (
                        f"`{name}` is asked in the other form: what is asked of a place and what "
                        "is asked of a unit are two forms that do not see each other"
                    )
                    self.cells.error(row, column, message)

    def _each(self, sheet: str, read: Callable[[str], _Item | None]) -> Iterator[_Item]:
        seen: set[str] = set()
        for row in self.tables.rows(sheet):
            name = row.get("name")
            if name in seen:
                self.cells.name(row, "another row")  # tells that the name is taken
                continue
            seen.add(name)
            try:
                item = read(name)
            except RuleError as error:
                self.cells.error(row, "rule", str(error))
                continue
            if item is not None:
                yield item

    def _responses(self) -> Iterator[Response]:
        for row in self.tables.rows("responses"):
            before = len(self.cells.problems)
            response = read_response(self.cells, row)
            if not self.cells.errors_since(before):
                yield response

    def _order(self, factors: tuple[Factor, ...], measures: tuple[Measure, ...]) -> tuple[str, ...]:
        """All names, each after those that it looks at."""
        needs: dict[str, list[str]] = {}
        for factor in factors:
            nodes = (factor.rule, factor.weight, factor.urgent)
            needs[factor.name] = [name for node in nodes for name in rows_used(node)]
        for measure in measures:
            needs[measure.name] = list(rows_used(measure.node))
        known = {name: [n for n in found if n in needs] for name, found in needs.items()}
        try:
            return tuple(TopologicalSorter(known).static_order())
        except CycleError as error:
            names = list(reversed(error.args[1]))
            row = self.rows.factor_rows.get(names[0]) or self.rows.measure_rows[names[0]]
            self.cells.error(row, "rule", _cycle(names))
            return tuple(needs)
