"""The only writer of relations, groups and memberships."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import SYSTEM, Principal, Purpose, reaches
from sojourn.web.audit.actions import record
from sojourn.web.kin import groups, rules
from sojourn.web.kin.models import Group, Membership, Relation
from sojourn.web.kin.rules import Direction, Ended, GroupKind, RelationKind, Source, Surety
from sojourn.web.people import identities
from sojourn.web.people.models import Person


@dataclass(frozen=True)
class Known:
    """From when to when something holds, how sure that is and where it is known from."""

    since: date | None = None
    until: date | None = None
    surety: str = Surety.SURE.value
    source: str = Source.PERSON.value


@transaction.atomic
def relate(
    *,
    person: Person,
    other: Person,
    is_: Direction,
    known: Known,
    by: Principal,
    is_unsafe: bool = False,
) -> Relation:
    """Writes down what `other` is to `person`.

    Raises PermissionDenied unless `by` may change the file of `person` and open the other one;
    ValidationError for oneself, people of two organisations, an erased person, a relation that is
    written down already or contradicts one.
    """
    _check_may(by, person)
    if by != SYSTEM and not reaches(by, other, Purpose.SUPPORT):
        raise PermissionDenied(_("You cannot open the file of the other person."))
    if person.pk == other.pk:
        raise ValidationError({"who": _("This is the same person.")})
    if person.organisation_id != other.organisation_id:
        raise ValidationError({"who": _("The other file is kept by another organisation.")})
    _check_not_erased(person, other)
    rules.check_dates(known.since, known.until)
    first, second = (person, other) if is_.is_inverse else (other, person)
    _check_new(is_.kind, first, second)
    if rules.is_mutual(is_.kind):
        first, second = sorted((first, second), key=lambda each: each.pk)
    relation = Relation.objects.create(
        person=first,
        other=second,
        organisation_id=person.organisation_id,
        kind=is_.kind,
        is_unsafe=is_unsafe,
        made_at=timezone.now(),
        made_by_id=by.user_id,
        **vars(known),
    )
    _record(relation, "add", by, first.pk, second.pk)
    return relation


@transaction.atomic
def change_relation(
    *, relation: Relation, known: Known, by: Principal, is_unsafe: bool, ended: str = ""
) -> None:
    """Changes what is known of a relation, or ends it. What has ended is changed no more."""
    relation = Relation.objects.select_for_update().get(pk=relation.pk)
    if not any(reaches(by, side, Purpose.CASE_WORK) for side in (relation.person, relation.other)):
        raise PermissionDenied(_("Your role does not change people's files."))
    changed = _change(relation, {**vars(known), "is_unsafe": is_unsafe}, ended, by)
    if changed:
        verb = "end" if ended else "correct"
        _record(relation, verb, by, relation.person_id, relation.other_id, changed=changed)


@transaction.atomic
def make_group(
    *,
    kind: GroupKind,
    first: Person,
    known: Known,
    by: Principal,
    name: str = "",
    place: str = "",
    part: str = "",
) -> Group:
    """Makes a group with its first member: a group of nobody is reached by nobody."""
    _check_may(by, first)
    _check_not_erased(first)
    rules.check_dates(known.since, known.until)
    key = identities.organisation_key(first.organisation_id)
    group = Group(
        organisation_id=first.organisation_id,
        kind=kind,
        since=known.since,
        made_at=timezone.now(),
        made_by_id=by.user_id,
    )
    group.name = groups.seal(group, "name", name, key)
    group.place = groups.seal(group, "place", place, key)
    group.save(force_insert=True)
    _record(group, "add", by)
    _join(group, first, part, known, by)
    return group


@transaction.atomic
def change_group(
    *,
    group: Group,
    kind: GroupKind,
    name: str,
    place: str,
    since: date | None,
    until: date | None,
    by: Principal,
) -> None:
    """Changes what is known of a group. Its members stay."""
    _check_may_group(by, group)
    rules.check_dates(since, until)
    group = Group.objects.select_for_update().get(pk=group.pk)
    key = identities.organisation_key(group.organisation_id)
    changed: dict[str, object] = {}
    for column, words in (("name", name), ("place", place)):
        if groups.opened(group, column, key) != words.strip():
            setattr(group, column, groups.seal(group, column, words, key))
            changed[column] = None
    for column, value in (("kind", kind.value), ("since", since), ("until", until)):
        if getattr(group, column) != value:
            setattr(group, column, value)
            changed[column] = None
    if changed:
        group.save(update_fields=list(changed))
        _record(group, "correct", by, changed=changed)


@transaction.atomic
def join(*, group: Group, person: Person, part: str, known: Known, by: Principal) -> Membership:
    """Adds somebody to a group. ValidationError where they belong to it already."""
    _check_may_group(by, group)
    _check_may(by, person)
    _check_not_erased(person)
    if person.organisation_id != group.organisation_id:
        raise ValidationError({"who": _("The other file is kept by another organisation.")})
    rules.check_dates(known.since, known.until)
    if Membership.objects.filter(group=group, person=person, ended="").exists():
        raise ValidationError({"who": _("This person belongs to the group already.")})
    return _join(group, person, part, known, by)


@transaction.atomic
def change_membership(
    *, membership: Membership, part: str, known: Known, by: Principal, ended: str = ""
) -> None:
    """Changes what is known of a membership, or ends it: of this one person, of nobody else."""
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    _check_may(by, membership.person)
    changed = _change(membership, {**vars(known), "part": part}, ended, by)
    if changed:
        verb = "end" if ended else "correct"
        _record(membership, verb, by, membership.person_id, changed=changed)


def forget(person: Person) -> None:
    """Takes away what relations and memberships say of an erased person; that there were stays."""
    gone: dict[str, Any] = {"since": None, "until": None}
    of_person = Membership.objects.filter(person=person)
    theirs = Relation.objects.filter(Q(person=person) | Q(other=person))
    group_ids = list(of_person.values_list("group_id", flat=True))
    for rows in (of_person, theirs):
        rows.update(**gone)
        rows.filter(ended="").update(ended=Ended.OVER, ended_at=timezone.now())
    theirs.update(is_unsafe=False)
    left = Membership.objects.filter(group__in=group_ids, person__erased_at=None)
    living = left.exclude(person=person).values("group")
    empty = Group.objects.filter(pk__in=group_ids).exclude(pk__in=living)
    empty.update(name=b"", place=b"", **gone)


def _join(group: Group, person: Person, part: str, known: Known, by: Principal) -> Membership:
    membership = Membership.objects.create(
        group=group,
        person=person,
        organisation_id=person.organisation_id,
        part=part,
        made_at=timezone.now(),
        made_by_id=by.user_id,
        **vars(known),
    )
    _record(membership, "add", by, person.pk)
    return membership


def _change(
    row: Relation | Membership, values: dict[str, Any], ended: str, by: Principal
) -> dict[str, object]:
    """Puts values into a row and saves it; which of them changed."""
    if row.ended:
        raise ValidationError(_("This has ended; it is kept as it was."))
    rules.check_dates(values["since"], values["until"])
    if ended:
        values |= {"ended": ended, "ended_at": timezone.now(), "ended_by_id": by.user_id}
    changed: dict[str, object] = {}
    for column, value in values.items():
        if getattr(row, column) != value:
            setattr(row, column, value)
            changed[column] = None
    if changed:
        row.save(update_fields=[name.removesuffix("_id") for name in changed])
    return changed


def _check_new(kind: RelationKind, first: Person, second: Person) -> None:
    between = Q(person=first, other=second) | Q(person=second, other=first)
    held = Relation.objects.filter(between, kind=kind, ended="").first()
    if held is None:
        return
    if rules.is_mutual(kind) or held.person_id == first.pk:
        raise ValidationError({"is_": _("This relation is written down already.")})
    raise ValidationError({"is_": _("The opposite is written down. End that first.")})


def _check_may(by: Principal, person: Person) -> None:
    if not reaches(by, person, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))


def _check_may_group(by: Principal, group: Group) -> None:
    if not reaches(by, group, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))


def _check_not_erased(*people: Person) -> None:
    if any(person.erased_at is not None for person in people):
        raise ValidationError(_("This person was erased, so nothing can be written about them."))


def _record(
    row: Relation | Group | Membership,
    verb: str,
    by: Principal,
    *people: UUID,
    changed: dict[str, object] | None = None,
) -> None:
    for person_id in people or (None,):
        record(
            by=by,
            verb=verb,
            object=row,
            organisation_id=row.organisation_id,
            person_id=person_id,
            changed=changed,
        )
