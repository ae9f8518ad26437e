"""Relations of a person; groups, their pages and their members."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sojourn.web.accounts.access import Principal, Purpose, needs, principal_of, reaches
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.kin import actions, lines, queries
from sojourn.web.kin import groups as sealed
from sojourn.web.kin.actions import Known
from sojourn.web.kin.drawing import drawing
from sojourn.web.kin.forms import (
    ChangeMembershipForm,
    ChangeRelationForm,
    GroupForm,
    MemberForm,
    NewGroupForm,
    RelationForm,
)
from sojourn.web.kin.lines import label_from
from sojourn.web.kin.models import Group
from sojourn.web.people import identities
from sojourn.web.people import queries as people
from sojourn.web.people.models import Person

_PER_PAGE = 50


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def relate(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Writes down what somebody is to a person."""
    by = principal_of(request)
    person = people.person_or_404(by, person_id, Purpose.CASE_WORK)
    form = RelationForm(by, person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.relate(
                person=person,
                other=form.chosen(),
                is_=form.direction(),
                known=form.known(),
                is_unsafe=form.cleaned_data["is_unsafe"],
                by=by,
            )
            messages.success(request, _("The relation was written down, on both pages."))
            return redirect("people:person", person_id=person.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    _note_person(request, by, person)
    form.note_found(request)
    return _form(request, "kin/relate.html", form, person=person)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def relation(request: HttpRequest, person_id: uuid.UUID, relation_id: uuid.UUID) -> HttpResponse:
    """Changes what is known of a relation, or ends it."""
    by = principal_of(request)
    person = people.person_or_404(by, person_id, Purpose.CASE_WORK)
    row = queries.relation_or_404(person, relation_id)
    form = ChangeRelationForm(request.POST or None, initial=ChangeRelationForm.initial_from(row))
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            actions.change_relation(
                relation=row,
                known=form.known(),
                is_unsafe=data["is_unsafe"],
                ended=data["ended"],
                by=by,
            )
            messages.success(request, _("The change was saved."))
            return redirect("people:person", person_id=person.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    _note_person(request, by, person)
    other = row.other_id if row.person_id == person.pk else row.person_id
    who = queries.somebodies(by, [other]).get(other)
    return _form(
        request,
        "kin/relation.html",
        form,
        person=person,
        relation=row,
        who=who,
        label=label_from(row, person.pk),
    )


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def new_group(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Makes a group with this person in it."""
    by = principal_of(request)
    person = people.person_or_404(by, person_id, Purpose.CASE_WORK)
    form = NewGroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            made = actions.make_group(
                kind=data["kind"],
                first=person,
                known=Known(since=form.since_day()),
                name=data["name"],
                place=data["place"],
                part=data["part"],
                by=by,
            )
            messages.success(request, _("The group was made. Add the others who belong to it."))
            return redirect("kin:group", group_id=made.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    _note_person(request, by, person)
    return _form(request, "kin/new_group.html", form, person=person)


@needs(Verb.READ)
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    """Households and groups with somebody whose file one can open, the newest first."""
    by = principal_of(request)
    page = Paginator(queries.groups(by), _PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=shown)
    context = {"page": page, "lines": lines.named(shown)}
    return render(request, "kin/groups.html", context)


@needs(Verb.READ)
@require_GET
def group(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
    """A group: who belongs to it, who belonged, and what they are to each other."""
    by = principal_of(request)
    group = queries.group_or_404(by, group_id)
    members = lines.member_lines(by, queries.members(group))
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=[group])
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=[line.membership for line in members],
    )
    now = [line for line in members if not line.membership.ended]
    context = {
        **_about(group),
        "members": now,
        "past": [line for line in members if line.membership.ended],
        "drawing": drawing(now),
        "may_write": reaches(by, group, Purpose.CASE_WORK),
    }
    return render(request, "kin/group.html", context)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def change_group(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
    """Changes what is known of a group."""
    by = principal_of(request)
    group = queries.group_or_404(by, group_id, Purpose.CASE_WORK)
    about = _about(group)
    now = {name: getattr(group, name) for name in ("kind", "since", "until")}
    words = {"name": about["own_name"], "place": about["place"]}
    form = GroupForm(request.POST or None, initial={**now, **words})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_group(group=group, by=by, **form.cleaned_data)
            messages.success(request, _("The change was saved."))
            return redirect("kin:group", group_id=group.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[group])
    return _form(request, "kin/change_group.html", form, **about)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
    """Adds somebody to a group."""
    by = principal_of(request)
    group = queries.group_or_404(by, group_id, Purpose.CASE_WORK)
    form = MemberForm(by, None, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.join(
                group=group,
                person=form.chosen(),
                part=form.cleaned_data["part"],
                known=form.known(),
                by=by,
            )
            messages.success(request, _("The person was added to the group."))
            return redirect("kin:group", group_id=group.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[group])
    form.note_found(request)
    return _form(request, "kin/join.html", form, **_about(group))


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def member(request: HttpRequest, group_id: uuid.UUID, membership_id: uuid.UUID) -> HttpResponse:
    """Changes what is known of a membership, or ends it."""
    by = principal_of(request)
    group = queries.group_or_404(by, group_id, Purpose.CASE_WORK)
    row = queries.membership_or_404(by, group, membership_id)
    initial = ChangeMembershipForm.initial_from(row)
    form = ChangeMembershipForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            actions.change_membership(
                membership=row, part=data["part"], known=form.known(), ended=data["ended"], by=by
            )
            messages.success(request, _("The change was saved."))
            return redirect("kin:group", group_id=group.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[row])
    who = queries.somebodies(by, [row.person_id])[row.person_id]
    return _form(request, "kin/member.html", form, **_about(group), membership=row, who=who)


def _about(group: Group) -> dict[str, object]:
    key = identities.organisation_keys({group.organisation_id}).get(group.organisation_id)
    return {
        "group": group,
        "name": lines.group_name(group, key),
        "own_name": sealed.opened(group, "name", key),
        "place": sealed.opened(group, "place", key),
    }


def _note_person(request: HttpRequest, by: Principal, person: Person) -> None:
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[person])


def _form(request: HttpRequest, template: str, form: Form, **context: object) -> HttpResponse:
    status = 400 if form.errors else 200
    return render(request, template, {**context, "form": form}, status=status)
