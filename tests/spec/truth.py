"""And, or, not."""

from __future__ import annotations

from tests.spec.model import Chapter, Spec

CHAPTER = Chapter(
    "Conditions joined",
    "A condition is true, false or unknown. Unknown is not no: it leaves the whole unknown unless "
    "the other parts decide by themselves. These tables are complete.",
    (
        Spec(
            "`and` is true when both sides are",
            rule="${a} = 'yes' and ${b} = 'yes'",
            text="One side that is false decides, whatever the other side is.",
            table="""
                unit | a   | b   || value
                1    | yes | yes || T
                2    | yes | no  || F
                3    | yes |     ||
                4    | no  | yes || F
                5    | no  | no  || F
                6    | no  |     || F
                7    |     | yes ||
                8    |     | no  || F
                9    |     |     ||
            """,
        ),
        Spec(
            "`or` is true when at least one side is",
            rule="${a} = 'yes' or ${b} = 'yes'",
            text="One side that is true decides, whatever the other side is.",
            table="""
                unit | a   | b   || value
                1    | yes | yes || T
                2    | yes | no  || T
                3    | yes |     || T
                4    | no  | yes || T
                5    | no  | no  || F
                6    | no  |     ||
                7    |     | yes || T
                8    |     | no  ||
                9    |     |     ||
            """,
        ),
        Spec(
            "`not(...)` turns a condition round",
            rule="not(${a} = 'yes')",
            text="The opposite of unknown is unknown.",
            table="""
                unit | a   || value
                1    | yes || F
                2    | no  || T
                3    |     ||
            """,
        ),
        Spec(
            "`and` binds more tightly than `or`",
            rule="${a} = 'yes' or ${b} = 'yes' and ${age} < 18",
            table="""
                unit | a   | b   | age || value
                1    | yes | no  | 40  || T
                2    | no  | yes | 40  || F
                3    | no  | yes | 17  || T
            """,
        ),
        Spec(
            "Brackets decide what is joined first",
            rule="(${a} = 'yes' or ${b} = 'yes') and ${age} < 18",
            table="""
                unit | a   | b   | age || value
                1    | yes | no  | 40  || F
                2    | no  | yes | 40  || F
                3    | no  | yes | 17  || T
            """,
        ),
        Spec(
            "Three parts and more",
            rule="${a} = 'yes' and ${b} = 'yes' and ${age} < 18",
            table="""
                unit | a   | b   | age || value
                1    | yes | yes | 17  || T
                2    | yes |     | 40  || F
                3    | yes |     | 17  ||
            """,
        ),
        Spec(
            "Unknown stays unknown through opposites",
            rule="${a} = 'yes' or not(${a} = 'yes')",
            text="Parts are looked at one by one, so this is not true for somebody who was not "
            "asked: silence never becomes a finding.",
            table="""
                unit | a   || value
                1    | yes || T
                2    | no  || T
                3    |     ||
            """,
        ),
    ),
)
