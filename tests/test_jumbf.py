"""`provenance.container.jumbf`: the boxes of a manifest store, within limits (security P4–P8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.container import jumbf
from provenance.container.model import Limits, RawManifest, Refusal
from provenance.container.source import StoppedError
from tests.support.container import (
    CREATED,
    assertion,
    box,
    cose,
    encode,
    file_assertion,
    json_assertion,
    manifest,
    signed,
    store,
    superbox,
)

LIMITS = Limits()


def refusal(data: bytes, limits: Limits = LIMITS) -> Refusal:
    with pytest.raises(StoppedError) as caught:
        jumbf.read(data, limits)
    return caught.value.refusal


def one(*assertions: bytes, **more: Any) -> RawManifest:
    (found,) = jumbf.read(store(manifest(assertions=assertions, **more)), LIMITS)
    return found


def test_everything_is_handed_on() -> None:
    """Labels, claim, signature and assertions of every kind come out as they stand in the store."""
    found = one(
        assertion("c2pa.actions.v2", {"actions": [CREATED], "n": [1, 300, -2]}, salt=b"0123456789abcdef"),
        json_assertion("cawg.metadata", '{"dc:title": "x"}'),
        file_assertion("c2pa.thumbnail.claim", b"image/jpeg", b"picture"),
        superbox(b"uuid", "org.example.uuid", box(b"uuid", bytes(20))),
        superbox(b"abcd", "org.example.other", box(b"abcd", b"")),
        claim={"dc:title": "Ü"},
        signature=cose({1: -8, 33: b"leaf"}, {"pad": b"\0\7"}),
    )

    assert (found.label, found.claim_label, found.claim) == ("urn:c2pa:1", "c2pa.claim.v2", {"dc:title": "Ü"})
    assert (found.signature.algorithm, found.signature.certificates) == (-8, (b"leaf",))
    assert found.signature.nonzero_padding == 1
    assert [(held.label, held.kind, held.data, held.error) for held in found.assertions] == [
        ("c2pa.actions.v2", "cbor", {"actions": [CREATED], "n": [1, 300, -2]}, ""),
        ("cawg.metadata", "json", {"dc:title": "x"}, ""),
        ("c2pa.thumbnail.claim", "file", {"media_type": "image/jpeg", "size": 7}, ""),
        ("org.example.uuid", "uuid", None, ""),
        ("org.example.other", "unknown", None, ""),
    ]
    assert found.errors == ()


def test_assertion_that_cannot_be_decoded_keeps_its_place() -> None:
    """A fault inside one assertion is that assertion's error; nothing else is lost."""
    found = one(assertion("a", b"\xff"), json_assertion("b", "{"), assertion("c", b"\0\0"), assertion("d", 1))

    assert [(held.label, held.data, held.error) for held in found.assertions] == [
        ("a", None, "a break stands alone at byte 0"),
        ("b", None, "is not JSON"),
        ("c", None, "1 bytes follow the item"),
        ("d", 1, ""),
    ]


def test_kinds_of_manifests() -> None:
    """Update and compressed manifests are told by their superbox."""
    compressed = superbox(b"c2cm", "urn:c2pa:3", box(b"brob", b"jumb" + bytes(10)))

    found = jumbf.read(store(manifest(), manifest("urn:c2pa:2", kind=b"c2um"), compressed), LIMITS)

    assert [(held.label, held.update, held.compressed) for held in found] == [
        ("urn:c2pa:1", False, False),
        ("urn:c2pa:2", True, False),
        ("urn:c2pa:3", False, True),
    ]


def test_missing_parts_are_errors() -> None:
    """A manifest without claim, assertions or signature says so."""
    (found,) = jumbf.read(store(superbox(b"c2ma", "urn:c2pa:1")), LIMITS)

    assert found.errors == ("has no claim", "has no assertion store", "has no signature")


def test_renamed_boxes_are_errors() -> None:
    """No hash covers the label of the assertion store: another name is an error (security 4.2)."""
    data = store(manifest(assertions=[assertion("a", 1)])).replace(b"c2pa.assertions\0", b"c2pa.assertionz\0")

    (found,) = jumbf.read(data, LIMITS)

    assert found.errors == ("c2pa.assertions is labelled 'c2pa.assertionz'",)


def test_claim_that_is_no_map_is_an_error() -> None:
    """A claim must be a map of names."""
    held = superbox(b"c2cl", "c2pa.claim.v2", box(b"cbor", encode([1])))
    (found,) = jumbf.read(store(superbox(b"c2ma", "urn:c2pa:1", held)), LIMITS)

    assert (found.claim, found.errors[0]) == ({}, "the claim is not a map of names")


REFUSED = {
    "no superbox": (b"\0\0\0\x08junk", "malformed", "the manifest store does not begin with a superbox"),
    "nothing": (b"", "malformed", "the manifest store does not begin with a superbox"),
    "cut off": (store(manifest())[:-1], "malformed", "the manifest store is cut off"),
    "another superbox": (
        superbox(b"c2ma", "c2pa"), "unknown_superbox", "the outermost box is not a C2PA manifest store"
    ),
    "two stores": (store() + store(), "second_store", "a second manifest store follows the first"),
    "not a manifest": (
        store(superbox(b"c2as", "x")), "unknown_superbox", "a box in the manifest store is not a manifest"
    ),
    "box that is no superbox": (store(box(b"free", b"")), "unknown_superbox", "a 'free' box stands where a superbox must"),
    "no description": (store(box(b"jumb", box(b"cbor", b""))), "malformed", "the superbox at byte 38 of the manifest store has no description"),
    "unknown superbox in a manifest": (
        store(manifest(extra=superbox(b"evil", "x"))), "unknown_superbox", "a manifest holds a superbox 'x' that is not known"
    ),
    "two claims": (
        store(manifest(extra=superbox(b"c2cl", "c2pa.claim", box(b"cbor", encode({}))))), "duplicate_label", "a manifest has more than one claim"
    ),
    "two signatures": (
        store(manifest(extra=superbox(b"c2cs", "c2pa.signature", box(b"cbor", cose())))), "duplicate_label", "a manifest has two signatures"
    ),
    "two assertion stores": (
        store(manifest(extra=superbox(b"c2as", "c2pa.assertions"))), "duplicate_label", "a manifest has two assertion stores"
    ),
    "doubled assertion": (
        store(manifest(assertions=[assertion("a", 1), assertion("a", 2)])), "duplicate_label", "the assertion label 'a' stands twice"
    ),
    "doubled manifest": (store(manifest(), manifest()), "duplicate_label", "the manifest label 'urn:c2pa:1' stands twice"),
    "slash in an assertion label": (
        store(manifest(assertions=[assertion("a/b", 1)])), "label", "an assertion cannot be labelled 'a/b'"
    ),
    "empty assertion label": (store(manifest(assertions=[assertion("", 1)])), "label", "an assertion cannot be labelled ''"),
    "control character": (store(manifest("a\x1b[1m")), "label", "a label holds the character U+001B"),
    "direction override": (store(manifest("a\u202eb")), "label", "a label holds the character U+202E"),
    "not UTF-8": (store(manifest(b"\xff")), "label", "a label is not valid UTF-8"),
    "no manifest label": (store(manifest("")), "label", "a manifest has no label"),
    "compressed beside another box": (
        store(superbox(b"c2cm", "x", box(b"brob", b""), box(b"brob", b""))), "compressed", "a compressed manifest holds more than one box"
    ),
    "two compressed manifests": (
        store(*(superbox(b"c2cm", label, box(b"brob", b"")) for label in "ab")), "compressed",
        "the store holds more than one compressed manifest",
    ),
    "compressed assertion": (
        store(manifest(assertions=[superbox(b"cbor", "a", box(b"brob", b""))])), "compressed",
        "an assertion is compressed, which the specification does not know",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "code", "explanation"), REFUSED.values(), ids=REFUSED.keys())
def test_rules(data: bytes, code: str, explanation: str) -> None:
    """Each rule that does not hold is a refusal that says which."""
    found = refusal(data)

    assert (found.code, found.explanation) == (code, explanation)
    assert found.broken is (code != "compressed")


def many(count: int, label: str = "a") -> list[bytes]:
    return [assertion(f"{label}__{number}", number) for number in range(count)]


def deep(depth: int) -> bytes:
    held = superbox(b"cbor", "x")
    for _ in range(depth):
        held = superbox(b"cbor", "x", held)
    return store(manifest(assertions=[held]))


SIGNED = len(encode({"alg": "sha256"})) + len(cose())  # claim and signature count, too
AT_LIMIT = {  # limit -> (its value, a store just within, one just beyond)
    "manifests": (3, *(store(*(manifest(f"m{n}") for n in range(count))) for count in (3, 4))),
    "assertions": (5, *(store(manifest(assertions=many(count))) for count in (5, 6))),
    "ingredients": (2, *(store(manifest(assertions=many(count, "c2pa.ingredient.v3"))) for count in (2, 3))),
    "actions": (
        4, *(store(manifest(assertions=[assertion("c2pa.actions.v2", {"actions": [CREATED] * count})])) for count in (4, 5))
    ),
    "label_bytes": (30, *(store(manifest("é" * 15 + more)) for more in ("", "x"))),
    "box_bytes": (99, *(store(manifest(assertions=[assertion("a", bytes(count))])) for count in (99, 100))),
    "boxes_total_bytes": (
        200 + SIGNED, *(store(manifest(assertions=[assertion("a", bytes(100)), assertion("b", bytes(count))])) for count in (100, 101))
    ),
    "boxes": (30, *(store(manifest(assertions=many(6), extra=pad)) for pad in (b"", superbox(b"c2vc", "x")))),
    "depth": (8, deep(3), deep(4)),
    "decompressed_bytes": (50, *(store(superbox(b"c2cm", "x", box(b"brob", bytes(count)))) for count in (50, 51))),
    "cbor_items": (20, *(store(manifest(assertions=[assertion("a", [0] * count)])) for count in (16, 17))),
}  # fmt: skip


@pytest.mark.parametrize("limit", AT_LIMIT)
def test_limits(limit: str) -> None:
    """At each limit the store is read; one beyond, it is refused and the limit named with its value."""
    allowed, within, beyond = AT_LIMIT[limit]
    limits = replace(LIMITS, **{limit: allowed})

    assert jumbf.read(within, limits)
    found = refusal(beyond, limits)
    assert (found.code, found.limit, found.allowed) == ("limit", limit, allowed)
    assert found.found
    assert not found.broken


def test_store_size_is_limited() -> None:
    """A store larger than the limit is not looked at."""
    data = store(manifest())

    assert jumbf.read(data, replace(LIMITS, store_bytes=len(data)))
    found = refusal(data, replace(LIMITS, store_bytes=len(data) - 1))
    assert (found.limit, found.found) == ("store_bytes", str(len(data)))


def test_joined_stores_hold_the_manifests_of_both() -> None:
    """Two stores that belong together are one store in the end."""
    both = jumbf.joined([store(manifest("a")), store(manifest("b"))])

    assert [held.label for held in jumbf.read(both, LIMITS)] == ["a", "b"]


@given(st.data())
def test_mutated_stores_are_read_or_refused(data: st.DataObject) -> None:
    """A store of the engine with any bytes changed, cut or inserted is read or refused, and nothing else."""
    original = bytearray(signed("jxl")[32:])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(original) - 1))
        original[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))

    try:
        found = jumbf.read(bytes(original), LIMITS)
    except StoppedError as stop:
        assert stop.refusal.explanation
    else:
        assert isinstance(found, tuple)
