"""Bytes of a TIFF that nothing points at: what an edit left behind, an old text or XMP packet.

An edit moves no old byte (`tiff_edit`), so whoever takes all metadata out has to look there, too. Only of a file in
which every offset is known is it known what nothing points at. Not of one that

* is damaged, or holds tags with offsets of their own: JPEG tables of old TIFF, camera profiles of DNG;
* has strips or tiles whose sizes are not given one by one, as samples would be taken for a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provenance.container import tiff
from provenance.container.model import Limits
from provenance.container.parts import Span, merged
from provenance.container.source import Source

_OWN_OFFSETS = frozenset({288, 519, 520, 521, 50933})
_HEADER, _BIG_HEADER = 8, 16
_CHUNK = 1 << 20


def gaps(source: Source, limits: Limits) -> tuple[Span, ...] | None:
    """Return the spans that nothing points at and that hold anything but zeros; None where that cannot be told.

    Raises:
        MalformedError, StoppedError: if the file cannot be read within *limits*.
    """
    file = tiff.Tiff(source, limits)
    used = [Span(0, _BIG_HEADER if file.big else _HEADER)]
    for directory in file.directories():
        if not _all_known(file, directory):
            return None
        used += (directory.span, *(entry.value for entry in directory.entries))
        used += (span for _, spans in tiff.samples(file, directory) for span in spans)
    if file.damage:
        return None
    return tuple(span for span in _between(merged(used), source.size) if _holds_anything(source, span))


def _all_known(file: tiff.Tiff, directory: tiff.Directory) -> bool:
    tags = {entry.tag: entry for entry in directory.entries}
    if len(tags) != len(directory.entries) or _OWN_OFFSETS & tags.keys():
        return False
    for offsets, sizes in tiff.DATA.items():
        if offsets not in tags:
            continue
        if sizes not in tags or tags[offsets].value.length > tiff.VALUES or tags[sizes].value.length > tiff.VALUES:
            return False
        if not 0 < len(file.numbers(tags[offsets])) == len(file.numbers(tags[sizes])):
            return False
    return True


def _between(used: Iterable[Span], size: int) -> Iterator[Span]:
    at = 0
    for span in used:
        if span.start > at:
            yield Span(at, min(span.start, size) - at)
        at = max(at, span.end)
    if at < size:
        yield Span(at, size - at)


def _holds_anything(source: Source, span: Span) -> bool:
    pieces = (source.read(at, min(_CHUNK, span.end - at)) for at in range(span.start, span.end, _CHUNK))
    return any(any(piece) for piece in pieces)
