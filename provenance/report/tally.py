"""How many of what, counted while the files of a run pass by, and what a person is told of it at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from provenance.plain import MACHINE, plain
from provenance.report.layout import fill
from provenance.report.run import SameSigner
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import Integrity

_SHOWN = 5  # names of a kind


@dataclass(slots=True)
class Tally:
    """Counts of a run, and the first names of what a person has to look at."""

    pictures: int = 0
    integrity: Counter[str] = field(default_factory=Counter)
    answers: Counter[bool | None] = field(default_factory=Counter)
    unread: list[tuple[str, str]] = field(default_factory=list)  # name and problem
    left_out: int = 0
    left_names: list[str] = field(default_factory=list)
    again: int = 0  # named more than once
    signers: SameSigner = field(default_factory=SameSigner)

    def add(self, name: str, integrity: str, *, answer: bool | None, problem: str, signer: str) -> None:
        """Count one picture."""
        self.pictures += 1
        self.integrity[integrity] += 1
        self.answers[answer] += 1
        self.signers.count(signer, name)
        if integrity == Integrity.NOT_CHECKED.value and len(self.unread) < _SHOWN:
            self.unread.append((name, problem))

    def leave(self, name: str) -> None:
        """Count what was left out, as it is no picture."""
        self.left_out += 1
        if len(self.left_names) < _SHOWN:
            self.left_names.append(name)

    def told(self, say: Catalogue, required: Phrase, *, width: int = 80) -> Iterator[str]:
        """Yield the lines of the summary; *required* is what exit code 0 asks for."""
        yield say("run.files", count=self.pictures)
        for word in Integrity:
            if number := self.integrity[word.value]:
                yield f"  {number:>9,}  {say.term('check.integrity', word.value)}"
        yes, no, unknown = self.answers[True], self.answers[False], self.answers[None]
        yield from fill(say("run.required", what=required, yes=yes, no=no, unknown=unknown), width).split("\n")
        if self.unread:
            yield say("run.unread")
            for name, problem in self.unread:
                yield from fill(f"- {plain(name)}: {plain(problem, limit=MACHINE)}", width, indent="  ").split("\n")
            if rest := self.integrity[Integrity.NOT_CHECKED.value] - len(self.unread):
                yield "  " + say("run.more", count=rest)
        if self.again:
            yield from fill(say("run.again", count=self.again), width).split("\n")
        if self.left_out:
            names = [*map(plain, self.left_names), *(["…"] if self.left_out > len(self.left_names) else [])]
            told = say("run.left_out", count=self.left_out, names=Phrase(say.join(names)))
            yield from fill(told, width).split("\n")
