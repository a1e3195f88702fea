"""Folders, patterns and standard input among the files: which of what they name is a picture."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from provenance.batch.gathering import is_pattern, matched
from provenance.batch.lists import names
from provenance.batch.sources import STDIN
from provenance.container.kinds import sniff, suggested
from provenance.container.model import Kind
from provenance.container.opening import opened
from provenance.declaration.upward import BESIDE, FOLDER
from provenance.errors import AssetError
from provenance.plain import plain
from provenance.report.wording import say
from provenance.verification.sidecars import ENDING, SIGNED, candidates

_SHOWN = 5  # names, in the note about files that were left out


def pictures(files: Iterable[Path], *, results: bool, null: bool = False) -> tuple[list[Path], str]:
    """Return *files*, each folder replaced by the pictures in it, sorted; and a sentence about what was left out.

    A picture is what its name or its content says is one, or what credentials lie beside. ``-`` stands for names on
    standard input, a line each, and a pattern for what it matches. What is named twice comes once; what cannot be
    looked at stays, to be named in an error.

    Args:
        results: also take what `sign` wrote beside a picture of the same folder.
        null: names on standard input are separated by NUL.

    Raises:
        AssetError: if a folder holds no picture, or standard input no name.
    """
    taken: list[Path] = []
    left: list[str] = []
    seen: set[str] = set()
    for path in _named(files, null=null):
        if not os.path.isdir(path):  # noqa: PTH112 - a NUL in a name is no error here
            _add([path], taken, seen)
            continue
        inside, closed = _content(path)
        wanted = [entry for entry in inside if _wanted(entry)]
        found = [entry for entry in wanted if _is_picture(entry) and (results or not _is_result(entry))]
        if not found and not closed:
            raise AssetError(plain(path.name or path), "holds no picture that is known here", "name the file itself")
        _add([*found, *closed], taken, seen)
        left += [entry.name for entry in sorted(set(wanted) - set(found))]
    if not left:
        return taken, ""
    shown = say.join([*left[:_SHOWN], *(["…"] if len(left) > _SHOWN else [])])
    return taken, say("run.left_out", count=len(left), names=shown)


def _named(files: Iterable[Path], *, null: bool) -> Iterator[Path]:
    """Yield *files*, with what ``-`` and patterns stand for."""
    for path in files:
        if str(path) == STDIN:
            found = [name for name in names(sys.stdin.buffer, null=null) if name]
            if not found:
                raise AssetError(STDIN, "no name came on standard input", "one name a line")
            yield from (Path(os.fsdecode(name)) for name in found)
        elif is_pattern(str(path)):
            yield from map(Path, matched(str(path)) or [str(path)])
        else:
            yield path


def _add(paths: Iterable[Path], taken: list[Path], seen: set[str]) -> None:
    """Add those of *paths* to *taken* that were not met under another name; links in one folder are names of theirs."""
    new = [(path, _place(path)) for path in paths]
    taken += [path for path, place in new if place not in seen]
    seen.update(place for _, place in new)


def _place(path: Path) -> str:
    try:
        return os.path.realpath(path)
    except ValueError:  # a NUL
        return str(path)


def _content(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return what lies in *folder* and below, hidden names left out, sorted; and the folders that cannot be read."""
    found: list[Path] = []
    closed: list[Path] = []
    for place, folders, files in os.walk(folder, onerror=lambda exc: closed.append(Path(exc.filename))):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place, name) for name in files if not name.startswith(".")]
    return sorted(found), closed


def _wanted(entry: Path) -> bool:
    declared = entry.name == FOLDER or entry.name.endswith(BESIDE)
    return entry.suffix != ENDING and not declared


def _is_picture(entry: Path) -> bool:
    if suggested(entry.name) is not None or any(beside.is_file() for beside in candidates(entry)):
        return True
    try:
        with opened(entry) as stream:
            return sniff(stream) is not Kind.OTHER
    except OSError:
        return not _special(entry)  # to be named in an error, not passed over


def _special(entry: Path) -> bool:
    """Whether *entry* is a pipe, a socket or a device, without the name of a picture."""
    try:
        return not stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        return False


def _is_result(entry: Path) -> bool:
    """Whether `sign` wrote *entry*, as its name says and the picture beside it."""
    stem = entry.stem.removesuffix(SIGNED)
    return stem != entry.stem and entry.with_name(stem + entry.suffix).is_file()
