"""Which files are taken in: what they are is told by their content, never by their name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import puremagic
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sojourn.web.notes import hidden

MAX_BYTES = 8_000_000
"""Photographs of documents fit; a film does not."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "application/pdf": ".pdf",
        "image/jpeg": ".jpg",
        "image/png": ".png",
        "image/webp": ".webp",
    }
)
"""Kinds of files that are taken in, with the ending they are given out with."""


def kind_of(content: bytes) -> str:
    """What a file is; ValidationError for an empty, a too large and an unknown one."""
    if not content:
        raise ValidationError(_("This file is empty."))
    if len(content) > MAX_BYTES:
        raise ValidationError(too_large())
    try:
        likely = str(puremagic.magic_string(content)[0].mime_type)
    except (puremagic.PureError, ValueError, IndexError):
        likely = ""
    if likely not in KINDS:
        raise ValidationError(_("Only PDF files and pictures (JPEG, PNG, WebP) can be kept."))
    return likely


def without_hidden(content: bytes, kind: str) -> bytes:
    """A picture without the place, time and names hidden in it; ValidationError for a damaged one.
    A PDF file stays as it is."""
    try:
        return hidden.without_hidden(content, kind)
    except hidden.DamagedError:
        raise ValidationError(
            _("This picture is damaged. Photograph it again, or save it anew.")
        ) from None


def too_large() -> str:
    """What to say of a file that is too large."""
    return _("This file is larger than %(size)d MB. Make it smaller, or photograph it again.") % {
        "size": MAX_BYTES // 1_000_000
    }


def given_name(name: str, kind: str) -> str:
    """The name a file is given out with: what it was called, with the ending of what it is."""
    bare = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or name
    safe = "".join(sign for sign in bare if sign.isprintable() and sign not in '"\\/:*?<>|')
    return f"{safe.strip()[:100] or 'file'}{KINDS[kind]}"
