"""Photoshop's resources as JPEG and TIFF hold them, and the IIM among them."""

from __future__ import annotations

from provenance.errors import AssetError
from provenance.metadata import photoshop
from provenance.metadata.blocks import MOST, Blocks, Change


def iptc(resources: bytes | None, problems: list[str]) -> bytes | None:
    """Return the IIM data sets among *resources*; resources that cannot be read are a problem."""
    if resources is None:
        return None
    try:
        return next((found.data for found in photoshop.read(resources) if found.id == photoshop.IPTC), None)
    except AssetError as problem:
        problems.append(str(problem))
        return None


def changed(found: Blocks, change: Change, *, add: bool) -> bytes | None:
    """Return the resources that *change* makes of those that were *found*; None where they stay, or there are none.

    Args:
        add: whether IIM has its place here, as in a JPEG. Photoshop itself puts it into its own tag of a TIFF, and
            only the digest of it among the resources.

    Raises:
        AssetError: if they cannot be read.
    """
    resources = found.photoshop
    if resources is None and found.photoshop_spans and (change.iptc is not None or change.photoshop_without):
        raise AssetError("Photoshop", f"is larger than the {MOST} bytes that are read", "write XMP and EXIF only")
    if change.iptc is not None:
        held = {one.id for one in photoshop.read(resources or b"")}
        if add or held & {photoshop.IPTC, photoshop.DIGEST}:
            resources = photoshop.with_iptc(resources, change.iptc)
        if not add and resources is not None:
            resources = photoshop.without(resources, {photoshop.IPTC, photoshop.DIGEST} - held)
    if resources is not None and change.photoshop_without:
        resources = photoshop.without(resources, change.photoshop_without)
    return resources if resources != found.photoshop else None
