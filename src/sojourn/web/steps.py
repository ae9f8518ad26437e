"""What all tables of states have in common."""

from __future__ import annotations


class WrongStateError(Exception):
    """A step that the table of an app does not have: nothing was done, and it is never silent."""

    def __init__(self, now: str, wanted: str) -> None:
        super().__init__(f"What is {now} knows no step {wanted}.")
        self.now, self.wanted = now, wanted
