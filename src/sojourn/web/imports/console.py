"""Taking people in at the command line: the screen's forms and actions, a look before writing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.datastructures import MultiValueDict

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.console import ConsoleError
from sojourn.web.accounts.roles import Verb
from sojourn.web.api.console import organisation_of, problems
from sojourn.web.imports import actions, queries
from sojourn.web.imports.columns import ANSWER
from sojourn.web.imports.forms import ColumnsForm, UploadForm
from sojourn.web.imports.models import Import, Outcome
from sojourn.web.walls.standing import standing

_OPTIONS = {
    "basis": "--agreed-on",
    "agreed_on": "--agreed-on",
    "purposes": "--purpose",
    "data_classes": "--class",
    "explained": "--explained",
    "method": "--method",
    "evidence": "--evidence",
}
_TOLD_AT_MOST = 100
_NAMED_AT_MOST = 5


@dataclass(frozen=True)
class Looked:
    """A table that was looked at: how many rows would do what, and what is wrong with which."""

    whole: Import
    counts: Mapping[str, int]
    problems: tuple[str, ...]

    @property
    def refused(self) -> int:
        return self.counts.get(Outcome.REFUSED.value, 0)


def look(
    content: bytes,
    ground: Mapping[str, object],
    mapping: Mapping[str, str],
    code: str | None,
    by: Principal,
    advance: Callable[[int], None],
) -> Looked:
    """Brings a table and looks at every row. Nothing is written about anybody.

    `mapping` says what columns are of which it cannot be guessed. ConsoleError for what is no table
    and where nothing tells who the people are.
    """
    sent = {**ground, "organisation": organisation_of(by, code, Verb.WRITE)}
    form = UploadForm(by, sent, MultiValueDict({"file": [SimpleUploadedFile("table", content)]}))
    if not form.is_valid():
        wrong = {name: list(map(str, texts)) for name, texts in form.errors.items()}
        raise ConsoleError(problems(ValidationError(wrong), _OPTIONS))
    with standing(by), transaction.atomic():
        whole = actions.upload(
            organisation=form.cleaned_data["organisation"],
            content=content,
            ground=form.ground(),
            by=by,
        )
        headings = actions.headings_of(whole)
        columns = ColumnsForm.of(headings, {**headings.mapping, **mapping})
        if not columns.is_valid():
            own = [each for each in columns.fields_of_ours if not each.startswith(ANSWER)]
            raise ConsoleError(
                f"--column: write HEADING=FIELD, with one of the fields {', '.join(own)}, or "
                f"{ANSWER}NAME with the name of a question."
            )
        actions.look_at(whole=whole, mapping=columns.mapping(), by=by, advance=advance)
        return _looked(whole)


def _looked(whole: Import) -> Looked:
    """What came of the look, in counts and in words."""
    rows = list(whole.rows.order_by("number"))
    refused = [row for row in rows if row.outcome == Outcome.REFUSED]
    same: dict[tuple[str, str], list[int]] = {}
    for number, found in actions.problems_of(whole, refused):
        for each in found:
            same.setdefault((each.column, each.text), []).append(number)
    told = [
        _rows(numbers) + (f", {column}" if column else "") + f": {text}"
        for (column, text), numbers in list(same.items())[:_TOLD_AT_MOST]
    ]
    counts = {outcome.value: n for outcome, n in actions.count(rows).items() if n}
    return Looked(whole, counts, tuple(told))


def _rows(numbers: Sequence[int]) -> str:
    """The rows that have one problem in common; many are counted."""
    first = ", ".join(map(str, numbers[:_NAMED_AT_MOST]))
    more = len(numbers) - _NAMED_AT_MOST
    rest = f" and {more} more" if more > 0 else ""
    return f"{'Row' if len(numbers) == 1 else 'Rows'} {first}{rest}"


def apply(looked: Looked, by: Principal) -> None:
    """Writes what the rows say; those with problems stay out."""
    with standing(by):
        actions.apply(whole=looked.whole, by=by)


def drop(looked: Looked, by: Principal) -> None:
    """Removes the table again."""
    with standing(by):
        actions.drop(whole=looked.whole, by=by)


def undo(import_id: UUID, by: Principal) -> int:
    """Restores what was before; how many rows stay, as somebody changed these people since.
    ConsoleError for a table that is not one's own."""
    with standing(by):
        whole = queries.mine(by).filter(pk=import_id).first()
        if whole is None:
            raise ConsoleError("There is no such import of yours. `sojourn import list` names all.")
        actions.undo(whole=whole, by=by)
        return whole.rows.filter(outcome=Outcome.KEPT).count()


def listed(by: Principal) -> list[tuple[str, str, str, int]]:
    """One's own imports, the newest first: id, when, where it stands, how many rows."""
    with standing(by):
        rows = list(queries.mine(by)[:50])
    return [
        (str(row.pk), row.made_at.isoformat(timespec="minutes"), row.state, row.rows.count())
        for row in rows
    ]
