"""What no policy can do, whatever it says: count what is unverified for a file, or condemn on somebody's weak word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.policy.deriving import FAMILIES, facts_of
from provenance.policy.facts import Facts
from provenance.policy.judge import ALTERED, judge
from provenance.policy.loading import Policy, load, templates
from provenance.policy.verdict import Answer, Decision, RuleKind, Verdict
from provenance.terms import Integrity, Level, TimeKind
from tests.support import report as made

NOW = datetime(2026, 11, 28, tzinfo=UTC)
WEAK = ("_unknown_signer", "_broken", "_traces")
HUMAN = facts_of(made.hand_drawn(), now=made.NOW)


def judged(facts: Facts, policy: Policy, **context: object) -> Verdict:
    return judge(facts, policy, context=context, path="entries/a.png", now=NOW)


WORDS = st.frozensets(
    st.sampled_from(["generation", "generative edit", "inpainting", "denoising", "generated", "ai_edited",
                     "trainedAlgorithmicMedia", "no_generative_ai", "Midjourney"]), max_size=3,
).map(lambda found: tuple(sorted(found)))  # fmt: skip
LEVELS = st.sampled_from(Level)


@st.composite
def any_facts(draw: st.DrawFn) -> Facts:
    """Facts of every kind, possible or not: the judge may not rely on their going together."""
    fields: dict[str, Any] = {family + suffix: draw(WORDS) for family in FAMILIES for suffix in ("", *WEAK)}
    return replace(
        HUMAN,
        integrity=draw(st.sampled_from(Integrity)),
        chain_intact=draw(st.booleans()),
        signer_level=draw(LEVELS),
        lowest_level=draw(LEVELS),
        complete=draw(st.sampled_from([True, False, None])),
        time_kind=draw(st.sampled_from(TimeKind)),
        traces=draw(WORDS),
        profiles_not_met=draw(st.sampled_from([(), ("human-illustration",)])),
        ingredients_broken=draw(st.integers(0, 1)),
        **fields,
    )


POLICIES = [load(name) for name in templates()]


@given(facts=any_facts(), policy=st.sampled_from(POLICIES))
def test_no_policy_passes_an_altered_file(facts: Facts, policy: Policy) -> None:
    """Whatever else is known of it, a file that is not what was signed is at least for a person."""
    for state in (Integrity.ALTERED, Integrity.NOT_COVERED):
        verdict = judged(replace(facts, integrity=state), policy)

        assert verdict.decision.rank >= Decision.REVIEW.rank


@given(facts=any_facts(), policy=st.sampled_from(POLICIES))
def test_a_conclusion_rejects_only_on_a_known_signers_word(facts: Facts, policy: Policy) -> None:
    """Without anything that a known or listed signer states of AI, no conclusion rejects."""
    verdict = judged(replace(facts, **dict.fromkeys(FAMILIES, ()), profiles=(), complete=None), policy)

    assert [
        one for one in verdict.outcomes if one.kind is RuleKind.CONCLUSION and one.decision is Decision.REJECT
    ] == []


@given(facts=any_facts(), policy=st.sampled_from(POLICIES))
def test_what_is_unverified_never_counts_for_a_file(facts: Facts, policy: Policy) -> None:
    """Taking away every statement that nobody known vouches for never makes the verdict worse than silence would."""
    bare = replace(facts, **{family + suffix: () for family in FAMILIES for suffix in WEAK}, traces=())

    assert judged(facts, policy).decision.rank >= judged(bare, policy).decision.rank


@given(facts=any_facts(), policy=st.sampled_from(POLICIES))
def test_evidence_below_the_policys_never_helps(facts: Facts, policy: Policy) -> None:
    """A file whose signers count less passes no sooner than the same file whose signers count.

    It may be spared a reject: what such signers state against it does not count, either.
    """
    known = replace(
        facts, integrity=Integrity.INTACT, chain_intact=True, signer_level=Level.LISTED, lowest_level=Level.LISTED
    )
    for changes in ({"chain_intact": False}, {"lowest_level": Level.INTACT}, {"integrity": Integrity.EXPIRED}):
        weaker = judged(replace(known, **changes), policy)

        least = min(judged(known, policy).decision.rank, Decision.REVIEW.rank)
        assert weaker.decision.rank >= least or policy.evidence.level is Level.INTACT


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_a_strangers_generated_manifest_never_rejects(policy: Policy) -> None:
    """Anyone can sign a clean picture as generated; that is a question to ask, and no answer (people m5)."""
    facts = facts_of(made.framed(), now=made.NOW)

    conclusions = [one for one in judged(facts, policy).outcomes if one.kind is RuleKind.CONCLUSION]

    assert facts.ai_kinds == () and facts.ai_kinds_unknown_signer == ("generation",)
    assert all(one.decision is not Decision.REJECT for one in conclusions)


def test_a_waiver_cannot_pass_an_altered_file() -> None:
    """The rule that no policy passes an altered file is ours, and has a name of its own in the verdict."""
    policy = load("contest-open")
    policy = replace(policy, rules=policy.rules[-1:])

    verdict = judged(facts_of(made.altered(), now=made.NOW), policy)

    assert (verdict.decision, verdict.outcomes[0].rule) == (Decision.REVIEW, ALTERED)


def test_a_waived_rule_does_not_keep_quiet_that_a_file_is_altered(tmp_path: Path) -> None:
    """The studio waives its own rule; what a person reads first is still that this is not what was signed."""
    path = tmp_path / "policy.toml"
    path.write_text(
        'schema_version = "1"\nid = "p"\nextends = "studio"\n[[waiver]]\nrules = ["not-altered", "intact"]\n'
        'paths = ["*.png"]\nreason = "scans"\nauthor = "R."\nexpires = "2099-01-01"\n',
        "utf-8",
    )

    verdict = judged(facts_of(made.altered(), now=made.NOW), load(str(path)))

    assert (verdict.decision, verdict.outcomes[0].rule) == (Decision.REVIEW, ALTERED)
    assert [one.rule for one in verdict.outcomes if one.waived] == ["not-altered", "intact"]


def test_a_file_that_could_not_be_checked_is_for_a_person() -> None:
    """A limit, a crash: no rule is asked, nothing is rejected, nothing is passed."""
    facts = replace(HUMAN, integrity=Integrity.NOT_CHECKED, problem="the limit memory_mib was reached")

    verdict = judged(facts, load("contest-open"))

    assert (verdict.decision, verdict.problem, verdict.outcomes) == (
        Decision.REVIEW, "the limit memory_mib was reached", ()
    )  # fmt: skip


def test_what_is_called_a_picture_and_is_none_is_for_a_person() -> None:
    """An empty export, a pointer of Git LFS: no policy passes it as an unsigned picture; unsigned, other files are judged."""
    nothing = facts_of(made.nothing(), now=made.NOW)
    pointer = replace(nothing, media_type="application/octet-stream", name_suggests="image/png")
    renamed, unknown = replace(pointer, media_type="image/jpeg"), replace(pointer, name_suggests="")

    found = judged(pointer, load("archive"))

    assert (found.decision, found.outcomes) == (Decision.REVIEW, ())
    assert "Git LFS" in found.problem
    assert [judged(one, load("archive")).problem for one in (renamed, unknown)] == ["", ""]


def test_what_is_not_met_is_told_before_what_is_unknown() -> None:
    """Of rules that lead to the same, the one that was found wanting comes first: the first is what a list shows."""
    found = judged(facts_of(made.nothing(), now=made.NOW), load("studio"))

    for decision in Decision:
        answers = [one.answer for one in found.outcomes if one.decision is decision]
        assert answers == sorted(answers, key=lambda one: one is Answer.UNKNOWN)


MADE_FACTS = ["ai_kinds", "generative_kinds", "ai_uses", "source_types", "contradictions"]
SOME_WORDS = {
    "ai_kinds": ["generation", "inpainting", "denoising"], "generative_kinds": ["generation", "generative edit"],
    "ai_uses": ["generated", "ai_edited"], "source_types": ["trainedAlgorithmicMedia"], "contradictions": ["metadata"],
}  # fmt: skip
FORM = [
    "complete = { equals = true }", "ingredients_broken = { equals = 0 }", "ingredients_without = { at_most = 0 }",
    'statements = { any_of = ["no_generative_ai:final"] }', 'integrity = { equals = "intact" }', "oversight = { present = true }",
    'permission_training = { equals = "notAllowed" }', 'time = { before = "2026-12-01" }', 'signer_level = { at_least = "known" }',
]  # fmt: skip
FOLLOWS = ["reject", "review", "disclose", "note"]


@st.composite
def any_policy(draw: st.DrawFn) -> Policy:
    """A policy that somebody might write: one to four rules of either kind."""
    rules = []
    for number in range(draw(st.integers(1, 4))):
        made_rule = draw(st.booleans())
        if made_rule:
            name = draw(st.sampled_from(MADE_FACTS))
            test = draw(
                st.sampled_from(["present = false", *(f"{op} = {SOME_WORDS[name]}" for op in ("none_of", "any_of"))])
            )
            that = f"{name} = {{ {test} }}"
        else:
            that = draw(st.sampled_from(FORM))
        on_unknown = draw(st.sampled_from(FOLLOWS[1:] if made_rule else FOLLOWS))
        rules.append(
            f'[[{"conclusion" if made_rule else "requirement"}]]\nid = "r{number}"\nthat = {{ {that} }}\n'
            f'on_fail = "{draw(st.sampled_from(FOLLOWS))}"\non_unknown = "{on_unknown}"\n'
        )
    evidence = draw(st.sampled_from(["listed", "known", "intact"]))
    with TemporaryDirectory() as folder:
        path = Path(folder, "p.toml")
        path.write_text(f'schema_version = "1"\nid = "p"\nevidence = "{evidence}"\n' + "\n".join(rules), "utf-8")
        return load(str(path))


@given(facts=any_facts(), policy=any_policy())
def test_whatever_a_policy_says(facts: Facts, policy: Policy) -> None:
    """The rules that no policy can change hold for policies that nobody has written yet."""
    bare = replace(facts, **dict.fromkeys(FAMILIES, ()), profiles=(), complete=None)
    of_strangers = replace(bare, integrity=Integrity.INTACT, signer_level=Level.INTACT, lowest_level=Level.INTACT)
    condemned = [one for one in judged(bare, policy).outcomes if one.kind is RuleKind.CONCLUSION]

    assert judged(replace(facts, integrity=Integrity.ALTERED), policy).decision.rank >= Decision.REVIEW.rank
    assert all(one.decision is not Decision.REJECT for one in condemned)
    for one in judged(of_strangers, policy).outcomes:
        assert one.decision is not Decision.REJECT or one.kind is RuleKind.REQUIREMENT
    for one in judged(facts, policy).outcomes:
        assert (one.decision is Decision.REJECT) <= (one.limited == "")
