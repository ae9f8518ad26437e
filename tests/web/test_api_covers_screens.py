"""Whatever a screen changes the API changes too, or it is said here why it does not.

A new screen that takes a form and has neither an operation nor a reason fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import getclosurevars
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from sojourn.web.api.service import operations

SETTING_UP = "It decides who comes in or what leaves by itself: a token that leaked must not."
ON_PAPER = "It makes a paper for somebody's hands; what stands on it is read with {}."
FORMS = "It is a form's own way of sending; programs send the answers with {}."
NOTHING_KEPT = "It keeps nothing about anybody."

BY_OPERATION: dict[str, tuple[str, ...]] = {
    "accounts:give": ("give_role",),
    "accounts:revoke": ("end_role",),
    "accounts:teams": ("make_team",),
    "accounts:remove_team": ("remove_team",),
    "audit:log": ("check_audit",),
    "audit:checkpoint": ("sign_audit",),
    "caseload:keep": ("keep_filter",),
    "caseload:change_filter": ("rename_filter", "act_with_filter"),
    "caseload:hand_over_one": ("hand_over_case",),
    "caseload:hand_over": ("propose_hand_over", "hand_over_caseload"),
    "caseload:handed_over": ("hand_back",),
    "cases:assess": ("make_assessment", "correct_assessment"),
    "cases:act": ("act_with_case",),
    "cases:belong": ("set_belonging",),
    "cases:review": ("set_review",),
    "cases:settle": ("settle_difference",),
    "consent:new": ("record_consent",),
    "consent:again": ("record_consent",),
    "consent:step": ("step_consent",),
    "consent:override": ("request_override",),
    "consent:override_step": ("step_override",),
    "copies:act": ("act_with_copy",),
    "duplicates:pair": ("decide_pair",),
    "duplicates:suggest": ("suggest_pair",),
    "exports:new": ("prepare_export",),
    "exports:end": ("end_export",),
    "followup:plan": ("plan_contacts",),
    "followup:act": ("act_with_contact",),
    "followup:wishes": ("set_contact_wish",),
    "followup:schedule": ("set_contact_schedule",),
    "glass:open": ("open_in_emergency",),
    "glass:close": ("close_emergency",),
    "glass:look": ("look_as_supervisor",),
    "glass:oversee": ("look_as_overseer",),
    "imports:new": ("upload_import",),
    "imports:columns": ("set_import_columns",),
    "imports:apply": ("act_with_import",),
    "imports:undo": ("act_with_import",),
    "imports:drop": ("act_with_import",),
    "incidents:add": ("report_incident",),
    "incidents:change": ("change_incident",),
    "incidents:take_back": ("take_back_incident",),
    "incidents:restore": ("restore_incident",),
    "incidents:name_actor": ("name_actor",),
    "incidents:remove_actor": ("remove_actor",),
    "interests:begin": ("begin_procedure",),
    "interests:prepare": ("prepare_procedure",),
    "interests:element": ("write_element",),
    "interests:add_way": ("add_way",),
    "interests:propose": ("act_with_way",),
    "interests:remove_way": ("act_with_way",),
    "interests:submit": ("act_with_procedure",),
    "interests:look": ("give_opinion",),
    "interests:again": ("act_with_procedure",),
    "interests:stop": ("act_with_procedure",),
    "journeys:add": ("add_journey_place",),
    "journeys:change": ("change_journey_place",),
    "journeys:move": ("move_journey_place",),
    "journeys:remove": ("remove_journey_place",),
    "kin:relate": ("add_relation",),
    "kin:relation": ("change_relation",),
    "kin:new_group": ("make_group",),
    "kin:change_group": ("change_group",),
    "kin:join": ("add_member",),
    "kin:member": ("change_member",),
    "notes:add": ("write_note", "attach_file"),
    "notes:change": ("change_note",),
    "oversight:decide": ("decide_kept",),
    "oversight:carry_out": ("carry_out_ending",),
    "oversight:custody": ("note_holder",),
    "people:search": ("find_people",),
    "people:register": ("register_person",),
    "people:correct": ("correct_person",),
    "people:names": ("set_names",),
    "people:documents": ("set_documents",),
    "people:erase": ("erase_person",),
    "places:submission": ("answer_place",),
    "plans:begin": ("begin_plan",),
    "plans:add": ("add_item",),
    "plans:item": ("change_item",),
    "plans:step": ("act_with_item",),
    "plans:ask": ("ask_approval",),
    "plans:decide": ("decide_approval",),
    "plans:take_back": ("take_back_approval",),
    "reach:state": ("state_part",),
    "reach:withdraw": ("withdraw_part",),
    "reach:give": ("name_case",),
    "reach:end": ("end_named",),
    "programmes:list": ("make_programme",),
    "programmes:programme": ("change_programme",),
    "programmes:usual": ("set_gates",),
}
"""Each address that changes something, and the operations that do the same."""

WITHOUT: dict[str, str] = {
    "accounts:members": SETTING_UP,
    "accounts:withdraw": SETTING_UP,
    "accounts:change_account": SETTING_UP,
    "accounts:role_new": SETTING_UP,
    "accounts:role": SETTING_UP,
    "accounts:role_reset": SETTING_UP,
    "accounts:role_decide": SETTING_UP,
    "accounts:role_back": SETTING_UP,
    "tokens:own": SETTING_UP,
    "tokens:end": SETTING_UP,
    "tokens:end_managed": SETTING_UP,
    "webhooks:list": SETTING_UP,
    "webhooks:change": SETTING_UP,
    "webhooks:again": SETTING_UP,
    "printing:plan": ON_PAPER.format("read_plan"),
    "printing:consent": ON_PAPER.format("list_consents"),
    "field:submission": FORMS.format("make_assessment"),
    "frameworks:try": NOTHING_KEPT,
    "set_language": NOTHING_KEPT,
    "leave": NOTHING_KEPT,
}
"""Each address that takes a form and has no operation, and why."""


def _methods(view: Callable[..., Any]) -> frozenset[str] | None:
    """The methods that a view takes, by its decorator; None where it does not say."""
    found: Any = view
    while found is not None:
        try:
            said = getclosurevars(found).nonlocals.get("request_method_list")
        except TypeError:  # no plain function
            return None
        if said is not None:
            return frozenset(said)
        found = getattr(found, "__wrapped__", None)
    return None


def _views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}", entry.callback
        else:
            yield from _views(entry, prefix + (f"{entry.namespace}:" if entry.namespace else ""))


def _changing() -> Iterator[str]:
    for name, view in _views(get_resolver()):
        if name.startswith("api:"):
            continue
        methods = _methods(view)
        if methods is None or "POST" in methods:
            yield name


def _of_signing_in(name: str) -> bool:
    """How somebody signs in is theirs to change, on a page that can ask who they are."""
    return name.startswith(("account_", "mfa_"))


def test_every_screen_that_changes_something_has_its_operation_or_a_reason() -> None:
    changing = {name for name in _changing() if not _of_signing_in(name)}
    assert changing == set(BY_OPERATION) | set(WITHOUT)
    assert not set(BY_OPERATION) & set(WITHOUT)


def test_the_operations_that_are_named_are_there() -> None:
    named = {name for each in BY_OPERATION.values() for name in each}
    assert named <= set(operations())
