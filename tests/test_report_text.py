"""The one screen, and everything: what stands on it, in which width, in which words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provenance.report.build import build
from provenance.report.layout import columns, fill, pad, wrap
from provenance.report.text import render, render_full
from tests.support.report import CASES, NOW, certificate, long_chain, manifest, pinned, stranger, verification

GOLDEN = Path(__file__).parent / "golden" / "report"


@pytest.mark.parametrize("name", CASES)
def test_screen_is_the_one_we_agreed_on(name):
    """Each case reads exactly as in ``tests/golden/report``; GOLDEN=write writes them anew, for a person to read."""
    shown = render(build(CASES[name](), now=NOW))
    file = GOLDEN / f"{name.replace(' ', '-')}.txt"
    if os.environ.get("GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(shown, encoding="utf-8", newline="\n")

    assert shown == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("name", CASES)
def test_no_line_is_wider_than_asked(name, width):
    """Neither screen has a line wider than the terminal, whatever stands in the file."""
    report = build(CASES[name](), now=NOW)

    widest = max(columns(line) for line in (render(report, width=width) + render_full(report, width=width)).split("\n"))

    assert widest <= width


def test_wide_characters_are_counted_as_two():
    """Japanese names take two columns a letter, and stay within eighty."""
    name = "星空の下で絵を描くひと" * 8
    report = build(verification(manifest(signer=pinned(name, own_name=name))), now=NOW)

    assert max(columns(line) for line in render(report).split("\n")) <= 80


ORDINARY = [name for name in CASES if name != "hostile"]


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_files_fit_one_screen(name):
    """Thirty lines are enough, for a chain of thirty too."""
    assert len(render(build(CASES[name](), now=NOW)).splitlines()) <= 30


@pytest.mark.parametrize("name", CASES)
def test_first_line_is_the_headline(name):
    """The answer stands on top, alone."""
    report = build(CASES[name](), now=NOW)

    assert render(report).splitlines()[0] == report.headline.text
    assert render_full(report).splitlines()[0] == report.headline.text


HEADLINES = {
    "hand drawn": "Signed by a signer you know",
    "aggregated identity": "Signed by a listed signer",
    "framed": "Signed by an unknown signer",
    "altered": "Broken or altered",
    "uncovered": "Altered or not fully covered",
    "expired": "Not intact today: the signer's certificate has expired",
    "nothing": "No credentials found (this says nothing about origin)",
    "remote only": "Refers to credentials stored elsewhere (not fetched)",
    "stopped": "Could not check",
    "broken ancestor": "Signed by a signer you know; part of its history is damaged or missing",
}


@pytest.mark.parametrize(("name", "headline"), HEADLINES.items())
def test_headline(name, headline):
    """Each state of affairs has its own headline (D2)."""
    assert build(CASES[name](), now=NOW).headline.text == headline


def test_long_chain_folds_and_keeps_the_ai_step():
    """What does not fit is counted; an AI step is the last to be left out."""
    shown = render(build(long_chain(), now=NOW))

    assert "AI  edited: using generative AI" in shown
    assert "more, see `provenance inspect`" in shown


def test_readers_own_name_comes_first_and_the_certificates_in_quotes():
    """A pin shows the reader's name for a person; what the certificate calls itself is second, in quotes."""
    shown = render(build(verification(manifest(signer=pinned("Beeple", own_name="Mika K."))), now=NOW))

    assert "Signed by   Mika K.: your own name for them" in shown
    assert "“Beeple”" in shown


def test_fingerprint_of_the_signer_is_on_the_screen():
    """The whole SHA-256 of the certificate, on one line, to compare."""
    assert f"            {certificate('rook').sha256}\n" in render(
        build(verification(manifest(signer=stranger("rook"))), now=NOW)
    )


def test_typed_date_is_the_signers_word():
    """A time that nothing stamps reads "the signer says"."""
    assert "When        The signer says 2026-11-22 10:03 UTC." in render(build(CASES["hand drawn"](), now=NOW))


def test_remote_address_shows_its_host_only():
    """Neither path, query nor password of a remote reference is shown."""
    shown = render_full(build(CASES["remote only"](), now=NOW))

    assert "“cai.example”" in shown
    assert "secret" not in shown


@pytest.mark.parametrize("form", [render, render_full], ids=["screen", "full"])
def test_hostile_strings_are_inert(form):
    """No control, bidirectional or invisible character of a file reaches the terminal."""
    shown = form(build(CASES["hostile"](), now=NOW))

    assert all(line.isprintable() for line in shown.split("\n"))
    assert "\\u{001B}" in shown


WRAPPED = {
    "words": ("one two three", 7, ["one two", "three"]),
    "exactly": ("one two", 7, ["one two"]),
    "long word": ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
    "wide letters": ("あいうえお", 4, ["あい", "うえ", "お"]),
    "odd width": ("あいう", 5, ["あい", "う"]),
    "wide letters after a word": ("Mika K.の絵です", 9, ["Mika K.の", "絵です"]),
    "full stop begins no line": ("あいう。", 6, ["あい", "う。"]),
    "bracket ends no line": ("あい「う」", 6, ["あい", "「う」"]),
    "combining mark stays": ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
    "empty": ("", 5, [""]),
}


@pytest.mark.parametrize(("text", "width", "lines"), WRAPPED.values(), ids=WRAPPED.keys())
def test_wrap(text, width, lines):
    """Lines break at spaces, a word without one anywhere, never inside a letter."""
    assert wrap(text, width) == lines


def test_fill_puts_the_indent_before_every_line_but_the_first():
    """A paragraph hangs, and the indent counts: no line is too wide."""
    assert fill("one two three", 9, indent="  ") == "one two\n  three"
    assert fill("あいうえお", 6, indent="  ") == "あい\n  うえ\n  お"


def test_pad_counts_columns():
    """Wide letters take two columns of a table; what is too wide is left as it is."""
    assert pad("鍵", 4) + "|" == "鍵  |"
    assert pad("key", 4) + "|" == "key |"
    assert pad("鍵鍵鍵", 4) == "鍵鍵鍵"
