"""Dividing, rounding, and the largest or smallest of several numbers."""

from __future__ import annotations

from tests.spec.model import Chapter, Spec

CHAPTER = Chapter(
    "Dividing and rounding",
    "`div` is exact: a third stays a third, and a cut-off at a third is met exactly. What cannot "
    "be divided is unknown.",
    (
        Spec(
            "`div` keeps fractions",
            rule="${income} div ${rent}",
            text="Dividing by zero is never known.",
            table="""
                unit | income | rent || value
                1    | 1      | 3    || 1/3
                2    | -3     | 4    || -0.75
                3    | 1      | -8   || -0.125
                4    | 0      | 5    || 0
                5    | 0.3    | 0.1  || 3
                6    | 1      | 0    ||
                7    | 0      | 0    ||
                8    |        | 2    ||
                9    | 2      |      ||
            """,
        ),
        Spec(
            "A cut-off at a fraction is exact",
            rule="${children} div ${age} >= 1 div 3",
            table="""
                unit | children | age || value
                1    | 1        | 3   || T
                2    | 333333   | 999999 || T
                3    | 333333   | 1000000 || F
                4    | -1       | -3  || T
                5    | 1        | 0   ||
            """,
        ),
        Spec(
            "A share of a whole",
            rule="${rent} div (${rent} + ${income}) < 0.65",
            table="""
                unit | rent | income || value
                1    | 65   | 35     || F
                2    | 64.999999 | 35 || T
                3    | 0    | 0      ||
                4    | 65   |        ||
            """,
        ),
        Spec(
            "Fractions are added exactly",
            rule="${age} div 3 + ${age} div 6 = ${age} div 2",
            table="""
                unit | age || value
                1    | 1   || T
                2    | 7   || T
                3    | -5  || T
                4    |     ||
            """,
        ),
        Spec(
            "`mod` is what is left after dividing",
            rule="${income} mod ${rent}",
            text="It has the sign of the left side.",
            table="""
                unit | income | rent || value
                1    | 7      | 3    || 1
                2    | -7     | 3    || -1
                3    | 7      | -3   || 1
                4    | 7.5    | 0.2  || 0.1
                5    | 6      | 3    || 0
                6    | 7      | 0    ||
                7    |        | 3    ||
            """,
        ),
        Spec(
            "`round(...)`: a half goes up",
            rule="round(${income})",
            text="Up is towards plus infinity, also below zero.",
            table="""
                unit | income    || value
                1    | 2.5       || 3
                2    | 3.5       || 4
                3    | 2.499999  || 2
                4    | -2.5      || -2
                5    | -2.500001 || -3
                6    | -0.4      || 0
                7    | 7         || 7
                8    |           ||
            """,
        ),
        Spec(
            "The whole number at or below",
            rule="round(${income} - 0.5)",
            text="Other languages call it floor.",
            table="""
                unit | income    || value
                1    | 2.000001  || 2
                2    | 2         || 2
                3    | 1.999999  || 1
                4    | -2        || -2
                5    | -2.000001 || -3
                6    |           ||
            """,
        ),
        Spec(
            "The whole number at or above",
            rule="-round(-${income} - 0.5)",
            text="Other languages call it ceiling.",
            table="""
                unit | income    || value
                1    | 2.000001  || 3
                2    | 2         || 2
                3    | -1.999999 || -1
                4    | -2        || -2
                5    | 0         || 0
                6    |           ||
            """,
        ),
        Spec(
            "`round(..., places)`",
            rule="round(${income} div ${rent}, 2)",
            table="""
                unit | income | rent || value
                1    | 1      | 3    || 0.33
                2    | 2      | 3    || 0.67
                3    | 0.125  | 1    || 0.13
                4    | -0.125 | 1    || -0.12
                5    | -2     | 3    || -0.67
                6    | 1      | 0    ||
            """,
        ),
        Spec(
            "`int(...)` cuts off towards zero",
            rule="int(${income})",
            table="""
                unit | income    || value
                1    | 2.999999  || 2
                2    | -2.999999 || -2
                3    | 5         || 5
                4    | -0.5      || 0
                5    |           ||
            """,
        ),
        Spec(
            "`abs(...)` leaves out the sign",
            rule="abs(${income} - ${rent})",
            table="""
                unit | income | rent || value
                1    | 1.5    | 4    || 2.5
                2    | 4      | 1.5  || 2.5
                3    |        | 1    ||
            """,
        ),
        Spec(
            "`max(...)` and `min(...)` of several values",
            rule="max(${age}, ${children}, 2) - min(${age}, ${children})",
            text="Unknown when any of the values is.",
            table="""
                unit | age | children || value
                1    | 5   | 1        || 4
                2    | 0   | 1        || 2
                3    | -3  | -4       || 6
                4    | 5   |          ||
            """,
        ),
        Spec(
            "`coalesce(...)`: the first value that is known",
            rule="coalesce(${income}, ${rent}, ${age} div 3)",
            table="""
                unit | income | rent | age || value
                1    | 1.5    | 2    | 4   || 1.5
                2    |        | 2    | 4   || 2
                3    | -1     | 2    | 4   || 2
                4    |        |      | 4   || 4/3
                5    |        |      |     ||
            """,
        ),
        Spec(
            "`coalesce(...)` of conditions and of codes",
            rule="coalesce(${region}, ${birth_region}) = 'north' "
            "or coalesce(${a} = 'yes', ${b} = 'yes')",
            table="""
                unit | region | birth_region | a  | b   || value
                1    | north  |              |    |     || T
                2    |        | north        |    |     || T
                3    | south  | north        | no | yes || F
                4    | south  | north        |    | yes || T
                5    | south  |              |    |     ||
            """,
        ),
        Spec(
            "`number(...)` of a choice whose codes are whole numbers",
            rule="number(${difficulty}) * 2",
            table="""
                unit | difficulty || value
                1    | 1          || 2
                2    | 3          || 6
                3    | 888        ||
                4    |            ||
            """,
        ),
    ),
)
