"""PATHS as a stream of pictures: files, folders, archives, lists, names on standard input.

Everything comes lazily and in an order that is the same whenever the inputs are: a run that is resumed meets the same
pictures again. What is held at one time: the names of one folder, and eight bytes for each path of a list (a sum of
it, so that a picture is looked at once); nothing for folders and archives, which cannot overlap here. Hidden files
and sidecars are left out, links to folders are not followed, archives in folders are looked into, lists in them not.
"""

# ruff: noqa: PTH100, PTH116, PTH118, PTH119, PTH120, PTH122, PTH206 - a Path for each of a million names costs too much

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from provenance.batch import lists
from provenance.batch.model import LISTS, Entry, Input, Item, LeftOut, Sort, Trouble, Why
from provenance.batch.tar import Archive, Member, members
from provenance.container.kinds import sniff, suggested
from provenance.container.model import Kind
from provenance.declaration.upward import BESIDE, FOLDER
from provenance.errors import AssetError
from provenance.plain import plain
from provenance.record import dataclass
from provenance.verification.stores import nearest

STDIN = "-"
LARGEST = 16 << 20  # of a picture that has to be handed to the child: out of gzip, out of a Parquet column
_ARCHIVES = (".tar", ".tar.gz", ".tgz")
_ARCHIVES_END = frozenset({"tar", ".gz", "tgz"})
_NONE = frozenset({Kind.OTHER, Kind.C2PA})
_SEPARATOR = "!"
_SIDECAR = ".c2pa"


@dataclass(frozen=True, slots=True)
class Sources:
    """What was asked for, checked."""

    inputs: tuple[Input, ...]
    named: tuple[str, ...] = ()  # pictures that were named one by one
    roots: tuple[str, ...] = ()  # absolute folders, none inside another
    null: bool = False  # names on standard input are separated by NUL


def gather(paths: Sequence[str], *, column: str = "", null: bool = False) -> Sources:
    """Return what *paths* mean, each once.

    Raises:
        AssetError: if one of them does not exist, is neither file nor folder, or is a list without such a column.
    """
    named: dict[str, str] = {}
    others: dict[str, Input] = {}
    for path in paths:
        if path == STDIN:
            others.setdefault(STDIN, Input(Sort.NAMES, ""))
            continue
        given = _input(path)
        place = os.path.realpath(path)
        if given.sort is Sort.FILES:
            named.setdefault(place, path)
        elif place not in others:
            others[place] = lists.with_column(given, column) if given.sort in LISTS else given
    folders = {place: found for place, found in others.items() if found.sort is Sort.FOLDER}
    inputs = [found for place, found in others.items() if not _covered(place, found, folders)]
    if column and not any(found.column for found in inputs):
        raise AssetError("--column", "is for lists", "name a CSV, JSON Lines or Parquet file")
    if null and STDIN not in others:
        raise AssetError("--null", "is for names on standard input", "name - among the paths")
    first = [Input(Sort.FILES, "")] if named else []
    roots = tuple(place for place in folders if not _covered(place, folders[place], folders))
    return Sources((*first, *inputs), tuple(named.values()), roots, null)


def _covered(place: str, given: Input, folders: dict[str, Input]) -> bool:
    """Whether the walk of another folder meets this one."""
    return given.sort in (Sort.FOLDER, Sort.ARCHIVE) and any(_met(place, folder) for folder in folders)


def _met(place: str, folder: str) -> bool:
    inside = place.startswith(folder.rstrip(os.sep) + os.sep)
    return inside and not any(part.startswith(".") for part in place[len(folder) :].split(os.sep))


def _input(path: str) -> Input:
    name = plain(os.path.basename(path.rstrip(os.sep)) or path)
    try:
        found = os.stat(path)
    except ValueError as exc:
        raise AssetError(name, "a name cannot contain a NUL character") from exc
    except OSError as exc:
        raise AssetError(name, "does not exist" if isinstance(exc, FileNotFoundError) else f"{exc.strerror}") from exc
    if stat.S_ISDIR(found.st_mode):
        return Input(Sort.FOLDER, path)
    if not stat.S_ISREG(found.st_mode):
        raise AssetError(name, "is neither a file nor a folder")
    sort = _sort(path)
    if sort is Sort.FILES:
        return Input(sort, path)
    return Input(sort, path, found.st_size, found.st_mtime_ns)


def _sort(path: str) -> Sort:
    low = path.lower()
    if low.endswith(_ARCHIVES):
        return Sort.ARCHIVE
    return lists.ENDINGS.get(os.path.splitext(low)[1], Sort.FILES)


# --- walking ------------------------------------------------------------------------------------------------------


def entries(sources: Sources, stdin: BinaryIO | None = None) -> Iterator[Entry]:
    """Yield each input, followed by what is in it. What cannot be read is `Trouble`, never raised."""
    seen = _Seen(sources)
    for given in sources.inputs:
        yield given
        match given.sort:
            case Sort.FILES:
                yield from (Item(path, os.path.abspath(path), beside=True) for path in sources.named)
            case Sort.FOLDER:
                yield from _folder(given, seen)
            case Sort.ARCHIVE:
                yield from archived(given)
            case Sort.NAMES:
                yield from _names(stdin, sources.null, seen)
            case _:
                yield from _listed(given, seen)


class _Seen:
    """Which paths were met: those of lists by a sum of them, the others by where they lie."""

    def __init__(self, sources: Sources) -> None:
        self.named = frozenset(map(os.path.realpath, sources.named))
        self._roots = sources.roots
        self._sums: set[int] = set()

    def again(self, path: str) -> bool:
        """Whether *path* was met before, or a folder brings it; from now on it was."""
        real = os.path.realpath(path)
        if real in self.named or (_known(path) and any(_met(real, root) for root in self._roots)):
            return True
        digest = int.from_bytes(hashlib.blake2b(os.fsencode(real), digest_size=8).digest(), "big")
        before = len(self._sums)
        self._sums.add(digest)
        return len(self._sums) == before


def _known(name: str) -> bool:
    """Whether the name says that this is a picture."""
    return _is_pictures(os.path.splitext(name)[1])


@lru_cache(maxsize=256)
def _is_pictures(ending: str) -> bool:
    kind = suggested("x" + ending.lower())
    return kind is not None and kind not in _NONE


def _folder(given: Input, seen: _Seen) -> Iterator[Entry]:
    archives: list[str] = []
    base = os.path.abspath(given.path)
    yield from _walk(given.path, base, archives, seen)
    for path in archives:
        try:
            found = _input(path)
        except AssetError as exc:
            yield Trouble(path, exc.problem)
            continue
        yield found
        yield from archived(found)


def _walk(shown: str, place: str, archives: list[str], seen: _Seen) -> Iterator[Entry]:
    waiting = [(shown, place)]
    while waiting:
        shown, place = waiting.pop()
        try:
            names, folders = _content(place)
        except OSError as exc:
            yield Trouble(shown, f"cannot be read ({exc.strerror or exc})")
            continue
        stores = {name for name in names if name.endswith(_SIDECAR)}
        declared = {name.removesuffix(BESIDE) for name in names if name.endswith(BESIDE)}
        lead, base = os.path.join(shown, ""), os.path.join(place, "")
        in_store = nearest(Path(place, "x")) is not None  # then any of them may have credentials there
        waiting += [(lead + name, base + name) for name in reversed(folders)]
        for name in names:
            label, path = lead + name, base + name
            if name in stores or name.endswith(FOLDER):
                continue
            if seen.named and os.path.realpath(path) in seen.named:
                continue
            ending = name[name.rfind(".") :]  # no hidden file comes here, and so no name without a stem
            if ending[-3:].lower() in _ARCHIVES_END and _sort(name) is Sort.ARCHIVE:
                archives.append(label)
            else:
                beside = in_store or (bool(stores) and _has_store(name, stores))
                sure = _is_pictures(ending) or name in declared  # a sound or a model, if somebody declares it
                yield Item(label, path, -1, 0, None, sure, beside, name in declared)


def _content(place: str) -> tuple[list[str], list[str]]:
    """Return the names of what is looked at in the folder *place*, and those of its folders.

    What cannot be read is looked at where its name says that it should be: a link that leads nowhere or in a circle,
    a pipe called ``x.png``. Each is a row of its own, and stops no other.

    Raises:
        OSError: if it cannot be read.
    """
    names: list[str] = []
    folders: list[str] = []
    with os.scandir(place) as found:
        for entry in found:
            if entry.name.startswith("."):
                continue
            try:
                if entry.is_file():
                    names.append(entry.name)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif not entry.is_dir() and (entry.is_symlink() or _known(entry.name)):
                    names.append(entry.name)
            except OSError:
                names.append(entry.name)
    return sorted(names), sorted(folders)


def _has_store(name: str, stores: set[str]) -> bool:
    """Whether credentials lie beside *name*, as `verification.sidecars` looks for them."""
    return name + _SIDECAR in stores or os.path.splitext(name)[0] + _SIDECAR in stores


def archived(given: Input) -> Iterator[Entry]:
    """Yield the pictures of one archive."""
    place = os.path.abspath(given.path)
    try:
        with Archive(Path(given.path)) as archive:
            for member in members(archive):
                if is_picture(member):
                    yield _member(given, place, archive, member)
    except AssetError as exc:
        yield Trouble(given.path, exc.problem)


def _member(given: Input, place: str, archive: Archive, member: Member) -> Entry:
    where = given.path + _SEPARATOR + member.name
    if not archive.packed:
        return Item(where, place, member.data, member.size)
    if member.size > LARGEST:
        return Trouble(where, f"is larger than {LARGEST >> 20} MiB, inside a compressed archive; unpack it first")
    return Item(where, data=member.head + archive.read(member.size - len(member.head)))


def is_picture(member: Member) -> bool:
    """Whether a member of an archive is a picture, by its name or its first bytes; hidden ones are passed over."""
    base = member.name.rpartition("/")[2]
    if not member.regular or base.startswith(".") or base.endswith(_SIDECAR):
        return False
    return _known(base) or sniff(BytesIO(member.head)) not in _NONE


def _names(stdin: BinaryIO | None, null: bool, seen: _Seen) -> Iterator[Entry]:
    if stdin is None:
        return
    try:
        for found in lists.names(stdin, null=null):
            name = os.fsdecode(found)
            if "\0" in name:
                yield Trouble(name, "a name cannot contain a NUL character; --null reads names that end with one")
            elif name:
                yield _path(name, name, seen)
    except AssetError as exc:
        yield Trouble(STDIN, exc.problem)


def _listed(given: Input, seen: _Seen) -> Iterator[Entry]:
    folder = os.path.dirname(os.path.abspath(given.path))
    try:
        for found in lists.records(given):
            where = f"{given.path}{_SEPARATOR}{found.number}"
            if found.problem:
                yield Trouble(where, found.problem)
            elif found.data is None:
                yield _path(found.path, os.path.join(folder, found.path), seen)
            elif len(found.data) > LARGEST:
                yield Trouble(where, f"is larger than {LARGEST >> 20} MiB, inside a list")
            else:
                yield Item(where, data=found.data)
    except AssetError as exc:
        yield Trouble(given.path, exc.problem)


def _path(shown: str, path: str, seen: _Seen) -> Entry:
    if "://" in shown:
        return Trouble(shown, "is an address; nothing is fetched")
    if "\0" in shown:
        return Trouble(shown, "a name cannot contain a NUL character")
    if seen.again(path):
        return LeftOut(shown, Why.DUPLICATE)
    return Item(shown, os.path.abspath(path), beside=True)


def count(sources: Sources) -> int | None:
    """Return how many pictures will be looked at, at most; None where only looking at them tells."""
    if any(found.sort in (Sort.NAMES, Sort.PARQUET) for found in sources.inputs):
        return None
    number = 0
    for entry in entries(sources):
        if isinstance(entry, Item):
            number += 1
            if entry.data is not None:
                return None
    return number
