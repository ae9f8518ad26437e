"""Events in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sojourn.web.audit.models import Event

VERBS = {
    "accept": gettext_lazy("accepted"),
    "add": gettext_lazy("added"),
    "again": gettext_lazy("took up again"),
    "approve": gettext_lazy("approved"),
    "ask_approval": gettext_lazy("asked for approval of"),
    "open_in_emergency": gettext_lazy("opened in an emergency"),
    "end_emergency": gettext_lazy("closed after an emergency"),
    "keep": gettext_lazy("kept for a reason"),
    "look_at_emergency": gettext_lazy("looked at"),
    "ask_second": gettext_lazy("asked a second person about"),
    "ask_role": gettext_lazy("asked to change"),
    "assess": gettext_lazy("assessed"),
    "belong": gettext_lazy("said where it belongs:"),
    "assign": gettext_lazy("assigned"),
    "change_role": gettext_lazy("changed"),
    "check_audit": gettext_lazy("checked the audit"),
    "close": gettext_lazy("closed"),
    "confirm": gettext_lazy("confirmed as a second person"),
    "correct": gettext_lazy("corrected"),
    "decline": gettext_lazy("did not take on"),
    "differ": gettext_lazy("found that the phone computed otherwise"),
    "differ_from": gettext_lazy("wrote at the same time"),
    "drop": gettext_lazy("took out of the plan"),
    "end_procedure": gettext_lazy("stopped"),
    "end_session": gettext_lazy("ended a session of"),
    "erase": gettext_lazy("erased"),
    "end": gettext_lazy("ended"),
    "expire": gettext_lazy("ended by its date"),
    "fail": gettext_lazy("recorded as not done"),
    "find": gettext_lazy("searched"),
    "find_duplicates": gettext_lazy("looked for people on file twice"),
    "export": gettext_lazy("took a copy of"),
    "export_days": gettext_lazy("took days and case numbers of"),
    "finish": gettext_lazy("recorded as done"),
    "give": gettext_lazy("recorded consent"),
    "grant": gettext_lazy("gave a role"),
    "hand_over": gettext_lazy("handed over"),
    "allow_copy": gettext_lazy("left where it is, as was agreed again:"),
    "hold": gettext_lazy("put on hold"),
    "invalidate": gettext_lazy("found not to count"),
    "invite": gettext_lazy("made"),
    "leave_open": gettext_lazy("was not sure about"),
    "link": gettext_lazy("linked"),
    "move": gettext_lazy("changed the phase of"),
    "note_deleted": gettext_lazy("noted that somebody outside deleted"),
    "note_kept": gettext_lazy("noted that somebody outside keeps"),
    "note_returned": gettext_lazy("noted that somebody outside gave back"),
    "recall_copy": gettext_lazy("found no longer agreed to:"),
    "tell_recipient": gettext_lazy("told somebody outside to delete or give back"),
    "not_confirm": gettext_lazy("did not confirm as a second person"),
    "open_by_name": gettext_lazy("opened to somebody by name"),
    "end_by_name": gettext_lazy("closed to somebody it was opened to by name"),
    "open_form": gettext_lazy("opened the form"),
    "end_export": gettext_lazy("put an end to"),
    "prepare": gettext_lazy("prepared"),
    "print": gettext_lazy("printed"),
    "read": gettext_lazy("read"),
    "read_access": gettext_lazy("read who had looked"),
    "refuse": gettext_lazy("recorded a refusal"),
    "reject": gettext_lazy("did not approve"),
    "remove": gettext_lazy("removed"),
    "reopen": gettext_lazy("opened again"),
    "renew": gettext_lazy("recorded a newer answer in place of"),
    "request": gettext_lazy("asked for consent"),
    "reset_role": gettext_lazy("set back"),
    "reset_second_factor": gettext_lazy("took the second factor from"),
    "rest": gettext_lazy("made rest after wrong attempts"),
    "resume": gettext_lazy("went on with"),
    "revoke": gettext_lazy("ended a role"),
    "rotate_key": gettext_lazy("replaced the master key"),
    "second_factor_failed": gettext_lazy("knew the password, but gave a wrong code"),
    "settle": gettext_lazy("decided between"),
    "sign_audit": gettext_lazy("signed the audit"),
    "sign_in": gettext_lazy("signed in"),
    "sign_in_failed": gettext_lazy("failed to sign in"),
    "sign_out": gettext_lazy("signed out"),
    "stale": gettext_lazy("ended the approval of"),
    "send_again": gettext_lazy("sent a message again or a test to"),
    "start": gettext_lazy("began"),
    "stop": gettext_lazy("stopped after failures"),
    "suggest_same": gettext_lazy("put side by side"),
    "take_back": gettext_lazy("took back"),
    "take_in": gettext_lazy("took in"),
    "take_on": gettext_lazy("took on"),
    "tell_apart": gettext_lazy("told apart"),
    "undo": gettext_lazy("undid"),
    "unlock": gettext_lazy("let try again at once"),
    "use_recovery_code": gettext_lazy("signed in with a recovery code"),
    "waive": gettext_lazy("did without"),
    "withdraw": gettext_lazy("recorded a withdrawal of consent"),
    "withdraw_invitation": gettext_lazy("withdrew"),
}
OBJECTS = {
    "api.token": gettext_lazy("token for programs"),
    "webhooks.subscription": gettext_lazy("webhook"),
    "accounts.conflict": gettext_lazy("somebody's part in a case"),
    "accounts.grantedcase": gettext_lazy("case"),
    "accounts.grant": gettext_lazy("role"),
    "accounts.invitation": gettext_lazy("invitation"),
    "accounts.organisation": gettext_lazy("organisation"),
    "accounts.roleversion": gettext_lazy("what a role may do"),
    "accounts.programme": gettext_lazy("programme"),
    "accounts.team": gettext_lazy("team"),
    "accounts.user": gettext_lazy("user account"),
    "audit.custody": gettext_lazy("copy of the signed audit"),
    "audit.event": gettext_lazy("audit"),
    "caseload.handover": gettext_lazy("cases"),
    "caseload.savedfilter": gettext_lazy("kept filter"),
    "cases.assessment": gettext_lazy("assessment"),
    "cases.case": gettext_lazy("case"),
    "cases.difference": gettext_lazy("two versions"),
    "exports.copy": gettext_lazy("copy of somebody's part outside"),
    "consent.consent": gettext_lazy("consent"),
    "consent.override": gettext_lazy("acting without consent"),
    "duplicates.pair": gettext_lazy("two files"),
    "exports.export": gettext_lazy("export of files"),
    "field.ticket": gettext_lazy("form"),
    "kin.group": gettext_lazy("group"),
    "kin.membership": gettext_lazy("belonging to a group"),
    "kin.relation": gettext_lazy("relation"),
    "incidents.allegedactor": gettext_lazy("alleged actor"),
    "incidents.incident": gettext_lazy("incident"),
    "journeys.leg": gettext_lazy("place of the journey"),
    "interests.procedure": gettext_lazy("best-interests procedure"),
    "notes.attachment": gettext_lazy("file"),
    "notes.note": gettext_lazy("note"),
    "followup.contact": gettext_lazy("planned contact"),
    "followup.contactwish": gettext_lazy("how the person may be reached"),
    "followup.schedule": gettext_lazy("when contact is made"),
    "glass.opening": gettext_lazy("emergency opening"),
    "imports.import": gettext_lazy("table of people"),
    "mfa.authenticator": gettext_lazy("second factor"),
    "oversight.ending": gettext_lazy("end of the agreed time"),
    "places.placeanswers": gettext_lazy("answers about a place"),
    "programmes.gatesetting": gettext_lazy("what a programme asks for"),
    "plans.approval": gettext_lazy("plan"),
    "plans.plan": gettext_lazy("plan"),
    "plans.planitem": gettext_lazy("plan item"),
    "people.person": gettext_lazy("person's file"),
}


@dataclass(frozen=True)
class Line:
    """One event as a page shows it."""

    at: datetime
    who: str
    what: str
    object: str
    count: int | None
    purpose: str
    seq: int


def lines(events: Iterable[Event]) -> list[Line]:
    """Events in plain words, in the language of the page."""
    return [
        Line(
            datetime.fromisoformat(event.at),
            event.actor_name if event.actor_id is not None else _("the system"),
            str(VERBS.get(event.verb, event.verb)),
            str(OBJECTS.get(event.object_type, event.object_type)),
            event.result_count,
            event.purpose,
            event.seq,
        )
        for event in events
    ]
