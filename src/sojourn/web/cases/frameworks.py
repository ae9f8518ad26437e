"""Which framework is used now, and the ones that earlier assessments used."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from sojourn import catalogue
from sojourn.framework import Framework
from sojourn.language.build import build
from sojourn.language.sheets import SheetRow, Tables
from sojourn.web.cases.models import KeptFramework


def current() -> Framework:
    """The framework that new assessments use."""
    return catalogue.load(settings.FRAMEWORK)


def keep(framework: Framework) -> KeptFramework:
    """Stores a framework's tables once, under their digest."""
    known = KeptFramework.objects.filter(digest=framework.digest).defer("sheets").first()
    return known or KeptFramework.objects.create(
        digest=framework.digest,
        framework_id=framework.id,
        version=framework.version,
        sheets={name: [dict(row) for row in rows] for name, rows in framework.sheets.items()},
    )


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
    return build(Tables(kept.framework_id, sheets))[0]
