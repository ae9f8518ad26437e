"""What changed between two versions of a framework, row by row and in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sojourn.framework.model import Framework, Sheet
from sojourn.language.labels import language_of

Row = Mapping[str, str]
Key = tuple[str, ...]

_KEYS: Mapping[str, tuple[str, ...]] = {
    "settings": (),
    "framework": ("key",),
    "survey": ("name",),
    "choices": ("list_name", "name"),
    "factors": ("name",),
    "responses": ("name",),
    "measures": ("name",),
    "decisions": ("measure", "when"),
    "examples": ("example", "kind", "name", "repeat", "index"),
}
_ONE: Mapping[str, str] = {
    "settings": "settings",
    "framework": "about the framework",
    "survey": "question",
    "choices": "choice",
    "factors": "factor",
    "responses": "response",
    "measures": "measure",
    "decisions": "decision row",
    "examples": "example row",
}
HEADINGS: Mapping[str, str] = {
    "settings": "Settings",
    "framework": "About the framework",
    "survey": "Questions",
    "choices": "Choices",
    "factors": "Factors",
    "responses": "Responses",
    "measures": "Measures",
    "decisions": "Decisions",
    "examples": "Examples",
}
_IN_ORDER = ("survey", "decisions")
"""Sheets of which the order of the rows matters."""


@dataclass(frozen=True)
class Change:
    """One thing that is different: a row that came, went or was renamed, or one of its cells."""

    sheet: str
    name: str
    kind: str
    column: str = ""
    language: str = ""
    old: str = ""
    new: str = ""

    def to_json(self) -> dict[str, str]:
        found = {"sheet": self.sheet, "name": self.name, "kind": self.kind}
        more = {"column": self.column, "language": self.language, "old": self.old, "new": self.new}
        return found | {key: value for key, value in more.items() if value}

    def __str__(self) -> str:
        thing = f"{_ONE[self.sheet]} `{self.name}`" if self.name else _ONE[self.sheet]
        what = self.column + (f" in {self.language}" if self.language else "")
        match self.kind:
            case "added":
                return f"{thing} is new" + (f": {self.new}" if self.new else "")
            case "removed":
                return f"{thing} is no longer there" + (f": {self.old}" if self.old else "")
            case "renamed":
                return f"{thing} is now called `{self.new}`, and else the same"
            case "order":
                return f"{thing}: the rows stand in another order"
            case "rewritten":
                return f"{thing}: {what} is written differently, and means the same"
        if not self.old:
            return f"{thing}: {what} is new: {_quoted(self.column, self.new)}"
        if not self.new:
            return f"{thing}: {what} is left out; it was {_quoted(self.column, self.old)}"
        old, new = (_quoted(self.column, text) for text in (self.old, self.new))
        return f"{thing}: {what} was {old}, is now {new}"


def changes(old: Framework, new: Framework) -> tuple[Change, ...]:
    """Every difference in what is written, in the order of the sheets."""
    same = _same_rules(old, new)
    return tuple(change for sheet in _KEYS for change in _of_sheet(sheet, old, new, same))


def _of_sheet(
    sheet: str, old: Framework, new: Framework, same: Callable[[str, str, str], bool]
) -> Iterator[Change]:
    before, after = (_by_key(sheet, one.sheets.get(sheet, ())) for one in (old, new))
    gone = {key: row for key, row in before.items() if key not in after}
    came = {key: row for key, row in after.items() if key not in before}
    for key, row in gone.items():
        twin = next((k for k, r in came.items() if _twins(sheet, row, r)), None)
        if twin is not None:
            came.pop(twin)
            yield Change(sheet, _name(key), "renamed", new=_name(twin))
        else:
            yield Change(sheet, _name(key), "removed", old=_told(sheet, row))
    for key, row in came.items():
        yield Change(sheet, _name(key), "added", new=_told(sheet, row))
    both = [key for key in before if key in after]
    for key in both:
        yield from _of_row(sheet, key, before[key], after[key], same)
    if sheet in _IN_ORDER and both != [key for key in after if key in before]:
        yield Change(sheet, "", "order")


def _of_row(
    sheet: str, key: Key, before: Row, after: Row, same: Callable[[str, str, str], bool]
) -> Iterator[Change]:
    for heading in dict.fromkeys((*before, *after)):
        was, now = before.get(heading, "").strip(), after.get(heading, "").strip()
        if was == now:
            continue
        column, language, _ = language_of(heading) or (heading, "", "")
        kind = "rewritten" if same(sheet, _name(key), column) else "changed"
        yield Change(sheet, _name(key), kind, column, language, was, now)


def _same_rules(old: Framework, new: Framework) -> Callable[[str, str, str], bool]:
    """Whether a rule means the same in both, however it is written."""
    nodes = [_nodes(framework) for framework in (old, new)]

    def same(sheet: str, name: str, column: str) -> bool:
        at = (sheet, name, column)
        return at in nodes[0] and at in nodes[1] and nodes[0][at] == nodes[1][at]

    return same


def _nodes(framework: Framework) -> dict[tuple[str, str, str], object]:
    found: dict[tuple[str, str, str], object] = {}
    for factor in framework.factors:
        found["factors", factor.name, "rule"] = factor.rule
        found["factors", factor.name, "urgent"] = factor.urgent
        found["factors", factor.name, "weight"] = factor.weight
    for response in framework.responses:
        found["responses", response.name, "when"] = response.when
    for measure in framework.measures:
        found["measures", measure.name, "rule"] = measure.node
        found["measures", measure.name, "classes"] = tuple(
            (item.name, item.limit, item.inclusive) for item in measure.classes
        )
    return found


def _by_key(sheet: str, rows: Sheet) -> dict[Key, Row]:
    """Rows by what names them; the second of a name gets a number, so that none is lost."""
    found: dict[Key, Row] = {}
    for row in rows:
        key = tuple(row.get(column, "").strip() for column in _KEYS[sheet])
        if sheet == "survey" and not any(key):
            continue  # the end of a group or repeat
        number = 2
        while key in found:
            key = (*key[: len(_KEYS[sheet])], str(number))
            number += 1
        found[key] = row
    return found


def _name(key: Key) -> str:
    return " ".join(part for part in key if part)


def _twins(sheet: str, row: Row, other: Row) -> bool:
    """Whether two rows are the same but for their name."""
    if _KEYS[sheet] != ("name",):
        return False
    return {**row, "name": ""} == {**other, "name": ""}


def _told(sheet: str, row: Row) -> str:
    """What a row says, in short."""
    label = next((row[h] for h in row if (language_of(h) or (h,))[0] == "label" and row[h]), "")
    rule = row.get({"responses": "when"}.get(sheet, "rule"), "")
    value = row.get("value", "") if sheet in ("framework", "decisions", "examples") else ""
    kind = row.get("type", "") if sheet == "survey" else ""
    parts = (_short(label), kind, f"`{_short(rule)}`" if rule else "", _short(value))
    return ", ".join(part for part in parts if part)


def _quoted(column: str, text: str) -> str:
    mark = "`{}`" if column in _CODE else "“{}”"
    return mark.format(_short(text))


_CODE = {"rule", "when", "urgent", "weight", "weights", "components", "classes", "relevant"}
_CODE |= {"constraint", "calculation", "type", "k", "missing", "value", "within", "version"}


def _short(text: str, limit: int = 160) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"
