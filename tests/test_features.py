"""The dated table of program features, and `provenance ai-or-not`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from provenance.declaration.features import Answer, search, table
from provenance.declaration.kinds import KINDS, AiKind, Generative
from tests.support.environment import Ran

Run = Callable[..., Ran]

ASKED = {  # what people type -> program and answer of the first line
    "remove tool": ("Photoshop", Answer.DEPENDS),
    "REMOVE-TOOL": ("Photoshop", Answer.DEPENDS),
    "photoshop remove": ("Photoshop", Answer.DEPENDS),
    "generative fill": ("Photoshop", Answer.YES),
    "genfill": ("Photoshop", Answer.YES),
    "generativ fill": ("Photoshop", Answer.YES),
    "content aware fill": ("Photoshop", Answer.NO),
    "select subject photoshop": ("Photoshop", Answer.NO),
    "generative remove": ("Lightroom", Answer.DEPENDS),
    "lightroom denoise": ("Lightroom", Answer.NO),
    "krita brush": ("Krita", Answer.NO),
    "krita ai diffusion": ("Krita", Answer.YES),
    "clip studio auto color": ("Clip Studio Paint", Answer.UNKNOWN),
    "pose scanner": ("Clip Studio Paint", Answer.NO),
    "g'mic inpaint": ("GIMP", Answer.NO),
    "clean up": ("Apple Photos", Answer.YES),
    "magic editor": ("Google Photos", Answer.YES),
    "midjourney": ("Midjourney", Answer.YES),
    "comfyui": ("Stable Diffusion", Answer.YES),
    "dall-e": ("ChatGPT", Answer.YES),
    "blender denoiser": ("Blender", Answer.NO),
    "procreate": ("Procreate", Answer.NO),
    "redefine": ("Topaz Gigapixel", Answer.YES),
    "deepprime": ("DxO PhotoLab / PureRAW", Answer.NO),
    "figma": ("Figma", Answer.YES),
}


@pytest.mark.parametrize(("words", "first"), ASKED.items(), ids=ASKED.keys())
def test_a_feature_is_found_by_what_people_call_it(words: str, first: tuple[str, Answer]) -> None:
    """Other spellings, other orders and the program's name lead to the feature."""
    found = search(words, table().features)

    assert (found[0].program, found[0].generative) == first


@pytest.mark.parametrize("words", ["foobar", "", "  ", "???", "photoshop foobar", "a"])
def test_what_is_not_in_the_table_is_not_found(words: str) -> None:
    """An unknown word finds nothing, even beside a known program: nothing is guessed."""
    assert search(words, table().features) == ()


def test_the_table_holds_together() -> None:
    """Every entry has a kind that can be declared, an answer that the kind allows, a source, and what decides."""
    date.fromisoformat(table().date)
    for feature in table().features:
        assert feature.source
        assert (feature.generative is Answer.DEPENDS) == bool(feature.decides)
        if not feature.kind:
            assert feature.generative is Answer.NO
        elif feature.generative in {Answer.YES, Answer.NO}:
            assert Generative(feature.generative.value) in KINDS[AiKind(feature.kind)].possible
        assert ":" not in feature.program


def test_an_answer_says_what_decides_what_to_write_and_of_when(run: Run) -> None:
    """The answer names kind, setting, flag and date, within 80 columns, and exits 0."""
    ran = run("ai-or-not", "remove tool")

    assert ran.exit == 0
    assert ran.out.startswith(
        "Photoshop: Remove tool\n"
        "  Counts as object removal. Whether it was generative cannot be told without\n"
        "    the setting that was used.\n"
    )
    assert '  Write: --ai "object removal=unknown:Photoshop"\n' in ran.out
    assert f"As of {table().date}." in ran.out
    assert all(len(line) <= 80 for line in ran.out.splitlines())


def test_words_may_stand_without_quotes(run: Run) -> None:
    """`ai-or-not krita brush` asks for the same as with quotes."""
    assert run("ai-or-not", "krita", "brush").out == run("ai-or-not", "krita brush").out


def test_not_found_is_exit_1(run: Run) -> None:
    """What the table does not know is said so, as no statement about the feature."""
    ran = run("ai-or-not", "frobnicator")

    assert ran.exit == 1
    assert ran.out.startswith(f"“frobnicator” is not in the table of {table().date}. That says nothing about it.\n")


def test_what_was_asked_is_shown_without_harm(run: Run) -> None:
    """A control character in the question does not reach the terminal."""
    assert "\x1b" not in run("ai-or-not", "\x1b[31mred").out
