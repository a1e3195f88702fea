"""What `doctor` looks at, one function a question; each yields findings and raises nothing.

Nothing here proves that a signature will be accepted by somebody else: it says what this computer can know.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Any

import provenance
from provenance.credentials import identities, keystore
from provenance.errors import ProvenanceError
from provenance.home import Home
from provenance.report.wording import say
from provenance.trust import lists
from provenance.trust.model import TrustList
from provenance.worker.pool import Died, Job, Pool
from provenance.worker.settings import load as load_settings

DISTRIBUTION = "provenance-toolkit"
_CANARIES: Job[Any] = Job("provenance.signing.canaries:job", object)
_PROBE: Job[Any] = Job("provenance.engine.probe:probe", object)
_SIGNING_FLOOR, _READING_FLOOR = (0, 91, 0), (0, 91, 3)
_CRYPTOGRAPHY_FLOOR = (46, 0, 7)  # CVE-2026-34073, CVE-2026-26007
_WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)  # no clock that is right shows less
_AHEAD = timedelta(days=30)
_FAR = datetime(2046, 11, 1, tzinfo=UTC)


class Health(StrEnum):
    """One word for each finding."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found *about* one thing (a key of the catalogue), and the cure if there is one."""

    about: str
    health: Health
    found: str
    cure: str = ""


def examine(home: Home) -> Iterator[Finding]:
    """Yield every finding about this installation and *home*."""
    yield _own()
    yield from _engine(home)
    yield from _canaries(home)
    yield from _cryptography()
    yield _library("Pillow", "pillow")
    yield from namesakes()
    yield _schemas()
    yield from _places(home)
    yield from _trust(home)
    yield from _identities(home)
    yield _keyring()
    yield clock(datetime.now(UTC))


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 0 if nothing is bad, 1 if something is, 2 if something could not be told."""
    found = {finding.health for finding in findings}
    return 1 if Health.BAD in found else 2 if Health.UNKNOWN in found else 0


def own_version() -> str:
    """Return the version of this package, or that it runs from a checkout."""
    return _version(DISTRIBUTION) or say("doctor.checkout")


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _own() -> Finding:
    python = ".".join(map(str, sys.version_info[:3]))
    return Finding("provenance", Health.OK, say("doctor.own", version=own_version(), python=python))


def _library(name: str, distribution: str) -> Finding:
    version = _version(distribution)
    if not version:
        return Finding(distribution, Health.BAD, say("doctor.absent", name=name), say("doctor.install", name=name))
    return Finding(distribution, Health.OK, f"{name} {version}")


def _cryptography() -> Iterator[Finding]:
    found = _library("cryptography", "cryptography")
    if found.health is Health.OK and _numbers(_version("cryptography")) < _CRYPTOGRAPHY_FLOOR:
        floor = ".".join(map(str, _CRYPTOGRAPHY_FLOOR))
        found = Finding(
            "cryptography", Health.BAD, say("doctor.old", found=found.found, floor=floor), say("doctor.upgrade")
        )
    yield found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


# --- the engine, seen from a child ------------------------------------------------------------------------


def _engine(home: Home) -> Iterator[Finding]:
    """Ask the engine in a child: where it does not load (an old libc, no wheel), `doctor` must still answer."""
    try:
        with Pool(1, preload=_PROBE.module, settings=load_settings(home.config)) as pool:
            ((_, answer),) = pool.run(_PROBE, [None])
    except ProvenanceError as exc:
        answer = exc
    if isinstance(answer, ProvenanceError):
        yield Finding(
            "engine", Health.BAD, f"{answer.where}: {answer.problem}", answer.cure or say("doctor.engine_cure")
        )
    elif isinstance(answer, Died):
        yield Finding("engine", Health.UNKNOWN, say("doctor.engine_died", reason=answer.reason))
    else:
        yield floors(dict(answer["versions"]), tuple(answer["native"]))
        yield _identity_signer(answer["identity"])
        yield _limits(answer["missing"])


def _canaries(home: Home) -> Iterator[Finding]:
    """Sign and verify, in a child, pictures of which the right answer is known (C2)."""
    try:
        settings = replace(load_settings(home.config), file_mib=1)  # jobs on strangers' files write none
        with Pool(1, preload=_CANARIES.module, settings=settings) as pool:
            ((_, answer),) = pool.run(_CANARIES, [None])
    except ProvenanceError:
        return  # no child, or no engine: said above
    if isinstance(answer, ProvenanceError | Died):
        yield Finding("canaries", Health.UNKNOWN, say("doctor.canaries_unknown"))
        return
    yield canaries(dict(answer))


def canaries(answers: dict[str, bool]) -> Finding:
    wrong = sorted(name for name, right in answers.items() if not right)
    if wrong:
        found = say("doctor.canaries_wrong", names=", ".join(wrong))
        return Finding("canaries", Health.BAD, found, say("doctor.reinstall"))
    return Finding("canaries", Health.OK, say("doctor.canaries_right", count=len(answers)))


def floors(versions: dict[str, str], native: tuple[int, ...]) -> Finding:
    dotted = ".".join(map(str, native))
    found = say("doctor.engine_found", binding=versions.get("c2pa-python", "?"), native=dotted)
    if native == (0, 0, 0):
        return Finding("engine", Health.UNKNOWN, say("doctor.engine_silent"))
    if native < _SIGNING_FLOOR:
        return Finding("engine", Health.BAD, found + " " + say("doctor.below_signing"), say("doctor.upgrade_engine"))
    if native < _READING_FLOOR:
        return Finding("engine", Health.WARN, found + " " + say("doctor.below_reading"), say("doctor.upgrade_engine"))
    return Finding("engine", Health.OK, found)


def _identity_signer(available: bool) -> Finding:
    if available:
        return Finding("identity_signer", Health.OK, say("doctor.identity_yes"))
    return Finding("identity_signer", Health.WARN, say("doctor.identity_no"))


def _limits(missing: list[str]) -> Finding:
    if not missing:
        return Finding("limits", Health.OK, say("doctor.limits_all"))
    return Finding("limits", Health.WARN, say("doctor.limits_missing", names=", ".join(missing)))


# --- the installation -------------------------------------------------------------------------------------


def namesakes() -> Iterator[Finding]:
    """Another package on PyPI installs ``provenance/`` too; files of both in one folder break either."""
    others = sorted(
        {name for name, distribution in _installed() if _owns_our_name(distribution) and name != DISTRIBUTION}
    )
    if others:
        found = say("doctor.namesake", names=", ".join(others))
        yield Finding("namesake", Health.BAD, found, say("doctor.namesake_cure", name=others[0]))
    else:
        yield Finding("namesake", Health.OK, say("doctor.no_namesake"))


def _installed() -> Iterator[tuple[str, metadata.Distribution]]:
    for distribution in metadata.distributions():
        if name := distribution.metadata["Name"]:
            yield re.sub(r"[-_.]+", "-", name).lower(), distribution


def _owns_our_name(distribution: metadata.Distribution) -> bool:
    return any(file.parts[0] == "provenance" and len(file.parts) > 1 for file in distribution.files or ())


def _schemas() -> Finding:
    package = Path(provenance.__file__).parent
    folders = (package / "_schemas", package.parent / "schemas")
    names = sorted(path.name for folder in folders if folder.is_dir() for path in folder.glob("*.json"))
    if not names:
        return Finding("schemas", Health.BAD, say("doctor.no_schemas"), say("doctor.reinstall"))
    return Finding("schemas", Health.OK, say("doctor.schemas_found", count=len(names)))


# --- the user's things ------------------------------------------------------------------------------------


def _places(home: Home) -> Iterator[Finding]:
    place = str(home.path)
    if not home.path.is_dir():
        yield Finding("home", Health.OK, say("doctor.no_home", place=place))
    elif not os.access(home.path, os.R_OK | os.W_OK | os.X_OK):
        yield Finding("home", Health.BAD, say("doctor.home_closed", place=place), say("doctor.home_cure"))
    else:
        yield Finding("home", Health.OK, say("doctor.home_at", place=place))


def _trust(home: Home) -> Iterator[Finding]:
    try:
        found = lists.load(home)
    except ProvenanceError as exc:
        yield Finding("trust", Health.BAD, f"{exc.where}: {exc.problem}", exc.cure or say("doctor.trust_cure"))
        return
    yield Finding("trust", Health.OK, say("doctor.pins", pins=len(found.pins), denied=len(found.denied)))
    if not found.lists:
        yield Finding("trust", Health.WARN, say("doctor.no_lists"), say("doctor.update_lists"))
    for each in found.lists:
        yield list_age(each, datetime.now(UTC).date())


def list_age(found: TrustList, today: date) -> Finding:
    """Warn of a list that is due for renewal, 30 days ahead (T11)."""
    shown, due = say("doctor.list", name=found.name, date=found.date or "?"), found.next_update[:10]
    if not due or due > (today + _AHEAD).isoformat():
        return Finding("trust", Health.OK, shown)
    key = "list_stale" if due < today.isoformat() else "list_due"
    return Finding("trust", Health.WARN, say(f"doctor.{key}", list=shown, date=due), say("doctor.update_lists"))


def _identities(home: Home) -> Iterator[Finding]:
    names = identities.names(home)
    if not names:
        yield Finding("credential", Health.OK, say("doctor.no_identity"))
    for name in names:
        try:
            yield from _identity(home, name)
        except ProvenanceError as exc:
            yield Finding("credential", Health.BAD, f"{name}: {exc.where} {exc.problem}", exc.cure)


def _identity(home: Home, name: str) -> Iterator[Finding]:
    faults = identities.verify_self(home, name)
    until = identities.describe(home, name).leaf.not_valid_after_utc.date().isoformat()
    for fault in faults:
        health = Health.BAD if fault.blocks else Health.WARN
        yield Finding("credential", health, f"{name}: {fault.problem}", fault.cure)
    if not any(fault.blocks for fault in faults):
        yield Finding("credential", Health.OK, say("doctor.credential_good", name=name, date=until))
    yield from _key_files(identities.locate(home, name))


def _key_files(files: identities.Files) -> Iterator[Finding]:
    for path in (files.key, files.authority_key):
        if not path.exists():
            continue  # an authority's key may rightly lie elsewhere; a missing signing key was said above
        where = f"{files.name}: {path.name}"
        try:
            found = keystore.inspect(keystore.read(path), path.name)
        except ProvenanceError as exc:
            yield Finding("key_files", Health.BAD, f"{where} {exc.problem}", exc.cure)
            continue
        if not found.encrypted:
            yield Finding("key_files", Health.WARN, say("doctor.key_open", file=where), say("doctor.key_cure"))
        elif found.weakness:
            yield Finding("key_files", Health.WARN, say("doctor.key_weak", file=where, weakness=found.weakness))
        else:
            yield Finding("key_files", Health.OK, say("doctor.key_good", file=where))


def _keyring() -> Finding:
    try:
        import keyring  # a broken installation of it must not end `doctor`
    except ImportError:
        return Finding("keyring", Health.WARN, say("doctor.absent", name="keyring"), say("doctor.passphrase_otherwise"))
    backend = keyring.get_keyring()
    name = f"{type(backend).__module__}.{type(backend).__name__}"
    if backend.priority <= 0 or ".fail" in name or ".null" in name:
        return Finding("keyring", Health.OK, say("doctor.no_keyring"))
    return Finding("keyring", Health.OK, say("doctor.keyring_found", name=getattr(backend, "name", name)))


def clock(now: datetime) -> Finding:
    shown = now.strftime("%Y-%m-%d %H:%M UTC")
    if not _WRITTEN <= now <= _FAR:
        return Finding("clock", Health.BAD, say("doctor.clock_wrong", time=shown), say("doctor.clock_cure"))
    return Finding("clock", Health.OK, say("doctor.clock_plausible", time=shown))
