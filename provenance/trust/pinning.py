"""From certificates to a pin: which of them is the authority, whose it is, and whether it can be relied on.

An authority is pinned, not a signing certificate: those are renewed, and the authority stays (security T-table:
a leaf as anchor would not be trusted anyway).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from provenance.credentials import authority, preflight
from provenance.errors import CredentialError, TrustError
from provenance.plain import plain
from provenance.trust.pins import MAX_BYTES, Pin

MAX_NAME = 100


def pin_of(
    certificates: Sequence[x509.Certificate],
    name: str,
    *,
    signer: str = "",
    own: bool = False,
    today: date | None = None,
    where: str = "certificates",
) -> Pin:
    """Return the pin for the authority among *certificates*, under the reader's *name* for a person.

    Args:
        signer: the name that its signing certificates carry; by default that of the leaf among *certificates*, or the
            one that an authority of ours signs for.

    Raises:
        TrustError: if there is no authority among them, more than one, or one that cannot be relied on.
    """
    _check_name(name)
    day = today or datetime.now(UTC).date()
    chosen = _authority(certificates, where)
    _refuse_weak(chosen, day, where)
    leaf = next((found for found in certificates if not _is_authority(found)), None)
    return Pin(
        name=name,
        sha256=chosen.fingerprint(hashes.SHA256()).hex(),
        pem=chosen.public_bytes(Encoding.PEM).decode("ascii"),
        subject=chosen.subject.rfc4514_string(),
        signer=signer or (authority.common_name(leaf) if leaf else "") or authority.handle_of(chosen),
        added=day.isoformat(),
        own=own,
    )


def read_certificates(path: Path) -> tuple[x509.Certificate, ...]:
    """Return the certificates of the PEM or DER file *path*.

    Raises:
        TrustError: if it cannot be read, holds none, or holds a private key.
    """
    where = plain(path.name)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as exc:
        raise TrustError(where, f"cannot be read ({exc.strerror})") from exc
    if len(data) > MAX_BYTES:
        raise TrustError(where, f"is larger than {MAX_BYTES} bytes")
    if b"PRIVATE KEY-----" in data:
        raise TrustError(where, "holds a private key, which nobody should hand out", "ask for the certificate alone")
    try:
        return preflight.read_chain(data, where)
    except CredentialError as exc:
        raise TrustError(exc.where, exc.problem, exc.cure) from exc


def _authority(certificates: Sequence[x509.Certificate], where: str) -> x509.Certificate:
    """Return the highest authority among *certificates*."""
    authorities = [found for found in dict.fromkeys(certificates) if _is_authority(found)]
    tops = [
        found
        for found in authorities
        if not any(other is not found and found.issuer == other.subject for other in authorities)
    ]
    if len(tops) > 1:
        raise TrustError(where, f"holds {len(tops)} authorities", "pin them one by one, each for its person")
    if tops:
        return tops[0]
    if any(found.subject == found.issuer for found in certificates):
        raise TrustError(
            where, "is a certificate that signed itself and is no authority", "readers will not know anyone by it"
        )
    raise TrustError(
        where, "holds a signing certificate without its authority", "ask for the authority's, which outlives renewals"
    )


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False


def _refuse_weak(certificate: x509.Certificate, day: date, where: str) -> None:
    if (last := certificate.not_valid_after_utc.date()) < day:
        raise TrustError(where, f"the authority expired on {last.isoformat()}", "ask for the new one")
    for fault in preflight.public_key_faults(certificate, "authority", "authority"):
        raise TrustError(where, fault.problem)


def _check_name(name: str) -> None:
    if not name.strip():
        raise TrustError("--as", "is empty", "give your own name for this person")
    if name != name.strip() or plain(name) != name:
        raise TrustError("--as", "has spaces at its ends, or characters that cannot be seen", f"'{plain(name)}'")
    if len(name) > MAX_NAME:
        raise TrustError("--as", f"is longer than {MAX_NAME} characters")
