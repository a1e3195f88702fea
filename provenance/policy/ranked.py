"""Verdicts, worst first, however many: each decision has a file of its own, in memory while it is small."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from provenance.policy.verdict import Decision, Verdict
from provenance.worker import codec

UNJUDGED = "unjudged"
GROUPS = (  # worst first; what could not be judged comes before what a person has to look at
    Decision.REJECT.value, UNJUDGED, Decision.REVIEW.value, Decision.DISCLOSE.value, Decision.NOTE.value,
    Decision.PASSED.value,
)  # fmt: skip
_IN_MEMORY = 4 << 20


def group_of(verdict: Verdict) -> str:
    """Return the group that *verdict* is told in."""
    return UNJUDGED if verdict.problem else verdict.decision.value


class Ranked:
    """Takes verdicts in any order, and gives them group by group, in each as they came; as often as asked for."""

    def __init__(self) -> None:
        self._groups = {
            name: tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed in __exit__
            for name in GROUPS
        }

    def add(self, verdict: Verdict) -> None:
        """Keep one verdict."""
        line = json.dumps(codec.encode(verdict), separators=(",", ":"))
        file = self._groups[group_of(verdict)]
        file.seek(0, 2)
        file.write(line.encode("ascii") + b"\n")

    def group(self, name: str) -> Iterator[Verdict]:
        """Yield the verdicts of one group; one walk at a time, and nothing added meanwhile."""
        file = self._groups[name]
        file.seek(0)
        for line in file:
            yield codec.decode(Verdict, json.loads(line))

    def __iter__(self) -> Iterator[Verdict]:
        for name in GROUPS:
            yield from self.group(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._groups.values():
            file.close()
