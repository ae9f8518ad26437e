"""Answers that hold for a place."""

from __future__ import annotations

from tests.spec.model import Chapter, Spec

TABLE = """
    region | month   | clinic_open | families | lacks
    north  | 2026-01 | yes         | 40       | water
    north  | 2026-02 | no          | 55       | food water
    south  | 2026-02 | dk          |          | dk
"""

CHAPTER = Chapter(
    "Places",
    "Some questions are answered once for a place, not by each unit: `asked_of` is `place` in the "
    "survey. In the sheet `framework`, `place` names the question that says where a unit is (here "
    "`region`), and `period`, where it is set, the one that says when (here `month`). Both are "
    "asked of the unit. The table `place` has these columns too, and one row for each place and "
    "period; its answers are joined to every unit there. Rules use them like any other answer.",
    (
        Spec(
            "The answers of a unit's place",
            """
            unit | region | month   || value
            1    | north  | 2026-01 || F
            2    | north  | 2026-02 || T
            """,
            "${clinic_open} = 'no'",
            place=TABLE,
        ),
        Spec(
            "A place of which nothing was answered",
            """
            unit | region | month   || value
            1    | south  | 2026-01 ||
            2    | east   | 2026-02 ||
            3    |        | 2026-02 ||
            4    | north  |         ||
            """,
            "${clinic_open} = 'no'",
            "What is asked of places then stays unasked, as it does where a unit does not say "
            "where or when.",
            place=TABLE,
        ),
        Spec(
            "What is unknown about a place is unknown for everybody there",
            """
            unit | region | month   || value
            1    | south  | 2026-02 ||
            """,
            "${clinic_open} = 'no'",
            place=TABLE,
        ),
        Spec(
            "A unit's own answers beside those of its place",
            """
            unit | region | month   | children || value
            1    | north  | 2026-01 | 3        || 43
            2    | north  | 2026-02 | 3        || 58
            3    | south  | 2026-02 | 3        ||
            """,
            "${families} + ${children}",
            place=TABLE,
        ),
        Spec(
            "Several choices about a place",
            """
            unit | region | month   || value
            1    | north  | 2026-01 || F
            2    | north  | 2026-02 || T
            3    | south  | 2026-02 ||
            """,
            "selected(${lacks}, 'food')",
            place=TABLE,
        ),
        Spec(
            "Without a table of places",
            """
            unit | region | month   | clinic_open || value
            1    | north  | 2026-01 | no          || T
            """,
            "${clinic_open} = 'no'",
            "The main table may hold the answers itself.",
        ),
    ),
)
