"""Verdicts made by hand, one for each thing that a format must tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from provenance.policy.formats.about import About, RuleTold
from provenance.policy.ranked import Ranked
from provenance.policy.tally import Tally
from provenance.policy.verdict import Answer, Decision, Outcome, RuleKind, Verdict

SIGNED = Outcome(
    "signed", RuleKind.REQUIREMENT, Answer.NOT_MET, Decision.REJECT, "It must be signed. No credentials.", ("integrity",),
    link="https://studio.example/rules#signed",
)  # fmt: skip
NO_FILL = Outcome(
    "no-fill", RuleKind.CONCLUSION, Answer.NOT_MET, Decision.REVIEW, "No generated parts. Found: inpainting.",
    ("generative_kinds",), limited="Nobody known vouches for this, so that a person decides.",
)  # fmt: skip
TOLD = Outcome("told", RuleKind.CONCLUSION, Answer.NOT_MET, Decision.DISCLOSE, "Generative AI is to be disclosed.")
NOTED = Outcome("noted", RuleKind.REQUIREMENT, Answer.UNKNOWN, Decision.NOTE, "No time stamp.")
WAIVED = replace(SIGNED, waived="Waived by Ada K. until 2026-12-31: contract 7.")


def verdict(name: str, *outcomes: Outcome, **changes: Any) -> Verdict:
    """A verdict whose decision is that of the gravest rule that is not waived."""
    decision = max(
        (one.decision for one in outcomes if not one.waived), key=lambda one: one.rank, default=Decision.PASSED
    )
    return replace(Verdict(name, "house", decision, outcomes, "ab" * 32), **changes)


def unread(name: str, problem: str = "cannot be read (Permission denied)") -> Verdict:
    """A file that could not be judged."""
    return Verdict(name, "house", Decision.REVIEW, problem=problem)


ONE_OF_EACH = (
    verdict("art/clean.png"),
    verdict("art/noted.png", NOTED),
    verdict("art/told.png", TOLD, NOTED),
    verdict("art/fill.png", NO_FILL, NOTED),
    verdict("art/unsigned.png", SIGNED, NO_FILL),
    verdict("art/waived.png", WAIVED),
    unread("art/locked.png"),
)

HOSTILE = (
    "=cmd|'/C calc'!A0.png", "-1+1.png", "@SUM(A1).png", "+1.png", "＝1.png", "::error::owned.png", "##[error]owned.png",
    "a%0Ab,c:d.png", "a\nb\r::set-output name=x::y.png", "<script>alert(1)</script>.png", '"><img src=x onerror=1>.png',
    "]]>&amp;.png", "{0} [x](https://evil.example).png", "ünï-画像.png", "\u202egnp.exe", "a\x1b[31mb.png", "x\udc80y.png",
    "{{ 7*7 }}.png",
)  # fmt: skip


def about(**changes: Any) -> About:
    """A run under a policy called house."""
    rules = tuple(RuleTold(one.rule, one.kind, f"Rule {one.rule}.", one.link) for one in (SIGNED, NO_FILL, TOLD, NOTED))
    found = About(
        "house", "The house's own", "cd" * 32, "known", rules, Decision.REVIEW, context=(("shipped", "true"),),
        version="0.1.0", made="2026-11-28T12:00:00Z",
    )  # fmt: skip
    return replace(found, **changes)


def ranked(verdicts: Iterable[Verdict], fail_on: Decision = Decision.REVIEW) -> tuple[Ranked, Tally]:
    """The verdicts in their order, and their counts."""
    kept, tally = Ranked(), Tally(fail_on)
    for one in verdicts:
        kept.add(one)
        tally.add(one)
    return kept, tally
