"""What holds of an incident, as plain functions of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sojourn.web.incidents.codes import Precision

FIELDS = ("kind", "happened_on", "precision", "stage", "goes_on", "source", "wish", "where", "what")
"""What is told of an incident, in the order of the form."""


@dataclass(frozen=True)
class Account:
    """What was told of an incident. `happened_on` is None where the day is not known."""

    kind: str
    precision: str
    source: str
    wish: str
    happened_on: date | None = None
    stage: str = ""
    goes_on: bool = False
    where: str = ""
    what: str = ""

    def texts(self) -> Mapping[str, str]:
        """Each field as a text, to be compared with what somebody else wrote."""
        day = self.happened_on.isoformat() if self.happened_on else ""
        flag = "yes" if self.goes_on else ""
        plain = {name: getattr(self, name) for name in FIELDS}
        return {**plain, "happened_on": day, "goes_on": flag}


def of_texts(texts: Mapping[str, str]) -> Account:
    """The account behind such texts."""
    day = texts["happened_on"]
    return Account(
        **{
            **texts,
            "happened_on": date.fromisoformat(day) if day else None,
            "goes_on": bool(texts["goes_on"]),
        }  # type: ignore[arg-type]  # the two fields that are no texts were made above
    )


def exact(account: Account, today: date) -> Account:
    """The account with its day cut to what is known: the first of the month or of the year.

    ValidationError, by field, for a day that is missing, not needed, or still to come.
    """
    day, precision = account.happened_on, Precision(account.precision)
    if precision is Precision.UNKNOWN:
        if day is not None:
            raise ValidationError(
                {"happened_on": _("Leave the day empty, or say how exactly it is known.")}
            )
        return account
    if day is None:
        raise ValidationError({"happened_on": _("Give a day, or choose “Not known”.")})
    if day > today:
        raise ValidationError({"happened_on": _("This day is still to come.")})
    first = {
        Precision.MONTH: day.replace(day=1),
        Precision.YEAR: day.replace(month=1, day=1),
    }.get(precision, day)
    return Account(**{**account.__dict__, "happened_on": first})
