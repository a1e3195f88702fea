"""Verdicts in words: what was asked, what was found, and why the one does not answer the other.

Missing is called missing, broken broken. "No generative AI recorded" is the most that is ever said of a picture.
"""

from __future__ import annotations

from typing import Any

from provenance.policy.asking import Part
from provenance.policy.loading import Policy
from provenance.policy.model import Rule, Waiver
from provenance.policy.verdict import Answer
from provenance.report.wording import DEFAULT, Catalogue, Phrase

_FEW = 6


def because(rule: Rule, parts: tuple[Part, ...], policy: Policy, say: Catalogue) -> str:
    """Return the rule's own message, and why it was answered so."""
    own = message(rule, say)
    # Of several facts that are unknown for the same reason, one is enough.
    by_why = {part.why + part.weak if part.why else f"{part.fact} {part.operator}": part for part in reversed(parts)}
    said = [reason(part, policy, say) for part in reversed(by_why.values())]
    return " ".join(filter(None, (own, *said)))


def message(rule: Rule, say: Catalogue) -> str:
    """Return what the policy tells people, in their language or else in English."""
    words = {str(language): text for language, text in rule.message.items()}
    return words.get(say.language) or words.get(DEFAULT) or next(iter(words.values()), "")


def reason(part: Part, policy: Policy, say: Catalogue) -> Phrase:
    """Return what was asked of one fact, and what was found."""
    values = {"fact": fact(part.fact, say), "asked": asked(part, say)}
    if part.answer is Answer.UNKNOWN:
        level = say.term("policy.word", policy.evidence.value)
        why = say(f"policy.why.{part.why}", found=_found(part, say), level=level)
        said = say("policy.unknown", **values, why=Phrase(why[:1].upper() + why[1:]))
    else:
        key = "policy.met" if part.answer is Answer.MET else "policy.not_met"
        said = say(key, **values, found=_found(part, say) or say("policy.nothing"))
    return Phrase(said[:1].upper() + said[1:])


def fact(name: str, say: Catalogue) -> Phrase:
    """Return what a fact is called for people."""
    if name.startswith("context."):
        return say("policy.fact.context", name=name.removeprefix("context."))
    return say(f"policy.fact.{name}")


def asked(part: Part, say: Catalogue) -> Phrase:
    """Return what is asked of a fact."""
    if part.operator == "present":
        return say("policy.asked.present" if part.asked else "policy.asked.absent")
    words = part.asked if isinstance(part.asked, tuple) else (part.asked,)
    return say(f"policy.asked.{part.operator}", words=listed(tuple(map(_word, words)), say))


def _found(part: Part, say: Catalogue) -> Phrase:
    return listed(part.found, say, of=part.fact)


def listed(words: tuple[str, ...], say: Catalogue, *, of: str = "") -> Phrase:
    """Return some words of a list, and how many more there are.

    Args:
        of: the fact that they are values of, where one of them means something else there.
    """
    own = f"policy.word.{of}"
    shown = say.join(say.term(own if say.has(f"{own}.{word}") else "policy.word", word) for word in words[:_FEW])
    more = f" +{len(words) - _FEW}" if len(words) > _FEW else ""
    return Phrase(shown + more)


def limited(whose: str, say: Catalogue) -> str:
    """Return why a conclusion went no further than review."""
    return say(f"policy.limited.{whose}") if whose else ""


def waived(waiver: Waiver, say: Catalogue) -> str:
    """Return who took a rule back, why, and until when."""
    return say("policy.waived", reason=waiver.reason, author=waiver.author, day=waiver.expires)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
