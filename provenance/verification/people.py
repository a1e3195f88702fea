"""What a manifest says about people and permissions: who is named, what may be done, what the author states.

Read from the raw boxes, as they stand; whether any of it can be attributed is for `chain` to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from provenance import terms
from provenance.container.model import RawManifest
from provenance.verification.model import Author, Permission, Statement
from provenance.verification.values import base, items, table, text

_ADDRESSES = ("url", "@id", "identifier", "plus:ImageCreatorID", "xmp:Identifier")
_NAMES = ("dc:creator", "plus:ImageCreator", "Iptc4xmpExt:Contributor", "author", "creator")
_TRAINING = frozenset({terms.TRAINING_MINING, terms.TRAINING_MINING_LEGACY})


def permissions(raw: RawManifest, created: frozenset[str]) -> Iterator[Permission]:
    """Read every training-mining assertion, of either label and either shape."""
    for found in raw.assertions:
        if base(found.label) not in _TRAINING:
            continue
        for key, value in _entries(table(found.data)):
            rule = table(value)
            yield Permission(
                entry=str(key),
                use=text(rule.get("use")) if rule else text(value),
                # CAWG TDM 1.1: the CDDL says constraint_info, its prose constraints_info.
                constraint=text(rule.get("constraint_info")).strip() or text(rule.get("constraints_info")),
                assertion=found.label,
                created=found.label in created,
            )


def _entries(whole: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what stands under ``entries`` (1.1) and beside it (the CDDL of 1.0 has no wrapper): a refusal in either."""
    wrapped = whole.get("entries")
    yield from table(wrapped).items()
    for key, value in whole.items():
        if key != "metadata" and not (key == "entries" and isinstance(wrapped, dict)):
            yield key, value


def authors(raw: RawManifest) -> Iterator[Author]:
    """Read who is named as having made it; being named is not having signed."""
    for found in raw.assertions:
        if not _names_people(found.label):
            continue
        data = table(found.data)
        named: dict[str, Author] = {}  # one person may stand under two keys, once with an address
        for key in _NAMES:
            for author in (one for person in items(data.get(key)) for one in _author(person, found.label, key)):
                known = named.setdefault(author.name, author)
                named[author.name] = replace(known, url=known.url or author.url)
        yield from named.values()


def _names_people(label: str) -> bool:
    name = base(label)
    return name.startswith(("stds.schema-org", "stds.iptc")) or name.endswith((".metadata", "photo-metadata"))


def _author(person: Any, label: str, key: str) -> Iterator[Author]:
    if isinstance(person, str):
        if person:
            yield Author(person, label, role=key)
        return
    data = table(person)
    name = text(data.get("name") or data.get("plus:ImageCreatorName") or data.get("Iptc4xmpExt:Name"))
    if name:
        url = text(next((data[key] for key in _ADDRESSES if data.get(key)), ""))
        yield Author(name, label, url=url, role=text(data.get("Iptc4xmpExt:Role")) or key)


def credit_lines(raw: RawManifest) -> Iterator[tuple[str, str]]:
    """Read every metadata assertion as keys and texts."""
    for found in raw.assertions:
        if base(found.label).endswith(".metadata"):
            for key, value in table(found.data).items():
                if key == terms.CONTACT and isinstance(value, dict):
                    yield terms.CONTACT, ", ".join(filter(None, map(text, value.values())))
                elif key != "@context":
                    yield str(key), text(value)


def statements(raw: RawManifest, created: frozenset[str]) -> Iterator[Statement]:
    """Read the author's own statements, which stand under a label of ours."""
    for found in raw.assertions:
        if base(found.label) == terms.STATEMENT:
            for key, value in table(found.data).items():
                yield Statement(str(key), text(value), found.label, found.label in created)
