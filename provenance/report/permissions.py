"""What may be done with the picture, as stated: per entry, over the whole chain, the strictest counts.

CAWG Training and Data Mining 1.1: a missing entry is no statement, and `constrained` without its terms
counts as `notAllowed`. A use that the standard does not know counts as `notAllowed` and is shown as it
stands (V12). Leave that cannot be attributed, or that only somebody earlier gave for a part, is no leave;
a refusal counts wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterator

from provenance.report.declared import Part, PermissionLine, PermissionSource
from provenance.report.ledger import parts_of
from provenance.report.names import name_signer, shown
from provenance.report.said import Said
from provenance.report.wording import Catalogue
from provenance.terms import Mining, Use
from provenance.verification.model import Permission, Verification

NOT_STATED = "not stated"
_STRICTEST_FIRST = (Use.NOT_ALLOWED, Use.CONSTRAINED, Use.ALLOWED)


def canonical(entry: str) -> str:
    """Return the entry's present name: the keys of C2PA 1.x are the same four under another prefix."""
    name = entry.strip()
    current = "cawg." + name.removeprefix("c2pa.")
    return current if name.startswith("c2pa.") and current in set(Mining) else name


def counts_as(permission: Permission) -> Use:
    """Return what a stated use counts as; anything unclear is a refusal."""
    if permission.use == Use.ALLOWED:
        return Use.ALLOWED
    if permission.use == Use.CONSTRAINED and permission.constraint.strip():
        return Use.CONSTRAINED
    return Use.NOT_ALLOWED


def permissions(verification: Verification, say: Catalogue) -> tuple[PermissionLine, ...]:
    """Return one line for each of the four entries, then for each entry of somebody's own."""
    found: dict[str, list[PermissionSource]] = {entry: [] for entry in Mining}
    giving: dict[str, list[PermissionSource]] = {}
    parts = parts_of(verification)
    for whole, entry, source in _sources(verification, parts, say):
        found.setdefault(entry, []).append(source)
        if source.counts_as == Use.NOT_ALLOWED or (whole and source.attributable):
            giving.setdefault(entry, []).append(source)
    return tuple(_line(entry, tuple(sources), giving.get(entry, []), say) for entry, sources in found.items())


def _sources(
    verification: Verification, parts: dict[str, Part], say: Catalogue
) -> Iterator[tuple[bool, str, PermissionSource]]:
    for manifest in verification.manifests:
        who = name_signer(manifest, say)
        for permission in manifest.permissions:
            source = PermissionSource(
                manifest=shown(manifest.label),
                assertion=shown(permission.assertion),
                who=who,
                use=shown(permission.use),
                counts_as=counts_as(permission),
                constraint=shown(permission.constraint),
                attributable=manifest.attributable,
                created=permission.created,
            )
            yield parts[manifest.label] is Part.WHOLE, shown(canonical(permission.entry)), source


def _line(
    entry: str, sources: tuple[PermissionSource, ...], counting: list[PermissionSource], say: Catalogue
) -> PermissionLine:
    strictest = next(
        (found for use in _STRICTEST_FIRST for found in counting if found.counts_as == use),
        None,
    )
    effective = strictest.counts_as if strictest else NOT_STATED
    constraint = "; ".join(
        dict.fromkeys(found.constraint for found in counting if found.counts_as == effective and found.constraint)
    )
    name_key = f"report.entry.{entry.removeprefix('cawg.')}"
    name = say(name_key) if say.has(name_key) else say("report.entry.other", name=entry)
    key = f"report.permission.{'not_stated' if strictest is None else strictest.counts_as}"
    return PermissionLine(
        entry=entry,
        name=name,
        effective=effective,
        sentence=Said(key, say(key, entry=name, terms=constraint, who=strictest.who.name if strictest else "")),
        constraint=constraint if effective == Use.CONSTRAINED else "",
        conflict=len({found.counts_as for found in sources}) > 1,
        sources=sources,
    )
