"""The planned contacts of one case, and when an organisation makes contact."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Purpose, needs, principal_of, reaches
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import queries as cases
from sojourn.web.cases.page import about
from sojourn.web.followup import actions, queries
from sojourn.web.followup.forms import FORMS, DueForm, ScheduleForm, SinceForm, WishForm
from sojourn.web.followup.models import Contact, ContactWish
from sojourn.web.followup.states import ContactAct, ContactState, Kind, Way
from sojourn.web.people import words
from sojourn.web.steps import WrongStateError
from sojourn.web.vault import Key


@dataclass(frozen=True)
class ContactLine:
    """One contact in words."""

    contact: Contact
    words: str
    is_open: bool
    is_overdue: bool


@dataclass(frozen=True)
class WishShown:
    """How a person may be reached, in words."""

    never: tuple[str, ...]
    not_at_all: bool
    words: str


@needs(Verb.READ)
@require_GET
def contacts(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """What is planned, what came of it, and how the person wants to be reached."""
    by, today = principal_of(request), timezone.localdate()
    case, door = cases.case_or_404(by, case_id)
    classes, cleared = cases.shown_classes(door, [case])[case.pk], door.classes(case)
    rows = queries.contacts(case)
    note_read(
        request, by=by, purpose=Purpose.SUPPORT, shown=[case], case_id=case.pk, classes=classes
    )
    key = words.key_for(case.person)
    wish = queries.wish_of(case)
    may_write = reaches(by, case, Purpose.CASE_WORK)
    lines = [_line(row, key if DataClass.CASE_WORK in classes else None, today) for row in rows]
    context = {
        **about(case),
        "open_lines": [line for line in lines if line.is_open],
        "ended_lines": [line for line in lines if not line.is_open],
        # Shown without consent, too: it is there so that nobody endangers the person.
        "wish": wish and _wish(wish, key if DataClass.CONTACT_PLACE in cleared else None),
        "may_write": may_write,
        "since_form": SinceForm(initial={"since": today}, auto_id="since_%s"),
        "due_form": DueForm(auto_id="due_%s"),
        "return_days": queries.days_of(case.organisation_id, Kind.RETURN),
        "today": today,
    }
    return render(request, "followup/list.html", context)


@needs(Verb.WRITE)
@require_POST
def plan(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Plans the contacts after a return, or a single one; which is in the form."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    single = "due" in request.POST
    form = DueForm(request.POST) if single else SinceForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(_("Choose a day."))
        if single:
            actions.add(case=case, due=form.cleaned_data["due"], by=by)
        else:
            actions.plan(case=case, kind=Kind.RETURN, since=form.cleaned_data["since"], by=by)
        messages.success(request, _("It is planned. It comes to the case worker on its day."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("followup:list", case.pk)


_ACTS = {
    ContactAct.FINISH: (actions.finish, gettext_lazy("What came of it was written down.")),
    ContactAct.WAIVE: (actions.waive, gettext_lazy("The contact will not be made.")),
}


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, case_id: uuid.UUID, contact_id: uuid.UUID, act: str) -> HttpResponse:
    """What came of a contact, or why it is not made."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    contact = queries.contact_or_404(case, contact_id)
    if act not in {each.value for each in _ACTS}:
        raise Http404
    wanted = ContactAct(act)
    form = FORMS[wanted](request.POST or None)
    if request.method == "POST" and form.is_valid():
        do, said = _ACTS[wanted]
        try:
            do(contact=contact, end=form.end(), by=by)
            messages.success(request, said)
            return redirect("followup:list", case.pk)
        except WrongStateError:
            messages.error(request, _("This contact has ended already."))
            return redirect("followup:list", case.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    classes = cases.shown_classes(door, [case])[case.pk]
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[case], case_id=case.pk)
    wish = queries.wish_of(case)
    key = words.key_for(case.person) if DataClass.CONTACT_PLACE in classes else None
    context = {
        "case": case,
        "person": case.person,
        "contact": contact,
        "act": wanted,
        "wish": wish and _wish(wish, key),
        "form": form,
    }
    return render(request, "followup/act.html", context, status=400 if form.errors else 200)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def wishes(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """How the person may be reached."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    if DataClass.CONTACT_PLACE not in door.classes(case):
        raise Http404
    wish = queries.wish_of(case)
    text = words.opened(wish, "words", words.key_for(case.person)) if wish is not None else ""
    form = WishForm(request.POST or None, initial=WishForm.initial_from(wish, text))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.set_wish(
                case=case,
                never=data["never"],
                not_at_all=data["not_at_all"],
                text=data["words"],
                by=by,
            )
            messages.success(request, _("It was written down."))
            return redirect("followup:list", case.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[case], case_id=case.pk)
    context = {"case": case, "person": case.person, "form": form}
    return render(request, "followup/wishes.html", context, status=400 if form.errors else 200)


@needs(Verb.APPROVE)
@require_http_methods(["GET", "POST"])
def schedule(request: HttpRequest) -> HttpResponse:
    """After how many days contact is made, for each organisation one leads."""
    by = principal_of(request)
    led = queries.led(by)
    wanted = request.POST.get("organisation", "")
    forms = {}
    for organisation in led:
        is_sent = wanted == str(organisation.pk)
        forms[organisation] = ScheduleForm(
            request.POST if is_sent else None,
            auto_id=f"o{organisation.pk.hex}_%s",
            initial={
                name: ", ".join(map(str, queries.days_of(organisation.pk, kind)))
                for name, kind in ScheduleForm.KINDS.items()
            },
        )
        if is_sent and forms[organisation].is_valid():
            for name, kind in ScheduleForm.KINDS.items():
                days = forms[organisation].cleaned_data[name]
                actions.set_schedule(organisation=organisation, kind=kind, days=days, by=by)
            messages.success(request, _("From now on contacts are planned for these days."))
            return redirect("followup:schedule")
    wrong = any(form.errors for form in forms.values())
    context = {"forms": list(forms.items())}
    return render(request, "followup/schedule.html", context, status=400 if wrong else 200)


def _line(row: Contact, key: Key | None, today: date) -> ContactLine:
    is_open = row.state == ContactState.PLANNED
    late = is_open and row.due < today
    return ContactLine(row, words.opened(row, "words", key), is_open, late)


def _wish(wish: ContactWish, key: Key | None) -> WishShown:
    never = tuple(str(Way(each).label) for each in wish.never)
    return WishShown(never, wish.not_at_all, words.opened(wish, "words", key))
