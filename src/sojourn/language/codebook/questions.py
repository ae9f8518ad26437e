"""The questions of a framework as blocks of a codebook."""

from __future__ import annotations

from collections.abc import Iterator

from sojourn.framework.model import Factor, Framework, Measure, Question, Response
from sojourn.framework.nodes import And, Node, answers_used
from sojourn.framework.types import Code, Codes, Date, Number
from sojourn.framework.values import lineage
from sojourn.language.asking import Step, steps
from sojourn.language.codebook.blocks import Block, Entry, Fact, Facts, Heading, Rule, Table
from sojourn.language.codebook.texts import shown
from sojourn.language.labels import group_labels
from sojourn.language.limits import limits
from sojourn.language.phrases import phrase
from sojourn.language.said import Said
from sojourn.language.words import Words

MOST_CHOICES = 60
"""Choices that are listed; longer lists are lists of places, and are cut."""


def question_blocks(words: Words) -> Iterator[Block]:
    """Every question in the order of the form, under the headings of its groups."""
    framework = words.framework
    questions = {question.name: question for question in framework.questions}
    readers = _readers(words)
    labels, asked = group_labels(framework), _asked(framework)
    depth = 0
    for cells in framework.sheets.get("survey", ()):
        kind = " ".join(cells.get("type", "").split()).replace("_", " ").lower()
        if kind.startswith("begin "):
            depth += 1
            name = cells.get("name", "")
            if depth == 1 and labels[name]:
                text = shown(framework, labels[name], words.language)
                yield Heading(2, text, f"group-{name}")
        elif kind.startswith("end "):
            depth -= 1
        elif (question := questions.get(cells.get("name", ""))) and question.label:
            told = readers.get(question.name, []), asked.get(question.name)
            yield _question(words, question, *told)


def _readers(words: Words) -> dict[str, list[str]]:
    """What reads each question: factors, measures and responses by their labels."""
    found: dict[str, list[str]] = {}
    one = words.framework
    rows: list[tuple[Factor | Measure | Response, Node]] = [
        (factor, node)
        for factor in one.factors
        for node in (factor.rule, factor.weight, factor.urgent)
    ]
    rows += [(measure, measure.node) for measure in one.measures]
    rows += [(response, response.when) for response in one.responses]
    for row, node in rows:
        label = words.phrase("quoted", a=words.text(row.label) or row.name)
        for ref in answers_used(node):
            readers = found.setdefault(ref.name, [])
            if label not in readers:
                readers.append(label)
    return found


def _asked(framework: Framework) -> dict[str, Step]:
    """When each question is asked, where that depends on anything."""
    return {step.name: step for step in steps(framework) if step.question and step.texts}


def _condition(words: Words, step: Step) -> Rule:
    """When a question is asked; only as it is written where we cannot read all of it."""
    expression = " and ".join(step.texts)
    title = words.phrase("relevant")
    if not step.whole or not step.conditions:
        return Rule(Said(words.phrase("as_written")), expression, title)
    parts = step.conditions
    return Rule(words.say(And(parts) if len(parts) > 1 else parts[0]), expression, title)


def _question(words: Words, question: Question, readers: list[str], step: Step | None) -> Entry:
    def say(key: str, **parts: object) -> str:
        return phrase(key, words.language, **parts)

    around = reversed(lineage(words.framework.parents, question.roster))
    roster = " › ".join(map(words.label, around))
    one, language = words.framework, words.language
    numbers = () if question.choices else question.missing_codes.items()
    missing = say("comma").join(f"{code} ({say(kind)})" for code, kind in numbers)
    class_ = say(f"class_{question.data_class}") if question.data_class else ""
    rows = (
        Fact(say("roster"), roster),
        Fact(say("unit"), say("of_place") if question.of_place else ""),
        Fact(say("constraint"), limits(question, language)),
        Fact(say("no_answer"), missing),
        Fact(say("who_may_see"), class_),
        Fact(say("used_by"), say("comma").join(readers)),
        Fact(say("note"), shown(one, question.hint, language)),
    )
    blocks: list[Facts | Table | Rule] = [Facts(tuple(row for row in rows if row.value))]
    if step is not None:
        blocks.insert(0, _condition(words, step))
    if question.choices:
        blocks.insert(0, _choices(words, question))
    title = shown(one, question.label, language, question.name)
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
            shown(words.framework, choice.label, words.language, choice.name),
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
