"""The raw carriers of one file, and what is to become of them: what every container's editor takes and gives.

Each container has one module in `metadata.carriers` with two functions:

* ``find(source, layout, limits) -> Blocks``: where the carriers stand and what is in them, bounded;
* ``place(source, layout, found, change, limits) -> tuple[Edit, ...]``: the edits that make *change*, without touching
  anything else.
"""

from __future__ import annotations

from dataclasses import field

from provenance.container.parts import Span
from provenance.record import dataclass

# Of one carrier at most this much is read; a larger one is a problem that is named, and is left as it is.
MOST = 4 * 1024 * 1024
TEXTS = 64  # text chunks and comments of one file
# What to do about metadata that are not edited.
LEAVE = "leave the picture's metadata as it is with --no-metadata"


@dataclass(frozen=True, slots=True)
class Text:
    """A text chunk or a comment of the container, inflated within limits."""

    key: str  # keyword of a PNG text chunk; "comment" for a JPEG or GIF comment
    data: bytes  # as it stands there: Latin-1 (tEXt, zTXt), UTF-8 (iTXt), unknown (comments)
    span: Span  # the whole chunk or segment
    utf8: bool = False


@dataclass(frozen=True, slots=True)
class Blocks:
    """What stands in the file."""

    exif: bytes | None = None  # a TIFF structure, without the header that the container puts before it
    exif_spans: tuple[Span, ...] = ()  # the segments, chunks or items that hold it
    iptc: bytes | None = None  # IIM data sets: Photoshop resource 0x0404, or TIFF tag 33723
    photoshop: bytes | None = None  # the Photoshop resources that IIM stands among: APP13, or TIFF tag 34377
    photoshop_spans: tuple[Span, ...] = ()
    xmp: bytes | None = None  # the packet that counts: the first one
    xmp_spans: tuple[Span, ...] = ()
    extended_xmp: bool = False  # a JPEG whose XMP goes on in further segments: never edited
    texts: tuple[Text, ...] = ()
    problems: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Change:
    """What is to stand in the file; a carrier that is None stays as it is, byte for byte."""

    exif: tuple[tuple[int, bytes], ...] = ()  # tags of IFD0 to set, as ASCII values in UTF-8 without the NUL
    iptc: bytes | None = None  # the whole of the new IIM data sets
    xmp: bytes | None = None  # the whole new packet, with its wrapper
    block: bytes | None = None  # a whole EXIF block in place of the one there is; a TIFF has no place for one
    # What is private and shall go, bytes and all (metadata.private decides which):
    exif_without: frozenset[str] = frozenset()  # of `tiff_edit.PRIVATE`, and "thumbnail"
    photoshop_without: frozenset[int] = frozenset()  # resources, for example 0x040C, the thumbnail
    texts_without: frozenset[str] = frozenset()  # keys of text chunks or comments
