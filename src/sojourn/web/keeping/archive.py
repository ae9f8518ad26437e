"""The encrypted archive of a backup.

A tar file with a manifest first, compressed, and encrypted to a public key in the age format, which
the `age` program opens too. The server needs only the public half: whoever takes the server cannot
read its old backups. The master key is never in an archive.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pyrage

MANIFEST = "manifest.json"
FORMAT = 1


class ArchiveError(Exception):
    """Why an archive cannot be written or read, in words for whoever looks after the server."""


@dataclass(frozen=True)
class Manifest:
    """What an archive holds. `members` gives each file's SHA-256; nothing here is about people.

    `events` and `last_hash` are where the audit chain stood.
    """

    format: int
    sojourn: str
    made_at: str
    database: str
    events: int
    last_hash: str
    members: Mapping[str, str]


def new_key() -> tuple[str, str]:
    """A new pair of keys as text: the secret one, and the public one to encrypt to."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder, by its path there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _digest(path) for path in files}


def write(folder: Path, manifest: Manifest, output: Path, recipient: str) -> None:
    """Packs a folder into `output`, which is whole or not there. Raises ArchiveError."""
    try:
        to = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise ArchiveError(
            "This is no public key of an archive; it begins with age1. "
            "`sojourn keys new-backup-key` makes one."
        ) from None
    if output.exists():
        raise ArchiveError(f"{output} is there already; choose another name.")
    hidden = output.with_name(f".{output.name}.part")
    packed = folder.with_name(folder.name + ".tar.gz")
    try:
        _pack(folder, manifest, packed)
        with packed.open("rb") as plain, hidden.open("xb") as sealed:
            pyrage.encrypt_io(plain, sealed, [to])
            sealed.flush()
            os.fsync(sealed.fileno())
        hidden.rename(output)
    except FileExistsError:
        raise ArchiveError(f"Another backup is writing {output} just now.") from None
    except (OSError, pyrage.EncryptError) as error:
        hidden.unlink(missing_ok=True)
        full = "[Errno 28]" in str(error)
        why = "no space is left on the disk" if full else getattr(error, "strerror", "it failed")
        raise ArchiveError(f"The archive could not be written: {why}.") from None
    finally:
        packed.unlink(missing_ok=True)


@contextmanager
def opened(archive: Path, key_file: Path, beside: Path) -> Iterator[tuple[Path, Manifest]]:
    """The contents in a folder below `beside`, checked against the manifest; gone afterwards.

    Raises ArchiveError.
    """
    identity = _identity(key_file)
    with tempfile.TemporaryDirectory(prefix=".unpacked-", dir=beside) as name:
        folder, packed = Path(name) / "contents", Path(name) / "packed.tar.gz"
        try:
            with archive.open("rb") as sealed, packed.open("xb") as plain:
                pyrage.decrypt_io(sealed, plain, [identity])
        except pyrage.DecryptError:
            raise ArchiveError(
                f"{archive.name} cannot be opened with this key, or it is damaged."
            ) from None
        except OSError as error:  # one without a number means a block that was changed
            why = f"cannot be read: {error.strerror}" if error.errno else "is damaged"
            raise ArchiveError(f"{archive.name} {why}.") from None
        manifest = _unpack(packed, folder, archive.name)
        packed.unlink()
        yield folder, manifest


def _pack(folder: Path, manifest: Manifest, packed: Path) -> None:
    about = folder / MANIFEST
    about.write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    with tarfile.open(packed, "w:gz", compresslevel=6) as tar:
        tar.add(about, MANIFEST)
        for name in manifest.members:
            tar.add(folder / name, name)


def _unpack(packed: Path, folder: Path, shown: str) -> Manifest:
    try:
        with tarfile.open(packed) as tar:
            tar.extractall(folder, filter="data")
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if said.get("format") != FORMAT:
            raise ArchiveError(f"{shown} was written by another version of Sojourn.")
        manifest = Manifest(**said)
        (folder / MANIFEST).unlink()
    except (tarfile.TarError, ValueError, TypeError, KeyError, EOFError, FileNotFoundError):
        raise ArchiveError(f"{shown} is no backup of Sojourn, or it is damaged.") from None
    if digests(folder) != dict(manifest.members):
        raise ArchiveError(f"{shown} does not hold what its list of contents says.")
    return manifest


def _identity(key_file: Path) -> pyrage.x25519.Identity:
    text = key_file.read_text(encoding="ascii", errors="replace")
    lines = [line.strip() for line in text.splitlines()]
    secret = next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), "")
    try:
        return pyrage.x25519.Identity.from_str(secret)
    except pyrage.IdentityError:
        raise ArchiveError(
            f"{key_file.name} holds no key of a backup; the right file has a line that begins "
            "with AGE-SECRET-KEY-."
        ) from None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
