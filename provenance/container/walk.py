"""One door to the walkers of all containers."""

from __future__ import annotations

from provenance.container import bmff, gif, jpeg, png, riff, svg, tiff
from provenance.container.model import Kind, Limits
from provenance.container.parts import Layout
from provenance.container.source import Source

_BOXES = frozenset({Kind.AVIF, Kind.HEIC, Kind.HEIF, Kind.JXL})


def lay_out(source: Source, kind: Kind, limits: Limits, *, whole: bool = False, late: bool = True) -> Layout:
    """Return the parts of the file behind *source*, which is of *kind*; none for a kind that carries no manifest.

    With *whole*, JPEG scans are read to their end and TIFF samples are located, which costs time. Without *late*, a
    manifest store behind the first scan of a JPEG is not looked for: for whoever knows that there is none.

    Raises:
        StoppedError: if a limit was reached, or the file holds a second manifest store.
    """
    match kind:
        case Kind.JPEG:
            return jpeg.lay_out(source, limits, whole=whole, late=late)
        case Kind.PNG:
            return png.lay_out(source, limits)
        case Kind.WEBP:
            return riff.lay_out(source, limits)
        case Kind.GIF:
            return gif.lay_out(source, limits)
        case Kind.TIFF | Kind.DNG:
            return tiff.lay_out(source, limits, whole=whole)
        case Kind.SVG:
            return svg.lay_out(source, limits)
        case _ if kind in _BOXES:
            return bmff.lay_out(source, kind, limits)
        case _:
            return Layout(())
