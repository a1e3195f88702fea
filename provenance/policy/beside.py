"""What lies beside a file as facts: *declared, not signed*, a tier of its own below everything that is signed.

Rules:

- It never counts for a file: its words stand in ``NAME_beside``, which is as weak as a trace. What it admits, a person
  may ask about.
- A declaration about other bytes is *stale*, and its words count for nothing at all. That is no tampering: nothing was
  signed. A file that was signed since is *signed_since*: what holds now stands in its credentials.
- A file that cannot be accepted is *unreadable*, and silence is no answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from provenance.declaration.beside import Beside, find
from provenance.declaration.kinds import AiKind, Generative
from provenance.declaration.model import Declaration
from provenance.declaration.parts import Part, Step
from provenance.errors import ProvenanceError
from provenance.policy.facts import Facts
from provenance.policy.kinds import EDIT, GENERATION, GENERATIVE_GROUP, POSSIBLY_GROUP
from provenance.report.names import shown
from provenance.terms import GENERATIVE_SOURCE_TYPES, AiUse, Integrity, SourceType
from provenance.verification.currency import Currency, currency

_STATES = {
    Currency.CURRENT: "declared",
    Currency.UNTOLD: "declared",
    Currency.OLDER: "older",
    Currency.STALE: "stale",
}
_UNSIGNED = frozenset({Integrity.NO_CREDENTIALS, Integrity.ELSEWHERE})
_UNREADABLE = "unreadable"


def with_beside(facts: Facts, picture: Path, known: dict[str, tuple[Path, ...]] | None = None) -> Facts:
    """Return *facts* with what is declared beside *picture*; as they are where there is nothing.

    Args:
        known: as `declaration.beside.find` takes it, the same dict for a whole run.
    """
    try:
        found = find(picture, known)
        if found is None:
            return facts
        state = _state(picture, found, facts)
    except ProvenanceError:
        return replace(facts, declared_beside=_UNREADABLE)
    by = "folder" if found.for_folder else "picture"
    told = words_of(found.declaration) if state in {"declared", "older"} else {}
    changes = {"declared_beside": state, "declared_beside_by": by} | told
    return replace(facts, unverified=(*facts.unverified, *told), **changes)  # type: ignore[arg-type]  # words


def _state(picture: Path, beside: Beside, facts: Facts) -> str:
    now = currency(picture, beside, facts.sha256)
    if now in {Currency.STALE, Currency.OLDER} and facts.integrity not in _UNSIGNED and facts.chain_intact:
        return "signed_since"
    return _STATES[now]


def words_of(declaration: Declaration) -> dict[str, tuple[str, ...]]:
    """Return what *declaration* says, in the words of the facts, by the names of the fields ``NAME_beside``."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for family, word in _words(declaration):
        found[family][shown(word)] = None
    return {f"{family}_beside": tuple(sorted(words)) for family, words in found.items()}


def _words(declaration: Declaration) -> Iterator[tuple[str, str]]:
    inception = declaration.inception_type
    if inception is not None:
        yield from _of_type(inception)
    for tool in declaration.tools:
        yield "tools", str(tool)
    for step in declaration.steps:
        yield from _of_step(step)
    for one in declaration.ingredients:
        if one.source_type is not None and one.relationship is not Part.INPUT:
            yield from _of_type(one.source_type)
    if declaration.no_generative_ai is not None:
        yield "statements", f"no_generative_ai:{declaration.no_generative_ai.value}"
    if declaration.made is not None:
        yield "statements", "made"
    if declaration.despite_traces is not None:
        yield "statements", "despite_traces"


def _of_type(found: SourceType) -> Iterator[tuple[str, str]]:
    yield "source_types", found.rpartition("/")[2]
    if found in GENERATIVE_SOURCE_TYPES:
        whole = found is SourceType.TRAINED_ALGORITHMIC_MEDIA
        yield "ai_uses", AiUse.GENERATED if whole else AiUse.GENERATED_PARTS
        yield "ai_kinds", GENERATION
        yield GENERATIVE_GROUP, GENERATION


def _of_step(step: Step) -> Iterator[tuple[str, str]]:
    if step.tool is not None:
        yield "tools", str(step.tool)
    if step.c2pa_source_type is not None:
        yield "source_types", step.c2pa_source_type.rpartition("/")[2]
    if step.ai is None:
        if step.c2pa_source_type in GENERATIVE_SOURCE_TYPES:
            yield from _generative(step)
        return
    if step.ai.model is not None:
        yield "models", str(step.ai.model)
    if step.ai.oversight is not None:
        yield "oversight", step.ai.oversight.value
    kind, made = step.ai.kind, step.ai.is_generative
    if made is Generative.NO:
        yield "ai_kinds", kind.value
    elif kind is AiKind.REFERENCE or made is Generative.UNKNOWN:
        yield "ai_kinds", kind.value
        yield POSSIBLY_GROUP, kind.value
        yield "ai_uses", AiUse.POSSIBLY
    else:
        yield from _generative(step)
        yield "ai_kinds", kind.value
        yield GENERATIVE_GROUP, kind.value


def _generative(step: Step) -> Iterator[tuple[str, str]]:
    parts = step.c2pa_source_type in {SourceType.TRAINED_ALGORITHMIC_MEDIA, SourceType.COMPOSITE_SYNTHETIC}
    yield "ai_kinds", EDIT
    yield GENERATIVE_GROUP, EDIT
    yield "ai_uses", AiUse.GENERATED_PARTS if parts else AiUse.AI_EDITED
