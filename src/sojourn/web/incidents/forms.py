"""What is asked about an incident and about an alleged actor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.models import User
from sojourn.web.incidents.actions import Described
from sojourn.web.incidents.codes import Actor, Kind, Precision, Reach, Told, Wish, Withdrawn
from sojourn.web.incidents.rules import Account
from sojourn.web.incidents.words import STAGES

_BLANK = [("", _("Choose"))]


class IncidentForm(forms.Form):
    """What was told. Nothing but the kind and where the knowledge comes from has to be asked."""

    kind = forms.ChoiceField(label=_("What happened"), choices=[*_BLANK, *Kind.choices])
    what = forms.CharField(
        label=_("In the person's words"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        help_text=_("Only as much as they want to tell. Do not ask for details that nobody needs."),
    )
    precision = forms.ChoiceField(
        label=_("How exactly the day is known"),
        choices=Precision.choices,
        initial=Precision.UNKNOWN,
        widget=forms.RadioSelect,
    )
    happened_on = forms.DateField(
        label=_("When"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("For a month or a year any day of it will do."),
    )
    stage = forms.ChoiceField(
        label=_("At which stage"), required=False, choices=[("", _("Not known")), *STAGES.items()]
    )
    where = forms.CharField(
        label=_("Where"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    goes_on = forms.BooleanField(label=_("It goes on, or may happen again"), required=False)
    source = forms.ChoiceField(
        label=_("How it is known"),
        choices=Told.choices,
        initial=Told.PERSON,
        widget=forms.RadioSelect,
    )
    wish = forms.ChoiceField(
        label=_("What the person wants to be done"),
        choices=Wish.choices,
        initial=Wish.NOT_ASKED,
        widget=forms.RadioSelect,
        help_text=_("Nothing is passed on to anybody by writing it here."),
    )
    is_confidential = forms.BooleanField(
        label=_("Only for me and the supervisors of this case"), required=False
    )
    base = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["base" if is_new else "is_confidential"]

    def account(self) -> Account:
        """What was filled in; only after `is_valid`."""
        left_out = ("is_confidential", "base")
        given = {n: value for n, value in self.cleaned_data.items() if n not in left_out}
        return Account(**given)


class ActorForm(forms.Form):
    """Who is said to have done it."""

    part = forms.ChoiceField(
        label=_("Who it is said to have been"), choices=[*_BLANK, *Actor.choices]
    )
    name = forms.CharField(
        label=_("Name, as far as known"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    description = forms.CharField(
        label=_("What else is known of them"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    still_near = forms.ChoiceField(
        label=_("Can they still get at the person?"),
        choices=Reach.choices,
        initial=Reach.UNKNOWN,
        widget=forms.RadioSelect,
    )
    user = forms.ChoiceField(
        label=_("Is it somebody who signs in here?"),
        required=False,
        help_text=_("They are not told, and cannot open this case any more."),
    )

    def __init__(self, colleagues: Iterable[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._users = {str(user.pk): user for user in colleagues}
        field = self.fields["user"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        names = [(pk, user.name) for pk, user in self._users.items()]
        field.choices = [("", _("No")), *names]

    def described(self) -> Described:
        """What was filled in; only after `is_valid`."""
        given = dict(self.cleaned_data)
        return Described(**{**given, "user": self._users.get(given["user"])})


class TakeBackForm(forms.Form):
    """Why a record does not count any more."""

    because = forms.ChoiceField(
        label=_("Reason"), choices=Withdrawn.choices, widget=forms.RadioSelect
    )
