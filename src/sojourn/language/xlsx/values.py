"""What the cells of a workbook say, as the text that a person reads there."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WHOLE = re.compile(r"-?[0-9]{1,17}")
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_DATE_SIGNS = re.compile(r"[dmyhs]", re.IGNORECASE)
_DATE_IDS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_LAST_DAY = 2_958_465

PLAIN, DAY, DURATION = "plain", "day", "duration"


def unescaped(text: str) -> str:
    """Text with characters such as `_x000D_` in place of their numbers."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def kind_of_format(number: int, code: str | None) -> str:
    """Whether a number format shows a day, a duration or a plain number."""
    if number == 46 or (code is not None and _ELAPSED.search(code)):
        return DURATION
    if code is None:
        return DAY if number in _DATE_IDS else PLAIN
    shown = _NOT_SHOWN.sub("", code.split(";")[0])
    return DAY if shown.lower() != "general" and _DATE_SIGNS.search(shown) else PLAIN


def number_text(text: str) -> str:
    """A number as written by hand: 3 for 3.0, 0.1 for 0.10000000000000001, no exponents."""
    text = text.strip()
    if _WHOLE.fullmatch(text):
        return str(int(text))
    try:
        value = float(text)
    except ValueError:
        return text
    if value - value != 0:  # not a number, or without end
        return text
    shown = format(Decimal(repr(value)), "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def day_text(text: str, *, from_1904: bool) -> str:
    """A day, a time of day, or both, from the number that stands for it."""
    try:
        days = float(text)
    except ValueError:
        return text
    if not 0 <= days <= _LAST_DAY:
        return number_text(text)
    seconds = round(days * 86_400)
    if seconds < 86_400 and not from_1904:
        return _clock(seconds)
    # A cell knows no time zone. Day 60 is a 29 February 1900 that never was.
    start = date(1904, 1, 1) if from_1904 else date(1899, 12, 31 if days < 60 else 30)
    first = datetime.combine(start, time())
    try:
        when = first + timedelta(seconds=seconds)
    except OverflowError:
        return number_text(text)
    return when.strftime("%Y-%m-%d") if when.time() == when.min.time() else str(when)


def duration_text(text: str) -> str:
    """A duration in hours, minutes and seconds."""
    try:
        days = float(text)
    except ValueError:
        return text
    return _clock(round(days * 86_400)) if 0 <= days <= _LAST_DAY else number_text(text)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
