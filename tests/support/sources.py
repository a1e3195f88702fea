"""Working files of every kind, made at run time by hand: what a program would write, and no more."""

from __future__ import annotations

import io
import plistlib
import sqlite3
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import c2pa

from provenance.engine.context import writing_context
from provenance.engine.embed import SigningCredential
from tests.support.signing import plan

KRITA_INFO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE document-info PUBLIC '-//KDE//DTD document-info 1.1//EN' 'http://www.calligra.org/DTD/document-info-1.1.dtd'>
<document-info xmlns="http://www.calligra.org/DTD/document-info">
 <about>
  <title>The client's name</title>
  <initial-creator>Mika Kestrel</initial-creator>
  <editing-cycles>{cycles}</editing-cycles>
  <editing-time>{seconds}</editing-time>
  <date>2026-03-09T23:51:00</date>
  <creation-date>2026-03-01T08:14:33</creation-date>
 </about>
 <author><full-name>Mika Kestrel</full-name><contact type="email">mika@example.org</contact></author>
</document-info>"""
KRITA_DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE DOC PUBLIC '-//KDE//DTD krita 2.0//EN' 'http://www.calligra.org/DTD/krita-2.0.dtd'>
<DOC xmlns="http://www.calligra.org/DTD/krita" kritaVersion="5.2.6" editor="Krita" syntaxVersion="2.0">
 <IMAGE mime="application/x-kra" name="Secret name" width="1200" height="800">
  <layers>
   <layer nodetype="grouplayer" name="Figures"><layers>
    <layer nodetype="paintlayer" name="Mika"/>
    <layer nodetype="paintlayer" name="line"><masks><mask nodetype="transparencymask"/></masks></layer>
   </layers></layer>
   <layer nodetype="shapelayer" name="frame"/>
   <layer nodetype="paintlayer" name="Background"/>
  </layers>
 </IMAGE>
</DOC>"""
STACK = """<?xml version='1.0' encoding='UTF-8'?>
<image version="0.0.3" w="640" h="480"><stack>
 <stack name="group"><layer src="data/1.png" name="one"/><layer src="data/2.png" name="two"/></stack>
 <layer src="data/0.png" name="paper"/>
</stack></image>"""


def zipped(path: Path, entries: Mapping[str, bytes | str]) -> Path:
    """Write a zip archive; an entry ``mimetype`` is stored as it is, as OpenRaster asks."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            file.writestr(name, data, compress_type=stored)
    return path


def krita(path: Path, *, seconds: int = 12_000, cycles: int = 14, **entries: bytes | str) -> Path:
    return zipped(
        path,
        {
            "mimetype": "application/x-krita",
            "maindoc.xml": entries.get("document", KRITA_DOCUMENT),
            "documentinfo.xml": entries.get("info", KRITA_INFO.format(seconds=seconds, cycles=cycles)),
            "mergedimage.png": b"picture",
        },
    )


def openraster(path: Path, stack: str = STACK) -> Path:
    return zipped(path, {"mimetype": "image/openraster", "stack.xml": stack, "data/0.png": b"", "mergedimage.png": b""})


def keyed(**root: Any) -> bytes:
    """Return a keyed archive of a document with two layers and a group of two, as Procreate writes it."""
    uid = plistlib.UID
    objects: list[Any] = [
        "$null",
        {
            "SilicaDocumentTrackedTimeKey": 5025.25, "strokeCount": 3187, "size": uid(2), "layers": uid(3),
            "videoDuration": uid(9), "name": uid(10),
        } | root,
        "{2048, 1536}",
        {"NS.objects": [uid(4), uid(5), uid(6)]},
        {"name": uid(10)},
        {"name": uid(10)},
        {"name": uid(10), "children": uid(7)},
        {"NS.objects": [uid(8), uid(11)]},
        {"name": uid(10)},
        "1:41",
        "The client's name",
        {"name": uid(10)},
    ]  # fmt: skip
    table = {"$archiver": "NSKeyedArchiver", "$version": 100000, "$top": {"root": uid(1)}, "$objects": objects}
    return plistlib.dumps(table, fmt=plistlib.FMT_BINARY)


def procreate(path: Path, document: bytes | None = None) -> Path:
    return zipped(
        path,
        {
            "Document.archive": keyed() if document is None else document,
            "QuickLook/Thumbnail.png": b"",
            "video/segments/segment-1.mp4": b"one",
            "video/segments/segment-2.mp4": b"two",
        },
    )


def database(*statements: str) -> bytes:
    with sqlite3.connect(":memory:") as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        return bytes(connection.serialize())


CLIP_TABLES = (
    "CREATE TABLE Canvas (MainId, CanvasWidth, CanvasRootFolder)",
    "CREATE TABLE Layer (MainId, LayerName)",
    "INSERT INTO Canvas VALUES (1, 100.0, 2)",
    "INSERT INTO Layer VALUES (2, ''), (3, 'Paper'), (4, 'Mika'), (5, 'line')",
)


def chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack(">Q", len(data)) + data


def clip(path: Path, data: bytes | None = None) -> Path:
    whole = chunk(b"CHNKHead", bytes(40)) + chunk(b"CHNKExta", bytes(100))
    whole += chunk(b"CHNKSQLi", database(*CLIP_TABLES) if data is None else data) + chunk(b"CHNKFoot", b"")
    path.write_bytes(b"CSFCHUNK" + struct.pack(">QQ", len(whole) + 24, 24) + whole)
    return path


def box(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + name + data


def mp4(path: Path, *, seconds: int = 95, brand: bytes = b"isom", created: int = 3_855_000_000) -> Path:
    header = struct.pack(">IIIII", 0, created, created, 600, seconds * 600) + bytes(80)
    path.write_bytes(
        box(b"ftyp", brand + b"\0\0\2\0" + b"isommp41") + box(b"moov", box(b"mvhd", header)) + box(b"mdat", b"frames")
    )
    return path


def webm(path: Path, *, seconds: float = 41.5) -> Path:
    def element(number: bytes, data: bytes) -> bytes:
        return number + bytes([0x08]) + len(data).to_bytes(4, "big") + data  # a length in five bytes

    info = element(b"\x2a\xd7\xb1", b"\x0f\x42\x40") + element(b"\x44\x89", struct.pack(">d", seconds * 1000))
    segment = element(b"\x18\x53\x80\x67", element(b"\x15\x49\xa9\x66", info))
    path.write_bytes(element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", b"webm")) + segment)
    return path


def tiff(path: Path, tags: Mapping[int, bytes | int], *, tail: bytes = b"") -> Path:
    """Write a little-endian TIFF of one directory; bytes are ASCII tags, numbers are LONGs."""
    at = 8 + 2 + len(tags) * 12 + 4
    entries, values = b"", b""
    for tag, value in sorted(tags.items()):
        if isinstance(value, int):
            entries += struct.pack("<HHII", tag, 4, 1, value)
        elif len(value) <= 4:
            entries += struct.pack("<HHI", tag, 1, len(value)) + value.ljust(4, b"\0")
        else:
            entries += struct.pack("<HHII", tag, 2, len(value), at + len(values))
            values += value
    head = b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(4)
    path.write_bytes(head + values + tail)
    return path


CAMERA: dict[int, bytes | int] = {
    256: 6000, 257: 4000, 262: 32803, 271: b"NIKON CORPORATION\0", 272: b"NIKON Z 8\0",
    36867: b"2026:02:14 09:12:13\0", 42033: b"3001234\0", 42032: b"Mika Kestrel\0",
}  # fmt: skip


def dng(path: Path) -> Path:
    return tiff(path, CAMERA | {50706: b"\1\4\0\0"})


XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
 xmp:CreatorTool="Adobe Photoshop 26.1 (Windows)" xmp:CreateDate="2026-03-02T10:00:00+09:00"
 xmp:ModifyDate="2026-03-05T10:00:00+09:00"><h>
<li stEvt:action="saved" stEvt:when="2026-03-01T08:00:00+09:00" stEvt:instanceID="xmp.iid:1"/>
<li><stEvt:when>2026-03-09T08:00:00+09:00</stEvt:when></li></h></rdf:Description></rdf:RDF></x:xmpmeta>"""


def psd_layer(name: bytes, *, big: bool = False, **blocks: bytes) -> bytes:
    """Return one layer record without channels' pixels."""
    wide = ">hQ" if big else ">hI"
    padded = bytes([len(name)]) + name
    padded += bytes(-len(padded) % 4)
    tagged = b"".join(b"8BIM" + key.encode() + struct.pack(">I", len(data)) + data for key, data in blocks.items())
    extra = bytes(8) + padded + tagged
    head = struct.pack(">4iH", 0, 0, 1, 1, 4) + struct.pack(wide, 0, 2) * 4
    return head + b"8BIMnorm" + b"\xff\0\0\0" + struct.pack(">I", len(extra)) + extra


def section(kind: int) -> bytes:
    return struct.pack(">I", kind)


def psd_layers(*, big: bool = False) -> list[bytes]:
    return [
        psd_layer(b"Background", big=big),
        psd_layer(b"</Layer group>", big=big, lsct=section(3)),
        psd_layer(b"Mika", big=big),
        psd_layer(b"words", big=big, TySh=b"data"),
        psd_layer(b"group", big=big, lsct=section(1)),
        psd_layer(b"light", big=big, levl=b"data"),
        psd_layer(b"shape", big=big, SoCo=b"data", vmsk=b"data"),
    ]


def psd(path: Path, layers: list[bytes] | None = None, *, big: bool = False, deep: bool = False) -> Path:
    """Write a PSD or PSB; *deep*: as 16 bits a channel, where the list of layers stands further back."""
    wide = ">Q" if big else ">I"
    records = psd_layers(big=big) if layers is None else layers
    info = struct.pack(">h", -len(records)) + b"".join(records) + bytes(8 * 4 * len(records))
    info += bytes(-len(info) % 4)
    if deep:
        section_ = struct.pack(wide, 0) + struct.pack(">I", 0) + b"8BIMLr16" + struct.pack(wide, len(info)) + info
    else:
        section_ = struct.pack(wide, len(info)) + info + struct.pack(">I", 0)
    resources = b"8BIM" + struct.pack(">H", 1000) + b"\0\0" + struct.pack(">I", 3) + b"abc\0"
    resources += b"8BIM" + struct.pack(">H", 1060) + b"\0\0" + struct.pack(">I", len(XMP)) + XMP + bytes(len(XMP) % 2)
    head = b"8BPS" + struct.pack(">H6xHIIHH", 2 if big else 1, 4, 800, 1200, 16 if deep else 8, 3)
    path.write_bytes(
        head + struct.pack(">I", 0) + struct.pack(">I", len(resources)) + resources
        + struct.pack(wide, len(section_)) + section_ + struct.pack(">H", 0) + bytes(16)
    )  # fmt: skip
    return path


def zip_of_names(path: Path, count: int) -> Path:
    """Write an archive of *count* empty entries."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for number in range(count):
            file.writestr(f"{number}", b"")
    path.write_bytes(held.getvalue())
    return path


def signed_by_engine(work: Path, target: Path, credential: SigningCredential) -> Path:
    """Sign a video or an archive in place of its program: by the engine alone, which wants archives not packed."""
    media_type = "video/mp4"
    if zipfile.is_zipfile(work):
        media_type = "application/x-zip"
        with zipfile.ZipFile(work) as file:
            entries = {name: file.read(name) for name in file.namelist()}
        with zipfile.ZipFile(work, "w", zipfile.ZIP_STORED) as file:
            for name, data in entries.items():
                file.writestr(name, data)
    algorithm = c2pa.C2paSigningAlg[credential.algorithm.name]
    signer = c2pa.Signer.from_callback(credential.sign, algorithm, credential.chain_pem, None)
    builder = c2pa.Builder(dict(plan().definition), writing_context())
    with work.open("rb") as source, target.open("w+b") as result:
        builder.sign(signer, media_type, source, result)
    return target
