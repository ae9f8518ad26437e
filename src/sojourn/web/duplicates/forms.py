"""What is decided about a pair."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.web.duplicates.models import PairState


class DecisionForm(forms.Form):
    """One person, two people, or not sure."""

    decided = forms.ChoiceField(
        label=_("What do you find?"),
        choices=[
            (PairState.SAME.value, _("One person: link the two files")),
            (PairState.DIFFERENT.value, _("Two people")),
            (PairState.UNSURE.value, _("I am not sure yet")),
        ],
        widget=forms.RadioSelect,
    )
