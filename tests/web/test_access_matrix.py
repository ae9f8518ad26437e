"""Every address, for every role, on one's own and on a foreign file. A forgotten address fails."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from sojourn.framework import DataClass, Framework
from sojourn.language import load_framework
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts import role_actions
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.invitations import Offer, invite
from sojourn.web.accounts.models import (
    Conflict,
    Grant,
    GrantedCase,
    Interest,
    Invitation,
    OwnRole,
    Programme,
    RoleVersion,
    Scope,
    Team,
)
from sojourn.web.accounts.roles import EVERY_FILE, POWERS, Level, Role, Verb
from sojourn.web.api.models import Token as ApiToken
from sojourn.web.api.service import operations
from sojourn.web.caseload.actions import keep_filter
from sojourn.web.caseload.handing import Given, Terms, hand_over
from sojourn.web.caseload.models import HandOver, SavedFilter
from sojourn.web.caseload.rules import Filters
from sojourn.web.cases.models import Case, LegalBasis
from sojourn.web.consent import overrides
from sojourn.web.consent.models import Danger
from sojourn.web.duplicates import actions as duplicates
from sojourn.web.duplicates.models import Pair
from sojourn.web.exports import actions as exports
from sojourn.web.exports.models import Copy, Export
from sojourn.web.field import actions as field
from sojourn.web.field.models import Ticket
from sojourn.web.field.tickets import token_of
from sojourn.web.followup import actions as followup
from sojourn.web.glass.actions import open_file
from sojourn.web.glass.models import Opening, Reason
from sojourn.web.imports import actions as imports
from sojourn.web.imports.models import Basis, Import
from sojourn.web.incidents import actions as incidents
from sojourn.web.incidents.actions import Described
from sojourn.web.interests import actions as interests
from sojourn.web.interests.actions import Way
from sojourn.web.journeys import actions as journeys
from sojourn.web.journeys.rules import Stay
from sojourn.web.kin import actions as kin
from sojourn.web.kin.rules import Direction, GroupKind, RelationKind
from sojourn.web.notes import actions as notes
from sojourn.web.oversight.models import Ending
from sojourn.web.people.models import Identity
from sojourn.web.people.rules import IdentityData, Names
from sojourn.web.places import actions as places
from sojourn.web.places.models import PlaceAnswers
from sojourn.web.plans import actions as plans
from sojourn.web.plans import approvals
from sojourn.web.plans.actions import Wish
from sojourn.web.plans.models import Approval
from sojourn.web.programmes import actions as programmes
from sojourn.web.reach import actions as reach
from sojourn.web.webhooks.models import Subscription
from tests.web.api_operations import token_for
from tests.web.conftest import NARROW, ROLES, World, kept, put_into, reach_of, with_places
from tests.web.layers import copied
from tests.web.test_exports import USUAL
from tests.web.test_incidents import A_THREAT
from tests.web.test_notes import PNG
from tests.web.test_places import place_xml
from tests.web.test_webhooks import webhook


@dataclass(frozen=True)
class Route:
    """An address: what it takes to enter, how to name an object of a case, how it answers.

    What is `about_nobody`, such as a framework, everybody signed in may read. `found` is what says
    only that a file is there, to those who find more than they open.
    """

    verb: Verb | None = None
    method: str = "get"
    args: Callable[[Case], list[object]] | None = None
    open_to_all: bool = False
    about_nobody: bool = False
    found: bool = False
    ok: tuple[int, ...] = (200,)


def _of_case(case: Case) -> list[object]:
    return [case.pk]


def _of_act(case: Case) -> list[object]:
    return [case.pk, "hold"]


def _of_plan(case: Case) -> list[object]:
    return [case.pk, case.plans.get().version]


def _of_item(case: Case) -> list[object]:
    return [case.pk, case.plan_items.get().pk]


def _of_item_act(case: Case) -> list[object]:
    return [*_of_item(case), "start"]


def _of_approval(case: Case) -> list[object]:
    return [case.pk, Approval.objects.get(subject__case=case).pk]


def _of_part(case: Case) -> list[object]:
    return [case.pk, Conflict.objects.filter(case_id=case.pk).earliest("pk").pk]


def _of_named(case: Case) -> list[object]:
    return [case.pk, GrantedCase.objects.get(case_id=case.pk, given_at__isnull=False).pk]


def _of_difference(case: Case) -> list[object]:
    return [case.pk, case.differences.get().pk]


def _of_note(case: Case) -> list[object]:
    return [case.pk, case.notes.get().pk]


def _of_file(case: Case) -> list[object]:
    return [case.pk, case.notes.get().files.get().pk]


def _of_incident(case: Case) -> list[object]:
    return [case.pk, case.incidents.get().pk]


def _of_actor(case: Case) -> list[object]:
    incident = case.incidents.get()
    return [case.pk, incident.pk, incident.actors.get().pk]


def _of_leg(case: Case) -> list[object]:
    return [case.pk, case.legs.get().pk]


def _of_move(case: Case) -> list[object]:
    return [*_of_leg(case), "earlier"]


def _of_procedure(case: Case) -> list[object]:
    return [case.pk, case.best_interests.get().pk]


def _of_element(case: Case) -> list[object]:
    return [*_of_procedure(case), "care"]


def _of_way(case: Case) -> list[object]:
    procedure = case.best_interests.get()
    return [case.pk, procedure.pk, procedure.options.get().pk]


def _of_person(case: Case) -> list[object]:
    return [case.person_id]


def _of_relation(case: Case) -> list[object]:
    return [case.person_id, case.person.relations_back.get().pk]


def _of_group(case: Case) -> list[object]:
    return [case.person.memberships.get().group_id]


def _of_membership(case: Case) -> list[object]:
    return [*_of_group(case), case.person.memberships.get().pk]


def _of_pair(case: Case) -> list[object]:
    return [Pair.objects.get(organisation=case.organisation).pk]


def _of_assessment(case: Case) -> list[object]:
    return [case.pk, case.assessments.get().pk]


def _of_ticket(case: Case) -> list[object]:
    return [case.pk, Ticket.objects.get(case=case).pk]


def _of_consent(case: Case) -> list[object]:
    return [case.person_id, case.person.consents.get().pk]


def _of_override(case: Case) -> list[object]:
    return [case.person_id, case.person.overrides.get().pk]


def _of_grant(case: Case) -> list[object]:
    return [Grant.objects.filter(organisation=case.organisation).earliest("pk").pk]


def _of_member(case: Case) -> list[object]:
    return [Grant.objects.filter(organisation=case.organisation).earliest("pk").holder_id]


def _of_role(case: Case) -> list[object]:
    return [case.organisation_id, "case_worker"]


def _of_made_role(case: Case) -> list[object]:
    made = OwnRole.objects.filter(organisation=case.organisation).earliest("pk")
    return [case.organisation_id, made.code]


def _of_role_version(case: Case) -> list[object]:
    return [RoleVersion.objects.get(organisation=case.organisation, state="waiting").pk]


def _of_team(case: Case) -> list[object]:
    return [Team.objects.get(organisation=case.organisation).pk]


def _of_programme(case: Case) -> list[object]:
    return [Programme.objects.get(organisation=case.organisation, code="day").pk]


def _of_invitation(case: Case) -> list[object]:
    return [Invitation.objects.get(organisation=case.organisation).pk]


def _of_no_token(case: Case) -> list[object]:
    return ["none"]


def _of_organisation(case: Case) -> list[object]:
    return [case.organisation_id]


def _of_place(case: Case) -> list[object]:
    return [PlaceAnswers.objects.get(organisation=case.organisation).pk]


def _of_api_token(case: Case) -> list[object]:
    holder = Grant.objects.filter(organisation=case.organisation).earliest("pk").holder_id
    return [ApiToken.objects.filter(user_id=holder).latest("pk").pk]


def _of_webhook(case: Case) -> list[object]:
    return [Subscription.objects.get(organisation=case.organisation).pk]


def _of_message(case: Case) -> list[object]:
    hook = Subscription.objects.get(organisation=case.organisation)
    return [hook.pk, hook.deliveries.earliest("made_at").pk]


def _of_token(case: Case) -> list[object]:
    return [token_of(Ticket.objects.get(case=case).pk)]


def _of_nobody(case: Case) -> list[object]:
    return [10**6]


def _of_filter(case: Case) -> list[object]:
    return [SavedFilter.objects.get(organisation=case.organisation).pk]


def _of_colleague(case: Case) -> list[object]:
    return [SavedFilter.objects.get(organisation=case.organisation).owner_id]


def _of_hand_over(case: Case) -> list[object]:
    return [HandOver.objects.get(organisation=case.organisation).pk]


def _of_contact(case: Case) -> list[object]:
    return [case.pk, case.contacts.get().pk, "finish"]


def _of_opening(case: Case) -> list[object]:
    return [Opening.objects.get(case=case).pk]


def _of_overseen(case: Case) -> list[object]:
    return _of_opening(case)


def _of_export(case: Case) -> list[object]:
    return [Export.objects.get(organisation=case.organisation).pk]


def _of_copy(case: Case) -> list[object]:
    return [case.person_id, Copy.objects.get(case=case).pk, "tell_recipient"]


def _of_import(case: Case) -> list[object]:
    return [Import.objects.get(organisation=case.organisation).pk]


def _of_overseen_person(case: Case) -> list[object]:
    return [case.person_id]


def _of_ending(case: Case) -> list[object]:
    return [Ending.objects.get(person=case.person_id).pk]


def _of_kind(case: Case) -> list[object]:
    return ["overrides"]


def _of_framework(case: Case) -> list[object]:
    return [case.assessments.get().framework.framework_id]


def _of_version(case: Case) -> list[object]:
    kept = case.assessments.get().framework
    return [kept.framework_id, kept.digest]


ROUTES = {
    "home:day": Route(),
    "home:components": Route(ok=(404,)),
    "account_login": Route(open_to_all=True, ok=(200, 302)),
    "account_logout": Route(open_to_all=True, ok=(200, 302)),
    "account_inactive": Route(open_to_all=True),
    "account_change_password": Route(ok=(200, 302)),
    "account_reauthenticate": Route(ok=(200, 302)),
    "account_sessions": Route(),
    "account_end_session": Route(method="post", args=_of_nobody, about_nobody=True, ok=(404,)),
    "account_end_other_sessions": Route(method="post", ok=(302,)),
    "leave": Route(method="post", open_to_all=True, ok=(303,)),
    "calendar": Route(open_to_all=True),
    "mfa_authenticate": Route(open_to_all=True, ok=(302,)),
    "mfa_login_webauthn": Route(open_to_all=True, ok=(302,)),
    "mfa_index": Route(),
    # What is protected further asks first who one is.
    "mfa_reauthenticate": Route(ok=(200, 302)),
    "mfa_reauthenticate_webauthn": Route(ok=(200, 302)),
    "mfa_activate_totp": Route(ok=(302,)),
    "mfa_deactivate_totp": Route(ok=(302,)),
    "mfa_list_webauthn": Route(ok=(302,)),
    "mfa_add_webauthn": Route(ok=(302,)),
    "mfa_remove_webauthn": Route(args=_of_nobody, about_nobody=True, ok=(302,)),
    "mfa_view_recovery_codes": Route(ok=(302, 404)),
    "mfa_generate_recovery_codes": Route(ok=(302,)),
    "mfa_download_recovery_codes": Route(ok=(302, 404)),
    "set_language": Route(method="post", open_to_all=True, ok=(302,)),
    "accounts:members": Route(Verb.CONFIGURE),
    "accounts:revoke": Route(Verb.CONFIGURE, "post", _of_grant, ok=(302,)),
    "accounts:member": Route(Verb.CONFIGURE, args=_of_member),
    "accounts:change_account": Route(Verb.CONFIGURE, "post", _of_member, ok=(400,)),
    "accounts:give": Route(Verb.CONFIGURE, args=_of_member),
    "accounts:teams": Route(Verb.CONFIGURE),
    "accounts:remove_team": Route(Verb.CONFIGURE, "post", _of_team, ok=(302,)),
    "programmes:list": Route(Verb.CONFIGURE),
    "programmes:programme": Route(Verb.CONFIGURE, args=_of_programme),
    "programmes:usual": Route(Verb.CONFIGURE, args=_of_organisation),
    "accounts:roles": Route(Verb.CONFIGURE),
    "accounts:role_new": Route(Verb.CONFIGURE, args=_of_organisation),
    "accounts:role": Route(Verb.CONFIGURE, args=_of_role),
    "accounts:role_reset": Route(Verb.CONFIGURE, "post", _of_made_role, ok=(302,)),
    "accounts:roles_waiting": Route(Verb.OVERSEE),
    "accounts:role_decide": Route(Verb.OVERSEE, "post", _of_role_version, ok=(302,)),
    "accounts:role_back": Route(Verb.CONFIGURE, "post", _of_role_version, ok=(302,)),
    "accounts:invitation": Route(Verb.CONFIGURE, args=_of_invitation),
    "accounts:withdraw": Route(Verb.CONFIGURE, "post", _of_invitation, ok=(302,)),
    # The token in the address is an invitation for whoever holds it; this one is none.
    "account_invitation": Route(args=_of_no_token, open_to_all=True, ok=(410,)),
    "tokens:own": Route(),
    "tokens:end": Route(method="post", args=_of_nobody, about_nobody=True, ok=(404,)),
    "tokens:managed": Route(Verb.CONFIGURE),
    "tokens:end_managed": Route(Verb.CONFIGURE, "post", _of_api_token, ok=(302,)),
    "tokens:reference": Route(),
    "webhooks:list": Route(Verb.CONFIGURE),
    "webhooks:subscription": Route(Verb.CONFIGURE, args=_of_webhook),
    "webhooks:change": Route(Verb.CONFIGURE, "post", _of_webhook, ok=(400,)),
    "webhooks:delivery": Route(Verb.CONFIGURE, args=_of_message),
    "webhooks:again": Route(Verb.CONFIGURE, "post", _of_message, ok=(302,)),
    "api:openapi": Route(open_to_all=True),
    "people:list": Route(Verb.READ),
    "people:search": Route(Verb.FIND, "post", ok=(400,)),
    "people:register": Route(Verb.WRITE),
    "people:person": Route(Verb.READ, args=_of_person),
    "people:correct": Route(Verb.WRITE, args=_of_person),
    "people:names": Route(Verb.WRITE, args=_of_person),
    "people:documents": Route(Verb.WRITE, args=_of_person),
    "kin:relate": Route(Verb.WRITE, args=_of_person),
    "kin:relation": Route(Verb.WRITE, args=_of_relation),
    "kin:new_group": Route(Verb.WRITE, args=_of_person),
    "kin:groups": Route(Verb.READ),
    "kin:group": Route(Verb.READ, args=_of_group),
    "kin:change_group": Route(Verb.WRITE, args=_of_group),
    "kin:join": Route(Verb.WRITE, args=_of_group),
    "kin:member": Route(Verb.WRITE, args=_of_membership),
    "duplicates:queue": Route(Verb.WRITE),
    "duplicates:pair": Route(Verb.WRITE, args=_of_pair),
    "duplicates:suggest": Route(Verb.WRITE, args=_of_person),
    "people:erase": Route(Verb.ERASE, args=_of_person),
    "people:sheet": Route(Verb.READ, args=_of_person),
    "people:looks": Route(Verb.READ, args=_of_person),
    "consent:new": Route(Verb.WRITE, args=_of_person),
    "consent:step": Route(Verb.WRITE, "post", _of_consent, ok=(302,)),
    "consent:override": Route(Verb.WRITE, args=_of_person),
    "consent:override_step": Route(Verb.WRITE, "post", _of_override, ok=(302,)),
    "consent:again": Route(Verb.WRITE, args=_of_consent),
    "consent:record": Route(Verb.EXPORT, args=_of_consent),
    "cases:situation": Route(Verb.READ, args=_of_case),
    "cases:assessment": Route(Verb.READ, args=_of_assessment),
    "cases:assess": Route(Verb.WRITE, args=_of_case),
    # A form belongs to the one who opened it, so others of the organisation get 404 as well.
    "cases:form": Route(Verb.WRITE, args=_of_ticket, ok=(200, 404)),
    "cases:course": Route(Verb.READ, args=_of_case),
    "cases:act": Route(Verb.WRITE, args=_of_act),
    "cases:review": Route(Verb.WRITE, "post", _of_case, ok=(302,)),
    "cases:belong": Route(Verb.WRITE, "post", _of_case, ok=(302,)),
    "cases:differences": Route(Verb.READ, args=_of_case),
    "cases:settle": Route(Verb.WRITE, "post", _of_difference, ok=(302,)),
    "reach:who": Route(Verb.READ, args=_of_case),
    "reach:state": Route(Verb.WRITE, "post", _of_case, ok=(400,)),
    "reach:withdraw": Route(Verb.APPROVE, "post", _of_part, ok=(302,)),
    "reach:give": Route(Verb.APPROVE, "post", _of_case, ok=(400,)),
    "reach:end": Route(Verb.APPROVE, "post", _of_named, ok=(302,)),
    "notes:list": Route(Verb.READ, args=_of_case),
    "notes:add": Route(Verb.WRITE, args=_of_case),
    "notes:change": Route(Verb.WRITE, args=_of_note),
    "notes:file": Route(Verb.READ, args=_of_file),
    "journeys:journey": Route(Verb.READ, args=_of_case),
    "journeys:add": Route(Verb.WRITE, args=_of_case),
    "journeys:change": Route(Verb.WRITE, args=_of_leg),
    "journeys:remove": Route(Verb.WRITE, args=_of_leg),
    "journeys:move": Route(Verb.WRITE, "post", _of_move, ok=(302,)),
    "incidents:list": Route(Verb.READ, args=_of_case),
    "incidents:add": Route(Verb.WRITE, args=_of_case),
    "incidents:change": Route(Verb.WRITE, args=_of_incident),
    "incidents:take_back": Route(Verb.WRITE, args=_of_incident),
    "incidents:restore": Route(Verb.WRITE, "post", _of_incident, ok=(302,)),
    "incidents:name_actor": Route(Verb.WRITE, args=_of_incident),
    "incidents:remove_actor": Route(Verb.WRITE, "post", _of_actor, ok=(302,)),
    "interests:list": Route(Verb.READ, args=_of_case),
    "interests:begin": Route(Verb.WRITE, args=_of_case),
    "interests:procedure": Route(Verb.READ, args=_of_procedure),
    "interests:prepare": Route(Verb.WRITE, args=_of_procedure),
    "interests:element": Route(Verb.WRITE, args=_of_element),
    "interests:add_way": Route(Verb.WRITE, args=_of_procedure),
    "interests:propose": Route(Verb.WRITE, "post", _of_way, ok=(302,)),
    "interests:remove_way": Route(Verb.WRITE, "post", _of_way, ok=(302,)),
    "interests:submit": Route(Verb.WRITE, "post", _of_procedure, ok=(302,)),
    # Whoever asked others to look never does so themself.
    "interests:look": Route(Verb.WRITE, args=_of_procedure, ok=(200, 403)),
    "interests:again": Route(Verb.WRITE, "post", _of_procedure, ok=(302,)),
    "interests:stop": Route(Verb.WRITE, "post", _of_procedure, ok=(302,)),
    "plans:board": Route(Verb.READ, args=_of_case),
    "plans:version": Route(Verb.READ, args=_of_plan),
    "plans:begin": Route(Verb.WRITE, "post", _of_case, ok=(302,)),
    "plans:add": Route(Verb.WRITE, args=_of_case),
    "plans:item": Route(Verb.WRITE, args=_of_item),
    "plans:step": Route(Verb.WRITE, args=_of_item_act),
    "plans:ask": Route(Verb.WRITE, "post", _of_case, ok=(302,)),
    "plans:decide": Route(Verb.APPROVE, args=_of_approval),
    "plans:take_back": Route(Verb.WRITE, "post", _of_approval, ok=(302,)),
    "caseload:keep": Route(Verb.READ, "post", ok=(302,)),
    # Filters and schedules are about nobody; of another's filter one learns nothing.
    "caseload:change_filter": Route(Verb.READ, "post", _of_filter, ok=(400, 404)),
    # Who leads nobody hands over their own cases and no others.
    "caseload:hand_over_one": Route(Verb.WRITE, args=_of_case, ok=(200, 302)),
    "caseload:hand_over": Route(Verb.WRITE, args=_of_colleague, ok=(200, 404)),
    "caseload:handed_over": Route(Verb.READ, args=_of_hand_over, ok=(200, 404)),
    "caseload:team": Route(Verb.APPROVE),
    "caseload:calendar": Route(Verb.READ),
    "caseload:calendar_file": Route(Verb.READ, ok=(200, 302)),
    "copies:list": Route(Verb.READ, args=_of_person),
    "copies:act": Route(Verb.WRITE, "post", _of_copy, ok=(302,)),
    "followup:list": Route(Verb.READ, args=_of_case),
    "followup:plan": Route(Verb.WRITE, "post", _of_case, ok=(302,)),
    "followup:wishes": Route(Verb.WRITE, args=_of_case),
    "followup:act": Route(Verb.WRITE, args=_of_contact),
    "followup:schedule": Route(Verb.APPROVE),
    "printing:plan": Route(Verb.WRITE, args=_of_case),
    "printing:consent": Route(Verb.WRITE, args=_of_consent),
    "exports:list": Route(Verb.EXPORT),
    "exports:new": Route(Verb.EXPORT),
    # An export belongs to the one who prepared it, so colleagues get 404 as well.
    "exports:export": Route(Verb.EXPORT, args=_of_export, ok=(200, 404)),
    "exports:download": Route(Verb.EXPORT, args=_of_export, ok=(200, 404)),
    "exports:end": Route(Verb.EXPORT, "post", _of_export, ok=(302, 404)),
    "imports:list": Route(Verb.WRITE),
    "imports:new": Route(Verb.WRITE),
    "imports:template": Route(Verb.WRITE),
    # A table belongs to the one who brought it, so colleagues get 404 as well.
    "imports:import": Route(Verb.WRITE, args=_of_import, ok=(302, 404)),
    "imports:columns": Route(Verb.WRITE, args=_of_import, ok=(200, 404)),
    "imports:apply": Route(Verb.WRITE, "post", _of_import, ok=(302, 404)),
    "imports:undo": Route(Verb.WRITE, "post", _of_import, ok=(302, 404)),
    "imports:drop": Route(Verb.WRITE, "post", _of_import, ok=(302, 404)),
    "places:list": Route(Verb.READ),
    "places:xform": Route(Verb.WRITE),
    "places:place": Route(Verb.READ, args=_of_place),
    "places:form": Route(Verb.WRITE, args=_of_organisation),
    "places:submission": Route(Verb.WRITE, "post", _of_organisation, ok=(400,)),
    "frameworks:list": Route(about_nobody=True),
    "frameworks:page": Route(args=_of_framework, about_nobody=True),
    "frameworks:version": Route(args=_of_version, about_nobody=True),
    "frameworks:try": Route(args=_of_framework, about_nobody=True),
    "frameworks:compare": Route(args=_of_framework, about_nobody=True),
    "audit:log": Route(Verb.AUDIT),
    # Who may open the file anyway is led to it.
    "glass:open": Route(Verb.FIND, args=_of_person, found=True, ok=(302,)),
    "glass:close": Route(Verb.FIND, "post", _of_person, ok=(404,)),
    "glass:supervised": Route(Verb.SUPERVISE),
    "glass:look": Route(Verb.SUPERVISE, "post", _of_opening, ok=(400,)),
    "glass:overseen": Route(Verb.OVERSEE),
    "glass:oversee": Route(Verb.OVERSEE, "post", _of_overseen, ok=(400,)),
    "audit:checkpoint": Route(Verb.AUDIT, "post"),
    "oversight:page": Route(Verb.OVERSEE),
    "oversight:kept": Route(Verb.OVERSEE),
    "oversight:decide": Route(Verb.OVERSEE, args=_of_overseen_person),
    "oversight:endings": Route(Verb.ERASE),
    "oversight:carry_out": Route(Verb.ERASE, "post", _of_ending, ok=(302,)),
    "oversight:custody": Route(Verb.OVERSEE, "post", ok=(302,)),
    "oversight:lines": Route(Verb.OVERSEE, args=_of_kind, about_nobody=True),
    # The token in the address is the whole sign-in: who holds it may, whoever else is signed in.
    "field:form_list": Route(args=_of_token, open_to_all=True),
    "field:form": Route(args=_of_token, open_to_all=True),
    "field:manifest": Route(args=_of_token, open_to_all=True),
    "field:submission": Route(method="post", args=_of_token, open_to_all=True, ok=(400,)),
}


_CHANGED = role_actions.Wish(
    frozenset({Verb.FIND, Verb.READ, Verb.WRITE, Verb.APPROVE}),
    {each: Level.WRITE if each in EVERY_FILE else Level.NONE for each in DataClass}
    | {DataClass.BODY_HEALTH: Level.READ},
    name="Nurse",
    base="case_worker",
)
"""A role that Harbour made: approves, erases nothing, reads of health alone beyond the file."""

_JOINED = {
    "hedda": Role.HEALTH,
    "lina": Role.LEGAL,
    "ines": Role.INTERPRETER,
    "ada": Role.AUDITOR,
}
CAST = {
    **{name: organisation for name, (_role, organisation) in ROLES.items()},
    **dict.fromkeys((*_JOINED, "hana"), "harbour"),
}
"""Whoever asks: one for each shipped role, and Hana in the role that Harbour made."""
POWER = {
    **{name: POWERS[role] for name, (role, _organisation) in ROLES.items()},
    **{name: POWERS[role] for name, role in _JOINED.items()},
    "hana": _CHANGED.power,
}
_TAKES = {"incidents:": DataClass.HARM_INCIDENT, "journeys:": DataClass.JOURNEY}
_SAID_EMPTY = ("incidents:list", "journeys:journey")


def _is_closed(who: str, name: str) -> bool:
    """Whether an address is about a class that somebody does not see."""
    taken = [data_class for space, data_class in _TAKES.items() if name.startswith(space)]
    return name not in _SAID_EMPTY and not POWER[who].classes.issuperset(taken)


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def framework() -> Framework:
    """One that asks something of places, so that there is such a form."""
    return with_places(load_framework(Path(__file__).parent / "framework.yaml"))


def _named(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"
        else:
            space = f"{entry.namespace}:" if entry.namespace else ""
            yield from _named(entry, prefix + space)


@pytest.fixture(scope="module")
def scene(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, framework: Framework
) -> Iterator[tuple[World, Case]]:
    """Making it takes longer than what a test asks of it, so all of them share one."""
    with kept(framework, django_db_blocker) as world:
        foreign = _furnished(world)
        world.stay_signed_in(CAST)
        yield world, foreign


@pytest.fixture
def world(db: None, scene: tuple[World, Case]) -> World:
    return copied(scene[0])


@pytest.fixture
def foreign(scene: tuple[World, Case]) -> Case:
    return copy.deepcopy(scene[1])


def _furnished(world: World) -> Case:
    """A file at Crossroads that nobody at Harbour may see, and open forms on both sides."""
    for organisation, owner in ((world.harbour, "bilal"), (world.crossroads, "chiara")):
        hook = webhook(organisation)
        hook.deliveries.create(event="webhook.test", body="{}", next_at=timezone.now())
        token_for(world, owner)
    case = world.register("chiara")
    world.consent(case, "chiara")
    world.assess(case, name="chiara")
    for owner, theirs in (("bilal", world.case), ("chiara", case)):
        field.open_form(case=theirs, basis=LegalBasis.CONSENT, by=world.by(owner))
        overrides.request(
            person=theirs.person, danger=Danger.LIFE, words="Bleeds", by=world.by(owner)
        )
        plan = plans.begin(case=theirs, by=world.by(owner))
        item = plans.add_item(plan=plan, wish=_wish(theirs), by=world.by(owner))
        for goal in ("a door that locks", "a window"):
            wish = replace(_wish(theirs), goal=goal)
            plans.change_item(item=item, wish=wish, by=world.by(owner), base=1)
        approvals.ask(plan=plan, by=world.by(owner))
        notes.write(
            case=theirs,
            text="a note",
            data_class="case_work",
            is_confidential=False,
            by=world.by(owner),
            file=notes.Upload("a.png", PNG),
        )
        journeys.add(case=theirs, stay=Stay("SD", "a yard"), by=world.by(owner))
        told = incidents.report(
            case=theirs, account=A_THREAT, is_confidential=False, by=world.by(owner)
        )
        incidents.name_actor(
            incident=told, described=Described("recruiter", "no"), by=world.by(owner)
        )
        Identity.objects.filter(person=theirs.person).update(birth_date=b"")
        whole = Case.objects.select_related("person__key", "person__identity").get(pk=theirs.pk)
        weighed = interests.begin(
            case=whole, about="care", tier="assessment", question="where", by=world.by(owner)
        )
        interests.add_way(procedure=weighed, way=Way("here"), by=world.by(owner))
        reach.state(
            case=theirs,
            user=world.join(accounts.Reach(), organisation=theirs.organisation, name=f"p-{owner}"),
            interest=Interest.RELATIVE,
            by=SYSTEM,
        )
        named = accounts.Named(
            world.join(
                accounts.Reach(Scope.OWN_CASES), organisation=theirs.organisation, name=f"n-{owner}"
            ),
            Role.CASE_WORKER,
            timezone.localdate(),
            "stands in",
        )
        reach.give(case=theirs, named=named, by=SYSTEM)
        Ending.objects.create(
            person=theirs.person,
            organisation=theirs.organisation,
            due_on=timezone.localdate(),
            state="asked",
        )
        changed = replace(_CHANGED, name="Waiting", verbs=_CHANGED.verbs | {Verb.ERASE})
        role_actions.save(organisation=theirs.organisation, wish=changed, by=SYSTEM)
        accounts.add_team(organisation=theirs.organisation, name="Day", by=SYSTEM)
        programmes.add(organisation=theirs.organisation, code="day", name="Day", by=SYSTEM)
        offer = Offer(Role.ANALYST, "Nadia")
        invite(organisation=theirs.organisation, offer=offer, by=SYSTEM)
        name = f"nadia-{owner}"
        world.join(accounts.Reach(Scope.OWN_CASES), organisation=theirs.organisation, name=name)
        open_file(
            case=theirs, reason=Reason.DANGER, words="She called for help.", by=world.by(name)
        )
        _with_others(theirs, world, owner)
        keep_filter(name="Late", filters=Filters(phase="planning"), team=None, by=world.by(owner))
        spare = world.register(owner)
        hand_over(given=[Given(spare, world.users[name])], terms=Terms("away"), by=world.by(owner))
        followup.add(case=theirs, due=timezone.localdate(), by=world.by(owner))
        places.receive(organisation=theirs.organisation, xml=place_xml(), by=world.by(owner))
        taker = "sami" if owner == "bilal" else "rana"
        if taker == "rana":
            everything = accounts.Reach(Scope.ORGANISATION)
            world.join(everything, Role.SUPERVISOR, theirs.organisation, name=taker)
        table = b"Name\nBintou Imported\n"
        ground = imports.Ground(Basis.NONE)
        imports.upload(
            organisation=theirs.organisation, content=table, ground=ground, by=world.by(owner)
        )
        taken = exports.ask(organisation=theirs.organisation, wish=USUAL, by=world.by(taker))
        now = timezone.now()
        Copy.objects.create(
            export=taken,
            case=theirs,
            person_id=theirs.person_id,
            organisation=theirs.organisation,
            left_at=now,
            state="recalled",
            changed_at=now,
        )
    made = role_actions.save(organisation=world.harbour, wish=_CHANGED, by=SYSTEM)
    world.join(accounts.Reach(), role=made.role.code, name="hana")
    for name, role in _JOINED.items():
        world.join(accounts.Reach(), role=role, name=name)
    return case


def _with_others(case: Case, world: World, owner: str) -> None:
    """A relation, a group and another file that may be of the same person."""
    other = world.register(owner, IdentityData(Names("Somebody Other")))
    by = world.by(owner)
    kin.relate(
        person=other.person,
        other=case.person,
        is_=Direction(RelationKind.PARENT, is_inverse=True),
        known=kin.Known(),
        by=by,
    )
    kin.make_group(kind=GroupKind.BOAT, first=case.person, known=kin.Known(), by=by)
    duplicates.suggest(one=case.person, other=other.person, by=by)


def _wish(case: Case) -> Wish:
    return Wish(
        need="nowhere_safe",
        goal="somewhere safe",
        horizon="immediate",
        due=timezone.localdate(),
        owner_organisation=case.organisation,
    )


def _call(client: Client, name: str, case: Case) -> int:
    route = ROUTES[name]
    url = reverse(name, args=route.args(case) if route.args else [])
    response = client.post(url) if route.method == "post" else client.get(url)
    return response.status_code


def test_every_address_is_in_the_matrix() -> None:
    """The operations of the API have a matrix of their own (`test_api_matrix`)."""
    of_the_api = {f"api:{name}" for name in operations()}
    assert set(_named(get_resolver())) == set(ROUTES) | of_the_api


@pytest.mark.parametrize("name", ROUTES)
def test_nobody_enters_without_signing_in(name: str, world: World, foreign: Case) -> None:
    status = _call(Client(raise_request_exception=False), name, world.case)
    assert status in (ROUTES[name].ok if ROUTES[name].open_to_all else (302,))


def test_every_role_is_in_the_matrix() -> None:
    assert {*(role for role, _organisation in ROLES.values()), *_JOINED.values()} == set(Role)


@pytest.mark.parametrize("name", ROUTES)
def test_each_role_reaches_its_own_and_nothing_else(name: str, world: World, foreign: Case) -> None:
    route = ROUTES[name]
    for who, organisation in CAST.items():
        own, other = (world.case, foreign) if organisation == "harbour" else (foreign, world.case)
        allowed = route.verb is None or POWER[who].allows(route.verb)
        with taken_back():
            client = world.client(who)
            if route.args and not route.open_to_all and not route.about_nobody:
                assert _call(client, name, other) == (404 if allowed else 403), who
            ok = route.ok if allowed else (403,)
            if allowed and _is_closed(who, name):
                ok = (403, 404)
            assert _call(client, name, own) in ok, who


OF_SOMEBODY = [
    name
    for name, route in ROUTES.items()
    if route.args and not route.open_to_all and not route.about_nobody
]


@pytest.mark.parametrize("name", OF_SOMEBODY)
def test_what_does_not_exist_looks_like_what_is_foreign(name: str, world: World) -> None:
    who = {Verb.CONFIGURE: "dana", Verb.AUDIT: "emil", Verb.OVERSEE: "emil"}.get(
        ROUTES[name].verb or Verb.READ, "sami"
    )
    shape: list[object] = [uuid.uuid4()] * _parts(name)
    if name in SHAPES:
        shape = SHAPES[name]
    url = reverse(name, args=shape)
    client = world.client(who)
    response = client.post(url) if ROUTES[name].method == "post" else client.get(url)
    assert response.status_code == 404


SHAPES: dict[str, list[object]] = {
    "accounts:revoke": [10**6],
    "tokens:end_managed": [10**6],
    "accounts:member": [10**6],
    "accounts:change_account": [10**6],
    "accounts:give": [10**6],
    "reach:withdraw": [uuid.uuid4(), 1],
    "reach:end": [uuid.uuid4(), 1],
    "accounts:remove_team": [10**6],
    "programmes:programme": [10**6],
    "programmes:usual": [uuid.uuid4()],
    "accounts:role_new": [uuid.uuid4()],
    "accounts:role": [uuid.uuid4(), "case_worker"],
    "accounts:role_reset": [uuid.uuid4(), "case_worker"],
    "accounts:role_decide": [10**6],
    "accounts:role_back": [10**6],
    "cases:act": [uuid.uuid4(), "hold"],
    "interests:element": [uuid.uuid4(), uuid.uuid4(), "care"],
    "interests:propose": [uuid.uuid4(), uuid.uuid4(), uuid.uuid4()],
    "interests:remove_way": [uuid.uuid4(), uuid.uuid4(), uuid.uuid4()],
    "journeys:move": [uuid.uuid4(), uuid.uuid4(), "earlier"],
    "incidents:remove_actor": [uuid.uuid4(), uuid.uuid4(), uuid.uuid4()],
    "plans:version": [uuid.uuid4(), 1],
    "plans:step": [uuid.uuid4(), uuid.uuid4(), "start"],
    "caseload:hand_over": [10**6],
    "followup:act": [uuid.uuid4(), uuid.uuid4(), "finish"],
    "copies:act": [uuid.uuid4(), uuid.uuid4(), "tell_recipient"],
}
"""Addresses that are not made of ids alone."""


def _parts(name: str) -> int:
    two = (
        "webhooks:delivery",
        "webhooks:again",
        "notes:change",
        "notes:file",
        "cases:settle",
        "consent:step",
        "consent:again",
        "consent:override_step",
        "consent:record",
        "printing:consent",
        "interests:procedure",
        "interests:prepare",
        "interests:add_way",
        "interests:submit",
        "interests:look",
        "interests:again",
        "interests:stop",
        "journeys:change",
        "journeys:remove",
        "incidents:change",
        "incidents:take_back",
        "incidents:restore",
        "incidents:name_actor",
        "cases:assessment",
        "cases:form",
        "kin:relation",
        "kin:member",
    )
    return 2 if name in (*two, "plans:item", "plans:decide", "plans:take_back") else 1


def test_a_child_is_not_reached_through_another_parent(world: World, foreign: Case) -> None:
    stranger = world.register("bilal")
    assessment = world.case.assessments.get()
    url = reverse("cases:assessment", args=[stranger.pk, assessment.pk])
    assert world.client("bilal").get(url).status_code == 404
    ticket = Ticket.objects.get(case=world.case)
    url = reverse("cases:form", args=[stranger.pk, ticket.pk])
    assert world.client("bilal").get(url).status_code == 404
    _case, item = _of_item(world.case)
    for url in (
        reverse("plans:item", args=[stranger.pk, item]),
        reverse("plans:step", args=[stranger.pk, item, "start"]),
        reverse("plans:version", args=[stranger.pk, 1]),
    ):
        assert world.client("bilal").get(url).status_code == 404
    for name, args in (
        ("notes:change", _of_note),
        ("notes:file", _of_file),
        ("incidents:change", _of_incident),
        ("journeys:change", _of_leg),
        ("interests:procedure", _of_procedure),
    ):
        url = reverse(name, args=[stranger.pk, args(world.case)[1]])
        assert world.client("bilal").get(url).status_code == 404
    for name, args in (("kin:relation", _of_relation), ("kin:member", _of_membership)):
        parent = [stranger.person_id if name == "kin:relation" else uuid.uuid4()]
        url = reverse(name, args=[*parent, args(world.case)[1]])
        assert world.client("bilal").get(url).status_code == 404
    url = reverse("cases:settle", args=[stranger.pk, _of_difference(world.case)[1]])
    assert world.client("bilal").post(url).status_code == 404
    url = reverse("followup:act", args=[stranger.pk, _of_contact(world.case)[1], "finish"])
    assert world.client("bilal").get(url).status_code == 404
    url = reverse("copies:act", args=[stranger.person_id, *_of_copy(world.case)[1:]])
    assert world.client("bilal").post(url).status_code == 404
    url = reverse("plans:decide", args=[stranger.pk, _of_approval(world.case)[1]])
    assert world.client("sami").get(url).status_code == 404


_NOT_OF_A_CASE = (
    _of_api_token,
    _of_webhook,
    _of_message,
    _of_grant,
    _of_member,
    _of_role,
    _of_made_role,
    _of_role_version,
    _of_team,
    _of_programme,
    _of_invitation,
    _of_organisation,
    _of_place,
    _of_framework,
    _of_version,
    _of_nobody,
    _of_overseen,
    _of_pair,  # needs both files; test_duplicates asks who decides
    _of_export,
    _of_import,
    _of_kind,
    _of_overseen_person,
    _of_filter,
    _of_colleague,
    _of_hand_over,
)
OF_A_CASE = [
    name
    for name, route in ROUTES.items()
    if route.args and route.args not in _NOT_OF_A_CASE and not route.open_to_all
]


@pytest.mark.parametrize("name", OF_A_CASE)
def test_a_grant_for_some_cases_opens_no_address_of_another_one(
    name: str, world: World, foreign: Case
) -> None:
    """Sami is made a supervisor of some cases only: first not of Amina's, then of hers."""
    Grant.objects.filter(holder=world.users["sami"]).delete()
    for scope in NARROW:
        with taken_back():
            given = accounts.grant(
                holder=world.users["sami"],
                role=Role.SUPERVISOR,
                organisation=world.harbour,
                reach=reach_of(scope, world.harbour),
                by=SYSTEM,
            )
            closed = 200 if ROUTES[name].found else 404
            assert _call(world.client("sami"), name, world.case) == closed, scope
            put_into(world.case, given)
            assert _call(world.client("sami"), name, world.case) in ROUTES[name].ok, scope
        world.case.refresh_from_db()


@pytest.mark.parametrize("name", OF_A_CASE)
def test_no_address_of_a_case_opens_for_who_is_part_of_it(
    name: str, world: World, foreign: Case
) -> None:
    accounts.declare_conflict(
        user=world.users["sami"], cases=[world.case.pk], interest=Interest.RELATIVE, by=SYSTEM
    )
    assert _call(world.client("sami"), name, world.case) == 404
