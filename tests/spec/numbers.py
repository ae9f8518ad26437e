"""Arithmetic."""

from __future__ import annotations

from tests.spec.model import Chapter, Spec

CHAPTER = Chapter(
    "Numbers",
    "`+`, `-` and `*` are exact. They are unknown when either side is.",
    (
        Spec(
            "Sums of decimals are exact",
            rule="${income} + ${rent}",
            table="""
                unit | income | rent      || value
                1    | 0.1    | 0.2       || 0.3
                2    | -0.1   | 0.1       || 0
                3    | 1      | -2.5      || -1.5
                4    | 0.1    |           ||
                5    |        | 0.2       ||
                6    |        |           ||
            """,
        ),
        Spec(
            "A sum at its exact cut-off",
            rule="${income} + ${rent} = 0.3",
            table="""
                unit | income | rent     || value
                1    | 0.1    | 0.2      || T
                2    | 0.1    | 0.200001 || F
            """,
        ),
        Spec(
            "Differences",
            rule="${age} - ${children} - 1",
            text="They are worked out from left to right.",
            table="""
                unit | age | children || value
                1    | 10  | 4        || 5
                2    | 4   | 10       || -7
                3    | -4  | -10      || 5
                4    | 4   |          ||
            """,
        ),
        Spec(
            "Products are exact to their last place",
            rule="${income} * ${rent}",
            table="""
                unit | income       | rent         || value
                1    | 0.1          | 0.1          || 0.01
                2    | -2           | 0.5          || -1
                3    | 0.000001     | 0.000001     || 0.000000000001
                4    | 999999999999 | 999999999999 || 999999999998000000000001
                5    | 0            |              ||
            """,
        ),
        Spec(
            "`*` binds more tightly than `+` and `-`",
            rule="${age} + 2 * ${children}",
            table="""
                unit | age | children || value
                1    | 1   | 3        || 7
            """,
        ),
        Spec(
            "Brackets decide what is worked out first",
            rule="(${age} + 2) * ${children}",
            table="""
                unit | age | children || value
                1    | 1   | 3        || 9
            """,
        ),
        Spec(
            "A number with its sign turned",
            rule="-${income}",
            table="""
                unit | income || value
                1    | 2.5    || -2.5
                2    | -2.5   || 2.5
                3    | 0      || 0
                4    |        ||
            """,
        ),
        Spec(
            "Numbers written in a rule",
            rule="${age} * 0.25 + .5 - -1",
            table="""
                unit | age || value
                1    | 1   || 1.75
                2    | -10 || -1
            """,
        ),
        Spec(
            "Instead of dividing, multiply the other side",
            rule="${rent} > 0.3 * ${income}",
            text="More than three tenths of the income is spent on rent.",
            table="""
                unit | income | rent   || value
                1    | 1000   | 300    || F
                2    | 1000   | 300.01 || T
                3    | 0      | 0      || F
            """,
        ),
        Spec(
            "The largest numbers stay exact",
            rule="${income} + ${rent} * 0.001 > 999999999999.999",
            table="""
                unit | income              | rent     || value
                1    | 999999999999        | 999      || F
                2    | 999999999999        | 999.0001 || T
                3    | 999999999999.999999 | 0        || T
            """,
        ),
    ),
)
