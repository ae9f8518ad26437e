"""The data protection officer's page, and the lists behind its lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sojourn.web.accounts import own_roles
from sojourn.web.accounts.access import Principal, Purpose, needs, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_custody, note_read
from sojourn.web.cases.models import LegalBasis
from sojourn.web.consent.models import Consent
from sojourn.web.consent.words import CLASSES
from sojourn.web.exports import queries as exports
from sojourn.web.glass import queries as glass
from sojourn.web.oversight import queries, rules, words

_PER_PAGE = 50


@dataclass(frozen=True)
class Entry:
    """One line of the page: how many, of what, who deals with it, and where it leads."""

    label: str
    count: int
    url: str
    who: str = ""
    waits: bool = False


@needs(Verb.OVERSEE)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Everything on one page, in numbers."""
    by, today = principal_of(request), timezone.localdate()
    note_read(request, by=by, purpose=Purpose.OVERSIGHT, shown=[], verb="read")
    held = queries.held(by, today)
    done = queries.done(by, "export", "refuse", "confirm")
    signs = queries.signs(by)
    wide = list(queries.wide(by))
    context = {
        "waiting": _waiting(by, len(signs), sum(grant.valid_until is None for grant in wide)),
        "lately": [
            Entry(_("Copies taken out"), done["export"], _log("export")),
            Entry(_("Refusals recorded"), done["refuse"], _log("refuse")),
            Entry(_("Files erased"), queries.erased(by).count(), _to("erased")),
            Entry(_("Roles that open every file"), len(wide), _to("wide")),
        ],
        "held": held,
        "classes": [
            (label, held.agreed[each], held.notes[each]) for each, label in CLASSES.items()
        ],
        "bases": [(basis.label, held.bases.get(basis.value, 0)) for basis in LegalBasis],
        "chain": queries.chain(by),
        "days": rules.LATELY.days,
        "many_files": rules.Unusual.MANY_FILES.value,
        "many_searches": rules.Unusual.MANY_SEARCHES.value,
    }
    return render(request, "oversight/page.html", context)


def _waiting(by: Principal, signs: int, endless: int) -> list[Entry]:
    today, overrides = timezone.localdate(), queries.overrides(by)
    workers, admins = _("the case worker"), _("an administrator")
    return [
        Entry(
            _("Emergency openings to look at"),
            glass.waiting(by),
            reverse("glass:overseen"),
            _("you"),
            waits=True,
        ),
        Entry(
            _("Changed roles to confirm"),
            queries.roles_to_confirm(by),
            reverse("accounts:roles_waiting"),
            _("you"),
            waits=True,
        ),
        Entry(_("Unusual reading"), signs, _to("reading"), _("you"), waits=True),
        Entry(_("Acts without consent"), overrides.count(), _to("overrides"), _("you"), waits=True),
        Entry(
            _("Consents that end soon"), queries.ending(by, today).count(), _to("ending"), workers
        ),
        Entry(_("Consents taken back"), queries.withdrawn(by).count(), _to("withdrawn"), workers),
        Entry(
            _("Copies outside that have to come back"),
            exports.coming_back(by).count(),
            _to("copies"),
            workers,
        ),
        Entry(
            _("Agreed time ends soon"),
            len(queries.ends_soon(by, today)),
            _to("ends-soon"),
            workers,
        ),
        Entry(
            _("Kept longer than agreed"),
            len(queries.kept_too_long(by, today)),
            reverse("oversight:kept"),
            _("you, then a supervisor"),
            waits=True,
        ),
        Entry(_("Roles for every file, without an end"), endless, _to("wide"), admins),
    ]


@needs(Verb.OVERSEE)
@require_POST
def custody(request: HttpRequest) -> HttpResponse:
    """Notes who holds a copy of the newest checkpoint."""
    try:
        note_custody(holder=request.POST.get("holder", "")[:120], by=principal_of(request))
        messages.success(request, _("Noted. Compare their copy from time to time."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("oversight:page")


@dataclass(frozen=True)
class List:
    """A list behind a line: its title, what to do about it, its rows, how a row is said."""

    title: Any
    lead: Any
    rows: Callable[[Principal], Any]
    line: Callable[[Any], words.Line]


@needs(Verb.OVERSEE)
@require_safe
def lines(request: HttpRequest, kind: str) -> HttpResponse:
    """One of the lists: numbers of files and names of staff, never contents."""
    found = _LISTS.get(kind)
    if found is None:
        raise Http404
    by = principal_of(request)
    page = Paginator(found.rows(by), _PER_PAGE).get_page(request.GET.get("page"))
    rows: Sequence[Any] = list(page)
    shown = [row.person if isinstance(row, queries.Kept) else row for row in rows]
    if shown and isinstance(shown[0], Model):
        note_read(request, by=by, purpose=Purpose.OVERSIGHT, shown=shown)
    if kind == "wide":
        own_roles.named(rows)
    context = {
        "title": found.title,
        "lead": found.lead,
        "lines": [found.line(row) for row in rows],
        "page": page,
    }
    return render(request, "oversight/lines.html", context)


def _to(kind: str) -> str:
    return reverse("oversight:lines", args=[kind])


def _log(verb: str) -> str:
    return f"{reverse('audit:log')}?what={verb}"


def _ended(consent: Consent) -> words.Line:
    return words.of_consent(consent, consent.valid_until)


def _taken_back(consent: Consent) -> words.Line:
    return words.of_consent(consent, None)


_LISTS = {
    "reading": List(
        gettext_lazy("Unusual reading"),
        gettext_lazy("No accusation: an outreach day or a hand-over looks the same. Ask them."),
        queries.signs,
        words.of_sign,
    ),
    "overrides": List(
        gettext_lazy("Acts without consent"),
        gettext_lazy("Two people decided that it could not wait. Talk with them afterwards."),
        queries.overrides,
        words.of_override,
    ),
    "ending": List(
        gettext_lazy("Consents that end soon"),
        gettext_lazy("After that day nothing is shown or used. Case workers ask the person again."),
        lambda by: queries.ending(by, timezone.localdate()),
        _ended,
    ),
    "withdrawn": List(
        gettext_lazy("Consents taken back"),
        gettext_lazy("Nothing is shown or used any more. What was told is still kept."),
        queries.withdrawn,
        _taken_back,
    ),
    "copies": List(
        gettext_lazy("Copies outside that have to come back"),
        gettext_lazy("The person agrees to it no more. Case workers tell whoever has the copy."),
        exports.coming_back,
        words.of_copy,
    ),
    "ends-soon": List(
        gettext_lazy("Agreed time ends soon"),
        gettext_lazy(
            "Within thirty days. Case workers see it on their day: they ask the person anew, or "
            "let it end."
        ),
        lambda by: queries.ends_soon(by, timezone.localdate()),
        words.of_ending,
    ),
    "erased": List(
        gettext_lazy("Files erased"),
        gettext_lazy("Who they were cannot be brought back. What was counted stays."),
        queries.erased,
        words.of_erased,
    ),
    "wide": List(
        gettext_lazy("Roles that open every file"),
        gettext_lazy("Those without an end come first. Administrators end or narrow them."),
        queries.wide,
        words.of_grant,
    ),
}
