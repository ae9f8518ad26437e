"""The only writer of incidents and alleged actors."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.actions import declare_conflict
from sojourn.web.accounts.models import Interest, User
from sojourn.web.audit.actions import record
from sojourn.web.cases import versions
from sojourn.web.cases.access import check_cleared
from sojourn.web.cases.models import Case, Difference
from sojourn.web.cases.versions import Edited, Merged
from sojourn.web.consent.queries import agreed_classes
from sojourn.web.incidents import rules
from sojourn.web.incidents.access import check_can_write, tells_of_harm
from sojourn.web.incidents.codes import Withdrawn
from sojourn.web.incidents.models import AllegedActor, Incident
from sojourn.web.incidents.rules import Account
from sojourn.web.incidents.states import Act, State, after
from sojourn.web.people import words
from sojourn.web.people.models import Person
from sojourn.web.vault import Key


@dataclass(frozen=True)
class Described:
    """An alleged actor as described. `user` is somebody who signs in here."""

    part: str
    still_near: str
    name: str = ""
    description: str = ""
    user: User | None = None


@transaction.atomic
def report(*, case: Case, account: Account, is_confidential: bool, by: Principal) -> Incident:
    """Records what was told.

    Raises PermissionDenied without the right to write or to read of harm, ValidationError (by
    field) for a day that does not fit, and where the person agreed to no record of harm.
    """
    check_can_write(by, case)
    check_cleared(by, case, DataClass.HARM_INCIDENT)
    _check_agreed(case)
    known = rules.exact(account, timezone.localdate())
    row = Incident(
        case=case,
        person_id=case.person_id,
        organisation_id=case.organisation_id,
        is_confidential=is_confidential,
        author_id=by.user_id,
        made_at=timezone.now(),
    )
    _fill(row, known)
    row.save(force_insert=True)
    _record(row, "add", by)
    return row


@transaction.atomic
def change(
    *, incident: Incident, account: Account, by: Principal, base: int | None = None
) -> Merged:
    """Changes what was told. Where somebody else changed the same field since `base`, theirs stays
    and both are kept for the author to decide (see `cases.versions`)."""
    check_can_write(by, incident)
    case = incident.case
    _check_agreed(case)
    known = rules.exact(account, timezone.localdate())
    now = Incident.objects.select_for_update().get(pk=incident.pk)
    if now.state != State.RECORDED:
        raise ValidationError(_("This record was taken back. Let it count again first."))
    values = account_of(now, words.key_for(case.person)).texts()
    edited = Edited(now, case, now.row_version, now.data_class, now.is_confidential, now.author_id)
    base_values = versions.base_of(edited, values, base)
    merged = versions.merge(base=base_values, now=values, sent=known.texts())
    versions.keep_differences(edited, values, merged, by)
    if merged.write:
        wanted = rules.of_texts({**values, **merged.write})
        _fill(incident, rules.exact(wanted, timezone.localdate()))
        old = {name: values[name] for name in merged.write}
        incident.row_version = versions.keep_revision(edited, old, by)
        incident.changed_at = timezone.now()
        incident.save()
        _record(incident, "correct", by)
    return merged


def write_field(difference: Difference, value: str, by: Principal) -> None:
    """Puts a value that was decided for in place."""
    rows = Incident.objects.select_related("case__person__key")
    incident = rows.get(pk=difference.subject_id)
    told = account_of(incident, words.key_for(incident.case.person)).texts()
    account = rules.of_texts({**told, difference.field: value})
    change(incident=incident, account=account, by=by)


@transaction.atomic
def take_back(*, incident: Incident, because: Withdrawn, by: Principal) -> None:
    """Lets a record not count any more. It stays, with the reason."""
    check_can_write(by, incident)
    _step(incident, Act.WITHDRAW, because.value)
    _record(incident, Act.WITHDRAW.value, by, because.value)


@transaction.atomic
def restore(*, incident: Incident, by: Principal) -> None:
    """Lets a record count again."""
    check_can_write(by, incident)
    _step(incident, Act.RESTORE, "")
    _record(incident, Act.RESTORE.value, by)


@transaction.atomic
def name_actor(*, incident: Incident, described: Described, by: Principal) -> AllegedActor:
    """Records who is said to have done it. Somebody who signs in here never sees the case again.

    Raises PermissionDenied without clearance for other people, ValidationError where `by` names
    themselves: somebody else has to record that.
    """
    check_can_write(by, incident)
    case = incident.case
    check_cleared(by, case, DataClass.HARM_INCIDENT, DataClass.THIRD_PARTY)
    if case.person.erased_at is not None:
        raise ValidationError(_("This person was erased, so nothing can be written about them."))
    if described.user is not None and described.user.pk == by.user_id:
        raise ValidationError(
            {"user": _("You cannot record this about yourself. Ask a supervisor to do it.")}
        )
    row = AllegedActor(
        incident=incident,
        person_id=incident.person_id,
        organisation_id=incident.organisation_id,
        part=described.part,
        still_near=described.still_near,
        user=described.user,
        made_at=timezone.now(),
    )
    told = {"name": described.name.strip(), "description": described.description.strip()}
    row.told = words.seal(row, "told", case.person, json.dumps(told, ensure_ascii=False))
    row.save(force_insert=True)
    _record(row, "add", by)
    if described.user is not None:
        declare_conflict(
            user=described.user, cases=[case.pk], interest=Interest.ALLEGED_ACTOR, by=by
        )
    return row


@transaction.atomic
def remove_actor(*, actor: AllegedActor, by: Principal) -> None:
    """Takes an alleged actor off the incident. Whom it kept away from the case stays away: ending
    that is for whoever manages conflicts of interest."""
    check_can_write(by, actor)
    if actor.removed_at is not None:
        return
    actor.removed_at = timezone.now()
    actor.save(update_fields=["removed_at"])
    _record(actor, "remove", by)


def forget(person: Person) -> None:
    """What goes with somebody who is erased: which colleague was said to have done it. That they
    are kept away is said elsewhere, and stays (see `reach`)."""
    AllegedActor.objects.filter(person=person).exclude(user=None).update(user=None)


def account_of(incident: Incident, key: Key | None) -> Account:
    """What was told; without words where there is no key, because the person was erased."""
    opened = words.opened(incident, "told", key)
    told = json.loads(opened) if opened else {}
    return Account(
        kind=incident.kind,
        precision=incident.precision,
        source=incident.source,
        wish=incident.wish,
        happened_on=incident.happened_on,
        stage=incident.stage,
        goes_on=incident.goes_on,
        where=told.get("where", ""),
        what=told.get("what", ""),
    )


def _fill(row: Incident, account: Account) -> None:
    for name in ("kind", "happened_on", "precision", "stage", "goes_on", "source", "wish"):
        setattr(row, name, getattr(account, name))
    clean = replace(account, where=account.where.strip(), what=account.what.strip())
    told = {name: getattr(clean, name) for name in ("where", "what") if getattr(clean, name)}
    text = json.dumps(told, ensure_ascii=False) if told else ""
    row.told = words.seal(row, "told", row.case.person, text)


def _check_agreed(case: Case) -> None:
    agreed = agreed_classes([case.person_id], timezone.localdate())
    if not tells_of_harm(agreed.get(case.person_id, frozenset())):
        raise ValidationError(
            _("The person has not agreed to a record of harm. Ask them first, in the consent.")
        )


def _step(incident: Incident, act: Act, because: str) -> None:
    now = Incident.objects.select_for_update().values_list("state", flat=True).get(pk=incident.pk)
    incident.state, incident.withdrawn_because = after(State(now), act), because
    incident.changed_at = timezone.now()
    incident.save(update_fields=["state", "withdrawn_because", "changed_at"])


def _record(row: Incident | AllegedActor, verb: str, by: Principal, reason: str = "") -> None:
    record(
        by=by,
        verb=verb,
        object=row,
        organisation_id=row.organisation_id,
        person_id=row.person_id,
        case_id=row.case_id if isinstance(row, Incident) else row.incident.case_id,
        reason=reason,
    )
