"""Facts as they stand in a signed ingredient's ``metadata``, under our own names; the hash is one of them.

The engine stores no hash of a file whose format it does not know, so what binds the working file to the
signature is written here (C2PA 2.4 §ingredient: metadata, with reverse-domain names). Every value is a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from provenance.metadata.evidence.model import Facts, LayerCount, LayerKind, SourceKind
from provenance.metadata.evidence.text import day, name, whole
from provenance.terms import NAMESPACE

PREFIX = f"{NAMESPACE}.evidence."
_NUMBERS = ("size", "width", "height", "layers", "seconds", "cycles", "strokes", "film_seconds", "film_parts")
_SHA256 = r"[0-9a-f]{64}"
_COUNT = r"([a-z]{1,20}) (\d{1,9})"
_TEXTS: dict[str, Callable[[str], str]] = {"first": day, "last": day, "program": name, "camera": name}


def as_metadata(facts: Facts) -> dict[str, str]:
    """Return *facts* for an ingredient; what the file does not tell is left out."""
    said: dict[str, Any] = {"kind": facts.kind.value, "sha256": facts.sha256}
    said |= {key: getattr(facts, key) for key in _NUMBERS}
    said["layer_kinds"] = ", ".join(f"{one.kind.value} {one.count}" for one in facts.layer_kinds)
    said |= {key: getattr(facts, key) for key in _TEXTS}
    return {PREFIX + key: str(value) for key, value in said.items() if value not in (None, "")}


def from_metadata(pairs: Iterable[tuple[str, str]], media_type: str = "") -> Facts | None:
    """Return the facts among the *pairs* of a signed ingredient; None if it is no working file.

    A value that cannot be one is left out: whoever signed it may have written anything.
    """
    said = {key.removeprefix(PREFIX): value for key, value in pairs if key.startswith(PREFIX)}
    try:
        kind = SourceKind(said.get("kind", ""))
    except ValueError:
        return None
    values: dict[str, Any] = {key: whole(said.get(key)) for key in _NUMBERS}
    values |= {key: clean(said.get(key, "")) for key, clean in _TEXTS.items()}
    size = values.pop("size") or 0
    sha256 = said.get("sha256", "")
    return Facts(
        kind,
        media_type,
        size,
        sha256 if re.fullmatch(_SHA256, sha256) else "",
        layer_kinds=_counts(said.get("layer_kinds", "")),
        **values,
    )


def _counts(text: str) -> tuple[LayerCount, ...]:
    found = (re.fullmatch(_COUNT, entry) for entry in text[:400].split(", "))
    known = set(LayerKind)
    return tuple(LayerCount(LayerKind(one[1]), int(one[2])) for one in found if one and one[1] in known)
