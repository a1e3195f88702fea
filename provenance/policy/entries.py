"""An entry form's rows and a folder's files, put together: pure, and the same whatever order the files came in.

A file belongs to the entry whose file name is the end of its path; of several such, to the longest. What does not go
together is said as an outcome of ours beside those of the policy, so that every format shows it: an entry without its
file, a file without an entry, one file (or the same bytes) under two entries, one key under several. None of these
rejects: forms rename, shrink and mix up files, and a person who enters twice has one key.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from provenance.errors import AssetError
from provenance.policy.answers import Declared
from provenance.policy.comparing import compared
from provenance.policy.entry_form import Entry, Form, file_key, file_parts
from provenance.policy.facts import Facts
from provenance.policy.loading import Policy
from provenance.policy.verdict import Answer, Decision, Outcome, RuleKind, Verdict
from provenance.record import dataclass
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import Level

NO_FILE = "provenance.entry-without-file"
NO_ENTRY = "provenance.file-without-entry"
TWO_ENTRIES = "provenance.file-of-two-entries"
SEVERAL_FILES = "provenance.several-files-fit"
SAME_BYTES = "provenance.same-file-twice"
SAME_KEY = "provenance.same-key"
CONTEXT = "declared_ai"  # what a policy calls the form's answer
_NUMBER = re.compile(r"(?:[A-Za-z]{1,4}[-_./ ]?)?[0-9][0-9-_./]{0,23}[A-Za-z]?|#[0-9]{1,12}")
_SHOWN = 12  # entries that a sentence names


@dataclass(frozen=True, slots=True)
class Seen:
    """One file that was judged."""

    path: str  # with /
    verdict: Verdict
    facts: Facts | None = None  # None if it could not be looked at


@dataclass(frozen=True, slots=True)
class Joined:
    """One verdict with what the form says, or an entry's that has no file."""

    verdict: Verdict
    entries: tuple[Entry, ...]  # to which the file belongs; () if to none
    path: str = ""  # of the file; "" if there is none
    was: str = ""  # what its verdict was called before


@dataclass(frozen=True, slots=True)
class Index:
    """The entries of a form, by the name of their file."""

    by_name: Mapping[str, tuple[Entry, ...]]

    def of(self, path: str) -> tuple[Entry, ...]:
        """Return the entries whose file *path* is: one, none, or several that name the same."""
        parts = file_key(path).split("/")
        fitting = [
            (len(named), entry)
            for entry in self.by_name.get(parts[-1], ())
            if (named := file_key(entry.file).split("/")) == parts[-len(named) :]
        ]
        longest = max((length for length, _ in fitting), default=0)
        return tuple(entry for length, entry in fitting if length == longest)


def index(form: Form) -> Index:
    """Return the entries of *form*, to be found by their file."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in form.entries:
        if parts := file_parts(entry.file):
            found[parts[-1].casefold()].append(entry)
    return Index({name: tuple(several) for name, several in found.items()})


def refuse_names(form: Form) -> None:
    """Refuse a form whose entries are called by names: they would stand on every line of a blind report.

    Raises:
        AssetError: naming the line.
    """
    for entry in form.entries:
        if not _NUMBER.fullmatch(entry.id):
            where = f"{form.name}, line {entry.line}"
            raise AssetError(where, "what the entry is called may be a name", "--blind needs a number: 12, A-0012")


def context_of(entries: Sequence[Entry], policy: Policy) -> dict[str, object]:
    """Return what the form says, as `judge` takes it: nothing where it does not say, or two entries say otherwise.

    A policy that asks for yes or no is told whether generative AI is declared; one that asks for words gets the word.
    """
    value = policy.context.get(CONTEXT)
    said = {entry.declared for entry in entries}
    if value is None or len(said) != 1:
        return {}
    declared = said.pop()
    if not value.values or any(isinstance(one, bool) for one in value.values):
        return {} if declared.generative is None else {CONTEXT: declared.generative}
    return {CONTEXT: declared.value} if declared.value in value.values else {}


def joined(form: Form, files: Iterable[Seen], policy: Policy, say: Catalogue, *, blind: bool) -> Iterator[Joined]:
    """Yield the verdict of every file with what the form adds to it, then those of entries without a file.

    Args:
        blind: verdicts are called by their entry, and no sentence of ours names a file or a person.
    """
    found, by_name = list(files), index(form)
    belongs = [by_name.of(seen.path) for seen in found]
    groups = _Groups(found, belongs)
    if blind:  # the order of the files would be that of their names
        pairs = sorted(zip(found, belongs, strict=True), key=lambda pair: _order(pair[1]))
        found, belongs = [seen for seen, _ in pairs], [of_file for _, of_file in pairs]
    strays = 0
    numbers: dict[str, int] = defaultdict(int)
    for seen, entries in zip(found, belongs, strict=True):
        added = list(_outcomes(seen, entries, form, groups, say, blind=blind))
        name = seen.verdict.name
        if blind:
            ids = say.join(entry.id for entry in entries)
            numbers[ids] += 1
            number = numbers[ids]
            strays += not entries
            name = say("contest.name.stray", number=str(strays)) if not entries else (
                say("contest.name.entry", entry=ids) if number == 1
                else say("contest.name.more", entry=ids, number=str(number))
            )  # fmt: skip
        yield Joined(_with(replace(seen.verdict, name=name), added), entries, seen.path, seen.verdict.name)
    used = {(entry.id, entry.line) for entries in belongs for entry in entries}
    for entry in form.entries:
        if (entry.id, entry.line) not in used:
            yield Joined(_without_file(entry, policy, say, blind=blind), (entry,))


def _order(entries: tuple[Entry, ...]) -> tuple[bool, list[str | int]]:
    """Return what entries are sorted by: 9 before 12, and what belongs to none last."""
    pieces = re.split(r"(\d+)", entries[0].id) if entries else []
    return not entries, [int(piece) if number % 2 else piece for number, piece in enumerate(pieces)]


def _with(verdict: Verdict, added: Sequence[Outcome]) -> Verdict:
    if not added:
        return verdict
    # Of equal weight, what the form adds comes first: it is about this entry alone.
    outcomes = sorted((*added, *verdict.outcomes), key=lambda one: (bool(one.waived), -one.decision.rank))
    gravest = max((verdict.decision, *(one.decision for one in added)), key=lambda decision: decision.rank)
    return replace(verdict, outcomes=tuple(outcomes), decision=gravest)


def _without_file(entry: Entry, policy: Policy, say: Catalogue, *, blind: bool) -> Verdict:
    if blind or not entry.file:
        sentence = say("contest.no_file.named" if entry.file else "contest.no_file.unnamed")
    else:
        sentence = say("contest.no_file", file=entry.file)
    outcome = _form(NO_FILE, sentence)
    return Verdict(
        say("contest.name.entry", entry=entry.id), policy.id, Decision.REVIEW, (outcome,),
        enforced=policy.mode.value == "enforce",
    )  # fmt: skip


def _form(rule: str, sentence: str, decision: Decision = Decision.REVIEW) -> Outcome:
    return Outcome(rule, RuleKind.REQUIREMENT, Answer.NOT_MET, decision, sentence)


def _outcomes(
    seen: Seen, entries: tuple[Entry, ...], form: Form, groups: _Groups, say: Catalogue, *, blind: bool
) -> Iterator[Outcome]:
    if not entries:
        yield _form(NO_ENTRY, say("contest.no_entry"))
    if len(entries) > 1:
        yield _form(TWO_ENTRIES, say("contest.two_entries", entries=_listed(entries, say)))
    if (number := groups.rivals(entries)) > 1:
        yield _form(SEVERAL_FILES, say("contest.several_files", n=number, entry=entries[0].id))
    if seen.facts is None:
        return
    for entry in entries if len(entries) == 1 else ():
        yield from compared(entry, seen.facts, say, blind=blind)
    others = groups.same_bytes(seen.facts)
    if len({entry.id for entry in others}) > 1 and len(entries) == 1:
        yield _form(SAME_BYTES, say("contest.same_bytes", entries=_listed(others, say)))
    signed = groups.same_key(seen.facts)
    if len({entry.id for entry in signed}) > 1 and entries:
        key = "contest.same_key.listed" if seen.facts.signer_level is Level.LISTED else "contest.same_key"
        yield _form(SAME_KEY, say(key, entries=_listed(signed, say)), Decision.NOTE)


def _listed(entries: Iterable[Entry], say: Catalogue) -> Phrase:
    ids = list(dict.fromkeys(entry.id for entry in entries))
    more = f" +{len(ids) - _SHOWN}" if len(ids) > _SHOWN else ""
    return Phrase(say.join(ids[:_SHOWN]) + more)


class _Groups:
    """Which entries' files have the same bytes, or were signed with the same key."""

    def __init__(self, found: Sequence[Seen], belongs: Sequence[tuple[Entry, ...]]) -> None:
        self._bytes: dict[str, list[Entry]] = defaultdict(list)
        self._keys: dict[str, list[Entry]] = defaultdict(list)
        self._files: dict[tuple[str, int], int] = defaultdict(int)
        for seen, entries in zip(found, belongs, strict=True):
            for entry in entries:
                self._files[entry.id, entry.line] += 1
            if seen.facts is not None:
                self._bytes[seen.facts.sha256] += entries
                self._keys[key_of(seen.facts)] += entries

    def rivals(self, entries: tuple[Entry, ...]) -> int:
        """Return how many files fit the one row of *entries*."""
        return self._files[entries[0].id, entries[0].line] if len(entries) == 1 else 0

    def same_bytes(self, facts: Facts) -> list[Entry]:
        return self._bytes[facts.sha256] if facts.sha256 else []

    def same_key(self, facts: Facts) -> list[Entry]:
        key = key_of(facts)
        return self._keys[key] if key else []


def key_of(facts: Facts) -> str:
    """Return what two files have in common if one key signed both; "" where no signature holds.

    A signer whom the reader pinned is one signer under every certificate that the pin vouches for.
    """
    if facts.signer_level.rank < Level.INTACT.rank or not facts.signer_fingerprint:
        return ""
    pinned = facts.signer_level is Level.KNOWN and facts.signer and "pin" in facts.signer_tiers
    return f"pin {facts.signer}" if pinned else facts.signer_fingerprint


def shared(found: Sequence[Joined]) -> tuple[str, ...]:
    """Return what is said of keys and files that several entries share, each once."""
    rules = (SAME_BYTES, TWO_ENTRIES, SAME_KEY)
    said = [outcome for one in found for outcome in one.verdict.outcomes if outcome.rule in rules]
    return tuple(dict.fromkeys(one.sentence for rule in rules for one in said if one.rule == rule))


def counts(form: Form, found: Sequence[Joined]) -> dict[str, int]:
    """Return how many of what, for a summary."""
    rules = [{outcome.rule for outcome in one.verdict.outcomes} for one in found]
    return {
        "entries": len({entry.id for entry in form.entries}),
        "with_file": len({entry.id for one in found if one.path for entry in one.entries}),
        "without_file": sum(NO_FILE in one for one in rules),
        "without_entry": sum(NO_ENTRY in one for one in rules),
        "not_answered": sum(entry.declared is Declared.NOT_SAID for entry in form.entries) if form.asks_ai else 0,
        "same_key": sum(SAME_KEY in one for one in rules),
    }
