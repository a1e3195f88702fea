"""JSON Lines: a verdict a line, as it comes, in the order of the files."""

from __future__ import annotations

from provenance.policy.formats.document import as_line
from provenance.policy.verdict import Verdict


def line(verdict: Verdict) -> str:
    """Return *verdict* as one line, with its end."""
    return as_line(verdict) + "\n"
