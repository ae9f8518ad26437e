"""What somebody with bad intentions tries first, by hand; each attempt is kept as a test."""

from __future__ import annotations

import io
import json
import socket
import zipfile
from collections.abc import Callable
from itertools import cycle, islice
from time import perf_counter
from urllib.parse import urljoin

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from scripts.attack.visitor import LEFT_OUT, Page

from sojourn.web.cases.models import Case
from sojourn.web.exports.rules import harmless
from sojourn.web.imports import tables
from sojourn.web.webhooks import sending
from tests.web.conftest import World
from tests.web.test_access_matrix import ROUTES, Route, foreign, framework, scene, taken_back, world

__all__ = ["foreign", "framework", "scene", "world"]


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:80@evil", ""]
)
def test_another_host_name_gets_no_page_and_no_link(host: str, world: World) -> None:
    client = world.client("bilal")
    for header in ({"HTTP_HOST": host} if host else {"HTTP_X_FORWARDED_HOST": "evil.example"},):
        response = client.get(reverse("home:day"), **header)  # type: ignore[arg-type]  # headers
        assert response.status_code == (400 if host else 200)
        assert b"evil" not in response.content


NO_CSRF = {"leave", "field:submission"}
"""Leaving works from a page that was open for too long; phones bring a ticket and no cookie."""


def _address(name: str, route: Route, world: World) -> str:
    return reverse(name, args=route.args(world.case) if route.args else [])


def test_every_post_asks_for_its_token(world: World, foreign: Case) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(world.users["sami"])
    statuses: dict[int, list[str]] = {}
    for name, route in ROUTES.items():
        if not name.startswith("api:") and name not in NO_CSRF:
            status = client.post(_address(name, route, world), {"anything": "1"}).status_code
            statuses.setdefault(status, []).append(name)
    assert set(statuses) <= {403, 405}, statuses
    assert len(statuses[403]) > 50


@pytest.mark.parametrize(
    "url",
    [
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://167772161/",
        "https://[::]/",
        "https://[::127.0.0.1]/",
        "https://[0:0:0:0:0:ffff:7f00:1]/",
        "https://[64:ff9b:1::10.0.0.1]/",
        "https://[2001:db8::1]/",
        "https://[ff02::1]/",
        "https://[fec0::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[2001:0:0a00:0001::f5ff:fffe]/",
        "https://198.18.0.1/",
        "https://192.0.0.1/",
        "https://255.255.255.255/",
        "https://localhost/",
        "https://localhost./",
        "https://93.184.216.34\\@127.0.0.1/",
        "https://127.0.0.1\t/",
        "https://①②⑦.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
    ],
)
def test_no_way_of_writing_a_private_address_is_let_through(url: str) -> None:
    with pytest.raises((sending.RefusedError, sending.FailedError)):
        sending.target(url)


def test_an_answer_that_leads_elsewhere_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as inner,
        socket.create_server(("127.0.0.1", 0)) as outer,
    ):
        inner.settimeout(0.3)
        outer.settimeout(5)
        to = sending.Target("http", "receiver.example", outer.getsockname()[1], "/", "127.0.0.1")
        from threading import Thread

        def answer() -> None:
            link, _from = outer.accept()
            link.recv(65536)
            place = f"http://127.0.0.1:{inner.getsockname()[1]}/"
            link.sendall(f"HTTP/1.1 302 Found\r\nLocation: {place}\r\n\r\n".encode())
            link.close()

        thread = Thread(target=answer)
        thread.start()
        assert sending.send(to, "{}", {}) == 302
        thread.join()
        with pytest.raises(TimeoutError):
            inner.accept()


_OFFICE = "http://schemas.openxmlformats.org/"


def _book(sheet: bytes, *, more: dict[str, bytes] | None = None) -> bytes:
    """A workbook written by hand, as no programme would."""
    links = f"{_OFFICE}officeDocument/2006/relationships"
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": f"<Types xmlns='{_OFFICE}package/2006/content-types'/>",
        "_rels/.rels": f"<Relationships xmlns='{_OFFICE}package/2006/relationships'/>",
        "xl/workbook.xml": (
            f"<workbook xmlns='{_OFFICE}spreadsheetml/2006/main' xmlns:r='{links}'>"
            "<sheets><sheet name='a' sheetId='1' r:id='rId1'/></sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f"<Relationships xmlns='{_OFFICE}package/2006/relationships'><Relationship Id='rId1' "
            f"Type='{links}/worksheet' Target='worksheets/sheet1.xml'/></Relationships>"
        ),
        "xl/worksheets/sheet1.xml": sheet,
        **(more or {}),
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in files.items():
            book.writestr(name, content)
    return held.getvalue()


_HEAD = b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
_END = b"</sheetData></worksheet>"
_CELL = b"<c r='A1' t='inlineStr'><is><t>own</t></is></c>"
_LAUGHS = (
    b"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
    b"<!ENTITY c SYSTEM 'file:///etc/passwd'>]>"
)


def _bomb() -> bytes:
    return _book(_HEAD + b"<row r='1'>" + _CELL + b"</row>" + b" " * 60_000_000 + _END)


def _strings() -> bytes:
    return _book(
        _HEAD + _END, more={"xl/sharedStrings.xml": b"<sst>" + b" " * 60_000_000 + b"</sst>"}
    )


def _far_column() -> bytes:
    cell = b"<c r='XFD1' t='inlineStr'><is><t>far</t></is></c>"
    rows = b"".join(
        b"<row r='%d'><c r='XFD%d' t='inlineStr'><is><t>x</t></is></c></row>" % (n, n)
        for n in range(2, 1900)
    )
    return _book(_HEAD + b"<row r='1'>" + cell + b"</row>" + rows + _END)


def _absurd_column() -> bytes:
    return _book(_HEAD + b"<row r='1'><c r='ZZZZZZZZZ1'><v>1</v></c></row>" + _END)


def _entities() -> bytes:
    cell = b"<row r='1'><c r='A1' t='inlineStr'><is><t>&b;&c;</t></is></c></row>"
    return _book(_LAUGHS + _HEAD + cell + _END)


def _deep() -> bytes:
    return b'{"cases":' + b"[" * 200_000 + b"]" * 200_000 + b"}"


def _scattered() -> bytes:
    """Each case has a field that no other one has."""
    return json.dumps({"cases": [{f"f{n}": "1"} for n in range(100_000)]}).encode()


def _wide() -> bytes:
    return (",".join(f"c{n}" for n in range(100_000)) + "\n" + "," * 99_999 + "\n").encode()


def _quote() -> bytes:
    return b'a,b\n"' + b"x" * 4_000_000


@pytest.mark.parametrize(
    "made",
    [_bomb, _strings, _far_column, _absurd_column, _entities, _deep, _scattered, _wide, _quote],
)
def test_a_table_made_to_do_harm_is_refused_soon(made: Callable[[], bytes]) -> None:
    content = made()
    began = perf_counter()
    with pytest.raises(ValidationError):
        tables.read(content)
    assert perf_counter() - began < 10


def test_a_workbook_by_the_same_hand_is_read_where_it_does_no_harm() -> None:
    below = b"<row r='2'><c r='A2' t='inlineStr'><is><t>Amina</t></is></c></row>"
    found = tables.read(_book(_HEAD + b"<row r='1'>" + _CELL + b"</row>" + below + _END))
    assert (found.headings, found.rows) == (("own",), ((2, ("Amina",)),))


@pytest.mark.parametrize("number", ["1" * 5000, "[" + "9" * 5000 + "]"])
def test_a_number_of_thousands_of_digits_is_refused_with_words(number: str) -> None:
    with pytest.raises(ValidationError):
        tables.read(f'{{"cases": [{{"prs_Birthdate": {number}}}], "x": {number}}}'.encode())


@pytest.mark.parametrize("text", [" " * 50_000, "\x1f" * 50_000 + "x", "-" + "1" * 50_000 + "x"])
def test_no_text_keeps_the_search_for_formulas_busy(text: str) -> None:
    began = perf_counter()
    harmless(text)
    assert perf_counter() - began < 1


def _forms(client: Client, address: str) -> list[tuple[str, dict[str, str]]]:
    """Forms of a page: where each leads, and what its fields hold."""
    response = client.get(address)
    if response.status_code != 200 or "html" not in response.get("Content-Type", ""):
        return []
    page = Page()
    page.feed(response.content.decode())
    return [
        (urljoin(address, form.action or address), form.fields)
        for form in page.forms
        if form.method == "POST" and not LEFT_OUT.search(form.action)
    ]


NOBODY_TYPES = ("\x00", "x" * 200_000, "\ufffe\u202e", "'\"><script>", "9" * 400)


@pytest.mark.parametrize("who", ["sami", "dana"])
def test_no_field_of_any_form_breaks_on_what_nobody_would_type(
    who: str, world: World, foreign: Case
) -> None:
    client = world.client(who)
    tried: set[str] = set()
    broken = []
    for name, route in ROUTES.items():
        if name.startswith("api:"):
            continue
        for action, fields in _forms(client, _address(name, route, world)):
            names = [key for key in fields if key != "csrfmiddlewaretoken"]
            if f"{action} {names}" in tried:
                continue
            texts = islice(cycle(NOBODY_TYPES), len(tried), None)
            sent = dict(zip(names, texts, strict=False))
            tried.add(f"{action} {names}")
            with taken_back():
                status = client.post(action, sent).status_code
            broken += [f"{name} {sent!r:.300} {status}"] if status >= 500 else []
    assert len(tried) > 10
    assert not broken
