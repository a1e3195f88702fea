"""Drafts of a disclosure, without files: whatever was found, nothing unverified is presented as known."""

from __future__ import annotations

import itertools
import tracemalloc
from datetime import UTC, datetime

import pytest

from provenance.policy.disclosure import forms
from provenance.policy.disclosure.assets import Asset, Standing, Statement, Whose, asset
from provenance.policy.disclosure.draft import About, For, draft, percent
from provenance.policy.disclosure.page import page
from provenance.policy.disclosure.papers import paper, row
from provenance.policy.disclosure.shipped import Patterns, Shipped, Status, Use
from provenance.policy.kind_names import kind_name
from provenance.policy.kinds import WORDS
from provenance.report.build import build
from provenance.report.wording import Catalogue
from provenance.verification.model import Verification
from tests.support import report as made

ABOUT = About(For.STEAM, "shipped.txt", "2026-11-28T12:00:00Z", "provenance 0.1.0")
NOW = datetime(2026, 11, 28, tzinfo=UTC)


def found(verification: Verification, path: str = "a.png") -> Asset:
    return asset(Shipped(path), build(verification, now=NOW), verification)


@pytest.mark.parametrize("language", ["en", "es", "ja"])
@pytest.mark.parametrize("case", made.CASES.values(), ids=made.CASES.keys())
def test_a_paragraph_names_nothing_that_nobody_known_states(case: object, language: str) -> None:
    """Of every kind of file: who, what and how much a paragraph says comes from known or listed signers alone."""
    one = found(case())  # type: ignore[operator]  # a function of tests.support.report
    whole = draft([one], ABOUT, Catalogue(language))

    known = {text for said in one.statements if said.whose is Whose.KNOWN for text in (said.tool, said.model) if text}
    weak = {text for said in one.statements for text in (said.tool, said.model) if text} - known
    paragraphs = " ".join(section.paragraph for section in whole.sections)
    assert [text for text in weak if text in paragraphs] == []
    assert one.generative == any(
        said.whose is Whose.KNOWN and said.group == "generative_kinds" for said in one.statements
    )


def test_a_weak_word_beside_a_known_one_stays_out_of_the_paragraph() -> None:
    """A file with both is counted for the known signer's; the stranger's tool is told in the appendix only."""
    both = Asset(
        Shipped("a.png"),
        Standing.GENERATIVE,
        (
            Statement(Whose.KNOWN, ("inpainting",), "generative_kinds", "Photoshop", who="Mika K."),
            Statement(Whose.UNKNOWN_SIGNER, ("generation",), "generative_kinds", "Midjourney"),
        ),
    )

    whole = draft([both], ABOUT, Catalogue())

    assert "Photoshop" in whole.sections[0].paragraph and "Midjourney" not in whole.sections[0].paragraph
    assert any("Midjourney" in line for line in row(paper(whole, Catalogue()).groups[0].assets[0], Catalogue()).stated)


@pytest.mark.parametrize("shape", ["text", "markdown", "json", "html"])
def test_a_large_release_is_written_as_it_goes(shape: str) -> None:
    """No form puts a whole release in words first: what 20,000 files take beyond themselves is under 4 MB."""
    stated = Statement(Whose.TRACES, ("generation",), "generative_kinds", "a generator", "a model")
    many = [Asset(Shipped(f"art/{n:06}.png"), Standing.FOUND, (stated,), sha256=f"{n:064x}") for n in range(20_000)]
    say = Catalogue()
    whole = draft(many, ABOUT, say)
    shapes = {
        "text": lambda: forms.text(paper(whole, say), say),
        "markdown": lambda: forms.markdown(paper(whole, say), say),
        "json": lambda: forms.as_json(whole),
        "html": lambda: page(paper(whole, say), say),
    }
    list(itertools.islice(shapes[shape](), 8))

    tracemalloc.start()
    written = sum(map(len, shapes[shape]()))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 4 << 20
    assert written > 500 if shape == "text" else written > 500_000


def test_what_many_files_state_alike_is_kept_once() -> None:
    """Statements that are equal are one in memory, whichever file they were read from."""
    one, other = (found(case()) for case in (made.ai_edit_on_top, made.ai_edit_on_top))

    assert one.statements and all(a is b for a, b in zip(one.statements, other.statements, strict=True))


def test_a_file_that_says_nothing_is_not_without_ai() -> None:
    """Neither the unsigned file, nor the altered one, nor the stranger's stands with those that record none."""
    for case in (made.nothing, made.altered, made.framed, made.remote_only, made.stopped):
        assert found(case()).standing is not Standing.NONE_RECORDED

    assert found(made.hand_drawn()).standing is Standing.NONE_RECORDED


@pytest.mark.parametrize("language", ["en", "es", "ja"])
def test_every_kind_has_a_name_in_every_language(language: str) -> None:
    """What AI did is said in the reader's own words."""
    say = Catalogue(language)
    names = {kind: kind_name(kind, say) for kind in WORDS}

    same = {kind for kind, name in names.items() if name == kind}
    assert len(set(names.values())) == len(WORDS)
    assert language == "en" or same <= {"color", "inpainting", "outpainting"}


def test_where_every_file_records_none_no_point_is_called_open() -> None:
    """Whoever states it is held to it; the draft still calls it their word."""
    whole = draft([found(made.hand_drawn())], ABOUT, Catalogue())

    assert whole.sections[0].paragraph.endswith("That is their word.]")


def test_every_file_is_in_the_appendix_once() -> None:
    """Whatever its standing, the counts add up to the list."""
    assets = [found(case(), f"{name}.png") for name, case in made.CASES.items()]

    whole = draft(assets, ABOUT, Catalogue())
    shown = paper(whole, Catalogue())

    assert sorted(one.file.path for group in shown.groups for one in group.assets) == sorted(
        f"{name}.png" for name in made.CASES
    )
    assert sum(whole.counts.values()) == whole.files == len(assets)


@pytest.mark.parametrize(
    ("part", "of", "text"),
    [(0, 10, "0"), (10, 10, "100"), (1, 1000, "<1"), (999, 1000, ">99"), (1, 3, "33"), (0, 0, "0")],
)
def test_a_share_is_never_rounded_to_nothing_nor_to_all(part: int, of: int, text: str) -> None:
    """One silent file in a thousand is not none."""
    assert percent(part, of) == text


def test_patterns_say_more_than_the_list() -> None:
    """The command line counts more; a file that is both temporary and final is temporary."""
    patterns = Patterns(marketing=("store/**",), temporary=("*_wip.png",), final=("**/*.png",))

    assert patterns.applied(Shipped("store/a_wip.png")) == Shipped("store/a_wip.png", Use.MARKETING, Status.TEMPORARY)
    assert patterns.applied(Shipped("art/b.png", status=Status.TEMPORARY)).status is Status.FINAL
    assert patterns.applied(Shipped("art/c.jpg")) == Shipped("art/c.jpg")
