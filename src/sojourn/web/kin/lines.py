"""Relations, groups and members as pages show them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal
from sojourn.web.kin import groups, queries
from sojourn.web.kin.models import Dated, Group, Membership, Relation
from sojourn.web.kin.queries import Somebody
from sojourn.web.kin.rules import Direction, Part, RelationKind, Source, Surety, is_mutual
from sojourn.web.people import identities
from sojourn.web.people.models import Person
from sojourn.web.vault import Key


@dataclass(frozen=True)
class RelationLine:
    """What somebody is to the person of the page."""

    relation: Relation
    who: Somebody
    label: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class GroupLine:
    """A group, by its name or what it is."""

    group: Group
    name: str
    place: str
    membership: Membership | None = None
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tie:
    """What another member is to a member."""

    relation: Relation
    label: str
    who: Somebody


@dataclass(frozen=True)
class MemberLine:
    """Somebody of a group, and what they are to others of it."""

    membership: Membership
    who: Somebody
    details: tuple[str, ...]
    relations: tuple[Tie, ...] = ()


def of_person(principal: Principal, person: Person) -> dict[str, object]:
    """What a person's page says of those around them. A fixed number of queries."""
    if not queries.may_see(principal, person):
        return {"sees_kin": False}
    rows = queries.relations(person)
    ids = {_other_end(row, person.pk) for row in rows}
    seen = queries.somebodies(principal, ids)
    lines = [_relation_line(row, person.pk, seen) for row in rows]
    shown = [line for line in lines if line is not None]
    belongs = group_lines(queries.memberships(person))
    return {
        "sees_kin": True,
        "relations": [line for line in shown if not line.relation.ended],
        "past_relations": [line for line in shown if line.relation.ended],
        "groups": [line for line in belongs if line.membership and not line.membership.ended],
        "past_groups": [line for line in belongs if line.membership and line.membership.ended],
    }


def group_lines(rows: Iterable[Membership]) -> list[GroupLine]:
    """Groups of memberships loaded with them."""
    rows = list(rows)
    keys = identities.organisation_keys({row.organisation_id for row in rows})
    return [
        GroupLine(
            row.group,
            group_name(row.group, keys.get(row.organisation_id)),
            groups.opened(row.group, "place", keys.get(row.organisation_id)),
            row,
            dated(row),
        )
        for row in rows
    ]


def named(rows: Sequence[Group]) -> list[GroupLine]:
    """Groups with their names."""
    keys = identities.organisation_keys({row.organisation_id for row in rows})
    return [
        GroupLine(
            row,
            group_name(row, keys.get(row.organisation_id)),
            groups.opened(row, "place", keys.get(row.organisation_id)),
        )
        for row in rows
    ]


def group_name(group: Group, key: Key | None) -> str:
    """What a group is called; by its kind where it has no name."""
    return groups.opened(group, "name", key) or str(group.get_kind_display())


def member_lines(principal: Principal, rows: Sequence[Membership]) -> list[MemberLine]:
    """Members as the principal may see them, with the relations between those they may open."""
    seen = queries.somebodies(principal, {row.person_id for row in rows})
    opened = [pk for pk, who in seen.items() if who.is_open and not who.person.erased_at]
    held = queries.between(opened)
    return [
        MemberLine(
            row,
            seen[row.person_id],
            (*((str(Part(row.part).label),) if row.part else ()), *dated(row)),
            tuple(_ties(row.person_id, held, seen)),
        )
        for row in rows
        if row.person_id in seen
    ]


def _ties(
    pk: uuid.UUID, held: Iterable[Relation], seen: Mapping[uuid.UUID, Somebody]
) -> Iterable[Tie]:
    for relation in held:
        if pk in (relation.person_id, relation.other_id):
            yield Tie(relation, label_from(relation, pk), seen[_other_end(relation, pk)])


def label_from(relation: Relation, pk: uuid.UUID) -> str:
    """What the other one is, seen from the person `pk`."""
    kind = RelationKind(relation.kind)
    is_first = relation.person_id == pk
    inverse = is_first and not is_mutual(kind)
    return Direction(kind, is_inverse=inverse).label


def dated(row: Dated) -> tuple[str, ...]:
    """From when to when, how sure and from where, in words; what is usual is left out."""
    words = []
    if row.since and row.until:
        days = {"since": _day(row.since), "until": _day(row.until)}
        words.append(_("from %(since)s to %(until)s") % days)
    elif row.since:
        words.append(_("since %(since)s") % {"since": _day(row.since)})
    elif row.until:
        words.append(_("until %(until)s") % {"until": _day(row.until)})
    if row.surety != Surety.SURE:
        words.append(str(Surety(row.surety).label))
    if row.source != Source.PERSON:
        words.append(str(Source(row.source).label))
    return tuple(words)


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _other_end(relation: Relation, pk: uuid.UUID) -> uuid.UUID:
    return relation.other_id if relation.person_id == pk else relation.person_id


def _relation_line(
    relation: Relation, pk: uuid.UUID, seen: Mapping[uuid.UUID, Somebody]
) -> RelationLine | None:
    who = seen.get(_other_end(relation, pk))
    if who is None:
        return None
    return RelationLine(relation, who, label_from(relation, pk), dated(relation))
