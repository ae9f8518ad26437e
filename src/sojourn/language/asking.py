"""When a form asks each question: its own `relevant` and those of the groups it stands in.

Form tools compare codes that mean "no answer" like any others, so here they count as codes. What
the rule language cannot say is left out, and known to be left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sojourn.framework.model import Framework, Question
from sojourn.framework.nodes import AnswerRef, Node, RuleError
from sojourn.framework.types import BOOLEAN, Code, Codes, Number, Type
from sojourn.language.expressions import Scope, parse


@dataclass(frozen=True)
class Step:
    """One thing the form does, in its order: ask a question, compute one, or begin a repeat.

    `roster` is the repeat in each of whose rows it is done, None for once. It is done where all
    `conditions` hold. `texts` are the conditions as they are written, `whole` is false where one
    of them could not be read.
    """

    name: str
    roster: str | None
    conditions: tuple[Node, ...] = ()
    texts: tuple[str, ...] = ()
    whole: bool = True
    question: Question | None = None
    computed: Node | None = None
    count: Node | None = None

    @property
    def begins(self) -> str | None:
        """The repeat that begins here."""
        return self.name if self.question is None else None


@dataclass
class _Reader:
    framework: Framework
    refs: dict[str, AnswerRef] = field(default_factory=dict)
    blocks: list[tuple[str, str]] = field(default_factory=list)

    @property
    def roster(self) -> str | None:
        """The innermost repeat that is open."""
        return next((repeat for repeat, _ in reversed(self.blocks) if repeat), None)

    def scope(self) -> Scope:
        """The answers so far."""
        return Scope(self.refs, inside=self.roster, rosters=self.framework.parents)

    def read(self, text: str) -> Node | None:
        try:
            return parse(text, self.scope())
        except RuleError:
            return None

    def step(self, name: str, own: str, question: Question | None = None) -> Step:
        texts = tuple(text for text in (*(text for _, text in self.blocks), own) if text)
        nodes = [self.read(text) for text in texts]
        conditions = tuple(n for n in nodes if n is not None and n.type == BOOLEAN)
        whole = len(conditions) == len(texts)
        return Step(name, self.roster, conditions, texts, whole, question)


def steps(framework: Framework) -> tuple[Step, ...]:
    """Everything that the form asks or computes, in order."""
    reader = _Reader(framework)
    by_name = {question.name: question for question in framework.questions}
    found: list[Step] = []
    for row in framework.sheets.get("survey", ()):
        kind = " ".join(row.get("type", "").split()).replace("_", " ").lower()
        name, relevant = row.get("name", "").strip(), row.get("relevant", "").strip()
        if kind.startswith("begin "):
            repeat = kind == "begin repeat"
            if repeat:
                begun = reader.step(name, relevant)
                found.append(replace(begun, count=reader.read(row.get("repeat_count", ""))))
            reader.blocks.append(("" if not repeat else name, relevant))
        elif kind.startswith("end ") and reader.blocks:
            reader.blocks.pop()
        elif name in by_name:
            question = by_name[name]
            step = reader.step(name, relevant, question)
            if row.get("calculation"):
                step = replace(step, computed=reader.read(row["calculation"]))
            found.append(step)
            kind_of = step.computed.type if step.computed is not None else _lenient(question)
            reader.refs[name] = AnswerRef(name, kind_of, question.roster)
    return tuple(found)


def _lenient(question: Question) -> Type:
    """The type of an answer where codes that mean "no answer" are codes too."""
    match question.type:
        case Code(codes):
            return Code((*codes, *question.missing_codes))
        case Codes(codes):
            return Codes((*codes, *question.missing_codes))
        case Number(places):
            return Number(places, question.type.limit)
        case _:
            return question.type
