"""Rosters."""

from __future__ import annotations

from tests.spec.model import Chapter, Spec

AGES = """
    unit | member_age
    1    | 3
    1    | 30
    1    | 4
    2    | 30
    3    | 3
    3    |
    4    |
    4    |
"""
PEOPLE = """
    unit | member_age | member_income | member_ill
    1    | 3          | 0.1           | no
    1    | 30         | 0.2           | no
    2    | 3          | 5             | yes
    2    | 30         |               | no
    3    |            | -1            |
    3    | 30         | 0.25          | no
    4    | 30         | 7             | no
"""
UNITS = """
    unit | a
    1    | yes
    2    | yes
    3    | yes
    4    | yes
    5    | yes
"""
EMPTY = "unit | member_age | member_income | member_ill"

# The count of rows below 5: unit 1 has surely 2, 2 has 0, 3 has 1 or 2, 4 between 0 and 2, 5 none.
_RANGES = (
    ("= 0", "F", "T", "F", "", "T"),
    ("= 1", "F", "F", "", "", "F"),
    ("= 2", "T", "F", "", "", "F"),
    ("= 3", "F", "F", "F", "F", "F"),
    ("!= 0", "T", "F", "T", "", "F"),
    ("!= 1", "T", "T", "", "", "T"),
    ("!= 3", "T", "T", "T", "T", "T"),
    ("< 1", "F", "T", "F", "", "T"),
    ("< 2", "F", "T", "", "", "T"),
    ("< 3", "T", "T", "T", "T", "T"),
    ("<= 0", "F", "T", "F", "", "T"),
    ("<= 1", "F", "T", "", "", "T"),
    ("<= 2", "T", "T", "T", "T", "T"),
    ("> 0", "T", "F", "T", "", "F"),
    ("> 1", "T", "F", "", "", "F"),
    ("> 2", "F", "F", "F", "F", "F"),
    (">= 1", "T", "F", "T", "", "F"),
    (">= 2", "T", "F", "", "", "F"),
    (">= 3", "F", "F", "F", "F", "F"),
)


def _units(*values: str) -> str:
    lines = "\n".join(f"{number} | yes || {value}" for number, value in enumerate(values, start=1))
    return f"unit | a || value\n{lines}"


def _spec(title: str, rule: str, *values: str, rows: str = PEOPLE, text: str = "") -> Spec:
    return Spec(title, _units(*values), rule, text, {"member": rows})


CHAPTER = Chapter(
    "Rosters",
    "A repeat of the form is a table of its own, with one row per member. A unit without rows has "
    "an empty roster; if there is no table at all, the roster was not asked and everything about "
    "it is unknown.",
    (
        _spec("`count(...)` of all rows", "count(${member})", "2", "2", "2", "1", "0"),
        _spec(
            "`count(...)` of the rows that meet a condition",
            "count(${member}[${member_age} < 5])",
            "2",
            "0",
            "",
            "",
            "0",
            rows=AGES,
            text="Rows for which the condition is unknown may count or not: the count is then a "
            "range, and unknown as a number.",
        ),
        *(
            _spec(
                f"A count that may be a range, `{comparison}`",
                f"count(${{member}}[${{member_age}} < 5]) {comparison}",
                *values,
                rows=AGES,
                text="Decided where the whole range says the same." if at == 0 else "",
            )
            for at, (comparison, *values) in enumerate(_RANGES)
        ),
        _spec(
            "A count on the right",
            "1 <= count(${member}[${member_age} < 5])",
            *("T", "F", "T", "", "F"),
            rows=AGES,
        ),
        _spec(
            "Two counts compared",
            "count(${member}[${member_age} < 5]) < count(${member}[${member_age} >= 5])",
            *("F", "T", "F", "", "F"),
            rows=AGES,
            text="Each is a range of its own. Here the third unit has one or two young children "
            "and nobody or one person who is older, which is never more.",
        ),
        _spec(
            "Counting with a range gives no number",
            "count(${member}[${member_age} < 5]) + 1 >= 1",
            *("T", "T", "", "", "T"),
            rows=AGES,
            text="Only a comparison looks at the range; arithmetic needs the number.",
        ),
        _spec(
            "`any(...)` is true when some row is",
            "any(${member}[${member_ill} = 'yes'])",
            *("F", "T", "", "F", "F"),
        ),
        _spec(
            "`any(...)` with unknown rows",
            "any(${member}[${member_age} < 5])",
            *("T", "F", "T", "", "F"),
            rows=AGES,
            text="One row that surely meets the condition decides.",
        ),
        _spec(
            "`all(...)` is true when every row is",
            "all(${member}, ${member_age} >= 5)",
            *("F", "T", "F", "", "T"),
            rows=AGES,
            text="True for an empty roster. One row that surely fails decides.",
        ),
        _spec(
            "`all(...)` of the rows that meet a condition",
            "all(${member}[${member_age} >= 18], ${member_ill} = 'no')",
            *("T", "T", "", "T", "T"),
            rows="""
                unit | member_age | member_ill
                1    | 3          | yes
                1    | 30         | no
                2    | 3          |
                3    |            | yes
                3    | 30         | no
                4    |            | no
            """,
            text="A row of which it is unknown whether it is looked at leaves the whole unknown, "
            "unless it meets what is asked anyway.",
        ),
        _spec(
            "`sum(...)` adds exactly",
            "sum(${member_income})",
            *("0.3", "", "-0.75", "7", "0"),
            text="Zero for an empty roster; unknown when one of the numbers is.",
        ),
        _spec(
            "`sum(...)` of the rows that meet a condition",
            "sum(${member_income}[${member_age} < 18])",
            *("0.1", "5", "", "0", "0"),
            text="Numbers of other rows do not matter; a row that may or may not belong does.",
        ),
        _spec(
            "`min(...)`",
            "min(${member_income})",
            *("0.1", "", "-1", "7", ""),
            text="Unknown for an empty roster, which has no smallest number.",
        ),
        _spec("`max(...)`", "max(${member_income})", "0.2", "", "0.25", "7", ""),
        _spec(
            "`min(...)` of the rows that meet a condition",
            "min(${member_income}[${member_age} >= 18])",
            *("0.2", "", "", "7", ""),
        ),
        _spec(
            "`max(...)` of the rows that meet a condition",
            "max(${member_age}[${member_ill} = 'no'])",
            *("30", "30", "", "30", ""),
        ),
        _spec(
            "No row meets the condition",
            "max(${member_age}[${member_ill} = 'yes'])",
            *("", "3", "", "", ""),
        ),
        _spec(
            "Conditions within square brackets can be joined",
            "count(${member}[${member_age} < 5 or ${member_ill} = 'yes']) >= 1",
            *("T", "T", "", "F", "F"),
        ),
        _spec(
            "Several choices in a roster",
            "any(${member}[selected(${member_needs}, 'food')])",
            *("T", "", "F", "F", "F"),
            rows="""
                unit | member_needs
                1    | water food dk
                2    | water dk
                3    | water
                3    | shelter
            """,
        ),
        Spec(
            "A question of the unit inside square brackets",
            text="is the same for each of its rows.",
            rule="any(${member}[${member_age} < 5 and ${a} = 'yes'])",
            rosters={"member": AGES},
            table="""
                unit | a   || value
                1    | yes || T
                2    | yes || F
                3    |     ||
                4    | no  || F
                5    | yes || F
            """,
        ),
        Spec(
            "A number of the unit, compared with one of each row",
            rule="count(${member}[${member_age} > ${age}])",
            rosters={"member": AGES},
            table="""
                unit | age  || value
                1    | 3    || 2
                2    | 30   || 0
                3    | 1    ||
                4    | -999 ||
                5    |      || 0
            """,
        ),
        Spec(
            "What was answered for the place of the unit, inside square brackets",
            rule="any(${member}[${member_ill} = 'yes' and ${clinic_open} = 'no'])",
            rosters={"member": PEOPLE},
            place="""
                region | month | clinic_open
                north  | 5     | no
                south  | 5     | yes
            """,
            table="""
                unit | region | month || value
                1    | north  | 5     || F
                2    | north  | 5     || T
                3    | south  | 5     || F
                4    | east   | 5     || F
            """,
        ),
        Spec(
            "Ages of rows on the day of the interview",
            text="`today()` is an answer of the unit.",
            rule="count(${member}[${member_age} > age(${born})])",
            rosters={"member": AGES},
            table="""
                unit | born       | arrived    || value
                1    | 2000-01-01 | 2010-01-01 || 1
                2    | 2000-01-01 | 2040-01-01 || 0
            """,
        ),
        *(
            Spec(
                f"`{rule}` of an empty roster",
                _units(value),
                rule,
                rosters={"member": EMPTY},
            )
            for rule, value in (
                ("count(${member})", "0"),
                ("count(${member}[${member_age} < 5])", "0"),
                ("any(${member}[${member_age} < 5])", "F"),
                ("all(${member}, ${member_age} < 5)", "T"),
                ("sum(${member_income})", "0"),
                ("min(${member_income})", ""),
                ("max(${member_income})", ""),
            )
        ),
        *(
            Spec(f"`{rule}` without the roster's table", _units(""), rule)
            for rule in (
                "count(${member})",
                "count(${member}) >= 0",
                "any(${member}[${member_age} < 5])",
                "all(${member}, ${member_age} < 5)",
                "sum(${member_income})",
                "min(${member_income})",
                "max(${member_income})",
            )
        ),
        _spec(
            "A column that the roster's table does not have",
            "any(${member}[${member_ill} = 'yes'])",
            *("", "", "", "", "F"),
            rows=AGES,
            text="was not asked. A unit with no rows is still known to have nobody.",
        ),
    ),
)
