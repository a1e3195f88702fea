"""From flags and profile to a declaration."""

from __future__ import annotations

from typing import Any

import pytest

from provenance.declaration.features import table
from provenance.declaration.flags import Flags, from_flags, parse_ai
from provenance.declaration.model import Declaration
from provenance.declaration.profile import Profile
from provenance.errors import DeclarationError

PROFILE = Profile.from_dict(
    {
        "name": "Nightjar",
        "website": "https://nightjar.example",
        "credit": "Nightjar",
        "contact": "https://nightjar.example/ask",
        "tools": ["Krita 5.2.6"],
        "permissions": {
            "generative_training": "no",
            "training": "ask",
            "inference": "yes",
            "constraints": {"training": "schools"},
        },
    }
)

WRONG_AI = {
    "nothing": ("", "--ai: '' names no kind; write KIND[:TOOL[:NOTE]], where KIND may end in =yes, =no or =unknown"),
    "no kind": (
        ":Photoshop",
        "--ai: ':Photoshop' names no kind; write KIND[:TOOL[:NOTE]], where KIND may end in =yes, =no or =unknown",
    ),
    "misspelt": ("inpaintng:Photoshop", "--ai: 'inpaintng' is not known here; did you mean inpainting"),
    "not an answer": ("inpainting=maybe", "--ai: 'maybe' is not known here; use one of: yes, no, unknown"),
}


@pytest.mark.parametrize(("text", "message"), WRONG_AI.values(), ids=WRONG_AI.keys())
def test_wrong_ai_flag_is_named(text: str, message: str) -> None:
    """The message says what an AI step looks like."""
    with pytest.raises(DeclarationError) as caught:
        parse_ai(text)

    assert str(caught.value) == message


BY_FLAG = {
    "a step that may be generative": (
        Flags(ai=("denoising=no", "upscaling:Topaz Photo"), no_generative_ai="final"),
        "no_generative_ai: is stated, but --ai 'upscaling:Topaz Photo' may be generative AI (upscaling); "
        "say whether it was generative (=yes or =no) in --ai 'upscaling:Topaz Photo'",
    ),
    "an impossible answer": (
        Flags(ai=("generation=no",)),
        "--ai generation=no: is no, but generation is always generative; choose another kind, or leave generative out",
    ),
    "an empty name": (Flags(components=("",)), "--component '': is empty"),
}


@pytest.mark.parametrize(("flags", "message"), BY_FLAG.values(), ids=BY_FLAG.keys())
def test_what_a_flag_added_is_called_by_that_flag(flags: Flags, message: str) -> None:
    """A person who typed flags is not told of steps[0]; after the steps of a file the counting still fits."""
    for declared in (None, {"steps": [{"action": "c2pa.cropped"}]}):
        with pytest.raises(DeclarationError) as caught:
            from_flags(flags, declared=declared)
        assert str(caught.value) == message


AI: dict[str, tuple[str, dict[str, Any]]] = {
    "kind": ("inpainting", {"ai": {"kind": "inpainting"}}),
    "kind, tool": ("denoise:Topaz Photo 4", {"ai": {"kind": "denoising"}, "tool": "Topaz Photo 4"}),
    "kind, tool, note": (
        "object removal=no:Photoshop 27:lamp: left",
        {"ai": {"kind": "object removal", "generative": "no"}, "tool": "Photoshop 27", "description": "lamp: left"},
    ),
    "kind, note": ("Object_Removal = YES::a sign", {"ai": {"kind": "object removal", "generative": "yes"}, "description": "a sign"}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "step"), AI.values(), ids=AI.keys())
def test_an_ai_flag_is_a_step(text: str, step: dict[str, Any]) -> None:
    """Kind, answer, tool and note stand in one flag."""
    assert parse_ai(text) == step


def test_every_flag_of_the_table_can_be_used() -> None:
    """What `ai-or-not` tells people to write is accepted."""
    for feature in table().features:
        if feature.flag:
            assert from_flags(Flags(origin="photograph", ai=(feature.flag,))).steps[0].tool is not None


def test_the_profile_gives_name_credit_and_permissions() -> None:
    """Without a word about the picture, only credit and permissions come from the profile."""
    said = from_flags(Flags(), profile=PROFILE)

    assert said.to_dict() == {
        "authors": [{"name": "Nightjar", "url": "https://nightjar.example"}],
        "credit": "Nightjar",
        "contact": "https://nightjar.example/ask",
        "permissions": {
            "generative_training": "no",
            "training": "ask",
            "inference": "yes",
            "constraints": {"training": "schools"},
        },
    }


def test_the_profile_says_nothing_about_the_making() -> None:
    """No profile can give an origin, steps or completeness."""
    for field in ("origin", "steps", "history_complete", "no_generative_ai", "made"):
        with pytest.raises(DeclarationError) as caught:
            Profile.from_dict({"name": "Nightjar", field: True})

        assert str(caught.value) == f"{field}: is not a field of a profile"


def test_usual_tools_count_once_the_making_is_said() -> None:
    """The profile's tools stand in a declaration that says an origin, and give way to those of a flag."""
    assert from_flags(Flags(ai=("inpainting:Photoshop",)), profile=PROFILE).tools == ()
    assert from_flags(Flags(origin="scan"), profile=PROFILE).tools == PROFILE.tools
    assert [str(tool) for tool in from_flags(Flags(origin="scan", tools=("GIMP 3",)), profile=PROFILE).tools] == [
        "GIMP 3"
    ]


def test_an_answer_on_the_command_line_replaces_the_profiles() -> None:
    """A stricter or looser answer takes the profile's place, with its text."""
    said = from_flags(Flags(training="no", data_mining="yes"), profile=PROFILE)

    assert said.permissions.answers == {
        "generative_training": "no",
        "training": "no",
        "data_mining": "yes",
        "inference": "yes",
    }
    assert said.permissions.constraints.training is None


def test_finer_answers_win_over_training() -> None:
    """The finer flags say what they say, whatever ``--training`` says."""
    said = from_flags(Flags(training="no", other_training="yes"))

    assert said.permissions.answers == {"generative_training": "no", "training": "yes"}


def test_flags_add_steps_to_a_file() -> None:
    """AI steps and components of flags come after those of the file; a flag takes a field's place."""
    declared = {"title": "Old", "origin": "scan", "steps": [{"action": "crop"}], "credit": "Studio"}
    flags = Flags(title="New", ai=("denoise",), components=("sky.png",), complete=True, made="2019-05")

    said = from_flags(flags, profile=PROFILE, declared=declared)

    assert (said.title, said.credit, said.made, said.history_complete) == ("New", "Studio", "2019-05", True)
    assert [step.c2pa_action for step in said.steps] == ["c2pa.cropped", "c2pa.enhanced"]
    assert [one.path for one in said.ingredients] == ["sky.png"]


def test_flags_leave_the_file_as_it_was() -> None:
    """What was read from a file is not changed by merging."""
    declared: dict[str, Any] = {"steps": [{"action": "crop"}], "permissions": {"inference": "no"}}

    from_flags(Flags(ai=("denoise",), training="no"), profile=PROFILE, declared=declared)

    assert declared == {"steps": [{"action": "crop"}], "permissions": {"inference": "no"}}


WRONG: dict[str, tuple[Flags, dict[str, Any], str]] = {
    "contradiction": (
        Flags(no_generative_ai="final", ai=("inpainting:Photoshop",)),
        {},
        "no_generative_ai: is stated, but --ai inpainting:Photoshop is a generative AI step; leave one of them out",
    ),
    "origin": (Flags(origin="blank canvs"), {}, "origin: 'blank canvs' is not known here; did you mean blank-canvas"),
    "complete alone": (
        Flags(complete=True),
        {},
        "history_complete: is true, but nothing is said about how the picture was made; say origin",
    ),
    "steps are no list": (Flags(ai=("denoise",)), {"steps": "crop"}, "steps: must be a list"),
    "permissions are no table": (Flags(training="no"), {"permissions": "no"}, "permissions: must be a table of fields"),
}


@pytest.mark.parametrize(("flags", "declared", "message"), WRONG.values(), ids=WRONG.keys())
def test_wrong_flags_are_named(flags: Flags, declared: dict[str, Any], message: str) -> None:
    """Flags are held to what files are held to."""
    with pytest.raises(DeclarationError) as caught:
        from_flags(flags, profile=PROFILE, declared=declared)

    assert str(caught.value) == message


def test_no_flag_says_nothing() -> None:
    """Without flags, file and profile nothing is declared."""
    assert from_flags(Flags()) == Declaration()
