"""What an item of a HEIF holds, read within limits, and EXIF in it changed."""

from __future__ import annotations

from provenance.container import heif
from provenance.container.parts import Span
from provenance.container.source import Source
from provenance.errors import AssetError
from provenance.metadata.blocks import MOST
from provenance.metadata.carriers import exif_payload


def content(source: Source, item: heif.Item, what: str, problems: list[str]) -> bytes | None:
    """Return what *item* holds; None, and a problem that calls it *what*, where that is not read."""
    if item.encoded or item.method == heif.IN_ITEM:
        problems.append(f"the {what} of the picture is compressed or encrypted, and is not read")
        return None
    return read(source, item.extents, what, problems)


def read(source: Source, spans: tuple[Span, ...], what: str, problems: list[str]) -> bytes | None:
    """Return the bytes of *spans*; None, and a problem that calls them *what*, if there are too many or too few."""
    if sum(span.length for span in spans) > MOST:
        problems.append(f"the {what} of the picture is larger than is read")
        return None
    found = b"".join(source.read(span.start, span.length) for span in spans)
    if len(found) != sum(span.length for span in spans):
        problems.append(f"the {what} of the picture is cut off")
        return None
    return found


def rewritten(
    source: Source, item: heif.Item, tags: tuple[tuple[int, bytes], ...], without: frozenset[str]
) -> bytes | None:
    """Return EXIF with *tags* set and *without* taken out; None if it says so already.

    Raises:
        AssetError: if it cannot be read.
    """
    held = content(source, item, "EXIF", [])
    made = exif_payload.changed(held, tags, without=without) if held is not None else None
    if made is None:
        raise AssetError("picture", "has EXIF that cannot be read, and that is not overwritten")
    return made if made != held else None
