"""Whether what a rule asks can hold of one file at once.

A file is one of a few things (`_FILES`). What can be met of each follows from how `asking` answers: nothing that is
stated counts where the file does not hold, an unsigned file has no signer, and traces never count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

from provenance.policy.vocabulary import FACTS, SPLIT, About
from provenance.record import dataclass
from provenance.terms import Integrity, TimeKind

Question = tuple[str, str, Any]  # a fact, or context.NAME; the operator; what it is given
_SIGNED = frozenset({"embedded", "sidecar", "remote"})
_COVERED = frozenset({"full", "partial"})
_LEVELS = frozenset({"signer_level", "lowest_level"})
_OF_CREDENTIALS = frozenset({
    "signer_lists", "signer_tiers", "signer_expired", "redactions", "identity_roles", "identity_names", "time",
})  # fmt: skip
_COUNTS = ("ingredients_with", "ingredients_without", "ingredients_broken", "ingredients_missing")


@dataclass(frozen=True, slots=True)
class _File:
    """What a file can be at once."""

    integrity: Integrity
    source: frozenset[str] = _SIGNED
    coverage: frozenset[str] = _COVERED
    signer: bool = False  # can be known
    whole: bool = False  # everything that it was made from holds, too: what is stated counts
    withdrawn: bool = False

    def words(self, name: str) -> frozenset[str] | None:
        """Return what a fact of one word can be; None for any other fact."""
        times = frozenset(TimeKind) if self.signed else frozenset({TimeKind.NONE})
        known = {"integrity": frozenset({self.integrity}), "source": self.source, "coverage": self.coverage}
        return {**known, "time_kind": times}.get(name)

    @property
    def signed(self) -> bool:
        return self.integrity is not Integrity.NO_CREDENTIALS


_NONE = frozenset({"none"})
_FILES = (
    _File(Integrity.INTACT, signer=True, whole=True),
    _File(Integrity.INTACT, signer=True),
    _File(Integrity.INTACT, whole=True, withdrawn=True),
    _File(Integrity.EXPIRED),
    _File(Integrity.ALTERED, coverage=frozenset(FACTS["coverage"].words)),
    _File(Integrity.NOT_COVERED, coverage=frozenset({"partial", "pixels_exposed", "unchecked"})),
    _File(Integrity.NO_CREDENTIALS, source=_NONE, coverage=_NONE),
)


def exclusive(asked: Sequence[Question]) -> tuple[str, ...]:
    """Return the fewest facts of which no file answers everything that is *asked*; () if one can."""
    for number in (1, 2):
        for some in combinations(asked, number):
            if not _possible(some):
                return tuple(dict.fromkeys(name for name, _, _ in some))
    return () if _possible(asked) else tuple(dict.fromkeys(name for name, _, _ in asked))


def said(names: Sequence[str]) -> str:
    """Return what is wrong where `exclusive` found *names*."""
    if names == ("traces",):
        return "can never hold: traces are nobody's word, and never count for a file"
    if len(names) == 1:
        return "can never hold: no file answers this"
    return f"can never hold: {', '.join(names[:-1])} and {names[-1]} exclude one another"


def _possible(asked: Sequence[Question]) -> bool:
    if not any(_all(file, asked) for file in _FILES):
        return False
    return _in_time(asked) and _kinds(asked) and _counts(asked) and _supplied(asked)


def _all(file: _File, asked: Sequence[Question]) -> bool:
    for name in dict.fromkeys(name for name, _, _ in asked):
        parts = [(operator, given) for one, operator, given in asked if one == name]
        words = file.words(name)
        if words is None:
            if not all(_can(file, name, operator, given) for operator, given in parts):
                return False
        elif not any(all(_is(word, operator, given) for operator, given in parts) for word in words):
            return False
    return True


def _is(word: str, operator: str, given: Any) -> bool:
    match operator:
        case "present":
            return bool(given)
        case "none_of":
            return word not in given
    return word in given if isinstance(given, tuple) else word == given


def _wants(operator: str, given: Any) -> bool:
    """Whether something must be there."""
    return operator != "none_of" and not (operator == "present" and given is False)


def _can(file: _File, name: str, operator: str, given: Any) -> bool:
    if name not in FACTS:
        return True
    if name == "traces":
        return not _wants(operator, given)
    if name == "chain_intact":
        return given is (file.whole and file.integrity is Integrity.INTACT)
    if name in _LEVELS:
        return file.signer and (file.whole or name == "signer_level")
    if name == "signer_withdrawn":
        return file.signed and given is file.withdrawn
    if name == "signer":
        return file.signer or (operator == "present" and not given)
    if name in _OF_CREDENTIALS:
        return file.signed or (operator == "present" and not given)
    if FACTS[name].about is About.FOUND:
        return True
    absent = FACTS[name].about is About.STATED and name not in SPLIT and operator == "present" and not given
    return absent or (file.signer and file.whole)


# --- facts that say something of one another -------------------------------------------------------------------------


def _parts(asked: Iterable[Question], *names: str) -> Iterator[tuple[str, Any]]:
    return ((operator, given) for name, operator, given in asked if name in names)


def _in_time(asked: Sequence[Question]) -> bool:
    """Only a trusted time stamp counts as a time."""
    times, kinds = list(_parts(asked, "time")), list(_parts(asked, "time_kind"))
    if any(_wants(*one) for one in times):
        return all(_is(TimeKind.TRUSTED, *one) for one in kinds)
    left = {kind for kind in TimeKind if all(_is(kind, *one) for one in kinds)}
    return not times or left != {TimeKind.TRUSTED}


def _kinds(asked: Sequence[Question]) -> bool:
    """What is generative, or may be, is among the kinds of AI help."""
    excluded: set[str] = set()
    for operator, given in _parts(asked, "ai_kinds"):
        excluded |= (
            set(given)
            if operator == "none_of"
            else set(FACTS["ai_kinds"].words)
            if not _wants(operator, given)
            else set()
        )
    for operator, given in _parts(asked, "generative_kinds", "possibly_kinds"):
        wanted = set(given) if isinstance(given, tuple) else set(FACTS["ai_kinds"].words)
        if _wants(operator, given) and (wanted <= excluded or (operator == "all_of" and wanted & excluded)):
            return False
    return True


def _counts(asked: Sequence[Question]) -> bool:
    """The ingredients of each state are no more than all of them."""
    most = min(
        (given for operator, given in _parts(asked, "ingredients_total") if operator != "at_least"), default=None
    )
    least = sum(
        max((given for operator, given in _parts(asked, name) if operator != "at_most"), default=0) for name in _COUNTS
    )
    return most is None or least <= most


def _supplied(asked: Sequence[Question]) -> bool:
    """One value of the context is one value."""
    for name in {name for name, _, _ in asked if name not in FACTS}:
        parts = [(operator, given) for operator, given in _parts(asked, name) if operator != "present"]
        lists = [given if isinstance(given, tuple) else (given,) for operator, given in parts if operator != "none_of"]
        wanted = [value for value in (lists[0] if lists else ()) if all(_is(value, *one) for one in parts)]
        if lists and not wanted:
            return False
        if parts and any(given is False for operator, given in _parts(asked, name) if operator == "present"):
            return False
    return True
