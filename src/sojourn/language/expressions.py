"""XLSForm expressions to nodes.

The grammar is the part of XPath that people write in XLSForm rules. What is outside it is refused
with what to write instead, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TypeAlias
from unicodedata import category

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from sojourn.framework.cost import LARGEST, cost
from sojourn.framework.nodes import (
    Absolute,
    Add,
    Age,
    AllRows,
    And,
    AnswerRef,
    AnyRow,
    ClassRef,
    Coalesce,
    CodeLiteral,
    CodeNumber,
    CountRows,
    CountSelected,
    DateLiteral,
    DaysBetween,
    Divide,
    Equal,
    FactorRef,
    Greater,
    GreaterEqual,
    Greatest,
    If,
    Least,
    Less,
    LessEqual,
    MaxRows,
    MeasureRef,
    MinRows,
    Modulo,
    Multiply,
    Negate,
    Node,
    Not,
    NotEqual,
    NumberLiteral,
    Or,
    Round,
    RuleError,
    Selected,
    Subtract,
    SumRows,
    Truncate,
)
from sojourn.framework.types import Code, Codes, Date
from sojourn.framework.values import Missing, lineage
from sojourn.language.problems import did_you_mean

GRAMMAR = r"""
    ?start: or_
    ?or_: and_ ("or" and_)*
    ?and_: comparison ("and" comparison)*
    ?comparison: sum_ (COMPARE sum_)*
    ?sum_: product (SIGN product)*
    ?product: unary (TIMES unary)*
    ?unary: "-" unary -> negate
          | primary
    ?primary: NUMBER -> number
            | STRING -> string
            | "." -> this
            | REF -> ref
            | REF "[" or_ "]" -> filtered
            | NAME "(" [or_ ("," or_)*] ")" -> call
            | "(" or_ ")"
    COMPARE: "!=" | "<=" | ">=" | "=" | "<" | ">"
    SIGN: "+" | "-"
    TIMES: "*" | "div" | "mod"
    REF: /\$\{[^}]*\}/
    NAME: /[A-Za-z][A-Za-z0-9_-]*/
    NUMBER: /[0-9]+(\.[0-9]+)?|\.[0-9]+/
    STRING: /"[^"]*"|'[^']*'|\u2018[^\u2019]*\u2019|\u201c[^\u201d]*\u201d/
    %ignore /\s+/
"""

LONGEST = 10_000
"""Characters in one expression."""

DEEPEST = 50
"""Expressions within expressions."""

MOST_TERMS = 50
"""Numbers added up or multiplied in one go."""

_COMPARE: dict[str, type[Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual]] = {
    "=": Equal,
    "!=": NotEqual,
    "<": Less,
    "<=": LessEqual,
    ">": Greater,
    ">=": GreaterEqual,
}

_ARITHMETIC: dict[str, type[Add | Subtract | Multiply | Divide | Modulo]] = {
    "+": Add,
    "-": Subtract,
    "*": Multiply,
    "div": Divide,
    "mod": Modulo,
}

_REFUSED = {
    "now": "now() would change a finding without a new answer; ask for a date in the form",
    "once": "once() is about filling in a form; a rule reads the answers themselves",
    "true": "a rule that is always true says nothing about the answers",
    "false": "a rule that is always false can never be met",
    "position": "a rule cannot ask for the position of a row; count() or any() look at all rows",
    "regex": "text has no meaning in rules; ask a question with choices",
    "string-length": "text has no meaning in rules; ask a question with choices",
    "concat": "text has no meaning in rules; ask a question with choices",
    "pulldata": "a rule reads answers only; join the other table in as answers of a place",
    "indexed-repeat": "a rule cannot pick one row by its number; count() or any() look at all rows",
    "random": "a finding that depends on chance cannot be explained",
    "ceiling": "write `-round(-x - 0.5)`, the whole number at or above x",
    "floor": "write `round(x - 0.5)`, the whole number at or below x",
}

RowRef: TypeAlias = FactorRef | MeasureRef | ClassRef


def _no_row(name: str) -> RowRef | None:
    """Where no other rows may be looked at."""


@dataclass(frozen=True)
class Scope:
    """The names a rule may use: questions with their codes, rosters, and other rows if allowed.

    `rosters` has the repeats, each with the one in whose rows it stands, empty for none; `inside`
    is the repeat in one of whose rows the rule is, None for the unit.

    `row` gives the reference to a factor, a measure or a measure's class, None where there is no
    such name; `rows` are those names, for hints. `today` is the question that says on which day
    the unit was asked.
    """

    questions: Mapping[str, AnswerRef] = field(default_factory=dict)
    missing_codes: Mapping[str, Mapping[str, Missing]] = field(default_factory=dict)
    rosters: Mapping[str, str] = field(default_factory=dict)
    row: Callable[[str], RowRef | None] = _no_row
    rows: frozenset[str] = frozenset()
    this: AnswerRef | None = None
    inside: str | None = None
    today: AnswerRef | None = None

    def within(self, roster: str) -> Scope:
        """The names inside a roster's square brackets."""
        return replace(self, this=None, inside=roster)

    @property
    def around(self) -> tuple[str, ...]:
        """The repeats in whose rows the rule is, the innermost first."""
        return lineage(self.rosters, self.inside)

    def reaches(self, roster: str) -> bool:
        """Whether the rows of a repeat can be looked at from here: they lie within."""
        around = lineage(self.rosters, roster)[1:]
        return self.inside is None or self.inside in around


def parse(text: str, scope: Scope) -> Node:
    """The node for an XLSForm expression.

    Raises `RuleError` with a message for the author, naming the place in the text.
    """
    if len(text) > LONGEST:
        raise RuleError(f"this is longer than {LONGEST} characters; make several factors of it")
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise RuleError(_syntax_message(text, error)) from error
    _check_depth(tree)
    rule = _Builder(scope).build(tree)
    if cost(rule) > LARGEST:
        raise RuleError(
            "this divides, rounds or chooses too often within itself; make measures of it"
        )
    return rule


def _check_depth(tree: Tree[Token]) -> None:
    """Refuse what no person can follow, before it is followed to the end of the stack."""
    level = [tree]
    for _ in range(DEEPEST):
        level = [part for node in level for part in node.children if isinstance(part, Tree)]
        if not level:
            return
    raise RuleError("this is nested too deeply to be understood; make several factors of it")


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)


def _syntax_message(text: str, error: UnexpectedInput) -> str:
    if isinstance(error, UnexpectedEOF) or (
        isinstance(error, UnexpectedToken) and error.token.type == "$END"
    ):
        return "the expression ends too early; is a bracket or a value missing?"
    if isinstance(error, UnexpectedCharacters | UnexpectedToken):
        position: int | None = error.pos_in_stream
        at = 1 if position is None else position + 1
        near = text[at - 1 : at + 11]
        around = text[max(0, at - 2) : at + 1]
        foreign = next((sign for sign in ("&&", "||", "==", "<>") if sign in around), None)
        if foreign or near.startswith("!"):
            instead = "write `and`, `or`, `not(...)`, `=` or `!=`"
            return f"at character {at}: {instead}, not `{foreign or near[:1]}`"
        return f"at character {at}: {_unexpected(near)}"
    return "this is not an expression"


def _unexpected(near: str) -> str:
    """What stands where nothing fits, with what was probably meant."""
    sign = near[:1]
    if sign and sign in "'\"\u2018\u201c":
        return "this quotation mark has no partner"
    if sign.isdigit() and not sign.isascii():
        return f"write `{sign}` with the digits 0 to 9"
    if sign and category(sign) == "Pd":
        return f"write a minus as `-`, not as `{sign}`"
    if sign and category(sign) in ("Cc", "Cf", "Co", "Cn", "Cs"):
        return f"an invisible character (U+{ord(sign):04X}) stands here; delete it"
    return f"`{near}` was not expected here"


class _Builder:
    """Turns a parse tree into nodes. Operands that are strings wait for the other side's codes."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.calls: dict[str, Callable[[list[Tree[Token]]], Node]] = {
            "not": self._not,
            "selected": self._selected,
            "count-selected": self._count_selected,
            "if": self._if,
            "count": self._count,
            "sum": lambda args: self._rows_number(SumRows, args),
            "min": lambda args: self._smallest_or_largest(Least, MinRows, args),
            "max": lambda args: self._smallest_or_largest(Greatest, MaxRows, args),
            "any": self._any,
            "all": self._all,
            "date": self._date,
            "today": self._today,
            "age": self._age,
            "between": self._between,
            "abs": lambda args: Absolute(self._only(args, "abs(${number})")),
            "int": lambda args: Truncate(self._only(args, "int(${number})")),
            "number": lambda args: CodeNumber(self._only(args, "number(${question})")),
            "round": self._round,
            "coalesce": self._coalesce,
        }

    def build(self, tree: Tree[Token]) -> Node:
        children = list(tree.children)
        match tree.data:
            case "or_":
                return Or(tuple(self.build(part) for part in _trees(children)))
            case "and_":
                return And(tuple(self.build(part) for part in _trees(children)))
            case "comparison":
                return self._comparison(children)
            case "sum_" | "product":
                return self._arithmetic(children)
            case "negate":
                return self._negate(_trees(children)[0])
            case "number":
                return NumberLiteral(Decimal(str(children[0])))
            case "string":
                raise RuleError(f"the text {children[0]} stands alone; compare a question with it")
            case "this":
                if self.scope.this is None:
                    raise RuleError("`.` has a meaning only in a constraint; name the question")
                return self.scope.this
            case "ref":
                return self._ref(str(children[0]))
            case "filtered":
                raise RuleError(
                    f"`{children[0]}[...]` gives rows, not a value; "
                    f"write count({children[0]}[...]) or any({children[0]}[...])"
                )
            case _:
                return self._call(str(children[0]), _trees(children[1:]))

    def _ref(self, text: str) -> Node:
        name = text[2:-1].strip()
        if name in self.scope.questions:
            return self._in_place(self.scope.questions[name])
        row = self.scope.row(name)
        if row is not None:
            return self._row_in_place(row)
        if name in self.scope.rosters:
            raise RuleError(f"`{text}` is a repeat; write count({text}) or any({text}[...])")
        known = [*self.scope.questions, *self.scope.rows]
        raise RuleError(f"there is no question `{name}`.{did_you_mean(name, known)}")

    def _row_in_place(self, row: RowRef) -> RowRef:
        roster = None if isinstance(row, FactorRef) else row.roster
        if roster == self.scope.inside:
            return row
        if roster is None:
            raise RuleError(
                f"`{row.text()}` is about the whole unit; a row can look at answers, and at "
                "measures of its own repeat. Ask for it outside the brackets"
            )
        if self.scope.reaches(roster):
            raise RuleError(
                f"`{row.text()}` is computed for each row of `{roster}`; "
                f"write for example any(${{{roster}}}[{row.text()} ...])"
            )
        raise RuleError(
            f"`{row.text()}` is computed for each row of `{roster}`; a row of "
            f"`{self.scope.inside}` can look at answers, and at measures of its own repeat"
        )

    def _in_place(self, ref: AnswerRef) -> AnswerRef:
        """An answer of the row, of a row around it, or of the unit."""
        if ref.roster is None or ref.roster in self.scope.around:
            return ref
        if self.scope.reaches(ref.roster):
            raise RuleError(
                f"`{ref.text()}` is asked once for each row of `{ref.roster}`; "
                f"write for example any(${{{ref.roster}}}[{ref.text()} ...])"
            )
        raise RuleError(
            f"`{ref.text()}` is asked in `{ref.roster}`; a row of `{self.scope.inside}` can look "
            "at its own answers, at those of rows around it and of the unit"
        )

    def _comparison(self, children: list[Tree[Token] | Token]) -> Node:
        if len(children) > 3:
            raise RuleError("compare two values at a time: `${a} < ${b} and ${b} < ${c}`")
        left, symbol, right = children
        kind = _COMPARE[str(symbol)]
        if _is_string(left) and _is_string(right):
            raise RuleError("two fixed texts are compared; name a question on one side")
        if _is_string(right):
            node = self.build(_tree(left))
            return kind(node, self._code(node, _tree(right)))
        if _is_string(left):
            node = self.build(_tree(right))
            return kind(self._code(node, _tree(left)), node)
        return kind(self.build(_tree(left)), self.build(_tree(right)))

    def _code(self, node: Node, literal: Tree[Token]) -> Node:
        """The literal as one of the codes that `node` can give."""
        code = _unquoted(literal)
        if code == "":
            raise RuleError(
                f"`{node.text()}` is compared with an empty text; silence must not decide. "
                "Ask a question with an answer that means no"
            )
        kind = node.type
        if isinstance(kind, Codes):
            raise RuleError(
                f"`{node.text()}` holds several choices; write selected({node.text()}, '{code}')"
            )
        if not isinstance(kind, Code):
            raise RuleError(
                f"`{node.text()}` is {kind} and cannot be compared with the text '{code}'"
            )
        self._check_code(node, code, kind.codes)
        return CodeLiteral(code, kind.codes)

    def _check_code(self, node: Node, code: str, codes: tuple[str, ...]) -> None:
        name = node.name if isinstance(node, AnswerRef) else ""
        if code in self.scope.missing_codes.get(name, {}):
            raise RuleError(
                f"'{code}' means that there is no answer to `{node.text()}`; "
                "what is unknown must not decide"
            )
        if code not in codes:
            raise RuleError(
                f"'{code}' is not an answer to `{node.text()}`.{did_you_mean(code, codes)} "
                f"Answers: {', '.join(codes[:12])}"
            )

    def _arithmetic(self, children: list[Tree[Token] | Token]) -> Node:
        if len(children) > 2 * MOST_TERMS:
            raise RuleError(f"more than {MOST_TERMS} numbers in one go; use a measure to add up")
        node = self.build(_tree(children[0]))
        for symbol, child in zip(children[1::2], children[2::2], strict=True):
            right = self.build(_tree(child))
            if str(symbol) == "-" and Date in (type(node.type), type(right.type)):
                node = DaysBetween(node, right)
            else:
                node = _ARITHMETIC[str(symbol)](node, right)
        return node

    def _negate(self, of: Tree[Token]) -> Node:
        node = self.build(of)
        return NumberLiteral(-node.value) if isinstance(node, NumberLiteral) else Negate(node)

    def _call(self, name: str, args: list[Tree[Token]]) -> Node:
        if name in _REFUSED:
            raise RuleError(_REFUSED[name])
        if name not in self.calls:
            raise RuleError(
                f"there is no function {name}() in rules.{did_you_mean(name, self.calls)} "
                f"There are: {', '.join(sorted(self.calls))}"
            )
        return self.calls[name](args)

    def _not(self, args: list[Tree[Token]]) -> Node:
        (of,) = _exactly(args, 1, "not(condition)")
        return Not(self.build(of))

    def _selected(self, args: list[Tree[Token]]) -> Node:
        question, literal = _exactly(args, 2, "selected(${question}, 'code')")
        if not _is_string(literal):
            raise RuleError("selected() needs a code in quotation marks as its second part")
        node, code = self.build(question), _unquoted(literal)
        if isinstance(node.type, Code):  # XLSForm allows it on select_one as well
            return Equal(node, self._code(node, literal))
        if isinstance(node.type, Codes):
            self._check_code(node, code, node.type.codes)
        return Selected(node, code)

    def _count_selected(self, args: list[Tree[Token]]) -> Node:
        (of,) = _exactly(args, 1, "count-selected(${question})")
        return CountSelected(self.build(of))

    def _if(self, args: list[Tree[Token]]) -> Node:
        condition, then, otherwise = _exactly(args, 3, "if(condition, value, other value)")
        return If(self.build(condition), self._value(then), self._value(otherwise))

    def _value(self, tree: Tree[Token]) -> Node:
        if not _is_string(tree):
            return self.build(tree)
        code = _unquoted(tree)
        return CodeLiteral(code, (code,))

    def _between(self, args: list[Tree[Token]]) -> Node:
        value, low, high = _exactly(args, 3, "between(${number}, low, high)")
        node = self.build(value)
        return And((GreaterEqual(node, self.build(low)), LessEqual(node, self.build(high))))

    def _only(self, args: list[Tree[Token]], usage: str) -> Node:
        (of,) = _exactly(args, 1, usage)
        return self.build(of)

    def _round(self, args: list[Tree[Token]]) -> Node:
        if len(args) == 1:
            return Round(self.build(args[0]))
        number, digits = _exactly(args, 2, "round(${number}, places)")
        places = self.build(digits)
        if not isinstance(places, NumberLiteral) or places.value % 1:
            raise RuleError("round() needs a whole number of places, such as round(${number}, 2)")
        return Round(self.build(number), int(places.value))

    def _coalesce(self, args: list[Tree[Token]]) -> Node:
        if not 2 <= len(args) <= MOST_TERMS:
            raise RuleError("write it as coalesce(first, second)")
        strings = [_is_string(arg) for arg in args]
        nodes = [self._value(arg) for arg in args]
        if all(strings):
            raise RuleError("coalesce() of fixed texts says nothing; name a question")
        return Coalesce(tuple(nodes))

    def _smallest_or_largest(
        self,
        of_values: type[Least | Greatest],
        of_rows: type[MinRows | MaxRows],
        args: list[Tree[Token]],
    ) -> Node:
        if len(args) == 1:
            return self._rows_number(of_rows, args)
        if not args:
            word = of_rows.word
            raise RuleError(f"write it as {word}(${{a}}, ${{b}}) or {word}(${{number_in_repeat}})")
        if len(args) > MOST_TERMS:
            raise RuleError(f"more than {MOST_TERMS} numbers in one go; use a measure")
        return of_values(tuple(self.build(arg) for arg in args))

    def _today(self, args: list[Tree[Token]]) -> Node:
        _exactly(args, 0, "today()")
        if self.scope.today is None:
            raise RuleError(
                "today() would change a finding without a new answer. Say in the sheet "
                "`framework`, key `reference_date`, which date question tells the day of the "
                "interview; today() then means that day"
            )
        return self.scope.today

    def _age(self, args: list[Tree[Token]]) -> Node:
        if len(args) == 1:
            return Age(self.build(args[0]), self._today([]))
        born, on = _exactly(args, 2, "age(${born}, ${on})")
        return Age(self.build(born), self.build(on))

    def _date(self, args: list[Tree[Token]]) -> Node:
        (literal,) = _exactly(args, 1, "date('2024-05-31')")
        if not _is_string(literal):
            return self.build(literal)
        try:
            return DateLiteral(date.fromisoformat(_unquoted(literal)))
        except ValueError as error:
            raise RuleError("write a date as date('2024-05-31')") from error

    def _count(self, args: list[Tree[Token]]) -> Node:
        (rows,) = _exactly(args, 1, "count(${repeat}[condition])")
        roster, where = self._rows(rows)
        return CountRows(roster, where, self.scope.inside)

    def _any(self, args: list[Tree[Token]]) -> Node:
        (rows,) = _exactly(args, 1, "any(${repeat}[condition])")
        roster, where = self._rows(rows)
        if where is None:
            raise RuleError(f"write what to look for: any(${{{roster}}}[condition])")
        return AnyRow(roster, where, self.scope.inside)

    def _all(self, args: list[Tree[Token]]) -> Node:
        rows, condition = _exactly(args, 2, "all(${repeat}, condition)")
        roster, where = self._rows(rows)
        inner = _Builder(self.scope.within(roster)).build(condition)
        condition_ = inner if where is None else Or((Not(where), inner))
        return AllRows(roster, condition_, self.scope.inside)

    def _rows(self, tree: Tree[Token]) -> tuple[str, Node | None]:
        """A repeat and its filter: `${member}` or `${member}[...]`."""
        name, where = _filtered(tree, "a repeat such as ${member}")
        if name not in self.scope.rosters:
            raise RuleError(f"there is no repeat `{name}`.{did_you_mean(name, self.scope.rosters)}")
        self._reach(name, f"${{{name}}}")
        return name, self._where(name, where)

    def _rows_number(
        self, kind: type[SumRows | MinRows | MaxRows], args: list[Tree[Token]]
    ) -> Node:
        word = kind.word
        (rows,) = _exactly(args, 1, f"{word}(${{number_in_repeat}}[condition])")
        name, where = _filtered(rows, "a number question of a repeat")
        ref: AnswerRef | MeasureRef | None = self.scope.questions.get(name)
        if ref is None:
            row = self.scope.row(name)
            ref = row if isinstance(row, MeasureRef) else None
        if ref is None:
            known = [*self.scope.questions, *self.scope.rows]
            raise RuleError(f"there is no question `{name}`.{did_you_mean(name, known)}")
        if ref.roster is None:
            raise RuleError(f"`{ref.text()}` has one answer only; use it without {word}()")
        self._reach(ref.roster, ref.text())
        return kind(ref.roster, ref, self._where(ref.roster, where), self.scope.inside)

    def _reach(self, roster: str, text: str) -> None:
        """Refuse rows that do not lie within the row at hand."""
        if not self.scope.reaches(roster):
            where = f"within the rows of `{self.scope.inside}`"
            raise RuleError(
                f"`{text}` gives no rows {where}; a row can only look at repeats within itself. "
                "Count the others outside the brackets"
            )

    def _where(self, roster: str, where: Tree[Token] | None) -> Node | None:
        return None if where is None else _Builder(self.scope.within(roster)).build(where)


def _filtered(tree: Tree[Token], wanted: str) -> tuple[str, Tree[Token] | None]:
    if tree.data == "ref":
        return str(tree.children[0])[2:-1].strip(), None
    if tree.data == "filtered":
        return str(tree.children[0])[2:-1].strip(), _tree(tree.children[1])
    raise RuleError(f"expected {wanted} here")


def _exactly(args: list[Tree[Token]], count: int, usage: str) -> list[Tree[Token]]:
    if len(args) != count:
        raise RuleError(f"write it as {usage}")
    return args


def _is_string(child: Tree[Token] | Token) -> bool:
    return isinstance(child, Tree) and child.data == "string"


def _unquoted(tree: Tree[Token]) -> str:
    return str(tree.children[0])[1:-1]


def _tree(child: Tree[Token] | Token) -> Tree[Token]:
    if not isinstance(child, Tree):
        raise TypeError("the grammar gives a tree here")
    return child


def _trees(children: list[Tree[Token] | Token]) -> list[Tree[Token]]:
    return [_tree(child) for child in children]
