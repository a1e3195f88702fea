"""What the hard binding of a manifest leaves out (security V5, V6, V8).

The engine accepts any exclusion that is signed (F5), and boxes that no hash covers (F6). Here every excluded byte
that is not exactly the manifest is named, and whether picture data are among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from provenance.container import heif
from provenance.container.exclusions import excluded_boxes
from provenance.container.jumbf import length as store_length
from provenance.container.kinds import sniff_source
from provenance.container.model import Kind, Limits, Prescan, RawManifest, Uncovered
from provenance.container.parts import Layout, Part, Role, Span, merged
from provenance.container.prescan import DEFAULT, collect
from provenance.container.source import MalformedError, Source, StoppedError
from provenance.container.walk import lay_out

_BINDINGS = ("c2pa.hash.data", "c2pa.hash.bmff", "c2pa.hash.boxes")
_OTHER_BINDINGS = ("c2pa.hash.collection", "c2pa.hash.multi-asset")
_ITEMS = "items of the picture"
NOT_CHECKED = Uncovered(checked=False)
Found = tuple[int, int, str]


def uncovered(stream: BinaryIO, prescan: Prescan, manifest: RawManifest, *, limits: Limits = DEFAULT) -> Uncovered:
    """Return what the hard binding of *manifest* leaves out of the file in *stream*.

    An update manifest has no binding of its own: that of its nearest standard ancestor counts, which is looked for
    among *prescan*'s manifests. For a sidecar, give the prescan of the sidecar; the file may hold a store as well.
    Whether the hashes match is not established here: that is the engine's answer.
    """
    standard = _standard(prescan.manifests, manifest)
    if standard is None or any(one.compressed for one in (standard, manifest)):
        return NOT_CHECKED
    claimed = _claimed(standard)
    found = [
        one
        for one in standard.assertions
        if one.label in claimed and one.label.startswith((*_BINDINGS, *_OTHER_BINDINGS))
    ]
    if not found:
        return Uncovered(checked=True, missing_binding=True)
    if len(found) > 1 or not isinstance(found[0].data, dict) or not found[0].label.startswith(_BINDINGS):
        return NOT_CHECKED
    source = Source(stream)
    kind = sniff_source(source)
    try:
        if found[0].label.startswith("c2pa.hash.boxes"):
            return _boxes(source, kind, found[0].data, limits)
        judge = _data if found[0].label.startswith("c2pa.hash.data") else _bmff
        return judge(source, kind, found[0].data, limits, prescan.layout or lay_out(source, kind, limits))
    except (StoppedError, MalformedError):
        return NOT_CHECKED


def _standard(manifests: tuple[RawManifest, ...], manifest: RawManifest) -> RawManifest | None:
    """Return *manifest*, or for an update manifest the nearest ancestor that is none."""
    by_label = {one.label: one for one in manifests}
    current: RawManifest | None = manifest
    for _ in range(len(manifests) + 1):
        if current is None or not current.update:
            return current
        parents = [
            one.data
            for one in current.assertions
            if one.label.startswith("c2pa.ingredient") and isinstance(one.data, dict)
            and one.data.get("relationship") == "parentOf"
        ]  # fmt: skip
        current = by_label.get(_referred(parents[0])) if len(parents) == 1 else None
    return None


def _referred(ingredient: dict[Any, Any]) -> str:
    """Return the label of the manifest that *ingredient* refers to."""
    link = ingredient.get("activeManifest", ingredient.get("c2pa_manifest"))
    url = link.get("url") if isinstance(link, dict) else None
    return url.rpartition("/")[2] if isinstance(url, str) else ""


def _claimed(manifest: RawManifest) -> set[str]:
    """Return the labels of the assertions that the claim of *manifest* vouches for."""
    lists = (manifest.claim.get(name) for name in ("created_assertions", "gathered_assertions", "assertions"))
    entries = (entry for one in lists if isinstance(one, list) for entry in one if isinstance(entry, dict))
    return {str(entry.get("url", "")).rpartition("/")[2] for entry in entries}


# --- c2pa.hash.data --------------------------------------------------------------------------------------------
def _data(source: Source, kind: Kind, data: dict[Any, Any], limits: Limits, layout: Layout) -> Uncovered:
    allowed = merged(span for store in layout.stores for span in store.excludable)
    excluded: list[Found] = []
    spans: list[Span] = []
    listed = data.get("exclusions", [])
    for entry in listed if isinstance(listed, list) else [None]:
        start, length = (entry.get("start"), entry.get("length")) if isinstance(entry, dict) else (None, None)
        if type(start) is not int or type(length) is not int or start < 0 or length < 0:
            excluded.append((0, 0, "an exclusion that cannot be read"))
        elif start + length > source.size:
            excluded.append((start, length, "an exclusion that reaches beyond the end of the file"))
            spans.append(Span(min(start, source.size), max(0, source.size - start)))
        elif length:
            spans.append(Span(start, length))
    if sum(span.length for span in spans) > sum(span.length for span in merged(spans)):
        excluded.append((0, 0, "exclusions that overlap"))
    left = list(minus(merged(spans), allowed))
    if kind is Kind.WEBP:  # the byte that makes the length of the chunk even
        padding = [Span(span.end - 1, 1) for store in layout.stores for span in store.spans if span.length % 2 == 0]
        left = [span for span in left if span not in padding]
    if not left:
        return Uncovered(checked=True, excluded=tuple(excluded))
    layout = lay_out(source, kind, limits, whole=True)
    excluded += ((span.start, span.length, _what(span, layout)) for span in left)
    return Uncovered(checked=True, excluded=tuple(excluded), pixels_exposed=_exposed(left, layout))


def minus(spans: Iterable[Span], allowed: tuple[Span, ...]) -> Iterator[Span]:
    """Yield what is in *spans* and not in *allowed*; both are in order and do not overlap."""
    for span in spans:
        at = span.start
        for good in allowed:
            if good.end <= at or good.start >= span.end:
                continue
            if good.start > at:
                yield Span(at, good.start - at)
            at = max(at, good.end)
        if at < span.end:
            yield Span(at, span.end - at)


def _what(span: Span, layout: Layout) -> str:
    names = dict.fromkeys(part.name for part in layout.parts if _touch(span, part.span))
    return ", ".join(list(names)[:4])


def _exposed(spans: list[Span], layout: Layout) -> bool:
    """Whether *spans* touch picture data; in a container that we do not know, everything is."""
    pictures = merged(part.span for part in layout.parts if part.role is Role.PICTURE)
    if not layout.parts or not layout.complete:
        return True
    manifest = merged(span for store in layout.stores for span in store.spans)
    return any(_touch(one, picture) for one in minus(spans, manifest) for picture in pictures)


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


# --- c2pa.hash.bmff ---------------------------------------------------------------------------------------------
def _bmff(source: Source, kind: Kind, data: dict[Any, Any], limits: Limits, layout: Layout) -> Uncovered:
    if kind not in heif.KINDS:
        return NOT_CHECKED
    out = excluded_boxes(source, layout, data, limits)
    gone = merged([*out.standard, *out.beyond, *(span for store in layout.stores for span in store.spans)])
    hashed = tuple(minus(merged(part.span for part in layout.parts), gone))
    excluded: list[Found] = [(span.start, span.length, out.names.get(span, "")) for span in out.beyond]
    excluded += ((0, 0, path) for path in out.unknown)
    pixels = bool(out.unknown) or _exposed(list(out.beyond), layout)
    unsigned: list[Found] = []
    for extent, picture in outside(source, layout, hashed, limits):
        excluded.append((extent.start, extent.length, _ITEMS))
        pixels = pixels or picture
    for part in layout.parts:
        if part.name in ("free", "skip", "mfra") and part.span in out.standard and _filled(source, part):
            unsigned.append((part.span.start, part.span.length, part.name))
    for placed in layout.stores:
        store = collect(source, placed, limits)
        end = store_length(store)
        if store[end:].strip(b"\0"):
            unsigned.append((placed.bodies[0].start + end, len(store) - end, "after the manifest"))
    return Uncovered(checked=True, excluded=tuple(excluded), pixels_exposed=pixels, unsigned=tuple(unsigned))


def outside(source: Source, layout: Layout, hashed: tuple[Span, ...], limits: Limits) -> Iterator[tuple[Span, bool]]:
    """Yield every run of item or track data that is not wholly in *hashed*, and whether it is picture data.

    Raises:
        MalformedError: if the tables do not hold.
        StoppedError: beyond the limit of pieces.
    """
    if sum(part.name == "meta" for part in layout.parts) > 1:
        raise MalformedError("the file describes its picture twice")
    if any(part.name == "moof" for part in layout.parts):
        raise MalformedError("where the fragments of the picture stand is not read")
    found = heif.meta(source, layout.parts, limits)
    for item in found.items if found else ():
        for extent in item.extents if item.method != heif.IN_ITEM else ():
            if next(minus((extent,), hashed), None) is not None:
                yield extent, item.kind not in ("Exif", "mime", "uri ")
    for _, chunks in heif.samples(source, layout.parts, limits):
        for chunk in merged(chunks):
            if next(minus((chunk,), hashed), None) is not None:
                yield chunk, True


def _filled(source: Source, part: Part) -> bool:
    return any(block.count(0) != len(block) for block in source.stream(part.body))


# --- c2pa.hash.boxes --------------------------------------------------------------------------------------------
_BOX_NAMES = {"signature": "PNGh", "caBX": "C2PA"}  # ours -> those of the specification


def _boxes(source: Source, kind: Kind, data: dict[Any, Any], limits: Limits) -> Uncovered:
    """Judge a list of boxes: the engine does not miss a box that is not listed, nor what follows the last one."""
    layout = lay_out(source, kind, limits, whole=True)
    listed = data.get("boxes")
    if kind not in (Kind.JPEG, Kind.PNG) or not layout.complete or not isinstance(listed, list):
        return NOT_CHECKED
    hashed: Counter[str] = Counter()
    for entry in listed:
        names = entry.get("names") if isinstance(entry, dict) else None
        if not isinstance(names, list):
            return NOT_CHECKED
        if not entry.get("excluded"):
            hashed.update(name for name in names if isinstance(name, str))
    left: list[Part] = []
    unsigned: list[Found] = []
    for part in layout.parts:
        name = _BOX_NAMES.get(part.name, part.name)
        hashed[name] -= 1
        if part.role is Role.TRAILER:
            unsigned.append((part.span.start, part.span.length, part.name))
        elif part.role is not Role.MANIFEST and hashed[name] < 0:
            left.append(part)
    excluded = tuple((part.span.start, part.span.length, part.name) for part in left)
    pixels = any(part.role is Role.PICTURE for part in left)
    return Uncovered(checked=True, excluded=excluded, pixels_exposed=pixels, unsigned=tuple(unsigned))
