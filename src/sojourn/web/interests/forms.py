"""What is asked in a best-interests procedure."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sojourn.web.interests.actions import Told, Way
from sojourn.web.interests.codes import About, Guardian, Heard, Tier


def _words(label: Any, rows: int = 3, **more: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, required=False, max_length=10_000, widget=area, **more)


class BeginForm(forms.Form):
    """What has to be decided about the child."""

    about = forms.ChoiceField(
        label=_("What has to be decided"), choices=About.choices, widget=forms.RadioSelect
    )
    question = _words(_("The question, in a few words"))
    tier = forms.ChoiceField(
        label=_("How formal"),
        choices=Tier.choices,
        initial=Tier.ASSESSMENT,
        widget=forms.RadioSelect,
        help_text=_(
            "Living apart from parents, a dispute about custody and a lasting solution are always "
            "decided by a panel."
        ),
    )


class PrepareForm(forms.Form):
    """Who speaks for the child, whether it was heard, and why the proposed way is best."""

    guardian = forms.ChoiceField(
        label=_("Who speaks for the child"),
        required=False,
        choices=[("", _("Not known yet")), *Guardian.choices],
        widget=forms.RadioSelect,
    )
    guardian_words = _words(_("Who it is, or who does it until then"))
    heard = forms.ChoiceField(
        label=_("Was the child heard"),
        required=False,
        choices=[("", _("Not yet")), *Heard.choices],
        widget=forms.RadioSelect,
    )
    heard_words = _words(_("How, with whom, or why not"))
    because = _words(_("Why the proposed way is best for the child"), 5)
    base = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def told(self, question: str) -> Told:
        """The words that were filled in; only after `is_valid`."""
        data = self.cleaned_data
        names = ("guardian_words", "heard_words", "because")
        return Told(question=question, **{name: data[name] for name in names})


class ElementForm(forms.Form):
    """What was found about one thing."""

    text = _words(_("What was found, and from whom"), 6)


class WayForm(forms.Form):
    """One way to decide."""

    what = _words(_("What this way would be"), 2)
    speaks_for = _words(_("What speaks for it"))
    speaks_against = _words(_("What speaks against it"))

    def way(self) -> Way:
        """What was filled in; only after `is_valid`."""
        return Way(**self.cleaned_data)


class VoteForm(forms.Form):
    """What somebody thinks who was asked to look at it."""

    agrees = forms.ChoiceField(
        label=_("Is the proposed way best for the child?"),
        choices=[("yes", _("I agree")), ("no", _("I do not agree"))],
        widget=forms.RadioSelect,
    )
    words = _words(_("Why, in a few words"))
    review_on = forms.DateField(
        label=_("Look again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
