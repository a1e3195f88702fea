"""The boxes of a manifest store (ISO/IEC 19566-5, C2PA 2.4 §11.1), read with limits before the engine sees them.

Enforces security P4–P8: sizes, counts and depth; labels that are valid UTF-8, not too long, free of control and
direction characters and not doubled; only superboxes that the specification knows. A limit or a rule that does not
hold ends the reading with a `Refusal`; what cannot be decoded inside one assertion is that assertion's `error`.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

from provenance.container import cbor, cose
from provenance.container.model import Limits, RawAssertion, RawManifest, RawSignature, Refusal
from provenance.container.source import StoppedError, over
from provenance.record import dataclass

_ISO = bytes.fromhex("00110010800000aa00389b71")  # the rest of every UUID that is made from four letters
_STORE = b"c2pa" + _ISO
_MANIFESTS = {b"c2ma" + _ISO: "manifest", b"c2um" + _ISO: "update", b"c2cm" + _ISO: "compressed"}
_ASSERTIONS = b"c2as" + _ISO
_CLAIM = b"c2cl" + _ISO
_SIGNATURE = b"c2cs" + _ISO
_OTHERS = {b"c2vc" + _ISO, b"c2db" + _ISO}  # credentials, data boxes
_FILE = bytes.fromhex("40cb0c32bb8a489da70b2ad6f47f4369")
_CONTENT = {b"cbor" + _ISO: "cbor", b"json" + _ISO: "json", b"uuid" + _ISO: "uuid", _FILE: "file"}
_DECODED = (b"cbor", b"json")
_DIRECTION = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LABELS = {_ASSERTIONS: "c2pa.assertions", _SIGNATURE: "c2pa.signature"}


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its type and where its content lies in the store."""

    kind: bytes
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Superbox:
    """A superbox: its description and the boxes behind it."""

    uuid: bytes
    label: str
    inner: tuple[Box, ...]


def read(data: bytes, limits: Limits) -> tuple[RawManifest, ...]:
    """Return the manifests of the store in *data*, in order.

    Raises:
        StoppedError: with the `Refusal`, at the first limit or rule that does not hold.
    """
    if len(data) > limits.store_bytes:
        raise over("store_bytes", limits.store_bytes, len(data), "bytes of the manifest store")
    return _Store(data, limits).manifests()


def length(data: bytes) -> int:
    """Return where the box that *data* begins with says that it ends."""
    said = int.from_bytes(data[:4], "big")
    if said == 1:
        said = int.from_bytes(data[8:16], "big")
    return said or len(data)


def joined(stores: list[bytes]) -> bytes:
    """Return one store that holds the manifests of *stores*, each of which `read` accepts."""
    if len(stores) == 1:
        return stores[0]
    first, *others = (store[16 if store[:4] == b"\0\0\0\1" else 8 : length(store)] for store in stores)
    content = first + b"".join(other[int.from_bytes(other[:4], "big") :] for other in others)
    return (len(content) + 8).to_bytes(4, "big") + b"jumb" + content


def refuse(code: str, explanation: str) -> StoppedError:
    """Return the exception for a rule that does not hold."""
    return StoppedError(Refusal(code, explanation=explanation))


class _Store:
    """One reading of one store; holds what is left of the limits."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data = data
        self._limits = limits
        self._boxes = 0
        self._decoded = 0
        self._items = limits.cbor_items

    def manifests(self) -> tuple[RawManifest, ...]:
        if self._data[4:8] != b"jumb":
            raise refuse("malformed", "the manifest store does not begin with a superbox")
        end = length(self._data)
        if self._data[end + 4 : end + 8] == b"jumb":
            raise refuse("second_store", "a second manifest store follows the first")
        if end > len(self._data):
            raise refuse("malformed", "the manifest store is cut off")
        (top,) = self._iterate(0, end, 1)
        store = self._superbox(top, 1)
        if store.uuid != _STORE or store.label != "c2pa":
            raise refuse("unknown_superbox", "the outermost box is not a C2PA manifest store")
        if len(store.inner) > self._limits.manifests:
            raise over("manifests", self._limits.manifests, len(store.inner), "manifests in the store")
        found = tuple(self._manifest(box) for box in store.inner)
        self._unique((manifest.label for manifest in found), "manifest")
        if sum(manifest.compressed for manifest in found) > 1:  # the engine's limit counts for each alone (F2, P7)
            raise refuse("compressed", "the store holds more than one compressed manifest")
        return found

    # --- boxes ------------------------------------------------------------------------------------------------
    def _iterate(self, start: int, end: int, depth: int) -> Iterator[Box]:
        """Yield the boxes that fill ``[start, end)``."""
        if depth > self._limits.depth:
            raise over("depth", self._limits.depth, depth, "depth of boxes")
        data, at = self._data, start
        while at < end:
            self._boxes += 1
            if self._boxes > self._limits.boxes:
                raise over("boxes", self._limits.boxes, f"more than {self._limits.boxes}", "boxes in the store")
            body, length = at + 8, int.from_bytes(data[at : at + 4], "big")
            if length == 1:
                body, length = at + 16, int.from_bytes(data[at + 8 : at + 16], "big")
            elif length == 0:  # to the end of what holds it
                length = end - at
            if at + length > end or at + length < body:
                raise refuse("malformed", f"a box at byte {at} of the manifest store does not fit")
            yield Box(data[at + 4 : at + 8], at, body, at + length)
            at += length

    def _superbox(self, box: Box, depth: int) -> Superbox:
        if box.kind != b"jumb":
            raise refuse("unknown_superbox", f"a {_shown(box.kind)} box stands where a superbox must")
        inner = tuple(self._iterate(box.body, box.end, depth + 1))
        if not inner or inner[0].kind != b"jumd":
            raise refuse("malformed", f"the superbox at byte {box.start} of the manifest store has no description")
        description = self._data[inner[0].body : inner[0].end]
        if len(description) < 17:
            raise refuse("malformed", f"the description at byte {inner[0].start} of the manifest store is too short")
        toggles, label, at = description[16], b"", 17
        if toggles & 2:
            ends = description.find(b"\0", at)
            if ends < 0:
                raise refuse("malformed", f"the label at byte {inner[0].start} of the manifest store has no end")
            label, at = description[at:ends], ends + 1
        at += (4 if toggles & 4 else 0) + (32 if toggles & 8 else 0)
        if toggles & 16:  # a private box: the salt
            at += int.from_bytes(description[at : at + 4], "big") if len(description) >= at + 8 else 1 << 32
        if at > len(description):
            raise refuse("malformed", f"the description at byte {inner[0].start} of the manifest store is cut off")
        return Superbox(description[:16], self._label(label), inner[1:])

    def _label(self, raw: bytes) -> str:
        if len(raw) > self._limits.label_bytes:
            raise over("label_bytes", self._limits.label_bytes, len(raw), "bytes of a label")
        try:
            label = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise refuse("label", "a label is not valid UTF-8") from None
        if label.isascii() and label.isprintable():
            return label
        for character in label:
            if character in _DIRECTION or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
                raise refuse("label", f"a label holds the character U+{ord(character):04X}")
        return label

    def _unique(self, labels: Iterator[str] | Any, what: str) -> None:
        seen: set[str] = set()
        for label in labels:
            if label in seen:
                raise refuse("duplicate_label", f"the {what} label {label!a} stands twice")
            seen.add(label)

    # --- manifests ----------------------------------------------------------------------------------------------
    def _manifest(self, box: Box) -> RawManifest:
        outer = self._superbox(box, 2)
        kind = _MANIFESTS.get(outer.uuid)
        if kind is None:
            raise refuse("unknown_superbox", "a box in the manifest store is not a manifest")
        if not outer.label:
            raise refuse("label", "a manifest has no label")
        if any(inner.kind == b"brob" for inner in outer.inner):
            return self._compressed(outer)
        errors: list[str] = [f"{outer.label}: is marked as compressed, and is not"] if kind == "compressed" else []
        claims: list[tuple[str, dict[str, Any], bytes]] = []
        assertions: list[RawAssertion] | None = None
        signature: RawSignature | None = None
        for inner in outer.inner:
            part = self._superbox(inner, 3)
            wanted = _LABELS.get(part.uuid)
            if wanted is not None and part.label != wanted:
                errors.append(f"{wanted} is labelled {part.label!a}")
            if part.uuid == _ASSERTIONS:
                if assertions is not None:
                    raise refuse("duplicate_label", "a manifest has two assertion stores")
                assertions = self._assertions(part)
            elif part.uuid == _CLAIM:
                claims.append((part.label, self._claim(part, errors), self._content(part, b"cbor") or b""))
            elif part.uuid == _SIGNATURE:
                if signature is not None:
                    raise refuse("duplicate_label", "a manifest has two signatures")
                signature = self._signature(part)
            elif part.uuid not in _OTHERS:
                raise refuse("unknown_superbox", f"a manifest holds a superbox {part.label!a} that is not known")
            else:
                self._count_others(part)
        if len(claims) > 1:
            raise refuse("duplicate_label", "a manifest has more than one claim")
        for missing, name in ((claims, "claim"), (assertions, "assertion store"), (signature, "signature")):
            if not missing:
                errors.append(f"has no {name}")
        label, claim, claim_bytes = claims[0] if claims else ("", {}, b"")
        return RawManifest(
            outer.label,
            label,
            claim,
            tuple(assertions or ()),
            signature or RawSignature(error="is missing"),
            update=kind == "update",
            errors=tuple(errors),
            claim_bytes=claim_bytes,
        )

    def _compressed(self, outer: Superbox) -> RawManifest:
        """Note a Brotli-compressed manifest; its size cannot be known without inflating it.

        The engine is told to stop at one MiB (security F2, P7), so one such manifest in a store is let through.
        """
        if len(outer.inner) > 1:
            raise refuse("compressed", "a compressed manifest holds more than one box")
        box = outer.inner[0]
        if box.end - box.body > self._limits.decompressed_bytes:
            raise over(
                "decompressed_bytes",
                self._limits.decompressed_bytes,
                box.end - box.body,
                "bytes of a compressed manifest",
            )
        return RawManifest(outer.label, "", {}, (), RawSignature(error="is compressed"), compressed=True)

    def _count_others(self, part: Superbox) -> None:
        """Walk credentials and data boxes, so that their boxes, labels and sizes count."""
        labels = []
        for box in part.inner:
            held = self._superbox(box, 4)
            labels.append(held.label)
            self._contents(held)
        self._unique(labels, "data box")

    def _claim(self, part: Superbox, errors: list[str]) -> dict[str, Any]:
        if not part.label.startswith("c2pa.claim"):
            errors.append(f"the claim is labelled {part.label!a}")
        self._contents(part)
        data = self._content(part, b"cbor")
        if data is None:
            errors.append("the claim is not CBOR")
            return {}
        try:
            claim = self._cbor(data)
        except cbor.CborError as problem:
            errors.append(f"the claim cannot be decoded: {problem}")
            return {}
        if not isinstance(claim, dict) or not all(isinstance(key, str) for key in claim):
            errors.append("the claim is not a map of names")
            return {}
        return claim

    def _signature(self, part: Superbox) -> RawSignature:
        self._contents(part)
        data = self._content(part, b"cbor")
        return RawSignature(error="is not CBOR") if data is None else cose.decode(data)

    # --- assertions ---------------------------------------------------------------------------------------------
    def _assertions(self, store: Superbox) -> list[RawAssertion]:
        if len(store.inner) > self._limits.assertions:
            raise over("assertions", self._limits.assertions, len(store.inner), "assertions in a manifest")
        found: list[RawAssertion] = []
        for box in store.inner:
            part = self._superbox(box, 4)
            if not part.label or "/" in part.label:
                raise refuse("label", f"an assertion cannot be labelled {part.label!a}")
            found.append(self._assertion(part, memoryview(self._data)[box.body : box.end]))
        self._unique((one.label for one in found), "assertion")
        ingredients = sum(one.label.startswith("c2pa.ingredient") for one in found)
        if ingredients > self._limits.ingredients:
            raise over("ingredients", self._limits.ingredients, ingredients, "ingredients of a manifest")
        return found

    def _assertion(self, part: Superbox, content: memoryview) -> RawAssertion:
        kind = _CONTENT.get(part.uuid, "unknown")
        size = sum(box.end - box.body for box in part.inner)
        self._contents(part)
        try:
            data = self._decoded_content(part, kind)
        except cbor.CborError as problem:
            return RawAssertion(part.label, kind, None, size, str(problem), content)
        except (ValueError, RecursionError):
            return RawAssertion(part.label, kind, None, size, "is not JSON", content)
        if kind in ("cbor", "json") and part.label.startswith("c2pa.actions") and isinstance(data, dict):
            actions = data.get("actions")
            if isinstance(actions, list) and len(actions) > self._limits.actions:
                raise over("actions", self._limits.actions, len(actions), "actions in an assertion")
        return RawAssertion(part.label, kind, data, size, "", content)

    def _contents(self, part: Superbox) -> None:
        """Count what stands in the boxes of *part* against the limits; a superbox inside is walked, too."""
        for box in part.inner:
            size = box.end - box.body
            if box.kind == b"jumb":
                self._nested(box, 5)
            elif box.kind == b"brob":
                raise refuse("compressed", "an assertion is compressed, which the specification does not know")
            elif box.kind in _DECODED:
                if size > self._limits.box_bytes:
                    raise over("box_bytes", self._limits.box_bytes, size, "bytes of one assertion")
                self._decoded += size
                if self._decoded > self._limits.boxes_total_bytes:
                    raise over(
                        "boxes_total_bytes", self._limits.boxes_total_bytes, self._decoded, "bytes of assertions"
                    )

    def _nested(self, box: Box, depth: int) -> None:
        part = self._superbox(box, depth)
        for inner in part.inner:
            if inner.kind == b"jumb":
                self._nested(inner, depth + 1)

    def _decoded_content(self, part: Superbox, kind: str) -> Any:
        if kind == "cbor":
            data = self._content(part, b"cbor")
            if data is None:
                raise cbor.CborError("holds no CBOR")
            return self._cbor(data)
        if kind == "json":
            data = self._content(part, b"json")
            if data is None:
                raise ValueError
            return json.loads(data.decode("utf-8"))
        return self._file(part) if kind == "file" else None

    def _file(self, part: Superbox) -> dict[str, Any]:
        described, held = self._content(part, b"bfdb"), self._find(part, b"bidb")
        media_type = (described or b"\0")[1:].split(b"\0", 1)[0][:256].decode("utf-8", "replace")
        return {"media_type": media_type, "size": held.end - held.body if held else 0}

    def _find(self, part: Superbox, kind: bytes) -> Box | None:
        return next((box for box in part.inner if box.kind == kind), None)

    def _content(self, part: Superbox, kind: bytes) -> bytes | None:
        """Return the content of the only box of *part*, if it is of *kind*; of a file, of its box of that kind."""
        box = self._find(part, kind)
        if box is None or (kind in _DECODED and len(part.inner) != 1):
            return None
        return self._data[box.body : box.end]

    def _cbor(self, data: bytes) -> Any:
        decoder = cbor.Decoder(data, items=self._items)
        try:
            value = decoder.item(cbor.DEPTH)
        except cbor.TooManyItemsError:
            raise over(
                "cbor_items",
                self._limits.cbor_items,
                f"more than {self._limits.cbor_items}",
                "values in the manifest store",
            ) from None
        self._items = decoder.items_left
        if decoder.at != len(data):
            raise cbor.CborError(f"{len(data) - decoder.at} bytes follow the item")
        return value


def _shown(kind: bytes) -> str:
    return ascii(kind.decode("latin-1"))
