"""Invented journeys, along roads that many people know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from django.utils import timezone

from sojourn.web.accounts.access import Principal
from sojourn.web.cases.models import Case
from sojourn.web.consent.queries import agreed_classes
from sojourn.web.journeys import actions
from sojourn.web.journeys.access import tells_of_journey
from sojourn.web.journeys.rules import Stay

_ROADS: Mapping[str, Sequence[Sequence[Stay]]] = {
    "origin": ((Stay("SD", "Demo: a small town", stage="origin"),),),
    "transit": (
        (
            Stay("AF", until="2021-09", stage="origin"),
            Stay("IR", "Demo: a workshop", "2021-09", "2023", "estimated", "transit", "land"),
            Stay("TR", "", "2023", "2024-05", "estimated", "transit", "land"),
            Stay("GR", "Demo: the camp", "2024-05", "", "paper", "transit", "sea"),
        ),
        (
            Stay("VE", until="2022", stage="origin"),
            Stay("CO", "Demo: the border town", "2022", "2022", "told", "transit", "land"),
            Stay("PA", stage="transit", way="land"),
            Stay("MX", "", "2023-04", "2023-11", "told", "transit", "land"),
            Stay("GT", "Demo: sent back", "2023-11", "2024-01", "told", "return", "land"),
            Stay("MX", "", "2024-01", "", "told", "transit", "land"),
        ),
    ),
    "destination": (
        (
            Stay("SD", "Demo: a small town", until="2024-03", stage="origin"),
            Stay("TD", "", "2024-03", "2024-07", "estimated", "transit", "land"),
            Stay("LY", "Demo: a crowded house", "2024-07", "2025-02", "told", "transit", "land"),
            Stay("IT", "Demo: the island", "2025-02", "2025-06", "paper", "transit", "sea"),
            Stay("FR", "", "2025-06", "", "paper", "destination", "land"),
        ),
    ),
    "return": (
        (
            Stay("NG", until="2023-02", stage="origin"),
            Stay("NE", "", "2023-02", "2023-04", "estimated", "transit", "land"),
            Stay("LY", "Demo: a yard", "2023-04", "2024-10", "told", "transit", "land"),
            Stay("NG", "Demo: at an aunt's", "2024-10", "", "paper", "return", "air"),
        ),
    ),
}
"""By the stage at which they are now."""


def tell_some(case: Case, *, number: int, helper: Principal) -> None:
    """Writes a journey down for some who agreed to it, the same every time for the same number."""
    chance = Random(number)  # noqa: S311 - invented lives, no secrets
    agreed = agreed_classes([case.person_id], timezone.localdate())
    if chance.random() < 0.5 or not tells_of_journey(agreed.get(case.person_id, frozenset())):
        return
    stage = case.assessments.latest("made_at").stage
    for stay in chance.choice(_ROADS.get(stage, ((),))):
        actions.add(case=case, stay=stay, by=helper)
