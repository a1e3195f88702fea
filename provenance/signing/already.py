"""Whether a picture was signed by an earlier run: what lets a run that was stopped be run again."""

from __future__ import annotations

from pathlib import Path

from provenance.container import tiff
from provenance.container.kinds import sniff
from provenance.container.model import Kind
from provenance.container.opening import opened
from provenance.container.prescan import prescan
from provenance.container.unchanged import picture_difference
from provenance.errors import AssetError
from provenance.signing.destination import Destination, destination
from provenance.signing.options import Options
from provenance.terms import Integrity
from provenance.verification.check import check
from provenance.verification.options import Options as Checking


def result_of(asset: Path, options: Options) -> Destination | None:
    """Return where `sign` would write the result for *asset*; None if it cannot be read, which signing it will say.

    Raises:
        AssetError, OutputError: as `sign` would.
    """
    try:
        with opened(asset) as stream:
            scan = prescan(stream, options.limits)
            big = scan.kind in (Kind.TIFF, Kind.DNG) and tiff.is_big(stream)
    except (OSError, ValueError):
        return None
    return destination(
        asset, scan.kind, frames=scan.frames, big=big, carries=scan.store is not None, options=options
    )  # fmt: skip


def signed_already(asset: Path, fingerprint: str, options: Options) -> Path | None:
    """Return where the result for *asset* lies, if one does: intact, and of this very picture.

    That it states what would be stated now is not looked at.

    Args:
        fingerprint: SHA-256 of the certificate that must have signed it.

    Raises:
        AssetError, OutputError: as `sign` would.
    """
    goal = result_of(asset, options)
    if goal is None or not goal.path.is_file():
        return None
    beside = str(goal.path.absolute()) if goal.sidecar else ""
    try:
        found = check(asset if goal.sidecar else goal.path, options=Checking(limits=options.limits, sidecar=beside))
    except AssetError:
        return None
    active = found.active_manifest
    if active is None or active.signer.leaf is None or active.signer.leaf.sha256 != fingerprint:
        return None
    if found.integrity is not Integrity.INTACT:
        return None
    return goal.path if goal.sidecar or goal.path == asset or _same_picture(asset, goal.path, options) else None


def _same_picture(asset: Path, result: Path, options: Options) -> bool:
    with opened(asset) as before, opened(result) as after:
        kind = sniff(before)
        return sniff(after) is kind and not picture_difference(before, after, kind, limits=options.limits)
