"""Raw tables to prepared ones, in SQL: the same reading of cells as `language.answers`.

The counterpart of `polars_reader` for DuckDB, Spark and PostgreSQL. Numbers are taken apart as
text, digit by digit, so that nothing passes through a binary float and no cell can stop a run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from sojourn.engines.columns import Expr, Kind, Named, call, col, lit, total, when
from sojourn.engines.frames import UNIT, Prepared, kept
from sojourn.engines.lowering import ALSO, Lowering, one_if
from sojourn.engines.places import key_questions
from sojourn.engines.reading import (
    FLAG,
    RAW_TEXT,
    UNUSABLE,
    is_day,
    questions_of,
    questions_of_main,
    questions_of_place,
    roster_keys,
    with_places,
)
from sojourn.engines.sql import SqlFrame, Table
from sojourn.engines.sql_printing import Dialect
from sojourn.framework.model import Framework, Question
from sojourn.framework.types import ANSWER_LIMIT, DECIMAL_PLACES, Code, Codes, Date, Number, Text
from sojourn.language.answers import SPACE, missing_numbers, rounded

_SCALE = 10**DECIMAL_PLACES
_PLAIN_WHOLE = r"^-?[0-9]{1,15}$"
_PLAIN_NUMBER = r"^-?[0-9]{1,12}([.][0-9]{1,6})?$"
_NUMBER = r"^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$"
_WHOLE = r"^[+-]?[0-9]+([.]0+)?$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][^\n]*)?$"
_DIGITS = 12
"""Whole digits of the largest answer."""


class Holds(Enum):
    """What a column of the input holds, as far as reading it goes."""

    TEXT = auto()
    INTEGER = auto()
    FLOAT = auto()
    SHORT_FLOAT = auto()
    OTHER = auto()
    """Something whose text is the cell: exact decimals, true and false."""
    DAY = auto()
    MOMENT = auto()


KINDS = {
    Holds.INTEGER: Kind.WIDE,
    Holds.FLOAT: Kind.FLOAT,
    Holds.SHORT_FLOAT: Kind.FLOAT,
    Holds.DAY: Kind.DAY,
    Holds.MOMENT: Kind.DAY,
}


@dataclass(frozen=True)
class Raw:
    """A table as it was opened: where it stands, its columns, and where the questions are.

    `native` are columns that are not answers, as SQL: the `UNIT`, and what is carried along.
    """

    relation: str
    holds: Mapping[str, Holds]
    headings: Mapping[str, str]
    native: Mapping[str, tuple[str, Kind]]


@dataclass(frozen=True)
class Read:
    """Prepared tables, the main one with its `UNUSABLE` column, the rosters with their flags."""

    tables: Prepared[SqlFrame]
    flags: Mapping[str | None, tuple[str, ...]]


def prepare(
    framework: Framework,
    dialect: Dialect,
    main: Raw,
    rosters: Mapping[str, Raw],
    keep: Sequence[str] = (),
    place: Raw | None = None,
) -> Read:
    """Read every column that the framework's rules use.

    `keep` are further native columns of the main table to carry along, under their `kept` names.
    With a table of places, whose keys must be unique, its answers are joined to those of each
    unit; then `UNPLACED` is there too.
    """
    questions = questions_of_main(framework, main, place)
    frame, flags = read_table(dialect, main, questions, keep)
    ones = [one_if(col(FLAG + name)) for name in flags]
    frame = frame.with_columns([total(lit(0, Kind.WHOLE), *ones).alias(kept(UNUSABLE))])
    all_flags: dict[str | None, tuple[str, ...]] = {None: flags}
    known = [q.name for q in questions]
    if place is not None:
        of_place = questions_of_place(framework, place)
        rows, _ = read_table(dialect, place, [*key_questions(framework), *of_place])
        frame = with_places(framework, frame, rows, of_place)
        known += [q.name for q in of_place]
    read_rosters = {}
    for name, raw in rosters.items():
        asked = questions_of(framework, raw, name)
        keys = roster_keys(framework, name, rosters)
        read_rosters[name], all_flags[name] = read_table(dialect, raw, asked, keys)
        known += [q.name for q in asked]
    prepared = Prepared(frame, read_rosters, frozenset(known), framework.parents)
    return Read(prepared, all_flags)


def texts(
    dialect: Dialect, raw: Raw, questions: Sequence[Question], keep: Sequence[str] = ()
) -> SqlFrame:
    """The cells as text by question name, for `language.read_value`."""
    frame = SqlFrame.over(_table(dialect, raw, questions, with_text=True))
    return frame.select(_kept(raw, keep) + [col(q.name).alias(q.name) for q in questions])


def read_table(
    dialect: Dialect,
    raw: Raw,
    questions: Sequence[Question],
    keep: Sequence[str] = (),
    *,
    with_text: bool = False,
) -> tuple[SqlFrame, tuple[str, ...]]:
    """One table's answers with the flags of unusable cells, and whose flags there are.

    With `with_text` each cell's own text is kept too, in columns that begin with `RAW_TEXT`.
    """
    frame = SqlFrame.over(_table(dialect, raw, questions, with_text=with_text))
    columns = _kept(raw, keep)
    flags = []
    for question in questions:
        cell = _Cell(question, raw.holds[raw.headings[question.name]])
        columns += cell.columns()
        if with_text:
            columns.append(col(question.name).alias(RAW_TEXT + question.name))
        if not isinstance(question.type, Text):
            columns.append(cell.unusable().alias(FLAG + question.name))
            flags.append(question.name)
    return _check_constraints(frame.select(columns), questions, flags), tuple(flags)


def _kept(raw: Raw, keep: Sequence[str]) -> list[Named]:
    names = dict.fromkeys((UNIT, *keep) if UNIT in raw.native else keep)
    return [col(kept(name)).alias(kept(name)) for name in names]


def _check_constraints(
    frame: SqlFrame, questions: Sequence[Question], flags: Sequence[str]
) -> SqlFrame:
    """Treat an answer that breaks its own constraint as one that cannot be."""
    rules = Lowering(frozenset(q.name for q in questions))
    changes = []
    for question in questions:
        if question.constraint is None or question.name not in flags:
            continue
        broken = (~rules.condition(question.constraint)).fill_null(False)
        flag = FLAG + question.name
        changes.append((col(flag) | broken).alias(flag))
        changes.append(when(~broken).then(col(question.name)).alias(question.name))
    return frame.with_columns(changes)


# -- the columns as they stand


_NATIVE = "__native__"
_SCALED = "__scaled__"


def _table(dialect: Dialect, raw: Raw, questions: Sequence[Question], *, with_text: bool) -> Table:
    """Each question's cell as text, and beside it as it stands where that says more.

    Without `with_text` a cell has no text where reading it does not need it.
    """
    written = {kept(name): native for name, native in raw.native.items()}
    for question in questions:
        heading = raw.headings[question.name]
        sql, holds = dialect.name(heading), raw.holds[heading]
        text = _as_text(dialect, sql, holds)
        if holds in KINDS:
            known = _known(dialect, sql, holds)
            written[_NATIVE + question.name] = known, KINDS[holds]
        if holds is Holds.FLOAT and _is_decimal(question):
            clear, number = _clearly_rounded(dialect, known)
            written[_SCALED + question.name] = f"CASE WHEN {clear} THEN {number} END", Kind.WHOLE
            if not (
                with_text or question.missing_codes
            ):  # then text is looked at for doubtful ones only
                text = f"CASE WHEN {clear} THEN NULL ELSE {text} END"
        written[question.name] = text, Kind.TEXT
    return Table(raw.relation, written)


def _known(dialect: Dialect, sql: str, holds: Holds) -> str:
    if holds in (Holds.FLOAT, Holds.SHORT_FLOAT):
        nan = dialect.cast("'NaN'", Kind.FLOAT)
        return f"NULLIF({dialect.cast(sql, Kind.FLOAT)}, {nan})"
    return dialect.cast(sql, KINDS[holds])


def _as_text(dialect: Dialect, sql: str, holds: Holds) -> str:
    """A cell as people would write it."""
    plain = dialect.cast(sql, Kind.TEXT)
    if holds not in (Holds.FLOAT, Holds.SHORT_FLOAT):
        return sql if holds is Holds.TEXT else plain
    known = _known(dialect, sql, holds)
    # Within the choice, not before it: an engine may look at both sides of an AND, and Spark stops
    # at the floor of a number that is too large for 64 bits.
    small = f"CASE WHEN ABS({known}) < {10**15} THEN {known} END"
    whole = dialect.cast(dialect.cast(small, Kind.WHOLE), Kind.TEXT)
    # Engines write whole floats in different ways, all others in the shortest one.
    is_whole = f"({small}) = FLOOR({small})"
    return f"CASE WHEN {is_whole} THEN {whole} WHEN {known} IS NOT NULL THEN {plain} END"


def _is_decimal(question: Question) -> bool:
    return isinstance(question.type, Number) and question.type.places > 0


def _clearly_rounded(dialect: Dialect, known: str) -> tuple[str, str]:
    """Where a float's text can be left alone, and the scaled number it then is.

    What is written is the shortest number to which the float is nearest. That and the product are
    each off by less than one part in 2^53, so the sum of both errors is below 2.5e-16.
    """
    scale, half, error = (dialect.cast(f"'{n}'", Kind.FLOAT) for n in (_SCALE, 0.5, 2.5e-16))
    small = f"CASE WHEN ABS({known}) < 1000000000 THEN {known} * {scale} END"
    near = f"FLOOR({small} + {half})"
    clear = f"ABS({small} - {near}) + ABS({small}) * {error} < {half}"
    return clear, dialect.cast(near, Kind.WHOLE)


class _Cell:
    """One question's column: how its values are read, and which cells cannot be read."""

    def __init__(self, question: Question, holds: Holds) -> None:
        self.question, self.holds = question, holds
        self.codes = tuple(getattr(question.type, "codes", ()))
        self.missing = tuple(question.missing_codes)
        self.native = col(_NATIVE + question.name)
        self.cell = col(question.name)
        trimmed = call("trim", self.cell, value=SPACE)
        self.text = when(trimmed != "").then(trimmed)

    def columns(self) -> list[Named]:
        name = self.question.name
        match self.question.type:
            case Codes():
                return [self._selection().alias(name), self._also().alias(name + ALSO)]
            case Text():
                return [when(~self.text.is_null()).then(self.cell).alias(name)]
            case _:
                return [self._value().alias(name)]

    def unusable(self) -> Expr:
        """True where something stands that is neither an answer nor a missing code."""
        if isinstance(self.question.type, Codes):
            return ~self.text.is_null() & ~self._well_formed().fill_null(False)
        present = self.native if self.holds in KINDS else self.text
        return ~present.is_null() & self._value().is_null() & ~self._is_missing()

    def _value(self) -> Expr:
        match self.question.type:
            case Code():
                return self._code(self.codes)
            case Date():
                day = self._date()
                return when(~self._is_missing_day()).then(day)
            case Number():
                return self._answered(self._number())
            case _:
                raise TypeError("no reading is written down for this kind of question")

    def _is_missing(self) -> Expr:
        if not self.missing:
            return lit(False)
        match self.question.type:
            case Code():
                return ~self._code(self.missing).is_null()
            case Date():
                return self._is_missing_day()
            case _:
                return _one_of(self.text, self.missing) | _one_of(
                    self._number(), self._missing_numbers()
                )

    # -- numbers

    @property
    def _scale(self) -> int:
        whole = isinstance(self.question.type, Number) and self.question.type.places == 0
        return 1 if whole else _SCALE

    def _number(self) -> Expr:
        """The scaled number that a cell holds, be it an answer or a missing code."""
        if self.holds is Holds.INTEGER:
            low, high = lit(-ANSWER_LIMIT, Kind.WIDE), lit(ANSWER_LIMIT, Kind.WIDE)
            fits = (self.native >= low) & (self.native <= high)
            return when(fits).then(self.native).cast(Kind.WHOLE) * self._scale
        if self.holds is Holds.FLOAT and _is_decimal(self.question):
            scaled = col(_SCALED + self.question.name)
            doubtful = when(scaled.is_null()).then(self.text)
            return _first(scaled, scaled, _Written(doubtful).rounded())
        if self._scale != 1:
            return self._decimal()
        if self.holds in (Holds.FLOAT, Holds.SHORT_FLOAT):
            number = _Written(self.text)
            zeros = call("matches", number.rest(0), value="^0*$")
            return when(zeros).then(number.scaled(0))
        plain = when(call("matches", self.text, value=_PLAIN_WHOLE)).then(self.text)
        odd = when(call("matches", self.text, value=_WHOLE)).then(self.text)
        return _first(plain, plain.cast(Kind.WHOLE), _Written(odd).scaled(0))

    def _decimal(self) -> Expr:
        plain = when(call("matches", self.text, value=_PLAIN_NUMBER)).then(self.text)
        point = call("matches", plain, value="[.]")
        digits = call("replace", plain, value=("[.]", ""))
        # One zero for each digit that is missing after the point.
        places = call("length", call("replace", plain, value=("^[^.]*[.]?", "")))
        zeros = call("repeat", "0", lit(DECIMAL_PLACES) - places)
        scaled = call("joined", digits, when(point).then(zeros).otherwise("0" * DECIMAL_PLACES))
        return _first(plain, scaled.cast(Kind.WHOLE), _Written(self.text).rounded())

    def _missing_numbers(self) -> list[int]:
        scaled = (rounded(code) * self._scale for code in missing_numbers(self.question))
        limit = ANSWER_LIMIT * self._scale
        return [int(code) for code in scaled if code == int(code) and abs(code) <= limit]

    def _answered(self, number: Expr) -> Expr:
        limit = lit(ANSWER_LIMIT * self._scale)
        usable = (number < limit) & (number > limit * -1)
        usable &= ~_one_of(number, self._missing_numbers())
        return when(usable & ~_one_of(self.text, self.missing)).then(number)

    # -- dates

    def _date(self) -> Expr:
        if self.holds in (Holds.DAY, Holds.MOMENT):
            known = (self.native >= lit(date.min)) & (self.native <= lit(date.max))
            return when(known).then(self.native)
        day = when(call("matches", self.text, value=_DAY)).then(self.text)
        year, month, of_month = (
            call("part", day, lit(at), lit(size)).cast(Kind.WHOLE)
            for at, size in ((1, 4), (6, 2), (9, 2))
        )
        leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
        february = when(leap).then(29).otherwise(28)
        short = when(month.is_in([4, 6, 9, 11])).then(30).otherwise(31)
        last = when(month == 2).then(february).otherwise(short)
        real = (year >= 1) & (month >= 1) & (month <= 12) & (of_month >= 1) & (of_month <= last)
        return call("day_of", *(when(real).then(part) for part in (year, month, of_month)))

    def _is_missing_day(self) -> Expr:
        if self.holds in (Holds.DAY, Holds.MOMENT):
            days = [date.fromisoformat(code) for code in self.missing if is_day(code)]
            return _one_of(self.native, days)
        day = when(call("matches", self.text, value=_DAY)).then(self.text)
        first = call("part", day, lit(1), lit(10))
        return _one_of(self.text, self.missing) | _one_of(first, self.missing)

    # -- codes

    def _code(self, codes: Sequence[str]) -> Expr:
        """The code that a cell holds. Spreadsheets turn the code 1 into the number 1.0."""
        plain = [code for code in codes if not re.fullmatch(r"-?[0-9]+\.0", code)]
        floats = [f"{code}.0" for code in plain if re.fullmatch(r"-?[0-9]+", code)]
        found = when(_one_of(self.text, plain)).then(self.text)
        if not floats:
            return found
        short = call("replace", self.text, value=("[.]0$", ""))
        return found.otherwise(when(_one_of(self.text, floats)).then(short))

    def _padded(self) -> Expr:
        """The chosen codes with a space on both sides of each."""
        text = call("replace", self.text, value=(f"[{SPACE}]+", " "))
        padded = call("joined", " ", text, " ")
        if any(re.fullmatch(r"-?[0-9]+", code) for code in (*self.codes, *self.missing)):
            for _ in range(2):  # neighbours share a space, so one pass sees every other code
                padded = call("replace", padded, value=(r"( -?[0-9]+)[.]0 ", r"\1 "))
        return padded

    def _well_formed(self) -> Expr:
        return call("matches", self._padded(), value=f"^ (({_any(self.codes + self.missing)}) )+$")

    def _selection(self) -> Expr:
        padded = self._padded()
        some = call("matches", padded, value=f" ({_any(self.codes)}) ")
        return when(self._well_formed() & some).then(padded)

    def _also(self) -> Expr:
        chosen = when(~self._selection().is_null())
        if not self.missing:
            return chosen.then(False)
        return chosen.then(call("matches", self._padded(), value=f" ({_any(self.missing)}) "))


class _Written:
    """A number as it is written: its digits, and where the point stands among them."""

    def __init__(self, text: Expr) -> None:
        known = when(call("matches", text, value=_NUMBER)).then(text)
        size = call("replace", known, value=("^[+-]|[eE].*$", ""))
        power = call("replace", known, value=("^[^eE]*[eE]?[+]?", ""))
        has_power = call("matches", known, value="[eE]")
        whole = call("replace", size, value=("[.].*$", ""))
        self.negative = call("matches", known, value="^-")
        self.digits = call("replace", size, value=("[.]", ""))
        shift = when(has_power).then(power).otherwise("0").cast(Kind.WHOLE)
        self.point = call("length", whole) + shift

    def _whole(self) -> Expr:
        """The digits before the point, without zeros in front."""
        many = call("length", self.digits)
        zeros = call("repeat", "0", _not_below_zero(self.point - many))
        cut = call("part", self.digits, lit(1), _not_below_zero(self.point))
        whole = when(self.point <= many).then(cut).otherwise(call("joined", self.digits, zeros))
        return call("replace", whole, value=("^0+", ""))

    def _fraction(self) -> Expr:
        """The digits after the point, and zeros for the places that are empty."""
        zeros = call("repeat", "0", _not_below_zero(self.point * -1))
        after = call("part", self.digits, _not_below_zero(self.point) + 1, lit(100_000))
        return call("joined", zeros, after, "0" * DECIMAL_PLACES)

    def rest(self, places: int) -> Expr:
        """The digits after so many places."""
        return call("part", self._fraction(), lit(places + 1), lit(100_000))

    def scaled(self, places: int) -> Expr:
        """The whole number once scaled, what is beyond its places cut off; null if too large."""
        whole, kept_ = self._whole(), call("part", self._fraction(), lit(1), lit(places))
        fits = (call("length", whole) <= _DIGITS) | (whole == "1" + "0" * _DIGITS)
        digits = when(fits).then(call("joined", "0", whole, kept_) if places else whole)
        if not places:
            digits = call("joined", "0", digits)
        number = digits.cast(Kind.WHOLE)
        return when(self.negative).then(number * -1).otherwise(number)

    def rounded(self) -> Expr:
        """Scaled and rounded half to even."""
        number, rest = self.scaled(DECIMAL_PLACES), self.rest(DECIMAL_PLACES)
        half = call("matches", rest, value="^50*$")
        more = call("matches", rest, value="^[5-9]")
        odd = call("matches", number.cast(Kind.TEXT), value="[13579]$")
        step = when(self.negative).then(-1).otherwise(1)
        return when(more & (~half | odd)).then(number + step).otherwise(number)


def _first(plain: Expr, quick: Expr, careful: Expr) -> Expr:
    """The quick reading where a cell is plain, else the careful one."""
    return when(plain.is_null()).then(careful).otherwise(quick)


def _not_below_zero(number: Expr) -> Expr:
    return when(number > 0).then(number).otherwise(0)


def _any(codes: Sequence[str]) -> str:
    """A pattern for any of some codes; for none of them one that nothing can be."""
    return "|".join(re.escape(code) for code in codes) or "\n"


def _one_of(value: Expr, codes: Sequence[str] | Sequence[int] | Sequence[date]) -> Expr:
    """Whether a value is one of some codes; false where it is null."""
    return value.is_in(codes).fill_null(False) if codes else lit(False)
