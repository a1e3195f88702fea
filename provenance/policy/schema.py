"""The JSON Schemas of facts and policies, made from the models.

For build time only, as `provenance.report.schema` is. An editor that knows ``policy.schema.json`` (Taplo, Even Better
TOML) completes names of facts and words, shows what each means, and marks what is misspelt.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from provenance.policy.facts import SCHEMA_VERSION as FACTS_VERSION
from provenance.policy.facts import Facts
from provenance.policy.model import SCHEMA_VERSION as POLICY_VERSION
from provenance.policy.model import PolicyFile
from provenance.schemas import headed

NAMES = ("facts", "policy")


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema *name*, one of `NAMES`."""
    if name == "facts":
        adapter: TypeAdapter[Any] = TypeAdapter(Facts)
        found, version = adapter.json_schema(mode="serialization"), FACTS_VERSION
        found |= {"required": list(Facts.__match_args__), "additionalProperties": False}
        title = "One line of `provenance facts`: what a policy may ask about one file"
    else:
        found, version = PolicyFile.model_json_schema(), POLICY_VERSION
        title = "A policy: what must hold of pictures, and what follows where it does not"
    return headed(found, title=title, version=version)
