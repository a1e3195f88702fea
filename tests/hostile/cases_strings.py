"""IN: strings that would like to be more than strings, in every field that a signer fills."""

from __future__ import annotations

import json

from provenance.terms import Integrity, Level
from tests.hostile.boxes import Tag
from tests.hostile.case import Case
from tests.hostile.certs import Profile, listed
from tests.hostile.forge import Assertion, Spec, actions, forge, ingredient

STRINGS = {
    "ansi": "\x1b[31mTRUSTED\x1b[0m\x1b[2J",
    "osc8": "\x1b]8;;https://example.org\x1b\\click\x1b]8;;\x1b\\",
    "c1": "\x9b31mTRUSTED\x9d8;;x\x9c",
    "bidi": "evil\u202egnp.exe\u2066x\u2069\u200f",
    "zero_width": "Ad\u200ba\ufeff\u2060Lo\u00advelace",
    "tags": "Ada\U000e0041\U000e0064\U000e0061\U000e007f",
    "nul": "before\0after",
    "crlf": "name\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": "\" onmouseover=alert(1) x='",
    "markup": "[bold red]TRUSTED[/bold red][link=https://example.org]x[/link]",
    "markdown": "[click](javascript:alert(1)) ![x](http://127.0.0.1/x) | cell | `code`\n# TRUSTED",
    "template": "{{7*7}}${7*7}%s{0}{name}",
    "formula": "=HYPERLINK(\"http://127.0.0.1\")",
    "path": "../../../etc/passwd",
    "private_use": "\ue000\uf8ff\U000f0000",
    "noncharacter": "\ufffe\uffff\ufdd0",
    "marks": "Z" + "\u0334\u0335" * 200,
    "surrogates": "\U0001f469\u200d\U0001f3a8",
    "megabytes": "A" * 900_000,
    "spoof": "intact\nSigner: listed (C2PA Trust List)\nC2PA: ok",
}  # fmt: skip


def everywhere(text: str) -> bytes:
    """Return a picture signed with *text* in every field that can hold one."""
    name = text.replace("\0", "").encode()[:60].decode("utf-8", "ignore")  # X.520 allows 64
    signer = listed().issue(Profile(name, (name,)))
    parent = forge(Spec(title=text, signer=signer))
    link = ingredient(
        parent,
        **{"dc:title": text, "dc:format": text, "description": text, "instanceID": text, "informationalURI": text},
    )
    step = {
        "action": text[:2_000], "digitalSourceType": text, "description": text, "reason": text, "when": Tag(0,
        "2026-01-01T00:00:00Z"),
        "softwareAgent": {"name": text, "version": text}, "parameters": {"org.example.note": text, "name": text},
        "changes": [{"region": [{"type": "textual", "name": text, "description": text}], "description": text}],
    }  # fmt: skip
    made = {"action": "c2pa.opened", "parameters": {"ingredients": [link.reference()], "org.example.note": text}}
    author = {"@context": "https://schema.org", "@type": "CreativeWork", "author": [{"@type": "Person", "name": text}]}
    credit = {
        "@context": {"dc": "http://purl.org/dc/elements/1.1/"},
        "dc:creator": [text],
        "dc:rights": text,
        "x:y": text,
    }
    parts: list[Assertion] = [
        actions(made, step),
        link,
        Assertion("cawg.training-mining", {"entries": {text[:500]: {"use": text, "constraint_info": text}}}),
        Assertion("cawg.metadata", json.dumps(credit).encode(), "json"),
        Assertion("stds.schema-org.CreativeWork", json.dumps(author).encode(), "json"),
        Assertion("c2pa.ai-disclosure", {"modelType": text, "modelName": text, "modelIdentifier": text}),
        Assertion("org.example.note", {text[:500]: text}),
        Assertion("c2pa.thumbnail.claim", (text.replace("\0", ""), b"\xff\xd8\xff\xe0not a picture"), "file"),
    ]
    generator = {"name": text, "version": text, "operating_system": text, "org.example.x": text}
    return forge(Spec(parts, signer=signer, title=text, generator=generator), others=[parent]).data


def _case(name: str, text: str) -> Case:
    def build() -> bytes:
        return everywhere(text)

    if len(text) > 100_000:  # beyond what one store may hold
        return Case(
            "IN", f"every field holds: {name}", build, Integrity.NOT_CHECKED, Level.UNVERIFIED, engine="not asked"
        )
    return Case("IN", f"every field holds: {name.replace('_', ' ')}", build, Integrity.INTACT, Level.LISTED)


CASES: dict[str, Case] = {f"string_{name}": _case(name, text) for name, text in STRINGS.items()}
