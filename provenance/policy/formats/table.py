"""CSV for people and their spreadsheets: a row a file, worst first; no cell begins as a formula does (security D15)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from provenance.plain import cell
from provenance.policy.formats.about import Kept
from provenance.policy.ranked import group_of
from provenance.policy.verdict import Verdict

COLUMNS = ("file", "decision", "rules", "why", "limited", "waived", "problem", "policy", "warns_only", "facts_sha256")
_NOTHING = Kept()


def render(verdicts: Iterable[Verdict], kept: Kept = _NOTHING) -> Iterator[str]:
    """Yield the table. The decision is a word for programs; a verdict's sentences are in its own language.

    Args:
        kept: columns that stand beside ours, a form's.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")  # RFC 4180
    writer.writerow((*COLUMNS, *map(cell, kept.columns)))
    for verdict in verdicts:
        writer.writerow((*row(verdict), *map(cell, kept.cells(verdict.name))))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def row(verdict: Verdict) -> tuple[str, ...]:
    """Return the cells of one file."""
    counted = [outcome for outcome in verdict.outcomes if not outcome.waived]
    return (
        cell(verdict.name),
        group_of(verdict),
        cell(" ".join(outcome.rule for outcome in counted)),
        cell(" / ".join(f"{outcome.rule}: {outcome.sentence}" for outcome in counted)),
        cell(" / ".join(filter(None, (outcome.limited for outcome in counted)))),
        cell(" / ".join(f"{outcome.rule}: {outcome.waived}" for outcome in verdict.outcomes if outcome.waived)),
        cell(verdict.problem),
        cell(verdict.policy),
        "no" if verdict.enforced else "yes",
        verdict.facts_sha256,
    )
