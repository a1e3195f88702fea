"""What must hold before a file is signed (security W7)."""

from __future__ import annotations

from typing import BinaryIO

from provenance.container import heif
from provenance.container.coverage import outside
from provenance.container.model import Kind, Limits
from provenance.container.parts import merged
from provenance.container.source import MalformedError, Source, StoppedError
from provenance.container.walk import lay_out

DEFAULT = Limits()
# What the hash of a BMFF file leaves out, by the specification or by the engine's default (F6).
_NOT_HASHED = frozenset({"ftyp", "mfra", "free", "skip", "C2PA"})


def exposed_before_signing(stream: BinaryIO, kind: Kind, limits: Limits = DEFAULT) -> str:
    """Return why a file must not be signed as it is, or "".

    It must not if picture data stand where no hash has to cover them, or if nobody can say where they stand.
    """
    if kind not in heif.KINDS:
        return ""
    source = Source(stream)
    try:
        layout = lay_out(source, kind, limits)
        hashed = merged(part.span for part in layout.parts if part.name not in _NOT_HASHED)
        if any(picture for _, picture in outside(source, layout, hashed, limits)):
            return "keeps picture data in a box that programs may overwrite"
    except (StoppedError, MalformedError) as problem:
        return f"is damaged: {problem}"
    return ""
