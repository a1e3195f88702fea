"""A naked JPEG XL codestream put into a container, without loss (ISO/IEC 18181-2): only so can it carry a manifest."""

from __future__ import annotations

import shutil
from typing import BinaryIO

from provenance.container.kinds import sniff
from provenance.container.model import Kind
from provenance.errors import AssetError

_SIGNATURE = b"\0\0\0\x0cJXL \r\n\x87\n"
_FILE_TYPE = b"\0\0\0\x14ftypjxl \0\0\0\0jxl "


def wrap(codestream: BinaryIO, out: BinaryIO) -> None:
    """Write the naked JPEG XL in *codestream* to *out*, in a container; its bytes stay as they are.

    Raises:
        AssetError: if *codestream* is anything else.
    """
    if sniff(codestream) is not Kind.JXL_NAKED:
        raise AssetError("wrap", "the picture is not a naked JPEG XL codestream")
    size = codestream.seek(0, 2) + 8
    out.write(_SIGNATURE + _FILE_TYPE)
    if size < 1 << 32:
        out.write(size.to_bytes(4, "big") + b"jxlc")
    else:
        out.write((1).to_bytes(4, "big") + b"jxlc" + (size + 8).to_bytes(8, "big"))
    codestream.seek(0)
    shutil.copyfileobj(codestream, out)
