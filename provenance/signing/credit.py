"""The author's own words beside the history: names and credit, permissions, statements.

Names, contacts and addresses of people stand in ``cawg.metadata`` and nowhere else: it can be redacted later.
"""

from __future__ import annotations

from typing import Any

from provenance.declaration.model import Declaration
from provenance.declaration.parts import Author
from provenance.declaration.permissions import Permissions
from provenance.declaration.roles import AuthorRole
from provenance.terms import CONTACT, Use

_CONTEXT = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}
NO_GENERATIVE_AI, MADE, HISTORY_DROPPED = "no_generative_ai", "made", "history_dropped"


def credit_data(said: Declaration) -> dict[str, Any]:
    """Return ``cawg.metadata`` for *said*, as JSON-LD in the shape of the XMP model; {} if it names nobody."""
    creators = [author for author in said.authors if author.role is AuthorRole.CREATOR]
    others = [author for author in said.authors if author.role is not AuthorRole.CREATOR]
    stated = {
        "dc:creator": [author.name for author in creators],
        "plus:ImageCreator": [_creator(author) for author in creators if author.url or author.identifiers],
        "Iptc4xmpExt:Contributor": [_contributor(author) for author in others],
        "dc:rights": {"x-default": said.copyright} if said.copyright else None,
        "photoshop:Credit": said.credit,
        "xmpRights:WebStatement": said.license_url,
        CONTACT: _contact(said.contact) if said.contact else None,
    }
    data = {key: value for key, value in stated.items() if value}
    if not data:
        return {}
    used = str(data)
    return {"@context": {prefix: uri for prefix, uri in _CONTEXT.items() if f"'{prefix}:" in used}} | data


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
    if history_dropped:
        data[HISTORY_DROPPED] = "by the signer"
    return data


def _creator(author: Author) -> dict[str, Any]:
    ids = [*([author.url] if author.url else []), *author.identifiers]
    return {"plus:ImageCreatorName": author.name, "plus:ImageCreatorID": ids[0]} | (
        {"xmp:Identifier": ids[1:]} if ids[1:] else {}
    )


def _contributor(author: Author) -> dict[str, Any]:
    ids = [*([author.url] if author.url else []), *author.identifiers]
    named = {"Iptc4xmpExt:Name": {"x-default": author.name}, "Iptc4xmpExt:Role": [author.role.standard.value]}
    return named | ({"xmp:Identifier": ids} if ids else {})


def _contact(contact: str) -> dict[str, str]:
    field = "CiUrlWork" if "://" in contact else "CiEmailWork"
    return {f"Iptc4xmpCore:{field}": contact}
