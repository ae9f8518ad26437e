"""What people are to each other, and the households and groups they belong to."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, principal_of, reaches
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import paging, schemas
from sojourn.web.api.kit import Sent, as_form, filled, reads, sees, writes
from sojourn.web.audit.actions import note_read
from sojourn.web.kin import actions, groups, lines, queries
from sojourn.web.kin.actions import Known
from sojourn.web.kin.forms import (
    ChangeMembershipForm,
    ChangeRelationForm,
    GroupForm,
    MemberForm,
    NewGroupForm,
    RelationForm,
)
from sojourn.web.kin.models import Dated, Group
from sojourn.web.kin.queries import Somebody
from sojourn.web.people import identities
from sojourn.web.people import queries as people

router = Router(tags=["Relations and groups"])


class KnownSent(Sent):
    """From when to when, how sure it is, and where it is known from."""

    since: date | None = None
    until: date | None = None
    surety: str | None = None
    source: str | None = None


class NewRelation(KnownSent):
    """What `other` is to this person: a kind, with `~` after it for the other direction."""

    other: UUID
    is_: str
    is_unsafe: bool = False


class RelationChange(KnownSent):
    """What is named is changed, the rest stays. `ended` says why it holds no more."""

    is_unsafe: bool | None = None
    ended: str | None = None


class GroupSent(Sent):
    kind: str | None = None
    name: str | None = None
    place: str | None = None
    since: date | None = None


class NewGroup(GroupSent):
    """A group with this person as its first member, who may have a `part` in it."""

    part: str | None = None


class GroupChange(GroupSent):
    """What is named is changed, the rest stays."""

    until: date | None = None


class NewMember(KnownSent):
    person: UUID
    part: str | None = None


class MemberChange(KnownSent):
    """What is named is changed, the rest stays. `ended` says why it holds no more."""

    part: str | None = None
    ended: str | None = None


class Who(Schema):
    """Somebody. `name` is None where their file is closed to whoever asks."""

    person: UUID
    number: str | None
    name: str | None


class DatedLine(Schema):
    since: date | None
    until: date | None
    surety: str
    source: str
    ended: str


class RelationLine(DatedLine):
    """What somebody `is` to the person, in words in `label`."""

    id: UUID
    who: Who
    label: str
    is_unsafe: bool


class GroupLine(Schema):
    id: UUID
    kind: str
    name: str
    place: str


class Belonging(DatedLine):
    """A group of a person, and since when they belong to it."""

    id: UUID
    part: str
    group: GroupLine


class Relations(Schema):
    """None, and named in `withheld`, where other people are not shown to whoever asks."""

    relations: list[RelationLine] | None
    groups: list[Belonging] | None
    withheld: list[str]


class Member(DatedLine):
    id: UUID
    who: Who
    part: str


class WholeGroup(GroupLine):
    organisation: UUID
    since: date | None
    until: date | None
    members: list[Member]
    may_write: bool


@reads(router, "/people/{uuid:person_id}/relations", Verb.READ, Relations)
def list_relations(request: HttpRequest, person_id: UUID) -> Relations:
    """What others are to a person, and the groups the person belongs to; past ones too."""
    by = principal_of(request)
    person = people.person_or_404(by, person_id)
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=[person])
    found: Any = lines.of_person(by, person)
    if not found["sees_kin"]:
        return Relations(relations=None, groups=None, withheld=[DataClass.THIRD_PARTY.value])
    return Relations(
        relations=[
            RelationLine(
                **_dated(each.relation),
                id=each.relation.pk,
                who=_who(by, each.who),
                label=each.label,
                is_unsafe=each.relation.is_unsafe,
            )
            for each in (*found["relations"], *found["past_relations"])
        ],
        groups=[
            Belonging(
                **_dated(each.membership),
                id=each.membership.pk,
                part=each.membership.part,
                group=_group_line(each),
            )
            for each in (*found["groups"], *found["past_groups"])
        ],
        withheld=[],
    )


@writes(router, "/people/{uuid:person_id}/relations", Verb.WRITE, schemas.Done, status=201)
def add_relation(request: HttpRequest, person_id: UUID, body: NewRelation) -> schemas.Done:
    """Writes down what somebody is to a person. It stands on both pages."""
    by = principal_of(request)
    person = people.person_or_404(by, person_id, Purpose.CASE_WORK)
    form = RelationForm(by, person, {**_USUAL, **as_form(body), **chosen(by, body.other)})
    data = filled(form)
    row = actions.relate(
        person=person,
        other=form.chosen(),
        is_=form.direction(),
        known=form.known(),
        is_unsafe=data["is_unsafe"],
        by=by,
    )
    return schemas.Done(id=str(row.pk))


@writes(
    router,
    "/people/{uuid:person_id}/relations/{uuid:relation_id}",
    Verb.WRITE,
    schemas.Done,
    method="PATCH",
)
def change_relation(
    request: HttpRequest, person_id: UUID, relation_id: UUID, body: RelationChange
) -> schemas.Done:
    """Changes what is known of a relation, or ends it. What has ended is changed no more."""
    by = principal_of(request)
    person = people.person_or_404(by, person_id, Purpose.CASE_WORK)
    row = queries.relation_or_404(person, relation_id)
    form = ChangeRelationForm(_over(ChangeRelationForm.initial_from(row), body))
    data = filled(form)
    actions.change_relation(
        relation=row,
        known=form.known(),
        is_unsafe=data["is_unsafe"],
        ended=data["ended"],
        by=by,
    )
    return schemas.Done(id=str(row.pk), state=data["ended"] or "holds")


@writes(router, "/people/{uuid:person_id}/groups", Verb.WRITE, schemas.Done, status=201)
def make_group(request: HttpRequest, person_id: UUID, body: NewGroup) -> schemas.Done:
    """Makes a household or another group with this person in it."""
    by = principal_of(request)
    person = people.person_or_404(by, person_id, Purpose.CASE_WORK)
    form = NewGroupForm(as_form(body))
    data = filled(form)
    row = actions.make_group(
        kind=data["kind"],
        first=person,
        known=Known(since=form.since_day()),
        name=data["name"],
        place=data["place"],
        part=data["part"],
        by=by,
    )
    return schemas.Done(id=str(row.pk))


@reads(router, "/groups", Verb.READ, schemas.Page[GroupLine])
def list_groups(request: HttpRequest, after: str = "") -> schemas.Page[GroupLine]:
    """Households and groups with somebody whose file one can open, the newest first."""
    by = _seeing(request)
    shown, following = paging.page(queries.groups(by), ("-made_at", "id"), after)
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=shown)
    return schemas.Page[GroupLine](
        items=[_group_line(each) for each in lines.named(shown)], next=following
    )


@reads(router, "/groups/{uuid:group_id}", Verb.READ, WholeGroup)
def read_group(request: HttpRequest, group_id: UUID) -> WholeGroup:
    """A group: who belongs to it and who belonged, as far as one finds them."""
    by = _seeing(request)
    row = queries.group_or_404(by, group_id)
    members = lines.member_lines(by, queries.members(row))
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=[row])
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=[each.membership for each in members])
    (line,) = lines.named([row])
    return WholeGroup(
        **_group_line(line).model_dump(),
        organisation=row.organisation_id,
        since=row.since,
        until=row.until,
        members=[
            Member(
                **_dated(each.membership),
                id=each.membership.pk,
                who=_who(by, each.who),
                part=each.membership.part,
            )
            for each in members
        ],
        may_write=reaches(by, row, Purpose.CASE_WORK),
    )


@writes(router, "/groups/{uuid:group_id}", Verb.WRITE, schemas.Done, method="PATCH")
def change_group(request: HttpRequest, group_id: UUID, body: GroupChange) -> schemas.Done:
    """Changes what is known of a group. Its members stay."""
    by = principal_of(request)
    row = queries.group_or_404(by, group_id, Purpose.CASE_WORK)
    key = identities.organisation_keys({row.organisation_id}).get(row.organisation_id)
    now = {
        "kind": row.kind,
        "since": row.since,
        "until": row.until,
        "name": groups.opened(row, "name", key),
        "place": groups.opened(row, "place", key),
    }
    actions.change_group(group=row, by=by, **filled(GroupForm(_over(now, body))))
    return schemas.Done(id=str(row.pk))


@writes(router, "/groups/{uuid:group_id}/members", Verb.WRITE, schemas.Done, status=201)
def add_member(request: HttpRequest, group_id: UUID, body: NewMember) -> schemas.Done:
    """Adds somebody to a group."""
    by = principal_of(request)
    row = queries.group_or_404(by, group_id, Purpose.CASE_WORK)
    form = MemberForm(by, None, {**_USUAL, **as_form(body), **chosen(by, body.person)})
    data = filled(form)
    made = actions.join(
        group=row, person=form.chosen(), part=data["part"], known=form.known(), by=by
    )
    return schemas.Done(id=str(made.pk))


@writes(
    router,
    "/groups/{uuid:group_id}/members/{uuid:membership_id}",
    Verb.WRITE,
    schemas.Done,
    method="PATCH",
)
def change_member(
    request: HttpRequest, group_id: UUID, membership_id: UUID, body: MemberChange
) -> schemas.Done:
    """Changes what is known of a membership, or ends it: of this one person, of nobody else."""
    by = principal_of(request)
    group = queries.group_or_404(by, group_id, Purpose.CASE_WORK)
    row = queries.membership_or_404(by, group, membership_id)
    form = ChangeMembershipForm(_over(ChangeMembershipForm.initial_from(row), body))
    data = filled(form)
    actions.change_membership(
        membership=row, part=data["part"], known=form.known(), ended=data["ended"], by=by
    )
    return schemas.Done(id=str(row.pk), state=data["ended"] or "holds")


def _seeing(request: HttpRequest) -> Principal:
    """Whoever asks, who must see who belongs to others: a group is nothing else."""
    by = principal_of(request)
    if not sees(by, DataClass.THIRD_PARTY):
        raise PermissionDenied(_("Groups take the data class `third_party`."))
    return by


_USUAL = {"surety": "sure", "source": "person"}


def chosen(by: Principal, person_id: UUID) -> dict[str, str]:
    """Another person as the forms choose one: 422 for one whose file is closed or not there."""
    try:
        person = people.person_or_404(by, person_id)
    except Http404:
        person = None
    if person is None or not sees(by, DataClass.IDENTITY):
        raise ValidationError({"other": _("Nobody whose file you can open was found by this.")})
    return {"who": person.number, "person": str(person.pk)}


def _over(now: dict[str, Any], body: Sent) -> dict[str, Any]:
    """What is known, and over it what was sent; null empties."""
    sent = body.model_dump(mode="json", exclude_unset=True)
    return {**now, **{name: "" if value is None else value for name, value in sent.items()}}


def _dated(row: Dated) -> dict[str, Any]:
    return {n: getattr(row, n) for n in ("since", "until", "surety", "source", "ended")}


def _who(by: Principal, who: Somebody) -> Who:
    """Somebody as this way in shows them: a token may be narrower than its owner."""
    told = DataClass.IDENTITY in people.people(by).classes(who.person)
    known = who.identity if told else None
    return Who(
        person=who.person.pk,
        number=who.person.number if who.is_open else None,
        name=known.names.shown if known is not None else None,
    )


def _group_line(line: lines.GroupLine) -> GroupLine:
    row: Group = line.group
    return GroupLine(id=row.pk, kind=row.kind, name=line.name, place=line.place)
