"""The JSON Schemas of verdicts, made from the dataclasses.

For build time only, as `provenance.report.schema` is.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from provenance.policy.formats.about import About
from provenance.policy.formats.document import SCHEMA_VERSION, header
from provenance.policy.tally import Tally
from provenance.policy.verdict import Decision, Outcome, Verdict
from provenance.schemas import headed

NAMES = ("verdict", "check")
_TEXT, _NUMBER, _FLAG = {"type": "string"}, {"type": "integer", "minimum": 0}, {"type": "boolean"}


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema *name*, one of `NAMES`."""
    adapter: TypeAdapter[Any] = TypeAdapter(Verdict)
    verdict = adapter.json_schema(mode="serialization")
    verdict |= {"required": list(Verdict.__match_args__), "additionalProperties": False}
    outcome = verdict["$defs"]["Outcome"]
    outcome |= {"required": list(Outcome.__match_args__), "additionalProperties": False}
    if name == "verdict":
        title = "One line of `provenance check --format jsonl`: one file under one policy"
        return headed(verdict, title=title, version=SCHEMA_VERSION)
    definitions = verdict.pop("$defs")
    whole = {
        "$defs": definitions | {"Verdict": verdict},
        **_with_entries(_closed(_shape() | {"files": {"type": "array", "items": {"$ref": "#/$defs/Verdict"}}})),
    }
    title = "What `provenance check --format json` prints: a run, and every file, worst first"
    return headed(whole, title=title, version=SCHEMA_VERSION)


def _shape() -> dict[str, Any]:
    """Return the properties of the document, by what `header` writes; a field that it does not know fails here."""
    nothing = About("", "", "", "", (), Decision.REVIEW)
    found: dict[str, Any] = header(nothing, Tally(Decision.REVIEW))
    shape: dict[str, Any] = {name: _FLAG if isinstance(value, bool) else _TEXT for name, value in found.items()}
    shape["schema_version"] = {"const": SCHEMA_VERSION}
    shape["fail_on"] = {"enum": [decision.value for decision in Decision if decision is not Decision.PASSED]}
    shape["context"] = {"type": "object", "additionalProperties": _TEXT}
    policy = {name: _FLAG if isinstance(value, bool) else _TEXT for name, value in found["policy"].items()}
    shape["policy"] = _closed(policy)
    counts: dict[str, Any] = dict.fromkeys(found["summary"], _NUMBER)
    counts["decisions"] = _closed({decision.value: _NUMBER for decision in Decision})
    counts["rules"] = {"type": "object", "additionalProperties": _NUMBER}
    return shape | {"summary": _closed(counts)}


def _with_entries(document: dict[str, Any]) -> dict[str, Any]:
    """Return *document* with what a contest's form says, which is there only with ``--entries``."""
    form = {"type": "object", "additionalProperties": _TEXT}
    document["properties"]["entries"] = {"type": "array", "items": _closed({"file": _TEXT, "form": form})}
    return document


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
