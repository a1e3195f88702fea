"""COSE_Sign1, taken apart (RFC 9052, RFC 9360, C2PA 2.4 §13.2). Nothing is verified here."""

from __future__ import annotations

from typing import Any

from provenance.container import cbor
from provenance.container.model import RawSignature

_ALGORITHM, _CONTENT_TYPE, _X5CHAIN = 1, 3, 33


def decode(data: bytes) -> RawSignature:
    """Return the parts of the COSE_Sign1 in *data*; a fault comes back as its `error`."""
    try:
        message = cbor.decode(data)
        if not isinstance(message, list) or len(message) != 4:
            return RawSignature(error="is not a COSE_Sign1")
        protected_bytes, unprotected, payload, signature = message
        protected = cbor.decode(protected_bytes) if protected_bytes else {}
    except (cbor.CborError, TypeError) as problem:
        return RawSignature(error=str(problem))
    if not isinstance(protected, dict) or not isinstance(unprotected, dict):
        return RawSignature(error="has headers that are not maps")
    algorithm = protected.get(_ALGORITHM)
    content_type = protected.get(_CONTENT_TYPE, "")
    return RawSignature(
        algorithm=algorithm if isinstance(algorithm, int | str) else None,
        certificates=_certificates(protected, unprotected),
        time_stamps=_time_stamps(unprotected),
        ocsp=_ocsp(unprotected),
        content_type=str(content_type) if isinstance(content_type, int | str) else "",
        payload=payload if isinstance(payload, bytes) else None,
        nonzero_padding=sum(_nonzero(unprotected.get(name)) for name in ("pad", "pad2")),
        protected=protected_bytes if isinstance(protected_bytes, bytes) else b"",
        signature=signature if isinstance(signature, bytes) else b"",
    )


def byte_string(value: bytes) -> bytes:
    """Return *value* as CBOR: what stands in the structures that are signed and stamped."""
    size = len(value)
    if size < 24:
        return bytes([0x40 | size]) + value
    lead, width = (0x58, 1) if size < 1 << 8 else (0x59, 2) if size < 1 << 16 else (0x5A, 4)
    return bytes([lead]) + size.to_bytes(width, "big") + value


def _certificates(protected: dict[Any, Any], unprotected: dict[Any, Any]) -> tuple[bytes, ...]:
    """Return the chain; claim version 1 allowed the text label, and the unprotected header."""
    for header, label in (
        (protected, _X5CHAIN), (protected, "x5chain"), (unprotected, _X5CHAIN), (unprotected, "x5chain"),
    ):  # fmt: skip
        found = header.get(label)
        if isinstance(found, bytes):
            return (found,)
        if isinstance(found, list) and found and all(isinstance(one, bytes) for one in found):
            return tuple(found)
    return ()


def _time_stamps(unprotected: dict[Any, Any]) -> tuple[bytes, ...]:
    found: list[bytes] = []
    for name in ("sigTst2", "sigTst"):
        container = unprotected.get(name)
        tokens = container.get("tstTokens") if isinstance(container, dict) else None
        for token in tokens if isinstance(tokens, list) else ():
            value = token.get("val") if isinstance(token, dict) else None
            if isinstance(value, bytes):
                found.append(_token(value))
    return tuple(found)


def _token(value: bytes) -> bytes:
    """Return the TimeStampToken in *value*: ``sigTst`` holds a whole TimeStampResp, ``sigTst2`` the token alone."""
    outer = _der(value, 0)
    if outer is None or value[:1] != b"\x30" or value[outer[0] : outer[0] + 1] != b"\x30":
        return value  # a token begins with an OID
    status = _der(value, outer[0])
    return value[status[1] : outer[1]] if status is not None and status[1] < outer[1] else value


def _der(data: bytes, at: int) -> tuple[int, int] | None:
    """Return where the content of the DER element at *at* begins and ends."""
    if at + 2 > len(data):
        return None
    length, start = data[at + 1], at + 2
    if length & 0x80:
        octets = length & 0x7F
        if not 1 <= octets <= 4 or start + octets > len(data):
            return None
        length, start = int.from_bytes(data[start : start + octets], "big"), start + octets
    return (start, start + length) if start + length <= len(data) else None


def _ocsp(unprotected: dict[Any, Any]) -> tuple[bytes, ...]:
    values = unprotected.get("rVals")
    found = values.get("ocspVals") if isinstance(values, dict) else None
    return tuple(one for one in found if isinstance(one, bytes)) if isinstance(found, list) else ()


def _nonzero(pad: Any) -> int:
    return len(pad) - pad.count(0) if isinstance(pad, bytes) else 0
