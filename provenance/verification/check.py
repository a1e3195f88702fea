"""One file -> one Verification, in this process. Hostile files belong in a worker: see `verification.files`.

The steps, in their order:

1. what kind of file it is, by content, and a bounded walk of the boxes around and inside the manifest store;
2. what that walk refuses is not shown to the engine (P1-P8);
3. the engine validates signatures and hashes, offline, and its findings join ours (`chain`);
4. which bytes the hash does not cover (V5-V8);
5. who signed, when, by which list: checked here a second time (T1-T10).

The verdict is computed from failures, never from successes (V1). Nothing is raised for a bad file.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from provenance import terms
from provenance.container.coverage import uncovered
from provenance.container.kinds import suggested
from provenance.container.model import Kind, Prescan, RawManifest, Refusal
from provenance.container.opening import opened
from provenance.container.prescan import prescan, prescan_store
from provenance.container.source import Source
from provenance.engine.context import DECOMPRESSED_MB, Anchors, reading_context
from provenance.engine.read import NOT_FOUND, REMOTE, TOO_LARGE, crjson, read
from provenance.engine.versions import below_reading_floor, versions
from provenance.errors import AssetError
from provenance.home import Home
from provenance.metadata.model import Metadata
from provenance.metadata.reading import read as read_metadata
from provenance.record import dataclass
from provenance.terms import Integrity, Level, StatusLevel
from provenance.trust.lists import load
from provenance.trust.model import Trust
from provenance.verification import sidecars
from provenance.verification.chain import Chain, chain
from provenance.verification.hits import in_use
from provenance.verification.model import Coverage, Environment, Range, Status, Stop, Verification
from provenance.verification.model import Source as Found
from provenance.verification.options import Options, Request, moment
from provenance.verification.sidecars import Sidecar
from provenance.worker import codec
from provenance.worker.limits import missing as missing_limits

__all__ = ["Options", "check", "check_bytes", "job", "raw_job"]

NOT_COVERED = terms.OWN + "coverage.exclusions"
NO_BINDING = "claim.hardBindings.missing"
SIDECAR_DIFFERS = terms.OWN + "sidecar.differs"
SECOND_STORE = terms.OWN + "container.secondStore"
MALFORMED = terms.OWN + "container.malformed"
COMPRESSED_PROBLEM = "the manifest is compressed, and what it says cannot be read here"
UNREAD_PROBLEM = "the file holds credentials, and inside this kind of file they are not read here"
_IN_MEMORY = 4 << 20  # bytes of a file that is read as a whole
_BROKEN_REFUSALS = {"second_store": SECOND_STORE, "duplicate_label": MALFORMED, "label": MALFORMED,
                    "unknown_superbox": MALFORMED, "malformed": MALFORMED}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Judged:
    """The result for one store of one file."""

    integrity: Integrity
    chain: Chain | None = None
    coverage: Coverage = field(default_factory=Coverage)
    stops: tuple[Stop, ...] = ()
    statuses: tuple[Status, ...] = ()
    problem: str = ""


def job(argument: Any) -> Verification:
    """Answer a `Request`, as a worker gets it."""
    request = codec.decode(Request, argument)
    return check(Path(request.path), options=request.options)


def raw_job(argument: Any) -> str:
    """Return the engine's crJSON of a `Request`'s file, if the walk before the engine refuses nothing."""
    request = codec.decode(Request, argument)
    options, path = _with_home(request.options), Path(request.path)
    try:
        with opened(path) as stream:
            scan = prescan(stream, options.limits)
            beside = sidecars.of(path, options)
            detached = prescan_store(beside.store, options.limits) if scan.store is None and beside.found else scan
            if detached.refusals:
                raise AssetError(path.name, f"is not shown to the engine: {_refused(detached.refusals).problem}")
            store = beside.store if scan.store is None and beside.found else None
            stream.seek(0)
            kind = _engine_type(scan.kind, detached=store is not None)
            return crjson(stream, kind, _context(options.trust), store=store)
    except OSError as exc:
        raise AssetError(path.name, f"cannot be read ({exc.strerror or exc})") from exc


def check(path: Path, *, options: Options) -> Verification:
    """Verify one file, in this process. Bad signatures, broken hashes and unknown signers are findings.

    Says who states what and whether the bytes are the ones that were signed; never that a statement is true.

    Raises:
        AssetError: if the file cannot be opened or read at all.
    """
    try:
        with opened(path) as stream:
            beside = sidecars.of(path, options)
            return _checked(path, _at_once(stream), options, beside)
    except OSError as exc:
        raise AssetError(path.name, f"cannot be read ({exc.strerror or exc})") from exc


def check_bytes(data: bytes, *, name: str, options: Options, sidecar: bytes | None = None) -> Verification:
    """Verify a file that is in memory; no folder is looked at, and *sidecar* is the store that lies beside it."""
    beside = Sidecar("sidecar", sidecar) if sidecar is not None else Sidecar()
    return _checked(Path(name), io.BytesIO(data), options, beside)


def _at_once(stream: BinaryIO) -> BinaryIO:
    """Return a small file in memory: walk and engine see the same bytes, without a system call for each piece."""
    size = stream.seek(0, 2)
    stream.seek(0)
    return stream if size > _IN_MEMORY else io.BytesIO(stream.read(size))


def _checked(path: Path, stream: BinaryIO, options: Options, beside: Sidecar) -> Verification:
    options = _with_home(options)
    now = moment(options.as_of)
    scan = prescan(stream, options.limits)
    if scan.kind is Kind.C2PA:
        judged = _Judged(Integrity.NOT_CHECKED, problem="this is a sidecar: verify the picture it belongs to")
    elif scan.refusals:
        judged = _refused(scan.refusals)
    elif scan.store is not None:
        judged = _judge(stream, scan, scan.manifests, None, options, now)
    elif beside.found:
        judged = _judge_beside(stream, scan, beside, options, now)
    elif scan.unread:
        judged = _Judged(Integrity.NOT_CHECKED, problem=UNREAD_PROBLEM)
    else:
        judged = _Judged(Integrity.ELSEWHERE if scan.remote_url else Integrity.NO_CREDENTIALS)
    disagreement = _disagreement(stream, scan, beside, judged, options, now) if scan.store and beside.found else ""
    return _assembled(path, scan, beside, judged, disagreement, options, now, stream)


def _with_home(options: Options) -> Options:
    if not options.home:
        return options
    return replace(options, trust=_trust_of(options.home, _stamp(options.home), options.trust), home="")


@lru_cache(maxsize=4)
def _trust_of(home: str, stamp: tuple[int, ...], given: Trust) -> Trust:
    return given.joined(load(Home(Path(home))))


def _stamp(home: str) -> tuple[int, ...]:
    """Return the times at which what the reader trusts was last changed, so that a change is seen."""
    return tuple(_changed(path) for path in _trust_files(home))


@lru_cache(maxsize=4)
def _trust_files(home: str) -> tuple[Path, ...]:
    trust = Home(Path(home)).trust
    return tuple(trust / name for name in ("pins.toml", "deny.toml", "lists/index.json"))


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


# --- one store ------------------------------------------------------------------------------------------------


def _judge(
    stream: BinaryIO,
    scan: Prescan,
    raws: tuple[RawManifest, ...],
    store: bytes | None,
    options: Options,
    now: datetime,
) -> _Judged:
    stream.seek(0)
    reading = read(stream, _engine_type(scan.kind, detached=store is not None), _context(options.trust), store=store)
    if not raws:
        return _Judged(Integrity.ALTERED, statuses=(_failure(MALFORMED, "", "the manifest store holds no manifest"),))
    if reading.code == TOO_LARGE:
        limit = Stop("decompressed_bytes", DECOMPRESSED_MB << 20)
        return _Judged(Integrity.NOT_CHECKED, stops=(limit,), problem="limit reached: decompressed_bytes")
    own: list[Status] = []
    if reading.failed:
        code = "claim.missing" if reading.code in {NOT_FOUND, REMOTE} else reading.code
        own.append(_failure(code, raws[-1].label, reading.message, by="engine"))
    elif reading.active != raws[-1].label:
        own.append(
            _failure(
                terms.OWN + "chain.activeDiffers",
                raws[-1].label,
                "the engine takes another manifest for the active one",
            )
        )
    coverage, findings = _coverage(stream, scan, raws)
    found = chain(raws, reading, options.trust, now, [*own, *findings])
    if raws[-1].compressed and found.active.integrity is Integrity.NOT_CHECKED:
        # Its exclusions (F5) and its statements are out of sight; the engine alone would be believed.
        return _Judged(Integrity.NOT_CHECKED, problem=COMPRESSED_PROBLEM)
    return _Judged(_overall(found, coverage), found, coverage)


def _overall(found: Chain, coverage: Coverage) -> Integrity:
    integrity = found.active.integrity
    # What could not be checked does not count as covered: a compressed manifest would hide its exclusions (F5).
    exposed = coverage.excluded or coverage.pixels_exposed or not coverage.checked
    return Integrity.NOT_COVERED if integrity in {Integrity.INTACT, Integrity.EXPIRED} and exposed else integrity


def _judge_beside(stream: BinaryIO, scan: Prescan, beside: Sidecar, options: Options, now: datetime) -> _Judged:
    detached = prescan_store(beside.store, options.limits)
    if detached.refusals:
        return _refused(detached.refusals)
    return _judge(stream, replace(scan, store_spans=()), detached.manifests, beside.store, options, now)


def _disagreement(
    stream: BinaryIO, scan: Prescan, beside: Sidecar, judged: _Judged, options: Options, now: datetime
) -> str:
    """Say how a sidecar and the embedded store differ (V9); "" if they are the same bytes."""
    if beside.store == scan.store:
        return ""
    other = _judge_beside(stream, scan, beside, options, now)
    active = other.chain.active.label if other.chain else ""
    same = judged.chain is not None and judged.chain.active.label == active
    return f"{other.integrity.value}: {'the same' if same else 'another'} active manifest"


def _refused(refusals: tuple[Refusal, ...]) -> _Judged:
    stops = tuple(Stop(found.limit or found.code, found.allowed, found.found) for found in refusals)
    broken = tuple(
        _failure(_BROKEN_REFUSALS[found.code], "", found.explanation)
        for found in refusals
        if found.code in _BROKEN_REFUSALS
    )
    first = refusals[0]
    if broken:
        return _Judged(Integrity.ALTERED, statuses=broken, problem=first.explanation)
    return _Judged(Integrity.NOT_CHECKED, stops=stops, problem=first.explanation or f"limit reached: {first.limit}")


def _coverage(stream: BinaryIO, scan: Prescan, raws: tuple[RawManifest, ...]) -> tuple[Coverage, tuple[Status, ...]]:
    stream.seek(0)
    active = raws[-1]
    found = uncovered(stream, replace(scan, manifests=raws), active)  # finds the ancestor of an update by itself
    coverage = Coverage(
        checked=found.checked,
        excluded=tuple(Range(*entry) for entry in found.excluded),
        pixels_exposed=found.pixels_exposed,
        unsigned=tuple(Range(*entry) for entry in found.unsigned),
    )
    if found.missing_binding:
        return coverage, (_failure(NO_BINDING, active.label, "no hash ties this manifest to the picture (V8)"),)
    return coverage, ()


def _failure(code: str, where: str, explanation: str, *, by: str = "ours") -> Status:
    return Status(code, StatusLevel.FAILURE, where, explanation, by)


# --- the whole --------------------------------------------------------------------------------------------------


def _assembled(
    path: Path,
    scan: Prescan,
    beside: Sidecar,
    judged: _Judged,
    disagreement: str,
    options: Options,
    now: datetime,
    stream: BinaryIO,
) -> Verification:
    named = suggested(path.name)
    manifests = judged.chain.manifests if judged.chain else ()
    level = manifests[0].signer.level if manifests and judged.integrity is Integrity.INTACT else Level.UNVERIFIED
    inside = scan.store is not None or (scan.unread and not beside.found)
    kind = "embedded" if inside else "sidecar" if beside.found else "remote" if scan.remote_url else "none"
    return Verification(
        name=path.name,
        size=scan.size,
        media_type=scan.kind.value,
        sha256=_sha256(stream) if options.digest else "",
        integrity=judged.integrity,
        level=level,
        chain_intact=judged.integrity is Integrity.INTACT and judged.chain is not None and judged.chain.intact,
        active=manifests[0].label if manifests else "",
        manifests=manifests,
        unreachable=judged.chain.unreachable if judged.chain else 0,
        source=Found(kind, beside.name, beside.tried, scan.remote_url, disagreement, beside.folder, beside.others),
        coverage=judged.coverage,
        stops=judged.stops,
        statuses=(*judged.statuses, *_damage(scan)),
        carried=_carried(stream, scan, options),
        name_suggests=named.value if named is not None and not _agrees(named, scan.kind) else "",
        environment=_environment(options.trust, now),
        problem=judged.problem,
    )


def _damage(scan: Prescan) -> tuple[Status, ...]:
    return tuple(
        Status(terms.OWN + "container.damage", StatusLevel.INFORMATIONAL, "", found, "ours") for found in scan.damage
    )


def _carried(stream: BinaryIO, scan: Prescan, options: Options) -> Metadata:
    """Return what EXIF, IPTC and XMP say; of a file that the walk did not get through, nothing."""
    if scan.layout is None:
        return Metadata()
    return read_metadata(Source(stream), scan.kind, scan.layout, options.limits).metadata


def _agrees(named: Kind, found: Kind) -> bool:
    families = ({Kind.TIFF, Kind.DNG}, {Kind.AVIF, Kind.HEIC, Kind.HEIF}, {Kind.JXL, Kind.JXL_NAKED})
    return named is found or any({named, found} <= family for family in families)


def _engine_type(kind: Kind, *, detached: bool) -> str:
    if kind.embeds:
        return kind.value
    return Kind.OTHER.value if detached else kind.value


_versions = lru_cache(maxsize=1)(versions)
_below_floor = lru_cache(maxsize=1)(below_reading_floor)


@lru_cache(maxsize=4)
def _context(trust: Trust) -> Any:
    return reading_context(Anchors.of(trust))


def _environment(trust: Trust, now: datetime) -> Environment:
    missing = missing_limits()
    return Environment(
        versions=_versions(),
        engine_below_floor=_below_floor(),
        isolated=missing is not None,
        missing_limits=missing or (),
        checked_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        lists=tuple(in_use(found, now) for found in trust.lists),
    )


def _sha256(stream: BinaryIO) -> str:
    stream.seek(0)
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
