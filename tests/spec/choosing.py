"""Choices and if()."""

from __future__ import annotations

from tests.spec.model import Chapter, Spec

CHAPTER = Chapter(
    "Choices and if",
    "A question with several choices is asked with `selected(...)`. When a code that means "
    "*does not know* or *prefers not to say* was chosen beside others, what was chosen is known, "
    "and what was not chosen is unknown.",
    (
        Spec(
            "`selected(...)` of several choices",
            rule="selected(${needs}, 'food')",
            table="""
                unit | needs      || value
                1    | food       || T
                2    | water      || F
                3    | water food || T
                4    | food dk    || T
                5    | water dk   ||
                6    | dk         ||
                7    |            ||
            """,
        ),
        Spec(
            "`selected(...)` of one choice means `=`",
            rule="selected(${region}, 'north')",
            table="""
                unit | region || value
                1    | north  || T
                2    | south  || F
                3    |        ||
            """,
        ),
        Spec(
            "Not selected",
            rule="not(selected(${needs}, 'food'))",
            text="Unknown when a missing code was chosen with the others.",
            table="""
                unit | needs         || value
                1    | food          || F
                2    | water shelter || T
                3    | water dk      ||
                4    |               ||
            """,
        ),
        Spec(
            "`count-selected(...)` counts the choices",
            rule="count-selected(${needs})",
            table="""
                unit | needs              || value
                1    | food               || 1
                2    | food water shelter || 3
                3    | food food          || 1
                4    | food dk            ||
                5    | dk                 ||
                6    |                    ||
            """,
        ),
        Spec(
            "`if(...)` takes one of two numbers",
            rule="if(${a} = 'yes', ${age}, 0.5)",
            text="It is unknown when the condition is, whatever the two values are.",
            table="""
                unit | a   | age || value
                1    | yes | 3   || 3
                2    | no  | 3   || 0.5
                3    |     | 3   ||
                4    | yes |     ||
                5    | no  |     || 0.5
            """,
        ),
        Spec(
            "`if(...)` with the same value on both sides",
            rule="if(${a} = 'yes', 1, 1)",
            table="""
                unit | a   || value
                1    | yes || 1
                2    | no  || 1
                3    |     ||
            """,
        ),
        Spec(
            "`if(...)` takes one of two codes",
            rule="if(${age} < 18, 'raises', 'none')",
            table="""
                unit | age || value
                1    | 17  || raises
                2    | 18  || none
                3    |     ||
            """,
        ),
        Spec(
            "`if(...)` inside `if(...)`",
            rule="if(${age} < 12, 'both', if(${age} < 18, 'raises', ${network}))",
            table="""
                unit | age | network  || value
                1    | 11  | none     || both
                2    | 12  | none     || raises
                3    | 18  | protects || protects
                4    | 18  |          ||
                5    |     | protects ||
            """,
        ),
        Spec(
            "`if(...)` takes one of two conditions",
            rule="if(${a} = 'yes', ${age} < 18, ${b} = 'yes')",
            table="""
                unit | a   | age | b   || value
                1    | yes | 17  |     || T
                2    | no  | 17  | no  || F
                3    | no  | 17  |     ||
                4    |     | 17  | yes ||
            """,
        ),
        Spec(
            "`if(...)` takes one of two dates",
            rule="if(${a} = 'yes', ${born}, date('2020-01-01'))",
            table="""
                unit | a   | born       || value
                1    | yes | 2000-02-29 || 2000-02-29
                2    | no  | 2000-02-29 || 2020-01-01
                3    | yes |            ||
            """,
        ),
        Spec(
            "The outcome of `if(...)` can be compared",
            rule="if(${a} = 'yes', ${region}, ${birth_region}) = 'north'",
            table="""
                unit | a   | region | birth_region || value
                1    | yes | north  | south        || T
                2    | no  | north  | south        || F
                3    |     | north  | north        ||
            """,
        ),
    ),
)
