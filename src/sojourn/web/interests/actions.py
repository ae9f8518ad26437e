"""The only writer of best-interests procedures."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal, Purpose, principal_for, reaches
from sojourn.web.audit.actions import record
from sojourn.web.cases.models import Case
from sojourn.web.interests import rules
from sojourn.web.interests.access import check_can_look, check_can_write
from sojourn.web.interests.codes import CLASSES, Kind
from sojourn.web.interests.models import Element, Option, Procedure, Vote
from sojourn.web.interests.states import OPEN, Act, State, after
from sojourn.web.people import identities, words
from sojourn.web.steps import WrongStateError
from sojourn.web.vault import Key


@dataclass(frozen=True)
class Told:
    """The words of a procedure."""

    question: str = ""
    guardian_words: str = ""
    heard_words: str = ""
    because: str = ""


@dataclass(frozen=True)
class Way:
    """One way to decide."""

    what: str
    speaks_for: str = ""
    speaks_against: str = ""


@transaction.atomic
def begin(*, case: Case, about: str, tier: str, question: str, by: Principal) -> Procedure:
    """Begins a procedure about a child, or somebody who may be one.

    Raises PermissionDenied without the right to write, ValidationError for a grown-up, for an empty
    question, and where one about the same is under way.
    """
    check_can_write(by, case)
    identity = identities.open_many([case.person])[case.person_id]
    if not rules.may_be_child(identity.birth_date, timezone.localdate()):
        raise ValidationError(
            _("By the birth date on file this person is grown up. Correct it if that is wrong.")
        )
    if not question.strip():
        raise ValidationError({"question": _("Say in a few words what has to be decided.")})
    open_ones = Procedure.objects.select_for_update().filter(case=case, about=about)
    if open_ones.filter(state__in=[state.value for state in OPEN]).exists():
        raise ValidationError(_("One about the same is under way already."))
    row = Procedure(
        case=case,
        person_id=case.person_id,
        organisation_id=case.organisation_id,
        about=about,
        tier=rules.tier(about, tier),
        opened_at=timezone.now(),
        opened_by_id=by.user_id,
    )
    _tell(row, Told(question=question.strip()))
    row.save(force_insert=True)
    _record(row, "start", by)
    return row


@transaction.atomic
def prepare(
    *, procedure: Procedure, guardian: str, heard: str, told: Told, by: Principal, base: int
) -> None:
    """Writes who speaks for the child, whether it was heard, and why the proposed way is best.

    Raises ValidationError where somebody else wrote since `base`: nothing of theirs is lost.
    """
    if _check_open(procedure, by).row_version != base:
        raise ValidationError(
            _("Somebody else changed this while you were writing. Look at theirs, then save again.")
        )
    procedure.guardian, procedure.heard = guardian, heard
    _tell(procedure, told)
    _touch(procedure)
    procedure.save()
    _record(procedure, "correct", by)


@transaction.atomic
def write_element(*, procedure: Procedure, kind: Kind, text: str, by: Principal) -> Element:
    """Writes what was found about one thing, in place of what stood there."""
    _check_open(procedure, by)
    needed = CLASSES[kind]
    if needed not in by.classes_of_case(procedure.case, Purpose.CASE_WORK.verb):
        raise PermissionDenied(_("Your role does not read of this."))
    if not text.strip():
        raise ValidationError({"text": _("Write something.")})
    row = procedure.elements.filter(kind=kind).first()
    is_new = row is None
    if row is None:
        row = Element(
            procedure=procedure,
            person_id=procedure.person_id,
            organisation_id=procedure.organisation_id,
            kind=kind,
            data_class=needed.value,
        )
    row.words = words.seal(row, "words", procedure.case.person, text.strip())
    row.written_at, row.written_by_id = timezone.now(), by.user_id
    row.save(force_insert=is_new)
    _record(procedure, "correct", by)
    return row


@transaction.atomic
def add_way(*, procedure: Procedure, way: Way, by: Principal) -> Option:
    """Adds a way to decide."""
    _check_open(procedure, by)
    if not way.what.strip():
        raise ValidationError({"what": _("Say what this way would be.")})
    row = Option(
        procedure=procedure,
        person_id=procedure.person_id,
        organisation_id=procedure.organisation_id,
        made_at=timezone.now(),
    )
    told = {name: value.strip() for name, value in asdict(way).items()}
    row.told = words.seal(row, "told", procedure.case.person, json.dumps(told, ensure_ascii=False))
    row.save(force_insert=True)
    _record(procedure, "correct", by)
    return row


@transaction.atomic
def propose(*, option: Option, by: Principal) -> None:
    """Proposes one of the ways; another one is proposed no more."""
    _check_open(option.procedure, by)
    option.procedure.options.filter(is_proposed=True).update(is_proposed=False)
    option.is_proposed = True
    option.save(update_fields=["is_proposed"])
    _record(option.procedure, "correct", by)


@transaction.atomic
def remove_way(*, option: Option, by: Principal) -> None:
    """Takes a way out of what is weighed."""
    _check_open(option.procedure, by)
    option.removed_at, option.is_proposed = timezone.now(), False
    option.save(update_fields=["removed_at", "is_proposed"])
    _record(option.procedure, "correct", by)


@transaction.atomic
def submit(*, procedure: Procedure, by: Principal) -> None:
    """Asks others to look at it. ValidationError says all that is missing."""
    check_can_write(by, procedure)
    lacks = rules.missing(prepared(procedure))
    if lacks:
        raise ValidationError(lacks)
    _step(procedure, Act.SUBMIT)
    procedure.submitted_at, procedure.submitted_by_id = timezone.now(), by.user_id
    procedure.save(update_fields=["submitted_at", "submitted_by"])
    _record(procedure, Act.SUBMIT.value, by)


@transaction.atomic
def vote(
    *, procedure: Procedure, agrees: bool, by: Principal, why: str = "", review_on: date | None
) -> None:
    """Says what one person thinks of this round. It is decided when enough agree, one of them a
    supervisor; it goes back as soon as somebody does not agree, who has to say why.

    Raises PermissionDenied for whoever prepared it and for a second say. `review_on` is the day
    of the next look; the last one who agrees has to give it.
    """
    Procedure.objects.select_for_update().get(pk=procedure.pk)
    check_can_look(by, procedure)
    if procedure.state != State.LOOKED_AT:
        raise WrongStateError(State(procedure.state), Act.AGREE)
    if not agrees and not why.strip():
        raise ValidationError({"words": _("Say in a few words what has to change.")})
    row = Vote(
        procedure=procedure,
        person_id=procedure.person_id,
        organisation_id=procedure.organisation_id,
        round=procedure.round,
        agrees=agrees,
        at=timezone.now(),
        by_id=by.user_id,
    )
    row.words = words.seal(row, "words", procedure.case.person, why.strip())
    row.save(force_insert=True)
    _record(procedure, "approve" if agrees else "reject", by)
    votes = list(procedure.votes.filter(round=procedure.round).select_related("by"))
    outcome = rules.outcome([each.agrees for each in votes], rules.quorum(procedure.tier))
    if outcome is False:
        _step(procedure, Act.RETURN)
        _next_round(procedure)
    elif outcome and any(_supervises(each, procedure) for each in votes):
        _check_review(review_on)
        procedure.decided_at, procedure.review_on = row.at, review_on
        procedure.save(update_fields=["decided_at", "review_on"])
        _step(procedure, Act.AGREE)


@transaction.atomic
def look_again(*, procedure: Procedure, by: Principal) -> None:
    """Opens a decision again; what others said about it does not count for the next one."""
    check_can_write(by, procedure)
    _step(procedure, Act.AGAIN)
    _next_round(procedure)
    _record(procedure, Act.AGAIN.value, by)


@transaction.atomic
def stop(*, procedure: Procedure, by: Principal) -> None:
    """Ends a procedure that is not needed any more."""
    check_can_write(by, procedure)
    _step(procedure, Act.STOP)
    _record(procedure, Act.STOP.value, by)


def told_of(procedure: Procedure, key: Key | None) -> Told:
    """The words of a procedure; empty where the person was erased."""
    opened = words.opened(procedure, "told", key)
    return Told(**json.loads(opened)) if opened else Told()


def way_of(option: Option, key: Key | None) -> Way:
    """A way to decide in words; empty where the person was erased."""
    opened = words.opened(option, "told", key)
    return Way(**json.loads(opened)) if opened else Way("")


def prepared(procedure: Procedure) -> rules.Prepared:
    """What is there, to say what is missing."""
    told = told_of(procedure, words.key_for(procedure.case.person))
    ways = procedure.options.filter(removed_at=None)
    return rules.Prepared(
        guardian=procedure.guardian,
        guardian_words=told.guardian_words,
        heard=procedure.heard,
        heard_words=told.heard_words,
        because=told.because,
        elements=frozenset(procedure.elements.values_list("kind", flat=True)),
        options=ways.count(),
        chosen=ways.filter(is_proposed=True).count(),
    )


def _supervises(vote: Vote, procedure: Procedure) -> bool:
    if vote.by is None:
        return False
    return reaches(principal_for(vote.by), procedure, Purpose.APPROVAL)


def _check_review(review_on: date | None) -> None:
    if review_on is None or review_on <= timezone.localdate():
        raise ValidationError({"review_on": _("Name a day to come on which to look again.")})


def _check_open(procedure: Procedure, by: Principal) -> Procedure:
    check_can_write(by, procedure)
    now = Procedure.objects.select_for_update().get(pk=procedure.pk)
    if now.state != State.GATHERING:
        raise ValidationError(_("Others look at this, or it is decided. Open it again first."))
    return now


def _step(procedure: Procedure, act: Act) -> None:
    now = Procedure.objects.select_for_update().get(pk=procedure.pk)
    procedure.state = after(State(now.state), act)
    _touch(procedure)
    procedure.save(update_fields=["state", "row_version"])


def _next_round(procedure: Procedure) -> None:
    procedure.round += 1
    procedure.save(update_fields=["round"])


def _touch(procedure: Procedure) -> None:
    procedure.row_version += 1


def _tell(row: Procedure, told: Told) -> None:
    plain = {name: value.strip() for name, value in asdict(told).items()}
    text = json.dumps(plain, ensure_ascii=False)
    row.told = words.seal(row, "told", row.case.person, text)


def _record(procedure: Procedure, verb: str, by: Principal) -> None:
    record(
        by=by,
        verb=verb,
        object=procedure,
        organisation_id=procedure.organisation_id,
        person_id=procedure.person_id,
        case_id=procedure.case_id,
    )
