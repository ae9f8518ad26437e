"""The chapters of the manual, in reading order."""

from __future__ import annotations

from tests.spec import (
    answers,
    choosing,
    comparing,
    days,
    dividing,
    measures,
    nested,
    numbers,
    places,
    rosters,
    truth,
    whole,
)

CHAPTERS = tuple(
    module.CHAPTER
    for module in (
        truth,
        comparing,
        numbers,
        dividing,
        days,
        choosing,
        rosters,
        nested,
        places,
        answers,
        whole,
        measures,
    )
)
