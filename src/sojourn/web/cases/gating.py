"""What a case itself says to the gates of programmes (see `programmes.gates`)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sojourn.web.cases.models import Case, Episode
from sojourn.web.cases.reasons import CloseReason, Feedback
from sojourn.web.cases.rules import How
from sojourn.web.programmes.gates import Setting

_CANNOT_BE_ASKED = frozenset({CloseReason.LOST_CONTACT.value})


def lacks_assessment(case: Case, setting: Setting, how: How | None) -> str:
    """An assessment of an earlier episode says how things were then."""
    del setting, how
    begun = Episode.objects.filter(case=case, number=case.episode)
    opened_at = begun.values_list("opened_at", flat=True).first() or case.opened_at
    made = case.assessed_at is not None and case.assessed_at >= opened_at
    return "" if made else _("an assessment")


def lacks_feedback(case: Case, setting: Setting, how: How | None) -> str:
    """Asking is never owed where it would not be safe, nor of whom contact was lost with."""
    del case, setting
    if how is None:
        return _("ask the person what they think of the help; you write it down when you close")
    was_tried = how.feedback != Feedback.NOT_REACHED or how.reason in _CANNOT_BE_ASKED
    return "" if was_tried else _("ask the person what they think of the help")
