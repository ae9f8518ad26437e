"""Whether a form asks a question after some answers, as form tools decide it."""

from __future__ import annotations

from sojourn.engines.telling import Scope, tell
from sojourn.framework.model import Question
from sojourn.framework.nodes import And, Node, Not, NotEqual, Or
from sojourn.framework.types import Code, Codes, Number
from sojourn.framework.values import Missing, Selection, Value
from sojourn.language.answers import missing_numbers


def holds(node: Node, scope: Scope) -> bool:
    """A condition as forms read it: what is empty equals nothing and differs from everything.

    That is right for what to ask next, and for nothing else. The answers of the scope are those
    that `as_the_form_sees` gives.
    """
    match node:
        case And(parts):
            return all(holds(part, scope) for part in parts)
        case Or(parts):
            return any(holds(part, scope) for part in parts)
        case Not(of):
            return not holds(of, scope)
        case _:
            value = tell(node, scope).value
            return isinstance(node, NotEqual) if value is None else value is True


def as_the_form_sees(question: Question, cell: str, value: Value | Missing) -> Value | Missing:
    """A code for no answer is a code to the form, and a number is one."""
    if isinstance(question.type, Codes):
        return Selection(frozenset(cell.split()))
    if isinstance(question.type, Code) or not isinstance(value, Missing):
        return cell if isinstance(question.type, Code) else value
    if isinstance(question.type, Number):
        return next((code for code in missing_numbers(question) if str(code) == cell), value)
    return value
