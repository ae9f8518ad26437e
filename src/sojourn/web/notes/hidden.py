"""Takes out of a picture what it says beside the picture: place, time, camera, names.

Nothing is drawn anew: the parts that hold the picture are copied byte for byte, so a photographed
document stays as sharp as it was. Which way up a photograph is held is kept. What stands behind
the end of a picture, such as a second one for a motion photo, is cut off.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType


class DamagedError(Exception):
    """A picture that cannot be taken apart, so that nobody could say what it still holds."""


def without_hidden(content: bytes, kind: str) -> bytes:
    """The same picture without what is hidden in it; other kinds of file as they are.

    Raises DamagedError where something that may be hidden would stay.
    """
    strip = _STRIP.get(kind)
    if strip is None:
        return content
    try:
        found = strip(content)
    except (struct.error, IndexError, ValueError) as error:
        raise DamagedError(str(error)) from None
    if any(sign in found.replace(_UPRIGHT_HEAD, b"", 1) for sign in _SIGNS):
        raise DamagedError("something is still hidden")
    return found


_EXIF, _XMP = b"Exif\x00\x00", b"http://ns.adobe.com/x"
_SIGNS = (_EXIF, _XMP)
_ORIENTATION = 0x0112
_UPRIGHT_HEAD = b"\xff\xe1\x00\x22" + _EXIF + b"MM\x00\x2a\x00\x00\x00\x08\x00\x01"

_KEPT_APPS = frozenset({0xE0, 0xE2, 0xEE})
"""Sizes, colours (ICC) and how colours are written; every other application segment goes."""
_COMMENT, _SCAN, _END = 0xFE, 0xDA, 0xD9


def _jpeg(content: bytes) -> bytes:
    kept, at = [content[:2]], 2
    turned = 1
    while True:
        if content[at] != 0xFF:
            raise ValueError("no marker")
        marker = content[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == _END:
            return b"".join([kept[0], _upright(turned), *kept[1:], content[at : at + 2]])
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(content):
            raise ValueError("a segment is longer than the file")
        body = content[at + 4 : end]
        is_app = 0xE0 <= marker <= 0xEF
        if marker == 0xE1 and body.startswith(_EXIF):
            turned = _turned(body[len(_EXIF) :])
        if (is_app and (marker not in _KEPT_APPS or body.startswith(b"MPF"))) or marker == _COMMENT:
            at = end
            continue
        if marker == _SCAN:
            end = _end_of_scan(content, end)
        kept.append(content[at:end])
        at = end


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the picture's own bytes end: at the next marker that is neither filling nor restart."""
    while True:
        at = content.index(b"\xff", at)
        following = content[at + 1]
        if following != 0x00 and not 0xD0 <= following <= 0xD7:
            return at
        at += 2


def _turned(tiff: bytes) -> int:
    """Which way up a photograph is held, 1 where nothing sensible is said."""
    order = {b"MM": ">", b"II": "<"}.get(tiff[:2])
    try:
        if order is None:
            return 1
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(count):
            tag, _kind, _n, value = struct.unpack_from(
                f"{order}HHIH", tiff, first + 2 + 12 * number
            )
            if tag == _ORIENTATION:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _upright(turned: int) -> bytes:
    """A segment that says which way up and nothing else; nothing for a photograph held as usual."""
    if turned == 1:
        return b""
    return _UPRIGHT_HEAD + struct.pack(">HHIHHI", _ORIENTATION, 3, 1, turned, 0, 0)


_PNG_HEAD = 8
_PNG_HIDDEN = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})


def _png(content: bytes) -> bytes:
    kept, at = [content[:_PNG_HEAD]], _PNG_HEAD
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        name, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content):
            raise ValueError("a chunk is longer than the file")
        if name not in _PNG_HIDDEN:
            kept.append(content[at:end])
        at = end
        if name == b"IEND":
            break
    return b"".join(kept)


_WEBP_HIDDEN = frozenset({b"EXIF", b"XMP "})
_WEBP_FLAGS = 0x08 | 0x04
"""The bits that say that there is EXIF and XMP."""


def _webp(content: bytes) -> bytes:
    chunks = b"".join(_webp_chunks(content))
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def _webp_chunks(content: bytes) -> Iterator[bytes]:
    (size,) = struct.unpack_from("<I", content, 4)
    at, last = 12, min(len(content), 8 + size)
    while at + 8 <= last:
        name = content[at : at + 4]
        (length,) = struct.unpack_from("<I", content, at + 4)
        end = at + 8 + length + length % 2
        if at + 8 + length > len(content):
            raise ValueError("a chunk is longer than the file")
        chunk = content[at:end]
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_FLAGS]) + chunk[9:]
        if name not in _WEBP_HIDDEN:
            yield chunk
        at = end


_STRIP: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}
)
