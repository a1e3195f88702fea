"""Where a file says that its manifest is elsewhere: ``dcterms:provenance`` in XMP. No XML is parsed (security S7)."""

from __future__ import annotations

import re
import zlib

from provenance.container.model import Span
from provenance.container.source import Source

PACKET = 1024 * 1024  # of a packet, this much is looked at
_URL = 4096
_PREFIX = re.compile(rb"xmlns:([A-Za-z_][\w.-]{0,31})\s{0,16}=\s{0,16}[\"']http://purl\.org/dc/terms/[\"']")
_ENTITIES = ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&apos;", b"'"), (b"&amp;", b"&"))


def remote_url(source: Source, plain: tuple[Span, ...], packed: tuple[Span, ...] = ()) -> str:
    """Return the first ``dcterms:provenance`` in the packets, as attribute or element; "" if there is none."""
    for span in plain:
        if found := provenance(source.read(span.start, min(span.length, PACKET))):
            return found
    for span in packed:
        try:
            packet = zlib.decompressobj().decompress(source.read(span.start, min(span.length, PACKET)), PACKET)
        except zlib.error:
            continue
        if found := provenance(packet):
            return found
    return ""


def provenance(packet: bytes) -> str:
    """Return the ``dcterms:provenance`` of an XMP packet, or ""."""
    if b"provenance" not in packet:
        if b"p\0r\0o\0v" not in packet:
            return ""
        packet = packet.replace(b"\0", b"")  # UTF-16 or UTF-32; a URL is ASCII
    prefixes = {b"dcterms", *(found[1] for found in _PREFIX.finditer(packet))}
    for prefix in sorted(prefixes)[:8]:
        name = re.escape(prefix) + rb":provenance"
        for form in (
            name + rb"\s{0,16}=\s{0,16}\"([^\"<]{1,%d})\"" % _URL,
            name + rb"\s{0,16}=\s{0,16}'([^'<]{1,%d})'" % _URL,
            rb"<" + name + rb"(?:\s[^<>]{0,256})?>\s{0,64}([^<>]{1,%d}?)\s{0,64}</" % _URL,
            rb"<" + name + rb"\s[^<>]{0,256}?rdf:resource\s{0,16}=\s{0,16}[\"']([^\"'<]{1,%d})[\"']" % _URL,
        ):
            if found := re.search(form, packet):
                return _text(found[1])
    return ""


def _text(raw: bytes) -> str:
    for entity, character in _ENTITIES:
        raw = raw.replace(entity, character)
    return raw.decode("utf-8", "replace").strip()
