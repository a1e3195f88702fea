"""A policy under test: example files, each with the verdict that it must get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from provenance.errors import ProvenanceError
from provenance.policy.files import facts_files
from provenance.policy.judge import judge, unjudged
from provenance.policy.loading import Policy
from provenance.policy.model import Example
from provenance.policy.verdict import Verdict
from provenance.record import dataclass
from provenance.verification.options import Options
from provenance.worker.settings import Settings


@dataclass(frozen=True, slots=True)
class Tried:
    """One example, and what the policy says of it."""

    example: Example
    verdict: Verdict
    problem: str = ""  # why the file could not be read

    @property
    def passed(self) -> bool:
        """Whether the verdict is the expected one, and so are the rules, where the example names them."""
        rules = None if self.example.rules is None else sorted(self.example.rules)
        same = rules is None or rules == sorted(one.rule for one in self.verdict.outcomes)
        return not self.problem and self.verdict.decision.value == self.example.expect and same


def try_examples(policy: Policy, *, options: Options, settings: Settings, now: datetime) -> Iterator[Tried]:
    """Yield each example of *policy*, judged; the files lie where its own file says."""
    folder = Path(policy.folder)
    files = [folder / example.file for example in policy.examples]
    found = facts_files(files, options=options, settings=settings)
    for example, (_, facts) in zip(policy.examples, found, strict=True):
        path = example.path or Path(example.file).as_posix()
        if isinstance(facts, ProvenanceError):
            yield Tried(example, unjudged(path, policy, facts.problem), facts.problem)
            continue
        # Rules that are waived are still not met.
        verdict = judge(replace(facts, path=path), policy, context=example.context, path=path, now=now)
        yield Tried(example, verdict)
