"""The arithmetic of the chain: what is hashed, and how.

Each row's hash covers the canonical JSON (RFC 8785) of all its fields and the hash before it. A
changed row is found; so is one that was taken out of the middle. Whoever can rewrite the whole
table can recompute the chain, and a cut-off tail is not seen: only a hash kept elsewhere shows
that, which is why `verify` prints the last one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import rfc8785

GENESIS = "0" * 64
"""What the first row has in place of a hash before it."""

FIELDS = (
    "seq",
    "at",
    "actor_id",
    "actor_name",
    "organisation_id",
    "grant_id",
    "purpose",
    "verb",
    "object_type",
    "object_id",
    "case_id",
    "person_id",
    "classes_shown",
    "fields_changed",
    "result_count",
    "ids_digest",
    "channel",
    "request_id",
    "reason",
    "prev_hash",
)
_IDS = ("organisation_id", "case_id", "person_id")


def row_hash(row: Mapping[str, Any]) -> str:
    """The hash of one row, `prev_hash` included."""
    content = {name: row[name] for name in FIELDS}
    for name in _IDS:
        content[name] = None if content[name] is None else str(content[name])
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def ids_digest(ids: Iterable[tuple[str, str]]) -> str:
    """The hash of (object, person) pairs, in whatever order they come; empty for none."""
    pairs = sorted(ids)
    return (
        hashlib.sha256(rfc8785.dumps([list(pair) for pair in pairs])).hexdigest() if pairs else ""
    )
