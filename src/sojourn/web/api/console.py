"""Who acts at the command line: whoever a token belongs to, with what it opens and no more.

A user name alone would let the operator act in somebody else's name, and the audit would tell of
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone, translation

from sojourn.web.accounts.access import Principal, principal_for
from sojourn.web.accounts.console import ConsoleError
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import queries
from sojourn.web.api.actions import note_use

CHANNEL = "cli"


@contextmanager
def acting(secret: str) -> Iterator[Principal]:
    """Whoever a token belongs to. ConsoleError for a token that is not in force, and for what is
    refused in this block, in English. The database is told who asks at each step (`standing`)."""
    with translation.override("en"):
        token = queries.in_force(secret.strip())
        if token is None:
            raise ConsoleError("This token is not in force. Make one under Tokens, when signed in.")
        note_use(token=token, today=timezone.localdate())
        by = principal_for(token.user).through(f"{CHANNEL}:{token.pk}", token.power)
        try:
            yield by
        except PermissionDenied as refusal:
            raise ConsoleError(str(refusal)) from None
        except ValidationError as problem:
            raise ConsoleError(problems(problem, {})) from None


def organisation_of(by: Principal, code: str | None, verb: Verb) -> UUID:
    """The organisation with this code, or the only one there is for who acts. ConsoleError for
    none, and for several of which none was named."""
    rows = Organisation.objects.filter(pk__in=by.organisations(verb)).order_by("code")
    held = {each.code: each.pk for each in rows}
    if code in held:
        return held[code]
    if code is None and len(held) == 1:
        return next(iter(held.values()))
    if not held:
        raise ConsoleError("Neither this token nor its owner's roles allow it.")
    raise ConsoleError(f"Name the organisation with --organisation: {', '.join(held)}.")


def problems(problem: ValidationError, options: Mapping[str, str]) -> str:
    """What is wrong, one line for each thing, with the option that says it."""
    if not hasattr(problem, "error_dict"):
        return " ".join(problem.messages)
    return "\n".join(
        f"{options[field]}: {text}" if field in options else text
        for field, texts in problem.message_dict.items()
        for text in texts
    )
