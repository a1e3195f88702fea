"""Time-lapse and screen recordings: how long, and from which day, from the boxes or elements that say so."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from provenance.container.bmff import C2PA_UUID, boxes
from provenance.container.model import Limits
from provenance.container.parts import Part, Span
from provenance.container.source import Counter, MalformedError, Source
from provenance.metadata.evidence.model import Facts
from provenance.metadata.evidence.text import day, whole

EBML = b"\x1a\x45\xdf\xa3"
_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)  # ISO/IEC 14496-12 §8.2.2
_SEGMENT, _INFO, _SCALE, _DURATION = 0x18538067, 0x1549A966, 0x2AD7B1, 0x4489  # RFC 9559
_NANOSECONDS = 1_000_000_000


def video(base: Facts, source: Source, stream: BinaryIO) -> Facts:
    """Read a video."""
    if source.read(0, 4) == EBML:
        return replace(base, film_seconds=_matroska(source))
    counter = Counter(Limits().chunks, "boxes of the file")
    top = boxes(source, Span(0, source.size), counter)
    carries = any(found.name == "uuid" and source.read(found.body.start, 16) == C2PA_UUID for found in top)
    base = replace(base, own_manifest=carries)
    movie = next((found for found in top if found.name == "moov"), None)
    if movie is None:
        raise MalformedError("the video says nothing about itself")
    header = next((found for found in boxes(source, movie.body, counter) if found.name == "mvhd"), None)
    return _header(base, source, header) if header else base


def _header(base: Facts, source: Source, header: Part) -> Facts:
    data = source.read(header.body.start, 32)
    wide = data[:1] == b"\1"
    form = ">QQIQ" if wide else ">IIII"
    if len(data) < 4 + struct.calcsize(form):
        raise MalformedError("the video's header is cut off")
    created, _, scale, length = struct.unpack_from(form, data, 4)
    unknown = (1 << (64 if wide else 32)) - 1
    seconds = whole(length / scale) if scale and length != unknown else None
    made = _date(created)
    return replace(base, film_seconds=seconds, first=made, last=made)


def _date(seconds: int) -> str:
    try:
        return day((_EPOCH + timedelta(seconds=seconds)).isoformat())
    except OverflowError:
        return ""


def _matroska(source: Source) -> int | None:
    """Return the length that a WebM or Matroska file states."""
    counter = Counter(Limits().chunks, "elements of the file")
    segment = _find(source, Span(0, source.size), _SEGMENT, counter)
    info = _find(source, segment, _INFO, counter) if segment else None
    if info is None:
        raise MalformedError("the video says nothing about itself")
    scale, length = _find(source, info, _SCALE, counter), _find(source, info, _DURATION, counter)
    if length is None or length.length not in (4, 8):
        return None
    ticks = struct.unpack(">f" if length.length == 4 else ">d", source.take(length.start, length.length, "a length"))[0]
    step = int.from_bytes(source.read(scale.start, min(scale.length, 8)), "big") if scale else 1_000_000
    return whole(ticks * step / _NANOSECONDS)


def _find(source: Source, within: Span, wanted: int, counter: Counter) -> Span | None:
    """Return the body of the first element *wanted* directly in *within*."""
    at = within.start
    while at < within.end:
        counter.one()
        number, at = _variable(source, at, keep=True)
        length, at = _variable(source, at, keep=False)
        end = within.end if length is None else min(at + length, within.end)
        if number == wanted:
            return Span(at, end - at)
        if length is None:
            return None
        at = end
    return None


def _variable(source: Source, at: int, *, keep: bool) -> tuple[int | None, int]:
    """Return a number of variable length (RFC 8794 §4) and where it ends; None for an unknown length."""
    first = source.take(at, 1, "an element")[0]
    length = 9 - first.bit_length()
    if length > 8:
        raise MalformedError("an element does not hold")
    data = int.from_bytes(source.take(at, length, "an element"), "big")
    if keep:
        return data, at + length
    value = data & ((1 << (7 * length)) - 1)
    return (None if value == (1 << (7 * length)) - 1 else value), at + length
