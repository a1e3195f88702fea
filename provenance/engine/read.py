"""What the engine says about a file: its validation results, or the exception it raised, as a value.

The engine's state is a witness, not the verdict. Its JSON damages numbers and hides labels (engine.md §8),
so statements are read from our own decoding of the boxes; from here come results and times only.
"""

from __future__ import annotations

import json
from dataclasses import field
from typing import Any, BinaryIO

import c2pa

from provenance.errors import AssetError
from provenance.record import dataclass

NOT_FOUND = "no manifest"
REMOTE = "remote manifest"
TOO_LARGE = "decompressed size"  # a compressed manifest beyond the Context's limit (F2)

# The engine raises where the specification has a status code (standards.md §3.4 k). Text in the message -> code.
_CODES = (
    ("assertion.action.malformed", "assertion.action.malformed"),
    ("no action array", "assertion.action.malformed"),
    ("hard binding", "claim.hardBindings.missing"),
    ("missing data hash", "claim.hardBindings.missing"),
    ("multiple claim boxes", "claim.multiple"),
    ("multiple", "manifest.multipleParents"),
    ("claim version", "claim.malformed"),
    ("claim missing", "claim.missing"),
    ("claim superbox not found", "claim.missing"),
    ("claim already signed", "claim.multiple"),
    ("unsupported algorithm", "algorithm.unsupported"),
    ("unknown algorithm", "algorithm.unsupported"),
    ("redact", "assertion.notRedacted"),
    ("assertion missing", "assertion.missing"),
    ("hash does not match", "assertion.hashedURI.mismatch"),
    ("output exceeds maximum size", TOO_LARGE),
    ("decompress", "manifest.compressed.invalid"),
    ("cbor", "claim.cbor.invalid"),
    ("jumbf", "claim.malformed"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one store. Exactly one of *results* and *code* is meaningful."""

    state: str = ""  # the engine's validation_state; a witness
    active: str = ""
    labels: frozenset[str] = frozenset()
    results: dict[str, Any] = field(default_factory=dict)  # validation_results
    times: dict[str, str] = field(default_factory=dict)  # manifest label -> signature_info.time
    code: str = ""  # a status code for what it raised
    message: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.code)


def read(stream: BinaryIO, media_type: str, context: c2pa.Context, *, store: bytes | None = None) -> Reading:
    """Let the engine validate *stream*, with a detached *store* if one is given. Never raises for a bad file.

    Establishes nothing about trust: see `provenance.verification`.
    """
    try:
        with c2pa.Reader(media_type, stream, store, context=context) as reader:
            return _reading(reader.json())
    except c2pa.C2paError.ManifestNotFound:
        return Reading(code=NOT_FOUND)
    except c2pa.C2paError as exc:
        return _failed(str(exc))


def crjson(stream: BinaryIO, media_type: str, context: c2pa.Context, *, store: bytes | None = None) -> str:
    """Return the raw crJSON of *stream*; lossless, large, for `inspect --raw` and rubrics.

    Raises:
        AssetError: if the engine cannot read a manifest store there.
    """
    try:
        with c2pa.Reader(media_type, stream, store, context=context) as reader:
            text: str = reader.crjson()
            return text
    except c2pa.C2paError as exc:
        raise AssetError("manifest", f"the engine cannot read it ({exc})") from exc


def _reading(text: str) -> Reading:
    try:
        whole = json.loads(text)
    except ValueError:
        return Reading(code="claim.malformed", message="the engine's own report cannot be parsed")
    manifests = whole.get("manifests") or {}
    return Reading(
        state=whole.get("validation_state", ""),
        active=whole.get("active_manifest", ""),
        labels=frozenset(manifests),
        results=whole.get("validation_results") or {},
        times={
            label: info["time"]
            for label, manifest in manifests.items()
            if (info := manifest.get("signature_info") or {}).get("time")
        },
    )


def _failed(message: str) -> Reading:
    if message.startswith("Remote"):
        return Reading(code=REMOTE, message=message)
    lowered = message.lower()
    code = next((code for text, code in _CODES if text in lowered), "general.error")
    return Reading(code=code, message=message)
