"""`provenance.container.prescan`: every container, walked before the engine sees it (security P1–P8)."""

from __future__ import annotations

import base64
import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace

import c2pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.container.model import Kind, Limits, Prescan
from provenance.container.prescan import prescan, prescan_store
from tests.support.container import (
    C2PA_UUID,
    KINDS,
    assertion,
    box,
    chunk,
    drawn,
    engine_json,
    manifest,
    png,
    sign,
    signed,
    store,
)

URL = "https://example.org/a?b=1&c=2"
XMP = f'<x:xmpmeta><rdf:Description dcterms:provenance="{URL.replace("&", "&amp;")}"/></x:xmpmeta>'.encode()


def scan(data: bytes, limits: Limits | None = None) -> Prescan:
    return prescan(io.BytesIO(data), limits or Limits())


def labels(data: bytes, kind: Kind) -> dict[str, list[str]]:
    """Return the labels of manifests and of their assertions, as the engine tells them."""
    return {label: sorted(held["assertion_store"]) for label, held in engine_json(data, kind)["manifests"].items()}


@pytest.mark.parametrize("name", KINDS)
def test_finds_what_the_engine_wrote(name: str) -> None:
    """In every container the store is found, whole, and its labels are those that the engine reads."""
    data = signed(name)

    found = scan(data)

    assert (found.kind, found.size, found.refusals, found.damage) == (KINDS[name], len(data), (), ())
    assert {held.label: sorted(a.label for a in held.assertions) for held in found.manifests} == labels(
        data, KINDS[name]
    )
    (active,) = found.manifests
    assert (active.claim_label, active.errors, len(active.signature.certificates)) == ("c2pa.claim.v2", (), 2)
    assert found.store is not None
    assert prescan_store(found.store).manifests == found.manifests


@pytest.mark.parametrize("name", KINDS)
def test_unsigned_files_have_no_store(name: str) -> None:
    """Without a manifest there is no store, no refusal, no damage."""
    found = scan(drawn(name))

    assert (found.kind, found.store, found.manifests) == (KINDS[name], None, ())
    assert (found.refusals, found.damage, found.remote_url) == ((), (), "")


@pytest.mark.parametrize("name", KINDS)
def test_spans_are_the_container_of_the_manifest(name: str) -> None:
    """Without the spans nothing of the store is left in the file."""
    data = signed(name)

    rest = bytearray(data)
    for span in reversed(scan(data).store_spans):
        del rest[span.start : span.end]

    assert b"c2pa.signature" not in rest
    assert base64.b64encode(b"c2pa.signature")[:8] not in rest


def test_sidecar() -> None:
    """A store that stands by itself is read like one in a file."""
    data = store(manifest(assertions=[assertion("a", 1)]))

    found = scan(data)

    assert (found.kind, found.store) == (Kind.C2PA, data)
    assert [held.label for held in found.manifests] == ["urn:c2pa:1"]


@pytest.mark.parametrize("name", ["avif", "heic", "png", "jpeg", "gif", "webp", "jxl", "svg", "tiff"])
def test_update_manifest(name: str) -> None:
    """An update manifest comes last, wherever the container keeps it; in BMFF it has a box of its own."""
    data = sign(
        signed(name),
        KINDS[name],
        intent=c2pa.C2paBuilderIntent.UPDATE,
        assertions=[
            {"label": "c2pa.actions.v2", "created": True, "data": {"actions": [{"action": "c2pa.edited.metadata"}]}}
        ],
    )

    found = scan(data)

    assert [held.update for held in found.manifests] == [False, True]
    assert {held.label for held in found.manifests} == set(labels(data, KINDS[name]))
    assert found.store is not None
    assert prescan_store(found.store).manifests == found.manifests


def doubled(name: str) -> bytes:
    """Return the signed file with the container of its manifest twice."""
    data = signed(name)
    (span,) = scan(data).store_spans
    again = data[span.start : span.end]
    if name == "jpeg":
        again = again[:7] + b"\x77" + again[8:]  # another box instance
    made = data[: span.end] + again + data[span.end :]
    if name == "webp":
        made = made[:4] + struct.pack("<I", len(made) - 8) + made[8:]
    return made


@pytest.mark.parametrize("name", [name for name in KINDS if name not in ("tiff", "dng")])
def test_second_store_is_refused(name: str) -> None:
    """Two stores in a file are refused (P3)."""
    found = scan(doubled(name))

    assert [refusal.code for refusal in found.refusals] == ["second_store"]
    assert found.refusals[0].broken


def tiff(*directories: list[tuple[int, int, int, int]], tail: bytes = b"", links: tuple[int, ...] = ()) -> bytes:
    """Return a TIFF with *directories* one behind another; *links* are their successors, by number."""
    starts, at = [], 8
    for entries in directories:
        starts.append(at)
        at += 2 + 12 * len(entries) + 4
    follows = [starts[to] if to < len(starts) else 0 for to in links or range(1, len(directories) + 1)]
    out = b"II*\0" + struct.pack("<I", starts[0])
    for entries, following in zip(directories, follows, strict=True):
        out += struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
        out += struct.pack("<I", following)
    return out + tail


def test_second_store_in_a_tiff_is_refused() -> None:
    """A second directory with a store counts as a second store, in the chain or below it."""
    held = [(256, 4, 1, 1), (52545, 7, 4, 0)]

    assert [one.code for one in scan(tiff(held, held)).refusals] == ["second_store"]
    assert [one.code for one in scan(tiff([(330, 4, 1, 26), *held[1:]], held[1:])).refusals] == ["second_store"]


def test_cyclic_directories_end() -> None:
    """A chain that comes back to its beginning is damage, read once."""
    found = scan(tiff([(256, 4, 1, 1)], [(256, 4, 1, 1)], links=(1, 0)))

    assert (found.frames, found.damage) == (2, ("the directory at byte 8 is reached twice",))


def test_pages_of_a_tiff_are_counted() -> None:
    """Directories with a width are pages; the one that the engine appends for the manifest is none."""
    pages = drawn("tiff_pages")

    assert (scan(pages).frames, scan(sign(pages, Kind.TIFF)).frames, scan(drawn("tiff")).frames) == (2, 2, 1)


def app11(held: bytes, *, size: int, instance: int = 1, first: int = 1) -> bytes:
    """Return *held* in APP11 segments of at most *size* bytes each."""
    pieces = [held[8:][at : at + size] for at in range(0, len(held) - 8, size)]
    return b"".join(
        b"\xff\xeb"
        + struct.pack(">H", 2 + 8 + 8 + len(piece))
        + b"JP"
        + struct.pack(">HI", instance, number)
        + held[:8]
        + piece
        for number, piece in enumerate(pieces, start=first)
    )


def test_segments_of_a_jpeg_are_joined() -> None:
    """A store in many APP11 segments is joined in order, whatever stands between them."""
    held, picture = store(manifest(assertions=[assertion("a", bytes(900))])), drawn("jpeg")
    segments = app11(held, size=300)
    middle = 2 + 18 + 300

    found = scan(picture[:2] + segments[:middle] + b"\xff\xfe\0\4hi" + segments[middle:] + picture[2:])

    assert (found.store, found.refusals, len(found.store_spans)) == (held, (), 2)


def test_missing_segment_is_damage() -> None:
    """A gap in the numbers of the segments is damage, and the store does not hold."""
    held, picture = store(manifest(assertions=[assertion("a", bytes(900))])), drawn("jpeg")
    segments = app11(held, size=300)

    found = scan(picture[:2] + segments[:320] + segments[640:] + picture[2:])

    assert found.damage == ("segment 2 of the manifest store is missing",)
    assert [one.code for one in found.refusals] == ["malformed"]


def test_other_jumbf_in_a_jpeg_is_left_alone() -> None:
    """APP11 segments of another standard are no store."""
    picture = drawn("jpeg")

    found = scan(picture[:2] + app11(box(b"jumb", bytes(40)), size=100) + picture[2:])

    assert (found.store, found.refusals, found.damage) == (None, (), ())


def test_store_behind_the_scan_is_found() -> None:
    """The engine reads APP11 segments behind the scan, so do we."""
    held, picture = store(manifest()), drawn("jpeg")

    found = scan(picture[:-2] + app11(held, size=60_000) + picture[-2:])

    assert found.store == held


def with_xmp(name: str, packet: bytes) -> bytes:
    picture = drawn(name.partition(",")[0])
    if name == "jpeg":
        body = b"http://ns.adobe.com/xap/1.0/\0" + packet
        return picture[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + picture[2:]
    if name == "png":
        return picture[:33] + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet) + picture[33:]
    if name == "png, packed":
        return (
            drawn("png")[:33]
            + chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(packet))
            + drawn("png")[33:]
        )
    if name == "webp":
        made = picture + b"XMP " + struct.pack("<I", len(packet)) + packet + b"\0" * (len(packet) % 2)
        return made[:4] + struct.pack("<I", len(made) - 8) + made[8:]
    if name == "gif":
        at = 13 + 3 * 2 ** ((picture[10] & 7) + 1)
        return (
            picture[:at] + b"!\xff\x0bXMP DataXMP" + packet + b"\1" + bytes(range(255, -1, -1)) + b"\0" + picture[at:]
        )
    if name == "tiff":
        return tiff([(256, 4, 1, 1), (700, 1, len(packet), 38)], tail=packet)
    if name == "jxl":
        return picture + box(b"xml ", packet)
    if name == "avif":
        return picture + box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + packet)
    return picture.replace(b"</svg>", b"<metadata>" + packet + b"</metadata></svg>")


@pytest.mark.parametrize("name", ["jpeg", "png", "png, packed", "webp", "gif", "tiff", "jxl", "avif", "svg"])
def test_remote_url(name: str) -> None:
    """In every container, XMP can say that the manifest is elsewhere; the address is handed on, nothing is fetched."""
    assert scan(with_xmp(name, XMP)).remote_url == URL


PACKETS = {
    "attribute in single quotes": (b"<a dcterms:provenance = 'https://a/b'/>", "https://a/b"),
    "element": (b"<dcterms:provenance>\n https://a/b\n</dcterms:provenance>", "https://a/b"),
    "element with attributes": (b'<dcterms:provenance x="1">https://a/b</dcterms:provenance>', "https://a/b"),
    "resource": (b'<dcterms:provenance rdf:resource="https://a/b"/>', "https://a/b"),
    "another prefix": (b'<a xmlns:t="http://purl.org/dc/terms/" t:provenance="https://a/b"/>', "https://a/b"),
    "utf-16": ('<a dcterms:provenance="https://a/b"/>'.encode("utf-16-le"), "https://a/b"),
    "the embedded manifest": (b'<a dcterms:provenance="self#jumbf=/c2pa/x"/>', ""),
    "another namespace": (b'<a x:provenance="https://a/b"/>', ""),
    "too long": (b'<a dcterms:provenance="https://' + b"a" * 5000 + b'"/>', ""),
    "no end": (b'<a dcterms:provenance="https://a', ""),
}


@pytest.mark.parametrize(("packet", "url"), PACKETS.values(), ids=PACKETS.keys())
def test_forms_of_the_remote_url(packet: bytes, url: str) -> None:
    """Attribute and element forms are read; what is not surely an address is none."""
    assert scan(with_xmp("jpeg", packet)).remote_url == url


def pieces(name: str, count: int) -> bytes:
    """Return a file with *count* pieces at least."""
    picture = drawn(name.partition(",")[0])
    if name == "jpeg":
        return picture[:2] + b"\xff\xfe\0\2" * count + picture[2:]
    if name == "png":
        return picture[:33] + chunk(b"tEXt") * count + picture[33:]
    if name == "webp":
        made = picture + b"ABCD\0\0\0\0" * count
        return made[:4] + struct.pack("<I", len(made) - 8) + made[8:]
    if name == "gif":
        return picture[:109] + b"!\xfe\0" * count + picture[109:]
    if name == "gif, sub-blocks":
        return drawn("gif")[:109] + b"!\xfe" + b"\1a" * count + b"\0" + drawn("gif")[109:]
    if name == "tiff":
        return tiff([(270, 2, 1, 0)] * count)
    return picture + box(b"free", b"") * count


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "gif", "gif, sub-blocks", "tiff", "avif", "jxl"])
def test_pieces_are_limited(name: str) -> None:
    """Each container is walked up to the limit of pieces; one more is refused, and the limit named (P2)."""
    data = pieces(name, 50)
    allowed = next(n for n in range(40, 120) if not scan(data, Limits(chunks=n)).refusals)

    found = scan(data, Limits(chunks=allowed - 1))

    assert [(one.code, one.limit, one.allowed) for one in found.refusals] == [("limit", "chunks", allowed - 1)]


def test_a_long_animation_is_no_attack() -> None:
    """Full sub-blocks of a GIF do not count: a file of honest size has more of them than the limit."""
    data = drawn("gif")[:109] + b"!\xfe" + (b"\xff" + bytes(255)) * 30_000 + b"\0" + drawn("gif")[109:]

    assert scan(data).refusals == ()


def test_store_size_is_limited_before_it_is_read() -> None:
    """A store beyond the limit is refused by its size."""
    held = store(manifest())

    assert not scan(png(held), Limits(store_bytes=len(held))).refusals
    found = scan(png(held), Limits(store_bytes=len(held) - 1))
    assert [(one.limit, one.found) for one in found.refusals] == [("store_bytes", str(len(held)))]
    assert found.store is None
    assert scan(held, Limits(store_bytes=10)).refusals[0].limit == "store_bytes"


DAMAGED: dict[str, tuple[Callable[[], bytes], str]] = {
    "png, cut off": (lambda: drawn("png")[:-20], "chunk 'IDAT' at byte"),
    "png, no end": (lambda: drawn("png")[:-12], "the PNG has no end"),
    "png, more": (lambda: drawn("png") + b"more", "4 bytes follow the end of the PNG"),
    "gif, cut off": (lambda: drawn("gif")[:-20], "the GIF is cut off"),
    "gif, more": (lambda: drawn("gif") + b"more", "4 bytes follow the end of the GIF"),
    "webp, cut off": (lambda: drawn("webp")[:-20], "the WebP is cut off"),
    "webp, more": (lambda: drawn("webp") + b"more", "4 bytes follow the end of the WebP"),
    "avif, cut off": (lambda: drawn("avif")[:-20], "box 'mdat' at byte"),
    "jpeg, no marker": (lambda: drawn("jpeg")[:20] + b"xx" + drawn("jpeg")[20:], "no marker at byte 20"),
    "jpeg, cut off": (lambda: drawn("jpeg")[:30], "DQT at byte 20 does not fit into the file"),
    "tiff, cut off": (lambda: drawn("tiff")[:50], "the directory at byte 8 does not fit into the file"),
    "svg, no end": (lambda: b"<svg><c2pa:manifest>AAAA", "the manifest has no end"),
    "brand of another codec": (
        lambda: drawn("avif").replace(b"ftypavif", b"ftypheic"), "the brand says HEIC, the picture is coded as av01"
    ),
    "bytes behind the store": (lambda: png(store(manifest()) + b"\1"), "1 bytes follow the manifest store inside its box"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "damage"), DAMAGED.values(), ids=DAMAGED.keys())
def test_damage_is_told(make: Callable[[], bytes], damage: str) -> None:
    """A container that is cut off, goes on, or contradicts itself is damaged, and still walked."""
    found, *_ = scan(make()).damage

    assert found.startswith(damage)


def test_store_that_is_not_base64_is_refused() -> None:
    """What stands in an SVG's manifest element must be base64."""
    found = scan(b"<svg><metadata><c2pa:manifest>!!!!</c2pa:manifest></metadata></svg>")

    assert [(one.code, one.explanation) for one in found.refusals] == [
        ("malformed", "the manifest store is not base64")
    ]


def test_uuid_box_for_another_purpose_is_no_store() -> None:
    """Merkle boxes carry the same UUID and no store."""
    found = scan(drawn("avif") + box(b"uuid", C2PA_UUID + bytes(4) + b"merkle\0" + bytes(20)))

    assert (found.store, found.refusals) == (None, ())


def test_compressed_boxes_of_a_jpeg_xl() -> None:
    """Compressed metadata are let through; a compressed JUMBF box could be a second store, and is refused (P7)."""
    assert scan(drawn("jxl") + box(b"brob", b"Exif" + bytes(9))).refusals == ()
    assert [one.code for one in scan(signed("jxl") + box(b"brob", b"jumb" + bytes(9))).refusals] == ["compressed"]


class Counting(io.BytesIO):
    """Counts the bytes that are read."""

    taken = 0
    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        self.reads += 1
        return found


def test_only_headers_and_the_store_are_read() -> None:
    """Picture data are jumped over, however much there is."""
    picture = drawn("png")
    data = picture[:33] + chunk(b"caBX", store(manifest())) + chunk(b"IDAT", bytes(5_000_000)) + picture[33:]
    stream = Counting(data)

    assert prescan(stream).store is not None
    assert stream.taken < 10_000


FLOODS: dict[str, Callable[[], bytes]] = {
    "png of chunks": lambda: pieces("png", 300_000),
    "gif of blocks": lambda: pieces("gif", 1_000_000),
    "gif of sub-blocks": lambda: pieces("gif, sub-blocks", 1_000_000),
    "jpeg of fill bytes": lambda: b"\xff\xd8" + b"\xff" * 3_000_000,
    "webp of chunks": lambda: pieces("webp", 300_000),
    "avif of boxes": lambda: pieces("avif", 300_000),
    "tiff of directories": lambda: tiff(*[[(256, 4, 1, 1)]] * 30_000),
}


@pytest.mark.parametrize("make", FLOODS.values(), ids=FLOODS.keys())
def test_floods_of_pieces_are_stopped_early(make: Callable[[], bytes]) -> None:
    """A file of a million pieces is left at the limit: what is read is in proportion to the limit, not to the file."""
    stream = Counting(make())

    found = prescan(stream)

    assert [(one.code, one.limit) for one in found.refusals] == [("limit", "chunks")]
    assert stream.reads <= 5 * Limits().chunks
    assert stream.taken <= 2_000_000


def test_nothing_heavy_is_imported() -> None:
    """The walk stands on the standard library alone: it runs in every process before anything else."""
    heavy = "c2pa", "PIL", "cryptography", "pydantic", "xml", "rich"
    code = (
        "import sys; from provenance.container import coverage, layout, prescan, unchanged, wrap;"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_any_mutation_is_walked(name: str, data: st.DataObject) -> None:
    """Whatever bytes change, the walk ends with a result; limits are small, so that they are met, too."""
    original = bytearray(signed(name))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, min(len(original) - 1, 4000)))
        original[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))

    found = scan(bytes(original), replace(Limits(), chunks=60, boxes=60))

    assert isinstance(found, Prescan)
    assert not found.manifests or found.store is not None


@given(st.sampled_from(list(KINDS)), st.binary(max_size=200))
def test_any_bytes_behind_a_real_beginning_are_walked(name: str, tail: bytes) -> None:
    """Files of a known kind with anything behind their first bytes are walked to an end."""
    begin = {"jpeg": 3, "gif": 6, "tiff": 8, "dng": 8, "svg": 5}.get(name, 32)
    data = drawn(name)[:begin] + tail

    assert scan(data).size == len(data)
