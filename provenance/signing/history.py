"""What a picture brings with it: a manifest that becomes the parent of the new one, whole or damaged (W8)."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from provenance.container import heif
from provenance.container.layout import exposed_before_signing
from provenance.container.model import Kind, Limits, Prescan
from provenance.container.prescan import prescan
from provenance.errors import AssetError
from provenance.plain import plain
from provenance.record import dataclass
from provenance.signing.options import Note, Options
from provenance.terms import SIGNER_UNTRUSTED, Integrity, StatusLevel
from provenance.verification.check import check
from provenance.verification.model import Verification
from provenance.verification.options import Options as CheckOptions
from provenance.verification.sidecars import Sidecar, find

_WHOLE = frozenset({Integrity.INTACT, Integrity.EXPIRED})


@dataclass(frozen=True, slots=True)
class History:
    """What stands in, or beside, a picture before it is signed."""

    scan: Prescan
    parent: Verification | None = None  # None: the picture has no manifest
    store: bytes | None = None  # of a sidecar
    damaged: str = ""  # what is wrong with the parent, in one line
    notes: tuple[Note, ...] = ()


def history(asset: Path, stream: BinaryIO, options: Options) -> History:
    """Return what *asset* brings with it, judged under the trust of *options*.

    Raises:
        AssetError: if it cannot be checked, or is damaged and that was not accepted.
    """
    scan = prescan(stream, options.limits)
    if scan.size == 0:
        raise AssetError(plain(asset.name), "is empty")
    if scan.kind is Kind.C2PA:
        raise AssetError(plain(asset.name), "is a sidecar", "sign the picture that it belongs to")
    if scan.kind in heif.KINDS and not scan.refusals:
        _check_boxes(asset, stream, scan.kind, options.limits)
    beside = find(asset, options.limits, store=options.store) if scan.store is None and not scan.refusals else Sidecar()
    if scan.store is None and not scan.refusals and not beside.found:
        notes = (Note("sign.elsewhere", (("name", asset.name),)),) if scan.remote_url else ()
        return History(scan, notes=notes)
    found = check(
        asset, options=CheckOptions(trust=options.trust, limits=options.limits, store=str(options.store or ""))
    )
    if found.integrity is Integrity.NOT_CHECKED:
        raise AssetError(plain(asset.name), f"carries credentials that could not be checked ({plain(found.problem)})")
    damaged = damage(found)
    if damaged and not options.accept_damaged_parent and not options.drop_history:
        raise AssetError(
            plain(asset.name),
            f"carries credentials that are damaged ({damaged})",
            "sign an undamaged copy, or keep them as they are with --accept-damaged-parent",
        )
    store = beside.store if beside.found else None
    return History(scan, found, store, damaged, (_note(asset.name, damaged, dropped=options.drop_history),))


def _note(name: str, damaged: str, *, dropped: bool) -> Note:
    if dropped:
        return Note("sign.dropped", (("name", name),))
    if damaged:
        return Note("sign.kept_damaged", (("name", name), ("codes", damaged)))
    return Note("sign.kept", (("name", name),))


def _check_boxes(asset: Path, stream: BinaryIO, kind: Kind, limits: Limits) -> None:
    """Refuse a HEIF whose picture lies where any program may put something else (W7).

    Raises:
        AssetError: if it does, or if nobody can say where the picture lies.
    """
    if problem := exposed_before_signing(stream, kind, limits):
        raise AssetError(plain(asset.name), plain(problem), "export it again from the program that made it")


def damage(found: Verification) -> str:
    """Return what is wrong with *found* or one of its ancestors, by status code; "" if nothing is."""
    broken = [manifest for manifest in found.manifests if manifest.integrity not in _WHOLE]
    if found.integrity in _WHOLE and not broken:
        return ""
    statuses = [status for manifest in broken for status in manifest.statuses] + list(found.statuses)
    failures = [status.code for status in statuses if status.level is StatusLevel.FAILURE]
    codes = dict.fromkeys(code for code in failures if code != SIGNER_UNTRUSTED)  # that is no damage
    return plain(", ".join(codes)) or found.integrity.value
