"""Changes of a TIFF structure that move no old byte, so that maker notes with absolute offsets stay right.

* What is set stands at the end: the new values, and a new first directory that takes over every old entry as it is.
  The header then points there; the pointer to the next directory, a thumbnail or a page, is kept.
* What is private is taken out of its directory, which shrinks where it stands, and its bytes become zeros.

A measurement over 362 camera files (metadata.md §1.3): rewriting the block damages the maker notes of 44 % of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from provenance.container.model import Limits
from provenance.container.parts import Span, merged
from provenance.container.source import MalformedError, Source, StoppedError
from provenance.errors import AssetError
from provenance.metadata.blocks import LEAVE
from provenance.metadata.edits import Edit, apart
from provenance.metadata.tiff_block import (
    DESCRIPTIVE,
    EXIF_IFD,
    GPS_IFD,
    INTEROPERABILITY_IFD,
    SUB_IFDS,
    Directory,
    Structure,
)
from provenance.record import dataclass

PRIVATE = {  # Change.exif_without -> the tags of the first directory, and of the EXIF directory
    "gps": (GPS_IFD,),
    "serial": (42033, 42037, 50735),  # of the body, of the lens, of the camera as DNG has it
    "owner": (42032,),
    "maker_note": (37500, 50740),  # and DNG's private data, which are maker notes
    "user_comment": (37510,),
    "description": (270,),  # where some generators keep a prompt
    "make": (271,),
    "model": (272,),
}
MANIFEST, EVERYTHING = "manifest", "everything"  # of a file: its credentials; all of its metadata
_TAKEN = {
    MANIFEST: (52545,),
    EVERYTHING: (*DESCRIPTIVE, 700, 33723, 34377, EXIF_IFD, GPS_IFD, 50740),
}
THUMBNAIL = "thumbnail"  # the directory after the first, in a block; in a file that is a page
_DATA = ((513, 514), (273, 279))  # where a thumbnail stands: offsets and sizes
_CHAIN = 8
_PAGES = 4096  # of a file are walked
_CLASSIC = 2**32 - 1
_NUMBERS = 4096  # strips of one thumbnail


@dataclass(frozen=True, slots=True)
class Setting:
    """A value to set."""

    form: int
    data: bytes


@dataclass(frozen=True, slots=True)
class _Cleared:
    first: Directory  # as it will be
    edits: tuple[Edit, ...] = ()


def changes(
    source: Source, limits: Limits, settings: Mapping[int, Setting], *, without: Iterable[str], block: bool
) -> tuple[Edit, ...]:
    """Return the edits that set *settings* in the first directory, and take out what is private.

    Args:
        block: whether this is an EXIF block, whose second directory is a thumbnail, and no file with pages.

    Raises:
        AssetError: if the structure is damaged, or would be larger than its offsets can say.
    """
    where = "EXIF" if block else "TIFF"
    try:
        structure = Structure(source, limits)
        names = frozenset(without)
        cleared = _cleared(structure, names, block=block)
        pages = _unlinked(structure, cleared.first) if MANIFEST in names else ()
        edits = (*cleared.edits, *pages, *_appended(structure, cleared.first, settings, where))
    except (MalformedError, StoppedError) as problem:
        cure = LEAVE if block else ""
        raise AssetError(where, f"is damaged: {problem}", cure) from problem
    return apart(edits, where)


def applied(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return *data* after *edits*, which are in order."""
    pieces: list[bytes] = []
    at = 0
    for edit in edits:
        pieces += (data[at : edit.start], edit.data)
        at = edit.start + edit.length
    return b"".join((*pieces, data[at:]))


# --- setting -------------------------------------------------------------------------------------------------------
def _appended(structure: Structure, first: Directory, settings: Mapping[int, Setting], where: str) -> Iterator[Edit]:
    there = structure.found(first, settings)
    wanted = {
        tag: setting
        for tag, setting in settings.items()
        if tag not in there
        or (there[tag].form, there[tag].value.length) != (setting.form, len(setting.data))
        or structure.value(there[tag], len(setting.data)) != setting.data
    }
    if not wanted:
        return
    size = structure.source.size
    step = 8 if structure.big else 2  # a value begins on a word boundary (TIFF 6.0 §2)
    data = bytes(-size % step)
    entries = [(structure.tag(raw), raw) for raw in first.raw if structure.tag(raw) not in wanted]
    for tag, setting in wanted.items():
        entries.append((tag, structure.packed(tag, setting.form, setting.data, min(size + len(data), _CLASSIC))))
        if len(setting.data) > structure.offset:
            data += setting.data + bytes(-len(setting.data) % step)
    entries.sort(key=lambda one: one[0])
    at = size + len(data)
    data += structure.joined([raw for _, raw in entries], first.following)
    if size + len(data) > _CLASSIC and not structure.big:
        raise AssetError(where, "would be larger than 4 GiB, which its offsets cannot say", "save it as a BigTIFF")
    yield Edit(structure.offset, structure.offset, at.to_bytes(structure.offset, structure.order))
    yield Edit(size, 0, data)


# --- taking out ----------------------------------------------------------------------------------------------------
def _cleared(structure: Structure, without: frozenset[str], *, block: bool) -> _Cleared:
    first = structure.directory(structure.first)
    doomed = {tag for name in without for tag in (*PRIVATE.get(name, ()), *_TAKEN.get(name, ()))}
    thumbnail = block and THUMBNAIL in without and first.following != 0
    if not doomed and not thumbnail:
        return _Cleared(first)
    directories = [first, *(_exif(structure, first) if EXIF_IFD not in doomed else ())]
    shrunk = [_without(structure, one, doomed) for one in directories]
    blank = [span for one in directories for span in _values(structure, one, doomed)]
    if thumbnail:
        shrunk[0] = Directory(shrunk[0].span, shrunk[0].raw, 0)
        blank += _thumbnails(structure, first.following)
    kept = [span for one in shrunk for span in _kept(structure, one)]
    blanked = merged(span for span in blank if span.length)
    if any(span.start < other.end and other.start < span.end for span in blanked for other in kept):
        raise MalformedError("what is private stands in bytes that other tags use")
    edits = [Edit(span.start, span.length, bytes(span.length)) for span in blanked]
    for old, new in zip(directories, shrunk, strict=True):
        if new != old:
            data = structure.joined(new.raw, new.following)[: old.span.length]
            edits.append(Edit(old.span.start, old.span.length, data.ljust(old.span.length, b"\0")))
    return _Cleared(shrunk[0], tuple(edits))


def _unlinked(structure: Structure, first: Directory) -> Iterator[Edit]:
    """Yield what takes a directory that holds credentials and nothing else out of the chain of pages."""
    before, seen = first, {first.span.start}
    while before.following and before.following not in seen and len(seen) < _PAGES:
        seen.add(before.following)
        directory = structure.directory(before.following)
        held = structure.found(directory, _TAKEN[MANIFEST])
        if held and len(directory.raw) == len(held):
            pointer = before.span.end - structure.offset
            yield Edit(pointer, structure.offset, directory.following.to_bytes(structure.offset, structure.order))
            for span in merged([directory.span, *_values(structure, directory, set(held))]):
                yield Edit(span.start, span.length, bytes(span.length))
            return
        before = directory


def _exif(structure: Structure, first: Directory) -> Iterator[Directory]:
    entry = structure.found(first, (EXIF_IFD,)).get(EXIF_IFD)
    if entry and (at := structure.pointer(entry)):
        yield structure.directory(at)


def _without(structure: Structure, directory: Directory, doomed: set[int]) -> Directory:
    kept = tuple(raw for raw in directory.raw if structure.tag(raw) not in doomed)
    return directory if kept == directory.raw else Directory(directory.span, kept, directory.following)


def _values(structure: Structure, directory: Directory, doomed: set[int] | None) -> Iterator[Span]:
    """Yield where the values of the *doomed* tags stand, of every tag if None; for GPS its directory, too."""
    for entry in structure.entries(directory, doomed):
        if entry.tag in (EXIF_IFD, GPS_IFD) and doomed is not None:
            if at := structure.pointer(entry):
                below = structure.directory(at)
                yield below.span
                yield from _values(structure, below, None)
        elif not entry.inline:
            yield _clipped(structure, entry.value)


def _thumbnails(structure: Structure, at: int) -> Iterator[Span]:
    """Yield where the thumbnail at *at* stands: directory, values and data."""
    for _ in range(_CHAIN):
        if not at:
            return
        directory = structure.directory(at)
        yield directory.span
        yield from _values(structure, directory, None)
        for offsets, sizes in _DATA:
            pair = structure.found(directory, (offsets, sizes))
            if len(pair) == 2:
                starts, lengths = structure.numbers(pair[offsets], _NUMBERS), structure.numbers(pair[sizes], _NUMBERS)
                for start, length in zip(starts, lengths, strict=False):
                    yield _clipped(structure, Span(start, length))
        at = directory.following


def _kept(structure: Structure, directory: Directory) -> Iterator[Span]:
    """Yield what stays: the header, the directory, its values, and the directories that they point at."""
    yield Span(0, 16 if structure.big else 8)
    yield directory.span
    for entry in structure.entries(directory):
        if not entry.inline:
            yield entry.value
        if entry.tag in (GPS_IFD, INTEROPERABILITY_IFD, SUB_IFDS):
            for at in structure.numbers(entry, _NUMBERS):
                if at:
                    yield structure.directory(at).span


def _clipped(structure: Structure, span: Span) -> Span:
    return Span(span.start, max(0, min(span.end, structure.source.size) - span.start))
