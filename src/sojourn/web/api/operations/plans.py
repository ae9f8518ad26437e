"""Plans: the board, its items, and decisions about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, principal_of, reaches
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import schemas
from sojourn.web.api.kit import Sent, as_form, base_version, filled, reads, tagged, withheld, writes
from sojourn.web.api.operations.cases import merged_or_409, tellable
from sojourn.web.api.problems import ProblemError
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import queries as cases
from sojourn.web.cases.models import Case
from sojourn.web.people import words
from sojourn.web.plans import actions, approvals, board, queries
from sojourn.web.plans.access import can_decide
from sojourn.web.plans.forms import DecisionForm, EndForm, ItemForm, initial_of
from sojourn.web.plans.models import Approval, Plan, PlanItem
from sojourn.web.plans.needs import Offer, Offered, offer
from sojourn.web.plans.states import (
    ApprovalState,
    ItemAct,
    ItemState,
    item_acts,
)
from sojourn.web.steps import WrongStateError

router = Router(tags=["Plans"])

Version = Annotated[int | None, Query(ge=1, le=32_767)]


class Wish(Sent):
    """What an item is about. `owner` is the number of a user, `person` for the person themself."""

    need: str | None = None
    response: str | None = None
    resource: str | None = None
    goal: str | None = None
    horizon: str | None = None
    owner: str | None = None
    owner_organisation: UUID | None = None
    due: str | None = None


class Change(Wish):
    """What is named is changed, the rest stays. `row_version` is the one that was read."""

    row_version: int | None = None


class End(Sent):
    outcome: str | None = None
    reason: str | None = None
    words: str | None = None


class Decision(Sent):
    decision: Literal["approve", "reject"]
    words: str = ""


@reads(router, "/cases/{uuid:case_id}/plan", Verb.READ, schemas.Plan)
def read_plan(request: HttpRequest, case_id: UUID, version: Version = None) -> schemas.Plan:
    """The newest plan of a case, or an earlier version, with what may be shown of it.

    `offer` is what its assessment offers to a plan; None where it cannot be changed.
    """
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id)
    classes = cases.shown_classes(door, [case])[case.pk]
    plan = _plan_or_404(case, version)
    items = queries.items(plan, classes)
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=[plan],
        person_id=case.person_id,
        case_id=case.pk,
        classes=classes,
    )
    may_edit = plan.is_current and case.is_worked and reaches(by, case, Purpose.CASE_WORK)
    offered = _offer(offer(plan.assessment, classes)) if may_edit else None
    return schemas.Plan(
        id=plan.pk,
        case=case.pk,
        version=plan.version,
        is_current=plan.is_current,
        assessment=plan.assessment_id,
        made_at=plan.made_at,
        items=_items(items, case, classes),
        offer=offered,
        approval=_approval(by, queries.latest_approval(plan), plan, case),
        withheld=withheld(classes, tellable(door.classes(case))),
    )


@writes(router, "/cases/{uuid:case_id}/plan", Verb.WRITE, schemas.Done, status=201)
def begin_plan(request: HttpRequest, case_id: UUID) -> schemas.Done:
    """Begins a plan, or a new version of it on the newest assessment."""
    case, by = _to_write(request, case_id)
    plan = actions.begin(case=case, by=by)
    return schemas.Done(id=str(plan.pk), row_version=plan.version)


@writes(router, "/cases/{uuid:case_id}/plan/items", Verb.WRITE, schemas.Done, status=201)
def add_item(request: HttpRequest, case_id: UUID, body: Wish) -> schemas.Done:
    """Adds something to do, about one of the needs that the plan's assessment found."""
    case, by = _to_write(request, case_id)
    plan = _plan_or_404(case, None)
    offered = offer(plan.assessment, actions.clearance(case, by))
    usual = {"owner_organisation": str(plan.organisation_id), "owner": str(by.user_id or "")}
    form = ItemForm(plan, offered, {**usual, **as_form(body)})
    filled(form)
    item = actions.add_item(plan=plan, wish=form.wish(), by=by)
    return schemas.Done(id=str(item.pk), row_version=item.row_version, state=item.state)


@reads(router, "/cases/{uuid:case_id}/plan/items/{uuid:item_id}", Verb.READ, schemas.PlanItemPast)
def read_item(
    request: HttpRequest, response: HttpResponse, case_id: UUID, item_id: UUID
) -> schemas.PlanItemPast:
    """Something to do, and what became of it so far."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id)
    classes = cases.shown_classes(door, [case])[case.pk]
    row = queries.item_or_404(case, item_id, classes)
    note_read(
        request, by=by, purpose=Purpose.SUPPORT, shown=[row], case_id=case.pk, classes=classes
    )
    tagged(response, row.row_version)
    (item,) = _items([row], case, classes)
    past = board.past(row, queries.steps(row))
    return schemas.PlanItemPast(
        **item.model_dump(),
        past=[
            schemas.ItemPast(at=p.at, what=p.title, reason=p.reason, words=p.words, by=p.by)
            for p in past
        ],
    )


@writes(
    router,
    "/cases/{uuid:case_id}/plan/items/{uuid:item_id}",
    Verb.WRITE,
    schemas.Done,
    method="PATCH",
)
def change_item(
    request: HttpRequest, case_id: UUID, item_id: UUID, body: Change
) -> schemas.Done | HttpResponse:
    """Changes what an item is about; an approval of the plan stops to count.

    What somebody else changed since the version that was read is merged. Where both changed one
    field, theirs stays, both are kept for a named person, and the answer (409) holds both.
    """
    case, by = _to_write(request, case_id)
    classes = actions.clearance(case, by)
    row = queries.item_or_404(case, item_id, classes)
    goal = words.opened(row, "goal", words.key_for(row.person))
    sent = body.model_dump(mode="json", exclude_unset=True)
    base = base_version(request, sent.pop("row_version", None))
    now = {name: _text(value) for name, value in initial_of(row, goal).items()}
    given = {name: value or "" for name, value in sent.items()}
    form = ItemForm(
        row.plan, offer(row.plan.assessment, classes), {**now, **given, "base": base}, item=row
    )
    filled(form)
    merged = actions.change_item(item=row, wish=form.wish(), by=by, base=base)
    version = PlanItem.objects.values_list("row_version", flat=True).get(pk=row.pk)
    return merged_or_409(by, case, merged, version, str(row.pk))


@writes(
    router,
    "/cases/{uuid:case_id}/plan/items/{uuid:item_id}/acts/{act}",
    Verb.WRITE,
    schemas.Done,
)
def act_with_item(
    request: HttpRequest, case_id: UUID, item_id: UUID, act: ItemAct, body: End
) -> schemas.Done:
    """Does one act with an item: begin, done, not done, out of the plan, taken up again."""
    case, by = _to_write(request, case_id)
    row = queries.item_or_404(case, item_id, actions.clearance(case, by))
    wanted = ItemAct(act)
    if wanted not in item_acts(ItemState(row.state)):
        raise WrongStateError(row.state, wanted.value)
    form = EndForm(wanted, as_form(body))
    filled(form)
    actions.step_item(item=row, act=wanted, end=form.end(), by=by)
    return schemas.Done(id=str(row.pk), row_version=row.row_version, state=row.state)


@writes(router, "/cases/{uuid:case_id}/plan/approvals", Verb.WRITE, schemas.Done, status=201)
def ask_approval(request: HttpRequest, case_id: UUID) -> schemas.Done:
    """Asks for approval of the plan exactly as it is now."""
    case, by = _to_write(request, case_id)
    approval = approvals.ask(plan=_plan_or_404(case, None), by=by)
    return schemas.Done(id=str(approval.pk), state=approval.state)


@writes(
    router,
    "/cases/{uuid:case_id}/plan/approvals/{uuid:approval_id}/decision",
    Verb.APPROVE,
    schemas.Done,
)
def decide_approval(
    request: HttpRequest, case_id: UUID, approval_id: UUID, body: Decision
) -> schemas.Done:
    """Approves a plan as it was asked about, or not. Whoever asked never decides."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.APPROVAL)
    approval = queries.approval_or_404(case, approval_id)
    data = filled(DecisionForm(as_form(body)))
    approvals.decide(
        approval=approval,
        approves=data["decision"] == "approve",
        why=data["words"].strip(),
        by=by,
    )
    return schemas.Done(id=str(approval.pk), state=approval.state)


@writes(
    router,
    "/cases/{uuid:case_id}/plan/approvals/{uuid:approval_id}/take-back",
    Verb.WRITE,
    schemas.Done,
)
def take_back_approval(request: HttpRequest, case_id: UUID, approval_id: UUID) -> schemas.Done:
    """Takes a request for approval back, before it is decided."""
    case, by = _to_write(request, case_id)
    approval = queries.approval_or_404(case, approval_id)
    approvals.take_back(approval=approval, by=by)
    return schemas.Done(id=str(approval.pk), state=approval.state)


def _to_write(request: HttpRequest, case_id: UUID) -> tuple[Case, Principal]:
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    return case, by


def _plan_or_404(case: Case, version: int | None) -> Plan:
    if version is not None:
        return queries.version_or_404(case, version)
    plan = queries.current(case)
    if plan is None:
        raise ProblemError(404, _("There is no plan yet. Begin one first."))
    return plan


def _items(
    items: Sequence[PlanItem], case: Case, classes: Collection[DataClass]
) -> list[schemas.PlanItem]:
    cards = board.board_cards(items, case.person, classes, timezone.localdate())
    key = words.key_for(case.person)
    return [
        schemas.PlanItem(
            id=row.pk,
            title=card.title,
            goal=words.opened(row, "goal", key),
            need=row.need,
            need_label=card.need,
            response=row.response,
            resource=row.resource if card.resource or not row.resource else None,
            horizon=row.horizon,
            owner=row.owner_id,
            by_person=row.by_person,
            owner_organisation=row.owner_organisation_id,
            due=row.due,
            state=row.state,
            outcome=row.outcome,
            ended_because=row.ended_because,
            row_version=row.row_version,
            acts=[act.value for act in card.acts],
        )
        for row, card in zip(items, cards, strict=True)
    ]


def _offer(found: Offer) -> schemas.Offer:
    def told(offered: Sequence[Offered]) -> list[schemas.Offered]:
        return [schemas.Offered(name=each.name, label=each.label) for each in offered]

    return schemas.Offer(
        needs=told(found.needs), responses=told(found.responses), resources=told(found.resources)
    )


def _approval(
    by: Principal, approval: Approval | None, plan: Plan, case: Case
) -> schemas.Approval | None:
    if approval is None:
        return None
    standing = queries.standing(approval, plan)
    return schemas.Approval(
        id=approval.pk,
        state=(standing or ApprovalState(approval.state)).value,
        requested_at=approval.requested_at,
        requested_by=approval.requested_by.name if approval.requested_by else "",
        quorum=approval.quorum,
        agreed=board.tally(approval).agreed,
        may_decide=standing is ApprovalState.REQUESTED and can_decide(by, approval),
        votes=[schemas.Vote(**vars(vote)) for vote in board.votes(approval, case.person)],
    )


def _text(value: object) -> object:
    """A value of a form as it is sent: days and ids as texts."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
