"""Areas as paths of codes, such as `XX01/XX0102`: a path stands for all that lies in it.

The codes are those that organisations share to name places, from the largest area to the smallest.
"""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

AREA_LENGTH = 80
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")
_DEEPEST = 6


def read_area(text: str) -> str:
    """A path as somebody writes it; empty for none. ValidationError for what is no path."""
    path = "/".join(part.strip() for part in text.upper().strip().strip("/").split("/"))
    if not path:
        return ""
    codes = path.split("/")
    if len(codes) > _DEEPEST or len(path) > AREA_LENGTH or not all(map(_CODE.fullmatch, codes)):
        raise ValidationError(
            _("Write codes of areas, the largest first, with / between them, such as XX01/XX0102.")
        )
    return path


def is_in(area: str, path: str) -> bool:
    """Whether an area is the one of a path, or lies in it."""
    return area == path or area.startswith(f"{path}/")
