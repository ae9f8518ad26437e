"""Signed checkpoints: what another party keeps, so that the whole chain cannot be rewritten.

Whoever owns the database can change an event and compute every later hash again, or cut off the
end. A checkpoint says "event N had this hash then", signed (Ed25519) with a key that is derived
from the master key and so is not in the database. Held by somebody else, it shows both. What
happened after the newest checkpoint that somebody else holds is not covered.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import transaction

from sojourn.web.audit.models import Checkpoint, Event
from sojourn.web.vault import master_key
from sojourn.web.walls.standing import system

_log = logging.getLogger("sojourn.audit")

EVERY = 1_000
"""Events after which a checkpoint is made in the same transaction."""

_WHAT = "sojourn audit checkpoint"


class NoCheckpointError(Exception):
    """A file is no checkpoint, in words for whoever gave it."""


@dataclass(frozen=True)
class Signed:
    """What a checkpoint says, and who signed it. Keys and signatures are written in hex."""

    seq: int
    row_hash: str
    at: str
    public_key: str
    signature: str

    @property
    def statement(self) -> bytes:
        """What is signed: canonical JSON (RFC 8785)."""
        return _statement(self.seq, self.row_hash, self.at)

    @property
    def is_genuine(self) -> bool:
        """Whether the signature is that of the key named beside it."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public_key))
            key.verify(bytes.fromhex(self.signature), self.statement)
        except (InvalidSignature, ValueError):
            return False
        return True

    def text(self) -> str:
        """As a file for another party to keep. It holds nothing about anybody."""
        return json.dumps({"what": _WHAT, **asdict(self)}, indent=1) + "\n"


def read(text: str) -> Signed:
    """A checkpoint from its file. Raises NoCheckpointError."""
    try:
        found = json.loads(text)
        if found.pop("what") != _WHAT:
            raise NoCheckpointError("This is another kind of file.")
        return Signed(seq=int(found.pop("seq")), **{name: str(v) for name, v in found.items()})
    except (ValueError, TypeError, KeyError, AttributeError):
        raise NoCheckpointError("This is no checkpoint, or it is damaged.") from None


def own_key() -> str:
    """The public key of this installation; give it to those who keep checkpoints."""
    return _public(_private())


@transaction.atomic
def make() -> Signed | None:
    """Signs the newest event; None where there is none. The same event is signed once."""
    with system("signing the audit"):
        last = Event.objects.order_by("-seq").values_list("seq", "row_hash").first()
    if last is None:
        return None
    row = Checkpoint.objects.filter(seq=last[0], row_hash=last[1]).first()
    signed = of(row) if row is not None else None
    return signed if signed is not None and signed.is_genuine else sign(*last)


def sign(seq: int, row_hash: str) -> Signed:
    """Writes a checkpoint of one event, and leaves a copy where they are deposited."""
    private = _private()
    at = datetime.now(UTC).isoformat(timespec="seconds")
    signature = private.sign(_statement(seq, row_hash, at)).hex()
    signed = Signed(seq, row_hash, at, _public(private), signature)
    Checkpoint.objects.create(**asdict(signed))
    transaction.on_commit(lambda: _deposit(signed))
    return signed


def of(row: Checkpoint) -> Signed:
    """The row's content as a value."""
    return Signed(row.seq, row.row_hash, row.at, row.public_key, row.signature)


def _statement(seq: int, row_hash: str, at: str) -> bytes:
    said: dict[str, str | int] = {"what": _WHAT, "seq": seq, "row_hash": row_hash, "at": at}
    return rfc8785.dumps(said)


def _private() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(master_key().derive("audit checkpoint"))


def _public(private: Ed25519PrivateKey) -> str:
    return private.public_key().public_bytes_raw().hex()


def _deposit(signed: Signed) -> None:
    """A copy into the folder of `SOJOURN_AUDIT_DEPOSIT`, such as a share that a partner owns."""
    if not settings.AUDIT_DEPOSIT:
        return
    path = Path(settings.AUDIT_DEPOSIT) / f"sojourn-audit-{signed.seq:012}.json"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w") as file:
            file.write(signed.text())
    except FileExistsError:
        return
    except OSError as error:
        _log.warning("A checkpoint could not be deposited (%s).", error.strerror)
