"""Where two readers of one file could see two things, and only one of them verifies: the engine and our own walk."""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from typing import Any

from provenance.terms import Integrity, Level
from tests.hostile.boxes import Wide, box, brotli, superbox
from tests.hostile.case import Case
from tests.hostile.certs import Holder, Profile, good, listed, stranger
from tests.hostile.forge import (
    GENERATED,
    Assertion,
    Forged,
    Spec,
    actions,
    countersigned,
    forge,
    ingredient,
    manifest,
    new_label,
    opened,
    results,
    store,
)
from tests.hostile.pictures import chunks, embed, picture, pixel_chunk, repainted
from tests.hostile.stamps import Stamp, good_stamper
from tests.support.pki import midnight

INTACT, ALTERED, EXPIRED = Integrity.INTACT, Integrity.ALTERED, Integrity.EXPIRED
NOT_COVERED, NOT_CHECKED = Integrity.NOT_COVERED, Integrity.NOT_CHECKED
LISTED, UNKNOWN, UNVERIFIED = Level.LISTED, Level.INTACT, Level.UNVERIFIED


# --- whose chain -------------------------------------------------------------------------------------------------------


def _listed_chain(label: int | str) -> Any:
    """Signed by a stranger; a listed signer's chain lies beside the stranger's own."""
    return lambda: forge(Spec(signer=stranger(), open_header=lambda *_: {label: good().ders()})).data


def _second_protected() -> bytes:
    return forge(Spec(signer=stranger(), header={"x5chain": good().ders()})).data


def _doubled_header() -> bytes:
    """One protected header, twice: the stranger's chain and a listed one."""
    return forge(Spec(signer=stranger(), header={_Twin(): good().ders()})).data


class _Twin(int):
    """The number 33 again, as another key of the same map."""

    def __new__(cls) -> _Twin:
        return super().__new__(cls, 33)

    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        return self is other


def _open_chain(label: int | str) -> Any:
    return lambda: forge(Spec(header={33: None}, open_header=lambda *_: {label: good().ders()})).data


def _old_names() -> bytes:
    header = {33: None, "x5chain": stranger().ders()}
    return forge(Spec(signer=stranger(), header=header, open_header=lambda *_: {"x5chain": good().ders()})).data


def _leaf_last() -> bytes:
    chain = good().chain
    return forge(Spec(signer=Holder(good().key, (*chain[1:], chain[0])))).data


# --- which stamp -----------------------------------------------------------------------------------------------------------


@cache
def _expired() -> Holder:
    return listed().issue(Profile(days=(-300, -10)))


def _tokens(days: int, over: bytes, *, wrong: bool) -> dict[str, Any]:
    found = Stamp(good_stamper(), midnight(days), wrong_imprint=wrong).tokens(over)
    return {"tstTokens": [{"val": one} for one in found]}


def _two_kinds(*, old_is_good: bool) -> Any:
    """Expired; a stamp of today that belongs to it, and one of last month that belongs to something else."""

    def header(protected: bytes, claim: bytes) -> dict[Any, Any]:
        first = _tokens(0 if old_is_good else -20, countersigned(protected, claim), wrong=not old_is_good)
        return {"sigTst": first}

    stamp = Stamp(good_stamper(), midnight(-20 if old_is_good else 0), wrong_imprint=old_is_good)
    return lambda: forge(Spec(signer=_expired(), stamp=stamp, open_header=header)).data


def _two_tokens(first: int, second: int) -> Any:
    """Expired; two tokens in one header, of which the older belongs to something else."""

    def build() -> bytes:
        class Both(Stamp):
            def tokens(self, over: bytes) -> list[bytes]:
                return [
                    Stamp(good_stamper(), midnight(day), wrong_imprint=day < 0).tokens(over)[0]
                    for day in (first, second)
                ]

        return forge(Spec(signer=_expired(), stamp=Both(good_stamper(), midnight()))).data

    return build


# --- which binding ------------------------------------------------------------------------------------------------------------


def _update_over_uncovered(*, decoy: bool) -> Any:
    """The binding that counts is the parent's; a decoy with a clean one stands nearer in the store."""

    def laid_out(spacing: int, others: list[Forged]) -> tuple[bytes, int]:
        parent = _bound_to(spacing)
        part = ingredient(parent)
        made = manifest(Spec(update=True), new_label(), [opened(part), part])
        return embed(picture(), store([*parent.boxes, *(one for other in others for one in other.boxes), made]))[::2]

    def build() -> bytes:
        others = [forge()] if decoy else []
        _, length = laid_out(0, others)
        return repainted(laid_out(length, others)[0])

    return build


def _bound_to(length: int) -> Forged:
    """A manifest whose hash leaves out its container, of *length* bytes, and the picture data."""
    asset = picture()
    at, size = pixel_chunk(asset)
    hashed = hashlib.sha256(asset[:at] + asset[at + size + 4 :]).digest()
    spans = [(33, length), (at + length, size + 4)]
    value = {
        "exclusions": [{"start": Wide(start), "length": Wide(length)} for start, length in spans],
        "name": "jumbf manifest", "alg": "sha256", "hash": hashed, "pad": b"",
    }  # fmt: skip
    label = new_label()
    made = manifest(Spec(), label, [actions(), Assertion("c2pa.hash.data", value)])
    return Forged(b"", (made,), (label,))


def _box_hash(*excluded: str) -> Any:
    """A hard binding by boxes, of which the signer leaves out some."""

    def build() -> bytes:
        asset = picture(shift=3)
        parts = [("PNGh", asset[:8]), *((kind.decode(), asset[at : at + size]) for kind, at, size in chunks(asset))]
        entries: list[dict[str, Any]] = []
        for name, data in parts:
            out = {"excluded": True} if name in excluded else {}
            entries.append({"names": [name], "alg": "sha256", "hash": hashlib.sha256(data).digest(), "pad": b""} | out)
            if name == "IHDR":
                entries.append({"names": ["C2PA"], "alg": "sha256", "hash": b"\0", "pad": b""})
        binding = Assertion("c2pa.hash.boxes", {"boxes": entries, "alg": "sha256"})
        data = forge(Spec([actions(), binding], binding=False), asset=asset).data
        return repainted(data) if excluded else data

    return build


# --- which ancestor ------------------------------------------------------------------------------------------------------------


def _bad() -> Forged:
    return forge(Spec(signature=lambda found: bytes([found[0] ^ 1]) + found[1:]))


def _bad_part(label: str, relationship: str = "componentOf", *, created: bool = True, **fields: Any) -> Any:
    """A broken manifest, referred to in a way that one reader might follow and the other not."""

    def build() -> bytes:
        part = _bad()
        link = ingredient(part, relationship, label=label, recorded=results())
        link = Assertion(link.label, link.data | {k: v(part) for k, v in fields.items()}, created=created)
        return forge(Spec([actions(), link]), others=[part]).data

    return build


def _url(text: str) -> Any:
    def link(part: Forged) -> dict[str, Any]:
        return {"url": text.format(part.label), "hash": hashlib.sha256(part.boxes[-1][8:]).digest()}

    return link


def _self_reference() -> bytes:
    label = new_label()
    ghost = Forged(b"", (forge().boxes[-1],), (label,))
    link = ingredient(ghost)
    return forge(Spec([opened(link), link], label=label)).data


# --- the claim ----------------------------------------------------------------------------------------------------------------


def _doubled_claim_key() -> bytes:
    """The claim names its created assertions twice: all of them, and none."""

    class Again(str):
        def __hash__(self) -> int:
            return 7

        def __eq__(self, other: object) -> bool:
            return self is other

    return forge(Spec(claim={Again("created_assertions"): []})).data


def _trailing_claim() -> bytes:
    """Bytes after the claim inside its own box."""
    found = forge()
    whole = found.boxes[-1]
    at = whole.index(b"c2pa.claim.v2\0") + len(b"c2pa.claim.v2\0")
    size = int.from_bytes(whole[at : at + 4], "big")
    grown = bytearray(whole[: at + size] + b"\0" * 8 + whole[at + size :])
    outer = whole.rindex(b"jumb", 0, at) - 4
    for place in (0, outer, at):
        grown[place : place + 4] = (int.from_bytes(grown[place : place + 4], "big") + 8).to_bytes(4, "big")
    return embed(picture(), store([bytes(grown)]))[0]


def _packed() -> bytes:
    """A good manifest, compressed by Node's Brotli as the specification allows; its length is found by trying."""
    asset, label, length = picture(), new_label(), 0
    spec = Spec(signer=listed().issue(algorithm="ed25519"))  # signs the same bytes the same way
    for attempt in range(40):
        value = {
            "exclusions": [{"start": Wide(33), "length": Wide(length)}],
            "name": "jumbf manifest", "alg": "sha256", "hash": hashlib.sha256(asset).digest(), "pad": bytes(attempt // 4),
        }  # fmt: skip
        plain = manifest(spec, label, [actions(), Assertion("c2pa.hash.data", value)])
        packed = superbox(b"c2cm", label, box(b"brob", brotli(plain)))
        data, _, now = embed(asset, store([packed]))
        if now == length:
            return data
        length = now
    raise AssertionError("the compressed length does not settle")


def _packed_parent() -> bytes:
    parent = forge(Spec([actions({"action": "c2pa.created", "digitalSourceType": GENERATED})]))
    packed = superbox(b"c2cm", parent.label, box(b"brob", brotli(parent.boxes[-1])))
    link = ingredient(parent)
    return forge(Spec([opened(link), link]), extra=[packed]).data


CASES = {
    "chain_beside_33": Case("TR", "a listed signer's chain beside the stranger's own", _listed_chain(33), INTACT,
        UNKNOWN),
    "chain_beside_text": Case("TR", "the same, under its old name", _listed_chain("x5chain"), ALTERED, UNVERIFIED),
    "chain_twice_protected": Case("TR", "the same, in the signed header under its old name", _second_protected, INTACT,
        UNKNOWN),
    "chain_twin": Case("TR", "a header that stands twice, with two chains", _doubled_header, ALTERED, UNVERIFIED),
    "chain_open": Case("TR", "the chain outside of what is signed", _open_chain(33), ALTERED, UNVERIFIED),
    "chain_old_names": Case("TR",
        "the stranger's chain in the signed header and a listed one outside, under old names", _old_names, ALTERED,
        UNVERIFIED),
    "chain_open_text": Case("TR", "the same, under its old name", _open_chain("x5chain"), INTACT, LISTED),
    "chain_reversed": Case("TR", "the chain in the wrong order", _leaf_last, ALTERED, UNVERIFIED),
    "stamp_kinds_old_wrong": Case("TS", "expired; a stamp of today, and an old one of something else",
        _two_kinds(old_is_good=False), EXPIRED, UNVERIFIED,
        ("signer.expired",)),
    "stamp_kinds_new_first": Case("TS", "expired; the same, the other way round", _two_kinds(old_is_good=True),
        EXPIRED, UNVERIFIED, ("signer.expired",)),
    "stamp_tokens_old_first": Case("TS", "expired; two tokens, the first one old and of something else",
        _two_tokens(-20, 0), EXPIRED, UNVERIFIED,
        ("signer.expired",)),
    "stamp_tokens_new_first": Case("TS", "expired; two tokens, the second one old and of something else",
        _two_tokens(0, -20), EXPIRED, UNVERIFIED,
        ("signer.expired",)),
    "update_uncovered": Case("FL", "an update manifest over one whose hash leaves the pixels out; repainted",
        _update_over_uncovered(decoy=False), NOT_COVERED,
        UNVERIFIED, ("coverage.exposed",)),
    "update_decoy": Case("FL", "the same, with a clean manifest as a decoy between them",
        _update_over_uncovered(decoy=True), NOT_COVERED, UNVERIFIED,
        ("coverage.exposed",)),
    "boxes_all": Case("A", "a hash by boxes, of all of them", _box_hash(), INTACT, LISTED),
    "boxes_pixels": Case("A", "a hash by boxes that leaves out the picture data; repainted", _box_hash("IDAT"),
        NOT_COVERED, UNVERIFIED, ("coverage.exposed",)),
    "part_v1": Case("B", "a broken component, admitted to be good, in an assertion of version 1",
        _bad_part("c2pa.ingredient", c2pa_manifest=_url("self#jumbf=/c2pa/{}")), ALTERED, UNVERIFIED),
    "part_gathered": Case("B", "a broken component, admitted to be good, among the gathered statements",
        _bad_part("c2pa.ingredient.v3", created=False), INTACT,
        LISTED, chain=False),
    "part_input": Case("B", "a broken input, admitted to be good", _bad_part("c2pa.ingredient.v3", "inputTo"), INTACT,
        LISTED, chain=False),
    "part_odd_relation": Case("B", "a broken ingredient of a relationship that nobody knows",
        _bad_part("c2pa.ingredient.v3", "cousinOf"), ALTERED, UNVERIFIED),
    "part_instance": Case("B", "a broken component under an odd instance", _bad_part("c2pa.ingredient.v3__a"), ALTERED,
        UNVERIFIED, chain=False),
    "part_url_deep": Case("B", "a broken component, named by a deeper address",
        _bad_part("c2pa.ingredient.v3", activeManifest=_url("self#jumbf=/c2pa/{}/c2pa.claim.v2")), INTACT, LISTED),
    "part_url_relative": Case("B", "a broken component, named by a relative address",
        _bad_part("c2pa.ingredient.v3", activeManifest=_url("self#jumbf=c2pa/{}")), ALTERED, UNVERIFIED),
    "self_reference": Case("B", "a manifest that is its own parent", _self_reference, ALTERED, UNVERIFIED),
    "claim_key_twice": Case("MS", "a claim that names its assertions twice", _doubled_claim_key, ALTERED, UNVERIFIED),
    "claim_trailing": Case("MS", "bytes after the claim in its box", _trailing_claim, ALTERED, UNVERIFIED),
}  # fmt: skip
if shutil.which("node"):
    CASES["packed"] = Case(
        "F", "a good manifest, compressed: what it says and leaves out is not read", _packed, NOT_CHECKED, UNVERIFIED,
        check=lambda v: "compressed" in v.problem and not v.manifests,
    )  # fmt: skip
    CASES["packed_parent"] = Case(
        "F", "a parent that is compressed, and says something about AI that is not read", _packed_parent, INTACT, LISTED,
        ("io.github.provenance-toolkit.chain.compressed",), chain=False,
        check=lambda v: v.manifests[1].integrity is NOT_CHECKED,
    )  # fmt: skip
