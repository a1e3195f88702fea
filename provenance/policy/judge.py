"""Facts and a policy -> a verdict. Pure: the same facts, policy, context, path and day give the same verdict.

What no policy can change:

- Nothing unverified counts for a file, and absence is unknown (`asking`).
- A conclusion rejects only on an intact statement by a known or listed signer; else it goes no further than review,
  and says why (`Outcome.limited`). Nor does a requirement reject on what only a stranger states against a file.
- A file whose bytes are not the signed ones is never passed: at the least a person looks at it. No waiver and no
  override changes that.
- A file that could not be checked is for a person, whatever the policy says; so is one that its name calls a picture
  and that holds none.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace

from provenance.declaration.globs import matches
from provenance.policy.asking import Part, Weight, ask, ask_context
from provenance.policy.facts import Facts, digest, no_picture
from provenance.policy.loading import Policy
from provenance.policy.model import Mode, Rule
from provenance.policy.predicates import Predicate
from provenance.policy.saying import because, limited, reason, waived
from provenance.policy.verdict import ALTERED, Answer, Decision, Outcome, RuleKind, Verdict
from provenance.policy.vocabulary import FACTS, About
from provenance.record import dataclass
from provenance.report.wording import DEFAULT, Catalogue
from provenance.terms import Integrity

_NEVER_PASSED = frozenset({Integrity.ALTERED, Integrity.NOT_COVERED})


@dataclass(frozen=True, slots=True)
class Answered:
    """A rule, answered, before it is put in words."""

    rule: Rule
    answer: Answer
    weight: Weight  # of a "not met"
    parts: tuple[Part, ...]  # that decided; of a rule that is met, all
    decision: Decision
    held_back: str = ""  # whose word kept a conclusion from rejecting


def judge(
    facts: Facts,
    policy: Policy,
    *,
    context: Mapping[str, object],
    path: str,
    now: datetime.datetime,
    language: str = DEFAULT,
    facts_sha256: str = "",
) -> Verdict:
    """Return what *policy* says about one file. It says nothing about whether what is stated is true.

    Args:
        context: what the caller says, by the names that the policy declares; a value left out is unknown.
        path: where the file lies, with ``/``, for overrides and waivers.
        now: for the expiry of waivers.
        facts_sha256: `digest` of the facts, where the caller has it already.
    """
    say = Catalogue(language)
    known = facts_sha256 or digest(facts)
    enforced = policy.mode is Mode.ENFORCE
    if facts.integrity is Integrity.NOT_CHECKED:
        return unjudged(path, policy, facts.problem or say("policy.why.not_checked"), facts_sha256=known)
    if no_picture(facts):
        return unjudged(path, policy, say("policy.no_picture", kind=facts.name_suggests), facts_sha256=known)
    outcomes = [
        _outcome(answered, facts, policy, path, now, say)
        for answered in answers(facts, policy, context=context, path=path)
        if answered.answer is not Answer.MET
    ]
    if facts.integrity in _NEVER_PASSED and not any(map(_says_altered, outcomes)):
        outcomes.insert(0, _altered(facts, say))
    # What is not met tells more than what nothing is known of.
    outcomes.sort(key=lambda one: (bool(one.waived), -one.decision.rank, one.answer is Answer.UNKNOWN))
    decision = max((one.decision for one in outcomes if not one.waived), key=_rank, default=Decision.PASSED)
    return Verdict(path, policy.id, decision, tuple(outcomes), known, enforced=enforced)


def unjudged(name: str, policy: Policy, problem: str, *, facts_sha256: str = "") -> Verdict:
    """Return the verdict on a file that could not be read or checked: a person looks at it."""
    enforced = policy.mode is Mode.ENFORCE
    return Verdict(name, policy.id, Decision.REVIEW, facts_sha256=facts_sha256, problem=problem, enforced=enforced)


def _rank(decision: Decision) -> int:
    return decision.rank


def _says_altered(outcome: Outcome) -> bool:
    """Whether a rule of the policy says, and so that it counts, that the file is not what was signed."""
    told = outcome.answer is Answer.NOT_MET and "integrity" in outcome.facts and not outcome.waived
    return told and outcome.decision.rank >= Decision.REVIEW.rank


def _altered(facts: Facts, say: Catalogue) -> Outcome:
    return Outcome(
        ALTERED,
        RuleKind.REQUIREMENT,
        Answer.NOT_MET,
        Decision.REVIEW,
        say(f"policy.never_passed.{facts.integrity}"),
        ("integrity",),
    )


# --- rules ---------------------------------------------------------------------------------------------------------


def answers(facts: Facts, policy: Policy, *, context: Mapping[str, object], path: str) -> Iterator[Answered]:
    """Yield every rule that applies to the file, answered, in the policy's order; those that are met, too."""
    for rule in policy.rules:
        changed = _overridden(rule, policy, path)
        if changed is None or not _applies(changed, facts, policy, context):
            continue
        yield _answered(changed, facts, policy, context)


def _overridden(rule: Rule, policy: Policy, path: str) -> Rule | None:
    """Return *rule* as it is for this path; None if it is off there. The last override that matches wins."""
    for override in reversed(policy.overrides):
        if (not override.rules or rule.id in override.rules) and matches(path, override.paths):
            if override.off:
                return None
            changes = {
                name: value for name in ("on_fail", "on_unknown") if (value := getattr(override, name)) is not None
            }
            return rule.model_copy(update=changes)
    return rule


def _applies(rule: Rule, facts: Facts, policy: Policy, context: Mapping[str, object]) -> bool:
    """Whether the rule is for this file. What is not known does not take a file out of a rule."""
    if rule.when is None:
        return True
    return all(part.answer is not Answer.NOT_MET for part in _parts(rule.when, facts, policy, context))


def _parts(predicate: Predicate, facts: Facts, policy: Policy, context: Mapping[str, object]) -> Iterator[Part]:
    for name, test in predicate.tests():
        for operator, asked in test.parts():
            yield ask(facts, name, operator, asked, policy)
    for name, test in predicate.supplied():
        for operator, asked in test.parts():
            yield ask_context(context, name, operator, asked)


def _answered(rule: Rule, facts: Facts, policy: Policy, context: Mapping[str, object]) -> Answered:
    found = [_all(tuple(_parts(predicate, facts, policy, context))) for predicate in rule.predicates()]
    answer, weight, parts = _any(found)
    return _decided(rule, answer, weight, parts)


def _all(parts: tuple[Part, ...]) -> tuple[Answer, Weight, tuple[Part, ...]]:
    """Kleene's and: one "not met" decides, whatever is unknown beside it."""
    failed = tuple(part for part in parts if part.answer is Answer.NOT_MET)
    if failed:
        return Answer.NOT_MET, max(part.weight for part in failed), failed
    unknown = tuple(part for part in parts if part.answer is Answer.UNKNOWN)
    return (Answer.UNKNOWN, Weight.WEAK, unknown) if unknown else (Answer.MET, Weight.SIGNED, parts)


def _any(found: list[tuple[Answer, Weight, tuple[Part, ...]]]) -> tuple[Answer, Weight, tuple[Part, ...]]:
    """Kleene's or over alternatives. All must fail, and what fails is no stronger than its weakest alternative."""
    for one in found:
        if one[0] is Answer.MET:
            return one
    unknown = [one for one in found if one[0] is Answer.UNKNOWN]
    if unknown:
        return Answer.UNKNOWN, Weight.WEAK, tuple(part for one in unknown for part in one[2])
    weights = [one[1] for one in found]
    weight = Weight.WEAK if Weight.WEAK in weights else max(weights)
    return Answer.NOT_MET, weight, tuple(part for one in found for part in one[2])


def _decided(rule: Rule, answer: Answer, weight: Weight, parts: tuple[Part, ...]) -> Answered:
    if answer is Answer.MET:
        return Answered(rule, answer, weight, parts, Decision.PASSED)
    fail, unknown = rule.on_fail.decision, rule.on_unknown.decision
    most = Decision.REVIEW
    weak = next((part.weak for part in parts if part.weak), "")
    if rule.kind is RuleKind.REQUIREMENT:
        told = fail if answer is Answer.NOT_MET else unknown
        # Asked whether it is declared at all, what nobody known declares of AI is an answer, and condemns nobody.
        only_made = all(one.fact in FACTS and FACTS[one.fact].about is About.MADE for one in parts)
        held = told is Decision.REJECT and (weight is Weight.WEAK if answer is Answer.NOT_MET else only_made)
        decision = most if held else told
        return Answered(rule, answer, weight, parts, decision, (weak or "other") if held else "")
    if answer is Answer.NOT_MET:
        held = fail is Decision.REJECT and weight is not Weight.SIGNED
        return Answered(rule, answer, weight, parts, most if held else fail, (weak or "other") if held else "")
    # Somebody wrote what the rule is about, and nobody known vouches for it: a person asks. Nobody is condemned on
    # such a word, and no picture labelled.
    asks = Decision.NOTE if fail is Decision.NOTE else most
    decision = max(unknown, asks, key=_rank) if weak else unknown
    held = bool(weak) and fail is Decision.REJECT
    return Answered(rule, answer, weight, parts, min(decision, most, key=_rank), weak if held else "")


# --- in words ------------------------------------------------------------------------------------------------------


def _outcome(
    answered: Answered, facts: Facts, policy: Policy, path: str, now: datetime.datetime, say: Catalogue
) -> Outcome:
    rule = answered.rule
    names = dict.fromkeys(name for part in answered.parts for name in part.facts)
    found = Outcome(
        rule=rule.id,
        kind=rule.kind,
        answer=answered.answer,
        decision=answered.decision,
        sentence=because(rule, answered.parts, policy, say),
        facts=tuple(names),
        limited=limited(answered.held_back, say),
        link=rule.link,
    )
    for waiver in policy.waivers:
        applies = rule.id in waiver.rules and (matches(path, waiver.paths) or facts.sha256 in waiver.sha256)
        if applies and waiver.counts_on(now.date()):
            return replace(found, waived=waived(waiver, say))
    return found


__all__ = ["ALTERED", "Answered", "answers", "judge", "reason", "unjudged"]
