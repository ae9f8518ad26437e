"""The only writer of journeys."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal
from sojourn.web.audit.actions import record
from sojourn.web.cases import versions
from sojourn.web.cases.models import Case, Difference
from sojourn.web.cases.versions import Edited, Merged, Values
from sojourn.web.journeys import rules
from sojourn.web.journeys.access import check_may_write
from sojourn.web.journeys.codes import Direction
from sojourn.web.journeys.models import Leg
from sojourn.web.journeys.rules import Stay
from sojourn.web.people import words
from sojourn.web.people.models import Person
from sojourn.web.vault import Key


@transaction.atomic
def add(*, case: Case, stay: Stay, by: Principal) -> Leg:
    """Adds a place to the journey, at the end where no month says otherwise.

    Raises PermissionDenied without the right to write or to read of the journey, ValidationError
    (by field) for months that do not fit, for too many places, and where the person did not agree.
    """
    check_may_write(by, case, case)
    before = len(_in_order(case))
    if before >= rules.MOST:
        raise ValidationError(
            _("A journey holds %(number)s places at most.") % {"number": rules.MOST}
        )
    leg = Leg(
        case=case,
        person_id=case.person_id,
        organisation_id=case.organisation_id,
        position=before,
        author_id=by.user_id,
        made_at=timezone.now(),
    )
    _fill(leg, stay)
    leg.save(force_insert=True)
    _record(leg, "add", by)
    return leg


@transaction.atomic
def change(*, leg: Leg, stay: Stay, by: Principal, base: int | None = None) -> Merged:
    """Changes what was written down of a place; raises as `add` does.

    Where somebody else changed the same field since `base`, theirs stays and both are kept for
    somebody to decide (see `cases.versions`). ValidationError where the place is gone by now.
    """
    now = Leg.objects.select_for_update().filter(pk=leg.pk).first()
    if now is None:
        raise ValidationError(_("This place was taken off the journey in the meantime."))
    check_may_write(by, now, leg.case)
    values: Values = vars(stay_of(now, words.key_for(leg.case.person)))
    sent: Values = vars(replace(stay, place=stay.place.strip()))
    edited = Edited(now, leg.case, now.row_version, now.data_class)
    merged = versions.merge(base=versions.base_of(edited, values, base), now=values, sent=sent)
    versions.keep_differences(edited, values, merged, by)
    if merged.write:
        now.case = leg.case
        _fill(now, Stay(**{**values, **merged.write}))
        old = {name: values[name] for name in merged.write}
        now.row_version = versions.keep_revision(edited, old, by)
        now.save()
        _record(now, "correct", by)
    return merged


def write_field(difference: Difference, value: str, by: Principal) -> None:
    """Puts a value that was decided for in place; ValidationError where the place is gone."""
    leg = Leg.objects.select_related("case__person__key").filter(pk=difference.subject_id).first()
    if leg is None:
        raise ValidationError(_("This place was taken off the journey in the meantime."))
    told = stay_of(leg, words.key_for(leg.case.person))
    change(leg=leg, stay=replace(told, **{difference.field: value}), by=by)


@transaction.atomic
def move(*, leg: Leg, direction: Direction, by: Principal) -> None:
    """Lets a place change places with the one before or after it.

    Raises as `add` does, and ValidationError where there is none or the months say otherwise.
    """
    check_may_write(by, leg, leg.case)
    rows = _in_order(leg.case)
    at = [row.pk for row in rows].index(leg.pk)
    other = at + (-1 if direction is Direction.EARLIER else 1)
    if not 0 <= other < len(rows):
        raise ValidationError(_("There is nothing to move it past."))
    if not rules.can_swap(rows[at], rows[other]):
        raise ValidationError(_("The months say which came first. Change them instead."))
    rows[at], rows[other] = rows[other], rows[at]
    for position, row in enumerate(rows):
        row.position = position
    Leg.objects.bulk_update(rows, ["position"])
    _record(leg, "correct", by)


@transaction.atomic
def remove(*, leg: Leg, by: Principal) -> None:
    """Takes a place off the journey, for good. The audit keeps that it was, not what it was; what
    two people changed in it needs no decision any more.
    """
    check_may_write(by, leg, leg.case)
    rows = [row for row in _in_order(leg.case) if row.pk != leg.pk]
    for position, row in enumerate(rows):
        row.position = position
    Leg.objects.bulk_update(rows, ["position"])
    _record(leg, "remove", by)
    versions.forget(leg)
    Leg.objects.filter(pk=leg.pk).delete()


def forget(person: Person) -> None:
    """What goes with somebody who is erased: all of it. Countries in their order can tell who it
    was even without a name."""
    Leg.objects.filter(person=person).delete()


def stay_of(leg: Leg, key: Key | None) -> Stay:
    """What was written down of a place."""
    return Stay(
        country=leg.country,
        place=words.opened(leg, "words", key),
        since=leg.since,
        until=leg.until,
        certainty=leg.certainty,
        stage=leg.stage,
        way=leg.way,
    )


def _in_order(case: Case) -> list[Leg]:
    # The case is held, so that two who write at once do not give the same position.
    Case.objects.select_for_update().values_list("pk").get(pk=case.pk)
    return rules.ordered(Leg.objects.filter(case=case))


def _fill(leg: Leg, stay: Stay) -> None:
    rules.check(stay, timezone.localdate())
    for name in ("country", "since", "until", "certainty", "stage", "way"):
        setattr(leg, name, getattr(stay, name))
    leg.words = words.seal(leg, "words", leg.case.person, stay.place.strip())


def _record(leg: Leg, verb: str, by: Principal) -> None:
    record(
        by=by,
        verb=verb,
        object=leg,
        organisation_id=leg.organisation_id,
        person_id=leg.person_id,
        case_id=leg.case_id,
    )
