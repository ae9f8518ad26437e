"""What a picture says beside the picture is taken out; the picture itself stays byte for byte."""

from __future__ import annotations

import struct
import zlib

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from sojourn.web.notes import actions as notes
from sojourn.web.notes.hidden import DamagedError, without_hidden
from tests.web.conftest import World

PLACE = b"36.8065N 10.1815E"
SCAN = b"\xff\xda\x00\x02picture\xff\x00more\xff\xd0rest"
TABLE = b"\xff\xdb\x00\x05abc"


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def _exif(turned: int, order: str = ">") -> bytes:
    head = {">": b"MM", "<": b"II"}[order] + struct.pack(f"{order}HIH", 42, 8, 2)
    rows = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turned, 0)
    rows += struct.pack(f"{order}HHII", 0x8825, 4, 1, 38)
    return b"Exif\x00\x00" + head + rows + bytes(4) + PLACE


def _jpeg(*segments: bytes, tail: bytes = b"") -> bytes:
    return b"\xff\xd8" + b"".join(segments) + TABLE + SCAN + b"\xff\xd9" + tail


JFIF = _segment(0xE0, b"JFIF\x00")
COLOURS = _segment(0xE2, b"ICC_PROFILE\x00colours")


@pytest.mark.parametrize(
    "hidden",
    [
        _segment(0xE1, _exif(1)),
        _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + PLACE),
        _segment(0xED, b"Photoshop 3.0\x00" + PLACE),
        _segment(0xE2, b"MPF\x00" + PLACE),
        _segment(0xFE, PLACE),
    ],
)
def test_a_photograph_loses_its_place_and_keeps_its_picture(hidden: bytes) -> None:
    photograph = _jpeg(JFIF, hidden, COLOURS, tail=b"\xff\xd8second" + PLACE)
    assert without_hidden(photograph, "image/jpeg") == _jpeg(JFIF, COLOURS)


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("turned", [3, 6, 8])
def test_which_way_up_it_is_held_stays(turned: int, order: str) -> None:
    found = without_hidden(_jpeg(_segment(0xE1, _exif(turned, order))), "image/jpeg")
    assert PLACE not in found
    assert struct.pack(">HHIH", 0x0112, 3, 1, turned) in found
    assert without_hidden(found, "image/jpeg") == found


def _chunk(name: bytes, body: bytes) -> bytes:
    crc = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc)


@pytest.mark.parametrize("name", [b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"])
def test_a_drawing_loses_its_texts(name: bytes) -> None:
    parts = [_chunk(b"IHDR", bytes(13)), _chunk(b"IDAT", b"picture"), _chunk(b"IEND", b"")]
    head = b"\x89PNG\r\n\x1a\n"
    drawing = head + parts[0] + _chunk(name, PLACE) + b"".join(parts[1:]) + PLACE
    assert without_hidden(drawing, "image/png") == head + b"".join(parts)


def _riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(n + struct.pack("<I", len(b)) + b + bytes(len(b) % 2) for n, b in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def test_a_webp_picture_loses_them_and_says_so() -> None:
    picture = (b"VP8 ", b"picture")
    found = without_hidden(
        _riff((b"VP8X", b"\x1c" + bytes(9)), picture, (b"EXIF", PLACE), (b"XMP ", PLACE)),
        "image/webp",
    )
    assert found == _riff((b"VP8X", b"\x10" + bytes(9)), picture)


def test_a_pdf_file_stays_as_it_is() -> None:
    assert without_hidden(b"%PDF-1.7 " + PLACE, "application/pdf") == b"%PDF-1.7 " + PLACE


@pytest.mark.parametrize("cut", [3, 12, 40])
def test_a_photograph_that_ends_too_early_is_refused(cut: int) -> None:
    with pytest.raises(DamagedError):
        without_hidden(_jpeg(_segment(0xE1, _exif(1)))[:cut], "image/jpeg")


@given(st.binary(max_size=200), st.sampled_from(["image/jpeg", "image/png", "image/webp"]))
def test_nothing_but_a_picture_or_a_refusal_comes_of_anything(content: bytes, kind: str) -> None:
    head = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}.get(kind, b"RIFF")
    try:
        found = without_hidden(head + content, kind)
    except DamagedError:
        return
    assert without_hidden(found, kind) == found


def test_what_is_kept_of_an_upload_holds_no_place(world: World) -> None:
    photograph = _jpeg(_segment(0xE1, _exif(6)))
    note = notes.write(
        case=world.case,
        text="",
        data_class="case_work",
        is_confidential=False,
        by=world.by("bilal"),
        file=notes.Upload("bed.jpg", photograph),
    )
    url = reverse("notes:file", args=[world.case.pk, note.files.get().pk])
    content = world.client("bilal").get(url).content
    assert PLACE not in content
    assert SCAN in content
