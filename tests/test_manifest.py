"""What stands in the manifest of a declaration, as the engine signs it and others read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.declaration.model import Declaration
from provenance.errors import DeclarationError
from provenance.metadata.plus import to_plus
from provenance.signing.manifest import Component, ParentKind, plan
from provenance.terms import AI_PARAMETERS, BASIS_PARAMETER, GENERATIVE_SOURCE_TYPES, SEARCH_ONLY, STATEMENT, SourceType
from tests.support import pictures
from tests.support.declarations import (
    BY_HAND,
    CREDIT,
    DECLARATIONS,
    FILL,
    NIGHTJAR,
    PERMISSIONS,
    Written,
    attacks,
    declaration,
    signed_picture,
    written,
)
from tests.support.environment import corpus, needs_corpus, needs_rubric, rubric
from tests.support.pki import Authority, Issued

VERSION = "1.2.3"
HUMAN = {SourceType.DIGITAL_CREATION, SourceType.HUMAN_EDITS, SourceType.ALGORITHMICALLY_ENHANCED}


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn JPEG without a manifest."""
    return pictures.jpeg(tmp_path_factory.mktemp("manifest") / "drawn.jpg")


@pytest.fixture(scope="session")
def carrying(tmp_path_factory: pytest.TempPathFactory, issued: Issued) -> Path:
    """A JPEG that carries a manifest: a photograph with a generative fill."""
    made = plan(declaration("filled"), generator_version=VERSION)
    return signed_picture(made, issued, tmp_path_factory.mktemp("carrying"))


def assertion(made: Any, label: str) -> Any:
    """Return the planned assertion *label*, or None."""
    return next((one for one in made.definition["assertions"] if one["label"] == label), None)


def planned_actions(data: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """Return the actions that are planned for the declaration *data*."""
    made = plan(Declaration.from_dict(data), generator_version=VERSION, **more)
    found: list[dict[str, Any]] = assertion(made, "c2pa.actions.v2")["data"]["actions"]
    return found


@needs_rubric
@pytest.mark.parametrize("name", DECLARATIONS)
def test_every_declaration_passes_the_published_rubric(name: str, picture: Path, issued: Issued) -> None:
    """The manifest of every declaration passes each requirement of the conformance 0.2 rubric for 2.4."""
    made = written(plan(declaration(name), generator_version=VERSION), issued, picture)

    code, lines = rubric("conformance", made.crjson)

    assert (code, lines[-1].split(", ")[1]) == (0, "0 failed"), lines
    assert made.failures == {"signingCredential.untrusted"}


@needs_rubric
@pytest.mark.parametrize("own", [ParentKind.NONE, ParentKind.SIGNED], ids=["plain file", "signed file"])
def test_ingredients_pass_the_rubric(own: ParentKind, picture: Path, carrying: Path, issued: Issued) -> None:
    """With signed and unsigned components, inputs and parents, the rubric still passes."""
    said = Declaration.from_dict(
        {
            "ingredients": [
                {"path": "a", "title": "Sky", "source_type": "generated"},
                {"path": "b"},
                {"path": "c", "relationship": "input", "source_type": "photograph"},
            ],
            "steps": [FILL],
        }
    )
    files = [Component(picture), Component(carrying, has_manifest=True), Component(picture)]
    source = carrying if own is ParentKind.SIGNED else picture

    made = written(plan(said, generator_version=VERSION, parent=own, components=files), issued, source)

    code, lines = rubric("conformance", made.crjson)
    assert code == 0, lines
    assert made.failures == {"signingCredential.untrusted"}
    assert made.labels("gathered") == []


@needs_rubric
@pytest.mark.parametrize("signed", [True, False], ids=["signed parent", "parent without a statement"])
def test_a_named_parent_passes_the_rubric(signed: bool, picture: Path, carrying: Path, issued: Issued) -> None:
    """A picture made from a named parent passes; only a parent without a statement says how it was made."""
    named = {"path": "p", "relationship": "parent", "title": "Sketch"} | ({} if signed else {"source_type": "scan"})
    said = Declaration.from_dict({"ingredients": [named], "steps": [{"action": "draw"}], "history_complete": True})
    files = [Component(carrying, has_manifest=True) if signed else Component(picture)]

    made = written(plan(said, generator_version=VERSION, components=files), issued, picture)

    code, lines = rubric("conformance", made.crjson)
    assert code == 0, lines
    assert made.actions[0]["action"] == "c2pa.opened"
    ingredient = made.active["assertions"]["c2pa.ingredient.v3"]
    assert ("activeManifest" in ingredient, "digitalSourceType" in ingredient) == (signed, not signed)


@needs_rubric
def test_official_signals_of_a_drawing(picture: Path, issued: Issued) -> None:
    """The official signals see a blank canvas and non-generative steps, and nothing else."""
    made = written(plan(declaration("by hand"), generator_version=VERSION), issued, picture)

    _, lines = rubric("signals", made.crjson)

    assert lines[0].split(": ")[1] == "blankCanvas nonEditorial perceptibleNonGenAI"


def human_illustration(made: Written) -> bool:
    """Whether *made* meets the intent of the Human Illustration Profile (standards §4.1)."""
    first, *later = made.actions
    return (
        len(json.loads(made.crjson)["manifests"]) == 1
        and (first["action"], first.get("digitalSourceType")) == ("c2pa.created", SourceType.EMPTY)
        and all(action.get("digitalSourceType") in HUMAN for action in later)
        and not any(action["action"] in {"c2pa.created", "c2pa.opened"} for action in later)
    )


def test_drawn_by_hand_is_a_human_illustration(picture: Path, issued: Issued) -> None:
    """A picture drawn from an empty canvas by hand meets the intent of the Human Illustration Profile."""
    made = written(plan(declaration("by hand"), generator_version=VERSION), issued, picture)

    assert human_illustration(made)


def test_one_generative_step_is_no_human_illustration(picture: Path, issued: Issued) -> None:
    """One generative step among human ones does not pass as a human illustration."""
    said = Declaration.from_dict(BY_HAND | {"steps": [{"action": "draw"}, FILL]})

    made = written(plan(said, generator_version=VERSION), issued, picture)

    assert not human_illustration(made)


def test_everything_of_a_single_signer_is_created(picture: Path, issued: Issued) -> None:
    """What the signer states with their own credential is created, the ingredient that is opened included."""
    made = written(plan(declaration("credit and permissions"), generator_version=VERSION), issued, picture)

    assert made.labels("gathered") == []
    assert set(made.labels("created")) == {
        "c2pa.ingredient.v3", "c2pa.actions.v2", "cawg.training-mining", "cawg.metadata", "c2pa.hash.data",
    }  # fmt: skip


def test_with_an_identity_the_authors_words_are_gathered(picture: Path, issued: Issued, pki: Authority) -> None:
    """Where another credential signs for the author, actions stay created and the author's words are gathered."""
    said = Declaration.from_dict(BY_HAND | CREDIT | {"permissions": PERMISSIONS, "no_generative_ai": "final"})

    made = plan(said, generator_version=VERSION, identity=True)
    result = written(made, issued, picture, identity=pki.issue("Nightjar"))

    assert made.identity_references == ("cawg.training-mining", "cawg.metadata", STATEMENT)
    assert made.identity_roles == ("cawg.creator",)
    assert set(result.labels("gathered")) == {*made.identity_references, "cawg.identity"}
    assert "c2pa.actions.v2" in result.labels("created")


def test_without_words_of_the_author_there_is_no_identity() -> None:
    """An identity that would vouch for nothing is not planned."""
    made = plan(Declaration.from_dict(BY_HAND), generator_version=VERSION, identity=True)

    assert (made.identity_references, made.identity_roles) == ((), ())


def test_the_generator_says_name_version_and_specification() -> None:
    """The program says its name, version and specification, and nothing about the system it runs on."""
    made = plan(Declaration(), generator_version=VERSION)

    assert made.definition["claim_generator_info"] == [
        {"name": "provenance-toolkit", "version": VERSION, "specVersion": "2.4.0"}
    ]


def test_without_an_origin_the_picture_is_its_own_unknown_parent() -> None:
    """Nothing said about the origin: opened on itself, metadata edited, history not complete."""
    made = plan(declaration("credit and permissions"), generator_version=VERSION)

    data = assertion(made, "c2pa.actions.v2")["data"]
    assert [action["action"] for action in data["actions"]] == ["c2pa.opened", "c2pa.edited.metadata"]
    assert data["allActionsIncluded"] is False
    assert [(one.label, one.relationship, one.path) for one in made.ingredients] == [("parent", "parentOf", None)]
    assert "title" not in made.ingredients[0].definition


def test_a_signed_parent_may_be_added_to_completely() -> None:
    """On top of a signed parent the added steps may be called complete."""
    said = Declaration.from_dict({"steps": [{"action": "crop"}], "history_complete": True})

    made = plan(said, generator_version=VERSION, parent=ParentKind.SIGNED)

    assert assertion(made, "c2pa.actions.v2")["data"]["allActionsIncluded"] is True


def test_names_stand_in_the_metadata_alone(picture: Path, issued: Issued) -> None:
    """Names, contact and addresses of people are in ``cawg.metadata`` and in no other assertion."""
    said = Declaration.from_dict(BY_HAND | CREDIT | {"title": "Heron", "permissions": PERMISSIONS})

    made = written(plan(said, generator_version=VERSION), issued, picture)

    rest = made.active
    metadata = rest["assertions"].pop("cawg.metadata")
    for word in ("Nightjar", "Wren", "nightjar.example", "wren.example", "orcid"):
        assert word in json.dumps(metadata)
        assert word not in json.dumps(rest)


def test_metadata_is_json_ld_in_the_shape_of_xmp() -> None:
    """``cawg.metadata`` holds creators, contributors, rights, terms and contact, with only the prefixes it uses."""
    made = plan(Declaration.from_dict(CREDIT), generator_version=VERSION)

    data = assertion(made, "cawg.metadata")["data"]
    assert data.pop("dc:title") == {"x-default": "Heron at dusk"}
    assert set(data.pop("@context")) == {"dc", "photoshop", "plus", "xmp", "xmpRights", "Iptc4xmpCore", "Iptc4xmpExt"}
    assert data == {
        "dc:creator": ["Nightjar"],
        "plus:ImageCreator": [
            {
                "plus:ImageCreatorName": "Nightjar",
                "plus:ImageCreatorID": NIGHTJAR["url"],
                "xmp:Identifier": NIGHTJAR["identifiers"],
            }
        ],
        "Iptc4xmpExt:Contributor": [
            {
                "Iptc4xmpExt:Name": {"x-default": "Wren"},
                "Iptc4xmpExt:Role": ["cawg.editor"],
                "xmp:Identifier": ["https://wren.example"],
            }
        ],
        "dc:rights": {"x-default": "© 2026 Nightjar"},
        "photoshop:Credit": "Nightjar / Studio",
        "xmpRights:WebStatement": "https://nightjar.example/terms",
        "Iptc4xmpCore:CreatorContactInfo": {"Iptc4xmpCore:CiUrlWork": "https://nightjar.example/ask"},
    }


def test_permissions_are_the_four_entries() -> None:
    """Yes, no and ask become allowed, notAllowed and constrained; an entry left out is not written."""
    said = Declaration.from_dict({"permissions": PERMISSIONS | {"inference": None}, "contact": "a@b.example"})

    entries = assertion(plan(said, generator_version=VERSION), "cawg.training-mining")["data"]["entries"]

    assert {key: entry["use"] for key, entry in entries.items()} == {
        "cawg.ai_generative_training": "notAllowed",
        "cawg.ai_training": "constrained",
        "cawg.data_mining": "constrained",
    }
    assert entries["cawg.data_mining"]["constraint_info"] == "search indexing only"
    assert entries["cawg.ai_training"]["constraint_info"].startswith("Ask first.")
    assert "a@b.example" not in json.dumps(entries)


def test_search_is_a_constraint_with_our_own_text() -> None:
    """Data mining answered with search is constrained to indexing, in the same words in the manifest and in PLUS."""
    said = Declaration.from_dict(
        {"permissions": {"training": "no", "generative_training": "no", "data_mining": "search"}}
    )

    entries = assertion(plan(said, generator_version=VERSION), "cawg.training-mining")["data"]["entries"]

    assert entries["cawg.data_mining"] == {"use": "constrained", "constraint_info": SEARCH_ONLY}
    written = to_plus(said.permissions.by_entry())
    assert written.exact
    assert written.data_mining.endswith("/DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING")


AI_STEPS: dict[str, tuple[dict[str, Any], str, str]] = {
    "fill": ({"kind": "inpainting"}, "c2pa.edited", "compositeWithTrainedAlgorithmicMedia"),
    "whole": ({"kind": "generation", "extent": "whole picture"}, "c2pa.edited", "trainedAlgorithmicMedia"),
    "part": ({"kind": "generation"}, "c2pa.edited", "compositeWithTrainedAlgorithmicMedia"),
    "denoise": ({"kind": "denoising"}, "c2pa.enhanced", "algorithmicallyEnhanced"),
    "denoise, generative": (
        {"kind": "denoising", "generative": "yes"},
        "c2pa.edited",
        "compositeWithTrainedAlgorithmicMedia",
    ),
    "removal, not said": ({"kind": "object removal"}, "c2pa.edited", "composite"),
    "removal, not generative": (
        {"kind": "object removal", "generative": "no"},
        "c2pa.edited",
        "algorithmicallyEnhanced",
    ),
    "reference": ({"kind": "reference or idea"}, "c2pa.edited", "humanEdits"),
    "style": ({"kind": "style transfer"}, "c2pa.filtered", "compositeWithTrainedAlgorithmicMedia"),
}


@pytest.mark.parametrize(("ai", "action", "source"), AI_STEPS.values(), ids=AI_STEPS.keys())
def test_ai_steps_get_their_source_type(ai: dict[str, Any], action: str, source: str) -> None:
    """Generative, not generative and unknown steps are written so that none can pass for another."""
    _, step = planned_actions({"origin": "photograph", "steps": [{"ai": ai}]})

    assert (step["action"], step["digitalSourceType"].rsplit("/", 1)[1]) == (action, source)
    assert step["parameters"][AI_PARAMETERS]["kind"] == ai["kind"]
    assert step["parameters"][BASIS_PARAMETER] == "entered"


def test_parameters_of_a_step_survive_the_engine(picture: Path, issued: Issued) -> None:
    """Tool, day, region and the structured parameters come out of the file as they went in."""
    made = written(plan(declaration("filled"), generator_version=VERSION), issued, picture)

    step = made.actions[1]
    assert step["softwareAgent"] == {"name": "Photoshop", "version": "27.1"}
    assert step["when"] == "2026-11-20T05:30:00Z"
    assert step["changes"][0]["region"][0]["shape"]["origin"] == {"x": 10.5, "y": 20.0}
    assert step["parameters"][AI_PARAMETERS] == {
        "kind": "inpainting",
        "generative": "yes",
        "model": "Firefly",
        "model_version": "4",
        "model_url": "https://models.example/firefly-4",
        "oversight": "human_validated",
        "extent": "small part",
        "prompt": "empty street",
    }


def test_a_day_is_written_without_an_hour() -> None:
    """A day stands as its start in UTC: no hour, no zone of the author."""
    _, step = planned_actions({"origin": "scan", "steps": [{"action": "crop", "when": "2026-11-20"}]})

    assert step["when"] == "2026-11-20T00:00:00Z"


@pytest.mark.parametrize("name", DECLARATIONS)
def test_a_disclosure_stands_where_a_step_is_generative(name: str) -> None:
    """``c2pa.ai-disclosure`` is written exactly when something is declared generative."""
    made = plan(declaration(name), generator_version=VERSION)

    actions = assertion(made, "c2pa.actions.v2")["data"]["actions"]
    generative = any(action.get("digitalSourceType") in GENERATIVE_SOURCE_TYPES for action in actions)
    assert (assertion(made, "c2pa.ai-disclosure") is not None) is generative


def test_a_disclosure_names_model_and_oversight() -> None:
    """The disclosure of a model says its name, where it is, and who looked at the result."""
    made = plan(declaration("filled"), generator_version=VERSION)

    assert assertion(made, "c2pa.ai-disclosure")["data"] == {
        "modelType": "c2pa.types.model",
        "modelName": "Firefly 4",
        "modelIdentifier": "https://models.example/firefly-4",
        "contentProfile": {"humanOversightLevel": "human_validated"},
    }


def test_generation_is_the_beginning_of_a_generated_picture() -> None:
    """The step that generated the picture is its creation, not an edit after it."""
    (only,) = planned_actions(DECLARATIONS["generated"])

    assert only["action"] == "c2pa.created"
    assert only["digitalSourceType"] == SourceType.TRAINED_ALGORITHMIC_MEDIA
    assert only["parameters"][AI_PARAMETERS]["model"] == "Midjourney"


def test_statements_of_the_author_have_an_assertion_of_their_own() -> None:
    """No generative AI, a claimed date and a dropped history stand in our own assertion."""
    made = plan(declaration("by hand"), generator_version=VERSION, history_dropped=True)

    assert assertion(made, STATEMENT)["data"] == {
        "no_generative_ai": "process",
        "made": "2019-05",
        "history_dropped": "by the signer",
    }


def test_a_prompt_is_written_only_if_it_is_public() -> None:
    """Without a prompt there is no trace of one; `public` alone adds nothing."""
    _, step = planned_actions({"origin": "scan", "steps": [{"ai": {"kind": "text", "public": True}}]})

    assert "prompt" not in step["parameters"][AI_PARAMETERS]


def test_inputs_belong_to_the_creation() -> None:
    """A reference picture is an input of the creation, and is not placed."""
    said = {"origin": "blank-canvas", "ingredients": [{"path": "a", "relationship": "inputTo"}]}

    (created,) = planned_actions(said, components=[Component(Path("a"))])

    assert created["parameters"]["ingredientIds"] == ["input-1"]


MISFITS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "origin of a signed file": (
        {"origin": "blank-canvas"},
        {"parent": ParentKind.SIGNED},
        "origin: is blank-canvas, but the picture already carries a statement of how it was made; "
        "leave origin out, or drop the picture's history",
    ),
    "second parent": (
        {"ingredients": [{"path": "a", "relationship": "parent"}]},
        {"parent": ParentKind.SIGNED, "components": [Component(Path("a"))]},
        "ingredients: name a parent, but the picture already carries a statement of its own; "
        "leave the parent out, or drop the picture's history",
    ),
    "source type of a signed component": (
        {"ingredients": [{"path": "a", "source_type": "photograph"}]},
        {"components": [Component(Path("a"), has_manifest=True)]},
        "ingredients[0].source_type: is said, but the picture carries a statement of its own; leave source_type out",
    ),
    "complete on an unknown history": (
        {"steps": [{"action": "crop"}], "history_complete": True},
        {},
        "history_complete: is true, but how the picture began is not said; say origin",
    ),
    "complete on a parent without a statement": (
        {"ingredients": [{"path": "a", "relationship": "parent"}], "history_complete": True},
        {"components": [Component(Path("a"))]},
        "history_complete: is true, but how the picture began is not said; say origin",
    ),
}


@pytest.mark.parametrize(("data", "more", "message"), MISFITS.values(), ids=MISFITS.keys())
def test_a_declaration_that_does_not_go_with_the_files_is_refused(
    data: dict[str, Any], more: dict[str, Any], message: str
) -> None:
    """What the files carry and what is declared must not speak against each other."""
    with pytest.raises(DeclarationError) as caught:
        plan(Declaration.from_dict(data), generator_version=VERSION, **more)

    assert str(caught.value) == message


@needs_corpus
def test_hostile_strings_are_refused_or_kept_as_they_are(picture: Path, issued: Issued) -> None:
    """Every attack string is refused with one line, or stands in the manifest exactly as it was written."""
    kept = []
    for _, text in attacks(corpus("strings")):
        data = {
            "title": text,
            "authors": [{"name": text}],
            "origin": "scan",
            "tools": [{"name": text}],
            "steps": [{"action": "edit", "description": text, "ai": {"kind": "other", "prompt": text, "public": True}}],
        }
        try:
            said = Declaration.from_dict(data)
        except DeclarationError as refused:
            assert "\n" not in str(refused)
            assert len(str(refused)) < 300
            continue
        kept.append(text.strip())
        made = written(plan(said, generator_version=VERSION), issued, picture)
        assert made.active["claim.v2"]["dc:title"] == text.strip()
        assert made.active["assertions"]["cawg.metadata"]["dc:creator"] == [text.strip()]
        assert made.actions[1]["description"] == text.strip()
        assert made.failures == {"signingCredential.untrusted"}
    assert len(kept) >= 20


@given(st.sampled_from(sorted(DECLARATIONS)), st.booleans(), st.booleans())
def test_plans_hold_no_list_of_numbers(name: str, identity: bool, dropped: bool) -> None:
    """The engine's JSON corrupts lists of numbers, so a plan has none."""
    made = plan(declaration(name), generator_version=VERSION, identity=identity, history_dropped=dropped)

    def lists(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [found for one in value.values() for found in lists(one)]
        if isinstance(value, list):
            return [value, *(found for one in value for found in lists(one))]
        return []

    assert not any(all(isinstance(one, int | float) for one in found) for found in lists(made.definition))
