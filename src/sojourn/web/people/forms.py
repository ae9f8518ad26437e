"""What is filled in about who a person is, and a search."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.people.rules import IdentityData, Names, normal_phone

LANGUAGES = [
    ("", _("not known yet")),
    ("am", _("Amharic")),
    ("ar", _("Arabic")),
    ("bn", _("Bengali")),
    ("en", _("English")),
    ("fa", _("Persian or Dari")),
    ("fr", _("French")),
    ("ha", _("Hausa")),
    ("ht", _("Haitian Creole")),
    ("ku", _("Kurdish")),
    ("ps", _("Pashto")),
    ("pt", _("Portuguese")),
    ("rhg", _("Rohingya")),
    ("so", _("Somali")),
    ("es", _("Spanish")),
    ("sw", _("Swahili")),
    ("ti", _("Tigrinya")),
    ("tr", _("Turkish")),
    ("uk", _("Ukrainian")),
    ("ur", _("Urdu")),
    ("wo", _("Wolof")),
]


def language_label(code: str) -> str:
    """A language by its name; a code that is not in the list as it is."""
    return str(dict(LANGUAGES).get(code, code))


class IdentityForm(forms.Form):
    """Names in any script, and what finds a person again. Only one name is required."""

    own = forms.CharField(
        label=_("Name, as the person writes it"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    latin = forms.CharField(
        label=_("Name in Latin letters"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Leave empty if it is written that way already."),
    )
    other = forms.CharField(
        label=_("Other name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Language to speak in"), choices=LANGUAGES, required=False)
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "dir": "ltr", "autocomplete": "off"}),
        help_text=_("With the country code, such as +216 20 000 000."),
    )
    document = forms.CharField(
        label=_("Document number"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    birth_date = forms.DateField(
        label=_("Date of birth"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"]
        number = normal_phone(typed)
        if typed.strip() and not 7 <= len(number) - 1 <= 15:
            raise forms.ValidationError(
                _("Write 7 to 15 digits, the country code first."), code="phone"
            )
        return number

    def clean_birth_date(self) -> date | None:
        day: date | None = self.cleaned_data["birth_date"]
        if day is not None and not date(1900, 1, 1) <= day <= timezone.localdate():
            raise forms.ValidationError(_("Give a day between 1900 and today."), code="birth")
        return day

    def identity(self) -> IdentityData:
        """What was filled in; only after `is_valid`."""
        data = self.cleaned_data
        return IdentityData(
            names=Names(data["own"], data["latin"], data["other"]),
            phone=data["phone"],
            document=data["document"],
            birth_date=data["birth_date"].isoformat() if data["birth_date"] else "",
        )

    @classmethod
    def initial_from(cls, identity: IdentityData, language: str) -> dict[str, Any]:
        """What the form shows of a known identity."""
        return {
            "own": identity.names.own,
            "latin": identity.names.latin,
            "other": identity.names.other,
            "phone": identity.phone,
            "document": identity.document,
            "birth_date": identity.birth_date,
            "language": language,
        }


class RegisterForm(IdentityForm):
    """A new person, for one of the organisations one works for."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None
    )
    screening = forms.BooleanField(
        label=_("Find out first whether this organisation can take the case on"),
        required=False,
        help_text=_("Leave it unmarked to begin with the case at once."),
    )
    field_order = ["organisation"]

    def __init__(self, principal: Principal, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        field.queryset = Organisation.objects.filter(
            pk__in=principal.organisations(Verb.WRITE)
        ).order_by("name")
        if len(principal.organisations(Verb.WRITE)) == 1:
            field.widget = forms.HiddenInput()
            field.initial = next(iter(principal.organisations(Verb.WRITE)))


class SearchForm(forms.Form):
    """One box for all searches. It is posted, so that what was typed stands in no address."""

    q = forms.CharField(
        label=_("Case number, phone, document number or name"),
        min_length=3,
        max_length=100,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off", "type": "search"}),
    )


class EraseForm(forms.Form):
    """Why a file is erased, and a word to be sure."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            ("asked", _("The person asked for it")),
            ("retention", _("It was kept for as long as promised")),
            ("unlawful", _("It should not have been recorded")),
        ],
    )
    number = forms.CharField(
        label=_("Type the case number to confirm"),
        max_length=20,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )

    def __init__(self, number: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._number = number

    def clean_number(self) -> str:
        typed: str = self.cleaned_data["number"].strip().upper()
        if typed != self._number:
            raise forms.ValidationError(_("This is not the number of this file."))
        return typed
