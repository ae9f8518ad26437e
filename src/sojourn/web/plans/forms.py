"""What a plan item is about, how it ended, and a decision about a plan."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.models import Organisation
from sojourn.web.plans.actions import PERSON, End, Wish
from sojourn.web.plans.models import HORIZONS, Plan, PlanItem
from sojourn.web.plans.needs import Offer
from sojourn.web.plans.queries import doers
from sojourn.web.plans.states import EndReason, ItemAct, Outcome

NOBODY = ""
_WORDS_AT_MOST = 2000


class ItemForm(forms.Form):
    """One thing to do: about which need, what, who, by when."""

    need = forms.ChoiceField(label=_("About which need"))
    response = forms.ChoiceField(label=_("What is done"), required=False)
    goal = forms.CharField(
        label=_("What is to be reached, in the person's words"),
        required=False,
        max_length=_WORDS_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    horizon = forms.ChoiceField(
        label=_("When it helps"), choices=HORIZONS, widget=forms.RadioSelect
    )
    owner = forms.ChoiceField(label=_("Who does it"), required=False)
    owner_organisation = forms.ModelChoiceField(
        Organisation.objects.order_by("name"), label=_("For which organisation"), empty_label=None
    )
    due = forms.DateField(
        label=_("By when"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    resource = forms.ChoiceField(
        label=_("What there is to rely on"),
        required=False,
        help_text=_("Something the person has already and that helps with this."),
    )
    base = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, plan: Plan, offer: Offer, *args: Any, **kwargs: Any) -> None:
        item: PlanItem | None = kwargs.pop("item", None)
        super().__init__(*args, **kwargs)
        self._users = {str(user.pk): user for user in doers(plan.case)}
        self._choose("need", [(each.name, each.label) for each in offer.needs], item)
        none = (NOBODY, _("Something else"))
        self._choose("response", [none, *((e.name, e.label) for e in offer.responses)], item)
        nothing = (NOBODY, _("Nothing named"))
        self._choose("resource", [nothing, *((e.name, e.label) for e in offer.resources)], item)
        names = [(pk, user.name) for pk, user in self._users.items()]
        owners = [(NOBODY, _("Nobody named yet")), (PERSON, _("The person themself")), *names]
        self._choose("owner", owners, None)

    def wish(self) -> Wish:
        """What was filled in; only after `is_valid`."""
        data = self.cleaned_data
        owner = data["owner"]
        return Wish(
            need=data["need"],
            response=data["response"],
            resource=data["resource"],
            goal=data["goal"].strip(),
            horizon=data["horizon"],
            due=data["due"],
            owner_organisation=data["owner_organisation"],
            owner=self._users.get(owner),
            by_person=owner == PERSON,
        )

    def _choose(self, name: str, choices: list[tuple[str, Any]], item: PlanItem | None) -> None:
        """Sets the choices; what an item names already stays possible."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        now = getattr(item, name, "") if item is not None else ""
        if now and now not in {value for value, _label in choices}:
            choices = [*choices, (now, _("As it is now"))]
        field.choices = choices


def initial_of(item: PlanItem, goal: str) -> dict[str, object]:
    """What the form shows of an item."""
    owner = PERSON if item.by_person else str(item.owner_id or NOBODY)
    return {
        "need": item.need,
        "response": item.response,
        "resource": item.resource,
        "goal": goal,
        "horizon": item.horizon,
        "owner": owner,
        "owner_organisation": item.owner_organisation_id,
        "due": item.due,
        "base": item.row_version,
    }


class EndForm(forms.Form):
    """What an act with an item asks for. The actions check the values."""

    def __init__(self, act: ItemAct, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if act is ItemAct.FINISH:
            self.fields["outcome"] = forms.ChoiceField(
                label=_("Did it help, as the person sees it?"),
                choices=Outcome.choices,
                widget=forms.RadioSelect,
            )
        if act in (ItemAct.FAIL, ItemAct.DROP):
            self.fields["reason"] = forms.ChoiceField(
                label=_("Reason"), choices=EndReason.choices, widget=forms.RadioSelect
            )
        self.fields["words"] = forms.CharField(
            label=_("In a few words"),
            required=False,
            max_length=_WORDS_AT_MOST,
            widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        )

    def end(self) -> End:
        """What was filled in; only after `is_valid`."""
        return End(**self.cleaned_data)


class DecisionForm(forms.Form):
    """Whether a plan is approved as it is."""

    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=[("approve", _("I approve this plan")), ("reject", _("Something has to change"))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("In a few words"),
        required=False,
        max_length=_WORDS_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Whoever asked reads it."),
    )
