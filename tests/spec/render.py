"""The manual of the rule language as Markdown, written from its own tests."""

from __future__ import annotations

from collections.abc import Iterator

from tests.spec import form
from tests.spec.model import Chapter, Spec, Table, read_table, split
from tests.spec.toc import CHAPTERS

HEAD = """\
# The rule language

This page is written by its own tests: every table below is run on each engine, and the page is
made from the same tables. Change it in `tests/spec/`, then run `python -m tests.spec.render`.

In the tables, **T** is true, **F** is false; an empty answer was not asked, and an empty result is
unknown.
"""

FORM = """\
## The form of these examples

All examples ask the same questions. Codes named `dk` mean *does not know*, `pnta` *prefers not to
say*.
"""


def render() -> str:
    """The whole manual."""
    blocks = [HEAD, *(block for chapter in CHAPTERS for block in _chapter(chapter)), *_form()]
    return "\n".join(block.strip("\n") + "\n" for block in blocks)


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield f"## {chapter.title}"
    yield chapter.text
    for spec in chapter.specs:
        yield from _spec(spec)


def _spec(spec: Spec) -> Iterator[str]:
    yield f"### {spec.title}"
    if spec.text:
        yield spec.text[0].upper() + spec.text[1:]
    if spec.rule:
        yield f"```\n{spec.rule}\n```"
    for name, text in spec.sheets.items():
        yield f"Sheet `{name}`:"
        yield _table(read_table(text), code=True)
    for name, text in spec.rosters.items():
        yield f"Table `{name}`:"
        yield _table(read_table(text))
    if spec.place:
        yield "Table `place`:"
        yield _table(read_table(spec.place))
    given, wanted = split(spec.table)
    yield _result(given, wanted)


def _table(table: Table, *, code: bool = False) -> str:
    rows = [[row[name] for name in table.headings] for row in table.rows]
    return _markdown(list(table.headings), [[_cell(c, code=code) for c in row] for row in rows])


def _result(given: Table, wanted: Table) -> str:
    headings = [*given.headings, *(f"⇒ {name}" for name in wanted.headings)]
    rows = [
        [
            *(_cell(before[name]) for name in given.headings),
            *(_strong(after[name]) for name in wanted.headings),
        ]
        for before, after in zip(given.rows, wanted.rows, strict=True)
    ]
    return _markdown(headings, rows)


def _markdown(headings: list[str], rows: list[list[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(text: str, *, code: bool = False) -> str:
    escaped = text.replace("|", "\\|")
    return f"`{escaped}`" if code and escaped else escaped


def _strong(text: str) -> str:
    return f"**{text}**" if text else ""


def _form() -> Iterator[str]:
    yield FORM
    for name, text in (("survey", form.SURVEY), ("choices", form.CHOICES)):
        yield f"Sheet `{name}`:"
        yield _table(read_table(text))


if __name__ == "__main__":
    from pathlib import Path

    page = Path(__file__).parents[2] / "docs" / "reference" / "language.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(render(), encoding="utf-8")
