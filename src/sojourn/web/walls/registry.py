"""Which policy holds the rows of each model, or why none has to.

One line for every model of the application; a test names those that are missing. What a policy
shows is never less than what `visible` shows for the purposes its rows are asked for with, and
never a row of an organisation in which the principal has no part.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

from sojourn.web.walls.standing import PREFIX


@dataclass(frozen=True)
class Policy:
    """Conditions in SQL: which rows are there to be read and changed, and which may be written."""

    shown: str
    written: str


class Wall(ABC):
    """How the rows of a model are held."""

    @abstractmethod
    def policy(self, model: type[Model]) -> Policy | None:
        """None where no policy is needed."""


@dataclass(frozen=True)
class Free(Wall):
    """Not held, for a reason: it is about nobody's file."""

    reason: str

    def policy(self, model: type[Model]) -> Policy | None:
        del model
        return None


@dataclass(frozen=True)
class ByOrganisation(Wall):
    """Held by the organisation alone, by its column `organisation_id`.

    `to` names the setting with the organisations that reach it: `finds` for whoever works in files,
    `index` also for whoever reads the audit.
    """

    to: str = "finds"

    def policy(self, model: type[Model]) -> Policy:
        del model
        here = f"organisation_id = {_any(self.to)}"
        return Policy(here, here)


@dataclass(frozen=True)
class Entry(Wall):
    """What finding takes: there for the whole organisation, but not for who is part of the case."""

    column: str
    conflicts: str
    to: str = "finds"

    def policy(self, model: type[Model]) -> Policy:
        del model
        here = f"organisation_id = {_any(self.to)}"
        return Policy(f"{here} AND NOT {self.column} = {_any(self.conflicts)}", here)


@dataclass(frozen=True)
class ByCase(Wall):
    """Contents of a file, held by the case they belong to (columns organisation_id and case_id).

    `mine` is a column of the person who made a row, for rows that stay theirs whether they reach
    the case or not; with `audited` it is also there for whoever reads the organisation's audit.
    """

    mine: str = ""
    audited: bool = False

    def policy(self, model: type[Model]) -> Policy:
        table = model._meta.db_table
        policy = _contents(f"c.id = {table}.case_id", f"{table}.case_id", "conflicts")
        shown, written = policy.shown, policy.written
        if self.mine:
            mine = f"{table}.{self.mine} = {_setting('person', 'bigint', '0')}"
            shown = f"{shown} OR ({mine} AND organisation_id = {_any('finds')})"
        if self.audited:  # written, too: that one looked at it is marked on the row
            of_audit = f"organisation_id = {_any('audits')}"
            shown, written = f"{shown} OR {of_audit}", f"{written} OR {of_audit}"
        return Policy(shown, written)


@dataclass(frozen=True)
class ByPerson(Wall):
    """Contents of a file without a case, held by the person (organisation_id and person_id)."""

    def policy(self, model: type[Model]) -> Policy:
        table = model._meta.db_table
        return _contents(
            f"c.person_id = {table}.person_id", f"{table}.person_id", "conflict_people"
        )


@dataclass(frozen=True)
class Within(Wall):
    """Held by the row of another model it belongs to, which `column` names."""

    parent: str
    column: str

    def policy(self, model: type[Model]) -> Policy:
        parent = apps.get_model(self.parent)._meta
        assert parent.pk is not None  # noqa: S101 - tells the type checker
        there = (
            f"EXISTS (SELECT 1 FROM {parent.db_table} up "
            f"WHERE up.{parent.pk.column} = {model._meta.db_table}.{self.column})"
        )
        return Policy(there, there)


@dataclass(frozen=True)
class Own(Wall):
    """A condition written out, for the few that are like no other one."""

    shown: str
    written: str

    def policy(self, model: type[Model]) -> Policy:
        del model
        return Policy(self.shown, self.written)


def _setting(name: str, kind: str, nothing: str) -> str:
    """Read once per query, not once per row: a subquery that depends on no row."""
    text = f"coalesce(nullif(current_setting('{PREFIX}{name}', true), ''), '{nothing}')"
    return f"(SELECT {text}::{kind})"


def _any(name: str, kind: str = "uuid[]") -> str:
    return f"ANY ({_setting(name, kind, '{}')}::{kind})"


_IN_AN_AREA = (
    "EXISTS (SELECT 1 FROM unnest("
    f"{_setting('areas', 'text[]', '{}')}) AS area WHERE "
    "starts_with(c.organisation_id || '/' || c.area || '/', area))"
)
"""An area stands in its setting with its organisation and a sign after it: `<id>/XX01/`."""

IS_SYSTEM = f"(SELECT coalesce(current_setting('{PREFIX}system', true), '') <> '')"


def _contents(of_case: str, column: str, conflicts: str) -> Policy:
    narrow = (
        f"(c.worker_id = {_setting('person', 'bigint', '0')} AND c.organisation_id = {_any('own')})"
        f" OR (c.team_id = {_any('teams', 'bigint[]')} AND c.organisation_id = {_any('finds')})"
        f" OR (c.programme_id = {_any('programmes', 'bigint[]')}"
        f" AND c.organisation_id = {_any('finds')})"
        f" OR {_IN_AN_AREA}"
        f" OR (c.id = {_any('cases')} AND c.organisation_id = {_any('finds')})"
    )
    reach = (
        f"organisation_id = {_any('whole')} OR "
        f"EXISTS (SELECT 1 FROM cases_case c WHERE {of_case} AND ({narrow}))"
    )
    return Policy(
        f"(({reach}) AND NOT {column} = {_any(conflicts)})", f"organisation_id = {_any('finds')}"
    )


_STAFF = Free("about those who sign in, and read before it is known who asks")
_SIGN_IN = Free("signing in: read before it is known who asks")

WALLS: Mapping[str, Wall] = {
    "accounts.organisation": Free("names of organisations, in every page's frame"),
    "accounts.team": Free("names of teams"),
    "accounts.programme": Free("names of programmes"),
    "accounts.user": _STAFF,
    "accounts.grant": _STAFF,
    "accounts.grantedcase": _STAFF,
    "accounts.shortgrant": _STAFF,
    "accounts.conflict": _STAFF,
    "accounts.invitation": _STAFF,
    "accounts.ownrole": _STAFF,
    "accounts.roleversion": _STAFF,
    "accounts.wrongattempt": _SIGN_IN,
    "audit.event": Own(
        f"organisation_id = {_any('index')} OR (organisation_id IS NULL AND "
        "EXISTS (SELECT 1 FROM audit_seen s WHERE s.event_id = audit_event.seq))",
        "false",  # written as the system, which also reads the end of the chain
    ),
    "audit.seen": Own(
        "EXISTS (SELECT 1 FROM people_person p WHERE p.id = audit_seen.person_id)", "false"
    ),
    "audit.checkpoint": Free("a hash and its signature"),
    "audit.custody": Free("who holds a copy of a checkpoint"),
    "people.organisationkey": ByOrganisation(to="index"),
    "people.person": Entry("id", "conflict_people", to="index"),
    "people.personkey": Within("people.person", "person_id"),
    "people.identity": Own(
        "EXISTS (SELECT 1 FROM people_person p WHERE p.id = people_identity.person_id"
        f" AND p.organisation_id = {_any('finds')})",
        "EXISTS (SELECT 1 FROM people_person p WHERE p.id = people_identity.person_id"
        f" AND p.organisation_id = {_any('finds')})",
    ),
    "people.mark": Within("people.person", "person_id"),
    "kin.relation": Entry("person_id", "conflict_people", to="index"),
    "kin.group": Entry("id", "conflict_groups", to="index"),
    "kin.membership": Entry("person_id", "conflict_people", to="index"),
    "duplicates.pair": Entry("first_id", "conflict_people", to="index"),
    "duplicates.decision": Within("duplicates.pair", "pair_id"),
    "duplicates.link": Entry("first_id", "conflict_people", to="index"),
    "duplicates.clusterrow": Entry("person_id", "conflict_people", to="index"),
    "api.token": Free("programs signing in: read before it is known who asks"),
    "api.answered": Free("ids of what a program did, found by its key alone"),
    "webhooks.subscription": Free("addresses of programs; their secrets are sealed"),
    "webhooks.delivery": Free("ids and verbs; nothing that a person told"),
    "exports.export": ByOrganisation(to="index"),
    "exports.copy": ByCase(audited=True),
    "imports.import": ByOrganisation(to="index"),
    "imports.row": Within("imports.import", "whole_id"),
    "imports.outsidenumber": Entry("person_id", "conflict_people", to="index"),
    "consent.consent": ByPerson(),
    "consent.consentstep": Within("consent.consent", "consent_id"),
    "consent.override": ByPerson(),
    "programmes.gatesetting": Free("what is asked for before a step, about nobody"),
    "cases.keptframework": Free("a framework is about nobody"),
    "cases.case": Entry("id", "conflicts", to="index"),
    "cases.episode": ByCase(),
    "cases.casestep": ByCase(),
    "cases.revision": ByCase(),
    "cases.difference": ByCase(),
    "cases.assessment": ByCase(),
    "plans.plan": ByCase(),
    "plans.planitem": ByCase(),
    "plans.itemstep": Within("plans.planitem", "item_id"),
    "plans.approval": Within("plans.plan", "subject_id"),
    "plans.decision": Within("plans.approval", "approval_id"),
    "notes.note": ByCase(),
    "notes.attachment": Within("notes.note", "note_id"),
    "field.ticket": ByCase(),
    "field.submission": ByCase(),
    "field.attachment": Within("field.submission", "submission_id"),
    "places.placeanswers": ByOrganisation(),
    "places.joined": Within("cases.assessment", "assessment_id"),
    "incidents.incident": ByCase(),
    "incidents.allegedactor": Within("incidents.incident", "incident_id"),
    "journeys.leg": ByCase(),
    "interests.procedure": ByCase(),
    "interests.element": Within("interests.procedure", "procedure_id"),
    "interests.option": Within("interests.procedure", "procedure_id"),
    "interests.vote": Within("interests.procedure", "procedure_id"),
    "followup.schedule": Free("how many days after what, about nobody"),
    "followup.contact": ByCase(),
    "followup.contactwish": ByCase(),
    "caseload.savedfilter": ByOrganisation(),
    "caseload.handover": ByOrganisation(),
    "caseload.assignment": ByCase(mine="by_id"),
    "oversight.ending": Entry("person_id", "conflict_people", to="index"),
    "glass.opening": ByCase(mine="opened_by_id", audited=True),
    "glass.look": Within("glass.opening", "opening_id"),
}
"""By label of the model."""

FOREIGN: Mapping[str, str] = {
    "auth": "Django's own users and permissions, which are not used",
    "contenttypes": "names of models",
    "sessions": "signing in",
    "account": "signing in",
    "mfa": "signing in",
    "usersessions": "signing in",
}
"""Apps of others whose tables hold nobody's file, and why."""


def missing() -> list[str]:
    """Models that have no line, as the message that says what to do."""
    return [
        f"{model._meta.label_lower} ({model._meta.db_table}) has no line in WALLS of "
        "sojourn/web/walls/registry.py: add ByCase(), ByPerson(), Within(parent, column), "
        "ByOrganisation() or Free(reason)."
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label_lower not in WALLS and model._meta.app_label not in FOREIGN
    ]


def policies() -> dict[str, Policy]:
    """The policy of each table that has one."""
    found = {}
    for label, wall in WALLS.items():
        model = apps.get_model(label)
        policy = wall.policy(model)
        if policy is not None:
            found[model._meta.db_table] = Policy(
                f"{IS_SYSTEM} OR ({policy.shown})", f"{IS_SYSTEM} OR ({policy.written})"
            )
    return found
