"""What a case is: bytes, who reads them and whom they trust, what must come out."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from provenance.engine.context import Anchors, reading_context
from provenance.engine.read import NOT_FOUND, REMOTE, read
from provenance.terms import Integrity, Level
from provenance.trust.model import Denial, Purpose, Tier, Trust, TrustList
from provenance.trust.pins import Pin
from provenance.verification.model import Verification
from tests.hostile.certs import listed, pem
from tests.hostile.stamps import stamps
from tests.support.pki import midnight


@dataclass(frozen=True)
class Reader:
    """Whom the reader of a case trusts, by purpose. Without a word: `listed` for claims, `stamps` for time."""

    claim: Callable[[], str] = lambda: listed().pem
    stamps: Callable[[], str] = lambda: stamps().pem
    identity: Callable[[], str] = str
    allowed: Callable[[], str] = str
    denied: Callable[[], tuple[Denial, ...]] = tuple
    pins: Callable[[], tuple[Pin, ...]] = tuple

    def trust(self) -> Trust:
        """Return the same as the product's own value."""
        date = midnight(-10).strftime("%Y-%m-%dT00:00:00Z")
        lists: list[TrustList] = []
        if self.claim() or self.allowed():
            lists.append(TrustList("Test list", Tier.C2PA, Purpose.CLAIM, self.claim(), date, allowed=self.allowed()))
        if self.stamps():
            lists.append(TrustList("Test stamps", Tier.TSA, Purpose.TIME_STAMP, self.stamps(), date))
        if self.identity():
            lists.append(TrustList("Test identities", Tier.IDENTITY, Purpose.IDENTITY, self.identity(), date))
        return Trust(tuple(lists), self.pins(), self.denied())

    def anchors(self) -> Anchors:
        """Return the same for the engine alone."""
        return Anchors(self.claim(), self.stamps(), self.identity(), self.allowed())


DEFAULT = Reader()
NOBODY = Reader(claim=str, stamps=str)


def pin(authority: x509.Certificate, name: str = "Ada") -> Pin:
    """Return *authority*, pinned under *name*."""
    subject = authority.subject.rfc4514_string()
    return Pin(name, authority.fingerprint(hashes.SHA256()).hex(), pem(authority), subject)


def day(days: int) -> str:
    return (midnight() + timedelta(days=days)).date().isoformat()


@dataclass(frozen=True)
class Case:
    """One attack or fault, and what our verification must say about it."""

    group: str
    does: str  # what is wrong with the file, for `docs/verdicts.md`
    build: Callable[[], bytes]
    integrity: Integrity
    level: Level
    codes: tuple[str, ...] = ()  # codes or finding ids that must be somewhere in the Verification
    chain: bool | None = None  # what chain_intact must be, where it matters
    reader: Reader = DEFAULT
    suffix: str = ".png"
    sidecar: Callable[[], bytes] | None = None
    check: Callable[[Verification], bool] | None = None  # more that must hold
    engine: str = ""  # what the engine does, where it must not be asked here: findings F2 and F3

    def write(self, folder: Path, name: str = "case") -> Path:
        """Write the file, and its sidecar, into *folder*."""
        path = folder / f"{name}{self.suffix}"
        path.write_bytes(self.build())
        if self.sidecar:
            path.with_suffix(".c2pa").write_bytes(self.sidecar())
        return path

    def but(self, **changes: object) -> Case:
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Says:
    """What the engine alone says."""

    state: str
    codes: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return " ".join((self.state, *self.codes))


_TYPES = {
    ".png": "image/png", ".jpg": "image/jpeg", ".avif": "image/avif", ".gif": "image/gif", ".webp": "image/webp",
    ".svg": "image/svg+xml", ".heic": "image/heic", ".jxl": "image/jxl",
}  # fmt: skip


def engine_says(case: Case) -> Says:
    """Ask the engine about *case*, offline, with the same anchors and without us."""
    context = reading_context(case.reader.anchors())
    reading = read(io.BytesIO(case.build()), _TYPES[case.suffix], context)
    if reading.code in {NOT_FOUND, REMOTE}:
        return Says("raises", ("ManifestNotFound" if reading.code == NOT_FOUND else "Remote",))
    if reading.failed:
        return Says("raises", (reading.code,))
    failures = {found["code"] for found in reading.results.get("activeManifest", {}).get("failure", [])}
    for delta in reading.results.get("ingredientDeltas") or []:
        failures |= {found["code"] for found in delta["validationDeltas"].get("failure", [])}
    return Says(reading.state, tuple(sorted(failures)))


def codes(found: Verification) -> frozenset[str]:
    """Return every code and finding id that *found* holds, wherever it stands."""
    own = {status.code for status in found.statuses} | {stop.limit for stop in found.stops}
    own |= {f"source.{found.source.kind}"} | ({"source.disagreement"} if found.source.disagreement else set())
    own |= {"coverage.exposed"} if found.coverage.pixels_exposed else set()
    own |= {"coverage.excluded"} if found.coverage.excluded else set()
    own |= {"coverage.unsigned"} if found.coverage.unsigned else set()
    for manifest in found.manifests:
        own |= {status.code for status in manifest.statuses}
        own |= set(manifest.signer.problems) | {f"time.{manifest.time.kind.value}", manifest.time.problem}
        own |= {"signer.expired"} if manifest.signer.expired else set()
        own |= {"signer.withdrawn"} if manifest.signer.withdrawn else set()
        own |= {f"identity.{identity.outcome}" for identity in manifest.identities}
        own |= {f"revocation.{manifest.signer.revocation}"}
        own |= {f"tier.{hit.tier}" for hit in manifest.signer.hits}
        for part in manifest.ingredients:
            own |= {status.code for status in (*part.recorded, *part.deltas)}
    return frozenset(own)
