"""The steps of one file's chain: the file as it is now is step 0, the picture it was made from step 1, and so on.

What is known of an earlier step is what its credentials state. Its picture and its metadata are not in the file, and
whether they were whole then is the word of whoever signed next.
"""

from __future__ import annotations

from dataclasses import replace

from provenance.errors import AssetError
from provenance.metadata.model import Metadata
from provenance.plain import plain
from provenance.terms import Integrity, Level
from provenance.verification.model import Coverage, Manifest, Verification
from provenance.verification.values import manifest_of, reachable

_HOLDS = frozenset({Integrity.INTACT, Integrity.EXPIRED})


def parents(found: Verification) -> tuple[Manifest, ...]:
    """Return the active manifest, its parent, that one's parent, as far as the file holds them; a circle ends it."""
    present = {manifest.label: manifest for manifest in found.manifests}
    line: dict[str, Manifest] = {}
    step = found.active_manifest
    while step is not None and step.label not in line:
        line[step.label] = step
        parent = next((one for one in step.ingredients if one.is_parent), None)
        step = present.get(parent.manifest) if parent else None
    return tuple(line.values())


def step(found: Verification, wanted: str) -> Manifest:
    """Return the step *wanted*: a number along the parents, or the label of any manifest in the chain.

    Raises:
        AssetError: if the file has no such step.
    """
    line, name = parents(found), plain(found.name)
    if found.integrity is Integrity.NOT_CHECKED:
        raise AssetError(name, f"could not be checked ({plain(found.problem)})")
    if not line:
        raise AssetError(name, "holds no credentials, so it has no steps", "name a second file to compare it with")
    if wanted.isascii() and wanted.isdigit() and int(wanted[:9]) < len(line):
        return line[int(wanted[:9])]
    by_label = next((manifest for manifest in found.manifests if manifest.label == wanted), None)
    if by_label is not None:
        return by_label
    if len(line) == 1:
        raise AssetError(name, f"holds one step only: {_why_no_more(line[0])}", "name a second file to compare it with")
    raise AssetError(
        name, f"has no step {plain(wanted)}", f"the steps are 0 to {len(line) - 1}; inspect shows the label of others"
    )


def _why_no_more(last: Manifest) -> str:
    parent = next((one for one in last.ingredients if one.is_parent), None)
    if parent is None:
        return "its credentials name no picture that it was made from"
    if parent.redacted:
        return "the credentials of the picture that it was made from were taken away"
    if parent.manifest:
        return "the credentials of the picture that it was made from are missing"
    return "the picture that it was made from had no credentials"


def seen_at(found: Verification, at: Manifest) -> Verification:
    """Return what *found* says of the step *at*: its manifest as the active one, and what that was made from.

    Nothing in it is about the picture or the metadata of that step: they are not known. What a later step took out
    counts as taken out: what stood there is not known either.
    """
    present = {manifest.label: manifest for manifest in found.manifests}
    depths = reachable(at.label, {label: one.ingredients for label, one in present.items()})
    reached = sorted(depths.items(), key=lambda entry: entry[1])
    later = tuple(uri for one in found.manifests if one.label not in depths for uri in one.redacts)
    taken = tuple(uri for uri in later if manifest_of(uri) in depths)
    present[at.label] = replace(at, redacts=(*at.redacts, *taken))
    manifests = tuple(replace(present[label], depth=depth) for label, depth in reached)
    now = at.label == found.active
    integrity = found.integrity if now else at.integrity
    missing = any(one.manifest and not one.manifest_present for manifest in manifests for one in manifest.ingredients)
    whole = all(manifest.integrity in _HOLDS for manifest in manifests) and not missing
    return replace(
        found,
        sha256=found.sha256 if now else "",
        integrity=integrity,
        level=at.signer.level if integrity is Integrity.INTACT else Level.UNVERIFIED,
        chain_intact=whole and integrity is Integrity.INTACT,
        active=at.label,
        manifests=manifests,
        unreachable=0,
        coverage=found.coverage if now else Coverage(),
        statuses=found.statuses if now else (),
        carried=Metadata(),
    )


def only_updates(found: Verification, newer: Manifest, older: Manifest) -> bool:
    """Whether every step from *newer* back to *older* is an intact update: those change credentials, no picture."""
    line = parents(found)
    labels = [manifest.label for manifest in line]
    if newer.label not in labels or older.label not in labels:
        return False
    between = line[labels.index(newer.label) : labels.index(older.label)]
    return bool(between) and all(manifest.update and manifest.attributable for manifest in between)
