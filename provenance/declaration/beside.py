"""What is declared beside pictures: ``NAME.EXT.provenance.toml``, and ``provenance.toml`` for a folder.

Rules:

- The nearest wins, whole: the picture's own file, then the ``provenance.toml`` of its folder, then that of each folder
  above (`upward` says how far). A file that says nothing about this picture is passed over. Two files are never mixed.
- In a folder's file the fields at the top hold for every picture below it. Each ``[[pictures]]`` has a ``path`` and
  the fields of a declaration; of those whose path fits, the last one counts, and its fields take the place of those
  at the top, permissions answer by answer.
- The fields at the top alone, and each entry over them, must be a declaration that holds together.
- Every table is closed: a misspelt field is refused, with its line and the nearest right word. ``[check]`` belongs to
  the command of that name and is not read here.
- What lies beside a picture names files below its own folder only: it is found, not chosen.

Nothing here is signed. It is the word of whoever can write to the folder.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PureWindowsPath
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from provenance.declaration.documents import MAX_BYTES, placed, read_document
from provenance.declaration.globs import matches
from provenance.declaration.lines import line_of
from provenance.declaration.model import Declaration
from provenance.declaration.problems import Written, accept
from provenance.declaration.text import fault
from provenance.declaration.toml_writing import to_toml
from provenance.declaration.upward import BESIDE, files_above, is_there, stamp_of
from provenance.errors import DeclarationError
from provenance.plain import plain
from provenance.record import dataclass
from provenance.spelling import nearest

TOOL_TABLES = frozenset({"check"})  # of a command's configuration, which lies in a file of the same name
SUM = "picture_sha256"
_ENTRIES = "pictures"
_MAX_ENTRIES, _MAX_PATHS, _MAX_PATH = 1000, 100, 400
_HEADER = "# What is declared about the picture beside this file. Not signed: `provenance sign` signs it.\n"
_PLACE = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def _sum(text: str) -> str:
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise fault("is not a SHA-256", "write its 64 hexadecimal digits, or leave it out")
    return text.lower()


class PictureFile(Declaration):
    """``NAME.EXT.provenance.toml``: a declaration, and which bytes it was written about."""

    noun: ClassVar[str] = "a declaration beside a picture"

    picture_sha256: Annotated[str, AfterValidator(_sum)] | None = None
    """The SHA-256 of the picture when this was written: saved again, the declaration is stale."""


class Paths(Written):
    """Which pictures of a folder an entry is about."""

    noun: ClassVar[str] = "an entry of pictures"

    path: tuple[str, ...] = Field(min_length=1, max_length=_MAX_PATHS)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is declared about one picture, and where."""

    file: Path  # that says it
    data: Mapping[str, Any]  # as `Declaration.from_dict` takes it; files that it names are where they lie
    declaration: Declaration
    written: Declaration  # the same as it stands there: files are named from where the declaration lies
    for_folder: bool  # by a folder's file, not by the picture's own
    sha256: str = ""  # of the picture that it was written about, "" where it does not say
    changed_ns: int = 0  # when the file was written


@dataclass(frozen=True, slots=True)
class _Entry:
    paths: tuple[str, ...]
    data: Mapping[str, Any]
    declaration: Declaration
    written: Declaration


def find(picture: Path, known: dict[str, tuple[Path, ...]] | None = None) -> Beside | None:
    """Return what is declared beside *picture*, by the nearest file that says something about it.

    Args:
        known: which files hold for which folder; a run over many pictures hands in the same dict, and each folder
            is looked at once.

    Raises:
        DeclarationError: if that file cannot be accepted, naming it, the line and the fault.
    """
    named = os.fspath(picture) + BESIDE
    if is_there(named) and (stamp := stamp_of(own := Path(named))) is not None:
        return _own(own, stamp)
    whole = os.path.abspath(picture)  # noqa: PTH100 - links are not followed
    for file in files_above(whole, {} if known is None else known):
        if (stamp := stamp_of(file)) is None:
            continue
        told = _told(_folder_file(file, stamp), Path(whole).relative_to(file.parent).as_posix())
        if told is not None:
            return Beside(file, told.data, told.declaration, told.written, for_folder=True, changed_ns=stamp[0])
    return None


def text_of(declaration: Declaration, sha256: str) -> str:
    """Return the text of a picture's own file; `find` gives the same declaration back."""
    return _HEADER + to_toml({SUM: sha256} | declaration.to_dict())


def _own(file: Path, stamp: tuple[int, int]) -> Beside:
    data = read_document(file)
    found = _accepted(file, PictureFile, data, data, ())
    rest = {key: value for key, value in data.items() if key != SUM}
    _check_files(file, rest, ())
    written = Declaration.from_dict(rest)
    rest = placed(rest, file.parent)
    said = Declaration.from_dict(rest)
    return Beside(file, rest, said, written, for_folder=False, sha256=found.picture_sha256 or "", changed_ns=stamp[0])


def _told(entries: Sequence[_Entry], path: str) -> _Entry | None:
    """Return the last of *entries* that fits *path*; the first of them is the folder's own and fits everything."""
    return next((entry for entry in reversed(entries) if not entry.paths or matches(path, entry.paths)), None)


@lru_cache(maxsize=64)
def _folder_file(file: Path, stamp: tuple[int, int]) -> tuple[_Entry, ...]:
    data = read_document(file)
    base = {key: value for key, value in data.items() if key not in TOOL_TABLES | {_ENTRIES}}
    _closed(file, base, (), extra=(*TOOL_TABLES, _ENTRIES))
    listed = data.get(_ENTRIES, [])
    if not isinstance(listed, list) or len(listed) > _MAX_ENTRIES:
        raise _fault(file, (_ENTRIES,), f"must be a list of at most {_MAX_ENTRIES} tables", "write [[pictures]]")
    found = [_entry(file, (), {}, base, ())] if base else []
    for number, entry in enumerate(listed):
        place = (_ENTRIES, number)
        if not isinstance(entry, dict):
            raise _fault(file, place, "must be a table of fields", "write [[pictures]]")
        own = {key: value for key, value in entry.items() if key != "path"}
        _closed(file, own, place, extra=("path",))
        found.append(_entry(file, _paths(file, entry, place), base, own, place))
    return tuple(found)


def _paths(file: Path, entry: Mapping[str, Any], place: Sequence[str | int]) -> tuple[str, ...]:
    said = entry.get("path")
    data = {"path": [said] if isinstance(said, str) else said} if said is not None else {}
    found: tuple[str, ...] = _accepted(file, Paths, data, data, place).path
    for path in found:
        if not path or len(path) > _MAX_PATH or "\\" in path or path.startswith("/") or ".." in path.split("/"):
            cure = 'write it as in "sketches/*.png", below this folder'
            raise _fault(file, (*place, "path"), f"'{plain(path, limit=60)}' is no pattern for pictures", cure)
    return found


def _entry(
    file: Path,
    paths: tuple[str, ...],
    base: Mapping[str, Any],
    own: Mapping[str, Any],
    place: Sequence[str | int],
) -> _Entry:
    data = {**base, **own}
    answers = (base.get("permissions"), own.get("permissions"))
    if all(isinstance(one, dict) for one in answers):
        data["permissions"] = {**base["permissions"], **own["permissions"]}
    written = _accepted(file, Declaration, data, own, place)
    _check_files(file, own, place)
    data = placed(data, file.parent)
    return _Entry(paths, data, Declaration.from_dict(data), written)


def _accepted(
    file: Path, model: type[Any], data: Mapping[str, Any], own: Mapping[str, Any], place: Sequence[str | int]
) -> Any:
    """Return *data* as *model*; a fault in a field of *own* stands at *place*, any other one at the top."""
    try:
        return accept(model, data)
    except DeclarationError as exc:
        path: list[str | int] = [name or int(number) for name, number in _PLACE.findall(exc.where)]
        if exc.where == model.noun:
            path = []
        above = list(place) if not path or path[0] in own or not own else []
        raise _fault(file, [*above, *path], exc.problem, exc.cure) from None


def _closed(file: Path, table: Mapping[str, Any], place: Sequence[str | int], *, extra: Sequence[str]) -> None:
    known = [*Declaration.model_fields, *extra]
    for key in table:
        if key == SUM:
            cure = f"write NAME.EXT{BESIDE} for one picture"
            raise _fault(file, [*place, key], "belongs to one picture, not to a folder", cure)
        if key not in known:
            near = nearest(key, known)
            noun = "an entry of pictures" if place else "a folder's file"
            cure = f"did you mean {near}" if near else "provenance schema declaration prints the fields"
            raise _fault(file, [*place, key], f"is not a field of {noun}", cure)


def _check_files(file: Path, data: Mapping[str, Any], place: Sequence[str | int]) -> None:
    for where in outside(data):
        raise _fault(file, [*place, *where], *OUTSIDE)


OUTSIDE = ("lies outside this folder", "name it on the command line, or in a file for --declare")


def outside(data: Mapping[str, Any]) -> Iterator[tuple[str | int, ...]]:
    """Yield where in *data* a file is named that is not below the declaration's own folder.

    A folder from elsewhere must not choose what of yours is read, hashed and signed.
    """
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("evidence", n), path) for n, path in enumerate(data.get("evidence", ()))
    ]
    named += [(("ingredients", n, "path"), one["path"]) for n, one in enumerate(data.get("ingredients", ()))]
    for where, path in named:
        pure = PureWindowsPath(path)  # knows both kinds of slash
        if pure.is_absolute() or pure.root or pure.drive or ".." in pure.parts:
            yield where


def _fault(file: Path, path: Sequence[str | int], problem: str, cure: str = "") -> DeclarationError:
    """Return the error at *path* in *file*, with its line."""
    try:
        with file.open("rb") as stream:
            text = stream.read(MAX_BYTES).decode("utf-8-sig", errors="replace")
    except OSError:
        text = ""
    line = line_of(text, path) if path else 0
    where = f"{plain(file.name)}, line {line}" if line else plain(file.name)
    dotted = "".join(f"[{part}]" if isinstance(part, int) else f".{plain(part, limit=60)}" for part in path)
    return DeclarationError(": ".join(filter(None, (where, dotted.removeprefix(".")))), problem, cure)
