"""Urgent findings computed by the form itself, so that a phone without a network shows them.

For each response that has to begin at once and depends on a factor that can be urgent, the form
gets calculations with the outcomes, in XPath that agrees with the engines, and a note with the
response's own words. The note stands right behind the last block of the form that decides, so that
a client with pages shows it next and one with a single page beside the answers. What a client
cannot compute exactly is left out and told by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sojourn.framework import Findings, Framework, Horizon, Response, State
from sojourn.framework.model import DIRECTION_TYPE, Direction, Effect, Factor, Measure, Sheet, Stage
from sojourn.framework.nodes import (
    ROSTER_NODES,
    And,
    BooleanLiteral,
    CodeLiteral,
    FactorRef,
    Node,
    NotEqual,
    answers_used,
    rows_used,
    walk,
)
from sojourn.framework.types import BOOLEAN
from sojourn.standards.survey import asked_of_unit, block
from sojourn.standards.xpath import NOT_APPLICABLE, Compiler, Helpers, Paths, quoted
from sojourn.standards.xpath_numbers import GapError, Numeric, choose, known

PREFIX = "on_device__"
"""Begins the names of what is computed in the form; no name of a framework begins so."""

_LONGEST = 60_000
"""A longer calculation would keep a phone waiting."""

Cells = dict[str, str]


@dataclass
class OnDevice:
    """What a form computes: rows for the survey, and what was left out, by name, with the reason.

    `notes` are the rows to put behind the block that a question stands in.
    """

    calculations: list[Cells] = field(default_factory=list)
    in_rows: dict[str, list[Cells]] = field(default_factory=dict)
    notes: list[tuple[frozenset[str], Cells]] = field(default_factory=list)
    gaps: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """One outcome that a device and the server do not share. Empty is unknown."""

    name: str
    device: str
    server: str


def gaps(framework: Framework) -> Mapping[str, str]:
    """The factors, measures and responses that a phone does not compute, each with the reason."""
    return compiled(framework, paths_of(framework, asked_of_unit(framework))).gaps


def compiled(framework: Framework, paths: Paths) -> OnDevice:
    """Everything that the form of a framework computes, for questions that stand at `paths`."""
    work = _Work(framework, paths)
    for response in urgent_responses(framework):
        work.respond(response)
    return work.found


def urgent_responses(framework: Framework) -> tuple[Response, ...]:
    """The responses that have to begin at once and depend on a factor that can be urgent."""
    return tuple(
        response
        for response in framework.responses
        if response.horizon is Horizon.IMMEDIATE and _urgent_factors(framework, response)
    )


def differences(computed: Mapping[str, str], findings: Findings) -> tuple[Difference, ...]:
    """Where a device's outcomes are not those of the server's findings, from the same answers."""
    wanted = {
        factor.name: _state_word(factor.state, factor.direction) for factor in findings.factors
    }
    wanted |= {r.name: _truth_word(r.suggested) for r in findings.responses}
    return tuple(
        Difference(name, computed[name], word)
        for name, word in wanted.items()
        if name in computed and computed[name] != word
    )


def _state_word(state: State, direction: Direction | None) -> str:
    if state is State.NOT_APPLICABLE:
        return NOT_APPLICABLE
    if direction is not None:
        return str(direction)
    return {State.PRESENT: "true", State.ABSENT: "false"}.get(state, "")


def _truth_word(truth: bool | None) -> str:
    return "" if truth is None else str(truth).lower()


def _urgent_factors(framework: Framework, response: Response) -> list[Factor]:
    needed = _needed(framework, response.when)
    never = BooleanLiteral(False)
    return [f for f in framework.factors if f.name in needed and f.urgent != never]


def _needed(framework: Framework, *nodes: Node) -> set[str]:
    """The names of all factors and measures that expressions look at, directly or not."""
    rows = {row.name: row for row in framework.ordered}
    found: set[str] = set()
    waiting = [name for node in nodes for name in rows_used(node)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            row = rows[name]
            waiting += rows_used(row.rule if isinstance(row, Factor) else row.node)
    return found


# -- where questions stand


def paths_of(framework: Framework, survey: Sheet) -> Paths:
    """Where each question and repeat of a survey stands in a submission."""
    answers: dict[str, str] = {}
    repeats: dict[str, str] = {}
    inner: dict[str, str] = {}
    counts: dict[str, str] = {}
    steps: list[list[str]] = [["/data"]]
    """The names of the open blocks: those of the form itself, and those within each open repeat."""
    open_blocks: list[str] = []
    asked = {question.name for question in framework.questions}
    for row in survey:
        edge, kind = block(row)
        name = row.get("name", "").strip()
        if edge == "begin":
            open_blocks.append(kind)
            steps[-1].append(name)
            if kind == "repeat":
                (repeats if len(steps) == 1 else inner)[name] = "/".join(steps[-1])
                counts[name] = row.get("repeat_count", "").strip()[2:-1]
                steps.append([])
        elif edge == "end":
            if open_blocks.pop() == "repeat":
                steps.pop()
            steps[-1].pop()
        elif name in asked:
            answers[name] = "/".join([*steps[-1], name])
    found = {roster: name for roster, name in counts.items() if name in answers}
    return Paths(answers, repeats, found, inner)


# -- what is computed


@dataclass(frozen=True)
class _SoFar:
    """How much of what is computed was there at a moment."""

    calculations: int
    in_rows: Mapping[str, int]
    done: frozenset[str]


class _Work:
    """Compiles what the responses need, each row once."""

    def __init__(self, framework: Framework, paths: Paths) -> None:
        self.framework, self.paths = framework, paths
        self.found = OnDevice()
        self.done: set[str] = set()
        self.measured: dict[str, Numeric] = {}

    def respond(self, response: Response) -> None:
        """The outcome of a response, of all it looks at, and its note."""
        urgent = _urgent_factors(self.framework, response)
        needed = _needed(self.framework, response.when, *(factor.urgent for factor in urgent))
        needed |= {factor.name for factor in urgent}
        for row in self.framework.ordered:
            if row.name in needed:
                self._add(row)
        before = self._so_far()
        try:
            self._check_parts(response.when)
            when = self._truth(response.name, response.when)
            shown = [name for factor in urgent if (name := self._urgency(factor))]
            if shown:
                self._calculate(response.name, when)
        except GapError as gap:
            self._back_to(before)
            self.found.gaps[response.name] = str(gap)
            return
        if not shown:
            self.found.gaps[response.name] = "none of its urgent factors can be computed"
            return
        self._note(response, shown, self._deciding(response, needed))

    def _note(self, response: Response, shown: list[str], deciding: frozenset[str]) -> None:
        pressing = " or ".join(f"/data/{name} = 'true'" for name in shown)
        labels = {
            heading: f"\u26a0 **{' '.join(cell.split())}**"
            for row in self.framework.sheets.get("responses", ())
            if row.get("name") == response.name
            for heading, cell in row.items()
            if heading.split("::")[0] == "label" and cell
        }
        relevant = f"/data/{PREFIX}{response.name} = 'true' and ({pressing})"
        note = {"type": "note", "name": f"{PREFIX}{response.name}__note", "relevant": relevant}
        self.found.notes.append((deciding, {**note, **labels}))

    def _deciding(self, response: Response, needed: set[str]) -> frozenset[str]:
        """The questions and repeats on whose answers a response depends."""
        nodes = [response.when]
        for row in self.framework.ordered:
            if row.name in needed:
                nodes += [row.rule, row.urgent] if isinstance(row, Factor) else [row.node]
        names = {ref.name for node in nodes for ref in answers_used(node)}
        names |= {n.roster for node in nodes for n in walk(node) if isinstance(n, ROSTER_NODES)}
        return frozenset(names)

    def _add(self, row: Factor | Measure) -> None:
        """A factor's or a measure's outcome; a row that cannot be computed is told as a gap."""
        if row.name in self.done:
            return
        self.done.add(row.name)
        helpers = Helpers()
        compiler = self._compiler(row.name, helpers)
        before = self._so_far()
        try:
            if isinstance(row, Factor):
                self._check_parts(row.rule)
                self._calculate(row.name, self._outcome(row, compiler))
            else:
                self._check_parts(row.node)
                self._measure(row, compiler)
            self._add_helpers(helpers)
        except GapError as gap:
            self._back_to(before)
            self.found.gaps[row.name] = str(gap)

    def _so_far(self) -> _SoFar:
        rows = {roster: len(found) for roster, found in self.found.in_rows.items()}
        return _SoFar(len(self.found.calculations), rows, frozenset(self.done))

    def _back_to(self, before: _SoFar) -> None:
        """Takes out what was added since: a part of something that is not there as a whole."""
        del self.found.calculations[before.calculations :]
        for roster, found in self.found.in_rows.items():
            del found[before.in_rows.get(roster, 0) :]
        self.done = set(before.done)

    def _check_parts(self, *nodes: Node) -> None:
        for node in nodes:
            for name in rows_used(node):
                if name in self.found.gaps:
                    raise GapError(f"it looks at `{name}`, which cannot be computed there")

    def _compiler(self, owner: str, helpers: Helpers) -> Compiler:
        return Compiler(self.framework, self.paths, PREFIX, self.measured, helpers, owner=owner)

    def _add_helpers(self, helpers: Helpers) -> None:
        for roster, rows in helpers.rows.items():
            for name, text, kind in rows:
                if roster:
                    self._calculate_in(roster, name, text, kind)
                else:
                    self._calculate(name.removeprefix(PREFIX), text, kind)

    def _calculate(self, name: str, text: str, kind: str = "") -> None:
        self.found.calculations.append(_calculation(PREFIX + name, text, kind))

    def _calculate_in(self, roster: str, name: str, text: str, kind: str = "decimal") -> None:
        row = _calculation(name, text, kind)
        self.found.in_rows.setdefault(roster, []).append(row)

    def _truth(self, name: str, node: Node) -> str:
        helpers = Helpers()
        truth = self._compiler(name, helpers).truth(node)
        self._add_helpers(helpers)
        return choose(truth, "'true'", "'false'", "''")

    def _urgency(self, factor: Factor) -> str:
        """The name of the calculation whether a factor is present and urgent; empty for a gap."""
        name = f"{factor.name}__urgent"
        if factor.name in self.found.gaps:
            return ""
        if name not in self.done:
            context = factor.effect is Effect.CONTEXT
            ref = FactorRef(factor.name, DIRECTION_TYPE if context else BOOLEAN)
            none = CodeLiteral(Direction.NONE, tuple(Direction))
            present: Node = NotEqual(ref, none) if context else ref
            self._check_parts(factor.urgent)
            self._calculate(name, self._truth(name, And((present, factor.urgent))))
            self.done.add(name)
        return PREFIX + name

    def _outcome(self, factor: Factor, compiler: Compiler) -> str:
        if factor.effect is Effect.CONTEXT:
            text = compiler.text(factor.rule)
        else:
            text = choose(compiler.truth(factor.rule), "'true'", "'false'", "''")
        others = [stage for stage in Stage if stage not in factor.stages]
        stage = self.framework.stage_question
        if not others or stage is None or stage not in self.paths.answers:
            return text
        path = self.paths.answers[stage]
        elsewhere = " or ".join(f"string({path}) = {quoted(other)}" for other in others)
        return f"if({elsewhere}, '{NOT_APPLICABLE}', {text})"

    def _measure(self, measure: Measure, compiler: Compiler) -> None:
        if measure.of is not None:
            compiler = replace(compiler, row="../", here=measure.of)
        number = compiler.number(measure.node).settled()
        found = {measure.name: f"if({known(number.low)}, {number.low}, '')"}
        if not number.kind.fixed:
            found[f"{measure.name}__over"] = f"if({known(str(number.over))}, {number.over}, '')"
        for name, text in found.items():
            if measure.of is not None:
                self._calculate_in(measure.of, PREFIX + name, text)
            else:
                self._calculate(name, text, "decimal")
        self.measured[measure.name] = number


def _calculation(name: str, text: str, kind: str) -> Cells:
    if len(text) > _LONGEST:
        raise GapError("it is too long for a phone to compute it with every answer")
    row = {"type": "calculate", "name": name, "calculation": text}
    return {**row, "bind::type": kind} if kind else row


# -- into the survey


def with_findings(framework: Framework, survey: Sheet) -> list[Cells]:
    """The rows of a survey together with what the form computes."""
    found = compiled(framework, paths_of(framework, survey))
    rows: list[Cells] = []
    waiting = list(found.notes)
    still = _last_rows(survey)
    open_repeats: list[str] = []
    depth = 0
    for at, row in enumerate(survey):
        edge, kind = block(row)
        depth += {"begin": 1, "end": -1}.get(edge, 0)
        if kind == "repeat":
            if edge == "begin":
                open_repeats.append(row.get("name", ""))
            else:
                rows += found.in_rows.get(open_repeats.pop(), [])
        rows.append(dict(row))
        if depth == 0:
            ready = [n for n in waiting if max((still.get(q, 0) for q in n[0]), default=0) <= at]
            rows += [note for _, note in ready]
            waiting = [n for n in waiting if n not in ready]
    return [*rows, *(note for _, note in waiting), *found.calculations]


def _last_rows(survey: Sheet) -> dict[str, int]:
    """By question and repeat: the last row of the outermost block in which it stands."""
    found: dict[str, int] = {}
    names: list[str] = []
    depth = 0
    for at, row in enumerate(survey):
        depth += {"begin": 1, "end": -1}.get(block(row)[0], 0)
        names.append(row.get("name", ""))
        if depth == 0:
            found.update(dict.fromkeys(names, at))
            names = []
    return found
