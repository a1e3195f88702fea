"""A copy of a picture without its credentials, and without its metadata where that is asked for.

The picture is not decoded: the parts that hold what goes are taken out of the file, and the result is compared with
the original, part by part, before it gets its name. No notice stays in the file; whoever wants one signs it instead.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import BinaryIO

from provenance.container import carriers
from provenance.container.kinds import extensions, fits, right_name
from provenance.container.model import Kind
from provenance.container.opening import opened
from provenance.container.prescan import prescan
from provenance.container.unchanged import picture_difference
from provenance.errors import AssetError, OutputError
from provenance.metadata import removal
from provenance.plain import plain
from provenance.record import dataclass
from provenance.signing.files import replacing
from provenance.signing.options import Note, Options
from provenance.verification.sidecars import find

STRIPPED = ".stripped"  # between a name and its extension


@dataclass(frozen=True, slots=True)
class Stripped:
    """What was taken out of one picture; nothing was written where that is nothing."""

    asset: Path
    path: Path | None
    manifest: bool = False
    address: bool = False  # of credentials that lie elsewhere
    metadata: bool = False
    notes: tuple[Note, ...] = ()


def strip(asset: Path, *, metadata: bool, options: Options) -> Stripped:
    """Write *asset* without its manifest, and without EXIF, IPTC, XMP and texts if *metadata*; see `Options` for where.

    That a picture has no credentials says nothing about it.

    Raises:
        AssetError: if they cannot be taken out without touching the picture; nothing was written then.
        OutputError: if the result cannot be written.
    """
    name = plain(asset.name)
    if options.in_place and options.output is not None:
        raise OutputError(plain(options.output.name), "an output and --in-place exclude each other", "choose one")
    with _opened(asset) as stream:
        scan = prescan(stream, options.limits)
        kind = scan.kind
        if kind not in removal.KINDS:
            raise AssetError(name, "holds neither credentials nor metadata in a form that is known here")
        if scan.refusals:
            raise AssetError(name, f"cannot be taken apart ({plain(scan.refusals[0].explanation)})")
        try:
            result = _without(stream, kind, metadata=metadata, options=options)
        except AssetError as exc:
            raise AssetError(name, exc.problem, exc.cure) from exc
        notes = _beside(asset, options)
        if metadata and not removal.all_reached(result, kind, options.limits):
            notes = (*notes, Note("strip.not_reached", (("name", asset.name),)))
        if result is stream:
            return Stripped(asset, None, notes=notes)
        path = _path(asset, kind, options)
        in_place = options.in_place and options.output is None
        with replacing(
            path, source=asset, overwrite=options.overwrite, in_place=in_place, spared=options.spared
        ) as pending:
            result.seek(0)
            shutil.copyfileobj(result, pending.stream)
            pending.stream.flush()
            _prove(name, stream, pending.stream, kind, metadata=metadata, options=options)
    return Stripped(asset, path, scan.store is not None, bool(scan.remote_url), metadata, notes)


def _opened(path: Path) -> BinaryIO:
    try:
        return opened(path)
    except OSError as exc:
        raise AssetError(plain(path.name), "cannot be read") from exc


def _without(stream: BinaryIO, kind: Kind, *, metadata: bool, options: Options) -> BinaryIO:
    bare = removal.without_manifest(stream, kind, options.limits)
    if metadata:
        return removal.without_metadata(bare, kind, options.limits)
    return removal.without_address(bare, kind, options.limits)


def _prove(name: str, before: BinaryIO, after: BinaryIO, kind: Kind, *, metadata: bool, options: Options) -> None:
    """Compare the result with the original, and read it again.

    Raises:
        AssetError: if anything but what should go is gone, or that is still there.
    """
    free = carriers.EVERY | {carriers.EXTENDED} if metadata else {carriers.XMP, carriers.BLANK}
    changed = picture_difference(before, after, kind, may_differ=frozenset(free), limits=options.limits)
    again = prescan(after, options.limits)
    if not changed and (again.store is not None or again.remote_url or again.refusals):
        changed = "credentials are still in it"
    if changed:
        raise AssetError(name, f"would not be the same without them ({plain(changed)})", "nothing was written")


def _beside(asset: Path, options: Options) -> tuple[Note, ...]:
    beside = find(asset, options.limits)
    return (Note("strip.beside", (("name", asset.name), ("sidecar", beside.name))),) if beside.found else ()


def _path(asset: Path, kind: Kind, options: Options) -> Path:
    output = options.output
    if output is None:
        return asset if options.in_place else asset.with_name(f"{asset.stem}{STRIPPED}{asset.suffix}")
    if output.is_dir():
        return output / asset.name
    if extensions(kind) and not fits(output.name, kind):
        raise OutputError(plain(output.name), f"would hold {kind.value}", f"call it {right_name(output.name, kind)}")
    return output
