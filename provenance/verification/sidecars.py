"""Manifest stores that lie beside a file: ``NAME.EXT.c2pa``, then ``NAME.c2pa`` (C2PA 2.4 §manifest lookup)."""

from __future__ import annotations

import errno
from pathlib import Path

from provenance.container.model import Limits
from provenance.container.opening import opened
from provenance.errors import AssetError
from provenance.record import dataclass

ENDING = ".c2pa"
SIGNED = ".signed"  # what `sign` puts between a name and its extension


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A store that was found, or the names that were tried."""

    name: str = ""
    store: bytes = b""
    tried: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        return bool(self.name)


def candidates(asset: Path) -> tuple[Path, ...]:
    """Return where a sidecar of *asset* is looked for, in order; only the first is ever written by us."""
    named = asset.with_name(asset.name + ENDING)
    return (named, asset.with_suffix(ENDING)) if asset.suffix and asset.suffix != ENDING else (named,)


def find(asset: Path, limits: Limits, chosen: Path | None = None) -> Sidecar:
    """Read the sidecar of *asset*, or the *chosen* file.

    Raises:
        AssetError: if a chosen sidecar cannot be read, or any is larger than the limit.
    """
    paths = (chosen,) if chosen else candidates(asset)
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
