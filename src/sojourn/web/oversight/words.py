"""What the page says of each thing, and who deals with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sojourn.web.accounts.models import Grant
from sojourn.web.consent.models import Consent, Override
from sojourn.web.exports.models import Copy
from sojourn.web.oversight.queries import Kept
from sojourn.web.oversight.rules import Sign, Unusual
from sojourn.web.people.models import Person


@dataclass(frozen=True)
class Line:
    """One row of a list: what or who, where, when and how it stands. Names of staff, numbers of
    files, and nothing of what is in them."""

    what: str
    organisation: str
    when: date | datetime | None
    stands: str


def of_consent(consent: Consent, when: date | None) -> Line:
    """A consent that ends or was taken back."""
    state = consent.get_state_display()
    return Line(consent.person.number, consent.organisation.name, when, state)


def of_override(override: Override) -> Line:
    """An act without consent, with the two people behind it."""
    people = [each.name for each in (override.asked_by, override.decided_by) if each is not None]
    stands = f"{override.get_state_display()}, {override.get_danger_display()}"
    what = f"{override.person.number} ({', '.join(people)})"
    return Line(what, override.organisation.name, override.asked_at, stands)


def of_copy(copy: Copy) -> Line:
    """A copy that has to come back, and who has it."""
    stands = f"{copy.export.get_recipient_display()}, {copy.get_state_display()}"
    return Line(copy.person.number, copy.organisation.name, copy.changed_at, stands)


def of_erased(person: Person) -> Line:
    """Somebody who was erased: the number alone is left."""
    return Line(person.number, person.organisation.name, person.erased_at, _("erased"))


def of_ending(kept: Kept) -> Line:
    """A file whose agreed time ends soon."""
    person = kept.person
    return Line(person.number, person.organisation.name, kept.until, _("agreed until this day"))


def of_sign(sign: Sign) -> Line:
    """Something unusual on one day."""
    return Line(
        sign.name, "", date.fromisoformat(sign.day), _UNUSUAL[sign.what] % {"n": sign.count}
    )


def of_grant(grant: Grant) -> Line:
    """A role that opens every file."""
    stands = f"{grant.role_name}, {grant.get_scope_display()}"
    return Line(grant.holder.name, grant.organisation.name, grant.valid_until, stands)


_UNUSUAL: Mapping[Unusual, Any] = {
    Unusual.OWN_CASE: gettext_lazy("looked at a case they are named in, times: %(n)s"),
    Unusual.MANY_FILES: gettext_lazy("opened many files: %(n)s"),
    Unusual.MANY_SEARCHES: gettext_lazy("searched many times: %(n)s"),
}
