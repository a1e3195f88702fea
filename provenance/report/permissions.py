"""What may be done with the picture, as stated: per entry, over the whole chain, the strictest counts.

CAWG Training and Data Mining 1.1: a missing entry is no statement, and `constrained` without its terms
counts as `notAllowed`. A use that the standard does not know counts as `notAllowed` and is shown as it
stands (V12). Leave that cannot be attributed, or that only somebody earlier gave for a part, is no leave;
a refusal counts wherever it stands: also in XMP (PLUS), which nobody signed. What XMP allows is shown as what it
is, and counts only where no credentials that do not hold could have said otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

from provenance.metadata.model import Carrier, Field, Value
from provenance.metadata.plus import CODES, effective, from_plus
from provenance.metadata.plus import canonical as canonical_plus
from provenance.report.declared import Part, PermissionLine, PermissionSource
from provenance.report.ledger import parts_of
from provenance.report.names import name_signer, shown
from provenance.report.said import Said, Who
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import Integrity, Level, Mining, Use
from provenance.verification.model import Permission, Verification

NOT_STATED = "not stated"
_NOWHERE = Value(Field.DATA_MINING, Carrier.XMP, (), "XMP")
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
    for whole, entry, source in (*_sources(verification, parts, say), *_embedded(verification, say)):
        found.setdefault(entry, []).append(source)
        if source.counts_as == Use.NOT_ALLOWED or (whole and (source.attributable or source.carrier is Carrier.XMP)):
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


def _embedded(verification: Verification, say: Catalogue) -> Iterator[tuple[bool, str, PermissionSource]]:
    """Yield what the PLUS flag in XMP says; nobody signed it, so it may forbid, and allows only what nobody forbids."""
    flag, beside = (
        next((one for one in verification.carried.values if (one.field, one.carrier) == (field, Carrier.XMP)), None)
        for field in (Field.DATA_MINING, Field.OTHER_CONSTRAINTS)
    )
    if flag is None and beside is None:
        return
    code, text = (found.texts[0] if found and found.texts else "" for found in (flag, beside))
    bare = from_plus(code)
    nobody = Who(name=say("report.who.nobody"), level=Level.UNVERIFIED)
    # In a file that was changed after signing, leave may be what was changed.
    counts = verification.integrity in {Integrity.INTACT, Integrity.NO_CREDENTIALS, Integrity.ELSEWHERE}
    for entry, (use, terms) in from_plus(code, text).items():
        ours = bool(terms) and bare.get(entry) == (use, terms)  # the flag alone says so, in words of its standard
        source = PermissionSource(
            manifest="",
            assertion=shown((flag or beside or _NOWHERE).where),
            who=nobody,
            use=shown(code or text),
            counts_as=effective(use, terms),
            constraint=shown(plus_phrase(code, say) if ours else terms),
            attributable=False,
            created=False,
            carrier=Carrier.XMP,
        )
        yield counts or source.counts_as == Use.CONSTRAINED, entry, source


def plus_phrase(flag: str, say: Catalogue) -> Phrase:
    """Return what a value of ``plus:DataMining`` says, for people."""
    code = canonical_plus(flag)
    key = f"agreement.plus.{code}"
    return say(key) if code in CODES else say("agreement.plus.unknown", text=code)


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
