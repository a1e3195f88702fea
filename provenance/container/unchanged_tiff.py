"""What differs between two TIFF files: tag by tag, and strip by strip, because there offsets move.

Where metadata may differ, that means: the tags of the first page that hold them may be other ones or new, and what is
private may be gone from it and from its EXIF. Bytes that nothing in a TIFF points at are not compared.
"""

from __future__ import annotations

from collections.abc import Iterator

from provenance.container import carriers, tiff
from provenance.container.comparison import same
from provenance.container.model import Limits
from provenance.container.source import Source

_FIRST = (0,)
_SET = {  # tags of the first page that an edit may set
    carriers.EXIF: frozenset({270, 315, 33432}),
    carriers.XMP: frozenset({tiff.XMP}),
    carriers.IPTC: frozenset({33723, 34377}),
}
# Position, serial numbers, owner, maker notes, comment: these an edit may take out, of the first page and its EXIF.
_PRIVATE = frozenset({34853, 42033, 42037, 50735, 42032, 37500, 50740, 37510})
# What is gone where all metadata were taken out: of the first page what describes it, with its EXIF and GPS.
_EVERYTHING = _PRIVATE | {
    269, 270, 271, 272, 305, 306, 315, 316, 700, 18246, 18249, 33432, 33723, 34377, 34665, 40091, 40092, 40093, 40094,
    40095,
}  # fmt: skip
_GPS, _EXIF = 34853, 34665
_BELOW = frozenset({34665, 34853, 40965})


def difference(old: Source, new: Source, may_differ: frozenset[str], limits: Limits) -> Iterator[str]:
    """Yield what differs.

    Raises:
        MalformedError, StoppedError: if a file cannot be read within *limits*.
    """
    left, right = tiff.Tiff(old, limits), tiff.Tiff(new, limits)
    before, after = _directories(left), _directories(right)
    if (left.order, left.big) != (right.order, right.big):
        yield "the byte order differs"
    if left.damage != right.damage:
        yield f"the file is damaged: {(right.damage or left.damage)[0]}"
    private = carriers.EXIF in may_differ
    for path in sorted(before.keys() ^ after.keys()):
        whole = carriers.EXTENDED in may_differ and _EXIF in path
        if path in after or not (private and (_GPS in path or whole)):
            yield f"directory {_path(path)} is {'gone' if path in before else 'new'}"
    for path in sorted(before.keys() & after.keys()):
        yield from _directory(left, before[path], right, after[path], may_differ)


def _directories(file: tiff.Tiff) -> dict[tuple[int, ...], tiff.Directory]:
    """Return the directories by path, without one that only holds the manifest."""
    return {
        one.path: one
        for one in file.directories()
        if any(entry.tag != tiff.C2PA for entry in one.entries) or not one.entry(tiff.C2PA)
    }


def _directory(
    left: tiff.Tiff, before: tiff.Directory, right: tiff.Tiff, after: tiff.Directory, may_differ: frozenset[str]
) -> Iterator[str]:
    where = _path(before.path)
    tags, made = _compared(before, after, may_differ)
    if [(entry.tag, entry.form, entry.count) for entry in tags] != [(one.tag, one.form, one.count) for one in made]:
        yield f"the tags of directory {where} differ"
        return
    for entry, other in zip(tags, made, strict=True):
        if entry.tag in tiff.DATA or entry.tag in tiff.POINTERS:
            if entry.value.length > tiff.VALUES:
                yield f"tag {entry.tag} of directory {where} is too long to be compared"
        elif not same(left.source, [entry.value], right.source, [other.value]):
            yield f"tag {entry.tag} of directory {where} differs"
    for (tag, spans), (_, others) in zip(tiff.samples(left, before), tiff.samples(right, after), strict=True):
        if len(spans) != len(others) or not same(left.source, spans, right.source, others):
            yield f"the samples of directory {where} differ (tag {tag})"


def _compared(
    before: tiff.Directory, after: tiff.Directory, may_differ: frozenset[str]
) -> tuple[list[tiff.Entry], list[tiff.Entry]]:
    """Return the tags of both directories that must be the same."""
    tags, made = ([entry for entry in one.entries if entry.tag != tiff.C2PA] for one in (before, after))
    first, below = before.path == _FIRST, before.path[:1] == _FIRST and before.path[1:2] and before.path[1] in _BELOW
    if not may_differ or not (first or below):
        return tags, made
    free = frozenset().union(*(_SET.get(name, ()) for name in may_differ)) if first else frozenset()
    kept = {entry.tag for entry in made}
    gone = _PRIVATE - kept if carriers.EXIF in may_differ else frozenset()
    if carriers.EXTENDED in may_differ and first:
        gone = _EVERYTHING - kept
    tags = [entry for entry in tags if entry.tag not in free | gone]
    # An edit writes the first directory anew, in the order that the standard wants.
    return sorted(tags, key=_tag), sorted((entry for entry in made if entry.tag not in free), key=_tag)


def _tag(entry: tiff.Entry) -> int:
    return entry.tag


def _path(path: tuple[int, ...]) -> str:
    return "/".join(map(str, path))
