"""A new address, and what it is told of."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.queries import managed
from sojourn.web.webhooks.rules import EVENTS, TEST


class SubscriptionForm(forms.Form):
    """Whom to tell of what."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None
    )
    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("So that you know it again.")
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "inputmode": "url"}),
        help_text=_("It begins with https://. Others must not be able to guess it."),
    )
    events = forms.MultipleChoiceField(
        label=_("What to tell"),
        choices=[(name, label) for name, label in EVENTS.items() if name != TEST],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, principal: Principal, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        field.queryset = managed(principal)
