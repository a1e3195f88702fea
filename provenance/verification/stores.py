"""Signed sidecars in one store, found by the picture's bytes: a rename in git, DVC or Perforce breaks nothing.

    .provenance/sha256/ab/cdef…/0001-5f3a9c21.c2pa      ab, cdef…: the SHA-256 of the picture

Rules:

- The store is the nearest ``.provenance`` folder upward (`declaration.upward`), or the one that is named.
- Nothing outside it is read: a link in it that leads out leads to nothing, and a ``.provenance`` that is one is none.
- Of several manifests for the same bytes the one with the highest number is the newest. The letters after it are
  chance, so that two branches never write the same name.
- A picture that was changed has no entry. That the store does not know its bytes says nothing about the picture.

What a store holds is no more trusted than a sidecar: whether it fits the bytes, the engine decides.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from pathlib import Path

from provenance.container.opening import opened
from provenance.declaration.upward import folders
from provenance.errors import AssetError, OutputError
from provenance.plain import plain
from provenance.record import dataclass

NAME = ".provenance"
_SUMS = "sha256"
_ENTRY = re.compile(r"\d{4}-[0-9a-f]{8}\.c2pa")
_MOST = 200  # names of one picture that are looked at
_SHOWN = 8  # digits of a sum in a name for people


@dataclass(frozen=True, slots=True)
class Stored:
    """The manifests that a store holds for the same bytes, newest first."""

    store: Path
    sha256: str
    names: tuple[str, ...] = ()

    def path(self, name: str) -> Path:
        """Return where the entry *name* lies."""
        return _folder(self.store, self.sha256) / name

    def shown(self, name: str) -> str:
        """Return how the entry *name* is called."""
        return f"{self.store.name}/{_SUMS}/{self.sha256[:2]}/{self.sha256[2 : 2 + _SHOWN]}…/{name}"


def nearest(asset: Path) -> Path | None:
    """Return the store that holds for *asset*, or None."""
    for folder in folders(asset.parent):
        store = os.path.join(folder, NAME)  # noqa: PTH118 - texts, as there
        try:
            if stat.S_ISDIR(os.lstat(store).st_mode):
                return Path(store)
        except (OSError, ValueError):
            continue
    return None


def look(store: Path, sha256: str) -> Stored:
    """Return what *store* holds for the bytes with the sum *sha256*."""
    folder = _folder(store, sha256)
    if os.path.realpath(folder) != os.path.join(os.path.realpath(store), *folder.parts[-3:]):  # noqa: PTH118 - as text
        return Stored(store, sha256)
    names: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= _MOST:
                    break
                if _ENTRY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    names.append(entry.name)
    except OSError:
        return Stored(store, sha256)
    return Stored(store, sha256, tuple(sorted(names, reverse=True)))


def new_entry(store: Path, sha256: str) -> Path:
    """Return where the next manifest for the same bytes goes.

    Raises:
        OutputError: if there are as many as a store takes.
    """
    found = look(store, sha256)
    number = int(found.names[0][:4]) + 1 if found.names else 1
    if number > 9999 or len(found.names) >= _MOST:
        raise OutputError(plain(store.name), "holds too many manifests for this picture", "take old ones out")
    return _folder(store, sha256) / f"{number:04}-{secrets.token_hex(4)}.c2pa"


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of *file*.

    Raises:
        AssetError: if it cannot be read.
    """
    try:
        with opened(file) as stream:
            digest = hashlib.sha256()
            while block := stream.read(1 << 20):
                digest.update(block)
            return digest.hexdigest()
    except OSError as exc:
        raise AssetError(plain(file.name), f"cannot be read ({exc.strerror})") from exc


def _folder(store: Path, sha256: str) -> Path:
    return store / _SUMS / sha256[:2] / sha256[2:]
