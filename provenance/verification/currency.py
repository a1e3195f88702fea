"""Whether what is declared beside a picture is about the bytes that lie there now.

A file that we wrote holds the picture's SHA-256: another sum says that the picture was saved again, which anybody may
do and which is no tampering: nothing was signed. A file without it is judged by times, which a copy, a checkout or a
backup changes: a weak sign, never more than a question.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from provenance.declaration.beside import Beside
from provenance.verification.stores import sha256_of

_SLACK_NS = 2_000_000_000  # FAT keeps times in steps of two seconds


class Currency(StrEnum):
    """What can be said of it."""

    CURRENT = "current"  # the very bytes that it was written about
    STALE = "stale"  # other bytes
    OLDER = "older"  # it names no bytes, and the picture was changed after it was written: weak
    UNTOLD = "untold"  # it names no bytes, and nothing speaks against it; or it holds for a folder


def currency(picture: Path, beside: Beside, sha256: str = "") -> Currency:
    """Return whether *beside* is about *picture* as it is now.

    Args:
        sha256: of the picture, where it is known.

    Raises:
        AssetError: if the picture cannot be read.
    """
    if beside.sha256:
        return Currency.CURRENT if (sha256 or sha256_of(picture)) == beside.sha256 else Currency.STALE
    if beside.for_folder:
        return Currency.UNTOLD
    try:
        changed = picture.stat().st_mtime_ns
    except (OSError, ValueError):
        return Currency.UNTOLD
    return Currency.OLDER if changed > beside.changed_ns + _SLACK_NS else Currency.UNTOLD
