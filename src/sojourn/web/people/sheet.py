"""The person's own sheet: what is held, agreed to, seen and taken out, in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _

from sojourn.web.accounts import own_roles
from sojourn.web.accounts.models import Grant
from sojourn.web.audit.models import Event
from sojourn.web.people.rules import IdentityData

_LOOKED = frozenset({"read", "find", "read_access"})
_TAKEN = frozenset({"export", "export_days", "print"})


@dataclass
class Seen:
    """What people in one role at one organisation did with the file. Nobody is named."""

    who: str
    organisation: str
    last: datetime
    looked: int = 0
    wrote: int = 0
    taken: int = 0


def who_saw(events: QuerySet[Event]) -> list[Seen]:
    """Looks, changes and copies by role and organisation, the latest first. Three queries."""
    counted = list(
        events.order_by().values("grant_id", "verb").annotate(times=Count("seq"), last=Max("at"))
    )
    grants = Grant.objects.select_related("organisation").in_bulk(
        [row["grant_id"] for row in counted if row["grant_id"] is not None]
    )
    own_roles.named(grants.values())
    found: dict[tuple[str, str], Seen] = {}
    for row in counted:
        who, organisation = _named(grants.get(row["grant_id"]))
        at = datetime.fromisoformat(row["last"])
        line = found.setdefault((who, organisation), Seen(who, organisation, at))
        line.last = max(line.last, at)
        kind = "looked" if row["verb"] in _LOOKED else "wrote"
        kind = "taken" if row["verb"] in _TAKEN else kind
        setattr(line, kind, getattr(line, kind) + row["times"])
    return sorted(found.values(), key=lambda line: line.last, reverse=True)


def held(identity: IdentityData, assessments: Iterable[datetime], planned: int) -> list[str]:
    """What is held about the person, by kind. Empty for somebody who was erased without a trace.

    Harm and what colleagues note are not counted: others may find the sheet on the person. It says
    that one may ask.
    """
    kinds = [
        (identity.names.shown, _("Name")),
        (identity.phone, _("Phone")),
        (identity.document, _("Document number")),
        (identity.birth_date, _("Date of birth")),
        (identity.sex, _("Sex")),
        (identity.nationality, _("Nationality")),
        (identity.home, _("Where the person is from")),
    ]
    times = len(list(assessments))
    counted = [
        (times, _("Answers to questions, times: %(n)s") % {"n": times}),
        (planned, _("What is planned with you, steps: %(n)s") % {"n": planned}),
    ]
    return [label for value, label in (*kinds, *counted) if value]


def _named(grant: Grant | None) -> tuple[str, str]:
    if grant is None:
        return _("the system"), ""
    return grant.role_name, grant.organisation.name
