"""How cells become answers."""

from __future__ import annotations

from tests.spec.model import Chapter, Spec

CHAPTER = Chapter(
    "Answers",
    "How the cells of a table are read. There are three kinds of missing: not asked (an empty "
    "cell), does not know, prefers not to say. Rules treat all three as unknown; findings keep "
    "which it was.",
    (
        Spec(
            "Every kind of missing is unknown",
            rule="${a} = 'yes'",
            table="""
                unit | a    || value
                1    | yes  || T
                2    | no   || F
                3    |      ||
                4    | dk   ||
                5    | pnta ||
            """,
        ),
        Spec(
            "A number that means missing",
            rule="${age} < 18",
            text="It is declared in the form: `missing` holds `-999=does_not_know`.",
            table="""
                unit | age    || value
                1    | 17     || T
                2    | -999   ||
                3    | -999.0 ||
                4    | -998   || T
            """,
        ),
        Spec(
            "A decimal number that means missing",
            rule="${income}",
            table="""
                unit | income    || value
                1    | -1        ||
                2    | -1.0      ||
                3    | -1.00     ||
                4    | -1.0001   || -1.0001
                5    | -0.999999 || -0.999999
            """,
        ),
        Spec(
            "Ways to write a whole number",
            rule="${children}",
            text="Spreadsheets write 3 as 3.0.",
            table="""
                unit | children      || value
                1    | 3             || 3
                2    | 3.0           || 3
                3    | +3            || 3
                4    | 003           || 3
                5    | -3            || -3
                6    | 999999999999  || 999999999999
                7    | -999999999999 || -999999999999
            """,
        ),
        Spec(
            "Ways to write a decimal number",
            rule="${rent}",
            table="""
                unit | rent   || value
                1    | 3      || 3
                2    | 3.50   || 3.5
                3    | .5     || 0.5
                4    | 5.     || 5
                5    | +0.25  || 0.25
                6    | -0.25  || -0.25
                7    | 1e3    || 1000
                8    | 1.5E-3 || 0.0015
            """,
        ),
        Spec(
            "Decimal numbers are kept to six places, rounded half to even",
            rule="${rent}",
            table="""
                unit | rent                || value
                1    | 0.1234564           || 0.123456
                2    | 0.1234566           || 0.123457
                3    | 0.1234565           || 0.123456
                4    | 0.1234575           || 0.123458
                5    | -0.1234565          || -0.123456
                6    | -0.1234575          || -0.123458
                7    | 0.12345650000000001 || 0.123457
                8    | 0.0000005           || 0
            """,
        ),
        Spec(
            "Dates",
            rule="${born} = date('2024-02-29')",
            text="A time after the day is left out.",
            table="""
                unit | born                          || value
                1    | 2024-02-29                    || T
                2    | 2024-02-29T23:59:59.000+02:00 || T
                3    | 2024-02-29 00:00:00           || T
                4    | 2000-02-29                    || F
            """,
        ),
        Spec(
            "Leap days",
            rule="${born} < date('2000-03-01')",
            table="""
                unit | born       || value
                1    | 2000-02-29 || T
                2    | 2000-03-01 || F
                3    | 1900-02-28 || T
                4    | 1900-03-01 || T
            """,
        ),
    ),
)
