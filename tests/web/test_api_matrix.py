"""Every operation of the API, for every role and both ways in, on one's own and on a foreign file.

A forgotten operation fails. What one call changed is taken back before the next one.
"""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from sojourn.framework import DataClass
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.models import Grant, Interest
from sojourn.web.accounts.roles import POWERS, Power, Role, Verb
from sojourn.web.api.service import document, operations
from sojourn.web.cases.models import Case
from tests.web.api_operations import (
    BY_MODEL,
    OPERATIONS,
    Operation,
    call,
    call_at,
    client_with,
    nobody,
    token_for,
)
from tests.web.conftest import NARROW, World, put_into, reach_of
from tests.web.test_access_matrix import (
    CAST,
    POWER,
    foreign,
    framework,
    scene,
    taken_back,
    world,
)

__all__ = ["foreign", "framework", "scene", "world"]

WAYS = ("session", "token")
TAKES = {
    frozenset({DataClass.HARM_INCIDENT}): (
        *("report_incident", "change_incident", "take_back_incident", "restore_incident"),
        *("name_actor", "remove_actor"),
    ),
    frozenset({DataClass.JOURNEY}): (
        *("add_journey_place", "change_journey_place"),
        *("move_journey_place", "remove_journey_place"),
    ),
    frozenset({DataClass.THIRD_PARTY}): ("list_groups", "read_group"),
    POWERS[Role.CASE_WORKER].classes: ("make_assessment", "correct_assessment"),
}
"""Operations that somebody reaches who sees these classes, beside the verb."""

WITH_ANOTHER = ("hand_over_case", "add_relation", "suggest_pair")
"""What names a second file or a colleague too, which a grant for one case does not reach."""


def client_of(world: World, who: str, way: str) -> Client:
    return world.client(who) if way == "session" else client_with(token_for(world, who))


def is_closed(who: str, name: str) -> bool:
    return any(name in names and not taken <= POWER[who].classes for taken, names in TAKES.items())


def test_every_operation_is_in_the_matrix() -> None:
    assert set(operations()) == set(OPERATIONS)


def test_the_document_says_what_it_takes() -> None:
    said = {
        operation["operationId"]: operation["x-verb"]
        for path in document()["paths"].values()
        for operation in path.values()
    }
    assert said == {name: each.verb for name, each in OPERATIONS.items()}


@pytest.mark.parametrize("name", OPERATIONS)
def test_nobody_enters_without_a_token_or_a_session(name: str, world: World, foreign: Case) -> None:
    for client in (Client(), client_with("sojourn_none"), client_with("é"), client_with("")):
        response = call(client, name, world.case)
        assert response.status_code == 401
        assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_each_role_reaches_its_own_and_nothing_else(
    name: str, way: str, world: World, foreign: Case
) -> None:
    operation = OPERATIONS[name]
    for who in CAST:
        at_home = CAST[who] == "harbour"
        own, other = (world.case, foreign) if at_home else (foreign, world.case)
        allowed = operation.verb is None or POWER[who].allows(operation.verb)
        client = client_of(world, who, way)
        if operation.args is not nobody and not operation.about_nobody:
            with taken_back():
                status = call(client, name, other).status_code
            unseen = allowed and is_closed(who, name)
            assert status in ((403, 404) if unseen else (404,) if allowed else (403,)), who
        with taken_back():
            response = call(client, name, own)
        ok = operation.ok if allowed else (403,)
        if allowed and is_closed(who, name):
            ok = (403, 404)
        assert response.status_code in ok, (who, response.content)


@pytest.mark.parametrize("name", [name for name, each in OPERATIONS.items() if each.verb])
def test_a_token_without_the_verb_opens_nothing(name: str, world: World, foreign: Case) -> None:
    verb = OPERATIONS[name].verb
    assert verb is not None
    left = {each for each in Verb if not Power(frozenset({each}), frozenset()).allows(verb)}
    for who in ("sami", "salma", "dana", "emil"):
        client = client_with(token_for(world, who, frozenset(left)))
        assert call(client, name, world.case).status_code == 403


def _who(operation: Operation) -> str:
    return {Verb.CONFIGURE: "dana", Verb.AUDIT: "emil", Verb.OVERSEE: "emil"}.get(
        operation.verb or Verb.READ, "sami"
    )


NAMED = [n for n, o in OPERATIONS.items() if o.args is not nobody and not o.about_nobody]
OF_A_CASE = [name for name in NAMED if OPERATIONS[name].args not in BY_MODEL]


@pytest.mark.parametrize("name", NAMED)
def test_what_does_not_exist_looks_like_what_is_foreign(
    name: str, world: World, foreign: Case
) -> None:
    operation = OPERATIONS[name]
    body = operation.body(world.case) if operation.body is not None else {}
    shape = {
        key: value if key in ("act", "kind") else 10**6 if isinstance(value, int) else uuid.uuid4()
        for key, value in operation.args(world.case).items()
    }
    client = world.client(_who(operation))
    none = call_at(client, name, shape, body)
    other = call(client, name, foreign)
    assert none.status_code == other.status_code == 404
    told, same = none.json(), other.json()
    assert told.pop("request_id") != same.pop("request_id")
    assert told == same


@pytest.mark.parametrize(
    "name",
    [
        *("settle_difference", "read_assessment", "correct_assessment", "read_item", "change_item"),
        *("act_with_item", "decide_approval", "take_back_approval", "change_note", "read_file"),
        *("step_consent", "read_consent_record", "step_override"),
        *("change_incident", "take_back_incident", "restore_incident", "name_actor"),
        *("change_journey_place", "move_journey_place", "remove_journey_place"),
        *("remove_actor", "read_procedure", "prepare_procedure", "write_element", "add_way"),
        *("act_with_way", "give_opinion", "act_with_procedure", "act_with_contact"),
        "act_with_copy",
        *("withdraw_part", "end_named", "change_relation"),
    ],
)
def test_a_child_is_not_reached_through_another_parent(
    name: str, world: World, foreign: Case
) -> None:
    stranger = world.register("bilal")
    operation = OPERATIONS[name]
    args = dict(operation.args(world.case))
    key = "case_id" if "case_id" in args else "person_id"
    args[key] = stranger.pk if key == "case_id" else stranger.person_id
    body = operation.body(world.case) if operation.body is not None else {}
    assert call_at(world.client("sami"), name, args, body).status_code == 404


@pytest.mark.parametrize("name", OF_A_CASE)
def test_a_grant_for_some_cases_opens_nothing_of_another_one(
    name: str, world: World, foreign: Case
) -> None:
    """Sami is made a supervisor of some cases only: first not of Amina's, then of hers."""
    Grant.objects.filter(holder=world.users["sami"]).delete()
    ok = (422,) if name in WITH_ANOTHER else OPERATIONS[name].ok
    for scope in NARROW:
        with taken_back():
            given = accounts.grant(
                holder=world.users["sami"],
                role=Role.SUPERVISOR,
                organisation=world.harbour,
                reach=reach_of(scope, world.harbour),
                by=SYSTEM,
            )
            with taken_back():
                status = call(world.client("sami"), name, world.case).status_code
            assert status == (201 if OPERATIONS[name].found else 404), scope
            put_into(world.case, given)
            assert call(world.client("sami"), name, world.case).status_code in ok, scope
        world.case.refresh_from_db()


@pytest.mark.parametrize("name", OF_A_CASE)
def test_nothing_of_a_case_opens_for_who_is_part_of_it(
    name: str, world: World, foreign: Case
) -> None:
    accounts.declare_conflict(
        user=world.users["sami"], cases=[world.case.pk], interest=Interest.RELATIVE, by=SYSTEM
    )
    for way in WAYS:
        assert call(client_of(world, "sami", way), name, world.case).status_code == 404
