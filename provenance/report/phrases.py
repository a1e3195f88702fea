"""Short phrases for steps, in an artist's words: what an action, a source type, an `ai` block says."""

from __future__ import annotations

from provenance.report.wording import Catalogue
from provenance.terms import C2PA_DST, DST, GENERATIVE_SOURCE_TYPES, RETIRED_SOURCE_TYPES
from provenance.verification.model import Action, Ai


def describe_source(source_type: str, say: Catalogue, *, after_action: bool = False) -> str:
    """Return what a digital source type says, or "" if none is stated.

    *after_action*: the phrase follows what was done ("cropped: by a person …").
    """
    if not source_type:
        return ""
    name = source_type.removeprefix(DST).removeprefix(C2PA_DST).removeprefix("c2pa.")
    known = source_type.startswith((DST, C2PA_DST)) or source_type in RETIRED_SOURCE_TYPES
    keys = [f"report.how.{name}"] * after_action + [f"report.source.{name}"]
    key = next((key for key in keys if known and say.has(key)), None)
    return say(key) if key else say("report.source.unrecognised", text=source_type)


def describe_action(action: Action, say: Catalogue) -> str:
    """Return what *action* says, in one phrase: what was done, by what means, with which tool."""
    name = action.name.removeprefix("c2pa.")
    key = f"report.action.{name}"
    done = (
        say(key) if action.name.startswith("c2pa.") and say.has(key) else say("report.action.other", name=action.name)
    )
    how = describe_source(action.source_type, say, after_action=name != "created")
    if name == "created":
        phrase = how or say("report.action.created_unstated")
    else:
        phrase = say("report.ledger.done", done=done, how=how) if how else done
    said_generative = action.source_type in GENERATIVE_SOURCE_TYPES
    if action.ai and not (said_generative and action.ai == Ai(generative="yes")):
        extra = ai_phrase(action.ai, say, said_generative=said_generative)
        phrase = say("report.ledger.with", phrase=phrase, extra=extra)
    if action.tool:
        tool = f"{action.tool} {action.tool_version}".strip()
        phrase = say("report.ledger.tool", phrase=phrase, tool=tool)
    return phrase


def ai_phrase(ai: Ai, say: Catalogue, *, said_generative: bool = False) -> str:
    """Return what a structured `ai` block or an AI disclosure says.

    *said_generative*: the source type beside it says already that it was generative.
    """
    parts = []
    if ai.kind:
        key = f"report.ai_kind.{ai.kind.strip().replace(' ', '_').casefold()}"
        parts.append(say(key) if say.has(key) else say("report.ai_kind.other_text", kind=ai.kind))
    if ai.generative and not (said_generative and ai.generative == "yes"):
        key = f"report.generative.{ai.generative.casefold()}"
        parts.append(say(key) if say.has(key) else say("report.generative.unknown"))
    if ai.model:
        parts.append(say("report.ledger.model", model=f"{ai.model} {ai.model_version}".strip()))
    if ai.extent:
        key = f"report.extent.{ai.extent.replace(' ', '_').casefold()}"
        parts.append(say("report.ledger.extent", extent=say(key) if say.has(key) else ai.extent))
    if ai.oversight:
        key = f"report.oversight.{ai.oversight}"
        parts.append(say(key) if say.has(key) else say("report.oversight.other", text=ai.oversight))
    return say.join(parts) or say("report.ledger.disclosed")


def relationship_phrase(relationship: str, say: Catalogue) -> str:
    """Return what an ingredient is to the picture, in one noun."""
    key = f"report.relationship.{relationship}"
    return say(key) if say.has(key) else say("report.relationship.other", text=relationship)
