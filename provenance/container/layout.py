"""One door to the walkers of all containers."""

from __future__ import annotations

from provenance.container import jpeg, png
from provenance.container.model import Kind, Limits
from provenance.container.parts import Layout
from provenance.container.source import Source


def lay_out(source: Source, kind: Kind, limits: Limits) -> Layout:
    """Return the parts of the file behind *source*, which is of *kind*.

    Raises:
        StoppedError: if a limit was reached, or the file holds a second manifest store.
    """
    if kind is Kind.JPEG:
        return jpeg.lay_out(source, limits)
    if kind is Kind.PNG:
        return png.lay_out(source, limits)
    return Layout(())
