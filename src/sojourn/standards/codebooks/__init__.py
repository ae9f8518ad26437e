"""Codebooks as files: a page for the browser, a PDF, or Markdown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sojourn.language.codebook.blocks import Codebook
from sojourn.standards.codebooks.html import to_html
from sojourn.standards.codebooks.markdown import to_markdown
from sojourn.standards.codebooks.pdf import to_pdf
from sojourn.standards.whole_files import all_or_nothing

_WRITERS: dict[str, Callable[[Codebook], bytes]] = {
    ".html": lambda book: to_html(book).encode(),
    ".md": lambda book: to_markdown(book).encode(),
    ".pdf": to_pdf,
}
ENDINGS = tuple(_WRITERS)


def write(book: Codebook, output: Path) -> None:
    """Write a codebook; the ending decides. Raises `KeyError` for another ending."""
    written = _WRITERS[output.suffix.lower()](book)
    with all_or_nothing(output) as hidden:
        hidden.write_bytes(written)
