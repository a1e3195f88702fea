"""The only client that fetches: https, public addresses, one deadline, a size limit, no redirect."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from provenance.errors import TrustError
from provenance.trust.fetch import Rules, fetch
from tests.support.https import Answer, body, serving

REFUSED = {
    "http": ("http://example.org/x", "example.org: 'http' is not allowed; only https is fetched"),
    "file": ("file:///etc/passwd", "URL: 'file' is not allowed; only https is fetched"),
    "user": ("https://me:secret@example.org/x", "URL: must name a host, and no user"),
    "no host": ("https:///x", "URL: must name a host, and no user"),
    "bad port": ("https://example.org:port/x", "URL: cannot be understood"),
    "line break": ("https://example.org/x%0a \r\nHost: y", "example.org: the URL holds characters that no URL may hold"),
    "loopback": ("https://localhost:1/x", "localhost: resolves to {}, which is not a public address"),
    "loopback literal": ("https://127.0.0.1:1/x", "127.0.0.1: resolves to 127.0.0.1, which is not a public address"),
    "mapped loopback": ("https://[::ffff:127.0.0.1]:1/x", "::ffff:127.0.0.1: resolves to ::ffff:127.0.0.1, which is not a public address"),
    "private": ("https://192.168.0.1/x", "192.168.0.1: resolves to 192.168.0.1, which is not a public address"),
    "metadata service": ("https://169.254.169.254/x", "169.254.169.254: resolves to 169.254.169.254, which is not a public address"),
}  # fmt: skip


@pytest.mark.parametrize(("url", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_may_not_be_fetched_is_refused_before_any_connection(url: str, message: str) -> None:
    """The address is judged before it is used, and the message says what is wrong with it."""
    with pytest.raises(TrustError) as caught:
        fetch(url)

    assert str(caught.value) in {message.format("127.0.0.1"), message.format("::1")}


def _drip(channel) -> None:  # type: ignore[no-untyped-def]
    channel.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(100):
        channel.sendall(b"X-Slow: 1\r\n")
        time.sleep(0.1)


ANSWERS: dict[str, tuple[Answer, Rules, str]] = {
    "redirect": (body(b"", status="302 Found", headers="Location: https://localhost/y\r\n"), Rules(private=True),
                 "localhost: answered 302 (redirects are not followed)"),
    "not found": (body(b"", status="404 Not Found"), Rules(private=True), "localhost: answered 404"),
    "too large": (body(b"x" * 5000), Rules(private=True, max_bytes=4999), "localhost: sends more than 4999 bytes"),
    "slow headers": (_drip, Rules(private=True, seconds=0.5), "localhost: did not answer within 0.5 s"),
    "no answer": (lambda channel: time.sleep(3), Rules(private=True, seconds=0.3), "localhost: did not answer within 0.3 s"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "rules", "message"), ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_that_is_not_acceptable_is_named(tmp_path: Path, answer: Answer, rules: Rules, message: str) -> None:
    """Redirects, sizes beyond the limit and slowness end the fetch, with the reason."""
    with serving(tmp_path, answer) as server:
        limits = Rules(max_bytes=rules.max_bytes, seconds=rules.seconds, private=True, authorities=server.authorities)

        with pytest.raises(TrustError) as caught:
            fetch(server.url(), limits)

    assert str(caught.value) == message


def test_a_body_comes_back_whole(tmp_path: Path) -> None:
    """What the server sends, to the limit itself, is what is returned; the request names the program, not the person."""
    data = bytes(range(256)) * 16

    with serving(tmp_path, body(data)) as server:
        got = fetch(server.url(), Rules(private=True, authorities=server.authorities, max_bytes=len(data)))

    assert got == data
    assert server.asked[0].startswith(b"GET /list HTTP/1.1\r\n")
    assert {line.split(b":")[0] for line in server.asked[0].split(b"\r\n")[1:] if line} == {
        b"Host", b"Accept-Encoding", b"User-Agent", b"Accept",
    }  # fmt: skip


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    """TLS is checked against the system's authorities unless others are named."""
    with serving(tmp_path, body(b"x")) as server, pytest.raises(TrustError) as caught:
        fetch(server.url(), Rules(private=True))

    assert str(caught.value) == "localhost: its TLS certificate is not accepted (CERTIFICATE_VERIFY_FAILED)"
