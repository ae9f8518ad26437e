"""Invented answers for a story, coherent with the form: nothing is answered that was not asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from sojourn.engines.asked import as_the_form_sees
from sojourn.engines.telling import Scope, tell
from sojourn.framework import Answers, Framework
from sojourn.language import read_value
from sojourn.language.asking import Step
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

    def answers(
        self, framework: Framework, asks: Iterable[Step], chance: Random, *, first: bool
    ) -> Answers:
        """The answers of one conversation, as the form `asks` them. Fewer questions stay unasked in
        later ones."""
        skipped = _NOT_ASKED if first else _NOT_ASKED_LATER
        so_far, form = Answers(), Answers()
        for step in asks:
            question, text = step.question, self.told.get(step.name)
            if question is None or text is None or step.roster is not None:
                continue
            if not all(tell(node, Scope(form)).value is True for node in step.conditions):
                continue
            always = question.name in (framework.stage_question, "age")
            if always or chance.random() >= skipped:
                value = read_value(question, text)
                so_far = Answers({**so_far.values, question.name: value})
                seen = as_the_form_sees(question, text, value)
                form = Answers({**form.values, question.name: seen})
        return so_far
