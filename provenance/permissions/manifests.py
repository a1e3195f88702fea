"""What the credentials of a file say about permissions. Loads the engine: only for a file that has credentials.

A refusal and terms count wherever they stand: in broken credentials, of a part, by an unknown signer. A yes counts only
in credentials that are intact, about the whole picture; that its signer is unknown is enough, and is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from provenance import terms
from provenance.container.prescan import prescan_store
from provenance.metadata.plus import from_plus
from provenance.permissions.model import Channel, Discount, Source
from provenance.record import dataclass
from provenance.report.declared import Part
from provenance.report.ledger import parts_of
from provenance.report.names import name_signer, shown
from provenance.report.permissions import canonical, counts_as
from provenance.report.wording import Catalogue
from provenance.terms import Integrity, Mining, Use
from provenance.verification.check import check_bytes
from provenance.verification.model import Manifest, Verification
from provenance.verification.options import Options
from provenance.verification.people import permissions

_SAY = Catalogue()
_ENTRIES = {entry.value: entry for entry in Mining}
_HOLDS = {Integrity.INTACT, Integrity.EXPIRED}  # the bytes are the ones that were signed
_NONE = {Integrity.NO_CREDENTIALS, Integrity.ELSEWHERE}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What was found in them, and what they mean for a yes in the metadata of the same file."""

    integrity: Integrity
    sources: tuple[Source, ...] = ()
    discount: Discount = Discount.NONE
    problem: str = ""


def read(data: bytes, *, name: str, options: Options, sidecar: bytes = b"") -> Credentials:
    """Return what the credentials of the file *data* say. Nothing is raised for what stands in it."""
    verification = check_bytes(data, name=name, options=options, sidecar=sidecar or None)
    found = of(verification)
    if not verification.source.disagreement:
        return found
    return replace(found, sources=(*found.sources, *_beside(sidecar, options)))


def of(verification: Verification) -> Credentials:
    """Return the same of a file that was verified already."""
    removed = any(_is_permission(uri) for manifest in verification.manifests for uri in manifest.redacts)
    parts = parts_of(verification)
    sources = [
        source
        for manifest in verification.manifests
        for source in _stated(manifest, verification, whole=parts[manifest.label] is Part.WHOLE, removed=removed)
    ]
    integrity = verification.integrity
    discount = Discount.NONE if integrity in _HOLDS | _NONE else Discount.ALTERED
    if removed:
        discount = Discount.REMOVED
    return Credentials(integrity, tuple(sources), discount, verification.problem)


def _beside(sidecar: bytes, options: Options) -> Iterator[Source]:
    """Yield what a sidecar refuses that is not what the file holds: only the credentials in the file were checked."""
    for raw in prescan_store(sidecar, options.limits).manifests:
        for found in permissions(raw, frozenset()):
            entry, use = _ENTRIES.get(canonical(found.entry)), counts_as(found)
            if entry and use is not Use.ALLOWED:
                text = shown(found.constraint) if use is Use.CONSTRAINED else ""
                yield Source(
                    channel=Channel.MANIFEST,
                    where=f"sidecar {shown(found.assertion)}",
                    said=shown(found.use),
                    entry=entry,
                    use=use,
                    constraint=text,
                    signed=True,
                    signer=str(_SAY("report.who.nobody")),
                    integrity=Integrity.NOT_CHECKED,
                )


def _is_permission(uri: str) -> bool:
    return any(label in uri for label in (terms.TRAINING_MINING, terms.TRAINING_MINING_LEGACY))


def _stated(manifest: Manifest, verification: Verification, *, whole: bool, removed: bool) -> Iterator[Source]:
    who = name_signer(manifest, _SAY)
    integrity = manifest.integrity
    if manifest.depth == 0:  # a file that is not covered whole is not intact, though its signature holds
        integrity = verification.integrity
    discount = Discount.NONE
    if verification.integrity is not Integrity.INTACT or not manifest.attributable:
        discount = Discount.BROKEN
    elif not whole:
        discount = Discount.PART
    elif removed:
        discount = Discount.REMOVED
    for where, said, entry, use, constraint in _answers(manifest):
        yield Source(
            channel=Channel.MANIFEST,
            where=where,
            said=said,
            entry=entry,
            use=use,
            constraint=constraint,
            signed=True,
            signer=str(who.name),
            level=who.level,
            integrity=integrity,
            discount=discount if use is Use.ALLOWED else Discount.NONE,
        )


def _answers(manifest: Manifest) -> Iterator[tuple[str, str, Mining, Use, str]]:
    for found in manifest.permissions:
        entry = _ENTRIES.get(canonical(found.entry))
        if entry:
            use = counts_as(found)
            text = shown(found.constraint) if use is Use.CONSTRAINED else ""
            yield f"credentials {shown(found.assertion)}", shown(found.use), entry, use, text
    fields = {key.rpartition(":")[2]: text for key, text in manifest.credits if key.startswith("plus:")}
    value, other = fields.get("DataMining", ""), fields.get("OtherConstraints", "")
    for entry, (use, text) in from_plus(value, other).items():
        yield "credentials plus:DataMining", shown(value or other), entry, use, shown(text)
