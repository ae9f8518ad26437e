"""The only writer of consents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import SYSTEM, Principal, Purpose, reaches
from sojourn.web.audit.actions import record
from sojourn.web.consent import notices, rules
from sojourn.web.consent.changes import AFTER
from sojourn.web.consent.models import Assent, Consent, ConsentStep, Flaw, Giver
from sojourn.web.consent.states import ConsentState, check_step
from sojourn.web.people import words as sealed
from sojourn.web.people.models import Person

_VERBS = {
    ConsentState.REQUESTED: "request",
    ConsentState.GIVEN: "give",
    ConsentState.REFUSED: "refuse",
    ConsentState.WITHDRAWN: "withdraw",
    ConsentState.EXPIRED: "expire",
    ConsentState.RENEWED: "renew",
    ConsentState.INVALIDATED: "invalidate",
}


@dataclass(frozen=True)
class Asked:
    """What was asked for, and how it was explained.

    Whoever answers for the person has a name, a proof, and the person's own word (`assent`).
    `evidence` says where the answer can be seen, such as the number of a signed sheet.
    """

    purposes: Sequence[str]
    recipients: Sequence[str]
    data_classes: Sequence[str]
    notice_language: str
    explained: str
    method: str
    given_by: str
    understood: bool
    valid_from: date
    valid_until: date | None = None
    proxy: str = ""
    proof: str = ""
    assent: str = ""
    evidence: str = ""
    retention_days: int | None = None


_SEALED = ("proxy", "evidence")


@transaction.atomic
def ask(
    *,
    person: Person,
    asked: Asked,
    by: Principal,
    at: datetime | None = None,
    renews: Consent | None = None,
) -> Consent:
    """Records that somebody was asked; the answer follows with `answer`.

    With `renews` the person was asked anew about an earlier answer: once they agree, the new one
    holds in its place, be it wider or narrower. ValidationError for what the notice does not name,
    for a proxy without name, proof or the person's own word, and for somebody who was erased.
    """
    _check_may(by, person)
    if person.erased_at is not None:
        raise ValidationError(_("This person was erased."))
    if renews is not None and renews.person_id != person.pk:
        raise ValueError("A consent is renewed by the same person.")
    notice = notices.CURRENT
    _check_asked(asked, notice)
    plain = {f.name: getattr(asked, f.name) for f in fields(asked) if f.name not in _SEALED}
    consent = Consent(
        person=person,
        organisation_id=person.organisation_id,
        notice=notice.name,
        notice_version=notice.version,
        controller=person.organisation.name,
        operations=rules.operations(asked.purposes, asked.recipients),
        jurisdiction=settings.JURISDICTION,
        legal_reference=settings.LEGAL_REFERENCE,
        withdrawal=notice.withdrawal,
        renews=renews,
        recorded_at=at or timezone.now(),
        recorded_by_id=by.user_id,
        **plain,
    )
    for column in _SEALED:
        setattr(consent, column, sealed.seal(consent, column, person, getattr(asked, column)))
    consent.save(force_insert=True)
    _note(consent, by, consent.recorded_at)
    return consent


@transaction.atomic
def answer(*, consent: Consent, given: bool, by: Principal, at: datetime | None = None) -> None:
    """Records the answer. A refusal is an answer like another one: help goes on.

    An answer that renews an earlier one takes its place when it is given. Refusing something new
    takes nothing back: what was agreed before holds until the person takes it back.
    """
    if given and not consent.understood:
        raise ValidationError(
            _("Consent counts only if the person understood. Explain again, then record it.")
        )
    if given and consent.assent == Assent.DISAGREES:
        raise ValidationError(
            _("The person does not agree, so nobody can agree for them. Record a refusal.")
        )
    if given and consent.renews is not None:
        _replace(consent.renews, by, at)
    _step(consent, ConsentState.GIVEN if given else ConsentState.REFUSED, by, at)


@transaction.atomic
def withdraw(*, consent: Consent, by: Principal, at: datetime | None = None) -> None:
    """The person takes the consent back; it counts from now on."""
    _step(consent, ConsentState.WITHDRAWN, by, at)


@transaction.atomic
def invalidate(*, consent: Consent, flaw: Flaw, by: Principal) -> None:
    """The organisation finds that a consent never was a good one; it stops to count."""
    _step(consent, ConsentState.INVALIDATED, by, None, flaw)


@transaction.atomic
def take_back(*, person: Person, by: Principal) -> None:
    """Removes the consents of somebody whose whole file is taken back."""
    _check_may(by, person)
    ConsentStep.objects.filter(consent__person=person).delete()
    Consent.objects.filter(person=person).delete()


@transaction.atomic
def expire_due(*, on: date) -> int:
    """Ends consents whose last day is past; how many. They had stopped to count already."""
    due = Consent.objects.filter(state=ConsentState.GIVEN, valid_until__lt=on)
    for consent in due:
        _step(consent, ConsentState.EXPIRED, SYSTEM, None)
    return len(due)


def _replace(earlier: Consent, by: Principal, at: datetime | None) -> None:
    """An earlier answer that no longer stands, such as a withdrawn one, stays as it is.

    One that was replaced already raises: the answer in its place is the one to ask about.
    """
    now = _state_now(earlier)
    if now in (ConsentState.GIVEN, ConsentState.RENEWED):
        _step(earlier, ConsentState.RENEWED, by, at)


def _step(
    consent: Consent,
    wanted: ConsentState,
    by: Principal,
    at: datetime | None,
    flaw: Flaw | None = None,
) -> None:
    """One step of the table, from the state the database holds now."""
    _check_may(by, consent)
    check_step(_state_now(consent), wanted)
    consent.state = wanted
    consent.save(update_fields=["state"])
    _note(consent, by, at or timezone.now(), flaw)


def _state_now(consent: Consent) -> ConsentState:
    rows = Consent.objects.select_for_update().filter(pk=consent.pk)
    return ConsentState(rows.values_list("state", flat=True).get())


def _note(consent: Consent, by: Principal, at: datetime, flaw: Flaw | None = None) -> None:
    state = ConsentState(consent.state)
    ConsentStep.objects.create(
        consent=consent,
        state=state,
        at=at,
        by_id=by.user_id,
        reason=flaw or "",
        withheld=_withheld(consent, state),
    )
    record(
        by=by,
        verb=_VERBS[state],
        object=consent,
        organisation_id=consent.organisation_id,
        person_id=consent.person_id,
        changed={"state": [None, state.value]},
        reason=flaw.value if flaw is not None else "",
    )
    for follow in AFTER:
        follow(consent.person_id, by)


def _withheld(consent: Consent, state: ConsentState) -> rules.Scope:
    """What may not be used from this step on: of the notice where something was given, else all."""
    scope = {
        "purposes": consent.purposes,
        "recipients": consent.recipients,
        "data_classes": consent.data_classes,
    }
    if state is ConsentState.GIVEN:
        notice = notices.NOTICES[consent.notice, consent.notice_version]
        return rules.withheld(notice.scope, scope)
    nothing_said = state in (ConsentState.REQUESTED, ConsentState.RENEWED)
    return {} if nothing_said else rules.withheld(scope, {})


def _check_asked(asked: Asked, notice: notices.Notice) -> None:
    for part, named in notice.scope.items():
        if not set(getattr(asked, part)) <= set(named):
            raise ValidationError(_("Only what the notice names can be agreed to."))
    by_proxy = asked.given_by != Giver.SELF
    if by_proxy and not (asked.proxy and asked.proof and asked.assent):
        raise ValidationError(
            _(
                "Somebody answers for the person: say who, what shows that they may, and what the "
                "person says."
            )
        )
    if not by_proxy and (asked.proxy or asked.proof or asked.assent):
        raise ValidationError(_("The person answers alone: leave out who answers for them."))


def _check_may(by: Principal, row: Person | Consent) -> None:
    if not reaches(by, row, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))
