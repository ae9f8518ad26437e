"""A new token."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sojourn.framework import DataClass
from sojourn.web.accounts.roles import Power, Verb
from sojourn.web.api.words import CLASSES, verb_label

_USUAL = timedelta(days=90)


class TokenForm(forms.Form):
    """What a token is for. It offers what the owner may do and see, and nothing is ticked."""

    name = forms.CharField(
        label=_("What it is for"),
        max_length=60,
        help_text=_("So that you know it again, such as “monthly statistics”. No names."),
    )
    verbs = forms.MultipleChoiceField(
        label=_("What it may do"), widget=forms.CheckboxSelectMultiple
    )
    classes = forms.MultipleChoiceField(
        label=_("What it may see"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("As little as it needs. Everything else is left out of what it gets."),
    )
    ends_on = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day, within a year."),
    )

    def __init__(self, held: Power, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"ends_on": timezone.localdate() + _USUAL})
        super().__init__(*args, **kwargs)
        self._choose("verbs", [(v.value, verb_label(v)) for v in Verb if v in held.verbs])
        shown = [(c.value, CLASSES[c]) for c in DataClass if c in held.classes]
        self._choose("classes", shown)
        if not shown:
            del self.fields["classes"]

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - tells the type checker
        field.choices = choices

    def wish(self) -> dict[str, Any]:
        """What was filled in; only after `is_valid`."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "verbs": [Verb(value) for value in data["verbs"]],
            "classes": [DataClass(value) for value in data.get("classes", [])],
            "ends_on": data["ends_on"],
        }
