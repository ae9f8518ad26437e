"""Invented answers for a story, coherent with the form: nothing is answered that was not asked."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sojourn.engines import record
from sojourn.framework import Answers, Framework
from sojourn.framework.nodes import Node
from sojourn.language import read_value
from sojourn.language.expressions import Scope, parse
from sojourn.web.demo.stories import HOUSEHOLD, USUAL, Story

_NOT_ASKED = 0.12
_NOT_ASKED_LATER = 0.03


@dataclass
class Telling:
    """What one invented person has answered so far, as texts by question."""

    story: Story
    told: dict[str, str]

    @classmethod
    def begin(cls, story: Story, chance: Random) -> Telling:
        """Draws an answer to every question of the story and of what is usual."""
        usual = {**USUAL, **HOUSEHOLD, **story.answers}
        told = {name: chance.choice(options) for name, options in usual.items()}
        told["age"] = str(chance.randint(*story.ages))
        told["plan_in_own_words"] = story.plan
        return cls(story, told)

    def improve(self, chance: Random) -> None:
        """Some of what help can change has changed; sometimes something new has come up."""
        for name, value in self.story.better.items():
            if chance.random() < 0.6:
                self.told[name] = value
        if chance.random() < 0.05:
            self.told["threatened_now"] = "yes"
        if chance.random() < 0.3:
            self.told["knows_where_help"] = "yes"

    def answers(self, framework: Framework, chance: Random, *, first: bool) -> Answers:
        """The answers of one conversation. Fewer questions stay unasked in later ones."""
        skipped = _NOT_ASKED if first else _NOT_ASKED_LATER
        asked_for = conditions(framework)
        so_far = Answers()
        for question in framework.questions:
            text = self.told.get(question.name)
            always = question.name in (framework.stage_question, "age")
            if text is None or not all(
                record.evaluate(node, so_far) is True for node in asked_for[question.name]
            ):
                continue
            if always or chance.random() >= skipped:
                so_far = Answers({**so_far.values, question.name: read_value(question, text)})
        return so_far


_known: dict[str, dict[str, tuple[Node, ...]]] = {}


def conditions(framework: Framework) -> dict[str, tuple[Node, ...]]:
    """Under which conditions the form asks each question: its own and those of its groups."""
    if framework.digest not in _known:
        _known[framework.digest] = _conditions(framework)
    return _known[framework.digest]


def _conditions(framework: Framework) -> dict[str, tuple[Node, ...]]:
    scope = Scope(
        {question.name: question.ref for question in framework.questions},
        {question.name: question.missing_codes for question in framework.questions},
        frozenset(roster.name for roster in framework.rosters),
    )
    found: dict[str, tuple[Node, ...]] = {}
    groups: list[str] = []
    for row in framework.sheets["survey"]:
        kind, relevant = row.get("type", ""), row.get("relevant", "").strip()
        if kind.startswith(("begin_", "begin ")):
            groups.append(relevant)
        elif kind.startswith(("end_", "end ")):
            groups.pop()
        else:
            texts = [text for text in (*groups, relevant) if text]
            found[row.get("name", "")] = tuple(parse(text, scope) for text in texts)
    return found
