"""Which frameworks can be used now, and the ones that earlier assessments used.

Besides the catalogue these are the workbooks and YAML files in the folder `frameworks` of the data
folder. They are read once, when the application starts.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from sojourn import catalogue
from sojourn.framework import Framework
from sojourn.language import FrameworkProblems, load_framework
from sojourn.language.build import build
from sojourn.language.sheets import SheetRow, Tables
from sojourn.web.cases.models import KeptFramework

_log = logging.getLogger("sojourn.frameworks")


FOLDER = "frameworks"
_KINDS = (".xlsx", ".yaml", ".yml")


class OwnFrameworkError(ValueError):
    """A file in the folder of own frameworks that cannot be used: which, why, and what to do."""


@cache
def own(folder: Path) -> Mapping[str, Framework]:
    """The frameworks in a folder by id, read once; none where there is no folder.

    Files whose names begin with a dot or `~` belong to other programs and are passed over. Raises
    OwnFrameworkError for the first file that cannot be used.
    """
    found: dict[str, tuple[str, Framework]] = {}
    for path in sorted(folder.glob("*")):
        if path.suffix.lower() not in _KINDS or path.name.startswith((".", "~")):
            continue
        try:
            framework = load_framework(path)
        except FrameworkProblems as problems:
            raise OwnFrameworkError(
                f"{problems}\nPut it right (`sojourn framework check {path}`), or take it out of "
                "the folder."
            ) from problems
        taken = found[framework.id][0] if framework.id in found else ""
        if framework.id in catalogue.ids():
            taken = "a framework of the catalogue"
        if taken:
            raise OwnFrameworkError(
                f"The framework {path} has the same id as {taken}: {framework.id}. Give it another "
                "`form_id` in the sheet settings."
            )
        found[framework.id] = (path.name, framework)
    return {framework_id: framework for framework_id, (_name, framework) in found.items()}


def usable() -> dict[str, Framework]:
    """Every framework that new assessments could use, by id. Raises OwnFrameworkError."""
    shipped = {framework_id: catalogue.load(framework_id) for framework_id in catalogue.ids()}
    return {**shipped, **own(settings.HOME / FOLDER)}


def current() -> Framework:
    """The framework that new assessments use. Raises OwnFrameworkError where there is none."""
    chosen: str = settings.FRAMEWORK
    if chosen in catalogue.ids():
        return catalogue.load(chosen)
    folder = settings.HOME / FOLDER
    framework = own(folder).get(chosen)
    if framework is None:
        raise OwnFrameworkError(
            f"There is no framework {chosen}, neither in the catalogue nor in {folder}. Name one "
            "by its id, the `form_id` in its sheet settings."
        )
    return framework


def keep(framework: Framework) -> KeptFramework:
    """Stores a framework's tables once, under their digest.

    Other contents under a version that was kept before are kept as well, and logged: what was
    assessed must not wait for a version to be put right.
    """
    known = KeptFramework.objects.filter(digest=framework.digest).defer("sheets").first()
    if known is not None:
        return known
    if _others(framework).exists():
        _log.warning(
            "The framework %s %s was kept before with other contents; raise its version.",
            framework.id,
            framework.version,
        )
    return KeptFramework.objects.create(
        digest=framework.digest,
        framework_id=framework.id,
        version=framework.version,
        sheets={name: [dict(row) for row in rows] for name, rows in framework.sheets.items()},
    )


def is_disputed(framework: Framework) -> bool:
    """Whether other contents were used before under this id and version."""
    return _others(framework).exists()


def _others(framework: Framework) -> QuerySet[KeptFramework]:
    same = KeptFramework.objects.filter(framework_id=framework.id, version=framework.version)
    return same.exclude(digest=framework.digest)


def by_digest(digest: str) -> Framework:
    """The exact framework an assessment used: one query at most, none for the current one."""
    now = current()
    return now if now.digest == digest else _kept(digest)


@lru_cache(maxsize=16)
def _kept(digest: str) -> Framework:
    kept = KeptFramework.objects.get(digest=digest)
    sheets = {
        name: [SheetRow(name, number, cells) for number, cells in enumerate(rows, start=2)]
        for name, rows in kept.sheets.items()
    }
    framework = build(Tables(kept.framework_id, sheets))[0]
    if framework.digest != digest:
        raise ValueError(f"the kept framework {digest} does not hold what its digest says")
    return framework
