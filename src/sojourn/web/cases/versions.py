"""Two people who change the same thing: what goes together, and what somebody has to decide.

Each row that people edit has a version. An edit names the version that it was made from. What only
one of two edits touched is merged; where both touched a field, the value that came first stays in
place, both values are kept, and a named person decides.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import Model, QuerySet
from django.utils import timezone

from sojourn.web.accounts.access import Principal
from sojourn.web.audit.actions import record
from sojourn.web.cases.models import Case, Difference, Revision
from sojourn.web.people import words

Values = Mapping[str, str]
"""The fields of a row as texts, so that they can be sealed and compared."""


@dataclass(frozen=True)
class Merged:
    """What an edit comes to: fields to write, and fields that two people changed."""

    write: Values
    differ: Values

    @property
    def nothing(self) -> bool:
        """Whether the edit changes nothing and disagrees with nobody."""
        return not self.write and not self.differ


def merge(*, base: Values, now: Values, sent: Values) -> Merged:
    """Compares an edit with what it was made from and with what is there now, field by field."""
    write: dict[str, str] = {}
    differ: dict[str, str] = {}
    for name, value in sent.items():
        if value in (base[name], now[name]):
            continue
        (write if now[name] == base[name] else differ)[name] = value
    return Merged(write, differ)


@dataclass(frozen=True)
class Edited:
    """The row that is edited, locked, with its case, its version and the data class it takes.

    `decider_id` names who decides, instead of the case worker.
    """

    row: Model
    case: Case
    version: int
    data_class: str = ""
    is_confidential: bool = False
    decider_id: int | None = None


def base_of(edited: Edited, now: Values, version: int | None) -> Values:
    """The row as it was in a version; as it is now where none or a later one is named."""
    if version is None or version >= edited.version:
        return now
    base = dict(now)
    later = _revisions(edited).filter(version__gt=version).order_by("-version")
    key = words.key_for(edited.case.person)
    for revision in later:
        base |= json.loads(words.opened(revision, "old", key) or "{}")
    return base


def keep_revision(edited: Edited, old: Values, by: Principal) -> int:
    """Remembers what the changed fields were before; the version that the row has from now on.

    Of somebody erased nothing is remembered: nobody edits their file any more.
    """
    row = Revision(
        case=edited.case,
        organisation_id=edited.case.organisation_id,
        subject_type=edited.row._meta.label_lower,
        subject_id=edited.row.pk,
        version=edited.version + 1,
        fields=sorted(old),
        at=timezone.now(),
        by_id=by.user_id,
    )
    if edited.case.person.erased_at is None:
        row.old = words.seal(row, "old", edited.case.person, json.dumps(old, ensure_ascii=False))
    row.save(force_insert=True)
    return row.version


def keep_differences(edited: Edited, now: Values, merged: Merged, by: Principal) -> None:
    """Keeps both values of each field that two people changed, for somebody to decide."""
    for name, value in merged.differ.items():
        first = _revisions(edited).filter(fields__icontains=f'"{name}"').order_by("-version")
        first_by = first.values_list("by_id", flat=True).first()
        row = Difference(
            case=edited.case,
            person_id=edited.case.person_id,
            organisation_id=edited.case.organisation_id,
            subject_type=edited.row._meta.label_lower,
            subject_id=edited.row.pk,
            data_class=edited.data_class,
            is_confidential=edited.is_confidential,
            field=name,
            first_by_id=first_by,
            second_by_id=by.user_id,
            at=timezone.now(),
            decider_id=edited.decider_id or edited.case.worker_id or first_by,
        )
        row.first = words.seal(row, "first", edited.case.person, json.dumps(now[name]))
        row.second = words.seal(row, "second", edited.case.person, json.dumps(value))
        row.save(force_insert=True)
        record(
            by=by,
            verb="differ_from",
            object=row,
            organisation_id=row.organisation_id,
            person_id=row.person_id,
            case_id=edited.case.pk,
            changed={"field": [None, name]},
        )


@dataclass(frozen=True)
class Subject:
    """How one kind of row is settled: writing a value, and telling one in words."""

    write: Callable[[Difference, str, Principal], None]
    tell: Callable[[Difference, str], str]
    labels: Mapping[str, object]


SUBJECTS: dict[str, Subject] = {}
"""Kinds of rows by model; each app adds its own when it is ready."""


def values_of(difference: Difference) -> tuple[str, str]:
    """Both values; empty texts once the person was erased."""
    key = words.key_for(difference.case.person)
    first, second = (words.opened(difference, name, key) for name in ("first", "second"))
    return (json.loads(first) if first else "", json.loads(second) if second else "")


def forget(row: Model) -> None:
    """Drops what a row was before, and what waits to be decided about it: the row goes for good."""
    about = {"subject_type": row._meta.label_lower, "subject_id": row.pk}
    Revision.objects.filter(**about).delete()
    Difference.objects.filter(**about).delete()


def _revisions(edited: Edited) -> QuerySet[Revision]:
    label = edited.row._meta.label_lower
    return Revision.objects.filter(subject_type=label, subject_id=edited.row.pk)
