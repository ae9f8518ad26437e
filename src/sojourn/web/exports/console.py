"""Taking data out at the command line: the screen's form and actions, and a file that is new."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.console import ConsoleError
from sojourn.web.accounts.roles import Verb
from sojourn.web.api.console import organisation_of, problems
from sojourn.web.exports import actions
from sojourn.web.exports.actions import Advance
from sojourn.web.exports.forms import ExportForm
from sojourn.web.exports.models import Export
from sojourn.web.walls.standing import sent, standing

_OPTIONS = {
    "format": "--to",
    "purpose": "--purpose",
    "recipient": "--recipient",
    "country": "--country",
    "to_origin": "--to-origin",
    "words": "--why",
    "is_identified": "--named",
    "data_classes": "--class",
    "columns": "--column",
}


@contextmanager
def prepared(wanted: Mapping[str, Any], code: str | None, by: Principal) -> Iterator[Export]:
    """An export, which ends with this block: the file is there by then, or is not wanted.

    `wanted` is what the form of the screen holds. ConsoleError for what must not go out like this.
    """
    form = ExportForm(by, {**wanted, "organisation": organisation_of(by, code, Verb.EXPORT)})
    if not form.is_valid():
        wrong = {name: list(map(str, texts)) for name, texts in form.errors.items()}
        raise ConsoleError(problems(ValidationError(wrong), _OPTIONS))
    try:
        with standing(by):
            export = actions.ask(
                organisation=form.cleaned_data["organisation"], wish=form.wish(), by=by
            )
    except ValidationError as problem:
        raise ConsoleError(problems(problem, _OPTIONS)) from None
    try:
        yield export
    finally:
        with standing(by):
            actions.end(export=export, by=by)


def write(export: Export, output: Path, by: Principal, advance: Advance) -> None:
    """Writes the file, which only its owner can read. Where it fails there is none; a file that is
    there is never replaced. As ever the audit holds whose parts are in it before it leaves."""
    try:
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConsoleError(f"{output} is there already. Choose another name.") from None
    try:
        with os.fdopen(handle, "wb") as file:
            with standing(by):
                taken = actions.take(export=export, by=by, advance=advance)
            for piece in sent(by, taken.content):
                file.write(piece)
    except BaseException:
        output.unlink(missing_ok=True)
        raise
