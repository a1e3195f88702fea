"""Bring the public trust lists here: from where they are published, or from a folder of files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from provenance.errors import TrustError
from provenance.home import Home
from provenance.trust.fetch import RULES, Rules, fetch
from provenance.trust.lists import IDENTITIES, MAX_BYTES, PUBLISHED, Installed, install


def update(home: Home, *, folder: Path | None = None, rules: Rules = RULES) -> Iterator[Installed | TrustError]:
    """Install every published list in *home*; each one's outcome comes by itself, and one failure stops no other.

    Fetches over https from the addresses in `lists.PUBLISHED`, unless *folder* holds the files: then nothing
    is fetched, and a list that is not there is left as it is. Lists of authorities for identities come from a
    folder only: as ``identity-NAME.pem``.

    Raises:
        TrustError: if *folder* holds none of the lists.
    """
    wanted = [entry for entry in PUBLISHED if folder is None or (folder / entry.file).is_file()]
    own = sorted(folder.glob(IDENTITIES)) if folder is not None else []
    if not wanted and not own:
        names = ", ".join([*(entry.file for entry in PUBLISHED), IDENTITIES])
        raise TrustError(str(folder.name if folder else ""), "holds none of the lists", f"they are called {names}")
    for entry in wanted:
        try:
            if folder is None:
                data, source = fetch(entry.url, replace(rules, max_bytes=MAX_BYTES)), entry.url
            else:
                data, source = _read(folder / entry.file), "a folder"
            yield install(home, entry.file, data, source=source)
        except TrustError as exc:
            yield exc
    for path in own:
        try:
            yield install(home, path.name, _read(path), source="a folder")
        except TrustError as exc:
            yield exc


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise TrustError(path.name, f"is larger than {MAX_BYTES} bytes")
    return data
