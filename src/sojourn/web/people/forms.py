"""What is filled in about who a person is, and a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from babel import Locale
from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Organisation, Programme
from sojourn.web.accounts.roles import Verb
from sojourn.web.people.rules import (
    Certainty,
    Document,
    DocumentKind,
    DocumentSeen,
    HeldBy,
    IdentityData,
    Name,
    NameKind,
    Names,
    Sex,
    normal_document,
    normal_phone,
)

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


@lru_cache(maxsize=16)
def _countries(language: str) -> list[tuple[str, str]]:
    named = Locale.parse(language, sep="-").territories
    found = [(code, name) for code, name in named.items() if len(code) == 2 and code.isalpha()]
    known = [each for each in found if each[0] not in ("EU", "EZ", "UN", "XA", "XB", "ZZ", "QO")]
    return sorted(known, key=lambda each: each[1])


def countries() -> list[tuple[str, str]]:
    """Countries by code and name, in the language of the page and in the order of their names."""
    return [("", str(_("not known yet"))), *_countries(get_language() or "en")]


def country_label(code: str) -> str:
    """A country by its name; a code that is not in the list as it is, and nothing for none."""
    return dict(_countries(get_language() or "en")).get(code, code)


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
    language = forms.ChoiceField(label=_("Language to speak in"), choices=LANGUAGES, required=False)
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "dir": "ltr", "autocomplete": "off"}),
        help_text=_("With the country code, such as +216 20 000 000."),
    )
    birth_date = forms.DateField(
        label=_("Date of birth"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    birth_year = forms.IntegerField(
        label=_("Or only the year of birth"),
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "dir": "ltr"}),
    )
    birth_estimated = forms.BooleanField(label=_("The date or year is estimated"), required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, required=False)
    nationality = forms.ChoiceField(label=_("Nationality"), required=False)
    home = forms.CharField(
        label=_("Where the person is from"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        help_text=_("A town, a district or a village."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _with_countries(self, "nationality")

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

    def clean_birth_year(self) -> int | None:
        year: int | None = self.cleaned_data["birth_year"]
        if year is not None and not 1900 <= year <= timezone.localdate().year:
            raise forms.ValidationError(_("Give a year between 1900 and this one."), code="birth")
        day: date | None = self.cleaned_data.get("birth_date")
        if year is None or day is None:
            return year
        if day.year != year:
            raise forms.ValidationError(_("Give the date or the year, not both."), code="birth")
        return None  # the year was known, and now the day is

    def identity(self, known: IdentityData = IdentityData()) -> IdentityData:  # noqa: B008 - frozen
        """What was filled in, the rest of it as it was known; only after `is_valid`."""
        data = self.cleaned_data
        day, certainty = data["birth_date"], Certainty.EXACT
        if data["birth_year"]:
            day, certainty = date(data["birth_year"], 1, 1), Certainty.YEAR
        if day is not None and data["birth_estimated"]:
            certainty = Certainty.ESTIMATED
        return replace(
            known,
            names=replace(known.names, own=data["own"], latin=data["latin"]),
            phone=data["phone"],
            birth_date=day.isoformat() if day else "",
            birth_certainty=certainty.value,
            sex=data["sex"],
            nationality=data["nationality"],
            home=data["home"],
        )

    @classmethod
    def initial_from(cls, identity: IdentityData, language: str) -> dict[str, Any]:
        """What the form shows of a known identity."""
        certainty = identity.birth_certainty
        by_year = certainty == Certainty.YEAR
        return {
            "own": identity.names.own,
            "latin": identity.names.latin,
            "phone": identity.phone,
            "birth_date": "" if by_year else identity.birth_date,
            "birth_year": identity.birth_date[:4] if by_year else "",
            "birth_estimated": certainty == Certainty.ESTIMATED,
            "sex": identity.sex,
            "nationality": identity.nationality,
            "home": identity.home,
            "language": language,
        }


class NameForm(forms.Form):
    """One of a person's names."""

    own = forms.CharField(
        label=_("Name, as the person writes it"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    latin = forms.CharField(
        label=_("Name in Latin letters"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    family = forms.CharField(
        label=_("Which part is the family name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("What this name is"), choices=NameKind.choices)

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if data and not data.get("own") and (data.get("latin") or data.get("family")):
            self.add_error("own", _("Write the name itself too."))
        return data


if TYPE_CHECKING:
    _Names = forms.BaseFormSet[NameForm]
else:
    _Names = forms.BaseFormSet


class NameForms(_Names):
    """All names of a person: the first is shown first. A line left empty is taken out."""

    def clean(self) -> None:
        if not any(self.errors) and not self.names().shown:
            raise forms.ValidationError(_("Keep at least one name."), code="none")

    def names(self) -> Names:
        """What was filled in; only once the single lines were found right."""
        lines = (form.cleaned_data for form in self.forms if form.has_changed() or form.initial)
        return Names.of(tuple(Name(**line) for line in lines if line.get("own")))


NameSet = cast(
    "type[NameForms]",
    forms.formset_factory(NameForm, formset=NameForms, extra=2, max_num=10),
)


class DocumentForm(forms.Form):
    """A document: its number, and who has it now."""

    kind = forms.ChoiceField(label=_("Document"), choices=DocumentKind.choices, required=False)
    number = forms.CharField(
        label=_("Number"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    country = forms.ChoiceField(label=_("Issued by"), required=False)
    issued = forms.DateField(
        label=_("Issued on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    expires = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    held_by = forms.ChoiceField(label=_("Who has it now"), choices=HeldBy.choices, required=False)
    seen = forms.ChoiceField(label=_("What was seen here"), choices=DocumentSeen.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _with_countries(self, "country")

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if not data:
            return data
        if not normal_document(data.get("number", "")) and self.has_changed():
            others = ("kind", "country", "issued", "expires", "held_by")
            if data.get("number") or any(data.get(name) for name in others):
                self.add_error("number", _("Write the number. Without one, write a note instead."))
        issued, expires = data.get("issued"), data.get("expires")
        if issued and expires and expires < issued:
            self.add_error("expires", _("This is before the day of issue."))
        return data


if TYPE_CHECKING:
    _Documents = forms.BaseFormSet[DocumentForm]
else:
    _Documents = forms.BaseFormSet


class DocumentForms(_Documents):
    """All documents of a person. A line without a number is taken out."""

    def documents(self) -> tuple[Document, ...]:
        """What was filled in; only after `is_valid`."""
        lines = [form.cleaned_data for form in self.forms]
        return tuple(_document(line) for line in lines if line.get("number"))


DocumentSet = cast(
    "type[DocumentForms]",
    forms.formset_factory(DocumentForm, formset=DocumentForms, extra=1, max_num=20),
)


def initial_documents(documents: Sequence[Document]) -> list[dict[str, str]]:
    """What the forms show of known documents."""
    return [dict(vars(document)) for document in documents]


def initial_names(names: Names) -> list[dict[str, str]]:
    """What the forms show of known names."""
    return [{**vars(name), "script": script_label(name.script)} for name in names.all]


def script_label(code: str) -> str:
    """A script by its name in the language of the page; empty for none."""
    scripts = Locale.parse(get_language() or "en", sep="-").scripts
    return str(scripts.get(code, "")) if code else ""


def _document(line: dict[str, Any]) -> Document:
    days = {name: line[name].isoformat() if line[name] else "" for name in ("issued", "expires")}
    return Document(**{**line, **days})


def _with_countries(form: forms.Form, name: str) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
    field.choices = countries()


class RegisterForm(IdentityForm):
    """A new person, for one of the organisations one works for."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None
    )
    other = forms.CharField(
        label=_("Other name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    document = forms.CharField(
        label=_("Document number"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    programme = forms.ModelChoiceField(
        Programme.objects.none(), label=_("Programme"), required=False, empty_label=_("None")
    )
    screening = forms.BooleanField(
        label=_("Find out first whether this organisation can take the case on"),
        required=False,
        help_text=_("Leave it unmarked to begin with the case at once."),
    )
    is_somebody_else = forms.BooleanField(
        label=_("I looked: this is somebody else"), required=False, widget=forms.HiddenInput
    )
    field_order = [
        *("organisation", "own", "latin", "other", "language", "phone", "document"),
        *("birth_date", "birth_year", "birth_estimated", "sex", "nationality", "home"),
    ]

    def __init__(self, principal: Principal, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        field.queryset = Organisation.objects.filter(
            pk__in=principal.organisations(Verb.WRITE)
        ).order_by("name")
        programme = self.fields["programme"]
        assert isinstance(programme, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        programme.queryset = Programme.objects.filter(
            organisation__in=principal.organisations(Verb.WRITE), is_used=True
        ).order_by("name", "pk")
        if not programme.queryset.exists():
            del self.fields["programme"]
        if len(principal.organisations(Verb.WRITE)) == 1:
            field.widget = forms.HiddenInput()
            field.initial = next(iter(principal.organisations(Verb.WRITE)))

    def identity(self, known: IdentityData = IdentityData()) -> IdentityData:  # noqa: B008 - frozen
        data = self.cleaned_data
        more = (Name(data["other"], kind=NameKind.ALIAS),) if data["other"] else ()
        numbers = (Document(data["document"]),) if data["document"] else ()
        return super().identity(replace(known, names=Names(more=more), documents=numbers))

    def ask_again(self) -> None:
        """Shows the box that says that one looked at those who are alike."""
        self.fields["is_somebody_else"].widget = forms.CheckboxInput()


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
