"""What an administrator fills in about a programme and what it asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Organisation, Programme
from sojourn.web.accounts.queries import managed
from sojourn.web.programmes.gates import MOST_NEEDED, RULES, Gate, Setting, Settings

_CODE_HELP = _("Short, for tables and programs: letters without accents, digits, - and _.")


class ProgrammeForm(forms.Form):
    """A new programme."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None
    )
    name = forms.CharField(label=_("Name of the programme"), max_length=120)
    code = forms.SlugField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_CODE_HELP,
    )

    def __init__(self, principal: Principal, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        field.queryset = managed(principal)


class GatesForm(forms.Form):
    """Which gates count, and how many people approve a plan."""

    def __init__(self, *args: Any, settings: Settings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for gate, rule in RULES.items():
            now = settings.get(gate, Setting())
            label = _("%(before)s: %(what)s") % {"before": rule.before.label, "what": gate.label}
            self.fields[gate.value] = forms.BooleanField(
                label=label, required=False, initial=now.is_on
            )
            if rule.counted:
                self.fields[f"{gate.value}_needed"] = forms.IntegerField(
                    label=_("How many people have to approve it"),
                    min_value=1,
                    max_value=MOST_NEEDED,
                    initial=now.needed,
                )

    def gates(self) -> dict[Gate, Setting]:
        """What was filled in; only after `is_valid`."""
        data = self.cleaned_data
        return {
            gate: Setting(data[gate.value], data.get(f"{gate.value}_needed", 1)) for gate in RULES
        }


class ChangeForm(GatesForm):
    """A programme as it is: its name, whether it is used, and its gates."""

    name = forms.CharField(label=_("Name of the programme"), max_length=120)
    code = forms.SlugField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_CODE_HELP,
    )
    is_used = forms.BooleanField(
        label=_("In use: new cases and roles can belong to it"), required=False
    )

    def __init__(self, programme: Programme, *args: Any, **kwargs: Any) -> None:
        usual = {name: getattr(programme, name) for name in ("name", "code", "is_used")}
        super().__init__(*args, initial=usual, **kwargs)
