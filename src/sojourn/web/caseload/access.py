"""Who may hand cases over, and who may take them."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sojourn.web.accounts.access import SYSTEM, Held, Principal, Purpose, principal_for, reaches
from sojourn.web.accounts.models import Scope, User
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases.models import Case
from sojourn.web.cases.states import WORKED
from sojourn.web.plans.models import PlanItem
from sojourn.web.plans.states import WAITING


def check_may_hand_over(by: Principal, case: Case) -> None:
    """Raises PermissionDenied, with the reason, unless `by` may give this case to somebody.

    One's own case, a case that nobody looks after, and any case that one leads.
    """
    if by == SYSTEM:
        return
    if not reaches(by, case, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))
    if has_or_leads(by, case):
        return
    raise PermissionDenied(
        _("A colleague looks after this case. They, or whoever leads the work, can hand it over.")
    )


def has_or_leads(by: Principal, case: Case) -> bool:
    """Whether a case is one's own, nobody's, or one that one leads. For who may change it."""
    return case.worker_id in (None, by.user_id) or reaches(by, case, Purpose.APPROVAL)


def may_hand_over(by: Principal, case: Case) -> bool:
    """Whether `by` may give this case to somebody."""
    try:
        check_may_hand_over(by, case)
    except PermissionDenied:
        return False
    return True


def check_may_take(user: User, taker: Principal, case: Case, team_id: int | None) -> None:
    """Raises ValidationError, with the reason, unless `user` may look after the case then.

    `taker` is the principal of `user`; `team_id` the team of the case afterwards. What keeps
    somebody away from a case is not told.
    """
    named = {"name": user.name}
    if not user.is_active:
        raise ValidationError(_("The account of %(name)s is closed.") % named)
    if case.organisation_id not in taker.organisations(Verb.WRITE):
        raise ValidationError(_("%(name)s does not work on cases of this organisation.") % named)
    if case.pk in taker.conflicts:
        raise ValidationError(_("%(name)s cannot take this case.") % named)
    if not any(
        Verb.WRITE in held.power.verbs and _covers(held, case, team_id) for held in taker.grants
    ):
        if any(held.scope is Scope.TEAM for held in taker.grants):
            raise ValidationError(
                _("%(name)s works with cases of another team. Choose a team for the case as well.")
                % named
            )
        raise ValidationError(
            _("%(name)s works with cases of another programme or area, or with single cases.")
            % named
        )


def _covers(held: Held, case: Case, team_id: int | None) -> bool:
    """Whether a grant reaches a case that is the holder's own then."""
    if case.organisation_id not in held.organisations:
        return False
    if held.scope is Scope.TEAM:
        return held.team_id == team_id
    return held.scope is Scope.OWN_CASES or held.covers(None, case)


def may_take(user: User, taker: Principal, case: Case, team_id: int | None) -> bool:
    """Whether `user` may look after the case then."""
    try:
        check_may_take(user, taker, case, team_id)
    except ValidationError:
        return False
    return True


def taking(user: User) -> Principal:
    """Somebody as the one who takes a case: what was opened in an emergency opens nothing here."""
    found = principal_for(user)
    grants = tuple(held for held in found.grants if not held.opened_for)
    return Principal(found.user_id, found.name, grants, found.conflicts)


def check_has_no_work(user: User) -> None:
    """Raises ValidationError where cases or steps of plans would be left with nobody."""
    cases = user.cases.filter(state__in=WORKED).count()
    items = PlanItem.objects.filter(
        owner=user, is_current=True, state__in=WAITING, case__state__in=WORKED
    ).count()
    if cases:
        raise ValidationError(
            ngettext(
                "%(n)s open case is with them. A supervisor hands it over first.",
                "%(n)s open cases are with them. A supervisor hands them over first.",
                cases,
            )
            % {"n": cases}
        )
    if items:
        raise ValidationError(
            ngettext(
                "%(n)s step of a plan waits for them. A supervisor gives it to somebody first.",
                "%(n)s steps of plans wait for them. A supervisor gives them to somebody first.",
                items,
            )
            % {"n": items}
        )


def places_context(by: Principal) -> dict[str, object]:
    """What `caseload/places.html` asks: who looks, and whether they write and lead."""
    return {
        "me": by.user_id,
        "may_write": by.may(Verb.WRITE),
        "may_take_out": by.may(Verb.EXPORT),
        "leads": by.may(Verb.APPROVE),
    }
