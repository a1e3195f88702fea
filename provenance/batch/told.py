"""What the terminal is told of a run: counts, never only a total, and where silence went."""

from __future__ import annotations

from collections.abc import Iterator

from provenance.batch.checking import Places
from provenance.batch.rows import Outcome, Row
from provenance.batch.summary import Summary
from provenance.permissions.model import Purpose
from provenance.plain import MACHINE, plain
from provenance.report.layout import fill
from provenance.report.wording import Catalogue, Phrase


def told(summary: Summary, purpose: Purpose, where: Places, say: Catalogue, *, width: int) -> Iterator[str]:
    """Yield the lines of the summary."""
    whole = summary.whole
    yield say("check.title", count=whole.pictures, purpose=say(f"check.purpose.{purpose.value}"))
    yield ""
    names = {outcome: say(f"check.outcome.{outcome.value}") for outcome in Outcome}
    for outcome, name in names.items():
        if number := whole.outcomes[outcome.value]:
            yield f"  {number:>9,}  {name}"
            if outcome is Outcome.NOT_STATED:
                note = say(f"check.{'taken_anyway' if summary.unstated else 'not_taken'}")
                yield from (" " * 13 + line for line in fill(note, width - 13).split("\n"))
    yield ""
    yield from _sentences(summary, say, width)
    for key, path in (("rows", where.rows), ("allowed", where.allowed), ("record", where.record)):
        if path is not None:
            yield say(f"check.{key}", path=Phrase(plain(path, limit=MACHINE)))


def _sentences(summary: Summary, say: Catalogue, width: int) -> Iterator[str]:
    if summary.carriers:
        named = [
            say("check.carrier", name=say.term("check.carrier", name), count=number)
            for name, number in summary.carriers.most_common()
        ]
        yield from fill(say("check.carriers", names=say.join(named)), width).split("\n")
    if summary.signed:
        found = summary.integrity.most_common()
        named = [say("check.carrier", name=say.term("check.integrity", word), count=number) for word, number in found]
        yield from fill(say("check.signed", count=summary.signed, names=say.join(named)), width).split("\n")
    if left := summary.whole.left_out:
        yield from fill(say("check.left_out", count=left), width).split("\n")
    yield say("check.taken", count=summary.whole.taken)


def told_row(row: Row) -> str:
    """Return one picture in one line; the reason names the decision."""
    return f"{plain(row.where)}: {plain(row.reason, limit=MACHINE)}"
