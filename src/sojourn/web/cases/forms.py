"""What is decided before an assessment, and when a case is looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.areas import AREA_LENGTH, read_area
from sojourn.web.accounts.models import Programme
from sojourn.web.cases.belonging import Belongs
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


class BelongingForm(forms.Form):
    """To which programme and area a case belongs. The programme it is in stays possible, also
    where it is not used any more."""

    programme = forms.ModelChoiceField(
        Programme.objects.none(), label=_("Programme"), required=False, empty_label=_("None")
    )
    area = forms.CharField(
        label=_("Area"),
        required=False,
        max_length=AREA_LENGTH,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_("Codes of areas, the largest first, such as XX01/XX0102."),
    )

    def __init__(self, organisation_id: UUID, *args: Any, now: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["programme"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        field.queryset = Programme.objects.filter(
            Q(is_used=True) | Q(pk=now), organisation=organisation_id
        ).order_by("name", "pk")

    def clean_area(self) -> str:
        return read_area(self.cleaned_data["area"])

    def belongs(self) -> Belongs:
        """What was chosen; only after `is_valid`."""
        return Belongs(self.cleaned_data["programme"], self.cleaned_data["area"])


class ActForm(forms.Form):
    """What one act with a case asks for. The rules check the values, so that all acts do.

    `others` are the cases that a closure as a duplicate may name.
    """

    def __init__(
        self, act: Act, case: Case, *args: Any, others: Sequence[Case] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in ASKED[act]:
            self.fields[name] = _FIELDS[name](act, case)
        if "duplicate_of" in self.fields:
            self._offer(others)

    def how(self) -> How:
        """What was filled in; only after `is_valid`."""
        return How(**self.cleaned_data)

    def _offer(self, others: Sequence[Case]) -> None:
        """Names the other cases. Where there is none, the reason that needs one says what to do."""
        field = self.fields["duplicate_of"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [
            ("", _("None")),
            *(
                (str(each.pk), f"{each.person.number}, {each.get_state_display()}")
                for each in others
            ),
        ]
        if not others:
            field.help_text = _(
                "No other case of the person is known to you. Where they are on file twice, link "
                "the two files first."
            )


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


def _duplicate_of(act: Act, case: Case) -> forms.Field:
    del act, case
    return forms.TypedChoiceField(
        label=_("If there is another case about the same person: which one"),
        required=False,
        coerce=UUID,
        empty_value=None,
        help_text=_("Each of the two cases then shows the other. Opening this one again ends it."),
    )


def _moved_to(act: Act, case: Case) -> forms.Field:
    del act, case
    return forms.CharField(
        label=_("If the person moved, or another organisation took over: where to"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        help_text=_("The organisation or the kind of place. No names of people and no address."),
    )


_FIELDS = {
    "reason": _reason,
    "duplicate_of": _duplicate_of,
    "moved_to": _moved_to,
    "words": _words,
    "phase": _phase,
    "outcome": _outcome,
    "feedback": _feedback,
    "review_on": _review_on,
}
