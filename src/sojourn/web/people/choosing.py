"""Choosing another person by what is known of them: a number or a name, then one of those found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.access import Principal, Purpose
from sojourn.web.audit.actions import note_read
from sojourn.web.people import identities, queries
from sojourn.web.people.models import Person

_SHOWN_AT_MOST = 12


class ChooseForm(forms.Form):
    """Who: typed, and chosen among several where it fits several. Posted, never in an address."""

    who = forms.CharField(
        label=_("The other person: case number, phone, document number or name"),
        min_length=3,
        max_length=100,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        help_text=_("Somebody with a file that you can open."),
    )
    person = forms.ChoiceField(label=_("Which of them?"), required=False, widget=forms.RadioSelect)

    def __init__(self, by: Principal, person: Person | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._by, self._person = by, person
        self._found: list[Person] = []
        self._chosen: Person | None = None
        if self.is_bound:
            self._look()
        if len(self._found) < 2:
            del self.fields["person"]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if not data.get("who"):
            return data
        if not self._found:
            self.add_error("who", _("Nobody whose file you can open was found by this."))
        elif len(self._found) == 1:
            self._chosen = self._found[0]
        else:
            ids = {str(each.pk): each for each in self._found}
            self._chosen = ids.get(data.get("person") or "")
            if self._chosen is None and "person" not in self.errors:
                self.add_error("person", _("Several people were found: choose one."))
        return data

    def chosen(self) -> Person:
        """The other person; only after `is_valid`."""
        assert self._chosen is not None  # noqa: S101 - clean makes sure
        return self._chosen

    def note_found(self, request: HttpRequest) -> None:
        """Notes that those found are shown, where they are."""
        if len(self._found) > 1:
            note_read(request, by=self._by, purpose=Purpose.FIND, shown=self._found, verb="find")

    def _look(self) -> None:
        typed = str(self.data.get("who", "")).strip()
        if not 3 <= len(typed) <= 100:
            return
        found = queries.search(self._by, typed).people
        mine = [each for each in found if each != self._person and not each.erased_at]
        self._found = mine[:_SHOWN_AT_MOST]
        known = identities.open_many(self._found)
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [
            (str(each.pk), f"{known[each.pk].names.shown} · {each.number}") for each in self._found
        ]
