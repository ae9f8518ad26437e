"""The cast and Amina's file, made once for all tests of a module instead of once for each.

Each layer is a part of a transaction that stays open between tests: first the cast, in it Amina's
file. A test begins on top of the layer it asks for and undoes only what it did itself, as always.
Layers that a test does not ask for are undone before it begins: none sees a file it did not want.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

if TYPE_CHECKING:
    from tests.web.conftest import World

NAMES = ("empty", "world")
"""The fixtures, from the lowest layer up."""


def wanted(item: pytest.Item) -> int | None:
    """How many layers may be there during a test; None where it asks nothing of the database."""
    names = getattr(item, "fixturenames", ())
    marker = item.get_closest_marker("django_db")
    commits = marker is not None and (marker.args or marker.kwargs.get("transaction"))
    if commits or "transactional_db" in names:
        return 0
    asked = [number for number, name in enumerate(NAMES, start=1) if name in names]
    if asked:
        return max(asked)
    return 0 if marker is not None or "db" in names else None


@dataclass
class Layer:
    """A world, the part of the transaction it was made in, and what opens the database to us."""

    world: World
    part: transaction.Atomic
    blocker: DjangoDbBlocker

    def undo(self) -> None:
        with self.blocker.unblock():
            transaction.set_rollback(True)
            self.part.__exit__(None, None, None)


class Layers:
    """What is open now."""

    def __init__(self) -> None:
        self._open: list[Layer] = []

    def keep(self, count: int) -> None:
        """Undoes the layers above so many."""
        while len(self._open) > count:
            self._open.pop().undo()

    def ready(self, count: int) -> World | None:
        """The world of a layer that is open, with objects of its own."""
        return copied(self._open[count - 1].world) if len(self._open) >= count else None

    def add(self, make: Callable[[], World], blocker: DjangoDbBlocker) -> World:
        """Opens one more layer and makes its world there. Where something else has begun already,
        such as the test's own part of the transaction, it is made in that and kept for nobody.
        """
        with blocker.unblock():
            if len(connection.atomic_blocks) != len(self._open):
                return make()
            part = transaction.atomic()
            part.__enter__()
            try:
                world = make()
            except BaseException as problem:
                part.__exit__(type(problem), problem, problem.__traceback__)
                raise
            self._open.append(Layer(world, part, blocker))
        return copied(world)


def copied(world: World) -> World:
    """With objects of its own, so that what a test changes in memory is its own affair too."""
    return copy.deepcopy(world, {id(world.framework): world.framework})
