"""TIFF, BigTIFF and DNG: EXIF's texts, XMP, IIM and Photoshop's resources are tags of the first directory
(TIFF 6.0; XMP part 3 §1.1.5; TIFF Technical Note 3).

A file has no EXIF block: the tags that hold one are handed on as a small block of their own, `digest`. What is
written stands at the end of the file (`tiff_edit`), so that no page, sample or maker note moves.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping

from provenance.container.model import Limits
from provenance.container.parts import Layout, Span
from provenance.container.source import MalformedError, Source
from provenance.errors import AssetError
from provenance.metadata import exif
from provenance.metadata.blocks import LEAVE, MOST, Blocks, Change
from provenance.metadata.carriers import held, resources
from provenance.metadata.edits import Edit
from provenance.metadata.tiff_block import (
    ASCII,
    BYTE,
    EXIF_IFD,
    GPS_IFD,
    LONG,
    UNDEFINED,
    UTF_8,
    Directory,
    Entry,
    Structure,
)

XMP, IPTC, PHOTOSHOP = 700, 33723, 34377
_NAMES = {XMP: "XMP", IPTC: "IPTC", PHOTOSHOP: "Photoshop"}
_FORMS = {XMP: (BYTE, UNDEFINED), IPTC: (UNDEFINED, BYTE, LONG), PHOTOSHOP: (BYTE, UNDEFINED)}  # the first is ours
_BRIEF = 64  # of what is private only that it is there is handed on
_MARK = b"\x1c"  # every data set of IIM begins with it


def find(source: Source, layout: Layout, limits: Limits) -> Blocks:
    """Return the carriers of the first page."""
    problems: list[str] = []
    try:
        structure = Structure(source, limits)
        first = structure.directory(structure.first)
    except MalformedError as problem:
        return Blocks(problems=(f"TIFF: {problem}",))
    entries = structure.found(first, _NAMES)
    values = {tag: _value(structure, entries[tag], problems) for tag in _NAMES if tag in entries}
    pieces = values.get(PHOTOSHOP)
    iptc = _unswapped(values.get(IPTC))
    return Blocks(
        exif=digest(structure, first, limits, problems),
        iptc=iptc if iptc is not None else resources.iptc(pieces, problems),
        photoshop=pieces,
        photoshop_spans=_spans(entries, PHOTOSHOP),
        xmp=values.get(XMP),
        xmp_spans=_spans(entries, XMP),
        problems=tuple(problems),
    )


def _value(structure: Structure, entry: Entry, problems: list[str]) -> bytes | None:
    if entry.value.length > MOST:
        problems.append(f"TIFF: {_NAMES[entry.tag]} is larger than the {MOST} bytes that are read")
        return None
    try:
        return structure.value(entry, MOST)
    except MalformedError as problem:
        problems.append(f"TIFF: {problem}")
        return None


def _spans(entries: Mapping[int, Entry], tag: int) -> tuple[Span, ...]:
    return (entries[tag].value,) if tag in entries else ()


def _unswapped(data: bytes | None) -> bytes | None:
    """Return IIM as bytes: writers that hold it for 32-bit numbers turned each four of them round."""
    if data is None or data[:1] == _MARK or data[3:4] != _MARK:
        return data
    return b"".join(data[at : at + 4][::-1] for at in range(0, len(data), 4))


# --- the block of a file that has none -----------------------------------------------------------------------------
def digest(structure: Structure, first: Directory, limits: Limits, problems: list[str]) -> bytes:
    """Return the tags that `exif.read` knows as a block; of what is private only that it is there."""
    data = bytearray((b"II*\0" if structure.order == "little" else b"MM\0*") + bytes(4))
    small = Structure(Source(io.BytesIO(bytes(data))), limits)
    pointers: dict[int, int] = {}
    for tag, wanted in ((EXIF_IFD, exif.BELOW), (GPS_IFD, None)):
        entry = structure.found(first, (tag,)).get(tag)
        try:
            if entry and (at := structure.pointer(entry)):
                pointers[tag] = _copied(structure, structure.directory(at), wanted, small, data, problems)
        except MalformedError as problem:
            problems.append(f"TIFF: {problem}")
    at = _copied(structure, first, exif.NAMES, small, data, problems, pointers)
    data[4:8] = at.to_bytes(4, small.order)
    return bytes(data)


def _copied(
    structure: Structure,
    directory: Directory,
    tags: Collection[int] | None,
    small: Structure,
    data: bytearray,
    problems: list[str],
    pointers: Mapping[int, int] | None = None,
) -> int:
    """Put the entries of *directory* behind *data*, and return where their directory stands."""
    entries: list[bytes] = []
    for entry in structure.entries(directory, tags):
        try:
            value = structure.value(entry, _BRIEF if tags is None or entry.tag in exif.PRIVATE else MOST)
        except MalformedError as problem:
            problems.append(f"TIFF: {problem}")
            continue
        form = entry.form if entry.form in (ASCII, UTF_8) else UNDEFINED
        entries.append(small.packed(entry.tag, form, value, len(data)))
        if len(value) > small.offset:
            data += value
    for tag, at in (pointers or {}).items():
        entries.append(small.packed(tag, LONG, at.to_bytes(4, small.order), 0))
    at = len(data)
    data += small.joined(entries, 0)
    return at


# --- writing -------------------------------------------------------------------------------------------------------
def place(source: Source, layout: Layout, found: Blocks, change: Change, limits: Limits) -> tuple[Edit, ...]:
    """Return the edits that make *change*; tags that stand there keep their type.

    Raises:
        AssetError: if the file or its Photoshop resources are damaged, or it would outgrow its offsets.
    """
    from provenance.metadata.tiff_edit import Setting, changes  # here: reading needs nothing of it

    held.check_xmp(found, change)
    settings: dict[int, tuple[int, bytes]] = {}
    forms = _forms(source, limits)
    if change.iptc is not None and found.iptc is None and IPTC in forms:
        raise AssetError("IPTC", "stands in the file and cannot be read", LEAVE)
    for tag, text in change.exif:
        settings[tag] = (UTF_8 if forms.get(tag) == UTF_8 else ASCII, text + b"\0")
    if change.xmp is not None:
        settings[XMP] = _setting(XMP, forms, change.xmp)
    if change.iptc is not None:
        settings[IPTC] = _setting(IPTC, forms, change.iptc)
    if (pieces := resources.changed(found, change, add=False)) is not None:
        settings[PHOTOSHOP] = _setting(PHOTOSHOP, forms, pieces)
    made = {tag: Setting(form, data) for tag, (form, data) in settings.items()}
    return changes(source, limits, made, without=change.exif_without, block=False)


def _forms(source: Source, limits: Limits) -> dict[int, int]:
    """Return the types of the tags that stand in the first directory; `changes` says what is wrong with a bad one."""
    try:
        structure = Structure(source, limits)
        return {entry.tag: entry.form for entry in structure.entries(structure.directory(structure.first))}
    except MalformedError:
        return {}


def _setting(tag: int, forms: Mapping[int, int], data: bytes) -> tuple[int, bytes]:
    form = forms[tag] if forms.get(tag) in _FORMS[tag] else _FORMS[tag][0]
    return form, data + bytes(-len(data) % 4) if form == LONG else data
