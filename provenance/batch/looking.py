"""What runs in the child: a group of files, each read once, its facts and its sums.

The argument: ``{"options": …, "items": […]}``, an item being ``[path, offset, length, beside, sure, name, sums]`` or
``[base64, sure, name]``. With *sums* nothing but the SHA-256 is asked for. Small files and members of archives are
read as a whole; a large file is walked where it lies.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from provenance.batch.child import read
from provenance.batch.found import NO_PICTURE, Found, Group
from provenance.batch.lasting import until
from provenance.batch.sharing import common_of, time_of
from provenance.batch.stamps import of as stamp_of
from provenance.batch.trusting import fingerprint, with_trust
from provenance.container.kinds import sniff
from provenance.container.model import Kind
from provenance.container.opening import opened
from provenance.errors import ProvenanceError
from provenance.terms import Integrity
from provenance.verification import sidecars
from provenance.verification.check import check, check_bytes
from provenance.verification.model import Verification
from provenance.verification.options import Options, moment
from provenance.worker import codec

SMALL = 4 << 20  # bytes of a file that is read as a whole
_NONE = frozenset({Kind.OTHER, Kind.C2PA})


def job(argument: Any) -> Group:
    """Look at a group, in its order."""
    checking = _checking(json.dumps(argument["options"]))
    now = moment(checking.as_of)
    commons: dict[str, int] = {}
    found = [_found(item, checking, now, commons) for item in argument["items"]]
    return Group(tuple(commons), tuple(found), fingerprint(checking.trust))


@lru_cache(maxsize=2)
def _checking(encoded: str) -> Options:
    return with_trust(codec.decode(Options, json.loads(encoded)))


def _found(item: list[Any], checking: Options, now: datetime, commons: dict[str, int]) -> Found:
    try:
        if len(item) == 3:
            data, sure, name = base64.b64decode(item[0]), item[1], item[2]
            return _in_memory(data, None, sure, name, checking, now, commons)
        path, offset, length, beside, sure, name, sums = item
        place = Path(path)
        store = _beside(place, checking) if beside or checking.sidecar or checking.store else None
        if offset < 0:
            with opened(place) as stream:
                length = stream.seek(0, 2)
            if length > SMALL:
                return _in_place(place, length, store, sure, sums, checking, now, commons)
        data = read(path, offset, length)
        if sums:
            return Found(size=len(data), sha256=_sum(data), sidecar=_sum(store) if store is not None else "")
        return _in_memory(data, store, sure, name, checking, now, commons)
    except OSError as exc:
        return Found(problem=f"cannot be read ({exc.strerror or exc})")
    except ProvenanceError as exc:
        return Found(problem=exc.problem)


def _beside(place: Path, checking: Options) -> bytes | None:
    """Return the credentials that lie beside a file: emptied ones are broken, and not none."""
    found = sidecars.of(place, checking)
    return found.store if found.found else None


def _in_memory(
    data: bytes, store: bytes | None, sure: bool, name: str, checking: Options, now: datetime, commons: dict[str, int]
) -> Found:
    sums = (len(data), _sum(data), _sum(store) if store is not None else "")
    if not sure and store is None and sniff(io.BytesIO(data)) in _NONE:
        return _no_picture(sums, commons)
    found = check_bytes(data, name=name, options=checking, sidecar=store)
    return _packed(found, sums, checking, now, commons)


def _in_place(
    path: Path,
    size: int,
    store: bytes | None,
    sure: bool,
    sums_only: bool,
    checking: Options,
    now: datetime,
    commons: dict[str, int],
) -> Found:
    before = stamp_of(path.stat())
    with opened(path) as stream:
        picture = sure or store is not None or sniff(stream) not in _NONE
        stream.seek(0)
        sums = (size, _sum_of(stream), _sum(store) if store is not None else "")
    if sums_only:
        return Found(size=size, sha256=sums[1], sidecar=sums[2])
    if not picture:
        return _no_picture(sums, commons)
    found = _packed(check(path, options=checking), sums, checking, now, commons)
    # Sum and facts must be of the same bytes: what changes meanwhile, or just did, is told and not kept.
    return found if before and stamp_of(path.stat()) == before else replace(found, until=0)


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sum_of(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _no_picture(sums: tuple[int, str, str], commons: dict[str, int]) -> Found:
    size, digest, sidecar = sums
    return Found(commons.setdefault(NO_PICTURE, len(commons)), size, digest, sidecar, until=_NEVER)


def _packed(
    verification: Verification, sums: tuple[int, str, str], checking: Options, now: datetime, commons: dict[str, int]
) -> Found:
    size, digest, sidecar = sums
    common = commons.setdefault(common_of(verification, now=now), len(commons))
    # What could not be checked may be checked another day, on a machine that is less busy.
    kept = verification.integrity is not Integrity.NOT_CHECKED
    lasts = until(verification, checking.trust, now=datetime.now(UTC), fixed=bool(checking.as_of)) if kept else 0
    return Found(common, size, digest, sidecar, time_of(verification), lasts)


_NEVER = 1 << 40
