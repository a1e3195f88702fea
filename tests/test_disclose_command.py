"""`provenance disclose`, run over real files: a draft for people, in which nothing unverified is presented as known."""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image, PngImagePlugin
from typer.testing import CliRunner

from provenance.commands.group import app
from provenance.declaration.model import Declaration
from provenance.home import Home
from provenance.policy.disclosure.schema import schema
from provenance.schemas import schema_text
from provenance.signing.options import Options
from provenance.signing.sign import sign
from tests.support.artist import DRAWN_BY_HAND, Artist, make_artist
from tests.support.browser import asked, needs_axe, needs_browser, violations
from tests.support.environment import CHECKOUT, Ran
from tests.support.pictures import png

Run = Callable[..., Ran]

FILLED = Declaration.model_validate(
    {
        "origin": "blank canvas",
        "usage_terms": "Licensed to Heron Games, contract 7",
        "tools": [{"name": "Krita"}],
        "steps": [
            {"action": "c2pa.drawing"},
            {
                "action": "c2pa.edited",
                "tool": "Photoshop 27.1",
                "ai": {
                    "kind": "inpainting", "generative": "yes", "model": "Firefly 4", "extent": "small part",
                    "oversight": "human_validated",
                },
            },
        ],
        "history_complete": True,
    }
)  # fmt: skip
DENOISED = Declaration.model_validate(
    {
        "origin": "blank canvas",
        "tools": [{"name": "Krita"}],
        "steps": [{"action": "c2pa.edited", "ai": {"kind": "denoising", "generative": "no"}}],
        "history_complete": True,
    }
)
OPEN = Declaration.model_validate({"origin": "blank canvas", "steps": [{"action": "c2pa.drawing"}]})
BESIDE = """
origin = "blank canvas"
[[steps]]
action = "c2pa.edited"
[steps.ai]
kind = "texture"
generative = "yes"
"""


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Artist:
    """Somebody whom the studio does not know."""
    return make_artist(tmp_path_factory.mktemp("stranger"), "rook")


@pytest.fixture(scope="module")
def pictures(artist: Artist, stranger: Artist, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One picture of each standing."""
    folder = tmp_path_factory.mktemp("pictures")
    drawn = png(folder / "drawn.png")
    found = {"unsigned": drawn.read_bytes(), "beside": drawn.read_bytes()}
    for name, said, by in (
        ("drawn", DRAWN_BY_HAND, artist), ("filled", FILLED, artist), ("denoised", DENOISED, artist),
        ("open", OPEN, artist), ("stranger", FILLED, stranger), ("unrelied", DRAWN_BY_HAND, stranger),
    ):  # fmt: skip
        target = folder / f"out-{name}.png"
        sign(drawn, said, credential=by.credential, options=Options(output=target, thumbnail=False))
        found[name] = target.read_bytes()
    changed = bytearray(found["filled"])
    changed[changed.rindex(b"IDAT") + 12] ^= 1
    found["altered"] = bytes(changed)
    traced = PngImagePlugin.PngInfo()
    traced.add_text("parameters", "a heron\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 64x64, Model: sd")
    Image.new("RGB", (64, 64), "navy").save(folder / "traced.png", pnginfo=traced)
    found["traced"] = (folder / "traced.png").read_bytes()
    return found


@pytest.fixture
def game(pictures: dict[str, bytes], artist: Artist, home: Home, run: Run, tmp_path: Path) -> Path:
    """A folder of a game in which every standing occurs; the studio has pinned its artist."""
    folder = tmp_path / "game"
    folder.mkdir()
    for name, data in pictures.items():
        (folder / f"{name}.png").write_bytes(data)
    (folder / "beside.png.provenance.toml").write_text(BESIDE, encoding="utf-8")
    (folder / "sound.wav").write_bytes(b"RIFF\0\0\0\0WAVE")
    (tmp_path / "artist.pem").write_text(artist.anchor_pem, encoding="utf-8")
    pinned = run("trust", "add", "artist.pem", "--as", "Mika K.")
    assert pinned.exit == 0, pinned.err
    return folder


@pytest.fixture
def run(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, in this process, inside `tmp_path`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("PROVENANCE_LANG", raising=False)

    def call(*arguments: str, stdin: str = "") -> Ran:
        done = CliRunner().invoke(app, [*arguments], input=stdin, prog_name="provenance")
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Ran(done.exit_code, done.stdout, done.stderr)

    return call


def whole(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.out)
    jsonschema.validate(found, schema("disclosure"))
    return found


def test_the_written_schema_is_what_is_written() -> None:
    """`make schemas` writes it anew."""
    assert (CHECKOUT / "schemas" / "disclosure.schema.json").read_text("utf-8") == schema_text(schema("disclosure"))


def test_what_is_no_picture_states_nothing_neither_way(run: Run, tmp_path: Path) -> None:
    """Empty, a Git LFS pointer: told as not readable, in the share, the paragraph and the appendix; exit code 2."""
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "empty.png").write_bytes(b"")
    (tmp_path / "art" / "pointer.jpg").write_text("version https://git-lfs.github.com/spec/v1\n", encoding="utf-8")
    drawn = png(tmp_path / "art" / "drawn.png").read_bytes()
    (tmp_path / "art" / "cut.png").write_bytes(drawn[:-30])

    ran, text = run("disclose", "--list", "art", "--format", "json"), run("disclose", "--list", "art")

    assets = {one["file"]: one for one in whole(ran)["assets"]}
    assert (ran.exit, text.exit) == (2, 2)
    assert whole(ran)["without_statement"] == 2
    assert {name: one["standing"] for name, one in assets.items()} == {
        "empty.png": "not_told", "pointer.jpg": "not_told", "drawn.png": "no_statement", "cut.png": "no_statement",
    }  # fmt: skip
    assert assets["empty.png"]["problem"].startswith("by its name image/png, by its content no picture")
    assert assets["cut.png"]["problem"].startswith("The file is damaged, and may have said more: chunk 'IDAT'")
    flowed = " ".join(text.out.split())
    assert "Nothing at all is stated about 2 of 4 files (50 %). Silence is not a no. 2 more could not be told" in flowed
    assert "2 files (50 %) could not be told: missing, empty or no picture" in flowed


STANDINGS = {
    "filled.png": "generative", "stranger.png": "found", "altered.png": "found", "traced.png": "found",
    "beside.png": "declared", "unsigned.png": "no_statement", "unrelied.png": "unrelied", "open.png": "silent",
    "denoised.png": "assisted", "drawn.png": "none_recorded",
}  # fmt: skip


def test_each_file_stands_where_its_evidence_puts_it(game: Path, run: Run) -> None:
    """Only what a known signer states is stated; a stranger, a broken seal, a trace, a file beside it are found."""
    ran = run("disclose", "--list", "game", "--format", "json")

    found = {one["file"]: one["standing"] for one in whole(ran)["assets"]}
    assert found == STANDINGS
    assert (ran.exit, whole(ran)["without_statement"], whole(ran)["not_pictures"]) == (
        0, 1, [{"ending": ".wav", "files": 1}],
    )  # fmt: skip


def test_an_asset_tells_tool_model_extent_oversight_whose_word_and_terms(game: Path, run: Run) -> None:
    """The appendix says what is stated, who states it, and whether anybody can be held to it."""
    assets = {one["file"]: one for one in whole(run("disclose", "--list", "game", "--format", "json"))["assets"]}

    said = assets["filled.png"]["statements"][0]
    assert (said["tool"], said["model"], said["extent"]) == ("Photoshop 27.1", "Firefly 4", "small part")
    assert (said["oversight"], said["who"], said["attributable"]) == ("human_validated", "Mika K.", True)
    assert assets["filled.png"]["terms"] == [
        {"text": "Licensed to Heron Games, contract 7", "by": "file", "attributable": True}
    ]
    assert [one["by"] for one in assets["stranger.png"]["statements"]] == ["unknown_signer"]
    assert {one["by"] for one in assets["altered.png"]["statements"]} == {"broken", "traces"}
    assert [one["by"] for one in assets["beside.png"]["statements"]] == ["beside"]
    weak = [said for one in assets.values() for said in one["statements"] if not said["attributable"]]
    assert {said["who"] for said in weak} == {""}


def test_a_paragraph_counts_and_names_only_what_is_attributable(game: Path, run: Run) -> None:
    """The stranger's and the traced tools stand under what is to be decided, by number, never in the paragraph."""
    sections = {one["id"]: one for one in whole(run("disclose", "--list", "game", "--format", "json"))["sections"]}

    paragraph = sections["content"]["paragraph"]
    assert paragraph.startswith("Generative AI was used for content that ships: 1 of 10 pictures states it")
    assert "Photoshop 27.1 / Firefly 4" in paragraph and "the result approved by a person" in paragraph
    decide = " ".join(sections["content"]["decide"])
    assert "3 files (30 %) name AI where nobody known here stands behind it" in decide
    assert "1 file (10 %) states nothing at all" in decide
    assert "1 file is no picture known here and was not looked at (.wav 1)" in decide


def test_a_list_brings_use_status_approval_and_terms(game: Path, run: Run) -> None:
    """A spreadsheet of the release, relative to where it lies; patterns on the command line come on top."""
    (game / "shipped.csv").write_text(
        "\ufefffile;use;status;approval;terms;owner\n"
        "filled.png;shipped;final;JIRA-311;contract 7;x\n"
        "drawn.png;marketing;;;;y\n",
        encoding="utf-8",
    )

    ran = run("disclose", "--list", "game/shipped.csv", "--form", "steam", "--format", "json", "--temporary", "fil*")

    assets = {one["file"]: one for one in whole(ran)["assets"]}
    assert assets["filled.png"]["approval"] == "JIRA-311" and assets["filled.png"]["status"] == "temporary"
    assert assets["drawn.png"]["use"] == "marketing"
    assert [one["id"] for one in whole(ran)["sections"]] == ["content", "live", "marketing"]


def test_the_release_does_not_end_in_silence(game: Path, run: Run) -> None:
    """Where nothing attributable is stated, the paragraph is left open and says that silence is not a no."""
    (game / "one.txt").write_text("# the one\nunsigned.png\n", encoding="utf-8")

    ran = run("disclose", "--list", "game/one.txt")

    assert ran.exit == 0
    text = " ".join(ran.out.split())
    assert "This is a draft for people to decide on, and no disclosure." in text
    assert "That is no statement that none was used" in text
    assert "Nothing at all is stated about 1 of 1 files (100 %). Silence is not a no." in text


def test_live_generation_cannot_be_known_from_files(game: Path, run: Run) -> None:
    """Steam asks; no file can answer, and the draft says so."""
    ran = run("disclose", "--list", "game", "--form", "steam")

    assert "cannot be known from files" in " ".join(ran.out.split())
    assert "unofficial reading" in " ".join(ran.out.split())


@pytest.mark.parametrize("language", ["en", "es", "ja"])
def test_a_terminal_gets_no_line_over_80_columns(language: str, game: Path, run: Run) -> None:
    """Wide letters count as two, as everywhere."""
    from provenance.report.layout import columns

    ran = run("disclose", "--list", "game", "--form", "steam", "--lang", language)

    assert [line for line in ran.out.splitlines() if columns(line) > 80] == []


def test_what_cannot_be_looked_at_is_told_and_is_exit_2(game: Path, run: Run) -> None:
    """A file that is missing, and one whose declaration beside it cannot be read, count neither way."""
    (game / "shipped.txt").write_text("gone.png\nbeside.png\n", encoding="utf-8")
    (game / "beside.png.provenance.toml").write_text("orign = 1\n", encoding="utf-8")

    ran = run("disclose", "--list", "game/shipped.txt", "--format", "json")

    assert ran.exit == 2
    assert [one["standing"] for one in whole(ran)["assets"]] == ["not_told", "not_told"]
    assert "did you mean origin" in whole(ran)["assets"][0]["problem"]


def test_a_picture_in_an_archive_is_not_passed_over(game: Path, run: Run) -> None:
    """A folder that ships archives has pictures in it that were not looked at; they are told, with the cure."""
    with tarfile.open(game / "pack.tar", "w") as archive:
        archive.add(game / "filled.png", "inside.png")

    ran = run("disclose", "--list", "game", "--format", "json")

    untold = {one["file"]: one["problem"] for one in whole(ran)["assets"] if one["standing"] == "not_told"}
    assert ran.exit == 2
    assert untold == {"game/pack.tar!inside.png": "lies in an archive; unpack it first"}


WRONG = {
    "a misspelt column": (
        "file,aproval\na.png,1\n",
        "error: l.csv, line 1: the column 'aproval' is not known here; did you mean approval\n",
    ),
    "a status that is none": (
        "file,status\na.png,finl\n",
        "error: l.csv, line 2, status: 'finl' is not known here; did you mean final\n",
    ),
    "two rows that differ": (
        "file,use\na.png,shipped\na.png,marketing\n",
        "error: l.csv: says two things of 'a.png'; keep one of the rows\n",
    ),
    "no file": ("file\n", "error: l.csv: names no file\n"),
    "an address": (
        "file\nhttps://example.org/a.png\n",
        "error: l.csv, line 2: is an address; nothing is fetched; name files\n",
    ),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_list_that_cannot_be_understood_is_one_line(text: str, message: str, run: Run, tmp_path: Path) -> None:
    """Nothing is written, and the line is named."""
    (tmp_path / "l.csv").write_text(text, encoding="utf-8")

    ran = run("disclose", "--list", "l.csv", "-o", "out.html")

    assert (ran.exit, ran.out, ran.err) == (2, "", message)
    assert not (tmp_path / "out.html").exists()


def test_a_draft_is_never_written_over(game: Path, run: Run, tmp_path: Path) -> None:
    """What people wrote into the last one is theirs."""
    (tmp_path / "d.md").write_text("ours", encoding="utf-8")

    ran = run("disclose", "--list", "game", "-o", "d.md")

    assert ran.exit == 2 and "exists already" in ran.err
    assert (tmp_path / "d.md").read_text("utf-8") == "ours"
    assert run("disclose", "--list", "game", "-o", "d.md", "--overwrite").exit == 0


def test_nothing_from_a_list_is_markup(game: Path, run: Run, tmp_path: Path) -> None:
    """A name, an approval or terms with HTML or Markdown in them stand as they are, in every form."""
    rows = 'file,approval,terms\nfilled.png,<b>x</b>,"[a](https://evil.example) `b`"\n'
    (game / "s.csv").write_text(rows, encoding="utf-8")

    run("disclose", "--list", "game/s.csv", "-o", "d.md")
    run("disclose", "--list", "game/s.csv", "-o", "d.html")

    assert "<b>" not in (tmp_path / "d.md").read_text("utf-8")
    assert "](" not in (tmp_path / "d.md").read_text("utf-8").replace("\\](", "")
    page = (tmp_path / "d.html").read_text("utf-8")
    assert "<b>x" not in page and 'href="https' not in page


@needs_browser
def test_the_page_loads_nothing_and_fits_a_phone(game: Path, run: Run, tmp_path: Path) -> None:
    """In a browser: every part is there, nothing is fetched, and nothing sticks out at 360 pixels."""
    run("disclose", "--list", "game", "--form", "steam", "-o", "d.html")
    page = (tmp_path / "d.html").read_text("utf-8")
    script = """return {
      wide: document.documentElement.scrollWidth, rows: document.querySelectorAll('.assets tbody tr').length,
      sections: [...document.querySelectorAll('main > section')].map((one) => one.id),
      loaded: performance.getEntriesByType('resource').length }"""

    found = asked(page, script, tmp_path, width=360)

    assert found["wide"] <= 360
    assert (found["rows"], found["loaded"]) == (10, 0)
    assert found["sections"] == ["content", "live", "marketing", "appendix"]
    assert not re.search(r"<script|src=", page)


@needs_axe
@needs_browser
def test_the_page_can_be_read_by_everybody(game: Path, run: Run, tmp_path: Path) -> None:
    """axe-core finds nothing."""
    run("disclose", "--list", "game", "--form", "steam", "-o", "d.html")

    assert violations((tmp_path / "d.html").read_text("utf-8"), tmp_path) == []
