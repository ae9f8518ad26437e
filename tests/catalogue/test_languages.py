"""Every shipped framework speaks each of the languages it declares, in every text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sojourn import catalogue
from sojourn.framework.model import Framework, Text


def labels(framework: Framework) -> Iterator[tuple[str, Text]]:
    """What a person reads: where it stands, and the words."""
    yield "title", framework.title
    yield "description", framework.description
    for roster in framework.rosters:
        yield f"roster {roster.name}", roster.label
    for question in framework.questions:
        if question.kind != "calculate":
            yield f"question {question.name}", question.label
        yield from ((f"choice {question.name}/{one.name}", one.label) for one in question.choices)
    for factor in framework.factors:
        yield f"factor {factor.name}", factor.label
    for response in framework.responses:
        yield f"response {response.name}", response.label
    for measure in framework.measures:
        yield f"measure {measure.name}", measure.label
        yield from ((f"class {measure.name}/{one.name}", one.label) for one in measure.classes)


@pytest.mark.parametrize("framework_id", catalogue.ids())
def test_every_label_stands_in_every_declared_language(framework_id: str) -> None:
    framework = catalogue.load(framework_id)
    lacking = {
        where: missing
        for where, text in labels(framework)
        if (missing := [code for code in framework.languages if not text.by_language.get(code)])
    }
    assert lacking == {}


@pytest.mark.parametrize("framework_id", catalogue.ids())
def test_a_text_translated_once_is_translated_into_every_language(framework_id: str) -> None:
    framework = catalogue.load(framework_id)
    headings = {f"{name} ({code})" for code, name in framework.languages.items()}
    default = f"{framework.languages[framework.default_language]} ({framework.default_language})"
    lacking = [
        (sheet, number, column)
        for sheet, rows in framework.sheets.items()
        for number, row in enumerate(rows, start=1)
        for column in sorted({cell.partition("::")[0] for cell in row if "::" in cell})
        for heading in headings
        if not row.get(f"{column}::{heading}")
        # The column without a language is the default language.
        and not (heading == default and row.get(column))
    ]
    assert lacking == []


@pytest.mark.parametrize("framework_id", ["domv", "reach-msna-2024"])
def test_people_are_met_in_four_languages(framework_id: str) -> None:
    assert set(catalogue.load(framework_id).languages) == {"en", "fr", "ar", "es"}
