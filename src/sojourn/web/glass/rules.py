"""Plain questions about opening a file in an emergency."""

from __future__ import annotations

from sojourn.web.accounts.access import Held, Principal
from sojourn.web.accounts.roles import Verb
from sojourn.web.accounts.rules import clash
from sojourn.web.cases.models import Case

SHORTEST_REASON = 15
"""A reason shorter than this many signs tells nobody anything."""


def resting_on(by: Principal, case: Case) -> Held | None:
    """The grant that an emergency opening of a case rests on; None where there must be none.

    Only who finds in the organisation itself may open, nobody who holds powers that must stay
    apart, and nothing rests on what was itself opened in an emergency.
    """
    if by.user_id is None or clash(grant.power for grant in by.grants):
        return None
    for grant in by.grants:
        finds = {Verb.FIND, Verb.READ} <= grant.power.verbs and not grant.opened_for
        if finds and grant.is_narrow and grant.organisation_id == case.organisation_id:
            return grant
    return None
