"""The only writer of tokens."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.web.accounts import queries as accounts
from sojourn.web.accounts.access import Principal, principal_for
from sojourn.web.accounts.models import User
from sojourn.web.accounts.roles import Verb
from sojourn.web.accounts.second_factor import has_second_factor
from sojourn.web.api import queries, rules
from sojourn.web.api.models import Token
from sojourn.web.audit.actions import record


@transaction.atomic
def make(
    *,
    name: str,
    verbs: Collection[Verb],
    classes: Collection[DataClass],
    ends_on: date,
    by: Principal,
) -> tuple[Token, str]:
    """A new token and its secret, which is told this once.

    PermissionDenied without a second factor, and on the way of another token; ValidationError (by
    field) for what the owner may not do themself and for an end that is past or too far away.
    """
    owner = User.objects.filter(pk=by.user_id or 0).first()
    if owner is None or by.channel != "screen":
        raise PermissionDenied(_("A token is made by a person who is signed in."))
    if settings.SECOND_FACTOR_FORCED and not has_second_factor(owner):
        raise PermissionDenied(_("Set up a second factor first."))
    rules.check_wish(
        verbs, classes, ends_on, held=rules.widest(principal_for(owner)), today=timezone.localdate()
    )
    secret = queries.PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=owner,
        name=name,
        digest=queries.digest_of(secret),
        verbs=sorted(verb.value for verb in verbs),
        classes=sorted(each.value for each in classes),
        ends_on=ends_on,
    )
    changed = {"verbs": [None, token.verbs], "classes": [None, token.classes]}
    _note(by, "add", token, {**changed, "ends_on": [None, ends_on.isoformat()]})
    return token, secret


@transaction.atomic
def end(*, token: Token, by: Principal) -> None:
    """Ends a token now. Its owner may, and who manages members where they work.

    ValidationError where it was ended already.
    """
    mine = by.user_id is not None and token.user_id == by.user_id
    if not mine and not queries.managed(by).filter(pk=token.pk).exists():
        raise PermissionDenied(_("Your role does not manage members."))
    now = Token.objects.select_for_update().get(pk=token.pk)
    if now.ended_at is not None:
        raise ValidationError(_("This token was ended already."))
    token.ended_at, token.ended_by_id = timezone.now(), by.user_id
    token.save(update_fields=["ended_at", "ended_by"])
    _note(by, "revoke", token, {})


def note_use(*, token: Token, today: date) -> None:
    """Remembers the day on which a token was used last: one write a day."""
    if token.last_used_on != today:
        Token.objects.filter(pk=token.pk).update(last_used_on=today)


def _note(by: Principal, verb: str, token: Token, changed: dict[str, object]) -> None:
    record(
        by=by,
        verb=verb,
        object=token,
        organisation_id=accounts.home_of(token.user),
        changed=changed,
    )
