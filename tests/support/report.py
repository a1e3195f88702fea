"""Verifications made by hand, one for each case that a report must word well."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from provenance.metadata.model import (
    Carrier,
    Field,
    Metadata,
    ModelRole,
    Trace,
    TraceKind,
    TraceStrength,
    UsedModel,
    Value,
)
from provenance.terms import (
    ACTIONS,
    ACTIONS_V1,
    C2PA_DST,
    DST,
    INGREDIENT,
    Integrity,
    Level,
    Mining,
    StatusLevel,
    TimeKind,
)
from provenance.verification.model import (
    Action,
    Ai,
    Assertion,
    Author,
    Certificate,
    Coverage,
    Environment,
    Identity,
    Ingredient,
    ListInUse,
    Manifest,
    Permission,
    Range,
    SignedTime,
    Signer,
    Source,
    Statement,
    Status,
    Stop,
    TrustHit,
    Verification,
    VerifiedIdentity,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EMPTY = C2PA_DST + "empty"
CREATED = ("c2pa.created", EMPTY)
DRAWN = ("c2pa.drawing", DST + "digitalCreation")
CROPPED = ("c2pa.cropped", DST + "humanEdits")
SHARPENED = ("c2pa.edited", DST + "algorithmicallyEnhanced")
GENERATED = ("c2pa.created", DST + "trainedAlgorithmicMedia")
AI_FILL = ("c2pa.edited", DST + "compositeWithTrainedAlgorithmicMedia")
CAPTURED = ("c2pa.created", DST + "digitalCapture")
OPENED = ("c2pa.opened", "")


def fingerprint(text: str) -> str:
    """The SHA-256 of *text* in hex, as of a certificate's bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def certificate(name: str = "nightjar", **changes: Any) -> Certificate:
    """A leaf certificate that calls its holder *name*."""
    digest = (name.encode().hex() + "0" * 64)[:64]
    fields: dict[str, Any] = {
        "subject": f"CN={name}",
        "issuer": f"CN={name} authority",
        "common_names": (name,),
        "organizations": (),
        "serial": "0f3a",
        "sha256": digest,
        "not_before": "2026-11-01T00:00:00+00:00",
        "not_after": "2031-11-01T00:00:00+00:00",
    }
    return Certificate(**{**fields, **changes})


def pinned(name: str = "nightjar", own_name: str = "Mika K.", **changes: Any) -> Signer:
    """A signer that the reader has pinned as *own_name*."""
    hit = TrustHit(Level.KNOWN, own_name, "pin", "2026-11-02", anchor_sha256=fingerprint(f"anchor of {name}"))
    return replace(Signer(Level.KNOWN, (certificate(name),), "es256", hits=(hit,)), **changes)


def listed(name: str = "Google LLC", tier: str = "c2pa") -> Signer:
    """A signer on a public list."""
    title = "C2PA trust list" if tier == "c2pa" else "C2PA interim trust list"
    hit = TrustHit(Level.LISTED, title, tier, "2026-10-20", "2027-01-20", fingerprint(f"anchor of {name}"))
    return Signer(Level.LISTED, (certificate(name),), "es256", hits=(hit,))


def stranger(name: str = "nightjar") -> Signer:
    """A signer that nobody knows."""
    return Signer(Level.INTACT, (certificate(name),), "es256")


def action(name: str, source_type: str = "", index: int = 0, **changes: Any) -> Action:
    """One action of ``c2pa.actions.v2``, the signer's own word."""
    fields: dict[str, Any] = {
        "name": name,
        "assertion": ACTIONS,
        "index": index,
        "created": True,
        "source_type": source_type.replace("https://cv", "http://cv"),
        "source_type_raw": source_type,
    }
    return Action(**{**fields, **changes})


def manifest(
    *steps: tuple[str, str] | Action,
    signer: Signer | None = None,
    label: str = "urn:c2pa:one",
    complete: bool | None = True,
    **changes: Any,
) -> Manifest:
    """A manifest that declares *steps*."""
    actions = tuple(
        step if isinstance(step, Action) else action(*step, index=index) for index, step in enumerate(steps)
    )
    labels = dict.fromkeys(found.assertion for found in actions)
    fields: dict[str, Any] = {
        "label": label,
        "integrity": Integrity.INTACT,
        "signer": signer or pinned(),
        "time": SignedTime(TimeKind.CLAIMED, "2026-11-22T10:03:00+00:00"),
        "generator": "provenance",
        "generator_version": "0.1.0",
        "actions": actions,
        "all_actions_included": complete,
        "assertions": tuple(Assertion(name, True, "cbor", 100) for name in labels),
    }
    return Manifest(**{**fields, **changes})


def parent(label: str, **changes: Any) -> Ingredient:
    """An ingredient assertion that names the earlier version *label*."""
    fields: dict[str, Any] = {
        "assertion": INGREDIENT,
        "relationship": "parentOf",
        "manifest": label,
        "manifest_present": bool(label),
    }
    return Ingredient(**{**fields, **changes})


def verification(*manifests: Manifest, **changes: Any) -> Verification:
    """What was found about ``piece.png``; integrity and level follow the active manifest."""
    active = manifests[0] if manifests else None
    fields: dict[str, Any] = {
        "name": "piece.png",
        "size": 1_234_567,
        "media_type": "image/png",
        "sha256": "ab" * 32,
        "integrity": active.integrity if active else Integrity.NO_CREDENTIALS,
        "level": active.signer.level if active and active.attributable else Level.UNVERIFIED,
        "chain_intact": bool(manifests) and all(_whole(found) for found in manifests),
        "active": active.label if active else "",
        "manifests": manifests,
        "source": Source("embedded" if active else "none", tried=() if active else ("piece.png.c2pa",)),
        "coverage": Coverage(checked=bool(active)),
        "environment": Environment(
            versions=(("provenance", "0.1.0"), ("c2pa-python", "0.38.1")),
            isolated=True,
            checked_at="2026-11-23T12:00:00+00:00",
            lists=(ListInUse("C2PA trust list", "c2pa", "2026-10-20", "2027-01-20", "cd" * 32),),
        ),
    }
    return Verification(**{**fields, **changes})


def _whole(found: Manifest) -> bool:
    missing = any(one.manifest and not one.manifest_present for one in found.ingredients)
    return found.integrity in {Integrity.INTACT, Integrity.EXPIRED} and not missing


def failure(code: str, explanation: str = "") -> Status:
    """A failure code of the engine's."""
    return Status(code, StatusLevel.FAILURE, "", explanation)


def permission(entry: str, use: str, constraint: str = "", **changes: Any) -> Permission:
    """One entry of ``cawg.training-mining``."""
    return replace(Permission(entry, use, constraint, "cawg.training-mining"), **changes)


NO_TRAINING = (
    permission(Mining.GENERATIVE_TRAINING, "notAllowed"),
    permission(Mining.TRAINING, "notAllowed"),
    permission(Mining.DATA_MINING, "constrained", "ask at nightjar.example/contact"),
    permission(Mining.INFERENCE, "allowed"),
)


def hand_drawn(**changes: Any) -> Verification:
    """Drawn by hand, complete, signed by somebody whom the reader knows."""
    one = manifest(
        action(*CREATED, tool="Krita", tool_version="5.2.6"),
        action(*DRAWN, 1, tool="Krita", tool_version="5.2.6"),
        CROPPED,
        permissions=NO_TRAINING,
        authors=(Author("Nightjar", "cawg.metadata", "https://nightjar.example", "dc:creator"),),
        credits=(("dc:rights", "© 2026 Nightjar"),),
        statements=(Statement("no_generative_ai", "final", "io.github.provenance-toolkit.statement", True),),
        title="Heron at dusk",
    )
    return verification(one, **changes)


def ai_edit_on_top() -> Verification:
    """A second person, whom nobody knows, edited the drawing using generative AI and said so."""
    below = replace(hand_drawn().manifests[0], depth=1, statements=())
    fill = action(
        *AI_FILL, 1, tool="Photoshop", tool_version="27.1", description="new sky",
        ai=Ai("inpainting", "yes", "Firefly", "4", extent="the sky"),
    )  # fmt: skip
    top = manifest(OPENED, fill, label="urn:c2pa:two", signer=stranger("rook"), ingredients=(parent(below.label),))
    return verification(top, below)


def altered() -> Verification:
    """One pixel changed after signing."""
    broken = replace(
        hand_drawn().manifests[0],
        integrity=Integrity.ALTERED,
        statuses=(failure("assertion.dataHash.mismatch", "asset hash error"),),
    )
    return verification(broken)


def framed() -> Verification:
    """A stranger signed a clean picture as "Midjourney" with a home-made key (people m5)."""
    return verification(manifest(action(*GENERATED, tool="Midjourney"), signer=stranger("Midjourney")))


def broken_ancestor() -> Verification:
    """The file is intact; the picture it was made from is not."""
    below = manifest(
        GENERATED, label="urn:c2pa:old", depth=1, integrity=Integrity.ALTERED, title="sketch",
        statuses=(failure("claimSignature.mismatch"),),
    )  # fmt: skip
    top = manifest(OPENED, CROPPED, ingredients=(parent(below.label, title="sketch"),))
    return verification(top, below)


def expired() -> Verification:
    """The certificate ran out, and no time stamp carries the signature."""
    signer = replace(
        stranger("ChatGPT"),
        level=Level.UNVERIFIED,
        expired=True,
        chain=(certificate("ChatGPT", not_after="2026-02-01T00:00:00+00:00"),),
    )
    old = manifest(
        action(*GENERATED, tool="GPT-4o"), signer=signer, integrity=Integrity.EXPIRED, complete=None,
        statuses=(failure("signingCredential.expired"), failure("signingCredential.untrusted")),
        time=SignedTime(TimeKind.NONE),
    )  # fmt: skip
    return verification(old)


def nothing() -> Verification:
    """No credentials at all."""
    return verification()


def remote_only() -> Verification:
    """Only an address."""
    source = Source("remote", remote_url="https://user:secret@cai.example/manifests/1?x=2")
    return verification(integrity=Integrity.ELSEWHERE, source=source)


def redacted_permission() -> Verification:
    """A later signer removed what an earlier one had stated about training."""
    below = replace(hand_drawn().manifests[0], depth=1, permissions=(), statements=())
    uri = f"self#jumbf=/c2pa/{below.label}/c2pa.assertions/cawg.training-mining"
    top = manifest(
        OPENED, label="urn:c2pa:two", signer=stranger("rook"), ingredients=(parent(below.label),), redacts=(uri,),
        redaction_reasons=((uri, "c2pa.invalid.data"),),
    )  # fmt: skip
    return verification(top, below)


def sidecar() -> Verification:
    """The credentials stand beside the file, and are not the ones inside."""
    source = Source("sidecar", sidecar="piece.png.c2pa", disagreement="intact: another active manifest")
    return hand_drawn(source=source)


def aggregated_identity() -> Verification:
    """An identity that an aggregator vouches for."""
    person = VerifiedIdentity(
        "cawg.social_media", username="nightjar", provider="Behance", verified_at="2026-05-03T00:00:00Z"
    )
    identity = Identity(
        "cawg.identity", "cawg.identity_claims_aggregation", "well_formed", ("cawg.creator",),
        issuer="did:web:connected-identities.example", verified=(person,), referenced=("c2pa.hash.data",),
        not_referenced=(ACTIONS,),
    )  # fmt: skip
    return verification(manifest(OPENED, signer=listed("Adobe Inc."), identities=(identity,), complete=None))


def legacy_hint() -> Verification:
    """Told only by Adobe's old assertion and by the program's name, as the first Firefly did."""
    old = manifest(
        action("c2pa.created", assertion=ACTIONS_V1, created=False), signer=stranger("Adobe Inc."), complete=None,
        claim_version=1, generator="Adobe Firefly", hints=(("com.adobe.generative-ai", "Adobe Firefly"),),
    )  # fmt: skip
    return verification(old)


def unsigned_trace() -> Verification:
    """No credentials, but a prompt in a text chunk."""
    found = Trace(
        "a1111", "AUTOMATIC1111", "PNG text parameters", TraceKind.GENERATION, TraceStrength.STRUCTURED,
        models=(UsedModel(ModelRole.CHECKPOINT, "dreamshaper_8"),), prompt_sha256="ab" * 32, version="v1.10.1",
    )  # fmt: skip
    return verification(carried=Metadata(traces=(found,)))


def stopped() -> Verification:
    """A limit was reached."""
    return verification(
        integrity=Integrity.NOT_CHECKED,
        problem="too many boxes",
        stops=(Stop("boxes", 4000, "90000"),),
    )


def uncovered() -> Verification:
    """Picture data that no hash covers."""
    one = replace(hand_drawn().manifests[0], integrity=Integrity.NOT_COVERED)
    found = Coverage(True, (Range(1000, 5000, "picture data"),), pixels_exposed=True)
    return verification(one, coverage=found)


def missing_ancestor() -> Verification:
    """An ingredient names credentials that are not in the file; another has none."""
    lost = parent("urn:c2pa:lost", manifest_present=False, title="base.psd")
    bare = parent("", relationship="componentOf", assertion=INGREDIENT + "__1", title="leaf.jpg")
    return verification(manifest(OPENED, ingredients=(lost, bare)))


def long_chain(length: int = 30) -> Verification:
    """Many signers on top of each other, one of whom used generative AI."""
    manifests = []
    for depth in range(length):
        label = f"urn:c2pa:{depth}"
        below = (parent(f"urn:c2pa:{depth + 1}"),) if depth < length - 1 else ()
        steps = [OPENED, CROPPED, SHARPENED] if below else [CAPTURED]
        if depth == length - 3:
            steps.append(AI_FILL)
        manifests.append(
            manifest(*steps, label=label, depth=depth, ingredients=below, signer=stranger(f"signer {depth}"))
        )
    return verification(*manifests)


HOSTILE = "<b>\x1b[2J\u202egnp.exe\u200b" + "ΑΒ" * 300


def hostile() -> Verification:
    """Attack strings in every field that a stranger fills."""
    one = manifest(
        action("c2pa.edited", HOSTILE, tool=HOSTILE, description=HOSTILE, when=HOSTILE),
        action(HOSTILE),
        signer=stranger(HOSTILE),
        title=HOSTILE,
        generator=HOSTILE,
        permissions=(permission(HOSTILE, HOSTILE, HOSTILE),),
        authors=(Author(HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
        credits=((HOSTILE, HOSTILE),),
        statements=(Statement(HOSTILE, HOSTILE, HOSTILE, True),),
        ingredients=(parent("", title=HOSTILE, relationship=HOSTILE),),
        identities=(Identity(HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), issuer=HOSTILE),),
        statuses=(failure(HOSTILE, HOSTILE),),
        hints=((HOSTILE, HOSTILE),),
        redacts=(HOSTILE,),
        time=SignedTime(TimeKind.CLAIMED, HOSTILE),
    )
    trace = Trace(
        HOSTILE, HOSTILE, HOSTILE, TraceKind.GENERATION, TraceStrength.CLEAR,
        models=(UsedModel(ModelRole.LORA, HOSTILE),), prompt_sha256=HOSTILE, says=HOSTILE, version=HOSTILE,
    )  # fmt: skip
    return verification(one, name=HOSTILE, carried=Metadata(traces=(trace,)))


def value(field: Field, carrier: Carrier, *texts: str) -> Value:
    """What *carrier* says in *field*; of the flag, the manifest's is what its training-mining assertion means."""
    where = f"{carrier.upper()} {field}"
    if carrier is Carrier.MANIFEST:
        where = "cawg.training-mining" if field is Field.DATA_MINING else f"cawg.metadata {field}"
    return Value(field, carrier, texts, where)


def carrying(found: Verification, *values: Value, **more: Any) -> Verification:
    """*found* with *values*, some stated by its active manifest, the others in the file."""
    stated = tuple(one for one in values if one.carrier is Carrier.MANIFEST)
    manifests = tuple(replace(one, stated=() if one.depth else stated) for one in found.manifests)
    carried = Metadata(tuple(one for one in values if one.carrier is not Carrier.MANIFEST), **more)
    return replace(found, manifests=manifests, carried=carried)


PLUS = "http://ns.useplus.org/ldf/vocab/"
CREDITED = (
    value(Field.CREATOR, Carrier.MANIFEST, "Mika"),
    value(Field.RIGHTS, Carrier.MANIFEST, "© 2026 Mika"),
    value(Field.DATA_MINING, Carrier.MANIFEST, PLUS + "DMI-PROHIBITED"),
    value(Field.SOURCE_TYPE, Carrier.MANIFEST, EMPTY),
)


def credit_changed() -> Verification:
    """Creator and flag were changed in XMP after signing; EXIF and IPTC were left."""
    return carrying(
        altered(),
        *CREDITED,
        value(Field.CREATOR, Carrier.XMP, "Mallory"),
        value(Field.CREATOR, Carrier.EXIF, "Mika"),
        value(Field.RIGHTS, Carrier.IPTC, "© 2026 Mika"),
        value(Field.DATA_MINING, Carrier.XMP, PLUS + "DMI-ALLOWED"),
        value(Field.TITLE, Carrier.XMP, "Heron"),
        writer="XMP Core 6.0.0",
        written="2026-11-24T08:00:00+00:00",
    )


def credit_agrees() -> Verification:
    """Every carrier says the same, IPTC as much of it as it can hold."""
    long = "The Nightjar Society of Pictures of Herons"
    return carrying(
        hand_drawn(),
        *CREDITED[2:],
        value(Field.CREATOR, Carrier.MANIFEST, "Mika"),
        value(Field.CREDIT, Carrier.MANIFEST, long),
        value(Field.CREATOR, Carrier.XMP, "Mika"),
        value(Field.CREDIT, Carrier.IPTC, long[:32]),
        value(Field.DATA_MINING, Carrier.XMP, PLUS + "DMI-PROHIBITED"),
        value(Field.DESCRIPTION, Carrier.EXIF, "a heron at dusk"),
        value(Field.AI_PROMPT_WRITER, Carrier.MANIFEST, "Mika"),
    )


def credit_against_steps() -> Verification:
    """Drawn by hand, says the signer; generated, says XMP under the same signature."""
    generated = value(Field.SOURCE_TYPE, Carrier.XMP, DST + "trainedAlgorithmicMedia")
    return carrying(hand_drawn(), *CREDITED[2:], generated, value(Field.AI_SYSTEM, Carrier.XMP, "Firefly"))


def credit_unsigned() -> Verification:
    """No credentials; XMP forbids data mining, and names another creator than EXIF."""
    return carrying(
        nothing(),
        value(Field.CREATOR, Carrier.XMP, "Mika"),
        value(Field.CREATOR, Carrier.EXIF, "Mallory"),
        value(Field.DATA_MINING, Carrier.XMP, PLUS + "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING"),
        value(Field.AI_SYSTEM, Carrier.XMP, "Firefly"),
        writer="Some Editor 2",
    )


CASES = {
    "hand drawn": hand_drawn,
    "ai edit on top": ai_edit_on_top,
    "altered": altered,
    "framed": framed,
    "broken ancestor": broken_ancestor,
    "expired": expired,
    "nothing": nothing,
    "remote only": remote_only,
    "redacted permission": redacted_permission,
    "sidecar": sidecar,
    "aggregated identity": aggregated_identity,
    "legacy hint": legacy_hint,
    "unsigned trace": unsigned_trace,
    "stopped": stopped,
    "uncovered": uncovered,
    "missing ancestor": missing_ancestor,
    "long chain": long_chain,
    "credit changed": credit_changed,
    "credit agrees": credit_agrees,
    "credit against steps": credit_against_steps,
    "credit unsigned": credit_unsigned,
    "hostile": hostile,
}
