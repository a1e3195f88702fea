"""How many of what, counted while verdicts pass by; and the exit code that follows.

A file that could not be judged is never counted as passed, and no option hides it: 2 comes before everything else.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from provenance.policy.verdict import Decision, Verdict

PASSED, FINDINGS, UNSURE = 0, 1, 2


@dataclass(slots=True)
class Tally:
    """Counts of a run."""

    fail_on: Decision
    files: int = 0
    decisions: Counter[Decision] = field(default_factory=Counter)  # of the files that could be judged
    unjudged: int = 0
    findings: int = 0  # files whose decision fails the run
    waived: int = 0  # rules that a waiver took back
    waived_files: int = 0
    limited: int = 0  # conclusions that went no further than review
    left_out: int = 0  # duplicates, and files in folders that are no pictures
    rules: Counter[str] = field(default_factory=Counter)  # files, by the rule that they do not meet

    def add(self, verdict: Verdict) -> None:
        """Count one file."""
        self.files += 1
        if verdict.problem:
            self.unjudged += 1
            return
        self.decisions[verdict.decision] += 1
        self.findings += fails(verdict, self.fail_on)
        waived = sum(bool(outcome.waived) for outcome in verdict.outcomes)
        self.waived += waived
        self.waived_files += bool(waived)
        self.limited += sum(bool(outcome.limited) for outcome in verdict.outcomes)
        self.rules.update({outcome.rule for outcome in verdict.outcomes if not outcome.waived})

    def exit_code(self, *, exit_zero: bool = False) -> int:
        """Return 0 if nothing fails, 1 if something does, 2 if a file could not be judged, or there was none."""
        if self.unjudged or not self.files:
            return UNSURE
        return FINDINGS if self.findings and not exit_zero else PASSED


def fails(verdict: Verdict, fail_on: Decision) -> bool:
    """Whether *verdict* is a finding that fails the run; one that only warns never is."""
    return verdict.enforced and not verdict.problem and verdict.decision.rank >= fail_on.rank
