"""The only writer of cases and assessments."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.engines import record as engine
from sojourn.framework import Answers, DataClass, Framework
from sojourn.web.accounts.access import SYSTEM, Principal, Purpose, reaches
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import EXISTENCE_KNOWN, Verb
from sojourn.web.audit.actions import record
from sojourn.web.cases import belonging, frameworks, queries, rules, versions
from sojourn.web.cases.access import check_can_settle
from sojourn.web.cases.answers import split
from sojourn.web.cases.belonging import Belongs
from sojourn.web.cases.models import (
    Assessment,
    Case,
    CaseStep,
    Difference,
    Episode,
    LegalBasis,
)
from sojourn.web.cases.rules import How
from sojourn.web.cases.states import Act, CaseState, Phase, step_of
from sojourn.web.cases.versions import Edited, Merged, Values
from sojourn.web.consent import actions as consents
from sojourn.web.consent.queries import cover_for_assessment, is_overridden
from sojourn.web.consent.rules import Cover
from sojourn.web.people import actions as people
from sojourn.web.people import identities, words
from sojourn.web.people.actions import Newcomer
from sojourn.web.places import actions as places
from sojourn.web.programmes import holding


@transaction.atomic
def open_files(
    *,
    organisation: Organisation,
    newcomers: Sequence[Newcomer],
    by: Principal,
    at: datetime | None = None,
    screening: bool = False,
    belongs: Belongs = Belongs(),  # noqa: B008 - frozen
) -> list[Case]:
    """Registers people and opens a case for each; the one who does it is the case worker.

    With `screening` it is found out first whether the organisation takes the case on. What
    `belongs` does not say follows from the roles of who opens the files. ValidationError where they
    would not reach what they open.
    """
    when = at or timezone.now()
    falls = by.falls_to(organisation.pk)
    programme_id = belongs.programme.pk if belongs.programme is not None else falls.programme_id
    state, phase = (CaseState.SCREENING, "") if screening else (CaseState.OPEN, Phase.ASSESSING)
    cases = [
        Case(
            person=person,
            organisation=organisation,
            worker_id=by.user_id,
            team_id=falls.team_id,
            programme_id=programme_id,
            area=belongs.area or falls.area,
            opened_at=when,
            state=state,
            phase=phase,
            review_on=rules.next_review(when.date(), urgent=True),
        )
        for person in people.register(organisation=organisation, people=newcomers, by=by, at=when)
    ]
    if belongs != Belongs():
        for case in cases[:1]:  # they all belong to the same
            belonging.check_new(case, belongs, by)
    Case.objects.bulk_create(cases)
    Episode.objects.bulk_create(
        Episode(
            case=case,
            organisation_id=case.organisation_id,
            number=case.episode,
            opened_at=when,
            opened_by_id=by.user_id,
        )
        for case in cases
    )
    for case in cases:
        _note(case, "add", by)
    return cases


@transaction.atomic
def take_back(*, case: Case, by: Principal) -> None:
    """Removes a case with its person, their consents and assessments: what was taken in by mistake
    and that nobody has worked on. ProtectedError where something else belongs to it by now."""
    _check_may(by, case)
    person = case.person
    Assessment.objects.filter(case=case).delete()
    Episode.objects.filter(case=case).delete()
    case.delete()
    consents.take_back(person=person, by=by)
    people.take_back(person=person, by=by)


@dataclass(frozen=True)
class Made:
    """How an assessment came about."""

    basis: LegalBasis
    at: datetime
    replaces: Assessment | None = None
    channel: str = "screen"


@transaction.atomic
def assess(
    *, case: Case, framework: Framework, answers: Answers, made: Made, by: Principal
) -> Assessment:
    """Keeps answers with what the framework finds in them, and brings the case up to date.

    What is known of the place where the person is, in the period that they name or else the newest
    one, is part of what the framework looks at.

    Raises PermissionDenied without the right to write, ValidationError where the case is closed or
    neither consent nor another basis allows it.
    """
    check_may_assess(case=case, basis=made.basis, by=by)
    whole, place = places.join(
        framework=framework, answers=answers, organisation_id=case.organisation_id
    )
    findings = engine.assess(framework, whole)
    parts = split(framework, answers)
    if made.replaces is not None:
        Assessment.objects.filter(pk=made.replaces.pk).update(is_current=False)
    assessment = Assessment(
        case=case,
        person_id=case.person_id,
        organisation_id=case.organisation_id,
        framework=frameworks.keep(framework),
        stage=rules.stage_of(answers.get(framework.stage_question or "")),
        answers=parts.coded,
        findings=findings.to_json(),
        basis=made.basis,
        made_at=made.at,
        made_by_id=by.user_id,
        replaces=made.replaces,
    )
    assessment.texts = identities.key_of(case.person).seal(
        json.dumps(parts.texts, ensure_ascii=False).encode(),
        place=f"cases_assessment.texts|{assessment.pk}",
    )
    assessment.save(force_insert=True)
    if place is not None:
        places.note_joined(assessment=assessment, row=place)
    case.stage = rules.stage_on_the_row(framework, assessment.stage)
    _bring_up_to_date(case, rules.urgent_factors(framework, findings), made.at, by)
    record(
        by=by,
        verb="assess",
        object=assessment,
        organisation_id=case.organisation_id,
        person_id=case.person_id,
        case_id=case.pk,
        changed={"framework": [None, framework.digest], "basis": [None, str(made.basis)]},
        channel=made.channel,
    )
    return assessment


@transaction.atomic
def set_review(*, case: Case, on: date, by: Principal, base: int | None = None) -> Merged:
    """Sets the day on which somebody looks at the case again.

    `base` is the version of the case that the day was chosen from. Where somebody else set another
    day since, theirs stays and both are kept for a decision (see `versions`).
    """
    _check_may(by, case)
    now = Case.objects.select_for_update().get(pk=case.pk)
    if not now.is_worked or now.review_on is None:
        raise ValidationError(_("This case is closed."))
    if on < timezone.localdate():
        raise ValidationError(_("Choose today or a later day."))
    edited = Edited(now, case, now.row_version)
    values = {"review_on": now.review_on.isoformat()}
    merged = versions.merge(
        base=versions.base_of(edited, values, base),
        now=values,
        sent={"review_on": on.isoformat()},
    )
    versions.keep_differences(edited, values, merged, by)
    if merged.write:
        _keep_review(edited, values, merged, by)
    return merged


def _keep_review(edited: Edited, values: Values, merged: Merged, by: Principal) -> None:
    case = edited.case
    case.row_version = versions.keep_revision(edited, values, by)
    case.review_on = date.fromisoformat(merged.write["review_on"])
    case.save(update_fields=["review_on", "row_version"])
    _note(case, "correct", by, {"review_on": [values["review_on"], merged.write["review_on"]]})


@transaction.atomic
def settle(*, difference: Difference, takes_second: bool, by: Principal) -> None:
    """Decides which of two values holds. Raises PermissionDenied for who is not named to do it,
    ValidationError where it was decided already."""
    check_can_settle(by, difference)
    now = Difference.objects.select_for_update().get(pk=difference.pk)
    if now.settled_at is not None:
        raise ValidationError(_("This was decided already."))
    difference.settled_at, difference.takes_second = timezone.now(), takes_second
    difference.settled_by_id = by.user_id
    difference.save(update_fields=["settled_at", "settled_by", "takes_second"])
    record(
        by=by,
        verb="settle",
        object=difference,
        organisation_id=difference.organisation_id,
        person_id=difference.person_id,
        case_id=difference.case_id,
        changed={"field": [None, difference.field]},
    )
    if takes_second:
        _first, second = versions.values_of(difference)
        versions.SUBJECTS[difference.subject_type].write(difference, second, by)


@transaction.atomic
def belong(*, case: Case, belongs: Belongs, by: Principal) -> None:
    """Says to which programme and area a case belongs from now on.

    Raises PermissionDenied without the right to write, ValidationError where nobody works on the
    case, and where it cannot belong there (see `belonging.check`).
    """
    _check_may(by, case)
    now = Case.objects.select_for_update(of=("self",)).select_related("worker").get(pk=case.pk)
    if not now.is_worked:
        raise ValidationError(_("This case is closed."))
    if belongs.area != now.area and DataClass.CONTACT_PLACE not in _writes(by, now):
        raise PermissionDenied(_("Your role does not write where somebody is."))
    belonging.check(now, belongs, by)
    programme_id = belongs.programme.pk if belongs.programme is not None else None
    changed: dict[str, object] = {}
    if programme_id != now.programme_id:
        changed["programme"] = [_text(now.programme_id), _text(programme_id)]
    if belongs.area != now.area:
        changed["area"] = None  # where somebody is stands with the case alone
    case.programme, case.area = belongs.programme, belongs.area
    if changed:
        case.save(update_fields=["programme", "area"])
        _note(case, "belong", by, changed)


AFTER_AN_ACT: list[Callable[[Case, CaseStep, Principal], None]] = []
"""What other rooms do when something was done with a case, in the same transaction."""


def write_review(difference: Difference, value: str, by: Principal) -> None:
    """Puts the day that was decided for in place; a day that is past by now becomes today."""
    on = max(date.fromisoformat(value), timezone.localdate())
    set_review(case=difference.case, on=on, by=by)


@transaction.atomic
def take(*, case: Case, act: Act, by: Principal, how: How, at: datetime | None = None) -> CaseStep:
    """Does one act of the table with a case, and keeps who did it and why.

    Raises PermissionDenied without the right to write, WrongStateError where the case is in another
    state by now, ValidationError where something the act asks for is missing or wrong.
    """
    _check_may(by, case)
    now = Case.objects.select_for_update().get(pk=case.pk)
    before, phase = CaseState(now.state), now.phase
    step = step_of(before, act)
    when = at or timezone.now()
    rules.check_how(act, how, phase=phase, today=timezone.localdate(when))
    if act is not Act.CLOSE and case.person.erased_at is not None:
        raise ValidationError(_("This person was erased."))
    holding.check(now, act, how)
    _check_other(case, how, by)
    if step.new_episode:
        _check_no_other(case)
    case.state, case.episode = step.to, now.episode + step.new_episode
    case.phase = rules.phase_after(act, how, phase=phase)
    _move_review(case, now, rules.review_after(act, how, review_on=now.review_on), by)
    case.save(update_fields=["state", "phase", "episode", "review_on", "row_version"])
    _keep_episode(case, act, how, by, when)
    row = CaseStep(
        case=case,
        organisation_id=case.organisation_id,
        episode=case.episode,
        act=act,
        state_before=before,
        state=step.to,
        phase_before=phase,
        phase=case.phase,
        reason=how.reason,
        at=when,
        by_id=by.user_id,
    )
    row.words = words.seal(row, "words", case.person, how.words)
    row.save(force_insert=True)
    for follow in AFTER_AN_ACT:
        follow(case, row, by)
    changed = {"state": [before.value, step.to.value], "phase": [phase, case.phase]}
    # Why a case ends may say much about a person, so the reason stands with the case alone.
    _note(case, act.value, by, {**changed, "reason": None})
    return row


@transaction.atomic
def assign(*, case: Case, worker_id: int | None, team_id: int | None, by: Principal) -> None:
    """Lets somebody else look after a case, for `caseload.handing`, which asks whether it may be.

    Differences that the former worker was to decide wait for the new one.
    """
    now = Case.objects.select_for_update().get(pk=case.pk)
    if worker_id is not None and now.worker_id is not None:
        waiting = Difference.objects.filter(case=case, decider_id=now.worker_id, settled_at=None)
        waiting.update(decider_id=worker_id)
    case.worker_id, case.team_id = worker_id, team_id
    case.save(update_fields=["worker", "team"])
    _note(
        case,
        "hand_over",
        by,
        {
            "worker": [_text(now.worker_id), _text(worker_id)],
            "team": [_text(now.team_id), _text(team_id)],
        },
    )


def _writes(by: Principal, case: Case) -> frozenset[DataClass]:
    return frozenset(DataClass) if by == SYSTEM else by.classes_of_case(case, Verb.WRITE)


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _keep_episode(case: Case, act: Act, how: How, by: Principal, when: datetime) -> None:
    if act is Act.REOPEN:
        Episode.objects.create(
            case=case,
            organisation_id=case.organisation_id,
            number=case.episode,
            opened_at=when,
            opened_by_id=by.user_id,
            opened_because=how.reason,
        )
    if act is Act.CLOSE:
        row = Episode.objects.get(case=case, closed_at=None)
        row.closed_at, row.closed_by_id = when, by.user_id
        row.closed_because, row.outcome, row.feedback = how.reason, how.outcome, how.feedback
        row.merged_into_id = how.duplicate_of
        row.moved_to = words.seal(row, "moved_to", case.person, how.moved_to)
        row.save()


def _check_other(case: Case, how: How, by: Principal) -> None:
    """The case in which the work goes on has to be one that could be named."""
    if how.duplicate_of is None:
        return
    if how.duplicate_of not in {each.pk for each in queries.same_person(by, case)}:
        raise ValidationError(
            {
                "duplicate_of": _(
                    "Name another case of the same person that you reach. Where the two files are "
                    "not linked yet, link them first."
                )
            }
        )


def _check_no_other(case: Case) -> None:
    others = Case.objects.filter(person_id=case.person_id, organisation_id=case.organisation_id)
    if any(other.is_worked for other in others.exclude(pk=case.pk).only("state")):
        raise ValidationError(_("There is another open case about this person. Work on that one."))


def check_may_assess(*, case: Case, basis: LegalBasis, by: Principal) -> None:
    """Raises, with the reason, where an assessment of this case may not be made now."""
    _check_may(by, case)
    if by != SYSTEM and not by.classes_of_case(case, Purpose.CASE_WORK.verb) >= EXISTENCE_KNOWN:
        raise PermissionDenied(
            _("An assessment asks for more than your role writes. Ask somebody who may fill it in.")
        )
    if case.person.erased_at is not None:
        raise ValidationError(_("This person was erased."))
    if not case.is_worked:
        raise ValidationError(_("This case is closed."))
    if basis is LegalBasis.VITAL_INTEREST and not is_overridden(case.person):
        raise ValidationError(
            _("A second person has to confirm that it cannot wait. Help first; then ask them.")
        )
    if basis is LegalBasis.CONSENT:
        cover = cover_for_assessment(case.person, timezone.localdate())
        if cover is not Cover.COVERED:
            raise ValidationError(
                _("The person has not agreed to an assessment, or not any more. Ask them first.")
            )


def _bring_up_to_date(case: Case, urgent: list[list[str]], at: datetime, by: Principal) -> None:
    """What lists show; an assessment that is older than the last one changes nothing there."""
    if case.assessed_at is not None and case.assessed_at > at:
        return
    now = Case.objects.select_for_update().get(pk=case.pk)
    case.assessed_at, case.urgent_factors, case.is_urgent = at, urgent, bool(urgent)
    _move_review(case, now, rules.next_review(at.date(), urgent=bool(urgent)), by)
    case.save(
        update_fields=[
            *("assessed_at", "urgent_factors", "is_urgent", "stage", "review_on", "row_version")
        ]
    )


def _move_review(case: Case, now: Case, to: date | None, by: Principal) -> None:
    """The day that follows from something else; whoever edits the day at that time is told."""
    case.review_on, case.row_version = to, now.row_version
    if to != now.review_on:
        old = {"review_on": now.review_on.isoformat() if now.review_on else ""}
        case.row_version = versions.keep_revision(Edited(now, case, now.row_version), old, by)


def _note(case: Case, verb: str, by: Principal, changed: dict[str, object] | None = None) -> None:
    record(
        by=by,
        verb=verb,
        object=case,
        organisation_id=case.organisation_id,
        person_id=case.person_id,
        case_id=case.pk,
        changed=changed,
    )


def _check_may(by: Principal, row: Case) -> None:
    if not reaches(by, row, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))
