"""Who is part of a case, and to whom it is opened by name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.actions import Named
from sojourn.web.accounts.models import Interest, User
from sojourn.web.cases.models import Case
from sojourn.web.reach import queries


class PartForm(forms.Form):
    """That a colleague is part of the case."""

    colleague = forms.TypedChoiceField(label=_("Who"), coerce=int)
    interest = forms.ChoiceField(
        label=_("How they are part of it"), choices=Interest.choices, widget=forms.RadioSelect
    )

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._users: dict[int, User] = {each.pk: each for each in queries.colleagues(case)}
        field = self.fields["colleague"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(pk, user.name) for pk, user in self._users.items()]

    def user(self) -> User:
        """Whom it is about; for a valid form."""
        return self._users[self.cleaned_data["colleague"]]


class NameForm(forms.Form):
    """To whom the case is opened, until when and why."""

    who = forms.ChoiceField(
        label=_("To whom"),
        help_text=_("Colleagues who work on files here and cannot open this one."),
    )
    until = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The last day."),
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("For whoever asks later, such as: stands in for a colleague. No names."),
    )

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._who = {
            f"{user.pk}:{role}": (user, role, name) for user, role, name in queries.candidates(case)
        }
        field = self.fields["who"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [
            (key, f"{user.name} ({name})") for key, (user, _r, name) in self._who.items()
        ]

    @property
    def has_somebody(self) -> bool:
        """Whether there is anybody to choose."""
        return bool(self._who)

    def named(self) -> Named:
        """What was filled in; for a valid form."""
        user, role, _name = self._who[self.cleaned_data["who"]]
        return Named(user, role, self.cleaned_data["until"], self.cleaned_data["reason"])
