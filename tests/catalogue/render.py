"""The catalogue as a page of the manual, written from the frameworks themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from sojourn import catalogue
from sojourn.framework.model import Framework, Measure, Text

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "catalogue.md"
HEAD = """\
# The catalogue

The frameworks that come with Sojourn, with the numbers that each writes. This page is written from
the frameworks themselves: change those, then run `python -m tests.catalogue.render`.

None is an official product of the organisation whose model it follows. What is sourced, what is
ours, what is still to settle and the terms of the sources stand in a `README.md` beside each
framework in `src/sojourn/catalogue/data/`; its own version and changes in a `CHANGELOG.md`. Every
question, factor and rule: `sojourn framework docs ID -o FILE`. Input columns are the names of the
questions: `sojourn framework show ID`.

`basis` says how a measure came to be: **sourced** (the named source was read and has this rule),
**recalled** (from general knowledge of the named publication: check before attributing it),
**proposed** (ours).
"""


def render() -> str:
    """The whole page."""
    frameworks = [catalogue.load(name) for name in catalogue.ids()]
    blocks = [HEAD, _overview(frameworks)]
    for framework in frameworks:
        blocks += _framework(framework)
    return "\n".join(block.strip("\n") + "\n" for block in blocks)


def _overview(frameworks: list[Framework]) -> str:
    headings = ["id", "what", "a row is", "version", "questions", "factors", "languages"]
    rows = [
        [
            f"[`{one.id}`](#{one.id})",
            _english(one.title),
            one.unit,
            one.version,
            str(len(one.questions)),
            str(len(one.factors)),
            " ".join(one.languages),
        ]
        for one in frameworks
    ]
    return _table(headings, rows)


def _framework(framework: Framework) -> Iterator[str]:
    yield f"## `{framework.id}` {{ #{framework.id} }}"
    yield f"**{_english(framework.title)}.** {_english(framework.description)}"
    yield _counts(framework)
    if framework.measures:
        rows = [
            [f"`{one.name}`", _english(one.label), _classes(one), one.basis]
            for one in framework.measures
        ]
        yield _table(["measure", "what", "classes", "basis"], rows)
    sources = dict.fromkeys(one.source for one in framework.measures if one.source)
    if sources:
        yield "Sources of the measures: " + " · ".join(sources) + "."


def _counts(framework: Framework) -> str:
    effects = Counter(str(factor.effect) for factor in framework.factors)
    basis = Counter(str(factor.basis) for factor in framework.factors)
    parts = [
        f"{effects['risk']} risk",
        f"{effects['protective']} protective",
        f"{effects['context']} depending on the answer",
    ]
    marks = [f"{basis[mark]} {mark}" for mark in ("sourced", "recalled", "proposed") if basis[mark]]
    return (
        f"Factors: {', '.join(parts)} ({', '.join(marks)}). "
        f"Responses: {len(framework.responses)}. Example people: {len(framework.examples)}."
    )


def _classes(measure: Measure) -> str:
    """The classes with their cut-offs, as in the framework file."""
    return ", ".join(
        f"`{one.name}`"
        if one.limit is None
        else f"`{one.name}` {'≤' if one.inclusive else '<'} {_number(one.limit)}"
        for one in measure.classes
    )


def _number(limit: Fraction) -> str:
    plain = f"{float(limit):g}"
    return plain if Fraction(plain) == limit else str(limit)


def _english(text: Text) -> str:
    return " ".join(text.by_language["en"].split()).replace("|", "\\|")


def _table(headings: list[str], rows: list[list[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
