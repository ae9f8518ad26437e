"""How a paper is to be made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from sojourn.web.printing.papers import Kind


class PaperForm(forms.Form):
    """In which language and words, and whether it is safe to carry. Nothing is taken for safe."""

    language = forms.ChoiceField(label=_("Language of the paper"), choices=settings.LANGUAGES)
    words = forms.ChoiceField(
        label=_("How it is written"),
        choices=[
            ("plain", _("In short sentences, large, with symbols")),
            ("full", _("In full")),
        ],
        widget=forms.RadioSelect,
    )
    is_safe = forms.ChoiceField(
        label=_("Is it safe for the person to carry this paper?"),
        help_text=_("Ask who else could find it: at home, at work, on the way, at a border."),
        choices=[
            ("yes", _("Yes, the person says so")),
            ("no", _("No, or nobody can be sure")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Ask the person, then choose.")},
    )

    def __init__(self, language: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"language": language, "words": "plain"}

    def kind(self) -> Kind:
        """What was chosen; only after `is_valid`."""
        data = self.cleaned_data
        return Kind(is_plain=data["words"] == "plain", is_safe=data["is_safe"] == "yes")
