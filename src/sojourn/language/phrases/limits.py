"""What can be answered, in each language."""

from __future__ import annotations

from collections.abc import Mapping

LIMITS: Mapping[str, tuple[str, str, str, str]] = {
    "date_such_as": (
        "a date such as 2024-05-31",
        "une date telle que 2024-05-31",
        "una fecha como 2024-05-31",
        "تاريخ مثل 2024-05-31",
    ),
    "one_code": ("one of {a}", "l’un de {a}", "uno de {a}", "واحد من {a}"),
    "any_codes": (
        "any of {a}, separated by spaces",
        "un ou plusieurs de {a}, séparés par des espaces",
        "uno o varios de {a}, separados por espacios",
        "واحد أو أكثر من {a}، تفصل بينها مسافات",
    ),
    "some_codes": ("{a} and {n} more", "{a} et {n} de plus", "{a} y {n} más", "{a} و{n} أخرى"),
    "or_codes": ("{a} (or {b})", "{a} (ou {b})", "{a} (o {b})", "{a} (أو {b})"),
    "limited": ("{a}, {b}", "{a}, {b}", "{a}, {b}", "{a}، {b}"),
    "from_to": ("from {a} to {b}", "de {a} à {b}", "de {a} a {b}", "من {a} إلى {b}"),
    "at_least": ("at least {a}", "au moins {a}", "al menos {a}", "لا يقل عن {a}"),
    "at_most": ("at most {a}", "au plus {a}", "como máximo {a}", "لا يزيد على {a}"),
    "more_than": ("more than {a}", "plus de {a}", "más de {a}", "أكثر من {a}"),
    "less_than": ("less than {a}", "moins de {a}", "menos de {a}", "أقل من {a}"),
    "day_at_least": ("not before {a}", "pas avant {a}", "no antes de {a}", "ليس قبل {a}"),
    "day_at_most": ("not after {a}", "pas après {a}", "no después de {a}", "ليس بعد {a}"),
    "day_more_than": ("after {a}", "après {a}", "después de {a}", "بعد {a}"),
    "day_less_than": ("before {a}", "avant {a}", "antes de {a}", "قبل {a}"),
}
