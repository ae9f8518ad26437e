"""The addresses that form clients call. The ticket in the address is the whole sign-in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from sojourn.framework import Framework
from sojourn.standards import xforms
from sojourn.standards.submissions import Fault, SubmissionError
from sojourn.web.accounts.access import Principal
from sojourn.web.cases import frameworks
from sojourn.web.field import actions, openrosa, queries
from sojourn.web.field.models import Ticket
from sojourn.web.field.queries import TicketState
from sojourn.web.i18n import language
from sojourn.web.walls.standing import standing

_XML_PART = "xml_submission_file"
_INCOMPLETE = "*isIncomplete*"

_REFUSALS: Mapping[TicketState, tuple[int, object]] = {
    TicketState.UNKNOWN: (404, gettext_lazy("There is no form at this address.")),
    TicketState.ENDED: (
        403,
        gettext_lazy("This form was open for too long. Open it again from the person's page."),
    ),
    TicketState.NOT_ALLOWED: (403, gettext_lazy("You may no longer change this file.")),
}
_FAULTS: Mapping[Fault, object] = {
    Fault.NOT_XML: gettext_lazy("The form arrived damaged. Send it again."),
    Fault.FORBIDDEN_XML: gettext_lazy("The form has contents that are not accepted."),
    Fault.TOO_DEEP: gettext_lazy("The form has contents that are not accepted."),
    Fault.NO_INSTANCE_ID: gettext_lazy("The form has no number of its own. Fill it in anew."),
    Fault.OTHER_FORM: gettext_lazy("This is another form than the one that was opened."),
    Fault.ANSWERED_TWICE: gettext_lazy("One question was answered twice: %(question)s"),
    Fault.NOT_AN_ANSWER: gettext_lazy("This question has an answer it cannot have: %(question)s"),
    Fault.TOO_MANY_ROWS: gettext_lazy("This list is too long: %(question)s"),
}

TicketView = Callable[[HttpRequest, Ticket, Principal], HttpResponse]


def with_ticket(view: TicketView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Opens a view to whoever holds a token that counts."""

    @login_not_required
    @csrf_exempt
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        presented = queries.present(token)
        if presented.ticket is None or presented.by is None:
            status, text = _REFUSALS[presented.state]
            return openrosa.message(str(text), status=status)
        with standing(presented.by):
            return view(request, presented.ticket, presented.by)

    return cast(Callable[[HttpRequest, str], HttpResponse], opened)


@require_GET
@with_ticket
def form_list(request: HttpRequest, ticket: Ticket, by: Principal) -> HttpResponse:
    """The list of one form that a ticket opens."""
    del by
    framework = _framework(ticket)
    token = request.resolver_match.kwargs["token"] if request.resolver_match else ""
    return openrosa.answer(
        openrosa.form_list(
            form_id=framework.id,
            name=framework.title.get(request.LANGUAGE_CODE),
            version=framework.version,
            xform=xforms.to_xform(framework),
            url=request.build_absolute_uri(reverse("field:form", args=[token])),
        )
    )


@require_GET
@with_ticket
def form(request: HttpRequest, ticket: Ticket, by: Principal) -> HttpResponse:
    """The form itself. Clients may keep it and ask again whether it is still the newest."""
    del by
    xform = xforms.to_xform(_framework(ticket))
    response = openrosa.answer(xform)
    response["ETag"] = f'"{openrosa.xform_hash(xform)}"'
    response["Cache-Control"] = "private, no-cache"
    if request.headers.get("If-None-Match") == response["ETag"]:
        response.status_code, response.content = 304, b""
    return response


@require_GET
@with_ticket
def manifest(request: HttpRequest, ticket: Ticket, by: Principal) -> HttpResponse:
    """The media files of the form: none."""
    del request, ticket, by
    return openrosa.answer(openrosa.empty_manifest())


@require_http_methods(["HEAD", "POST"])
@with_ticket
def submission(request: HttpRequest, ticket: Ticket, by: Principal) -> HttpResponse:
    """Tells what is accepted (HEAD), takes a submission in (POST)."""
    if request.method == "HEAD":
        response = openrosa.answer(status=204)
    else:
        response = _receive(request, ticket, by)
    response["X-OpenRosa-Accept-Content-Length"] = str(settings.OPENROSA_MAX_BYTES)
    response["Location"] = request.build_absolute_uri(request.path)
    return response


def _receive(request: HttpRequest, ticket: Ticket, by: Principal) -> HttpResponse:
    try:
        arrival = _arrival(request)
        kept = actions.receive(ticket=ticket, arrival=arrival, by=by)
    except _RefusedError as refused:
        return openrosa.message(refused.text, status=refused.status)
    except SubmissionError as error:
        return openrosa.message(fault_text(_framework(ticket), error), status=400)
    except actions.ConflictError as conflict:
        return openrosa.message(str(conflict), status=409)
    except PermissionDenied as reason:
        return openrosa.message(str(reason), status=403)
    except ValidationError as problem:
        return openrosa.message(" ".join(problem.messages), status=403)
    done = kept.assessment_id is not None
    text = _("The form was received.") if done else _("A part was received; more is to come.")
    return openrosa.message(text, status=201)


class _RefusedError(Exception):
    """A request that is refused before its content is looked at."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


def _arrival(request: HttpRequest) -> actions.Arrival:
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.OPENROSA_MAX_BYTES:
        raise _RefusedError(413, _("The form is too large. Send fewer or smaller files."))
    try:
        fields, files = request.POST, request.FILES
    except (MultiPartParserError, RequestDataTooBig, UnicodeError):
        raise _RefusedError(400, _("The form arrived damaged. Send it again.")) from None
    xml = files.get(_XML_PART)
    if not isinstance(xml, UploadedFile):
        raise _RefusedError(400, _("The form itself is missing from what was sent."))
    return actions.Arrival(
        xml=xml.read(),
        files={
            name: file.read()
            for name, file in files.items()
            if name != _XML_PART and isinstance(file, UploadedFile)
        },
        last=fields.get(_INCOMPLETE, "").lower() != "yes",
    )


def fault_text(framework: Framework, error: SubmissionError) -> str:
    """What is wrong, in words; the question by its label, the answer never."""
    labels = {q.name: q.label.get(language()) for q in framework.questions}
    return str(_FAULTS[error.fault]) % {"question": labels.get(error.question, error.question)}


def _framework(ticket: Ticket) -> Framework:
    return frameworks.by_digest(ticket.framework_id)
