"""What a render farm calls when a task has written its pictures: hold what the studio's policy rejects, say why.

    python render_farm.py POLICY PICTURES…

The farm's own Python may be too old for this package; then let it call `provenance check --format jsonl`, which prints
the same verdicts. Exit codes are those of the command: 0 pass, 1 findings, 2 could not tell.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from provenance import PolicyDecision, Verdict, check
from provenance.home import locate


def held(verdicts: Iterable[Verdict]) -> Iterator[tuple[Verdict, str]]:
    """Yield each picture that must not go on, and the first reason."""
    for verdict in verdicts:
        if verdict.problem:  # silence is no pass: what could not be looked at does not go on
            yield verdict, verdict.problem
        elif verdict.enforced and verdict.decision.rank >= PolicyDecision.REVIEW.rank:
            yield verdict, verdict.outcomes[0].sentence


def main(policy: str, paths: list[str]) -> int:
    """Judge *paths* under *policy*, print what is held, return the exit code."""
    unsure = findings = False
    for verdict, reason in held(check(paths, policy, home=locate())):
        print(f"HOLD {verdict.name} [{verdict.decision}] {reason}")
        unsure |= bool(verdict.problem)
        findings = True
    return 2 if unsure else 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
