"""What a rule can come out as, whatever is answered: found by trying all that can matter.

Each answer is tried with every code, and on, below and above every cut-off it is compared with.
What cannot be tried in full is taken to be able to be anything, so that what is said here to be
impossible is so; and nothing is said where there would be too much to try.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, product
from math import prod
from typing import TypeAlias

from sojourn.framework import logic
from sojourn.framework.model import (
    Direction,
    Factor,
    Framework,
    Measure,
    MeasureClass,
    Question,
    Stage,
)
from sojourn.framework.nodes import (
    COMPARISONS,
    AllRows,
    And,
    AnswerRef,
    AnyRow,
    BooleanLiteral,
    ClassRef,
    Coalesce,
    CodeLiteral,
    CodeNumber,
    DateLiteral,
    Equal,
    FactorRef,
    Greater,
    GreaterEqual,
    If,
    Less,
    LessEqual,
    MeasureRef,
    Node,
    Not,
    NotEqual,
    NumberLiteral,
    Or,
    Selected,
    walk,
)
from sojourn.framework.types import Boolean, Code, Codes, Date
from sojourn.language import ranges
from sojourn.language.spans import Numbers

Value: TypeAlias = bool | str | Fraction | frozenset[str] | None
"""What is tried: dates as the number of their day; None stands for unknown."""

BOTH = frozenset((True, False))
MOST = 50_000
"""Parts of expressions that are looked at for one rule at most, over all that is tried."""

_MOST_IN_ALL = 400_000
_MOST_UNFOLDED = 150
"""Parts of a factor's rule, with those of the factors it looks at, up to which it is seen through;
a longer one is taken to be able to come out in every way that it can by itself."""


@dataclass
class Possible:
    """What the rules of one framework can come out as."""

    framework: Framework
    left: int = _MOST_IN_ALL
    _numbers: dict[str, Numbers] = field(default_factory=dict)
    _outcomes: dict[Node, frozenset[Value] | None] = field(default_factory=dict)
    _refs: dict[ClassRef, MeasureRef] = field(default_factory=dict)
    _sizes: dict[str, int] = field(default_factory=dict)
    _states: dict[str, frozenset[Value]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Each row after those that it looks at, so that a long chain of rows is no deep one."""
        for row in self.framework.ordered:
            if isinstance(row, Measure):
                self._numbers[row.name] = self.numbers(row.node)
                continue
            self._sizes[row.name] = self._size(row.rule)
            is_code = isinstance(row.rule.type, Code)
            self._states[row.name] = self.codes(row.rule) if is_code else self.truths(row.rule)

    def truths(self, condition: Node) -> frozenset[bool]:
        """Whether a condition can be true, and whether false, once it is known."""
        found = self._joined(condition)
        return frozenset(value for value in found if isinstance(value, bool))

    def never(self, condition: Node) -> bool:
        return True not in self.truths(condition)

    def codes(self, node: Node) -> frozenset[str]:
        """The codes that an expression can give."""
        found = self._tried(node)
        everything = node.type.codes if isinstance(node.type, Code) else ()
        return frozenset(everything if found is None else (c for c in found if isinstance(c, str)))

    def can_be_answered(self, question: Question) -> bool:
        """Whether any answer keeps the constraint of a question."""
        return bool(self._answers(question.ref, self.numbers(question.ref), set()))

    def can_apply(self, factor: Factor) -> bool:
        """Whether a factor can ever be present."""
        return bool(self._states[factor.name] - {False, Direction.NONE})

    def classes(self, measure: Measure) -> frozenset[str]:
        """The classes in which a measure can lie."""
        cuts = [item.limit for item in measure.classes if item.limit is not None]
        tried = self.measure(measure.name).near(cuts)
        found = (class_of(measure.classes, value) for value in tried)
        return frozenset(name for name in found if name is not None)

    def measure(self, name: str) -> Numbers:
        """The numbers that a measure can be."""
        return self._numbers[name]

    # -- conditions, part by part

    def _joined(self, node: Node) -> frozenset[Value]:
        """Parts that share no answer come out independently of each other."""
        match node:
            case Not(of):
                return frozenset(not value for value in self._joined(of))
            case And(parts):
                return self._of_parts(And, parts, decider=False)
            case Or(parts):
                return self._of_parts(Or, parts, decider=True)
            case _:
                found = self._tried(node)
                return BOTH if found is None else found

    def _of_parts(
        self, kind: type[And | Or], parts: tuple[Node, ...], *, decider: bool
    ) -> frozenset[Value]:
        """One part decides by itself; the opposite needs all of them."""
        each = []
        for group in self._apart(parts):
            found = self._joined(group[0]) if len(group) == 1 else self._tried(kind(tuple(group)))
            each.append(BOTH if found is None else found)
        one = {decider} if any(decider in found for found in each) else set()
        every = {not decider} if all((not decider) in found for found in each) else set()
        return frozenset(one | every)

    def _apart(self, parts: tuple[Node, ...]) -> list[list[Node]]:
        """Parts in groups that have no answer in common."""
        groups: list[tuple[set[Node], list[Node]]] = []
        for part in parts:
            atoms = set(self._atoms(part))
            near = [group for group in groups if group[0] & atoms]
            for group in near:
                groups.remove(group)
            members = [node for group in near for node in group[1]]
            groups.append((atoms.union(*(group[0] for group in near)), [*members, part]))
        return [members for _, members in groups]

    # -- trying

    def _tried(self, node: Node) -> frozenset[Value] | None:
        """Every outcome there can be; None where there is too much to try."""
        if node not in self._outcomes:
            self._outcomes[node] = self._try(node)
        return self._outcomes[node]

    def _try(self, node: Node) -> frozenset[Value] | None:
        atoms = list(self._atoms(node))
        cuts = self._cuts(node, atoms)
        domains = [self._domain(atom, cuts[atom], node) for atom in atoms]
        size, work = prod(len(domain) for domain in domains), self._size(node)
        if not 0 < size * work <= min(MOST, self.left):
            return None
        codes = node.type.codes if isinstance(node.type, Code) else BOTH
        found: set[Value] = set()
        for values in product(*domains):
            self.left -= work
            found.add(self._value(node, dict(zip(atoms, values, strict=True))))
            if len(found - {None}) == len(codes):
                break
        return frozenset(found - {None}) or None

    def _atoms(self, node: Node) -> dict[Node, None]:
        """What an expression looks at, each once: answers, and what is tried as a whole."""
        return dict.fromkeys(self._each_atom(node))

    def _each_atom(self, node: Node) -> Iterator[Node]:
        match node:
            case BooleanLiteral() | NumberLiteral() | CodeLiteral() | DateLiteral():
                return
            case And(parts) | Or(parts):
                for part in parts:
                    yield from self._each_atom(part)
            case Not(of) | CodeNumber(of) | Selected(of=of):
                yield from self._each_atom(of)
            case If(condition, then, otherwise):
                for part in (condition, then, otherwise):
                    yield from self._each_atom(part)
            case FactorRef(name) if self._is_seen_through(name):
                factor = self.framework.factor(name)
                yield from self._each_atom(factor.rule)
                yield from self._stage(factor)
            case ClassRef():
                yield self._measured(node)
            case _ if isinstance(node, COMPARISONS) and not self._is_free(node):
                yield from self._each_atom(node.left)
                yield from self._each_atom(node.right)
            case _:
                yield node

    def _measured(self, node: ClassRef) -> MeasureRef:
        """The measure of a class, which a class is tried by."""
        if node not in self._refs:
            number = self.framework.measure(node.name).number
            self._refs[node] = MeasureRef(node.name, number, node.roster)
        return self._refs[node]

    def _is_free(self, node: Less | LessEqual | Greater | GreaterEqual | Equal | NotEqual) -> bool:
        """Two numbers or days of which neither is written: compared as a whole."""
        if isinstance(node.left.type, Code):
            return False
        return not any(isinstance(side, NumberLiteral | DateLiteral) for side in _sides(node))

    def _stage(self, factor: Factor) -> tuple[AnswerRef, ...]:
        name = self.framework.stage_question
        if name is None or set(factor.stages) == set(Stage):
            return ()
        return (self.framework.question(name).ref,)

    def _cuts(self, node: Node, atoms: list[Node]) -> dict[Node, set[Fraction]]:
        """The cut-offs that each atom is compared with."""
        found: dict[Node, set[Fraction]] = {atom: set() for atom in atoms}
        for part in self._unfolded(node):
            if isinstance(part, ClassRef):
                classes = self.framework.measure(part.name).classes
                limits = {item.limit for item in classes if item.limit is not None}
                found.setdefault(self._measured(part), set()).update(limits)
            if not isinstance(part, COMPARISONS) or self._is_free(part):
                continue
            written = [_written(side) for side in _sides(part)]
            for side in _sides(part):
                for atom in self._atoms(side):
                    if atom in found:
                        found[atom] |= {value for value in written if value is not None}
        return found

    def _size(self, node: Node) -> int:
        """How many parts an expression has, with those of the factors it is seen through to."""
        refs = [part for part in walk(node) if isinstance(part, FactorRef)]
        seen_through = (ref.name for ref in refs if self._is_seen_through(ref.name))
        return len(walk(node)) + sum(self._sizes[name] for name in seen_through)

    def _is_seen_through(self, name: str) -> bool:
        return self._sizes[name] <= _MOST_UNFOLDED

    def _unfolded(self, node: Node) -> Iterator[Node]:
        """Every part of an expression, and of the factors it is seen through to."""
        for part in walk(node):
            yield part
            if isinstance(part, FactorRef) and self._is_seen_through(part.name):
                yield from self._unfolded(self.framework.factor(part.name).rule)

    # -- what each atom can be

    def _domain(self, atom: Node, cuts: set[Fraction], node: Node) -> tuple[Value, ...]:
        kind = atom.type
        if isinstance(atom, FactorRef):
            nothing = Direction.NONE if isinstance(kind, Code) else False
            return tuple(self._states[atom.name] | {nothing})
        if isinstance(atom, AnswerRef) and atom.name == self.framework.stage_question:
            codes = kind.codes if isinstance(kind, Code) else ()
            return (*codes, None)
        match kind:
            case Boolean():
                return tuple(self._truth_of(atom))
            case Code(codes):
                return tuple(self._codes_of(atom, codes))
            case Codes(codes):
                return tuple(self._selections(atom, codes, node))
            case Date():
                return Numbers(whole=True).near(cuts)
            case _:
                return self._answers(atom, self.numbers(atom), cuts)

    def _answers(self, atom: Node, numbers: Numbers, cuts: set[Fraction]) -> tuple[Value, ...]:
        """Numbers that can be answered: those that keep the question's own constraint."""
        constraint = self._constraint(atom)
        if constraint is None:
            return numbers.near(cuts)
        own = {value for part in walk(constraint) if (value := _written(part)) is not None}
        tried = numbers.near(cuts | own)
        return tuple(
            value for value in tried if self._value(constraint, {atom: value}) is not False
        )

    def _constraint(self, atom: Node) -> Node | None:
        """The constraint of a question, where it speaks of nothing else."""
        if not isinstance(atom, AnswerRef):
            return None
        constraint = self.framework.question(atom.name).constraint
        alone = constraint is not None and set(self._atoms(constraint)) <= {atom}
        return constraint if alone else None

    def _truth_of(self, atom: Node) -> frozenset[bool]:
        """Of a condition that is tried as a whole."""
        match atom:
            case AnyRow(where=where):
                return frozenset((False,)) if self.never(where) else BOTH
            case AllRows(condition=condition):
                return BOTH if False in self.truths(condition) else frozenset((True,))
            case Coalesce(parts):
                return frozenset(truth for part in parts for truth in self.truths(part))
            case _ if isinstance(atom, COMPARISONS):
                left, right = self.numbers(atom.left), self.numbers(atom.right)
                return _compared(atom, left, right)
            case _:
                return BOTH

    def _codes_of(self, atom: Node, codes: tuple[str, ...]) -> Iterator[str]:
        if isinstance(atom, Coalesce):
            yield from dict.fromkeys(c for part in atom.parts for c in sorted(self.codes(part)))
        else:
            yield from codes

    def _selections(
        self, atom: Node, codes: tuple[str, ...], node: Node
    ) -> Iterator[frozenset[str]]:
        """Every choice among the codes that are looked for, and one more where there is one."""
        looked_for = {
            part.code
            for part in self._unfolded(node)
            if isinstance(part, Selected) and part.of == atom
        }
        others = [code for code in codes if code not in looked_for][:1]
        names = [code for code in codes if code in looked_for]
        if 2 ** len(names) > MOST:
            names = names[: MOST.bit_length()]  # more than is tried: the rule is left alone
        for size in range(len(names) + 1):
            for chosen in combinations(names, size):
                if chosen:
                    yield frozenset(chosen)
                if others:
                    yield frozenset((*chosen, *others))

    # -- numbers

    def numbers(self, node: Node) -> Numbers:
        """Which numbers an expression can give."""
        return ranges.numbers(self, node)

    # -- values

    def _value(self, node: Node, env: Mapping[Node, Value]) -> Value:
        """One outcome, with everything that is looked at given."""
        if node in env:
            return env[node]
        match node:
            case BooleanLiteral(value) | CodeLiteral(value):
                return value
            case NumberLiteral() | DateLiteral():
                return _written(node)
            case And(parts):
                return logic.all_of(_truth(self._value(part, env)) for part in parts)
            case Or(parts):
                return logic.any_of(_truth(self._value(part, env)) for part in parts)
            case Not(of):
                return logic.NOT[_truth(self._value(of, env))]
            case If(condition, then, otherwise):
                met = self._value(condition, env)
                return None if met is None else self._value(then if met else otherwise, env)
            case FactorRef(name):
                return self._factor(self.framework.factor(name), env)
            case _ if isinstance(node, COMPARISONS):
                return _compare(node, self._value(node.left, env), self._value(node.right, env))
            case _:
                return self._found(node, env)

    def _found(self, node: Node, env: Mapping[Node, Value]) -> Value:
        """What is said about one answer or one measure."""
        match node:
            case Selected(of, code):
                chosen = self._value(of, env)
                return code in chosen if isinstance(chosen, frozenset) else None
            case CodeNumber(of):
                found = self._value(of, env)
                return Fraction(node.values[found]) if isinstance(found, str) else None
            case ClassRef(name):
                number = env[self._measured(node)]
                classes = self.framework.measure(name).classes
                return class_of(classes, number) if isinstance(number, Fraction) else None
            case _:
                raise TypeError(f"`{node.text()}` was to be tried as a whole")

    def _factor(self, factor: Factor, env: Mapping[Node, Value]) -> Value:
        for question in self._stage(factor):
            stage = env[question]
            if stage is not None and stage not in factor.stages:
                return Direction.NONE if isinstance(factor.rule.type, Code) else False
        return self._value(factor.rule, env)


def class_of(classes: tuple[MeasureClass, ...], value: Fraction) -> str | None:
    """The class in which a value lies, None where there is none for it."""
    for item in classes:
        if item.limit is None or value < item.limit or (item.inclusive and value == item.limit):
            return item.name
    return None


def _sides(node: Node) -> tuple[Node, Node]:
    if isinstance(node, COMPARISONS):
        return node.left, node.right
    raise TypeError("a comparison was expected")


def _written(node: Node) -> Fraction | None:
    if isinstance(node, NumberLiteral):
        return Fraction(node.value)
    return Fraction(node.value.toordinal()) if isinstance(node, DateLiteral) else None


def _truth(value: Value) -> bool | None:
    return value if isinstance(value, bool) else None


_ORDERED: dict[type, Callable[[int], bool]] = {
    Equal: lambda sign: sign == 0,
    NotEqual: lambda sign: sign != 0,
    Less: lambda sign: sign < 0,
    LessEqual: lambda sign: sign <= 0,
    Greater: lambda sign: sign > 0,
    GreaterEqual: lambda sign: sign >= 0,
}


def _compare(node: Node, left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return None
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return _ORDERED[type(node)]((left > right) - (left < right))
    return _ORDERED[type(node)](0 if left == right else 1)


def _compared(node: Node, left: Numbers, right: Numbers) -> frozenset[bool]:
    """What a comparison of two numbers can say, as far as where they lie tells."""
    if isinstance(node, Equal | NotEqual):
        apart = left.apart(right)
        return frozenset((isinstance(node, NotEqual),)) if apart else BOTH
    signs = (-1,) if left.below(right) else (1,) if right.below(left) else (-1, 0, 1)
    return frozenset(_ORDERED[type(node)](sign) for sign in signs)
