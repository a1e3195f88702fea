"""The whole chain: every manifest reachable from the active one, each with its own integrity (V1–V4, V8, V14).

The engine's state says nothing about ancestors, and its list of deltas holds only what differs from what the
next signer recorded. So each manifest gets the union of what was recorded about it, what the engine finds
today, and what we find ourselves; any failure there counts, and a success never makes up for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from provenance import terms
from provenance.container.model import RawManifest
from provenance.engine.read import Reading
from provenance.terms import Integrity, StatusLevel
from provenance.trust.model import Trust
from provenance.verification import ancestors
from provenance.verification.declared import Declared, declared, statuses
from provenance.verification.identities import about_identity, identities
from provenance.verification.model import Assertion, Ingredient, Manifest, Status
from provenance.verification.signers import signer
from provenance.verification.times import signed_time
from provenance.verification.values import assertion_of, items, manifest_of, reachable, table, text

NOT_VALIDATED = terms.OWN + "chain.signatureNotValidated"
NOT_REPORTED = terms.OWN + "chain.notReported"
UNREADABLE = terms.OWN + "chain.unreadable"
COMPRESSED = terms.OWN + "chain.compressed"
PADDING = terms.OWN + "coverage.padding"

# Failures that say nothing about the bytes: who the signer is, and when the certificate ran out, is judged apart.
_ABOUT_THE_SIGNER = frozenset({terms.SIGNER_UNTRUSTED, terms.SIGNER_EXPIRED, terms.SIGNER_REVOKED})
# What a signature says of an ancestor does not hold in this file.
_REFERENCE = frozenset(
    f"ingredient.{part}.{fault}" for part in ("manifest", "claimSignature") for fault in ("mismatch", "missing")
)
# Not broken, as far as anybody can tell: what would tell is not to be had here.
_UNTOLD = frozenset({NOT_VALIDATED, COMPRESSED})
_VALIDATED = frozenset({"claimSignature.validated", "ingredient.claimSignature.validated"})


@dataclass(frozen=True, slots=True)
class Chain:
    """The reachable manifests, active first."""

    manifests: tuple[Manifest, ...]
    unreachable: int

    @property
    def active(self) -> Manifest:
        return self.manifests[0]

    @property
    def intact(self) -> bool:
        """Whether every reachable manifest is intact and none that is referred to is missing."""
        # An ancestor whose certificate has run out since is still the bytes that were signed.
        holds = {Integrity.INTACT, Integrity.EXPIRED}
        return all(manifest.integrity in holds for manifest in self.manifests) and not any(
            ingredient.manifest and not ingredient.manifest_present
            for manifest in self.manifests
            for ingredient in manifest.ingredients
        )


def chain(
    raws: tuple[RawManifest, ...], reading: Reading, trust: Trust, now: datetime, own: Iterable[Status] = ()
) -> Chain:
    """Join what *raws* declare with what the engine and we found. The last of *raws* is the active manifest.

    Args:
        own: findings of ours about the active manifest, e.g. from coverage.
    """
    by_label = {raw.label: raw for raw in raws}
    active = raws[-1]
    statements = {label: declared(raw) for label, raw in by_label.items()}
    depths = reachable(active.label, {label: one.ingredients for label, one in statements.items()})
    evidence = _collect(active.label, reading, {label: statements[label] for label in depths}, set(by_label))
    evidence[active.label] += own
    redacted = {(manifest_of(uri), assertion_of(uri)) for label in depths for uri in statements[label].redacts}
    manifests = [
        _manifest(by_label[label], statements[label], evidence[label], depth, redacted, trust, now)
        for label, depth in sorted(depths.items(), key=lambda entry: entry[1])
    ]
    deltas = _ingredient_deltas(reading)
    present = set(by_label)
    manifests = [_with_ingredients(manifest, deltas, present) for manifest in manifests]
    return Chain(tuple(manifests), len(raws) - len(manifests))


# --- which manifests count -----------------------------------------------------------------------------------


# --- what is said about each -------------------------------------------------------------------------------------


def _collect(
    active: str, reading: Reading, statements: Mapping[str, Declared], present: set[str]
) -> dict[str, list[Status]]:
    """Return everything said about each manifest, from all over the store."""
    found: dict[str, list[Status]] = {label: [] for label in statements}
    for status in _engine_statuses(reading.results.get("activeManifest")):
        # The engine files under the active manifest what it finds anywhere on the way: both get it.
        found[active].append(status)
        other = manifest_of(status.where)
        if other in found and other != active:
            found[other].append(status)
    referred = _referred(statements)
    for uri, status in _deltas(reading):
        about = manifest_of(status.where)
        if about in found and about != active:
            found[about].append(status)
        elif status.level is StatusLevel.FAILURE:
            # It names a manifest that we did not reach, or none: no failure may get lost (V1).
            owners = (referred.get((manifest_of(uri), assertion_of(uri)), ""), manifest_of(uri), active)
            found[next(label for label in owners if label in found)].append(status)
    for label, said in statements.items():
        for ingredient in said.ingredients:
            for status in ingredient.recorded:
                about = manifest_of(status.where) or ingredient.manifest
                target = about if about in found else ingredient.manifest
                if target in found and target not in {active, label}:
                    found[target].append(status)
    for uri, status in _deltas(reading):
        if status.level is StatusLevel.FAILURE and (status.where == uri or status.code in _REFERENCE):
            # About the ancestor, and about who refers to it: the referring signature pins the ancestor's hash.
            owner = manifest_of(uri)
            for label in {referred.get((owner, assertion_of(uri)), ""), owner} & found.keys():
                found[label].append(status)
    for label in statements:
        if reading.labels and label not in reading.labels:
            # The engine drops a manifest that holds an assertion it cannot decode (V2).
            found[label].append(_ours(NOT_REPORTED, label, "the engine left this manifest out of its report"))
    return found


def _referred(statements: Mapping[str, Declared]) -> dict[tuple[str, str], str]:
    """Return (manifest, ingredient assertion) -> the manifest that it refers to."""
    return {
        (label, ingredient.assertion): ingredient.manifest
        for label, said in statements.items()
        for ingredient in said.ingredients
    }


def _deltas(reading: Reading) -> Iterator[tuple[str, Status]]:
    """Yield what the engine finds about ancestors, with the ingredient assertion on whose account it looked."""
    for delta in items(reading.results.get("ingredientDeltas")):
        uri = text(table(delta).get("ingredientAssertionURI"))
        for status in _engine_statuses(table(delta).get("validationDeltas")):
            yield uri, status


def _engine_statuses(part: Any) -> Iterator[Status]:
    for level in StatusLevel:
        yield from statuses(items(table(part).get(level.value)), level, by="engine")


def _ingredient_deltas(reading: Reading) -> dict[tuple[str, str], tuple[Status, ...]]:
    found: dict[tuple[str, str], tuple[Status, ...]] = {}
    for uri, status in _deltas(reading):
        key = (manifest_of(uri), assertion_of(uri))
        found[key] = (*found.get(key, ()), status)
    return found


# --- one manifest -----------------------------------------------------------------------------------------------


def _manifest(
    raw: RawManifest,
    said: Declared,
    collected: list[Status],
    depth: int,
    redacted: set[tuple[str, str]],
    trust: Trust,
    now: datetime,
) -> Manifest:
    everything = [*collected, *_own_findings(raw)]
    if depth > 0:
        everything += _ancestor_findings(
            raw, collected, frozenset(label for owner, label in redacted if owner == raw.label)
        )
    about_claim = [status for status in everything if not about_identity(status)]
    codes = frozenset(status.code for status in about_claim)
    failures = frozenset(status.code for status in about_claim if status.level is StatusLevel.FAILURE)
    time = signed_time(raw.signature, raw.claim_bytes, codes, trust, now)
    integrity = _integrity(failures)
    who = signer(raw.signature, time, failures, integrity, trust, now)
    if integrity is Integrity.INTACT and who.expired:
        integrity = Integrity.EXPIRED
    return Manifest(
        label=raw.label,
        integrity=integrity,
        signer=who,
        time=time,
        generator=said.generator,
        generator_version=said.generator_version,
        claim_version=said.claim_version,
        title=said.title,
        media_type=said.media_type,
        instance_id=said.instance_id,
        update=raw.update,
        all_actions_included=said.all_actions_included,
        actions=said.actions,
        ingredients=said.ingredients,
        permissions=said.permissions,
        identities=tuple(identities(raw, everything, trust, now)),
        authors=said.authors,
        statements=said.statements,
        credits=said.credits,
        stated=said.stated,
        assertions=tuple(_marked(raw.label, found, redacted) for found in said.assertions),
        disclosures=said.disclosures,
        hints=said.hints,
        redacts=said.redacts,
        redaction_reasons=said.redaction_reasons,
        statuses=_worth_keeping(everything),
        depth=depth,
    )


def _integrity(failures: frozenset[str]) -> Integrity:
    broken = failures - _ABOUT_THE_SIGNER
    if not broken:
        return Integrity.INTACT
    return Integrity.NOT_CHECKED if broken <= _UNTOLD else Integrity.ALTERED


def _own_findings(raw: RawManifest) -> Iterator[Status]:
    if raw.compressed:
        yield _ours(COMPRESSED, raw.label, "the manifest is compressed: what it says is not read here")
    for error in raw.errors:
        yield _ours(UNREADABLE, raw.label, error)
    for found in raw.assertions:
        if found.error:
            yield _ours(UNREADABLE, f"{raw.label}/{found.label}", found.error)
    for label in _undeclared(raw):
        yield _ours("assertion.undeclared", f"{raw.label}/{label}", "the claim does not name this assertion")
    if raw.signature.nonzero_padding:
        note = f"{raw.signature.nonzero_padding} bytes of signature padding are not zero"
        yield Status(PADDING, StatusLevel.INFORMATIONAL, raw.label, note, "ours")


def _ancestor_findings(raw: RawManifest, collected: list[Status], redacted: frozenset[str]) -> Iterator[Status]:
    """Yield what we find about an ancestor, and that nobody could check it (V4)."""
    if raw.compressed:
        return
    holds = ancestors.signature_holds(raw)
    yield from ancestors.faults(raw, redacted, holds=holds)
    codes = {status.code for status in collected if not about_identity(status)}
    if not codes & _VALIDATED or holds is None:
        yield _ours(NOT_VALIDATED, raw.label, "nothing shows that this manifest's signature holds")


def _undeclared(raw: RawManifest) -> list[str]:
    """Return the labels of assertion boxes that the claim does not name (C2PA 2.4 §15.10.2)."""
    lists = ("created_assertions", "gathered_assertions", "assertions")
    named = {assertion_of(reference) for key in lists for reference in items(raw.claim.get(key))}
    return [found.label for found in raw.assertions if raw.claim and found.label not in named]


def _ours(code: str, where: str, explanation: str) -> Status:
    return Status(code, StatusLevel.FAILURE, where, explanation, "ours")


def _marked(label: str, found: Assertion, redacted: set[tuple[str, str]]) -> Assertion:
    if found.kind == "missing" and (label, found.label) in redacted:
        return replace(found, kind="redacted")
    return found


def _with_ingredients(
    manifest: Manifest, deltas: Mapping[tuple[str, str], tuple[Status, ...]], present: set[str]
) -> Manifest:
    def joined(ingredient: Ingredient) -> Ingredient:
        return replace(
            ingredient,
            manifest_present=ingredient.manifest in present,
            recorded=_worth_keeping(ingredient.recorded),
            deltas=_worth_keeping(deltas.get((manifest.label, ingredient.assertion), ())),
        )

    return replace(manifest, ingredients=tuple(map(joined, manifest.ingredients)))


def _worth_keeping(statuses: Iterable[Status]) -> tuple[Status, ...]:
    """Return failures and notes, each once. A success is never evidence (V1)."""
    return tuple(dict.fromkeys(status for status in statuses if status.level is not StatusLevel.SUCCESS))
