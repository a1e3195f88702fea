"""EXIF between a TIFF file, which holds it in directories of its own, and the block that every other container holds.

A block goes from file to file as it is. Where a TIFF is one end, the tags are taken apart and laid out anew: those of
the first directory that describe the picture and not its samples, and all of the EXIF and GPS directories. Maker notes
stay behind there: they count positions from a place that does not exist any more (metadata.md §1.3).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Literal

from provenance.container.source import MalformedError
from provenance.metadata.blocks import MOST
from provenance.metadata.tiff_block import (
    DESCRIPTIVE,
    EXIF_IFD,
    GPS_IFD,
    INTEROPERABILITY_IFD,
    LONG,
    Directory,
    Structure,
)
from provenance.record import dataclass

Order = Literal["little", "big"]
MAKER_NOTE = 37500
_LEFT = frozenset({MAKER_NOTE, INTEROPERABILITY_IFD})
_WORDS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 1, 7: 1, 8: 2, 9: 4, 10: 4, 11: 4, 12: 8, 129: 1}  # what a swap turns round
_SIZES = _WORDS | {5: 8, 10: 8}


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag with its value, in the byte order of the file it comes from."""

    number: int
    form: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Groups:
    """The tags of three directories."""

    order: Order
    first: tuple[Tag, ...]
    exif: tuple[Tag, ...] = ()
    gps: tuple[Tag, ...] = ()
    maker_note: bool = False  # one stands there, and is left behind


def groups(structure: Structure) -> Groups:
    """Return the tags behind *structure* that describe the picture.

    Raises:
        MalformedError: if a directory or a value does not fit into it.
    """
    first = structure.directory(structure.first)
    pointers = structure.found(first, (EXIF_IFD, GPS_IFD))
    below: dict[int, Directory] = {}
    for tag, entry in pointers.items():
        if at := structure.pointer(entry):
            below[tag] = structure.directory(at)
    exif = below.get(EXIF_IFD)
    return Groups(
        structure.order,
        _tags(structure, first, only=DESCRIPTIVE),
        _tags(structure, exif) if exif else (),
        _tags(structure, below[GPS_IFD]) if GPS_IFD in below else (),
        exif is not None and MAKER_NOTE in structure.found(exif, (MAKER_NOTE,)),
    )


def _tags(structure: Structure, directory: Directory, only: frozenset[int] | None = None) -> tuple[Tag, ...]:
    found: dict[int, Tag] = {}
    left = MOST
    for entry in structure.entries(directory, only):
        if entry.tag in _LEFT or entry.form not in _SIZES or entry.tag in found:
            continue
        left -= entry.value.length
        if left < 0:
            raise MalformedError(f"its tags are larger than the {MOST} bytes that are read")
        found[entry.tag] = Tag(entry.tag, entry.form, structure.value(entry, MOST))
    return tuple(found.values())


def block(found: Groups) -> bytes:
    """Return a whole block that holds the tags of *found*."""
    head = b"II*\0" if found.order == "little" else b"MM\0*"
    below, places = laid_out(found, found.order, 8)
    pointers = [Tag(number, LONG, at.to_bytes(4, found.order)) for number, at in places.items()]
    data, at = _directory((*found.first, *pointers), found.order, found.order, 8 + len(below))
    return head + at.to_bytes(4, found.order) + below + data


def laid_out(found: Groups, order: Order, at: int) -> tuple[bytes, dict[int, int]]:
    """Return the EXIF and GPS directories of *found* as they stand from *at* on, and the place of each by its tag."""
    data = b""
    places: dict[int, int] = {}
    for number, tags in ((EXIF_IFD, found.exif), (GPS_IFD, found.gps)):
        if tags:
            more, places[number] = _directory(tags, found.order, order, at + len(data))
            data += more
    return data, places


def swapped(tag: Tag, before: Order, after: Order) -> bytes:
    """Return the value of *tag* in the byte order *after*."""
    step = _WORDS[tag.form]
    if before == after or step == 1:
        return tag.value
    return b"".join(tag.value[at : at + step][::-1] for at in range(0, len(tag.value), step))


def _directory(tags: tuple[Tag, ...], before: Order, order: Order, at: int) -> tuple[bytes, int]:
    """Return values and directory of *tags* from *at* on, which is even, and where the directory begins."""
    data = b""
    entries: list[bytes] = []
    sign = "<" if order == "little" else ">"
    for tag in sorted(tags, key=lambda one: one.number):
        value = swapped(tag, before, order)
        held = value.ljust(4, b"\0")
        if len(value) > 4:
            held = (at + len(data)).to_bytes(4, order)
            data += value + bytes(len(value) % 2)
        count = len(value) // _SIZES[tag.form]
        entries.append(struct.pack(sign + "HHI4s", tag.number, tag.form, count, held))
    begins = at + len(data)
    return data + struct.pack(sign + "H", len(entries)) + b"".join(entries) + bytes(4), begins


def sized(data: bytes, structure: Structure, values: Mapping[int, int]) -> bytes:
    """Return the block *data*, which *structure* reads, with the numbers *values* in the tags that hold one already."""
    made = bytearray(data)
    first = structure.directory(structure.first)
    directories = [first]
    pointer = structure.found(first, (EXIF_IFD,)).get(EXIF_IFD)
    if pointer and (at := structure.pointer(pointer)):
        directories.append(structure.directory(at))
    for directory in directories:
        for entry in structure.entries(directory, values):
            size = {3: 2, 4: 4}.get(entry.form, 0)
            if size and entry.count == 1 and values[entry.tag] < 1 << 8 * size:
                start = entry.value.start
                made[start : start + size] = values[entry.tag].to_bytes(size, structure.order)
    return bytes(made)
