"""What is asked about a place of the journey."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.web.journeys.codes import Certainty, Way
from sojourn.web.journeys.rules import Stay, month
from sojourn.web.journeys.words import STAGES
from sojourn.web.people.forms import countries


class StayForm(forms.Form):
    """One place. Only the country has to be said."""

    country = forms.ChoiceField(label=_("Country"))
    place = forms.CharField(
        label=_("Place"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        help_text=_("In the person's words, if it helps. It is never put on the map."),
    )
    since = forms.CharField(
        label=_("From which month"),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_("Year and month, like 2024-03. The year alone will do."),
    )
    until = forms.CharField(
        label=_("Until which month"),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_("Leave it empty where the person is now, or where it is not known."),
    )
    certainty = forms.ChoiceField(
        label=_("How sure the months are"),
        choices=Certainty.choices,
        initial=Certainty.TOLD,
        widget=forms.RadioSelect,
    )
    stage = forms.ChoiceField(
        label=_("Stage of the journey"),
        required=False,
        choices=[("", _("Not known")), *STAGES.items()],
    )
    way = forms.ChoiceField(
        label=_("How they came there"),
        required=False,
        choices=Way.choices,
        widget=forms.RadioSelect,
    )

    base = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_new:
            del self.fields["base"]
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [("", _("Choose")), *countries()[1:]]

    def clean_since(self) -> str:
        """The first month as it is kept."""
        return month(self.cleaned_data["since"])

    def clean_until(self) -> str:
        """The last month as it is kept."""
        return month(self.cleaned_data["until"])

    def stay(self) -> Stay:
        """What was filled in; only after `is_valid`."""
        return Stay(**{name: said for name, said in self.cleaned_data.items() if name != "base"})
