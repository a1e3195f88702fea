"""What every format says of the run itself: the policy, its rules, what the caller said, which findings count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from provenance.policy.verdict import Decision, RuleKind
from provenance.record import dataclass


@dataclass(frozen=True, slots=True)
class RuleTold:
    """A rule as a format names it."""

    id: str
    kind: RuleKind
    message: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """One run."""

    policy: str  # its id
    title: str
    sha256: str  # of the policy's text
    evidence: str  # whose word counts for a file
    rules: tuple[RuleTold, ...]
    fail_on: Decision
    enforced: bool = True  # False: nothing fails
    context: tuple[tuple[str, str], ...] = ()
    version: str = ""  # of this program
    made: str = ""  # when it began, ISO 8601
    blind: bool = False
    exit_zero: bool = False  # the program ends with 0 all the same


@dataclass(frozen=True, slots=True)
class Kept:
    """What a contest's form says beside each verdict: columns, and cells by what the verdict is called."""

    columns: tuple[str, ...] = ()
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def cells(self, name: str) -> tuple[str, ...]:
        return self.rows.get(name, ("",) * len(self.columns))
