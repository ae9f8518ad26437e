"""Records in the shape of HTCDS. Signs of a protection need are never among them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.standards import htcds
from sojourn.standards.htcds import UnmappedError, to_standard
from sojourn.web.cases.reasons import CloseReason
from sojourn.web.cases.states import CaseState, Phase
from sojourn.web.exports.columns import Record

_ELSEWHERE = frozenset({CloseReason.NEEDS_MET_ELSEWHERE, CloseReason.MOVED})


def document(records: Iterable[Record], told: dict[str, str], *, is_identified: bool) -> bytes:
    """All records as one JSON document. Raises ValidationError for a value without a counterpart:
    of which case, in which field, and what could stand there."""
    cases = [_case(record, told, is_identified=is_identified) for record in records]
    whole = {
        "standard": f"HTCDS {htcds.VERSION}",
        "crosswalk": htcds.CROSSWALK,
        "about": told,
        "cases": cases,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def _case(record: Record, told: dict[str, str], *, is_identified: bool) -> dict[str, object]:
    try:
        found = {
            "code": record.code,
            **_work(record, told),
            **_harm(record),
            **(_person(record) if is_identified else {}),
        }
    except UnmappedError as problem:
        raise ValidationError(
            _(
                "Case %(code)s, field %(field)s: “%(value)s” has no counterpart in HTCDS. Nothing "
                "was taken out. Put the value right, or leave this kind of information out."
            )
            % {"code": record.code, "field": problem.field, "value": problem.value}
        ) from problem
    return {name: value for name, value in found.items() if value}


def _person(record: Record) -> dict[str, str]:
    identity, language = record.identity, record.case.person.language
    found: dict[str, str] = {}
    if DataClass.IDENTITY in record.classes:
        # Not every name has two parts, so nobody cuts it: it goes whole into the first field.
        found["prs_FirstName"] = identity.names.latin or identity.names.shown
        found["prs_Birthdate"] = identity.birth_date
        found["prs_IdentityNumber"] = identity.document
        if identity.sex:
            found["prs_Gender"] = to_standard("prs_Gender", identity.sex)
        if language:
            found["prs_PrimaryLanguage"] = to_standard("prs_PrimaryLanguage", language)
    if DataClass.CONTACT_PLACE in record.classes:
        found["prs_MobilePhone"] = identity.phone
    return found


def _work(record: Record, told: dict[str, str]) -> dict[str, str]:
    if DataClass.CASE_WORK not in record.classes:
        return {}
    return {
        "cas_Status": to_standard("cas_Status", _status(record)),
        "cas_CaseOwner": told["organisation"],
    }


def _status(record: Record) -> str:
    """Our word for where a case is. Cases that were never taken on have none in the standard."""
    state = CaseState(record.case.state)
    if state is CaseState.CLOSED:
        return "closed_elsewhere" if record.closed_because in _ELSEWHERE else "closed"
    if state in (CaseState.OPEN, CaseState.ON_HOLD):
        return "following_up" if record.case.phase == Phase.FOLLOWING_UP else "open"
    return state.value


def _harm(record: Record) -> dict[str, list[str]]:
    if DataClass.HARM_INCIDENT not in record.classes:
        return {}
    found = {}
    for question, name in htcds.ANSWERS.items():
        told = record.answers.get(question)
        codes = told["codes"] if isinstance(told, dict) and "codes" in told else []
        found[name] = [to_standard(name, code) for code in codes if code not in htcds.EMPTY]
    return found
