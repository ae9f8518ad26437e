"""Programmes of the demonstration: two at one organisation, with what they ask for."""

from __future__ import annotations

from sojourn.web.accounts.access import SYSTEM, Principal
from sojourn.web.accounts.models import Organisation
from sojourn.web.cases import actions as cases
from sojourn.web.cases.belonging import Belongs
from sojourn.web.cases.models import Case
from sojourn.web.cases.states import WORKED
from sojourn.web.programmes import actions
from sojourn.web.programmes.gates import Gate, Setting

_ASKS = {
    ("return", "Demo: help on return"): (Gate.PLAN_APPROVED, Gate.FEEDBACK, Gate.CONTACTS),
    ("women", "Demo: women and girls"): (Gate.ASSESSED,),
}
_AREAS = ("XX01/XX0101", "XX01/XX0102", "XX02/XX0201", "")


def put_into_programmes(organisation: Organisation, helper: Principal) -> None:
    """Two cases in three belong to a programme, and most to an area."""
    made = [
        actions.add(organisation=organisation, code=code, name=name, by=SYSTEM)
        for code, name in _ASKS
    ]
    found = Case.objects.filter(organisation=organisation, state__in=WORKED)
    places = [*made, None]
    for at, case in enumerate(found.select_related("person").order_by("opened_at", "pk")):
        belongs = Belongs(places[at % len(places)], _AREAS[at % len(_AREAS)])
        cases.belong(case=case, belongs=belongs, by=helper)
    for programme, gates in zip(made, _ASKS.values(), strict=True):
        wanted = {gate: Setting(is_on=True) for gate in gates}
        actions.set_gates(organisation=organisation, programme=programme, gates=wanted, by=SYSTEM)
