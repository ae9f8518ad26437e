"""Dates as numbers: days between, completed years."""

from __future__ import annotations

from tests.spec.model import Chapter, Spec

CHAPTER = Chapter(
    "Days and ages",
    "No rule asks a clock: the same answers give the same findings for ever. `today()` means the "
    "day of the interview, which the framework names as its `reference_date` (here: `arrived`).",
    (
        Spec(
            "Days from one date to another",
            rule="${arrived} - ${born}",
            table="""
                unit | arrived    | born       || value
                1    | 2024-03-01 | 2024-02-28 || 2
                2    | 2023-03-01 | 2023-02-28 || 1
                3    | 2024-02-28 | 2024-03-01 || -2
                4    | 2000-03-01 | 1900-02-28 || 36526
                5    | 2024-12-31 | 2024-12-31 || 0
                6    |            | 2024-12-31 ||
                7    | 2024-12-31 |            ||
            """,
        ),
        Spec(
            "`age(...)`: whole years completed",
            rule="age(${born}, ${arrived})",
            text="On the birthday the year is complete. Somebody born on 29 February has the "
            "birthday on 1 March in common years. Unknown where the second day is the earlier one.",
            table="""
                unit | born       | arrived    || value
                1    | 2006-05-10 | 2024-05-09 || 17
                2    | 2006-05-10 | 2024-05-10 || 18
                3    | 2008-02-29 | 2026-02-28 || 17
                4    | 2008-02-29 | 2026-03-01 || 18
                5    | 2008-02-29 | 2028-02-29 || 20
                6    | 2008-02-28 | 2028-02-28 || 20
                7    | 2024-05-10 | 2024-05-10 || 0
                8    | 2024-05-11 | 2024-05-10 ||
                9    |            | 2024-05-10 ||
                10   | 2006-05-10 |            ||
            """,
        ),
        Spec(
            "`age(...)` on the day of the interview",
            rule="age(${born}) < 18",
            table="""
                unit | born       | arrived    || value
                1    | 2006-05-10 | 2024-05-09 || T
                2    | 2006-05-10 | 2024-05-10 || F
                3    | 2006-05-10 |            ||
            """,
        ),
        Spec(
            "`today()` is the day of the interview",
            rule="today() - ${born} <= 90",
            table="""
                unit | born       | arrived    || value
                1    | 2024-01-01 | 2024-03-31 || T
                2    | 2024-01-01 | 2024-04-01 || F
                3    | 2024-01-01 |            ||
            """,
        ),
    ),
)
