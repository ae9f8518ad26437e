"""Why a file is kept, and until when."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.web.oversight.models import KeepReason


class KeepForm(forms.Form):
    """A reason from the list, and a last day."""

    reason = forms.ChoiceField(label=_("Why it is kept"), choices=KeepReason.choices)
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
