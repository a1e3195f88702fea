"""``provenance check --entries``: the verdicts of a contest, put together with the spreadsheet of its entry form.

Nothing comes out before the last file is judged: which entries share a key or a file is known only then. A blind
verdict first loses everything that the policy's sentences quote; what the form adds names entries alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from provenance.commands.check_output import Run
from provenance.policy.entries import Counts, Index, context_of, index, joined, refuse_names
from provenance.policy.entry_form import Entry, Form, read
from provenance.policy.facts import Facts
from provenance.policy.formats.about import Kept
from provenance.policy.judge import judge
from provenance.policy.loading import Policy
from provenance.policy.verdict import Verdict
from provenance.policy.waiting import Seen
from provenance.report.wording import Catalogue, Phrase

_OWN = ("entry", "declared_ai")
_SEPARATOR = " / "
_GROUPS = 10  # sentences about what entries share


@dataclass(frozen=True, slots=True)
class Answer:
    """One file, judged without its form."""

    where: str
    path: str  # as overrides and waivers call it
    verdict: Verdict
    facts: Facts | None


@dataclass(slots=True)
class Contest:
    """A form, and what came of it when the last verdict is out."""

    form: Form
    policy: Policy
    context: Mapping[str, object]  # what the caller says of all files; more than a form's answer

    def verdicts(self, answers: Iterable[Answer], run: Run, hide: Callable[[Verdict], Verdict]) -> Iterator[Verdict]:
        """Yield the verdict of every file with what the form adds, then those of entries without a file.

        Args:
            hide: takes out of a verdict what names anybody, but for what the file is called; for a blind run.
        """
        known, blind = index(self.form), run.about.blind
        counts, rows = Counts(self.form), Rows(len(self.form.columns), blind=blind)
        places: dict[str, Path] = {}
        for joint in joined(self.form, self._seen(answers, known, run, hide), self.policy, run.say, blind=blind):
            counts.add(joint)
            rows.entries[joint.verdict.name] = joint.entries
            if (place := run.places.pop(joint.was, None)) is not None:
                places[joint.verdict.name] = place
            yield replace(joint.verdict, enforced=run.about.enforced)
        run.places.clear()
        run.places.update(places)
        run.kept = Kept((*_OWN, *(() if blind else self.form.columns)), rows)
        run.notes = tuple(_told(counts, run.say))

    def _seen(
        self, answers: Iterable[Answer], known: Index, run: Run, hide: Callable[[Verdict], Verdict]
    ) -> Iterator[Seen]:
        for one in answers:
            verdict = self._judged(one, context_of(known.of(one.path), self.policy), run)
            yield Seen(one.path, hide(verdict) if run.about.blind else verdict, one.facts)

    def _judged(self, one: Answer, said: Mapping[str, object], run: Run) -> Verdict:
        if one.facts is None or not said:
            return one.verdict
        context = {**said, **self.context}
        again = judge(one.facts, self.policy, context=context, path=one.path, now=run.now, language=run.say.language)
        return replace(again, name=one.where)


class Rows(Mapping[str, tuple[str, ...]]):
    """What the form says beside each verdict, by its name; in a blind run nothing but entry and answer."""

    def __init__(self, columns: int, *, blind: bool) -> None:
        self.entries: dict[str, tuple[Entry, ...]] = {}
        self._others = 0 if blind else columns

    def __getitem__(self, name: str) -> tuple[str, ...]:
        of_each = [(entry.id, entry.declared.value, *entry.others[: self._others]) for entry in self.entries[name]] or [
            ("",) * (len(_OWN) + self._others)
        ]
        return tuple(_SEPARATOR.join(dict.fromkeys(cells)) for cells in zip(*of_each, strict=True))

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def _told(counts: Counts, say: Catalogue) -> Iterator[str]:
    """Yield how many of what, in sentences."""
    number = counts.numbers()
    files = Phrase(f"{number['without_entry']:,}")
    yield say("contest.summary", n=number["entries"], found=Phrase(f"{number['with_file']:,}"), files=files)
    if number["not_answered"]:
        yield say("contest.summary.silent", n=number["not_answered"])
    groups = counts.shared()
    yield from groups[:_GROUPS]
    if len(groups) > _GROUPS:
        yield say("contest.summary.more", n=len(groups) - _GROUPS)


def contest(path: Path, policy: Policy, context: Mapping[str, object], *, blind: bool) -> Contest:
    """Return the form's spreadsheet at *path*, to be put together with verdicts.

    Raises:
        AssetError: if it cannot be understood, or names people where nobody is to be named.
    """
    form = read(path)
    if blind:
        refuse_names(form)
    return Contest(form, policy, context)
