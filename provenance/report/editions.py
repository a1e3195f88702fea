"""Editions of a report: for a blind jury, and for the entrant.

A blind edition is made from a Verification in which nothing names anyone any more, so that no sentence,
list or raw field of the report can: names become "Signer A", titles, credits, free text, fingerprints and
addresses go, the file gets the name of an entry. What is declared about steps, tools and permissions stays.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from provenance.terms import Level
from provenance.verification.model import (
    Action,
    Ai,
    Certificate,
    Identity,
    Ingredient,
    Manifest,
    Permission,
    Signer,
    Status,
    TrustHit,
    Verification,
)

WITHHELD = "withheld"


class Edition(StrEnum):
    """For whom a case file is made."""

    JUROR = "juror"
    ENTRANT = "entrant"  # without the reader's own names for people, and without room for notes


def blind(found: Verification, *, entry: str = "entry") -> Verification:
    """Return *found* without anything that names anyone, the name of the file included."""
    signers = _Names("Signer")
    labels = _Names("manifest")
    for manifest in found.manifests:  # in their order, so that the newest is A
        signers.of(_key(manifest.signer))
        labels.of(manifest.label)
    return replace(
        found,
        name=entry,
        sha256="",
        active=labels.of(found.active) if found.active else "",
        manifests=tuple(_manifest(manifest, signers, labels) for manifest in found.manifests),
        source=replace(
            found.source,
            sidecar=WITHHELD if found.source.sidecar else "",
            tried=(),
            remote_url="https://withheld" if found.source.remote_url else "",
        ),
        statuses=_statuses(found.statuses, labels),
        traces=tuple((where, WITHHELD) for where, _ in found.traces),
    )


def for_entrant(found: Verification) -> Verification:
    """Return *found* with the reader's own names for people taken out: how a jury calls somebody is its own affair."""

    def unnamed(hit: TrustHit) -> TrustHit:
        return replace(hit, name="") if hit.level is Level.KNOWN else hit

    return replace(
        found,
        manifests=tuple(
            replace(
                manifest,
                signer=replace(manifest.signer, hits=tuple(map(unnamed, manifest.signer.hits))),
                identities=tuple(
                    replace(identity, hits=tuple(map(unnamed, identity.hits))) for identity in manifest.identities
                ),
            )
            for manifest in found.manifests
        ),
    )


class _Names:
    """Gives each thing a name of its own, A, B, C … in the order of first sight."""

    def __init__(self, word: str) -> None:
        self._word = word
        self._known: dict[str, str] = {}

    def of(self, key: str) -> str:
        if key not in self._known:
            self._known[key] = f"{self._word} {_letters(len(self._known))}"
        return self._known[key]

    def known(self) -> dict[str, str]:
        return self._known


def _letters(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _key(signer: Signer) -> str:
    return signer.leaf.sha256 if signer.leaf else ""


def _manifest(manifest: Manifest, signers: _Names, labels: _Names) -> Manifest:
    name = signers.of(_key(manifest.signer))
    return replace(
        manifest,
        label=labels.of(manifest.label),
        signer=_signer(manifest.signer, name),
        title="",
        instance_id="",
        actions=tuple(map(_action, manifest.actions)),
        ingredients=tuple(_ingredient(ingredient, labels) for ingredient in manifest.ingredients),
        permissions=tuple(map(_permission, manifest.permissions)),
        identities=tuple(_identity(identity, labels) for identity in manifest.identities),
        authors=(),
        credits=(),
        hints=tuple((assertion, WITHHELD) for assertion, _ in manifest.hints),
        disclosures=tuple(map(_ai, manifest.disclosures)),
        redacts=tuple(_relabelled(uri, labels) for uri in manifest.redacts),
        redaction_reasons=tuple((_relabelled(uri, labels), reason) for uri, reason in manifest.redaction_reasons),
        statuses=_statuses(manifest.statuses, labels),
    )


def _signer(signer: Signer, name: str) -> Signer:
    return replace(
        signer,
        chain=tuple(_certificate(certificate, name) for certificate in signer.chain),
        hits=tuple(_hit(hit, name) for hit in signer.hits),
        product="",
    )


def _certificate(certificate: Certificate, name: str) -> Certificate:
    return replace(
        certificate,
        subject=f"CN={name}",
        issuer=f"CN={WITHHELD}",
        common_names=(name,),
        organizations=(),
        serial="",
        sha256="",
    )


def _hit(hit: TrustHit, name: str) -> TrustHit:
    return replace(hit, name=name if hit.level is Level.KNOWN else hit.name, anchor_sha256="")


def _action(action: Action) -> Action:
    return replace(
        action,
        description="",
        reason=action.reason if action.reason.startswith("c2pa.") else "",
        regions=tuple(replace(region, text="") for region in action.regions),
        ai=_ai(action.ai) if action.ai else None,
        parameters=(),
    )


def _ai(ai: Ai) -> Ai:
    return replace(ai, prompt="")


def _permission(permission: Permission) -> Permission:
    # The text of a condition is where people put their address; that there is one is kept.
    return replace(permission, constraint=WITHHELD if permission.constraint else "")


def _ingredient(ingredient: Ingredient, labels: _Names) -> Ingredient:
    return replace(
        ingredient,
        manifest=labels.of(ingredient.manifest) if ingredient.manifest else "",
        title="",
        recorded=_statuses(ingredient.recorded, labels),
        deltas=_statuses(ingredient.deltas, labels),
        metadata=(),
        ai=_ai(ingredient.ai) if ingredient.ai else None,
    )


def _identity(identity: Identity, labels: _Names) -> Identity:
    return replace(
        identity,
        chain=tuple(_certificate(certificate, WITHHELD) for certificate in identity.chain),
        hits=tuple(_hit(hit, WITHHELD) for hit in identity.hits),
        issuer=WITHHELD if identity.issuer else "",
        verified=tuple(
            replace(
                account, name=WITHHELD if account.name else "", username=WITHHELD if account.username else "", uri=""
            )
            for account in identity.verified
        ),
        statuses=_statuses(identity.statuses, labels),
    )


def _statuses(statuses: tuple[Status, ...], labels: _Names) -> tuple[Status, ...]:
    # An explanation may quote a title, a path or a certificate.
    return tuple(replace(status, where=_relabelled(status.where, labels), explanation="") for status in statuses)


def _relabelled(text: str, labels: _Names) -> str:
    for label, name in labels.known().items():
        if label in text:
            return text.replace(label, name.replace(" ", "-"))
    return "" if "self#jumbf=/c2pa/" in text else text
