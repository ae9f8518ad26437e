"""A framework's own form as an XForm, for web forms and phones."""

from __future__ import annotations

from collections.abc import Mapping

from pyxform.xls2xform import convert

from sojourn.framework import Framework

_OUR_COLUMNS = frozenset({"missing", "data_class", "asked_of"})
"""Columns that say something to us and nothing to a form client."""

_converted: dict[str, str] = {}
"""By digest: a conversion takes a noticeable moment and its outcome never changes."""


def to_xform(framework: Framework) -> str:
    """The XForm XML of a framework's survey, choices and settings sheets."""
    if framework.digest not in _converted:
        sheets = {
            name: [_plain(row) for row in framework.sheets.get(name, ())]
            for name in ("survey", "choices")
        }
        sheets["settings"] = [
            # An XForm has one title; ours is translated.
            {
                **{name: cell for name, cell in _plain(row).items() if "::" not in name},
                "form_title": framework.title.get(),
            }
            for row in framework.sheets.get("settings", ())
        ]
        _converted[framework.digest] = convert(sheets, form_name="data", validate=False).xform
    return _converted[framework.digest]


def _plain(row: Mapping[str, str]) -> dict[str, str]:
    return {column: cell for column, cell in row.items() if column not in _OUR_COLUMNS and cell}
