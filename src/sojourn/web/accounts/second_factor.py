"""The second factor: who has one, who must have one, and how its secrets are kept."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sojourn.web.accounts import lockout
from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import User
from sojourn.web.accounts.roles import SENSITIVE, Verb
from sojourn.web.vault import Key, master_key

_PLACE = "mfa_authenticator.data|secret"
_SEALED = {"secret", "seed"}
"""What the library gives to `Adapter.encrypt`, by its name in a row's data."""

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second factor. Recovery codes alone do not: they replace one that was lost."""


def reads_sensitive(principal: Principal) -> bool:
    """Whether any grant in force opens one of the classes that hurt most when they leak."""
    return any(
        Verb.READ in grant.power.verbs and grant.power.classes & SENSITIVE
        for grant in principal.grants
    )


def makes_members(principal: Principal) -> bool:
    """Whether this principal invites others: the way to a role for somebody without one."""
    return principal.may(Verb.CONFIGURE)


def reads_the_audit(principal: Principal) -> bool:
    """Whether this principal sees who did what with whose file, which tells who is on file."""
    return principal.may(Verb.AUDIT)


def needs_second_factor(principal: Principal) -> bool:
    """Whether a password alone is too little for what these grants open."""
    return reads_sensitive(principal) or makes_members(principal) or reads_the_audit(principal)


def has_second_factor(user: User) -> bool:
    """Whether this user has a passkey or an app with codes."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def must_set_up(user: User, principal: Principal) -> bool:
    """Whether this user can go nowhere before a second factor is set up."""
    return (
        settings.SECOND_FACTOR_FORCED
        and needs_second_factor(principal)
        and not has_second_factor(user)
    )


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    """Secrets are sealed with the master key, so a copy of the database signs nobody in."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "This was not accepted. Codes change every half minute: wait for the next one and try "
            "again."
        ),
        "cannot_generate_recovery_codes": gettext_lazy(
            "Set up a passkey or an app first; recovery codes stand in for those."
        ),
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(master_key().seal(text.encode(), place=_PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return master_key().open(base64.b64decode(encrypted_text), place=_PLACE).decode()

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002 - the library's name
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}


def reseal(old: Key, new: Key) -> int:
    """Seals the secrets of all apps and recovery codes with another master key; how many.

    Call it inside the transaction that changes keys. VaultError where one cannot be opened.
    """
    rows = list(Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN))
    for row in rows:
        for name in _SEALED & row.data.keys():
            plain = old.open(base64.b64decode(row.data[name]), place=_PLACE)
            row.data[name] = base64.b64encode(new.seal(plain, place=_PLACE)).decode()
        row.save(update_fields=["data"])
    return len(rows)


def _label_code(form: forms.Form) -> None:
    field = form.fields["code"]
    field.label = _("Code")
    field.widget.attrs.update(
        {"placeholder": "", "autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}
    )


class _Counted:
    """Wrong codes count as wrong passwords do, or six digits would be guessed in a day."""

    user: User

    def clean_code(self) -> str:
        if lockout.rests(self.user.username, context.request):
            raise get_account_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()  # type: ignore[misc]  # the library's form comes next
        return code


class CodeForm(_Counted, AuthenticateForm):  # type: ignore[misc]  # the library has no types
    """A code at sign-in: from the app, or one of the recovery codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label_code(self)


class CodeAgainForm(_Counted, ReauthenticateForm):  # type: ignore[misc]  # the library has no types
    """A code before something that is protected further."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label_code(self)


class FirstCodeForm(ActivateTOTPForm):  # type: ignore[misc]  # the library has no types
    """The first code of a new app shows that app and account agree."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label_code(self)
        self.fields["code"].help_text = _("The six digits that the app shows now.")

    @property
    def secret_in_fours(self) -> str:
        """The key as people copy it without losing their place."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


_MADE_UP = (LookupError, TypeError, ValueError, AttributeError, InvalidSignature, struct.error)
"""What the libraries raise over a credential that no browser has made, or that somebody changed."""


@contextmanager
def _refusing_what_is_made_up() -> Iterator[None]:
    try:
        yield
    except _MADE_UP as error:
        raise Adapter().validation_error("incorrect_code") from error


class PasskeySignInForm(LoginWebAuthnForm):  # type: ignore[misc]  # the library has no types
    """A passkey in place of name and password."""

    def clean_credential(self) -> Authenticator:
        with _refusing_what_is_made_up():
            return super().clean_credential()


class PasskeyNextForm(AuthenticateWebAuthnForm):  # type: ignore[misc]  # the library has no types
    """A passkey after the password."""

    def clean_credential(self) -> Authenticator:
        with _refusing_what_is_made_up():
            return super().clean_credential()


class PasskeyAgainForm(ReauthenticateWebAuthnForm):  # type: ignore[misc]  # the library has no types
    """A passkey before something that is protected further."""

    def clean_credential(self) -> Authenticator:
        with _refusing_what_is_made_up():
            return super().clean_credential()


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # the library has no types
    """A new passkey and the name by which its owner will know it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of this passkey")
        self.fields["name"].max_length = 60
        self.fields["name"].widget.attrs["maxlength"] = 60
        self.fields["name"].help_text = _("So that you know it again, such as “work phone”.")
        alone = self.fields["passwordless"]
        alone.label = _("Sign in with this passkey alone, without a password")
        alone.help_text = _(
            "It then asks for your finger, your face or its PIN. Some older keys cannot do this."
        )
        alone.initial = True

    def clean(self) -> dict[str, Any]:
        with _refusing_what_is_made_up():
            cleaned: dict[str, Any] = super().clean()
        return cleaned
