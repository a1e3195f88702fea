"""What EXIF, IPTC and XMP say, for a blind edition: no value of it, but which of them are the same.

Each value of a field becomes "withheld", the next different one "withheld 2", so that what agreed agrees still and what
differed differs. Digital source types, the PLUS flag and our own answers beside it are words of a standard and stay.
"""

from __future__ import annotations

from dataclasses import replace

from provenance.metadata.agreement import groups
from provenance.metadata.fields import PLACES
from provenance.metadata.model import Carrier, Field, Metadata, Trace, Value
from provenance.metadata.plus import CODES, VOCABULARY, canonical, from_plus, to_plus
from provenance.metadata.prompts import TOOLS
from provenance.metadata.traces import names, rules
from provenance.report.known_words import (
    WITHHELD,
    day,
    kind_of_source,
    program,
    standard_label,
    version,
    withheld,
    word,
)
from provenance.terms import Use
from provenance.verification.model import Manifest, Verification


class Values:
    """Gives every value of a file a text that names nobody."""

    def __init__(self, found: Verification) -> None:
        every = (*(value for manifest in found.manifests for value in manifest.stated), *found.carried.values)
        self._groups = {field: groups(tuple(value for value in every if value.field is field)) for field in Field}

    def stated(self, manifest: Manifest) -> tuple[Value, ...]:
        return tuple(map(self._value, manifest.stated))

    def carried(self, found: Metadata) -> Metadata:
        """Return *found* without its values, and without what is private in it; of its traces what names nobody."""
        return replace(
            found,
            values=tuple(map(self._value, found.values)),
            writer=program(found.writer),
            written=day(found.written),
            private=(),
            traces=tuple(map(_trace, found.traces)),
            problems=(WITHHELD,) if found.problems else (),
        )

    def _value(self, value: Value) -> Value:
        return replace(value, texts=(self._text(value),), where=_where(value))

    def _text(self, value: Value) -> str:
        first = value.texts[0] if value.texts else ""
        if value.field is Field.SOURCE_TYPE:
            return kind_of_source(first)
        if value.field is Field.DATA_MINING:
            code = canonical(first)
            return VOCABULARY + code if code in CODES else withheld(first)
        number = next(n for n, group in enumerate(self._groups[value.field], 1) if value in group)
        said = WITHHELD if number == 1 else f"{WITHHELD} {number}"
        return _answers(first, said) if value.field is Field.OTHER_CONSTRAINTS else said


def _trace(found: Trace) -> Trace:
    """Return *found* in words of the table: places and forms are its own, everything else may be a name."""
    known = {text for rule in rules() for text in rule.equals}
    tools = {rule.tool for rule in rules()} | TOOLS
    return replace(
        found,
        rule=word(found.rule, frozenset(rule.id for rule in rules())),
        where=word(found.where, names()),
        tool=found.tool if found.tool in tools else program(found.tool),
        models=tuple(replace(one, name=program(one.name)) for one in found.models),
        prompt_sha256="",  # tells whoever knows the prompt which file it is
        says=found.says if found.says in known else program(found.says),
        version=version(found.version),
    )


def _where(value: Value) -> str:
    """Return where a value stands in words of ours and of standards: its label and its key may be anything."""
    place = PLACES[value.field]
    match value.carrier:
        case Carrier.MANIFEST:
            label, key, _ = value.where.partition(" ")
            return (label if standard_label(label) else WITHHELD) + (key and f" {place.path[-1]}")
        case Carrier.XMP:
            return f"XMP {place.path[-1]}"
        case Carrier.EXIF:
            return f"EXIF {place.exif_name}"
        case Carrier.IPTC:
            return f"IPTC {place.iptc_name}"
    return WITHHELD


def _answers(text: str, terms: str) -> str:
    """Return the four answers of a text of ours, without their terms; of any other text that there is one."""
    said = {entry: (use, terms if use is Use.CONSTRAINED else "") for entry, (use, _) in from_plus("", text).items()}
    return to_plus(said).other_constraints or terms
