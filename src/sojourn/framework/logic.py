"""Three-valued logic, written out in full.

`None` is *unknown*. The tables are Kleene's strong logic: an unknown part leaves the whole unknown
unless the other part decides by itself. Nothing is computed here, so that anybody can check each
line by reading it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Truth: TypeAlias = bool | None

AND: dict[tuple[Truth, Truth], Truth] = {
    (True, True): True,
    (True, False): False,
    (True, None): None,
    (False, True): False,
    (False, False): False,
    (False, None): False,
    (None, True): None,
    (None, False): False,
    (None, None): None,
}

OR: dict[tuple[Truth, Truth], Truth] = {
    (True, True): True,
    (True, False): True,
    (True, None): True,
    (False, True): True,
    (False, False): False,
    (False, None): None,
    (None, True): True,
    (None, False): None,
    (None, None): None,
}

NOT: dict[Truth, Truth] = {
    True: False,
    False: True,
    None: None,
}


def all_of(parts: Iterable[Truth]) -> Truth:
    """`and` over any number of parts; true for none at all (an empty roster)."""
    result: Truth = True
    for part in parts:
        result = AND[result, part]
    return result


def any_of(parts: Iterable[Truth]) -> Truth:
    """`or` over any number of parts; false for none at all (an empty roster)."""
    result: Truth = False
    for part in parts:
        result = OR[result, part]
    return result
