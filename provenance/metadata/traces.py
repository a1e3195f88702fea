"""What AI tools leave in ordinary metadata, outside of any manifest: a table of structural rules (metadata.md §5).

Only what such a tool writes in a form of its own counts, and only in the field where it writes it: a word in a
caption is no sign, and neither is a camera's name. Whoever wrote it did not sign a statement, and anybody can write it
or take it out: it is a reason to ask, never an answer; that there is none says nothing. Prompts are not handed on.

The table is data, `traces.json`; a file that has nothing in any of its places does not even load it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from functools import cache
from importlib import resources
from typing import Any

from provenance.container.model import Kind
from provenance.metadata import prompts
from provenance.metadata.blocks import Text
from provenance.metadata.fields import Node
from provenance.metadata.model import Private, PrivateKind, Trace, TraceKind, TraceStrength
from provenance.metadata.stealth import MAGICS, Hidden
from provenance.record import dataclass

LONGEST = 2 * 1024 * 1024  # characters of one text; of a longer one nothing is said
TEXTS = 64  # of one file
_SAID = 200
_LEAVES = 16  # texts of one XMP property
_DEEP = 4

TEXT_KEYS = frozenset({
    "parameters", "postprocessing", "extras", "prompt", "workflow", "invokeai_metadata", "sd-metadata", "Dream",
    "fooocus_scheme", "Comment", "use_stable_diffusion_model", "Stable Diffusion model", "negative_prompt",
    "Negative Prompt", "Software", "Source", "Title", "Description", "AIGC", "hf-job-id",
})  # fmt: skip
EXIF_TAGS = ("ImageDescription", "Make", "Model", "Software", "Artist", "UserComment")
XMP_PROPERTIES = (
    "Iptc4xmpExt:DigitalSourceType", "Iptc4xmpExt:AISystemUsed", "Iptc4xmpExt:AIPromptInformation",
    "Iptc4xmpExt:AIPromptWriterName", "photoshop:Credit", "TC260:AIGC", "exif:UserComment", "dc:description",
    "xmp:CreatorTool",
)  # fmt: skip
IPTC_SETS = {110: "Credit", 120: "Caption-Abstract"}
TRAILER_NAMES = ("PhotoEditor_Re_Edit_Data", "PEg_Info")


@dataclass(frozen=True, slots=True)
class Carried:
    """What stands in one file where AI tools write: read, bounded and decoded by others.

    Where a reader of this room made them: ``exif`` is ``{**tags.texts, "UserComment": tags.user_comment}``, ``iptc`` is
    ``{number: iim.texts(sets, number) for number in IPTC_SETS}``, ``trailer`` is ``samsung(…, TRAILER_NAMES)``.
    """

    kind: Kind = Kind.OTHER
    texts: tuple[Text, ...] = ()  # `Blocks.texts`
    exif: Mapping[str, str] = field(default_factory=dict)  # by name; a UserComment without its character code
    iptc: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # record 2, by data set
    xmp: Mapping[str, Node] = field(default_factory=dict)  # properties as `fields` shapes them
    trailer: Mapping[str, str] = field(default_factory=dict)  # as `trailer.samsung` found it
    hidden: Hidden | None = None  # as `stealth.read` found it


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table; every condition that is stated must hold."""

    id: str
    kind: TraceKind
    strength: TraceStrength
    places: tuple[str, ...]
    source: str
    tool: str = ""
    equals: tuple[str, ...] = ()
    tail: bool = False  # of an address, the last part is compared
    patterns: tuple[str, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()  # a JSON object with all keys of one of the groups
    with_places: tuple[tuple[str, str], ...] = ()
    reader: str = ""
    private: bool = False
    says: bool = False
    raised_by: str = ""
    step: str = ""  # the `AiKind` that a declaration would call it, where that is known
    otherwise: bool = False  # counts only where no other rule found something in that place


def find(carried: Carried) -> tuple[Trace, ...]:
    """Return what AI tools left in *carried*, each once, strongest first.

    Never raises for what stands in the file.
    """
    placed = dict(_places(carried))
    if not placed:
        return ()
    found: dict[Trace, None] = {}
    for rule in rules():
        for place in rule.places:
            for text in placed.get(place, ()):
                if rule.otherwise and _where(place, carried) in {trace.where for trace in found}:
                    continue
                if trace := _trace(rule, place, text, placed, carried):
                    found[trace] = None
    ids = {trace.rule for trace in found}
    order = list(TraceStrength)
    raised = (_raised(trace, ids) for trace in found)
    return tuple(sorted(raised, key=lambda trace: order.index(trace.strength)))


def private(found: Iterable[Trace]) -> tuple[Private, ...]:
    """Return where the prompts stand that *found* tells of."""
    return tuple(dict.fromkeys(Private(PrivateKind.PROMPT, trace.where) for trace in found if trace.prompt_sha256))


def decoded(text: Text) -> str:
    """Return a text chunk or comment as text: tools write UTF-8 where PNG says Latin-1 (PNG 3rd edition §11.3.3.2)."""
    try:
        return text.data.decode("utf-8")
    except UnicodeDecodeError:
        return text.data.decode("utf-8", "replace") if text.utf8 else text.data.decode("latin-1")


@cache
def rules() -> tuple[Rule, ...]:
    """Return the table."""
    data = json.loads((resources.files("provenance.metadata") / "traces.json").read_text("utf-8"))
    return tuple(
        Rule(
            id=one["id"],
            kind=TraceKind(one["kind"]),
            strength=TraceStrength(one["strength"]),
            places=tuple(one["places"]),
            source=one["source"],
            tool=one.get("tool", ""),
            equals=tuple(one.get("equals", ())),
            tail=one.get("tail", False),
            patterns=tuple(one.get("patterns", ())),
            keys=tuple(map(tuple, one.get("keys", ()))),
            with_places=tuple(one.get("with", {}).items()),
            reader=one.get("reader", ""),
            private=one.get("private", False),
            says=one.get("says", False),
            raised_by=one.get("raised_by", ""),
            step=one.get("step", ""),
            otherwise=one.get("otherwise", False),
        )
        for one in data["rules"]
    )


def _places(carried: Carried) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each place that some rule looks at, with the texts that stand there."""
    for key in dict.fromkeys(text.key for text in carried.texts[:TEXTS]):
        if key in TEXT_KEYS or key == "comment":
            texts = tuple(decoded(one) for one in carried.texts[:TEXTS] if one.key == key and len(one.data) <= LONGEST)
            yield ("comment" if key == "comment" else f"text:{key}"), texts
    for name in EXIF_TAGS:
        if (value := carried.exif.get(name)) and len(value) <= LONGEST:
            yield f"exif:{name}", (value,)
    for number, name in IPTC_SETS.items():
        if values := carried.iptc.get(number):
            yield f"iptc:{name}", values[:_LEAVES]
    for name in XMP_PROPERTIES:
        if (node := carried.xmp.get(name)) is not None:
            yield f"xmp:{name}", tuple(_leaves(node, _DEEP))[:_LEAVES]
    for name in TRAILER_NAMES:
        if value := carried.trailer.get(name):
            yield f"trailer:{name}", (value,)
    if carried.hidden:
        yield "hidden", (carried.hidden.text,)


def _leaves(node: Node, deep: int) -> Iterator[str]:
    if isinstance(node, str):
        if node and len(node) <= LONGEST:
            yield node
    elif deep and isinstance(node, list | tuple | dict):
        for entry in node.values() if isinstance(node, dict) else node:
            yield from _leaves(entry, deep - 1)


def _trace(rule: Rule, place: str, text: str, placed: Mapping[str, tuple[str, ...]], carried: Carried) -> Trace | None:
    if not _holds(rule, text, placed):
        return None
    data = _json(text) if rule.keys or rule.reader in prompts.OF_JSON else None
    if rule.keys and not (isinstance(data, dict) and any(all(key in data for key in group) for group in rule.keys)):
        return None
    told = prompts.READERS[rule.reader](text, data) if rule.reader else prompts.NOTHING
    if told is None:
        return None
    return Trace(
        rule=rule.id,
        tool=told.tool or rule.tool,
        where=_where(place, carried),
        kind=told.kind or rule.kind,
        strength=rule.strength,
        models=told.models,
        prompt_sha256=hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() if rule.private else "",
        says=_tail(rule, text)[:_SAID] if rule.says else "",
        mode=told.mode,
        version=told.version,
    )


def _holds(rule: Rule, text: str, placed: Mapping[str, tuple[str, ...]]) -> bool:
    if rule.equals and _tail(rule, text) not in rule.equals:
        return False
    if not all(_pattern(one).search(text) for one in rule.patterns):
        return False
    return all(
        any(_pattern(pattern).search(other.strip()) for other in placed.get(place, ()))
        for place, pattern in rule.with_places
    )


def _tail(rule: Rule, text: str) -> str:
    text = text.strip()
    return text.rstrip("/").rpartition("/")[2].rpartition(":")[2] if rule.tail else text


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _json(text: str) -> Any:
    """Return *text* as JSON, behind a name that some put before it; None if it is none."""
    start = text.find("{", 0, 64)
    if start < 0:
        return None
    try:
        return json.loads(text[start:])
    except (ValueError, RecursionError):
        return None


def _where(place: str, carried: Carried) -> str:
    return where(place, carried.kind, carried.hidden.magic if carried.hidden else "")


def where(place: str, kind: Kind, magic: str) -> str:
    """Return what a *place* of the table is called for people, in a file of *kind*."""
    carrier, _, name = place.partition(":")
    match carrier:
        case "text":
            return f"PNG text {name}"
        case "comment":
            return "GIF comment" if kind is Kind.GIF else "JPEG comment"
        case "trailer":
            return f"{name} after the end of the JPEG"
        case "hidden":
            return f"pixels ({magic})"
    return f"{carrier.upper()} {name}"


@cache
def names() -> frozenset[str]:
    """Return every `Trace.where` that there can be."""
    places = {place for rule in rules() for place in rule.places}
    kinds = (Kind.JPEG, Kind.GIF)
    return frozenset(where(place, kind, magic) for place in places for kind in kinds for magic in MAGICS)


def _raised(trace: Trace, ids: set[str]) -> Trace:
    raised_by = next((rule.raised_by for rule in rules() if rule.id == trace.rule), "")
    return replace(trace, strength=TraceStrength.STRUCTURED) if raised_by in ids else trace
