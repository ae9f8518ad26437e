"""Fills a data folder in bulk: `python -m bench.filling HOME PEOPLE EVENTS`. Prints who measures.

As in life: every person has a key of their own and a sealed identity with blind indexes, every case
its episode and a consent with its history, and the audit is one whole chain. Shorter than in life:
half of the people have a case, and assessments are made for the files that are measured alone, the
columns that lists show standing on the others, too.
"""

from __future__ import annotations

import json
import random
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ORGANISATIONS, USERS, TEAMS, BATCH = 10, 500, 40, 2000
SCOPES = ("branches", "organisation", "team", "own_cases", "named_cases")
NAMED = 20
_EACH = 10
"""So many users after one another have the same scope."""


def main() -> None:
    home, people, events = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    from sojourn.web.serve import prepare

    prepare(home)
    from django.conf import settings

    settings.ALLOWED_HOSTS.append("testserver")
    from sojourn.web.people.models import Person

    if not Person.objects.exists():
        fill(people, events)
    print(json.dumps(measured()))


def fill(count: int, events: int) -> None:
    """Everything there is to look at."""
    from django.db import transaction

    chance = random.Random(7)
    with transaction.atomic():
        places = organisations()
        users = accounts(places)
    cases = files(places, users, count, chance)
    chain_of(places, users, cases, events, chance)
    _analyse()


def organisations() -> list[Any]:
    """One above, the others its branches."""
    from sojourn.web.accounts.models import Organisation

    top = Organisation.objects.create(name="Harbour", code="h0")
    rest = [
        Organisation(name=f"Harbour {n}", code=f"h{n}", parent=top) for n in range(1, ORGANISATIONS)
    ]
    return [top, *Organisation.objects.bulk_create(rest)]


def accounts(places: list[Any]) -> list[dict[str, Any]]:
    """Users with mixed scopes; the first ten reach everything there is."""
    from allauth.mfa.models import Authenticator
    from django.utils import timezone

    from sojourn.web.accounts.models import Grant, Team, User

    teams = Team.objects.bulk_create(
        Team(organisation=places[n % len(places)], name=f"Team {n}") for n in range(TEAMS)
    )
    users = User.objects.bulk_create(
        User(username=f"u{n}", name=f"Worker {n}", password="!") for n in range(USERS)
    )
    Authenticator.objects.bulk_create(
        Authenticator(user=user, type="totp", data={}) for user in users
    )
    held = []
    for n, user in enumerate(users):
        scope = SCOPES[n // _EACH % len(SCOPES)]
        place = places[0] if scope == "branches" else places[n % len(places)]
        team = next(each for each in teams if each.organisation_id == place.pk)
        held.append({"user": user, "scope": scope, "place": place, "team": team})
    grants = Grant.objects.bulk_create(
        Grant(
            holder=each["user"],
            role="supervisor" if each["scope"] == "branches" else "case_worker",
            organisation=each["place"],
            scope=each["scope"],
            team=each["team"] if each["scope"] == "team" else None,
            valid_from=timezone.localdate() - timedelta(days=9),
        )
        for each in held
    )
    for each, grant in zip(held, grants, strict=True):
        each["grant"] = grant
    return held


def files(
    places: list[Any], users: list[dict[str, Any]], count: int, chance: random.Random
) -> list[Any]:
    """People with sealed identities; every second one has a case."""
    from django.db import transaction
    from django.utils import timezone

    from sojourn.web.accounts.models import GrantedCase
    from sojourn.web.cases.models import Case, Episode
    from sojourn.web.consent.models import Consent, ConsentStep
    from sojourn.web.people import identities
    from sojourn.web.people.models import Identity, Person, PersonKey
    from sojourn.web.people.rules import Document, IdentityData, Names

    now = timezone.now()
    with transaction.atomic():
        keys = {place.pk: identities.organisation_key(place.pk) for place in places}
    at_place: dict[Any, list[dict[str, Any]]] = {place.pk: [] for place in places}
    for each in users:
        at_place[each["place"].pk].append(each)
    cases: list[Any] = []
    for start in range(0, count, BATCH):
        people, person_keys, sealed, opened = [], [], [], []
        for n in range(start, min(start + BATCH, count)):
            place = places[n % len(places)]
            at = now - timedelta(minutes=5 * (count - n))
            person = Person(
                organisation=place, number=f"{place.code.upper()}-{n:06}", registered_at=at
            )
            data = IdentityData(
                Names(f"Sample {n:06} Name{n % 997}"),
                f"+999{n:09}",
                (Document(f"DOC{n:07}"),),
                "1990-01-01",
            )
            row, key = identities.new_person_key(person, keys[place.pk])
            people.append(person)
            person_keys.append(row)
            sealed.append(identities.sealed_identity(person, data, key, keys[place.pk]))
            if n % 2 == 0 or count - n <= 40:
                worker = chance.choice(at_place[place.pk])
                opened.append(
                    Case(
                        person=person,
                        organisation=place,
                        worker=worker["user"],
                        team=worker["team"],
                        opened_at=at,
                        review_on=now.date() + timedelta(days=chance.randrange(-20, 90)),
                        assessed_at=at,
                        is_urgent=chance.random() < 0.1,
                    )
                )
        with transaction.atomic():
            Person.objects.bulk_create(people)
            PersonKey.objects.bulk_create(person_keys)
            Identity.objects.bulk_create(sealed)
            Case.objects.bulk_create(opened)
            Episode.objects.bulk_create(
                Episode(case=c, organisation=c.organisation, number=1, opened_at=c.opened_at)
                for c in opened
            )
            consents = Consent.objects.bulk_create(_consent(Consent, c) for c in opened)
            ConsentStep.objects.bulk_create(
                ConsentStep(consent=c, state="given", at=c.recorded_at) for c in consents
            )
        cases += opened
    named = [each["grant"] for each in users if each["scope"] == "named_cases"]
    GrantedCase.objects.bulk_create(
        GrantedCase(grant=grant, case_id=case_id)
        for grant in named
        for case_id in _some(cases, grant.organisation_id, chance)
    )
    return cases


def _some(cases: list[Any], organisation_id: uuid.UUID, chance: random.Random) -> list[uuid.UUID]:
    here = [case.pk for case in cases[-4000:] if case.organisation_id == organisation_id]
    return chance.sample(here, min(NAMED, len(here)))


def _consent(model: Any, case: Any) -> Any:
    return model(
        person=case.person,
        organisation=case.organisation,
        purposes=["assessment", "support"],
        recipients=["own"],
        data_classes=["identity", "journey", "case_work", "body_health"],
        notice="usual",
        notice_version="1",
        notice_language="ar",
        explained="read_aloud",
        understood=True,
        method="spoken",
        given_by="self",
        valid_from=case.opened_at.date() - timedelta(days=1),
        state="given",
        recorded_at=case.opened_at,
    )


def chain_of(
    places: list[Any], users: list[dict[str, Any]], cases: list[Any], count: int, chance: Any
) -> None:
    """Events one after another, each with the hash before it."""
    from django.db import transaction

    from sojourn.web.audit import chain
    from sojourn.web.audit.models import Event
    from sojourn.web.walls.standing import system

    last = Event.objects.order_by("-seq").values_list("seq", "row_hash").first()
    seq, previous = last or (0, chain.GENESIS)
    began = datetime.now(UTC) - timedelta(days=30)
    rows: list[Any] = []

    def each() -> Iterator[Any]:
        nonlocal seq, previous
        for n in range(count):
            seq += 1
            case, by = chance.choice(cases), chance.choice(users)
            row: dict[str, Any] = {
                "seq": seq,
                "at": (began + timedelta(seconds=n)).isoformat(timespec="microseconds"),
                "actor_id": by["user"].pk,
                "actor_name": by["user"].name,
                "organisation_id": case.organisation_id,
                "grant_id": by["grant"].pk,
                "purpose": "support",
                "verb": "read",
                "object_type": "people.person",
                "object_id": str(case.person_id),
                "case_id": case.pk,
                "person_id": case.person_id,
                "classes_shown": ["case_work", "identity"],
                "fields_changed": {},
                "result_count": 1,
                "ids_digest": "",
                "channel": "screen",
                "request_id": "0" * 16,
                "reason": "",
                "prev_hash": previous,
            }
            previous = row["row_hash"] = chain.row_hash(row)
            yield Event(**row)

    del places
    for event in each():
        rows.append(event)
        if len(rows) == 5 * BATCH:
            with transaction.atomic(), system("filling"):
                Event.objects.bulk_create(rows, batch_size=BATCH)
            rows = []
    with transaction.atomic(), system("filling"):
        Event.objects.bulk_create(rows, batch_size=BATCH)


def measured() -> dict[str, Any]:
    """For each scope a session and files it reaches; among them some to write assessments into."""
    from django.test import Client
    from django.utils import timezone

    from sojourn.language import read_answers
    from sojourn.web.accounts.access import Purpose, principal_for, visible
    from sojourn.web.accounts.models import User
    from sojourn.web.cases import actions, frameworks
    from sojourn.web.cases.models import Case, LegalBasis
    from sojourn.web.field import actions as field
    from sojourn.web.field.tickets import token_of

    framework = frameworks.current()
    found = {}
    for number, scope in enumerate(SCOPES):
        user = User.objects.get(username=f"u{number * _EACH}")
        by = principal_for(user)
        rows = visible(by, Case.objects.all(), Purpose.CASE_WORK).rows.select_related("person")
        mine = list(rows.order_by("-opened_at")[:25])
        for case in mine:
            actions.assess(
                case=case,
                framework=framework,
                answers=read_answers(framework, {"stage": "transit", "sleeps_safely": "no"}),
                made=actions.Made(LegalBasis.CONSENT, timezone.now()),
                by=by,
            )
        tickets = [field.open_form(case=c, basis=LegalBasis.CONSENT, by=by) for c in mine[:8]]
        client = Client()
        client.force_login(user)
        found[scope] = {
            "session": client.cookies["sessionid"].value,
            "people": [str(case.person_id) for case in mine],
            "numbers": [case.person.number for case in mine],
            "phones": [f"+999{int(case.person.number.split('-')[1]):09}" for case in mine],
            "cases": [str(case.pk) for case in mine],
            "tokens": [token_of(ticket.pk) for ticket in tickets],
        }
    return found


def _analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
