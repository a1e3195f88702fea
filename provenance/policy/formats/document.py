"""JSON: one document with the policy, the counts, and every verdict, worst first. Its schema is `check`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from provenance.policy.formats.about import About, Kept
from provenance.policy.tally import Tally
from provenance.policy.verdict import Decision, Outcome, Verdict

SCHEMA_VERSION = "1"


def render(verdicts: Iterable[Verdict], about: About, tally: Tally, kept: Kept | None = None) -> Iterator[str]:
    """Yield the document, one verdict a line.

    Args:
        kept: what a contest's form says beside each verdict.
    """
    yield json.dumps(header(about, tally), allow_nan=False)[:-1]
    if kept is not None:
        yield ', "entries": ['
        comma = "\n"
        for name, cells in kept.rows.items():
            said = {"file": name, "form": dict(zip(kept.columns, cells, strict=True))}
            yield comma + json.dumps(said, allow_nan=False)
            comma = ",\n"
        yield "\n]"
    yield ', "files": ['
    comma = "\n"
    for verdict in verdicts:
        yield comma + as_line(verdict)
        comma = ",\n"
    yield "\n]}\n"


def header(about: About, tally: Tally) -> dict[str, Any]:
    """Return everything but the verdicts."""
    return {
        "schema_version": SCHEMA_VERSION,
        "program": about.version,
        "made": about.made,
        "policy": {
            "id": about.policy,
            "title": about.title,
            "sha256": about.sha256,
            "evidence": about.evidence,
            "enforced": about.enforced,
        },
        "context": dict(about.context),
        "fail_on": about.fail_on.value,
        "blind": about.blind,
        "summary": {
            "files": tally.files,
            "decisions": {decision.value: tally.decisions[decision] for decision in Decision},
            "could_not_judge": tally.unjudged,
            "findings": tally.findings,
            "waived": tally.waived,
            "waived_files": tally.waived_files,
            "limited": tally.limited,
            "left_out": tally.left_out,
            "rules": dict(sorted(tally.rules.items())),
        },
    }


def as_line(verdict: Verdict) -> str:
    """Return *verdict* as one line of JSON in ASCII; every field in its place. Its schema is `verdict`."""
    return json.dumps(as_dict(verdict), allow_nan=False)


def as_dict(verdict: Verdict) -> dict[str, Any]:
    """Return *verdict* as JSON has it, fields at their default too."""
    found = {name: _plain(getattr(verdict, name)) for name in Verdict.__match_args__}
    return found | {"outcomes": [_outcome(outcome) for outcome in verdict.outcomes]}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {name: _plain(getattr(outcome, name)) for name in Outcome.__match_args__}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, str) else value
