"""A whole caseload that changes hands: whose it is, who may take what, and that it is done."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import User
from sojourn.web.accounts.roles import Verb
from sojourn.web.caseload import handing, queries, rules
from sojourn.web.caseload.access import may_take, taking
from sojourn.web.caseload.handing import Given, Terms
from sojourn.web.caseload.models import HandOver
from sojourn.web.cases.models import Case

AT_ONCE = 300
"""More cases than this are handed over in several rounds."""


@dataclass(frozen=True)
class Share:
    """One case of a caseload: who may take it, and who is to. `to` is None where it stays."""

    case: Case
    able: list[User]
    to: int | None


def colleague_or_404(by: Principal, user_id: int) -> User | None:
    """Whose caseload `by` may hand over; None for number 0, the cases that nobody looks after."""
    if user_id == 0 and by.may(Verb.APPROVE):
        return None
    if user_id == by.user_id or by.may(Verb.APPROVE):
        known = queries.people_by_id([user_id]).get(user_id)
        led = by.organisations(Verb.APPROVE) | by.organisations(Verb.WRITE)
        if known is not None and _works_there(known, by, led):
            return known
    raise Http404


def shares(
    found: Sequence[Case],
    takers: Sequence[User],
    terms: Terms,
    chosen: Mapping[uuid.UUID, int | None],
) -> list[Share]:
    """Who takes what: as chosen, and the cases of which nothing was said shared out evenly."""
    principals = {user.pk: taking(user) for user in takers}
    able = {
        case.pk: [
            user
            for user in takers
            if may_take(
                user,
                principals[user.pk],
                case,
                case.team_id if terms.keeps_team else terms.team.pk if terms.team else None,
            )
        ]
        for case in found
    }
    carried = queries.carried(
        [user.pk for user in takers], {case.organisation_id for case in found}
    )
    shared = rules.share_out(
        [case.pk for case in found],
        {case: [user.pk for user in users] for case, users in able.items()},
        carried,
    )
    return [Share(case, able[case.pk], chosen.get(case.pk, shared[case.pk])) for case in found]


@transaction.atomic
def carry_out(
    *, frm: User | None, shared: Sequence[Share], terms: Terms, by: Principal
) -> list[HandOver]:
    """Hands all of it over, or nothing. What `frm` has to do in cases of others falls to whoever
    looks after those, where `by` leads the work. Raises as `handing.hand_over` does."""
    given = []
    for each in shared:
        taker = next((user for user in each.able if user.pk == each.to), None)
        if each.to is not None and taker is None:
            raise ValidationError(_("Somebody cannot take the case that was chosen for them."))
        if taker is not None:
            given.append(Given(each.case, taker))
    made = handing.hand_over(given=given, terms=terms, by=by)
    if frm is not None and by.may(Verb.APPROVE):
        handing.pass_on_rest(frm=frm, by=by)
    return made


def _works_there(user: User, by: Principal, organisations: frozenset[uuid.UUID]) -> bool:
    """Whether they hold or held a role there, or look after a case there still."""
    if user.pk == by.user_id:
        return True
    return (
        user.grants.filter(organisation__in=organisations).exists()
        or user.cases.filter(organisation__in=organisations).exists()
    )
