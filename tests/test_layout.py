"""`provenance.container.layout` and the walkers: parts, places, and what must hold before signing."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from itertools import pairwise

import c2pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.container.layout import exposed_before_signing
from provenance.container.model import Kind
from provenance.container.source import Source
from tests.support import container
from tests.support.container import KINDS, box, drawn, layout, signed
from tests.support.pictures import draw


def saved(form: str, **options: object) -> bytes:
    out = io.BytesIO()
    draw((400, 300)).save(out, form, **options)
    return out.getvalue()


@pytest.mark.parametrize("name", [name for name in KINDS if name not in ("tiff", "dng")])
def test_parts_fill_the_file(name: str) -> None:
    """In a container of parts that follow one another, no byte is between them."""
    for data in (drawn(name), signed(name)):
        parts = layout(data, KINDS[name], whole=True).parts

        assert parts[0].span.start == 0
        assert all(one.span.end == following.span.start for one, following in pairwise(parts))
        assert parts[-1].span.end == len(data)


JPEGS: dict[str, Callable[[], bytes]] = {
    "baseline": lambda: saved("JPEG"),
    "progressive": lambda: saved("JPEG", progressive=True),
    "with a tail": lambda: saved("JPEG", progressive=True) + b"tail",
    "large scan": lambda: drawn("jpeg")[:-2] + b"\x11\xff\0" * 50_000 + b"\xff\xd9",
}


@pytest.mark.parametrize("make", JPEGS.values(), ids=JPEGS.keys())
def test_boxes_of_a_jpeg_are_those_of_the_engine(make: Callable[[], bytes]) -> None:
    """The segments and scans have the names and the order that the engine gives them in a box hash."""
    chain, key = container.signer_keys()
    settings = {"core": {"prefer_compress_manifests": True}, "builder": {"thumbnail": {"enabled": False}}}
    definition = {
        "assertions": [{"label": "c2pa.actions.v2", "created": True, "data": {"actions": [container.CREATED]}}]
    }
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, key, None))
    out = io.BytesIO()

    c2pa.Builder(definition, c2pa.Context.from_dict(settings)).sign(signer, "image/jpeg", io.BytesIO(make()), out)

    with c2pa.Reader("image/jpeg", out, context=container.context()) as reader:
        (held,) = json.loads(reader.detailed_json())["manifests"].values()
    listed = [name for entry in held["assertion_store"]["c2pa.hash.boxes"]["boxes"] for name in entry["names"]]
    parts = layout(out.getvalue(), Kind.JPEG, whole=True).parts
    assert [part.name for part in parts if part.name != "after EOI"] == listed


def track(*tables: bytes) -> bytes:
    """Return an AVIF with a track whose sample table holds *tables*."""
    held = box(b"stbl", b"".join(tables))
    for name in (b"minf", b"mdia", b"trak", b"moov"):
        held = box(name, held)
    return drawn("avif") + held


def table(name: bytes, *numbers: int) -> bytes:
    return box(name, struct.pack(f">{len(numbers) + 1}I", 0, *numbers))


STCO, STSC, STSZ = table(b"stco", 1, 280), table(b"stsc", 1, 1, 1, 1), table(b"stsz", 10, 1)
EXPOSED = "keeps picture data in a box that programs may overwrite"
TRACKS = {
    "under the hash": (lambda: track(STCO, STSC, STSZ), ""),
    "sizes one by one": (lambda: track(STCO, table(b"stsc", 1, 1, 2, 1), table(b"stsz", 0, 2, 5, 6)), ""),
    "in the brand": (lambda: track(table(b"stco", 1, 8), STSC, STSZ), EXPOSED),
    "in the brand, 64 bits": (lambda: track(table(b"co64", 1, 0, 8), STSC, STSZ), EXPOSED),
    "beyond the end": (lambda: track(table(b"stco", 1, 1 << 30), STSC, STSZ), EXPOSED),
    "no sizes": (lambda: track(STCO, STSC), "is damaged: the samples of a track cannot be located"),
    "offsets twice": (lambda: track(STCO, STCO, STSC, STSZ), "is damaged: the table 'stco' stands twice"),
    "offsets cut off": (lambda: track(table(b"stco", 9), STSC, STSZ), "is damaged: a table is cut off"),
    "fragments": (lambda: drawn("avif") + box(b"moof", b""), "is damaged: where the fragments of the picture stand is not read"),
    "described twice": (
        lambda: drawn("avif") + drawn("avif")[32:267], "is damaged: the file describes its picture twice"
    ),
    "item in the brand": (
        lambda: drawn("avif").replace(struct.pack(">I", 275), struct.pack(">I", 4)), EXPOSED
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "said"), TRACKS.values(), ids=TRACKS.keys())
def test_what_is_outside_the_hash_is_told_before_signing(make: Callable[[], bytes], said: str) -> None:
    """Items and samples must stand where a hash will cover them; what cannot be located is no better (W7)."""
    assert exposed_before_signing(io.BytesIO(make()), Kind.AVIF) == said


@given(st.binary(max_size=40), st.binary(min_size=1, max_size=4), st.integers(0, 50), st.integers(0, 50))
def test_find_is_that_of_bytes(data: bytes, wanted: bytes, start: int, end: int) -> None:
    """Searching a file finds what searching its bytes finds."""
    assert Source(io.BytesIO(data)).find(wanted, start, end) == (data[:end].find(wanted, start) if start <= end else -1)


def test_find_across_blocks() -> None:
    """What lies over the seam of two blocks is found."""
    for before in range(256 * 1024 - 4, 256 * 1024 + 4):
        assert Source(io.BytesIO(bytes(before) + b"wanted")).find(b"wanted", 0, before + 6) == before
