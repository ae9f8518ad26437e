"""Places: the list, one place through time, and the form that is filled in in the page.

The form is for somebody who is signed in; it needs no ticket, and a phone of its own cannot send
it yet.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sojourn.framework import Framework
from sojourn.standards.submissions import SubmissionError
from sojourn.standards.xforms import titled, to_xform
from sojourn.web.accounts.access import Purpose, needs, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import frameworks
from sojourn.web.cases.views import FORM_POLICY
from sojourn.web.field import openrosa
from sojourn.web.field.views import fault_text
from sojourn.web.i18n import language
from sojourn.web.places import actions, queries, rules, words
from sojourn.web.places.models import PlaceAnswers


@dataclass(frozen=True)
class Line:
    """One place in the list: what was last learned about it."""

    row: PlaceAnswers
    place: str
    period: str
    periods: int


@needs(Verb.READ)
@require_GET
def places(request: HttpRequest) -> HttpResponse:
    """Every place of which something was answered, with the newest period."""
    by = principal_of(request)
    rows = list(queries.places(by).rows.filter(is_current=True).defer("answers"))
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=rows)
    asks = rules.asks_of_places(frameworks.current())
    context = {
        "lines": _lines(rows),
        "asks": asks,
        "organisations": queries.organisations(by) if asks else [],
    }
    return render(request, "places/list.html", context)


def _lines(rows: list[PlaceAnswers]) -> list[Line]:
    by_place: dict[tuple[uuid.UUID, str], list[PlaceAnswers]] = {}
    for row in rows:
        by_place.setdefault((row.organisation_id, row.place), []).append(row)
    found = []
    for same in by_place.values():
        framework = frameworks.by_digest(same[0].framework_id)
        period = rules.newest(framework, [row.period for row in same])
        row = next(row for row in same if row.period == period)
        found.append(Line(row, *words.named(framework, row), len(same)))
    return sorted(found, key=lambda line: line.place)


@needs(Verb.READ)
@require_GET
def place(request: HttpRequest, answers_id: uuid.UUID) -> HttpResponse:
    """What was answered about a place in one period, and its other periods."""
    by = principal_of(request)
    row, door = queries.place_or_404(by, answers_id)
    framework = frameworks.by_digest(row.framework_id)
    others = list(queries.history(row))
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=[row], classes=door.classes(row))
    name, period = words.named(framework, row)
    context = {
        "row": row,
        "place": name,
        "period": period,
        "facts": words.facts(framework, row, door.classes(row)),
        "not_asked": words.not_asked(framework, row),
        "history": [(other, words.named(framework, other)[1]) for other in others],
        "may_write": row.organisation_id in by.organisations(Verb.WRITE),
    }
    return render(request, "places/place.html", context)


@needs(Verb.WRITE)
@require_GET
def xform(request: HttpRequest) -> HttpResponse:
    """The form itself, with the title of the page that it stands on."""
    del request
    form = to_xform(_framework_or_404(), "place")
    return openrosa.answer(titled(form, _("Answer for a place")))


@needs(Verb.WRITE)
@require_GET
def form(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """The form, filled in in the page."""
    organisation = queries.organisation_or_404(principal_of(request), organisation_id)
    framework = _framework_or_404()
    context = {
        "framework_title": framework.title.get(language()),
        "form_language": framework.languages.get(language(), ""),
        "form_url": reverse("places:xform"),
        "submission_url": reverse("places:submission", args=[organisation.pk]),
        "done_url": reverse("places:list"),
        "max_bytes": settings.OPENROSA_MAX_BYTES,
    }
    response = render(request, "places/form.html", context)
    response._csp_update = FORM_POLICY  # type: ignore[attr-defined]  # what csp_update sets
    return response


@needs(Verb.WRITE)
@require_POST
def submission(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Takes the filled-in form in."""
    by = principal_of(request)
    organisation = queries.organisation_or_404(by, organisation_id)
    framework = _framework_or_404()
    xml = request.FILES.get("xml_submission_file")
    if not isinstance(xml, UploadedFile):
        return openrosa.message(_("The form itself is missing from what was sent."), status=400)
    try:
        actions.receive(organisation=organisation, xml=xml.read(), by=by)
    except SubmissionError as error:
        return openrosa.message(fault_text(framework, error), status=400)
    except ValidationError as problem:
        return openrosa.message(" ".join(problem.messages), status=400)
    except actions.ConflictError as conflict:
        return openrosa.message(str(conflict), status=409)
    return openrosa.message(_("The form was received."), status=201)


def _framework_or_404() -> Framework:
    framework = frameworks.current()
    if not rules.asks_of_places(framework):
        raise Http404
    return framework
