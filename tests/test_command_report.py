"""``provenance report`` as a user types it: pages, editions, bundles."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from provenance.report.names import fingerprint
from tests.support.artist import Artist
from tests.support.casefile import sign_drawing
from tests.support.environment import CHECKOUT, Ran, corpus, needs_corpus
from tests.support.pictures import png

Run = Callable[..., Ran]


@pytest.fixture
def piece(artist: Artist, tmp_path: Path) -> Path:
    """A drawing that its artist signed, under a name that is a person's."""
    drawn = png(tmp_path / "drawn.png")
    signed = tmp_path / "Sally_Brown-The_Wild_Rose.png"
    sign_drawing(drawn, artist, output=signed)
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
    sign_drawing(drawn, artist, sidecar=True)
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


@needs_corpus
def test_case_of_a_phone_picture(run: Run, tmp_path: Path) -> None:
    """The case of a camera's picture that was edited twice shows three parts, and the generative edit by its word."""
    run("report", corpus("ai", "PXL_20250818_155024632~4.jpg"), "-o", "case.html")

    text = (tmp_path / "case.html").read_text("utf-8")
    marks = re.findall(r'<span class="mark">([^<]+)</span>', text)
    assert marks.count("AI") == 1
    assert text.count('class="box ') == 3
