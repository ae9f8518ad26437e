"""What an administrator fills in about an invitation, and what whoever accepts it chooses."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts import own_roles
from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.actions import Reach
from sojourn.web.accounts.areas import AREA_LENGTH, read_area
from sojourn.web.accounts.models import Organisation, Programme, Scope, Team, User
from sojourn.web.accounts.queries import managed, programmes, teams
from sojourn.web.accounts.roles import POWERS, Role, Verb


class InvitationForm(forms.Form):
    """Whom to invite, and in which role."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"))
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("The link is sent there. Leave it empty to hand the link over yourself."),
    )
    role = forms.ChoiceField(label=_("Role"))
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
        _offer_roles(self.fields["role"], principal)
        if not settings.MAIL:
            del self.fields["email"]


class GrantForm(forms.Form):
    """One more role for somebody who has an account.

    Cases are not named here: whoever sets up members sees none.
    """

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"))
    role = forms.ChoiceField(label=_("Role"))
    scope = forms.ChoiceField(
        label=_("Which cases"),
        choices=[(s.value, s.label) for s in Scope if s is not Scope.NAMED_CASES],
        initial=Scope.ORGANISATION,
    )
    team = forms.ModelChoiceField(
        Team.objects.none(),
        label=_("Team"),
        required=False,
        help_text=_("Only where the role is for the cases of a team."),
    )
    programme = forms.ModelChoiceField(
        Programme.objects.none(),
        label=_("Programme"),
        required=False,
        help_text=_("Only where the role is for the cases of a programme."),
    )
    area = forms.CharField(
        label=_("Area"),
        required=False,
        max_length=AREA_LENGTH,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_(
            "Only where the role is for the cases of an area, with all that lies in it: codes, the "
            "largest first, such as XX01/XX0102."
        ),
    )
    valid_until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The last day. Leave empty if there is no end."),
    )
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=200,
        help_text=_("For whoever asks later, such as: stands in for a colleague. No names."),
    )

    def __init__(self, principal: Principal, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisation, team = self.fields["organisation"], self.fields["team"]
        programme = self.fields["programme"]
        assert isinstance(organisation, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        assert isinstance(team, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        assert isinstance(programme, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        _offer_roles(self.fields["role"], principal)
        organisation.queryset = managed(principal)
        organisation.empty_label = None
        team.queryset = teams(principal)
        team.empty_label = _("no team")
        programme.queryset = programmes(principal).filter(is_used=True)
        programme.empty_label = _("no programme")

    def clean_area(self) -> str:
        return read_area(self.cleaned_data["area"])

    def reach(self) -> Reach:
        """Which cases the role is for; only after `is_valid`."""
        data = self.cleaned_data
        return Reach(
            Scope(data["scope"]), data["team"], programme=data["programme"], area=data["area"]
        )


def _offer_roles(field: forms.Field, principal: Principal) -> None:
    """The shipped roles and those of the organisations that this principal manages."""
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
    own = own_roles.made_of(principal.organisations(Verb.CONFIGURE))
    names = {code: made.name for (_org, code), made in own.items() if code not in POWERS}
    field.choices = [*Role.choices, *sorted(names.items(), key=lambda each: each[1])]


class TeamForm(forms.Form):
    """A new team."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"))
    name = forms.CharField(label=_("Name of the team"), max_length=120)

    def __init__(self, principal: Principal, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = managed(principal)
        field.empty_label = None


class SignInForm(LoginForm):  # type: ignore[misc]  # the library has no types
    """The library's form, in the words in which a newcomer chose the user name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        for name in ("login", "password"):
            self.fields[name].widget.attrs.pop("placeholder", None)


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
