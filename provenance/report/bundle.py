"""A case as one file, to be judged again later: what was checked, against what, by what, and what came out.

    case.zip
    ├── manifest.json        SHA-256 and size of everything else; format version
    ├── report.json          what was said
    ├── verification.json    what was found
    ├── trust.json           lists, pins and deny list that counted, as they were
    ├── settings.json        limits, the moment that certificates were judged at, versions
    ├── store.c2pa           the manifest store, if there was one
    └── picture/NAME         the file itself, unless it was left out

Unpacking believes nothing: names, sizes and hashes are checked before anything is used. The bundle is not
signed; it shows how a verdict came about, not who made it.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from provenance.errors import AssetError
from provenance.terms import StatusLevel
from provenance.trust.model import Trust
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.worker import codec

VERSION = "1"
MAX_BYTES = 1 << 30
MAX_PICTURE = MAX_BYTES - (128 << 20)  # the store and the lists need the rest
_PARTS = ("report.json", "verification.json", "trust.json", "settings.json", "store.c2pa")
_NEEDED = _PARTS[:4]
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same case gives the same bytes


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that a bundle holds."""

    report: str  # JSON
    verification: Verification
    options: Options  # with the trust that counted, and the moment as `as_of`
    store: bytes = b""
    picture: bytes | None = None
    sha256: str = ""  # of the picture


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that came out otherwise."""

    what: str
    before: str
    after: str


def pack(case: Case) -> bytes:
    """Return *case* as a ZIP file."""
    trust = case.options.trust
    settings = {
        "limits": codec.encode(case.options.limits),
        "as_of": case.options.as_of,
        "versions": dict(case.verification.environment.versions),
        "sha256": case.sha256,
        "name": case.verification.name,
    }
    parts = {
        "report.json": case.report.encode(),
        "verification.json": _json(codec.encode(case.verification)),
        "trust.json": _json(codec.encode(trust)),
        "settings.json": _json(settings),
    }
    if case.store:
        parts["store.c2pa"] = case.store
    if case.picture is not None:
        parts[f"picture/{safe_name(case.verification.name)}"] = case.picture
    index = {name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {"manifest.json": _json({"format": VERSION, "files": index}), **parts}.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpack(path: Path) -> Case:
    """Read a bundle back.

    Raises:
        AssetError: if it is not one, holds anything unexpected, or anything in it is not what its index says.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = _parts(archive, path.name)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as exc:
        raise AssetError(path.name, "cannot be read as a case bundle") from exc
    try:
        settings = json.loads(parts["settings.json"])
        trust = codec.decode(Trust, json.loads(parts["trust.json"]))
        found = codec.decode(Verification, json.loads(parts["verification.json"]))
        options = codec.decode(Options, {"limits": settings["limits"], "as_of": settings["as_of"]})
        sha256, report = str(settings["sha256"]), parts["report.json"].decode()
        if not isinstance(json.loads(report), dict):
            raise TypeError("a report is a map")
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise AssetError(path.name, "holds a part that cannot be understood") from exc
    picture = next((data for name, data in parts.items() if name.startswith("picture/")), None)
    if picture is not None and hashlib.sha256(picture).hexdigest() != sha256:
        raise AssetError(path.name, "the picture in it is not the one that was checked")
    joined = Options(trust=trust, limits=options.limits, as_of=options.as_of)
    return Case(report, found, joined, parts.get("store.c2pa", b""), picture, sha256)


def _parts(archive: zipfile.ZipFile, where: str) -> dict[str, bytes]:
    names = archive.namelist()
    if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
        raise AssetError(where, f"is larger than {MAX_BYTES} bytes when unpacked")
    for name in names:
        if name not in {*_PARTS, "manifest.json"} and PurePosixPath(name).parts[:1] != ("picture",):
            raise AssetError(where, "holds a file that no case bundle has")
    if len(set(names)) != len(names) or len(names) > len(_PARTS) + 2:
        raise AssetError(where, "holds more than a case bundle does")
    if missing := [name for name in ("manifest.json", *_NEEDED) if name not in names]:
        raise AssetError(where, f"lacks {missing[0]}")
    index = _index(archive.read("manifest.json"), where)
    parts = {name: archive.read(name) for name in names if name != "manifest.json"}
    for name, data in parts.items():
        if index.get(name) != hashlib.sha256(data).hexdigest():
            raise AssetError(where, f"{name} in it is not the file that its index names")
    return parts


def _index(data: bytes, where: str) -> dict[str, str]:
    try:
        whole = json.loads(data)
        if whole["format"] != VERSION:
            raise AssetError(where, f"has format {str(whole['format'])[:8]}, this program reads {VERSION}")
        return {str(name): str(entry["sha256"]) for name, entry in whole["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise AssetError(where, "has an index that cannot be understood") from exc


def safe_name(name: str) -> str:
    """Return *name* as a file may be called on any system, its ending kept."""
    spelt = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in name)
    return spelt[-100:].lstrip(".") or "picture"


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=True).encode()


def differences(before: Case, after: Verification, *, report: str) -> tuple[Difference, ...]:
    """Return what a second check finds otherwise; *report* is the second report, as JSON."""
    old = _facts(before.verification, before.report)
    new = _facts(after, report)
    return tuple(Difference(key, old[key], new[key]) for key in old if old[key] != new[key])


def _facts(found: Verification, report: str) -> dict[str, str]:
    active = found.active_manifest
    failures = {
        status.code
        for statuses in (found.statuses, *(manifest.statuses for manifest in found.manifests))
        for status in statuses
        if status.level is StatusLevel.FAILURE
    }
    return {
        "headline": _said(report, "headline"),
        "integrity": found.integrity.value,
        "chain_intact": str(found.chain_intact).lower(),
        "level": found.level.value,
        "signer": active.signer.leaf.sha256 if active and active.signer.leaf else "",
        "time": f"{active.time.kind.value} {active.time.value}".strip() if active else "",
        "ai_use": _said(report, "ai_use"),
        "active": found.active,
        "manifests": ", ".join(f"{one.label} {one.integrity.value}" for one in found.manifests),
        "coverage": str((found.coverage.checked, found.coverage.pixels_exposed, len(found.coverage.excluded))),
        "failures": ", ".join(sorted(failures)),
    }


def _said(report: str, key: str) -> str:
    """Return one fact of a report; a sentence by its id, so that a better wording is no other verdict."""
    found = json.loads(report).get(key, "")
    return str(found.get("id", "")) if isinstance(found, dict) else str(found)
