"""Whole manifest stores, validly signed whatever they hold: what a party with a key can write.

`forge` takes a `Spec` and returns a `Forged` file; a `Forged` can stand as an ingredient of the next one through
`ingredient`. Everything is good by default, so a case names only what it makes wrong.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from provenance.terms import SourceType
from tests.hostile.boxes import EMBEDDED_FILE, Tag, Wide, box, cbor, digest, superbox
from tests.hostile.certs import COSE, Holder, good
from tests.hostile.pictures import C2PA_BMFF, embed, picture, top_boxes
from tests.hostile.stamps import Stamp

DRAWN = SourceType.DIGITAL_CREATION.value
GENERATED = SourceType.TRAINED_ALGORITHMIC_MEDIA.value


@dataclass(frozen=True)
class Assertion:
    """One assertion box and how the claim refers to it."""

    label: str
    data: Any
    kind: str = "cbor"  # "cbor" | "json" | "file": data is (media type, bytes)
    created: bool = True
    salt: bytes = b""
    declared: bool = True  # False: the box lies there, the claim does not name it
    called: str = ""  # the label by which the claim names it, where that differs
    wrong_hash: bool = False
    absent: bool = False  # the claim names it, the box is not there

    def whole(self) -> bytes:
        match self.kind:
            case "cbor":
                return superbox(b"cbor", self.label, box(b"cbor", cbor(self.data)), salt=self.salt)
            case "json":
                return superbox(b"json", self.label, box(b"json", self.data), salt=self.salt)
        media_type, data = self.data
        described = box(b"bfdb", b"\0" + media_type.encode("utf-8", "surrogatepass") + b"\0")
        return superbox(EMBEDDED_FILE, self.label, described, box(b"bidb", data), salt=self.salt)

    def reference(self) -> dict[str, Any]:
        found = bytes(32) if self.wrong_hash else digest(self.whole())
        return {"url": f"self#jumbf=c2pa.assertions/{self.called or self.label}", "hash": found}


def actions(*found: dict[str, Any], label: str = "c2pa.actions.v2", created: bool = True, **more: Any) -> Assertion:
    """Return an actions assertion; by default that the picture was drawn."""
    steps = found or ({"action": "c2pa.created", "digitalSourceType": DRAWN},)
    return Assertion(label, {"actions": list(steps)} | more, created=created)


def mining(**uses: str) -> dict[str, Any]:
    """Return the content of a training-mining assertion."""
    return {"entries": {f"cawg.{entry}": {"use": use} for entry, use in uses.items()}}


@dataclass(frozen=True)
class Spec:
    """What one manifest holds."""

    assertions: Sequence[Assertion] = field(default_factory=lambda: (actions(),))
    signer: Holder = field(default_factory=good)
    label: str = ""
    version: int = 2
    title: str = ""
    generator: Any = field(default_factory=lambda: {"name": "Forge", "version": "1"})
    update: bool = False
    redacts: Sequence[str] = ()
    binding: bool = True  # False: no hard binding at all
    late: Callable[[Sequence[Assertion]], Sequence[Assertion]] | None = None  # assertions about those before them
    exclusions: Callable[[bytes, int, int], list[tuple[int, int]]] | None = None
    bmff_exclusions: tuple[str, ...] = ("/ftyp", "/mfra", "/free", "/skip")
    claim: dict[str, Any] = field(default_factory=dict)  # fields that replace the claim's own
    stamp: Stamp | None = None
    ocsp: Sequence[bytes] = ()
    pad: bytes = b""
    signature: Callable[[bytes], bytes] = lambda found: found  # what becomes of it
    header: dict[Any, Any] = field(default_factory=dict)  # more protected headers; None takes one away
    open_header: Callable[[bytes, bytes], dict[Any, Any]] | None = None  # more unprotected ones: of body and signature
    assertion_store: str = "c2pa.assertions"
    extra: bytes = b""  # superboxes beside the claim
    claims: int = 1


@dataclass(frozen=True)
class Forged:
    """A file with its manifests, oldest first."""

    data: bytes
    boxes: tuple[bytes, ...]
    labels: tuple[str, ...]
    start: int = 0
    length: int = 0

    @property
    def label(self) -> str:
        return self.labels[-1]

    @property
    def end(self) -> int:
        return self.start + self.length

    @property
    def store(self) -> bytes:
        return store(self.boxes)


def store(manifests: Sequence[bytes]) -> bytes:
    """Return a manifest store of *manifests*."""
    return superbox(b"c2pa", "c2pa", *manifests)


def new_label() -> str:
    return f"urn:c2pa:{uuid.uuid4()}"


def forge(
    spec: Spec | None = None, *, asset: bytes = b"", others: Sequence[Forged] = (), extra: Sequence[bytes] = ()
) -> Forged:
    """Sign *asset* as *spec* says, with the manifests of *others* and *extra* in the store.

    Layout first, hashes after: every length is fixed, so two passes are enough.
    """
    spec, asset = spec or Spec(), asset or picture()
    label = spec.label or new_label()
    old = [found for other in others for found in other.boxes]
    labels = [found for other in others for found in other.labels]
    made = b""
    start, length, hashed, ranges = 0, 0, bytes(32), [(0, 0)]
    for _ in range(3):
        binding = _binding(spec, asset, hashed, ranges)
        found = [*spec.assertions, *binding]
        made = manifest(spec, label, [*found, *(spec.late(found) if spec.late else ())])
        data, start, now = embed(asset, store([*extra, *old, made]))
        ranges = spec.exclusions(data, start, now) if spec.exclusions else [(start, now)]
        hashed = _hash(spec, data, start, ranges)
        length = now
    return Forged(data, (*extra, *old, made), (*labels, label), start, length)


def _binding(spec: Spec, asset: bytes, hashed: bytes, ranges: Sequence[tuple[int, int]]) -> list[Assertion]:
    if not spec.binding or spec.update:
        return []
    if _is_bmff(asset):
        excluded: list[dict[str, Any]] = [{"xpath": "/uuid", "data": [{"offset": 8, "value": C2PA_BMFF}]}]
        excluded += [{"xpath": found} for found in spec.bmff_exclusions]
        none = {"length": None, "data": None, "subset": None, "version": None, "flags": None, "exact": None}
        value = {"exclusions": [none | found for found in excluded], "alg": "sha256", "hash": hashed, "name": "forge"}
        return [Assertion("c2pa.hash.bmff.v3", value)]
    spans = [{"start": Wide(start), "length": Wide(length)} for start, length in ranges]
    value = {"exclusions": spans, "name": "jumbf manifest", "alg": "sha256", "hash": hashed, "pad": bytes(8)}
    return [Assertion("c2pa.hash.data", value)]


def _is_bmff(asset: bytes) -> bool:
    return asset[4:8] == b"ftyp"


def _hash(spec: Spec, data: bytes, start: int, ranges: Sequence[tuple[int, int]]) -> bytes:
    found = hashlib.sha256()
    if _is_bmff(data):
        for kind, at, length in top_boxes(data):
            if at != start and f"/{kind.decode('latin-1')}" not in spec.bmff_exclusions:
                found.update(at.to_bytes(8, "big") + data[at : at + length])
        return found.digest()
    at = 0
    for begin, length in sorted(ranges):
        found.update(data[at:begin])
        at = max(at, begin + length)
    found.update(data[at:])
    return found.digest()


def manifest(spec: Spec, label: str, assertions: Sequence[Assertion]) -> bytes:
    """Return one manifest box, signed."""
    claim = cbor(_claim(spec, label, assertions))
    name = "c2pa.claim.v2" if spec.version == 2 else "c2pa.claim"
    claims = [superbox(b"c2cl", name, box(b"cbor", claim))] * spec.claims
    boxes = b"".join(found.whole() for found in assertions if not found.absent)
    signature = superbox(b"c2cs", "c2pa.signature", box(b"cbor", sign(spec, claim)))
    kind = b"c2um" if spec.update else b"c2ma"
    return superbox(kind, label, superbox(b"c2as", spec.assertion_store, boxes), *claims, signature, spec.extra)


def _claim(spec: Spec, label: str, assertions: Sequence[Assertion]) -> dict[str, Any]:
    declared = [found for found in assertions if found.declared]
    claim: dict[str, Any] = {"alg": "sha256", "instanceID": "xmp:iid:11111111-2222-4333-8444-555555555555"}
    claim["signature"] = f"self#jumbf=/c2pa/{label}/c2pa.signature"
    if spec.version == 2:
        claim["claim_generator_info"] = spec.generator
        claim["created_assertions"] = [found.reference() for found in declared if found.created]
        if gathered := [found.reference() for found in declared if not found.created]:
            claim["gathered_assertions"] = gathered
    else:
        claim |= {"claim_generator": "Forge/1", "dc:format": "image/png"}
        claim["assertions"] = [found.reference() for found in declared]
    if spec.title:
        claim["dc:title"] = spec.title
    if spec.redacts:
        claim["redacted_assertions"] = list(spec.redacts)
    return {key: value for key, value in (claim | spec.claim).items() if value is not None}


def sign(spec: Spec, claim: bytes) -> bytes:
    """Return a COSE_Sign1 with a detached payload (C2PA 2.4 §13.2)."""
    ders = spec.signer.ders()
    header = {1: COSE[spec.signer.algorithm][0], 33: ders[0] if len(ders) == 1 else ders} | spec.header
    protected = cbor({key: value for key, value in header.items() if value is not None})
    signature = spec.signer.sign(cbor(["Signature1", protected, b"", claim]))
    open_: dict[Any, Any] = {}
    if spec.stamp:
        tokens = spec.stamp.tokens(countersigned(protected, cbor(signature)))
        open_["sigTst2"] = {"tstTokens": [{"val": found} for found in tokens]}
    if spec.ocsp:
        open_["rVals"] = {"ocspVals": list(spec.ocsp)}
    if spec.open_header:
        open_ |= spec.open_header(protected, claim)
    if spec.pad:
        open_["pad"] = spec.pad
    return cbor(Tag(18, [protected, open_, None, spec.signature(signature)]))


def countersigned(protected: bytes, payload: bytes) -> bytes:
    """Return what a time stamp is over: version 1 stamps the claim, version 2 the signature (C2PA 2.4 §10.3.2.5)."""
    return cbor(["CounterSignature", protected, b"", payload])


# --- ingredients ------------------------------------------------------------------------------------------------------


def results(*failures: str, trusted: bool = True) -> dict[str, Any]:
    """Return recorded validation results that a next signer may write, true or not."""
    ok = ["claimSignature.validated", "claimSignature.insideValidity", "assertion.dataHash.match"]
    success = [{"code": code} for code in (["signingCredential.trusted", *ok] if trusted else ok)]
    failed = [{"code": code, "url": "self#jumbf=c2pa.signature"} for code in failures]
    return {"activeManifest": {"success": success, "informational": [], "failure": failed}}


def ingredient(
    parent: Forged | None,
    relationship: str = "parentOf",
    *,
    label: str = "c2pa.ingredient.v3",
    recorded: dict[str, Any] | None = None,
    **fields: Any,
) -> Assertion:
    """Return an ingredient assertion that names the active manifest of *parent*, by its hash."""
    data: dict[str, Any] = {"dc:title": "before.png", "dc:format": "image/png", "relationship": relationship}
    if parent:
        url = f"self#jumbf=/c2pa/{parent.label}"
        whole = parent.boxes[-1]
        data["activeManifest"] = {"url": url, "hash": digest(whole)}
        data["claimSignature"] = {"url": f"{url}/c2pa.signature", "hash": digest(_last_box(whole))}
        data["validationResults"] = recorded or results()
    return Assertion(label, {key: value for key, value in (data | fields).items() if value is not None})


def _last_box(whole: bytes) -> bytes:
    at = 8
    last = b""
    while at < len(whole):
        length = int.from_bytes(whole[at : at + 4], "big")
        last, at = whole[at : at + length], at + length
    return last


def opened(*found: Assertion) -> Assertion:
    """Return the actions of a manifest that opened the first of *found* and placed the others."""
    steps: list[dict[str, Any]] = []
    for number, part in enumerate(found):
        name = "c2pa.placed" if number else "c2pa.opened"
        steps.append({"action": name, "parameters": {"ingredients": [part.reference()]}})
    return actions(*steps)


def child(parent: Forged, *more: Assertion, recorded: dict[str, Any] | None = None, **spec: Any) -> Forged:
    """Return a file whose manifest opened *parent*; its picture stays the same one."""
    link = ingredient(parent, recorded=recorded)
    plan = Spec([opened(link), link, *more], **spec)
    return forge(plan, others=[parent])
