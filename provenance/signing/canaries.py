"""Canaries: pictures of which the right answer is known, verified with what is installed here (security C2).

The engine ignores settings that it does not know and lists that it cannot read (F8), so what it was told is no proof of
what it does. Keys, authorities and the picture are made for this and thrown away; nothing is read of the user's.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image

from provenance.credentials.authority import issue, make_authority
from provenance.credentials.credential import Credential
from provenance.declaration.model import Declaration
from provenance.signing.sign import sign
from provenance.terms import Integrity, Level
from provenance.trust.model import NOBODY, Purpose, Tier, Trust, TrustList
from provenance.verification.check import check
from provenance.verification.options import Options

JOB = "provenance.signing.canaries:job"
# What is verified, and what must come out.
EXPECTED = {
    "good": (Integrity.INTACT, Level.LISTED),
    "unknown_signer": (Integrity.INTACT, Level.INTACT),
    "wrong_purpose": (Integrity.INTACT, Level.INTACT),
    "expired": (Integrity.EXPIRED, Level.UNVERIFIED),
    "altered": (Integrity.ALTERED, Level.UNVERIFIED),
}


def job(_: Any) -> dict[str, bool]:
    """Return for every canary whether its answer is the right one."""
    return {name: answer == EXPECTED[name] for name, answer in answers().items()}


def answers() -> dict[str, tuple[Integrity, Level]]:
    """Sign a picture and verify it as each canary wants."""
    with tempfile.TemporaryDirectory(prefix="provenance-") as folder:
        drawn = Path(folder) / "canary.png"
        Image.new("RGB", (16, 16), (200, 180, 40)).save(drawn)
        authority, key = make_authority("canary"), ec.generate_private_key(ec.SECP256R1())
        chain = (issue(authority, "canary", key.public_key()), authority.certificate)
        signed = sign(drawn, Declaration.from_dict({}), credential=Credential.of(chain, key)).path
        pem = authority.certificate.public_bytes(Encoding.PEM).decode("ascii")
        listed = _trusting(pem, Purpose.CLAIM)
        later = (datetime.now(UTC) + timedelta(days=800)).date().isoformat()
        altered = signed.with_name("altered.png")
        altered.write_bytes(_changed(signed.read_bytes()))
        return {
            "good": _answer(signed, Options(trust=listed)),
            "unknown_signer": _answer(signed, Options()),
            "wrong_purpose": _answer(signed, Options(trust=_trusting(pem, Purpose.TIME_STAMP))),
            "expired": _answer(signed, Options(trust=listed, as_of=later)),
            "altered": _answer(altered, Options(trust=listed)),
        }


def _trusting(pem: str, purpose: Purpose) -> Trust:
    return Trust((*NOBODY.lists, TrustList("canaries", Tier.CUSTOM, purpose, pem)))


def _answer(path: Path, options: Options) -> tuple[Integrity, Level]:
    found = check(path, options=options)
    return found.integrity, found.level


def _changed(data: bytes) -> bytes:
    """Return *data* with one bit of the picture changed."""
    at = data.rindex(b"IDAT") + 8
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
