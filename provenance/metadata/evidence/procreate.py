"""Procreate: a zip archive whose ``Document.archive`` is a keyed archive of Apple's, a binary property list.

The format is not documented; keys that many readers agree on are taken, and nothing is guessed.
"""

from __future__ import annotations

import plistlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from provenance.container.source import MalformedError, Source
from provenance.metadata.evidence.layered import counted
from provenance.metadata.evidence.model import Facts, LayerKind
from provenance.metadata.evidence.text import whole
from provenance.metadata.evidence.zips import MANIFEST, archive

DOCUMENT = "Document.archive"
_LAYERS = 5_000
_SEGMENT = re.compile(r"video/segments/[^/]{1,100}\.mp4")
_SIZE = re.compile(r"\{(\d{1,6}), ?(\d{1,6})\}")
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})")


def procreate(base: Facts, source: Source, stream: BinaryIO) -> Facts:
    """Read a Procreate file."""
    with archive(source, stream) as file:
        segments = sum(1 for found in file.names if _SEGMENT.fullmatch(found))
        keyed = _Keyed(file.read(DOCUMENT))
        base = replace(base, own_manifest=MANIFEST in file.names)
    root = keyed.root
    size = _SIZE.fullmatch(keyed.text(root.get("size")))
    return replace(
        counted(base, keyed.layers()),
        width=int(size[1]) if size else None,
        height=int(size[2]) if size else None,
        seconds=whole(root.get("SilicaDocumentTrackedTimeKey")),
        strokes=whole(root.get("strokeCount")),
        program="Procreate",
        film_parts=segments or None,
        film_seconds=_clock(keyed.text(root.get("videoDuration"))) if segments else None,
    )


def _clock(text: str) -> int | None:
    """Return the seconds of "0:41" or "1:02:03"; Procreate writes words while it does not know."""
    found = _CLOCK.fullmatch(text)
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3]) if found else None


class _Keyed:
    """The objects of an ``NSKeyedArchiver``, which refer to each other by number."""

    def __init__(self, data: bytes) -> None:
        try:
            whole_list = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
        except (plistlib.InvalidFileException, ValueError, RecursionError, TypeError, KeyError, OverflowError) as exc:
            raise MalformedError(f"{DOCUMENT} is not a property list that can be read") from exc
        table = whole_list if isinstance(whole_list, dict) else {}
        objects = table.get("$objects")
        self._objects: list[Any] = objects if isinstance(objects, list) else []
        top = table.get("$top")
        self.root = self.table(top.get("root")) if isinstance(top, dict) else {}
        if not self.root:
            raise MalformedError(f"{DOCUMENT} describes no document")

    def _object(self, reference: Any) -> Any:
        if not isinstance(reference, plistlib.UID):
            return reference
        return self._objects[reference.data] if reference.data < len(self._objects) else None

    def table(self, reference: Any) -> dict[str, Any]:
        found = self._object(reference)
        return found if isinstance(found, dict) else {}

    def text(self, reference: Any) -> str:
        found = self._object(reference)
        return found if isinstance(found, str) else ""

    def layers(self) -> Iterator[LayerKind]:
        """Yield a kind for each layer and group below the root; each object once, so a circle ends."""
        queue = [self.root.get("layers")]
        seen: set[int] = set()
        found = 0
        while queue:
            members = self.table(queue.pop()).get("NS.objects")
            for member in members if isinstance(members, list) else ():
                if not isinstance(member, plistlib.UID) or member.data in seen:
                    continue
                seen.add(member.data)
                if (found := found + 1) > _LAYERS:
                    raise MalformedError(f"{DOCUMENT} names more than {_LAYERS} layers")
                below = self.table(member).get("children")
                yield LayerKind.PAINT if below is None else LayerKind.GROUP
                if below is not None:
                    queue.append(below)
