"""What is decided before an assessment, and when a case is looked at again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.web.cases.models import Case, LegalBasis
from sojourn.web.cases.reasons import REASONS, Feedback, Outcome
from sojourn.web.cases.rules import ASKED, How, needs_words
from sojourn.web.cases.states import Act, Phase

WORDS_AT_MOST = 2000


class StartForm(forms.Form):
    """On what the assessment rests."""

    basis = forms.ChoiceField(
        label=_("On what does this assessment rest?"),
        choices=LegalBasis.choices,
        widget=forms.RadioSelect,
    )


class ReviewForm(forms.Form):
    """The day on which somebody looks at the case again."""

    review_on = forms.DateField(
        label=_("Look at this case again on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    base = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class ActForm(forms.Form):
    """What one act with a case asks for. The rules check the values, so that all acts do."""

    def __init__(self, act: Act, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ASKED[act]:
            self.fields[name] = _FIELDS[name](act, case)

    def how(self) -> How:
        """What was filled in; only after `is_valid`."""
        return How(**self.cleaned_data)


def _reason(act: Act, case: Case) -> forms.Field:
    del case
    return forms.ChoiceField(
        label=_("Reason"), choices=REASONS[act].choices, widget=forms.RadioSelect
    )


def _words(act: Act, case: Case) -> forms.Field:
    del case
    return forms.CharField(
        label=_("Why, in a few words") if needs_words(act) else _("In a few words"),
        required=needs_words(act),
        max_length=WORDS_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Colleagues who may open this file read it, and the person may ask for it."),
    )


def _phase(act: Act, case: Case) -> forms.Field:
    del act
    others = [(value, label) for value, label in Phase.choices if value != case.phase]
    return forms.ChoiceField(label=_("New phase"), choices=others, widget=forms.RadioSelect)


def _outcome(act: Act, case: Case) -> forms.Field:
    del act, case
    return forms.ChoiceField(
        label=_("How is the person's situation now?"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
    )


def _feedback(act: Act, case: Case) -> forms.Field:
    del act, case
    return forms.ChoiceField(
        label=_("Was the person asked what they think of the help?"),
        choices=Feedback.choices,
        widget=forms.RadioSelect,
    )


def _review_on(act: Act, case: Case) -> forms.Field:
    del act, case
    return forms.DateField(
        label=_("Look at this case again on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


_FIELDS = {
    "reason": _reason,
    "words": _words,
    "phase": _phase,
    "outcome": _outcome,
    "feedback": _feedback,
    "review_on": _review_on,
}
