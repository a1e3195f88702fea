"""`provenance check --entries`, run over real files: form and file side by side, and a blind run that names nobody."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from typer.testing import CliRunner

from provenance.commands.group import app
from provenance.declaration.model import Declaration
from provenance.home import Home
from provenance.policy import comparing, entries
from provenance.policy.formats.schema import schema
from provenance.signing.options import Options
from provenance.signing.sign import sign
from tests.support.artist import DRAWN_BY_HAND, Artist, make_artist
from tests.support.environment import CHECKOUT, Ran
from tests.support.pictures import png

Run = Callable[..., Ran]

FILLED = Declaration.model_validate(
    {
        "origin": "blank canvas",
        "tools": [{"name": "Photoshop"}],
        "steps": [{"action": "c2pa.edited", "ai": {"kind": "inpainting", "generative": "yes"}}],
        "history_complete": True,
    }
)
FORM = (
    "\ufeffEntry ID;Artist;E-mail;Filename;AI used?;Key\n"
    "12;Sally Brown;sally@example.org;Sally_Brown-Dusk.png;no;\n"
    "31;Sally Brown;sally@example.org;Sally_Brown-Fill.png;no;\n"
    "40;Tom Rook;tom@example.org;Tom.png;no generative;{key}\n"
    "41;Tom Rook;tom@example.org;gone.png;yes;\n"
    '42;Ana Tern;ana@example.org;plain.png;;\n'
)  # fmt: skip
CHECK = ("check", "in", "--entries", "form.csv", "--policy", "contest-human-made")
NAMES = re.compile(r"sally|brown|rook|tom\b|tern|example\.org|mika|kestrel|nightjar|\.png", re.IGNORECASE)


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


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Artist:
    """Somebody whom the jury does not know."""
    return make_artist(tmp_path_factory.mktemp("stranger"), "rook")


@pytest.fixture(scope="module")
def pictures(artist: Artist, stranger: Artist, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Two by a known key, one of them with a generative fill; one by a stranger, the same; one unsigned."""
    folder = tmp_path_factory.mktemp("pictures")
    drawn = png(folder / "drawn.png")
    found = {"plain": drawn.read_bytes(), "stray": drawn.read_bytes() + b"\0"}
    for name, said, by in (
        ("Sally_Brown-Dusk", DRAWN_BY_HAND, artist), ("Sally_Brown-Fill", FILLED, artist), ("Tom", FILLED, stranger),
    ):  # fmt: skip
        target = folder / f"{name}.png"
        sign(drawn, said, credential=by.credential, options=Options(output=target, thumbnail=False))
        found[name] = target.read_bytes()
    return found


@pytest.fixture
def inbox(pictures: dict[str, bytes], artist: Artist, run: Run, tmp_path: Path) -> Path:
    """The entries of a contest, its form, and a pin of one artist."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name, data in pictures.items():
        (folder / f"{name}.png").write_bytes(data)
    (tmp_path / "form.csv").write_text(FORM.format(key="0" * 64), encoding="utf-8")
    (tmp_path / "artist.pem").write_text(artist.anchor_pem, encoding="utf-8")
    assert run("trust", "add", "artist.pem", "--as", "Mika K.").exit == 0
    return folder


def document(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.out)
    jsonschema.validate(found, schema("check"))
    return found


def ours(found: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What the form added, by file and rule."""
    return {
        one["name"]: {
            outcome["rule"]: outcome["decision"] for outcome in one["outcomes"] if "provenance." in outcome["rule"]
        }
        for one in found["files"]
    }


def test_form_and_files_are_put_together(inbox: Path, run: Run) -> None:
    """What differs, what is missing, and what one key signed stands beside the policy's rules, at most as a question."""
    ran = run(*CHECK, "--format", "json", "--quiet")

    assert ours(document(ran)) == {
        "in/Sally_Brown-Dusk.png": {entries.SAME_KEY: "note"},
        "in/Sally_Brown-Fill.png": {comparing.FORM_AI: "review", entries.SAME_KEY: "note"},
        "in/Tom.png": {comparing.FORM_AI: "review", comparing.FORM_KEY: "review"},
        "in/plain.png": {},
        "in/stray.png": {entries.NO_ENTRY: "review"},
        "entry 41": {entries.NO_FILE: "review"},
    }
    assert ran.exit == 1


def test_a_strangers_word_against_the_form_never_rejects(inbox: Path, run: Run) -> None:
    """The known signer's declared fill is rejected by the policy; the stranger's goes to a person."""
    found = {one["name"]: one["decision"] for one in document(run(*CHECK, "--format", "json", "--quiet"))["files"]}

    assert (found["in/Sally_Brown-Fill.png"], found["in/Tom.png"]) == ("reject", "review")


def test_the_form_says_how_many_of_what(inbox: Path, run: Run) -> None:
    """The summary counts entries, what has no file, and answers that are missing, within 80 columns."""
    ran = run(*CHECK)

    text = " ".join(ran.out.split())
    assert "The form has 5 entries. Entries with a file here: 4. Files that belong to no entry: 1." in text
    assert "The form's question about AI is not answered in 1 row." in text
    assert "The same key signed entries 12, 31." in text
    assert "- in/Sally_Brown-Fill.png no-generative-ai " in text  # the gravest first, then what the form adds
    told = re.sub(r" \(\+\d\):", ":", text)  # how many other rules
    assert "- in/Tom.png provenance.form-and-file: The form says: “no generative AI was used”." in told
    assert [line for line in ran.out.splitlines() if len(line) > 80] == []


def test_the_columns_of_the_form_stand_beside_the_verdicts(inbox: Path, run: Run) -> None:
    """A table for the office keeps what the form holds; no cell of it begins a formula."""
    (inbox.parent / "form.csv").write_text(
        FORM.format(key="").replace("Ana Tern", "=cmd|' /C calc'!A0"), encoding="utf-8"
    )

    rows = {row["file"]: row for row in csv.DictReader(io.StringIO(run(*CHECK, "--format", "csv", "--quiet").out))}

    assert (rows["in/Tom.png"]["entry"], rows["in/Tom.png"]["E-mail"]) == ("40", "tom@example.org")
    assert rows["in/Tom.png"]["declared_ai"] == "no generative"
    assert rows["in/plain.png"]["Artist"].startswith("'=")
    assert rows["in/stray.png"]["entry"] == ""


def identifying(inbox: Path, artist: Artist) -> list[str]:
    """What leads from one contest to another, or to a person: sums of files, and of certificates."""
    sums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in inbox.iterdir()]
    chain = x509.load_pem_x509_certificates((artist.credential.chain_pem + artist.anchor_pem).encode())
    return [*sums, *(one.fingerprint(hashes.SHA256()).hex() for one in chain), "0" * 64]


@pytest.mark.parametrize("form", ["text", "csv", "json", "jsonl", "sarif", "junit", "github"])
def test_a_blind_run_names_nobody(form: str, inbox: Path, artist: Artist, run: Run) -> None:
    """Neither names nor paths nor fingerprints stand in any form: entries, rules, and which entries share a key."""
    ran = run(*CHECK, "--blind", "--format", form)

    assert NAMES.findall(ran.out + ran.err) == []
    assert [one for one in identifying(inbox, artist) if one in ran.out] == []
    assert "entry 31" in unquote(ran.out) and ran.exit == 1


def test_a_blind_page_names_nobody(inbox: Path, run: Run, tmp_path: Path) -> None:
    """Nor does the page, nor a case file beside it."""
    ran = run(*CHECK, "--blind", "-o", "out.html")

    assert ran.exit == 1, ran.err
    pages = [tmp_path / "out.html", *(tmp_path / "out.files").glob("*.html")]
    assert len(pages) == 6
    for page in pages:
        text = re.sub(r'base64,[^"]+|sha256-[^\']+|SHA-256 [0-9a-f]{64}', "", page.read_text("utf-8"))
        assert re.findall(r"(?i)sally|brown|example\.org|mika|kestrel|Tom\.png", text) == [], page.name


def test_a_blind_run_says_which_entries_share_a_key(inbox: Path, run: Run) -> None:
    """The one thing that a jury has to know of signers, without knowing them."""
    found = document(run(*CHECK, "--blind", "--format", "json", "--quiet"))

    said = [one["sentence"] for file in found["files"] for one in file["outcomes"] if one["rule"] == entries.SAME_KEY]
    assert said == ["The same key signed entries 12, 31."] * 2
    assert {one["file"]: one["form"] for one in found["entries"]}["entry 12"] == {"entry": "12", "declared_ai": "no"}


def test_the_policy_hears_the_form(inbox: Path, run: Run) -> None:
    """A contest that allows generative AI where the form says so asks about what the form leaves out."""
    command = ("check", "in", "--entries", "form.csv", "--policy", "contest-disclose", "--format", "json", "--quiet")

    def rules() -> set[str]:
        files = {one["name"]: one for one in document(run(*command))["files"]}
        return {one["rule"] for one in files["in/Sally_Brown-Fill.png"]["outcomes"]}

    assert {"form-agrees", comparing.FORM_AI} <= rules()
    text = (inbox.parent / "form.csv").read_text("utf-8").replace("Fill.png;no", "Fill.png;edited")
    (inbox.parent / "form.csv").write_text(text, encoding="utf-8")
    assert rules() & {"form-agrees", comparing.FORM_AI} == set()


def test_a_form_that_cannot_be_understood_is_one_line(inbox: Path, run: Run, tmp_path: Path) -> None:
    """With its line and the nearest word; no file is read before."""
    (tmp_path / "form.csv").write_text("entry,file,declared AI use\n1,plain.png,generatd\n", encoding="utf-8")

    ran = run(*CHECK)

    message = "error: form.csv, line 2: declared AI use: 'generatd' is not known here; did you mean generated\n"
    assert (ran.exit, ran.out, ran.err) == (2, "", message)


def test_a_blind_run_refuses_names_for_entries(inbox: Path, run: Run, tmp_path: Path) -> None:
    """They would stand on every line."""
    (tmp_path / "form.csv").write_text("entry,file\nSally Brown,plain.png\n", encoding="utf-8")

    ran = run(*CHECK, "--blind")

    assert ran.exit == 2 and "Sally" not in ran.out + ran.err
    assert "what the entry is called may be a name" in ran.err


def test_a_report_is_not_written_over_the_form(inbox: Path, run: Run) -> None:
    """The form is the only copy of what entrants said."""
    ran = run(*CHECK, "-o", "form.csv", "--overwrite")

    assert ran.exit == 2 and "is read by this run" in ran.err


def test_the_example_is_read(run: Run) -> None:
    """The spreadsheet of the examples is one."""
    from provenance.policy.entry_form import read

    assert len(read(CHECKOUT / "examples" / "entries.csv").entries) == 4
