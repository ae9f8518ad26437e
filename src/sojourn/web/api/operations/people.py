"""People: list, find, read, register, correct, erase, and who saw what of them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from sojourn.framework import DataClass
from sojourn.web.accounts import queries as accounts
from sojourn.web.accounts.access import Principal, Purpose, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import paging, schemas
from sojourn.web.api.kit import (
    Sent,
    as_form,
    filled,
    filled_lines,
    reads,
    sees,
    tagged,
    withheld,
    writes,
)
from sojourn.web.api.problems import ProblemError, problem
from sojourn.web.audit import queries as audit
from sojourn.web.audit import words as audit_words
from sojourn.web.audit.actions import note_read
from sojourn.web.audit.models import Event
from sojourn.web.cases import actions as cases
from sojourn.web.cases import queries as case_queries
from sojourn.web.cases.belonging import Belongs
from sojourn.web.duplicates import looking
from sojourn.web.duplicates.looking import Match
from sojourn.web.people import actions, identities, queries
from sojourn.web.people.actions import Newcomer
from sojourn.web.people.forms import (
    DocumentSet,
    EraseForm,
    IdentityForm,
    NameSet,
    RegisterForm,
    SearchForm,
)
from sojourn.web.people.lines import PersonLine, person_lines
from sojourn.web.people.models import Person
from sojourn.web.people.rules import DocumentSeen, IdentityData, NameKind

router = Router(tags=["People"])

_OF_IDENTITY = (DataClass.IDENTITY, DataClass.CONTACT_PLACE)
_ORDER = ("-registered_at", "number")


class Search(Sent):
    q: str


class Identity(Sent):
    """Who somebody is. `own` is the name as the person writes it; of a birth date that is not
    known the year may be."""

    own: str | None = None
    latin: str | None = None
    language: str | None = None
    phone: str | None = None
    birth_date: str | None = None
    birth_year: int | None = None
    birth_estimated: bool | None = None
    sex: str | None = None
    nationality: str | None = None
    home: str | None = None


class Newcome(Identity):
    """A new file. Without `screening` the case is open at once. `programme` is the number of one of
    the organisation's programmes. `is_somebody_else` says that one looked at those who are
    alike."""

    other: str | None = None
    document: str | None = None
    organisation: UUID | None = None
    programme: int | None = None
    screening: bool = False
    is_somebody_else: bool = False


class Correction(Identity):
    """What is named is corrected, the rest stays. `version` is the one that was read."""

    version: str | None = None


class NameSent(Sent):
    """One name: as it is written, in Latin letters, which part is the family's, what it is."""

    own: str
    latin: str = ""
    family: str = ""
    kind: str = NameKind.USED.value


class NamesSent(Sent):
    """All names, the one that is shown first at the front. `version` is the one that was read."""

    names: list[NameSent] = Field(min_length=1, max_length=10)
    version: str | None = None


class DocumentSent(Sent):
    """A document, or a number at another organisation (`outside`). `held_by` is who has it now."""

    number: str
    kind: str = ""
    country: str = ""
    issued: str = ""
    expires: str = ""
    held_by: str = ""
    seen: str = DocumentSeen.TOLD.value


class DocumentsSent(Sent):
    """All documents. `is_somebody_else` says that one looked at other files with the number."""

    documents: list[DocumentSent] = Field(max_length=20)
    version: str | None = None
    is_somebody_else: bool = False


class Erasure(Sent):
    reason: str
    number: str


@reads(router, "/people", Verb.READ, schemas.Page[schemas.PersonLine])
def list_people(request: HttpRequest, after: str = "") -> schemas.Page[schemas.PersonLine]:
    """The people whose files one reaches, newest first."""
    by = principal_of(request)
    door = queries.people(by)
    shown, following = paging.page(door.rows, _ORDER, after)
    classes = frozenset[DataClass]().union(*(door.classes(each) for each in shown))
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=shown, classes=classes)
    return schemas.Page[schemas.PersonLine](items=_lines(by, shown), next=following)


@reads(router, "/people/find", Verb.FIND, schemas.Found, method="POST")
def find_people(request: HttpRequest, body: Search) -> schemas.Found:
    """Finds people by case, phone or document number, or by words of a name.

    It is posted, so that what is searched for stands in no address. Of files that one may not open
    it tells only that they are there, and whom to ask.
    """
    by = principal_of(request)
    if not sees(by, DataClass.IDENTITY):
        raise PermissionDenied(_("Searching takes the data class `identity`."))
    found = queries.search(by, filled(SearchForm(as_form(body)))["q"])
    told = [*found.people, *found.held]
    note_read(request, by=by, purpose=Purpose.FIND, shown=told, verb="find")
    return schemas.Found(
        people=_lines(by, found.people),
        held=[
            schemas.Held(
                id=each.pk,
                organisation=each.organisation_id,
                ask=accounts.whom_to_ask(each.organisation_id),
            )
            for each in found.held
        ],
    )


@writes(router, "/people", Verb.WRITE, schemas.Registered, status=201)
def register_person(request: HttpRequest, body: Newcome) -> schemas.Registered:
    """Registers a person and opens a case, of which the one who asks is the case worker.

    Where somebody on file is likely the same, or has the same number, nothing is registered (409):
    `alike` says which files, as far as one finds them. `is_somebody_else` goes on.
    """
    by = principal_of(request)
    form = RegisterForm(by, {**_only_organisation(by), **as_form(body)})
    data = filled(form)
    if not data["is_somebody_else"]:
        _look(request, by, looking.alike(by, form.identity()))
    (case,) = cases.open_files(
        organisation=data["organisation"],
        newcomers=[Newcomer(form.identity(), data["language"])],
        by=by,
        screening=data["screening"],
        belongs=Belongs(data.get("programme")),
    )
    return schemas.Registered(id=case.person_id, number=case.person.number, case=case.pk)


@reads(router, "/people/{uuid:person_id}", Verb.READ, schemas.Person)
def read_person(request: HttpRequest, response: HttpResponse, person_id: UUID) -> schemas.Person:
    """Who somebody is, and the case that is worked on."""
    by = principal_of(request)
    person = queries.person_or_404(by, person_id)
    case = case_queries.case_of(by, person)
    classes = queries.people(by).classes(person)
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=[person],
        case_id=case.pk if case is not None else None,
        classes=classes,
    )
    known = identities.open_many([person])[person.pk]
    found = _whole(person, known, classes, case.pk if case is not None else None)
    if found.version is not None:
        tagged(response, found.version)
    return found


@writes(router, "/people/{uuid:person_id}", Verb.WRITE, schemas.Done, method="PATCH")
def correct_person(
    request: HttpRequest, person_id: UUID, body: Correction
) -> schemas.Done | HttpResponse:
    """Corrects names and numbers.

    `version` (or `If-Match`) is what was read. Where somebody else corrected the same file since,
    nothing is changed and the answer (409) holds both values of each field that differs.
    """
    by = principal_of(request)
    with transaction.atomic():
        person, known = _to_change(by, person_id)
        now = IdentityForm.initial_from(known, person.language)
        sent = body.model_dump(exclude_unset=True)
        if not _is_base(request, sent.pop("version", None), person, known):
            both = [
                {"field": name, "yours": value or "", "theirs": now[name]}
                for name, value in sent.items()
                if (value or "") != now[name]
            ]
            return _changed_meanwhile(request, by, person, known, both)
        if "birth_date" in sent or "birth_year" in sent:  # the one that is named takes its place
            now |= {"birth_date": "", "birth_year": ""}
        form = IdentityForm({**now, **{name: value or "" for name, value in sent.items()}})
        data = filled(form)
        actions.correct(
            person=person, identity=form.identity(known), language=data["language"], by=by
        )
    return schemas.Done(id=str(person.pk))


@writes(router, "/people/{uuid:person_id}/names", Verb.WRITE, schemas.Done, method="PUT")
def set_names(
    request: HttpRequest, person_id: UUID, body: NamesSent
) -> schemas.Done | HttpResponse:
    """Writes all names of a person, in place of those that were there.

    `version` (or `If-Match`) is what was read; where somebody corrected the file since, nothing is
    changed (409).
    """
    by = principal_of(request)
    sent = [each.model_dump() for each in body.names]
    with transaction.atomic():
        person, known = _to_change(by, person_id)
        if not _is_base(request, body.version, person, known):
            theirs = [asdict(each) for each in known.names.all]
            both = [{"field": "names", "yours": sent, "theirs": theirs}]
            return _changed_meanwhile(request, by, person, known, both)
        forms = NameSet(_lines_of(sent))
        filled_lines(forms, "names", "own")
        identity = replace(known, names=forms.names())
        actions.correct(person=person, identity=identity, language=person.language, by=by)
    return schemas.Done(id=str(person.pk))


@writes(router, "/people/{uuid:person_id}/documents", Verb.WRITE, schemas.Done, method="PUT")
def set_documents(
    request: HttpRequest, person_id: UUID, body: DocumentsSent
) -> schemas.Done | HttpResponse:
    """Writes all documents of a person and who has them, in place of those that were there.

    `version` (or `If-Match`) is what was read; where somebody corrected the file since, nothing is
    changed (409). Nor is it where a new number stands on another file: `alike` says on which, and
    `is_somebody_else` goes on.
    """
    by = principal_of(request)
    sent = [each.model_dump() for each in body.documents]
    with transaction.atomic():
        person, known = _to_change(by, person_id)
        if not _is_base(request, body.version, person, known):
            theirs = [asdict(each) for each in known.documents]
            both = [{"field": "documents", "yours": sent, "theirs": theirs}]
            return _changed_meanwhile(request, by, person, known, both)
        forms = DocumentSet(_lines_of(sent))
        filled_lines(forms, "documents", "number")
        identity = known.with_documents(forms.documents())
        if not body.is_somebody_else:
            _look(request, by, looking.new_numbers(by, person, known, identity))
        actions.correct(person=person, identity=identity, language=person.language, by=by)
    return schemas.Done(id=str(person.pk))


@writes(router, "/people/{uuid:person_id}/erase", Verb.ERASE, schemas.Done)
def erase_person(request: HttpRequest, person_id: UUID, body: Erasure) -> schemas.Done:
    """Erases who a person is. The number of the file is sent along, to be sure. No way back."""
    by = principal_of(request)
    person = queries.person_or_404(by, person_id, Purpose.ERASURE)
    data = filled(EraseForm(person.number, as_form(body)))
    actions.erase(person=person, by=by, reason=data["reason"])
    return schemas.Done(id=str(person.pk), state="erased")


@reads(router, "/people/{uuid:person_id}/looks", Verb.READ, schemas.Page[schemas.Event])
def list_looks(
    request: HttpRequest, person_id: UUID, after: str = ""
) -> schemas.Page[schemas.Event]:
    """Who saw or changed something of a person: what the person may ask for at any time."""
    by = principal_of(request)
    person = queries.person_or_404(by, person_id)
    rows = audit.about(person.pk, without=audit.unseen(by, person.pk))
    shown, following = paging.page(rows, ("-seq",), after)
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=[person], verb="read_access")
    return schemas.Page[schemas.Event](items=event_lines(shown), next=following)


def _to_change(by: Principal, person_id: UUID) -> tuple[Person, IdentityData]:
    """Somebody whose names and numbers are to be changed, locked, and what is known of them."""
    person = queries.person_or_404(by, person_id, Purpose.CASE_WORK)
    Person.objects.select_for_update().get(pk=person.pk)
    if not set(_OF_IDENTITY) <= queries.people(by, Purpose.CASE_WORK).classes(person):
        raise PermissionDenied(_("Correcting a file takes all data classes of who somebody is."))
    return person, identities.open_many([person])[person.pk]


def _is_base(request: HttpRequest, sent: str | None, person: Person, known: IdentityData) -> bool:
    """Whether what is there is what was read. 428 where no version was sent."""
    base = sent or request.headers.get("If-Match", "").strip('"')
    if not base:
        raise ProblemError(428, _("Send the `version` that you read."))
    return base == _version(person, known)


def _changed_meanwhile(
    request: HttpRequest,
    by: Principal,
    person: Person,
    known: IdentityData,
    both: list[dict[str, Any]],
) -> HttpResponse:
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[person])
    return problem(
        409,
        _("This was changed in the meantime. Read it again, then decide."),
        conflicts=both,
        version=_version(person, known),
    )


def _lines_of(sent: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Lines as the screens post them."""
    found = {"form-TOTAL_FORMS": str(len(sent)), "form-INITIAL_FORMS": "0"}
    for at, line in enumerate(sent):
        found |= {f"form-{at}-{name}": value for name, value in line.items()}
    return found


def _look(request: HttpRequest, by: Principal, alike: list[Match]) -> None:
    """Stops where there are files to look at first. They are told as a search tells of them."""
    if not alike:
        return
    told = [each.person for each in alike]
    note_read(request, by=by, purpose=Purpose.FIND, shown=told, verb="find")
    same = any(each.same_number for each in alike)
    raise ProblemError(
        409,
        _("A file with the same number is there already.")
        if same
        else _("Somebody on file may be the same person."),
        alike=[
            {
                "id": str(each.person.pk),
                "number": each.person.number if each.identity is not None else None,
                "organisation": str(each.person.organisation_id),
                "likeness": each.words,
                "same_number": each.same_number,
                "ask": list(each.ask),
            }
            for each in alike
        ]
        if sees(by, DataClass.IDENTITY)
        else [],
    )


def event_lines(events: Collection[Event]) -> list[schemas.Event]:
    """Events of the audit, in words and in codes."""
    return [
        schemas.Event(
            seq=event.seq,
            at=line.at,
            who=line.who,
            verb=event.verb,
            what=line.what,
            object=line.object,
            object_type=event.object_type,
            purpose=event.purpose,
            count=event.result_count,
            channel=event.channel,
        )
        for event, line in zip(events, audit_words.lines(events), strict=True)
    ]


def _lines(by: Principal, people: Collection[Person]) -> list[schemas.PersonLine]:
    door = queries.people(by)
    return [_line(line, door.classes(line.person)) for line in person_lines(by, list(people))]


def _line(line: PersonLine, classes: Collection[DataClass]) -> schemas.PersonLine:
    person, case = line.person, line.case
    named = DataClass.IDENTITY in classes
    return schemas.PersonLine(
        id=person.pk,
        number=person.number,
        organisation=person.organisation_id,
        registered_at=person.registered_at,
        erased=person.erased_at is not None,
        name=line.identity.names.shown if named else None,
        case=case.pk if case is not None else None,
        urgent=list(line.urgent),
        withheld=withheld(classes, [DataClass.IDENTITY]),
    )


def _whole(
    person: Person, known: IdentityData, classes: Collection[DataClass], case: UUID | None
) -> schemas.Person:
    named, located = (each in classes for each in _OF_IDENTITY)
    return schemas.Person(
        id=person.pk,
        number=person.number,
        organisation=person.organisation_id,
        registered_at=person.registered_at,
        erased_at=person.erased_at,
        language=person.language,
        names=schemas.Names(**asdict(known.names)) if named else None,
        birth_date=known.birth_date if named else None,
        birth_certainty=known.birth_certainty if named else None,
        sex=known.sex if named else None,
        nationality=known.nationality if named else None,
        home=known.home if named else None,
        documents=[schemas.Document(**asdict(each)) for each in known.documents] if named else None,
        phone=known.phone if located else None,
        version=_version(person, known) if named and located else None,
        case=case,
        withheld=withheld(classes, _OF_IDENTITY),
    )


def _version(person: Person, known: IdentityData) -> str:
    """Names an identity exactly as it is now. Keyed, so that nothing can be guessed from it."""
    content = json.dumps([str(person.pk), person.language, asdict(known)]).encode()
    return hmac.new(
        settings.SECRET_KEY.encode(), b"version|" + content, hashlib.sha256
    ).hexdigest()[:16]


def _only_organisation(by: Principal) -> dict[str, str]:
    """The organisation need not be named by who works for one alone."""
    held: Iterable[UUID] = by.organisations(Verb.WRITE)
    found = list(held)
    return {"organisation": str(found[0])} if len(found) == 1 else {}
