"""What the columns of a table can be, and which a heading most likely means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from sojourn.framework import Framework
from sojourn.framework.types import Text as FreeText
from sojourn.web.people.rules import normal_name

IGNORE = ""
FIELDS: Mapping[str, object] = {
    "own": _("Name, as the person writes it"),
    "latin": _("Name in Latin letters"),
    "birth_date": _("Date of birth"),
    "language": _("Language to speak in"),
    "phone": _("Phone"),
    "document": _("Document number"),
    "outside_number": _("Number in another list"),
    "case_number": _("Case number here"),
}
HELP: Mapping[str, object] = {
    "own": _("In any script. Every new person needs one."),
    "latin": _("Leave empty if it is written that way already."),
    "birth_date": _("As year-month-day, such as 1999-03-04."),
    "language": _("A code of the list: ar, en, fr, ti and so on."),
    "phone": _("With the country code, such as +216 20 000 000."),
    "document": _("As it stands on the document."),
    "outside_number": _("Finds the person again when the next list comes."),
    "case_number": _("To add to a file that is here already, such as HA-2345-6789."),
}
_SPELLINGS: Mapping[str, str] = {
    "own": "own|name|full name|nom|nom complet|nombre|nombre completo|الاسم|name as the person "
    "writes it",
    "latin": "latin|name latin|name in latin letters|nom en lettres latines|nombre en letras "
    "latinas",
    "birth_date": "birth date|date of birth|birthdate|dob|date de naissance|fecha de nacimiento|"
    "تاريخ الميلاد",
    "language": "language|langue|idioma|lengua|اللغة|language to speak in",
    "phone": "phone|telephone|mobile|tel|telefono|الهاتف|رقم الهاتف",
    "document": "document|document number|passport|passport number|passeport|pasaporte|id number|"
    "رقم الوثيقة|جواز السفر",
    "outside_number": "outside number|external number|external id|reference|numero externe|"
    "numero externo|referencia|id|code|الرقم",
    "case_number": "case number|our number|numero de cas|numero de caso|رقم الحالة",
}
ANSWER = "answer."


def suggested(headings: Sequence[str], framework: Framework) -> dict[str, str]:
    """For each heading the field it most likely is; each field once, none for what is unclear."""
    known = {
        normal_name(spelling): name
        for name, spellings in _SPELLINGS.items()
        for spelling in spellings.split("|")
    }
    known |= {normal_name(str(label)): name for name, label in FIELDS.items()}
    asked = askable(framework)
    found: dict[str, str] = {}
    for heading in headings:
        plain = normal_name(heading.replace("_", " ").replace("-", " "))
        field = known.get(plain, IGNORE)
        question = heading.removeprefix(ANSWER)
        if not field and question in asked:
            field = ANSWER + question
        found[heading] = IGNORE if field in found.values() else field
    return found


def askable(framework: Framework) -> dict[str, str]:
    """Questions that a column can hold the answers to: no rosters, no free text, no places."""
    return {
        question.name: question.label.get("en")
        for question in framework.questions
        if question.roster is None
        and not question.of_place
        and not isinstance(question.type, FreeText)
    }
