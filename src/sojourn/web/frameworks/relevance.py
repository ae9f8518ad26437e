"""Under which conditions a form asks a question: its own, and those of its groups."""

from __future__ import annotations

from sojourn.engines import record
from sojourn.framework import Answers, Framework, RuleError
from sojourn.framework.nodes import And, Node, Not, NotEqual, Or
from sojourn.language.expressions import Scope, parse

_known: dict[str, dict[str, tuple[Node, ...]]] = {}


def conditions(framework: Framework) -> dict[str, tuple[Node, ...]]:
    """The conditions by question. One that our rules cannot express is left out."""
    if framework.digest not in _known:
        _known[framework.digest] = _conditions(framework)
    return _known[framework.digest]


def is_asked(framework: Framework, question: str, answers: Answers) -> bool:
    """Whether the form would ask a question after these answers.

    A form compares with what is empty as if it were different from everything: there, not known is
    no. That is right for what to ask next, and for nothing else.
    """
    return all(_holds(node, answers) for node in conditions(framework).get(question, ()))


def _holds(node: Node, answers: Answers) -> bool:
    match node:
        case And(parts):
            return all(_holds(part, answers) for part in parts)
        case Or(parts):
            return any(_holds(part, answers) for part in parts)
        case Not(of):
            return not _holds(of, answers)
        case NotEqual():
            return record.evaluate(node, answers) is not False
        case _:
            return record.evaluate(node, answers) is True


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
            parsed = (_parsed(text, scope) for text in texts)
            found[row.get("name", "")] = tuple(node for node in parsed if node is not None)
    return found


def _parsed(text: str, scope: Scope) -> Node | None:
    try:
        return parse(text, scope)
    except RuleError:
        return None
