"""What programs call: the same checks and reports as the command line, as functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from provenance.container.limits import load as load_limits
from provenance.errors import ProvenanceError
from provenance.home import Home
from provenance.report.build import build
from provenance.report.model import Report
from provenance.report.wording import DEFAULT
from provenance.trust.model import NOBODY, Trust
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.worker.settings import Settings
from provenance.worker.settings import load as load_settings


def verify(
    asset: Path | str,
    *,
    home: Home | None = None,
    trust: Trust = NOBODY,
    sidecar: Path | str | None = None,
    as_of: str = "",
    language: str = DEFAULT,
) -> Report:
    """Check one picture in a child process with limits, and return the report on it.

    A bad signature, a broken hash and an unknown signer are in the report, never raised. Nothing in the report
    says that a statement is true, and nothing is fetched.

    Args:
        home: whose pins and lists count, e.g. ``provenance.home.locate()``; None trusts nobody beyond *trust*.
        as_of: ISO date to judge certificates at; empty is now.

    Raises:
        AssetError: if the file cannot be read at all.
        WorkerError, EngineError: if nothing can be checked here.
    """
    found = next(verify_all([asset], home=home, trust=trust, sidecar=sidecar, as_of=as_of, language=language))[1]
    if isinstance(found, ProvenanceError):
        raise found
    return found


def verify_all(
    assets: Iterable[Path | str],
    *,
    home: Home | None = None,
    trust: Trust = NOBODY,
    sidecar: Path | str | None = None,
    as_of: str = "",
    language: str = DEFAULT,
    slots: int | None = None,
) -> Iterator[tuple[Path, Report | ProvenanceError]]:
    """Check many pictures in *slots* children; yield each with its report, or what kept it from being read."""
    options = Options(
        trust=trust,
        home=str(home.path.absolute()) if home else "",
        limits=load_limits(home.config) if home else Options().limits,
        sidecar=str(Path(sidecar).absolute()) if sidecar else "",
        as_of=as_of,
    )
    settings = load_settings(home.config) if home else Settings()
    paths = [Path(asset) for asset in assets]
    for path, found in verify_files(paths, options=options, slots=slots, settings=settings):
        yield path, _reported(found, language)


def _reported(found: Verification | ProvenanceError, language: str) -> Report | ProvenanceError:
    if isinstance(found, ProvenanceError):
        return found
    return build(found, language=language, now=datetime.now(UTC))
