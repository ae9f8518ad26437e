"""What is to be taken out, for whom, and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.consent.models import Recipient
from sojourn.web.consent.words import CLASSES
from sojourn.web.exports.columns import FIXED, GROUPS
from sojourn.web.exports.models import ExportPurpose, Format
from sojourn.web.exports.rules import SHORTEST_REASON, Wish, check
from sojourn.web.exports.states import Kept
from sojourn.web.people.forms import countries

_USUAL_COLUMNS = ("state", "phase", "opened_on", "findings")


class ExportForm(forms.Form):
    """One export. Little is marked at first: each kind of information is a choice."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None
    )
    purpose = forms.ChoiceField(
        label=_("What it is for"),
        choices=ExportPurpose.choices,
        widget=forms.RadioSelect,
        help_text=_("Only people who agreed to this purpose and this recipient are in it."),
    )
    recipient = forms.ChoiceField(
        label=_("Who receives it"), choices=Recipient.choices, initial=Recipient.OWN
    )
    country = forms.ChoiceField(
        label=_("To which country it goes"),
        required=False,
        help_text=_("Where the recipient is. Leave it empty within this organisation."),
    )
    to_origin = forms.ChoiceField(
        label=_("Does anybody in it come from that country?"),
        choices=[("no", _("No")), ("yes", _("Yes")), ("unsure", _("Nobody can be sure"))],
        required=False,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("Why, in a sentence"),
        min_length=SHORTEST_REASON,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("It stays with the record of this export. Write no names."),
    )
    is_identified = forms.ChoiceField(
        label=_("Are people named?"),
        choices=[
            ("no", _("Nobody is named: codes of this export instead, months instead of days")),
            ("yes", _("With case numbers, and with names if chosen below")),
        ],
        initial="no",
        widget=forms.RadioSelect,
    )
    data_classes = forms.MultipleChoiceField(
        label=_("Which information"), widget=forms.CheckboxSelectMultiple, initial=["case_work"]
    )
    columns = forms.MultipleChoiceField(
        label=_("Which columns"),
        widget=forms.CheckboxSelectMultiple,
        initial=list(_USUAL_COLUMNS),
        help_text=_("Columns of information that is not chosen above stay out."),
    )
    format = forms.ChoiceField(label=_("Kind of file"), choices=Format.choices, initial=Format.CSV)

    def __init__(self, principal: Principal, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.principal = principal
        held = principal.organisations(Verb.EXPORT)
        organisation = self.fields["organisation"]
        assert isinstance(organisation, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        organisation.queryset = Organisation.objects.filter(pk__in=held).order_by("name")
        if len(held) == 1:
            organisation.widget, organisation.initial = forms.HiddenInput(), next(iter(held))
        cleared = frozenset[DataClass]().union(
            *(principal.classes(each, Verb.EXPORT) for each in held)
        )
        self._choose("country", [("", "–"), *countries()[1:]])
        self._choose("data_classes", [(e.value, CLASSES[e]) for e in CLASSES if e in cleared])
        fixed = [(name, label) for name, (label, *_rest) in FIXED.items()]
        self._choose("columns", [*fixed, *GROUPS.items()])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        organisation = data.get("organisation")
        if not self.errors and isinstance(organisation, Organisation):
            try:
                check(self.wish(), self.principal.classes(organisation.pk, Verb.EXPORT))
            except ValidationError as problem:
                self.add_error(None, problem)
        return data

    def wish(self) -> Wish:
        """What was filled in; only where the fields are valid."""
        data = self.cleaned_data
        return Wish(
            format=data["format"],
            purpose=data["purpose"],
            recipient=data["recipient"],
            is_identified=data["is_identified"] == "yes",
            classes=frozenset(map(DataClass, data["data_classes"])),
            columns=tuple(data["columns"]),
            words=data["words"],
            country=data["country"],
            to_origin=data["to_origin"],
        )

    def _choose(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = choices


class KeptForm(forms.Form):
    """Why a recipient keeps a copy."""

    because = forms.ChoiceField(
        label=_("Why do they keep it?"), choices=Kept.choices, widget=forms.RadioSelect
    )
