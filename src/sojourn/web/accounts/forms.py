"""What an administrator fills in about an invitation, and what whoever accepts it chooses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Organisation, Scope, User
from sojourn.web.accounts.queries import managed
from sojourn.web.accounts.roles import Role


class InvitationForm(forms.Form):
    """Whom to invite, and in which role."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"))
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("The link is sent there. Leave it empty to hand the link over yourself."),
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
        if not settings.MAIL:
            del self.fields["email"]


class NewcomerForm(forms.Form):
    """A user name and a password of one's own."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    username = forms.SlugField(
        label=_("User name"),
        max_length=60,
        help_text=_("You sign in with it: letters without accents, digits, - and _."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "dir": "ltr"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Twelve characters or more. Four words that do not belong together do well."),
    )
    again = forms.CharField(
        label=_("The password again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        entry = super().clean() or {}
        password, again = entry.get("password"), entry.get("again")
        if password and again and password != again:
            self.add_error("again", _("The two passwords differ. Type the same one twice."))
        elif password:
            about = User(username=entry.get("username", ""), name=entry.get("name", ""))
            try:
                validate_password(password, about)
            except forms.ValidationError as weak:
                self.add_error("password", weak)
        return entry
