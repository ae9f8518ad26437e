"""The people of an export and their parts, a batch at a time: memory stays the same for any number.

Each batch is asked of `visible` anew, and of the consents of today.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from sojourn.framework import DataClass, FactorFinding, Findings
from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.audit.actions import Shown
from sojourn.web.cases import frameworks
from sojourn.web.cases.models import Assessment, Case, Episode
from sojourn.web.cases.situation import View
from sojourn.web.consent.queries import agreed_to
from sojourn.web.exports import plans, rules
from sojourn.web.exports.columns import Record
from sojourn.web.exports.models import Export
from sojourn.web.people import identities
from sojourn.web.people.identities import ERASED
from sojourn.web.plans.models import PlanItem
from sojourn.web.vault import Key

BATCH = 200


@dataclass(frozen=True)
class Who:
    """Whose parts go into an export, of how many others nothing may go, and how many of those who
    agreed come from the country it goes to."""

    going: list[Shown]
    kept_back: int
    from_there: int


def who(by: Principal, export: Export) -> Who:
    """Whose parts go, and whose do not."""
    going: list[Shown] = []
    kept_back = from_there = 0
    for cases in _batches(by, export, None):
        classes = _classes(by, export, cases)
        going += [Shown(str(case.pk), case.person_id) for case in cases if classes[case.pk]]
        kept_back += sum(not classes[case.pk] for case in cases)
        from_there += len(_from_there(export, [case for case in cases if classes[case.pk]]))
    return Who(going, kept_back, from_there)


def records(by: Principal, export: Export, ids: Sequence[str], secret: bytes) -> Iterator[Record]:
    """The parts of these people, as far as they may still go out when their batch comes."""
    for start in range(0, len(ids), BATCH):
        for cases in _batches(by, export, ids[start : start + BATCH]):
            yield from _records(by, export, cases, secret)


def _batches(by: Principal, export: Export, ids: Sequence[str] | None) -> Iterator[list[Case]]:
    rows = visible(by, Case.objects.filter(organisation_id=export.organisation_id), Purpose.EXPORT)
    cases = rows.rows.select_related("person__identity", "person__key", "programme").order_by("pk")
    if export.is_identified:
        cases = cases.filter(person__erased_at=None)
    if ids is not None:
        yield list(cases.filter(pk__in=ids))
        return
    if not export.country:
        cases = rows.rows.select_related("person").order_by("pk")
    if export.is_identified:
        cases = cases.filter(person__erased_at=None)
    last: uuid.UUID | None = None
    while batch := list((cases.filter(pk__gt=last) if last else cases)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _from_there(export: Export, cases: Sequence[Case]) -> set[uuid.UUID]:
    """Which of these cases are of somebody from the country that the export goes to."""
    if not export.country:
        return set()
    known = identities.open_many([case.person for case in cases])
    return {case.pk for case in cases if known[case.person_id].nationality == export.country}


def _classes(
    by: Principal, export: Export, cases: Sequence[Case]
) -> dict[uuid.UUID, frozenset[DataClass]]:
    """What may go out of each case: cleared for, agreed to for this purpose, and chosen."""
    door = visible(by, Case.objects.all(), Purpose.EXPORT)
    agreed = agreed_to(
        [case.person_id for case in cases],
        purpose=rules.CONSENTED[export.purpose],
        recipient=export.recipient,
        on=timezone.localdate(),
    )
    chosen = frozenset(map(DataClass, export.data_classes))
    nothing = frozenset[DataClass]()
    return {
        case.pk: door.classes(case) & agreed.get(case.person_id, nothing) & chosen for case in cases
    }


def _records(by: Principal, export: Export, cases: list[Case], secret: bytes) -> Iterator[Record]:
    classes = _classes(by, export, cases)
    agreed = [case for case in cases if classes[case.pk]]
    from_there = _from_there(export, agreed)
    going = [case for case in agreed if case.pk not in from_there]
    people = [case.person for case in going]
    known = identities.open_many(people) if export.is_identified else {}
    newest, closed = _newest(going), _closed(going)
    items = plans.items_of(by, going) if plans.PLAN in export.columns else {}
    keys = identities.organisation_keys({case.organisation_id for case in going})
    for case in going:
        assessment = newest.get(case.pk)
        seen = classes[case.pk]
        yield Record(
            code=case.person.number if export.is_identified else rules.pseudonym(secret, case.pk),
            case=case,
            classes=seen,
            identity=known.get(case.person_id, ERASED),
            stage=assessment.stage if assessment is not None else "",
            findings=_findings(assessment, seen),
            answers=assessment.answers["values"] if assessment is not None else {},
            closed_because=closed.get(case.pk, ""),
            plan=_plan(case, items.get(case.pk, ()), keys, seen, named=export.is_identified),
        )


def _plan(
    case: Case,
    items: Sequence[PlanItem],
    keys: Mapping[uuid.UUID, Key],
    seen: frozenset[DataClass],
    *,
    named: bool,
) -> tuple[plans.Line, ...]:
    if not items:
        return ()
    is_there = named and case.person.erased_at is None
    key = identities.person_key(case.person.key, keys[case.organisation_id]) if is_there else None
    return plans.lines(items, key, seen, is_identified=named)


def _newest(cases: Sequence[Case]) -> dict[uuid.UUID, Assessment]:
    """The newest assessment of each case; what older ones hold is not read."""
    rows = Assessment.objects.filter(case__in=[case.pk for case in cases], is_current=True)
    newest = dict(rows.order_by("made_at").values_list("case_id", "pk"))
    found = Assessment.objects.filter(pk__in=newest.values()).defer("texts")
    return {row.case_id: row for row in found}


def _closed(cases: Sequence[Case]) -> dict[uuid.UUID, str]:
    rows = Episode.objects.filter(case__in=[case.pk for case in cases]).exclude(closed_at=None)
    return dict(rows.order_by("number").values_list("case_id", "closed_because"))


def _findings(
    assessment: Assessment | None, classes: frozenset[DataClass]
) -> dict[str, FactorFinding]:
    """Findings that may be told; those that would betray what is kept apart are not there."""
    if assessment is None:
        return {}
    framework = frameworks.by_digest(assessment.framework_id)
    view = View(framework, Findings.from_json(assessment.findings), classes)
    apart = {
        name: finding
        for name, finding in view.all_findings.items()
        if view.factors[name].data_class is DataClass.STATUS_PROTECTION
        and DataClass.STATUS_PROTECTION in classes
    }
    return {**view.findings, **apart}
