"""Folders among the files: which of what lies in them is a picture."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from provenance.container.kinds import sniff, suggested
from provenance.container.model import Kind
from provenance.container.opening import opened
from provenance.declaration.upward import BESIDE, FOLDER
from provenance.errors import AssetError
from provenance.plain import plain
from provenance.report.wording import say
from provenance.verification.sidecars import ENDING, SIGNED, candidates

_SHOWN = 5  # names, in the note about files that were left out


def pictures(files: Iterable[Path], *, results: bool) -> tuple[list[Path], str]:
    """Return *files*, each folder replaced by the pictures in it, sorted; and a sentence about what was left out.

    A picture is what its name or its content says is one, or what credentials lie beside.

    Args:
        results: also take what `sign` wrote beside a picture of the same folder.

    Raises:
        AssetError: if a folder holds no picture.
    """
    taken: list[Path] = []
    left: list[str] = []
    for path in files:
        if not path.is_dir():
            taken.append(path)
            continue
        inside = [entry for entry in sorted(path.rglob("*")) if entry.is_file() and _wanted(entry, path)]
        found = [entry for entry in inside if _is_picture(entry) and (results or not _is_result(entry))]
        if not found:
            raise AssetError(plain(path.name or path), "holds no picture that is known here", "name the file itself")
        taken += found
        left += [entry.name for entry in sorted(set(inside) - set(found))]
    if not left:
        return taken, ""
    names = say.join([*left[:_SHOWN], *(["…"] if len(left) > _SHOWN else [])])
    return taken, say("run.left_out", count=len(left), names=names)


def _wanted(entry: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in entry.relative_to(folder).parts)
    declared = entry.name == FOLDER or entry.name.endswith(BESIDE)
    return not hidden and entry.suffix != ENDING and not declared


def _is_picture(entry: Path) -> bool:
    if suggested(entry.name) is not None or any(beside.is_file() for beside in candidates(entry)):
        return True
    try:
        with opened(entry) as stream:
            return sniff(stream) is not Kind.OTHER
    except OSError:
        return True  # to be named in an error, not passed over


def _is_result(entry: Path) -> bool:
    """Whether `sign` wrote *entry*, as its name says and the picture beside it."""
    stem = entry.stem.removesuffix(SIGNED)
    return stem != entry.stem and entry.with_name(stem + entry.suffix).is_file()
