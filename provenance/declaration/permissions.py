"""What may be done with the work: the four entries of CAWG Training and Data Mining 1.1.

An entry that is left out says nothing; silence is neither a yes nor a no.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import field_validator

from provenance.declaration.problems import Written
from provenance.declaration.text import Line, fault
from provenance.terms import SEARCH_ONLY, Mining, Use

ASK = "Ask first. Whom to ask stands in these credentials, as the creator's contact (CreatorContactInfo)."


class Answer(StrEnum):
    """An artist's answer."""

    YES = "yes"
    NO = "no"
    ASK = "ask"


class MiningAnswer(StrEnum):
    """An artist's answer about data mining, which search engines do too."""

    YES = "yes"
    NO = "no"
    ASK = "ask"
    SEARCH = "search"  # only to index it: a constraint with a text of ours


ENTRIES = {  # our field -> the standard's entry
    "generative_training": Mining.GENERATIVE_TRAINING,
    "training": Mining.TRAINING,
    "data_mining": Mining.DATA_MINING,
    "inference": Mining.INFERENCE,
}
_USES = {"yes": Use.ALLOWED, "no": Use.NOT_ALLOWED, "ask": Use.CONSTRAINED, "search": Use.CONSTRAINED}


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
    data_mining: MiningAnswer | None = None
    """Searching many works for patterns; "search" leaves it to search engines, for indexing."""
    inference: Answer | None = None
    """Feeding the picture to a model, for a result."""
    constraints: Constraints = Constraints()

    @field_validator("generative_training", "training", "inference", mode="before")
    @classmethod
    def _search_is_mining(cls, value: Any) -> Any:
        if value == MiningAnswer.SEARCH:
            raise fault('"search" is an answer for data_mining only', "use yes, no or ask")
        return value

    @property
    def answers(self) -> dict[str, Answer | MiningAnswer]:
        """The entries that are answered, by our names."""
        found = {name: getattr(self, name) for name in ENTRIES}
        return {name: answer for name, answer in found.items() if answer is not None}

    def stated(self) -> Iterator[tuple[Mining, Use, str]]:
        """Yield entry, use and the constraint's text ("" where there is no constraint), in the standard's words."""
        for name, answer in self.answers.items():
            # Constrained with nothing further counts as notAllowed; the contact itself stays where it can be redacted.
            given = SEARCH_ONLY if answer is MiningAnswer.SEARCH else getattr(self.constraints, name) or ASK
            yield ENTRIES[name], _USES[answer], given if _USES[answer] is Use.CONSTRAINED else ""

    def by_entry(self) -> dict[Mining, tuple[Use, str]]:
        """Return the same by entry, as `metadata.plus` takes it."""
        return {entry: (use, text) for entry, use, text in self.stated()}

    def contradictions(self, *, contact: str | None) -> Iterator[tuple[str, str, str]]:
        """Yield field, problem and cure of each answer that does not hold together."""
        for name in ENTRIES:
            answer, text = getattr(self, name), getattr(self.constraints, name)
            if text and answer != Answer.ASK:
                yield f"constraints.{name}", f"has a text, but {name} is not answered ask", f'set {name} = "ask"'
            if answer == Answer.ASK and not text and not contact:
                yield (
                    name,
                    "is ask, but nothing says whom or what to ask",
                    "give a contact, or a text under constraints",
                )
