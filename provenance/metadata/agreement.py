"""Whether the manifest and EXIF, IPTC and XMP say the same, field by field (metadata.md §4). Pure.

* Texts are compared trimmed and in NFC, capitals as they stand; the order of several names does not matter, and EXIF
  may hold them in one text (MWG 2.0 §5.3).
* What IPTC-IIM had to cut is the same.
* What may be done is compared by what it means, not by its letters; where it differs, the most restrictive counts. Two
  flags that a text beside them makes mean the same still differ: most programs read the flag alone.
* A digital source type says the same as the ledger if a declared step has it, or if both are generative.

Which of two values is right, nobody can tell from this, nor who wrote them: programs rewrite metadata all the time.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from provenance.metadata import iim
from provenance.metadata.fields import PLACES, digital_source_type
from provenance.metadata.model import AI_FIELDS, Carrier, Field, Metadata, Value
from provenance.metadata.plus import at_least, canonical, counted
from provenance.record import dataclass
from provenance.terms import (
    GENERATIVE_SOURCE_TYPES,
    POSSIBLY_GENERATIVE_SOURCE_TYPES,
    RETIRED_SOURCE_TYPES,
    Mining,
    SourceType,
    Use,
)

_NAMES = frozenset({Field.CREATOR, Field.IMAGE_CREATOR, Field.CONTRIBUTOR})
_NOT_GENERATIVE = (
    (frozenset(SourceType) | frozenset(RETIRED_SOURCE_TYPES))
    - GENERATIVE_SOURCE_TYPES
    - POSSIBLY_GENERATIVE_SOURCE_TYPES
)


class State(StrEnum):
    """How what is said about one field agrees."""

    MATCH = "match"
    TRUNCATED = "truncated"  # the same, as far as IPTC-IIM can hold it
    ONLY_MANIFEST = "only_manifest"
    ONLY_HERE = "only_here"  # EXIF, IPTC or XMP say it; no manifest states it
    MISMATCH = "mismatch"
    INTERNAL = "internal"  # no manifest states it, and EXIF, IPTC and XMP contradict one another
    PERMISSION_CONFLICT = "permission_conflict"
    AI_CONFLICT = "ai_conflict"  # what the file says of AI contradicts the declared steps

    @property
    def disagrees(self) -> bool:
        return self in {State.MISMATCH, State.INTERNAL, State.PERMISSION_CONFLICT, State.AI_CONFLICT}


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the declared steps say of AI."""

    generative: bool | None = None  # False: they begin without it and name no such step; None: nothing can be said
    source_types: frozenset[str] = frozenset()  # of every declared step


@dataclass(frozen=True, slots=True)
class Agreement:
    """One field, and everything that is said about it."""

    field: Field
    state: State
    values: tuple[Value, ...]  # the manifest's first
    strictest: tuple[Carrier, ...] = ()  # of a permission conflict; () if no carrier is the strictest in everything


NO_LEDGER = Ledger()


def compare(stated: tuple[Value, ...], carried: Metadata, *, ledger: Ledger = NO_LEDGER) -> tuple[Agreement, ...]:
    """Return one agreement for each field that *stated*, by a manifest, or *carried*, in the file, says anything of."""
    return tuple(
        _agreement(field, ours, theirs, ledger, _of(Field.OTHER_CONSTRAINTS, (*stated, *carried.values)))
        for field in PLACES
        if (ours := _of(field, stated)) + (theirs := _of(field, carried.values))
    )


def _of(field: Field, values: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(value for value in values if value.field is field and any(map(_plain, value.texts)))


def _agreement(
    field: Field, ours: tuple[Value, ...], theirs: tuple[Value, ...], ledger: Ledger, constraints: tuple[Value, ...]
) -> Agreement:
    values = (*ours, *theirs)
    if field is Field.DATA_MINING:
        return _permissions(ours, theirs, constraints)
    if field in AI_FIELDS and theirs and ledger.generative is False:
        return Agreement(field, State.AI_CONFLICT, values)
    if field is Field.SOURCE_TYPE and theirs:
        return Agreement(field, _source_type(ours, theirs, ledger), values)
    return Agreement(field, _texts(ours, theirs), values)


# --- texts ------------------------------------------------------------------------------------------------------


def _texts(ours: tuple[Value, ...], theirs: tuple[Value, ...]) -> State:
    if not theirs:
        return State.ONLY_MANIFEST
    if not ours:
        return State.INTERNAL if len(groups(theirs)) > 1 else State.ONLY_HERE
    if any(not any(same(value, stated) for stated in ours) for value in theirs):
        return State.MISMATCH
    exact = all(any(_key(value) == _key(stated) for stated in ours) for value in theirs)
    return State.MATCH if exact else State.TRUNCATED


def same(one: Value, other: Value) -> bool:
    """Whether two values of one field say the same, as far as their carriers can hold it."""
    if _key(one) == _key(other):
        return True
    return _cut(one, other) or _cut(other, one)


def groups(values: tuple[Value, ...]) -> tuple[tuple[Value, ...], ...]:
    """Return *values* of one field by what they say, in order; the first of each group says it whole."""
    found: list[list[Value]] = []
    for value in sorted(values, key=lambda value: value.carrier is Carrier.IPTC):  # what may be cut comes last
        known = next((group for group in found if same(value, group[0])), None)
        if known is None:
            found.append([value])
        else:
            known.append(value)
    return tuple(map(tuple, found))


def _key(value: Value) -> tuple[str, ...]:
    texts = [_plain(text) for text in value.texts]
    if value.field in _NAMES:
        texts = sorted(part.strip() for text in texts for part in text.split(";"))
    if value.field is Field.SOURCE_TYPE:
        texts = [digital_source_type(text) for text in texts]
    if value.field is Field.DATA_MINING:
        texts = [text.rpartition("/")[2].casefold() for text in texts]  # readers meet bare codes, too
    return tuple(filter(None, texts))


def _plain(text: str) -> str:
    whole = text.encode(errors="replace").decode()  # half a surrogate pair can stand in a manifest
    return " ".join(unicodedata.normalize("NFC", whole).split())


def _cut(short: Value, whole: Value) -> bool:
    """Whether *short* stands in IPTC and is what IIM can hold of *whole*, name by name."""
    most = PLACES[short.field].iptc_bytes
    if short.carrier is not Carrier.IPTC or not most:
        return False
    texts, wholes = [_plain(text) for text in short.texts], [_plain(text) for text in whole.texts]
    if short.field in _NAMES and len(texts) != len(wholes):
        wholes = [part.strip() for text in wholes for part in text.split(";")]
    return len(texts) == len(wholes) and all(
        here == full or iim.is_cut(here, full, most) for here, full in zip(texts, wholes, strict=True)
    )


# --- what may be done -----------------------------------------------------------------------------------------------


def _permissions(ours: tuple[Value, ...], theirs: tuple[Value, ...], beside: tuple[Value, ...]) -> Agreement:
    values = (*ours, *theirs)
    said = [_uses(value, beside) for value in values]
    alike = all(one == said[0] for one in said)
    if alike and len({canonical(value.texts[0]) for value in values}) > 1:
        alike, said = False, [_uses(value, ()) for value in values]
    if alike:
        state = State.MATCH if ours and theirs else State.ONLY_HERE if theirs else State.ONLY_MANIFEST
        return Agreement(Field.DATA_MINING, state, values)
    strictest = tuple(
        dict.fromkeys(
            value.carrier for value, one in zip(values, said, strict=True) if all(at_least(one, it) for it in said)
        )
    )
    return Agreement(Field.DATA_MINING, State.PERMISSION_CONFLICT, values, strictest)


def _uses(value: Value, beside: tuple[Value, ...]) -> dict[Mining, Use]:
    """Return what counts, entry by entry, of a flag and the text (``plus:OtherConstraints``) in the same place."""
    texts = [one.texts[0] for one in beside if _place(one) == _place(value)]
    return counted(value.texts[0], texts[0] if texts else "")


def _place(value: Value) -> tuple[Carrier, str]:
    return value.carrier, value.where.partition(" ")[0]


# --- AI ---------------------------------------------------------------------------------------------------------


def _source_type(ours: tuple[Value, ...], theirs: tuple[Value, ...], ledger: Ledger) -> State:
    found = {digital_source_type(text) for value in theirs for text in value.texts}
    if ledger.generative is False and found & GENERATIVE_SOURCE_TYPES:
        return State.AI_CONFLICT
    if ledger.generative and found & _NOT_GENERATIVE:
        return State.AI_CONFLICT
    stated = {digital_source_type(text) for value in ours for text in value.texts} | ledger.source_types
    if not stated:
        return _texts(ours, theirs)
    # A blank canvas is C2PA's word; what was drawn on it is IPTC's digitalCreation.
    known = stated | ({SourceType.DIGITAL_CREATION} if SourceType.EMPTY in stated else set())
    both_generative = bool(ledger.generative) and bool(found & GENERATIVE_SOURCE_TYPES)
    return State.MATCH if found <= known or both_generative else State.MISMATCH
