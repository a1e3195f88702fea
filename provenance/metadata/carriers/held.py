"""What stands in a file but could not be read is never written over."""

from __future__ import annotations

from provenance.errors import AssetError
from provenance.metadata.blocks import LEAVE, Blocks, Change


def check_xmp(found: Blocks, change: Change) -> None:
    """Check that XMP which is to be replaced was read: the new packet holds what the old one says.

    Raises:
        AssetError: if it was too large or damaged.
    """
    if change.xmp is not None and found.xmp is None and found.xmp_spans:
        raise AssetError("XMP", "stands in the file and cannot be read", LEAVE)
