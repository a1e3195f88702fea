"""A Verification in which nothing names anyone, so that no sentence, list or raw field of a report can.

Signers become "Signer A"; parts of the chain get numbers; titles, credits, free text, fingerprints and
addresses go; the file gets the name of an entry. Of everything else only words stay that stand in files of
everybody (`known_words`): a label, a source type or a tool is a place to put a name too. What was checked
and with what result stays, so the verdict is the same.
"""

from __future__ import annotations

from dataclasses import replace

from provenance.container.model import Kind
from provenance.declaration.kinds import AiKind
from provenance.metadata.evidence.signed import as_metadata, from_metadata
from provenance.report.blind_carriers import Values
from provenance.report.known_words import (
    WITHHELD,
    action,
    code,
    day,
    kind_of_source,
    program,
    standard_label,
    version,
    withheld,
    word,
)
from provenance.terms import Algorithm, Level, Mining, Relationship, Role, Use
from provenance.verification.model import (
    Action,
    Ai,
    Assertion,
    Certificate,
    Identity,
    Ingredient,
    ListInUse,
    Manifest,
    Permission,
    Range,
    Region,
    SignedTime,
    Signer,
    Statement,
    Status,
    Stop,
    TrustHit,
    Verification,
    VerifiedIdentity,
)

__all__ = ["WITHHELD", "blind"]

_BASES = frozenset({"entered", "recorded", "detected"})
_ANSWERS = frozenset({"yes", "no", "unknown"})
_EXTENTS = frozenset({"whole picture", "large part", "small part"})
_OVERSIGHTS = frozenset({"fully_autonomous", "prompt_guided", "human_validated"})
_REGIONS = frozenset({"spatial", "temporal", "textual", "identified", "frame"})
_STATEMENTS = frozenset({"no_generative_ai", "made", "history_dropped"})
_STATED = frozenset({"final", "process", "yes", "no", "true", "false"})
_MEDIA_TYPES = frozenset(kind.value for kind in Kind)
_IDENTITY_KINDS = frozenset({"cawg.x509.cose", "cawg.identity_claims_aggregation"})
_OUTCOMES = frozenset({"trusted", "well_formed", "revoked", "broken", "not_checked"})
_REASONS = frozenset(
    {"c2pa.PII.present", "c2pa.invalid.data", "c2pa.trade-secret.present", "c2pa.government.confidential"}
)
_PUBLIC_TIERS = frozenset({"c2pa", "tsa", "interim", "identity"})
_RELATIONSHIPS = frozenset(Relationship)
_LEGACY_ENTRIES = frozenset(entry.replace("cawg.", "c2pa.") for entry in Mining)


def blind(found: Verification, *, entry: str = "entry") -> Verification:
    """Return *found* without anything that names anyone, the name of the file included."""
    names = _Names(found)
    source = found.source
    return replace(
        found,
        name=entry,
        sha256="",
        active=names.manifest(found.active),
        manifests=tuple(_manifest(manifest, names) for manifest in found.manifests),
        source=replace(
            source,
            sidecar=withheld(source.sidecar),
            tried=(),
            others=(),
            remote_url="https://withheld" if source.remote_url else "",
        ),
        coverage=replace(
            found.coverage,
            excluded=tuple(map(_range, found.coverage.excluded)),
            unsigned=tuple(map(_range, found.coverage.unsigned)),
        ),
        stops=tuple(map(_stop, found.stops)),
        statuses=_statuses(found.statuses, names),
        environment=replace(found.environment, lists=tuple(map(_list, found.environment.lists))),
        carried=names.values.carried(found.carried),
        problem=f"limit reached: {found.stops[0].limit}" if found.stops else withheld(found.problem),
    )


class _Names:
    """Gives everybody and everything a name of its own, in the order of first sight."""

    def __init__(self, found: Verification) -> None:
        self._signers: dict[str, str] = {}
        self._manifests: dict[str, str] = {}
        self._assertions: dict[str, str] = {}
        self.values = Values(found)
        for manifest in found.manifests:  # the newest is A
            self.signer(manifest.signer)
            self.manifest(manifest.label)

    def signer(self, signer: Signer) -> str:
        """Return one name for one pin or certificate, so that "by the same signer" stays what it was."""
        pins = [hit.anchor_sha256 for hit in signer.hits if hit.level is Level.KNOWN and hit.anchor_sha256]
        key = pins[0] if pins else signer.leaf.sha256 if signer.leaf else ""
        return self._signers.setdefault(key, f"Signer {_letters(len(self._signers))}")

    def manifest(self, label: str) -> str:
        # Of one length, so that none is the beginning of another.
        return self._manifests.setdefault(label, f"part-{len(self._manifests) + 1:03}") if label else ""

    def assertion(self, label: str) -> str:
        if not label or standard_label(label):
            return label
        return self._assertions.setdefault(label, f"other-{len(self._assertions) + 1:03}")

    def uri(self, text: str) -> str:
        """Return a JUMBF URI or label with our names in it."""
        if text in self._manifests:
            return self._manifests[text]
        inside = next((name for label, name in self._manifests.items() if f"/{label}/" in f"{text}/"), "")
        last = self.assertion(text.rpartition("/")[2])
        if inside:
            return f"self#jumbf=/c2pa/{inside}/c2pa.assertions/{last}"
        return f"self#jumbf=c2pa.assertions/{last}" if "/" in text else withheld(text)


def _letters(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _manifest(found: Manifest, names: _Names) -> Manifest:
    return replace(
        found,
        label=names.manifest(found.label),
        signer=_signer(found.signer, names.signer(found.signer)),
        time=_time(found.time),
        generator=program(found.generator),
        generator_version=version(found.generator_version),
        title="",
        media_type=word(found.media_type, _MEDIA_TYPES),
        instance_id="",
        actions=tuple(_action(one, names) for one in found.actions),
        ingredients=tuple(_ingredient(one, names) for one in found.ingredients),
        permissions=tuple(_permission(one, names) for one in found.permissions),
        identities=tuple(_identity(one, names) for one in found.identities),
        authors=(),
        statements=tuple(_statement(one, names) for one in found.statements),
        credits=(),
        stated=names.values.stated(found),
        assertions=tuple(_assertion(one, names) for one in found.assertions),
        disclosures=tuple(map(_ai, found.disclosures)),
        hints=tuple((names.assertion(label), program(text)) for label, text in found.hints),
        redacts=tuple(map(names.uri, found.redacts)),
        redaction_reasons=tuple((names.uri(uri), word(reason, _REASONS)) for uri, reason in found.redaction_reasons),
        statuses=_statuses(found.statuses, names),
    )


def _signer(found: Signer, name: str) -> Signer:
    return replace(
        found,
        chain=tuple(_certificate(certificate, name) for certificate in found.chain),
        algorithm=word(found.algorithm, frozenset(Algorithm)),
        hits=tuple(_hit(hit, name) for hit in found.hits),
        withdrawn=withheld(found.withdrawn),  # the reader's own words
        product="",
    )


def _certificate(found: Certificate, name: str) -> Certificate:
    return replace(
        found,
        subject=f"CN={name}",
        issuer=f"CN={WITHHELD}",
        common_names=(name,),
        organizations=(),
        serial="",
        sha256="",
        not_before=day(found.not_before),
        not_after=day(found.not_after),
    )


def _hit(found: TrustHit, name: str) -> TrustHit:
    if found.level is Level.KNOWN:
        return TrustHit(found.level, name, "pin", day(found.date))
    called = found.name if found.tier in _PUBLIC_TIERS else WITHHELD
    return replace(found, name=called, date=day(found.date), next_update=day(found.next_update), anchor_sha256="")


def _list(found: ListInUse) -> ListInUse:
    return found if found.tier in _PUBLIC_TIERS else replace(found, name=WITHHELD, sha256="")


def _time(found: SignedTime) -> SignedTime:
    public = any(hit.tier in _PUBLIC_TIERS for hit in found.hits)
    return replace(
        found,
        value=day(found.value),
        authority=found.authority if public else withheld(found.authority),
        hits=tuple(_hit(hit, WITHHELD) for hit in found.hits),
        problem=code(found.problem),
    )


def _action(found: Action, names: _Names) -> Action:
    return replace(
        found,
        name=action(found.name),
        assertion=names.assertion(found.assertion),
        source_type=kind_of_source(found.source_type),
        source_type_raw=kind_of_source(found.source_type_raw),
        tool=program(found.tool),
        tool_version=version(found.tool_version),
        when=day(found.when),
        description="",
        reason=word(found.reason, _REASONS),
        regions=tuple(Region(word(region.kind, _REGIONS), "") for region in found.regions),
        ingredients=tuple(map(names.assertion, found.ingredients)),
        basis=word(found.basis, _BASES),
        ai=_ai(found.ai) if found.ai else None,
        parameters=(),
    )


def _ai(found: Ai) -> Ai:
    return Ai(
        kind=word(found.kind, frozenset(AiKind)),
        generative=word(found.generative, _ANSWERS),
        model=program(found.model),
        model_version=version(found.model_version),
        model_type=withheld(found.model_type),
        oversight=word(found.oversight, _OVERSIGHTS),
        extent=word(found.extent, _EXTENTS),
    )


def _permission(found: Permission, names: _Names) -> Permission:
    return replace(
        found,
        entry=word(found.entry, frozenset(Mining) | _LEGACY_ENTRIES),
        use=word(found.use, frozenset(Use)),
        # People put their address into the terms; that there are terms is kept.
        constraint=withheld(found.constraint),
        assertion=names.assertion(found.assertion),
    )


def _ingredient(found: Ingredient, names: _Names) -> Ingredient:
    return replace(
        found,
        assertion=names.assertion(found.assertion),
        relationship=word(found.relationship, _RELATIONSHIPS),
        manifest=names.manifest(found.manifest),
        title="",
        media_type=word(found.media_type, _MEDIA_TYPES),
        source_type=kind_of_source(found.source_type),
        recorded=_statuses(found.recorded, names),
        deltas=_statuses(found.deltas, names),
        metadata=_facts(found),
        ai=_ai(found.ai) if found.ai else None,
    )


def _facts(found: Ingredient) -> tuple[tuple[str, str], ...]:
    """Return what a working file tells: counts and days stay; its hash and the camera lead to somebody."""
    facts = from_metadata(found.metadata)
    if facts is None:
        return ()
    return tuple(as_metadata(replace(facts, sha256="", camera="", program=program(facts.program))).items())


def _identity(found: Identity, names: _Names) -> Identity:
    return replace(
        found,
        assertion=names.assertion(found.assertion),
        kind=word(found.kind, _IDENTITY_KINDS),
        outcome=word(found.outcome, _OUTCOMES),
        roles=tuple(word(role, frozenset(Role)) for role in found.roles),
        chain=tuple(_certificate(certificate, WITHHELD) for certificate in found.chain),
        hits=tuple(_hit(hit, WITHHELD) for hit in found.hits),
        issuer=withheld(found.issuer),
        verified=tuple(
            VerifiedIdentity(
                withheld(one.kind), withheld(one.name), withheld(one.username), verified_at=day(one.verified_at)
            )
            for one in found.verified
        ),
        referenced=tuple(map(names.assertion, found.referenced)),
        not_referenced=tuple(map(names.assertion, found.not_referenced)),
        statuses=_statuses(found.statuses, names),
    )


def _statement(found: Statement, names: _Names) -> Statement:
    value = found.value if found.value in _STATED else day(found.value) or withheld(found.value)
    return replace(found, kind=word(found.kind, _STATEMENTS), value=value, assertion=names.assertion(found.assertion))


def _assertion(found: Assertion, names: _Names) -> Assertion:
    return replace(found, label=names.assertion(found.label))


def _statuses(statuses: tuple[Status, ...], names: _Names) -> tuple[Status, ...]:
    # An explanation may quote a title, a path or a certificate.
    return tuple(
        replace(status, code=code(status.code), where=names.uri(status.where), explanation="") for status in statuses
    )


def _stop(found: Stop) -> Stop:
    return replace(found, found=found.found if found.found.isdecimal() else withheld(found.found))


def _range(found: Range) -> Range:
    return replace(found, what="")  # the kind of a box can be anything
