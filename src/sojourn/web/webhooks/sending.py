"""Sending one message over the network, to no address that it must not reach.

The name is resolved once, every address that it has is looked at, and the connection goes to one
of those: a name that changes its mind between the look and the connection gains nothing. Answers
are not followed elsewhere and not kept.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

TIMEOUT = 10
"""Seconds for all of one attempt: a receiver takes a message in first and works on it later."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class RefusedError(Exception):
    """An address that nothing is sent to, in words for whoever wrote it."""


class FailedError(Exception):
    """An attempt without an answer. Its text is a short code: `name`, `connection`, `tls`,
    `answer`."""


@dataclass(frozen=True)
class Target:
    """Where a message goes: the address that was looked at, and the name that it must prove."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


def target(url: str) -> Target:
    """Looks an address up. RefusedError for one that must not be reached, FailedError for a name
    that is not known now."""
    parts = _parts(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FailedError("name") from None
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    if not addresses or not all(may_reach(each) for each in addresses):
        raise RefusedError(_("This address lies in a private network. Ask the operator."))
    if parts.scheme == "http" and not all(each.is_loopback for each in addresses):
        raise RefusedError(_("Begin the address with https://."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, str(addresses[0]))


def may_reach(address: Address) -> bool:
    """Whether something may be sent to an address: it is public, or the operator named it."""
    if any(address in network for network in settings.WEBHOOK_NETWORKS):
        return True
    if settings.DEMO and address.is_loopback:
        return True
    inner = _inside(address)
    if inner is not None:
        return may_reach(inner)
    # Site-local addresses are out of use, so that they count as public; some networks kept them.
    is_old_private = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    is_public = address.is_global and not is_old_private
    return is_public and not address.is_multicast and not address.is_reserved


def _inside(address: Address) -> ipaddress.IPv4Address | None:
    """The old address that a new one stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo[1] if address.teredo is not None else None
    return address.ipv4_mapped or address.sixtofour or teredo


def _parts(url: str) -> SplitResult:
    if not url.isascii() or not url.isprintable() or " " in url:
        raise RefusedError(_("Write the address in plain letters, without spaces."))
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise RefusedError(_("Begin the address with https://."))
    if parts.username is not None or parts.fragment:
        raise RefusedError(_("Leave user names and # out of the address."))
    return parts


def send(to: Target, body: str, headers: Mapping[str, str]) -> int:
    """Posts a message and answers with the status. FailedError where there was no answer."""
    link = _connection(to)
    ends = Timer(TIMEOUT, _end, [link])
    ends.daemon = True
    ends.start()
    try:
        link.request(
            "POST",
            to.path,
            body.encode(),
            {**headers, "Content-Type": "application/json", "User-Agent": "Sojourn"},
        )
        return link.getresponse().status
    except ssl.SSLError:
        raise FailedError("tls") from None
    except (HTTPException, ValueError):
        raise FailedError("answer") from None
    except OSError:
        raise FailedError("connection") from None
    finally:
        ends.cancel()
        link.close()


def _connection(to: Target) -> HTTPConnection:
    if to.scheme == "https":
        return _Pinned(to)
    return HTTPConnection(to.address, to.port, timeout=TIMEOUT)


class _Pinned(HTTPSConnection):
    """Connects to the address that was looked at, and asks for the certificate of the name."""

    def __init__(self, to: Target) -> None:
        self._context = ssl.create_default_context()
        super().__init__(to.host, to.port, timeout=TIMEOUT, context=self._context)
        self._address = to.address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), TIMEOUT)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


def _end(link: HTTPConnection) -> None:
    """Whoever answers one letter a second holds nobody up."""
    if link.sock is not None:
        try:
            link.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
