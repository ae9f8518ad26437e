"""The situation page as plain values: findings, framework and clearance in, a page's content out.

It speaks of circumstances: what raises risk, what there is to rely on, what is not known, at which
level. There is no total, no grade and no name for a kind of person. Measures stand apart from it,
as readings (see `readings`).

What a role is not cleared for is taken out before anything is laid out: the factors, the
responses, and in the reasons of others the answers. Of a possible protection need not even the
existence is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from sojourn.framework import (
    AnswerSeen,
    Because,
    DataClass,
    Direction,
    Effect,
    Factor,
    FactorFinding,
    Findings,
    Framework,
    Horizon,
    Level,
    Missing,
    Response,
    ResponseFinding,
    Stage,
    State,
)
from sojourn.framework.values import lineage
from sojourn.language import figures
from sojourn.web.accounts.roles import EXISTENCE_KNOWN
from sojourn.web.cases import words
from sojourn.web.cases.rules import classes_below
from sojourn.web.i18n import language

_APART = DataClass.STATUS_PROTECTION


@dataclass(frozen=True)
class AnswerShown:
    """A question and what was answered, in words; of a row of a repeat, which one it is."""

    question: str
    answer: str
    row: str = ""


@dataclass(frozen=True)
class Reason:
    """Why something came out as it did; a tree, a leaf has answers.

    `factor` or `measure` is the name of what it speaks of, empty where it speaks of answers. What
    has a line of its own on the page has no parts here.
    """

    text: str
    value: str
    value_label: str
    answers: tuple[AnswerShown, ...] = ()
    parts: tuple[Reason, ...] = ()
    factor: str = ""
    measure: str = ""


@dataclass(frozen=True)
class Item:
    """One factor on the page. `kind` is risk, resource, both or unknown.

    `changed` compares with the assessment before: new, gone, same, or empty without one.
    `answered_for` names the place and period where it rests on what was answered for a place.
    `rule_url` is where its rule is written out, empty where there is no such place.
    """

    name: str
    label: str
    kind: str
    urgent: bool
    level: Level
    domain: str
    nature_label: str
    stage_labels: tuple[str, ...]
    statement: str
    because: Reason
    source: str
    basis: str
    changed: str = ""
    question: str = ""
    why_unknown: str = ""
    answered_for: str = ""
    rule_url: str = ""


_FIRST = 4


@dataclass(frozen=True)
class LevelBand:
    """One level: what raises risk, what there is to rely on, what is still to ask.

    `asked` is false where the framework has no question about the level at this stage: then that
    nothing was found says nothing.
    """

    key: str
    label: str
    asked: bool
    risks: tuple[Item, ...]
    resources: tuple[Item, ...]
    unknowns: tuple[Item, ...]

    @property
    def first_unknowns(self) -> tuple[Item, ...]:
        """What to ask next. A long list is cut, so that what is known stays in view."""
        return self.unknowns[:_FIRST] if len(self.unknowns) > _FIRST + 2 else self.unknowns

    @property
    def more_unknowns(self) -> tuple[Item, ...]:
        """What opens below."""
        return self.unknowns[len(self.first_unknowns) :]


@dataclass(frozen=True)
class Suggestion:
    """A response that the rules suggest; people decide."""

    name: str
    label: str
    within_text: str
    actor: str
    service_type: str
    because: Reason
    source: str = ""
    basis: str = ""
    rule_url: str = ""


@dataclass(frozen=True)
class HorizonGroup:
    """The suggestions of one horizon."""

    horizon: str
    label: str
    items: tuple[Suggestion, ...]


@dataclass(frozen=True)
class StagePoint:
    """A stage on the journey line: here, elsewhere."""

    key: str
    label: str
    state: str


@dataclass(frozen=True)
class Comparison:
    """What changed since the assessment before."""

    new: tuple[Item, ...]
    gone: tuple[Item, ...]
    same_count: int
    now_known: tuple[Item, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether there is no difference to show."""
        return not (self.new or self.gone or self.now_known)


@dataclass(frozen=True)
class Situation:
    """Everything the page shows. `signs` is None for somebody not cleared for them."""

    levels: tuple[LevelBand, ...]
    urgent: tuple[Item, ...]
    responses: tuple[HorizonGroup, ...]
    signs: tuple[Suggestion, ...] | None
    stages: tuple[StagePoint, ...]
    known_count: int
    applicable_count: int
    not_shown: int
    compare: Comparison | None = None
    previous: object | None = None
    risk_count: int = 0
    resource_count: int = 0
    unknown_count: int = 0


def build(
    framework: Framework,
    findings: Findings,
    *,
    classes: Collection[DataClass],
    stage: str = "",
    before: tuple[Framework, Findings] | None = None,
    previous: object | None = None,
    rules_url: str = "",
    answered_for: str = "",
    on_a_page: bool = True,
) -> Situation:
    """Lays out findings for somebody cleared for `classes`, in the active language.

    `rules_url` is the page on which the exact framework can be read. `answered_for` names the
    place and period whose answers were joined, in words. `on_a_page` leaves the reasons of a
    factor to its own line.
    """
    view = View(
        framework,
        findings,
        frozenset(classes),
        rules_url=rules_url,
        answered_for=answered_for,
        factor_lines=_SHOWN if on_a_page else frozenset(),
    )
    old = View(*before, frozenset(classes)) if before is not None else None
    items = [item for item in view.items() if item.kind]
    if old is not None:
        items = [replace(item, changed=_change(item, old)) for item in items]
    return Situation(
        levels=tuple(_band(level, items, view) for level in Level),
        urgent=tuple(item for item in items if item.urgent),
        responses=view.responses(),
        signs=view.signs(),
        stages=_stages(stage),
        known_count=view.known_count,
        applicable_count=view.applicable_count,
        not_shown=view.not_shown,
        compare=_compare(items, view, old) if old is not None else None,
        previous=previous,
        risk_count=sum(item.kind in ("risk", "both") for item in items),
        resource_count=sum(item.kind in ("resource", "both") for item in items),
        unknown_count=sum(item.kind == "unknown" for item in items),
    )


class View:
    """Findings as somebody with a clearance may see them.

    With `nothing_apart` the findings were made without what the clearance leaves out, so that
    measures, too, rest on nothing else.

    `factor_lines` are the states of factors that have a line of their own on the page, and with
    `measure_lines` measures have one. Reasons name what has a line and do not say again why it
    came out so: spelled out each time, a large framework takes megabytes.
    """

    def __init__(
        self,
        framework: Framework,
        findings: Findings,
        classes: frozenset[DataClass],
        *,
        rules_url: str = "",
        nothing_apart: bool = False,
        answered_for: str = "",
        factor_lines: frozenset[State] = frozenset(),
        measure_lines: bool = False,
    ) -> None:
        self.framework = framework
        self.factor_lines = factor_lines
        self.measure_lines = measure_lines
        self.answered_for = answered_for
        self.classes = classes
        self.rules_url = rules_url
        self.nothing_apart = nothing_apart
        self.measures = {measure.name: measure for measure in framework.measures}
        self.measure_findings = {finding.name: finding for finding in findings.measures}
        self.questions = {question.name: question for question in framework.questions}
        self.rosters = {roster.name: roster for roster in framework.rosters}
        self.factors = {factor.name: factor for factor in framework.factors}
        self.all_findings = {finding.name: finding for finding in findings.factors}
        self.findings = {
            name: finding
            for name, finding in self.all_findings.items()
            if self._may_show(self.factors[name].data_class, finding.because)
            and self.factors[name].data_class is not _APART
        }
        self.response_findings = {finding.name: finding for finding in findings.responses}
        self.applicable = [
            finding
            for finding in self.findings.values()
            if finding.state is not State.NOT_APPLICABLE
        ]

    def asks_about(self, level: Level) -> bool:
        """Whether some factor of that level applies, shown to this role or not."""
        return any(
            finding.state is not State.NOT_APPLICABLE and self.factors[name].level is level
            for name, finding in self.all_findings.items()
        )

    @property
    def applicable_count(self) -> int:
        return len(self.applicable)

    @property
    def known_count(self) -> int:
        return sum(finding.state is not State.UNKNOWN for finding in self.applicable)

    @property
    def not_shown(self) -> int:
        """How many findings a role is not cleared for, of those it may know to exist."""
        return sum(
            self.factors[name].data_class not in self.classes
            and self.factors[name].data_class in EXISTENCE_KNOWN
            and finding.state in (State.PRESENT, State.UNKNOWN)
            for name, finding in self.all_findings.items()
        )

    def items(self) -> list[Item]:
        """Every finding that the page shows, urgent ones first, else in the framework's order."""
        return [self.item(name) for name in self.shown()]

    def shown(self) -> list[str]:
        """The names of `items`, without their words: reasons take a hundred times as long."""
        found = [name for name in self.findings if self.kind(name)]
        return sorted(found, key=lambda name: not self.urgent(name))

    def kind(self, name: str) -> str:
        """Risk, resource, both or unknown; empty where there is nothing to show of the factor."""
        return _kind(self.factors[name], self.findings[name])

    def urgent(self, name: str) -> bool:
        """Whether the factor is a risk that cannot wait."""
        return bool(self.findings[name].urgent) and self.kind(name) in ("risk", "both")

    def item(self, name: str) -> Item:
        """One factor; `kind` is empty where there is nothing to show of it."""
        factor, finding = self.factors[name], self.findings[name]
        kind = self.kind(name)
        unknown = kind == "unknown"
        return Item(
            name=name,
            label=factor.label.get(language()),
            kind=kind,
            urgent=self.urgent(name),
            level=factor.level,
            domain=factor.domain,
            nature_label=str(words.NATURES[factor.nature]),
            stage_labels=tuple(str(words.STAGES[stage]) for stage in factor.stages),
            statement=self._statement(finding),
            because=self.reason(finding.because),
            source=factor.source,
            basis=str(words.BASES[factor.basis]),
            question=self._open_question(finding) if unknown else "",
            why_unknown=self._why_unknown(finding) if unknown else "",
            rule_url=self.rule_url("factor", name),
            answered_for=self.answered_for if self._rests_on_place(finding.because) else "",
        )

    def _rests_on_place(self, because: Because) -> bool:
        """Whether an outcome rests on something that was answered for a place."""
        if because.op == "factor":
            finding = self.all_findings.get(_factor_named(because))
            return finding is not None and self._rests_on_place(finding.because)
        own = (self.questions.get(a.question) for a in because.answers if a.value is not None)
        of_place = any(question is not None and question.of_place for question in own)
        return of_place or any(self._rests_on_place(part) for part in because.parts)

    def rule_url(self, kind: str, name: str) -> str:
        """Where a row of the framework can be read. What follows the # is not sent anywhere, so
        that no log holds which finding somebody looked into."""
        if not self.rules_url:
            return ""
        show = "" if kind == "factor" else f"?show={kind}s"
        return f"{self.rules_url}{show}#{kind}-{name}"

    def responses(self) -> tuple[HorizonGroup, ...]:
        """What is suggested, by horizon, without what is shown apart."""
        shown = [
            (response, finding)
            for response, finding in self.suggested()
            if response.data_class is not _APART
        ]
        groups = (
            HorizonGroup(
                horizon.value,
                str(words.HORIZONS[horizon]),
                tuple(self._suggestion(r, f) for r, f in shown if r.horizon is horizon),
            )
            for horizon in Horizon
        )
        return tuple(groups)

    def signs(self) -> tuple[Suggestion, ...] | None:
        """Signs of a possible protection need; None without clearance, so that none can be told
        from some."""
        if _APART not in self.classes:
            return None
        responses = [
            self._suggestion(response, finding)
            for response, finding in self.suggested()
            if response.data_class is _APART
        ]
        factors = [
            Suggestion(
                name,
                factor.label.get(language()),
                "",
                "",
                "",
                self.reason(finding.because),
                factor.source,
                str(words.BASES[factor.basis]),
                self.rule_url("factor", name),
            )
            for name, factor in self.factors.items()
            if factor.data_class is _APART
            and (finding := self.all_findings[name]).state is State.PRESENT
        ]
        return (*responses, *factors)

    def reason(self, because: Because) -> Reason:
        """A reason in words, without answers that the role is not cleared for."""
        if because.op == "factor":
            return self._factor_reason(because)
        if because.op == "measure":
            return self._measure_reason(because)
        if any(not self._cleared(answer.question) for answer in because.answers):
            return Reason(_("A part of the reason is not shown to your role."), "", "")
        if because.op in _JOINING:
            return self._joined_reason(because)
        if because.op in _COMBINING or any(part.op in _ROWS for part in because.parts):
            return self._combined_reason(because)
        return self._leaf_reason(because)

    def _combined_reason(self, because: Because) -> Reason:
        """Several numbers as one, or a number compared: each part on its own."""
        text = str(words.OPERATIONS.get(because.op, ""))
        answers = tuple(self._shown(answer) for answer in because.answers)
        parts = tuple(self.reason(part) for part in because.parts if not self._hidden(part))
        return Reason(text, because.value, words.value(because.value), answers, parts)

    def _measure_reason(self, because: Because) -> Reason:
        name = _measure_named(because)
        finding = self.measure_findings.get(name)
        if self._reaches_hidden(name, self.classes):
            return Reason(_("A part of the reason is not shown to your role."), "", "")
        measure = self.measures[name]
        classes = {item.name: item.label.get(language()) for item in measure.classes}
        shown = classes.get(because.value) or words.value(because.value)
        because_of = None if finding is None or self.measure_lines else finding.because
        parts = (self.reason(because_of),) if because_of is not None else ()
        label = measure.label.get(language())
        return Reason(label, because.value, shown, parts=parts, measure=name)

    def _reaches_hidden(self, name: str, classes: Collection[DataClass]) -> bool:
        """Whether a measure looks at anything of other classes, whatever it came out as."""
        below = classes_below(self.framework, name)
        return not self.nothing_apart and not below <= frozenset(classes)

    def _joined_reason(self, because: Because) -> Reason:
        told = [
            self.reason(part)
            for part in because.parts
            if part.op != "literal" and not self._hidden(part)
        ]
        parts = tuple(dict.fromkeys(told))  # two comparisons may name one row and say the same
        if len(parts) == 1 and because.op in ("and", "or"):
            return parts[0]
        text = str(words.OPERATIONS[because.op])
        return Reason(text, because.value, words.value(because.value), parts=parts)

    def _leaf_reason(self, because: Because) -> Reason:
        """A comparison or a count: the answers it looked at, in the words of the form."""
        answers = because.all_answers()
        if any(not self._cleared(answer.question) for answer in answers):
            return Reason(_("A part of the reason is not shown to your role."), "", "")
        shown = tuple(self._shown(answer) for answer in answers)
        text = str(words.OPERATIONS.get(because.op, "")) if not shown else ""
        return Reason(text, because.value, words.value(because.value), answers=shown)

    def _shown(self, answer: AnswerSeen) -> AnswerShown:
        return AnswerShown(
            self._question_text(answer.question),
            self._answer_text(answer.question, answer.value, answer.missing),
            self._row_text(answer),
        )

    def _row_text(self, answer: AnswerSeen) -> str:
        """Which row an answer stands in, after the rows around it; nothing for the unit."""
        if answer.row is None:
            return ""
        question, roster = self.questions.get(answer.question), self.rosters.get(answer.question)
        inside = question.roster if question else roster.parent if roster else None
        names = reversed(lineage(self.framework.parents, inside))
        return " › ".join(
            _("%(rows)s, row %(number)s") % {"rows": self._question_text(name), "number": number}
            for name, number in zip(names, (*answer.around, answer.row), strict=False)
        )

    def _factor_reason(self, because: Because) -> Reason:
        name = _factor_named(because)
        factor, finding = self.factors.get(name), self.all_findings.get(name)
        if factor is None or finding is None or factor.data_class not in self.classes:
            return Reason(_("A part of the reason is not shown to your role."), "", "")
        return Reason(
            factor.label.get(language()),
            because.value,
            words.value(because.value),
            parts=() if self._has_line(name) else (self.reason(finding.because),),
            factor=name,
        )

    def _has_line(self, name: str) -> bool:
        """Whether the page says of the factor itself why it came out so."""
        finding = self.findings.get(name)
        if finding is None or finding.state not in self.factor_lines:
            return False
        return finding.state is State.ABSENT or bool(self.kind(name))

    def suggested(self) -> Iterable[tuple[Response, ResponseFinding]]:
        """The responses that the rules suggest and the clearance shows, apart or not."""
        for response in self.framework.responses:
            finding = self.response_findings.get(response.name)
            if (
                finding is not None
                and finding.suggested
                and self._may_show(response.data_class, finding.because)
            ):
                yield response, finding

    def _suggestion(self, response: Response, finding: ResponseFinding) -> Suggestion:
        return Suggestion(
            name=response.name,
            label=response.label.get(language()),
            within_text=words.within(response.within),
            actor=words.actor(response.actor),
            service_type=words.service(response.service_type),
            because=self.reason(finding.because),
            source=response.source,
            basis=str(words.BASES[response.basis]),
            rule_url=self.rule_url("response", response.name),
        )

    def _may_show(self, data_class: DataClass, because: Because) -> bool:
        """Whether a finding may stand on the page: cleared for it, and not betraying what is
        kept apart or sealed by having come out as it did."""
        return data_class in self.classes and not self._hidden(because)

    def _hidden(self, because: Because) -> bool:
        """Whether an outcome rests on something whose existence must not be told.

        Where one of several parts was enough, it rests on that only if no other part was.
        """
        if because.op == "factor":
            name = _factor_named(because)
            factor = self.factors.get(name)
            return factor is not None and (
                self._secret(factor.data_class) or self._hidden(self.all_findings[name].because)
            )
        if because.op == "measure":
            return self._reaches_hidden(_measure_named(because), self.classes | EXISTENCE_KNOWN)
        if any(self._secret(self._class_of(answer.question)) for answer in because.answers):
            return True
        hidden = [self._hidden(part) for part in because.parts]
        if (because.op, because.value) in _ONE_IS_ENOUGH:
            return bool(hidden) and all(hidden)
        return any(hidden)

    def _secret(self, data_class: DataClass | None) -> bool:
        return (
            data_class is not None
            and data_class not in EXISTENCE_KNOWN
            and data_class not in self.classes
        )

    def _class_of(self, question_name: str) -> DataClass | None:
        question = self.questions.get(question_name)
        return question.data_class if question is not None else None

    def _cleared(self, question_name: str) -> bool:
        data_class = self._class_of(question_name)
        return data_class is None or data_class in self.classes

    def _question_text(self, name: str) -> str:
        known = self.questions.get(name) or self.rosters.get(name)
        return figures.plain(known.label.get(language())) if known is not None else name

    def _answer_text(self, name: str, value: str | None, missing: Missing | None) -> str:
        question = self.questions.get(name)
        if question is None:
            return value if value is not None else str(words.MISSING[missing or Missing.NOT_ASKED])
        return words.answer(question, value, missing)

    def _statement(self, finding: FactorFinding) -> str:
        """The one answer that decided it; nothing where several did."""
        answers = finding.because.all_answers()
        if len(answers) != 1 or not self._cleared(answers[0].question):
            return ""
        only = answers[0]
        return self._answer_text(only.question, only.value, only.missing)

    def _open_question(self, finding: FactorFinding) -> str:
        for answer in finding.because.all_answers():
            if answer.missing is not None and self._cleared(answer.question):
                return self._question_text(answer.question)
        return ""

    def _why_unknown(self, finding: FactorFinding) -> str:
        reasons = [
            str(words.MISSING[answer.missing])
            for answer in finding.because.all_answers()
            if answer.missing is not None and self._cleared(answer.question)
        ]
        return _(", ").join(dict.fromkeys(reasons))


_SHOWN = frozenset({State.PRESENT, State.UNKNOWN})
_JOINING = frozenset({"and", "or", "not", "if"})
_COMBINING = frozenset({"sum", "mean", "max", "min", "decide"})
_ROWS = frozenset({"factor", "measure"})
_ONE_IS_ENOUGH = frozenset({("or", "true"), ("and", "false")})


def _kind(factor: Factor, finding: FactorFinding) -> str:
    if finding.state is State.UNKNOWN:
        return "unknown"
    if finding.state is not State.PRESENT:
        return ""
    if factor.effect is Effect.CONTEXT:
        directions = {
            Direction.RAISES: "risk",
            Direction.PROTECTS: "resource",
            Direction.BOTH: "both",
        }
        return directions.get(finding.direction or Direction.NONE, "")
    return "risk" if factor.effect is Effect.RISK else "resource"


def _band(level: Level, items: list[Item], view: View) -> LevelBand:
    here = [item for item in items if item.level is level]
    return LevelBand(
        level.value,
        str(words.LEVELS[level]),
        view.asks_about(level),
        risks=tuple(item for item in here if item.kind in ("risk", "both")),
        resources=tuple(item for item in here if item.kind in ("resource", "both")),
        unknowns=tuple(item for item in here if item.kind == "unknown"),
    )


def _stages(current: str) -> tuple[StagePoint, ...]:
    """The line of stages; nothing where it is not known, or not to be told, which one it is."""
    return tuple(
        StagePoint(
            stage.value, str(words.STAGES[stage]), "current" if stage.value == current else "other"
        )
        for stage in Stage
        if current
    )


def _change(item: Item, old: View) -> str:
    if item.name not in old.findings:
        return ""
    before = old.item(item.name).kind
    return "same" if before == item.kind else "new"


def _compare(items: list[Item], view: View, old: View) -> Comparison:
    known = [item for item in items if item.kind != "unknown"]
    now = {item.name: item.kind for item in items}
    # What is not known any more is not over: only what is known to be different is gone.
    gone = [
        replace(item, changed="gone", urgent=False)
        for item in old.items()
        if item.kind != "unknown"
        and item.name in view.findings
        and now.get(item.name) not in (item.kind, "unknown")
    ]
    return Comparison(
        new=tuple(item for item in known if item.changed == "new"),
        gone=tuple(gone),
        same_count=sum(item.changed == "same" for item in known),
        now_known=tuple(
            item
            for item in old.items()
            if item.kind == "unknown"
            and item.name in view.findings
            and view.findings[item.name].state is State.ABSENT
        ),
    )


def _factor_named(because: Because) -> str:
    """The factor that a reason speaks of; in a measure its weight stands before it."""
    return because.text.rpartition("${")[2].removesuffix("}")


def _measure_named(because: Because) -> str:
    return because.text.removeprefix("${").removesuffix("}").removesuffix("__class")


def label_map(framework: Framework, names: Iterable[str]) -> Mapping[str, str]:
    """Factor labels by name in the active language; names the framework does not know are left
    out."""
    wanted = set(names)
    return {
        factor.name: factor.label.get(language())
        for factor in framework.factors
        if factor.name in wanted
    }
