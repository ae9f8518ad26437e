"""What an administrator fills in about a member."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Organisation, Scope, User
from sojourn.web.accounts.queries import managed
from sojourn.web.accounts.roles import Role


class MemberForm(forms.Form):
    """A new member with a first role; somebody known by their user name gets one role more."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"))
    username = forms.SlugField(label=_("User name"), max_length=60)
    name = forms.CharField(label=_("Name"), max_length=120)
    password = forms.CharField(
        label=_("First password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Hand it over in person, to be changed after sign-in."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    scope = forms.ChoiceField(
        label=_("Which cases"),
        choices=[(s.value, s.label) for s in (Scope.ORGANISATION, Scope.OWN_CASES, Scope.BRANCHES)],
    )
    valid_until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Leave empty if there is no end."),
    )

    def __init__(self, principal: Principal, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        field.queryset = managed(principal)
        field.empty_label = None

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username=username).exists():
            raise forms.ValidationError(_("This user name is taken. Choose another one."))
        return username

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password
