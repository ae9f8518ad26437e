"""Rosters within rosters."""

from __future__ import annotations

from tests.spec.model import Chapter, Spec

MEMBERS = """
    unit | row | member_age | member_ill
    1    | m1  | 30         | no
    1    | m2  | 4          | yes
    2    | m3  | 17         | no
    3    | m4  |            |
    4    | m5  | 50         | no
    4    | m6  | 40         |
"""
LEGS = """
    of | row | leg_days | leg_cost | leg_harm
    m1 | l1  | 3        | 0.1      | no
    m1 | l2  | 10       | 0.2      | yes
    m2 | l3  | 3        | 0.1      | no
    m3 | l4  | 40       | 7        | yes
    m4 | l5  |          | 2        |
    m6 | l6  | 1        |          | no
    m9 | l7  | 99       | 99       | yes
"""
STOPS = """
    of | stop_nights
    l1 | 1
    l1 | 2
    l2 | 9
    l4 | 5
    l6 |
"""
UNITS = """
    unit | a
    1    | yes
    2    | no
    3    | yes
    4    |
    5    | yes
"""


def _units(*values: str) -> str:
    drawn = zip(("yes", "no", "yes", "", "yes"), values, strict=True)
    lines = "\n".join(f"{at} | {a} || {value}" for at, (a, value) in enumerate(drawn, start=1))
    return f"unit | a || value\n{lines}"


def _spec(
    title: str,
    rule: str,
    *values: str,
    members: str = MEMBERS,
    legs: str = LEGS,
    stops: str = "",
    text: str = "",
) -> Spec:
    drawn = {"member": members, "leg": legs, "stop": stops}
    given = {name: table for name, table in drawn.items() if table}
    return Spec(title, _units(*values), rule, text, given)


CHAPTER = Chapter(
    "Rosters within rosters",
    "A repeat within a repeat is a table too, with one row per journey leg of each member. In the "
    "tables drawn here `row` is the key of a row, and `of` says to which row of the repeat around "
    "it another one belongs. Unit 1 has two members with two legs and one; unit 5 has no members. "
    "The member m5 has no legs, and the last leg belongs to no member of anybody.",
    (
        _spec(
            "From the unit, all rows of all members count",
            "count(${leg})",
            *("3", "1", "1", "1", "0"),
            text="As in a form, where `count(${leg})` outside the repeats counts every leg. A row "
            "that belongs to no row is left out.",
        ),
        _spec(
            "From the unit, the rows that meet a condition",
            "count(${leg}[${leg_days} > 2])",
            *("3", "1", "", "0", "0"),
        ),
        _spec("From the unit, a sum", "sum(${leg_cost})", "0.4", "7", "2", "", "0"),
        _spec("From the unit, the largest", "max(${leg_days})", "10", "40", "", "1", ""),
        _spec(
            "In the brackets of a member, that member's rows count",
            "count(${member}[count(${leg}) > 1])",
            *("1", "0", "0", "0", "0"),
            text="Only the first member of unit 1 has more than one leg.",
        ),
        _spec(
            "Some member for whom some leg was harmful",
            "any(${member}[${member_age} < 18 and any(${leg}[${leg_harm} = 'yes'])])",
            *("F", "T", "", "F", "F"),
            text="Unit 1 has a harmful leg, but of its adult.",
        ),
        _spec(
            "A member without any leg",
            "any(${member}[count(${leg}) = 0])",
            *("F", "F", "F", "T", "F"),
            text="The table of legs is there, so whoever has no row in it has none.",
        ),
        _spec(
            "All legs of all members",
            "all(${member}, all(${leg}, ${leg_days} < 20))",
            *("T", "F", "", "T", "T"),
            text="True for a member without legs, and for a unit without members.",
        ),
        _spec(
            "The largest of a member's rows",
            "count(${member}[max(${leg_days}) >= 10])",
            *("1", "1", "", "", "0"),
            text="A member without legs has no largest number, so that it is unknown whether that "
            "member counts (unit 4).",
        ),
        _spec(
            "Unknown rows make a member's count a range too",
            "count(${member}[count(${leg}[${leg_days} > 2]) <= 1]) >= 1",
            *("T", "T", "T", "T", "F"),
            text="The member of unit 3 has none or one such leg: at most one either way.",
        ),
        _spec(
            "An inner row can look at the row around it",
            "any(${leg}[${leg_harm} = 'yes' and ${member_age} < 18])",
            *("F", "T", "", "F", "F"),
            text="From the unit. It means the same as `any(${member}[${member_age} < 18 and "
            "any(${leg}[${leg_harm} = 'yes'])])`.",
        ),
        _spec(
            "An inner row within an outer one, both named",
            "count(${member}[any(${leg}[${leg_days} < ${member_age}])])",
            *("2", "0", "", "1", "0"),
        ),
        _spec(
            "An inner row can look at the unit",
            "count(${leg}[${leg_harm} = 'yes' and ${a} = 'yes'])",
            *("1", "0", "", "0", "0"),
            text="Unit 2 says no to A.",
        ),
        _spec(
            "Three levels, counted from the unit",
            "count(${stop})",
            *("3", "1", "0", "1", "0"),
            stops=STOPS,
        ),
        _spec(
            "Three levels, one in the other",
            "any(${member}[any(${leg}[sum(${stop_nights}) > 8])])",
            *("T", "F", "F", "", "F"),
            stops=STOPS,
        ),
        _spec(
            "From a member, the rows two levels within",
            "count(${member}[sum(${stop_nights}) >= 5])",
            *("1", "1", "0", "", "0"),
            stops=STOPS,
        ),
        _spec(
            "The innermost row looks at all rows around it",
            "count(${stop}[${stop_nights} < ${leg_days} and ${member_age} >= 18])",
            *("3", "0", "0", "", "0"),
            stops=STOPS,
        ),
        *(
            _spec(
                f"`{rule}` where nobody has any row",
                rule,
                *values,
                legs="of | row | leg_days | leg_cost",
            )
            for rule, *values in (
                ("count(${leg})", "0", "0", "0", "0", "0"),
                ("count(${member}[count(${leg}) = 0])", "2", "1", "1", "2", "0"),
                ("any(${member}[any(${leg}[${leg_days} > 2])])", "F", "F", "F", "F", "F"),
                ("sum(${leg_cost})", "0", "0", "0", "0", "0"),
                ("max(${leg_cost})", "", "", "", "", ""),
            )
        ),
        *(
            _spec(f"`{rule}` without the table of legs", rule, *values, legs="")
            for rule, *values in (
                ("count(${leg}) >= 0", "", "", "", "", ""),
                ("any(${member}[any(${leg}[${leg_days} > 2])])", "", "", "", "", "F"),
                ("count(${member}[count(${leg}) = 0])", "", "", "", "", "0"),
                (
                    "count(${member}[${member_age} < 18 and count(${leg}) > 0])",
                    "",
                    "",
                    "",
                    "0",
                    "0",
                ),
            )
        ),
        _spec(
            "Without the table of members, legs belong to nobody",
            "count(${leg}) >= 0",
            *("", "", "", "", ""),
            members="",
            text="Whose they are is unknown, and so is everything that is said of them.",
        ),
        Spec(
            "From rows to members, and from members to the unit",
            text="A measure `of` an inner repeat looks at its row, at rows around it and at the "
            "unit; one of an outer repeat puts those of its inner rows together.",
            rosters={"member": MEMBERS, "leg": LEGS},
            sheets={
                "measures": """
                    name  | kind         | of     | rule | components | classes
                    worn  | expression   | leg    | if(${leg_harm} = 'yes', 2, 1) * ${leg_days} | |
                    bare  | expression   | leg    | ${leg_days} + ${member_age} | |
                    road  | expression   | member | sum(${worn}) | | short <= 20 / long
                    hard  | weighted_sum | member | | road member_age |
                    whole | expression   |        | sum(${road}) | |
                    every | expression   |        | sum(${worn}) | |
                    most  | expression   |        | max(${hard}) | |
                    oldest | expression  |        | max(${bare}) | |
                    long  | expression   |        | count(${member}[${road__class} = 'long']) | |
                """
            },
            table="""
                unit | a   || whole | every | most | oldest | long
                1    | yes || 26    | 26    | 53   | 40     | 1
                2    | no  || 80    | 80    | 97   | 57     | 1
                3    | yes ||       |       |      |        |
                4    |     || 1     | 1     | 50   | 41     | 0
                5    | yes || 0     | 0     |      |        | 0
            """,
        ),
    ),
)
