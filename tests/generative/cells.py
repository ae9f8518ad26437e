"""Questions of every kind, and cells such as people, forms and spreadsheets write them."""

from __future__ import annotations

from hypothesis import strategies as st

from sojourn.framework.model import Question, Text
from sojourn.framework.types import (
    DATE,
    DECIMAL_ANSWER,
    INTEGER_ANSWER,
    Code,
    Codes,
    Date,
    Number,
)
from sojourn.framework.values import Missing

DK, PNTA = Missing.DOES_NOT_KNOW, Missing.PREFERS_NOT_TO_SAY
_LABEL = Text({"en": "A question"})

QUESTIONS = {
    "whole": Question("q", "integer", INTEGER_ANSWER, _LABEL, missing_codes={"-999": DK}),
    "whole_plain": Question("q", "integer", INTEGER_ANSWER, _LABEL),
    "decimal": Question(
        "q", "decimal", DECIMAL_ANSWER, _LABEL, missing_codes={"-1": DK, "99.5": PNTA, "NA": DK}
    ),
    "day": Question("q", "date", DATE, _LABEL, missing_codes={"1900-01-01": DK}),
    "one": Question("q", "select_one x", Code(("yes", "no")), _LABEL, missing_codes={"dk": DK}),
    "one_numbered": Question(
        "q", "select_one x", Code(("1", "2", "10")), _LABEL, missing_codes={"-1": DK, "888": DK}
    ),
    "some": Question(
        "q", "select_multiple x", Codes(("food", "water")), _LABEL, missing_codes={"dk": DK}
    ),
    "some_numbered": Question(
        "q", "select_multiple x", Codes(("1", "2", "a.b")), _LABEL, missing_codes={"-1": DK}
    ),
    "some_plain": Question("q", "select_multiple x", Codes(("food", "wat+er")), _LABEL),
    "only_missing": Question("q", "select_multiple x", Codes(()), _LABEL, missing_codes={"dk": DK}),
}

_SPACE = st.sampled_from(["", "", "", " ", "\t", "\n", "\r", "\u00a0", "\x1c", "\u200b", "\u2028"])
_DIGITS = st.text("0123456789", max_size=16)
_ODD_DIGITS = st.text("0123456789\u0663_,", max_size=5)

NUMBERS = st.one_of(
    st.builds(
        "{}{}{}{}{}".format,
        st.sampled_from(["", "", "-", "+", "--"]),
        _DIGITS,
        st.sampled_from(["", ".", ".0", ".00", ","]),
        _DIGITS,
        st.sampled_from(["", "", "", "e3", "E-7", "e+2", "e", "e-400", "e400"]),
    ),
    st.integers(-(10**13), 10**13).map(str),
    st.decimals(-(10**12), 10**12, places=7).map(str),
    st.decimals(-2, 2, places=9).map(str),
    st.sampled_from(
        [
            *("999999999999", "1000000000000", "-999999999999.9999999", "999999999999.9999995"),
            *("-999", "-999.0", "-999.00", "-9.99e2", "-999.0000001", "-0", "0.0", "nan", "inf"),
            *(
                "-1",
                "-1.0",
                "-1.0000001",
                "-1.0000004",
                "99.5",
                "99.50",
                "9.95e1",
                "NA",
                "-inf",
            ),
            *("0x10", "1_000", "1 000", "1e0", "\u0663", "true", "", "9223372036854775808"),
            *("1e26", "-1e30", "1e99", "1.0.0", "1.0.00", "5.000"),
        ]
    ),
    _ODD_DIGITS,
)

DAYS = st.one_of(
    st.dates().map(str),
    st.datetimes().map(str),
    st.datetimes().map(lambda t: t.isoformat()),
    st.builds(
        "{:0>4}-{:0>2}-{:0>2}{}".format,
        st.integers(0, 9999),
        st.integers(0, 13),
        st.integers(0, 32),
        st.sampled_from(["", "", "T", "T10:00", " 10:00", "\n", "T\n", "x", "Z"]),
    ),
    st.sampled_from(
        [
            "2024-02-29",
            "2023-02-29",
            "1900-02-29",
            "2000-02-29",
            "1900-01-01",
            "29/02/2024",
            "45351",
        ]
    ),
)

_GAPS = st.sampled_from([" ", " ", "  ", "\t", "\n", "\u00a0", "\x1c", ","])


def _codes(question: Question) -> st.SearchStrategy[str]:
    """Some of a question's codes, and nearly codes."""
    known = [*getattr(question.type, "codes", ()), *question.missing_codes]
    near = [f"{code}.0" for code in known] + [code.upper() for code in known]
    odd = ["other", "1.", "+1", "01", "1.00", "a.b.0", "axb"]
    some = st.lists(st.sampled_from([*known, *known, *near, *odd]), max_size=4)
    return st.builds(lambda codes, gap: gap.join(codes), some, _GAPS)


def texts(question: Question) -> st.SearchStrategy[str | None]:
    """Cells of text: mostly nearly right, sometimes anything. None is an empty cell."""
    likely = {Number: NUMBERS, Date: DAYS}.get(type(question.type), _codes(question))
    spaced = st.builds("{}{}{}".format, _SPACE, st.one_of(likely, _codes(question)), _SPACE)
    return st.one_of(likely, spaced, st.one_of(NUMBERS, DAYS), st.text(max_size=8), st.none())
