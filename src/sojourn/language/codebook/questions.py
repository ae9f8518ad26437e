"""The questions of a framework as blocks of a codebook."""

from __future__ import annotations

from collections.abc import Iterator

from sojourn.framework.model import Question
from sojourn.framework.nodes import answers_used
from sojourn.framework.types import Code, Codes, Date, Number
from sojourn.framework.values import lineage
from sojourn.language.codebook.blocks import Block, Entry, Facts, Heading, Table
from sojourn.language.labels import text_of
from sojourn.language.limits import limits
from sojourn.language.phrases import phrase
from sojourn.language.sheets import SheetRow
from sojourn.language.words import Words

MOST_CHOICES = 60
"""Choices that are listed; longer lists are lists of places, and are cut."""


def question_blocks(words: Words) -> Iterator[Block]:
    """Every question in the order of the form, under the headings of its groups."""
    framework = words.framework
    questions = {question.name: question for question in framework.questions}
    readers = _readers(words)
    depth = 0
    for number, cells in enumerate(framework.sheets.get("survey", ()), start=2):
        kind = " ".join(cells.get("type", "").split()).replace("_", " ").lower()
        if kind.startswith("begin "):
            depth += 1
            label = text_of(SheetRow("survey", number, cells), "label", framework.default_language)
            if depth == 1 and label:
                text = label.get(words.language)
                yield Heading(2, text, f"group-{cells.get('name', number)}")
        elif kind.startswith("end "):
            depth -= 1
        elif (question := questions.get(cells.get("name", ""))) and question.label:
            yield _question(words, question, readers.get(question.name, []))


def _readers(words: Words) -> dict[str, list[str]]:
    """Which factors, measures and responses read each question."""
    found: dict[str, list[str]] = {}
    one = words.framework
    nodes = [(f.name, node) for f in one.factors for node in (f.rule, f.weight, f.urgent)]
    nodes += [(measure.name, measure.node) for measure in one.measures]
    nodes += [(response.name, response.when) for response in one.responses]
    for name, node in nodes:
        for ref in answers_used(node):
            readers = found.setdefault(ref.name, [])
            if name not in readers:
                readers.append(name)
    return found


def _question(words: Words, question: Question, readers: list[str]) -> Entry:
    def say(key: str, **parts: object) -> str:
        return phrase(key, words.language, **parts)

    rosters = {roster.name: roster.label for roster in words.framework.rosters}
    around = reversed(lineage(words.framework.parents, question.roster))
    roster = " › ".join(rosters[name].get(words.language) or name for name in around)
    numbers = (
        ""
        if question.choices
        else ", ".join(f"{code} ({say(kind)})" for code, kind in question.missing_codes.items())
    )
    rows = [
        (say("roster"), roster),
        (say("unit"), say("of_place") if question.of_place else ""),
        (say("relevant"), question.relevant),
        (say("constraint"), limits(question, words.language)),
        (say("no_answer"), numbers),
        (say("who_may_see"), say(f"class_{question.data_class}") if question.data_class else ""),
        (say("used_by"), say("comma").join(readers)),
        (say("note"), question.hint.get(words.language)),
    ]
    blocks: list[Facts | Table] = [Facts(tuple(row for row in rows if row[1]))]
    if question.choices:
        blocks.insert(0, _choices(words, question))
    title = question.label.get(words.language) or question.name
    return Entry("question", say(_kind(question)), title, question.name, tuple(blocks))


def _kind(question: Question) -> str:
    match question.type:
        case Code():
            return "one_choice"
        case Codes():
            return "several"
        case Number(places):
            return "decimal" if places else "whole"
        case Date():
            return "date"
        case _:
            return "text"


def _choices(words: Words, question: Question) -> Table:
    rows = [
        (
            choice.name,
            choice.label.get(words.language) or choice.name,
            phrase(choice.missing, words.language) if choice.missing else "",
        )
        for choice in question.choices[:MOST_CHOICES]
    ]
    more = len(question.choices) - len(rows)
    if more > 0:
        rows.append(("", phrase("more_choices", words.language, n=more), ""))
    head = tuple(phrase(key, words.language) for key in ("code", "choices", "no_answer"))
    if not any(row[2] for row in rows):
        return Table(head[:2], tuple(row[:2] for row in rows), wide=1)
    return Table(head, tuple(rows), wide=1)
