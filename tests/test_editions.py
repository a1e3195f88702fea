"""A blind edition names nobody, whatever a file holds; the entrant's has none of the reader's own names."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from itertools import count
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from provenance.report.build import build
from provenance.report.editions import Edition, blind, for_entrant
from provenance.report.export import to_json, to_markdown
from provenance.report.html import page
from provenance.report.model import Report
from provenance.report.text import render, render_full
from provenance.terms import Integrity, Level
from provenance.verification.model import Environment, Verification
from tests.support.report import CASES, NOW, ai_edit_on_top, hand_drawn, redacted_permission

OUTPUTS: dict[str, Callable[[Report], str]] = {
    "html": lambda report: page(report, blind=True),
    "json": to_json,
    "markdown": to_markdown,
    "text": render,
    "full text": render_full,
}
# Ours or the reader's list, never the file's: what checked it, which limit, which codes a list forbids.
OURS = {"limit", "versions", "missing_limits", "by", "checked_at", "disallowed", "name_suggests"}
KEPT = {"revocation", "disagreement", "problems", "tier"}  # ours too


class Canaries:
    """Fills a Verification with strings that could each be a person's name, no two the same."""

    def __init__(self) -> None:
        self.planted: list[str] = []
        self._number = count()

    def plant(self, before: str = "", after: str = "") -> str:
        name = f"Zoe{next(self._number)}Quill"
        self.planted.append(name)
        return f"{before}{name}{after}"

    def fill(self, kind: Any, name: str) -> Any:
        """Return a value of the type *kind* with a canary in every string."""
        if kind is str:
            return "" if name in OURS | KEPT else self.plant()
        if is_dataclass(kind):
            hints = get_type_hints(kind)
            return kind(**{each.name: self.fill(hints[each.name], each.name) for each in fields(kind)})
        if get_origin(kind) is tuple:
            inner = get_args(kind)
            if inner[-1] is Ellipsis:
                return () if name in OURS else tuple(self.fill(inner[0], name) for _ in range(2))
            return tuple(self.fill(one, name) for one in inner)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return next(iter(kind))
        if kind in (int, bool):
            return kind(1)
        return self.fill(next(one for one in get_args(kind) if one is not type(None)), name)


def full_of_names(integrity: Integrity, level: Level) -> tuple[Verification, list[str]]:
    """A file with a name in every string that it, or its certificates, could hold."""
    canaries = Canaries()
    found: Verification = canaries.fill(Verification, "")
    manifests = tuple(
        replace(manifest, depth=depth, integrity=integrity, signer=replace(manifest.signer, level=level))
        for depth, manifest in enumerate(found.manifests)
    )
    lists, source = replace(found.environment, lists=()), replace(found.source, kind="sidecar")
    found = replace(
        found,
        manifests=manifests,
        integrity=integrity,
        level=level,
        environment=lists,
        source=source,
        media_type="image/png",
    )
    return found, canaries.planted


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS.keys())
@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("integrity", Integrity)
def test_blind_edition_names_nobody(integrity: Integrity, level: Level, output: Callable[[Report], str]) -> None:
    """Of a file that holds a name in every string there is, no name is left."""
    found, planted = full_of_names(integrity, level)

    text = output(build(blind(found), now=NOW))

    assert len(planted) > 100
    assert [name for name in planted if name in text] == []


def test_the_search_can_fail() -> None:
    """Without the edition, the same search finds names."""
    found, planted = full_of_names(Integrity.INTACT, Level.INTACT)

    text = to_json(build(found, now=NOW))

    assert [name for name in planted if name in text] != []


AROUND = {
    "action": ("c2pa.", ""),
    "label": ("c2pa.actions.", "__1"),
    "tool": ("Photoshop of ", ""),
    "version": ("5.2-", ""),
    "code": ("claim.", ".mismatch"),
    "own code": ("io.github.provenance-toolkit.", ""),
    "source type": ("http://cv.iptc.org/newscodes/digitalsourcetype/", ""),
    "entry": ("cawg.", ""),
    "media type": ("image/", ""),
    "uri": ("self#jumbf=/c2pa/urn:c2pa:", "/c2pa.assertions/c2pa.actions"),
}


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND.keys())
def test_a_name_inside_a_standards_word_is_found(around: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that stands where a standard's word would stand is no word of the standard."""
    plain_plant = Canaries.plant
    monkeypatch.setattr(Canaries, "plant", lambda self: plain_plant(self, *around))
    found, planted = full_of_names(Integrity.INTACT, Level.KNOWN)

    texts = [output(build(blind(found), now=NOW)) for output in OUTPUTS.values()]

    assert [name for name in planted for text in texts if name in text] == []


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_blind_edition_keeps_the_verdict(case: Callable[[], Verification]) -> None:
    """What was checked, and with what result, is the same; so is what is declared about AI."""
    found = case()

    before, after = build(found, now=NOW), build(blind(found), now=NOW)

    assert after.headline == before.headline
    assert (after.integrity.state, after.level, after.ai_use) == (before.integrity.state, before.level, before.ai_use)
    assert [link.state for link in after.chain] == [link.state for link in before.chain]
    assert [step.kind for step in after.ledger] == [step.kind for step in before.ledger]
    assert [line.effective for line in after.permissions if line.entry.startswith("cawg.")] == [
        line.effective for line in before.permissions if line.entry.startswith("cawg.")
    ]


def test_blind_edition_keeps_what_a_jury_judges() -> None:
    """Steps, known programs and what may be done stay; people become letters."""
    text = render(build(blind(ai_edit_on_top()), now=NOW))

    assert "Photoshop 27.1" in text
    assert "Krita 5.2.6" in text
    assert "Signer A" in text
    for name in ("rook", "nightjar", "Mika K.", "Heron", "piece.png"):
        assert name not in text


def test_the_same_signer_has_the_same_letter() -> None:
    """Who signed twice is one signer in a blind edition too: their own removal is no alarm."""
    ids = {finding.id for finding in build(redacted_permission(), now=NOW).findings}

    blinded = {finding.id for finding in build(blind(redacted_permission()), now=NOW).findings}

    assert blinded == ids


def test_the_entrants_edition_has_no_name_of_the_readers() -> None:
    """How the reader calls somebody, and why they denied a certificate, is the reader's own affair."""
    found = hand_drawn()
    denied = replace(
        found.manifests[0], signer=replace(found.manifests[0].signer, withdrawn="told by Ada on the phone")
    )

    edited = for_entrant(replace(found, manifests=(denied,)))

    for output in (to_json, to_markdown, render_full):
        text = output(build(edited, now=NOW))
        assert "Mika K." not in text
        assert "told by Ada" not in text
        assert "nightjar" in text


def test_an_edition_is_said_in_the_page() -> None:
    """The entrant's page has its own introduction, and no room for notes."""
    report = build(hand_drawn(), now=NOW)

    juror, entrant = page(report), page(report, edition=Edition.ENTRANT)

    assert 'class="notes"' in juror
    assert 'class="notes"' not in entrant
    assert "It is not a decision" in entrant
    assert "It is not a decision" not in juror


def test_versions_are_ours() -> None:
    """What checked the file stays in a blind edition: it is about this computer."""
    found = replace(hand_drawn(), environment=Environment(versions=(("provenance", "0.1.0"),)))

    assert json.loads(to_json(build(blind(found), now=NOW)))["environment"]["versions"][0]["text"] == "0.1.0"
