"""The only writer of kept filters. Cases change hands in `handing`."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Team
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import record
from sojourn.web.caseload.models import SavedFilter
from sojourn.web.caseload.rules import Filters

MOST = 30
_KEPT_FOR = timedelta(days=1)


@transaction.atomic
def keep_filter(*, name: str, filters: Filters, team: Team | None, by: Principal) -> SavedFilter:
    """Keeps a filter under a name; the one of this name is replaced. ValidationError for too many,
    and for a team whose cases one does not reach."""
    organisation = _organisation(by, team)
    if team is not None and not _reaches_team(by, team):
        raise ValidationError({"team": _("Choose a team whose cases you work with.")})
    if by.user_id is None:
        raise PermissionDenied(_("Sign in first."))
    own = SavedFilter.objects.filter(owner_id=by.user_id)
    own.filter(deleted_at__lt=timezone.now() - _KEPT_FOR).delete()
    row = own.filter(name=name, deleted_at=None).first()
    if row is None and own.filter(deleted_at=None).count() >= MOST:
        raise ValidationError(_("There are many filters already. Delete one first."))
    row = row or SavedFilter(owner_id=by.user_id, name=name)
    row.organisation_id, row.team, row.query = organisation, team, filters.query()
    row.save()
    _note(row, "add", by)
    return row


@transaction.atomic
def rename_filter(*, row: SavedFilter, name: str, by: Principal) -> None:
    """Another name for one's own filter. ValidationError where one has that name."""
    _check_own(row, by)
    same = SavedFilter.objects.filter(owner_id=by.user_id, name=name, deleted_at=None)
    if same.exclude(pk=row.pk).exists():
        raise ValidationError(_("You have a filter of this name."))
    row.name = name
    row.save(update_fields=["name"])
    _note(row, "correct", by)


@transaction.atomic
def delete_filter(*, row: SavedFilter, by: Principal) -> None:
    """Deletes one's own filter. It can be brought back for a day."""
    _check_own(row, by)
    row.deleted_at = timezone.now()
    row.save(update_fields=["deleted_at"])
    _note(row, "remove", by)


@transaction.atomic
def bring_back_filter(*, row: SavedFilter, by: Principal) -> None:
    """Undoes that. ValidationError where another filter has the name by now."""
    _check_own(row, by)
    if SavedFilter.objects.filter(owner_id=by.user_id, name=row.name, deleted_at=None).exists():
        raise ValidationError(_("You have a filter of this name."))
    row.deleted_at = None
    row.save(update_fields=["deleted_at"])
    _note(row, "add", by)


def _check_own(row: SavedFilter, by: Principal) -> None:
    if by.user_id is None or row.owner_id != by.user_id:
        raise PermissionDenied(_("Somebody else keeps this filter. Keep one of your own."))


def _organisation(by: Principal, team: Team | None) -> UUID:
    if team is not None:
        return team.organisation_id
    held = [grant.organisation_id for grant in by.grants if Verb.READ in grant.power.verbs]
    if not held:
        raise PermissionDenied(_("Your role does not open people's files."))
    return held[0]


def _reaches_team(by: Principal, team: Team) -> bool:
    mine = {held.team_id for held in by.grants if held.team_id is not None}
    return team.pk in mine or team.organisation_id in by.whole(Verb.READ)


def _note(row: SavedFilter, verb: str, by: Principal) -> None:
    record(by=by, verb=verb, object=row, organisation_id=row.organisation_id)
