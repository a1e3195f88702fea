"""What changed between two steps of one file's chain.

Signer, time, steps, permissions and credit stand in the credentials of both. The picture and the metadata of an earlier
step do not: they are not known, and a small picture in an ingredient is not compared in their place.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from provenance.errors import AssetError
from provenance.plain import plain
from provenance.report.build import build
from provenance.report.difference import Aspect, Difference, difference
from provenance.report.model import Report
from provenance.report.pixels import Compared, Pixels
from provenance.verification.model import Manifest, Verification
from provenance.verification.steps import only_updates, parents, seen_at, step

# What became of either step stands in its sentence; what is said of a whole file's integrity is not said of a step.
NOT_KNOWN = (Aspect.METADATA, Aspect.PRIVATE, Aspect.TRACES)


def between_steps(found: Verification, first: str, second: str, *, language: str, now: datetime) -> Difference:
    """Return what differs between the steps *first* and *second* of a file: numbers, or labels of manifests.

    Raises:
        AssetError: if the file has no such step, or both are the same.
    """
    one, other = step(found, first), step(found, second)
    if one.label == other.label:
        raise AssetError(plain(found.name), "is asked for the same step twice", "name two steps")
    whole = build(found, language=language, now=now)
    sides = [_report(found, at, whole, now) for at in (one, other)]
    answer = difference(sides[0], sides[1], _pixels(found, one, other), not_compared=NOT_KNOWN)
    numbers = {manifest.label: str(number) for number, manifest in enumerate(parents(found))}
    became = {link.id: link.sentence.text for link in whole.chain}
    named = [
        replace(side, step=numbers.get(at.label, side.manifest), sentence=became.get(side.manifest, ""))
        for side, at in ((answer.first, one), (answer.second, other))
    ]
    changes = tuple(change for change in answer.changes if change.aspect is not Aspect.INTEGRITY)
    return replace(answer, first=named[0], second=named[1], changes=changes)


def _report(found: Verification, at: Manifest, whole: Report, now: datetime) -> Report:
    """Return the report of one step; its chain in the words of the whole file's."""
    report = build(seen_at(found, at), language=whole.language, now=now)
    words = {link.id: link for link in whole.chain}
    return replace(report, chain=tuple(replace(words.get(link.id, link), depth=link.depth) for link in report.chain))


def _pixels(found: Verification, one: Manifest, other: Manifest) -> Pixels:
    updates = only_updates(found, one, other) or only_updates(found, other, one)
    return Pixels(Compared.UPDATE if updates else Compared.NOT_HERE)
