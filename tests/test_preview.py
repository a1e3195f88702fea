"""What is shown before anything is signed: every sentence that will become public."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from provenance.declaration.kinds import AiKind, Generative, Oversight
from provenance.declaration.model import Declaration
from provenance.declaration.roles import AuthorRole
from provenance.errors import DeclarationError
from provenance.metadata.model import Carrier, Field, Value
from provenance.metadata.writing import Outcome, Row
from provenance.report.layout import columns
from provenance.report.preview import Setting, forecast, preview
from provenance.report.wording import say
from provenance.signing.manifest import Component, ParentKind, plan
from provenance.terms import AiUse
from tests.support.declarations import BY_HAND, CREDIT, DECLARATIONS, FILL, PERMISSIONS, attacks, declaration
from tests.support.environment import corpus, needs_corpus

NIGHTJAR = Setting("Nightjar", until="2031-11-20")


def shown(said: Declaration, setting: Setting = NIGHTJAR, **more: Any) -> str:
    """Return the preview of *said* as one text, its lines joined."""
    lines = preview(said, plan(said, generator_version="1", **more), setting=setting)
    return " ".join(" ".join(lines).split())


FORECASTS = {
    "nothing said": (AiUse.UNKNOWN, "The statement says nothing about how it was made."),
    "credit and permissions": (AiUse.UNKNOWN, "The statement says nothing about how it was made."),
    "blank canvas alone": (AiUse.NONE_DECLARED_INCOMPLETE, "It declares no AI step. As the history is not"),
    "by hand": (AiUse.NONE_DECLARED, "It declares no generative AI step, and calls its history complete."),
    "composite": (AiUse.POSSIBLY, "may label it as possibly AI"),
    "generated": (AiUse.GENERATED, "Programs that read this will label it AI-generated."),
    "filled": (AiUse.AI_EDITED, "Programs that read this will label it AI-edited."),
}


@pytest.mark.parametrize(("name", "expected"), FORECASTS.items(), ids=FORECASTS.keys())
def test_what_others_will_make_of_it(name: str, expected: tuple[AiUse, str]) -> None:
    """The preview forecasts the label that others will show."""
    use, sentence = expected

    assert forecast(plan(declaration(name), generator_version="1")) is use
    assert sentence in shown(declaration(name))


def test_a_generated_part_is_forecast_as_a_part() -> None:
    """A placed picture that is said to be generated makes the whole partly generated."""
    said = Declaration.from_dict(
        {"origin": "scan", "ingredients": [{"path": "sky.png", "title": "Sky", "source_type": "generated"}]}
    )
    made = plan(said, generator_version="1", components=[Component(Path("sky.png"))])

    assert forecast(made) is AiUse.GENERATED_PARTS


def test_a_generated_reference_is_forecast_as_possible() -> None:
    """AI as a reference leaves no pixel, but is not hidden: others may take it for AI in the picture."""
    said = Declaration.from_dict({"origin": "blank-canvas", "steps": [{"ai": {"kind": "idea"}}]})

    assert forecast(plan(said, generator_version="1")) is AiUse.POSSIBLY
    assert "It declares generative AI as a reference or idea, not as part of the picture." in shown(said)


@pytest.mark.parametrize("name", DECLARATIONS)
def test_no_line_is_wider_than_80_columns(name: str) -> None:
    """Every preview fits a terminal of 80 columns."""
    said = declaration(name)

    lines = preview(said, plan(said, generator_version="1"), setting=NIGHTJAR)

    assert max(map(columns, lines)) <= 80


def strings(value: Any) -> list[str]:
    """Return every text in *value*."""
    if isinstance(value, dict):
        return [text for key, one in value.items() if key != "@context" for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []


def test_every_word_of_a_person_that_is_written_is_shown() -> None:
    """Names, titles, notes, tools, prompts, terms: what a person typed and the manifest holds, the preview shows."""
    said = Declaration.from_dict(CREDIT | {"origin": "photograph", "steps": [FILL], "permissions": PERMISSIONS})
    made = plan(said, generator_version="1")
    text = shown(said)

    typed = set(strings(said.to_dict())) & set(strings(json.loads(json.dumps(made.definition))))
    words = {"photograph", "editor", "entered", "percent", "inpainting", "human_validated", "small part", "yes", "no"}
    for one in typed - words:
        assert one in text


def test_each_name_is_said_to_stand_where_it_stands() -> None:
    """The certificate's name is for good; the others can be taken out later; each carrier is named."""
    carriers = (Carrier.XMP, Carrier.EXIF)
    before = (Value(Field.RIGHTS, Carrier.EXIF, ("© Old",), "EXIF Copyright"),)
    rows = (
        Row(Field.CREATOR, Outcome.NEW, ("Nightjar",), carriers),
        Row(Field.RIGHTS, Outcome.REPLACED, ("© 2026 Nightjar",), carriers, before),
    )
    text = shown(Declaration.from_dict(CREDIT), Setting("Nightjar", rows=rows))

    assert "“Nightjar” stands in the certificate, for good: it can never be taken out of this picture." in text
    assert "All pictures signed as “Nightjar” can be recognised as one person's." in text
    assert "In a part that can be taken out later: “Nightjar” (creator)" in text
    assert "creator: “Nightjar”, in XMP, EXIF" in text
    assert "copyright notice: “© 2026 Nightjar”, in XMP, EXIF · takes the place of “© Old”" in text


def test_a_studio_signs_for_an_artist() -> None:
    """Where somebody else signs, both names are shown with their certificates."""
    text = shown(Declaration.from_dict(CREDIT), Setting("Studio", identity="Nightjar"), identity=True)

    assert "“Studio” stands in the certificate, for good" in text
    assert "“Nightjar” stands in the author's own certificate, for good." in text


def test_the_authors_statement_is_the_authors() -> None:
    """No generative AI is what NAME states, never what we say; a typed date is claimed."""
    text = shown(Declaration.from_dict(BY_HAND | CREDIT | {"no_generative_ai": "final", "made": "2019-05"}))

    assert "Nightjar states: no generative AI was used for what is in the final picture." in text
    assert "Nightjar says that it was made in 2019-05. The signature does not show that." in text


def test_an_hour_is_pointed_out() -> None:
    """A time of day is said to become public; a day is just a day."""
    said = Declaration.from_dict({"origin": "scan", "steps": [FILL, {"action": "crop", "when": "2026-11-20"}]})

    text = shown(said)

    assert "at 2026-11-20T05:30:00Z (UTC): the time of day becomes public" in text
    assert "on 2026-11-20" in text


def test_a_signed_picture_keeps_its_history() -> None:
    """On a signed picture the preview says that its history stays, AI steps too."""
    said = Declaration.from_dict({"steps": [{"action": "crop"}]})

    text = shown(said, Setting("Nightjar", signed_before=True), parent=ParentKind.SIGNED)

    assert "What the picture stated before stays in it, as its history." in text
    assert "AI steps that the earlier statement declares stay visible, and count." in text


def test_a_dropped_history_is_said() -> None:
    """Leaving the earlier statement out is itself stated."""
    text = shown(Declaration.from_dict({"origin": "scan"}), history_dropped=True)

    assert "What the picture stated before is left out, and this statement says so." in text


def test_a_time_stamp_service_is_told() -> None:
    """With a time-stamp service the preview says what it learns; without one, until when this can be checked."""
    assert "time.example learns a hash and your network address" in shown(
        Declaration(), Setting("Nightjar", time_stamp="time.example")
    )
    assert "Without a time stamp this can be checked until 2031-11-20." in shown(Declaration())


def test_every_word_of_a_declaration_has_its_phrase() -> None:
    """Each kind, oversight, role and answer that can be declared has a phrase in the reports' words."""
    keys = [f"ai_kind.{kind.value.replace(' ', '_')}" for kind in AiKind]
    keys += [f"oversight.{one.value}" for one in Oversight] + [f"role.{one.value}" for one in AuthorRole]
    keys += [f"generative.{one.value}" for one in Generative]

    assert [key for key in keys if not say.has(f"report.{key}")] == []


def test_forbidden_words_are_not_ours() -> None:
    """The preview never calls anything authentic, genuine, real, original or verified."""
    sentences = " ".join(say.template(f"preview.{key}") for key in _keys()).casefold()

    for word in ("authentic", "genuine", "real ", "original", "verified", "human-made", "proves"):
        assert word not in sentences


def _keys() -> list[str]:
    file = resources.files("provenance.report") / "catalogue" / "en" / "preview.json"
    return list(json.loads(file.read_text("utf-8")))


@needs_corpus
def test_hostile_strings_stay_inert() -> None:
    """Attack strings that are accepted are shown as text, in lines of 80 columns."""
    for _, text in attacks(corpus("strings")):
        try:
            said = Declaration.from_dict(
                {"title": text, "authors": [{"name": text}], "origin": "scan", "tools": [{"name": text}]}
            )
        except DeclarationError:
            continue
        lines = preview(said, plan(said, generator_version="1"), setting=Setting(text))
        assert all(line.isprintable() and columns(line) <= 80 for line in lines)


def test_where_in_the_picture_is_said_in_whole_numbers_and_words() -> None:
    """A region is shown with its description and its numbers, as readers will see it."""
    where = {"x": 0, "y": 12.5, "width": 100, "height": 30, "description": "the sky"}
    said = Declaration.from_dict({"origin": "scan", "steps": [{"action": "crop", "region": where}]})

    assert "where: the sky (rectangle at 0, 12.5%, 100 × 30%)" in shown(said)
