"""A framework's own form as an XForm, for web forms and phones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from sojourn.framework import Framework
from sojourn.standards import on_device
from sojourn.standards.survey import PLACE_FORM, asked_of_place, asked_of_unit

_OUR_COLUMNS = frozenset({"missing", "data_class", "asked_of"})
"""Columns that say something to us and nothing to a form client."""

_STUMBLES = (LookupError, TypeError, AttributeError, ValueError, RecursionError)
"""What the converter raises of itself for forms that it did not expect."""

_converted: dict[tuple[str, str], str] = {}
"""By digest and form: a conversion takes a noticeable moment and its outcome never changes."""


def to_xform(framework: Framework, asked_of: str = "unit") -> str:
    """The XForm XML of what a framework asks of a unit, or with `place` of a place.

    Raises ValueError where it asks nothing of places, and for a form that form tools refuse.
    """
    key = framework.digest, asked_of
    if key not in _converted:
        _converted[key] = converted(framework, asked_of)
    return _converted[key]


def converted(framework: Framework, asked_of: str = "unit") -> str:
    """The same, converted anew."""
    of_place = asked_of == "place"
    if of_place:
        survey = list(asked_of_place(framework))
    else:
        survey = list(on_device.with_findings(framework, asked_of_unit(framework)))
    title = framework.title.get()
    changed = {"form_title": title}
    if of_place:
        changed["form_id"] = framework.id + PLACE_FORM
    rows = [_plain(row) for row in survey]
    sheets = {
        "survey": rows,
        # Which columns there are is otherwise looked for in the first rows only.
        "survey_header": [dict.fromkeys(column for row in rows for column in row)],
        "choices": [_plain(row) for row in framework.sheets.get("choices", ())],
    }
    sheets["settings"] = [
        # An XForm has one title; ours is translated.
        {
            **{name: cell for name, cell in _plain(row).items() if "::" not in name},
            **changed,
        }
        for row in framework.sheets.get("settings", ())
    ]
    try:
        return str(convert(sheets, form_name="data", validate=False).xform)
    except PyXFormError as error:
        raise ValueError(f"form tools refuse this form: {error}") from error
    except _STUMBLES as error:
        message = "form tools stumble over this form; look for braces and odd names in it"
        raise ValueError(message) from error


def titled(xform: str, title: str) -> str:
    """A form with another title, for a page that knows in which language it speaks."""
    return _TITLE.sub(lambda match: f"{match[1]}{escape(title)}{match[2]}", xform, count=1)


_TITLE = re.compile(r"(<h:title>).*?(</h:title>)", re.DOTALL)


def _plain(row: Mapping[str, str]) -> dict[str, str]:
    return {column: cell for column, cell in row.items() if column not in _OUR_COLUMNS and cell}
