"""What is due in a span of days, narrowed by `visible`: one query for each kind of thing."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet, TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.accounts.roles import Verb
from sojourn.web.caseload.queries import my_teams
from sojourn.web.cases import queries as cases
from sojourn.web.cases.models import Case
from sojourn.web.cases.states import WORKED
from sojourn.web.consent.models import Consent
from sojourn.web.consent.queries import agreed_classes
from sojourn.web.consent.states import ConsentState
from sojourn.web.followup.models import Contact
from sojourn.web.followup.states import ContactState
from sojourn.web.people import identities
from sojourn.web.people.models import Person
from sojourn.web.people.rules import IdentityData
from sojourn.web.plans.models import Approval, PlanItem
from sojourn.web.plans.needs import labels
from sojourn.web.plans.states import WAITING, ApprovalState

AT_MOST = 200
"""Of one kind, more than these are not shown; the page says so."""
Row = TypeVar("Row", bound=Model)
_PERSON = ("person__identity", "person__key")


class Kind(TextChoices):
    """What may be due."""

    REVIEW = "review", gettext_lazy("Look at the case again")
    ITEM = "item", gettext_lazy("Step of a plan")
    CONTACT = "contact", gettext_lazy("Contact")
    APPROVAL = "approval", gettext_lazy("A plan waits for a decision")
    CONSENT = "consent", gettext_lazy("A consent ends")


ICONS: Mapping[Kind, str] = {
    Kind.REVIEW: "clock-history",
    Kind.ITEM: "ui-checks",
    Kind.CONTACT: "chat-left-text",
    Kind.APPROVAL: "inbox",
    Kind.CONSENT: "shield-check",
}


@dataclass(frozen=True)
class Entry:
    """One thing that is due on a day, with the person it is about and where to go."""

    day: date
    kind: Kind
    person: Person
    identity: IdentityData
    row_id: UUID
    url: str
    text: str
    note: str = ""

    @property
    def icon(self) -> str:
        return ICONS[self.kind]


@dataclass(frozen=True)
class Due:
    """All that is due, by day. `shown` are the rows behind it, by kind."""

    entries: list[Entry]
    shown: tuple[Sequence[Model], ...]
    is_cut: bool


def due_between(by: Principal, first: date, last: date, *, mine: bool) -> Due:
    """What is due from one day to another, for `by` alone or for all whose cases they reach.

    Who has a role for some teams sees under "all" the cases of these teams.
    """
    reviews = _reviews(by, first, last, mine=mine)
    items = _items(by, first, last, mine=mine)
    contacts = _contacts(by, first, last, mine=mine)
    approvals = _approvals(by, first, last, mine=mine)
    consents = _consents(by, first, last, mine=mine)
    people = [
        *(row.person for row in reviews),
        *(row.person for row in items),
        *(row.person for row in contacts),
        *(row.person for row in approvals),
        *(row.person for row in consents),
    ]
    known = identities.open_many(people)
    told = _told(items, timezone.localdate())
    entries = [
        *(_review(row, known) for row in reviews),
        *(_item(row, known, told) for row in items),
        *(_contact(row, known) for row in contacts),
        *(_approval(row, known) for row in approvals),
        *(_consent(row, known) for row in consents),
    ]
    order = list(Kind)
    entries.sort(key=lambda each: (each.day, order.index(each.kind), each.person.number))
    found = (reviews, items, contacts, approvals, consents)
    return Due(
        entries, tuple(rows for rows in found if rows), any(len(rows) == AT_MOST for rows in found)
    )


def weeks(year: int, month: int, first_weekday: int) -> list[list[date]]:
    """The weeks of a month, from a day of the week on (0 is Monday)."""
    return calendar.Calendar(first_weekday).monthdatescalendar(year, month)


def _of(by: Principal, to_case: str, *, mine: bool) -> Q:
    if mine:
        return Q(**{f"{to_case}worker_id": by.user_id})
    teams = my_teams(by)
    return Q(**{f"{to_case}team__in": teams}) if teams else Q()


def _reviews(by: Principal, first: date, last: date, *, mine: bool) -> list[Case]:
    rows = cases.cases(by).rows.filter(
        _of(by, "", mine=mine), state__in=WORKED, review_on__gte=first, review_on__lte=last
    )
    return list(rows.order_by("review_on", "id")[:AT_MOST])


def _items(by: Principal, first: date, last: date, *, mine: bool) -> list[PlanItem]:
    whose = Q(owner_id=by.user_id) if mine else _of(by, "case__", mine=False)
    rows = PlanItem.objects.filter(
        whose,
        is_current=True,
        state__in=WAITING,
        due__gte=first,
        due__lte=last,
        case__state__in=WORKED,
    )
    return list(_reached(by, rows).order_by("due", "id")[:AT_MOST])


def _contacts(by: Principal, first: date, last: date, *, mine: bool) -> list[Contact]:
    rows = Contact.objects.filter(
        _of(by, "case__", mine=mine),
        state=ContactState.PLANNED,
        due__gte=first,
        due__lte=last,
        person__erased_at=None,
    )
    return list(_reached(by, rows).select_related("case__contact_wish").order_by("due")[:AT_MOST])


def _approvals(by: Principal, first: date, last: date, *, mine: bool) -> list[Approval]:
    """For "me" what I may decide; for all what waits in these cases. On the day it was asked."""
    rows = Approval.objects.filter(
        state=ApprovalState.REQUESTED,
        subject__is_current=True,
        requested_at__date__gte=first,
        requested_at__date__lte=last,
    )
    if mine:
        if by.user_id is None or not by.may(Verb.APPROVE):
            return []
        rows = rows.exclude(requested_by_id=by.user_id).exclude(decisions__by_id=by.user_id)
        shown = visible(by, rows, Purpose.APPROVAL).rows.select_related("subject", *_PERSON)
        return list(shown.order_by("requested_at")[:AT_MOST])
    rows = rows.filter(_of(by, "subject__case__", mine=False))
    return list(_reached(by, rows).select_related("subject").order_by("requested_at")[:AT_MOST])


def _consents(by: Principal, first: date, last: date, *, mine: bool) -> list[Consent]:
    theirs = Case.objects.filter(_of(by, "", mine=mine), state__in=WORKED)
    rows = Consent.objects.filter(
        person__in=theirs.values("person"),
        state=ConsentState.GIVEN,
        valid_until__gte=first,
        valid_until__lte=last,
    )
    return list(_reached(by, rows).order_by("valid_until", "pk")[:AT_MOST])


def _reached(by: Principal, rows: QuerySet[Row]) -> QuerySet[Row]:
    return visible(by, rows, Purpose.SUPPORT).rows.select_related(*_PERSON)


def _told(items: Sequence[PlanItem], today: date) -> dict[UUID, str]:
    """What each item is about, as far as the person agrees to it today."""
    names: dict[str, set[str]] = {}
    for item in items:
        names.setdefault(item.framework_id, set()).add(item.response or item.need)
    named = labels(names)
    agreed = agreed_classes([item.person_id for item in items], today)
    return {
        item.pk: named.get((item.framework_id, item.response or item.need), "")
        for item in items
        if _classes(item) <= agreed.get(item.person_id, frozenset())
    }


def _classes(item: PlanItem) -> frozenset[DataClass]:
    return frozenset(DataClass(each) for each in (item.need_class, item.response_class) if each)


Known = Mapping[UUID, IdentityData]
About = Case | PlanItem | Contact | Approval | Consent


def _entry(day: date, kind: Kind, row: About, known: Known, url: str, note: str = "") -> Entry:
    person = row.person
    return Entry(day, kind, person, known[person.pk], row.pk, url, str(kind.label), note)


def _review(row: Case, known: Known) -> Entry:
    assert row.review_on is not None  # noqa: S101 - asked for by its day
    url = reverse("cases:situation", args=[row.pk])
    return _entry(row.review_on, Kind.REVIEW, row, known, url)


def _item(row: PlanItem, known: Known, told: Mapping[UUID, str]) -> Entry:
    url = reverse("plans:board", args=[row.case_id])
    return _entry(row.due, Kind.ITEM, row, known, url, told.get(row.pk, ""))


def _contact(row: Contact, known: Known) -> Entry:
    url = reverse("followup:list", args=[row.case_id])
    return _entry(row.due, Kind.CONTACT, row, known, url, careful(row))


def _approval(row: Approval, known: Known) -> Entry:
    url = reverse("plans:decide", args=[row.subject.case_id, row.pk])
    return _entry(timezone.localdate(row.requested_at), Kind.APPROVAL, row, known, url)


def _consent(row: Consent, known: Known) -> Entry:
    assert row.valid_until is not None  # noqa: S101 - asked for by its day
    url = reverse("people:person", args=[row.person_id])
    return _entry(row.valid_until, Kind.CONSENT, row, known, url)


def careful(row: Contact) -> str:
    """What the person does not want, in a few words; empty for nothing. Needs the case's wish."""
    wish = getattr(row.case, "contact_wish", None)
    if wish is None or not (wish.never or wish.not_at_all):
        return ""
    return _("wants no contact") if wish.not_at_all else _("not in every way: look first")
