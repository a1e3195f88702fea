"""``provenance declare``: three hundred older works in one sitting, or nothing at all."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from provenance.declaration.beside import find
from provenance.signing.options import Options
from provenance.signing.sign import sign
from tests.support.artist import DRAWN_BY_HAND, Artist
from tests.support.environment import Ran
from tests.support.pictures import png

Run = Callable[..., Ran]
SHEET = "file,title,authors,origin,ai,complete,training\n"


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """A folder of four older works."""
    folder = tmp_path / "works"
    (folder / "2019").mkdir(parents=True)
    for number, name in enumerate(("a.png", "b.png", "2019/c.png", "=d.png")):
        png(folder / name, shift=number)
    return folder


def declared(works: Path) -> list[str]:
    return sorted(path.relative_to(works).as_posix() for path in works.rglob("*.provenance.toml"))


def rows(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


def test_a_sheet_becomes_a_declaration_beside_each_picture(run: Run, works: Path) -> None:
    """Each good row writes one file, with the picture's sum, which `sign` finds; a second time, nothing changes."""
    (works / "s.csv").write_text(
        SHEET + "a.png,A,Mika,photograph,denoising,yes,no\n2019\\c.png,C,,scan,,,\nb.png,,,,,,\n"
    )

    first = run("declare", "import", "works/s.csv")
    second = run("declare", "import", "works/s.csv")

    assert first.exit == 0, first.err
    assert first.out == "2 declarations written. Nothing is signed yet: `provenance sign` finds them.\n"
    assert declared(works) == ["2019/c.png.provenance.toml", "a.png.provenance.toml"]
    found = find(works / "a.png")
    assert found and found.declaration.history_complete and found.declaration.title == "A"
    assert found.sha256 == hashlib.sha256((works / "a.png").read_bytes()).hexdigest()
    assert "1 rows say nothing" in first.err
    assert second.exit == 0 and "2 stood there already" in second.err


def test_nothing_is_written_unless_every_row_is_good(run: Run, works: Path) -> None:
    """Every wrong cell is told with row, column and cure; nothing is written, nothing replaced unasked."""
    (works / "b.png.provenance.toml").write_text('title = "mine"\n')
    (works / "s.csv").write_text(
        SHEET + "a.png,A,,photograph,,,\nb.png,B,,photograph,,,\nnone.png,N,,scan,,,\n../x.png,X,,,,,\na.png,A2,,,,,\n"
        "=d.png,D,,photo graf,inpaintng,,maybe\n"
    )

    ran = run("declare", "import", "works/s.csv")

    assert ran.exit == 2
    assert ran.out == ""
    assert ran.err.splitlines() == [
        "error: s.csv: row 3, column file: something else is declared beside it already; allow it with --overwrite",
        "error: s.csv: row 4, column file: 'none.png' is not there; name it from the folder of the sheet, or say --folder",
        "error: s.csv: row 5, column file: lies outside the folder; name it from the folder of the sheet, or say --folder",
        "error: s.csv: row 6, column file: stands in row 2 too; keep one of the rows",
        "error: s.csv: row 7, column ai: 'inpaintng' is not known here; did you mean inpainting",
        "error: s.csv: row 7, column origin: 'photo graf' is not known here; did you mean photograph",
        "error: s.csv: row 7, column training: 'maybe' is not known here; use one of: yes, no, ask",
        "Cells that are wrong: 7. Nothing was written.",
    ]
    assert declared(works) == ["b.png.provenance.toml"]
    assert (works / "b.png.provenance.toml").read_text() == 'title = "mine"\n'


def test_out_and_in_again_is_the_same(run: Run, works: Path) -> None:
    """What an export says, an import writes back byte for byte, formulas among names and titles included."""
    (works / "s.csv").write_text(
        'file;title;authors;ai;origin;more\na.png;"=cmd|x";"Mika (editor)";;scan;\n"\'=d.png";-D;;;photograph;'
        '"{""steps"": [{""action"": ""crop""}], ""licensor"": {""name"": ""Shop""}}"\n'
    )
    assert run("declare", "import", "works/s.csv").exit == 0
    before = {name: (works / name).read_bytes() for name in declared(works)}

    out = run("declare", "export", "works", "-o", "works/out.csv")
    for name in before:
        (works / name).unlink()
    back = run("declare", "import", "works/out.csv")

    assert (out.exit, back.exit) == (0, 0), out.err + back.err
    data = (works / "out.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert not any(
        cell.startswith(tuple("=+-@")) for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row
    )
    assert {name: (works / name).read_bytes() for name in declared(works)} == before
    assert len(before) == 2


def test_what_is_signed_is_marked_and_never_declared_by_import(run: Run, works: Path, artist: Artist) -> None:
    """An export shows what is signed, and what holds for a folder, and importing that declares nothing."""
    sign(works / "a.png", DRAWN_BY_HAND, credential=artist.credential, options=Options(in_place=True))
    (works / "2019" / "provenance.toml").write_text('origin = "scan"\n')

    assert run("declare", "export", "works", "-o", "works/out.csv").exit == 0
    back = run("declare", "import", "works/out.csv")

    found = {row["file"]: row for row in rows((works / "out.csv").read_bytes())}
    assert found["a.png"]["state"] == "signed"
    assert (found["a.png"]["title"], found["a.png"]["authors"]) == ("Dusk", "Mika Kestrel")
    assert (found["a.png"]["training"], found["a.png"]["complete"]) == ("no", "yes")
    assert (found["2019/c.png"]["state"], found["2019/c.png"]["origin"]) == ("folder", "scan")
    assert back.exit == 0 and declared(works) == []
    assert "2 rows are marked signed or folder" in back.err


def test_a_sheet_older_than_its_picture_is_refused(run: Run, works: Path) -> None:
    """A picture that was saved again after the export is marked stale, and its row is not imported unlooked."""
    (works / "s.csv").write_text(SHEET + "a.png,A,,scan,,,\n")
    assert run("declare", "import", "works/s.csv").exit == 0
    png(works / "a.png", shift=30)

    assert run("declare", "export", "works", "-o", "works/out.csv").exit == 0
    back = run("declare", "import", "works/out.csv", "--overwrite")

    assert [row["state"] for row in rows((works / "out.csv").read_bytes()) if row["file"] == "a.png"] == ["stale"]
    assert back.exit == 2
    assert "column picture_sha256: the picture was saved again since the sheet was made" in back.err


def test_a_template_names_every_picture_once(run: Run, works: Path) -> None:
    """The template is an empty sheet; filled with nothing, it declares nothing."""
    made = run("declare", "template", "works", "-o", "works/t.csv")

    back = run("declare", "import", "works/t.csv")

    assert made.exit == 0 and made.out == "4 pictures, in t.csv\n"
    assert [row["file"] for row in rows((works / "t.csv").read_bytes())] == ["2019/c.png", "'=d.png", "a.png", "b.png"]
    assert back.exit == 0 and declared(works) == []
    assert run("declare", "template", "works", "-o", "works/t.csv").exit == 2
    assert run("declare", "template", "none").exit == 2


def test_three_hundred_works_in_one_sitting(run: Run, tmp_path: Path) -> None:
    """Three hundred rows, one import; each is found and says what its row says."""
    data = png(tmp_path / "0.png").read_bytes()
    lines = ["file,title,origin,no_generative_ai"]
    for number in range(300):
        (tmp_path / f"{number}.png").write_bytes(data + bytes([number % 256]))
        lines.append(f"{number}.png,Work {number},scan,process")
    (tmp_path / "s.csv").write_text("\n".join(lines))

    ran = run("declare", "import", "s.csv")

    assert ran.exit == 0, ran.err
    titles = [found.declaration.title for number in range(300) if (found := find(tmp_path / f"{number}.png"))]
    assert titles == [f"Work {number}" for number in range(300)]


def test_declared_by_sheet_is_signed_by_sign(run: Run, works: Path) -> None:
    """A sheet, then `sign` without a flag: what the row says is in the credentials."""
    assert run("init", "--name", "nightjar", "--yes", "--no-passphrase").exit == 0
    (works / "s.csv").write_text(SHEET + "a.png,From a sheet,,photograph,denoising,yes,no\n")
    assert run("declare", "import", "works/s.csv").exit == 0

    signed = run("sign", "works/a.png")

    assert signed.exit == 0, signed.err
    told = json.loads(run("verify", "works/a.signed.png", "--format", "json").out)
    assert "From a sheet" in json.dumps(told)


def test_check_sees_what_is_declared_beside_and_in_a_store(
    run: Run, works: Path, artist: Artist, tmp_path: Path
) -> None:
    """check and facts show a declaration beside a file as declared, not signed, also from the cache; stores count, too."""
    (tmp_path / "p.toml").write_text(
        'schema_version = "1"\nid = "t"\ntitle = "T"\nabout = "A"\nevidence = "intact"\n'
        '[[requirement]]\nid = "signed"\nthat = { integrity = { any_of = ["intact"] } }\non_fail = "review"\n'
        'on_unknown = "review"\nmessage = { en = "m" }\n'
        '[[requirement]]\nid = "declared"\nthat = { declared_beside = { any_of = ["declared"] } }\non_fail = "note"\n'
        'on_unknown = "note"\nmessage = { en = "m" }\n'
    )  # fmt: skip
    (works / ".provenance").mkdir()
    sign(works / "b.png", DRAWN_BY_HAND, credential=artist.credential, options=Options(store=works / ".provenance"))
    (works / "b.png").rename(works / "2019" / "renamed.png")
    (works / "a.png.provenance.toml").write_text('origin = "photograph"\n')

    def verdicts() -> dict[str, list[str]]:
        ran = run("check", "works", "--policy", "p.toml", "--format", "json")
        found = json.loads(ran.out)
        return {one["name"].rsplit("/", 1)[1]: [rule["rule"] for rule in one["outcomes"]] for one in found["files"]}

    first = verdicts()
    second = verdicts()
    (works / "a.png.provenance.toml").unlink()
    third = verdicts()

    assert first == second == {
        "renamed.png": ["declared"], "a.png": ["signed"], "c.png": ["signed", "declared"], "=d.png": ["signed", "declared"],
    }  # fmt: skip
    assert third["a.png"] == ["signed", "declared"]
    told = json.loads(run("facts", "works/2019/renamed.png").out)
    assert (told["integrity"], told["source"], told["declared_beside"]) == ("intact", "sidecar", "")
