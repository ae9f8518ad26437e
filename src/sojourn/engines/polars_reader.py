"""Raw tables to prepared ones, on Polars: the same reading of cells as `language.answers`.

A cell that cannot be the answer becomes unknown and raises its column's flag, so that the caller
can refuse the file or list every case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from sojourn.engines.columns import col, when
from sojourn.engines.frames import UNIT, Prepared, kept
from sojourn.engines.lowering import ALSO, Lowering
from sojourn.engines.places import key_questions
from sojourn.engines.polars_frame import PolarsFrame
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
from sojourn.framework.model import Framework, Question
from sojourn.framework.types import ANSWER_LIMIT, DECIMAL_PLACES, Code, Codes, Date, Number, Text
from sojourn.language.answers import missing_numbers, rounded

_SCALE = 10**DECIMAL_PLACES
_WHOLE_FLOATS = 10**15
"""Up to here the difference of a float and the nearest whole number is exact."""
_NUMBER = "__number__"
_TEXT_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?$"


@dataclass(frozen=True)
class Raw:
    """A table as it was opened. `headings` maps question names to the columns that hold them.

    `trim` names the questions whose cells may have space around them, or codes that a spreadsheet
    wrote as 1.0; None stands for all. Nearly no table needs it, and trimming every cell takes
    longer than all rules together. Where it was needed and not done, cells count as unusable.
    """

    frame: pl.LazyFrame
    schema: Mapping[str, pl.DataType]
    headings: Mapping[str, str]
    trim: frozenset[str] | None = None


@dataclass(frozen=True)
class Read:
    """Prepared tables, the main one with its `UNUSABLE` column, the rosters with their flags.

    `flags` are the questions of each table that can be unusable (None is the main table).
    """

    tables: Prepared[PolarsFrame]
    flags: Mapping[str | None, tuple[str, ...]]


def prepare(
    framework: Framework,
    main: Raw,
    rosters: Mapping[str, Raw],
    keep: Sequence[str] = (),
    place: Raw | None = None,
) -> Read:
    """Read every column that the framework's rules use.

    `keep` are further columns of the main table to carry along, under their `kept` names. The
    tables must already have the `UNIT` column, and those of rosters what `roster_keys` says. With
    a table of places, whose keys must be unique, its answers are joined to those of each unit;
    then `UNPLACED` is there too.
    """
    asked = questions_of_main(framework, main, place)
    frame, flags = read_table(main, asked, keep)
    count = pl.sum_horizontal(pl.lit(0, pl.UInt32), *(pl.col(FLAG + name) for name in flags))
    frame = frame.with_columns(count.alias(kept(UNUSABLE))).drop(FLAG + name for name in flags)
    all_flags: dict[str | None, tuple[str, ...]] = {None: flags}
    known = [q.name for q in asked]
    found = PolarsFrame(frame)
    if place is not None:
        of_place = questions_of_place(framework, place)
        rows, _ = read_table(place, [*key_questions(framework), *of_place])
        found = with_places(framework, found, PolarsFrame(rows), of_place)
        known += [q.name for q in of_place]
    read_rosters = {}
    for name, raw in rosters.items():
        questions = questions_of(framework, raw, name)
        keys = roster_keys(framework, name, rosters)
        rows, all_flags[name] = read_table(raw, questions, keys=keys)
        read_rosters[name] = PolarsFrame(rows)
        known += [q.name for q in questions]
    prepared = Prepared(found, read_rosters, frozenset(known), framework.parents)
    return Read(prepared, all_flags)


def texts(
    raw: Raw,
    questions: Sequence[Question],
    keep: Sequence[str] = (),
    keys: Sequence[str] = (UNIT,),
) -> pl.LazyFrame:
    """The cells as text by question name, for `language.read_value`; empty cells are null."""
    columns = [pl.col(name).alias(kept(name)) for name in dict.fromkeys((*keys, *keep))]
    for question in questions:
        heading = raw.headings[question.name]
        columns.append(_as_text(pl.col(heading), raw.schema[heading]).alias(question.name))
    return raw.frame.select(columns)


def read_table(
    raw: Raw,
    questions: Sequence[Question],
    keep: Sequence[str] = (),
    *,
    keys: Sequence[str] = (UNIT,),
    with_text: bool = False,
) -> tuple[pl.LazyFrame, tuple[str, ...]]:
    """One table's answers with the flags of unusable cells, and whose flags there are.

    `keys` are the columns by which rows belong together. With `with_text` each cell's own text is
    kept too, in columns that begin with `RAW_TEXT`.
    """
    columns = [pl.col(name).alias(kept(name)) for name in dict.fromkeys((*keys, *keep))]
    numbers, flags = [], []
    for question in questions:
        heading = raw.headings[question.name]
        trim = raw.trim is None or question.name in raw.trim
        cell = _Cell(question, pl.col(heading), raw.schema[heading], trim=trim)
        columns += cell.columns()
        if isinstance(question.type, Number):
            numbers.append(cell.read_number().alias(_NUMBER + question.name))
        if with_text:
            text = _as_text(pl.col(heading), raw.schema[heading])
            columns.append(text.alias(RAW_TEXT + question.name))
        if cell.can_be_unusable:
            columns.append(cell.unusable().alias(FLAG + question.name))
            flags.append(question.name)
    # A step of its own, because Polars reads a number anew for each expression that looks at it.
    frame = raw.frame.with_columns(numbers).select(columns)
    return _check_constraints(frame, questions, flags), tuple(flags)


def _check_constraints(
    frame: pl.LazyFrame, questions: Sequence[Question], flags: Sequence[str]
) -> pl.LazyFrame:
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
    return PolarsFrame(frame).with_columns(changes).native if changes else frame


def _as_text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.String:
        return column
    if dtype != pl.Float32:
        return (column.fill_nan(None) if dtype.is_float() else column).cast(pl.String)
    # The shortest way to write a large one can be another whole number: 36360150 for 36360152.
    known = column.fill_nan(None)
    whole = known.cast(pl.Float64).cast(pl.Int64, strict=False)
    exact = (known == known.floor()) & (known.abs() < _WHOLE_FLOATS)
    return pl.when(exact).then(whole.cast(pl.String) + ".0").otherwise(known.cast(pl.String))


class _Cell:
    """One question's column: how its values are read, and which cells cannot be read."""

    def __init__(
        self, question: Question, column: pl.Expr, dtype: pl.DataType, *, trim: bool
    ) -> None:
        self.question, self.dtype, self.trim = question, dtype, trim
        self.codes = tuple(getattr(question.type, "codes", ()))
        self.missing = tuple(question.missing_codes)
        self.column = column.fill_nan(None) if dtype.is_float() else column
        text = _as_text(column, dtype)
        if dtype == pl.String and trim:
            text = text.str.strip_chars()
            text = pl.when(text != "").then(text)
        self.text = text

    @property
    def can_be_unusable(self) -> bool:
        return not isinstance(self.question.type, Text)

    def columns(self) -> list[pl.Expr]:
        name = self.question.name
        match self.question.type:
            case Codes():
                return [self._selection().alias(name), self._also().alias(name + ALSO)]
            case Text():
                return [self.column.cast(pl.String).alias(name)]
            case _:
                return [self._value().alias(name)]

    def unusable(self) -> pl.Expr:
        """True where something stands that is neither an answer nor a missing code."""
        if isinstance(self.question.type, Codes):
            return self.text.is_not_null() & ~self._well_formed().fill_null(False)
        present = self.column.is_not_null() if self.dtype != pl.String else self.text.is_not_null()
        return present & self._value().is_null() & ~self._is_missing()

    def _value(self) -> pl.Expr:
        match self.question.type:
            case Code():
                code = self._plain_code()
                return pl.when(_one_of(code, self.codes)).then(code)
            case Date():
                day = self._date()
                return pl.when(~self._is_missing_day(day)).then(day)
            case Number():
                return self._answered(self._number())
            case _:
                return self.text

    def _is_missing(self) -> pl.Expr:
        if not self.missing:
            return pl.lit(False)
        match self.question.type:
            case Code():
                return _one_of(self._plain_code(), self.missing)
            case Date():
                return _one_of(self.text, self.missing) | self._is_missing_day(self._date())
            case _:
                codes = self._missing_numbers()
                return _one_of(self.text, self.missing) | _one_of(self._number(), codes)

    # -- numbers

    @property
    def _scale(self) -> int:
        whole = isinstance(self.question.type, Number) and self.question.type.places == 0
        return 1 if whole else _SCALE

    def _number(self) -> pl.Expr:
        return pl.col(_NUMBER + self.question.name)

    def read_number(self) -> pl.Expr:
        """The scaled number that a cell holds, be it an answer, too large, or a missing code."""
        if self.dtype.is_integer():
            number = self.column.cast(pl.Int64, strict=False)
            fits = number.is_between(-ANSWER_LIMIT, ANSWER_LIMIT)
            return _times(pl.when(fits).then(number), self._scale)
        if self._scale != 1 and self.dtype == pl.Float64:
            return self._scaled_float()
        if self._scale != 1:
            return _scaled_text(self.text)
        if self.dtype == pl.Float64:  # a shorter float is not always what it is written as
            whole = self.column.cast(pl.Int64, strict=False)
            return pl.when(whole == self.column).then(whole)
        if self.trim:
            return self.text.str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
        return self.text.str.strip_suffix(".0").cast(pl.Int64, strict=False)

    def _scaled_float(self) -> pl.Expr:
        """A float rounded as it is written, without writing it where that can make no difference.

        What is written is the shortest number to which the float is nearest. That and the product
        are each off by less than one part in 2^53, so the sum of both errors is below 2.5e-16.
        """
        product = self.column * float(_SCALE)
        near = product.round()
        clear = (product - near).abs() + product.abs() * 2.5e-16 < 0.5
        clear &= product.abs() < _WHOLE_FLOATS
        doubtful = pl.when(~clear).then(self.column).cast(pl.String)
        number = near.cast(pl.Int64, strict=False)
        return pl.when(clear).then(number).otherwise(_scaled_text(doubtful))

    def _missing_numbers(self) -> list[int]:
        scaled = (rounded(code) * self._scale for code in missing_numbers(self.question))
        return [int(code) for code in scaled if code == int(code)]

    def _answered(self, number: pl.Expr) -> pl.Expr:
        limit = ANSWER_LIMIT * self._scale
        usable = (number < limit) & (number > -limit)
        if codes := self._missing_numbers():
            usable &= ~_one_of(number, codes)
        return pl.when(usable).then(number)

    # -- dates

    def _date(self) -> pl.Expr:
        day = self._any_day()
        return pl.when(day.is_between(date.min, date.max)).then(day)

    def _any_day(self) -> pl.Expr:
        if self.dtype == pl.Date:
            return self.column
        if isinstance(self.dtype, pl.Datetime):
            return self.column.dt.date()
        day = self.text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        return pl.when(self.text.str.contains(_TEXT_DATE)).then(day)

    def _is_missing_day(self, day: pl.Expr) -> pl.Expr:
        days = [date.fromisoformat(code) for code in self.missing if is_day(code)]
        return _one_of(day, days)

    # -- codes

    def _plain_code(self) -> pl.Expr:
        # Spreadsheets turn the code 1 into the number 1.0.
        numeric = any(_is_number(code) for code in (*self.codes, *self.missing))
        if not self.trim or not numeric:
            return self.text
        return self.text.str.replace(r"^(-?[0-9]+)\.0$", "$1")

    def _padded(self) -> pl.Expr:
        """The chosen codes with a space on both sides of each."""
        text = self.text.str.replace_all(r"\s+", " ") if self.trim else self.text
        padded = pl.lit(" ") + text + pl.lit(" ")
        if self.trim and any(_is_number(code) for code in (*self.codes, *self.missing)):
            for _ in range(2):  # neighbours share a space, so one pass sees every other code
                padded = padded.str.replace_all(r"( -?[0-9]+)\.0 ", "$1 ")
        return padded

    def _well_formed(self) -> pl.Expr:
        known = "|".join(re.escape(code) for code in (*self.codes, *self.missing))
        return self._padded().str.contains(f"^ (({known}) )+$")

    def _selection(self) -> pl.Expr:
        padded = self._padded()
        known = "|".join(re.escape(code) for code in self.codes)
        return pl.when(self._well_formed() & padded.str.contains(f" ({known}) ")).then(padded)

    def _also(self) -> pl.Expr:
        if not self.missing:
            return pl.when(self._selection().is_not_null()).then(pl.lit(False))
        missing = "|".join(re.escape(code) for code in self.missing)
        return pl.when(self._selection().is_not_null()).then(
            self._padded().str.contains(f" ({missing}) ")
        )


def _scaled_text(text: pl.Expr) -> pl.Expr:
    """The scaled number that is written; null where there is none, or it is too large."""
    exact = text.cast(pl.Decimal(38, DECIMAL_PLACES), strict=False)
    # Larger ones would not fit once scaled, and Polars stops the whole run for one cell.
    fitting = pl.when(exact.is_between(-ANSWER_LIMIT, ANSWER_LIMIT)).then(exact)
    return _times(fitting, _SCALE).cast(pl.Int64, strict=False)


def _times(number: pl.Expr, factor: int) -> pl.Expr:
    product: pl.Expr = number * factor
    return product


def _one_of(value: pl.Expr, codes: Sequence[str] | Sequence[int] | Sequence[date]) -> pl.Expr:
    """Whether a value is one of some codes; false where it is null.

    A few comparisons are several times faster than one look-up in a set.
    """
    if not codes:
        return pl.lit(False)
    if len(codes) > 12:
        return value.is_in(codes).fill_null(False)
    return pl.any_horizontal(*(value == code for code in codes)).fill_null(False)


def _is_number(code: str) -> bool:
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", code) is not None
