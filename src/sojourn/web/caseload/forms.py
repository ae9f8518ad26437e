"""How the list is narrowed, how a filter is named, and to whom cases go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.framework import Stage
from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Programme, Team, User
from sojourn.web.caseload import queries
from sojourn.web.caseload.handing import Terms
from sojourn.web.caseload.models import Why
from sojourn.web.caseload.rules import EVERY, ME, NOBODY, WORKED_ON, Filters, Mark, Sort
from sojourn.web.cases.states import CaseState, Phase
from sojourn.web.cases.words import STAGES

ANY = ("", _("Any"))
STATES = [
    (WORKED_ON, _("Being worked on")),
    *((state, state.label.capitalize()) for state in CaseState),
    (EVERY, _("All")),
]
KEEP = "keep"


class FilterForm(forms.Form):
    """How the list is narrowed. Nothing in it is required, and nothing in it is personal."""

    state = forms.ChoiceField(label=_("State"), required=False)
    phase = forms.ChoiceField(label=_("Phase"), required=False, choices=[ANY, *Phase.choices])
    who = forms.ChoiceField(label=_("Case worker"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)
    programme = forms.ChoiceField(label=_("Programme"), required=False)
    stage = forms.ChoiceField(label=_("Stage of the journey"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=Sort.choices)
    marks = forms.MultipleChoiceField(
        label=_("Only cases in which"),
        required=False,
        choices=Mark.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        filters: Filters,
        users: Iterable[User],
        teams: Iterable[Team],
        programmes: Iterable[Programme],
    ) -> None:
        initial = {
            name: getattr(filters, name)
            for name in ("state", "phase", "who", "team", "programme", "stage")
        }
        super().__init__(initial={**initial, "marks": sorted(filters.marks), "sort": filters.sort})
        self.use_required_attribute = False
        self._choose("state", STATES)
        people = [(str(user.pk), user.name) for user in users]
        self._choose("who", [ANY, (ME, _("Me")), (NOBODY, _("Nobody")), *people])
        named = [(str(team.pk), team.name) for team in teams]
        self._choose("team", [ANY, (NOBODY, _("No team")), *named])
        known = [(str(each.pk), each.name) for each in programmes]
        self._choose("programme", [ANY, (NOBODY, _("No programme")), *known])
        self._choose("stage", [ANY, *((stage.value, STAGES[stage]) for stage in Stage)])
        if not named:
            del self.fields["team"]
        if not known:
            del self.fields["programme"]

    def _choose(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = choices


class KeepForm(forms.Form):
    """A name for a filter, and with whom it is shared."""

    name = forms.CharField(
        label=_("Name of the filter"),
        max_length=60,
        help_text=_("Name what it is for, never a person."),
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Share with the team"), required=False, empty_label=_("Nobody")
    )

    def __init__(self, principal: Principal, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["team"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        field.queryset = queries.teams(principal)


class NameForm(forms.Form):
    """Another name for a filter."""

    name = forms.CharField(label=_("Name of the filter"), max_length=60)


class HandOverForm(forms.Form):
    """To whom cases go, and why. One case goes to one person, a caseload to one or several."""

    to = forms.MultipleChoiceField(label=_("To whom"), widget=forms.CheckboxSelectMultiple)
    reason = forms.ChoiceField(
        label=_("Reason"),
        widget=forms.RadioSelect,
        choices=[choice for choice in Why.choices if choice[0] != Why.HANDED_BACK],
        help_text=_("Whoever takes the cases reads it. It stays in the history of each case."),
    )
    team = forms.ChoiceField(label=_("Team of the cases then"), required=False)

    def __init__(
        self,
        takers: Iterable[tuple[User, int]],
        teams: Iterable[Team],
        *args: Any,
        single: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        known = list(takers)
        self._takers = {str(user.pk): user for user, _carried in known}
        self._teams = {str(team.pk): team for team in teams}
        choices = [(str(user.pk), _carries(user, carried)) for user, carried in known]
        if single:
            self.fields["to"] = forms.ChoiceField(
                label=_("To whom"), widget=forms.RadioSelect, choices=choices
            )
        else:
            self._choose("to", choices)
        self._choose(
            "team",
            [(KEEP, _("As it is")), (NOBODY, _("No team"))]
            + [(number, team.name) for number, team in self._teams.items()],
        )
        self.fields["team"].initial = KEEP
        if not self._teams:
            del self.fields["team"]

    def takers(self) -> list[User]:
        """Who was chosen; only after `is_valid`."""
        chosen = self.cleaned_data["to"]
        return [self._takers[each] for each in ([chosen] if isinstance(chosen, str) else chosen)]

    def terms(self) -> Terms:
        """Why, and to which team; only after `is_valid`."""
        team = self.cleaned_data.get("team") or KEEP
        return Terms(self.cleaned_data["reason"], self._teams.get(team), team == KEEP)

    def _choose(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = choices


def _carries(user: User, carried: int) -> object:
    return _("%(name)s (%(n)s cases now)") % {"name": user.name, "n": carried}
