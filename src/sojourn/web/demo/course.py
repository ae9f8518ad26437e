"""What became of the invented cases: phases, pauses, closures, and some that were opened again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from sojourn.framework import Horizon
from sojourn.web.accounts.access import Principal
from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import Case
from sojourn.web.cases.rules import How
from sojourn.web.cases.states import Act, Phase
from sojourn.web.notes import actions as notes
from sojourn.web.plans import actions as plans
from sojourn.web.plans import approvals
from sojourn.web.plans.access import can_decide
from sojourn.web.plans.actions import End, Wish
from sojourn.web.plans.models import Approval, PlanItem
from sojourn.web.plans.needs import offer
from sojourn.web.plans.states import ItemAct

WHY = {
    Phase.PLANNING: "Demo: enough is known to plan together.",
    Phase.IMPLEMENTING: "Demo: the plan was agreed.",
    Phase.FOLLOWING_UP: "Demo: the steps are done; we look whether it lasts.",
}
GOALS = ("", "Demo: to sleep through the night", "Demo: to have papers of my own", "")
NOTES = (
    ("Demo: prefers to meet in the morning, before work.", "case_work"),
    ("Demo: the clinic gave an appointment in two weeks.", "body_health"),
    ("Demo: a cousin calls often and asks for money.", "third_party"),
)
_DAYS = {Horizon.IMMEDIATE: 2, Horizon.SHORT_TERM: 20, Horizon.LONG_TERM: 60}
_COURSES: tuple[str, ...] = ("none",) * 5 + ("planning",) * 3
_COURSES += ("implementing",) * 4 + ("following_up", "on_hold", "closed", "closed", "reopened")


def live_on(case: Case, *, number: int, helper: Principal, since: datetime) -> None:
    """Lets some weeks pass in a case, the same way every time for the same number."""
    chance = Random(number)  # noqa: S311 - invented lives, no secrets
    course = chance.choice(_COURSES)
    acts = _acts(course, chance)
    span = (timezone.now() - since) / (len(acts) + 1)
    for turn, (act, how) in enumerate(acts, start=1):
        at = since + turn * span
        if how.phase == Phase.IMPLEMENTING:
            plan_something(case, chance, helper, at)
        cases.take(case=case, act=act, how=how, by=helper, at=at)
    if course in ("implementing", "closed"):
        text, data_class = chance.choice(NOTES)
        notes.write(
            case=case,
            text=text,
            data_class=data_class,
            is_confidential=chance.random() < 0.3,
            by=helper,
        )


def plan_something(case: Case, chance: Random, helper: Principal, at: datetime) -> None:
    """A plan of what the findings suggest; some of it done, some late, some asked about."""
    plan = plans.begin(case=case, by=helper, at=at)
    offered = offer(plan.assessment, plans.clearance(case, helper))
    suggested = [each for each in offered.responses if offered.needs_of[each.name]]
    for response in chance.sample(suggested, min(len(suggested), chance.randint(3, 7))):
        horizon = response.horizon or Horizon.SHORT_TERM
        wish = Wish(
            need=offered.needs_of[response.name][0],
            response=response.name,
            goal=chance.choice(GOALS),
            horizon=horizon.value,
            due=at.date() + timedelta(days=_DAYS[horizon] + chance.randint(0, 30)),
            owner_organisation=case.organisation,
            owner=case.worker if chance.random() < 0.8 else None,
            resource=chance.choice(["", *(each.name for each in offered.resources[:2])]),
        )
        item = plans.add_item(plan=plan, wish=wish, by=helper, at=at)
        _go_on(item, chance, helper)
    if suggested and chance.random() < 0.5:
        approvals.ask(plan=plan, by=helper, at=at)


def decide_some(deciders: Sequence[Principal], chance: Random) -> None:
    """Supervisors decide about most of the plans of others; some still wait."""
    for approval in Approval.objects.filter(state="requested").order_by("requested_at"):
        able = [by for by in deciders if can_decide(by, approval)]
        if not able or chance.random() < 0.35:
            continue
        why = "" if (approves := chance.random() < 0.8) else "Demo: what lasts is missing."
        approvals.decide(approval=approval, approves=approves, why=why, by=able[0])


def _go_on(item: PlanItem, chance: Random, helper: Principal) -> None:
    luck = chance.random()
    if luck < 0.35:
        return
    plans.step_item(item=item, act=ItemAct.START, end=End(), by=helper)
    if luck > 0.6:
        end = End(outcome=chance.choice(("helped", "helped", "helped_in_part", "not_known")))
        plans.step_item(item=item, act=ItemAct.FINISH, end=end, by=helper)


def _acts(course: str, chance: Random) -> list[tuple[Act, How]]:
    """The acts of one course. Cases that cannot wait stay where they are worked on."""
    ahead = timezone.localdate() + timedelta(days=chance.randint(3, 30))
    reached = {"planning": 1, "implementing": 2, "following_up": 3, "closed": 3, "reopened": 3}
    phases = list(WHY)[: reached.get(course, 0)]
    acts = [(Act.MOVE, How(phase=phase.value, words=WHY[phase])) for phase in phases]
    if course == "on_hold":
        acts.append((Act.HOLD, How(reason="awaiting_decision", review_on=ahead)))
    if course in ("closed", "reopened"):
        feedback = chance.choice(("answered", "answered", "no_answer", "not_reached"))
        reason = chance.choice(("goals_met", "needs_met_elsewhere", "moved_transferred"))
        outcome = chance.choice(("better", "partly_better", "same"))
        moved_to = "Demo: the shelter in the next town" if reason == "moved_transferred" else ""
        how = How(reason=reason, moved_to=moved_to, outcome=outcome, feedback=feedback)
        acts.append((Act.CLOSE, how))
    if course == "reopened":
        acts.append((Act.REOPEN, How(reason="contact_again", review_on=ahead)))
    return acts
