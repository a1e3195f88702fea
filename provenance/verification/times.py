"""When a manifest was signed: a trusted time stamp, an untrusted one, or no time at all; never mixed (T9, F12).

The engine checks the signature of a stamp. That it is over this signature is checked here as well, and that its
authority is one of the reader's time-stamp authorities, because the engine also takes claim signers' for it (F7).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509

from provenance import terms
from provenance.container.cose import byte_string
from provenance.container.model import RawSignature
from provenance.record import dataclass
from provenance.terms import TimeKind
from provenance.trust.model import Purpose, Trust, TrustList
from provenance.trust.paths import Path, anchors_of, find_path, parse_der
from provenance.verification.hits import hit_of_list
from provenance.verification.model import SignedTime, TrustHit
from provenance.verification.signers import denied

DENIED = terms.OWN + "timeStamp.denied"
SKEW = timedelta(minutes=5)
_DIGESTS: dict[str, Callable[[bytes], Any]] = {  # 2.16.840.1.101.3.4.2.1 to .3
    "608648016503040201": hashlib.sha256,
    "608648016503040202": hashlib.sha384,
    "608648016503040203": hashlib.sha512,
}
_TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")  # OID 1.2.840.113549.1.9.16.1.4, DER


@dataclass(frozen=True, slots=True)
class Token:
    """What is needed of an RFC 3161 token; nothing in it is verified."""

    time: datetime
    signer_serial: int | None
    certificates: tuple[x509.Certificate, ...]
    digest: str = ""  # of what was stamped: OID of the hash, and its value
    imprint: bytes = b""

    def over(self, signature: RawSignature, claim: bytes) -> bool:
        """Whether the stamp is over *signature* (version 2) or *claim* (version 1; C2PA 2.4 §10.3.2.5)."""
        make = _DIGESTS.get(self.digest)
        return make is not None and any(
            make(countersigned(signature.protected, what)).digest() == self.imprint
            for what in (byte_string(signature.signature), claim)
        )

    @property
    def signer(self) -> x509.Certificate | None:
        """The certificate that the token's signer info names; the only one that matters."""
        named = [c for c in self.certificates if c.serial_number == self.signer_serial]
        if self.signer_serial is None and len(self.certificates) == 1:
            return self.certificates[0]
        return named[0] if len(named) == 1 else None


def signed_time(
    signature: RawSignature, claim: bytes, codes: frozenset[str], trust: Trust, now: datetime
) -> SignedTime:
    """Judge the time stamps of *signature*, which is over *claim*.

    Args:
        codes: what the engine said about this manifest, all levels together.
    """
    tokens = signature.time_stamps
    if not tokens:
        return SignedTime(TimeKind.NONE)
    problem = next((code for code in _PROBLEMS if code in codes), "")
    token = parse(tokens[0])
    if token is None:
        return SignedTime(TimeKind.UNTRUSTED, problem=problem or "timeStamp.malformed")
    value = token.time.astimezone(UTC).isoformat().replace("+00:00", "Z")
    signer = token.signer
    authority = signer.subject.rfc4514_string() if signer else ""
    if len(tokens) > 1:
        problem = "timeStamp.malformed"  # C2PA 2.4: exactly one token
    elif not problem and not token.over(signature, claim):
        problem = "timeStamp.mismatch"  # whatever anybody recorded about it
    if token.time > now + SKEW:
        problem = problem or "timeStamp.outsideValidity"
    if problem or "timeStamp.validated" not in codes or signer is None:
        return SignedTime(TimeKind.UNTRUSTED, value, authority, problem=problem)
    hits = tuple(_hits(token, signer, trust, now))
    if hits and denied((signer, *token.certificates), hits, trust, SignedTime(TimeKind.NONE)):
        return SignedTime(TimeKind.UNTRUSTED, value, authority, problem=DENIED)
    return SignedTime(TimeKind.TRUSTED if hits else TimeKind.UNTRUSTED, value, authority, hits)


_PROBLEMS = (
    "timeStamp.mismatch",
    "timeStamp.malformed",
    "timeStamp.outsideValidity",
    "timeStamp.credentialInvalid",
)


def _hits(token: Token, signer: x509.Certificate, trust: Trust, now: datetime) -> Iterator[TrustHit]:
    for found in trust.lists:
        if path := _path(token, signer, found):
            yield hit_of_list(found, path.anchor_sha256, now)


def _path(token: Token, signer: x509.Certificate, found: TrustList) -> Path | None:
    if not _for_stamps_only(signer):
        return None
    path = find_path(
        signer,
        token.certificates,
        anchors_of(found, Purpose.TIME_STAMP),
        at=token.time,
        ekus=(terms.EKU_TIME_STAMPING,),
    )
    return path if isinstance(path, Path) and not path.dissent else None


def _for_stamps_only(signer: x509.Certificate) -> bool:
    """Whether the purpose of *signer* is critical, as RFC 3161 §2.3 wants; `paths` checks that it is the only one."""
    try:
        return signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).critical
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False


def parse(token: bytes) -> Token | None:
    """Read a TimeStampToken, or the TimeStampResp that version 1 stamps hold; None if it is neither."""
    try:
        signed = _signed_data(token)
        info = _tst_info(signed)
        time = _generalized_time(info)
        return Token(time, _signer_serial(signed), _certificates(signed), *_imprint(info))
    except (ValueError, IndexError, TypeError, StopIteration):
        return None


# --- the few DER structures of RFC 5652 and RFC 3161 that we need, bounded by the bytes at hand ---------------


def _elements(data: bytes) -> list[tuple[int, bytes, bytes]]:
    """Return (tag, content, whole) of the elements that *data* holds side by side."""
    found: list[tuple[int, bytes, bytes]] = []
    at = 0
    while at < len(data) and len(found) < 64:
        tag, length, head = data[at], data[at + 1], 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4:
                raise ValueError("length")
            length = int.from_bytes(data[at + 2 : at + 2 + count], "big")
            head += count
        end = at + head + length
        if end > len(data):
            raise ValueError("truncated")
        found.append((tag, data[at + head : end], data[at:end]))
        at = end
    return found


def _content_info(token: bytes) -> bytes:
    outer = _elements(token)[0]
    first = _elements(outer[1])
    # TimeStampResp starts with a SEQUENCE (PKIStatusInfo), ContentInfo with an OID.
    return first[1][2] if first[0][0] == 0x30 else outer[2]


def _signed_data(token: bytes) -> list[tuple[int, bytes, bytes]]:
    info = _elements(_elements(_content_info(token))[0][1])
    return _elements(_elements(info[1][1])[0][1])


def _tst_info(signed: Iterable[tuple[int, bytes, bytes]]) -> list[tuple[int, bytes, bytes]]:
    for tag, content, _ in signed:
        if tag == 0x30 and content.startswith(_TST_INFO):
            octets = _elements(_elements(content)[1][1])[0][1]
            return _elements(_elements(octets)[0][1])
    raise ValueError("no TSTInfo")


def _generalized_time(info: list[tuple[int, bytes, bytes]]) -> datetime:
    text = next((content for tag, content, _ in info if tag == 0x18), b"").decode("ascii")
    pattern = "%Y%m%d%H%M%S.%fZ" if "." in text else "%Y%m%d%H%M%SZ"
    return datetime.strptime(text, pattern).replace(tzinfo=UTC)


def _imprint(info: list[tuple[int, bytes, bytes]]) -> tuple[str, bytes]:
    """Return hash OID (hex) and value of the messageImprint: the first SEQUENCE behind version and policy."""
    imprint = next(content for tag, content, _ in info if tag == 0x30)
    algorithm, value = _elements(imprint)[:2]
    return _elements(algorithm[1])[0][1].hex(), value[1]


def countersigned(protected: bytes, payload: bytes) -> bytes:
    """Return what a time stamp is over."""
    return b"\x84\x70CounterSignature" + byte_string(protected) + b"\x40" + byte_string(payload)


def _certificates(signed: list[tuple[int, bytes, bytes]]) -> tuple[x509.Certificate, ...]:
    sets = [content for tag, content, _ in signed if tag == 0xA0]
    found = (parse_der(whole) for _, _, whole in _elements(sets[0])[:16]) if sets else ()
    return tuple(certificate for certificate in found if certificate is not None)


def _signer_serial(signed: list[tuple[int, bytes, bytes]]) -> int | None:
    """Return the serial number of issuerAndSerialNumber of the only SignerInfo; None for a key identifier."""
    infos = _elements(signed[-1][1])
    if len(infos) != 1:
        raise ValueError("signers")
    fields = _elements(infos[0][1])
    tag, content, _ = fields[1]
    if tag != 0x30:
        return None
    return int.from_bytes(_elements(content)[1][1], "big", signed=True)
