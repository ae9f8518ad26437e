"""What a document is made of, whatever it is written as."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, TypeAlias

from sojourn.language.said import Said


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (a chapter) or 2."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Paragraph:
    text: str


class Fact(NamedTuple):
    """A name and a value; `language` is that of the value where it is not the page's."""

    name: str
    value: str
    language: str = ""


@dataclass(frozen=True)
class Facts:
    """Names and values, one below the other."""

    rows: tuple[Fact, ...]


@dataclass(frozen=True)
class Table:
    """Rows under headings; the column `wide` takes what room there is."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wide: int = 0


@dataclass(frozen=True)
class Item:
    """A label with the mark of its kind, and a small word after it."""

    mark: str
    text: str
    small: str = ""


@dataclass(frozen=True)
class Legend:
    """What the marks mean."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Matrix:
    """Items by row and column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[Item, ...], ...]], ...]


@dataclass(frozen=True)
class Rule:
    """A rule in words, beside the expression that it is; with a title where it is not the rule."""

    said: Said
    expression: str
    title: str = ""


@dataclass(frozen=True)
class Entry:
    """One factor, response, measure, question or example, with its mark and its parts."""

    mark: str
    tag: str
    title: str
    name: str
    blocks: tuple[Facts | Table | Rule | Paragraph, ...]


Block: TypeAlias = Heading | Paragraph | Facts | Table | Legend | Matrix | Rule | Entry


@dataclass(frozen=True)
class Codebook:
    """A whole document in one language."""

    title: str
    lead: str
    language: str
    right_to_left: bool
    blocks: tuple[Block, ...]
    footer: str
    contents: str
    version: str = ""

    def to_json(self) -> dict[str, Any]:
        """For a template: every block with its kind."""
        return {
            "title": self.title,
            "lead": self.lead,
            "language": self.language,
            "right_to_left": self.right_to_left,
            "footer": self.footer,
            "contents": self.contents,
            "version": self.version,
            "blocks": [_json(block) for block in self.blocks],
        }


def _json(block: Block) -> dict[str, Any]:
    kind = {"block": type(block).__name__.lower()}
    if isinstance(block, Entry):
        return {**kind, **asdict(block), "blocks": [_json(part) for part in block.blocks]}
    return {**kind, **asdict(block)}
