"""How to check a file. Light: a parent process that hands files to workers loads nothing heavier."""

from __future__ import annotations

from dataclasses import field
from datetime import UTC, datetime

from provenance.container.model import Limits
from provenance.errors import AssetError
from provenance.plain import plain
from provenance.record import dataclass
from provenance.trust.model import NOBODY, Trust


@dataclass(frozen=True, slots=True)
class Options:
    """The defaults trust nobody, look for a sidecar beside the file, and reach for no network."""

    trust: Trust = NOBODY
    home: str = ""  # a user's directory whose pins, lists and deny list count too
    limits: Limits = field(default_factory=Limits)
    sidecar: str = ""  # path of a sidecar to use; "" looks beside the file
    store: str = ""  # path of a store of sidecars; "" looks for the nearest one upward
    as_of: str = ""  # ISO time to judge certificates at; "" is now. The lists are those of today
    digest: bool = False  # also compute the SHA-256 of the file


@dataclass(frozen=True, slots=True)
class Request:
    """What a worker is asked: one file."""

    path: str  # absolute
    options: Options


def moment(as_of: str) -> datetime:
    """Return the moment that *as_of* means, a date in UTC unless it says otherwise; "" is now.

    Raises:
        AssetError: if it is none.
    """
    if not as_of:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        at = datetime.fromisoformat(as_of)
    except ValueError as exc:
        raise AssetError("as of", f"'{plain(as_of)}' is not a date", "write it as 2026-11-23") from exc
    return at if at.tzinfo else at.replace(tzinfo=UTC)
