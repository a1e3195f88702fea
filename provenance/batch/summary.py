"""How many of what, counted while rows pass by. Silence is counted as silence; only an option makes it a yes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from provenance.batch.model import Input, LeftOut
from provenance.batch.rows import Outcome, Row
from provenance.batch.run import Done


def taken(row: Row, *, unstated: bool) -> bool:
    """Whether the picture may be taken; where nothing is stated, the caller's *unstated* says it."""
    return row.outcome is Outcome.ALLOWED or (unstated and row.outcome is Outcome.NOT_STATED)


@dataclass(slots=True)
class Counts:
    """What one input, or all of them, came to."""

    pictures: int = 0
    taken: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    left_out: int = 0


@dataclass(slots=True)
class Summary:
    """Counts of a run."""

    unstated: bool
    whole: Counts = field(default_factory=Counts)
    inputs: list[tuple[Input, Counts]] = field(default_factory=list)
    carriers: Counter[str] = field(default_factory=Counter)  # how many decisions each carrier took part in
    signed: int = 0
    integrity: Counter[str] = field(default_factory=Counter)

    def add(self, done: Done) -> None:
        """Count one entry."""
        if isinstance(done, Input):
            self.inputs.append((done, Counts()))
            return
        counts = (self.whole, self.inputs[-1][1]) if self.inputs else (self.whole,)
        if isinstance(done, LeftOut):
            for each in counts:
                each.left_out += 1
            return
        take = taken(done, unstated=self.unstated)
        for each in counts:
            each.pictures += 1
            each.taken += take
            each.outcomes[done.outcome.value] += 1
        self.carriers.update(done.carriers)
        if done.signed:
            self.signed += 1
            self.integrity[done.integrity] += 1

    @property
    def unreadable(self) -> int:
        return self.whole.outcomes[Outcome.UNREADABLE.value]
