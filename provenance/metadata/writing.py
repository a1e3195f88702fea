"""What is to stand in a file's EXIF, IPTC and XMP, decided field by field, before a byte is changed.

The rule for a field that says something already (`Conflict`): the same value stays, a different one is kept,
replaced or refused with both shown. A kept value becomes the value of every carrier, so that the file, and the
manifest that is built from it, say one thing. Two fields are never weakened: a digital source type that names
generative AI, and the AI systems that were named before. And what is kept never allows more than is stated: a flag
and its text that would do so give way to the stated ones, or are refused where neither is the stricter in everything.

IIM is written where its container has it (JPEG, TIFF), cut at the lengths of IIM 4.2; EXIF where there is a tag.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum

from provenance.container.model import Kind
from provenance.errors import AssetError
from provenance.metadata import iim, xmp
from provenance.metadata.blocks import Change
from provenance.metadata.carriers import KINDS
from provenance.metadata.fields import FIELDS, FORMS, PLACES, Form, Node, Place, digital_source_type, texts
from provenance.metadata.model import Carrier, Field, Private, PrivateKind, Value
from provenance.metadata.plus import at_least, canonical, counted
from provenance.metadata.reading import PREVIEW, TEXT, Reading
from provenance.plain import plain
from provenance.record import dataclass
from provenance.terms import GENERATIVE_SOURCE_TYPES

_PREVIEWS = (0x0409, 0x040C)  # Photoshop's thumbnails
_IPTC_KINDS = frozenset({Kind.JPEG, Kind.TIFF, Kind.DNG})
_EXIF_KINDS = _IPTC_KINDS | {Kind.PNG, Kind.WEBP, Kind.AVIF, Kind.HEIC, Kind.HEIF}
_XMP_KINDS = _EXIF_KINDS | {Kind.GIF, Kind.SVG, Kind.JXL}
_JOINED = "; "  # several names in one EXIF tag (MWG 2.0 §5.3)
_EXIF_PRIVATE = {  # PrivateKind -> the name that Change.exif_without knows it by
    PrivateKind.LOCATION: "gps",
    PrivateKind.SERIAL: "serial",
    PrivateKind.OWNER: "owner",
    PrivateKind.MAKER_NOTE: "maker_note",
    PrivateKind.PREVIEW: "thumbnail",
}
_EXIF_PROMPTS = {  # where a prompt stands -> the same
    "EXIF UserComment": "user_comment",
    "EXIF ImageDescription": "description",
    "EXIF Make": "make",
    "EXIF Model": "model",
}
_COMMENTS = frozenset({"JPEG comment", "GIF comment"})
_CAPTION = ("IPTC Caption-Abstract", 120)
_PERMISSIONS = (Field.DATA_MINING, Field.OTHER_CONSTRAINTS)
_ADDED = frozenset({Field.AI_SYSTEM, Field.AI_SYSTEM_VERSION})


class Conflict(StrEnum):
    """What happens to a field that says something else already."""

    KEEP = "keep"
    REPLACE = "replace"
    REFUSE = "refuse"


class Outcome(StrEnum):
    """What became of one field."""

    NEW = "new"
    SAME = "same"  # stood there already
    KEPT = "kept"  # what stood there stays, and ours is not written
    REPLACED = "replaced"
    ADDED = "added"  # ours stands behind what stood there


@dataclass(frozen=True, slots=True)
class Row:
    """One field as it will stand in the file."""

    field: Field
    outcome: Outcome
    texts: tuple[str, ...]
    carriers: tuple[Carrier, ...]  # where it will stand
    before: tuple[Value, ...] = ()  # what else stood there
    cut: bool = False  # IIM holds its beginning only


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be written, whole."""

    rows: tuple[Row, ...]
    properties: tuple[str, ...]  # the XMP properties that state it
    change: Change


def carriers_of(kind: Kind) -> tuple[Carrier, ...]:
    """Return where ordinary metadata can stand in a file of *kind*; () for none that we write."""
    if kind not in KINDS:
        return ()
    kinds = ((Carrier.XMP, _XMP_KINDS), (Carrier.EXIF, _EXIF_KINDS), (Carrier.IPTC, _IPTC_KINDS))
    return tuple(carrier for carrier, having in kinds if kind in having)


def draft(
    wanted: Mapping[str, Node],
    reading: Reading,
    *,
    rule: Conflict,
    carriers: Iterable[Carrier],
    without: Iterable[Private] = (),
) -> Draft:
    """Return how the file will say *wanted*, XMP properties in the shape of `fields.Node`.

    Args:
        carriers: where to write; of `carriers_of` the kind.
        without: what is private, of what was found, and shall go.

    Raises:
        AssetError: if a field says something else and *rule* is to refuse, or the XMP there cannot be edited.
    """
    available, gone = tuple(carriers), tuple(without)
    reading = _without(reading, gone)
    rows: list[Row] = []
    properties: dict[str, Node] = dict(wanted)
    allowing = _of_permissions(rule, properties, reading.properties)
    for place in FIELDS:
        said = texts(dict(wanted), place)
        if not said:
            continue
        row = _row(place, said, reading, allowing if place.field in _PERMISSIONS else rule, available)
        rows.append(row)
        if row.texts != said:
            properties[place.property] = _replaced(properties[place.property], place, said, row.texts)
    made = _change(rows, properties, reading, available, without=gone)
    return Draft(tuple(rows), tuple(name for name in properties), made)


def _without(reading: Reading, gone: tuple[Private, ...]) -> Reading:
    """Return *reading* without the values that go: a prompt in a caption is no conflict with a caption."""
    places = {found.where for found in gone}
    kept = tuple(value for value in reading.metadata.values if value.where not in places)
    return replace(reading, metadata=replace(reading.metadata, values=kept))


def _of_permissions(rule: Conflict, wanted: dict[str, Node], there: dict[str, Node]) -> Conflict:
    """Return what happens to the flag and the text beside it, which only together say what may be done.

    Raises:
        AssetError: if what stands there is to be kept, and neither it nor what is wanted is the stricter everywhere.
    """
    if rule is not Conflict.KEEP:
        return rule
    (flag, text), (their_flag, their_text) = _permissions(wanted), _permissions(there)
    ours, theirs = counted(flag, text), counted(their_flag, their_text)
    kept = their_flag or flag, their_text or text
    if at_least(counted(*kept), ours) and at_least(counted(kept[0]), counted(flag)):  # most programs read the flag only
        return Conflict.KEEP
    if at_least(ours, theirs):
        return Conflict.REPLACE
    said, stated = (
        plain("; ".join(filter(None, both)), limit=200) for both in ((their_flag, their_text), (flag, text))
    )
    raise AssetError(
        "metadata",
        f"XMP plus:DataMining says “{said}”, you state “{stated}”, and neither is the stricter in everything",
        "replace it with --credit-conflict replace, or state no more than it allows",
    )


def _permissions(properties: dict[str, Node]) -> tuple[str, str]:
    flag, text = (" ".join(texts(properties, PLACES[field])[:1]) for field in _PERMISSIONS)
    return flag, text


def _row(place: Place, said: tuple[str, ...], reading: Reading, rule: Conflict, available: tuple[Carrier, ...]) -> Row:
    there = [value for value in reading.metadata.values if value.field is place.field]
    others = tuple(value for value in there if not agrees(value, said, place))
    carriers = tuple(carrier for carrier in available if _has_place(place, carrier))
    cut = Carrier.IPTC in carriers and any(iim.cut(text, place.iptc_bytes) != text for text in said)
    if not others:
        same = {value.carrier for value in there} >= set(carriers)
        return Row(place.field, Outcome.SAME if same else Outcome.NEW, said, carriers, cut=cut)
    outcome, kept = _settled(place, said, there, others, rule)
    return Row(place.field, outcome, kept, carriers, others, cut)


def _settled(
    place: Place, said: tuple[str, ...], there: list[Value], others: tuple[Value, ...], rule: Conflict
) -> tuple[Outcome, tuple[str, ...]]:
    # Where the carriers contradict each other, XMP counts, which holds everything whole.
    fullest = next((value for value in there if value.carrier is Carrier.XMP), others[0]).texts
    if place.field in _ADDED:
        named = [part for text in (*fullest, *said) for part in text.split(_JOINED)]
        return Outcome.ADDED, (_JOINED.join(dict.fromkeys(named)),)
    if place.field is Field.SOURCE_TYPE:
        if _generative(fullest):
            return Outcome.KEPT, fullest  # what says AI stays: only its own author may take it out
        if _generative(said):
            return Outcome.REPLACED, said
    if rule is Conflict.REFUSE:
        already = "; ".join(f"{value.where} says “{plain(_JOINED.join(value.texts), limit=80)}”" for value in others)
        stated = plain(_JOINED.join(said), limit=80)
        raise AssetError(
            "metadata",
            f"{already}, you state “{stated}”",
            "keep what stands there with --credit-conflict keep, or replace it with --credit-conflict replace",
        )
    return (Outcome.KEPT, fullest) if rule is Conflict.KEEP else (Outcome.REPLACED, said)


def _generative(said: tuple[str, ...]) -> bool:
    return any(digital_source_type(text) in GENERATIVE_SOURCE_TYPES for text in said)


def agrees(value: Value, said: tuple[str, ...], place: Place) -> bool:
    """Whether *value* says the same as *said*: as far as its carrier can hold it, whatever the normalisation."""
    ours, theirs = [_plain(text, place) for text in said], [_plain(text, place) for text in value.texts]
    if theirs == ours or theirs == [_plain(_JOINED.join(said), place)]:
        return True
    if value.carrier is not Carrier.IPTC or len(theirs) != len(ours):
        return False
    pairs = zip(theirs, ours, strict=True)
    return all(there == whole or iim.is_cut(there, whole, place.iptc_bytes) for there, whole in pairs)


def _plain(text: str, place: Place) -> str:
    if place.field is Field.DATA_MINING:
        return canonical(text)  # readers meet bare codes, too
    if place.field is Field.SOURCE_TYPE:
        return digital_source_type(text)
    return " ".join(unicodedata.normalize("NFC", text).split())


def _has_place(place: Place, carrier: Carrier) -> bool:
    return carrier is Carrier.XMP or bool(place.exif if carrier is Carrier.EXIF else place.iptc)


def _replaced(node: Node, place: Place, said: tuple[str, ...], kept: tuple[str, ...]) -> Node:
    """Return *node* with what it said at *place* replaced by the *kept* texts."""
    if len(place.path) > 1:  # a member of a structure: one structure a text
        members = [{place.path[1]: text} for text in kept]
        first = node[0] if isinstance(node, list) and node else node
        rest = first if isinstance(first, dict) else {}
        whole = [dict(rest) | member for member in members]
        return whole if isinstance(node, list) else whole[0]
    match FORMS.get(place.property, Form.TEXT):
        case Form.ALT:
            return {"x-default": kept[0]}
        case Form.SEQ | Form.BAG:
            return list(kept)
        case _:
            return kept[0]


def _change(
    rows: Iterable[Row],
    properties: Mapping[str, Node],
    reading: Reading,
    available: tuple[Carrier, ...],
    *,
    without: tuple[Private, ...],
) -> Change:
    by_field = {row.field: row for row in rows}
    tags: list[tuple[int, bytes]] = []
    sets: dict[int, tuple[str, ...]] = {}
    for place in FIELDS:
        row = by_field.get(place.field)
        if row is None:
            continue
        if place.exif and Carrier.EXIF in available and _stale(row, Carrier.EXIF, reading, place):
            tags.append((place.exif, _JOINED.join(row.texts).encode()))
        if place.iptc and Carrier.IPTC in available and _stale(row, Carrier.IPTC, reading, place):
            sets[place.iptc] = tuple(iim.cut(text, place.iptc_bytes) for text in row.texts)
    if any(found.where == _CAPTION[0] for found in without):
        sets.setdefault(_CAPTION[1], ())
    packet = None
    whole = {name: _merged(node, reading.properties.get(name)) for name, node in properties.items()}
    gone = {name for name in reading.properties if f"XMP {name}" in {found.where for found in without}}
    # An address of credentials that were here before says nothing about those to come.
    stale = bool(gone) or "dcterms:provenance" in reading.properties
    if Carrier.XMP in available and (stale or any(_differs(name, node, reading) for name, node in whole.items())):
        if reading.blocks.extended_xmp:
            raise AssetError("XMP", "goes on in further segments (ExtendedXMP), and is not edited")
        packet = xmp.edited(reading.blocks.xmp, whole, without=gone)
    return Change(
        exif=tuple(tags),
        iptc=iim.edited(reading.blocks.iptc, sets) if sets else None,
        xmp=packet,
        exif_without=frozenset(name for found in without if (name := _in_exif(found))),
        photoshop_without=frozenset(_PREVIEWS if any(found.where == PREVIEW for found in without) else ()),
        texts_without=frozenset(
            "comment" if found.where in _COMMENTS else found.where.removeprefix(TEXT)
            for found in without
            if found.where in _COMMENTS or found.where.startswith(TEXT)
        ),
    )


def _in_exif(found: Private) -> str:
    """Return the name that `Change.exif_without` knows *found* by, "" for what does not stand in EXIF."""
    if not found.where.startswith("EXIF "):
        return ""
    return _EXIF_PROMPTS.get(found.where, "") or _EXIF_PRIVATE.get(found.kind, "")


def _merged(node: Node, there: Node) -> Node:
    """Return *node* with what *there*, a structure that it takes the place of, holds beside it: a telephone, an ID."""
    if isinstance(node, dict) and isinstance(there, dict) and "x-default" not in node:
        return there | node
    if isinstance(node, list) and isinstance(there, list) and len(node) == len(there) == 1:
        return [_merged(node[0], there[0])]
    return node


def _differs(name: str, node: Node, reading: Reading) -> bool:
    there = reading.properties.get(name)
    if isinstance(node, dict) and "x-default" in node and isinstance(there, dict):
        return bool(there.get("x-default") != node["x-default"])  # other languages stay as they are
    return bool(there != node)


def _stale(row: Row, carrier: Carrier, reading: Reading, place: Place) -> bool:
    """Whether what *carrier* says is not what the row will say."""
    value = next(
        (one for one in reading.metadata.values if (one.field, one.carrier) == (row.field, carrier)),
        None,
    )
    return value is None or not agrees(value, row.texts, place)
