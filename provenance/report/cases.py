"""Making a case that can be judged again, and judging it again: with the lists, pins and moment of then."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from provenance.errors import AssetError
from provenance.report.build import build
from provenance.report.bundle import MAX_PICTURE, Case, Difference, differences, safe_name, unpack
from provenance.report.export import to_json
from provenance.report.model import Report
from provenance.terms import Integrity
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.verification.sidecars import ENDING
from provenance.verification.store import store_of
from provenance.worker.settings import Settings


@dataclass(frozen=True, slots=True)
class Recheck:
    """A case judged again."""

    then: Verification
    now: Verification
    report: Report  # of now
    differences: tuple[Difference, ...]
    as_of: str

    @property
    def same(self) -> bool | None:
        """Whether the verdict is the same; None if that could not be told."""
        if self.now.integrity is Integrity.NOT_CHECKED and self.then.integrity is not Integrity.NOT_CHECKED:
            return None
        return not self.differences


def make_case(
    path: Path, found: Verification, report: Report, *, options: Options, settings: Settings, with_picture: bool
) -> Case:
    """Return everything that a bundle of the case of *path* holds.

    Args:
        options: those that *found* was checked under, with the trust itself instead of a user's directory.

    Raises:
        AssetError: if the file is no longer the one that was checked, or too large for a bundle.
    """
    data = _read(path) if with_picture else None
    digest = hashlib.sha256(data).hexdigest() if data is not None else _digest(path)
    if found.sha256 and digest != found.sha256:
        raise AssetError(path.name, "changed while its case was being made", "make it again")
    store = b"" if found.integrity is Integrity.NOT_CHECKED else store_of(path, options=options, settings=settings)
    return Case(to_json(report), found, options, store, data, digest)


def recheck(bundle: Path, file: Path | None, *, language: str, settings: Settings) -> Recheck:
    """Judge the case in *bundle* again, over the picture in it or over *file*, in a worker.

    Raises:
        AssetError: if it is no bundle, or there is no picture, or not the one that was checked.
    """
    case = unpack(bundle)
    with _laid_out(case, bundle, file) as (path, sidecar):
        options = replace(case.options, sidecar=str(sidecar) if sidecar else "", digest=True)
        _, now = next(iter(verify_files([path], options=options, settings=settings, slots=1)))
    if not isinstance(now, Verification):
        raise now
    moment = datetime.fromisoformat(options.as_of) if options.as_of else datetime.now(UTC)
    report = build(now, language=language, now=moment)
    return Recheck(case.verification, now, report, differences(case, now, report=to_json(report)), options.as_of)


@contextmanager
def _laid_out(case: Case, bundle: Path, file: Path | None) -> Iterator[tuple[Path, Path | None]]:
    """Yield the picture of *case* as a file, and its sidecar if it had one."""
    if file is None and case.picture is None:
        raise AssetError(bundle.name, "does not hold the picture", "name the file after the bundle")
    # A copy, so that what lies beside the file today cannot count, and what was hashed is what is checked.
    with tempfile.TemporaryDirectory(prefix="provenance-") as folder:
        path = Path(folder, safe_name(case.verification.name))
        if file is not None:
            _copy(file, path)
        else:
            path.write_bytes(case.picture or b"")
        if _digest(path) != case.sha256:
            raise AssetError(file.name if file else bundle.name, "is not the file that was checked in this case")
        sidecar = None
        if case.verification.source.kind == "sidecar":
            sidecar = path.with_name(f"sidecar{ENDING}")
            sidecar.write_bytes(case.store)
        yield path, sidecar


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_PICTURE:
            raise AssetError(path.name, f"is larger than {MAX_PICTURE} bytes", "leave it out with --without-picture")
        return path.read_bytes()
    except OSError as exc:
        raise AssetError(path.name, f"cannot be read ({exc.strerror or exc})") from exc


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
    except OSError as exc:
        raise AssetError(source.name, f"cannot be read ({exc.strerror or exc})") from exc


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as exc:
        raise AssetError(path.name, f"cannot be read ({exc.strerror or exc})") from exc
