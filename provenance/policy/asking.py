"""One part of a predicate, asked of one file: met, not met, or unknown, and why. Three-valued throughout.

- *Found* facts are ours and count as they are.
- *Stated* facts are met only where the whole chain holds and everybody in it is known as well as the policy asks.
- Of *made* facts, what a known or listed signer states decides; what others wrote makes it unknown; silence is met
  only where the history is declared complete by signers who count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from functools import partial
from typing import Any

from provenance.metadata.model import AI_FIELDS, Field
from provenance.policy.facts import Facts, sound
from provenance.policy.loading import Policy
from provenance.policy.operators import holds, in_time, matches
from provenance.policy.verdict import Answer
from provenance.policy.vocabulary import FACTS, SPLIT, About, Shape
from provenance.record import dataclass
from provenance.terms import Integrity, Level, TimeKind

_WITHOUT = frozenset({Integrity.NO_CREDENTIALS, Integrity.ELSEWHERE, Integrity.NOT_CHECKED})
_FILE = frozenset(
    {"name", "size", "media_type", "name_suggests", "carrier_conflicts", "permission_conflicts", "declared_beside"}
)
_NOT_KNOWN = frozenset({"not checked", "unknown", ""})
_OF_CREDENTIALS = frozenset({  # without credentials nothing says, and that there is none is no answer
    "redactions", "signer_lists", "signer_tiers", "signer_expired", "signer_withdrawn", "identity_roles",
    "identity_names",
})  # fmt: skip
_SAY_AI = frozenset(field.value for field in (*AI_FIELDS, Field.SOURCE_TYPE))
_NO_COMPLETENESS = frozenset({"contradictions", "statements"})  # their absence needs no complete history
_WEAK = ("unknown_signer", "broken", "traces", "beside")
_DECIDES = {  # why something does not count -> the fact that says so
    "no_credentials": ("integrity",), "elsewhere": ("integrity",), "not_intact": ("integrity",),
    "expired": ("integrity",), "history": ("chain_intact",), "signer": ("signer_level",), "ancestor": ("lowest_level",),
    "incomplete": ("complete",), "claimed_time": ("time_kind",), "no_time": ("time_kind",),
    "unsigned": ("permissions_unsigned",),
}  # fmt: skip


class Weight(IntEnum):
    """What a "not met" rests on."""

    WEAK = 0  # nobody known vouches for it
    PLAIN = 1  # we found it, or the caller said it
    SIGNED = 2  # an intact statement by a known or listed signer


@dataclass(frozen=True, slots=True)
class Part:
    """One question about one fact, answered."""

    fact: str
    operator: str
    asked: Any
    answer: Answer
    weight: Weight = Weight.PLAIN
    found: tuple[str, ...] = ()
    why: str = ""  # of "unknown": key of a sentence
    weak: str = ""  # whose word it was that does not count: unknown_signer, broken, traces, beside, profile
    facts: tuple[str, ...] = ()  # that decided


def ask(facts: Facts, name: str, operator: str, asked: Any, policy: Policy) -> Part:
    """Return the answer to one part of a test of the fact *name*."""
    about = FACTS[name].about
    part = Part(name, operator, asked, Answer.UNKNOWN, facts=(name,))
    if name in SPLIT:
        return _split(facts, part, policy)
    if name == "profiles":
        return _profiles(facts, part, policy)
    if name == "traces":
        return _traces(facts, part)
    if about is About.FOUND:
        return _found(facts, part, policy)
    return _stated(facts, part, policy)


def ask_context(context: Mapping[str, object], name: str, operator: str, asked: Any) -> Part:
    """Return the answer to one part of a test of a value that the caller supplies."""
    fact = f"context.{name}"
    if operator == "present":
        answer = Answer.MET if (name in context) is asked else Answer.NOT_MET
        return Part(fact, operator, asked, answer, facts=(fact,))
    if name not in context:
        return Part(fact, operator, asked, Answer.UNKNOWN, why="context", facts=(fact,))
    value = context[name]
    wanted = asked if isinstance(asked, tuple) else (asked,)
    among = any(type(value) is type(one) and value == one for one in wanted)
    answer = Answer.MET if among is (operator != "none_of") else Answer.NOT_MET
    return Part(fact, operator, asked, answer, found=(_word(value),), facts=(fact,))


# --- found ---------------------------------------------------------------------------------------------------------


def _found(facts: Facts, part: Part, policy: Policy) -> Part:
    name = part.fact
    if facts.integrity is Integrity.ELSEWHERE and name not in _FILE:
        return _unknown(part, "elsewhere")
    if name == "signer":
        return _signer(facts, part, policy)
    if name == "time":
        return _time(facts, part)
    value = getattr(facts, name)
    # Of somebody whom nothing holds to anything, why is what helps.
    broken = value is Level.UNVERIFIED and facts.integrity is not Integrity.INTACT
    shown = _words(facts.integrity if broken else value)
    if name == "revocation" and value in _NOT_KNOWN and not _names(part.asked, value):
        return _unknown(part, "not_checked", shown)
    held = holds(FACTS[name].shape, part.operator, part.asked, value)
    if held and facts.integrity in _WITHOUT and name in _OF_CREDENTIALS and part.operator != "present":
        return _unknown(part, "no_credentials", shown)
    if not held and name == "carrier_conflicts" and _only_of_ai(facts, part):
        return _with(part, Answer.NOT_MET, found=shown, weight=Weight.WEAK, weak="traces")
    return _plain(part, held, shown)


def _only_of_ai(facts: Facts, part: Part) -> bool:
    """Whether a file fails for nothing but what metadata say of AI: that is a trace, and condemns nobody."""
    forbids = part.operator == "none_of" or part.asked is False
    return forbids and set(_among(facts.carrier_conflicts, part.asked or None)) <= _SAY_AI


def _plain(part: Part, held: bool, shown: tuple[str, ...], weight: Weight = Weight.PLAIN) -> Part:
    return _with(part, Answer.MET if held else Answer.NOT_MET, found=shown, weight=weight)


def _names(asked: Any, value: str) -> bool:
    return value in (asked if isinstance(asked, tuple) else (asked,))


def _signer(facts: Facts, part: Part, policy: Policy) -> Part:
    """A name counts only as the reader's own, or as a list vouches for it; a fingerprint, if the signature holds."""
    shown = tuple(filter(None, (facts.signer, facts.signer_fingerprint)))
    known = facts.signer_level.rank >= Level.KNOWN.rank
    if part.operator == "present":
        return _plain(part, bool(facts.signer) is part.asked, shown)
    wanted = _members(part.asked if isinstance(part.asked, tuple) else (part.asked,), policy)
    hit = (known and facts.signer.casefold() in wanted) or bool(wanted & set(facts.signer_fingerprints))
    if part.operator != "none_of":
        return _plain(part, hit, shown)
    if not hit and not known:  # who it is, nobody says
        return _unknown(part, "no_credentials" if facts.integrity in _WITHOUT else "signer", shown)
    return _plain(part, not hit, shown)


def _members(named: Iterable[str], policy: Policy) -> set[str]:
    found: set[str] = set()
    for name in named:
        group = policy.signers.get(name[1:], ()) if name.startswith("@") else (name,)
        for one in group:
            folded = one.casefold()
            bare = folded.replace(":", "").replace(" ", "")
            hexadecimal = len(bare) == 64 and not set(bare) - set("0123456789abcdef")
            found.add(bare if hexadecimal else folded)
    return found - {""}


def _time(facts: Facts, part: Part) -> Part:
    shown = (facts.time,) if facts.time else ()
    trusted = facts.time_kind is TimeKind.TRUSTED
    if part.operator == "present":
        if part.asked and facts.time and not trusted:
            return _unknown(part, "claimed_time", shown, weak="claimed")
        return _plain(part, (bool(facts.time) and trusted) is part.asked, shown)
    if not facts.time:
        return _unknown(part, "no_time")
    if not trusted:
        return _unknown(part, "claimed_time", shown, weak="claimed")
    held = in_time(part.operator, part.asked, facts.time)
    return _unknown(part, "no_date", shown) if held is None else _plain(part, held, shown)


# --- stated --------------------------------------------------------------------------------------------------------


def _stated(facts: Facts, part: Part, policy: Policy) -> Part:
    name, value = part.fact, getattr(facts, part.fact)
    shape = FACTS[name].shape
    shown = _words(value)
    there = value not in (None, "", ()) and (facts.integrity not in _WITHOUT or name in facts.permissions_unsigned)
    if part.operator == "present":
        if part.asked and there:
            return _relied(facts, part, policy, shown)
        return _against(facts, part, shown) if there else _plain(part, not part.asked, shown, Weight.SIGNED)
    if name == "credit_fields" and part.operator != "none_of" and facts.integrity not in _WITHOUT:
        there = True  # signed, and the field is not among them: it is missing
    if not there:
        return _unknown(part, "no_credentials" if facts.integrity in _WITHOUT else "not_stated")
    compare = in_time if shape is Shape.DATE else partial(holds, shape)
    held = compare(part.operator, part.asked, value)
    if held is None:
        return _unknown(part, "no_date", shown)
    if held:
        return _relied(facts, part, policy, shown)
    if name == "credit_fields" and holds(shape, part.operator, part.asked, (*value, *facts.credit_fields_unsigned)):
        return _unknown(part, "unsigned", shown, weak="traces")
    return _against(facts, part, shown)


def _against(facts: Facts, part: Part, shown: tuple[str, ...]) -> Part:
    """Not met by what is stated, or is not: that weighs as much as the word of whoever signed the file."""
    if part.fact in facts.permissions_unsigned:
        return _with(part, Answer.NOT_MET, found=shown, weight=Weight.WEAK, weak="traces")
    if facts.integrity is Integrity.INTACT and facts.signer_level.rank >= Level.KNOWN.rank:
        return _plain(part, False, shown, Weight.SIGNED)
    return _with(part, Answer.NOT_MET, found=shown, weight=Weight.WEAK, weak=_whose(facts))


def _relied(facts: Facts, part: Part, policy: Policy, shown: tuple[str, ...]) -> Part:
    """Met, where what is stated can be held to signers who count."""
    if part.fact in facts.permissions_unsigned:
        return _unknown(part, "unsigned", shown, weak="traces")
    if why := unsound(facts, policy):
        return _unknown(part, why, shown, weak=_whose(facts))
    return _with(part, Answer.MET, found=shown, weight=Weight.SIGNED)


def unsound(facts: Facts, policy: Policy) -> str:
    """Return why what is stated in a file does not count under *policy*, as the key of a sentence; "" if it does."""
    if facts.integrity in _WITHOUT:
        return "elsewhere" if facts.integrity is Integrity.ELSEWHERE else "no_credentials"
    if facts.integrity is not Integrity.INTACT:
        return "expired" if facts.integrity is Integrity.EXPIRED else "not_intact"
    if not facts.chain_intact:
        return "history"
    if facts.signer_level.rank < policy.evidence.level.rank:
        return "signer"
    return "" if sound(facts, policy.evidence.level) else "ancestor"


def _whose(facts: Facts) -> str:
    return "broken" if facts.integrity is not Integrity.INTACT or not facts.chain_intact else "unknown_signer"


# --- made ----------------------------------------------------------------------------------------------------------


def _split(facts: Facts, part: Part, policy: Policy) -> Part:
    strong: tuple[str, ...] = getattr(facts, part.fact)
    weak = {name: getattr(facts, f"{part.fact}_{name}", ()) for name in _WEAK}
    counting = (*strong, *weak["unknown_signer"]) if policy.evidence.level is Level.INTACT else strong
    operator, asked = part.operator, part.asked
    if operator == "present":
        wanted: tuple[str, ...] | None = None
    else:
        wanted = asked if isinstance(asked, tuple) else (asked,)
    if operator == "none_of" or (operator == "present" and not asked):
        return _none_of(facts, part, policy, strong, weak, wanted)
    return _some_of(facts, part, policy, counting, weak, wanted)


def _among(values: Iterable[str], wanted: tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(value for value in values if wanted is None or matches(value, wanted))


def _none_of(
    facts: Facts,
    part: Part,
    policy: Policy,
    strong: tuple[str, ...],
    weak: dict[str, tuple[str, ...]],
    wanted: tuple[str, ...] | None,
) -> Part:
    if hit := _among(strong, wanted):
        return _plain(part, False, hit, Weight.SIGNED)
    for whose, values in weak.items():
        if hit := _among(values, wanted):
            return _unknown(_deciding(part, whose), whose, hit, weak=whose)
    if why := unsound(facts, policy):
        return _unknown(part, why)
    if facts.complete is not True and part.fact not in _NO_COMPLETENESS:
        return _unknown(part, "incomplete")
    return _with(part, Answer.MET, weight=Weight.SIGNED)


def _some_of(
    facts: Facts,
    part: Part,
    policy: Policy,
    counting: tuple[str, ...],
    weak: dict[str, tuple[str, ...]],
    wanted: tuple[str, ...] | None,
) -> Part:
    sought = [(word,) for word in wanted or ()] if part.operator == "all_of" else [wanted]
    missing = [one for one in sought if not _among(counting, one)]
    if not missing:
        if why := unsound(facts, policy):
            return _unknown(part, why, _among(counting, wanted), weak=_whose(facts))
        return _with(part, Answer.MET, found=_among(counting, wanted), weight=Weight.SIGNED)
    for one in missing:
        for whose, values in weak.items():
            if hit := _among(values, one):
                return _unknown(_deciding(part, whose), whose, hit, weak=whose)
    stated = FACTS[part.fact].about is About.STATED
    if facts.integrity in _WITHOUT and part.operator != "present":
        return _unknown(part, "elsewhere" if facts.integrity is Integrity.ELSEWHERE else "no_credentials")
    if part.operator == "present":  # form: it is missing
        return _plain(part, False, counting)
    if stated:
        return _against(facts, part, counting)
    if why := unsound(facts, policy):
        return _unknown(part, why, counting)
    if facts.complete is not True:
        return _unknown(part, "incomplete", counting)
    return _plain(part, False, counting, Weight.SIGNED if sound(facts, Level.KNOWN) else Weight.WEAK)


def _profiles(facts: Facts, part: Part, policy: Policy) -> Part:
    met, others = facts.profiles, facts.profiles_not_met
    if part.operator == "present":
        wanted, forbids = None, not part.asked
    else:
        wanted, forbids = part.asked, part.operator == "none_of"
    hit = _among(met, wanted)
    if forbids:
        if hit:
            return _plain(part, False, hit, Weight.SIGNED if sound(facts, Level.KNOWN) else Weight.WEAK)
        if why := unsound(facts, policy):
            return _unknown(part, why)
        return _plain(part, True, met) if set(wanted or ()) <= set(others) and wanted else _unknown(part, "profile")
    if hit and (part.operator != "all_of" or set(hit) == set(wanted or ())):
        why = unsound(facts, policy)
        return _unknown(part, why, hit, weak=_whose(facts)) if why else _plain(part, True, hit, Weight.SIGNED)
    # Anybody's step may have kept a profile from being met, so this alone never rejects.
    if wanted is not None and set(wanted) & set(others) and not hit:
        return _with(part, Answer.NOT_MET, found=met, weight=Weight.WEAK, weak="profile")
    return _unknown(part, "profile", met)


def _traces(facts: Facts, part: Part) -> Part:
    wanted = None if part.operator == "present" else part.asked
    hit = _among(facts.traces, wanted)
    forbids = part.operator == "none_of" or part.asked is False
    if hit:
        return _unknown(part, "traces", hit, weak="traces")
    return _with(part, Answer.MET if forbids else Answer.NOT_MET, weight=Weight.WEAK, weak="" if forbids else "traces")


# --- small ---------------------------------------------------------------------------------------------------------


def _with(part: Part, answer: Answer, **changes: Any) -> Part:
    kept: dict[str, Any] = {name: getattr(part, name) for name in Part.__match_args__}
    return Part(**(kept | {"answer": answer} | changes))


def _unknown(part: Part, why: str, found: tuple[str, ...] = (), *, weak: str = "") -> Part:
    names = tuple(dict.fromkeys((*part.facts, *_DECIDES.get(why, ()))))
    return _with(part, Answer.UNKNOWN, why=why, found=found, weak=weak, weight=Weight.WEAK, facts=names)


def _deciding(part: Part, whose: str) -> Part:
    return _with(part, part.answer, facts=(f"{part.fact}_{whose}",))


def _words(value: Any) -> tuple[str, ...]:
    if value is None or value in ("", ()):
        return ()
    return tuple(map(_word, value)) if isinstance(value, tuple) else (_word(value),)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
