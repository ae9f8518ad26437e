"""What is decided before an assessment, and when a case is looked at again."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.web.cases.models import LegalBasis


class StartForm(forms.Form):
    """On what the assessment rests."""

    basis = forms.ChoiceField(
        label=_("On what does this assessment rest?"),
        choices=LegalBasis.choices,
        widget=forms.RadioSelect,
    )


class ReviewForm(forms.Form):
    """The day on which somebody looks at the case again."""

    review_on = forms.DateField(
        label=_("Look at this case again on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
