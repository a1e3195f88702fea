"""An entry form's rows and a folder's files, put together: pure, and the same whatever order the files came in.

A file belongs to the entry whose file name is the end of its path; of several such, to the longest. What does not go
together is said as an outcome of ours beside those of the policy, so that every format shows it: an entry without its
file, a file without an entry, one file (or the same bytes) under two entries, one key under several. None of these
rejects: forms rename, shrink and mix up files, and a person who enters twice has one key.

What entries share is known only when the last file is judged; until then the verdicts wait (`waiting`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from provenance.errors import AssetError
from provenance.policy.answers import Declared
from provenance.policy.entry_form import Entry, Form, file_key, file_parts
from provenance.policy.loading import Policy
from provenance.policy.verdict import Answer, Decision, Outcome, RuleKind, Verdict
from provenance.policy.waiting import Held, Seen, Waiting
from provenance.record import dataclass
from provenance.report.wording import Catalogue, Phrase

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
    by_name = index(form)
    with Waiting() as waiting:
        for seen in files:
            waiting.add(seen, by_name.of(seen.path), say, blind=blind)
        yield from _told(waiting, say, blind=blind)
        used = {(entry.id, entry.line) for held in waiting.held for entry in held.entries}
    for entry in form.entries:
        if (entry.id, entry.line) not in used:
            yield Joined(_without_file(entry, policy, say, blind=blind), (entry,))


def _told(waiting: Waiting, say: Catalogue, *, blind: bool) -> Iterator[Joined]:
    groups = _Groups(waiting.held)
    # Blind: the order of the files would be that of their names.
    order = sorted(waiting.held, key=lambda held: _order(held.entries)) if blind else waiting.held
    strays = 0
    numbers: dict[str, int] = defaultdict(int)
    for held in order:
        verdict, differences = waiting.of(held)
        name = held.name
        if blind:
            ids = say.join(entry.id for entry in held.entries)
            numbers[ids] += 1
            number = numbers[ids]
            strays += not held.entries
            name = say("contest.name.stray", number=str(strays)) if not held.entries else (
                say("contest.name.entry", entry=ids) if number == 1
                else say("contest.name.more", entry=ids, number=str(number))
            )  # fmt: skip
        added = list(_outcomes(held, differences, groups, say))
        yield Joined(_with(replace(verdict, name=name), added), held.entries, held.path, held.name)


def _order(entries: tuple[Entry, ...]) -> tuple[bool, list[str | int]]:
    """Return what entries are sorted by: 9 before 12, and what belongs to none last."""
    return not entries, _pieces(entries[0].id) if entries else []


def _pieces(number: str) -> list[str | int]:
    return [int(piece) if place % 2 else piece for place, piece in enumerate(re.split(r"(\d+)", number))]


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


def _outcomes(held: Held, differences: Sequence[Outcome], groups: _Groups, say: Catalogue) -> Iterator[Outcome]:
    entries = held.entries
    if not entries:
        yield _form(NO_ENTRY, say("contest.no_entry"))
    if len(entries) > 1:
        yield _form(TWO_ENTRIES, say("contest.two_entries", entries=_listed(entries, say)))
    if (number := groups.rivals(entries)) > 1:
        yield _form(SEVERAL_FILES, say("contest.several_files", n=number, entry=entries[0].id))
    yield from differences
    if len(entries) == 1 and (others := groups.same_bytes(held.sha256, say)):
        yield _form(SAME_BYTES, say("contest.same_bytes", entries=others))
    if entries and (signed := groups.same_key(held.key, say)):
        key = "contest.same_key.listed" if held.listed else "contest.same_key"
        yield _form(SAME_KEY, say(key, entries=signed), Decision.NOTE)


def _listed(entries: Iterable[Entry], say: Catalogue) -> Phrase:
    return _shown(dict.fromkeys(entry.id for entry in entries), say)


def _shown(ids: dict[str, None], say: Catalogue) -> Phrase:
    more = f" +{len(ids) - _SHOWN}" if len(ids) > _SHOWN else ""
    return Phrase(say.join(sorted(ids, key=_pieces)[:_SHOWN]) + more)


class _Groups:
    """Which entries' files have the same bytes, or were signed with the same key.

    A program's key may have signed every file, so that a group is put in words once, and not for each of its files.
    """

    def __init__(self, found: Iterable[Held]) -> None:
        self._bytes: dict[str, dict[str, None]] = defaultdict(dict)  # ids of entries, in order
        self._keys: dict[str, dict[str, None]] = defaultdict(dict)
        self._files: dict[tuple[str, int], int] = defaultdict(int)
        self._said: dict[int, Phrase] = {}
        for held in found:
            for entry in held.entries:
                self._files[entry.id, entry.line] += 1
                if held.sha256:
                    self._bytes[held.sha256][entry.id] = None
                if held.key:
                    self._keys[held.key][entry.id] = None

    def rivals(self, entries: tuple[Entry, ...]) -> int:
        """Return how many files fit the one row of *entries*."""
        return self._files[entries[0].id, entries[0].line] if len(entries) == 1 else 0

    def same_bytes(self, sha256: str, say: Catalogue) -> Phrase:
        """Return the entries whose files are the same, where they are several."""
        return self._listed(self._bytes.get(sha256, {}), say)

    def same_key(self, key: str, say: Catalogue) -> Phrase:
        """Return the entries that one key signed, where they are several."""
        return self._listed(self._keys.get(key, {}), say)

    def _listed(self, ids: dict[str, None], say: Catalogue) -> Phrase:
        if len(ids) < 2:
            return Phrase("")
        if id(ids) not in self._said:
            self._said[id(ids)] = _shown(ids, say)
        return self._said[id(ids)]


class Counts:
    """How many of what, counted while what was joined passes by, for a summary."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._rules: Counter[str] = Counter()
        self._with_file: set[str] = set()
        self._shared: dict[str, dict[str, None]] = {rule: {} for rule in (SAME_BYTES, TWO_ENTRIES, SAME_KEY)}

    def add(self, one: Joined) -> None:
        """Count one verdict."""
        self._rules.update({outcome.rule for outcome in one.verdict.outcomes})
        if one.path:
            self._with_file.update(entry.id for entry in one.entries)
        for outcome in one.verdict.outcomes:
            if outcome.rule in self._shared:
                self._shared[outcome.rule][outcome.sentence] = None

    def shared(self) -> tuple[str, ...]:
        """Return what is said of keys and files that several entries share, each once."""
        return tuple(dict.fromkeys(sentence for said in self._shared.values() for sentence in said))

    def numbers(self) -> dict[str, int]:
        """Return how many of what."""
        entries = self._form.entries
        silent = sum(entry.declared is Declared.NOT_SAID for entry in entries) if self._form.asks_ai else 0
        return {
            "entries": len({entry.id for entry in entries}),
            "with_file": len(self._with_file),
            "without_file": self._rules[NO_FILE],
            "without_entry": self._rules[NO_ENTRY],
            "not_answered": silent,
            "same_key": self._rules[SAME_KEY],
        }
