"""The plain-language texts of papers: short sentences, each with a symbol. People wrote them and
people translate them; nothing shortens them by machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from sojourn.web.printing.papers import Line


def _texts(*pairs: tuple[str, str]) -> tuple[Line, ...]:
    from sojourn.web.printing.papers import Line

    return tuple(Line(text, symbol=symbol) for symbol, text in pairs)


def _consent() -> tuple[Line, ...]:
    return _texts(
        ("talk", _("We ask you about your life. Then we look for help with you.")),
        ("ask", _("You choose what you tell us. You can say: I do not want to answer.")),
        ("lock", _("Your name is locked away.")),
        ("eye", _("Only people you choose can see what you tell us.")),
        ("no", _("You can say no. You can stop at any time. You still get help.")),
        ("ask", _("You can ask what we wrote. You can ask who saw it.")),
        (
            "clock",
            _("Is a life or a child in danger? Then two of us may act at once. We tell you."),
        ),
    )


def _plan() -> tuple[Line, ...]:
    return _texts(
        ("talk", _("We made this plan with you.")),
        ("no", _("You can say no to each thing.")),
        ("ask", _("Did something change? Tell us. Then we change the plan.")),
    )


Texts = Callable[[], "tuple[Line, ...]"]
CONSENT: Texts = _consent
PLAN: Texts = _plan
