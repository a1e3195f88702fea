"""What was seen, what may fairly be concluded, and what is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provenance.report.build import build
from provenance.report.model import Finding, LinkState
from provenance.terms import ACTIONS, DST, AiUse, Integrity, Level, TimeKind
from provenance.verification.model import (
    Coverage,
    Environment,
    Identity,
    ListInUse,
    Range,
    SignedTime,
    Statement,
    TrustHit,
    Verification,
)
from tests.support.report import (
    AI_FILL,
    CASES,
    CREATED,
    GENERATED,
    NOW,
    OPENED,
    aggregated_identity,
    ai_edit_on_top,
    altered,
    broken_ancestor,
    expired,
    framed,
    hand_drawn,
    legacy_hint,
    listed,
    manifest,
    missing_ancestor,
    nothing,
    parent,
    permission,
    pinned,
    redacted_permission,
    remote_only,
    sidecar,
    stopped,
    stranger,
    uncovered,
    unsigned_trace,
    verification,
)


def findings(found: Verification) -> dict[str, Finding]:
    return {finding.id: finding for finding in build(found, now=NOW).findings}


def corrected(signer=None, **changes) -> Verification:
    """An update manifest on top of the drawing."""
    below = replace(hand_drawn().manifests[0], depth=1)
    top = manifest(
        OPENED, label="top", signer=signer or pinned(), update=True, ingredients=(parent(below.label),), **changes
    )
    return verification(top, below)


OWN_NAME = "self#jumbf=/c2pa/urn:c2pa:one/c2pa.assertions/cawg.metadata"
NO_AI = Statement("no_generative_ai", "process", "x", True)
STALE = Environment(lists=(ListInUse("C2PA trust list", "c2pa", "2025-01-01", "2025-04-01", "cd" * 32, True),))
SEEN = {
    "intact, known, complete, no AI": (hand_drawn(), "intact_known_no_ai"),
    "intact, known": (verification(manifest(CREATED, complete=None)), "intact_known"),
    "intact, unknown": (framed(), "intact_unknown"),
    "altered": (altered(), "altered"),
    "not covered": (uncovered(), "not_covered"),
    "no credentials": (nothing(), "no_credentials"),
    "elsewhere": (remote_only(), "elsewhere"),
    "could not check": (stopped(), "not_checked"),
    "limit": (stopped(), "stopped"),
    "expired": (expired(), "expired"),
    "withdrawn": (verification(manifest(CREATED, signer=pinned(withdrawn="key stolen, 2026-01-01"))), "withdrawn"),
    "pinned authority, other name": (
        verification(manifest(CREATED, signer=pinned(problems=("pin.other_subject",)))),
        "other_subject",
    ),
    "second opinion": (
        verification(manifest(CREATED, signer=pinned(problems=("second_opinion.name_constraints",)))),
        "second_opinion",
    ),
    "look-alike letters": (verification(manifest(CREATED, signer=stranger("M\u0456dj\u043eurney"))), "mixed_scripts"),
    "interim list": (verification(manifest(CREATED, signer=listed(tier="interim"))), "interim_list"),
    "product says too much": (
        verification(
            manifest(GENERATED, signer=replace(listed(), product="Pixel Camera 1.0", disallowed=("fullyGenAIMedia",)))
        ),
        "disallowed",
    ),
    "time stamp is odd": (
        verification(manifest(CREATED, time=SignedTime(TimeKind.NONE, problem="timeStamp.mismatch"))),
        "time_problem",
    ),
    "ancestor damaged": (broken_ancestor(), "history_damaged"),
    "ancestor missing": (missing_ancestor(), "history_missing"),
    "ancestor unknown": (missing_ancestor(), "history_unknown"),
    "history dropped": (
        verification(manifest(CREATED, statements=(Statement("history_dropped", "by the signer", "x", True),))),
        "history_dropped",
    ),
    "permission redacted": (redacted_permission(), "permission_removed"),
    "something redacted": (
        corrected(stranger("rook"), redacts=(OWN_NAME,), redaction_reasons=((OWN_NAME, "c2pa.PII.present"),)),
        "redacted",
    ),
    "own name taken back": (
        corrected(redacts=(OWN_NAME,), redaction_reasons=((OWN_NAME, "c2pa.PII.present"),)),
        "own_name_removed",
    ),
    "corrected": (corrected(), "corrected"),
    "updated by somebody else": (corrected(stranger("rook")), "updated_by_other"),
    "unrecognised source type": (verification(manifest(("c2pa.created", DST + "dreamt"))), "unrecognised"),
    "AI by the presenter": (verification(manifest(CREATED, AI_FILL)), "ai_by_presenter"),
    "AI by a stranger": (framed(), "ai_by_other"),
    "AI by somebody else below": (
        verification(
            manifest(OPENED, ingredients=(parent("old"),)),
            manifest(GENERATED, label="old", depth=1, signer=listed("Adobe Inc.")),
        ),
        "ai_by_earlier",
    ),
    "hint": (legacy_hint(), "ai_hint"),
    "trace": (unsigned_trace(), "unsigned_trace"),
    "says no AI, and an AI step": (verification(manifest(CREATED, AI_FILL, statements=(NO_AI,))), "contradiction"),
    "permissions differ": (
        verification(manifest(permissions=(permission("x", "allowed"), permission("x", "notAllowed", assertion="y")))),
        "permission_conflict",
    ),
    "identity broken": (
        verification(manifest(CREATED, identities=(Identity("cawg.identity", "cawg.x509.cose", "broken"),))),
        "identity_broken",
    ),
    "creator unknown": (aggregated_identity(), "identity_unknown"),
    "sidecar disagrees": (sidecar(), "disagreement"),
    "wrong name": (hand_drawn(name_suggests="image/jpeg"), "name_suggests"),
    "data added": (hand_drawn(coverage=Coverage(True, unsigned=(Range(9, 3),))), "unsigned_data"),
    "orphans": (hand_drawn(unreachable=2), "unreachable"),
    "old list": (hand_drawn(environment=STALE), "stale_list"),
    "old engine": (hand_drawn(environment=Environment(engine_below_floor=True)), "engine_below_floor"),
}


@pytest.mark.parametrize(("found", "id_"), SEEN.values(), ids=SEEN.keys())
def test_what_was_seen_is_a_finding(found, id_):
    """Each thing seen is said, with what may and may not be concluded and what may fairly be asked."""
    finding = findings(found)[id_]

    assert finding.sentence
    assert finding.may_conclude
    assert finding.may_not_conclude
    assert finding.fair_next
    assert "{" not in finding.sentence + finding.may_conclude + finding.may_not_conclude + finding.fair_next


QUIET = {
    "hand drawn": ["intact_known_no_ai"],
    "nothing": ["no_credentials"],
    "framed": ["intact_unknown", "ai_by_other"],
    "altered": ["altered"],
    "remote only": ["elsewhere"],
    "expired": ["expired", "ai_by_other"],
}


@pytest.mark.parametrize(("name", "ids"), QUIET.items())
def test_ordinary_files_have_no_other_findings(name, ids):
    """What is in order gives no alarm."""
    assert [finding.id for finding in build(CASES[name](), now=NOW).findings] == ids


def test_own_correction_is_no_alarm():
    """A correction, and one's own name taken back, stay off the first screen."""
    found = findings(corrected(redacts=(OWN_NAME,), redaction_reasons=((OWN_NAME, "c2pa.PII.present"),)))

    assert not found["corrected"].first_screen
    assert not found["own_name_removed"].first_screen
    assert "redacted" not in found


def test_ai_step_of_a_stranger_is_never_the_presenters():
    """Beside the artist's drawing, the AI step of whoever edited it is the editor's statement."""
    found = findings(ai_edit_on_top())

    assert "ai_by_presenter" not in found
    assert "“rook”" in found["ai_by_other"].sentence


def test_no_credentials_say_nothing_about_origin():
    """Nothing at all may be concluded from absence."""
    found = findings(nothing())["no_credentials"]

    assert (found.may_conclude, found.fair_next) == ("Nothing at all.", "Judge it as any other entry.")


def test_altered_says_neither_who_nor_why():
    """That the bytes differ shows neither who changed them nor why."""
    report = build(altered(), now=NOW)

    assert "Who changed them, or why, is not shown" in report.integrity.sentence.text
    assert "report.unknown.who_changed" in [unknown.id for unknown in report.unknowns]


STATES = {
    "damaged": (broken_ancestor(), LinkState.DAMAGED),
    "missing": (missing_ancestor(), LinkState.MISSING),
    "never signed": (missing_ancestor(), LinkState.NO_CREDENTIALS),
    "redacted": (verification(manifest(OPENED, ingredients=(parent("x", redacted=True),))), LinkState.REDACTED),
    "not covered": (
        verification(
            manifest(OPENED, ingredients=(parent("old"),)),
            manifest(label="old", depth=1, integrity=Integrity.NOT_COVERED),
        ),
        LinkState.NOT_COVERED,
    ),
}


@pytest.mark.parametrize(("found", "state"), STATES.values(), ids=STATES.keys())
def test_every_ancestor_has_its_state(found, state):
    """Whatever became of something the picture was made from is in the chain, below the file as it is now."""
    chain = build(found, now=NOW).chain

    assert chain[0].depth == 0
    assert state in [link.state for link in chain[1:]]
    assert {edge.target for link in chain for edge in link.made_from} <= {link.id for link in chain}


ALWAYS = {name: case for name, case in CASES.items() if case().manifests}


@pytest.mark.parametrize("case", ALWAYS.values(), ids=ALWAYS.keys())
def test_limits_of_a_signature_are_always_said(case):
    """That a signature cannot show whether a statement is so stands in every report of a signed file."""
    assert "report.unknown.truth" in [unknown.id for unknown in build(case(), now=NOW).unknowns]


def test_no_ai_step_declared_leaves_ai_unknown():
    """Even a complete history without an AI step does not make it known."""
    report = build(hand_drawn(), now=NOW)

    assert report.ai_use is AiUse.NONE_DECLARED
    assert "report.unknown.ai" in [unknown.id for unknown in report.unknowns]


def test_identity_changes_neither_integrity_nor_level():
    """Two verifications that differ in an identity only have the same headline, integrity and signer."""
    plain = build(verification(manifest(OPENED, signer=listed("Adobe Inc."), complete=None)), now=NOW)
    named = build(aggregated_identity(), now=NOW)

    assert (plain.headline, plain.integrity, plain.signer) == (named.headline, named.integrity, named.signer)
    assert named.identities[0].not_referenced == (ACTIONS,)


def test_lists_are_named_with_date_and_age():
    """Each list that was asked says of when it is, and how old that is today."""
    (line,) = build(hand_drawn(), now=NOW).environment.lists

    assert (line.date, line.age_days, line.sentence.text) == (
        "2026-10-20",
        34,
        "C2PA trust list, of 2026-10-20 (34 days old)",
    )


TIMES = {
    TimeKind.TRUSTED: "Signed no later than 2026-11-01 08:00 UTC, says the time-stamp service “TSA” (list “TSA list”).",
    TimeKind.UNTRUSTED: "A time-stamp service that is on none of your lists, “TSA”, says 2026-11-01 08:00 UTC.",
    TimeKind.CLAIMED: "The signer says 2026-11-01 08:00 UTC. Nothing else shows it.",
    TimeKind.NONE: "Not stated.",
}


@pytest.mark.parametrize(("kind", "text"), TIMES.items())
def test_each_time_is_labelled_by_where_it_comes_from(kind, text):
    """A stamp, an unknown stamp and a typed date are never mixed."""
    hits = (TrustHit(Level.LISTED, "TSA list", "tsa"),) if kind is TimeKind.TRUSTED else ()
    time = SignedTime(kind, "2026-11-01T09:00:00+01:00", "CN=TSA,O=Example", hits)

    assert build(verification(manifest(CREATED, time=time)), now=NOW).time.sentence.text == text


def test_signer_of_a_broken_file_is_not_named_as_the_signer():
    """The level of what does not hold is unverified, and its credential "speaks for nobody"."""
    signer = build(altered(), now=NOW).signer

    assert signer is not None
    assert signer.level is Level.UNVERIFIED
    assert "speaks for nobody" in signer.sentence.text
    assert not signer.who.own_name
