"""The words we use of our own, and those that we never use (security D1, people §3.11)."""

from __future__ import annotations

import json
import re
import string
from importlib import resources
from pathlib import Path

import pytest

from provenance.report.wording import Catalogue, Phrase

ENGLISH = resources.files("provenance.report") / "catalogue" / "en"
PARTS = {Path(part.name).stem: json.loads(part.read_text("utf-8")) for part in ENGLISH.iterdir()}
GOLDEN = sorted((Path(__file__).parent / "golden" / "report").glob("*.txt"))

FORBIDDEN = re.compile(
    r"\b(authentic\w*|genuine\w*|real(?!ly)|verified photo\w*|is verified|safe|original|AI[- ]free|human[- ]made|fake\w*"
    r"|tamper-?proof|cannot be removed|legally binding|guarantee\w*|certified|conformant|eIDAS|compliant"
    r"|violates|made before AI|detects AI|proves)\b|\b[Nn]o AI\b(?! step)",
    re.IGNORECASE,
)
QUOTED = re.compile("“[^”]*”")


def ours(text: str) -> str:
    """What we say ourselves: without what we quote."""
    return QUOTED.sub("“”", text)


@pytest.mark.parametrize("part", ["report", "juror", "agreement", "evidence"])
def test_no_forbidden_word_in_what_a_report_says(part):
    """No report says of its own that a picture is authentic, real, original, safe, human-made or has no AI."""
    assert {key: text for key, text in PARTS[part].items() if FORBIDDEN.search(ours(text))} == {}


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_no_forbidden_word_in_what_is_shown(file):
    """Nor does a whole screen, put together from sentences."""
    assert FORBIDDEN.findall(ours(file.read_text(encoding="utf-8").replace("\n", " "))) == []


STRICT = re.compile(r"\b(authentic|genuine|human-made|AI-free|verified photo|tamper-proof)\b", re.IGNORECASE)


@pytest.mark.parametrize("part", PARTS)
def test_no_sentence_of_any_part_claims_what_we_cannot(part):
    """Questions, previews and other commands keep to the same words."""
    assert {key: text for key, text in PARTS[part].items() if STRICT.search(ours(text))} == {}


NEAR_MISSES = ("declares no AI step", "No AI step is declared", "it is really so", "the “Real Life Capture Profile”")
HITS = ("no AI", "an authentic picture", "a real photo", "this file is safe", "the original", "human-made", "AI-free")


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_allowed_words_pass_the_lint(text):
    """What is about steps, or quoted, is allowed."""
    assert FORBIDDEN.findall(ours(text)) == []


@pytest.mark.parametrize("text", HITS)
def test_lint_finds_what_it_is_for(text):
    """The lint can fail."""
    assert FORBIDDEN.findall(ours(text)) != []


def test_every_finding_says_what_may_and_may_not_be_concluded():
    """Each thing seen has its three sentences for a juror."""
    keys = {key.rpartition(".")[0] for key in PARTS["juror"]}

    assert set(PARTS["juror"]) == {f"{key}.{part}" for key in keys for part in ("seen", "may", "not", "next")}


@pytest.mark.parametrize("part", PARTS)
def test_every_place_in_a_sentence_has_a_name(part):
    """A translator sees what goes where: ``{name}``, never ``{}`` or ``{0}``, without formats or attributes."""
    places = [
        place for text in PARTS[part].values() for place in string.Formatter().parse(text) if place[1] is not None
    ]

    assert all(name and name.isidentifier() and not form and not how for _, name, form, how in places)


def test_values_are_sanitised_once_and_ours_are_not_cut():
    """What comes from outside is made visible and cut; a phrase of ours stays whole."""
    say = Catalogue("en")

    assert say("report.who.unknown", name="a\x1b") == "an unknown signer calling itself “a\\u{001B}”"
    assert len(say("report.states", who=Phrase("x" * 500), what="y" * 500)) == len("X" * 500 + " states: ") + 206


def test_brace_from_outside_is_no_place():
    """A name that looks like a place in a sentence is only a name."""
    assert Catalogue("en")("report.who.listed", name="{name.__class__}") == "“{name.__class__}”"


def test_sentence_that_a_language_lacks_falls_back_to_english():
    """An unfinished translation is still a whole report."""
    assert Catalogue("xx")("report.headline.altered") == "Broken or altered"


def test_missing_key_is_a_bug():
    """A key that no language has raises, so a test finds it."""
    with pytest.raises(KeyError):
        Catalogue("en")("report.nope")


def test_own_name_keeps_its_spelling_at_the_start():
    """Only our own words are capitalised: an artist who writes her name small stays small."""
    say = Catalogue("en")

    assert say("report.states", who="mika", what="x") == "mika states: x"
    assert say("report.states", who=Phrase("an unknown signer"), what="x") == "An unknown signer states: x"
