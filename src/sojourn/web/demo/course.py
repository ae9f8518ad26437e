"""What became of the invented cases: phases, pauses, closures, and some that were opened again."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from sojourn.web.accounts.access import Principal
from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import Case
from sojourn.web.cases.rules import How
from sojourn.web.cases.states import Act, Phase

WHY = {
    Phase.PLANNING: "Demo: enough is known to plan together.",
    Phase.IMPLEMENTING: "Demo: the plan was agreed.",
    Phase.FOLLOWING_UP: "Demo: the steps are done; we look whether it lasts.",
}
_COURSES: tuple[str, ...] = ("none",) * 5 + ("planning",) * 3
_COURSES += ("implementing",) * 4 + ("following_up", "on_hold", "closed", "closed", "reopened")


def live_on(case: Case, *, number: int, helper: Principal, since: datetime) -> None:
    """Lets some weeks pass in a case, the same way every time for the same number."""
    chance = Random(number)  # noqa: S311 - invented lives, no secrets
    course = chance.choice(_COURSES)
    acts = _acts(course, chance)
    span = (timezone.now() - since) / (len(acts) + 1)
    for turn, (act, how) in enumerate(acts, start=1):
        cases.take(case=case, act=act, how=how, by=helper, at=since + turn * span)


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
        acts.append((Act.CLOSE, How(reason=reason, outcome=outcome, feedback=feedback)))
    if course == "reopened":
        acts.append((Act.REOPEN, How(reason="contact_again", review_on=ahead)))
    return acts
