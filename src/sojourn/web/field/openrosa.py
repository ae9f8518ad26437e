"""Answers as OpenRosa clients expect them."""

from __future__ import annotations

import hashlib
from xml.sax.saxutils import escape, quoteattr

from django.http import HttpResponse
from django.utils.http import http_date
from django.utils.timezone import now

_LIST = "http://openrosa.org/xforms/xformsList"
_MANIFEST = "http://openrosa.org/xforms/xformsManifest"
_RESPONSE = "http://openrosa.org/http/response"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def answer(content: str | bytes = b"", *, status: int = 200) -> HttpResponse:
    """XML with the headers that every OpenRosa answer carries."""
    response = HttpResponse(content, status=status, content_type="text/xml; charset=utf-8")
    response["X-OpenRosa-Version"] = "1.0"
    response["Date"] = http_date(now().timestamp())
    return response


def message(text: str, *, status: int) -> HttpResponse:
    """A sentence for whoever sent something; clients show it."""
    nature = "submit_success" if status in (201, 202) else "submit_error"
    return answer(
        f"{_HEAD}<OpenRosaResponse xmlns={quoteattr(_RESPONSE)}>"
        f"<message nature={quoteattr(nature)}>{escape(text)}</message></OpenRosaResponse>",
        status=status,
    )


def form_list(*, form_id: str, name: str, version: str, xform: str, url: str) -> str:
    """A list of one form. The hash is over the exact bytes that the address gives."""
    return (
        f"{_HEAD}<xforms xmlns={quoteattr(_LIST)}><xform>"
        f"<formID>{escape(form_id)}</formID><name>{escape(name)}</name>"
        f"<version>{escape(version)}</version><hash>{xform_hash(xform)}</hash>"
        f"<downloadUrl>{escape(url)}</downloadUrl></xform></xforms>"
    )


def empty_manifest() -> str:
    """A form without media files."""
    return f"{_HEAD}<manifest xmlns={quoteattr(_MANIFEST)}></manifest>"


def xform_hash(xform: str) -> str:
    """What clients compare to learn whether they hold the newest form. No secret rests on it."""
    return f"md5:{hashlib.md5(xform.encode(), usedforsecurity=False).hexdigest()}"
