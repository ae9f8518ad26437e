"""What waits for somebody: decisions, things to do, answers to what they asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal
from sojourn.web.caseload import queries as caseload
from sojourn.web.caseload.due import careful
from sojourn.web.caseload.models import Assignment, Why
from sojourn.web.cases import queries as cases
from sojourn.web.cases.models import Difference
from sojourn.web.consent import queries as consents
from sojourn.web.consent.models import Override
from sojourn.web.exports import queries as exports
from sojourn.web.exports.models import Copy
from sojourn.web.followup import queries as contacts
from sojourn.web.followup.models import Contact
from sojourn.web.interests import queries as interests
from sojourn.web.interests.models import Procedure
from sojourn.web.oversight import queries as oversight
from sojourn.web.people import identities
from sojourn.web.people.models import Person
from sojourn.web.people.rules import IdentityData
from sojourn.web.plans import queries as plans
from sojourn.web.plans.models import Approval, PlanItem
from sojourn.web.plans.needs import labels
from sojourn.web.plans.states import ApprovalState

_AT_MOST = 8
_ANSWERED_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class Line:
    """One thing that waits, with the person it is about and where to go."""

    person: Person
    identity: IdentityData
    url: str
    text: str
    when: datetime | date
    is_overdue: bool = False


@dataclass(frozen=True)
class Waiting:
    """All that waits for one principal. `shown` are the rows behind it, by kind."""

    to_decide: list[Line]
    to_do: list[Line]
    answered: list[Line]
    handed: list[Line]
    ending: list[Line]
    shown: tuple[Sequence[Model], ...]


def waiting(by: Principal, today: date) -> Waiting:
    """What waits for `by`; a fixed number of queries, however much there is."""
    approvals = plans.to_decide(by, _AT_MOST)
    differences = cases.to_settle(by, _AT_MOST)
    items = plans.due_of(by, today, _AT_MOST)
    seconds = consents.to_confirm(by, _AT_MOST)
    children = interests.to_look_at(by, _AT_MOST)
    since = timezone.now() - _ANSWERED_WITHIN
    answers = plans.answered(by, since, _AT_MOST)
    decided = interests.answered(by, since, _AT_MOST)
    handed = caseload.handed_to(by, _AT_MOST)
    planned = contacts.due_of(by, today, _AT_MOST)
    copies = exports.to_tell(by, _AT_MOST)
    ending = oversight.ends_soon_of(by, today, _AT_MOST)
    people = [row.person for row in (*approvals, *answers)]
    people += [row.person for row in handed] + [row.person for row in planned]
    people += [row.person for row in differences] + [row.person for row in items]
    people += [row.person for row in seconds] + [row.person for row in copies]
    people += [row.person for row in ending]
    people += [row.person for row in (*children, *decided)]
    known = identities.open_many(people)
    named = labels(_names(items))
    agreed = consents.agreed_classes([row.person.pk for row in items], today)
    return Waiting(
        to_decide=[
            *(
                _line(
                    row.person,
                    known,
                    _file_url(row),
                    _("Confirm that it cannot wait"),
                    row.asked_at,
                )
                for row in seconds
            ),
            *(
                _line(row.person, known, _decide_url(row), _("a plan to approve"), row.requested_at)
                for row in approvals
            ),
            *(
                _line(
                    row.person,
                    known,
                    _procedure_url(row),
                    _("what is best for a child"),
                    row.submitted_at or row.opened_at,
                )
                for row in children
            ),
            *(
                _line(row.person, known, _settle_url(row), _("two versions of one thing"), row.at)
                for row in differences
            ),
        ],
        to_do=[
            _line(
                row.person,
                known,
                reverse("plans:board", args=[row.case_id]),
                named.get((row.framework_id, row.response or row.need), "")
                if {row.need_class, row.response_class} - {""} <= agreed.get(row.person.pk, set())
                else "",
                row.due,
                is_overdue=row.due < today,
            )
            for row in items
        ]
        + [
            _line(
                row.person,
                known,
                reverse("followup:list", args=[row.case_id]),
                _contact_text(row),
                row.due,
                is_overdue=row.due < today,
            )
            for row in planned
        ]
        + [
            _line(
                row.person,
                known,
                reverse("copies:list", args=[row.person_id]),
                _copy_text(row),
                row.changed_at.date(),
            )
            for row in copies
        ],
        handed=[
            _line(
                row.person,
                known,
                reverse("cases:situation", args=[row.case_id]),
                _handed_text(row),
                row.at,
            )
            for row in handed
        ],
        answered=[
            _line(
                row.person,
                known,
                reverse("plans:board", args=[row.subject.case_id]),
                str(ApprovalState(row.state).label),
                row.decided_at or row.requested_at,
            )
            for row in answers
        ]
        + [
            _line(
                row.person,
                known,
                _procedure_url(row),
                _("it was decided what is best for a child"),
                row.decided_at or row.opened_at,
            )
            for row in decided
        ],
        ending=[
            _line(
                row.person,
                known,
                reverse("people:person", args=[row.person.pk]),
                _("Ask the person anew, or let it end"),
                row.until,
            )
            for row in ending
        ],
        shown=tuple(
            rows
            for rows in (
                *(seconds, approvals, children, differences, items),
                *(answers, decided, handed, planned, copies),
                [row.person for row in ending],
            )
            if rows
        ),
    )


def _procedure_url(row: Procedure) -> str:
    return reverse("interests:procedure", args=[row.case_id, row.pk])


def _contact_text(row: Contact) -> str:
    note = careful(row)
    text = _("Make contact")
    return f"{text}: {note}" if note else text


def _copy_text(row: Copy) -> str:
    return _("Tell them to delete their copy: %(who)s") % {
        "who": row.export.get_recipient_display()
    }


def _handed_text(row: Assignment) -> str:
    reason = Why(row.reason).label
    if row.from_worker is None:
        return str(reason)
    return _("from %(name)s: %(reason)s") % {"name": row.from_worker.name, "reason": reason}


def _line(
    person: Person,
    known: Mapping[UUID, IdentityData],
    url: str,
    text: str,
    when: datetime | date,
    *,
    is_overdue: bool = False,
) -> Line:
    return Line(person, known[person.pk], url, text, when, is_overdue)


def _names(items: Sequence[PlanItem]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item in items:
        found.setdefault(item.framework_id, set()).add(item.response or item.need)
    return found


def _file_url(row: Override) -> str:
    return reverse("people:person", args=[row.person_id]) + "#consent-title"


def _decide_url(row: Approval) -> str:
    return reverse("plans:decide", args=[row.subject.case_id, row.pk])


def _settle_url(row: Difference) -> str:
    return reverse("cases:differences", args=[row.case_id])
