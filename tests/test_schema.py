"""The JSON Schemas of what people write."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from provenance.commands.schema import schema as write_all
from provenance.declaration.kinds import AiKind, Extent, Oversight
from provenance.declaration.model import Declaration
from provenance.declaration.parts import Ai, Basis, Ingredient, Step
from provenance.declaration.profile import Profile
from provenance.declaration.schema import MODELS, schema
from provenance.declaration.words import ACTION_WORDS, Origin
from provenance.schemas import schema_text
from tests.support.declarations import DECLARATIONS
from tests.support.environment import CHECKOUT, Ran
from tests.test_profile import WHOLE

Run = Callable[..., Ran]


@pytest.mark.parametrize("name", MODELS)
def test_the_written_schema_is_the_models(name: str) -> None:
    """What stands in ``schemas/`` is what the models say; `make schemas` writes it anew."""
    assert (CHECKOUT / "schemas" / f"{name}.schema.json").read_text("utf-8") == schema_text(schema(name))


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    """The files are the same whenever they are written."""
    write_all(name="", write_all=tmp_path)
    first = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    write_all(name="", write_all=tmp_path)

    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == first


@pytest.mark.parametrize("name", MODELS)
def test_a_schema_is_a_schema(name: str) -> None:
    """The schemas are valid JSON Schema and forbid unknown fields."""
    jsonschema.Draft202012Validator.check_schema(schema(name))
    assert schema(name)["additionalProperties"] is False


@pytest.mark.parametrize("name", DECLARATIONS)
def test_declarations_are_valid_under_their_schema(name: str) -> None:
    """Declarations as people write them, and as we write them, fit the schema."""
    jsonschema.validate(DECLARATIONS[name], schema("declaration"))
    jsonschema.validate(Declaration.from_dict(DECLARATIONS[name]).to_dict(), schema("declaration"))


def test_profiles_are_valid_under_their_schema() -> None:
    """A profile as people write it, and as we write it, fits the schema."""
    jsonschema.validate(WHOLE, schema("profile"))
    jsonschema.validate(Profile.from_dict(WHOLE).model_dump(mode="json", exclude_none=True), schema("profile"))


@pytest.mark.parametrize("wrong", [{"autor": "x"}, {"origin": "painting"}, {"steps": [{"ai": {}}]}, {"title": 3}])
def test_a_wrong_declaration_is_wrong_under_the_schema(wrong: dict[str, Any]) -> None:
    """An editor that knows the schema shows a misspelt field, a wrong word, a missing one."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema("declaration"))


def test_the_command_prints_what_is_shipped(run: Run) -> None:
    """`provenance schema declaration` prints the file; without a name it lists them."""
    printed = run("schema", "declaration")

    assert (printed.exit, json.loads(printed.out)) == (0, schema("declaration"))
    assert set(MODELS) <= set(run("schema").out.split())


def test_an_unknown_schema_is_named(run: Run) -> None:
    """A name that is not ours is one line that lists ours."""
    ran = run("schema", "nope")

    assert ran.exit == 2
    assert ran.err.startswith(
        "error: nope: is not a schema of ours; use one of: check, declaration, difference, disclosure, facts,"
    )


def test_the_page_about_declarations_knows_every_field_and_word() -> None:
    """``docs/declaration.md`` names every field, origin, action word and kind that a declaration can hold."""
    page = (CHECKOUT / "docs" / "declaration.md").read_text("utf-8")
    fields = {*Declaration.model_fields, *Step.model_fields, *Ai.model_fields, *Ingredient.model_fields}
    words = {*Origin, *ACTION_WORDS, *AiKind, *Oversight, *Extent, *Basis}

    assert {word for word in fields | words if f"`{word}`" not in page} == set()


@pytest.mark.parametrize("file", sorted((CHECKOUT / "examples").glob("*.toml")), ids=lambda file: file.stem)
def test_every_example_is_accepted(file: Path) -> None:
    """The example files are declarations, or a profile."""
    (Profile if file.stem == "profile" else Declaration).load(file)
