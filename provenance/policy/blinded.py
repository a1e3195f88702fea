"""A verdict that names nobody: what is left is which rule of the policy is met, not met or unknown.

A sentence may quote a signer, a title or a tool, a waiver an author, a problem a path: none of it stays. What the
policy itself says to everybody does, and so does why a conclusion was held back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from provenance.policy.verdict import Answer, Outcome, Verdict
from provenance.report.wording import Catalogue


def blinded(verdict: Verdict, messages: Mapping[str, str], say: Catalogue, *, entry: str) -> Verdict:
    """Return *verdict* under the name *entry*, with nothing that comes from the file or the reader's own names.

    Args:
        messages: what the policy tells people, by rule.
    """
    return replace(
        verdict,
        name=entry,
        outcomes=tuple(_outcome(outcome, messages, say) for outcome in verdict.outcomes),
        facts_sha256="",  # it could be compared with that of a file whose author is known
        problem=say("verdict.blind.problem") if verdict.problem else "",
    )


def _outcome(outcome: Outcome, messages: Mapping[str, str], say: Catalogue) -> Outcome:
    answer = say("verdict.blind.unknown" if outcome.answer is Answer.UNKNOWN else "verdict.blind.not_met")
    own = messages.get(outcome.rule, "")
    sentence = f"{own} ({answer})" if own else answer
    return replace(outcome, sentence=sentence, waived=say("verdict.blind.waived") if outcome.waived else "")
