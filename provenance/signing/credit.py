"""The author's own words beside the history: names and credit, permissions, statements.

`properties` says them in XMP's own shape. That is written into the picture's XMP, read back from there, and stands so
in ``cawg.metadata``: both are one source (metadata.md §4). Names, contacts and addresses of people stand there and
nowhere else in the manifest: it can be redacted later.
"""

from __future__ import annotations

from typing import Any

from provenance.declaration.kinds import Generative
from provenance.declaration.model import Declaration
from provenance.declaration.parts import Ai, Author, Licensor, Part, Step
from provenance.declaration.permissions import Permissions
from provenance.declaration.roles import AuthorRole
from provenance.metadata.fields import Node
from provenance.metadata.plus import to_plus
from provenance.terms import (
    CONTACT,
    DST,
    GENERATIVE_SOURCE_TYPES,
    POSSIBLY_GENERATIVE_SOURCE_TYPES,
    SourceType,
    Use,
)

NO_GENERATIVE_AI, MADE, HISTORY_DROPPED = "no_generative_ai", "made", "history_dropped"
DESPITE_TRACES = "despite_traces"
DERIVED = frozenset(
    {"@context", "Iptc4xmpExt:DigitalSourceType", "Iptc4xmpExt:AISystemUsed", "Iptc4xmpExt:AISystemVersionUsed"}
)  # of `properties`, what follows from the steps


def properties(said: Declaration) -> dict[str, Node]:
    """Return what *said* states, as XMP properties (IPTC PMD 2025.1, PLUS LDF); {} if it states nothing of this."""
    creators = [author for author in said.authors if author.role is AuthorRole.CREATOR]
    others = [author for author in said.authors if author.role is not AuthorRole.CREATOR]
    allowed = to_plus({entry: (use, text) for entry, use, text in said.permissions.stated()})
    terms = _sentences(said.usage_terms or "", allowed.usage_terms)
    stated: dict[str, Node] = {
        "dc:creator": [author.name for author in creators],
        "plus:ImageCreator": [_creator(author) for author in creators if author.url or author.identifiers],
        "Iptc4xmpExt:Contributor": [_contributor(author) for author in others],
        "dc:rights": _text(said.copyright),
        "photoshop:Credit": said.credit,
        "plus:CopyrightOwner": [{"plus:CopyrightOwnerName": said.copyright_owner}] if said.copyright_owner else None,
        "xmpRights:WebStatement": said.license_url,
        "xmpRights:UsageTerms": _text(terms),
        "plus:Licensor": [_licensor(said.licensor)] if said.licensor else None,
        CONTACT: _contact(said.contact) if said.contact else None,
        "dc:title": _text(said.title),
        "dc:description": _text(said.description),
        "Iptc4xmpExt:DigitalSourceType": overall_type(said),
        "plus:DataMining": allowed.data_mining,
        "plus:OtherConstraints": _text(allowed.other_constraints),
        **_ai_fields(said),
    }
    return {key: value for key, value in stated.items() if value}


def overall_type(said: Declaration) -> str:
    """Return the digital source type of the whole picture, as IPTC has it; "" if nothing is said about it.

    A picture with generative parts is a composite with them, whatever it began as; one with a step of which it is
    not known is a composite of elements that may be. A blank canvas, C2PA's own word, was drawn on: digitalCreation.
    """
    types = [step.c2pa_source_type for step in said.steps]
    parts = [one.source_type for one in said.ingredients if one.relationship is not Part.INPUT]
    began = said.inception_type
    if SourceType.TRAINED_ALGORITHMIC_MEDIA in (began, *types) or began is SourceType.TRAINED_ALGORITHMIC_DATA:
        return str(SourceType.TRAINED_ALGORITHMIC_MEDIA)
    if began is SourceType.COMPOSITE_SYNTHETIC:
        return str(began)
    if any(kind in GENERATIVE_SOURCE_TYPES for kind in (*types, *parts)):
        return str(SourceType.COMPOSITE_WITH_TRAINED)
    if any(kind in POSSIBLY_GENERATIVE_SOURCE_TYPES for kind in (*types, *parts)):
        return str(SourceType.COMPOSITE)
    if began is SourceType.EMPTY:
        return str(SourceType.DIGITAL_CREATION)
    return str(began) if began is not None and began.startswith(DST) else ""


def _ai_fields(said: Declaration) -> dict[str, Node]:
    """Return the fields of IPTC 2025.1 for the generative steps; a prompt only where it may be published."""
    steps = [step for step in said.steps if step.ai is not None and step.ai.is_generative is not Generative.NO]
    named = [found for step in steps if step.ai and (found := _system(step, step.ai))]
    prompts = [step.ai for step in steps if step.ai and step.ai.public and step.ai.prompt]
    return {
        "Iptc4xmpExt:AISystemUsed": _each(name for name, _ in named),
        "Iptc4xmpExt:AISystemVersionUsed": _each(version for _, version in named if version),
        "Iptc4xmpExt:AIPromptInformation": _each(ai.prompt for ai in prompts),
        "Iptc4xmpExt:AIPromptWriterName": _each(ai.prompt_writer for ai in prompts if ai.prompt_writer),
    }


def _system(step: Step, ai: Ai) -> tuple[str, str]:
    if ai.model is not None and step.tool is not None:
        return f"{ai.model.name} via {step.tool.name}", ai.model.version or ""
    tool = ai.model or step.tool
    return (tool.name, tool.version or "") if tool else ("", "")


def _each(found: Any) -> str:
    return "; ".join(dict.fromkeys(text for text in found if text))


def permission_data(permissions: Permissions) -> dict[str, Any]:
    """Return ``cawg.training-mining`` for *permissions* (CAWG TDM 1.1); {} if nothing is said."""
    entries: dict[str, dict[str, str]] = {}
    for entry, use, text in permissions.stated():
        entries[entry.value] = {"use": use.value} | ({"constraint_info": text} if use is Use.CONSTRAINED else {})
    return {"entries": entries} if entries else {}


def statement_data(said: Declaration, *, history_dropped: bool) -> dict[str, str]:
    """Return our own assertion of what the standard has no word for; {} if nothing is said."""
    data: dict[str, str] = {}
    if said.no_generative_ai is not None:
        data[NO_GENERATIVE_AI] = said.no_generative_ai.value
    if said.made is not None:
        data[MADE] = said.made
    if said.despite_traces is not None:
        data[DESPITE_TRACES] = said.despite_traces
    if history_dropped:
        data[HISTORY_DROPPED] = "by the signer"
    return data


def _sentences(first: str, second: str) -> str:
    """Return both texts, apart even where the first ends without a stop."""
    stop = "." if second and first[-1:].isalnum() else ""
    return " ".join(filter(None, (first + stop, second)))


def _text(text: str | None) -> Node:
    return {"x-default": text} if text else None


def _creator(author: Author) -> dict[str, Any]:
    ids = [*([author.url] if author.url else []), *author.identifiers]
    return {"plus:ImageCreatorName": author.name, "plus:ImageCreatorID": ids[0]} | (
        {"xmp:Identifier": ids[1:]} if ids[1:] else {}
    )


def _contributor(author: Author) -> dict[str, Any]:
    ids = [*([author.url] if author.url else []), *author.identifiers]
    named = {"Iptc4xmpExt:Name": {"x-default": author.name}, "Iptc4xmpExt:Role": [author.role.standard.value]}
    return named | ({"xmp:Identifier": ids} if ids else {})


def _licensor(licensor: Licensor) -> dict[str, str]:
    said = {
        "plus:LicensorName": licensor.name,
        "plus:LicensorURL": licensor.url,
        "plus:LicensorEmail": licensor.email,
    }
    return {key: value for key, value in said.items() if value}


def _contact(contact: str) -> dict[str, str]:
    field = "CiUrlWork" if "://" in contact else "CiEmailWork"
    return {f"Iptc4xmpCore:{field}": contact}
