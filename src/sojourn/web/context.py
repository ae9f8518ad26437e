"""What every page needs: where one can go, and whether this is the demonstration."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases import frameworks
from sojourn.web.places.rules import asks_of_places


@dataclass(frozen=True)
class NavItem:
    """One place in the main navigation."""

    label: str
    url: str
    icon: str
    active: bool


def page(request: HttpRequest) -> dict[str, object]:
    """The context of `base.html`."""
    signed_in = bool(getattr(getattr(request, "user", None), "is_authenticated", False))
    principal = principal_of(request) if signed_in else Principal(None, "")
    setting_up = getattr(request, "second_factor_missing", False)
    return {
        "nav": _nav(principal, request) if signed_in and not setting_up else [],
        "second_factor_missing": setting_up,
        "may_leave": principal.may(Verb.READ) and _is_about_people(request),
        "idle_minutes": settings.SESSION_COOKIE_AGE // 60,
        "demo": settings.DEMO,
        "direction": "rtl" if get_language_bidi() else "ltr",
        "me": principal,
        "my_organisations": sorted({grant.organisation_name for grant in principal.grants}),
        "my_roles": list(dict.fromkeys(grant.role_name for grant in principal.grants)),
    }


_ABOUT_NOBODY = frozenset({"", "accounts", "audit", "frameworks", "tokens", "webhooks"})
"""Groups of addresses with nobody's file on them. A new group counts as one about people."""


def _is_about_people(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.namespace not in _ABOUT_NOBODY


_BELONGS = {
    **dict.fromkeys(
        (
            *("people", "cases", "caseload", "kin", "duplicates", "consent", "plans", "notes"),
            *("followup", "incidents", "interests", "journeys", "reach", "exports", "imports"),
            "printing",
        ),
        "people:list",
    ),
    "webhooks": "accounts:members",
    "tokens:managed": "accounts:members",
    "tokens:end_managed": "accounts:members",
    "accounts:roles_waiting": "oversight:page",
    "glass:overseen": "oversight:page",
}
"""Pages and groups of pages whose place in the menu is not where their address begins."""


def _place(request: HttpRequest) -> str:
    """The address of the menu entry that a page belongs to, or its own address."""
    match = request.resolver_match
    if match is None:
        return request.path
    entry = _BELONGS.get(match.view_name) or _BELONGS.get(match.namespace)
    return reverse(entry) if entry else request.path


def _nav(principal: Principal, request: HttpRequest) -> list[NavItem]:
    path = _place(request)
    places = [(_("My day"), reverse("home:day"), "house", True)]
    places += [
        (_("People"), reverse("people:list"), "people", principal.may(Verb.READ)),
        (
            _("Places"),
            reverse("places:list"),
            "globe",
            principal.may(Verb.READ) and asks_of_places(frameworks.current()),
        ),
        (_("Frameworks"), reverse("frameworks:list"), "diagram-3", True),
        (_("Members"), reverse("accounts:members"), "gear", principal.may(Verb.CONFIGURE)),
        (
            _("Emergency openings"),
            reverse("glass:supervised"),
            "exclamation-triangle",
            principal.may(Verb.SUPERVISE),
        ),
        (
            _("Data protection"),
            reverse("oversight:page"),
            "inbox",
            principal.may(Verb.OVERSEE),
        ),
        (_("Audit"), reverse("audit:log"), "shield-check", principal.may(Verb.AUDIT)),
    ]
    home = places[0][1]
    return [
        NavItem(label, url, icon, path == url if url == home else path.startswith(url))
        for label, url, icon, shown in places
        if shown
    ]
