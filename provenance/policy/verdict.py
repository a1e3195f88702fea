"""What a policy says about one file: a decision, and the reason of each part of it."""

from __future__ import annotations

from enum import StrEnum

from provenance.record import dataclass

ALTERED = "provenance.altered"  # our own rule, which no policy can change


class Decision(StrEnum):
    """What is to be done with a file, mildest first; `rank` orders them."""

    PASSED = "pass"
    NOTE = "note"
    DISCLOSE = "disclose"  # pass, and what is declared is to be said wherever the picture is shown
    REVIEW = "review"  # a person decides
    REJECT = "reject"

    @property
    def rank(self) -> int:
        """0 for pass up to 4 for reject."""
        return list(Decision).index(self)


class Answer(StrEnum):
    """Whether a rule's predicate holds."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"  # nothing says, or what says so cannot be relied on


class RuleKind(StrEnum):
    """What a rule is about: this decides how far it may go (design §4; people.md)."""

    REQUIREMENT = "requirement"  # of form: signed, intact, declared… Missing is missing, and may reject
    CONCLUSION = (
        "conclusion"  # how the picture was made: rejects only on an intact statement by a known or listed signer
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """One rule, answered for one file."""

    rule: str  # id within the policy
    kind: RuleKind
    answer: Answer
    decision: Decision
    sentence: str  # the rule's own message, and why it was answered so
    facts: tuple[str, ...] = ()  # names of the facts that decided
    limited: str = ""  # why a conclusion went no further than review, "" where it was not held back
    link: str = ""
    waived: str = ""  # reason of the waiver that took it back


@dataclass(frozen=True, slots=True)
class Verdict:
    """One file under one policy."""

    name: str  # as the caller gave it: a path, a member of a shard
    policy: str  # its id
    decision: Decision  # of the gravest rule that is not waived
    outcomes: tuple[Outcome, ...] = ()  # gravest first; rules that are met are left out
    facts_sha256: str = ""  # of the facts as JSON
    problem: str = ""  # why the file could not be judged at all, "" if it was; the decision is then review
    enforced: bool = True  # False: the policy only warns
