"""Reads of what was opened in an emergency, narrowed by `visible`."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from django.utils import timezone

from sojourn.web.accounts.access import Principal, Purpose, reaches, visible
from sojourn.web.cases.models import Case
from sojourn.web.cases.states import CaseState
from sojourn.web.glass.models import Look, Opening, Part
from sojourn.web.people import identities
from sojourn.web.people import queries as people
from sojourn.web.vault import Key

PURPOSES = {Part.SUPERVISION: Purpose.SUPERVISION, Part.DATA_PROTECTION: Purpose.OVERSIGHT}
"""With which right each part looks."""


def closed_case_or_404(by: Principal, person_id: uuid.UUID) -> Case:
    """The case of somebody who can be found and whose file cannot be opened.

    Http404 for who is not found, for who is erased, and for cases that `by` is part of.
    """
    person = people.person_or_404(by, person_id, Purpose.FIND)
    rows = visible(by, Case.objects.filter(person=person), Purpose.FIND).rows
    case = rows.select_related("person__key", "organisation").order_by("-opened_at")
    found = case.filter(state=CaseState.OPEN).first() or case.first()
    if found is None or person.erased_at is not None:
        raise Http404
    return found


def is_open(by: Principal, case: Case) -> bool:
    """Whether the file can be opened without an emergency, or is open in one already."""
    return reaches(by, case, Purpose.SUPPORT)


def own_open(by: Principal, case: Case) -> list[Opening]:
    """What this principal opened of a case themself and is still open."""
    mine = Opening.objects.filter(
        case=case, opened_by_id=by.user_id, short__ends_at__gt=timezone.now()
    )
    return list(mine.select_related("short"))


def openings(by: Principal, part: Part) -> QuerySet[Opening]:
    """What this part has to look at or has looked at, what waits first, then the newest."""
    return (
        _of_others(by, part)
        .annotate(is_done=_looked(part))
        .select_related("opened_by", "organisation", "person__key", "short")
        .prefetch_related("looks__looked_by")
        .order_by("is_done", "-opened_at", "pk")
    )


def waiting(by: Principal) -> int:
    """How many openings wait for a look by this principal."""
    for part, purpose in PURPOSES.items():
        if by.may(purpose.verb):
            return _of_others(by, part).filter(~_looked(part)).count()
    return 0


def _of_others(by: Principal, part: Part) -> QuerySet[Opening]:
    rows = visible(by, Opening.objects.all(), PURPOSES[part]).rows
    return rows.exclude(opened_by_id=by.user_id)


def _looked(part: Part) -> Exists:
    return Exists(Look.objects.filter(opening=OuterRef("pk"), part=part))


def words_of(openings: Collection[Opening]) -> dict[uuid.UUID, str]:
    """What was written when files were opened, by opening; empty where the person was erased.

    One query for the organisations' keys, none per opening loaded with person and key.
    """
    keys = identities.organisation_keys({each.organisation_id for each in openings})
    return {each.pk: _words(each, keys[each.organisation_id]) for each in openings}


def words_place(opening_id: uuid.UUID) -> str:
    """To what the sealed words of an opening are bound."""
    return f"glass_opening.words|{opening_id}"


def _words(opening: Opening, organisation: Key) -> str:
    if opening.person.erased_at is not None:
        return ""
    key = identities.person_key(opening.person.key, organisation)
    return key.open(bytes(opening.words), place=words_place(opening.pk)).decode()
