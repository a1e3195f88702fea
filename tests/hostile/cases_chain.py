"""B, FL: ancestors, honest and not, and what a later signer may remove."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from provenance.report.build import build
from provenance.report.declared import Answer
from provenance.terms import AiUse, Integrity, Level
from provenance.verification.model import Verification
from tests.hostile.case import Case
from tests.hostile.certs import stranger
from tests.hostile.forge import (
    DRAWN,
    GENERATED,
    Assertion,
    Forged,
    Spec,
    actions,
    child,
    forge,
    ingredient,
    mining,
    opened,
    results,
)
from tests.hostile.pictures import picture
from tests.support.container import chunk

INTACT, ALTERED = Integrity.INTACT, Integrity.ALTERED
LISTED, UNKNOWN, UNVERIFIED = Level.LISTED, Level.INTACT, Level.UNVERIFIED
MINING = "cawg.training-mining"


@cache
def _parent() -> Forged:
    return forge(Spec([actions(), Assertion(MINING, mining(ai_training="notAllowed"))]))


def _flip(found: Forged, what: bytes) -> Forged:
    """Change one byte of *found*'s own manifest, in the bytes *what*."""
    box = found.boxes[-1]
    at = box.index(what) + len(what) - 1
    changed = box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :]
    return Forged(found.data, (*found.boxes[:-1], changed), found.labels)


def _bad_signature() -> Forged:
    return forge(Spec(signature=lambda found: bytes([found[0] ^ 1]) + found[1:]))


def _of(parent: Any, *failures: str, **more: Any) -> Any:
    """A child of *parent*; *failures* are what its ingredient assertion admits."""
    return lambda: child(parent(), recorded=results(*failures), **more).data


def _disguised(parent: Callable[[], Forged], code: str, level: str, *, deep: bool = False) -> Callable[[], bytes]:
    """A child that records *parent*'s failure *code* among what is no failure, where the engine takes it for known."""

    def build() -> bytes:
        found = parent()
        part = "c2pa.signature" if code.startswith("claim") else "c2pa.assertions/org.example.note"
        entry = {"code": code, "url": f"self#jumbf=/c2pa/{found.label}/{part}"}
        recorded = results()
        lists: dict[str, list[dict[str, str]]] = {"success": [], "informational": [], "failure": []}
        if deep:
            uri = f"self#jumbf=/c2pa/{found.label}/c2pa.assertions/c2pa.ingredient.v3"
            delta = {"ingredientAssertionURI": uri, "validationDeltas": lists | {level: [entry]}}
            recorded["ingredientDeltas"] = [delta]
        else:
            recorded["activeManifest"][level].append(entry)
        return child(found, recorded=recorded).data

    return build


def _edited_parent() -> Forged:
    return _flip(_parent(), b"notAllowed")


def _edited_before() -> Forged:
    """The assertion was edited before the child was signed, so the hash of the manifest box holds."""
    note = Assertion("org.example.note", {"text": "x"}, wrong_hash=True)
    return forge(Spec([actions(), note]))


def _edited_after() -> bytes:
    """The parent's manifest is edited after the child was signed."""
    made = child(_parent())
    return made.data.replace(b"notAllowed", b"notallowed", 1)


def _edited_after_admitted() -> bytes:
    made = child(_parent(), recorded=results("assertion.hashedURI.mismatch", "ingredient.manifest.mismatch"))
    return made.data.replace(b"notAllowed", b"notallowed", 1)


def _missing() -> bytes:
    link = ingredient(_parent())
    return forge(Spec([opened(link), link])).data


def _missing_admitted() -> bytes:
    link = ingredient(_parent(), recorded=results("ingredient.manifest.missing"))
    return forge(Spec([opened(link), link])).data


def _deep(oldest: Forged, *failures: str) -> bytes:
    middle = child(oldest, recorded=results(*failures))
    return child(child(middle)).data


def _component_broken() -> bytes:
    part = _bad_signature()
    link = ingredient(part, "componentOf", recorded=results("claimSignature.mismatch"))
    placed = {"action": "c2pa.placed", "parameters": {"ingredients": [link.reference()]}}
    first = {"action": "c2pa.created", "digitalSourceType": DRAWN}
    return forge(Spec([actions(first, placed), link]), others=[part]).data


def _not_recorded() -> bytes:
    link = ingredient(
        _parent(), validationResults={"activeManifest": {"success": [], "informational": [], "failure": []}}
    )
    return forge(Spec([opened(link), link]), others=[_parent()]).data


def _no_results() -> bytes:
    link = ingredient(_parent(), validationResults=None)
    return forge(Spec([opened(link), link]), others=[_parent()]).data


def _redacting(label: str, reason: bool = True, **more: Any) -> bytes:
    """A child that redacts *label* from its parent."""
    parent = _parent()
    kept = [found for found in (actions(), Assertion(MINING, mining(ai_training="notAllowed"))) if found.label != label]
    uri = f"self#jumbf=/c2pa/{parent.label}/c2pa.assertions/{label}"
    gone = _without(parent, label, kept)
    link = ingredient(gone)
    steps = [{"action": "c2pa.opened", "parameters": {"ingredients": [link.reference()]}}]
    if reason:
        steps.append({"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": uri}})
    return forge(Spec([actions(*steps), link], redacts=[uri], **more), others=[gone]).data


def redacted_input() -> bytes:
    """A later signer takes a generated input out of the history of a picture that was declared complete."""
    made = forge(Spec([actions({"action": "c2pa.created", "digitalSourceType": GENERATED})]))
    link = ingredient(made, "inputTo")
    drawn = actions({"action": "c2pa.created", "digitalSourceType": DRAWN}, allActionsIncluded=True)
    parent = forge(Spec([drawn, link]), others=[made])
    gone = _without(Forged(parent.data, parent.boxes[-1:], parent.labels[-1:]), link.label, [])
    uri = f"self#jumbf=/c2pa/{parent.label}/c2pa.assertions/{link.label}"
    again = ingredient(gone)
    steps = actions(
        {"action": "c2pa.opened", "parameters": {"ingredients": [again.reference()]}},
        {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": uri}},
        allActionsIncluded=True,
    )
    return forge(Spec([steps, again], redacts=[uri]), others=[gone]).data


def _without(parent: Forged, label: str, kept: list[Assertion]) -> Forged:
    """Cut the assertion box *label* out of *parent*'s manifest and mend the lengths around it."""
    whole = parent.boxes[-1]
    at = whole.index(b"jumdcbor", 8)
    start = whole.index(label.encode() + b"\0")
    at = whole.rindex(b"jumb", 0, start) - 4
    size = int.from_bytes(whole[at : at + 4], "big")
    shorter = bytearray(whole[:at] + whole[at + size :])
    store_at = shorter.index(b"c2pa.assertions\0")
    store_at = shorter.rindex(b"jumb", 0, store_at) - 4
    for place in (0, store_at):
        length = int.from_bytes(shorter[place : place + 4], "big") - size
        shorter[place : place + 4] = length.to_bytes(4, "big")
    return Forged(parent.data, (*parent.boxes[:-1], bytes(shorter)), parent.labels)


def _update(**spec: Any) -> bytes:
    link = ingredient(_parent())
    return forge(Spec([opened(link), link], update=True, **spec), others=[_parent()]).data


def _two_parents() -> bytes:
    first, second = _parent(), forge(asset=picture(shift=4))
    links = [ingredient(first), ingredient(second, label="c2pa.ingredient.v3__1")]
    return forge(Spec([opened(links[0]), *links]), others=[first, second]).data


def _cycle() -> bytes:
    """Two manifests that name each other: hashes cannot hold, and the walk must end."""
    first_label = "urn:c2pa:11111111-1111-4111-8111-111111111111"
    ghost = Forged(b"", (_parent().boxes[-1],), ("urn:c2pa:22222222-2222-4222-8222-222222222222",))
    back = ingredient(ghost)
    first = forge(Spec([opened(back), back], label=first_label))
    link = ingredient(first)
    return forge(Spec([opened(link), link], label=ghost.label), others=[first]).data


def _names(code: str) -> Any:
    return lambda found: any(status.code == code for manifest in found.manifests[1:] for status in manifest.statuses)


def _ancestor_is(integrity: Integrity) -> Any:
    return lambda found: found.manifests[-1].integrity is integrity


def _reads_as(found: Verification, use: AiUse) -> bool:
    report = build(found, now=datetime.now(UTC))
    origins = {one.met for profile in report.profiles for one in profile.conditions if one.id == "known_origin"}
    return report.ai_use is use and origins == {Answer.CANNOT_TELL}


CHAIN = {
    "parent_good": Case("B", "a good parent", lambda: child(_parent()).data, INTACT, LISTED, chain=True,
        check=lambda v: len(v.manifests) == 2),
    "parent_stranger": Case("B", "the parent's signer is not known", _of(lambda: forge(Spec(signer=stranger()))),
        INTACT, LISTED, chain=True,
        check=lambda v: v.manifests[1].signer.level is Level.INTACT),
    "parent_signature": Case("B", "the parent's signature is broken", _of(_bad_signature), INTACT, LISTED,
        ("claimSignature.mismatch",), chain=False,
        check=_ancestor_is(ALTERED)),
    "parent_signature_admitted": Case("B", "the same, and the ingredient assertion admits it in advance",
        _of(_bad_signature, "claimSignature.mismatch"),
        INTACT, LISTED, ("claimSignature.mismatch",), chain=False, check=_ancestor_is(ALTERED)),
    "parent_assertion": Case("B", "an assertion of the parent was edited before", _of(_edited_before), INTACT, LISTED,
        ("assertion.hashedURI.mismatch",), chain=False,
        check=_ancestor_is(ALTERED)),
    "parent_assertion_admitted": Case("B", "the same, admitted in advance", _of(_edited_before,
        "assertion.hashedURI.mismatch"), INTACT, LISTED,
        ("assertion.hashedURI.mismatch",), chain=False, check=_ancestor_is(ALTERED)),
    "parent_signature_as_success": Case("B", "the parent's signature is broken, recorded among the successes",
        _disguised(_bad_signature, "claimSignature.mismatch", "success"), INTACT, LISTED, ("claimSignature.mismatch",),
        chain=False, check=_ancestor_is(ALTERED)),
    "parent_signature_as_note": Case("B", "the same, among the notes",
        _disguised(_bad_signature, "claimSignature.mismatch", "informational"), INTACT, LISTED,
        ("claimSignature.mismatch",), chain=False, check=_ancestor_is(ALTERED)),
    "parent_signature_as_delta": Case("B", "the same, as if another manifest had been looked at",
        _disguised(_bad_signature, "claimSignature.mismatch", "success", deep=True), INTACT, LISTED,
        ("claimSignature.mismatch",), chain=False, check=_ancestor_is(ALTERED)),
    "parent_assertion_as_success": Case("B", "an edited assertion of the parent, recorded among the successes",
        _disguised(_edited_before, "assertion.hashedURI.mismatch", "success"), INTACT, LISTED,
        ("assertion.hashedURI.mismatch",), chain=False, check=_ancestor_is(ALTERED)),
    "parent_edited_after": Case("B", "the parent's manifest was edited in the final file", _edited_after, ALTERED,
        UNVERIFIED, chain=False),
    "parent_edited_after_admitted": Case("B", "the same, admitted in advance", _edited_after_admitted, ALTERED,
        UNVERIFIED, chain=False),
    "parent_missing": Case("B", "the parent's manifest is not there", _missing, ALTERED, UNVERIFIED,
        ("ingredient.manifest.missing",), chain=False),
    "parent_missing_admitted": Case("B", "the same, admitted in advance", _missing_admitted, ALTERED, UNVERIFIED,
        ("ingredient.manifest.missing",), chain=False),
    "parent_pixels": Case("B", "the parent's picture had been altered before", _of(_parent,
        "assertion.dataHash.mismatch"), INTACT, LISTED,
        ("assertion.dataHash.mismatch",), chain=False, check=_ancestor_is(ALTERED)),
    "component_signature": Case("B", "a component's signature is broken, admitted in advance", _component_broken,
        INTACT, LISTED,
        ("claimSignature.mismatch",), chain=False, check=_ancestor_is(ALTERED)),
    "deep_signature": Case("B", "three levels down, a signature is broken, admitted in advance",
        lambda: _deep(_bad_signature(), "claimSignature.mismatch"), INTACT, LISTED, ("claimSignature.mismatch",),
        chain=False, check=_ancestor_is(ALTERED)),
    "deep_pixels": Case("B", "three levels down, the picture had been altered", lambda: _deep(_parent(),
        "assertion.dataHash.mismatch"), INTACT, LISTED,
        ("assertion.dataHash.mismatch",), chain=False),
    "results_empty": Case("B", "the ingredient assertion records nothing", _not_recorded, INTACT, LISTED),
    "results_absent": Case("B", "the ingredient assertion has no results", _no_results, ALTERED, UNVERIFIED),
    "two_parents": Case("B", "two parents", _two_parents, ALTERED, UNVERIFIED, ("manifest.multipleParents",)),
    "cycle": Case("B", "two manifests name each other", _cycle, ALTERED, UNVERIFIED),
    "chain_199": Case("B", "a chain of 60 manifests", lambda: _long(60), INTACT, LISTED, chain=True,
        check=lambda v: len(v.manifests) == 60),
    "update": Case("FL", "an update manifest on top", lambda: _update(), INTACT, LISTED,
        check=lambda v: v.manifests[0].update),
    "update_edits": Case("FL", "an update manifest that claims an edit", lambda: _update_editing(), ALTERED,
        UNVERIFIED),
    "update_repainted": Case("FL", "an update manifest, and the picture changed", lambda: _flip_last(_update()),
        ALTERED, UNVERIFIED, ("assertion.dataHash.mismatch",)),
    "redacted_permission": Case("FL", "a later signer removed a permission, saying so", lambda: _redacting(MINING),
        INTACT, LISTED,
        check=lambda v: any(MINING in uri for uri in v.manifests[0].redacts)),
    "redacted_silently": Case("FL", "a later signer removed a permission without an action", lambda: _redacting(MINING,
        reason=False), INTACT, LISTED,
        check=lambda v: any(MINING in uri for uri in v.manifests[0].redacts)),
    "redacted_input": Case("FL", "a later signer removed a generated input, and calls the history complete",
        redacted_input, INTACT, LISTED,
        check=lambda v: _reads_as(v, AiUse.UNKNOWN)),
    "redacted_actions": Case("FL", "a later signer removed the parent's actions",
        lambda: _redacting("c2pa.actions.v2"), ALTERED, UNVERIFIED),
    "redacted_binding": Case("FL", "a later signer removed the parent's hard binding",
        lambda: _redacting("c2pa.hash.data"), ALTERED, UNVERIFIED),
    "redacted_self": Case("FL", "a manifest that redacts an assertion of its own", lambda: _self_redacting(), ALTERED,
        UNVERIFIED),
    "metadata_after": Case("FL", "metadata added after signing", lambda: _metadata_after(), ALTERED, UNVERIFIED,
        ("assertion.dataHash.mismatch",)),
}  # fmt: skip


def _long(count: int) -> bytes:
    made = forge()
    for _ in range(count - 1):
        made = child(made)
    return made.data


def _update_editing() -> bytes:
    link = ingredient(_parent())
    steps = actions(
        {"action": "c2pa.opened", "parameters": {"ingredients": [link.reference()]}},
        {"action": "c2pa.edited", "digitalSourceType": GENERATED},
    )
    return forge(Spec([steps, link], update=True), others=[_parent()]).data


def _flip_last(data: bytes) -> bytes:
    return data[:-20] + bytes([data[-20] ^ 1]) + data[-19:]


def _self_redacting() -> bytes:
    label = "urn:c2pa:33333333-3333-4333-8333-333333333333"
    uri = f"self#jumbf=/c2pa/{label}/c2pa.assertions/org.example.note"
    note = Assertion("org.example.note", {"text": "x"})
    return forge(Spec([actions(), note], label=label, redacts=[uri])).data


def _metadata_after() -> bytes:
    found = forge()
    return found.data[: found.end] + chunk(b"tEXt", b"Author\0Somebody") + found.data[found.end :]


CASES = CHAIN
