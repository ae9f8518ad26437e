"""Every operation of the API: what it takes to enter, how to name an object of a case, and a body
that would be right."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts.models import Conflict, Grant, GrantedCase, Programme, Team
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import queries
from sojourn.web.api.models import Token
from sojourn.web.api.service import operations
from sojourn.web.caseload.models import HandOver, SavedFilter
from sojourn.web.cases.models import Case
from sojourn.web.duplicates.models import Pair
from sojourn.web.exports.models import Copy, Export
from sojourn.web.glass.models import Opening
from sojourn.web.imports.models import Import
from sojourn.web.oversight.models import Ending
from sojourn.web.places.models import PlaceAnswers
from sojourn.web.plans.models import Approval
from tests.web.conftest import World
from tests.web.test_notes import PNG

Args = Callable[[Case], dict[str, object]]


def nobody(_case: Case) -> dict[str, object]:
    return {}


def person(case: Case) -> dict[str, object]:
    return {"person_id": case.person_id}


def of_case(case: Case) -> dict[str, object]:
    return {"case_id": case.pk}


def act(case: Case) -> dict[str, object]:
    return {"case_id": case.pk, "act": "hold"}


def difference(case: Case) -> dict[str, object]:
    return {"case_id": case.pk, "difference_id": case.differences.get().pk}


def assessment(case: Case) -> dict[str, object]:
    return {"case_id": case.pk, "assessment_id": case.assessments.get().pk}


def item(case: Case) -> dict[str, object]:
    return {"case_id": case.pk, "item_id": case.plan_items.get().pk}


def item_act(case: Case) -> dict[str, object]:
    return {**item(case), "act": "start"}


def approval(case: Case) -> dict[str, object]:
    return {"case_id": case.pk, "approval_id": Approval.objects.get(subject__case=case).pk}


def note(case: Case) -> dict[str, object]:
    return {"case_id": case.pk, "note_id": case.notes.get().pk}


def file(case: Case) -> dict[str, object]:
    return {"case_id": case.pk, "file_id": case.notes.get().files.get().pk}


def consent(case: Case) -> dict[str, object]:
    return {"person_id": case.person_id, "consent_id": case.person.consents.get().pk}


def override(case: Case) -> dict[str, object]:
    return {"person_id": case.person_id, "override_id": case.person.overrides.get().pk}


def opening(case: Case) -> dict[str, object]:
    return {"opening_id": Opening.objects.get(case=case).pk}


def place(case: Case) -> dict[str, object]:
    return {"answers_id": PlaceAnswers.objects.get(organisation=case.organisation).pk}


def member(case: Case) -> dict[str, object]:
    return {
        "user_id": Grant.objects.filter(organisation=case.organisation).earliest("pk").holder_id
    }


def role(case: Case) -> dict[str, object]:
    return {"grant_id": Grant.objects.filter(organisation=case.organisation).earliest("pk").pk}


def team(case: Case) -> dict[str, object]:
    return {"team_id": Team.objects.get(organisation=case.organisation).pk}


def programme(case: Case) -> dict[str, object]:
    found = Programme.objects.get(organisation=case.organisation, code="day")
    return {"programme_id": found.pk}


def where_it_is(case: Case) -> dict[str, object]:
    """Where a case belongs already: whoever reaches it through that may say so again."""
    now = Case.objects.get(pk=case.pk)
    return {"programme": now.programme_id, "area": now.area}


def organisation(case: Case) -> dict[str, object]:
    return {"organisation_id": case.organisation_id}


def incident(case: Case) -> dict[str, object]:
    return {"case_id": case.pk, "incident_id": case.incidents.get().pk}


def leg(case: Case) -> dict[str, object]:
    return {"case_id": case.pk, "leg_id": case.legs.get().pk}


def actor(case: Case) -> dict[str, object]:
    found = case.incidents.get()
    return {**incident(case), "actor_id": found.actors.get().pk}


def procedure(case: Case) -> dict[str, object]:
    return {"case_id": case.pk, "procedure_id": case.best_interests.get().pk}


def element(case: Case) -> dict[str, object]:
    return {**procedure(case), "kind": "care"}


def way(case: Case) -> dict[str, object]:
    option = case.best_interests.get().options.get()
    return {**procedure(case), "option_id": option.pk, "act": "propose"}


def procedure_act(case: Case) -> dict[str, object]:
    return {**procedure(case), "act": "stop"}


def contact(case: Case) -> dict[str, object]:
    return {"case_id": case.pk, "contact_id": case.contacts.get().pk, "act": "waive"}


def part(case: Case) -> dict[str, object]:
    found = Conflict.objects.filter(case_id=case.pk).earliest("pk")
    return {"case_id": case.pk, "conflict_id": found.pk}


def named(case: Case) -> dict[str, object]:
    found = GrantedCase.objects.filter(case_id=case.pk, given_at__isnull=False).earliest("pk")
    return {"case_id": case.pk, "row_id": found.pk}


def copy(case: Case) -> dict[str, object]:
    return {**person(case), "copy_id": Copy.objects.get(case=case).pk}


def copy_act(case: Case) -> dict[str, object]:
    return {**copy(case), "act": "tell_recipient"}


def kept_filter(case: Case) -> dict[str, object]:
    return {"filter_id": SavedFilter.objects.get(organisation=case.organisation).pk}


def filter_act(case: Case) -> dict[str, object]:
    return {**kept_filter(case), "act": "delete"}


def hand_over(case: Case) -> dict[str, object]:
    return {"hand_over_id": HandOver.objects.get(organisation=case.organisation).pk}


def relation(case: Case) -> dict[str, object]:
    return {"person_id": case.person_id, "relation_id": case.person.relations_back.get().pk}


def group(case: Case) -> dict[str, object]:
    return {"group_id": case.person.memberships.get().group_id}


def membership(case: Case) -> dict[str, object]:
    return {**group(case), "membership_id": case.person.memberships.get().pk}


def pair(case: Case) -> dict[str, object]:
    return {"pair_id": Pair.objects.get(organisation=case.organisation).pk}


def other_person(case: Case) -> str:
    """Somebody else in the same organisation: the one whom Amina's file may be too."""
    found = Pair.objects.get(organisation=case.organisation)
    return str(found.second_id if found.first_id == case.person_id else found.first_id)


def taker(case: Case) -> int:
    """Who opens every file of the organisation of a case and does not look after it."""
    held = Grant.objects.filter(organisation=case.organisation, role="supervisor")
    return held.earliest("pk").holder_id


def outsider(case: Case) -> int:
    """Who works with cases of their own and not with this one."""
    held = Grant.objects.filter(
        organisation=case.organisation, role="case_worker", scope="own_cases"
    )
    return held.exclude(holder__conflicts__case_id=case.pk).latest("pk").holder_id


def schedule(case: Case) -> dict[str, object]:
    return {"organisation_id": case.organisation_id}


def whole_caseload(case: Case) -> dict[str, object]:
    return {"user_id": SavedFilter.objects.get(organisation=case.organisation).owner_id}


def export(case: Case) -> dict[str, object]:
    return {"export_id": Export.objects.get(organisation=case.organisation).pk}


def table(case: Case) -> dict[str, object]:
    return {"import_id": Import.objects.get(organisation=case.organisation).pk}


def table_act(case: Case) -> dict[str, object]:
    return {**table(case), "act": "remove"}


def kept(case: Case) -> dict[str, object]:
    return {"person_id": case.person_id}


def ending(case: Case) -> dict[str, object]:
    return {"ending_id": Ending.objects.get(person=case.person_id).pk}


def framework(case: Case) -> dict[str, object]:
    return {"framework_id": case.assessments.get().framework.framework_id}


def soon() -> str:
    return (timezone.localdate() + timedelta(days=9)).isoformat()


@dataclass(frozen=True)
class Operation:
    """`about_nobody`: everybody who is known may. `found`: says only that a file is there."""

    verb: Verb | None
    args: Args = nobody
    body: Callable[[Case], Mapping[str, Any]] | None = None
    ok: tuple[int, ...] = (200,)
    about_nobody: bool = False
    files: str = ""
    found: bool = False
    more: dict[str, str] = field(default_factory=dict)


CONSENT = {
    "purposes": ["assessment"],
    "data_classes": ["identity"],
    "recipients": ["own"],
    "notice_language": "ar",
    "explained": "read_aloud",
    "understood": True,
    "given_by": "self",
    "method": "spoken",
    "answer": "given",
}
BY_MODEL = (
    *(opening, place, member, role, team, programme, organisation, pair, group, membership),
    *(kept_filter, filter_act, hand_over, schedule, whole_caseload, export, table, table_act),
    *(kept, ending),
)
"""Objects that are reached by themselves, and not through a case or person."""

OPERATIONS: dict[str, Operation] = {
    "me": Operation(None),
    "list_frameworks": Operation(None),
    "read_framework": Operation(None, framework, about_nobody=True),
    "read_notice": Operation(None),
    "list_people": Operation(Verb.READ),
    "find_people": Operation(Verb.FIND, body=lambda c: {"q": c.person.number}),
    "register_person": Operation(
        Verb.WRITE,
        body=lambda c: {"own": "Nuru", "organisation": str(c.organisation_id)},
        ok=(201,),
    ),
    "read_person": Operation(Verb.READ, person),
    "correct_person": Operation(
        Verb.WRITE, person, lambda _c: {"latin": "Mina", "version": "0"}, ok=(409,)
    ),
    "set_names": Operation(
        Verb.WRITE, person, lambda _c: {"names": [{"own": "Mina"}], "version": "0"}, ok=(409,)
    ),
    "set_documents": Operation(
        Verb.WRITE, person, lambda _c: {"documents": [], "version": "0"}, ok=(409,)
    ),
    "erase_person": Operation(
        Verb.ERASE, person, lambda c: {"reason": "asked", "number": c.person.number}
    ),
    "list_looks": Operation(Verb.READ, person),
    "list_cases": Operation(Verb.READ),
    "read_case": Operation(Verb.READ, of_case),
    "act_with_case": Operation(
        Verb.WRITE, act, lambda _c: {"reason": "person_away", "review_on": soon()}
    ),
    "set_review": Operation(
        Verb.WRITE, of_case, lambda _c: {"review_on": soon(), "row_version": 9}
    ),
    "set_belonging": Operation(Verb.WRITE, of_case, where_it_is),
    "list_differences": Operation(Verb.READ, of_case),
    # Whoever was named to decide, and supervisors.
    "settle_difference": Operation(
        Verb.WRITE, difference, lambda _c: {"takes": "first"}, ok=(200, 403)
    ),
    "list_assessments": Operation(Verb.READ, of_case),
    "make_assessment": Operation(
        Verb.WRITE,
        of_case,
        lambda _c: {"basis": "consent", "answers": {"has_friend": "yes"}},
        ok=(201,),
    ),
    "read_assessment": Operation(Verb.READ, assessment),
    "correct_assessment": Operation(
        Verb.WRITE, assessment, lambda _c: {"answers": {"has_friend": "no"}}
    ),
    "read_plan": Operation(Verb.READ, of_case),
    "begin_plan": Operation(Verb.WRITE, of_case, lambda _c: {}, ok=(201,)),
    "add_item": Operation(
        Verb.WRITE,
        of_case,
        lambda _c: {
            "need": "nowhere_safe",
            "goal": "a door",
            "horizon": "immediate",
            "due": soon(),
        },
        ok=(201,),
    ),
    "read_item": Operation(Verb.READ, item),
    "change_item": Operation(Verb.WRITE, item, lambda _c: {"goal": "a roof", "row_version": 2}),
    "act_with_item": Operation(Verb.WRITE, item_act, lambda _c: {}),
    # It waits for a decision already.
    "ask_approval": Operation(Verb.WRITE, of_case, lambda _c: {}, ok=(422,)),
    "decide_approval": Operation(Verb.APPROVE, approval, lambda _c: {"decision": "approve"}),
    "take_back_approval": Operation(Verb.WRITE, approval, lambda _c: {}),
    "list_notes": Operation(Verb.READ, of_case),
    "write_note": Operation(
        Verb.WRITE, of_case, lambda _c: {"text": "seen today", "data_class": "case_work"}, ok=(201,)
    ),
    "attach_file": Operation(
        Verb.WRITE, of_case, lambda _c: {"data_class": "case_work"}, ok=(201,), files="a.png"
    ),
    "change_note": Operation(Verb.WRITE, note, lambda _c: {"text": "better", "row_version": 1}),
    "read_file": Operation(Verb.READ, file),
    "list_consents": Operation(Verb.READ, person),
    "record_consent": Operation(Verb.WRITE, person, lambda _c: CONSENT, ok=(201,)),
    "step_consent": Operation(Verb.WRITE, consent, lambda _c: {"step": "withdrawn"}),
    "read_consent_record": Operation(Verb.EXPORT, consent),
    "list_overrides": Operation(Verb.READ, person),
    "request_override": Operation(
        Verb.WRITE, person, lambda _c: {"danger": "life", "words": "bleeds"}, ok=(201,)
    ),
    "step_override": Operation(Verb.WRITE, override, lambda _c: {"step": "ended"}),
    # Who may open the file anyway is told so.
    "open_in_emergency": Operation(
        Verb.FIND,
        person,
        lambda _c: {"reason": "danger", "words": "She called for help."},
        ok=(422,),
        found=True,
    ),
    "close_emergency": Operation(Verb.FIND, person, lambda _c: {}, ok=(404,)),
    "list_supervised": Operation(Verb.SUPERVISE),
    "list_overseen": Operation(Verb.OVERSEE),
    "look_as_supervisor": Operation(Verb.SUPERVISE, opening, lambda _c: {"verdict": "right"}),
    "look_as_overseer": Operation(Verb.OVERSEE, opening, lambda _c: {"verdict": "right"}),
    "list_journey": Operation(Verb.READ, of_case),
    "add_journey_place": Operation(
        Verb.WRITE, of_case, lambda _c: {"country": "IT", "since": "2024-03"}, ok=(201,)
    ),
    "change_journey_place": Operation(
        Verb.WRITE, leg, lambda _c: {"place": "a port", "row_version": 1}
    ),
    "move_journey_place": Operation(
        Verb.WRITE, leg, lambda _c: {"direction": "earlier"}, ok=(422,)
    ),
    "remove_journey_place": Operation(Verb.WRITE, leg, lambda _c: {}),
    "list_incidents": Operation(Verb.READ, of_case),
    "report_incident": Operation(
        Verb.WRITE, of_case, lambda _c: {"kind": "threat", "what": "words"}, ok=(201,)
    ),
    "change_incident": Operation(
        Verb.WRITE, incident, lambda _c: {"where": "a yard", "row_version": 1}
    ),
    "take_back_incident": Operation(Verb.WRITE, incident, lambda _c: {"because": "twice"}),
    # It counts already.
    "restore_incident": Operation(Verb.WRITE, incident, lambda _c: {}, ok=(409,)),
    "name_actor": Operation(Verb.WRITE, incident, lambda _c: {"part": "recruiter"}, ok=(201,)),
    "remove_actor": Operation(Verb.WRITE, actor, lambda _c: {}),
    "list_procedures": Operation(Verb.READ, of_case),
    "begin_procedure": Operation(
        Verb.WRITE, of_case, lambda _c: {"about": "tracing", "question": "where"}, ok=(201,)
    ),
    "read_procedure": Operation(Verb.READ, procedure),
    "prepare_procedure": Operation(
        Verb.WRITE, procedure, lambda _c: {"heard": "heard", "row_version": 1}
    ),
    "write_element": Operation(Verb.WRITE, element, lambda _c: {"text": "an aunt"}),
    "add_way": Operation(Verb.WRITE, procedure, lambda _c: {"what": "there"}, ok=(201,)),
    "act_with_way": Operation(Verb.WRITE, way, lambda _c: {}),
    # Nobody was asked to look yet.
    "give_opinion": Operation(Verb.WRITE, procedure, lambda _c: {"agrees": True}, ok=(409,)),
    "act_with_procedure": Operation(Verb.WRITE, procedure_act, lambda _c: {}),
    "list_contacts": Operation(Verb.READ, of_case),
    "plan_contacts": Operation(Verb.WRITE, of_case, lambda _c: {"due": soon()}, ok=(201,)),
    "act_with_contact": Operation(Verb.WRITE, contact, lambda _c: {"because": "in_touch"}),
    "set_contact_wish": Operation(Verb.WRITE, of_case, lambda _c: {"never": ["call"]}),
    "list_copies": Operation(Verb.READ, person),
    "act_with_copy": Operation(Verb.WRITE, copy_act, lambda _c: {}),
    "list_openers": Operation(Verb.READ, of_case),
    "state_part": Operation(
        Verb.WRITE, of_case, lambda c: {"colleague": taker(c), "interest": "relative"}, ok=(201,)
    ),
    "withdraw_part": Operation(Verb.APPROVE, part, lambda _c: {}),
    "name_case": Operation(
        Verb.APPROVE,
        of_case,
        lambda c: {
            "user": outsider(c),
            "role": "case_worker",
            "until": timezone.localdate().isoformat(),
            "reason": "stands in",
        },
        # They can open it by name already.
        ok=(422,),
    ),
    "end_named": Operation(Verb.APPROVE, named, lambda _c: {}),
    "list_caseload": Operation(Verb.READ),
    "list_filters": Operation(Verb.READ),
    "keep_filter": Operation(
        Verb.READ, body=lambda _c: {"name": "Mine", "narrowing": {"phase": "planning"}}, ok=(201,)
    ),
    # Whose it is, and nobody else.
    "rename_filter": Operation(Verb.READ, kept_filter, lambda _c: {"name": "Later"}, ok=(200, 404)),
    "act_with_filter": Operation(Verb.READ, filter_act, lambda _c: {}, ok=(200, 404)),
    # A colleague's case is handed over by whoever leads, and supervisors have it from nobody.
    "hand_over_case": Operation(
        Verb.WRITE, of_case, lambda c: {"to": taker(c), "reason": "away"}, ok=(201, 403)
    ),
    "read_hand_over": Operation(Verb.READ, hand_over, ok=(200, 404)),
    "hand_back": Operation(Verb.WRITE, hand_over, lambda _c: {}, ok=(200, 403, 404)),
    "propose_hand_over": Operation(
        Verb.WRITE,
        whole_caseload,
        lambda c: {"to": [taker(c)], "reason": "away"},
        # Whoever leads nobody hands over their own caseload.
        ok=(200, 404),
    ),
    "hand_over_caseload": Operation(
        Verb.WRITE,
        whole_caseload,
        lambda c: {"to": [taker(c)], "reason": "away"},
        ok=(201, 404),
    ),
    "list_contact_schedules": Operation(Verb.APPROVE),
    "set_contact_schedule": Operation(Verb.APPROVE, schedule, lambda _c: {"closure": [7, 90]}),
    "list_relations": Operation(Verb.READ, person),
    "add_relation": Operation(
        Verb.WRITE, person, lambda c: {"other": other_person(c), "is_": "travelled"}, ok=(201,)
    ),
    "change_relation": Operation(Verb.WRITE, relation, lambda _c: {"surety": "likely"}),
    "make_group": Operation(Verb.WRITE, person, lambda _c: {"kind": "household"}, ok=(201,)),
    "list_groups": Operation(Verb.READ),
    "read_group": Operation(Verb.READ, group),
    "change_group": Operation(Verb.WRITE, group, lambda _c: {"name": "the blue boat"}),
    "add_member": Operation(Verb.WRITE, group, lambda c: {"person": other_person(c)}, ok=(201,)),
    "change_member": Operation(Verb.WRITE, membership, lambda _c: {"part": "speaks"}),
    "list_pairs": Operation(Verb.WRITE),
    "read_pair": Operation(Verb.WRITE, pair),
    "decide_pair": Operation(Verb.WRITE, pair, lambda _c: {"decided": "unsure"}),
    "suggest_pair": Operation(Verb.WRITE, person, lambda c: {"other": other_person(c)}, ok=(201,)),
    "list_places": Operation(Verb.READ),
    "answer_place": Operation(
        Verb.WRITE,
        body=lambda c: {
            "organisation": str(c.organisation_id),
            "answers": {"town": "Southport", "month": "2026-02", "clinic_open": "yes"},
        },
        ok=(201,),
    ),
    "read_place": Operation(Verb.READ, place),
    "list_members": Operation(Verb.CONFIGURE),
    "give_role": Operation(
        Verb.CONFIGURE,
        member,
        lambda c: {"organisation": str(c.organisation_id), "role": "analyst"},
        ok=(201,),
    ),
    "end_role": Operation(Verb.CONFIGURE, role, lambda _c: {}),
    "list_teams": Operation(Verb.CONFIGURE),
    "make_team": Operation(
        Verb.CONFIGURE,
        body=lambda c: {"organisation": str(c.organisation_id), "name": "Night"},
        ok=(201,),
    ),
    "remove_team": Operation(Verb.CONFIGURE, team, lambda _c: {}),
    "list_programmes": Operation(None),
    "make_programme": Operation(
        Verb.CONFIGURE,
        body=lambda c: {"organisation": str(c.organisation_id), "name": "New", "code": "new"},
        ok=(201,),
    ),
    "change_programme": Operation(Verb.CONFIGURE, programme, lambda _c: {"is_used": False}),
    "read_gates": Operation(Verb.CONFIGURE, organisation),
    "set_gates": Operation(
        Verb.CONFIGURE,
        organisation,
        lambda _c: {"gates": [{"gate": "plan_approved", "is_on": True, "needed": 2}]},
    ),
    "list_events": Operation(Verb.AUDIT),
    "sign_audit": Operation(Verb.AUDIT, body=lambda _c: {}),
    "check_audit": Operation(Verb.AUDIT, body=lambda _c: {}),
    # Nothing is signed yet.
    "note_holder": Operation(Verb.OVERSEE, body=lambda _c: {"holder": "Crossroads"}, ok=(422,)),
    "list_exports": Operation(Verb.EXPORT),
    "prepare_export": Operation(
        Verb.EXPORT,
        body=lambda c: {
            "organisation": str(c.organisation_id),
            "format": "csv",
            "purpose": "support",
            "words": "for the yearly count",
            "data_classes": ["case_work"],
            "columns": ["state"],
        },
        ok=(201,),
    ),
    # An export and a table belong to whoever prepared or brought them.
    "read_export": Operation(Verb.EXPORT, export, ok=(200, 404)),
    "download_export": Operation(Verb.EXPORT, export, ok=(200, 404)),
    "end_export": Operation(Verb.EXPORT, export, lambda _c: {}, ok=(200, 404)),
    "list_imports": Operation(Verb.WRITE),
    "upload_import": Operation(
        Verb.WRITE,
        body=lambda c: {"organisation": str(c.organisation_id), "basis": "none"},
        ok=(201,),
        files="people.csv",
    ),
    "read_import": Operation(Verb.WRITE, table, ok=(200, 404)),
    "set_import_columns": Operation(
        Verb.WRITE, table, lambda _c: {"mapping": {"Name": "own"}}, ok=(200, 404)
    ),
    "act_with_import": Operation(Verb.WRITE, table_act, lambda _c: {}, ok=(200, 404)),
    "list_kept": Operation(Verb.OVERSEE),
    # The agreed time of this file is not over.
    "decide_kept": Operation(Verb.OVERSEE, kept, lambda _c: {"do": "erase"}, ok=(422,)),
    "list_endings": Operation(Verb.ERASE),
    "carry_out_ending": Operation(Verb.ERASE, ending, lambda _c: {"do": "decline"}),
}


def token_for(
    world: World,
    name: str,
    verbs: frozenset[Verb] = frozenset(Verb),
    classes: frozenset[DataClass] = frozenset(DataClass),
) -> str:
    """A token as wide as it may be: what its owner may not do it does not open either."""
    secret = queries.PREFIX + secrets.token_urlsafe(32)
    Token.objects.create(
        user=world.users[name],
        name="test",
        digest=queries.digest_of(secret),
        verbs=sorted(verbs),
        classes=sorted(classes),
        ends_on=timezone.localdate() + timedelta(days=1),
    )
    return secret


def client_with(secret: str) -> Client:
    return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})


def call(client: Client, name: str, case: Case, **headers: str) -> Any:
    """Calls an operation about a case, with the body that would be right."""
    operation = OPERATIONS[name]
    body = operation.body(case) if operation.body is not None else {}
    return call_at(client, name, operation.args(case), body, **headers)


def call_at(
    client: Client, name: str, args: Mapping[str, object], body: Mapping[str, Any], **headers: str
) -> Any:
    (method,) = operations()[name].methods
    url = reverse(f"api:{name}", kwargs=dict(args))
    if method == "GET":
        return client.get(url, body or None, headers=headers)
    if OPERATIONS[name].files:
        content = PNG if OPERATIONS[name].files == "a.png" else b"Name\nNuru Imported\n"
        upload = SimpleUploadedFile(OPERATIONS[name].files, content, "image/png")
        return client.post(url, {**body, "file": upload}, headers=headers)
    return client.generic(
        method, url, json.dumps(body), content_type="application/json", headers=headers
    )


def post(client: Client, path: str, body: object, method: str = "POST", **headers: str) -> Any:
    return client.generic(
        method,
        f"/api/v1/{path}",
        json.dumps(body),
        content_type="application/json",
        headers=headers,
    )


def get(client: Client, path: str, **more: str) -> Any:
    response = client.get(f"/api/v1/{path}", more)
    assert response.status_code == 200, response.content
    return response.json()
