"""Which frameworks there are, and the versions that assessments used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404

from sojourn.framework import Framework
from sojourn.web.cases import frameworks
from sojourn.web.cases.models import KeptFramework


@dataclass(frozen=True)
class Version:
    """One content of a framework. `used_since` is None where no assessment has used it.

    `is_disputed`: other contents bear the same version.
    """

    framework_id: str
    version: str
    digest: str
    used_since: datetime | None
    is_current: bool
    is_disputed: bool = False

    @property
    def short_digest(self) -> str:
        return self.digest[:12]


def shipped() -> dict[str, Framework]:
    """The frameworks that can be used now, by id."""
    now = frameworks.current()
    return {**frameworks.usable(), now.id: now}


def newest() -> list[Framework]:
    """The newest version of every framework that can be used or was used."""
    found = shipped()
    kept = KeptFramework.objects.defer("sheets").order_by("framework_id", "-kept_at")
    for row in kept:
        if row.framework_id not in found:
            found[row.framework_id] = frameworks.by_digest(row.digest)
    return sorted(found.values(), key=lambda framework: framework.id)


def versions(framework_id: str) -> list[Version]:
    """Every known content of a framework, the newest first; Http404 where there is none."""
    now = shipped().get(framework_id)
    kept = {
        row.digest: row
        for row in KeptFramework.objects.filter(framework_id=framework_id)
        .defer("sheets")
        .order_by("-kept_at")
    }
    rows = [(now.version, now.digest)] if now is not None else []
    rows += [
        (row.version, row.digest) for row in kept.values() if (row.version, row.digest) not in rows
    ]
    if not rows:
        raise Http404
    numbers = [version for version, _digest in rows]
    return [
        Version(
            framework_id,
            version,
            digest,
            kept[digest].kept_at if digest in kept else None,
            is_current=now is not None and digest == now.digest,
            is_disputed=numbers.count(version) > 1,
        )
        for version, digest in rows
    ]


def content(version: Version) -> Framework:
    """The framework with exactly these contents."""
    now = shipped().get(version.framework_id)
    if now is not None and now.digest == version.digest:
        return now
    return frameworks.by_digest(version.digest)
