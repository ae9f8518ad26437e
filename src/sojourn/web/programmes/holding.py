"""Whether a case may take a step, by the gates that count for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sojourn.web.cases.states import Act
from sojourn.web.programmes.gates import LACKS, Before, Gate, Settings, ahead, asked, crossed
from sojourn.web.programmes.queries import settings_of

if TYPE_CHECKING:
    from sojourn.web.cases.models import Case
    from sojourn.web.cases.rules import How


@dataclass(frozen=True)
class Lack:
    """Something that is lacking before a step, in words."""

    before: Before
    gate: Gate
    text: str

    @property
    def sentence(self) -> str:
        """As one says it: before what, and what."""
        return _("%(before)s: %(lack)s.") % {"before": self.before.label, "lack": self.text}


def lacking(case: Case) -> list[Lack]:
    """What a case lacks for the steps that it has before it, to be said before anybody tries."""
    wanted = ahead(case.phase)
    settings = settings_of(case.organisation_id, case.programme_id) if wanted else {}
    return _lacking(case, settings, wanted, None)


def check(case: Case, act: Act, how: How) -> None:
    """Raises ValidationError where a gate on the way holds the case back."""
    wanted = crossed(act, case.phase, how.phase)
    if not wanted:
        return
    settings = settings_of(case.organisation_id, case.programme_id)
    found = _lacking(case, settings, wanted, how)
    if found:
        raise ValidationError([lack.sentence for lack in found])


def _lacking(
    case: Case, settings: Settings, wanted: tuple[Before, ...], how: How | None
) -> list[Lack]:
    reason = how.reason if how is not None else ""
    return [
        Lack(before, gate, text)
        for before in wanted
        for gate, setting in asked(settings, before, reason)
        if (text := LACKS[gate](case, setting, how))
    ]
