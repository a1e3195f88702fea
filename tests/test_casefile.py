"""The case file: a page that stands by itself, stays inert, says everything, and can be used by everybody."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from provenance.report.build import build
from provenance.report.declared import Step
from provenance.report.editions import Edition
from provenance.report.export import to_markdown
from provenance.report.full import render_full
from provenance.report.graph import BOX_WIDTH, draw
from provenance.report.html import page
from provenance.report.model import LinkState, Report
from provenance.report.names import fingerprint, moment
from provenance.report.picture import LONGEST_EDGE, job
from provenance.report.wording import Catalogue, languages
from provenance.signing.options import Options as SigningOptions
from provenance.signing.sign import sign as sign_file
from provenance.terms import Integrity
from provenance.verification.check import check
from provenance.verification.model import Verification
from provenance.verification.options import Options
from tests.hostile.cases_strings import STRINGS, everywhere
from tests.support.artist import DRAWN_BY_HAND, Artist
from tests.support.browser import DARK, LIGHT, asked, chromium, needs_axe, needs_browser, violations
from tests.support.environment import CHECKOUT, Ran, corpus, needs_corpus
from tests.support.pictures import png
from tests.support.report import (
    CASES,
    INGREDIENT,
    NOW,
    broken_ancestor,
    hand_drawn,
    hostile,
    long_chain,
    missing_ancestor,
    parent,
)

EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


class Outline(HTMLParser):
    """What a page is made of: its elements with their attributes, in order, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self._style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).split())


def sign(asset: Path, artist: Artist, **options: Any) -> None:
    sign_file(asset, DRAWN_BY_HAND, credential=artist.credential, options=SigningOptions(**options))


def paged(case: Callable[[], Verification], **options: Any) -> str:
    return page(build(case(), now=NOW), **options)


# --- what it may load, and what it may do -------------------------------------------------------------------------


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


# --- what it says -------------------------------------------------------------------------------------------------

# Not said in words: what is a key for programs, what the drawing or another sentence says, what is shown cut.
SILENT = {
    "schema_version", "language", "id", "kind", "origin", "level", "manifest", "strength", "state", "ai_use", "depth",
    "entry", "effective", "counts_as", "use", "outcome", "action", "source_type", "tool", "tool_version", "model",
    "model_version", "ai_kind", "generative", "oversight", "extent", "tier", "text_id", "relationship", "part", "basis",
    "met", "target", "assertion", "certificate_name", "remote_host", "tried", "names", "fingerprint", "checked_at", "role",
    "roles", "name_suggests", "revocation", "value", "authority", "sidecar", "title", "date", "next_update", "reason",
    "key", "issuer", "where",
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


# --- the drawing ----------------------------------------------------------------------------------------------------


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


# --- the picture ----------------------------------------------------------------------------------------------------


def decoded(path: Path) -> Image.Image | None:
    data = base64.b64decode(job(str(path)))
    return Image.open(io.BytesIO(data)) if data else None


def test_picture_is_made_anew(tmp_path: Path) -> None:
    """The page gets a JPEG of at most 1200 pixels, upright, without anything that the file said."""
    source = Image.new("RGB", (2000, 1000), "teal")
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Mika Kestrel"
    source.save(tmp_path / "a.jpg", exif=exif, comment=b"Mika Kestrel")

    found = decoded(tmp_path / "a.jpg")

    assert found is not None
    assert (found.format, found.size) == ("JPEG", (LONGEST_EDGE // 2, LONGEST_EDGE))
    assert b"Mika" not in base64.b64decode(job(str(tmp_path / "a.jpg")))
    assert "exif" not in found.info


def test_frames_up_to_ten(tmp_path: Path) -> None:
    """Ten frames are decoded, the first is shown; eleven are refused (security P9)."""
    frames = [Image.new("RGB", (8, 8), (20 * number, 0, 0)) for number in range(11)]
    frames[0].save(tmp_path / "ten.gif", save_all=True, append_images=frames[1:10], duration=100)
    frames[0].save(tmp_path / "eleven.gif", save_all=True, append_images=frames[1:11], duration=100)

    assert decoded(tmp_path / "ten.gif") is not None
    assert decoded(tmp_path / "eleven.gif") is None


NOT_DECODED = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>',
    "html in a jpeg's name": b"<script>alert(1)</script>",
    "cut": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x08\x02\0\0\0",
    "nothing": b"",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
}


@pytest.mark.parametrize("data", NOT_DECODED.values(), ids=NOT_DECODED.keys())
def test_what_is_no_allowed_picture_is_left_out(data: bytes, tmp_path: Path) -> None:
    """SVG is never rendered, and nothing but the allow-list is decoded; the page says that it shows no picture."""
    (tmp_path / "a.jpg").write_bytes(data)

    assert job(str(tmp_path / "a.jpg")) == ""
    assert "The picture is not shown" in Outline(paged(hand_drawn)).text


def test_too_many_pixels_are_left_out(tmp_path: Path) -> None:
    """A picture of more than 50 million pixels is not decoded."""
    Image.new("1", (10_000, 5_001)).save(tmp_path / "a.png")

    assert job(str(tmp_path / "a.png")) == ""


# --- the command ----------------------------------------------------------------------------------------------------

Run = Callable[..., Ran]


@pytest.fixture
def piece(artist: Artist, tmp_path: Path) -> Path:
    """A drawing that its artist signed, under a name that is a person's."""
    drawn = png(tmp_path / "drawn.png")
    signed = tmp_path / "Sally_Brown-The_Wild_Rose.png"
    sign(drawn, artist, output=signed)
    drawn.unlink()
    return signed


def test_report_writes_a_page(run: Run, piece: Path, tmp_path: Path) -> None:
    """Without more, a page is written into this folder, named after the file; the picture is in it."""
    ran = run("report", piece)

    assert (ran.exit, ran.out, ran.err) == (0, f"Written: {piece.name}.case.html\n", "")
    text = (tmp_path / f"{piece.name}.case.html").read_text("utf-8")
    assert "data:image/jpeg;base64,/9j/" in text
    assert "Krita 5.2.6" in text


def test_report_overwrites_nothing(run: Run, piece: Path, tmp_path: Path) -> None:
    """A file that is there stays, without --overwrite; the picture stays always."""
    (tmp_path / "case.html").write_text("mine")
    before = piece.read_bytes()

    refused = run("report", piece, "-o", "case.html")
    bundled = run("report", piece, "-o", "other.html", "--bundle", "case.html")
    itself = run("report", piece, "-o", piece, "--overwrite")

    assert (refused.exit, itself.exit, bundled.exit) == (2, 2, 2)
    assert refused.err == "error: case.html: exists already; allow it with --overwrite, or choose another with -o\n"
    assert itself.err == f"error: {piece.name}: is the picture itself; choose another name\n"
    assert (tmp_path / "case.html").read_text() == "mine"
    assert not (tmp_path / "other.html").exists()
    assert piece.read_bytes() == before
    assert run("report", piece, "-o", "case.html", "--overwrite").exit == 0


def test_report_for_programs(run: Run, piece: Path) -> None:
    """JSON and Markdown go to standard output, with the same headline."""
    found = json.loads(run("report", piece, "--format", "json").out)
    markdown = run("report", piece, "--format", "md").out

    assert found["file"]["sha256"] == hashlib.sha256(piece.read_bytes()).hexdigest()
    assert markdown.startswith(f"# {found['headline']['text']}\n")


@pytest.mark.parametrize("form", ["html", "json", "md"])
def test_blind_report_names_nobody(run: Run, piece: Path, tmp_path: Path, form: str) -> None:
    """No form of a blind report holds the artist's name, handle, credit, title, file name or key; nor does its name."""
    named = json.loads(run("report", piece, "--format", "json").out)
    prints = [certificate["sha256"] for certificate in named["signer"]["path"]]
    labels = [link["id"] for link in named["chain"]]

    ran = run("report", piece, "--blind", "--format", form, "-o", "entry.out")
    text = (tmp_path / "entry.out").read_text("utf-8")

    names = [
        "Sally",
        "Brown",
        "Wild",
        "Rose",
        "Mika",
        "Kestrel",
        "Nightjar",
        "nightjar",
        "Dusk",
        named["file"]["sha256"],
    ]
    assert ran.exit == 0
    assert [name for name in (*names, *prints, *labels, *map(fingerprint, prints)) if name in text] == []
    assert "Krita" in text


def test_blind_page_has_a_name_without_a_name(run: Run, piece: Path, tmp_path: Path) -> None:
    """A blind page is called entry.html, and reminds that the picture may show a name."""
    ran = run("report", piece, "--blind")

    assert ran.out == "Written: entry.html\n"
    assert "a name or a mark may be drawn in it" in (tmp_path / "entry.html").read_text("utf-8")


def test_blind_bundle_is_refused(run: Run, piece: Path, tmp_path: Path) -> None:
    """A bundle holds every name, so it is neither blind nor for the entrant."""
    for option in (("--blind",), ("--for", "entrant")):
        ran = run("report", piece, *option, "--bundle", "case.zip")

        assert ran.err == "error: --bundle: holds every name, the reader's own too; make it without --blind and --for\n"
        assert ran.exit == 2
    assert list(tmp_path.glob("*.zip")) == []


def test_bundle_is_judged_again(run: Run, piece: Path, tmp_path: Path) -> None:
    """A bundle gives the same verdict again, wherever the picture has gone; with another picture it gives none."""
    assert run("report", piece, "--bundle", "case.zip").exit == 0
    data = piece.read_bytes()
    piece.unlink()

    same = run("report", "--recheck", "case.zip")
    piece.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    other = run("report", "--recheck", "case.zip", piece)

    assert same.exit == 0
    assert same.out.startswith("The verdict is the same as when the case was made.\n")
    assert other.exit == 2
    assert other.err == f"error: {piece.name}: is not the file that was checked in this case\n"


def test_bundle_without_the_picture(run: Run, piece: Path) -> None:
    """Without the picture, the bundle asks for it, and takes the very same file."""
    run("report", piece, "--bundle", "case.zip", "--without-picture", "-o", "case.html")

    alone = run("report", "--recheck", "case.zip")
    given = run("report", "--recheck", "case.zip", piece)

    assert alone.err == "error: case.zip: does not hold the picture; name the file after the bundle\n"
    assert (alone.exit, given.exit) == (2, 0)


def test_recheck_names_each_difference(run: Run, piece: Path, tmp_path: Path) -> None:
    """A verdict that came out otherwise is exit 1, with every fact then and now."""
    run("report", piece, "--bundle", "case.zip")
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["verification.json"] = parts["verification.json"].replace(b'"integrity": "intact"', b'"integrity": "expired"')
    rewritten = {name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in parts.items()}
    rewritten.pop("manifest.json")
    parts["manifest.json"] = json.dumps({"format": "1", "files": rewritten}).encode()
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)

    ran = run("report", "--recheck", "other.zip")

    assert ran.exit == 1
    assert ran.out.startswith("The verdict is not the same as when the case was made:\n")
    assert "Whether it is what was signed: then expired, now intact\n" in ran.out


def test_bundle_keeps_the_pins_of_then(run: Run, piece: Path, artist: Artist, tmp_path: Path) -> None:
    """Somebody who is no longer known today was known then, and the bundle says so."""
    (tmp_path / "anchor.pem").write_text(artist.anchor_pem)
    assert run("trust", "add", "anchor.pem", "--as", "Mika K.").exit == 0
    run("report", piece, "--bundle", "case.zip")
    assert run("trust", "remove", "Mika K.").exit == 0

    ran = run("report", "--recheck", "case.zip")

    assert run("verify", piece, "--require", "known").exit == 1
    assert ran.exit == 0


def test_sidecar_goes_with_the_bundle(run: Run, artist: Artist, tmp_path: Path) -> None:
    """A picture whose credentials lie beside it is judged again with those of then."""
    drawn = png(tmp_path / "drawn.png")
    sign(drawn, artist, sidecar=True)
    run("report", drawn, "--bundle", "case.zip")
    (tmp_path / "drawn.png.c2pa").unlink()

    assert run("report", "--recheck", "case.zip").exit == 0


def test_no_bundle_is_one_line(run: Run, piece: Path) -> None:
    """What is no bundle is refused in one line."""
    ran = run("report", "--recheck", piece)

    assert (ran.exit, ran.err) == (2, f"error: {piece.name}: cannot be read as a case bundle\n")


def test_report_without_a_file(run: Run) -> None:
    """A report wants a picture, or a bundle."""
    ran = run("report")

    assert ran.exit == 2
    assert "name a picture, or a bundle with --recheck" in ran.err


def test_verify_does_not_load_the_page() -> None:
    """Who only verifies pays for no template engine."""
    code = "import sys, provenance.commands.verify; sys.exit('jinja2' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=False).returncode == 0


# --- in a real browser ------------------------------------------------------------------------------------------------


def _attack(folder: Path) -> Path:
    path = folder / "attack.png"
    path.write_bytes(everywhere("".join(text for text in STRINGS.values() if len(text) < 1_000)))
    return path


@pytest.fixture(scope="module")
def pages(artist: Artist, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages of a signed picture, of a chain with a broken ancestor, and of a file full of attack strings."""
    folder = tmp_path_factory.mktemp("pages")
    signed = folder / "signed.png"
    sign(png(folder / "drawn.png"), artist, output=signed)
    found = {
        name: check(path, options=Options(digest=True))
        for name, path in (("signed", signed), ("attack", _attack(folder)))
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


@needs_corpus
def test_case_of_a_phone_picture(run: Run, tmp_path: Path) -> None:
    """The case of a camera's picture that was edited twice shows three parts, and the generative edit by its word."""
    run("report", corpus("ai", "PXL_20250818_155024632~4.jpg"), "-o", "case.html")

    text = (tmp_path / "case.html").read_text("utf-8")
    marks = re.findall(r'<span class="mark">([^<]+)</span>', text)
    assert marks.count("AI") == 1
    assert text.count('class="box ') == 3
