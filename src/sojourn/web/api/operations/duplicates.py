"""Pairs of files that may be about one person, and what is decided about them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import paging, schemas
from sojourn.web.api.kit import Sent, as_form, filled, reads, sees, writes
from sojourn.web.api.operations.kin import chosen
from sojourn.web.audit.actions import note_read
from sojourn.web.duplicates import actions, queries, words
from sojourn.web.duplicates.forms import DecisionForm
from sojourn.web.duplicates.models import Pair, PairState
from sojourn.web.people import identities
from sojourn.web.people import queries as people
from sojourn.web.people.choosing import ChooseForm

router = Router(tags=["Duplicates"])


class Finding(Sent):
    decided: str


class Other(Sent):
    other: UUID


class Side(Schema):
    person: UUID
    number: str
    name: str


class PairLine(Schema):
    id: UUID
    first: Side
    second: Side
    state: str
    likeness: str
    found_at: datetime


class PartCompared(Schema):
    """How alike one part is in the two files."""

    label: str
    first: str
    second: str
    likeness: str
    speaks_for: bool
    speaks_against: bool


class Decided(Schema):
    at: datetime
    by: str
    decided: str


class WholePair(PairLine):
    parts: list[PartCompared]
    decisions: list[Decided]


@reads(router, "/pairs", Verb.WRITE, schemas.Page[PairLine])
def list_pairs(request: HttpRequest, after: str = "") -> schemas.Page[PairLine]:
    """Pairs of files to decide about, the likeliest first."""
    by = _known(request)
    shown, following = paging.page(queries.waiting(by), ("-weight", "id"), after)
    both = list({each.pk: each for row in shown for each in (row.first, row.second)}.values())
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=both)
    return schemas.Page[PairLine](items=_lines(shown), next=following)


@reads(router, "/pairs/{uuid:pair_id}", Verb.WRITE, WholePair)
def read_pair(request: HttpRequest, pair_id: UUID) -> WholePair:
    """Two files side by side: what speaks for one person, what against, what was decided."""
    by = _known(request)
    row = queries.pair_or_404(by, pair_id)
    both = [row.first, row.second]
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=both)
    known = identities.open_many(both)
    (line,) = _lines([row])
    parts = words.part_lines(row.parts, known[row.first_id], known[row.second_id])
    return WholePair(
        **line.model_dump(),
        parts=[
            PartCompared(
                label=each.label,
                first=each.first,
                second=each.second,
                likeness=each.likeness,
                speaks_for=each.speaks_for,
                speaks_against=each.speaks_against,
            )
            for each in parts
        ],
        decisions=[
            Decided(at=each.at, by=each.by.name if each.by else "", decided=each.decided)
            for each in queries.decisions(row)
        ],
    )


@writes(router, "/pairs/{uuid:pair_id}/decision", Verb.WRITE, schemas.Done)
def decide_pair(request: HttpRequest, pair_id: UUID, body: Finding) -> schemas.Done:
    """Decides whether two files are of one person. It links them, and changes nothing in them."""
    by = _known(request)
    row = queries.pair_or_404(by, pair_id)
    decided = PairState(filled(DecisionForm(as_form(body)))["decided"])
    actions.decide(pair=row, decided=decided, by=by)
    return schemas.Done(id=str(row.pk), state=decided.value)


@writes(router, "/people/{uuid:person_id}/pairs", Verb.WRITE, schemas.Done, status=201)
def suggest_pair(request: HttpRequest, person_id: UUID, body: Other) -> schemas.Done:
    """Puts another file beside this one, to decide about."""
    by = _known(request)
    person = people.person_or_404(by, person_id, Purpose.CASE_WORK)
    form = ChooseForm(by, person, chosen(by, body.other))
    filled(form)
    row = actions.suggest(one=person, other=form.chosen(), by=by)
    return schemas.Done(id=str(row.pk), state=row.state)


def _known(request: HttpRequest) -> Principal:
    """Whoever asks, who must see who people are: a pair is nothing else."""
    by = principal_of(request)
    if not (sees(by, DataClass.IDENTITY) and sees(by, DataClass.CONTACT_PLACE)):
        raise PermissionDenied(_("Comparing files takes all data classes of who somebody is."))
    return by


def _lines(rows: list[Pair]) -> list[PairLine]:
    both = {each.pk: each for row in rows for each in (row.first, row.second)}
    known = identities.open_many(list(both.values()))
    sides = {
        pk: Side(person=pk, number=each.number, name=known[pk].names.shown)
        for pk, each in both.items()
    }
    return [
        PairLine(
            id=row.pk,
            first=sides[row.first_id],
            second=sides[row.second_id],
            state=row.state,
            likeness=words.strength(row.weight),
            found_at=row.found_at,
        )
        for row in rows
    ]
