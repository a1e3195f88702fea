"""What Samsung's phones put after the end of a JPEG: named entries behind a directory (ExifTool, Samsung.pm).

    …entries… SEFH version count (0 type distance length)… length of that SEFT

Each entry begins with its type, the length of its name and the name. Only the entries asked for are read.
"""

from __future__ import annotations

from collections.abc import Collection

from provenance.container.model import Kind
from provenance.container.source import Source

_DIRECTORY = 64 * 12 + 12  # bytes; 64 entries
_ENTRY = 256 * 1024  # bytes of one entry


def samsung(source: Source, kind: Kind, names: Collection[str]) -> dict[str, str]:
    """Return the entries of *names* that stand after the end of a JPEG, in Latin-1.

    Never raises for what stands in the file.
    """
    if kind is not Kind.JPEG or source.read(source.size - 4, 4) != b"SEFT":
        return {}
    length = int.from_bytes(source.read(source.size - 8, 4), "little")
    start = source.size - 8 - length
    directory = source.read(start, min(length, _DIRECTORY))
    if not directory.startswith(b"SEFH"):
        return {}
    found: dict[str, str] = {}
    for at in range(12, len(directory) - 11, 12):
        distance, size = (int.from_bytes(directory[at + skip : at + skip + 4], "little") for skip in (4, 8))
        entry = source.read(start - distance, min(size, _ENTRY))
        named = int.from_bytes(entry[4:8], "little")
        name = entry[8 : 8 + min(named, 64)].decode("latin-1")
        if name in names:
            found[name] = entry[8 + named :].decode("latin-1")
    return found
