"""Somebody with an account of the demonstration, who looks at every page that is linked."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from time import monotonic
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import requests

LEFT_OUT = re.compile(r"/(account|leave|language|static)/|/(end|withdraw|remove|erase)/")
"""Pages that end the session, or take away what the others need."""


_ID = re.compile(r"/[0-9a-f]{40,}|/[0-9a-f-]{36}|/\d+|(?<=/frameworks)/[a-z0-9-]+")
"""What tells one thing from another of its kind in an address: every framework is one kind."""
_TRYING = re.compile(r"/frameworks/[^/]+/try/")


class NotRunError(Exception):
    """Why a tool did not run. That is never a pass."""


@dataclass
class Form:
    """A form as it stands in a page."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """Links and forms of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "a" and held.get("href"):
            self.links.append(held["href"])
        elif tag == "form":
            self.forms.append(Form(held.get("action", ""), held.get("method", "get").upper()))
        elif self.forms and tag in ("input", "textarea", "select") and held.get("name"):
            unchecked = held.get("type") in ("radio", "checkbox") and "checked" not in held
            if unchecked:
                self.forms[-1].fields.setdefault(held["name"], held.get("value", "on"))
            elif held.get("type") != "file":
                self.forms[-1].fields[held["name"]] = held.get("value", "") or "1"
            self._choice = held["name"] if tag == "select" else ""
        elif tag == "option" and self._choice and held.get("value"):
            self.forms[-1].fields[self._choice] = held["value"]
            self._choice = ""


@dataclass(frozen=True)
class Sent:
    """One request as a browser would send it."""

    method: str
    url: str
    body: str
    cookies: str

    def written(self) -> str:
        """The request as proxies log it, for tools that read such logs."""
        parts = urlsplit(self.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [
            f"{self.method} {path} HTTP/1.1",
            f"Host: {parts.netloc}",
            f"Cookie: {self.cookies}",
            f"Origin: {parts.scheme}://{parts.netloc}",
            "Content-Type: application/x-www-form-urlencoded",
        ]
        return "\n".join([*lines, "", self.body])


class Visitor:
    """A signed-in visitor."""

    def __init__(self, base: str, username: str) -> None:
        self.base, self.session = base, requests.Session()
        address = f"{base}/account/login/"
        self.session.get(address, timeout=30).raise_for_status()
        answer = self.session.post(
            address,
            data={
                "login": username,
                "password": f"{username}-opens-the-demo",
                "csrfmiddlewaretoken": self.session.cookies["csrftoken"],
            },
            headers={"Referer": address},
            timeout=30,
        )
        if "sessionid" not in self.session.cookies:
            raise NotRunError(f"{username} could not sign in ({answer.status_code}).")

    @property
    def cookies(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.session.cookies.items())

    def requests(self, seconds: float) -> Iterator[Sent]:
        """Each kind of request once: an address with a query, or a form. Ids do not make a kind."""
        ends, seen, kinds = monotonic() + seconds, {"/"}, set[str]()
        waiting = deque(["/"])
        while waiting and monotonic() < ends:
            here = waiting.popleft()
            answer = self.session.get(self.base + here, timeout=60)
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            page = Page()
            page.feed(answer.text)
            for link in page.links:
                path = self._own(here, link)
                if path and _kind(path) not in seen:
                    seen.add(_kind(path))
                    waiting.append(path)
            for sent in self._sent(here, page):
                # Trying a framework out is one kind, whatever it asks: nothing of it is kept.
                fields = [] if _TRYING.search(sent.url) else sorted(dict(parse_qsl(sent.body)))
                kind = f"{sent.method} {_kind(sent.url)} {fields}"
                if kind not in kinds:
                    kinds.add(kind)
                    yield sent

    def _sent(self, here: str, page: Page) -> Iterator[Sent]:
        if "?" in here:
            yield Sent("GET", self.base + here, "", self.cookies)
        for form in page.forms:
            path = self._own(here, form.action or here)
            if not path:
                continue
            body = urlencode(form.fields)
            if form.method == "GET":
                yield Sent("GET", f"{self.base}{path.partition('?')[0]}?{body}", "", self.cookies)
            else:
                yield Sent("POST", self.base + path, body, self.cookies)

    def _own(self, here: str, link: str) -> str:
        """The path of a link to this application; empty for others."""
        found = urlsplit(urljoin(self.base + here, link))
        path = found.path + (f"?{found.query}" if found.query else "")
        is_own = f"{found.scheme}://{found.netloc}" == self.base
        return path if is_own and not LEFT_OUT.search(path) else ""


def _kind(url: str) -> str:
    """An address without its ids and values."""
    path, _mark, query = url.partition("?")
    names = ",".join(sorted(dict(parse_qsl(query, keep_blank_values=True))))
    return _ID.sub("/*", path) + f"?{names}"
