"""What ordinary metadata says about permissions: PLUS in XMP, in the file and in what a pipeline kept of it.

Nobody signed it. What cannot be read is named, because it may hold a refusal; in XML that does not hold together,
a refusal that can still be seen counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from provenance.container.parts import Layout, Span
from provenance.container.source import Source
from provenance.container.xmp import values
from provenance.errors import AssetError
from provenance.metadata import xmp
from provenance.metadata.fields import NAMESPACES, PLACES, texts
from provenance.metadata.model import Field
from provenance.metadata.plus import from_plus
from provenance.permissions.model import Channel, Said
from provenance.record import dataclass
from provenance.terms import Use

KEPT = 4 * 1024 * 1024  # of what was kept, this much is looked at
NODES, DEPTH = 5_000, 8  # of JSON
_PACKETS = 4
_EXIFS = frozenset({"APP1", "eXIf", "EXIF"})
LONGEST = 16 * 1024 * 1024  # of one packet of XMP, or of one that goes on in further segments
LONGER = f"its XMP is longer than the {LONGEST} bytes that are read"
_EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
_EXTENSION = len(_EXTENDED) + 32 + 4 + 4  # the digest of the whole, its length, and where this piece begins
_SHOWN = 300
_NAMES = (b"DataMining", b"OtherConstraints")
_BEGIN, _END = re.compile(rb"<x:xmpmeta|<\?xpacket begin"), (b"</x:xmpmeta>", b"</rdf:RDF>")
_LAST = re.compile(r"[:.}/\s]")
_MINING, _OTHER = "datamining", "otherconstraints"

Kept = bytes | str | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Carried:
    """What was found, and what could not be read."""

    said: tuple[Said, ...] = ()
    problems: tuple[str, ...] = ()


def of_packets(packets: tuple[bytes, ...], *, channel: Channel = Channel.XMP, where: str = "XMP") -> Carried:
    """Return what the XMP *packets* say; a refusal in any of them counts."""
    said: list[Said] = []
    problems: list[str] = []
    for packet in packets:
        if any(name in packet for name in _NAMES) or b"\0" in packet:  # UTF-16 hides a name from a search
            said.extend(_of_packet(packet, channel, where, problems))
    return Carried(tuple(dict.fromkeys(said)), tuple(dict.fromkeys(problems)))


def extended(source: Source, layout: Layout) -> tuple[bytes, str]:
    """Return the XMP of a JPEG that did not fit into one segment (XMP part 3 §1.1.3.1), and why not all of it."""
    pieces: list[tuple[int, Span]] = []
    for part in layout.parts:
        if part.name == "APP1":
            head = source.read(part.body.start, _EXTENSION)
            if head.startswith(_EXTENDED) and len(head) == _EXTENSION:
                span = Span(part.body.start + _EXTENSION, part.body.length - _EXTENSION)
                pieces.append((int.from_bytes(head[-4:], "big"), span))
    pieces.sort(key=lambda piece: piece[0])
    if sum(span.length for _, span in pieces) > LONGEST:
        return b"", LONGER
    return b"".join(source.read(span.start, span.length) for _, span in pieces), ""


def in_exif(source: Source, layout: Layout) -> tuple[bytes, ...]:
    """Return the XMP in the EXIF of a JPEG, PNG or WebP: tag 700, which comes along out of a TIFF."""
    found: list[bytes] = []
    for part in layout.parts:
        if part.name in _EXIFS and len(found) < _PACKETS:
            if part.name == "APP1" and source.read(part.body.start, 6) != b"Exif\0\0":
                continue
            found += packets_in(source.read(part.body.start, min(part.body.length, KEPT)))
    return tuple(found[:_PACKETS])


def _of_packet(packet: bytes, channel: Channel, where: str, problems: list[str]) -> Iterator[Said]:
    try:
        properties = xmp.read(_trimmed(packet))
    except AssetError as exc:
        problems.append(f"{where}: {exc.problem}")
        for value in values(packet, NAMESPACES["plus"], "DataMining"):
            for said in _plus(value, "", channel, where):
                refused = tuple(one for one in said.stated if one[1] is not Use.ALLOWED)
                if refused:
                    yield Said(said.channel, said.where, said.said, refused)
        return
    other = " ".join(texts(properties, PLACES[Field.OTHER_CONSTRAINTS]))
    for value in texts(properties, PLACES[Field.DATA_MINING]) or ("",):
        yield from _plus(value, other, channel, where)


def _trimmed(packet: bytes) -> bytes:
    """Return *packet* up to the end of its XML: a GIF has a tail behind it, a block of EXIF anything."""
    for end in _END:
        if (at := packet.rfind(end)) >= 0:
            return packet[: at + len(end)]
    return packet


def _plus(value: str, other: str, channel: Channel, where: str) -> Iterator[Said]:
    if stated := from_plus(value, other):
        name = "plus:DataMining" if value.strip() else "plus:OtherConstraints"
        answers = tuple((entry, use, text) for entry, (use, text) in stated.items())
        yield Said(channel, f"{where} {name}", (value.strip() or other)[:_SHOWN], answers)


def kept(found: Kept) -> Carried:
    """Return what is left in *found*: raw EXIF or XMP, or names and values, as JSON or a mapping, of any tool.

    Only PLUS is looked for; EXIF itself has no field for it, so that most of what pipelines keep says nothing.
    """
    if isinstance(found, str):
        found = found[:KEPT].encode("utf-8", "surrogatepass")
    if isinstance(found, bytes):
        data = found[:KEPT]
        if data.lstrip()[:1] not in (b"{", b"["):
            return of_packets(packets_in(data), channel=Channel.KEPT, where="kept XMP")
        try:
            found = {"": json.loads(data)}
        except (ValueError, RecursionError):
            return Carried(problems=("what was kept of the metadata: is not JSON",))
    return _of_values(found)


def packets_in(data: bytes) -> tuple[bytes, ...]:
    """Return what looks like an XMP packet in *data*, whatever stands around it."""
    starts = [found.start() for found in _BEGIN.finditer(data[:KEPT])][: 2 * _PACKETS]
    found = (data[start:end] for start, end in zip(starts, [*starts[1:], KEPT], strict=True)) if starts else ()
    return tuple(packet for packet in found if b"rdf:" in packet)


def _of_values(found: Mapping[str, Any]) -> Carried:
    mining: list[str] = []
    other: list[str] = []
    packets: list[bytes] = []
    for name, value in _leaves(found):
        last = _LAST.split(name)[-1].lower()
        if last in (_MINING, _OTHER):
            (mining if last == _MINING else other).append(value)
        elif "<rdf:RDF" in value and len(packets) < _PACKETS:
            packets.extend(packets_in(value.encode("utf-8", "surrogatepass")))
    inside = of_packets(tuple(packets), channel=Channel.KEPT, where="kept XMP")
    said = [one for value in mining or [""] for one in _plus(value, " ".join(other), Channel.KEPT, "kept")]
    return Carried((*said, *inside.said), inside.problems)


def _leaves(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every text in *found* with the nearest name above it; so deep, and so many."""
    left, queue = NODES, [("", found, 0)]
    while queue and left:
        left -= 1
        name, value, depth = queue.pop()
        if isinstance(value, str):
            yield name, value[:KEPT]
        elif isinstance(value, bytes):
            yield name, value[:KEPT].decode("utf-8", "replace")
        elif depth < DEPTH and isinstance(value, Mapping):
            # The name of a language in an alternative says nothing of the property.
            queue += [
                (name if str(key) in _LANGUAGES else str(key)[:256], below, depth + 1) for key, below in _few(value)
            ]
        elif depth < DEPTH and isinstance(value, list | tuple):
            queue += [(name, below, depth + 1) for below in value[:NODES]]


_LANGUAGES = frozenset({"x-default", "en"})


def _few(found: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    for number, pair in enumerate(found.items()):
        if number == NODES:
            return
        yield pair
