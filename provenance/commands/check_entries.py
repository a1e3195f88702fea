"""``provenance check --entries``: the verdicts of a contest, put together with the spreadsheet of its entry form.

Nothing comes out before the last file is judged: which entries share a key or a file is known only then. A blind
verdict first loses everything that the policy's sentences quote; what the form adds names entries alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from provenance.commands.check_output import Run
from provenance.policy.entries import Joined, Seen, context_of, counts, index, joined, refuse_names, shared
from provenance.policy.entry_form import Form, read
from provenance.policy.facts import Facts
from provenance.policy.formats.about import Kept
from provenance.policy.judge import judge
from provenance.policy.loading import Policy
from provenance.policy.verdict import Verdict
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
    found: list[Joined] = field(default_factory=list)

    def verdicts(self, answers: Iterable[Answer], run: Run, hide: Callable[[Verdict], Verdict]) -> Iterator[Verdict]:
        """Yield the verdict of every file with what the form adds, then those of entries without a file.

        Args:
            hide: takes out of a verdict what names anybody, but for what the file is called; for a blind run.
        """
        known, blind = index(self.form), run.about.blind
        seen = []
        for one in answers:
            verdict = self._judged(one, context_of(known.of(one.path), self.policy), run)
            seen.append(Seen(one.path, hide(verdict) if blind else verdict, one.facts))
        self.found = list(joined(self.form, seen, self.policy, run.say, blind=blind))
        run.kept, run.notes = self.kept(blind=blind), tuple(self.told(run.say))
        places = dict(run.places)
        run.places.clear()
        for joint in self.found:
            if (place := places.get(joint.was)) is not None:
                run.places[joint.verdict.name] = place
            yield replace(joint.verdict, enforced=run.about.enforced)

    def _judged(self, one: Answer, said: Mapping[str, object], run: Run) -> Verdict:
        if one.facts is None or not said:
            return one.verdict
        context = {**said, **self.context}
        again = judge(one.facts, self.policy, context=context, path=one.path, now=run.now, language=run.say.language)
        return replace(again, name=one.where)

    def kept(self, *, blind: bool) -> Kept:
        """Return what the form says beside each verdict, by its name; in a blind run nothing but entry and answer."""
        rows: dict[str, tuple[str, ...]] = {}
        for one in self.found:
            of_each = [(entry.id, entry.declared.value, *(() if blind else entry.others)) for entry in one.entries] or [
                ("",) * (len(_OWN) + (0 if blind else len(self.form.columns)))
            ]
            rows[one.verdict.name] = tuple(
                _SEPARATOR.join(dict.fromkeys(cells)) for cells in zip(*of_each, strict=True)
            )
        return Kept((*_OWN, *(() if blind else self.form.columns)), rows)

    def told(self, say: Catalogue) -> Iterator[str]:
        """Yield how many of what, in sentences."""
        number = counts(self.form, self.found)
        files = Phrase(f"{number['without_entry']:,}")
        yield say("contest.summary", n=number["entries"], found=Phrase(f"{number['with_file']:,}"), files=files)
        if number["not_answered"]:
            yield say("contest.summary.silent", n=number["not_answered"])
        groups = shared(self.found)
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
