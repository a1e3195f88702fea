"""Every template and every reading of others' rules, against every kind of file that there is."""

from __future__ import annotations

import pytest

from provenance.policy.facts import Facts
from provenance.policy.loading import templates
from provenance.policy.verdict import Answer, Decision, RuleKind
from tests.support.policy_files import KINDS, facts_by_kind
from tests.support.policy_table import EXAMPLES, PAGE, page, policies, verdict

NAMES = (*templates(), *sorted(path.stem for path in EXAMPLES.glob("*.toml")))
NOT_WHAT_WAS_SIGNED = ("tampered", "uncovered")


def test_the_page_is_current() -> None:
    """The table in ``docs/policies.md`` is what comes out; `python -m tests.support.policy_table` writes it anew."""
    assert PAGE.read_text("utf-8") == page()


def test_there_are_enough_kinds_and_policies() -> None:
    """Sixteen kinds of file and more, eight templates, eleven readings."""
    assert len(KINDS) >= 16
    assert len(templates()) == 8
    assert len(list(EXAMPLES.glob("*.toml"))) == 11


@pytest.mark.parametrize("name", NAMES)
def test_no_policy_passes_what_was_not_signed(name: str) -> None:
    """A tampered file is for a person, or rejected; nothing passes it."""
    found = {verdict(policies()[name], kind).decision for kind in NOT_WHAT_WAS_SIGNED}

    assert found <= {Decision.REVIEW, Decision.REJECT}


FIRST = {  # kind of file -> the rule that a juror is told first, and what it says of the file
    "tampered": ("not-altered", "found: altered"),
    "unknown_signer": ("known-signer", "found: not known here, though the signature holds"),
    "unsigned": ("known-signer", "found: no credentials"),
    "broken_ancestor": ("history-holds", "found: 1"),
}


@pytest.mark.parametrize("kind", FIRST)
@pytest.mark.parametrize("name", ["contest-human-made", "contest-disclose", "contest-open"])
def test_a_juror_is_told_what_holds_and_who_signed_before_the_history(name: str, kind: str) -> None:
    """What is known of the signer comes before what cannot be known for that reason."""
    first = verdict(policies()[name], kind).outcomes[0]

    assert first.rule == FIRST[kind][0]
    assert FIRST[kind][1] in first.sentence


@pytest.mark.parametrize("name", templates())
def test_integrity_and_signer_are_asked_for_first(name: str) -> None:
    """In every template: whether it is what was signed, who signed, then what it was made from and how."""
    facts = [
        {fact for predicate in rule.predicates() for fact, _ in predicate.tests()} for rule in policies()[name].rules
    ]
    first = [bool(asked & {"integrity", "source", "signer_level", "signer_withdrawn"}) for asked in facts if asked]

    assert first == sorted(first, reverse=True)
    assert any("signer_level" in asked for asked in facts)


@pytest.mark.parametrize("name", NAMES)
def test_a_stranger_rejects_nobody(name: str) -> None:
    """What a stranger signed onto a clean picture never leads to reject, under any policy that we ship."""
    found = {kind: verdict(policies()[name], kind).decision for kind in ("stranger_generated", "stranger_parent")}

    assert Decision.REJECT not in found.values()


@pytest.mark.parametrize("name", NAMES)
def test_only_a_known_signers_word_rejects(name: str) -> None:
    """Where a conclusion rejects, the entrant's file states it, intact, and the signer is known or listed."""
    rejecting = [
        (kind, one)
        for kind in KINDS
        for one in verdict(policies()[name], kind).outcomes
        if one.kind is RuleKind.CONCLUSION and one.decision is Decision.REJECT
    ]

    assert [kind for kind, _ in rejecting if not KINDS[kind].signed_by_entrant] == []
    assert all(one.answer is Answer.NOT_MET and not one.limited for _, one in rejecting)


@pytest.mark.parametrize("name", NAMES)
def test_every_outcome_says_why(name: str) -> None:
    """Each part of a verdict names its rule, the facts that decided, and a reason in words; the gravest comes first."""
    found = {kind: verdict(policies()[name], kind) for kind in KINDS}
    outcomes = [one for each in found.values() for one in each.outcomes]
    ranks = [[one.decision.rank for one in each.outcomes] for each in found.values()]

    assert {kind for kind, each in found.items() if each.problem} == {"not_checked", "not_readable"}
    assert all(one.sentence and one.facts and one.rule for one in outcomes)
    assert ranks == [sorted(each, reverse=True) for each in ranks]


CONTEST_TEMPLATES = [name for name in templates() if name.startswith("contest")]


@pytest.mark.parametrize("name", CONTEST_TEMPLATES)
def test_contests_look_at_altered_files_and_studios_reject_them(name: str) -> None:
    """Forms and editors alter files, too, so a contest asks for the file again."""
    assert verdict(policies()[name], "tampered").decision is Decision.REVIEW
    assert verdict(policies()["studio"], "tampered").decision is Decision.REJECT


def test_unsigned_work_is_not_rejected_by_a_contest() -> None:
    """No contest's template rejects a picture for having no credentials, or traces, or a certificate that ran out."""
    found = {
        (name, kind): verdict(policies()[name], kind).decision
        for name in CONTEST_TEMPLATES
        for kind in ("unsigned", "stripped", "traces", "expired", "unknown_signer", "broken_ancestor", "incomplete")
    }

    assert Decision.REJECT not in found.values()


def test_what_repaints_outside_the_signature_states_nothing() -> None:
    """Where the pixels are not signed, not even a listed signer's statement is about them."""
    found = facts_by_kind()["uncovered"]

    assert isinstance(found, Facts)
    assert (found.source_types, found.source_types_broken, found.signer) == ((), ("digitalCreation",), "")
