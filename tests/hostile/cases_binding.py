"""A, FM: what the hash covers, and what lies beside it."""

from __future__ import annotations

import hashlib
import struct
from functools import cache
from typing import Any

from provenance.terms import OWN, Integrity, Level
from tests.hostile.boxes import Wide, box, superbox
from tests.hostile.case import Case
from tests.hostile.certs import stranger
from tests.hostile.forge import (
    GENERATED,
    Assertion,
    Forged,
    Spec,
    actions,
    forge,
    new_label,
)
from tests.hostile.pictures import app11, embed, picture, pixel_chunk, repainted, top_boxes
from tests.hostile.stock import by_stock_api
from tests.support.container import chunk

INTACT, ALTERED, NOT_COVERED = Integrity.INTACT, Integrity.ALTERED, Integrity.NOT_COVERED
LISTED, UNKNOWN, UNVERIFIED = Level.LISTED, Level.INTACT, Level.UNVERIFIED


@cache
def _plain() -> Forged:
    return forge()


@cache
def _jpeg() -> Forged:
    return forge(asset=picture("jpeg"))


@cache
def _avif() -> Forged:
    return forge(asset=picture("avif"))


def _transplanted() -> bytes:
    return embed(picture(shift=9), _plain().store)[0]


def _flipped() -> bytes:
    data = bytearray(_plain().data)
    data[-20] ^= 1
    return bytes(data)


def _pixels_excluded() -> bytes:
    def spans(data: bytes, start: int, length: int) -> list[tuple[int, int]]:
        at, size = pixel_chunk(data)
        return [(start, length), (at, size + 4)]

    return repainted(forge(Spec(exclusions=spans), asset=picture(shift=3)).data)


def _excluded(*spans: tuple[int, int]) -> Any:
    """A picture whose hash leaves out *spans*, relative to the end of the manifest's container."""
    return lambda: (
        forge(
            Spec(exclusions=lambda _, start, length: [(start, length), *((start + length + a, b) for a, b in spans)])
        ).data
    )


def _overlap() -> bytes:
    return forge(Spec(exclusions=lambda _, start, length: [(start, length), (start + 10, length)])).data


def _everything() -> bytes:
    return forge(Spec(exclusions=lambda data, *_: [(0, len(data))])).data


def _many_exclusions() -> bytes:
    spans = [{"start": Wide(40 + n), "length": Wide(0)} for n in range(100_000)]
    value = {"exclusions": spans, "name": "x", "alg": "sha256", "hash": bytes(32), "pad": b""}
    return forge(Spec([actions(), Assertion("c2pa.hash.data", value)], binding=False)).data


def _overflow() -> bytes:
    spans = [{"start": Wide(33), "length": Wide((1 << 64) - 20)}]
    value = {"exclusions": spans, "name": "x", "alg": "sha256", "hash": bytes(32), "pad": b""}
    return forge(Spec([actions(), Assertion("c2pa.hash.data", value)], binding=False)).data


def _second_store() -> bytes:
    other = forge(Spec(signer=stranger()), asset=picture(shift=5))
    data = _plain().data
    return data[: _plain().end] + chunk(b"caBX", other.store) + data[_plain().end :]


def _second_store_jpeg() -> bytes:
    data = _jpeg().data
    return data[: _jpeg().end] + app11(_plain().store, instance=2) + data[_jpeg().end :]


def _orphan() -> bytes:
    """A look-alike's manifest lies in the store; nothing refers to it."""
    return forge(others=[forge(Spec([actions({"action": "c2pa.created", "digitalSourceType": GENERATED})]))]).data


def _doubled_manifest() -> bytes:
    label = new_label()
    first = forge(Spec(label=label, signer=stranger()))
    return forge(Spec(label=label), others=[first]).data


def _doubled_assertion() -> bytes:
    again = actions({"action": "c2pa.created", "digitalSourceType": GENERATED})
    return forge(Spec([actions(), Assertion(again.label, again.data, declared=False)])).data


def _undeclared() -> bytes:
    return forge(Spec([actions(), Assertion("org.example.note", {"text": "nobody signed this"}, declared=False)])).data


def _extra_superbox() -> bytes:
    return forge(Spec(extra=superbox(b"json", "org.example.beside", box(b"json", b'{"a":1}')))).data


def _resigned() -> bytes:
    """The old manifest is thrown away and another one written: history stripped."""
    return forge(Spec(signer=stranger(), title="new")).data


def _two_bindings() -> bytes:
    other = {"exclusions": [], "name": "x", "alg": "sha256", "hash": bytes(32), "pad": b""}
    return forge(Spec([actions(), Assertion("c2pa.hash.data__1", other)])).data


def _weak_hash() -> bytes:
    value = {"exclusions": [], "name": "x", "alg": "md5", "hash": hashlib.md5(b"").digest(), "pad": b""}
    return forge(Spec([actions(), Assertion("c2pa.hash.data", value)], binding=False)).data


def _wrong_reference(**how: Any) -> Any:
    note = Assertion("org.example.note", {"text": "x"}, **how)
    return lambda: forge(Spec([actions(), note])).data


def _stale_sidecar() -> bytes:
    return forge(Spec(signer=stranger())).store


NO_BINDING = "claim.hardBindings.missing"
MALFORMED = OWN + "container.malformed"

BINDING = {
    "pixels_changed": Case("A", "one bit of the picture is flipped", _flipped, ALTERED, UNVERIFIED,
        ("assertion.dataHash.mismatch",)),
    "transplant": Case("A", "the manifest of another picture", _transplanted, ALTERED, UNVERIFIED,
        ("assertion.dataHash.mismatch",)),
    "pixels_excluded": Case("A", "the signer left the picture data out of the hash; somebody repainted it",
        _pixels_excluded, NOT_COVERED, UNVERIFIED,
        ("coverage.exposed", "coverage.excluded")),
    "excluded_elsewhere": Case("A", "bytes after the manifest are left out of the hash", _excluded((4, 30)),
        NOT_COVERED, UNVERIFIED, ("coverage.excluded",)),
    "excluded_overlap": Case("A", "two exclusions overlap", _overlap, NOT_COVERED, UNVERIFIED),
    "excluded_all": Case("A", "the whole file is left out of the hash", _everything, ALTERED, UNVERIFIED),
    "excluded_overflow": Case("A", "an exclusion whose end overflows", _overflow, ALTERED, UNVERIFIED),
    "excluded_100k": Case("A", "100,000 exclusions", _many_exclusions, Integrity.NOT_CHECKED, UNVERIFIED,
        ("box_bytes",)),
    "second_store": Case("A", "a second manifest store in the file", _second_store, ALTERED, UNVERIFIED,
        (OWN + "container.secondStore",)),
    "second_store_jpeg": Case("A", "a second manifest store in a JPEG", _second_store_jpeg, ALTERED, UNVERIFIED,
        (OWN + "container.secondStore",), suffix=".jpg"),
    "orphan": Case("A", "a manifest in the store that nothing refers to", _orphan, INTACT, LISTED,
        check=lambda v: v.unreachable == 1 and len(v.manifests) == 1),
    "doubled_manifest": Case("A", "two manifests of one label", _doubled_manifest, ALTERED, UNVERIFIED, (MALFORMED,)),
    "doubled_assertion": Case("A", "two assertions of one label", _doubled_assertion, ALTERED, UNVERIFIED,
        (MALFORMED,)),
    "undeclared": Case("A", "an assertion that the claim does not name", _undeclared, ALTERED, UNVERIFIED,
        ("assertion.undeclared",)),
    "extra_superbox": Case("A", "an unsigned box beside the claim", _extra_superbox, ALTERED, UNVERIFIED, (MALFORMED,)),
    "store_renamed": Case("A", "the assertion store under another label",
        lambda: forge(Spec(assertion_store="c2pa.assertionz")).data, ALTERED, UNVERIFIED),
    "two_claims": Case("A", "two claims in one manifest", lambda: forge(Spec(claims=2)).data, ALTERED, UNVERIFIED),
    "no_binding": Case("A", "no hash ties the manifest to the picture", lambda: forge(Spec(binding=False)).data,
        ALTERED, UNVERIFIED, (NO_BINDING,)),
    "two_bindings": Case("A", "two hard bindings", _two_bindings, ALTERED, UNVERIFIED),
    "weak_hash": Case("A", "the picture is bound by MD5", _weak_hash, ALTERED, UNVERIFIED),
    "assertion_edited": Case("A", "an assertion is not the one that the claim names",
        _wrong_reference(wrong_hash=True), ALTERED, UNVERIFIED,
        ("assertion.hashedURI.mismatch",)),
    "assertion_absent": Case("A", "an assertion that the claim names is not there", _wrong_reference(absent=True),
        ALTERED, UNVERIFIED,
        ("assertion.missing",)),
    "assertion_renamed": Case("A", "the claim names an assertion by another label",
        _wrong_reference(called="org.example.other"), ALTERED, UNVERIFIED),
    "resigned": Case("A", "history thrown away, signed anew by somebody", _resigned, INTACT, UNKNOWN,
        check=lambda v: len(v.manifests) == 1),
    "sidecar_differs": Case("A", "a sidecar says something else than the file", lambda: _plain().data, INTACT, LISTED,
        ("source.disagreement",),
        sidecar=_stale_sidecar),
    "trailing_bytes": Case("A", "bytes after the end of the picture, inside the hash",
        lambda: forge(asset=picture() + b"hidden" * 9).data, INTACT, LISTED),
    "appended": Case("A", "bytes appended after signing", lambda: _plain().data + b"hidden", ALTERED, UNVERIFIED,
        ("assertion.dataHash.mismatch",)),
    "jpeg": Case("A", "a good JPEG", lambda: _jpeg().data, INTACT, LISTED, suffix=".jpg"),
}  # fmt: skip


# --- FM: boxes of AVIF -----------------------------------------------------------------------------------------------


def _renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    at = next(at for kind, at, _ in top_boxes(data) if kind == old)
    return data[: at + 4] + new + data[at + 8 :]


def _blanked(data: bytes, kind: bytes) -> bytes:
    """Overwrite the content of the box *kind*."""
    at, length = next((at, length) for found, at, length in top_boxes(data) if found == kind)
    return data[: at + 8] + bytes(n * 7 & 255 for n in range(length - 8)) + data[at + length :]


def _pixels_in_free(kind: bytes) -> Any:
    return lambda: _blanked(forge(asset=_renamed(picture("avif"), b"mdat", kind)).data, kind)


def _pixels_in_free_stock() -> bytes:
    return _blanked(by_stock_api(_renamed(picture("avif"), b"mdat", b"free"), "image/avif"), b"free")


def _media_excluded() -> bytes:
    names = ("/ftyp", "/mfra", "/free", "/skip", "/mdat")
    return _blanked(forge(Spec(bmff_exclusions=names), asset=picture("avif")).data, b"mdat")


def _brand(major: bytes, *compatible: bytes) -> Any:
    """The brands are rewritten after signing: no hash covers them."""

    def build() -> bytes:
        data = _avif().data
        length = struct.unpack_from(">I", data)[0]
        names = (major + bytes(4) + b"".join(compatible)).ljust(length - 8, b"\0")
        return data[:8] + names + data[length:]

    return build


def _appended(kind: bytes, content: bytes) -> Any:
    return lambda: _avif().data + struct.pack(">I", 8 + len(content)) + kind + content


def _offset_outside() -> bytes:
    """The picture's own index points into a filler box, which no hash covers."""
    asset = picture("avif")
    at, length = next((at, length) for kind, at, length in top_boxes(asset) if kind == b"mdat")
    index = asset.index(b"iloc")
    place = asset.index(struct.pack(">I", at + 8), index)
    moved = asset[:place] + struct.pack(">I", len(asset) + 8) + asset[place + 4 :]
    return _blanked(forge(asset=moved + box(b"free", asset[at + 8 : at + length])).data, b"free")


BOXES = {
    "avif": Case("FM", "a good AVIF", lambda: _avif().data, INTACT, LISTED, suffix=".avif"),
    "avif_stock": Case("FM", "a good AVIF, signed by the engine's defaults", lambda: by_stock_api(picture("avif"),
        "image/avif"),
        INTACT, LISTED, suffix=".avif"),
    "avif_media_changed": Case("FM", "the picture data is changed", lambda: _blanked(_avif().data, b"mdat"), ALTERED,
        UNVERIFIED,
        ("assertion.bmffHash.mismatch",), suffix=".avif"),
    "avif_pixels_free": Case("FM", "picture data in a box that no hash covers, replaced later",
        _pixels_in_free(b"free"), NOT_COVERED, UNVERIFIED,
        ("coverage.exposed",), suffix=".avif"),
    "avif_pixels_skip": Case("FM", "the same in another kind of filler box", _pixels_in_free(b"skip"), NOT_COVERED,
        UNVERIFIED, ("coverage.exposed",), suffix=".avif"),
    "avif_pixels_stock": Case("FM", "the same, signed by an honest signer with the engine's defaults",
        _pixels_in_free_stock, NOT_COVERED, UNVERIFIED,
        ("coverage.exposed",), suffix=".avif"),
    "avif_media_excluded": Case("FM", "the signer left the picture data out of the hash", _media_excluded, NOT_COVERED,
        UNVERIFIED, ("coverage.exposed",),
        suffix=".avif"),
    "avif_offset_free": Case("FM", "the picture's index points into a filler box", _offset_outside, NOT_COVERED,
        UNVERIFIED, ("coverage.exposed",),
        suffix=".avif"),
    "avif_brand": Case("FM", "the brand says HEIC, after signing", _brand(b"heic", b"mif1", b"heic"), INTACT, LISTED,
        (OWN + "container.damage",), suffix=".avif"),
    "avif_brand_major": Case("FM", "the first brand says MP4, after signing", _brand(b"mp42", b"mif1", b"avif"),
        INTACT, LISTED, suffix=".avif"),
    "avif_free_appended": Case("FM", "a filler box with hidden data is appended", _appended(b"free", b"hidden" * 9),
        INTACT, LISTED, ("coverage.unsigned",),
        suffix=".avif"),
    "avif_free_zero": Case("FM", "an empty filler box is appended", _appended(b"free", bytes(40)), INTACT, LISTED,
        suffix=".avif"),
    "avif_skip_appended": Case("FM", "another kind of filler box with hidden data", _appended(b"skip", b"hidden" * 9),
        INTACT, LISTED, ("coverage.unsigned",),
        suffix=".avif"),
    "avif_uuid_appended": Case("FM", "an unknown box is appended", _appended(b"uuid", bytes(16) + b"hidden"), ALTERED,
        UNVERIFIED, suffix=".avif"),
    "avif_truncated": Case("FM", "the file ends early", lambda: _avif().data[:-40], ALTERED, UNVERIFIED,
        suffix=".avif"),
}  # fmt: skip

CASES = BINDING | BOXES
