"""The only writer of hand-overs: cases go from one colleague to others, and leave a trace."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import SYSTEM, Principal, Purpose, visible
from sojourn.web.accounts.models import Team, User
from sojourn.web.audit.actions import record
from sojourn.web.caseload.access import check_may_hand_over, check_may_take, may_hand_over, taking
from sojourn.web.caseload.models import Assignment, HandOver, Why
from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import Case
from sojourn.web.cases.states import WORKED
from sojourn.web.plans import actions as plans
from sojourn.web.plans.models import PlanItem
from sojourn.web.plans.states import WAITING

UNDO_WITHIN = timedelta(days=1)
"""How long whoever handed cases over may take that back themself."""


@dataclass(frozen=True)
class Given:
    """One case and who takes it."""

    case: Case
    to: User


@dataclass(frozen=True)
class Terms:
    """Why cases change hands, and to which team they belong then; `keeps_team` leaves it."""

    reason: str
    team: Team | None = None
    keeps_team: bool = True


@transaction.atomic
def hand_over(
    *,
    given: Sequence[Given],
    terms: Terms,
    by: Principal,
    at: datetime | None = None,
) -> list[HandOver]:
    """Gives cases to colleagues, all or none; one row for each organisation and former worker.

    What the former worker has still to do in these cases goes along. Raises PermissionDenied where
    `by` may not give one of them, ValidationError where somebody may not take theirs, where nothing
    was given, or where somebody else handed a case over meanwhile.
    """
    if terms.reason not in Why.values or terms.reason == Why.HANDED_BACK:
        raise ValidationError({"reason": _("Choose a reason.")})
    if not given:
        raise ValidationError(_("Choose at least one case and who takes it."))
    takers = {each.to.pk: taking(each.to) for each in given}
    made: dict[tuple[uuid.UUID, int | None], HandOver] = {}
    for each in given:
        case = _now(each.case)
        check_may_hand_over(by, case)
        team_id = _team_of(case, terms)
        check_may_take(each.to, takers[each.to.pk], case, team_id)
        if case.worker_id == each.to.pk:
            raise ValidationError(
                _("%(name)s looks after this case already.") % {"name": each.to.name}
            )
        key = (case.organisation_id, case.worker_id)
        if key not in made:
            made[key] = _begin(case, terms.reason, by, at or timezone.now())
        _move(case, made[key], to=each.to.pk, team_id=team_id, items=None, by=by)
    return list(made.values())


@transaction.atomic
def hand_back(*, hand_over: HandOver, by: Principal, at: datetime | None = None) -> int:
    """Gives cases back to who had them; how many. What has gone on to others since stays there.

    For whoever has the cases now or leads the work, and for a day for who handed them over. Raises
    PermissionDenied, and ValidationError where nothing can go back.
    """
    rows = HandOver.objects.select_for_update(of=("self",)).select_related("frm")
    now = rows.get(pk=hand_over.pk)
    if now.reason == Why.HANDED_BACK or now.handed_back_at is not None:
        raise ValidationError(_("These cases were handed back already."))
    when = at or timezone.now()
    taker = taking(now.frm) if now.frm is not None else None
    back: HandOver | None = None
    moved = 0
    for row in _still_there(now):
        case = _now(row.case)
        if not _undoes(now, by, when):
            check_may_hand_over(by, case)
        if now.frm is not None and taker is not None:
            check_may_take(now.frm, taker, case, row.from_team_id)
        back = back or _begin(case, Why.HANDED_BACK.value, by, when)
        items = [uuid.UUID(each) for each in row.items]
        _move(case, back, to=now.frm_id, team_id=row.from_team_id, items=items, by=by)
        moved += 1
    if not moved:
        raise ValidationError(_("None of these cases can go back: they have moved on or ended."))
    now.handed_back_at = when
    now.save(update_fields=["handed_back_at"])
    return moved


@transaction.atomic
def pass_on_rest(*, frm: User, by: Principal) -> int:
    """Steps that somebody has in cases of others fall to who looks after that case; how many.

    For whoever leads the work. What is in a case that nobody looks after stays.
    """
    rows = PlanItem.objects.filter(
        owner=frm, is_current=True, state__in=WAITING, case__state__in=WORKED
    ).exclude(case__worker=None)
    rows = rows.exclude(case__worker=frm)
    ids = set(visible(by, rows, Purpose.APPROVAL).rows.values_list("case_id", flat=True))
    found = 0
    for case in Case.objects.filter(pk__in=ids).select_related("person__key"):
        found += len(plans.pass_on(case=case, items=None, frm=frm.pk, to=case.worker_id, by=by))
    return found


def can_hand_back(by: Principal, hand_over: HandOver) -> bool:
    """Whether `by` may give at least one of these cases back now."""
    if hand_over.reason == Why.HANDED_BACK or hand_over.handed_back_at is not None:
        return False
    rows = list(_still_there(hand_over))
    if not rows:
        return False
    if _undoes(hand_over, by, timezone.now()):
        return True
    return all(may_hand_over(by, row.case) for row in rows)


def _undoes(hand_over: HandOver, by: Principal, when: datetime) -> bool:
    mine = by == SYSTEM or (by.user_id is not None and by.user_id == hand_over.by_id)
    return mine and when - hand_over.at <= UNDO_WITHIN


def _still_there(hand_over: HandOver) -> Iterable[Assignment]:
    rows = Assignment.objects.filter(hand_over=hand_over, case__state__in=WORKED)
    for row in rows.select_related("case").order_by("id"):
        if row.case.worker_id == row.to_worker_id:
            yield row


def _now(case: Case) -> Case:
    """The case as it is now, locked. ValidationError where it changed hands or ended meanwhile."""
    now = Case.objects.select_for_update(of=("self",)).select_related("person__key").get(pk=case.pk)
    if now.worker_id != case.worker_id:
        raise ValidationError(_("Somebody else handed one of these cases over meanwhile."))
    if not now.is_worked:
        raise ValidationError(_("This case is closed."))
    return now


def _team_of(case: Case, terms: Terms) -> int | None:
    if terms.keeps_team:
        return case.team_id
    if terms.team is not None and terms.team.organisation_id != case.organisation_id:
        raise ValidationError(_("This team belongs to another organisation."))
    return terms.team.pk if terms.team is not None else None


def _begin(case: Case, reason: str, by: Principal, at: datetime) -> HandOver:
    row = HandOver.objects.create(
        organisation_id=case.organisation_id,
        frm_id=case.worker_id,
        reason=reason,
        at=at,
        by_id=by.user_id,
    )
    record(by=by, verb="hand_over", object=row, organisation_id=row.organisation_id)
    return row


def _move(
    case: Case,
    hand_over: HandOver,
    *,
    to: int | None,
    team_id: int | None,
    items: Sequence[uuid.UUID] | None,
    by: Principal,
) -> None:
    frm, from_team = case.worker_id, case.team_id
    gone = plans.pass_on(case=case, items=items, frm=frm, to=to, by=by)
    cases.assign(case=case, worker_id=to, team_id=team_id, by=by)
    Assignment.objects.create(
        hand_over=hand_over,
        case=case,
        person_id=case.person_id,
        organisation_id=case.organisation_id,
        from_worker_id=frm,
        to_worker_id=to,
        from_team_id=from_team,
        to_team_id=team_id,
        reason=hand_over.reason,
        items=[str(each) for each in gone],
        at=hand_over.at,
        by_id=by.user_id,
    )
