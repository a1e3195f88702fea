"""What may be done with the picture, as stated: per entry, over the whole chain, the strictest counts.

CAWG Training and Data Mining 1.1: a missing entry is no statement, and `constrained` without its terms
counts as `notAllowed`. A use that the standard does not know counts as `notAllowed` and is shown as it
stands (V12). A refusal and terms count wherever they stand: in credentials that do not hold, about a part, in XMP,
which nobody signed (`flags`). Leave that cannot be attributed, that was given for a part only, or whose earlier
statement was taken out, is no leave. `permissions.decide` answers by the same rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from provenance.metadata.model import Carrier
from provenance.report.declared import Part, PermissionLine, PermissionSource
from provenance.report.flags import in_manifest, in_xmp, leave_counts, permissions_removed
from provenance.report.ledger import parts_of
from provenance.report.names import name_signer, shown
from provenance.report.said import Said
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import Mining, Use
from provenance.verification.model import Manifest, Permission, Verification

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
    for whole, entry, source in _sources(verification, say):
        found.setdefault(entry, []).append(source)
        if source.counts_as != Use.ALLOWED or whole:
            giving.setdefault(entry, []).append(source)
    return tuple(_line(entry, tuple(sources), giving.get(entry, []), say) for entry, sources in found.items())


def _sources(verification: Verification, say: Catalogue) -> Iterator[tuple[bool, str, PermissionSource]]:
    """Yield whether leave would count, the entry, and who says what."""
    parts, removed = parts_of(verification), permissions_removed(verification)
    for manifest in verification.manifests:
        counts = manifest.attributable and parts[manifest.label] is Part.WHOLE and not removed
        told: set[tuple[str, str]] = set()
        for entry, source in _stated(manifest, say):
            told.add((entry, source.counts_as))
            yield counts, entry, source
        for entry, source in in_manifest(manifest, say):
            if (entry, source.counts_as) not in told:  # what was stated already, in words of another standard
                yield counts, entry, source
    for entry, source in in_xmp(verification, say):
        yield leave_counts(verification), entry, source


def _stated(manifest: Manifest, say: Catalogue) -> Iterator[tuple[str, PermissionSource]]:
    who = name_signer(manifest, say)
    for permission in manifest.permissions:
        yield (
            shown(canonical(permission.entry)),
            PermissionSource(
                manifest=shown(manifest.label),
                assertion=shown(permission.assertion),
                who=who,
                use=shown(permission.use),
                counts_as=counts_as(permission),
                constraint=shown(permission.constraint),
                attributable=manifest.attributable,
                created=permission.created,
            ),
        )


def _line(
    entry: str, sources: tuple[PermissionSource, ...], counting: list[PermissionSource], say: Catalogue
) -> PermissionLine:
    strictest = next(
        (found for use in _STRICTEST_FIRST for found in counting if found.counts_as == use),
        None,
    )
    counted = strictest.counts_as if strictest else NOT_STATED
    same = [found for found in counting if found.counts_as == counted]
    # As long as anybody signed the same, it is theirs, and in their words.
    signed = [found for found in same if found.carrier is Carrier.MANIFEST]
    constraint = "; ".join(dict.fromkeys(found.constraint for found in signed or same if found.constraint))
    carrier = (signed or same)[0].carrier.value if same else ""
    name_key = f"report.entry.{entry.removeprefix('cawg.')}"
    name = say(name_key) if say.has(name_key) else say("report.entry.other", name=entry)
    key = f"report.permission.{'not_stated' if strictest is None else strictest.counts_as}"
    text = say(key, entry=name, terms=constraint, who=strictest.who.name if strictest else "")
    return PermissionLine(
        entry=entry,
        name=name,
        effective=counted,
        sentence=Said(key, with_carrier(text, carrier, say)),
        constraint=constraint if counted == Use.CONSTRAINED else "",
        conflict=len({found.counts_as for found in sources}) > 1,
        sources=sources,
        carrier=carrier,
    )


def with_carrier(sentence: str, carrier: str, say: Catalogue) -> Phrase:
    """Return *sentence*; where what counts stands in XMP only, with the remark that nobody signed it."""
    if carrier in {"", Carrier.MANIFEST}:
        return Phrase(sentence)
    return say("report.ledger.with", phrase=Phrase(sentence), extra=say("agreement.unsigned_permission"))


def source_sentence(source: PermissionSource, say: Catalogue) -> Phrase:
    """Return who says what, and where; of XMP only where."""
    key = "report.permission.source" if source.carrier is Carrier.MANIFEST else "agreement.permission_source"
    return say(key, who=source.who.name, use=source.use, assertion=source.assertion)
