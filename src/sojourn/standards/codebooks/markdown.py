"""A codebook as Markdown, for a repository or a wiki."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sojourn.language.codebook.blocks import (
    Block,
    Codebook,
    Entry,
    Facts,
    Heading,
    Item,
    Legend,
    Matrix,
    Paragraph,
    Rule,
    Table,
)
from sojourn.language.said import Said

_MARKS = {"risk": "◆", "protective": "○", "context": "◐"}
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")
_LEADING = re.compile(r"^([-+=]|\d+[.)])")


def to_markdown(book: Codebook) -> str:
    lines = [f"# {_plain(book.title)}", ""]
    if book.lead:
        lines += [_plain(book.lead), ""]
    for block in book.blocks:
        lines += [*_lines(block), ""]
    return "\n".join([*lines, "---", "", _plain(book.footer), ""])


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"{'#' * (level + 1)} {_plain(text)}"
        case Paragraph(text):
            yield _plain(text)
        case Facts(rows):
            yield from (f"- {_plain(row.name)}: {_plain(row.value)}" for row in rows)
        case Table(head, rows):
            yield from _table(head, rows)
        case Legend(items):
            yield " · ".join(_item(item) for item in items)
        case Matrix():
            yield from _matrix(block)
        case Rule(said, expression, title):
            if title:
                yield from (f"{_plain(title)}:", "")
            yield from _said(said)
            yield from _fenced(expression)
        case Entry():
            yield from _entry(block)


def _entry(entry: Entry) -> Iterator[str]:
    mark = _MARKS.get(entry.mark)
    yield f"#### {f'{mark} ' if mark else ''}{_plain(entry.title)}"
    about = " · ".join(part for part in (_plain(entry.tag), f"`{entry.name}`") if part.strip("`"))
    if about:
        yield from ("", about)
    for part in entry.blocks:
        yield ""
        yield from _lines(part)


def _said(said: Said, depth: int = 0) -> Iterator[str]:
    yield f"{'  ' * depth}- {_plain(said.text)}"
    for part in said.parts:
        yield from _said(part, depth + 1)


def _table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    yield "| " + " | ".join(_plain(cell) for cell in head) + " |"
    yield "|" + "---|" * len(head)
    yield from ("| " + " | ".join(_plain(cell) for cell in row) + " |" for row in rows)


def _matrix(matrix: Matrix) -> Iterator[str]:
    yield from (f"### {_plain(matrix.title)}", "")
    yield "| | " + " | ".join(_plain(column) for column in matrix.columns) + " |"
    yield "|---|" + "---|" * len(matrix.columns)
    for name, cells in matrix.rows:
        said = ("<br>".join(_item(item) for item in cell) for cell in cells)
        yield f"| {_plain(name)} | " + " | ".join(said) + " |"


def _item(item: Item) -> str:
    small = f" ({_plain(item.small)})" if item.small else ""
    return f"{_MARKS.get(item.mark, '')} {_plain(item.text)}{small}".strip()


def _plain(text: str) -> str:
    """Text that stays text."""
    return _LEADING.sub(_kept, _SPECIAL.sub(r"\\\1", " ".join(text.split())))


def _kept(begin: re.Match[str]) -> str:
    """The beginning of a line that would make it a list, a heading or a ruler."""
    return f"{begin[0][:-1]}\\{begin[0][-1]}"


def _fenced(expression: str) -> Iterator[str]:
    """An expression as it is written, whatever it holds."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", expression)), default=0))
    yield from ("", fence, *expression.splitlines(), fence)
