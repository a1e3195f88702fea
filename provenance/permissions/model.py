"""What somebody may do with a picture, decided from everything that says something about it.

A purpose is judged by its own entry of CAWG Training and Data Mining 1.1. A channel that speaks more coarsely than the
four entries ("no AI", a reservation of text and data mining) is read as every entry that it covers; so a refusal of
all training refuses generative training too, and a manifest that refuses only ``cawg.ai_training`` does not.
"""

from __future__ import annotations

from enum import StrEnum

from provenance.metadata.plus import effective
from provenance.record import dataclass
from provenance.terms import Integrity, Level, Mining, Use


class Purpose(StrEnum):
    """What somebody wants to do with a picture."""

    GENERATIVE_TRAINING = "generative-training"  # training of models that could make pictures
    TRAINING = "training"  # training of other models
    MINING = "mining"  # searching many works for patterns
    INFERENCE = "inference"  # giving the picture to a model, for a result

    @property
    def entry(self) -> Mining:
        """The entry of the standard that it is judged by."""
        return _ENTRIES[self]


_ENTRIES = {
    Purpose.GENERATIVE_TRAINING: Mining.GENERATIVE_TRAINING,
    Purpose.TRAINING: Mining.TRAINING,
    Purpose.MINING: Mining.DATA_MINING,
    Purpose.INFERENCE: Mining.INFERENCE,
}


class Outcome(StrEnum):
    """What a decision comes to. Only `ALLOWED` is a yes."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "not_allowed"
    CONSTRAINED = "constrained"  # only under terms, which stand in the sources
    NOT_STATED = "not_stated"  # silence, or a yes that does not count


class Channel(StrEnum):
    """Where something was said."""

    MANIFEST = "manifest"
    XMP = "xmp"
    KEPT = "kept"  # what a pipeline kept of the original's metadata
    HEADER = "header"
    ROBOTS = "robots"
    TDMREP = "tdmrep"
    HTML = "html"


class Discount(StrEnum):
    """Why a yes does not count. A refusal always counts."""

    NONE = ""
    BROKEN = "broken"  # the credentials do not hold, or could not be checked
    PART = "part"  # it was said of a part of the picture, or of what the picture was made with
    ALTERED = "altered"  # metadata of a file whose credentials do not hold
    UNREAD = "unread"  # something of the file could not be read, and may hold a refusal
    ELSEWHERE = "elsewhere"  # the credentials lie elsewhere, and may hold a refusal
    REMOVED = "removed"  # an earlier statement about permissions was taken out
    SITE = "site"  # whoever serves a picture is not its author


@dataclass(frozen=True, slots=True)
class Source:
    """One answer to one entry, where it stands, and whether it counts."""

    channel: Channel
    where: str  # "XMP plus:DataMining", "robots.txt, line 3"
    said: str  # what stood there
    entry: Mining
    use: Use
    constraint: str = ""
    signed: bool = False
    signer: str = ""  # as the reader names it; a name that nobody vouches for is said to be one
    level: Level = Level.UNVERIFIED  # how the reader knows the signer
    integrity: Integrity = Integrity.NO_CREDENTIALS  # of what was signed
    discount: Discount = Discount.NONE

    @property
    def counts(self) -> bool:
        return self.discount is Discount.NONE

    @property
    def effective(self) -> Use:
        """The use that it counts as: `constrained` without terms is a refusal."""
        return effective(self.use, self.constraint)


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be done, and everything that was said about it."""

    outcome: Outcome
    purpose: Purpose
    reason: str = ""  # one sentence, in English; `decide.sentence` says it in others
    sources: tuple[Source, ...] = ()  # about this purpose, those that decide it first
    integrity: Integrity = Integrity.NO_CREDENTIALS  # of the file
    problems: tuple[str, ...] = ()  # what could not be read


@dataclass(frozen=True, slots=True)
class Said:
    """What one channel says of some entries, before anybody judged whether it counts."""

    channel: Channel
    where: str
    said: str
    stated: tuple[tuple[Mining, Use, str], ...]
