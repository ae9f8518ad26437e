"""A codebook as PDF, set with Typst in a template of our own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import typst

from sojourn.language.codebook.blocks import Codebook
from sojourn.language.phrases import plain_code
from sojourn.standards import fonts

TEMPLATE = Path(__file__).resolve().parent / "codebook.typ"


def to_pdf(book: Codebook) -> bytes:
    """The whole document; tagged, so that it can be read aloud. Nothing is fetched for it."""
    return compiled(book, "pdf")


def compiled(book: Codebook, kind: Literal["pdf", "svg"]) -> bytes:
    """The document in one of Typst's formats, pages one after the other."""
    told = book.to_json() | {"lang": _language(book)}
    with TemporaryDirectory() as folder:
        fonts.unpack(Path(folder))
        made: Any = typst.compile(
            TEMPLATE,
            format=kind,
            font_paths=[Path(folder)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(told, ensure_ascii=False)},
        )
    # A format of one file for each page gives a list, which the package's types leave out.
    return made if isinstance(made, bytes) else b"".join(made)


def _language(book: Codebook) -> str:
    """The code of a language that Typst takes; `und`, not determined, for a name of any kind."""
    code = plain_code(book.language).split("-")[0]
    return code if re.fullmatch("[a-z]{2,3}", code) else "und"
