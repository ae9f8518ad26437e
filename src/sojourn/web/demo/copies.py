"""A copy of some files went to lawyers, and one of these people agrees to it no more."""

from __future__ import annotations

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Organisation
from sojourn.web.consent import actions as consents
from sojourn.web.consent.models import Consent, Recipient
from sojourn.web.consent.states import ConsentState
from sojourn.web.exports import actions as exports
from sojourn.web.exports.models import Copy, ExportPurpose, Format
from sojourn.web.exports.rules import Wish

_WISH = Wish(
    format=Format.CSV,
    purpose=ExportPurpose.REFERRAL,
    recipient=Recipient.LEGAL,
    is_identified=True,
    classes=frozenset({DataClass.IDENTITY, DataClass.CASE_WORK}),
    columns=("name", "state"),
    words="Demo lawyers help them with their papers.",
    country="CH",
    to_origin="no",
)


def pass_on(organisation: Organisation, by: Principal) -> None:
    """Passes on who agreed to it; the first of them takes it back."""
    export = exports.ask(organisation=organisation, wish=_WISH, by=by)
    for _piece in exports.take(export=export, by=by).content:
        pass  # it leaves
    copy = Copy.objects.filter(export=export).order_by("person__number").first()
    if copy is not None:
        given = Consent.objects.filter(person=copy.person_id, state=ConsentState.GIVEN)
        for consent in given:
            consents.withdraw(consent=consent, by=by)
