"""What is recorded when somebody is asked for consent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sojourn.web.consent.actions import Asked
from sojourn.web.consent.models import (
    Assent,
    ConsentPurpose,
    Danger,
    Explained,
    Giver,
    Method,
    Proof,
    Recipient,
)
from sojourn.web.consent.words import CLASSES
from sojourn.web.people.forms import LANGUAGES

ANSWERS = [
    ("given", _("The person agrees")),
    ("refused", _("The person refuses")),
    ("requested", _("The person wants to think about it")),
]


class ConsentForm(forms.Form):
    """What, for whom, until when; how it was explained; what the answer was."""

    purposes = forms.MultipleChoiceField(
        label=_("What for"),
        choices=ConsentPurpose.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    data_classes = forms.MultipleChoiceField(
        label=_("Which information"),
        choices=[(key.value, label) for key, label in CLASSES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    recipients = forms.MultipleChoiceField(
        label=_("Who may see it"),
        choices=Recipient.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    valid_until = forms.DateField(
        label=_("Until when"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave empty if it holds until the person takes it back."),
    )
    retention_days = forms.IntegerField(
        label=_("Days to keep it after that"),
        required=False,
        min_value=0,
        max_value=36_500,
        help_text=_("Then somebody has to erase it. Leave empty if nothing was agreed."),
    )
    notice_language = forms.ChoiceField(
        label=_("Language it was explained in"), choices=LANGUAGES[1:]
    )
    explained = forms.ChoiceField(
        label=_("How it was explained"), choices=Explained.choices, widget=forms.RadioSelect
    )
    understood = forms.TypedChoiceField(
        label=_("Did the person understand?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    given_by = forms.ChoiceField(
        label=_("Who answered"), choices=Giver.choices, widget=forms.RadioSelect
    )
    proxy = forms.CharField(
        label=_("Name of who answered for the person"), required=False, max_length=200
    )
    proof = forms.ChoiceField(
        label=_("What shows that they may"),
        choices=[("", _("The person answered alone")), *Proof.choices],
        required=False,
    )
    assent = forms.ChoiceField(
        label=_("What the person says"),
        choices=[("", _("The person answered alone")), *Assent.choices],
        required=False,
        help_text=_("Ask children too, in words they understand. Their no counts."),
    )
    method = forms.ChoiceField(
        label=_("How they answered"), choices=Method.choices, widget=forms.RadioSelect
    )
    evidence = forms.CharField(
        label=_("Where the answer can be seen"),
        required=False,
        max_length=200,
        help_text=_("Such as the number of a signed sheet, or who was there."),
    )
    answer = forms.ChoiceField(label=_("Answer"), choices=ANSWERS, widget=forms.RadioSelect)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") == "given" and data.get("understood") is False:
            self.add_error(
                "understood",
                _("Consent counts only if the person understood. Explain again, then record it."),
            )
        by_proxy = data.get("given_by", Giver.SELF) != Giver.SELF
        for name in ("proxy", "proof", "assent"):
            if by_proxy and name not in self.errors and not data.get(name):
                self.add_error(name, _("Somebody answers for the person, so this is needed."))
            elif not by_proxy and data.get(name):
                self.add_error(name, _("The person answered alone: leave this empty."))
        if data.get("answer") == "given" and data.get("assent") == Assent.DISAGREES:
            self.add_error(
                "answer",
                _("The person does not agree, so nobody can agree for them. Record a refusal."),
            )
        until = data.get("valid_until")
        if until is not None and until < timezone.localdate():
            self.add_error(
                "valid_until", _("This day is past. Give a later one, or leave it empty.")
            )
        return data

    def asked(self) -> Asked:
        """What was asked; only after `is_valid`."""
        data = self.cleaned_data
        return Asked(
            valid_from=timezone.localdate(),
            **{name: data[name] for name in _ASKED_FIELDS},
        )


_ASKED_FIELDS = (
    "purposes",
    "recipients",
    "data_classes",
    "notice_language",
    "explained",
    "method",
    "given_by",
    "understood",
    "valid_until",
    "retention_days",
    "proxy",
    "proof",
    "assent",
    "evidence",
)


class OverrideForm(forms.Form):
    """What cannot wait, and why."""

    danger = forms.ChoiceField(
        label=_("What cannot wait?"), choices=Danger.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("Why, and what for"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The second person reads this, and the person may read it too."),
    )
