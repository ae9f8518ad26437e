"""The only writer of imports."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import BinaryField, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import record
from sojourn.web.audit.models import Event
from sojourn.web.cases import actions as cases
from sojourn.web.cases import frameworks
from sojourn.web.cases.actions import Made
from sojourn.web.cases.models import Case, LegalBasis
from sojourn.web.consent import actions as consents
from sojourn.web.consent.actions import Asked
from sojourn.web.imports import columns, tables
from sojourn.web.imports.checks import Checked, Problem, check_all, outside_index
from sojourn.web.imports.models import (
    Basis,
    Import,
    ImportState,
    Outcome,
    OutsideNumber,
    Row,
)
from sojourn.web.people import actions as people
from sojourn.web.people import identities, words
from sojourn.web.people.actions import Newcomer
from sojourn.web.people.models import Identity, Person
from sojourn.web.vault import Key

STAGED_FOR = timedelta(days=3)
"""How long a table waits to be taken in; then it is removed."""
UNDO_FOR = timedelta(days=7)
"""How long it can be undone."""
_OF_IDENTITY = frozenset({DataClass.IDENTITY, DataClass.CONTACT_PLACE})
_LOOKS = ("read", "find", "read_access", "export", "export_days", "print")


@dataclass(frozen=True)
class Ground:
    """On what it rests that these people are taken in. The rest is needed where they agreed."""

    basis: Basis
    purposes: Sequence[str] = ()
    data_classes: Sequence[str] = ()
    explained: str = ""
    method: str = ""
    agreed_on: date | None = None
    evidence: str = ""


@transaction.atomic
def upload(*, organisation: Organisation, content: bytes, ground: Ground, by: Principal) -> Import:
    """Keeps a table, sealed, to be looked at. Nothing is written about anybody.

    PermissionDenied for who opens no files there, and where not all of who somebody is may be
    written; ValidationError for a file that is no table, one
    that was taken in already, and people who agreed to nothing that is named.
    """
    if not by.opens_in(organisation.pk):
        raise PermissionDenied(_("Your role does not change people's files."))
    if not by.classes(organisation.pk, Verb.WRITE) >= _OF_IDENTITY:
        raise PermissionDenied(_("Correcting a file takes all data classes of who somebody is."))
    _check_ground(ground)
    table = tables.read(content)
    organisation_key = identities.organisation_key(organisation.pk)
    digest = organisation_key.blind_index(hashlib.sha256(content).hexdigest(), field="import")
    applied = Import.objects.filter(
        organisation=organisation, digest=digest, state=ImportState.APPLIED
    )
    if applied.exists():
        raise ValidationError(_("This file was taken in already. Undo that first."))
    key, now = Key.new(), timezone.now()
    whole = Import(
        organisation=organisation,
        made_by_id=by.user_id,
        made_at=now,
        ends_at=now + STAGED_FOR,
        key_id=key.id,
        key=organisation_key.wrap(key),
        digest=digest,
        basis=ground.basis,
        terms={
            "purposes": list(ground.purposes),
            "data_classes": list(ground.data_classes),
            "explained": ground.explained,
            "method": ground.method,
            "agreed_on": ground.agreed_on.isoformat() if ground.agreed_on else "",
        },
    )
    whole.evidence = organisation_key.seal(
        ground.evidence.encode(), place=_place(whole, "evidence")
    )
    mapping = columns.suggested(table.headings, frameworks.current())
    _seal_headings(whole, key, Headings(table.headings, mapping, table.ignored))
    whole.save(force_insert=True)
    Row.objects.bulk_create(
        (
            Row(
                whole=whole,
                number=number,
                values=key.seal(json.dumps(cells).encode(), place=_row_place(whole, number)),
            )
            for number, cells in table.rows
        ),
        batch_size=500,
    )
    _note(whole, "prepare", by)
    return whole


@dataclass(frozen=True)
class Headings:
    """The headings of a table, what each of them was said to be, and what a standard has more."""

    names: tuple[str, ...]
    mapping: Mapping[str, str]
    ignored: tuple[str, ...] = ()


def headings_of(whole: Import) -> Headings:
    """What the columns are; for who may see the import."""
    told = json.loads(
        key_of(whole).open(bytes(whole.headings), place=_place(whole, "headings")).decode()
    )
    return Headings(tuple(told["names"]), told["mapping"], tuple(told["ignored"]))


def problems_of(whole: Import, rows: Iterable[Row]) -> list[tuple[int, list[Problem]]]:
    """What is wrong, by row."""
    key = key_of(whole)
    return [
        (
            row.number,
            [
                Problem(**each)
                for each in json.loads(
                    key.open(bytes(row.problems), place=_row_place(whole, row.number)).decode()
                )
            ],
        )
        for row in rows
        if row.problems
    ]


@transaction.atomic
def look_at(
    *,
    whole: Import,
    mapping: Mapping[str, str],
    by: Principal,
    advance: Callable[[int], None] | None = None,
) -> None:
    """Says what the columns are, and what each row would do. Nothing is written about anybody.

    ValidationError where a field is named twice or nothing tells who the people are.
    """
    now = _locked(whole, by, ImportState.UPLOADED, ImportState.STAGED)
    used = [field for field in mapping.values() if field]
    if len(used) != len(set(used)):
        raise ValidationError(_("Two columns cannot be the same. Choose again."))
    if not {"own", "case_number", "outside_number"} & set(used):
        raise ValidationError(_("Say which column holds the names."))
    key, headings = key_of(now), headings_of(now)
    _seal_headings(now, key, Headings(headings.names, dict(mapping), headings.ignored))
    rows = list(now.rows.order_by("number"))
    for row, found in zip(rows, _checked(now, key, rows, by, advance), strict=True):
        row.outcome, row.person = found.outcome, found.person
        row.problems = b""
        if found.problems:
            told = json.dumps([asdict(problem) for problem in found.problems])
            row.problems = key.seal(told.encode(), place=_row_place(now, row.number))
    Row.objects.bulk_update(rows, ["outcome", "person", "problems"], batch_size=200)
    now.state = ImportState.STAGED
    now.save(update_fields=["state", "headings"])


@transaction.atomic
def apply(*, whole: Import, by: Principal) -> None:
    """Writes what the rows say, all of it or nothing; rows with problems stay out. Every row is
    looked at once more, as others may have written since."""
    now = _locked(whole, by, ImportState.STAGED)
    key = key_of(now)
    rows = list(now.rows.order_by("number"))
    found = _checked(now, key, rows, by)
    _open_new(now, rows, found, by)
    for row, each in zip(rows, found, strict=True):
        if each.outcome is Outcome.CHANGED and each.person is not None:
            row.before = _kept(each.person)
            people.correct(
                person=each.person, identity=each.identity, language=each.language, by=by
            )
            _keep_number(now, each.person, each.outside_number)
        row.outcome, row.values, row.problems = each.outcome, b"", b""
        row.person = row.person if each.outcome is Outcome.NEW else each.person
    Row.objects.bulk_update(
        rows, ["outcome", "person", "values", "problems", "before"], batch_size=200
    )
    now.state, now.applied_at = ImportState.APPLIED, timezone.now()
    now.key, now.headings = b"", b""
    counts = {str(outcome): [None, n] for outcome, n in count(rows).items()}
    _note(now, "take_in", by, dict(counts))
    now.applied_seq = Event.objects.order_by("-seq").values_list("seq", flat=True)[0]
    now.save(update_fields=["state", "applied_at", "key", "headings", "applied_seq"])


@transaction.atomic
def undo(*, whole: Import, by: Principal) -> None:
    """Restores what was before, row by row. What somebody changed since is kept and named."""
    now = _locked(whole, by, ImportState.APPLIED)
    if now.applied_at is None or now.applied_at + UNDO_FOR < timezone.now():
        raise ValidationError(_("The time to undo this is over."))
    linked = ("person__identity", "person__key")
    rows = now.rows.filter(outcome__in=[Outcome.NEW, Outcome.CHANGED]).select_related(*linked)
    for row in rows:
        row.outcome = Outcome.UNDONE if _undone(now, row, by) else Outcome.KEPT
        if row.outcome == Outcome.UNDONE:
            row.before = {}
        row.save(update_fields=["outcome", "before"])
    now.state = ImportState.UNDONE
    now.save(update_fields=["state"])
    _note(now, "undo", by)


@transaction.atomic
def drop(*, whole: Import, by: Principal) -> None:
    """Removes a table that was not taken in."""
    now = _locked(whole, by, ImportState.UPLOADED, ImportState.STAGED)
    _note(now, "remove", by)
    now.delete()


@transaction.atomic
def end_due(*, at: datetime) -> int:
    """Removes tables that waited too long, and what undoing would take once its time is over."""
    waiting = (ImportState.UPLOADED, ImportState.STAGED)
    due = Import.objects.filter(state__in=waiting, ends_at__lte=at)
    removed = len(due)
    due.delete()
    Row.objects.filter(whole__applied_at__lte=at - UNDO_FOR).exclude(before={}).update(before={})
    return removed


def forget(person: Person) -> None:
    """What goes with somebody who is erased."""
    OutsideNumber.objects.filter(person=person).delete()
    Row.objects.filter(person=person).update(values=b"", problems=b"", before={})


def count(rows: Iterable[Row]) -> dict[Outcome, int]:
    """How many rows do what."""
    found = dict.fromkeys(Outcome, 0)
    for row in rows:
        if row.outcome:
            found[Outcome(row.outcome)] += 1
    return found


def key_of(whole: Import) -> Key:
    """The key of a table that waits."""
    if whole.key_id is None or not whole.key:
        raise ValidationError(_("This table is here no more."))
    organisation_key = identities.organisation_key(whole.organisation_id)
    return organisation_key.unwrap(bytes(whole.key), of=whole.key_id)


def _checked(
    whole: Import,
    key: Key,
    rows: Sequence[Row],
    by: Principal,
    advance: Callable[[int], None] | None = None,
) -> list[Checked]:
    headings = headings_of(whole)
    called = {field: name for name, field in headings.mapping.items() if field}
    values = [_values(whole, key, row, headings) for row in rows]
    return check_all(whole, values, called, frameworks.current(), by, advance)


def _values(whole: Import, key: Key, row: Row, headings: Headings) -> dict[str, str]:
    """A row by field. One whose person was erased meanwhile holds nothing."""
    if not row.values:
        return {}
    cells = json.loads(key.open(bytes(row.values), place=_row_place(whole, row.number)).decode())
    named = zip(headings.names, cells, strict=True)
    return {headings.mapping[name]: cell for name, cell in named if headings.mapping.get(name)}


def _open_new(whole: Import, rows: Sequence[Row], found: Sequence[Checked], by: Principal) -> None:
    new = [(r, e) for r, e in zip(rows, found, strict=True) if e.outcome is Outcome.NEW]
    opened = cases.open_files(
        organisation=whole.organisation,
        newcomers=[Newcomer(each.identity, each.language) for _row, each in new],
        by=by,
    )
    for (row, each), case in zip(new, opened, strict=True):
        row.person = case.person
        _keep_number(whole, case.person, each.outside_number)
        if whole.basis == Basis.AGREED:
            _agree(whole, case.person, by)
        if each.answers is not None:
            made = Made(LegalBasis.CONSENT, timezone.now(), channel="import")
            cases.assess(
                case=case, framework=frameworks.current(), answers=each.answers, made=made, by=by
            )


def _agree(whole: Import, person: Person, by: Principal) -> None:
    terms = whole.terms
    organisation_key = identities.organisation_key(whole.organisation_id)
    evidence = organisation_key.open(bytes(whole.evidence), place=_place(whole, "evidence"))
    asked = Asked(
        purposes=terms["purposes"],
        recipients=["own"],
        data_classes=terms["data_classes"],
        notice_language=person.language or "en",
        explained=terms["explained"],
        method=terms["method"],
        given_by="self",
        understood=True,
        valid_from=date.fromisoformat(terms["agreed_on"]),
        evidence=evidence.decode(),
    )
    consent = consents.ask(person=person, asked=asked, by=by)
    consents.answer(consent=consent, given=True, by=by)


def _keep_number(whole: Import, person: Person, text: str) -> None:
    if not text:
        return
    index = outside_index(whole, text)
    if OutsideNumber.objects.filter(person=person, index=index).exists():
        return
    row = OutsideNumber(person=person, organisation_id=whole.organisation_id, index=index)
    row.number = words.seal(row, "number", person, text)
    row.save(force_insert=True)


def _undone(whole: Import, row: Row, by: Principal) -> bool:
    person = row.person
    if person is None or person.erased_at is not None or _changed_since(whole, person):
        return False
    try:
        with transaction.atomic():
            if row.outcome == Outcome.NEW:
                OutsideNumber.objects.filter(person=person).delete()
                cases.take_back(case=Case.objects.get(person=person), by=by)
                row.person = None
            else:
                OutsideNumber.objects.filter(person=person).exclude(
                    pk__in=row.before["numbers"]
                ).delete()
                identity = identities.opened(_before(person, row.before), identities.key_of(person))
                language = row.before["language"]
                people.correct(person=person, identity=identity, language=language, by=by)
    except (ProtectedError, PermissionDenied):
        return False
    return True


def _changed_since(whole: Import, person: Person) -> bool:
    """Whether anybody did more than look at the file since the table was taken in."""
    events = Event.objects.filter(person_id=person.pk, seq__gt=whole.applied_seq or 0)
    return events.exclude(verb__in=_LOOKS).exists()


def _kept(person: Person) -> dict[str, object]:
    """The identity as it is, sealed as it is: it opens with the person's own key alone."""
    sealed = {
        field.attname: base64.b64encode(bytes(getattr(person.identity, field.attname))).decode()
        for field in Identity._meta.concrete_fields
        if isinstance(field, BinaryField) and getattr(person.identity, field.attname)
    }
    numbers = [str(pk) for pk in person.outside_numbers.values_list("pk", flat=True)]
    return {"identity": sealed, "language": person.language, "numbers": numbers}


def _before(person: Person, kept: Mapping[str, dict[str, str]]) -> Identity:
    sealed = {name: base64.b64decode(text) for name, text in kept["identity"].items()}
    return Identity(person_id=person.pk, **sealed)  # not `person`, which would then hold it


def _check_ground(ground: Ground) -> None:
    told = (ground.purposes, ground.data_classes, ground.explained, ground.method)
    if ground.basis is Basis.AGREED and not (all(told) and ground.agreed_on and ground.evidence):
        raise ValidationError(
            _("Say what they agreed to, how, when, and where their answers can be seen.")
        )


def _seal_headings(whole: Import, key: Key, headings: Headings) -> None:
    told = json.dumps(asdict(headings))
    whole.headings = key.seal(told.encode(), place=_place(whole, "headings"))


def _locked(whole: Import, by: Principal, *states: ImportState) -> Import:
    if whole.made_by_id != by.user_id or not by.opens_in(whole.organisation_id):
        raise PermissionDenied(_("Only who brought a table takes it in or undoes it."))
    now = Import.objects.select_for_update().get(pk=whole.pk)
    if ImportState(now.state) not in states:
        raise ValidationError(_("This was done already, or is over."))
    return now


def _note(
    whole: Import, verb: str, by: Principal, changed: dict[str, object] | None = None
) -> None:
    record(
        by=by,
        verb=verb,
        object=whole,
        organisation_id=whole.organisation_id,
        changed=changed,
        channel="import",
    )


def _place(whole: Import, column: str) -> str:
    return f"imports_import.{column}|{whole.pk}"


def _row_place(whole: Import, number: int) -> str:
    return f"imports_row|{whole.pk}|{number}"
