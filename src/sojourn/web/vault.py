"""Encryption of single fields.

Keys form a chain: a master key (file or environment) wraps one key per organisation, which wraps
one key per person, which seals fields. AES-256-GCM binds each value to its place
(`table.field|row id`), so a value pasted onto another row does not open. The id of the key stands
in each value, so keys can be replaced one by one. Destroying a person's key erases the person.

A sealed value: 1 byte format, 16 bytes key id, 12 bytes nonce, then ciphertext and tag.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_FORMAT = b"\x01"
_ID, _NONCE = 16, 12
BLIND_INDEX_BYTES = 8


class VaultError(Exception):
    """A value cannot be opened or a key is missing. Its text names no person and no key."""


class KeyDestroyedError(VaultError):
    """The key was destroyed on purpose: the person was erased."""


@dataclass(frozen=True)
class Key:
    """256 secret bits and the id that is written into what they seal."""

    id: uuid.UUID
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id})"

    @classmethod
    def new(cls) -> Key:
        return cls(uuid.uuid4(), secrets.token_bytes(32))

    def seal(self, plain: bytes, *, place: str) -> bytes:
        """Encrypts `plain` for one place, written `table.field|row id`."""
        nonce = secrets.token_bytes(_NONCE)
        return (
            _FORMAT
            + self.id.bytes
            + nonce
            + AESGCM(self.secret).encrypt(nonce, plain, place.encode())
        )

    def open(self, sealed: bytes, *, place: str) -> bytes:
        """The plain bytes; VaultError for another key, another place or a changed value."""
        if sealed[:1] != _FORMAT or key_id(sealed) != self.id:
            raise VaultError("This value was sealed with another key.")
        nonce, body = sealed[1 + _ID : 1 + _ID + _NONCE], sealed[1 + _ID + _NONCE :]
        try:
            return AESGCM(self.secret).decrypt(nonce, body, place.encode())
        except InvalidTag:
            raise VaultError("This value does not belong here or was changed.") from None

    def wrap(self, other: Key) -> bytes:
        """Another key, sealed with this one."""
        return self.seal(other.secret, place=f"key|{other.id}")

    def unwrap(self, sealed: bytes, *, of: uuid.UUID) -> Key:
        """The key that `wrap` sealed."""
        return Key(of, self.open(sealed, place=f"key|{of}"))

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one other purpose, from which this key cannot be found."""
        return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self.secret)

    def blind_index(self, value: str, *, field: str) -> bytes:
        """What an exact search compares. Only for values that are hard to guess (phone, document).

        Never for sex, nationality or need: how often each value occurs would reveal it.
        """
        digest = hmac.new(self.derive(f"blind|{field}"), value.encode(), hashlib.sha256).digest()
        return digest[:BLIND_INDEX_BYTES]


def key_id(sealed: bytes) -> uuid.UUID:
    """Which key a value was sealed with."""
    return uuid.UUID(bytes=sealed[1 : 1 + _ID])


def master_key() -> Key:
    """The key above all others, from `SOJOURN_MASTER_KEY` or the data folder."""
    return key_from(os.environ.get("SOJOURN_MASTER_KEY") or _read(settings.MASTER_KEY_FILE))


def key_from(text: str) -> Key:
    """A master key from how it is written. VaultError where it is none."""
    try:
        secret = base64.urlsafe_b64decode(text)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != 32:
        raise VaultError("The master key is not 32 bytes written in base64.")
    return Key(uuid.UUID(bytes=hashlib.sha256(b"id" + secret).digest()[:16]), secret)


def create_secret(path: Path) -> bool:
    """Writes a new random secret that only its owner can read; False where there is one already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() + "\n")
    return True


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        raise VaultError(
            "The master key is missing. Put it back into the data folder, or restore it from the "
            "copy you keep apart; without it no identity can be read."
        ) from None
