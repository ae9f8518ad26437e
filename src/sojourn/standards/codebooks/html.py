"""A codebook as one HTML file that needs nothing else: its style and its type are inside."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from html import escape
from pathlib import Path

from sojourn.language.codebook.blocks import (
    Block,
    Codebook,
    Entry,
    Fact,
    Facts,
    Heading,
    Item,
    Legend,
    Matrix,
    Paragraph,
    Rule,
    Table,
)
from sojourn.language.phrases import plain_code
from sojourn.language.said import Said
from sojourn.standards import fonts

STYLE = Path(__file__).resolve().parent / "codebook.css"
_RANGES = {
    "latin": "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02DC, U+2000-206F, U+20AC, U+2122, U+2212",
    "latin-ext": "U+0100-0130, U+0132-0151, U+0154-02BA, U+1E00-1EFF, U+20A0-20AB, U+20AD-20C0",
    "arabic": "U+0600-06FF, U+0750-077F, U+0870-08FF, U+200C-200F, U+FB50-FDFF, U+FE70-FEFC",
}
_SHAPES = {
    "risk": '<path d="M8 1 15 8 8 15 1 8z" fill="currentColor"/>',
    "protective": '<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" '
    'stroke-width="3"/>',
    "context": '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/>'
    '<path d="M8 2a6 6 0 0 0 0 12z" fill="currentColor"/>',
    "response": '<path d="M3 2 13 8 3 14z" fill="currentColor"/>',
    "measure": '<path d="M2 10h3v4H2zM6.5 6h3v8h-3zM11 2h3v12h-3z" fill="currentColor"/>',
    "question": '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" '
    'stroke-width="1.5" stroke-dasharray="2.5 2"/>',
    "example": '<path d="M2 2h12v12H2z" fill="none" stroke="currentColor" stroke-width="1.5"/>',
}


def to_html(book: Codebook) -> str:
    direction = "rtl" if book.right_to_left else "ltr"
    headings = [b for b in book.blocks if isinstance(b, Heading)]
    links = "\n".join(_link(heading) for heading in headings)
    body = "\n".join(line for block in book.blocks for line in _lines(block))
    lead = f'<p class="lead">{_text(book.lead)}</p>' if book.lead else ""
    return f"""<!doctype html>
<html lang="{_text(plain_code(book.language))}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_text(book.title)}</title>
<style>
{_faces(arabic=book.right_to_left)}
{STYLE.read_text(encoding="utf-8")}
</style>
</head>
<body>
<header><h1>{_text(book.title)}</h1>{lead}</header>
<nav aria-label="{_text(book.contents)}"><h2>{_text(book.contents)}</h2><ul>
{links}
</ul></nav>
<main>
{body}
</main>
<footer>{_text(book.footer)}</footer>
</body>
</html>
"""


def _faces(*, arabic: bool) -> str:
    """The type inside the file; Arabic script only where it is read."""
    wanted = [path for path in fonts.files() if arabic or "arabic" not in path.name]
    return "\n".join(_face(path) for path in wanted)


def _face(path: Path) -> str:
    family = "IBM Plex Sans Arabic" if "arabic" in path.name else "IBM Plex Sans"
    subset = next(name for name in ("latin-ext", "latin", "arabic") if f"-{name}-" in path.name)
    weight = path.name.split("-")[-2]
    data = b64encode(path.read_bytes()).decode()
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:swap;'
        f'src:url(data:font/woff;base64,{data}) format("woff");'
        f"unicode-range:{_RANGES[subset]}}}"
    )


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text, anchor):
            yield f'<h{level + 1} id="{_text(anchor)}">{_text(text)}</h{level + 1}>'
        case Paragraph(text):
            yield f"<p>{_text(text)}</p>"
        case Facts(rows):
            yield _facts(rows)
        case Table(head, rows):
            yield _table(head, rows)
        case Legend(items):
            yield f'<p class="legend">{" ".join(_item(item) for item in items)}</p>'
        case Matrix():
            yield from _matrix(block)
        case Rule(said, expression):
            title = f'<p class="when">{_text(block.title)}</p>' if block.title else ""
            yield f'<div class="rule">{title}<ul>{_said(said)}</ul>'
            yield f'<pre dir="ltr"><code>{_text(expression)}</code></pre></div>'
        case Entry():
            yield from _entry(block)


def _entry(entry: Entry) -> Iterator[str]:
    yield f'<section class="entry {_text(entry.mark)}">'
    yield f"<h4>{_mark(entry.mark)}{_text(entry.title)}</h4>"
    name = f'<code dir="ltr">{_text(entry.name)}</code>' if entry.name else ""
    if entry.tag or name:
        yield f'<p class="tag"><span>{_text(entry.tag)}</span>{name}</p>'
    for part in entry.blocks:
        yield from _lines(part)
    yield "</section>"


def _facts(rows: tuple[Fact, ...]) -> str:
    lines = (
        f'<dt>{_text(row.name)}</dt><dd dir="auto"{_in(row.language)}>{_text(row.value)}</dd>'
        for row in rows
    )
    return f"<dl>{''.join(lines)}</dl>" if rows else ""


def _table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    heads = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in head)
    lines = ("".join(f'<td dir="auto">{_text(cell)}</td>' for cell in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide">{table}</div>'


def _matrix(matrix: Matrix) -> Iterator[str]:
    yield f"<h3>{_text(matrix.title)}</h3>"
    heads = "".join(f'<th scope="col">{_text(column)}</th>' for column in matrix.columns)
    yield '<div class="wide"><table class="matrix">'
    yield f"<thead><tr><td></td>{heads}</tr></thead><tbody>"
    for name, cells in matrix.rows:
        lists = ("".join(f"<li>{_item(item)}</li>" for item in cell) for cell in cells)
        columns = "".join(f"<td><ul>{items}</ul></td>" for items in lists)
        yield f'<tr><th scope="row">{_text(name)}</th>{columns}</tr>'
    yield "</tbody></table></div>"


def _said(said: Said) -> str:
    below = "".join(_said(part) for part in said.parts)
    return f"<li>{_text(said.text)}{f'<ul>{below}</ul>' if below else ''}</li>"


def _item(item: Item) -> str:
    small = f" <small>({_text(item.small)})</small>" if item.small else ""
    return f'<span class="item">{_mark(item.mark)}<span>{_text(item.text)}{small}</span></span>'


def _mark(kind: str) -> str:
    shape = _SHAPES.get(kind, "")
    return f'<svg class="mark {kind}" viewBox="0 0 16 16" aria-hidden="true">{shape}</svg>'


def _link(heading: Heading) -> str:
    link = f'<a href="#{_text(heading.anchor)}">{_text(heading.text)}</a>'
    return f'<li class="to-{heading.level}">{link}</li>'


def _in(language: str) -> str:
    return f' lang="{_text(plain_code(language))}"' if language else ""


def _text(text: str) -> str:
    return escape(text, quote=True)
