"""The PLUS flag (``plus:DataMining`` with ``plus:OtherConstraints``) as a statement about permissions.

It stands in XMP, which nobody signed, and in metadata assertions, where a signer states it. As in
`permissions.decide`: a refusal and terms count wherever they stand; what XMP allows counts as long as nothing says that
the file was altered, that permissions were taken out of it, or that not all of it could be read.
"""

from __future__ import annotations

from collections.abc import Iterator

from provenance.metadata.model import Carrier, Field, Value
from provenance.metadata.plus import CODES, canonical, effective, from_plus
from provenance.report.declared import PermissionSource
from provenance.report.names import name_signer, shown
from provenance.report.said import Who
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import TRAINING_MINING, TRAINING_MINING_LEGACY, Integrity, Level, Mining
from provenance.verification.model import Manifest, Verification
from provenance.verification.values import assertion_of, base

_PROJECTED = frozenset({TRAINING_MINING, TRAINING_MINING_LEGACY})  # their own entries were read already
_WHOLE = frozenset({Integrity.INTACT, Integrity.EXPIRED, Integrity.NO_CREDENTIALS})


def in_xmp(verification: Verification, say: Catalogue) -> Iterator[tuple[Mining, PermissionSource]]:
    """Yield what the flag in XMP says, entry by entry."""
    nobody = Who(name=say("report.who.nobody"), level=Level.UNVERIFIED)
    values = tuple(one for one in verification.carried.values if one.carrier is Carrier.XMP)
    yield from _said(values, nobody, say)


def in_manifest(manifest: Manifest, say: Catalogue) -> Iterator[tuple[Mining, PermissionSource]]:
    """Yield what the flag in a metadata assertion of *manifest* says."""
    values = tuple(one for one in manifest.stated if base(one.where.partition(" ")[0]) not in _PROJECTED)
    yield from _said(values, name_signer(manifest, say), say, manifest)


def leave_counts(verification: Verification) -> bool:
    """Whether what XMP allows counts, as far as nobody forbids it."""
    return (
        verification.integrity in _WHOLE and not verification.carried.problems and not permissions_removed(verification)
    )


def permissions_removed(verification: Verification) -> bool:
    """Whether an earlier statement about permissions was taken out of the credentials."""
    return any("training-mining" in assertion_of(uri) for one in verification.manifests for uri in one.redacts)


def plus_phrase(flag: str, say: Catalogue) -> Phrase:
    """Return what a value of ``plus:DataMining`` says, for people."""
    code = canonical(flag)
    return say(f"agreement.plus.{code}") if code in CODES else say("agreement.plus.unknown", text=code)


def _said(
    values: tuple[Value, ...], who: Who, say: Catalogue, manifest: Manifest | None = None
) -> Iterator[tuple[Mining, PermissionSource]]:
    flag, beside = (
        next((one for one in values if one.field is field and one.texts), None)
        for field in (Field.DATA_MINING, Field.OTHER_CONSTRAINTS)
    )
    found = flag or beside
    if found is None:
        return
    code, text = flag.texts[0] if flag else "", beside.texts[0] if beside else ""
    bare = from_plus(code)
    for entry, (use, terms) in from_plus(code, text).items():
        ours = bool(terms) and bare.get(entry) == (use, terms)  # the flag alone says so, in words of its standard
        yield (
            entry,
            PermissionSource(
                manifest=shown(manifest.label) if manifest else "",
                assertion=shown(found.where),
                who=who,
                use=shown(code or text),
                counts_as=effective(use, terms),
                constraint=shown(plus_phrase(code, say) if ours else terms),
                attributable=manifest.attributable if manifest else False,
                created=False,
                carrier=Carrier.MANIFEST if manifest else Carrier.XMP,
            ),
        )
