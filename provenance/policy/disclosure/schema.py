"""The JSON Schema of a draft, by what `forms.as_json` writes.

For build time only, as `provenance.report.schema` is.
"""

from __future__ import annotations

from typing import Any

from provenance.policy.disclosure.assets import Standing, Whose
from provenance.policy.disclosure.draft import SCHEMA_VERSION, For
from provenance.policy.disclosure.shipped import Status, Use
from provenance.schemas import headed

NAMES = ("disclosure",)
_TEXT, _NUMBER, _FLAG = {"type": "string"}, {"type": "integer", "minimum": 0}, {"type": "boolean"}
_GENERATIVE = ("yes", "possibly", "no")


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema *name*, one of `NAMES`."""
    found = _closed(
        {
            "schema_version": {"const": SCHEMA_VERSION},
            "draft": {"const": True},
            "form": _one_of(For),
            **dict.fromkeys(("language", "made", "program", "source"), _TEXT),
            "files": _NUMBER,
            "counts": _closed({standing.value: _NUMBER for standing in Standing}),
            "without_statement": _NUMBER,
            "not_pictures": _list(_closed({"ending": _TEXT, "files": _NUMBER})),
            "sections": _list(_closed({**dict.fromkeys(("id", "title", "paragraph"), _TEXT), "decide": _list(_TEXT)})),
            "assets": _list(_asset()),
        }
    )
    title = f"What `provenance disclose --format json` prints: a draft {name}, for people to decide on"
    return headed(found, title=title, version=SCHEMA_VERSION)


def _asset() -> dict[str, Any]:
    term = _closed({"text": _TEXT, "by": {"enum": ["list", "file"]}, "attributable": _FLAG})
    statement = {
        "by": _one_of(Whose),
        "attributable": _FLAG,
        "who": _TEXT,
        "kinds": _list(_TEXT),
        "generative": {"enum": list(_GENERATIVE)},
        **dict.fromkeys(("tool", "model", "extent", "oversight", "when"), _TEXT),
    }
    return _closed(
        {
            **dict.fromkeys(("file", "sha256"), _TEXT),
            "use": _one_of(Use),
            "status": _one_of(Status),
            "approval": _TEXT,
            "terms": _list(term),
            "standing": _one_of(Standing),
            **dict.fromkeys(("integrity", "signer", "problem"), _TEXT),
            "statements": _list(_closed(statement)),
        }
    )


def _one_of(words: Any) -> dict[str, Any]:
    return {"enum": [word.value for word in words]}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
