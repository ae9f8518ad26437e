"""Factors, responses and measures."""

from __future__ import annotations

from tests.spec.model import Chapter, Spec

TWO_FACTORS = {
    "factors": """
        name  | rule         | effect
        alone | ${a} = 'yes' | risk
        skill | ${b} = 'yes' | protective
    """
}

CHAPTER = Chapter(
    "Factors, responses, measures",
    "Factors look at answers; responses at answers and factors; measures add up factors and "
    "numbers. A factor is present, absent, or unknown (an empty cell here).",
    (
        Spec(
            "A factor is what its rule says",
            sheets=TWO_FACTORS,
            table="""
                unit | a   | b  || alone | skill
                1    | yes | no || T     | F
                2    | no  |    || F     |
            """,
        ),
        Spec(
            "A factor is not asked at other stages",
            text="It is then neither present nor absent, and for a response it has no effect. An "
            "unknown stage rules nothing out.",
            sheets={
                "factors": """
                    name  | rule         | stages
                    alone | ${a} = 'yes' | transit return
                """,
                "responses": """
                    name    | when
                    company | ${alone}
                    check   | not(${alone})
                """,
            },
            table="""
                unit | a   | stage   || alone | company | check
                1    | yes | transit || T     | T       | F
                2    | yes | return  || T     | T       | F
                3    | yes | origin  ||       | F       | T
                4    |     | origin  ||       | F       | T
                5    | yes |         || T     | T       | F
                6    |     | transit ||       |         |
            """,
        ),
        Spec(
            "A response looks at factors and answers",
            sheets={
                **TWO_FACTORS,
                "responses": """
                    name    | when
                    company | ${alone} and ${age} < 18
                    advice  | ${alone} and not(${skill})
                """,
            },
            table="""
                unit | a   | b   | age || company | advice
                1    | yes | yes | 17  || T       | F
                2    | yes | no  | 18  || F       | T
                3    | yes |     |     ||         |
                4    |     | yes | 17  ||         | F
                5    | no  |     |     || F       | F
            """,
        ),
        Spec(
            "A factor that depends on context has a direction",
            text="Its rule gives raises, protects, both or none. It is present when it has an "
            "effect either way.",
            sheets={
                "factors": """
                    name   | effect  | rule
                    circle | context | ${network}
                """,
                "responses": """
                    name  | when
                    guard | ${circle} = 'raises'
                    lean  | ${circle} != 'raises'
                """,
            },
            table="""
                unit | network  || circle | circle__direction | guard | lean
                1    | raises   || T      | raises            | T     | F
                2    | protects || T      | protects          | F     | T
                3    | both     || T      | both              | F     | T
                4    | none     || F      | none              | F     | T
                5    |          ||        |                   |       |
                6    | dk       ||        |                   |       |
            """,
        ),
        Spec(
            "A factor of context at a stage where it is not asked",
            text="For a response its direction is none.",
            sheets={
                "factors": """
                    name   | effect  | rule       | stages
                    circle | context | ${network} | transit
                """,
                "responses": """
                    name  | when
                    guard | ${circle} = 'raises'
                    free  | ${circle} = 'none'
                """,
            },
            table="""
                unit | network | stage   || circle | circle__direction | guard | free
                1    | raises  | transit || T      | raises            | T     | F
                2    | raises  | origin  ||        |                   | F     | T
                3    |         | origin  ||        |                   | F     | T
                4    | raises  |         || T      | raises            | T     | F
            """,
        ),
        Spec(
            "The share of factors that is known",
            text="Of those that apply at the stage; unknown when none applies.",
            sheets={
                "factors": """
                    name   | rule         | stages
                    first  | ${a} = 'yes' | transit
                    second | ${b} = 'yes' | transit return
                """
            },
            table="""
                unit | a   | b   | stage   || known_share
                1    | yes | no  | transit || 1
                2    | yes |     | transit || 0.5
                3    |     |     | transit || 0
                4    | yes |     | return  || 0
                5    |     | no  | return  || 1
                6    | yes | yes | origin  ||
                7    | yes |     |         || 0.5
            """,
        ),
        Spec(
            "A measure adds up weights",
            text="A present factor counts its weight (1 if it has none of its own), an absent one "
            "0. One unknown part makes the whole unknown.",
            sheets={
                "factors": """
                    name  | rule         | weight
                    alone | ${a} = 'yes' |
                    minor | ${age} < 18  | 2.5
                """,
                "measures": """
                    name  | components
                    score | alone minor
                """,
            },
            table="""
                unit | a   | age || score
                1    | yes | 17  || 3.5
                2    | yes | 18  || 1
                3    | no  | 18  || 0
                4    |     | 17  ||
            """,
        ),
        Spec(
            "Weights: a number, `own`, `-own`",
            sheets={
                "factors": """
                    name  | rule         | weight
                    alone | ${a} = 'yes' | 3
                    skill | ${b} = 'yes' | 2
                    minor | ${age} < 18  |
                """,
                "measures": """
                    name  | components        | weights
                    score | alone skill minor | own -own 0.5
                """,
            },
            table="""
                unit | a   | b   | age || score
                1    | yes | yes | 17  || 1.5
                2    | no  | yes | 18  || -2
                3    | yes | no  | 18  || 3
            """,
        ),
        Spec(
            "A weight can depend on answers",
            text="It matters only while the factor is present.",
            sheets={
                "factors": """
                    name  | rule         | weight
                    alone | ${a} = 'yes' | if(${age} < 18, 2, 0.5)
                """,
                "measures": """
                    name  | components
                    score | alone
                """,
            },
            table="""
                unit | a   | age || score
                1    | yes | 17  || 2
                2    | yes | 18  || 0.5
                3    | yes |     ||
                4    | no  |     || 0
            """,
        ),
        Spec(
            "A measure can add answers",
            sheets={
                "measures": """
                    name  | components      | weights
                    score | income children | 0.5 -2
                """,
            },
            table="""
                unit | income   | children || score
                1    | 10       | 1        || 3
                2    | 0.000002 | 0        || 0.000001
                3    | 10       |          ||
                4    | -1       | 1        ||
            """,
        ),
        Spec(
            "Selectors take all factors of an effect and level",
            text="A factor of context counts on the side to which it points, `both` on either.",
            sheets={
                "factors": """
                    name   | rule         | effect     | level
                    alone  | ${a} = 'yes' | risk       | individual
                    poor   | ${b} = 'yes' | risk       | household
                    skill  | ${age} > 17  | protective | individual
                    circle | ${network}   | context    | individual
                """,
                "measures": """
                    name    | components                            | weights
                    risks   | risk:*                                |
                    own_sum | risk:individual                       |
                    balance | protective:individual risk:individual | own -own
                """,
            },
            table="""
                unit | a   | b   | age | network  || risks | own_sum | balance
                1    | yes | yes | 17  | raises   || 3     | 2       | -2
                2    | yes | no  | 18  | protects || 1     | 1       | 1
                3    | no  | yes | 18  | both     || 2     | 1       | 1
                4    | no  | no  | 17  | none     || 0     | 0       | 0
                5    | no  |     | 17  | none     ||       | 0       | 0
                6    | yes | yes | 17  |          ||       |         |
            """,
        ),
        Spec(
            "A factor that does not apply is no part of a measure",
            text="If no part applies, there is no measure.",
            sheets={
                "factors": """
                    name  | rule         | stages
                    alone | ${a} = 'yes' | transit
                    poor  | ${b} = 'yes' | transit return
                """,
                "measures": """
                    name  | components
                    score | alone poor
                """,
            },
            table="""
                unit | a   | b   | stage   || score
                1    | yes | yes | transit || 2
                2    | yes | yes | return  || 1
                3    |     | yes | return  || 1
                4    | yes | yes | origin  ||
                5    | yes | yes |         || 2
            """,
        ),
        Spec(
            "`available 60%` adds up what is known",
            text="as long as that share of the parts is known: three of five is just enough.",
            sheets={
                "factors": """
                    name   | rule
                    first  | ${a} = 'yes'
                    second | ${b} = 'yes'
                    third  | ${age} < 18
                    fourth | ${children} > 0
                    fifth  | ${region} = 'north'
                """,
                "measures": """
                    name  | components                      | missing
                    score | first second third fourth fifth | available 60%
                """,
            },
            table="""
                unit | a   | b   | age | children | region || score
                1    | yes | yes | 17  | 1        | north  || 5
                2    | yes | yes | 17  |          |        || 3
                3    | yes | no  | 17  |          |        || 2
                4    | yes | yes |     |          |        ||
                5    |     |     |     |          |        ||
            """,
        ),
        Spec(
            "A share that no number of parts meets exactly",
            sheets={
                "factors": TWO_FACTORS["factors"] + "            poor  | ${age} < 18  | risk\n",
                "measures": """
                    name  | components       | missing
                    third | alone skill poor | available 33.3%
                    two   | alone skill poor | available 66.7%
                """,
            },
            table="""
                unit | a   | b   | age || third | two
                1    | yes |     |     || 1     |
                2    | yes | yes |     || 2     |
                3    | yes | yes | 17  || 3     | 3
            """,
        ),
        Spec(
            "Silence is no score",
            text="Even `available` without a share gives no number where nothing is known.",
            sheets={
                **TWO_FACTORS,
                "measures": """
                    name  | components  | missing   | classes
                    score | alone skill | available | low <= 1 / high
                """,
            },
            table="""
                unit | a   | b  || score | score__class
                1    | yes | no || 1     | low
                2    | no  |    || 0     | low
                3    |     |    ||       |
            """,
        ),
        Spec(
            "Classes at exact cut-offs",
            text="`<=` includes the cut-off, `<` does not. The last class takes the rest.",
            sheets={
                "measures": """
                    name  | components | weights | classes
                    score | income     | 1       | low <= 0.3 / some < 1 / much
                """,
            },
            table="""
                unit | income   || score    | score__class
                1    | -5       || -5       | low
                2    | 0.3      || 0.3      | low
                3    | 0.300001 || 0.300001 | some
                4    | 0.999999 || 0.999999 | some
                5    | 1        || 1        | much
                6    |          ||          |
            """,
        ),
        Spec(
            "Without a last class for the rest",
            sheets={
                "measures": """
                    name  | components | weights | classes
                    score | children   | 1       | none <= 0 / few <= 2
                """,
            },
            table="""
                unit | children || score | score__class
                1    | 0        || 0     | none
                2    | 2        || 2     | few
                3    | 3        || 3     |
            """,
        ),
        Spec(
            "Cut-offs of added decimals",
            sheets={
                "measures": """
                    name  | components  | weights | classes
                    score | income rent | 1 1     | low <= 0.3 / high
                """,
            },
            table="""
                unit | income | rent     || score    | score__class
                1    | 0.1    | 0.2      || 0.3      | low
                2    | 0.1    | 0.200001 || 0.300001 | high
            """,
        ),
        Spec(
            "The largest answers stay exact in a measure",
            text="Weights may make sums that no usual whole number of a computer holds.",
            sheets={
                "measures": """
                    name  | components  | weights           | classes
                    score | income rent | 100 -99.999999999 | low <= 1000 / high
                """,
            },
            table="""
                unit | income              | rent         || score__class
                1    | 999999999999        | 999999999999 || low
                2    | 999999999999.000001 | 999999999999 || high
            """,
        ),
        Spec(
            "The smallest weights stay exact in a measure",
            sheets={
                "factors": """
                    name | rule         | weight
                    tiny | ${a} = 'yes' | 0.0000000001 * 0.0000000001 * ${age}
                """,
                "measures": """
                    name  | components | classes
                    score | tiny       | nothing <= 0 / something
                """,
            },
            table="""
                unit | a   | age || score__class
                1    | yes | 1   || something
                2    | yes | 0   || nothing
                3    | yes | -1  || nothing
            """,
        ),
    ),
)
