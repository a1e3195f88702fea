"""One module a container: where EXIF, IPTC and XMP stand in it, and how they are put there without loss."""

from __future__ import annotations

from types import ModuleType

from provenance.container.model import Kind, Limits
from provenance.container.parts import Layout
from provenance.container.source import MalformedError, Source, StoppedError
from provenance.container.walk import lay_out
from provenance.errors import AssetError
from provenance.metadata.blocks import Blocks, Change
from provenance.metadata.carriers import gif, heif, held, jpeg, jxl, png, svg, tiff, webp
from provenance.metadata.edits import Edit

_EDITORS: dict[Kind, ModuleType] = {
    Kind.JPEG: jpeg,
    Kind.PNG: png,
    Kind.WEBP: webp,
    Kind.TIFF: tiff,
    Kind.DNG: tiff,
    Kind.AVIF: heif,
    Kind.HEIC: heif,
    Kind.HEIF: heif,
    Kind.GIF: gif,
    Kind.SVG: svg,
    Kind.JXL: jxl,
}
KINDS = frozenset(_EDITORS)  # whose metadata we read and edit


def find(source: Source, kind: Kind, layout: Layout, limits: Limits) -> Blocks:
    """Return the carriers of a file; for a kind that has none that we know, none."""
    editor = _EDITORS.get(kind)
    if editor is None:
        return Blocks()
    try:
        found: Blocks = editor.find(source, layout, limits)
    except (MalformedError, StoppedError) as problem:
        return Blocks(problems=(str(problem),))
    return found


def edits(source: Source, kind: Kind, change: Change, found: Blocks, limits: Limits) -> tuple[Edit, ...]:
    """Return the edits that make *change*, () if nothing changes.

    Raises:
        AssetError: if the file's structure does not allow it; nothing was changed.
    """
    if change == Change():
        return ()
    held.check_xmp(found, change)
    try:
        layout = lay_out(source, kind, limits, late=False)  # what stands before the scans is all that is edited
        made: tuple[Edit, ...] = _EDITORS[kind].place(source, layout, found, change, limits)
    except (MalformedError, StoppedError) as problem:
        raise AssetError("metadata", f"cannot be written ({problem})", "leave it out with --no-metadata") from problem
    return made
