"""What kinds of AI help are called for people: the words of a report, and those that only policies have."""

from __future__ import annotations

from provenance.report.wording import Catalogue, Phrase


def kind_name(kind: str, say: Catalogue) -> Phrase:
    """Return what *kind*, one of `kinds.WORDS`, is called; another word as it stands."""
    key = f"report.ai_kind.{kind.replace(' ', '_')}"
    return say(key) if say.has(key) else say.term("disclose.kind", kind)
