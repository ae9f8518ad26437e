"""What is filled in about planned contacts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.web.cases.forms import WORDS_AT_MOST
from sojourn.web.followup import rules
from sojourn.web.followup.actions import End
from sojourn.web.followup.models import ContactWish
from sojourn.web.followup.states import ContactAct, Kind, Outcome, Waiver, Way


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def _words(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=WORDS_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=help_text,
    )


class SinceForm(forms.Form):
    """The day from which the contacts after a return are counted."""

    since = _day(_("Day of the return"))


class DueForm(forms.Form):
    """The day of a single contact."""

    due = _day(_("Day of the contact"))


class FinishForm(forms.Form):
    """What came of a contact."""

    outcome = forms.ChoiceField(
        label=_("What came of it?"), choices=Outcome.choices, widget=forms.RadioSelect
    )
    way = forms.ChoiceField(
        label=_("How was contact made?"),
        choices=Way.choices,
        widget=forms.RadioSelect,
        required=False,
        help_text=_("Leave it open where no contact was tried because it was not safe."),
    )
    words = _words(
        _("In a few words"),
        _("Colleagues who may open this file read it, and the person may ask for it."),
    )
    again_on = _day(_("Try again on"), required=False)

    def end(self) -> End:
        """What was filled in; only after `is_valid`."""
        data = self.cleaned_data
        return End(data["outcome"], data["way"], words=data["words"], again_on=data["again_on"])


class WaiveForm(forms.Form):
    """Why a contact is not made."""

    because = forms.ChoiceField(label=_("Reason"), choices=Waiver.choices, widget=forms.RadioSelect)
    words = _words(_("In a few words"))

    def end(self) -> End:
        """What was filled in; only after `is_valid`."""
        return End(because=self.cleaned_data["because"], words=self.cleaned_data["words"])


FORMS: dict[ContactAct, type[FinishForm | WaiveForm]] = {
    ContactAct.FINISH: FinishForm,
    ContactAct.WAIVE: WaiveForm,
}


class WishForm(forms.Form):
    """How the person may be reached."""

    not_at_all = forms.BooleanField(
        label=_("The person does not want to be contacted at all"), required=False
    )
    never = forms.MultipleChoiceField(
        label=_("Never in these ways"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[choice for choice in Way.choices if choice[0] != Way.CAME],
    )
    words = _words(
        _("What makes contact safe"),
        _("For example: mornings only; say it is about the course; nobody else may know."),
    )

    @staticmethod
    def initial_from(wish: ContactWish | None, text: str) -> dict[str, object]:
        """What is known already."""
        if wish is None:
            return {}
        return {"never": wish.never, "not_at_all": wish.not_at_all, "words": text}


class DaysField(forms.CharField):
    """Numbers of days with commas between them."""

    def clean(self, value: Any) -> list[int]:
        """The days, sorted; ValidationError for other texts."""
        return rules.read_days(super().clean(value))


class ScheduleForm(forms.Form):
    """After how many days contact is made."""

    phase = DaysField(label=_("Days after the plan was carried out"), required=False)
    closure = DaysField(label=_("Days after a case was closed"), required=False)
    returned = DaysField(label=_("Days after a person returned"), required=False)

    KINDS = {"phase": Kind.PHASE, "closure": Kind.CLOSURE, "returned": Kind.RETURN}
