"""What may be done: the strictest counts over the chain, and silence is never a yes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provenance.report.build import build
from provenance.report.declared import PermissionLine
from provenance.terms import Integrity, Mining
from provenance.verification.model import Permission, Verification
from tests.support.report import (
    NOW,
    OPENED,
    manifest,
    nothing,
    parent,
    permission,
    redacted_permission,
    stranger,
    verification,
)

TRAINING = Mining.GENERATIVE_TRAINING
LEGACY = {"assertion": "c2pa.training-mining"}


def line(found: Verification, entry: str = TRAINING) -> PermissionLine:
    return {line.entry: line for line in build(found, now=NOW).permissions}[entry]


def stated(*permissions: Permission, **changes) -> Verification:
    return verification(manifest(permissions=permissions, **changes))


def chained(above: tuple[Permission, ...], below: tuple[Permission, ...], relationship="parentOf", **changes):
    top = manifest(OPENED, permissions=above, ingredients=(parent("below", relationship=relationship),))
    return verification(top, replace(manifest(label="below", depth=1, permissions=below), **changes))


def redacted(*permissions: Permission) -> Verification:
    """An earlier statement was taken out, and another stands in its place."""
    uri = "self#jumbf=/c2pa/below/c2pa.assertions/cawg.training-mining"
    top = manifest(OPENED, permissions=permissions, ingredients=(parent("below"),), redacts=(uri,))
    return verification(top, manifest(label="below", depth=1))


YES, NO = permission(TRAINING, "allowed"), permission(TRAINING, "notAllowed")
ASK = permission(TRAINING, "constrained", "ask first")
EFFECTIVE = {
    "allowed": (stated(YES), "allowed"),
    "not allowed": (stated(NO), "notAllowed"),
    "under terms": (stated(ASK), "constrained"),
    "under terms that are not there": (stated(permission(TRAINING, "constrained")), "notAllowed"),
    "under blank terms": (stated(permission(TRAINING, "constrained", "  ")), "notAllowed"),
    "a word nobody knows": (stated(permission(TRAINING, "Allowed!")), "notAllowed"),
    "no word": (stated(permission(TRAINING, "")), "notAllowed"),
    "another entry": (stated(permission(Mining.TRAINING, "allowed")), "not stated"),
    "nothing": (stated(), "not stated"),
    "no credentials": (nothing(), "not stated"),
    "legacy label and key": (stated(permission("c2pa.ai_generative_training", "notAllowed", **LEGACY)), "notAllowed"),
    "old and new disagree": (
        stated(YES, permission("c2pa.ai_generative_training", "notAllowed", **LEGACY)),
        "notAllowed",
    ),
    "terms beside a yes": (stated(YES, replace(ASK, assertion="cawg.training-mining__1")), "constrained"),
    "parent forbids": (chained((YES,), (NO,)), "notAllowed"),
    "child forbids": (chained((NO,), (YES,)), "notAllowed"),
    "only the parent allows": (chained((), (YES,)), "allowed"),
    "an element forbids": (chained((YES,), (NO,), "componentOf"), "notAllowed"),
    "only an element allows": (chained((), (YES,), "componentOf"), "not stated"),
    "only an input allows": (chained((), (YES,), "inputTo"), "not stated"),
    "a broken parent forbids": (chained((YES,), (NO,), integrity=Integrity.ALTERED), "notAllowed"),
    "a broken parent allows": (chained((), (YES,), integrity=Integrity.ALTERED), "not stated"),
    "altered, allowed": (stated(YES, integrity=Integrity.ALTERED), "not stated"),
    "altered, under terms": (stated(ASK, integrity=Integrity.ALTERED), "constrained"),
    "an element under terms": (chained((YES,), (ASK,), "componentOf"), "constrained"),
    "allowed again after it was taken out": (redacted(YES), "not stated"),
    "refused after it was taken out": (redacted(NO), "notAllowed"),
    "altered, not allowed": (stated(NO, integrity=Integrity.ALTERED), "notAllowed"),
}


@pytest.mark.parametrize(("found", "effective"), EFFECTIVE.values(), ids=EFFECTIVE.keys())
def test_strictest_statement_counts(found, effective):
    """A refusal counts wherever it stands; leave counts only if it is for the whole picture and attributable."""
    assert line(found).effective == effective


def test_every_standard_entry_is_answered():
    """Silence about an entry is said, for each of the four."""
    lines = build(nothing(), now=NOW).permissions

    assert [found.entry for found in lines] == list(Mining)
    assert all(found.sentence.text.endswith("not stated (that is not a yes)") for found in lines)


def test_contradiction_is_shown_with_every_source():
    """Two places that differ are a conflict; each place is kept with its signer and carrier."""
    found = line(chained((YES,), (NO,), signer=stranger("rook")))

    assert found.conflict
    assert [(source.use, source.who.name, source.assertion) for source in found.sources] == [
        ("allowed", "Mika K.", "cawg.training-mining"),
        ("notAllowed", "an unknown signer calling itself “rook”", "cawg.training-mining"),
    ]


def test_unknown_use_is_shown_as_it_stands():
    """What counts as a refusal because nobody knows the word is still shown."""
    (source,) = line(stated(permission(TRAINING, "sometimes"))).sources

    assert (source.use, source.counts_as) == ("sometimes", "notAllowed")


def test_terms_are_quoted():
    """The terms of a constrained use stand in its sentence."""
    assert line(stated(ASK)).sentence.text == "training of generative AI: only under terms: “ask first”"


def test_own_entry_of_somebody_is_kept():
    """An entry that the standard does not have is shown under its own name."""
    found = line(stated(permission("com.example.merch", "notAllowed")), "com.example.merch")

    assert found.sentence.text == "“com.example.merch”: not allowed"


def test_who_removed_a_permission_is_named():
    """A later signer who redacted a permission is named on the first screen."""
    (found,) = [one for one in build(redacted_permission(), now=NOW).findings if one.id == "permission_removed"]

    assert found.first_screen
    assert found.sentence == (
        "An unknown signer calling itself “rook” removed a statement of what may be done with the picture "
        "(reason given: c2pa.invalid.data)."
    )
