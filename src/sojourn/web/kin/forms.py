"""What is filled in about relations, groups and members."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.access import Principal
from sojourn.web.kin.actions import Known
from sojourn.web.kin.models import Membership, Relation
from sojourn.web.kin.rules import (
    Direction,
    Ended,
    GroupKind,
    Part,
    Source,
    Surety,
    directions,
)
from sojourn.web.people.choosing import ChooseForm
from sojourn.web.people.models import Person


def _date(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


class KnownForm(forms.Form):
    """From when to when, how sure, and where it is known from."""

    since = _date(_("Since"))
    until = _date(_("Until"))
    surety = forms.ChoiceField(
        label=_("How sure is it?"), choices=Surety.choices, initial=Surety.SURE
    )
    source = forms.ChoiceField(
        label=_("Where is it known from?"), choices=Source.choices, initial=Source.PERSON
    )

    def known(self) -> Known:
        """What was filled in; only after `is_valid`."""
        return Known(**{name: self.cleaned_data[name] for name in KnownForm.base_fields})


_UNSAFE = forms.BooleanField(
    label=_("Not safe to make contact through this person"),
    required=False,
    help_text=_("They might be close to somebody who did harm, or might tell."),
)


class RelationForm(ChooseForm, KnownForm):
    """A new relation: with whom, and what they are to the person of the page."""

    is_ = forms.ChoiceField(label=_("What is the other one to this person?"))
    is_unsafe = _UNSAFE
    field_order = ["who", "person", "is_", "since", "until", "surety", "source", "is_unsafe"]

    def __init__(self, by: Principal, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(by, person, *args, **kwargs)
        field = self.fields["is_"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [("", "")] + [(each.code, each.label) for each in directions()]

    def direction(self) -> Direction:
        """What was chosen; only after `is_valid`."""
        return Direction.of(self.cleaned_data["is_"])


class _ChangeForm(KnownForm):
    ended = forms.ChoiceField(
        label=_("Does it still hold?"),
        choices=[("", _("Yes")), *Ended.choices],
        required=False,
        widget=forms.RadioSelect,
        help_text=_("What has ended is kept and shown as past. It cannot be changed afterwards."),
    )


class ChangeRelationForm(_ChangeForm):
    """What is known of a relation, or that it has ended."""

    is_unsafe = _UNSAFE
    field_order = ["since", "until", "surety", "source", "is_unsafe", "ended"]

    @staticmethod
    def initial_from(row: Relation) -> dict[str, Any]:
        return {name: getattr(row, name) for name in ChangeRelationForm.base_fields}


class ChangeMembershipForm(_ChangeForm):
    """What is known of a membership, or that it has ended."""

    part = forms.ChoiceField(label=_("Part in the group"), choices=Part.choices, required=False)
    field_order = ["part", "since", "until", "surety", "source", "ended"]

    @staticmethod
    def initial_from(row: Membership) -> dict[str, Any]:
        return {name: getattr(row, name) for name in ChangeMembershipForm.base_fields}


class MemberForm(ChooseForm, KnownForm):
    """Somebody more in a group."""

    part = forms.ChoiceField(label=_("Part in the group"), choices=Part.choices, required=False)
    field_order = ["who", "person", "part", "since", "until", "surety", "source"]


class GroupForm(forms.Form):
    """What a group is."""

    kind = forms.ChoiceField(label=_("What holds them together?"), choices=GroupKind.choices)
    name = forms.CharField(
        label=_("A name to know it by"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        help_text=_('Without names of people: "the blue boat", not "the boat of Amina".'),
    )
    place = forms.CharField(
        label=_("Place"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        help_text=_("Where they live, stay or work, or where the journey began."),
    )
    since = _date(_("Since"))
    until = _date(_("Until"))

    def clean_kind(self) -> GroupKind:
        return GroupKind(self.cleaned_data["kind"])


class NewGroupForm(GroupForm):
    """A new group with the person of the page as its first member."""

    part = forms.ChoiceField(
        label=_("Part of this person in it"), choices=Part.choices, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["until"]

    def since_day(self) -> date | None:
        """The first day, where one was given; only after `is_valid`."""
        day: date | None = self.cleaned_data["since"]
        return day
