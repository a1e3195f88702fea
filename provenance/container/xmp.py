"""Single properties of XMP, above all where a file says that its manifest is elsewhere: ``dcterms:provenance``.

No XML is parsed (security S7): a few forms of a property are looked for, in a bounded run of bytes.
"""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Iterable, Iterator

from provenance.container.parts import Span
from provenance.container.source import Source

PACKET = 1024 * 1024  # of a packet, this much is looked at
PACKETS = 16  # of one file
_URL = 4096
_PREFIX = re.compile(rb"xmlns:([A-Za-z_][\w.-]{0,31})\s{0,16}=\s{0,16}[\"']http://purl\.org/dc/terms/[\"']")
_RAW_PROFILE = re.compile(rb"\s{0,4}(?:xmp|APP1|generic profile)\s{1,16}[0-9]{1,10}\s", re.IGNORECASE)
_SEGMENT = b"http://ns.adobe.com/xap/1.0/\0"  # ImageMagick keeps the whole segment of a JPEG
_HEX = re.compile(rb"[0-9A-Fa-f]*")
_ENTITIES = ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&apos;", b"'"), (b"&amp;", b"&"))


def packets(
    source: Source, plain: tuple[Span, ...], packed: tuple[Span, ...] = (), *, most: int = PACKET
) -> tuple[bytes, ...]:
    """Return the beginning, *most* bytes of it, of each of the first packets; of all that are packed, 16 MiB."""
    found = [source.read(span.start, min(span.length, most)) for span in plain[:PACKETS]]
    left = PACKETS * PACKET
    for span in packed[:PACKETS]:
        try:
            data = source.read(span.start, min(span.length, most))
            found.append(zlib.decompressobj().decompress(data, min(most, left)))
        except zlib.error:
            continue
        left -= len(found[-1])
        if left <= 0:  # to zlib, 0 is no limit
            break
    return tuple(_without_hex(data) for data in found)


def _without_hex(data: bytes) -> bytes:
    """Return *data*; of a PNG text "Raw profile type …", the bytes that it holds in hexadecimal."""
    head = _RAW_PROFILE.match(data)
    if head is None:
        return data
    digits = bytes(data[head.end() :].translate(None, b" \r\n"))
    if _HEX.fullmatch(digits) is None:
        return b""
    held = binascii.unhexlify(digits[: len(digits) & ~1])
    return b"" if held.startswith(b"Exif\0") else held.removeprefix(_SEGMENT)


def remote_url(found: Iterable[bytes]) -> str:
    """Return the first ``dcterms:provenance`` in the packets, as attribute or element; "" if there is none."""
    return next(filter(None, map(provenance, found)), "")


def provenance(packet: bytes) -> str:
    """Return the ``dcterms:provenance`` of an XMP packet, or ""."""
    if b"provenance" not in packet:
        if b"p\0r\0o\0v" not in packet:
            return ""
        packet = packet.replace(b"\0", b"")  # UTF-16 or UTF-32; a URL is ASCII
    prefixes = {b"dcterms", *(found[1] for found in _PREFIX.finditer(packet))}
    return next(_values(packet, prefixes, b"provenance"), "")


def values(packet: bytes, namespace: str, name: str) -> Iterator[str]:
    """Yield what the property *name* of *namespace* says in *packet*, once for each form that it is written in."""
    if name.encode() not in packet:
        return
    bound = rb"xmlns:([A-Za-z_][\w.-]{0,31})\s{0,16}=\s{0,16}[\"']" + re.escape(namespace.encode()) + rb"[\"']"
    yield from _values(packet, {found[1] for found in re.finditer(bound, packet)}, name.encode())


def _values(packet: bytes, prefixes: Iterable[bytes], local: bytes) -> Iterator[str]:
    for prefix in sorted(prefixes)[:8]:
        name = re.escape(prefix) + rb":" + local
        for form in (
            name + rb"\s{0,16}=\s{0,16}\"([^\"<]{1,%d})\"" % _URL,
            name + rb"\s{0,16}=\s{0,16}'([^'<]{1,%d})'" % _URL,
            rb"<" + name + rb"(?:\s[^<>]{0,256})?>\s{0,64}([^<>]{1,%d}?)\s{0,64}</" % _URL,
            rb"<" + name + rb"\s[^<>]{0,256}?rdf:resource\s{0,16}=\s{0,16}[\"']([^\"'<]{1,%d})[\"']" % _URL,
        ):
            if (found := re.search(form, packet)) and (text := _text(found[1])):
                yield text


def _text(raw: bytes) -> str:
    for entity, character in _ENTITIES:
        raw = raw.replace(entity, character)
    return raw.decode("utf-8", "replace").strip()
