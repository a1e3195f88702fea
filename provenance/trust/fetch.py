"""The only client that fetches anything, and only when a person asked for it (security S7, T11).

https only, no user information in the URL, no redirect, the address checked after resolution and then used,
one deadline over everything, a size limit enforced while reading. Nothing about the reader is sent beyond
what a request needs.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from provenance import terms
from provenance.errors import TrustError

_BLOCK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Rules:
    """What a fetch may do. *authorities* and *private* exist for services inside one's own network."""

    max_bytes: int = 4 * 1024 * 1024
    seconds: float = 10.0
    authorities: str = ""  # PEM file of TLS authorities instead of the system's
    private: bool = False  # addresses that are not public may be asked


RULES = Rules()


def fetch(url: str, rules: Rules = RULES) -> bytes:
    """Return the body of *url*.

    Raises:
        TrustError: if the URL, the address, the answer, its size or the time it takes is not acceptable.
    """
    host, port, target = _parts(url)
    deadline = time.monotonic() + rules.seconds
    connection = http.client.HTTPSConnection(host, port, timeout=rules.seconds)
    clock: threading.Timer | None = None
    try:
        connection.sock = channel = _connected(host, port, rules, deadline)
        clock = threading.Timer(_left(deadline), _hang_up, (channel,))  # headers that trickle in reset socket timeouts
        clock.daemon = True
        clock.start()
        connection.request("GET", target, headers={"User-Agent": f"provenance/{terms.VERSION}", "Accept": "*/*"})
        response = connection.getresponse()
        if response.status != http.client.OK:
            moved = " (redirects are not followed)" if 300 <= response.status < 400 else ""
            raise TrustError(host, f"answered {response.status}{moved}")
        body = _body(response, connection, host, rules, deadline)
        _left(deadline)
        return body
    except TimeoutError as exc:
        raise TrustError(host, f"did not answer within {rules.seconds:g} s") from exc
    except ssl.SSLError as exc:
        raise TrustError(host, f"its TLS certificate is not accepted ({exc.reason or 'TLS error'})") from exc
    except (OSError, http.client.HTTPException) as exc:
        if time.monotonic() >= deadline:
            raise TrustError(host, f"did not answer within {rules.seconds:g} s") from exc
        raise TrustError(host, f"cannot be reached ({type(exc).__name__})") from exc
    finally:
        if clock is not None:
            clock.cancel()
        connection.close()


def _hang_up(channel: socket.socket) -> None:
    with contextlib.suppress(OSError):
        channel.shutdown(socket.SHUT_RDWR)


def _parts(url: str) -> tuple[str, int, str]:
    try:
        split = urlsplit(url)
        port = split.port or 443
    except ValueError as exc:
        raise TrustError("URL", "cannot be understood") from exc
    if split.scheme != "https":
        raise TrustError(split.hostname or "URL", f"'{split.scheme}' is not allowed", "only https is fetched")
    if not split.hostname or split.username or split.password:
        raise TrustError("URL", "must name a host, and no user")
    if not url.isascii() or any(char.isspace() for char in url):
        raise TrustError(split.hostname, "the URL holds characters that no URL may hold")
    return split.hostname, port, (split.path or "/") + (f"?{split.query}" if split.query else "")


def _connected(host: str, port: int, rules: Rules, deadline: float) -> ssl.SSLSocket:
    """Resolve once, check every address, connect to the one that was checked."""
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, where in addresses:
        if not rules.private and not _public(str(where[0])):
            raise TrustError(host, f"resolves to {where[0]}, which is not a public address")
    family, kind, protocol, _, where = addresses[0]
    plain = socket.socket(family, kind, protocol)
    try:
        plain.settimeout(_left(deadline))
        plain.connect(where)
        return ssl.create_default_context(cafile=rules.authorities or None).wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return (mapped or found).is_global and not found.is_multicast


def _body(
    response: http.client.HTTPResponse,
    connection: http.client.HTTPSConnection,
    host: str,
    rules: Rules,
    deadline: float,
) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        if connection.sock is not None:
            connection.sock.settimeout(_left(deadline))
        else:
            _left(deadline)
        block = response.read1(_BLOCK)
        if not block:
            return b"".join(parts)
        size += len(block)
        if size > rules.max_bytes:
            raise TrustError(host, f"sends more than {rules.max_bytes} bytes")
        parts.append(block)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
