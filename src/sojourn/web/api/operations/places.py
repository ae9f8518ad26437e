"""What was answered about places. It is about nobody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router

from sojourn.web.accounts.access import Purpose, principal_of
from sojourn.web.accounts.roles import EXISTENCE_KNOWN, Verb
from sojourn.web.api import answering, paging, schemas
from sojourn.web.api.door import CHANNEL
from sojourn.web.api.kit import Sent, reads, withheld, writes
from sojourn.web.api.rules import widest
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import frameworks
from sojourn.web.places import actions, queries, rules, words
from sojourn.web.places.models import PlaceAnswers

router = Router(tags=["Places"])


class AnsweredPlace(Sent):
    """Answers by the names of the questions, as of an assessment; which place is one of them."""

    organisation: UUID
    answers: dict[str, Any]


@reads(router, "/places", Verb.READ, schemas.Page[schemas.Place])
def list_places(request: HttpRequest, after: str = "") -> schemas.Page[schemas.Place]:
    """Every place and period of which something was answered, newest first."""
    by = principal_of(request)
    rows = queries.places(by).rows.filter(is_current=True).defer("answers", "texts")
    shown, following = paging.page(rows, ("-made_at", "id"), after)
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=shown)
    return schemas.Page[schemas.Place](
        items=[schemas.Place(**_place(row)) for row in shown], next=following
    )


@writes(router, "/places", Verb.WRITE, schemas.Done, status=201)
def answer_place(request: HttpRequest, body: AnsweredPlace) -> schemas.Done:
    """Keeps answers about a place in one period; those of the same period before stay kept.

    404 where the framework in use asks nothing of places.
    """
    by = principal_of(request)
    organisation = queries.organisation_or_404(by, body.organisation)
    framework = frameworks.current()
    if not rules.asks_of_places(framework):
        raise Http404
    writable = None if by.channel == CHANNEL else widest(by).classes
    answers = answering.read(framework, body.answers, {}, {}, writable=writable, of_place=True)
    row = actions.answer(organisation=organisation, answers=answers, by=by)
    return schemas.Done(id=str(row.pk), state="current")


@reads(router, "/places/{uuid:answers_id}", Verb.READ, schemas.PlaceAnswers)
def read_place(request: HttpRequest, answers_id: UUID) -> schemas.PlaceAnswers:
    """What was answered about a place in one period, and its other periods."""
    by = principal_of(request)
    row, door = queries.place_or_404(by, answers_id)
    framework = frameworks.by_digest(row.framework_id)
    classes = door.classes(row)
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=[row], classes=classes)
    facts = words.facts(framework, row, classes)
    return schemas.PlaceAnswers(
        **_place(row),
        facts=[schemas.Fact(label=fact.label, value=fact.value) for fact in facts],
        not_asked=words.not_asked(framework, row),
        others=[other.pk for other in queries.history(row) if other.pk != row.pk],
        withheld=withheld(classes, EXISTENCE_KNOWN),
    )


def _place(row: PlaceAnswers) -> dict[str, Any]:
    name, period = words.named(frameworks.by_digest(row.framework_id), row)
    return {
        "id": row.pk,
        "organisation": row.organisation_id,
        "place": name,
        "period": period,
        "framework": row.framework_id,
        "made_at": row.made_at,
    }
