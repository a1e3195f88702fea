"""What AI tools left in ordinary metadata, in words: the weakest evidence. Anyone can write it or take it out.

At most it may be that AI was used. A hint, and what only enlarges or denoises, is listed and makes no AI step.
"""

from __future__ import annotations

from collections.abc import Iterator

from provenance.metadata.model import Field, Trace, TraceKind, TraceStrength
from provenance.report.agreed import TraceLine
from provenance.report.names import shown
from provenance.report.said import Said
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import GENERATIVE_SOURCE_TYPES, Integrity
from provenance.verification.model import Verification

_FIELDS = {  # the rules whose text has a field in the credentials, too
    "iptc-ai-system": Field.AI_SYSTEM,
    "iptc-ai-prompt": Field.AI_PROMPT,
    "iptc-ai-prompt-writer": Field.AI_PROMPT_WRITER,
}


def trace_line(found: Trace, say: Catalogue) -> TraceLine:
    """Return the line that lists *found*."""
    said = say(
        "metadata.trace.line",
        tool=_tool(found, say),
        kind=say(f"metadata.trace.kind.{found.kind}"),
        where=shown(found.where),
        strength=say(f"metadata.trace.strength.{found.strength}"),
    )
    models = tuple(shown(one.name) for one in found.models)
    if models:
        said = say("metadata.trace.models", text=Phrase(said), models=say.join(models))
    if found.prompt_sha256:
        said = say("metadata.trace.prompt", text=Phrase(said), sha256=shown(found.prompt_sha256))
    return TraceLine(
        shown(found.rule),
        shown(found.tool),
        shown(found.where),
        found.kind,
        found.strength,
        Said("metadata.trace.line", said),
        models,
        shown(found.prompt_sha256),
    )


def noun(found: Trace, say: Catalogue) -> str:
    """Return in short what *found* is: the text that stands there, or the tool that leaves such data."""
    return shown(found.says) or _tool(found, say)


def _tool(found: Trace, say: Catalogue) -> str:
    key = f"metadata.trace.tool.{found.rule}"
    return shown(found.tool) or say(key if say.has(key) else "metadata.trace.tool.other")


def counting(verification: Verification) -> Iterator[Trace]:
    """Yield the traces that make an AI step; none of what a manifest that holds says itself.

    Whether it says the same in the same field is for `carriers`.
    """
    stated: set[Field] = set()
    if verification.integrity is Integrity.INTACT:
        types = (action.source_type for manifest in verification.manifests for action in manifest.actions)
        if any(found in GENERATIVE_SOURCE_TYPES for found in types):
            return
        stated = {value.field for manifest in verification.manifests for value in manifest.stated}
    for trace in verification.carried.traces:
        if _FIELDS.get(trace.rule) in stated:
            continue
        if trace.strength is not TraceStrength.HINT and trace.kind is not TraceKind.ENHANCEMENT:
            yield trace
