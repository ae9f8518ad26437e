"""A table, on what it rests, and what its columns are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases import frameworks
from sojourn.web.consent.models import ConsentPurpose, Explained, Method
from sojourn.web.consent.words import CLASSES
from sojourn.web.imports import columns
from sojourn.web.imports.actions import Ground, Headings
from sojourn.web.imports.models import Basis
from sojourn.web.imports.tables import MOST_BYTES


class UploadForm(forms.Form):
    """The file, and whether the people in it agreed."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None
    )
    file = forms.FileField(
        label=_("The table"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.json"}),
        help_text=_("CSV, Excel (XLSX) or HTCDS, up to 5 MB and 2000 rows. It is kept encrypted."),
    )
    basis = forms.ChoiceField(
        label=_("Did these people agree?"), choices=Basis.choices, widget=forms.RadioSelect
    )
    agreed_on = forms.DateField(
        label=_("When they agreed"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_(
            "This and what follows only where they agreed. The latest day, if there are several."
        ),
    )
    purposes = forms.MultipleChoiceField(
        label=_("What for"),
        choices=ConsentPurpose.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    data_classes = forms.MultipleChoiceField(
        label=_("Which information"),
        choices=[(key.value, label) for key, label in CLASSES.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    explained = forms.ChoiceField(
        label=_("How it was explained"), choices=[("", "–"), *Explained.choices], required=False
    )
    method = forms.ChoiceField(
        label=_("How they answered"), choices=[("", "–"), *Method.choices], required=False
    )
    evidence = forms.CharField(
        label=_("Where their answers can be seen"),
        max_length=200,
        required=False,
        help_text=_("Such as: signed sheets, folder 12."),
    )

    def __init__(self, principal: Principal, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = [o for o in principal.organisations(Verb.WRITE) if principal.opens_in(o)]
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        field.queryset = Organisation.objects.filter(pk__in=held).order_by("name")
        if len(held) == 1:
            field.widget, field.initial = forms.HiddenInput(), held[0]

    def clean_file(self) -> UploadedFile[Any]:
        found: UploadedFile[Any] = self.cleaned_data["file"]
        if (found.size or 0) > MOST_BYTES:
            raise forms.ValidationError(
                _("This file is larger than 5 MB. Cut it into several files.")
            )
        return found

    def clean_agreed_on(self) -> Any:
        day = self.cleaned_data["agreed_on"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("Choose today or an earlier day."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("basis") == Basis.AGREED:
            for name in (
                "agreed_on",
                "purposes",
                "data_classes",
                "explained",
                "method",
                "evidence",
            ):
                if name not in self.errors and not data.get(name):
                    self.add_error(name, _("Needed where they agreed."))
        return data

    def ground(self) -> Ground:
        """What was said; only after `is_valid`."""
        data = self.cleaned_data
        if data["basis"] != Basis.AGREED:
            return Ground(Basis.NONE)
        return Ground(
            basis=Basis.AGREED,
            purposes=data["purposes"],
            data_classes=data["data_classes"],
            explained=data["explained"],
            method=data["method"],
            agreed_on=data["agreed_on"],
            evidence=data["evidence"],
        )


class ColumnsForm(forms.Form):
    """For each heading of the table what it is. What is likely is chosen already."""

    def __init__(self, headings: Headings, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings = headings
        asked = columns.askable(frameworks.current())
        questions = [(columns.ANSWER + name, label) for name, label in asked.items()]
        self.fields_of_ours = [*columns.FIELDS, *(name for name, _label in questions)]
        choices = [
            (columns.IGNORE, _("Leave it out")),
            *columns.FIELDS.items(),
            (_("Answers to questions"), questions),
        ]
        for at, name in enumerate(headings.names):
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=name or "–",
                choices=choices,
                required=False,
                initial=headings.mapping.get(name, columns.IGNORE),
            )

    @classmethod
    def of(cls, headings: Headings, mapping: Mapping[str, str]) -> ColumnsForm:
        """Filled in from headings and what they are; what is not named is left out.
        ValidationError for a heading that the table does not have."""
        if unknown := sorted(mapping.keys() - set(headings.names)):
            raise ValidationError(
                _("The table has no column %(name)s.") % {"name": ", ".join(unknown)}
            )
        sent = {f"column_{at}": mapping.get(name, "") for at, name in enumerate(headings.names)}
        return cls(headings, sent)

    def mapping(self) -> dict[str, str]:
        """What each heading was said to be; only after `is_valid`."""
        return {
            name: self.cleaned_data[f"column_{at}"] for at, name in enumerate(self.headings.names)
        }
