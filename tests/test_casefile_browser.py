"""The case file in a real browser: barriers, widths, keyboard, paper."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from provenance.report.build import build
from provenance.report.html import page
from provenance.report.picture import job
from provenance.verification.check import check
from provenance.verification.options import Options
from tests.support.artist import Artist
from tests.support.browser import DARK, LIGHT, asked, chromium, needs_axe, needs_browser, violations
from tests.support.casefile import attack_picture, sign_drawing
from tests.support.pictures import png
from tests.support.report import (
    NOW,
    broken_ancestor,
    long_chain,
)


@pytest.fixture(scope="module")
def pages(artist: Artist, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages of a signed picture, of a chain with a broken ancestor, and of a file full of attack strings."""
    folder = tmp_path_factory.mktemp("pages")
    signed = folder / "signed.png"
    sign_drawing(png(folder / "drawn.png"), artist, output=signed)
    found = {
        name: check(path, options=Options(digest=True))
        for name, path in (("signed", signed), ("attack", attack_picture(folder)))
    }
    picture = base64.b64decode(job(str(signed)))
    return {
        "signed picture": page(build(found["signed"], now=NOW), picture=picture),
        "broken ancestor": page(build(broken_ancestor(), now=NOW), picture=picture),
        "attack strings": page(build(found["attack"], now=NOW), picture=picture),
        "long chain": page(build(long_chain(), now=NOW)),
    }


NAMES = ("signed picture", "broken ancestor", "attack strings", "long chain")


@needs_browser
@needs_axe
@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", NAMES[:3])
def test_axe_finds_no_violation(name: str, scheme: str, pages: dict[str, str], tmp_path: Path) -> None:
    """A page can be used with a keyboard and a screen reader, and read in light and in dark."""
    assert violations(pages[name], tmp_path, scheme) == []


@needs_browser
@needs_axe
def test_axe_finds_what_it_is_for(pages: dict[str, str], tmp_path: Path) -> None:
    """The instrument can fail."""
    worse = (
        pages["signed picture"]
        .replace(' alt="The picture of this case"', "")
        .replace("--quiet: #5b564d", "--quiet: #ccc")
    )

    found = " ".join(violations(worse, tmp_path, LIGHT))

    assert "image-alt" in found
    assert "color-contrast" in found


@needs_browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wider_than_the_page(name: str, width: int, pages: dict[str, str], tmp_path: Path) -> None:
    """No page scrolls sideways, on a phone or on a screen."""
    seen = asked(pages[name], "return [innerWidth, document.documentElement.scrollWidth]", tmp_path, width=width)

    assert seen == [width, width]


@needs_browser
def test_the_policy_keeps_scripts_out(pages: dict[str, str], tmp_path: Path) -> None:
    """A script that got into the page all the same would not run; our style is used."""
    script = "<script>document.title = 'it ran'</script>"
    (tmp_path / "page.html").write_text(
        pages["signed picture"].replace("</body>", f"{script}</body>"), encoding="utf-8"
    )
    (tmp_path / "free.html").write_text(f"<title>a</title>{script}", encoding="utf-8")

    kept, free = (chromium(tmp_path / name, "--dump-dom") for name in ("page.html", "free.html"))

    assert "<title>it ran</title>" not in kept
    assert "<title>it ran</title>" in free


@needs_browser
def test_everything_can_be_reached_by_keyboard(pages: dict[str, str], tmp_path: Path) -> None:
    """What can be opened, followed or scrolled takes the focus, and shows it."""
    script = (
        "const found = [...document.querySelectorAll('a, summary, .drawing')];"
        "return found.filter((each) => { each.focus({focusVisible: true});"
        " return document.activeElement !== each || getComputedStyle(each).outlineStyle === 'none' }).map(String)"
    )

    assert asked(pages["broken ancestor"], script, tmp_path) == []


@needs_browser
@pytest.mark.parametrize("name", NAMES)
def test_page_prints(name: str, pages: dict[str, str], tmp_path: Path) -> None:
    """A page becomes a PDF of a few sheets, what is folded on a screen included."""
    (tmp_path / "page.html").write_text(pages[name], encoding="utf-8")

    chromium(tmp_path / "page.html", "--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'page.pdf'}")

    data = (tmp_path / "page.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", data)) <= 30
