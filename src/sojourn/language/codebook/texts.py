"""Texts of a framework in a codebook, and how a reader sees that one is not translated."""

from __future__ import annotations

from sojourn.framework.model import Framework, Text
from sojourn.language.figures import isolated, plain
from sojourn.language.phrases import phrase


def shown(framework: Framework, text: Text, language: str, otherwise: str = "") -> str:
    """A text in the wanted language; one in another language has its name in brackets after it."""
    found = text.language(language)
    said = plain(text.get(language)) or otherwise
    return _marked(framework, said, found, language)


def written(framework: Framework, text: str, language: str) -> str:
    """A text that a framework holds in the language it was written in, with that in brackets."""
    return _marked(framework, text, framework.default_language, language)


def _marked(framework: Framework, said: str, found: str, language: str) -> str:
    here = isolated(said, language)
    if not said or found in ("", language):
        return here
    name = isolated(framework.languages.get(found, found), language)
    return phrase("other_language", language, a=here, b=name)
