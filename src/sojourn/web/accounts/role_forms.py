"""What a role may do and see, as it is filled in."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.framework import DataClass
from sojourn.web.accounts import role_words
from sojourn.web.accounts.models import Scope
from sojourn.web.accounts.role_actions import Wish
from sojourn.web.accounts.roles import Level, Power, Verb


class RoleForm(forms.Form):
    """Verbs, what is seen of each class, and for which cases the role is given as a rule.

    `previewed` says which entries a preview was shown of; others cannot be saved with it.
    """

    name = forms.CharField(label=_("Name of the role"), max_length=60)
    verbs = forms.MultipleChoiceField(
        label=_("What the role may do"),
        choices=[(verb.value, word) for verb, word in role_words.VERBS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    scope = forms.ChoiceField(
        label=_("Given as a rule for"),
        choices=[(s.value, s.label) for s in Scope if s is not Scope.NAMED_CASES],
        help_text=_("Offered first when the role is given. Existing roles keep their reach."),
    )
    base = forms.CharField(widget=forms.HiddenInput, required=False)
    previewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, is_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_own:
            del self.fields["name"]
        for data_class, word in role_words.CLASSES.items():
            self.fields[data_class.value] = forms.ChoiceField(
                label=str(word),
                choices=Level.choices,
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    @property
    def levels(self) -> list[forms.BoundField]:
        """The fields of the classes, for a table."""
        return [self[data_class.value] for data_class in role_words.CLASSES]

    @staticmethod
    def initial_from(power: Power, scope: str, name: str = "", base: str = "") -> dict[str, Any]:
        """What a role is now, as initial values."""
        levels = {each.value: power.level(each).value for each in DataClass}
        verbs = [verb.value for verb in power.verbs]
        return {"name": name, "base": base, "verbs": verbs, "scope": scope, **levels}

    def wish(self, code: str = "") -> Wish:
        """What was filled in; for a valid form."""
        data = self.cleaned_data
        return Wish(
            frozenset(map(Verb, data["verbs"])),
            {each: Level(data[each.value]) for each in DataClass},
            Scope(data["scope"]),
            code,
            data.get("name", ""),
            data["base"],
        )

    def digest(self) -> str:
        """Names these entries: what was previewed is what is saved."""
        entries = {name: v for name, v in self.cleaned_data.items() if name != "previewed"}
        return hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()

    @property
    def was_previewed(self) -> bool:
        """Whether a preview of just these entries was shown."""
        return bool(self.cleaned_data["previewed"] == self.digest())
