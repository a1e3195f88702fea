"""The page of verdicts in a real browser: used with and without its script, by keyboard, narrow, dark, under attack."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pytest
from PIL import Image

from provenance.policy.formats.page import Beside, render
from provenance.policy.verdict import Decision
from provenance.report.wording import Catalogue, languages
from tests.support.browser import DARK, LIGHT, asked, chromium, needs_axe, needs_browser, violations
from tests.support.casefile import Outline
from tests.support.verdicts import HOSTILE, NO_FILL, ONE_OF_EACH, SIGNED, about, ranked, verdict


def jpeg() -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (176, 120), (90, 60, 30)).save(buffer, "JPEG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def made(verdicts: object = ONE_OF_EACH, *, language: str = "en", most: int = 5000, **changes: object) -> str:
    kept, tally = ranked(verdicts)  # type: ignore[arg-type]
    preview = jpeg()

    def beside(name: str) -> Beside:
        return Beside("all.files/0001.case.html", preview if "locked" not in name else "")

    return "".join(render(kept, about(**changes), tally, Catalogue(language), beside=beside, most=most))


PAGE = made()
ATTACKED = made(tuple(verdict(name, SIGNED) for name in HOSTILE))
NAMES = "[...document.querySelectorAll('tbody tr')].filter((row) => !row.hidden).map((row) => row.cells[1].textContent.trim())"


@needs_browser
@needs_axe
@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_axe_finds_no_violation(scheme: str, tmp_path: Path) -> None:
    """The page can be used with a keyboard and a screen reader, and read in light and in dark."""
    assert violations(PAGE, tmp_path, scheme) == []
    assert violations(PAGE, tmp_path, scheme, width=390) == []


@needs_browser
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_page(width: int, tmp_path: Path) -> None:
    """The page does not scroll sideways, on a phone or on a screen, whatever the files are called."""
    script = "return [innerWidth, document.documentElement.scrollWidth]"

    for page in (PAGE, ATTACKED, made((verdict("x" * 400 + ".png", SIGNED),))):
        assert asked(page, script, tmp_path, width=width) == [width, width]


@needs_browser
def test_a_filter_shows_what_is_asked_for(tmp_path: Path) -> None:
    """A click on a decision leaves its files, words leave those that have them, and both say how many."""
    script = (
        "const press = (word) => [...document.querySelectorAll('.tools button')].find((b) => b.value === word).click();"
        f"const seen = () => [{NAMES}, document.querySelector('output').textContent];"
        "const search = document.querySelector('input');"
        "const type = (text) => { search.value = text; search.dispatchEvent(new Event('input')) };"
        "const found = [seen()]; press('reject'); found.push(seen());"
        "found.push(document.querySelector('[aria-pressed=true]').value);"
        "press(''); type('INPAINT'); found.push(seen()); type('nothing like it'); found.push(seen()); return found"
    )

    everything, rejected, pressed, inpainting, nothing = asked(PAGE, script, tmp_path)

    assert everything[1] == "7 of 7 files shown"
    assert rejected == [["art/unsigned.png"], "1 of 7 files shown"]
    assert pressed == "reject"
    assert inpainting == [["art/unsigned.png", "art/fill.png"], "2 of 7 files shown"]
    assert nothing == [[], "0 of 7 files shown"]


@needs_browser
def test_a_click_on_a_column_sorts(tmp_path: Path) -> None:
    """By name with numbers as numbers, back and forth, and by decision, worst first; the column says so."""
    page = made(
        [verdict(name, *rules) for name, rules in {"10.png": (), "9.png": (SIGNED,), "1.png": (NO_FILL,)}.items()]
    )
    script = (
        "const click = (n) => document.querySelectorAll('thead th')[n].querySelector('button').click();"
        "const sorted = () => [...document.querySelectorAll('thead th')].map((th) => th.getAttribute('aria-sort'));"
        f"const found = [{NAMES}];"
        f"for (const n of [1, 1, 2, 2]) {{ click(n); found.push({NAMES}) }} return [found, sorted()]"
    )

    found, sorted_ = asked(page, script, tmp_path)

    assert found == [
        ["9.png", "1.png", "10.png"], ["1.png", "9.png", "10.png"], ["10.png", "9.png", "1.png"],
        ["9.png", "1.png", "10.png"], ["10.png", "1.png", "9.png"],
    ]  # fmt: skip
    assert sorted_ == [None, None, "descending", None]


@needs_browser
def test_everything_can_be_reached_by_keyboard(tmp_path: Path) -> None:
    """What can be pressed, typed into or followed takes the focus, and shows it."""
    script = (
        "const found = [...document.querySelectorAll('a, button, input')];"
        "return [found.length, found.filter((each) => { each.focus({focusVisible: true});"
        " return document.activeElement !== each || getComputedStyle(each).outlineStyle === 'none' }).length]"
    )

    number, lost = asked(PAGE, script, tmp_path)

    assert number > 15
    assert lost == 0


@needs_browser
def test_the_policy_lets_our_script_run_and_no_other(tmp_path: Path) -> None:
    """Under the page's own policy the tools appear; a script that got in all the same does not run."""
    other = "<script>document.title = 'it ran'</script>"
    (tmp_path / "page.html").write_text(PAGE.replace("</body>", f"{other}</body>"), encoding="utf-8")

    seen = chromium(tmp_path / "page.html", "--dump-dom")

    assert '<div class="tools">' in seen
    assert "7 of 7 files shown" in seen
    assert "<title>it ran</title>" not in seen


@needs_browser
def test_the_page_is_whole_without_a_script(tmp_path: Path) -> None:
    """Where scripts do not run, every row and reason is there, worst first, and no control that would do nothing."""
    script = "return [document.querySelector('.tools').offsetHeight, document.querySelector('table').innerText]"

    height, told = asked(re.sub("<script>.*?</script>", "", PAGE, flags=re.DOTALL), script, tmp_path)

    assert height == 0
    assert told.index("art/unsigned.png") < told.index("art/fill.png") < told.index("art/clean.png")
    assert NO_FILL.limited in told


def test_a_name_is_only_text() -> None:
    """No name makes an element, an attribute or a link; ours lead to case files beside the page."""
    harmless = Outline(made(tuple(verdict(f"{number}.png", SIGNED) for number in range(len(HOSTILE)))))
    outline = Outline(ATTACKED)

    assert outline.elements == harmless.elements
    links = {values["href"] for name, values in outline.elements if name == "a"}
    assert links == {"#files", "all.files/0001.case.html"}
    assert "alert(1)" in outline.text


def test_a_page_holds_only_so_many_rows() -> None:
    """A browser holds no million rows: what is left off is counted, and where it is, is said."""
    page = made([verdict(f"{number}.png") for number in range(9)], most=4)

    assert len(re.findall(r"<tr class=", page)) == 4
    assert "5 more files are not on this page" in page


@pytest.mark.parametrize("language", languages())
def test_the_page_speaks_every_language(language: str) -> None:
    """Each language has every sentence of the page, of a policy that only warns too."""
    page = made(language=language, enforced=False, fail_on=Decision.NOTE, title="<b>Ours</b>")

    assert f'<html lang="{language}" dir="ltr">' in page
    assert "&lt;b&gt;Ours&lt;/b&gt;" in page
