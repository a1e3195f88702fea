"""DOS: small files that would take the machine. The engine is never asked about them: it would die, or take minutes."""

from __future__ import annotations

import shutil
import struct
from typing import Any

from provenance.terms import OWN, Integrity, Level
from tests.hostile.boxes import Raw, box, brotli, cbor, superbox
from tests.hostile.case import Case
from tests.hostile.forge import Assertion, Forged, Spec, actions, child, forge, ingredient, manifest, new_label, store
from tests.hostile.pictures import app11, embed, picture
from tests.support.container import chunk

STOPPED, ALTERED, NONE = Integrity.NOT_CHECKED, Integrity.ALTERED, Integrity.NO_CREDENTIALS
NOBODY = Level.UNVERIFIED
MALFORMED = OWN + "container.malformed"


def _in_png(whole: bytes) -> bytes:
    return embed(picture(), whole)[0]


def _unsigned(*assertions: Assertion, label: str = "") -> bytes:
    """A manifest that was not hashed to the picture: the walk must stop before anyone cares."""
    spec = Spec(assertions)
    return _in_png(store([manifest(spec, label or new_label(), [*assertions])]))


def many_assertions(count: int) -> bytes:
    return forge(
        Spec([actions(), *(Assertion(f"org.example.n__{n}" if n else "org.example.n", {"n": n}) for n in range(count))])
    ).data


def _many_ingredients(count: int) -> bytes:
    label = "c2pa.ingredient.v3"
    return _unsigned(*(ingredient(None, "inputTo", label=f"{label}__{n}" if n else label) for n in range(count)))


def _many_actions(count: int) -> bytes:
    return _unsigned(actions(*({"action": "c2pa.edited"} for _ in range(count))))


def _many_manifests(count: int) -> bytes:
    return _in_png(store([manifest(Spec(), new_label(), [actions()]) for _ in range(count)]))


def _long_chain(count: int) -> bytes:
    """A chain, each link honest; made without signing every picture anew."""
    last = forge()
    for _ in range(count - 1):
        link = ingredient(last)
        label = new_label()
        made = manifest(Spec(), label, [actions(), link])
        last = Forged(b"", (*last.boxes, made), (*last.labels, label))
    return child(last).data


def _many_chunks(count: int) -> bytes:
    data = picture()
    return data[:33] + chunk(b"tEXt", b"a\0b") * count + data[33:]


def _many_blocks(count: int) -> bytes:
    data = picture("gif")
    return data[:-1] + b"\x21\xfe\x01a\x00" * count + b";"


def _many_segments(count: int) -> bytes:
    data = picture("jpeg")
    return data[:2] + b"\xff\xeb\x00\x04JP" * count + data[2:]


def _deep_boxes(depth: int) -> bytes:
    inner = superbox(b"json", "leaf", box(b"json", b"{}"))
    for number in range(depth):
        inner = superbox(b"c2as", f"n{number}", inner)
    return _in_png(store([inner]))


def _deep_cbor(depth: int) -> bytes:
    return _unsigned(actions(), Assertion("org.example.deep", Raw(b"\x81" * depth + b"\x01")))


def _deep_json(depth: int) -> bytes:
    return _unsigned(actions(), Assertion("org.example.deep", b"[" * depth + b"]" * depth, "json"))


def _huge_length() -> bytes:
    return _unsigned(actions(), Assertion("org.example.huge", Raw(b"\x5b" + struct.pack(">Q", 1 << 62))))


def _huge_array() -> bytes:
    return _unsigned(actions(), Assertion("org.example.huge", Raw(b"\x9b" + struct.pack(">Q", 1 << 40))))


def _huge_string(size: int) -> bytes:
    return _unsigned(actions(), Assertion("org.example.huge", {"text": "a" * size}))


def _huge_bytes(size: int) -> bytes:
    return forge(Spec([actions(), Assertion("org.example.huge", {"data": bytes(size)})])).data


def _cut(kind: str) -> Any:
    """A file that ends inside its manifest store."""

    def build() -> bytes:
        whole = forge(asset=picture(kind))
        return whole.data[: whole.start + whole.length // 2]

    return build


def _chunk_overrun() -> bytes:
    whole = forge()
    return whole.data[: whole.start] + struct.pack(">I", 0x7FFFFFF0) + whole.data[whole.start + 4 :]


def _box_overrun() -> bytes:
    whole = bytearray(forge().store)
    whole[0:4] = struct.pack(">I", 0x7FFFFFF0)
    return _in_png(bytes(whole))


def _box_zero() -> bytes:
    """A box of length 1 whose 64-bit length is 0."""
    return _in_png(store([struct.pack(">I", 1) + b"jumb" + bytes(8) + bytes(40)]))


def _long_label() -> bytes:
    return _unsigned(actions(), Assertion("org.example." + "a" * 5_000, {"n": 1}))


def _label(name: bytes) -> Any:
    return lambda: _in_png(
        store(
            [
                superbox(
                    b"c2ma",
                    new_label(),
                    superbox(b"c2as", "c2pa.assertions", superbox(b"cbor", name, box(b"cbor", cbor({})))),
                )
            ]
        )
    )


def _bomb() -> bytes:
    """A manifest of 31 MB of zeros, compressed to nothing by Node's Brotli."""
    bomb = Assertion("org.example.bomb", {"data": bytes(31_000_000)})
    spec = Spec([actions(), bomb])
    label = new_label()
    return _in_png(store([superbox(b"c2cm", label, box(b"brob", brotli(manifest(spec, label, [actions(), bomb]))))]))


def _many_packed(count: int) -> bytes:
    return _in_png(
        store([superbox(b"c2cm", new_label(), box(b"brob", b"\x21\x00\x00\x04a\x03")) for _ in range(count)])
    )


def _segments_reversed() -> bytes:
    """A JPEG whose store is cut into segments that claim to be the four-billionth."""
    data = picture("jpeg")
    odd = app11(forge(asset=data).store).replace(b"JP\0\1\0\0\0\1", b"JP\0\1\xff\xff\xff\xff", 1)
    return data[:2] + odd + data[2:]


def _svg_bomb() -> bytes:
    names = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    return f'<?xml version="1.0"?><!DOCTYPE svg [{names}]><svg xmlns="http://www.w3.org/2000/svg">&a9;</svg>'.encode()


def _tiff_cycle() -> bytes:
    """A TIFF whose directory names itself as the next one."""
    return b"II*\0\x08\0\0\0" + b"\x01\0" + struct.pack("<HHII", 256, 4, 1, 1) + struct.pack("<I", 8) + bytes(64)


F2 = "not asked: takes gigabytes (F2)"
F3 = "not asked: takes 20 to 60 seconds (F3)"
QUICK = "not asked"

CASES = {
    "assertions": Case("DOS", "8,000 assertions", lambda: many_assertions(8_000), STOPPED, NOBODY, ("boxes",),
        engine=F3),
    "assertions_1000": Case("DOS", "1,000 assertions", lambda: many_assertions(1_000), STOPPED, NOBODY,
        ("assertions",), engine=QUICK),
    "ingredients": Case("DOS", "4,000 ingredients", lambda: _many_ingredients(4_000), STOPPED, NOBODY, engine=F3),
    "actions": Case("DOS", "40,000 actions", lambda: _many_actions(40_000), STOPPED, NOBODY, ("actions",), engine=F3),
    "manifests": Case("DOS", "1,000 manifests", lambda: _many_manifests(1_000), STOPPED, NOBODY, ("manifests",),
        engine=F3),
    "chain_300": Case("DOS", "a chain of 300", lambda: _long_chain(300), STOPPED, NOBODY, ("manifests",), engine=QUICK),
    "chunks": Case("DOS", "a PNG of a million chunks", lambda: _many_chunks(1_000_000), STOPPED, NOBODY, ("chunks",),
        engine=F3),
    "blocks": Case("DOS", "a GIF of a million blocks", lambda: _many_blocks(1_000_000), STOPPED, NOBODY, ("chunks",),
        suffix=".gif", engine=F3),
    "segments": Case("DOS", "a JPEG of 100,000 segments", lambda: _many_segments(100_000), STOPPED, NOBODY,
        ("chunks",), suffix=".jpg", engine=QUICK),
    "deep_boxes": Case("DOS", "5,000 boxes in one another", lambda: _deep_boxes(5_000), ALTERED, NOBODY, engine=QUICK),
    "deep_cbor": Case("DOS", "100,000 lists in one another", lambda: _deep_cbor(100_000), ALTERED, NOBODY,
        engine=QUICK),
    "deep_json": Case("DOS", "100,000 JSON lists in one another", lambda: _deep_json(100_000), ALTERED, NOBODY,
        engine=QUICK),
    "huge_length": Case("DOS", "a string that says it is 4 exabytes long", _huge_length, ALTERED, NOBODY, engine=QUICK),
    "huge_array": Case("DOS", "a list that says it has a trillion entries", _huge_array, ALTERED, NOBODY, engine=QUICK),
    "huge_string": Case("DOS", "a text of 20 MB", lambda: _huge_string(20_000_000), STOPPED, NOBODY, ("box_bytes",),
        engine=F2),
    "huge_bytes": Case("DOS", "a byte string of 20 MB", lambda: _huge_bytes(20_000_000), STOPPED, NOBODY,
        ("box_bytes",), engine=F2),
    "huge_store": Case("DOS", "a store of 40 MB", lambda: _huge_bytes(40_000_000), STOPPED, NOBODY, ("store_bytes",),
        engine=F2),
    "cut_png": Case("DOS", "a PNG that ends inside its manifest store", _cut("png"), ALTERED, NOBODY, (MALFORMED,),
        engine=QUICK),
    "cut_jpeg": Case("DOS", "a JPEG that ends inside its manifest store", _cut("jpeg"), ALTERED, NOBODY, (MALFORMED,),
        suffix=".jpg", engine=QUICK),
    "chunk_overrun": Case("DOS", "a chunk that is longer than the file", _chunk_overrun, ALTERED, NOBODY, engine=QUICK),
    "box_overrun": Case("DOS", "a box that is longer than the file", _box_overrun, ALTERED, NOBODY, (MALFORMED,),
        engine=QUICK),
    "box_zero": Case("DOS", "a box without length", _box_zero, ALTERED, NOBODY, (MALFORMED,), engine=QUICK),
    "label_long": Case("DOS", "a label of 5,000 bytes", _long_label, STOPPED, NOBODY, ("label_bytes",), engine=QUICK),
    "label_control": Case("DOS", "a label with a control character", _label(b"org.example.\x1b[31m"), ALTERED, NOBODY,
        (MALFORMED,), engine=QUICK),
    "label_bidi": Case("DOS", "a label that turns the reading direction", _label("org.example.\u202etxt".encode()),
        ALTERED, NOBODY, (MALFORMED,),
        engine=QUICK),
    "label_utf8": Case("DOS", "a label that is not UTF-8", _label(b"org.example.\xff\xfe"), ALTERED, NOBODY,
        (MALFORMED,), engine=QUICK),
    "packed_many": Case("DOS", "150 compressed manifests", lambda: _many_packed(150), STOPPED, NOBODY, ("compressed",),
        engine=QUICK),
    "segment_order": Case("DOS", "a JPEG whose store lies in the four-billionth segment", _segments_reversed,
        Integrity.INTACT, Level.LISTED, suffix=".jpg", engine=QUICK),
    "svg_entities": Case("DOS", "an SVG of entities in entities", _svg_bomb, NONE, NOBODY, suffix=".svg", engine=QUICK),
    "tiff_cycle": Case("DOS", "a TIFF whose directories go in a circle", _tiff_cycle, NONE, NOBODY, suffix=".tif",
        engine=QUICK),
}  # fmt: skip
if shutil.which("node"):
    CASES["bomb"] = Case(
        "DOS", "31 MB compressed into a few bytes", _bomb, STOPPED, NOBODY, ("decompressed_bytes",), engine=F2
    )
