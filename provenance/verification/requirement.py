"""What a caller requires of a file, and whether it is met: yes, no, or could not tell."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from provenance.terms import Integrity, Level
from provenance.verification.model import Verification


class Require(StrEnum):
    """From the strictest to the mildest. None says that a statement is true."""

    LISTED = "listed"  # the whole chain holds, and a public list knows the signer
    KNOWN = "known"  # …, and a public list or a pin of this reader knows the signer
    INTACT = "intact"  # the whole chain holds; the signer may be unknown
    SIGNED = "signed"  # the signature and the hash hold; the certificate may have run out, an ancestor be broken


_LEAST = {Require.LISTED: Level.LISTED, Require.KNOWN: Level.KNOWN, Require.INTACT: Level.INTACT}
OTHER_SUBJECT = "pin.other_subject"  # the pinned authority issued this certificate to somebody else
_UNTOLD = frozenset({Integrity.NOT_CHECKED, Integrity.ELSEWHERE})


def meets(found: Verification, require: Require) -> bool | None:
    """Return whether *found* meets *require*; None if that could not be told."""
    if found.integrity in _UNTOLD:
        return None
    if require is Require.SIGNED:
        return found.integrity in {Integrity.INTACT, Integrity.EXPIRED}
    return found.integrity is Integrity.INTACT and found.chain_intact and found.level.rank >= _LEAST[require].rank


def exit_code(answers: Iterable[bool | None]) -> int:
    """Return 0 if all meet it, 1 if some do not, 2 if that could not be told for any."""
    seen = set(answers)
    if None in seen:
        return 2
    return 1 if False in seen else 0


def signed_by(found: Verification, expected: str) -> bool:
    """Whether the active manifest was signed by *expected*: a SHA-256 fingerprint of any certificate of its path
    or of the anchor that knows it, or the reader's own name for the signer.

    A name in a certificate never counts, nor does a certificate that was only sent along: anyone can write either.
    """
    active = found.active_manifest
    if active is None or found.integrity is not Integrity.INTACT or found.level is Level.UNVERIFIED:
        return False
    signer = active.signer
    wanted = expected.replace(":", "").replace(" ", "").lower()
    fingerprints = {certificate.sha256 for certificate in signer.chain if not certificate.stray}
    fingerprints |= {hit.anchor_sha256 for hit in signer.hits}
    names = {hit.name for hit in signer.hits if hit.level is Level.KNOWN}
    return wanted in fingerprints or (expected in names and OTHER_SUBJECT not in signer.problems)
