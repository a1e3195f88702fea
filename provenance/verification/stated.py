"""What a manifest states of the fields that EXIF, IPTC and XMP have too: for comparing them, text by text.

Read from the raw boxes, as they stand; whether any of it can be attributed is for `chain` to say. A permission is read
as PLUS says it (``plus:DataMining``), so that it can be compared with the flag in XMP.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from provenance.container.model import RawManifest
from provenance.metadata.fields import FIELDS, texts
from provenance.metadata.model import Carrier, Field, Value
from provenance.metadata.plus import to_plus
from provenance.terms import INCEPTION_ACTIONS, Mining, Use
from provenance.verification.model import Action, Permission
from provenance.verification.values import base, items, table, text

_SCHEMA_ORG = {  # of a CreativeWork (metadata.md §2.1)
    "copyrightNotice": Field.RIGHTS,
    "creditText": Field.CREDIT,
    "license": Field.WEB_STATEMENT,
    "usageInfo": Field.USAGE_TERMS,
    "acquireLicensePage": Field.LICENSOR_URL,
}


def stated(raw: RawManifest, actions: Iterable[Action], permissions: Iterable[Permission]) -> Iterator[Value]:
    """Yield what *raw*, of which *actions* and *permissions* were read already, states, place by place."""
    for found in raw.assertions:
        name, data = base(found.label), table(found.data)
        if name.endswith(".metadata") or name.startswith("stds.iptc"):
            yield from _properties(data, found.label)
        elif name.startswith("stds.schema-org"):
            yield from _schema_org(data, found.label)
    for action in actions:
        if action.name in INCEPTION_ACTIONS and action.source_type:
            where = f"{action.assertion} {action.name}"
            yield Value(Field.SOURCE_TYPE, Carrier.MANIFEST, (action.source_type,), where)
    yield from _permissions(tuple(permissions))


def _properties(data: dict[Any, Any], label: str) -> Iterator[Value]:
    for place in FIELDS:
        if found := texts(data, place):
            yield Value(place.field, Carrier.MANIFEST, found, f"{label} {place.path[-1]}")


def _schema_org(data: dict[Any, Any], label: str) -> Iterator[Value]:
    people = tuple(filter(None, (text(table(one).get("name")) for one in items(data.get("author")))))
    if people:
        yield Value(Field.CREATOR, Carrier.MANIFEST, people, f"{label} author")
    for key, field in _SCHEMA_ORG.items():
        if said := text(data.get(key)):
            yield Value(field, Carrier.MANIFEST, (said,), f"{label} {key}")


def _permissions(found: tuple[Permission, ...]) -> Iterator[Value]:
    """Yield the PLUS projection; a use that nobody knows, or one stated twice, counts as the stricter."""
    said: dict[Mining, tuple[Use, str]] = {}
    for one in found:
        if (entry := _entry(one.entry)) is None:
            continue
        use = Use(one.use) if one.use in set(Use) else Use.NOT_ALLOWED
        before = said.get(entry)
        if before is None or _ORDER.index(use) < _ORDER.index(before[0]):
            said[entry] = (use, one.constraint)
    if not said:
        return
    plus, label = to_plus(said), found[0].assertion
    if plus.data_mining:
        yield Value(Field.DATA_MINING, Carrier.MANIFEST, (plus.data_mining,), label)
    if plus.other_constraints:
        yield Value(Field.OTHER_CONSTRAINTS, Carrier.MANIFEST, (plus.other_constraints,), label)


_ORDER = (Use.NOT_ALLOWED, Use.CONSTRAINED, Use.ALLOWED)


def _entry(text_: str) -> Mining | None:
    name = text_.strip()
    current = "cawg." + name.removeprefix("c2pa.") if name.startswith("c2pa.") else name
    return Mining(current) if current in set(Mining) else None
