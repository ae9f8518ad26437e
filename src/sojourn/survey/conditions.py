"""Conditions on rows, written as XLSForm expressions over the columns of a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import reduce
from operator import add, and_, eq, ge, gt, le, lt, mul, ne, or_, sub, truediv
from types import MappingProxyType

import polars as pl

from sojourn.framework.nodes import (
    Absolute,
    Add,
    And,
    AnswerRef,
    CodeLiteral,
    Divide,
    Equal,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Multiply,
    Negate,
    Node,
    Not,
    NotEqual,
    NumberLiteral,
    Or,
    RuleError,
    Selected,
    Subtract,
)
from sojourn.framework.types import Boolean, Code, Codes, Number
from sojourn.language.expressions import Scope, parse
from sojourn.survey.numbers import no_such_column
from sojourn.survey.problems import SurveyError
from sojourn.survey.sample import Sample

_NUMBER = Number(6, Decimal(10) ** 12)


def condition(sample: Sample, text: str) -> pl.Expr:
    """An expression such as `${growth} > 30 and ${stype} = 'E'` over columns; null where it is not
    known. SurveyError where it cannot be read, or names what is not there."""
    names = list(dict.fromkeys(name.strip() for name in re.findall(r"\$\{([^}]*)\}", text)))
    for name in names:
        if name not in sample.schema:
            raise no_such_column(name, sample.schema)
    if not names:
        raise SurveyError(f"'{text}' names no column; write one as ${{column}}")
    kinds = {name: _kind(sample, text, name) for name in names}
    questions = {name: AnswerRef(name, kind) for name, kind in kinds.items()}
    try:
        node = parse(text, Scope(questions=questions))
    except RuleError as error:
        raise SurveyError(f"'{text}': {error}") from error
    if not isinstance(node.type, Boolean):
        raise SurveyError(f"'{text}' is no condition: it is neither true nor false of a row")
    return _lower(node, sample, text)


def _kind(sample: Sample, text: str, name: str) -> Number | Code | Codes:
    """What a column holds, as the expression uses it: several choices, one, or a number."""
    column = rf"\$\{{\s*{re.escape(name)}\s*\}}"
    if re.search(rf"selected\(\s*{column}", text):
        held = {code for cell in sample.categories(name) for code in cell.split()}
        return Codes(tuple(sorted(held)))
    quoted = rf"{column}\s*!?=\s*['\"‘“]|['\"’”]\s*!?=\s*{column}"
    if re.search(quoted, text):
        return Code(tuple(sample.categories(name)))
    sample.number(name)
    return _NUMBER


_TWO: Mapping[type[Node], Callable[[pl.Expr, pl.Expr], pl.Expr]] = MappingProxyType(
    {
        Equal: eq,
        NotEqual: ne,
        Less: lt,
        LessEqual: le,
        Greater: gt,
        GreaterEqual: ge,
        Add: add,
        Subtract: sub,
        Multiply: mul,
        Divide: truediv,
    }
)
_Two = (
    Equal
    | NotEqual
    | Less
    | LessEqual
    | Greater
    | GreaterEqual
    | Add
    | Subtract
    | Multiply
    | Divide
)


def _lower(node: Node, sample: Sample, text: str) -> pl.Expr:
    def lower(part: Node) -> pl.Expr:
        return _lower(part, sample, text)

    match node:
        case And(parts):
            return reduce(and_, map(lower, parts))
        case Or(parts):
            return reduce(or_, map(lower, parts))
        case Not(of):
            return ~lower(of)
        case NumberLiteral(value):
            return pl.lit(float(value))
        case CodeLiteral(value):
            return pl.lit(value)
        case AnswerRef(name):
            is_number = isinstance(node.type, Number)
            return sample.number(name) if is_number else sample.category(name)
        case Selected(AnswerRef(name), code):
            return sample.category(name).str.split(" ").list.contains(code)
        case Negate(of):
            return -lower(of)
        case Absolute(of):
            return lower(of).abs()
    if isinstance(node, _Two):
        return _TWO[type(node)](lower(node.left), lower(node.right))
    raise SurveyError(f"'{text}': this part cannot be asked of rows: {node.text()}")
