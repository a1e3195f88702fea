"""What an entry form says, beside what its file says: two statements, compared, neither of them judged.

A difference is a question to the entrant, so it is never more than `review`, whoever signed the file. It says who
states the other thing, and whether anybody can be held to it: a stranger, a program or a careless export may have.
That the form says more than the file is no fault either: silence is not a no. Only a signed "no generative AI" is.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from provenance.policy.answers import Declared
from provenance.policy.entry_form import Entry
from provenance.policy.facts import Facts
from provenance.policy.kind_names import kind_name
from provenance.policy.verdict import Answer, Decision, Outcome, RuleKind
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import AiUse, Integrity, Level

FORM_AI = "provenance.form-and-file"  # rules of ours: they hold under every policy
FORM_KEY = "provenance.form-key"
_STRENGTHS = ("", "_unknown_signer", "_broken", "_traces", "_beside")  # strongest first
_FEW = 4
_WITHOUT = frozenset({Integrity.NO_CREDENTIALS, Integrity.ELSEWHERE, Integrity.NOT_CHECKED})


class How(IntEnum):
    """How much AI something says was used."""

    NONE = 0
    HELP = 1  # without picture content
    PARTS = 2
    WHOLE = 3


def compared(entry: Entry, facts: Facts, say: Catalogue, *, blind: bool) -> Iterator[Outcome]:
    """Yield how *entry*, as the form has it, differs from what the file says of itself.

    Args:
        blind: name nobody.
    """
    if (more := _more(entry, facts, say, blind=blind)) is not None:
        yield more
    elif (less := _less(entry, facts, say)) is not None:
        yield less
    if (key := _key(entry, facts, say)) is not None:
        yield key


# --- declared AI use -----------------------------------------------------------------------------------------------


def said(facts: Facts, strength: str) -> How:
    """Return how much AI the file speaks of at one *strength*; what may be generative counts as if it were."""
    if AiUse.GENERATED in getattr(facts, f"ai_uses{strength}"):
        return How.WHOLE
    if getattr(facts, f"generative_kinds{strength}") or getattr(facts, f"possibly_kinds{strength}"):
        return How.PARTS
    return How.HELP if getattr(facts, f"ai_kinds{strength}") else How.NONE


def _more(entry: Entry, facts: Facts, say: Catalogue, *, blind: bool) -> Outcome | None:
    """The file says more of AI than the form does."""
    more = [strength for strength in _STRENGTHS if said(facts, strength) > entry.declared.most]
    silent = entry.declared is Declared.NOT_SAID
    if silent:
        more = [strength for strength in _STRENGTHS if said(facts, strength) > How.NONE]
    if not more:
        return None
    lines = [_stated(facts, strength, say, blind=blind) for strength in more]
    sentence = say(
        "contest.more", form=say(f"contest.form.{entry.declared or 'silent'}"), file=say.join(lines, by="contest.and")
    )
    attributable = more[0] == ""
    names = tuple(f"ai_kinds{strength}" for strength in more)
    decision = Decision.NOTE if silent else Decision.REVIEW
    answer = Answer.UNKNOWN if silent or not attributable else Answer.NOT_MET
    end = "" if silent else say("contest.ask")
    return Outcome(FORM_AI, RuleKind.CONCLUSION, answer, decision, " ".join(filter(None, (sentence, end))), names)


def _stated(facts: Facts, strength: str, say: Catalogue, *, blind: bool) -> Phrase:
    kinds = getattr(facts, f"ai_kinds{strength}")
    named = say.join(kind_name(kind, say) for kind in kinds[:_FEW])
    what = Phrase(named + (f" +{len(kinds) - _FEW}" if len(kinds) > _FEW else ""))
    if strength:
        return say(f"contest.stated.{strength.removeprefix('_')}", what=what)
    if blind or not facts.signer:
        return say("contest.stated.known", what=what)
    return say("contest.stated.by", what=what, who=facts.signer)


def _less(entry: Entry, facts: Facts, say: Catalogue) -> Outcome | None:
    """The form says more of AI than the file does."""
    none_said = any(said(facts, strength) for strength in _STRENGTHS)
    if entry.declared not in _SAY_AI or none_said or facts.integrity in _WITHOUT:
        return None
    form = say(f"contest.form.{entry.declared}")
    generative = entry.declared in (Declared.EDITED, Declared.GENERATED)
    for strength in _STRENGTHS[:2]:
        words = getattr(facts, f"statements{strength}")
        if generative and any(word.startswith("no_generative_ai") for word in words):
            who = say("contest.by.unknown" if strength else "contest.by.known")
            return _differs("contest.less.denied", Decision.REVIEW, (f"statements{strength}",), say, form=form, who=who)
    if generative and facts.complete is True and facts.integrity is Integrity.INTACT and facts.chain_intact:
        who = say("contest.by.known" if facts.signer_level.rank >= Level.KNOWN.rank else "contest.by.unknown")
        return _differs("contest.less.complete", Decision.REVIEW, ("ai_kinds", "complete"), say, form=form, who=who)
    return _differs("contest.less.silent", Decision.NOTE, ("ai_kinds",), say, form=form)


_SAY_AI = frozenset({Declared.ASSISTED, Declared.EDITED, Declared.GENERATED, Declared.YES})


def _differs(key: str, decision: Decision, names: tuple[str, ...], say: Catalogue, **values: Phrase) -> Outcome:
    end = say("contest.ask") if decision is Decision.REVIEW else ""
    sentence = " ".join(filter(None, (say(key, **values), end)))
    return Outcome(FORM_AI, RuleKind.CONCLUSION, Answer.UNKNOWN, decision, sentence, names)


# --- the key -------------------------------------------------------------------------------------------------------


def _key(entry: Entry, facts: Facts, say: Catalogue) -> Outcome | None:
    """The form names a key, and the file is not signed with it."""
    if not entry.key or _fits(entry.key, facts):
        return None
    names = ("signer", "signer_fingerprints")
    if facts.integrity is Integrity.NOT_CHECKED:
        return None
    if facts.integrity in _WITHOUT:
        return _form("contest.key.unsigned", Decision.NOTE, Answer.UNKNOWN, names, say)
    if facts.integrity is not Integrity.INTACT and not facts.signer_fingerprints:
        return _form("contest.key.broken", Decision.REVIEW, Answer.UNKNOWN, names, say)
    if not fingerprint_of(entry.key) and not facts.signer:
        return _form("contest.key.unknown", Decision.REVIEW, Answer.UNKNOWN, names, say)
    return _form("contest.key.other", Decision.REVIEW, Answer.NOT_MET, names, say)


def _form(key: str, decision: Decision, answer: Answer, names: tuple[str, ...], say: Catalogue) -> Outcome:
    return Outcome(FORM_KEY, RuleKind.REQUIREMENT, answer, decision, say(key), names)


def _fits(key: str, facts: Facts) -> bool:
    """Whether a signature that holds leads to *key*: a fingerprint of the path, or the reader's own name for it."""
    digest = fingerprint_of(key)
    if digest:
        return digest in facts.signer_fingerprints
    return facts.signer_level.rank >= Level.KNOWN.rank and facts.signer.casefold() == key.casefold() != ""


def fingerprint_of(text: str) -> str:
    """Return *text* as the hexadecimal digits of a SHA-256, or "" if it is none."""
    bare = text.casefold().removeprefix("sha256:").removeprefix("sha-256:").replace(":", "").replace(" ", "")
    return bare if len(bare) == 64 and not set(bare) - set("0123456789abcdef") else ""
