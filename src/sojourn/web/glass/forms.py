"""Why a file is opened in an emergency, and what came of a look at it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.web.glass.models import Reason, Verdict
from sojourn.web.glass.rules import SHORTEST_REASON


class OpenForm(forms.Form):
    """A reason from the list, and a sentence."""

    reason = forms.ChoiceField(label=_("Why now"), choices=Reason.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What happened, in a sentence"),
        min_length=SHORTEST_REASON,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Your supervisor and the data protection officer read it. Write no names."),
    )


class LookForm(forms.Form):
    """What came of a look."""

    verdict = forms.ChoiceField(choices=Verdict.choices)
