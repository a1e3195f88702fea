"""Policies that want to reject, written against a file that only strangers, traces or nobody speak of."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from provenance.policy.deriving import facts_of
from provenance.policy.facts import Facts
from provenance.policy.judge import judge
from provenance.policy.loading import load
from provenance.policy.verdict import Answer, Decision, Verdict
from provenance.terms import STATEMENT
from provenance.verification.check import check
from provenance.verification.options import Options
from tests.hostile.case import DEFAULT
from tests.hostile.cases_identity import CASES, KNOWS
from tests.hostile.certs import good, stranger
from tests.hostile.forge import Assertion
from tests.support.policy_files import BLANK, DRAWN, facts_by_kind, stated
from tests.support.report import NOW

LONG_AGO = Assertion(STATEMENT, {"made": "1999"})


def judged(facts: Facts, folder: Path, rule: str, evidence: str = "known") -> Verdict:
    """The verdict of a policy of one *rule*, as somebody writes it."""
    path = folder / "policy.toml"
    path.write_text(f'schema_version = "1"\nid = "p"\nevidence = "{evidence}"\n{rule}', "utf-8")
    return judge(facts, load(str(path)), context={}, path="entries/a.png", now=NOW)


def requirement(that: str, on_fail: str = "reject", on_unknown: str = "review") -> str:
    return f'[[requirement]]\nid = "r"\nthat = {{ {that} }}\non_fail = "{on_fail}"\non_unknown = "{on_unknown}"\n'


def of_kind(name: str) -> Facts:
    found = facts_by_kind()[name]
    assert isinstance(found, Facts)
    return found


@cache
def made_long_ago(*, known: bool) -> bytes:
    return stated(BLANK, DRAWN, also=(LONG_AGO,), signer=good() if known else stranger()).data


def looked_at(data: bytes, folder: Path) -> Facts:
    path = folder / "picture.png"
    path.write_bytes(data)
    return facts_of(check(path, options=Options(trust=DEFAULT.trust(), digest=True)), now=NOW)


@pytest.mark.parametrize("kind", ["stranger_generated", "stranger_parent", "traces", "conflict"])
@pytest.mark.parametrize("fact", ["ai_kinds", "generative_kinds", "ai_uses", "source_types", "profiles"])
@pytest.mark.parametrize("evidence", ["listed", "known", "intact"])
def test_asking_whether_it_is_declared_condemns_nobody(kind: str, fact: str, evidence: str, tmp_path: Path) -> None:
    """A requirement that anything be declared, and that rejects the unknown, does not reject on a stranger's word."""
    rule = requirement(f"{fact} = {{ present = true }}", "note", "reject")

    assert judged(of_kind(kind), tmp_path, rule, evidence).decision is not Decision.REJECT


def test_metadata_that_say_generated_reject_nothing(tmp_path: Path) -> None:
    """A rule against contradicting metadata goes to a person where all that they contradict is how it was made."""
    rule = requirement("carrier_conflicts = { present = false }")
    of_ai = of_kind("conflict")
    of_names = replace(of_ai, carrier_conflicts=(*of_ai.carrier_conflicts, "creator"))

    verdict = judged(of_ai, tmp_path, rule)

    assert of_ai.carrier_conflicts == ("source_type",)
    assert (verdict.decision, "nobody signed this" in verdict.outcomes[0].limited) == (Decision.REVIEW, True)
    assert judged(of_names, tmp_path, rule).decision is Decision.REJECT


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(
    "that", ['made = { after = "2020-01-01" }', "made = { present = false }", "generator = { present = false }"]
)
def test_a_stranger_states_nothing_against_a_file(known: bool, that: str, tmp_path: Path) -> None:
    """What a known signer states may keep a requirement from being met; of a stranger's word a person thinks."""
    facts = looked_at(made_long_ago(known=known), tmp_path)

    assert judged(facts, tmp_path, requirement(that)).decision is (Decision.REJECT if known else Decision.REVIEW)


def test_what_a_stranger_leaves_out_weighs_no_more_than_silence(tmp_path: Path) -> None:
    """A statement is missing from a listed signer's file; from a stranger's, as from an unsigned one, it is not known."""
    rule = requirement('statements = { any_of = ["no_generative_ai:final"] }')

    decisions = {kind: judged(of_kind(kind), tmp_path, rule).decision.value for kind in ("incomplete", "stranger_generated", "unsigned")}  # fmt: skip

    assert decisions == {"incomplete": "reject", "stranger_generated": "review", "unsigned": "review"}


@pytest.mark.parametrize(
    "that",
    [
        "signer_withdrawn = { equals = false }", "signer_expired = { equals = false }", "redactions = { equals = 0 }",
        'signer_tiers = { none_of = ["interim"] }', 'identity_roles = { none_of = ["cawg.editor"] }',
    ],
)  # fmt: skip
def test_without_a_signer_there_is_no_good_signer(that: str, tmp_path: Path) -> None:
    """Of a file that nobody signed, that the signer is not on the deny list is no answer: absence is unknown."""
    unsigned = judged(of_kind("unsigned"), tmp_path, requirement(that))

    assert [one.answer for one in unsigned.outcomes] == [Answer.UNKNOWN]
    assert judged(of_kind("human"), tmp_path, requirement(that)).decision is Decision.PASSED


def test_an_ancestors_identity_does_not_vouch_for_the_file(tmp_path: Path) -> None:
    """Whoever names an identified author's picture as the parent of theirs does not get that author's name."""
    found = {}
    for name in ("identity_good", "identity_parent"):
        path = CASES[name].write(tmp_path, name)
        found[name] = facts_of(check(path, options=Options(trust=KNOWS.trust(), digest=True)), now=NOW)
    rule = requirement('identity_names = { any_of = ["Ada Lovelace"] }')

    assert [judged(facts, tmp_path, rule).decision.value for facts in found.values()] == ["pass", "reject"]
    assert (found["identity_parent"].identity_roles, found["identity_parent"].identities_unverified) == ((), 0)


@pytest.mark.parametrize(
    ("made", "that", "decision"),
    [
        ("1999", 'before = "2000-01-01"', "pass"), ("1999", 'after = "1999-06-30"', "review"),
        ("1999", 'after = "1999-12-31"', "reject"), ("2020-02", 'before = "2020-03-01"', "pass"),
        ("2020-02", 'before = "2020-02-15"', "review"), ("2020-02", 'after = "2020-02-29"', "reject"),
        ("2020-02-15", 'before = "2020-02-15"', "reject"), ("2020-02-15", 'after = "2020-02-14"', "pass"),
    ],
)  # fmt: skip
def test_of_a_month_or_a_year_any_day_may_be_meant(made: str, that: str, decision: str, tmp_path: Path) -> None:
    """A listed signer says when it was made, as exactly as they will: only what is certain decides."""
    facts = looked_at(stated(BLANK, DRAWN, also=(Assertion(STATEMENT, {"made": made}),)).data, tmp_path)

    assert judged(facts, tmp_path, requirement(f"made = {{ {that} }}")).decision.value == decision
