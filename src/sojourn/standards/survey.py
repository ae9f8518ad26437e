"""The rows of a form that are asked of a unit, and those that are asked of a place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sojourn.framework import Framework
from sojourn.framework.model import Sheet

Cells = Mapping[str, str]

PLACE_FORM = "_place"
"""Ends the id of the form that is asked of places."""


def block(row: Cells) -> tuple[str, str]:
    """`begin` or `end` with `group` or `repeat`, two empty texts for another row of a survey."""
    words = row.get("type", "").replace("_", " ").lower().split()
    return (words[0], words[1]) if len(words) > 1 and words[0] in ("begin", "end") else ("", "")


def asked_of_unit(framework: Framework) -> Sheet:
    """The survey without what is asked of places, and without groups that held nothing else."""
    return tuple(_of_unit(_tree(framework)))


def asked_of_place(framework: Framework) -> Sheet:
    """The survey of a place: where and when first, then what is asked of it.

    Raises ValueError for a framework that asks nothing of places, or does not say which question
    names them.
    """
    if not any(question.of_place for question in framework.questions):
        raise ValueError(f"{framework.id} asks nothing of places (column asked_of in survey)")
    if framework.place is None:
        raise ValueError(
            f"{framework.id} does not say which question names the place (key place in framework)"
        )
    keys = [name for name in (framework.place, framework.period) if name]
    rows = {row.get("name", ""): row for row in framework.sheets.get("survey", ())}
    first = [
        {column: cell for column, cell in rows[name].items() if column not in _OF_ITS_FORM}
        for name in keys
    ]
    return (*first, *_of_place(_tree(framework)))


_OF_ITS_FORM = ("relevant", "choice_filter")
"""What may speak of other questions of the unit's form."""


@dataclass
class _Block:
    """A group or repeat, or the whole form."""

    rows: list[Cells] = field(default_factory=list)
    parts: list[_Block | Cells] = field(default_factory=list)

    def asks(self, *, of_place: bool) -> bool:
        return any(
            part.asks(of_place=of_place)
            if isinstance(part, _Block)
            else not _is_note(part) and _is_of_place(part) is of_place
            for part in self.parts
        )


def _tree(framework: Framework) -> _Block:
    open_blocks = [_Block()]
    for row in framework.sheets.get("survey", ()):
        edge, _ = block(row)
        if edge == "begin":
            inner = _Block([row])
            open_blocks[-1].parts.append(inner)
            open_blocks.append(inner)
        elif edge == "end":
            open_blocks.pop().rows.append(row)
        else:
            open_blocks[-1].parts.append(row)
    return open_blocks[0]


def _is_of_place(row: Cells) -> bool:
    return row.get("asked_of", "").strip() == "place"


def _is_note(row: Cells) -> bool:
    return row.get("type", "").strip().lower() == "note"


def _of_unit(part: _Block | Cells) -> Iterator[Cells]:
    if not isinstance(part, _Block):
        if not _is_of_place(part):
            yield part
        return
    if part.asks(of_place=True) and not part.asks(of_place=False):
        return
    yield from part.rows[:1]
    for inner in part.parts:
        yield from _of_unit(inner)
    yield from part.rows[1:]


def _of_place(part: _Block) -> Iterator[Cells]:
    alone = not part.asks(of_place=False)
    yield from part.rows[:1]
    for inner in part.parts:
        if isinstance(inner, _Block):
            if inner.asks(of_place=True):
                yield from _of_place(inner)
        elif _is_of_place(inner) or (alone and _is_note(inner)):
            yield inner
    yield from part.rows[1:]
