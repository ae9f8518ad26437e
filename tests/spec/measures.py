"""Every kind of measure, and rows that look at other rows."""

from __future__ import annotations

from tests.spec.model import Chapter, Spec

_AB = """
    name  | rule         | weight
    alone | ${a} = 'yes' | 3
    skill | ${b} = 'yes' | 2
    minor | ${age} < 18  |
"""

CHAPTER = Chapter(
    "Measures of every kind",
    "A measure is a number with classes. Parts that are unknown make it unknown, unless its "
    "`missing` says that enough is known. Cut-offs are exact.",
    (
        Spec(
            "`mean`: the sum of the parts over the sum of their weights",
            sheets={
                "measures": """
                    name | kind | components        | weights | classes
                    m    | mean | income rent       | 1 2     | low <= 1 / high
                """,
            },
            table="""
                unit | income | rent || m     | m__class
                1    | 1      | 1    || 1     | low
                2    | 1      | 2    || 5/3   | high
                3    | 1      |      ||       |
            """,
        ),
        Spec(
            "`mean` of what is available",
            text="`available 2` needs two known parts, `available 50%` half of them. The weights "
            "of the unknown ones do not count.",
            sheets={
                "measures": """
                    name | kind | components        | weights | missing
                    m    | mean | income rent age   | 1 2 1   | available 2
                    n    | mean | income rent       |         | available 50%
                """,
            },
            table="""
                unit | income | rent | age || m   | n
                1    | 1      | 4    | 7   || 4   | 2.5
                2    | 1      | 4    |     || 3   | 2.5
                3    | 1      |      | 7   || 4   | 1
                4    |        |      | 7   ||     |
            """,
        ),
        Spec(
            "`max` and `min`",
            sheets={
                "measures": """
                    name | kind | components  | missing
                    m    | max  | income rent |
                    n    | min  | income rent | available
                """,
            },
            table="""
                unit | income | rent || m   | n
                1    | 2      | 3.5  || 3.5 | 2
                2    | -2     | -3   || -2  | -3
                3    | 2      |      ||     | 2
                4    |        |      ||     |
            """,
        ),
        Spec(
            "`count`: how many factors are present, how many numbers are above zero",
            sheets={
                "factors": _AB,
                "measures": """
                    name | kind  | components
                    m    | count | alone skill minor children
                """,
            },
            table="""
                unit | a   | b   | age | children || m
                1    | yes | yes | 17  | 4        || 4
                2    | yes | no  | 18  | 0        || 1
                3    | no  | no  | 18  | -1       || 0
                4    | no  | no  | 18  |          ||
            """,
        ),
        Spec(
            "`bounds`: how low and how high an unknown value could be",
            text="Factors lie between zero and their weight, numbers between the ends of their "
            "constraint.",
            sheets={
                "factors": _AB,
                "measures": """
                    name | components  | missing
                    m    | alone skill | bounds
                """,
            },
            table="""
                unit | a   | b   || m | m__low | m__high
                1    | yes | no  || 3 | 3      | 3
                2    | yes |     ||   | 3      | 5
                3    |     |     ||   | 0      | 5
            """,
        ),
        Spec(
            "`bounds` of a mean count every part",
            sheets={
                "factors": _AB,
                "measures": """
                    name | kind | components  | missing
                    m    | mean | alone skill | bounds
                """,
            },
            table="""
                unit | a   | b   || m   | m__low | m__high
                1    | yes | no  || 0.5 | 0.5    | 0.5
                2    | yes |     ||     | 0.5    | 1
                3    |     |     ||     | 0      | 1
            """,
        ),
        Spec(
            "`expression`: any number that a rule can say",
            sheets={
                "measures": """
                    name  | kind       | rule                     | classes
                    spent | expression | ${rent} + ${income}      |
                    m     | expression | ${rent} div ${spent}     | low < 0.5 / mid < 0.65 / high
                """,
            },
            table="""
                unit | rent | income || m    | m__class
                1    | 1    | 3      || 0.25 | low
                2    | 1    | 1      || 0.5  | mid
                3    | 65   | 35     || 0.65 | high
                4    | 0    | 0      ||      |
            """,
        ),
        Spec(
            "`decision`: the first row that is true",
            text="A row before it that is unknown makes the whole unknown, unless every number "
            "that is still possible is the same.",
            sheets={
                "measures": """
                    name | kind     | classes
                    m    | decision | low <= 1 / high
                """,
                "decisions": """
                    measure | when                          | value
                    m       | ${a} = 'yes' and ${b} = 'yes' | 3
                    m       | ${a} = 'yes'                  | 2
                    m       | ${b} = 'yes'                  | 2
                    m       | otherwise                     | 1
                """,
            },
            table="""
                unit | a   | b   || m | m__class
                1    | yes | yes || 3 | high
                2    | yes | no  || 2 | high
                3    | no  | yes || 2 | high
                4    | no  | no  || 1 | low
                5    | yes |     ||   |
                6    | no  |     ||   |
                7    |     |     ||   |
            """,
        ),
        Spec(
            "`table`: a row for each combination of keys",
            text="`*` stands for any. The keys are choices, directions, classes or whole numbers.",
            sheets={
                "measures": """
                    name | kind  | components
                    m    | table | region children
                """,
                "decisions": """
                    measure | when    | value
                    m       | north 0 | 1
                    m       | north * | 2.5
                    m       | south * | 4
                """,
            },
            table="""
                unit | region | children || m
                1    | north  | 0        || 1
                2    | north  | 7        || 2.5
                3    | south  |          || 4
                4    | north  |          ||
                5    | east   | 0        ||
                6    |        | 0        ||
            """,
        ),
        Spec(
            "`alkire_foster`: weighted deprivations and who is identified",
            text="Without weights, dimensions weigh the same, and factors within one too. At "
            "exactly `k` a unit is identified. `__intensity` is the share of its deprivations.",
            sheets={
                "factors": _AB,
                "measures": """
                    name | kind          | components                      | k
                    m    | alkire_foster | food: alone; other: skill minor | 1/2
                    n    | alkire_foster | alone skill minor               | 2/3
                """,
            },
            table="""
                unit | a   | b   | age || m    | m__class       | m__intensity | n
                1    | yes | no  | 18  || 0.5  | identified     | 0.5          | 1/3
                2    | no  | yes | 18  || 0.25 | not_identified | 0            | 1/3
                3    | no  | yes | 17  || 0.5  | identified     | 0.5          | 2/3
                4    | yes | yes | 17  || 1    | identified     | 1            | 1
                5    | yes | yes |     ||      |                |              |
            """,
        ),
        Spec(
            "`alkire_foster` with weights of its own",
            text="Weights are taken in proportion; they need not add up to 1.",
            sheets={
                "factors": _AB,
                "measures": """
                    name | kind          | components        | weights     | k
                    m    | alkire_foster | alone skill minor | 1/2 1/3 1/6 | 50%
                    n    | alkire_foster | alone skill minor | 3 2 1       | 0.34
                """,
            },
            table="""
                unit | a   | b   | age || m   | m__class       | n   | n__class
                1    | yes | no  | 18  || 0.5 | identified     | 0.5 | identified
                2    | no  | yes | 17  || 0.5 | identified     | 0.5 | identified
                3    | no  | yes | 18  || 1/3 | not_identified | 1/3 | not_identified
            """,
        ),
        Spec(
            "A measure of each row of a repeat",
            text="`of` names the repeat. What comes out belongs to its rows; rules look at it "
            "through the repeat.",
            rosters={
                "member": """
                    unit | member_age | member_income
                    1    | 4          | 0
                    1    | 40         | 12
                    2    | 30         | 1
                    3    | 30         |
                """
            },
            sheets={
                "measures": """
                    name | kind       | of     | rule                        | classes
                    need | expression | member | ${member_age} div 10        | low < 2 / high
                    sure | expression | member | round(${need}) + ${member_income} |
                    most | expression |        | max(${sure})                |
                    lows | expression |        | count(${member}[${need__class} = 'low']) |
                """,
            },
            table="""
                unit | a || most | lows
                1    |   || 16   | 1
                2    |   || 4    | 0
                3    |   ||      | 0
            """,
        ),
        Spec(
            "Factors can look at other factors",
            text="Rows may stand in any order. A factor that is not asked at the stage of the "
            "journey has no effect.",
            sheets={
                "factors": """
                    name  | rule                        | stages
                    both  | ${alone} and not(${young})  |
                    alone | ${a} = 'yes'                |
                    young | ${age} < 18                 | transit
                """,
            },
            table="""
                unit | a   | age | stage   || both | young
                1    | yes | 17  | transit || F    | T
                2    | yes | 18  | transit || T    | F
                3    | yes |     | transit ||      |
                4    | yes | 17  | return  || T    |
                5    | no  |     | transit || F    |
            """,
        ),
        Spec(
            "A context factor is looked at by its direction",
            sheets={
                "factors": """
                    name | effect  | rule
                    net  | context | ${network}
                    lone | risk    | ${net} = 'none' or ${net} = 'raises'
                """,
            },
            table="""
                unit | network  || lone | net
                1    | raises   || T    | T
                2    | protects || F    | T
                3    | none     || T    | F
                4    |          ||      |
            """,
        ),
        Spec(
            "Rules can look at measures and their classes",
            sheets={
                "factors": """
                    name | rule
                    poor | ${m__class} = 'low' and ${m} > 1
                """,
                "responses": """
                    name | when
                    help | ${poor} or ${n} >= 2
                """,
                "measures": """
                    name | kind       | rule              | components | classes
                    m    | expression | ${income} div 2   |            | low <= 3 / high
                    n    | mean       |                   | m rent     |
                """,
            },
            table="""
                unit | income | rent || poor | n   | help
                1    | 6      | 0    || T    | 1.5 | T
                2    | 2      | 5    || F    | 3   | T
                3    | 8      | -2   || F    | 1   | F
                4    |        | 5    ||      |     |
            """,
        ),
    ),
)
