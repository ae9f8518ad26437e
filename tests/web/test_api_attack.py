"""No request that the description of the API allows, and none that it forbids, ends in a failure.

A longer run asks for more with ATTACK_EXAMPLES, as `make attack` does.
"""

from __future__ import annotations

import os

import pytest
from pytest_django import Settings as SettingsWrapper

from sojourn.web.accounts.roles import Verb
from sojourn.web.cases.models import Case
from tests.web.api_attack import attack
from tests.web.api_operations import OPERATIONS, client_with, token_for
from tests.web.conftest import World
from tests.web.test_access_matrix import foreign, framework, scene, taken_back, world

__all__ = ["foreign", "framework", "scene", "world"]

_EXAMPLES = int(os.environ.get("ATTACK_EXAMPLES", "3"))
_BY = {
    "sami": (Verb.FIND, Verb.READ, Verb.WRITE, Verb.APPROVE, Verb.ERASE, Verb.EXPORT),
    "dana": (Verb.CONFIGURE,),
    "emil": (Verb.AUDIT, Verb.OVERSEE),
}


@pytest.mark.parametrize("who", _BY)
def test_nothing_that_is_sent_ends_in_a_failure(
    who: str, world: World, foreign: Case, settings: SettingsWrapper
) -> None:
    settings.API_PER_MINUTE = 10**6
    only = [name for name, each in OPERATIONS.items() if each.verb in _BY[who]]
    statuses = attack(
        client_with(token_for(world, who)),
        world.case,
        examples=_EXAMPLES,
        around=taken_back,
        only=only,
    )
    assert sum(statuses.values()) >= len(only) * 2
    assert {200, 422} <= set(statuses)
