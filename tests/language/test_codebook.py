"""Codebooks in other languages: all fixed words translated, the framework's own visibly if not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from sojourn import catalogue
from sojourn.framework import (
    Basis,
    DataClass,
    Direction,
    Effect,
    Framework,
    Horizon,
    Level,
    MeasureKind,
    Missing,
    Nature,
    Stage,
    State,
)
from sojourn.language.build import build
from sojourn.language.codebook import codebook
from sojourn.language.codebook.blocks import (
    Block,
    Codebook,
    Entry,
    Fact,
    Facts,
    Heading,
    Legend,
    Matrix,
    Paragraph,
    Rule,
    Table,
)
from sojourn.language.phrases import has, phrase
from sojourn.language.said import Said
from sojourn.language.sheets import SheetRow, Tables
from sojourn.standards.codebooks.html import to_html

ARABIC = re.compile("[\u0600-\u06ff]")
OWN = ("id", "version", "languages", "source", "licence", "digest", "note", "legal_basis")
"""Facts whose values are codes, or texts that the framework brings along."""


def blocks(book: Codebook) -> Iterator[Block]:
    for block in book.blocks:
        yield block
        if isinstance(block, Entry):
            yield from block.blocks


def fixed_texts(book: Codebook) -> Iterator[str]:
    """Whatever of a codebook is said by us, and what frameworks translate."""
    own = {phrase(key, book.language) for key in OWN}
    for block in blocks(book):
        match block:
            case Heading(text=text) | Paragraph(text):
                yield text
            case Facts(rows):
                yield from (row.name for row in rows)
                yield from (row.value for row in rows if row.name not in own)
            case Table(head):
                yield from head
            case Legend(items):
                yield from (item.text for item in items)
            case Matrix(title, columns, rows):
                yield from (title, *columns, *(name for name, _ in rows))
            case Rule(said, title=title):
                yield title
                yield from said_texts(said)
            case Entry(tag=tag):
                yield tag
    yield from (book.footer, book.contents)


def said_texts(said: Said) -> Iterator[str]:
    yield said.text
    for part in said.parts:
        yield from said_texts(part)


def test_every_code_that_frameworks_are_made_of_has_words() -> None:
    plain = (*Effect, *Stage, *Horizon, *Basis, *Missing, *MeasureKind, *State, *Direction)
    keys = [str(code) for code in plain]
    keys += [f"level_{code}" for code in Level] + [f"nature_{code}" for code in Nature]
    keys += [f"class_{code}" for code in DataClass]
    assert not [key for key in keys if not has(key)]


@pytest.mark.parametrize("framework_id", catalogue.ids())
def test_no_fixed_word_of_a_codebook_stays_in_english(framework_id: str) -> None:
    book = codebook(catalogue.load(framework_id), "ar")
    words = [text for text in fixed_texts(book) if re.search("[a-z]{3}", text, re.IGNORECASE)]
    assert not [text for text in words if not ARABIC.search(text)]


def small(*languages: str) -> Framework:
    """A framework written in English, with one label in French too."""
    names = {"fr": "Français (fr)", "ar": "العربية (ar)"}
    factor = {
        "name": "unsafe",
        "label::English (en)": "No safe place",
        "level": "individual",
        "effect": "risk",
        "nature": "situational",
        "domain": "sleeping_place",
        "rule": "${safe} = 'no'",
        "note": "Ask kindly.",
        "source": "A guide",
    }
    question = {"type": "select_one yn", "name": "safe", "label::English (en)": "Safe?"}
    choice = {"list_name": "yn", "name": "no", "label::English (en)": "No"}
    for code in languages:
        question[f"label::{names[code]}"] = f"Safe? in {code}"
        choice[f"label::{names[code]}"] = f"No in {code}"
    return built(factor, question, choice)


def built(factor: dict[str, str], question: dict[str, str], choice: dict[str, str]) -> Framework:
    rows = {
        "settings": [
            {"form_id": "small", "version": "1", "default_language": "English (en)"},
        ],
        "survey": [question],
        "choices": [choice],
        "factors": [factor],
    }
    sheets = {
        name: [SheetRow(name, at, row) for at, row in enumerate(found, start=2)]
        for name, found in rows.items()
    }
    return build(Tables("small", sheets))[0]


def entry(book: Codebook, name: str) -> Entry:
    return next(b for b in book.blocks if isinstance(b, Entry) and b.name == name)


def test_what_is_not_translated_says_in_which_language_it_stands() -> None:
    book = codebook(small("fr"), "fr")
    assert entry(book, "unsafe").title == "No safe place [English]"
    assert entry(book, "safe").title == "Safe? in fr"
    facts = {
        row.name: row
        for part in entry(book, "unsafe").blocks
        if isinstance(part, Facts)
        for row in part.rows
    }
    assert facts["Remarque"] == Fact("Remarque", "Ask kindly. [English]", "en")
    assert facts["Source"] == Fact("Source", "A guide", "en")
    assert [b.text for b in book.blocks if isinstance(b, Paragraph)] == [
        phrase("written_in", "fr", a="English")
    ]
    assert '<dd dir="auto" lang="en">Ask kindly. [English]</dd>' in to_html(book)


def test_in_its_own_language_nothing_is_marked() -> None:
    page = to_html(codebook(small("fr"), "en"))
    assert "[English]" not in page
    assert "Ask kindly." in page


def test_the_form_says_when_a_question_is_asked() -> None:
    book = codebook(catalogue.load("domv"), "es")
    rules = [part for part in entry(book, "maybe_under_18").blocks if isinstance(part, Rule)]
    assert [(rule.title, rule.expression) for rule in rules] == [
        ("Se pregunta solo si", rules[0].expression)
    ]
    assert "menos de 21" in rules[0].said.text or "menos de 21" in str(rules[0].said.parts)
