"""A paper as PDF, set with Typst and the type that travels with the project. Nothing is fetched."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from sojourn.standards import fonts
from sojourn.web.printing.papers import Paper

TEMPLATE = Path(__file__).resolve().parent / "paper.typ"


def to_pdf(paper: Paper) -> bytes:
    """The whole paper, tagged, so that it can be read aloud. What stands on it touches no disk."""
    with TemporaryDirectory() as folder:
        fonts.unpack(Path(folder))
        made: Any = typst.compile(
            TEMPLATE,
            format="pdf",
            font_paths=[Path(folder)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(asdict(paper), ensure_ascii=False)},
        )
    return bytes(made)
