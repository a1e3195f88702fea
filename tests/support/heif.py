"""AVIF files written by hand around a picture that Pillow coded, so that each form of a table can be tried alone."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from provenance.container import heif
from provenance.container.model import Kind, Limits
from provenance.container.source import Source
from tests.support.container import box, drawn, layout

XMP_TYPE = b"application/rdf+xml"


@dataclass(frozen=True, slots=True)
class Held:
    """One item beside the picture."""

    number: int
    kind: bytes
    data: bytes
    describes: tuple[int, ...] = ()
    in_idat: bool = False
    content_type: bytes = b""
    encoding: bytes = b""
    shares: bool = False  # its bytes are those of the picture


@dataclass(frozen=True, slots=True)
class Avif:
    """What the file is to look like."""

    iloc: int = 0  # version
    number: int = 1  # of the picture
    base: bool = False  # the offsets in the base, the extents at 0
    iref: bool = True
    reference: int = 0
    length: bool = True  # the picture says how long it is
    items: tuple[Held, ...] = ()
    in_meta: tuple[bytes, ...] = ()
    before: tuple[bytes, ...] = ()  # between ftyp and meta
    behind: tuple[bytes, ...] = field(default=())

    def made(self) -> bytes:
        """Return the file."""
        ftyp, size = box(b"ftyp", b"avif\0\0\0\0avifmif1miaf"), 0
        for _ in range(2):  # the length of the tables does not depend on what stands in them
            meta, data = self._meta(len(ftyp) + sum(map(len, self.before)) + size + 8)
            size = len(meta)
        return ftyp + b"".join(self.before) + meta + box(b"mdat", data) + b"".join(self.behind)

    def _meta(self, begins: int) -> tuple[bytes, bytes]:
        properties, coded = _picture()
        wide = 4 if self.iloc == 2 else 2
        idat, data = b"", coded
        places = [(self.number, 0, begins, len(coded) if self.length else 0)]
        for item in self.items:
            if item.shares:
                places.append((item.number, 0, begins, len(coded)))
            elif item.in_idat:
                places.append((item.number, 1, len(idat), len(item.data)))
                idat += item.data
            else:
                places.append((item.number, 0, begins + len(data), len(item.data)))
                data += item.data
        rows = b""
        for number, method, start, length in places:
            rows += number.to_bytes(wide, "big") + (method.to_bytes(2, "big") if self.iloc else b"")
            base = start.to_bytes(4, "big") if self.base else b""
            rows += self.reference.to_bytes(2, "big") + base
            rows += b"\0\1" + (0 if self.base else start).to_bytes(4, "big") + length.to_bytes(4, "big")
        sizes = bytes((0x44, 0x40 if self.base else 0))
        iloc = box(b"iloc", bytes((self.iloc, 0, 0, 0)) + sizes + len(places).to_bytes(wide, "big") + rows)
        named = self.number.to_bytes(4, "big")
        ipma = box(b"ipma", b"\1\0\0\0\0\0\0\1" + named + b"\4\1\2\x83\4")
        children = [
            box(b"hdlr", bytes(8) + b"pict" + bytes(13)),
            box(b"pitm", b"\1\0\0\0" + named),
            iloc,
            self._infos(),
            *([self._references()] if self.iref else []),
            box(b"iprp", properties + ipma),
            *([box(b"idat", idat)] if idat else []),
            *self.in_meta,
        ]
        return box(b"meta", bytes(4) + b"".join(children)), data

    def _infos(self) -> bytes:
        entries = box(b"infe", b"\3\0\0\0" + self.number.to_bytes(4, "big") + b"\0\0av01\0")
        for item in self.items:
            named = (
                item.content_type + b"\0" + (item.encoding + b"\0" if item.encoding else b"")
                if item.content_type
                else b""
            )
            entries += box(b"infe", b"\3\0\0\1" + item.number.to_bytes(4, "big") + b"\0\0" + item.kind + b"\0" + named)
        return box(b"iinf", b"\0\0\0\0" + (1 + len(self.items)).to_bytes(2, "big") + entries)

    def _references(self) -> bytes:
        entries = b"".join(
            box(b"cdsc", item.number.to_bytes(4, "big") + b"\0\1" + target.to_bytes(4, "big"))
            for item in self.items
            for target in item.describes
        )
        return box(b"iref", b"\1\0\0\0" + entries)


def _picture() -> tuple[bytes, bytes]:
    """Return the properties and the coded picture of the AVIF that `pictures` draws."""
    data = drawn("avif")
    source = Source(io.BytesIO(data))
    meta = heif.meta(source, layout(data, Kind.AVIF).parts, Limits())
    assert meta is not None
    (item,) = meta.items
    (iprp,) = (child for child in meta.children if child.name == "iprp")
    length = int.from_bytes(data[iprp.body.start : iprp.body.start + 4], "big")
    properties = data[iprp.body.start : iprp.body.start + length]
    return properties, data[item.extents[0].start : item.extents[0].end]
