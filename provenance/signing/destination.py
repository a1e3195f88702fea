"""Where a signed picture goes: into a copy, into itself, or beside itself."""

from __future__ import annotations

import os
from pathlib import Path

from provenance.container.kinds import extensions, fits, right_name, suggested
from provenance.container.model import Kind
from provenance.declaration.upward import folders
from provenance.errors import AssetError, OutputError
from provenance.plain import plain
from provenance.record import dataclass
from provenance.signing.options import Note, Options
from provenance.verification import stores
from provenance.verification.sidecars import ENDING, SIGNED, candidates


@dataclass(frozen=True, slots=True)
class Destination:
    """What is written, and what to say about it."""

    path: Path
    sidecar: bool
    notes: tuple[Note, ...] = ()


def check_name(asset: Path, kind: Kind) -> None:
    """Refuse a picture whose name says that it is something else (W11).

    Raises:
        AssetError: with the right name.
    """
    said = suggested(asset.name)
    if said is None or fits(asset.name, kind):
        return
    found = f"holds {kind.value}, its name says {said.value}"
    cure = f"rename it to {plain(right_name(asset.name, kind))}" if extensions(kind) else ""
    raise AssetError(plain(asset.name), found if kind is not Kind.OTHER else "is not what its name says", cure)


def destination(asset: Path, kind: Kind, *, frames: int, big: bool, carries: bool, options: Options) -> Destination:
    """Decide where the result for *asset* goes.

    Args:
        big: whether it is a BigTIFF.
        carries: a manifest stands inside *asset* already; a second one beside it would contradict it.

    Raises:
        AssetError: if the manifest is to be embedded where it cannot be, or to lie beside one that is.
        OutputError: if the output's name does not fit what would be written.
    """
    reason = _beside(asset, kind, frames=frames, big=big, options=options)
    if carries and reason == "pages":
        reason = ""  # its readers have met the first one
    if carries and reason:
        problem = "carries credentials inside, which a sidecar would contradict"
        raise AssetError(plain(asset.name), problem, "leave --sidecar out" if reason == "asked" else "")
    if options.embed and reason in {"kind", "naked", "camera", "big"}:
        noun = "a BigTIFF" if reason == "big" else _noun(kind)
        raise AssetError(plain(asset.name), f"{noun} cannot carry a manifest", "leave --embed out for a sidecar")
    if options.store is not None:
        return _stored(asset, options.store)
    path = _path(asset, kind, sidecar=bool(reason), options=options)
    notes = () if reason in {"", "asked"} else (Note(f"sign.beside_{reason}", (("name", asset.name),)),)
    return Destination(path, bool(reason), notes)


def _stored(asset: Path, store: Path) -> Destination:
    """Return the next entry for these bytes; say so where nobody would find it without being told."""
    if old := next((path for path in candidates(asset) if path.exists()), None):
        problem = f"has credentials beside it, in {plain(old.name)}, which would be found first"
        raise AssetError(plain(asset.name), problem, "move them away, or sign without --store")
    near = stores.nearest(asset)
    found = near is not None and os.path.realpath(near) == os.path.realpath(store)
    apart = asset.parent / stores.NAME != store and not found and not _above(asset, store)
    notes = (Note("sign.store_apart", (("store", plain(store)),)),) if apart else ()
    return Destination(stores.new_entry(store, stores.sha256_of(asset)), sidecar=True, notes=notes)


def _above(asset: Path, store: Path) -> bool:
    """Whether *store*, which is not there yet, will be found from *asset*."""
    places = [os.path.realpath(folder) for folder in folders(asset.parent)]
    return store.name == stores.NAME and not store.exists() and os.path.realpath(store.parent) in places


def _beside(asset: Path, kind: Kind, *, frames: int, big: bool, options: Options) -> str:
    """Return why the manifest goes into a sidecar; "" if it goes into the picture."""
    if options.sidecar or options.store is not None:
        return "asked"
    if kind is Kind.JXL_NAKED:
        return "" if options.wrap else "naked"
    if not kind.embeds:
        return "kind"
    if kind is Kind.TIFF and asset.suffix and suggested(asset.name) is None:
        return "camera"  # NEF, ARW, CR2 …: a TIFF by content, but its maker's programs expect nothing new in it
    if big:
        return "big"  # the engine leaves 8 bytes of another tag out of its hash (c2pa-rs 0.91.3)
    if kind is Kind.TIFF and frames > 1 and not options.embed:
        return "pages"  # the engine adds a directory without a size, which breaks readers (engine.md §5)
    return ""


def _path(asset: Path, kind: Kind, *, sidecar: bool, options: Options) -> Path:
    name = asset.name + ENDING if sidecar else f"{asset.stem}{SIGNED}{asset.suffix}"
    output = options.output
    if output is None:
        return asset if options.in_place and not sidecar else asset.with_name(name)
    if output.is_dir():
        return output / name
    if sidecar and output.suffix.lower() != ENDING:
        raise OutputError(plain(output.name), "a sidecar is written", f"end the name with {ENDING}")
    if not sidecar and extensions(kind) and not fits(output.name, _written(kind)):
        raise OutputError(
            plain(output.name),
            f"would hold {_written(kind).value}",
            f"call it {plain(right_name(output.name, _written(kind)))}",
        )
    return output


def _written(kind: Kind) -> Kind:
    return Kind.JXL if kind is Kind.JXL_NAKED else kind


def _noun(kind: Kind) -> str:
    return "this kind of file" if kind is Kind.OTHER else kind.value
