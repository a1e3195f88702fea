"""XMP in SVG: an ``x:xmpmeta`` element inside ``metadata`` (XMP part 3 §2.5, SVG 1.1 §21).

expat only tells where elements stand; the text is spliced there and never written anew. A document type is refused:
with entities of its own, nobody could say what the text means. So is another encoding than that of the packet.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from provenance.container import svg
from provenance.container.model import Limits
from provenance.container.parts import Layout, Span
from provenance.container.source import Source
from provenance.metadata.blocks import MOST, Blocks, Change
from provenance.metadata.carriers import moved
from provenance.metadata.edits import Edit
from provenance.record import dataclass

_MOST = 32 * 1024 * 1024  # of a drawing, this much is read
_XMPMETA = "adobe:ns:meta/}xmpmeta"
_SVG = "http://www.w3.org/2000/svg}"
_ROOTS = frozenset({_SVG + "svg", "svg"})  # some old drawings name no namespace
_METADATA = frozenset({_SVG + "metadata", "metadata"})
_ENCODINGS = frozenset({"utf-8", "us-ascii"})
# Only ever matched where expat has found a start tag, so each of them ends.
_TAG = re.compile(rb"<((?:[^\s/>:]++:)?)[^\s/>]++(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>")


class _RefusedError(Exception):
    """Ends the reading; the text says why."""


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the elements stand that matter here."""

    root: int
    metadata_end: int | None  # where the end tag of the first ``metadata`` below the root begins
    packet: Span | None  # without the instructions around it


def find(source: Source, layout: Layout, limits: Limits) -> Blocks:
    """Return the first packet; of a drawing that cannot be read as XML, what looks like one."""
    problems: list[str] = []
    try:
        element = _places(_text(source)).packet
        packet = svg.around(source, element) if element else None
    except _RefusedError as problem:
        problems.append(f"the drawing {problem}")
        packet = svg.packet(source, layout)
    xmp = None
    if packet is not None:
        if packet.length > MOST:
            problems.append("the XMP of the picture is larger than is read")
        else:
            xmp = source.read(packet.start, packet.length)
    return Blocks(xmp=xmp, xmp_spans=(packet,) if packet else (), problems=tuple(problems))


def place(source: Source, layout: Layout, found: Blocks, change: Change, limits: Limits) -> tuple[Edit, ...]:
    """Return the edits that make *change*; of EXIF and IPTC an SVG knows nothing.

    Raises:
        AssetError: if the drawing cannot be read as XML, has a document type, or another encoding than UTF-8.
    """
    if change.xmp is None:
        return ()
    try:
        text = _text(source)
        places = _places(text, packet=change.xmp)
    except _RefusedError as problem:
        raise moved.refused(str(problem)) from problem
    if places.packet is not None:
        whole = svg.around(source, places.packet)
        return (Edit(whole.start, whole.length, change.xmp),)
    if places.metadata_end is not None:
        return (Edit(places.metadata_end, 0, change.xmp),)
    return (_new_element(text, places.root, change.xmp),)


def _new_element(text: bytes, root: int, packet: bytes) -> Edit:
    """Return the edit that puts a ``metadata`` element with *packet* first into the root."""
    tag = _tag(text, root)
    name = tag[1] + b"metadata"
    element = b"<" + name + b">" + packet + b"</" + name + b">"
    if not tag[0].endswith(b"/>"):
        return Edit(tag.end(), 0, element)
    root_name = re.split(rb"[\s/>]", tag[0][1:], maxsplit=1)[0]
    return Edit(tag.end() - 2, 2, b">" + element + b"</" + root_name + b">")


def _tag(text: bytes, at: int) -> re.Match[bytes]:
    found = _TAG.match(text, at)
    if found is None:
        raise AssertionError("expat found a tag where there is none")
    return found


def _text(source: Source) -> bytes:
    if source.size > _MOST:
        raise _RefusedError("is larger than is read")
    return source.read(0, source.size)


class _Reader:
    """Notes where elements stand while expat reads."""

    def __init__(self, text: bytes, packet: bytes) -> None:
        self._text = text
        self._packet = packet
        self._parser = parser = expat.ParserCreate(namespace_separator="}")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.XmlDeclHandler = self._declared
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        self._depth = 0
        self._packet_at: tuple[int, int] | None = None  # depth and place of the packet that is open
        self._metadata_at = -1
        self.root = -1
        self.metadata_end: int | None = None
        self.packet: Span | None = None

    def read(self) -> None:
        try:
            self._parser.Parse(self._text, True)
        except expat.ExpatError as error:
            raise _RefusedError(f"cannot be read as XML ({expat.ErrorString(error.code)})") from error
        except (ValueError, LookupError) as error:  # an encoding that Python does not know, or not byte by byte
            raise _RefusedError("is not in UTF-8") from error

    def _doctype(self, *_: object) -> None:
        raise _RefusedError("has a document type")

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        named = (encoding or "utf-8").lower()
        if named not in _ENCODINGS or (named != "utf-8" and not self._packet.isascii()):
            raise _RefusedError("is not in UTF-8")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        at = self._parser.CurrentByteIndex
        if self._depth == 0:
            if name not in _ROOTS:
                raise _RefusedError("is not an SVG")
            self.root = at
        elif name == _XMPMETA and self.packet is None and self._packet_at is None:
            self._packet_at = (self._depth, at)
        elif self._depth == 1 and name in _METADATA:
            self._metadata_at = at
        self._depth += 1

    def _end(self, name: str) -> None:
        at = self._parser.CurrentByteIndex
        self._depth -= 1
        if self._packet_at is not None and self._packet_at[0] == self._depth:
            if self.packet is None:
                self.packet = self._whole(self._packet_at[1], at)
            self._packet_at = None
        elif self._depth == 1 and name in _METADATA and self.metadata_end is None:
            self.metadata_end = None if self._empty(self._metadata_at) else at

    def _empty(self, start: int) -> bool:
        """Whether the element that begins at *start* ends with its own tag; then expat tells where the next begins."""
        return _tag(self._text, start)[0].endswith(b"/>")

    def _whole(self, start: int, at: int) -> Span:
        """Return the element; *at* is where expat saw it end."""
        end = at if self._empty(start) else self._text.index(b">", at) + 1
        return Span(start, end - start)


def _places(text: bytes, packet: bytes = b"") -> _Places:
    """Return where the elements of *text* stand.

    Raises:
        _RefusedError: if it cannot be read, or must not be changed.
    """
    reader = _Reader(text, packet)
    reader.read()
    return _Places(reader.root, reader.metadata_end, reader.packet)
