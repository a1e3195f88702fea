"""Whole reports in every language: nothing is left in English, nothing is put together in code, every line fits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest

from provenance.report.build import build
from provenance.report.declared import PermissionLine, ProfileAnswer, Step
from provenance.report.editions import blind, for_entrant, in_words
from provenance.report.export import to_dict, to_markdown
from provenance.report.html import page
from provenance.report.layout import columns
from provenance.report.model import Finding, Report
from provenance.report.names import fingerprint
from provenance.report.preview import Setting, preview
from provenance.report.run import SameSigner
from provenance.report.said import Said, Who
from provenance.report.text import render, render_full
from provenance.report.wording import DEFAULT, Catalogue
from provenance.signing.manifest import plan
from provenance.verification.model import Verification
from tests.support.catalogue import READ_BY_JURORS, TRANSLATIONS, literal, part, parts
from tests.support.declarations import DECLARATIONS, declaration
from tests.support.report import CASES, NOW

NIGHTJAR = Setting("Nightjar", until="2031-11-20")
# Strings that fill every field are cut at other places in other languages; the other cases have every sentence.
ORDINARY = [name for name in CASES if name != "hostile"]
REPORTS = [(language, name) for language in TRANSLATIONS for name in ORDINARY]
WORD = re.compile(r"[A-Za-z][A-Za-z'-]{2,}")
WIDE = 100_000  # so that no value is broken
HEX = re.compile(r"[0-9a-f]+")
NAMES = {  # of things, the same in Japanese
    "Content", "Credentials", "C2PA", "SHA-256", "SHA-", "UTC", "JSON", "provenance", "inspect", "Human", "Illustration",
    "Profile", "Fully", "Generative", "Real", "Life", "Capture", "Media", "EXIF", "IPTC", "XMP", "PLUS",
}  # fmt: skip


def strings(value: object) -> Iterator[str]:
    """Every string in nested values of data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings(getattr(value, field.name))


def without(text: str, known: set[str]) -> str:
    """Return *text* without what the file says, the longest strings first."""
    for value in sorted(known, key=len, reverse=True):
        text = text.replace(value, " ")
    return text


SPOKEN: dict[type, tuple[str, ...]] = {Step: ("what",), PermissionLine: ("name",), ProfileAnswer: ("title",)}


def sentences(value: object) -> Iterator[str]:
    """Every sentence, phrase and name of ours in a report."""
    match value:
        case Said():
            yield value.text
        case Who():
            yield value.name
        case Finding():
            yield from (value.sentence, value.may_conclude, value.may_not_conclude, value.fair_next)
        case tuple():
            for item in value:
                yield from sentences(item)
        case _ if is_dataclass(value):
            yield from (getattr(value, name) for name in SPOKEN.get(type(value), ()))
            for field in fields(value):
                yield from sentences(getattr(value, field.name))


class _Words(HTMLParser):
    """The text that a reader sees or hears on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag == "style"
        self.found += ["\n"] * (tag != "bdi")
        self.found += [value for name, value in attrs if name in {"alt", "title", "aria-label"} and value]  # read aloud

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def on_page(report: Report) -> str:
    """The words of the case file."""
    words = _Words()
    words.feed(page(report))
    return "".join(words.found)


FORMS: dict[str, Any] = {
    "screen": lambda report: render(report, width=WIDE),
    "full": lambda report: render_full(report, width=WIDE),
    "markdown": lambda report: to_markdown(report).replace("\\", ""),
    "sentences": lambda report: "\n".join(sentences(report)),
    "page": on_page,
}


def report_of(name: str, language: str) -> tuple[Report, set[str]]:
    """The report on a case, and everything in it that is not ours: words of the file, codes, versions."""
    found: Verification = CASES[name]()
    report = build(found, language=language, now=NOW)
    words = {text for text in strings(found) if WORD.search(text)}
    words |= {code for line in report.signals for code in line.signals} | {line.id for line in report.profiles}
    grouped = {fingerprint(text) for text in words}
    words |= grouped | {" ".join(text.split()) for text in grouped} | {text.removeprefix("CN=") for text in words}
    words |= {urlsplit(text).hostname or text for text in words if "://" in text}
    return report, words


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ORDINARY)
def test_japanese_report_holds_no_word_of_ours_in_latin_letters(name: str, form: str) -> None:
    """What is left without the file's own words and a few names is Japanese: nothing is put together in code."""
    report, known = report_of(name, "ja")

    left = set(WORD.findall(without(FORMS[form](report), known))) - NAMES

    assert {word for word in left if not HEX.fullmatch(word)} == set()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ORDINARY)
def test_japanese_report_has_japanese_punctuation(name: str, form: str) -> None:
    """No full stop, comma or bracket of ours stands in code or template behind a Japanese sentence."""
    shown = FORMS[form](report_of(name, "ja")[0])

    assert re.findall(r"[\u3040-\u30ff\u4e00-\u9fff][.,;:!)](?=\s|$)", shown) == []


@cache
def english_pieces(language: str) -> frozenset[str]:
    """What stands between the places of English sentences, where it is long enough to be told, and not in *language*."""
    own = " ".join(text for name in parts(language) for text in part(language, name).values())
    pieces = {
        piece.strip()
        for name in READ_BY_JURORS
        for text in part(DEFAULT, name).values()
        for piece in literal(text)
        if len(piece.split()) > 2
    }
    return frozenset(piece for piece in pieces if piece not in own)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("language", "name"), REPORTS)
def test_no_english_sentence_is_left_in_a_report(language: str, name: str, form: str) -> None:
    """No report in another language holds a piece of an English sentence."""
    shown = " ".join(FORMS[form](report_of(name, language)[0]).split())

    assert [piece for piece in english_pieces(language) if piece in shown] == []


def test_english_pieces_are_found_where_they_stand() -> None:
    """The test before this one can fail: an English report is full of them."""
    shown = " ".join(render(report_of("hand drawn", DEFAULT)[0]).split())

    assert len([piece for piece in english_pieces("ja") if piece in shown]) > 5


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_entrants_edition_is_translated(language: str) -> None:
    """The sentences that only an edition without the reader's own names has are there too."""
    report = build(for_entrant(CASES["hand drawn"]()), language=language, now=NOW)

    assert [piece for piece in english_pieces(language) if piece in " ".join(sentences(report))] == []


@pytest.mark.parametrize("name", ORDINARY)
def test_blind_edition_is_japanese_too(name: str) -> None:
    """Where names are left out, the words in their place are in the reader's language; what hides them stays hidden."""
    found = in_words(blind(CASES[name]()), Catalogue("ja"))
    report = build(found, language="ja", now=NOW)
    shown = "\n".join(sentences(report))

    assert re.search("withheld|Signer", shown) is None
    if found.manifests:
        assert "署名者A" in shown


@pytest.mark.parametrize("name", ORDINARY)
def test_blind_edition_in_english_is_as_it_was(name: str) -> None:
    """English has the very words that stand in a blind edition for programs."""
    assert in_words(blind(CASES[name]()), Catalogue("en")) == blind(CASES[name]())


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize(("language", "name"), [(language, name) for language in TRANSLATIONS for name in CASES])
def test_no_line_is_wider_than_asked(language: str, name: str, width: int) -> None:
    """Japanese has no spaces and two columns a letter; no line is wider than the terminal all the same."""
    report = build(CASES[name](), language=language, now=NOW)
    lines = (render(report, width=width) + render_full(report, width=width)).split("\n")

    assert max(columns(line) for line in lines) <= width


@pytest.mark.parametrize("name", ORDINARY)
@pytest.mark.parametrize("language", TRANSLATIONS)
def test_ordinary_files_fit_one_screen(language: str, name: str) -> None:
    """Longer languages keep to a screen as well."""
    assert len(render(build(CASES[name](), language=language, now=NOW)).splitlines()) <= 36


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_labels_are_not_cut(language: str) -> None:
    """What stands before a row fits its column."""
    labels = [text for key, text in part(language, "report").items() if key.startswith("label.")]

    assert [label for label in labels if columns(label) > 16 or " " in label[:1]] == []


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_facts_are_the_same_in_every_language(language: str) -> None:
    """A language changes words, not findings: ids, kinds, levels and dates stay."""

    def facts(report: dict[str, Any]) -> list[Any]:
        keys = ("ai_use", "level", "ledger", "findings", "unknowns", "permissions", "integrity")
        return [_ids(report[key]) for key in keys]

    for name in ORDINARY:
        english, other = (to_dict(build(CASES[name](), language=tongue, now=NOW)) for tongue in (DEFAULT, language))
        assert facts(english) == facts(other)


def _ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_ids(item) for item in value]
    if isinstance(value, dict):
        return {
            key: _ids(item) for key, item in value.items() if key in {"id", "kind", "effective", "sentence", "state"}
        }
    return value if isinstance(value, bool | int) else None


@pytest.mark.parametrize("name", DECLARATIONS)
@pytest.mark.parametrize("language", TRANSLATIONS)
def test_preview_is_translated(language: str, name: str) -> None:
    """What an artist sees before signing is all in her language, within eighty columns."""
    said = declaration(name)
    lines = preview(said, plan(said, generator_version="1"), setting=NIGHTJAR, say=Catalogue(language))
    pieces = {
        piece.strip() for text in part(DEFAULT, "preview").values() for piece in literal(text) if len(piece.split()) > 2
    }

    assert [piece for piece in pieces if piece in " ".join(" ".join(lines).split())] == []
    assert max(columns(line) for line in lines) <= 80


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_sentence_about_several_files_is_wrapped(language: str) -> None:
    """The same signer in several files of a run is said in the reader's language, within the width."""
    signers = SameSigner()
    for _ in range(2):
        signers.add(CASES["hand drawn"]())

    lines = list(signers.told(Catalogue(language), width=60))

    assert len(lines) > 1
    assert max(columns(line) for line in lines) <= 60
