"""The chain as a drawing: every part drawn or counted, every state told without colour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from provenance.report.build import build
from provenance.report.graph import BOX_WIDTH, draw
from provenance.report.html import page
from provenance.report.model import LinkState, Report
from provenance.report.wording import Catalogue
from provenance.terms import Integrity
from provenance.verification.model import Verification
from tests.support.casefile import Outline
from tests.support.environment import CHECKOUT
from tests.support.report import (
    INGREDIENT,
    NOW,
    broken_ancestor,
    hand_drawn,
    long_chain,
    missing_ancestor,
    parent,
)


def drawing(case: Callable[[], Verification]) -> tuple[Report, Any]:
    report = build(case(), now=NOW)
    return report, draw(report.chain, Catalogue())


def test_each_state_has_a_word_and_an_outline_of_its_own() -> None:
    """No two states look the same without colour: the style has a rule for each, or its box another shape."""
    style = (CHECKOUT / "provenance/report/templates/case.css").read_text("utf-8")
    shapes = (CHECKOUT / "provenance/report/templates/macros.html").read_text("utf-8")

    for state in LinkState:
        assert Catalogue().has(f"casefile.state.{state}")
        assert state is LinkState.INTACT or f".box.{state}" in style or f'"{state}"' in shapes


def test_broken_ancestor_is_drawn() -> None:
    """The file stands on top, intact; what it was made from stands below, damaged; a line leads from one to the other."""
    _, graph = drawing(broken_ancestor)

    top, below = graph.boxes
    assert (top.state, below.state) == ("intact", "damaged")
    assert top.y < below.y
    assert [line.label for line in graph.lines] == ["earlier version"]


def test_missing_and_unknown_are_drawn() -> None:
    """What is not here has a box too."""
    _, graph = drawing(missing_ancestor)

    assert sorted(box.state for box in graph.boxes) == ["intact", "missing", "no_credentials"]
    assert {line.label for line in graph.lines} == {"earlier version", "element"}


def test_long_chains_fold() -> None:
    """Thirty steps take a drawing of a page; each part is drawn or counted, and named in the list."""
    report, graph = drawing(long_chain)

    drawn = sum(box.state != "folded" for box in graph.boxes)
    assert graph.height < 1400
    assert drawn + graph.folded == len(report.chain)
    assert Outline(page(report)).text.count("Named in the file") == len(report.chain)


def test_what_is_broken_is_the_last_to_be_folded() -> None:
    """In a chain of thirty, the one that is damaged keeps its box."""
    whole = long_chain()
    manifests = tuple(replace(one, integrity=Integrity.ALTERED) if one.depth == 17 else one for one in whole.manifests)

    graph = draw(build(replace(whole, manifests=manifests), now=NOW).chain, Catalogue())

    assert [box.state for box in graph.boxes].count("damaged") == 1


def test_a_broad_chain_folds() -> None:
    """Forty elements side by side do not make a drawing forty boxes wide."""
    found = hand_drawn()
    parts = tuple(
        parent("", relationship="componentOf", assertion=f"{INGREDIENT}__{number}", title=f"leaf {number}")
        for number in range(40)
    )

    graph = draw(
        build(replace(found, manifests=(replace(found.manifests[0], ingredients=parts),)), now=NOW).chain, Catalogue()
    )

    assert graph.width < 4 * BOX_WIDTH
    assert graph.folded == 38
