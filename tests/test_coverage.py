"""`provenance.container.coverage`: what a hard binding leaves out (security V5, V6, V8; groups A and FM)."""

from __future__ import annotations

import io
import struct
from dataclasses import replace
from typing import Any

import c2pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.container.coverage import uncovered
from provenance.container.layout import exposed_before_signing
from provenance.container.model import Kind, Prescan, RawManifest, Uncovered
from provenance.container.parts import Span
from provenance.container.prescan import prescan, prescan_store
from tests.support.container import (
    C2PA_UUID,
    KINDS,
    assertion,
    box,
    chunk,
    drawn,
    engine_state,
    layout,
    manifest,
    png,
    sign,
    signed,
    store,
)

COVERED = Uncovered(checked=True)
ITSELF = "caBX"  # the chunk of the manifest
TRAILER = chunk(b"tEXt", b"Title\0x")


def covered(data: bytes) -> Uncovered:
    """Return what the active manifest of *data* leaves out."""
    found = prescan(io.BytesIO(data))
    assert not found.refusals
    return uncovered(io.BytesIO(data), found, found.manifests[-1])


def binding(label: str, data: Any, **more: Any) -> bytes:
    """Return a manifest whose only assertion, named in its claim, is a hard binding."""
    claim = {"created_assertions": [{"url": f"self#jumbf=c2pa.assertions/{label}"}]}
    return manifest(assertions=[assertion(label, data)], **{"claim": claim, **more})


def part(data: bytes, kind: Kind, name: str) -> Span:
    return next(one.span for one in layout(data, kind, whole=True).parts if one.name == name)


@pytest.mark.parametrize("name", KINDS)
def test_what_the_engine_signs_is_covered(name: str) -> None:
    """In every format that the engine writes, the exclusions are exactly the manifest."""
    assert covered(signed(name)) == COVERED


@pytest.mark.parametrize("name", KINDS)
def test_signed_again_is_covered(name: str) -> None:
    """A second manifest on top of the first leaves nothing out either."""
    assert covered(sign(signed(name), KINDS[name], intent=c2pa.C2paBuilderIntent.EDIT)) == COVERED


@pytest.mark.parametrize("name", ["jpeg", "png", "gif", "svg", "jxl", "avif", "heic"])
def test_update_manifest_is_covered_by_its_ancestor(name: str) -> None:
    """An update manifest has no binding: that of the manifest that it updates counts."""
    actions = {"label": "c2pa.actions.v2", "created": True, "data": {"actions": [{"action": "c2pa.edited.metadata"}]}}
    data = sign(signed(name), KINDS[name], intent=c2pa.C2paBuilderIntent.UPDATE, assertions=[actions])

    assert prescan(io.BytesIO(data)).manifests[-1].update
    assert covered(data) == COVERED


def test_update_manifest_without_ancestor_cannot_be_checked() -> None:
    """Where the ancestor is not to be found, nothing is said to be covered."""
    assert not covered(png(store(manifest(kind=b"c2um")))).checked


# --- c2pa.hash.data ----------------------------------------------------------------------------------------------
def png_excluding(*exclusions: Any) -> bytes:
    """Return a PNG whose binding leaves *exclusions* out; the name of a chunk stands for that chunk."""
    data = png(store(manifest()), TRAILER)
    for _ in range(4):  # the length of the store depends on its own numbers
        listed = [_range(data, one) if isinstance(one, str) else one for one in exclusions]
        data = png(store(binding("c2pa.hash.data", {"exclusions": listed})), TRAILER)
    return data


def _range(data: bytes, name: str) -> dict[str, int]:
    span = part(data, Kind.PNG, name)
    return {"start": span.start, "length": span.length}


BAD = {
    "start that is text": {"start": "0", "length": 1},
    "negative": {"start": -1, "length": 5},
    "true": {"start": True, "length": True},
    "no length": {"start": 1},
    "not a map": 7,
}


def test_exactly_the_manifest() -> None:
    """An exclusion that is the chunk of the manifest, or less, leaves nothing out."""
    assert covered(png_excluding(ITSELF)) == COVERED
    assert covered(png_excluding(ITSELF, {"start": 0, "length": 0})) == COVERED
    assert covered(png_excluding({"start": 40, "length": 10})) == COVERED
    assert covered(png_excluding()) == COVERED


def test_metadata_left_out() -> None:
    """Metadata outside the hash are named; pixels are not exposed."""
    data = png_excluding(ITSELF, "tEXt")
    span = part(data, Kind.PNG, "tEXt")

    assert covered(data) == Uncovered(checked=True, excluded=((span.start, span.length, "tEXt"),))


def test_picture_left_out() -> None:
    """Picture data under an exclusion can be replaced by anyone: exposed (F5)."""
    data = png_excluding(ITSELF, "IDAT")
    span = part(data, Kind.PNG, "IDAT")

    assert covered(data) == Uncovered(checked=True, excluded=((span.start, span.length, "IDAT"),), pixels_exposed=True)


def test_exclusion_that_begins_at_the_manifest_and_goes_on() -> None:
    """What an exclusion takes beyond the manifest is named, and only that."""
    span = part(png_excluding(ITSELF), Kind.PNG, "caBX")

    found = covered(png_excluding({"start": 33, "length": span.length + 100}))

    assert [(start, length) for start, length, _ in found.excluded] == [(span.end, 100)]
    assert found.pixels_exposed


def test_whole_file_left_out() -> None:
    """One exclusion over everything exposes everything."""
    assert covered(png_excluding({"start": 0, "length": 600})).pixels_exposed


def test_overlapping_exclusions_are_named() -> None:
    """Exclusions that overlap are a fault, even inside the manifest."""
    found = covered(png_excluding(ITSELF, ITSELF))

    assert (found.excluded, found.pixels_exposed) == (((0, 0, "exclusions that overlap"),), False)


def test_exclusion_beyond_the_end_is_named() -> None:
    """An exclusion that reaches beyond the file is a fault."""
    found = covered(png_excluding(ITSELF, {"start": 2**40, "length": 1}))

    assert found.excluded == ((2**40, 1, "an exclusion that reaches beyond the end of the file"),)


@pytest.mark.parametrize("exclusion", BAD.values(), ids=BAD.keys())
def test_exclusion_that_cannot_be_read_is_named(exclusion: Any) -> None:
    """What is no range is never taken for none."""
    assert covered(png_excluding(ITSELF, exclusion)).excluded == ((0, 0, "an exclusion that cannot be read"),)


def test_strip_of_a_tiff_left_out() -> None:
    """In a TIFF, the samples are found through the tags."""
    data = signed("tiff")
    strip = part(data, Kind.TIFF, "samples")
    forged = relabelled(data, [{"start": strip.start, "length": 4}])

    assert forged.pixels_exposed


def relabelled(data: bytes, exclusions: list[dict[str, int]]) -> Uncovered:
    """Return what would be left out of *data* if its binding listed *exclusions*."""
    found = prescan(io.BytesIO(data))
    active = found.manifests[-1]
    changed = tuple(
        replace(one, data={**one.data, "exclusions": exclusions}) if one.label == "c2pa.hash.data" else one
        for one in active.assertions
    )
    return uncovered(io.BytesIO(data), found, replace(active, assertions=changed))


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "gif", "tiff", "dng", "svg", "jxl"])
def test_one_byte_more_is_found(name: str) -> None:
    """In every format, a byte before or behind the manifest is no part of it."""
    for moved in ("before", "behind"):
        data = signed(name)
        wanted = [
            {"start": span.start - (moved == "before"), "length": span.length + 1}
            for span in layout(data, KINDS[name]).stores[0].excludable
        ]
        if name == "webp" and moved == "behind":
            wanted[0]["length"] += 1  # the next byte only makes the length even
        wanted = [one for one in wanted if one["start"] + one["length"] <= len(data)] or [
            {"start": wanted[0]["start"] - 1, "length": 1}
        ]

        assert relabelled(data, wanted).excluded


def test_text_around_the_manifest_of_an_svg() -> None:
    """In an SVG, the tags around the manifest must be covered: anything could be drawn there."""
    data = signed("svg")
    (span,) = layout(data, Kind.SVG).stores[0].spans

    assert relabelled(data, [{"start": span.start, "length": span.length}]).excluded


# --- which binding -----------------------------------------------------------------------------------------------
def test_no_binding() -> None:
    """A manifest without a hard binding vouches for no picture (V8)."""
    assert covered(png(store(manifest()))) == Uncovered(checked=True, missing_binding=True)


def test_binding_that_the_claim_does_not_name() -> None:
    """An assertion that no claim vouches for binds nothing."""
    assert covered(png(store(binding("c2pa.hash.data", {}, claim={})))).missing_binding


def test_bindings_of_other_kinds_are_not_checked() -> None:
    """What is not understood is never called covered."""
    assert not covered(png(store(binding("c2pa.hash.collection.data", {})))).checked
    assert not covered(png(store(binding("c2pa.hash.data", [1])))).checked
    assert not covered(png(store(binding("c2pa.hash.bmff.v3", {})))).checked


def test_sidecar() -> None:
    """The store beside a picture may leave nothing out."""
    for exclusions, expected in (([], ()), ([{"start": 50, "length": 9}], ((50, 9, "IDAT"),))):
        beside = prescan_store(store(binding("c2pa.hash.data", {"exclusions": exclusions})))

        found = uncovered(io.BytesIO(drawn("png")), beside, beside.manifests[-1])

        assert (found.checked, found.excluded, found.pixels_exposed) == (True, expected, bool(expected))


def test_unknown_container_beside_a_sidecar() -> None:
    """In a file whose parts we do not know, anything left out may be the picture."""
    beside = prescan_store(store(binding("c2pa.hash.data", {"exclusions": [{"start": 60, "length": 1}]})))

    assert uncovered(io.BytesIO(drawn("bmp")), beside, beside.manifests[-1]).pixels_exposed


# --- c2pa.hash.bmff ----------------------------------------------------------------------------------------------
def hidden_in_free() -> bytes:
    """Return an AVIF whose picture stands in a ``free`` box (F6)."""
    return drawn("avif").replace(b"mdat", b"free")


def test_picture_in_a_free_box_is_exposed() -> None:
    """The engine's default signs a picture that stands outside the hash, and calls it valid; we do not (F6)."""
    data = sign(hidden_in_free(), Kind.AVIF, cover_free=False)
    swapped = data[:-50] + bytes(50)

    assert engine_state(swapped, Kind.AVIF) == "Valid"
    found = covered(data)
    assert found.pixels_exposed
    assert [what for _, _, what in found.excluded] == ["items of the picture"]
    assert [what for _, _, what in found.unsigned] == ["free"]


def test_free_boxes_under_the_hash_are_covered() -> None:
    """With the setting that we sign with, the same file is covered."""
    assert covered(sign(hidden_in_free(), Kind.AVIF)) == COVERED


def test_picture_in_a_free_box_is_refused_before_signing() -> None:
    """Such a file is not signed in the first place (W7)."""
    said = exposed_before_signing(io.BytesIO(hidden_in_free()), Kind.AVIF)

    assert said == "keeps picture data in a box that programs may overwrite"
    for name, kind in KINDS.items():
        assert exposed_before_signing(io.BytesIO(drawn(name)), kind) == ""


@pytest.mark.parametrize("content", [bytes(20), b"hidden"], ids=["zeros", "more than zeros"])
def test_free_boxes_are_unsigned_data(content: bytes) -> None:
    """A free box outside the hash that is not empty is named; it exposes no pixel."""
    data = sign(drawn("heic"), Kind.HEIC, cover_free=False) + box(b"free", content)

    found = covered(data)

    assert engine_state(data, Kind.HEIC) == "Valid"
    assert found.unsigned == (((len(data) - 14, 14, "free"),) if content.strip(b"\0") else ())
    assert not found.pixels_exposed


def bmff_excluding(*exclusions: Any, **more: Any) -> Uncovered:
    """Return what would be left out of a signed AVIF, with an XMP box, by *exclusions* beside the usual ones."""
    picture = drawn("avif")
    xmp = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + b"<x/>")
    data = sign(picture + xmp, Kind.AVIF)
    found = prescan(io.BytesIO(data))
    active = found.manifests[-1]
    changed = tuple(
        replace(one, data={**one.data, "exclusions": [*one.data["exclusions"], *exclusions], **more})
        if one.label.startswith("c2pa.hash.bmff")
        else one
        for one in active.assertions
    )
    return uncovered(io.BytesIO(data), found, replace(active, assertions=changed))


XPATHS: dict[str, tuple[dict[str, Any], list[str], bool]] = {
    "free and skip": ({"xpath": "/free"}, [], False),
    "every uuid box": ({"xpath": "/uuid"}, ["uuid"], False),
    "a uuid box by its data": (
        {"xpath": "/uuid", "data": [{"offset": 8, "value": bytes.fromhex("be7acfcb")}]}, ["uuid"], False
    ),
    "a uuid box that is not there": ({"xpath": "/uuid", "data": [{"offset": 8, "value": bytes(4)}]}, [], False),
    "the picture": ({"xpath": "/mdat"}, ["mdat", "items of the picture"], True),
    "the picture by its length": ({"xpath": "/mdat", "length": 399}, ["mdat", "items of the picture"], True),
    "another length": ({"xpath": "/mdat", "length": 398}, [], False),
    "a piece of the picture": (
        {"xpath": "/mdat", "subset": [{"offset": 100, "length": 4}]}, ["mdat", "items of the picture"], True
    ),
    "the description": ({"xpath": "/meta"}, ["meta"], True),
    "inside the description": ({"xpath": "/meta/iprp"}, ["/meta/iprp"], True),
    "inside a box that is not there": ({"xpath": "/moov/trak"}, [], False),
    "not a path": ({"xpath": 5}, ["an exclusion that cannot be read"], True),
    "an unknown condition": ({"xpath": "/ftyp", "trick": 1}, ["an exclusion that cannot be read"], True),
}  # fmt: skip


@pytest.mark.parametrize(("exclusion", "names", "exposed"), XPATHS.values(), ids=XPATHS.keys())
def test_boxes_left_out(exclusion: dict[str, Any], names: list[str], exposed: bool) -> None:
    """Boxes beyond the standard ones are named; those that hold or describe the picture expose it."""
    found = bmff_excluding(exclusion)

    assert [what for _, _, what in found.excluded] == names
    assert found.pixels_exposed is exposed


def test_exclusions_that_are_no_list() -> None:
    """A binding whose exclusions cannot be read covers nothing for sure."""
    assert bmff_excluding(exclusions=7).pixels_exposed


def test_bytes_behind_the_manifest_in_its_box() -> None:
    """The box of the manifest may be longer than the manifest: what is not zero there is named."""
    data = signed("avif")
    (span,) = layout(data, Kind.AVIF).stores[0].spans
    longer = (
        data[: span.start]
        + struct.pack(">I", span.length + 4)
        + data[span.start + 4 : span.end]
        + b"note"
        + data[span.end :]
    )
    found = prescan(io.BytesIO(longer))

    said = uncovered(io.BytesIO(longer), found, found.manifests[-1])

    assert (span.end, 4, "after the manifest") in said.unsigned
    assert C2PA_UUID in longer


# --- c2pa.hash.boxes ---------------------------------------------------------------------------------------------
def boxed(picture: bytes, *entries: dict[str, Any]) -> Uncovered:
    beside = prescan_store(store(binding("c2pa.hash.boxes", {"boxes": list(entries)})))
    return uncovered(io.BytesIO(picture), beside, beside.manifests[-1])


def names(picture: bytes, kind: Kind) -> list[dict[str, Any]]:
    """Return one entry for each box of *picture*, as the engine lists them."""
    own = {"signature": "PNGh"}
    return [{"names": [own.get(one.name, one.name)]} for one in layout(picture, kind, whole=True).parts]


@pytest.mark.parametrize("name", ["jpeg", "png"])
def test_data_behind_the_boxes_are_named(name: str) -> None:
    """A box hash ends with the last box: what follows the end of the picture is unsigned."""
    picture = drawn(name)
    listed = [*names(picture, KINDS[name]), {"names": ["C2PA"], "excluded": True}]

    assert boxed(picture, *listed) == COVERED
    found = boxed(picture + b"junk", *listed)
    assert [(start, length) for start, length, _ in found.unsigned] == [(len(picture), 4)]
    assert (found.excluded, found.pixels_exposed) == ((), False)


def test_boxes_that_are_not_hashed_are_named() -> None:
    """Every box but the manifest must be listed and hashed; the picture is exposed by one scan that is not."""
    picture = drawn("jpeg")
    listed = names(picture, Kind.JPEG)

    def without(name: str) -> list[dict[str, Any]]:
        at = next(number for number, entry in enumerate(listed) if entry["names"] == [name])
        return listed[:at] + listed[at + 1 :]

    assert boxed(picture, *without("APP0")) == Uncovered(checked=True, excluded=((2, 18, "APP0"),))
    assert boxed(picture, *without("APP0"), {"names": ["APP0"], "excluded": True}).excluded
    assert boxed(picture, *without("SOS")).pixels_exposed
    assert boxed(picture, *without("DQT")).pixels_exposed
    assert boxed(picture).pixels_exposed
    assert not boxed(picture, {"no": "names"}).checked
    assert not boxed(drawn("gif"), {"names": ["LSD"]}).checked


# --- whatever stands there -----------------------------------------------------------------------------------------
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.binary(max_size=8) | st.just("/mdat"),
    lambda held: (
        st.lists(held, max_size=3)
        | st.dictionaries(
            st.sampled_from(["start", "length", "xpath", "data", "subset", "offset", "value", "names"]), held
        )
    ),
    max_leaves=8,
)


@given(
    st.sampled_from(["c2pa.hash.data", "c2pa.hash.bmff.v3", "c2pa.hash.boxes"]),
    st.sampled_from(list(KINDS)),
    st.dictionaries(st.sampled_from(["exclusions", "boxes", "merkle"]), values | st.lists(values)),
)
def test_any_binding_is_judged(label: str, name: str, data: dict[str, Any]) -> None:
    """Whatever a binding holds, there is an answer."""
    claim = {"assertions": [{"url": label}]}
    held = RawManifest("m", "c2pa.claim", claim, (), prescan(io.BytesIO(signed("png"))).manifests[0].signature)
    active = replace(held, assertions=prescan_store(store(binding(label, data))).manifests[0].assertions)

    found = uncovered(io.BytesIO(signed(name)), Prescan(KINDS[name], 0), active)

    assert isinstance(found, Uncovered)
