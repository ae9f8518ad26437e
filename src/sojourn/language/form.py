"""The XLSForm part of a framework: questions, choice lists and repeats as rules see them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sojourn.framework.model import Choice, DataClass, Question, Roster, Text
from sojourn.framework.nodes import (
    COMPARISONS,
    ROSTER_NODES,
    And,
    AnswerRef,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Node,
    NumberLiteral,
    RuleError,
    walk,
)
from sojourn.framework.types import (
    BOOLEAN,
    DATE,
    DECIMAL_ANSWER,
    INTEGER_ANSWER,
    TEXT,
    Code,
    Codes,
    Number,
    Type,
)
from sojourn.framework.values import Missing
from sojourn.language.expressions import Scope, parse
from sojourn.language.labels import text_of
from sojourn.language.problems import Problem, Problems, did_you_mean
from sojourn.language.sheets import SheetRow, Tables

CONVENTIONAL_MISSING = {
    **dict.fromkeys(("dk", "dnk", "dont_know", "do_not_know", "888", "-1"), Missing.DOES_NOT_KNOW),
    **dict.fromkeys(
        ("pnta", "pns", "prefer_not", "prefer_not_to_say", "refused", "999", "-2"),
        Missing.PREFERS_NOT_TO_SAY,
    ),
}
"""Codes read as missing where a choice list has them and does not say otherwise."""

_SIMPLE: dict[str, Type] = {
    "integer": INTEGER_ANSWER,
    "int": INTEGER_ANSWER,
    "range": DECIMAL_ANSWER,
    "decimal": DECIMAL_ANSWER,
    "date": DATE,
    "today": DATE,
    "text": TEXT,
    "string": TEXT,
    "calculate": TEXT,
    "hidden": TEXT,
    "barcode": TEXT,
    "acknowledge": Code(("OK",)),
}
_NO_ANSWER = {"note", "image", "audio", "video", "file", "geopoint", "gps", "geotrace", "geoshape"}
_SELECT_ALIAS = re.compile(r"(?i)select[ _](one|multiple)(?:[ _]from)? (?!file)")
_OTHER_TYPES = {
    *("time", "datetime", "dateTime", "rank", "trigger", "url", "email", "photo", "signature"),
    *("start", "end", "deviceid", "username", "phonenumber", "subscriberid", "simserial", "audit"),
    *("select_one_from_file", "select_multiple_from_file", "select_one_external"),
    *("csv-external", "xml-external", "start-geopoint", "background-audio", "background-geopoint"),
}
"""What else a form may hold: read as free text, which no rule compares."""

DEEPEST_REPEAT = 5
"""Repeats within each other that can be read: each is one more table to join."""

_RUNS = re.compile(r"[=@]|[+-](?![0-9]+(\.[0-9]+)?$)")
"""Codes that would be run where a table of answers or findings is opened."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_OURS = ("__also", "__unsure", "__unusable", "__class")
"""Endings of columns that engines put beside a question's or a measure's own."""
_MISSING_PAIR = re.compile(r"(?P<code>\S+?)=(?P<kind>\w+)")


@dataclass
class Form:
    """What was read so far, with every problem met."""

    questions: list[Question] = field(default_factory=list)
    rosters: list[Roster] = field(default_factory=list)
    problems: Problems = field(default_factory=lambda: Problems(""))
    rows: dict[str, SheetRow] = field(default_factory=dict)

    def scope(self) -> Scope:
        return Scope(
            {question.name: question.ref for question in self.questions},
            {question.name: question.missing_codes for question in self.questions},
            {roster.name: roster.parent for roster in self.rosters},
        )


def read_form(tables: Tables, default_language: str) -> Form:
    """The questions, in order, with codes, missing codes, rosters and constraints."""
    form = Form(problems=Problems(tables.name))
    lists = _choice_lists(tables, default_language, form.problems)
    open_repeats: list[str] = []
    open_blocks: list[tuple[str, SheetRow]] = []
    for row in tables.rows("survey"):
        kind = _SELECT_ALIAS.sub(r"select_\1 ", " ".join(row.get("type").split()))
        word = kind.replace("_", " ").lower()
        if word in ("begin group", "begin repeat"):
            open_blocks.append((word.split()[1], row))
            if word == "begin repeat":
                _open_repeat(form, row, open_repeats, default_language)
        elif word in ("end group", "end repeat"):
            _close(word.split()[1], open_blocks, open_repeats, row, form.problems)
        elif kind:
            roster = open_repeats[-1] if open_repeats else None
            _add_question(form, row, kind, roster, lists, default_language)
    for block, row in open_blocks:
        form.problems.append(row.problem("type", f"this {block} is never ended"))
    _check_constraints(form)
    return form


def _open_repeat(form: Form, row: SheetRow, open_repeats: list[str], default: str) -> None:
    name = row.get("name")
    before = len(form.problems)
    if not _NAME.fullmatch(name):
        form.problems.append(row.problem("name", "a repeat needs a name of a-z, 0-9 and _"))
    elif name in form.rows or any(roster.name == name for roster in form.rosters):
        form.problems.append(row.problem("name", f"`{name}` is already a name; choose another"))
    if len(open_repeats) == DEEPEST_REPEAT:
        message = f"more than {DEEPEST_REPEAT} repeats within each other cannot be read"
        form.problems.append(row.problem("type", message))
    parent = open_repeats[-1] if open_repeats else ""
    open_repeats.append(name)
    if len(form.problems) == before:  # else a repeat might stand within itself
        form.rosters.append(Roster(name, text_of(row, "label", default), parent))


def _close(
    block: str,
    open_blocks: list[tuple[str, SheetRow]],
    open_repeats: list[str],
    row: SheetRow,
    problems: Problems,
) -> None:
    if not open_blocks or open_blocks[-1][0] != block:
        problems.append(row.problem("type", f"this ends a {block} that was not begun here"))
        return
    open_blocks.pop()
    if block == "repeat":
        open_repeats.pop()


def _choice_lists(
    tables: Tables, default: str, problems: Problems
) -> dict[str, tuple[Choice, ...]]:
    lists: dict[str, dict[str, Choice]] = {}
    for row in tables.rows("choices"):
        name, code = list_name(row), _code(row.get("name"))
        if not name:
            continue
        if code in lists.get(name, {}):
            message = f"`{code}` stands in the list `{name}` twice; keep one"
            problems.append(row.problem("name", message))
            continue
        missing = CONVENTIONAL_MISSING.get(code)
        declared = row.get("missing")
        if declared:
            missing = _missing_kind(row, declared, problems)
        lists.setdefault(name, {})[code] = Choice(code, text_of(row, "label", default), missing)
    return {name: tuple(choices.values()) for name, choices in lists.items()}


def list_name(row: SheetRow) -> str:
    """The choice list that a row belongs to; older forms write the heading with a space."""
    return row.get("list_name") or row.get("list name")


def _code(text: str) -> str:
    return text[:-2] if re.fullmatch(r"-?[0-9]+\.0", text) else text


def _missing_kind(row: SheetRow, text: str, problems: Problems) -> Missing | None:
    if text in ("no", "none"):
        return None
    try:
        return Missing(text)
    except ValueError:
        allowed = "does_not_know or prefers_not_to_say"
        problems.append(row.problem("missing", f"`{text}` is not a kind of missing; use {allowed}"))
        return None


def _add_question(
    form: Form,
    row: SheetRow,
    kind: str,
    roster: str | None,
    lists: dict[str, tuple[Choice, ...]],
    default: str,
) -> None:
    word, _, rest = kind.partition(" ")
    name = row.get("name")
    if word in _NO_ANSWER:
        return
    problem = _type_problem(row, word) or _name_problem(form, row, name)
    if problem is not None:
        form.problems.append(problem)
        return
    choices: tuple[Choice, ...] = ()
    if word in ("select_one", "select_multiple"):
        found = _choices_of(form, row, word, rest, lists)
        if found is None:
            return
        choices = found
    missing = {choice.name: choice.missing for choice in choices if choice.missing is not None}
    missing |= dict(_declared_missing(row, form.problems))
    form.rows[name] = row
    form.questions.append(
        Question(
            name=name,
            kind=kind,
            type=_type_of(word, choices, missing),
            label=text_of(row, "label", default),
            hint=text_of(row, "hint", default),
            choices=choices,
            missing_codes=missing,
            roster=roster,
            constraint_text=row.get("constraint"),
            constraint_message=text_of(row, "constraint_message", default),
            relevant=row.get("relevant"),
            data_class=_data_class(row, form.problems),
            of_place=_of_place(row, roster, form.problems),
        )
    )


def _type_problem(row: SheetRow, word: str) -> Problem | None:
    """A type that is nearly one we know; others are kept, and read as free text."""
    known = {*_SIMPLE, *_NO_ANSWER, *_OTHER_TYPES, "select_one", "select_multiple"}
    hint = did_you_mean(word, known) if word not in known else ""
    return row.problem("type", f"`{word}` is not a type of question.{hint}") if hint else None


def _name_problem(form: Form, row: SheetRow, name: str) -> Problem | None:
    if not name:
        return row.problem("name", "a name is missing; use a-z, 0-9 and _")
    if not _NAME.fullmatch(name):
        return row.problem("name", f"`{name}` cannot be a name; use a-z, 0-9 and _")
    if name != "__version__" and (name.startswith("__") or name.endswith(_OURS)):
        return row.problem("name", f"`{name}` is kept for columns of ours; choose another")
    if name in form.rows:
        return row.problem("name", f"`{name}` is already the name of a question")
    if any(roster.name == name for roster in form.rosters):
        return row.problem("name", f"`{name}` is already the name of a repeat")
    return None


def _choices_of(
    form: Form, row: SheetRow, word: str, rest: str, lists: dict[str, tuple[Choice, ...]]
) -> tuple[Choice, ...] | None:
    """The choices that `select_one list` can give; None where they cannot be used."""
    list_name, _, added = rest.partition(" ")
    if list_name not in lists and "." not in list_name and not list_name.startswith("${"):
        message = f"there is no choice list `{list_name}`.{did_you_mean(list_name, lists)}"
        form.problems.append(row.problem("type", message))
        return None
    choices = lists.get(list_name, ())
    running = [choice.name for choice in choices if _RUNS.match(choice.name)]
    if running:
        message = (
            f"a spreadsheet takes the code `{running[0]}` for a formula; begin it with a letter "
            "or a digit"
        )
        form.problems.append(row.problem("type", message))
        return None
    broken = [choice.name for choice in choices if not choice.name or " " in choice.name]
    if word == "select_multiple" and broken:
        message = f"the code `{broken[0]}` of `{list_name}` holds a space, which parts the codes"
        form.problems.append(row.problem("type", message))
        return None
    if added == "or_other" and all(choice.name != "other" for choice in choices):
        return (*choices, Choice("other", Text({"en": "Other"})))
    return choices


def _type_of(word: str, choices: tuple[Choice, ...], missing: dict[str, Missing]) -> Type:
    codes = tuple(choice.name for choice in choices if choice.name not in missing)
    if word == "select_one":
        return Code(codes)
    if word == "select_multiple":
        return Codes(codes)
    return _SIMPLE.get(word, TEXT)


def _declared_missing(row: SheetRow, problems: Problems) -> Iterator[tuple[str, Missing]]:
    for part in row.get("missing").split():
        match = _MISSING_PAIR.fullmatch(part)
        if match is None:
            message = f"write `{part}` as code=kind, for example -999=does_not_know"
            problems.append(row.problem("missing", message))
            continue
        kind = _missing_kind(row, match["kind"], problems)
        if kind is not None:
            yield match["code"], kind


def _data_class(row: SheetRow, problems: Problems) -> DataClass | None:
    text = row.get("data_class")
    if not text:
        return None
    try:
        return DataClass(text)
    except ValueError:
        message = f"`{text}` is not a data class.{did_you_mean(text, DataClass)}"
        problems.append(row.problem("data_class", message))
        return None


def _of_place(row: SheetRow, roster: str | None, problems: Problems) -> bool:
    text = row.get("asked_of")
    if text not in ("", "unit", "place"):
        message = f"`{text}` is not known here; write place, or leave it empty for the unit"
        problems.append(row.problem("asked_of", message))
    if text == "place" and roster is not None:
        message = f"what is asked of a place has one answer; take it out of the repeat `{roster}`"
        problems.append(row.problem("asked_of", message))
    return text == "place"


def _check_constraints(form: Form) -> None:
    """Attach the constraints that our expressions can say.

    A constraint beyond them is left to the form itself: forms from elsewhere use functions that
    say nothing about a table, and what looks beyond its own row is not known while rows are read.
    """
    scope = form.scope()
    for at, question in enumerate(form.questions):
        if not question.constraint_text or isinstance(question.type, Code | Codes):
            continue
        this = AnswerRef(question.name, question.type, question.roster)
        own = replace(scope, this=this, inside=question.roster)
        try:
            node = parse(question.constraint_text, own)
        except RuleError:
            continue
        if node.type == BOOLEAN and _is_of_one_row(node, question.roster):
            form.questions[at] = replace(
                question, constraint=node, type=_narrowed(question.type, node, this)
            )


def _is_of_one_row(node: Node, roster: str | None) -> bool:
    """Whether an expression looks at nothing but answers of one row, or of the unit."""
    parts = walk(node)
    refs = (n.roster for n in parts if isinstance(n, AnswerRef))
    return all(r == roster for r in refs) and not any(isinstance(n, ROSTER_NODES) for n in parts)


def _narrowed(kind: Type, constraint: Node, this: AnswerRef) -> Type:
    """The type of the answers that keep the constraint: a number that cannot be so large."""
    limits = limits_of(constraint, this)
    if not isinstance(kind, Number) or limits is None:
        return kind
    return Number(kind.places, min(kind.limit, max(abs(limits[0]), abs(limits[1]), Decimal(1))))


def limits_of(constraint: Node | None, this: AnswerRef) -> tuple[Decimal, Decimal] | None:
    """The lowest and highest number that a constraint allows, None where it leaves one open."""
    low, high = bounds_of(constraint, this)
    return None if low is None or high is None or low > high else (low, high)


def bounds_of(constraint: Node | None, this: AnswerRef) -> tuple[Decimal | None, Decimal | None]:
    """The lowest and the highest number that a constraint allows, None for each left open."""
    low: Decimal | None = None
    high: Decimal | None = None
    parts = constraint.parts if isinstance(constraint, And) else (constraint,)
    for part in parts:
        if isinstance(part, And):  # between()
            parts = (*parts, *part.parts)
    for part in parts:
        if not isinstance(part, COMPARISONS) or not isinstance(part.right, NumberLiteral):
            continue
        if not isinstance(part.left, AnswerRef) or part.left.name != this.name:
            continue
        value = part.right.value
        if isinstance(part, Greater | GreaterEqual):
            low = value if low is None else max(low, value)
        elif isinstance(part, Less | LessEqual):
            high = value if high is None else min(high, value)
    return low, high
