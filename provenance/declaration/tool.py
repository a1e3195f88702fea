"""A program that was used, with its version."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from pydantic import GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from provenance.declaration.problems import Written
from provenance.declaration.text import NAME, Name

_VERSION = re.compile(r"(?P<name>.*\S)\s+(?P<version>[vV]?\d[\w.+-]*)", re.DOTALL)


class Tool(Written):
    """A program: "Krita 5.2.6", or name and version apart."""

    noun: ClassVar[str] = "a tool"

    name: Name
    version: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _split(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        if found := _VERSION.fullmatch(data.strip()):
            return found.groupdict()
        return {"name": data}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        table = handler.resolve_ref_schema(handler(core))
        written = {"type": "string", "minLength": 1, "maxLength": 2 * NAME, "description": "Name and version."}
        return {"title": "Tool", "anyOf": [written, dict(table)]}

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.version else self.name
