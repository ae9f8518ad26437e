"""The truth tables against the shortest other way to say them."""

from __future__ import annotations

from itertools import product

import pytest

from sojourn.framework.logic import AND, NOT, OR, Truth, all_of, any_of

ORDER: dict[Truth, int] = {False: 0, None: 1, True: 2}
TRUTHS: tuple[Truth, ...] = (True, False, None)


@pytest.mark.parametrize(("one", "other"), list(product(TRUTHS, repeat=2)))
def test_and_is_the_lesser_and_or_the_greater(one: Truth, other: Truth) -> None:
    assert AND[one, other] is min(one, other, key=ORDER.__getitem__)
    assert OR[one, other] is max(one, other, key=ORDER.__getitem__)


@pytest.mark.parametrize(("one", "other"), list(product(TRUTHS, repeat=2)))
def test_not_swaps_and_with_or(one: Truth, other: Truth) -> None:
    assert NOT[AND[one, other]] is OR[NOT[one], NOT[other]]


def test_nothing_to_look_at() -> None:
    assert all_of(()) is True
    assert any_of(()) is False
