"""The only writer of plans and items. Approvals have a writer of their own (`approvals`)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.web.accounts.access import SYSTEM, Principal, Purpose
from sojourn.web.accounts.models import Organisation, User
from sojourn.web.cases import versions
from sojourn.web.cases.models import Assessment, Case, Difference
from sojourn.web.cases.versions import Edited, Merged, Values
from sojourn.web.people import words
from sojourn.web.people.models import Person
from sojourn.web.plans import approvals, rules
from sojourn.web.plans.acting import check_may, check_open, note
from sojourn.web.plans.approvals import end_requests, end_where_changed
from sojourn.web.plans.models import ItemStep, Plan, PlanItem
from sojourn.web.plans.needs import Offer, offer
from sojourn.web.plans.on_the_row import bring_up_to_date
from sojourn.web.plans.queries import doers
from sojourn.web.plans.states import (
    WAITING,
    EndReason,
    ItemAct,
    ItemState,
    Outcome,
    item_after,
)

PERSON = "person"
"""The owner of what the person does themself."""


@dataclass(frozen=True)
class Wish:
    """What an item is to be: names of the framework, words, who, by when."""

    need: str
    goal: str
    horizon: str
    due: date
    owner_organisation: Organisation
    owner: User | None = None
    by_person: bool = False
    response: str = ""
    resource: str = ""


@dataclass(frozen=True)
class End:
    """How an act with an item is explained."""

    reason: str = ""
    outcome: str = ""
    words: str = ""


@transaction.atomic
def begin(*, case: Case, by: Principal, at: datetime | None = None) -> Plan:
    """A new version of the plan, on the newest assessment; what is still to do goes along.

    Raises PermissionDenied without the right to write, ValidationError where the case is not worked
    on or was never assessed.
    """
    check_may(by, case)
    if not case.is_worked:
        raise ValidationError(_("This case is closed."))
    newest = _newest(case)
    if newest is None:
        raise ValidationError(_("A plan rests on an assessment. Make one first."))
    before = Plan.objects.select_for_update().filter(case=case, is_current=True).first()
    last = Plan.objects.filter(case=case).order_by("-version").first()
    if before is not None:
        end_requests(before, by)
        before.is_current = False
        before.save(update_fields=["is_current"])
    plan = Plan.objects.create(
        case=case,
        person_id=case.person_id,
        organisation_id=case.organisation_id,
        version=last.version + 1 if last is not None else 1,
        episode=case.episode,
        assessment=newest,
        made_at=at or timezone.now(),
        made_by_id=by.user_id,
    )
    if before is not None:
        _carry_over(before, plan)
    bring_up_to_date(case.pk)
    note(plan, "add", by, {"version": [None, plan.version]})
    return plan


@transaction.atomic
def add_item(*, plan: Plan, wish: Wish, by: Principal, at: datetime | None = None) -> PlanItem:
    """One more thing to do. The need has to be one that the plan's assessment found.

    Raises PermissionDenied without the right to write, ValidationError (by field) for a wrong wish.
    """
    check_may(by, plan)
    check_open(plan)
    offered = _offer(plan, by)
    item = PlanItem(
        plan=plan,
        case_id=plan.case_id,
        person_id=plan.person_id,
        organisation_id=plan.organisation_id,
        framework_id=plan.assessment.framework_id,
        made_at=at or timezone.now(),
        made_by_id=by.user_id,
        **_named(wish, offered),
        **_plain(wish, plan),
    )
    item.goal = words.seal(item, "goal", plan.person, wish.goal)
    item.save(force_insert=True)
    note(item, "add", by)
    end_where_changed(plan, by)
    bring_up_to_date(item.case_id)
    return item


@transaction.atomic
def change_item(*, item: PlanItem, wish: Wish, by: Principal, base: int | None = None) -> Merged:
    """Changes what an item is about; raises as `add_item` does. An approval stops to count.

    `base` is the version of the item that the wish was made from. What somebody else changed since
    is merged; where both changed a field, theirs stays and both are kept (see `cases.versions`).
    """
    check_may(by, item)
    check_open(item.plan)
    now = PlanItem.objects.select_for_update().get(pk=item.pk)
    if ItemState(now.state) not in WAITING:
        raise ValidationError(_("This has ended. Take it up again before you change it."))
    edited = Edited(now, item.plan.case, now.row_version, rules.strictest(_classes(now)))
    values = _values(now, item.person)
    sent = _wished(wish)
    merged = versions.merge(base=versions.base_of(edited, values, base), now=values, sent=sent)
    versions.keep_differences(edited, values, merged, by)
    if merged.write:
        _write(item, edited, values, merged, by)
    return merged


def write_value(difference: Difference, value: str, by: Principal) -> None:
    """Puts the value that was decided for in place."""
    item = PlanItem.objects.select_related("plan__assessment", "plan__case", "person__key").get(
        pk=difference.subject_id
    )
    values = {**_values(item, item.person), difference.field: value}
    change_item(item=item, wish=_wish(values), by=by)


def _write(item: PlanItem, edited: Edited, values: Values, merged: Merged, by: Principal) -> None:
    """Checks the item as it will be and writes what changed."""
    wish = _wish({**values, **merged.write})
    written: dict[str, object] = _plain(wish, item.plan)
    if merged.write.keys() & {"need", "response", "resource"}:
        written |= _named(wish, _offer(item.plan, by))
        written["framework_id"] = item.plan.assessment.framework_id
    old = {name: values[name] for name in merged.write}
    written["row_version"] = versions.keep_revision(edited, old, by)
    if "goal" in merged.write:
        written["goal"] = words.seal(item, "goal", item.person, wish.goal)
    for name, value in written.items():
        setattr(item, name, value)
    item.save(update_fields=list(written))
    note(item, "correct", by, dict.fromkeys(merged.write))
    end_where_changed(item.plan, by)
    bring_up_to_date(item.case_id)


def _values(item: PlanItem, person: Person) -> dict[str, str]:
    """What people edit of an item, as texts."""
    return {
        "need": item.need,
        "response": item.response,
        "resource": item.resource,
        "goal": words.opened(item, "goal", words.key_for(person)),
        "horizon": item.horizon,
        "due": item.due.isoformat(),
        "owner": PERSON if item.by_person else str(item.owner_id or ""),
        "owner_organisation": str(item.owner_organisation_id),
    }


def _wished(wish: Wish) -> dict[str, str]:
    """A wish as texts."""
    return {
        "need": wish.need,
        "response": wish.response,
        "resource": wish.resource,
        "goal": wish.goal,
        "horizon": wish.horizon,
        "due": wish.due.isoformat(),
        "owner": PERSON if wish.by_person else str(wish.owner.pk if wish.owner else ""),
        "owner_organisation": str(wish.owner_organisation.pk),
    }


def _wish(values: Values) -> Wish:
    """Texts as a wish again."""
    owner = values["owner"]
    user = User.objects.filter(pk=owner).first() if owner not in ("", PERSON) else None
    return Wish(
        need=values["need"],
        response=values["response"],
        resource=values["resource"],
        goal=values["goal"],
        horizon=values["horizon"],
        due=date.fromisoformat(values["due"]),
        owner=user,
        by_person=owner == PERSON,
        owner_organisation=Organisation.objects.get(pk=values["owner_organisation"]),
    )


def _classes(item: PlanItem) -> tuple[str, ...]:
    return (item.need_class, item.response_class)


@transaction.atomic
def step_item(
    *, item: PlanItem, act: ItemAct, end: End, by: Principal, at: datetime | None = None
) -> ItemStep:
    """Does one act of the table with an item, and keeps who did it and why.

    Raises PermissionDenied, WrongStateError where the item is in another state by now, and
    ValidationError where an outcome or a reason is missing.
    """
    check_may(by, item)
    check_open(item.plan)
    now = PlanItem.objects.select_for_update().values_list("state", flat=True).get(pk=item.pk)
    item.state = item_after(ItemState(now), act)
    _check_end(act, end)
    item.outcome = end.outcome if act is ItemAct.FINISH else ""
    item.ended_because = end.reason if act in (ItemAct.FAIL, ItemAct.DROP) else ""
    item.save(update_fields=["state", "outcome", "ended_because"])
    row = ItemStep(
        item=item,
        organisation_id=item.organisation_id,
        act=act,
        state=item.state,
        reason=item.ended_because,
        outcome=item.outcome,
        at=at or timezone.now(),
        by_id=by.user_id,
    )
    row.words = words.seal(row, "words", item.person, end.words)
    row.save(force_insert=True)
    note(item, act.value, by, {"state": [now, item.state]})
    if act is ItemAct.DROP:
        end_where_changed(item.plan, by)
    bring_up_to_date(item.case_id)
    return row


@transaction.atomic
def pass_on(
    *, case: Case, items: Collection[UUID] | None, frm: int | None, to: int | None, by: Principal
) -> list[UUID]:
    """What somebody has still to do in a case falls to somebody else; the ids of these items.

    `items` names some of them; None takes all. Another pair of hands is no other plan, so an
    approval that counted before counts still. For `caseload.handing`, which asks whether it may be.
    """
    if frm is None:
        return []
    rows = PlanItem.objects.select_for_update().filter(
        case=case, owner_id=frm, is_current=True, state__in=WAITING
    )
    found = list(rows if items is None else rows.filter(pk__in=items))
    plans = {item.plan_id: item.plan for item in found}
    before = {plan.pk: approvals.digest_of(plan) for plan in plans.values()}
    for item in found:
        edited = Edited(item, case, item.row_version, rules.strictest(_classes(item)))
        item.row_version = versions.keep_revision(edited, {"owner": str(frm)}, by)
        item.owner_id = to
        item.save(update_fields=["owner", "row_version"])
        note(item, "hand_over", by, {"owner": [str(frm), str(to)]})
    for plan in plans.values():
        approvals.keep_counting(plan, before[plan.pk], by)
    return [item.pk for item in found]


def _named(wish: Wish, offered: Offer) -> dict[str, object]:
    """Names with their data classes; ValidationError for what the assessment did not find."""
    need, response = offered.need(wish.need), offered.response(wish.response)
    resource = offered.resource(wish.resource)
    wrong: dict[str, str] = {}
    if need is None:
        wrong["need"] = _("Choose one of the needs that were found.")
    if wish.response and response is None:
        wrong["response"] = _("Choose one of the responses, or none.")
    if wish.resource and resource is None:
        wrong["resource"] = _("Choose one of the resources, or none.")
    if wrong or need is None:
        raise ValidationError(wrong)
    return {
        "need": need.name,
        "need_class": need.data_class.value,
        "response": response.name if response else "",
        "response_class": response.data_class.value if response else "",
        "resource": resource.name if resource else "",
        "resource_class": resource.data_class.value if resource else "",
    }


def _plain(wish: Wish, plan: Plan) -> dict[str, object]:
    """The rest of a wish, checked."""
    wrong: dict[str, str] = {}
    ours = wish.owner_organisation.pk == plan.organisation_id
    if wish.owner is not None:
        known = ours and doers(plan.case).filter(pk=wish.owner.pk).exists()
        if not known or wish.by_person:
            wrong["owner"] = _("Choose somebody who works on this case.")
    if wish.by_person and not ours:
        wrong["owner"] = _("Choose this organisation where the person does it themself.")
    if wish.horizon not in {horizon for horizon, _label in _HORIZONS}:
        wrong["horizon"] = _("Choose one.")
    if not wish.goal and not wish.response:
        wrong["goal"] = _("Say what is to be reached, or choose a response.")
    if wrong:
        raise ValidationError(wrong)
    return {
        "horizon": wish.horizon,
        "due": wish.due,
        "owner_organisation_id": wish.owner_organisation.pk,
        "owner_id": wish.owner.pk if wish.owner is not None else None,
        "by_person": wish.by_person,
    }


_HORIZONS = PlanItem._meta.get_field("horizon").choices or []


def _check_end(act: ItemAct, end: End) -> None:
    if act is ItemAct.FINISH and end.outcome not in Outcome.values:
        raise ValidationError({"outcome": _("Choose one.")})
    if act in (ItemAct.FAIL, ItemAct.DROP):
        if end.reason not in EndReason.values:
            raise ValidationError({"reason": _("Choose a reason.")})
        if end.reason == EndReason.OTHER and not end.words:
            raise ValidationError({"words": _("Say in a few words why.")})


def _carry_over(before: Plan, plan: Plan) -> None:
    """What is still to do stands in the new version; the old one keeps its own rows."""
    old = list(PlanItem.objects.filter(plan=before).select_related("person"))
    for item in old:
        if ItemState(item.state) not in WAITING:
            continue
        goal = words.opened(item, "goal", words.key_for(plan.person))
        copied = {
            field.attname: getattr(item, field.attname)
            for field in PlanItem._meta.concrete_fields
            if field.attname not in ("id", "plan_id", "goal", "row_version")
        }
        copy = PlanItem(plan=plan, **copied)
        copy.goal = words.seal(copy, "goal", plan.person, goal)
        copy.save(force_insert=True)
    PlanItem.objects.filter(plan=before).update(is_current=False)


def _newest(case: Case) -> Assessment | None:
    rows = Assessment.objects.filter(case=case, is_current=True).order_by("-made_at")
    return rows.defer("framework__sheets", "texts").first()


def _offer(plan: Plan, by: Principal) -> Offer:
    """What `by` may put into the plan. The system is cleared for all that is not kept apart."""
    return offer(plan.assessment, clearance(plan.case, by))


def clearance(case: Case, by: Principal) -> frozenset[DataClass]:
    """The data classes that `by` writes with in a case."""
    if by == SYSTEM:
        return frozenset(DataClass) - {DataClass.STATUS_PROTECTION, DataClass.SEALED}
    return by.classes_of_case(case, Purpose.CASE_WORK.verb)
