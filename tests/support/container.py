"""Manifest stores written by hand, and files that the engine signed, for tests of `provenance.container`.

The writer knows no rules: it writes what it is told, so that each rule can be broken alone.
"""

from __future__ import annotations

import io
import json
import math
import struct
import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import c2pa

from provenance.container.cbor import Tagged
from provenance.container.model import Kind, Limits
from provenance.container.parts import Layout
from provenance.container.source import Source
from provenance.container.walk import lay_out
from provenance.terms import SIGNING_EKUS
from tests.support import pictures
from tests.support import pki as make_pki

_ISO = bytes.fromhex("00110010800000aa00389b71")
FILE = bytes.fromhex("40cb0c32bb8a489da70b2ad6f47f4369")
C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
KINDS = {  # every container that can hold a store -> its media type
    "jpeg": Kind.JPEG, "png": Kind.PNG, "webp": Kind.WEBP, "tiff": Kind.TIFF, "gif": Kind.GIF, "avif": Kind.AVIF,
    "heic": Kind.HEIC, "dng": Kind.DNG, "svg": Kind.SVG, "jxl": Kind.JXL,
}  # fmt: skip
CREATED = {
    "action": "c2pa.created",
    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation",
}


# --- CBOR ------------------------------------------------------------------------------------------------------
def head(major: int, number: int) -> bytes:
    """Return the head of a CBOR item in its shortest form."""
    for limit, info, form in ((24, number, ""), (1 << 8, 24, ">B"), (1 << 16, 25, ">H"), (1 << 32, 26, ">I")):
        if number < limit:
            return bytes([major << 5 | info]) + (struct.pack(form, number) if form else b"")
    return bytes([major << 5 | 27]) + struct.pack(">Q", number)


def encode(value: Any) -> bytes:
    """Return *value* as CBOR."""
    if isinstance(value, bool) or value is None:
        return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
    if isinstance(value, int):
        if -(1 << 64) <= value < 1 << 64:
            return head(0, value) if value >= 0 else head(1, -1 - value)
        number = value if value >= 0 else -1 - value
        return head(6, 2 if value >= 0 else 3) + encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list | tuple):
        return head(4, len(value)) + b"".join(map(encode, value))
    if isinstance(value, Tagged):
        return head(6, value.tag) + encode(value.value)
    return head(5, len(value)) + b"".join(encode(key) + encode(held) for key, held in value.items())


def equal(left: Any, right: Any) -> bool:
    """Whether two decoded values are the same, NaN being itself."""
    if isinstance(left, float) and isinstance(right, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return list(left) == list(right) and all(equal(left[key], right[key]) for key in left)
    return type(left) is type(right) and left == right


# --- boxes -----------------------------------------------------------------------------------------------------
def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def superbox(uuid: bytes, label: str | bytes, *boxes: bytes, salt: bytes = b"") -> bytes:
    """Return a superbox; a *uuid* of four letters is completed."""
    name = label.encode() if isinstance(label, str) else label
    described = (uuid + _ISO if len(uuid) == 4 else uuid) + bytes([0x13 if salt else 3]) + name + b"\0"
    if salt:
        described += box(b"c2sh", salt)
    return box(b"jumb", box(b"jumd", described) + b"".join(boxes))


def assertion(label: str | bytes, data: Any, *, salt: bytes = b"") -> bytes:
    """Return an assertion in CBOR; *data* that are bytes stand as they are."""
    return superbox(b"cbor", label, box(b"cbor", data if isinstance(data, bytes) else encode(data)), salt=salt)


def json_assertion(label: str, text: str) -> bytes:
    return superbox(b"json", label, box(b"json", text.encode()))


def file_assertion(label: str, media_type: bytes, content: bytes) -> bytes:
    return superbox(FILE, label, box(b"bfdb", b"\0" + media_type + b"\0"), box(b"bidb", content))


def cose(protected: Any = None, unprotected: Any = None, payload: bytes | None = None) -> bytes:
    """Return a COSE_Sign1 with a signature of zeros."""
    parts = [encode({1: -7} if protected is None else protected), unprotected or {}, payload, bytes(64)]
    return encode(Tagged(18, parts))


def manifest(
    label: str | bytes = "urn:c2pa:1",
    assertions: Iterable[bytes] = (),
    *,
    claim: dict[str, Any] | None = None,
    kind: bytes = b"c2ma",
    extra: bytes = b"",
    signature: bytes | None = None,
) -> bytes:
    """Return a manifest with a claim, a signature and *assertions*."""
    held = list(assertions)
    return superbox(
        kind,
        label,
        superbox(b"c2as", "c2pa.assertions", *held),
        superbox(b"c2cl", "c2pa.claim.v2", box(b"cbor", encode(claim if claim is not None else {"alg": "sha256"}))),
        superbox(b"c2cs", "c2pa.signature", box(b"cbor", cose() if signature is None else signature)),
        extra,
    )


def store(*manifests: bytes) -> bytes:
    return superbox(b"c2pa", "c2pa", *manifests)


# --- files -------------------------------------------------------------------------------------------------------
@cache
def drawn(name: str) -> bytes:
    """Return the bytes of the picture that `pictures` draws for the format *name*."""
    entry = pictures.DRAWN.get(name) or pictures.BESIDE[name]
    with TemporaryDirectory() as folder:
        return entry.at(Path(folder)).read_bytes()


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    """Return a PNG chunk."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(held: bytes, *more: bytes) -> bytes:
    """Return a PNG that carries the store *held*, and *more* chunks."""
    picture = drawn("png")
    return picture[:33] + chunk(b"caBX", held) + b"".join(more) + picture[33:]


@cache
def signer_keys() -> tuple[bytes, bytes]:
    issued = make_pki.authority().issue(organization="Test")
    return issued.chain_pem, issued.key_pem()


def context(**builder: Any) -> c2pa.Context:
    """Return a Context that signs offline, with *builder* settings."""
    return c2pa.Context.from_dict(
        {
            "core": {"allowed_network_hosts": []},
            "verify": {"verify_after_sign": False, "remote_manifest_fetch": False},
            "trust": {"trust_config": "\n".join(SIGNING_EKUS)},
            "builder": {"thumbnail": {"enabled": False}, **builder},
        }
    )


def sign(
    picture: bytes,
    kind: Kind,
    *,
    intent: c2pa.C2paBuilderIntent | None = None,
    assertions: Iterable[dict[str, Any]] = (),
    cover_free: bool = True,
) -> bytes:
    """Return *picture* signed by the engine."""
    chain, key = signer_keys()
    listed = list(assertions)
    if intent is None:
        listed.append({"label": "c2pa.actions.v2", "created": True, "data": {"actions": [CREATED]}})
    definition = {"claim_generator_info": [{"name": "test", "version": "1"}], "assertions": listed}
    builder = c2pa.Builder(definition, context(bmff_hash_exclude_free_and_skip_boxes=not cover_free))
    if intent is not None:
        builder.set_intent(intent)
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, key, None))
    out = io.BytesIO()
    builder.sign(signer, kind.value, io.BytesIO(picture), out)
    return out.getvalue()


@cache
def signed(name: str) -> bytes:
    """Return the drawn picture of the format *name*, signed."""
    return sign(drawn(name), KINDS[name])


def engine_json(data: bytes, kind: Kind) -> dict[str, Any]:
    """Return what the engine reads, every manifest in detail."""
    with c2pa.Reader(kind.value, io.BytesIO(data), context=context()) as reader:
        found: dict[str, Any] = json.loads(reader.detailed_json())
        return found


def engine_state(data: bytes, kind: Kind) -> str:
    """Return the engine's word for the whole file."""
    with c2pa.Reader(kind.value, io.BytesIO(data), context=context()) as reader:
        return str(json.loads(reader.json())["validation_state"])


def layout(data: bytes, kind: Kind, *, whole: bool = False) -> Layout:
    return lay_out(Source(io.BytesIO(data)), kind, Limits(), whole=whole)
