"""The only writer of what becomes of copies that went to somebody outside."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import SYSTEM, Principal, Purpose, reaches
from sojourn.web.audit.actions import Shown, record
from sojourn.web.consent.models import Recipient
from sojourn.web.consent.queries import agreed_to
from sojourn.web.exports import rules
from sojourn.web.exports.models import Copy, Export
from sojourn.web.exports.states import BY_PEOPLE, CopyAct, CopyState, Kept, after
from sojourn.web.people.models import Person

_BATCH = 1000


def went_out(export: Export, going: Iterable[Shown]) -> None:
    """Remembers whose part goes outside by name, once for each export, before it leaves."""
    if not export.is_identified or export.recipient == Recipient.OWN:
        return
    now = timezone.now()
    rows = [
        Copy(
            export=export,
            case_id=each.object_id,
            person_id=each.person_id,
            organisation_id=export.organisation_id,
            left_at=now,
            changed_at=now,
            changed_by_id=export.asked_by_id,
        )
        for each in going
        if each.person_id is not None
    ]
    Copy.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)


def follow(person_id: uuid.UUID, by: Principal) -> None:
    """After a change of somebody's consents: copies they agree to no more have to come back."""
    rows = Copy.objects.filter(person=person_id, state__in=(CopyState.OUT, CopyState.RECALLED))
    for copy in rows.select_related("export", "person"):
        agreed = agreed_to(
            [person_id],
            purpose=rules.CONSENTED[copy.export.purpose],
            recipient=copy.export.recipient,
            on=timezone.localdate(),
        )
        holds = person_id in agreed and copy.person.erased_at is None
        if holds and copy.state == CopyState.RECALLED:
            _step(copy, CopyAct.ALLOW, by)
        elif not holds and copy.state == CopyState.OUT:
            _step(copy, CopyAct.RECALL, by)


def forget(person: Person) -> None:
    """With an erasure every copy by name has to come back."""
    for copy in Copy.objects.filter(person=person, state=CopyState.OUT):
        _step(copy, CopyAct.RECALL, SYSTEM)


@transaction.atomic
def act(*, copy: Copy, act: CopyAct, by: Principal, because: str = "") -> None:
    """Notes that a recipient was told, or what they did then.

    PermissionDenied without the right to write in the case; WrongStateError for a step that the
    table does not have; ValidationError where they keep it and nobody says why.
    """
    if not reaches(by, copy, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))
    if act not in BY_PEOPLE:
        raise ValidationError(_("This follows from what the person agrees to."))
    now = Copy.objects.select_for_update().get(pk=copy.pk)
    if act is CopyAct.KEEP:
        if because not in Kept.values:
            raise ValidationError({"because": _("Choose a reason.")})
        now.kept_because = because
    _step(now, act, by)


def _step(copy: Copy, act: CopyAct, by: Principal) -> None:
    before = copy.state
    copy.state = after(CopyState(before), act)
    copy.changed_at, copy.changed_by_id = timezone.now(), by.user_id
    copy.save(update_fields=["state", "changed_at", "changed_by", "kept_because"])
    record(
        by=by,
        verb=act.value,
        object=copy,
        organisation_id=copy.organisation_id,
        person_id=copy.person_id,
        case_id=copy.case_id,
        changed={"state": [before, copy.state.value]},
        reason=copy.kept_because,
    )
