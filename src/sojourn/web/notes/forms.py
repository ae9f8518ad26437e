"""What is written down about a case."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from sojourn.framework import DataClass
from sojourn.web.notes.actions import Upload
from sojourn.web.notes.models import ABOUT
from sojourn.web.notes.rules import KINDS, MAX_BYTES, too_large


class TextForm(forms.Form):
    """The words of a note, and the version they were changed from."""

    text = forms.CharField(
        label=_("Note"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
    )
    base = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class NoteForm(TextForm):
    """A new note: what it is about, who may read it, and a file."""

    data_class = forms.ChoiceField(
        label=_("What it is about"),
        help_text=_("Only those who may know about this can read the note."),
    )
    is_confidential = forms.BooleanField(
        label=_("Only for me and the supervisors of this case"), required=False
    )
    file = forms.FileField(
        label=_("A file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(KINDS)}),
        help_text=_(
            "A PDF file or a picture, up to 8 MB. It is kept encrypted. Where and when a picture "
            "was taken is removed from it; not from a PDF file."
        ),
    )
    field_order = ["text", "data_class", "is_confidential", "file"]

    def __init__(self, classes: Collection[DataClass], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["data_class"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        cleared = {each.value for each in classes}
        field.choices = [(value, label) for value, label in ABOUT if value in cleared]
        del self.fields["base"]

    def clean_file(self) -> UploadedFile[Any] | None:
        found: UploadedFile[Any] | None = self.cleaned_data["file"]
        if found is not None and (found.size or 0) > MAX_BYTES:
            raise forms.ValidationError(too_large())
        return found

    def upload(self) -> Upload | None:
        """The file that was chosen; only after `is_valid`."""
        found: UploadedFile[Any] | None = self.cleaned_data["file"]
        return Upload(found.name or "", found.read()) if found is not None else None
