"""Which fact decided a rule for one file, and what would change the answer. Never: what is true of the picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from provenance.policy.asking import Part
from provenance.policy.facts import Facts
from provenance.policy.judge import Answered, answers
from provenance.policy.loading import Policy
from provenance.policy.saying import asked, fact, limited, message, reason
from provenance.policy.verdict import Answer, RuleKind
from provenance.record import dataclass
from provenance.report.wording import Catalogue


@dataclass(frozen=True, slots=True)
class Explained:
    """One rule and one file."""

    rule: str
    lines: tuple[str, ...]


def explain(
    facts: Facts, policy: Policy, *, context: Mapping[str, object], path: str, say: Catalogue, rule: str = ""
) -> Iterator[Explained]:
    """Yield what decided each rule, or the one called *rule*; nothing for a rule that is not for this file."""
    for answered in answers(facts, policy, context=context, path=path):
        if not rule or answered.rule.id == rule:
            yield Explained(answered.rule.id, tuple(_lines(answered, facts, policy, say)))


def _lines(answered: Answered, facts: Facts, policy: Policy, say: Catalogue) -> Iterator[str]:
    rule = answered.rule
    yield say(f"policy.explain.{rule.kind}.{answered.answer}", decision=say(f"policy.decision.{answered.decision}"))
    if own := message(rule, say):
        yield own
    for part in answered.parts:
        yield reason(part, policy, say)
        names = (f"{name} = {_value(facts, name)}" for name in part.facts if not name.startswith("context."))
        if shown := say.join(names):
            yield say("policy.explain.facts", facts=shown)
    if held := limited(answered.held_back, say):
        yield held
    yield from dict.fromkeys(_changes(answered, policy, say))


def _value(facts: Facts, name: str) -> str:
    value = getattr(facts, name)
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return str(value).lower() if isinstance(value, bool) else "–" if value in (None, "") else str(value)


def _changes(answered: Answered, policy: Policy, say: Catalogue) -> Iterator[str]:
    if answered.answer is Answer.MET:
        yield say("policy.change.met", fact=fact(answered.parts[0].fact, say))
        return
    for part in answered.parts:
        yield _change(part, answered, policy, say)


def _change(part: Part, answered: Answered, policy: Policy, say: Catalogue) -> str:
    values = {"fact": fact(part.fact, say), "asked": asked(part, say)}
    if part.answer is Answer.NOT_MET:
        made = answered.rule.kind is RuleKind.CONCLUSION
        return say("policy.change.stated" if made else "policy.change.found", **values)
    key = f"policy.change.{part.why}"
    if part.why == "context":
        return say(key, name=part.fact.removeprefix("context."))
    decision = say(f"policy.decision.{answered.rule.on_fail}")
    return say(key if say.has(key) else "policy.change.found", decision=decision, level=policy.evidence.value, **values)
