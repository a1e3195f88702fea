"""Which boxes a ``c2pa.hash.bmff`` assertion leaves out (C2PA 2.4 §18.6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from provenance.container.bmff import C2PA_UUID
from provenance.container.model import Limits
from provenance.container.parts import Layout, Part, Span
from provenance.container.source import Counter, Source, over

_STANDARD = frozenset({"/ftyp", "/mfra", "/free", "/skip"})
_CHECKS = frozenset({"xpath", "length", "data", "subset", "version", "flags", "exact"})


@dataclass(slots=True)
class Excluded:
    """Runs that are left out: the usual boxes, and the rest."""

    standard: list[Span] = field(default_factory=list)
    beyond: list[Span] = field(default_factory=list)
    names: dict[Span, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)  # paths into boxes that are not told apart here


def excluded_boxes(source: Source, layout: Layout, data: dict[Any, Any], limits: Limits) -> Excluded:
    """Return what the exclusions in *data* match among the boxes at the top of the file."""
    found = Excluded()
    listed = data.get("exclusions", [])
    if not isinstance(listed, list):
        found.unknown.append("exclusions that cannot be read")
        return found
    if len(listed) > limits.boxes:
        raise over("boxes", limits.boxes, len(listed), "exclusions of a hash")
    counter = Counter(limits.chunks * 10, "boxes compared with exclusions")
    merkle = bool(data.get("merkle"))
    for entry in listed:
        path = entry.get("xpath") if isinstance(entry, dict) else None
        if not isinstance(path, str) or not path.startswith("/") or not set(entry) <= _CHECKS:
            found.unknown.append("an exclusion that cannot be read")
        elif path.count("/") > 1:
            if any(part.name == path.split("/")[1] for part in layout.parts):
                found.unknown.append(path[:100])
        else:
            _match(source, layout, entry, path, found, counter, merkle=merkle)
    return found


def _match(
    source: Source, layout: Layout, entry: dict[str, Any], path: str, found: Excluded, counter: Counter, *, merkle: bool
) -> None:
    for part in layout.parts:
        counter.one()
        name = "uuid" if part.name == "C2PA" else part.name
        if f"/{name}" != path or not _fits(source, part, entry):
            continue
        if part.name == "C2PA" or path in _STANDARD or (path == "/mdat" and merkle):
            found.standard.append(part.span)  # with a Merkle tree, `mdat` is hashed leaf by leaf
        elif path == "/uuid" and source.read(part.body.start, 16) == C2PA_UUID:
            found.standard.append(part.span)  # Merkle proofs
        else:
            for span in _subset(part, entry):
                found.beyond.append(span)
                found.names[span] = part.name


def _fits(source: Source, part: Part, entry: dict[str, Any]) -> bool:
    """Whether *part* meets the conditions of *entry*; what is not understood counts as met, the careful side."""
    length = entry.get("length")
    if type(length) is int and length != part.span.length:
        return False
    conditions = entry.get("data")
    for condition in conditions if isinstance(conditions, list) else ():
        offset, value = (condition.get("offset"), condition.get("value")) if isinstance(condition, dict) else (0, 0)
        if (
            type(offset) is int
            and isinstance(value, bytes)
            and (source.read(part.span.start + offset, len(value)) != value)
        ):
            return False
    return True


def _subset(part: Part, entry: dict[str, Any]) -> list[Span]:
    """Return the runs of *part* that *entry* leaves out: all of it, or the subset that it names."""
    subset = entry.get("subset")
    if not isinstance(subset, list) or not subset:
        return [part.span]
    spans = []
    for piece in subset:
        offset, length = (piece.get("offset"), piece.get("length")) if isinstance(piece, dict) else (None, None)
        if type(offset) is not int or type(length) is not int or offset < 0 or length < 0:
            return [part.span]
        start = min(part.span.start + offset, part.span.end)
        end = min(start + length, part.span.end) if length else part.span.end
        spans.append(Span(start, end - start))
    return [span for span in spans if span.length]
