"""Consent: records, renewals and withdrawals; and acting without it, which takes two people."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Router

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Purpose, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import schemas
from sojourn.web.api.kit import Sent, as_form, filled, gives_file, reads, withheld, writes
from sojourn.web.audit.actions import note_read
from sojourn.web.consent import actions, override_views, overrides, queries, records, views
from sojourn.web.consent.forms import ConsentForm, OverrideForm
from sojourn.web.consent.models import Consent, Danger, Override
from sojourn.web.people.lines import ConsentLine, OverrideLine, consent_lines, override_lines
from sojourn.web.people.queries import people, person_or_404

router = Router(tags=["Consent"])


class Asked(Sent):
    """What was asked for, how it was explained, and the answer: `given`, `refused`, `requested`.

    `renews` names an earlier answer that this one takes the place of, once it is given.
    """

    purposes: list[str]
    data_classes: list[str]
    recipients: list[str]
    notice_language: str
    explained: str
    understood: bool
    given_by: str
    method: str
    answer: Literal["given", "refused", "requested"]
    valid_until: str | None = None
    retention_days: int | None = None
    proxy: str | None = None
    proof: str | None = None
    assent: str | None = None
    evidence: str | None = None
    renews: UUID | None = None


class ConsentAct(Sent):
    """A later answer; `flaw` says why a consent never was a good one (`invalidated`)."""

    step: Literal["given", "refused", "withdrawn", "invalidated"]
    flaw: str = ""


class Wanted(Sent):
    danger: str
    words: str


class OverrideStep(Sent):
    step: Literal["confirmed", "declined", "ended"]


@reads(router, "/people/{uuid:person_id}/consents", Verb.READ, schemas.Consents)
def list_consents(request: HttpRequest, person_id: UUID) -> schemas.Consents:
    """A person's answers, newest first, and how far they reach today.

    `cover` says whether an assessment is covered, and if not why. `agreed_classes` are the classes
    of which something may be used today.
    """
    by = principal_of(request)
    person = person_or_404(by, person_id)
    given = queries.of_person(by, person)
    today = timezone.localdate()
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=given or [person], person_id=person.pk)
    agreed = queries.agreed_classes([person.pk], today).get(person.pk, frozenset())
    return schemas.Consents(
        items=[_consent(line) for line in consent_lines(given, today)],
        cover=queries.assessment_cover(given, today).value,
        agreed_classes=sorted(each.value for each in agreed),
    )


@writes(router, "/people/{uuid:person_id}/consents", Verb.WRITE, schemas.Done, status=201)
def record_consent(request: HttpRequest, person_id: UUID, body: Asked) -> schemas.Done:
    """Records that somebody was asked, and their answer, perhaps in place of an earlier one."""
    by = principal_of(request)
    person = person_or_404(by, person_id, Purpose.CASE_WORK)
    earlier = queries.consent_or_404(by, person, body.renews) if body.renews is not None else None
    sent = as_form(body)
    sent.pop("renews", None)
    form = ConsentForm({**sent, "understood": "yes" if body.understood else "no"})
    answer = filled(form)["answer"]
    with transaction.atomic():
        consent = actions.ask(person=person, asked=form.asked(), by=by, renews=earlier)
        if answer != "requested":
            actions.answer(consent=consent, given=answer == "given", by=by)
    return schemas.Done(id=str(consent.pk), state=consent.state)


@writes(
    router, "/people/{uuid:person_id}/consents/{uuid:consent_id}/step", Verb.WRITE, schemas.Done
)
def step_consent(
    request: HttpRequest, person_id: UUID, consent_id: UUID, body: ConsentAct
) -> schemas.Done:
    """Records a later answer, that the person took it back, or that it was found not to count."""
    by = principal_of(request)
    person = person_or_404(by, person_id, Purpose.CASE_WORK)
    consent = queries.consent_or_404(by, person, consent_id)
    views.take(body.step, body.flaw, consent, by)
    return schemas.Done(id=str(consent.pk), state=consent.state)


@gives_file(router, "/people/{uuid:person_id}/consents/{uuid:consent_id}/record", Verb.EXPORT)
def read_consent_record(request: HttpRequest, person_id: UUID, consent_id: UUID) -> HttpResponse:
    """One consent with its history, in the shape of ISO/IEC TS 27560."""
    by = principal_of(request)
    person = person_or_404(by, person_id, Purpose.EXPORT)
    consent = queries.consent_or_404(by, person, consent_id, Purpose.EXPORT)
    note_read(request, by=by, purpose=Purpose.EXPORT, shown=[consent], verb="export")
    found: dict[str, Any] = records.record_of(consent, person)
    return JsonResponse(found, json_dumps_params={"ensure_ascii": False})


@reads(router, "/people/{uuid:person_id}/overrides", Verb.READ, schemas.Overrides)
def list_overrides(request: HttpRequest, person_id: UUID) -> schemas.Overrides:
    """When somebody wanted to act without a person's consent, newest first."""
    by = principal_of(request)
    person = person_or_404(by, person_id)
    rows = queries.overrides_of(by, person)
    classes = people(by).classes(person)
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=rows or [person],
        person_id=person.pk,
        classes=classes,
    )
    told = DataClass.CASE_WORK in classes
    lines = override_lines(by, rows, person)
    return schemas.Overrides(
        items=[_override(line, told=told) for line in lines],
        withheld=withheld(classes, [DataClass.CASE_WORK]),
    )


@writes(router, "/people/{uuid:person_id}/overrides", Verb.WRITE, schemas.Done, status=201)
def request_override(request: HttpRequest, person_id: UUID, body: Wanted) -> schemas.Done:
    """Says what cannot wait for consent. Nothing is allowed until a second person confirms."""
    by = principal_of(request)
    person = person_or_404(by, person_id, Purpose.CASE_WORK)
    data = filled(OverrideForm(as_form(body)))
    row = overrides.request(
        person=person, danger=Danger(data["danger"]), words=data["words"], by=by
    )
    return schemas.Done(id=str(row.pk), state=row.state)


@writes(
    router, "/people/{uuid:person_id}/overrides/{uuid:override_id}/step", Verb.WRITE, schemas.Done
)
def step_override(
    request: HttpRequest, person_id: UUID, override_id: UUID, body: OverrideStep
) -> schemas.Done:
    """Confirms as a second person, does not confirm, or ends it."""
    by = principal_of(request)
    person = person_or_404(by, person_id, Purpose.CASE_WORK)
    row = queries.override_or_404(by, person, override_id)
    override_views.take(body.step, row, by)
    return schemas.Done(id=str(row.pk), state=row.state)


def _consent(line: ConsentLine) -> schemas.Consent:
    row: Consent = line.consent
    return schemas.Consent(
        id=row.pk,
        state=row.state,
        in_force=line.in_force,
        purposes=row.purposes,
        recipients=row.recipients,
        data_classes=row.data_classes,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        notice=row.notice,
        notice_version=row.notice_version,
        notice_language=row.notice_language,
        renews=row.renews_id,
        recorded_at=row.recorded_at,
        may_answer=line.may_answer,
        may_withdraw=line.may_withdraw,
    )


def _override(line: OverrideLine, *, told: bool) -> schemas.Override:
    row: Override = line.override
    return schemas.Override(
        id=row.pk,
        danger=row.danger,
        words=line.words if told else None,
        state=row.state,
        asked_at=row.asked_at,
        asked_by=row.asked_by.name if row.asked_by else "",
        decided_at=row.decided_at,
        decided_by=row.decided_by.name if row.decided_by else "",
        ends_at=row.ends_at,
        in_force=line.in_force,
        may_confirm=line.may_confirm,
    )
