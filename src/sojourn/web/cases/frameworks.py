"""Which framework is used now, and the ones that earlier assessments used."""

from __future__ import annotations

import logging
from functools import lru_cache

from django.conf import settings
from django.db.models import QuerySet

from sojourn import catalogue
from sojourn.framework import Framework
from sojourn.language.build import build
from sojourn.language.sheets import SheetRow, Tables
from sojourn.web.cases.models import KeptFramework

_log = logging.getLogger("sojourn.frameworks")


def current() -> Framework:
    """The framework that new assessments use."""
    return catalogue.load(settings.FRAMEWORK)


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
