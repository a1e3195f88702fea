"""The case file: a page that stands by itself, stays inert, and says everything."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from provenance.report.build import build
from provenance.report.declared import Step
from provenance.report.editions import Edition
from provenance.report.export import to_markdown
from provenance.report.full import render_full
from provenance.report.html import page
from provenance.report.model import Report
from provenance.report.names import fingerprint, moment
from provenance.report.wording import Catalogue, languages
from provenance.verification.check import check
from provenance.verification.model import Verification
from provenance.verification.options import Options
from tests.hostile.cases_strings import STRINGS
from tests.hostile.test_strings import RAW as MISTAKEN
from tests.support.casefile import Outline, attack_picture, paged
from tests.support.environment import CHECKOUT
from tests.support.report import (
    CASES,
    NOW,
    hand_drawn,
    hostile,
)

EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


@EVERY
def test_policy_allows_one_style_and_nothing_else(case: Callable[[], Verification]) -> None:
    """The policy in the page names the very style that stands in it, and allows no script, form or address."""
    text = paged(case)

    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert html.unescape(policy) == (
        f"default-src 'none'; img-src 'self' data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


@EVERY
def test_page_stands_by_itself(case: Callable[[], Verification]) -> None:
    """No script, no form, no frame, no style on an element, no handler; links lead into the page only."""
    found = Outline(paged(case, picture=b"\xff\xd8\xff"))

    tags = {tag for tag, _ in found.elements}
    attributes = {name for _, attrs in found.elements for name in attrs}
    links = [attrs.get("href", "") for tag, attrs in found.elements if tag in {"a", "use", "link", "image"}]
    sources = [attrs.get("src") or "" for _, attrs in found.elements if "src" in attrs]
    assert not tags & {"script", "form", "input", "iframe", "object", "embed", "base", "link", "foreignObject"}
    assert not [name for name in attributes if name.startswith("on") or name in {"style", "srcset", "action"}]
    assert all((link or "").startswith("#") for link in links)
    assert sources == ["data:image/jpeg;base64,/9j/"]


@EVERY
def test_no_string_of_a_file_becomes_an_element(case: Callable[[], Verification]) -> None:
    """Whatever a file says, the page has the elements that the template gives it."""
    allowed = {
        "html", "head", "meta", "title", "style", "body", "a", "header", "div", "p", "span", "h1", "h2", "h3", "figure",
        "img", "figcaption", "nav", "ul", "ol", "li", "main", "section", "article", "dl", "dt", "dd", "bdi", "br", "svg",
        "defs", "marker", "clippath", "path", "rect", "text", "g", "table", "thead", "tbody", "tr", "th", "td", "details",
        "summary", "strong", "footer",
    }  # fmt: skip

    assert {tag for tag, _ in Outline(paged(case)).elements} <= allowed


@pytest.mark.parametrize("text", [text for text in STRINGS.values() if len(text) < 1000])
def test_attack_strings_are_text(text: str, tmp_path: Path) -> None:
    """A title or a name that would be markup is shown as it is spelt."""
    found = hand_drawn()
    named = replace(found.manifests[0], title=text, generator=text)

    shown = Outline(page(build(replace(found, name=text, manifests=(named,)), now=NOW)))

    assert "script" not in {tag for tag, _ in shown.elements}
    assert len([tag for tag, _ in shown.elements if tag == "img"]) == 0


def test_foreign_direction_turns_nothing_around_it() -> None:
    """A name that is written from right to left stands in an element of its own."""
    text = page(build(replace(hand_drawn(), name="שלום.png"), now=NOW))

    assert '<p class="file"><bdi>שלום.png</bdi></p>' in text


def test_page_holds_no_character_that_could_be_mistaken(tmp_path: Path) -> None:
    """No control, turned or invisible character of a hostile file gets into the page."""
    text = page(build(check(attack_picture(tmp_path), options=Options()), now=NOW))

    assert "TRUSTED" in text
    assert not MISTAKEN.search(text)


# Not said in words: what is a key for programs, what the drawing or another sentence says, what is shown cut.
SILENT = {
    "schema_version", "language", "id", "kind", "origin", "level", "manifest", "strength", "state", "ai_use", "depth",
    "entry", "effective", "counts_as", "use", "outcome", "action", "source_type", "tool", "tool_version", "model",
    "model_version", "ai_kind", "generative", "oversight", "extent", "tier", "text_id", "relationship", "part", "basis",
    "met", "target", "assertion", "certificate_name", "remote_host", "tried", "names", "fingerprint", "checked_at", "role",
    "roles", "name_suggests", "revocation", "value", "authority", "sidecar", "title", "date", "next_update", "reason",
    "key", "issuer", "where", "carrier", "field", "texts", "strictest", "writer", "written", "rule",
}  # fmt: skip


def strings(value: Any, name: str = "") -> Iterator[str]:
    """Yield every string of a report that a person must be able to read on the page."""
    if is_dataclass(value):
        # Who states a step stands above all that they state, not before each.
        said = [each.name for each in fields(value) if not (isinstance(value, Step) and each.name == "sentence")]
        for each in said:
            yield from strings(getattr(value, each), each)
    elif isinstance(value, tuple):
        for each in value:
            yield from strings(each, name)
    elif isinstance(value, str) and value and name not in SILENT:
        yield value


FORMS: dict[str, Callable[[Report], str]] = {
    "page": lambda report: Outline(page(report)).text,
    "markdown": lambda report: to_markdown(report).replace("\\", ""),
    "full text": lambda report: render_full(report, width=10_000),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize(
    "case", [case for case in CASES.values() if case is not hostile], ids=lambda case: case.__name__
)
def test_every_fact_stands_in_every_form(case: Callable[[], Verification], form: Callable[[Report], str]) -> None:
    """What the report says in JSON, the page, the Markdown and the full text say too."""
    report = build(case(), now=NOW)
    text = " ".join(form(report).split())

    def stands(said: str) -> bool:
        spelt = {said, fingerprint(said), moment(said), moment(said)[:10]}
        return any(" ".join(form.split()) in text for form in spelt)

    assert [said for said in strings(report) if not stands(said)] == []


@EVERY
def test_headings_are_in_order(case: Callable[[], Verification]) -> None:
    """One first heading, and no level is left out."""
    levels = [int(tag[1]) for tag, _ in Outline(paged(case)).elements if re.fullmatch(r"h[1-6]", tag)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("language", languages())
def test_page_is_in_the_language_of_the_report(language: str) -> None:
    """The page says its language and direction, and every sentence comes from the catalogue."""
    report = build(hand_drawn(), language=language, now=NOW)

    text = page(report)

    assert f'<html lang="{language}" dir="ltr">' in text
    assert html.escape(Catalogue(language)("casefile.section.findings")) in html.unescape(text)


def test_every_sentence_of_the_catalogue_is_used() -> None:
    """A translator translates nothing in vain."""
    part = json.loads((CHECKOUT / "provenance/report/catalogue/en/casefile.json").read_text("utf-8"))
    sources = [*CHECKOUT.glob("provenance/report/*.py"), *CHECKOUT.glob("provenance/report/templates/*")]
    sources.append(CHECKOUT / "provenance/commands/report.py")
    whole = "\n".join(file.read_text("utf-8") for file in sources)
    prefixes = ("section.", "answer.", "short.", "state.", "fact.", "use.", "value.", "history.", "edition.", "intro.")

    unused = [
        key
        for key in part
        if not key.startswith((*prefixes, "ledger.mark.", "command."))
        and f"casefile.{key.removesuffix('.one')}" not in whole
    ]

    assert unused == []


def test_notes_are_for_the_juror_in_print() -> None:
    """A juror's page has lines to write on, on paper only; the entrant's has none."""
    juror, entrant = paged(hand_drawn), paged(hand_drawn, edition=Edition.ENTRANT)

    assert juror.count('class="ruled"') > 5
    assert 'class="ruled"' not in entrant
    assert ".notes { display: none; }" in juror
