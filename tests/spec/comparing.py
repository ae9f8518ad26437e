"""Comparisons."""

from __future__ import annotations

from tests.spec.model import Chapter, Spec

CHAPTER = Chapter(
    "Comparisons",
    "`=` `!=` compare codes, numbers and dates; `<` `<=` `>` `>=` numbers and dates. A comparison "
    "is unknown when either side is.",
    (
        Spec(
            "A code is equal to one of its list",
            rule="${region} = 'north'",
            table="""
                unit | region || value
                1    | north  || T
                2    | south  || F
                3    |        ||
            """,
        ),
        Spec(
            "A code differs from one of its list",
            rule="${region} != 'north'",
            text="Somebody who was not asked is not somewhere else.",
            table="""
                unit | region || value
                1    | north  || F
                2    | south  || T
                3    |        ||
            """,
        ),
        Spec(
            "Two questions with codes can be compared",
            rule="${region} = ${birth_region}",
            table="""
                unit | region | birth_region || value
                1    | north  | north        || T
                2    | north  | south        || F
                3    | north  |              ||
                4    |        | south        ||
                5    |        |              ||
            """,
        ),
        Spec(
            "Two questions that may differ",
            rule="${region} != ${birth_region}",
            table="""
                unit | region | birth_region || value
                1    | north  | north        || F
                2    | north  | south        || T
                3    |        | south        ||
            """,
        ),
        *(
            Spec(
                f"A whole number `{symbol}` a cut-off",
                rule=f"${{age}} {symbol} 18",
                table=f"""
                    unit | age || value
                    1    | 17  || {below}
                    2    | 18  || {at}
                    3    | 19  || {above}
                    4    | -18 || {below}
                    5    | 0   || {below}
                    6    |     ||
                """,
            )
            for symbol, below, at, above in (
                ("=", "F", "T", "F"),
                ("!=", "T", "F", "T"),
                ("<", "T", "F", "F"),
                ("<=", "T", "T", "F"),
                (">", "F", "F", "T"),
                (">=", "F", "T", "T"),
            )
        ),
        *(
            Spec(
                f"A decimal number `{symbol}` a cut-off",
                rule=f"${{income}} {symbol} 0.3",
                text="Cut-offs are exact: no number is off by a hair.",
                table=f"""
                    unit | income   || value
                    1    | 0.299999 || {below}
                    2    | 0.3      || {at}
                    3    | 0.300001 || {above}
                    4    | -0.3     || {below}
                    5    |          ||
                """,
            )
            for symbol, below, at, above in (
                ("=", "F", "T", "F"),
                ("!=", "T", "F", "T"),
                ("<", "T", "F", "F"),
                ("<=", "T", "T", "F"),
                (">", "F", "F", "T"),
                (">=", "F", "T", "T"),
            )
        ),
        *(
            Spec(
                f"A date `{symbol}` a day",
                rule=f"${{born}} {symbol} date('2024-02-29')",
                table=f"""
                    unit | born       || value
                    1    | 2024-02-28 || {below}
                    2    | 2024-02-29 || {at}
                    3    | 2024-03-01 || {above}
                    4    | 1899-12-31 || {below}
                    5    |            ||
                """,
            )
            for symbol, below, at, above in (
                ("=", "F", "T", "F"),
                ("!=", "T", "F", "T"),
                ("<", "T", "F", "F"),
                ("<=", "T", "T", "F"),
                (">", "F", "F", "T"),
                (">=", "F", "T", "T"),
            )
        ),
        Spec(
            "A whole number and a decimal number can be compared",
            rule="${age} < ${income}",
            table="""
                unit | age | income    || value
                1    | 3   | 3.000001  || T
                2    | 3   | 3         || F
                3    | -3  | -2.999999 || T
                4    | 3   |           ||
                5    |     | 3         ||
            """,
        ),
        Spec(
            "Two dates can be compared",
            rule="${arrived} > ${born}",
            table="""
                unit | born       | arrived    || value
                1    | 1990-12-31 | 1991-01-01 || T
                2    | 1990-12-31 | 1990-12-31 || F
                3    | 1990-12-31 |            ||
            """,
        ),
        Spec(
            "The fixed side may stand on the left",
            rule="18 > ${age} and 'north' = ${region}",
            table="""
                unit | age | region || value
                1    | 17  | north  || T
                2    | 18  | north  || F
                3    | 17  | east   || F
            """,
        ),
        Spec(
            "A cut-off may have more places than an answer",
            rule="${age} >= 17.5",
            table="""
                unit | age || value
                1    | 17  || F
                2    | 18  || T
            """,
        ),
        Spec(
            "Cut-offs finer than answers",
            rule="${income} < 0.12345678",
            text="Answers are kept to six places, numbers in rules to twelve.",
            table="""
                unit | income   || value
                1    | 0.123456 || T
                2    | 0.123457 || F
            """,
        ),
        Spec(
            "Negative numbers",
            rule="${income} > -0.5",
            table="""
                unit | income    || value
                1    | -0.5      || F
                2    | -0.499999 || T
                3    | -0.500001 || F
                4    | -0        || T
            """,
        ),
        Spec(
            "`between(...)` includes both ends",
            rule="between(${age}, 12, 17)",
            table="""
                unit | age || value
                1    | 11  || F
                2    | 12  || T
                3    | 17  || T
                4    | 18  || F
                5    |     ||
            """,
        ),
        Spec(
            "`between(...)` with an unknown end",
            rule="between(${age}, 12, ${children})",
            table="""
                unit | age | children || value
                1    | 13  | 14       || T
                2    | 13  |          ||
                3    | 11  |          || F
            """,
        ),
        Spec(
            "`between(...)` of dates",
            rule="between(${arrived}, date('2023-01-01'), date('2023-12-31'))",
            table="""
                unit | arrived    || value
                1    | 2022-12-31 || F
                2    | 2023-01-01 || T
                3    | 2023-12-31 || T
                4    | 2024-01-01 || F
            """,
        ),
    ),
)
