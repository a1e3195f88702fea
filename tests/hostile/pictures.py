"""Pictures of a few bytes, and how a manifest store lies in them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from functools import cache

from PIL import Image

from tests.hostile.boxes import box
from tests.support.container import chunk
from tests.support.pictures import draw

C2PA_BMFF = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


@cache
def picture(kind: str = "png", *, shift: int = 0) -> bytes:
    """Return a small drawn picture."""
    out = io.BytesIO()
    draw((32, 24), shift=shift).save(out, {"avif": "AVIF", "png": "PNG", "jpeg": "JPEG", "gif": "GIF"}[kind])
    return out.getvalue()


def chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and length of every PNG chunk."""
    at = 8
    while at < len(data):
        length = struct.unpack_from(">I", data, at)[0] + 12
        yield data[at + 4 : at + 8], at, length
        at += length


def pixel_chunk(data: bytes) -> tuple[int, int]:
    """Return where the pixels of a PNG lie: the data of its first IDAT."""
    return next((start + 8, length - 12) for kind, start, length in chunks(data) if kind == b"IDAT")


def repainted(data: bytes, colour: int = 0) -> bytes:
    """Return the PNG with other pixels in an IDAT of the same length, still decodable."""
    start, length = pixel_chunk(data)
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
    raw = (b"\0" + bytes([colour]) * (3 * width)) * height
    packed = zlib.compress(raw, 9)
    assert len(packed) <= length
    body = packed + bytes(length - len(packed))
    return data[: start - 8] + chunk(b"IDAT", body) + data[start + length + 4 :]


def embed(data: bytes, store: bytes) -> tuple[bytes, int, int]:
    """Put *store* into a picture; return the file, and the start and length of the manifest's container."""
    if data.startswith(b"\x89PNG"):
        at, container = 33, chunk(b"caBX", store)
    elif data.startswith(b"\xff\xd8"):
        at, container = 2, app11(store)
    else:  # BMFF: at the end, so that no offset moves
        body = C2PA_BMFF + bytes(4) + b"manifest\0" + bytes(8) + store
        at, container = len(data), box(b"uuid", body)
    return data[:at] + container + data[at:], at, len(container)


def app11(store: bytes, *, instance: int = 1) -> bytes:
    """Return *store* as JPEG segments (ISO 19566-5 Annex D)."""
    head, rest, out = store[:8], store[8:], b""
    for number, at in enumerate(range(0, max(len(rest), 1), 60_000), 1):
        body = b"JP" + struct.pack(">HI", instance, number) + head + rest[at : at + 60_000]
        out += b"\xff\xeb" + struct.pack(">H", len(body) + 2) + body
    return out


def top_boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and length of every top-level BMFF box."""
    at = 0
    while at < len(data):
        length = struct.unpack_from(">I", data, at)[0] or len(data) - at
        yield data[at + 4 : at + 8], at, length
        at += length


def with_xmp(data: bytes, url: str) -> bytes:
    """Return the PNG with an XMP packet that points to a manifest at *url*."""
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{url}"/>'
        "</rdf:RDF></x:xmpmeta>"
    )
    text = b"XML:com.adobe.xmp\0\0\0\0\0" + packet.encode()
    return data[:33] + chunk(b"iTXt", text) + data[33:]
