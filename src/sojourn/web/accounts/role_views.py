"""Roles as an organisation makes them: the list, one role with its preview, what waits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sojourn.web.accounts import own_roles, queries, role_actions, role_words
from sojourn.web.accounts.access import Principal, Purpose, needs, principal_of, visible
from sojourn.web.accounts.models import Organisation, OwnRole, RoleState, RoleVersion, Scope
from sojourn.web.accounts.role_forms import RoleForm
from sojourn.web.accounts.role_preview import Preview, preview
from sojourn.web.accounts.roles import POWERS, Power, Role, Verb


@dataclass(frozen=True)
class Line:
    """One role as the list shows it."""

    code: str
    name: str
    verbs: str
    classes: str
    is_shipped: bool
    is_changed: bool
    is_fixed: bool
    waiting: RoleVersion | None


@needs(Verb.CONFIGURE)
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """Every role of the organisations one manages: what it may do, what it sees."""
    by = principal_of(request)
    found = list(queries.managed(by).order_by("name"))
    made = own_roles.made_of([each.pk for each in found])
    waiting = {(v.organisation_id, v.role.code): v for v in _versions(by, Purpose.CONFIGURATION)}
    names = {
        (each.organisation_id, each.code): each.name
        for each in visible(by, OwnRole.objects.all(), Purpose.CONFIGURATION).rows
    }
    groups = []
    for organisation in found:
        own = [c for o, c in {**made, **waiting} if o == organisation.pk and c not in POWERS]
        lines = [
            _line(
                code,
                own_roles.shipped_name(code) if code in POWERS else names[organisation.pk, code],
                own_roles.power(made, organisation.pk, code),
                (organisation.pk, code) in made,
                waiting.get((organisation.pk, code)),
            )
            for code in (*[role.value for role in Role], *sorted(own))
        ]
        groups.append((organisation, lines))
    return render(request, "accounts/roles.html", {"groups": groups})


@needs(Verb.CONFIGURE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """A role of one's own, from nothing or as a copy (`copy`) of one that is there."""
    by = principal_of(request)
    organisation = get_object_or_404(queries.managed(by), pk=organisation_id)
    copied = request.GET.get("copy", "")
    power = own_roles.power_in(organisation, copied)
    base = copied if copied in POWERS else ""
    initial = RoleForm.initial_from(power, Scope.ORGANISATION, base=base)
    form = RoleForm(request.POST or None, initial=initial, is_own=True)
    return _edit(request, organisation, form, "", _("A role of your own"))


@needs(Verb.CONFIGURE)
@require_http_methods(["GET", "POST"])
def role(request: HttpRequest, organisation_id: uuid.UUID, code: str) -> HttpResponse:
    """One role: change it, after seeing who will see what."""
    by = principal_of(request)
    organisation = get_object_or_404(queries.managed(by), pk=organisation_id)
    own = OwnRole.objects.filter(organisation=organisation, code=code).first()
    if own is None and code not in POWERS:
        raise Http404
    now = own.versions.filter(state=RoleState.IN_FORCE).first() if own is not None else None
    name = own.name if own is not None and own.name else own_roles.shipped_name(code)
    initial = RoleForm.initial_from(
        own_roles.power_in(organisation, code), now.default_scope if now else Scope.ORGANISATION
    )
    form = RoleForm(request.POST or None, initial=initial, is_own=False)
    return _edit(request, organisation, form, code, name, own)


@needs(Verb.CONFIGURE)
@require_POST
def reset(request: HttpRequest, organisation_id: uuid.UUID, code: str) -> HttpResponse:
    """A shipped role as it was; a role of one's own is ended."""
    by = principal_of(request)
    organisation = get_object_or_404(queries.managed(by), pk=organisation_id)
    found = get_object_or_404(OwnRole, organisation=organisation, code=code)
    try:
        role_actions.reset(role=found, by=by)
        messages.success(request, _("Done. It counts at once."))
    except (ValidationError, PermissionDenied) as problem:
        messages.error(request, _said(problem))
    return redirect("accounts:roles")


@needs(Verb.CONFIGURE)
@require_POST
def back(request: HttpRequest, version_id: int) -> HttpResponse:
    """Takes back a change that waits."""
    by = principal_of(request)
    version = get_object_or_404(_versions(by, Purpose.CONFIGURATION), pk=version_id)
    role_actions.take_back(version=version, by=by)
    messages.success(request, _("The change was taken back."))
    return redirect("accounts:roles")


@needs(Verb.OVERSEE)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Changes of roles that wait for the data protection officer, each with what it would do."""
    by = principal_of(request)
    found = []
    for version in _versions(by, Purpose.OVERSIGHT):
        power = own_roles.power_of(version)
        wish = role_actions.Wish(
            power.verbs,
            {each: power.level(each) for each in role_words.CLASSES},
            code=version.role.code,
        )
        line = _line(version.role.code, _name(version), power, changed=True, waiting=version)
        found.append((version, line, _said_of(preview(version.organisation, wish))))
    return render(request, "accounts/roles_waiting.html", {"waiting": found})


@needs(Verb.OVERSEE)
@require_POST
def decide(request: HttpRequest, version_id: int) -> HttpResponse:
    """Confirms a change, or does not."""
    by = principal_of(request)
    version = get_object_or_404(_versions(by, Purpose.OVERSIGHT), pk=version_id)
    try:
        confirmed = request.POST.get("confirm") == "yes"
        role_actions.decide(version=version, confirmed=confirmed, by=by)
        messages.success(request, _("It counts at once.") if confirmed else _("Not confirmed."))
    except (ValidationError, PermissionDenied) as problem:
        messages.error(request, _said(problem))
    return redirect("accounts:roles_waiting")


@dataclass(frozen=True)
class Said:
    """A change for one person in words."""

    name: str
    changes: tuple[tuple[bool, bool, str, int], ...]


@dataclass(frozen=True)
class Told:
    """A preview in words."""

    rows: list[Said]
    more: list[object]
    less: list[object]
    gaining: int
    losing: int
    unchanged: int
    waits: bool


def _said_of(shown: Preview) -> Told:
    rows = [
        Said(
            row.name,
            tuple((c.gains, c.writes, role_words.listed(c.classes), c.files) for c in row.changes),
        )
        for row in shown.rows
        if row.changes
    ]
    return Told(
        rows,
        [role_words.VERBS[verb] for verb in shown.more],
        [role_words.VERBS[verb] for verb in shown.less],
        shown.gaining,
        shown.losing,
        len(shown.rows) - len(rows),
        shown.waits,
    )


def _edit(
    request: HttpRequest,
    organisation: Organisation,
    form: RoleForm,
    code: str,
    name: str,
    own: OwnRole | None = None,
) -> HttpResponse:
    by, told = principal_of(request), None
    if request.method == "POST" and form.is_valid():
        wish = form.wish(code)
        try:
            role_actions.check(organisation, wish, by)
            if form.was_previewed:
                version = role_actions.save(organisation=organisation, wish=wish, by=by)
                in_force = version.state == RoleState.IN_FORCE
                words = _("The role was changed. It counts at once.")
                waits = _("The change waits for the data protection officer.")
                messages.success(request, words if in_force else waits)
                return redirect("accounts:roles")
            told = _said_of(preview(organisation, wish))
            form = RoleForm(
                {**request.POST.dict(), "verbs": sorted(wish.verbs), "previewed": form.digest()},
                is_own=not code,
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        except PermissionDenied as problem:
            form.add_error(None, str(problem))
    context = {
        "form": form,
        "organisation": organisation,
        "code": code,
        "name": name,
        "told": told,
        "is_fixed": code in role_actions.FIXED,
        "versions": _history(own),
        "is_changed": own is not None and own.versions.filter(state=RoleState.IN_FORCE).exists(),
        "is_shipped": code in POWERS,
    }
    return render(request, "accounts/role.html", context, status=400 if form.errors else 200)


def _history(own: OwnRole | None) -> list[RoleVersion]:
    if own is None:
        return []
    return list(own.versions.select_related("made_by", "decided_by").order_by("-number")[:20])


def _versions(by: Principal, purpose: Purpose) -> QuerySet[RoleVersion]:
    """What waits, the oldest first."""
    rows = RoleVersion.objects.filter(state=RoleState.WAITING).order_by("made_at")
    found = visible(by, rows, purpose).rows
    return found.select_related("role", "organisation", "made_by")


def _line(code: str, name: str, power: Power, changed: bool, waiting: RoleVersion | None) -> Line:
    return Line(
        code,
        name,
        _(", ").join(str(word) for verb, word in role_words.VERBS.items() if verb in power.verbs),
        role_words.listed(power.classes),
        code in POWERS,
        changed,
        code in role_actions.FIXED,
        waiting,
    )


def _name(version: RoleVersion) -> str:
    return version.role.name or own_roles.shipped_name(version.role.code)


def _said(problem: ValidationError | PermissionDenied) -> str:
    if isinstance(problem, ValidationError):
        return " ".join(problem.messages)
    return str(problem)
