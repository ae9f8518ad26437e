"""`sojourn framework docs`: a codebook to read, print and share."""

from __future__ import annotations

import re

import pytest

from sojourn import catalogue
from sojourn.language.codebook import codebook
from sojourn.standards.codebooks.pdf import compiled
from tests.cli.conftest import Desk


def write(desk: Desk, name: str, *options: str, framework: str = "domv") -> bytes:
    done = desk.run("framework", "docs", framework, "-o", name, *options)
    assert done.code == 0, done.said
    return (desk.folder / name).read_bytes()


def test_the_page_needs_nothing_else(desk: Desk) -> None:
    page = write(desk, "out.html").decode()
    assert '<html lang="en" dir="ltr">' in page
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    assert set(re.findall(r"url\((\w+):", page)) == {"data"}


def test_all_that_a_framework_holds_is_told(desk: Desk) -> None:
    told = write(desk, "out.md").decode()
    found = catalogue.load("domv")
    names = [factor.name for factor in found.factors]
    names += [response.name for response in found.responses]
    names += [measure.name for measure in found.measures]
    names += [question.name for question in found.questions if question.label]
    assert not [name for name in names if f"`{name}" not in told]
    assert "- “Are you part of a union" in told
    assert "| Some risks beyond resources | some | more than 0, at most 3 |" in told


def test_a_codebook_speaks_the_asked_language(desk: Desk) -> None:
    page = write(desk, "out.html", "--language", "ar").decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert "يكفي واحد مما يلي:" in page
    done = desk.run("framework", "docs", "domv", "--language", "xx", "-o", "no.html")
    assert done.code == 2
    assert "does not speak `xx`; it speaks ar, en, es, fr" in done.said


@pytest.mark.parametrize(
    ("language", "font"), [("fr", b"IBMPlexSans"), ("ar", b"IBMPlexSansArabic")]
)
def test_a_pdf_is_set_in_our_own_type(desk: Desk, language: str, font: bytes) -> None:
    pdf = write(desk, "out.pdf", "--language", language, framework="reach-msna-2024")
    assert pdf.startswith(b"%PDF")
    assert font in pdf
    assert b"/StructTreeRoot" in pdf


def test_arabic_letters_are_joined() -> None:
    """Isolated letters are wider: joined words make another picture than parted ones."""
    book = codebook(catalogue.load("domv"), "ar")
    joined, parted = (
        compiled(type(book)(title, "", "ar", True, book.blocks[:2], "", ""), "svg")
        for title in ("بيت", "ب\u200cي\u200cت")
    )
    assert joined != parted


def test_text_that_looks_like_markup_stays_text(desk: Desk) -> None:
    text = (desk.folder / "small.yaml").read_text()
    odd = "'<b>#let x = [|*no*|] $y$</b>'"
    desk.write("odd.yaml", text.replace("label: No safe place", f"label: {odd}"))
    assert b"<b>" not in write(desk, "out.html", framework="odd.yaml")
    assert b"\\<b\\>\\#let" in write(desk, "out.md", framework="odd.yaml")
    assert write(desk, "out.pdf", framework="odd.yaml").startswith(b"%PDF")


def test_another_ending_is_refused(desk: Desk) -> None:
    done = desk.run("framework", "docs", "domv", "-o", "out.docx")
    assert (done.code, desk.leftovers()) == (2, [])
    assert "a codebook is written to .html, .md, .pdf" in done.said
