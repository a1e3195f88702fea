"""What may be done with the work: the four entries of CAWG Training and Data Mining 1.1.

An entry that is left out says nothing; silence is neither a yes nor a no.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar

from provenance.declaration.problems import Written
from provenance.declaration.text import Line
from provenance.terms import Mining, Use


class Answer(StrEnum):
    """An artist's answer."""

    YES = "yes"
    NO = "no"
    ASK = "ask"


ENTRIES = {  # our field -> the standard's entry
    "generative_training": Mining.GENERATIVE_TRAINING,
    "training": Mining.TRAINING,
    "data_mining": Mining.DATA_MINING,
    "inference": Mining.INFERENCE,
}
_USES = {Answer.YES: Use.ALLOWED, Answer.NO: Use.NOT_ALLOWED, Answer.ASK: Use.CONSTRAINED}


class Constraints(Written):
    """What to do or what is allowed, for each entry that is answered "ask"."""

    noun: ClassVar[str] = "the constraints"

    generative_training: Line | None = None
    training: Line | None = None
    data_mining: Line | None = None
    inference: Line | None = None


class Permissions(Written):
    """Yes, no or ask, for each of four uses."""

    noun: ClassVar[str] = "the permissions"

    generative_training: Answer | None = None
    """Training of models that could make pictures."""
    training: Answer | None = None
    """Training of other models."""
    data_mining: Answer | None = None
    """Searching many works for patterns."""
    inference: Answer | None = None
    """Feeding the picture to a model, for a result."""
    constraints: Constraints = Constraints()

    @property
    def answers(self) -> dict[str, Answer]:
        """The entries that are answered, by our names."""
        found = {name: getattr(self, name) for name in ENTRIES}
        return {name: answer for name, answer in found.items() if answer is not None}

    def stated(self) -> Iterator[tuple[Mining, Use, str]]:
        """Yield entry, use and the constraint's own text ("" for none), in the standard's words."""
        for name, answer in self.answers.items():
            yield ENTRIES[name], _USES[answer], getattr(self.constraints, name) or ""

    def contradictions(self, *, contact: str | None) -> Iterator[tuple[str, str, str]]:
        """Yield field, problem and cure of each answer that does not hold together."""
        for name in ENTRIES:
            answer, text = getattr(self, name), getattr(self.constraints, name)
            if text and answer is not Answer.ASK:
                yield f"constraints.{name}", f"has a text, but {name} is not answered ask", f'set {name} = "ask"'
            if answer is Answer.ASK and not text and not contact:
                yield (
                    name,
                    "is ask, but nothing says whom or what to ask",
                    "give a contact, or a text under constraints",
                )
