"""Manifest stores that lie beside a file: ``NAME.EXT.c2pa``, then ``NAME.c2pa`` (C2PA 2.4 §manifest lookup).

Then the store of sidecars (`stores`), which knows a picture by its bytes.
"""

from __future__ import annotations

import errno
from pathlib import Path

from provenance.container.model import Limits
from provenance.container.opening import opened
from provenance.errors import AssetError
from provenance.record import dataclass
from provenance.verification import stores
from provenance.verification.options import Options

ENDING = ".c2pa"
SIGNED = ".signed"  # what `sign` puts between a name and its extension


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A store that was found, or the names that were tried."""

    name: str = ""
    store: bytes = b""
    tried: tuple[str, ...] = ()
    folder: str = ""  # name of the store that was looked into
    others: tuple[str, ...] = ()  # older manifests for the same bytes, in that store

    @property
    def found(self) -> bool:
        return bool(self.name)


def candidates(asset: Path) -> tuple[Path, ...]:
    """Return where a sidecar of *asset* is looked for, in order; only the first is ever written by us."""
    named = asset.with_name(asset.name + ENDING)
    return (named, asset.with_suffix(ENDING)) if asset.suffix and asset.suffix != ENDING else (named,)


def of(asset: Path, options: Options) -> Sidecar:
    """Read the sidecar of *asset* as *options* say: the chosen one, one that lies beside it, or one in a store.

    Raises:
        AssetError: if a chosen one cannot be read, or any is larger than the limit.
    """
    chosen = Path(options.sidecar) if options.sidecar else None
    return find(asset, options.limits, chosen, store=Path(options.store) if options.store else None)


def find(asset: Path, limits: Limits, chosen: Path | None = None, *, store: Path | None = None) -> Sidecar:
    """Read the sidecar of *asset*: the *chosen* file, else one that lies beside it, else the newest in a *store*.

    Raises:
        AssetError: if a chosen sidecar cannot be read, or any is larger than the limit.
    """
    paths = (chosen,) if chosen else candidates(asset)
    found = _first(paths, limits, chosen=chosen is not None)
    if found.found or chosen:
        return found
    place = store or stores.nearest(asset)
    return found if place is None else _in_store(place, stores.sha256_of(asset), limits, found.tried)


def _in_store(place: Path, sha256: str, limits: Limits, tried: tuple[str, ...]) -> Sidecar:
    held = stores.look(place, sha256)
    if not held.names:
        return Sidecar(tried=tried, folder=place.name)
    newest, *others = held.names
    read = _first((held.path(newest),), limits, chosen=True)
    return Sidecar(held.shown(newest), read.store, tried, place.name, tuple(map(held.shown, others)))


def _first(paths: tuple[Path, ...], limits: Limits, *, chosen: bool) -> Sidecar:
    """Read the first of *paths* that is there; one that was *chosen* must be."""
    for path in paths:
        try:
            with opened(path) as stream:
                store = stream.read(limits.store_bytes + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as exc:
            if chosen:
                raise AssetError(path.name, "cannot be read as a sidecar") from exc
            continue
        except OSError as exc:
            if exc.errno == errno.ENAMETOOLONG and not chosen:  # then no such file can be there
                continue
            raise AssetError(path.name, f"cannot be read ({exc.strerror})") from exc
        if len(store) > limits.store_bytes:
            raise AssetError(path.name, f"is larger than the limit of {limits.store_bytes} bytes for a sidecar")
        return Sidecar(path.name, store, tuple(path.name for path in paths))
    return Sidecar(tried=tuple(path.name for path in paths))
