"""What a plan may be about: the needs, the suggested responses and the resources of an assessment.

Each comes with the data class that it takes to see it in a plan. It is the framework's own class,
unless the finding rests on something whose existence not everybody may know: then it is the class
of what is kept apart, so that a plan betrays no more than the situation page does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sojourn.framework import DataClass, Findings, Framework, Horizon, State
from sojourn.framework.nodes import rows_used
from sojourn.web.accounts.roles import EXISTENCE_KNOWN
from sojourn.web.cases import frameworks
from sojourn.web.cases.models import Assessment
from sojourn.web.cases.situation import View, label_map
from sojourn.web.i18n import language

_APART = DataClass.STATUS_PROTECTION
_RISKS, _RESOURCES = ("risk", "both"), ("resource", "both")


@dataclass(frozen=True)
class Offered:
    """Something a plan item may name."""

    name: str
    label: str
    data_class: DataClass
    horizon: Horizon | None = None
    urgent: bool = False


@dataclass(frozen=True)
class Offer:
    """What the findings offer to a plan, for somebody with a clearance."""

    needs: tuple[Offered, ...]
    responses: tuple[Offered, ...]
    resources: tuple[Offered, ...]
    needs_of: Mapping[str, tuple[str, ...]]

    def need(self, name: str) -> Offered | None:
        return _named(self.needs, name)

    def response(self, name: str) -> Offered | None:
        return _named(self.responses, name)

    def resource(self, name: str) -> Offered | None:
        return _named(self.resources, name)


def offer(assessment: Assessment, classes: Collection[DataClass]) -> Offer:
    """The offer of an assessment, in the active language."""
    framework = frameworks.by_digest(assessment.framework_id)
    findings = Findings.from_json(assessment.findings)
    view = View(framework, findings, frozenset(classes))
    shared = View(framework, findings, EXISTENCE_KNOWN)
    known = set(shared.shown())

    def offered_as(kinds: Collection[str]) -> list[Offered]:
        return [
            Offered(
                name,
                view.factors[name].label.get(language()),
                _class_of(framework, name, known),
                urgent=view.urgent(name),
            )
            for name in view.shown()
            if view.kind(name) in kinds
        ]

    needs, resources = offered_as(_RISKS), offered_as(_RESOURCES)
    responses = _responses(view, shared)
    offered = {each.name for each in (*needs, *_apart(view))}
    return Offer(
        needs=(*needs, *_apart(view)),
        responses=responses,
        resources=tuple(resources),
        needs_of={
            each.name: tuple(name for name in _looked_at(framework, each.name) if name in offered)
            for each in responses
        },
    )


def labels(digests: Mapping[str, Iterable[str]]) -> Mapping[tuple[str, str], str]:
    """Labels of factors and responses by framework and name. Unknown names are left out."""
    found: dict[tuple[str, str], str] = {}
    for digest, names in digests.items():
        framework, wanted = frameworks.by_digest(digest), set(names)
        found.update(((digest, name), text) for name, text in label_map(framework, wanted).items())
        found.update(
            ((digest, response.name), response.label.get(language()))
            for response in framework.responses
            if response.name in wanted
        )
    return found


def _class_of(framework: Framework, name: str, known: Collection[str]) -> DataClass:
    own = framework.factor(name).data_class
    return own if name in known or own not in EXISTENCE_KNOWN else _APART


def _responses(view: View, shared: View) -> tuple[Offered, ...]:
    common = {response.name for response, _finding in shared.suggested()}
    return tuple(
        Offered(
            response.name,
            response.label.get(language()),
            response.data_class if response.name in common else _APART,
            response.horizon,
        )
        for response, _finding in view.suggested()
    )


def _apart(view: View) -> tuple[Offered, ...]:
    """Needs that are shown apart, to those who are cleared for them."""
    if _APART not in view.classes:
        return ()
    return tuple(
        Offered(name, factor.label.get(language()), _APART)
        for name, factor in view.factors.items()
        if factor.data_class is _APART and view.all_findings[name].state is State.PRESENT
    )


def _looked_at(framework: Framework, response: str) -> tuple[str, ...]:
    """The factors that the rule of a response names, in the framework's order."""
    node = next(each.when for each in framework.responses if each.name == response)
    used = frozenset(rows_used(node))
    return tuple(factor.name for factor in framework.factors if factor.name in used)


def _named(offered: Iterable[Offered], name: str) -> Offered | None:
    return next((each for each in offered if each.name == name), None)
