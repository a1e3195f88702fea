"""``provenance sign`` as a user types it: flags, files, exit codes; and what happens when it is killed."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import platform
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from provenance.home import Home
from provenance.terms import Integrity
from provenance.verification.check import check
from provenance.verification.options import Options
from tests.support import pictures
from tests.support.environment import CHECKOUT, Ran, needs_exiftool

Run = Callable[..., Ran]
HANDLE = "nightjar"
ENGINE = "org.contentauth.c2pa_rs"  # how the engine names itself among claim generators


@pytest.fixture
def artist(run: Run) -> Run:
    """The command, for somebody who has an identity."""
    made = run("init", "--name", HANDLE, "--yes", "--no-passphrase")
    assert made.exit == 0, made.err
    return run


def intact(path: Path) -> bool:
    return check(path, options=Options()).integrity is Integrity.INTACT


def test_a_bad_file_stops_no_other(artist: Run, tmp_path: Path) -> None:
    """Every file gets its line; the exit code is 2, and the others are signed."""
    pictures.jpeg(tmp_path / "a.jpg")
    pictures.png(tmp_path / "b.png")
    (tmp_path / "c.jpg").write_bytes(b"\xff\xd8\xff\xe0 damaged")

    ran = artist("sign", "a.jpg", "c.jpg", "none.jpg", "b.png", "--origin", "blank-canvas")

    assert ran.exit == 2
    assert ran.out.splitlines() == [
        f'a.jpg: signed as "{HANDLE}", in a.signed.jpg',
        f'b.png: signed as "{HANDLE}", in b.signed.png',
    ]
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert [line.split(": ")[1] for line in errors] == ["c.jpg", "none.jpg"]
    assert ran.err.splitlines()[-1] == "2 of 4 files were not signed."
    assert intact(tmp_path / "a.signed.jpg")
    assert not (tmp_path / "c.signed.jpg").exists()


def test_an_option_is_no_folder(artist: Run, tmp_path: Path) -> None:
    """Where --store is left without its folder, the next option is not taken for one, and nothing is signed."""
    pictures.png(tmp_path / "a.png")

    ran = artist("sign", "a.png", "--store", "--in-place")

    assert (ran.exit, ran.err) == (
        2,
        "error: --store: needs a folder, and --in-place follows; write --store .provenance\n",
    )
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.png"]


def test_until_when_is_said_once(artist: Run, tmp_path: Path) -> None:
    """Without a time stamp the last day is said, once for all files, on stderr; quiet says nothing."""
    pictures.png(tmp_path / "a.png")
    pictures.png(tmp_path / "b.png")

    ran = artist("sign", "a.png", "b.png")
    quiet = artist("sign", "a.png", "b.png", "--overwrite", "--quiet")

    assert ran.err.count("Without a time stamp these credentials can be checked until ") == 1
    assert "until" not in ran.out
    assert (quiet.exit, quiet.out, "until" in quiet.err) == (0, "", False)


def test_a_folder_gets_results_in_a_folder(artist: Run, tmp_path: Path) -> None:
    """A folder of pictures is signed into another; one file cannot take several results."""
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    pictures.png(tmp_path / "in" / "a.png")
    pictures.jpeg(tmp_path / "in" / "b.jpg")

    ran = artist("sign", "in", "--output", "out")
    wrong = artist("sign", "in", "--output", "one.png")

    assert ran.exit == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.signed.png", "b.signed.jpg"]
    assert wrong.exit == 2
    assert wrong.err.splitlines()[-1] == (
        "error: one.png: is not a folder, and there are several pictures; make the folder first"
    )


def on_a_terminal(line: list[str], environment: dict[str, str]) -> str:
    """Run *line* with a terminal for its stderr; return what that showed."""
    leader, follower = os.openpty()
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=follower, env=environment)
    os.close(follower)
    shown = b""
    with contextlib.suppress(OSError):  # how Linux says that nobody writes any more
        while block := os.read(leader, 4096):
            shown += block
    os.close(leader)
    process.wait(60)
    return shown.decode()


@pytest.mark.parametrize("command", ["sign", "strip"])
def test_no_result_takes_the_place_of_another_of_the_same_run(command: str, artist: Run, tmp_path: Path) -> None:
    """Two pictures of one name into one folder: with `--overwrite`, what lay there before goes, and nothing else."""
    (results := tmp_path / "results").mkdir()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        pictures.png(tmp_path / name / "x.png")
    more: tuple[str, ...] = ("--origin", "blank-canvas")
    if command == "strip":
        assert artist("sign", "a", "b", *more, "--in-place").exit == 0
        more = ()
    earlier = results / ("x.png" if command == "strip" else "x.signed.png")
    earlier.write_bytes(b"of an earlier run")

    ran = artist(command, "a", "b", *more, "--output", "results", "--overwrite")
    onto = artist(command, "a", "b/x.png", *more, "--output", "a/x.png", "--overwrite")

    assert ran.exit == 2
    assert len(ran.out.splitlines()) == 1
    problem = "is one of the pictures, or was made from another of them; choose another folder, or rename one of them"
    assert f"error: x.png: {earlier.name}: {problem}" in ran.err or f"error: {earlier.name}: {problem}" in ran.err
    assert earlier.read_bytes() != b"of an earlier run"
    assert onto.exit == 2


def test_of_a_folder_pictures_are_taken_and_nothing_twice(artist: Run, tmp_path: Path) -> None:
    """Notes in a folder, and what was signed there before, are left out and counted; a named file is always taken."""
    folder = tmp_path / "show"
    folder.mkdir()
    pictures.png(folder / "a.png")
    (folder / "list.txt").write_text("not a picture")

    assert artist("sign", "show").exit == 0
    again = artist("sign", "show", "--overwrite")
    checked = artist("verify", "show", "--format", "json")

    assert sorted(path.name for path in folder.iterdir()) == ["a.png", "a.signed.png", "list.txt"]
    assert again.exit == 0
    assert "2 files in folders were left out" in again.err
    assert again.err.splitlines()[0].endswith(": a.signed.png, list.txt")
    assert [json.loads(line)["file"]["name"] for line in checked.out.splitlines()] == [
        "show/a.png",
        "show/a.signed.png",
    ]
    assert artist("sign", "show/list.txt").exit == 0


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal is a thing of POSIX")
@pytest.mark.parametrize(("command", "word"), [("sign", "Signing"), ("verify", "Checking")])
def test_progress_is_for_people_who_wait(command: str, word: str, artist: Run, home: Home, tmp_path: Path) -> None:
    """For more than a few files a terminal shows progress on stderr; a pipe never does, nor --quiet."""
    for name in "abcd":
        pictures.png(tmp_path / f"{name}.png")

    def shown(*more: str) -> str:
        line = [sys.executable, str(CHECKOUT / "cli.py"), command, str(tmp_path), *more]
        environment = {**os.environ, "PROVENANCE_HOME": str(home.path), "TERM": "xterm"}
        return on_a_terminal(line, environment)

    assert word in shown()
    assert word not in shown("--quiet")
    assert word not in artist(command, str(tmp_path)).err


def test_a_preview_signs_nothing(artist: Run, tmp_path: Path) -> None:
    """The preview shows what would become public, needs no passphrase, and writes nothing."""
    pictures.jpeg(tmp_path / "a.jpg")

    ran = artist("sign", "a.jpg", "--title", "Dusk", "--preview")

    assert ran.exit == 0
    assert "Dusk" in ran.out
    assert "The statement says nothing about how it was made." in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.jpg"]


def test_the_preview_names_every_program_and_day_that_is_written(artist: Run, tmp_path: Path) -> None:
    """What the signature says of programs and days, its thumbnail included, stood in the preview."""
    pictures.jpeg(tmp_path / "a.jpg")

    shown = " ".join(artist("sign", "a.jpg", "--preview").out.split())
    assert artist("sign", "a.jpg").exit == 0
    manifest = json.loads(artist("inspect", "a.signed.jpg", "--raw").out)["manifests"][0]

    generator = manifest["claim.v2"]["claim_generator_info"]
    assert f"{generator.pop('name')} {generator.pop('version')}, c2pa-rs {generator.pop(ENGINE)}" in shown
    assert f"C2PA {generator.pop('specVersion')}" in shown
    assert generator == {}
    days = [day[:10] for day in manifest["signature"]["certificateInfo"]["validity"].values()]
    assert f"first and last day: {', '.join(days)}." in shown
    assert "A small copy of the picture" in shown
    assert "small copy" not in artist("sign", "a.jpg", "--preview", "--no-thumbnail").out


def test_a_preview_refuses_what_signing_would(artist: Run, tmp_path: Path) -> None:
    """Options that contradict each other are refused by the preview as well; an existing result is not in its way."""
    pictures.jpeg(tmp_path / "a.jpg")
    (tmp_path / "a.signed.jpg").touch()

    assert artist("sign", "a.jpg", "--preview").exit == 0
    for wrong in (
        ["--in-place", "--output", "x.jpg"],
        ["--tsa", "ftp://stamps.example"],
        ["--tsa", "https://stamps.example", "--no-tsa"],
    ):
        ran = artist("sign", "a.jpg", "--preview", *wrong)
        assert (ran.exit, ran.err.count("\n")) == (2, 1)


def test_a_missing_picture_is_said_before_the_passphrase_is_asked(run: Run) -> None:
    """Nobody types a passphrase to learn that the file is not there."""
    assert run("init", "--name", HANDLE, "--yes", "--no-passphrase").exit == 0

    ran = run("sign", "none.jpg", "--passphrase-file", "none")

    assert (ran.exit, ran.err) == (2, "error: none.jpg: is not there\n")


def test_a_declaration_file_says_it_all(artist: Run, tmp_path: Path) -> None:
    """Pictures that the file names are looked for beside it; a flag takes the place of a field."""
    (tmp_path / "work").mkdir()
    pictures.png(tmp_path / "work" / "part.png", shift=30)
    pictures.png(tmp_path / "a.png")
    (tmp_path / "work" / "a.toml").write_text(
        'title = "Other"\norigin = "composite"\n[[ingredients]]\npath = "part.png"\n', encoding="utf-8"
    )

    ran = artist("sign", "a.png", "--declare", "work/a.toml", "--title", "Dusk")

    assert ran.exit == 0, ran.err
    manifest = check(tmp_path / "a.signed.png", options=Options()).manifests[0]
    assert manifest.title == "Dusk"
    assert [found.relationship for found in manifest.ingredients] == ["componentOf"]


def test_a_sidecar_alone_is_no_picture(artist: Run, tmp_path: Path) -> None:
    """Whoever verifies the sidecar itself is sent to its picture: exit code 2."""
    pictures.bmp(tmp_path / "a.bmp")
    assert artist("sign", "a.bmp").exit == 0

    ran = artist("verify", "a.bmp.c2pa")

    assert ran.exit == 2
    assert "this is a sidecar; verify the picture it belongs to" in ran.out
    assert "The file holds credentials and no picture." in ran.out
    assert artist("verify", "a.bmp").exit == 0


def test_verify_says_as_much_as_asked(artist: Run, tmp_path: Path) -> None:
    """One screen by default, everything with --verbose, nothing but the exit code with --quiet."""
    pictures.png(tmp_path / "a.png")
    assert artist("sign", "a.png").exit == 0

    screen, full, nothing = (artist("verify", "a.signed.png", *flag) for flag in ((), ("--verbose",), ("--quiet",)))

    assert {screen.exit, full.exit, nothing.exit} == {0}
    assert len(screen.out.splitlines()) < 40 < len(full.out.splitlines())
    assert full.out == artist("inspect", "a.signed.png").out
    assert max(map(len, full.out.splitlines())) <= 80
    assert nothing.out == nothing.err == ""


def test_a_reader_learns_whom_to_ask(run: Run, tmp_path: Path) -> None:
    """Where an artist wants to be asked, the screen says whom; the contact stands only where it can be redacted."""
    asked = "https://mika.example/ask"
    made = run("init", "--name", "Mika", "--yes", "--no-passphrase", "--training", "ask", "--contact", asked)
    assert made.exit == 0, made.err
    pictures.png(tmp_path / "a.png")
    assert run("sign", "a.png").exit == 0

    assert f"To ask: {asked} (Mika)" in run("verify", "a.signed.png").out
    assertions = json.loads(run("inspect", "a.signed.png", "--raw").out)["manifests"][0]["assertions"]
    assert [label for label, data in assertions.items() if asked in str(data)] == ["cawg.metadata"]


def test_a_studio_signs_for_an_artist(artist: Run, tmp_path: Path) -> None:
    """The artist's own words come from the artist's profile and stand under the artist's identity."""
    made = artist("init", "--name", "Studio", "--identity", "studio", "--yes", "--no-passphrase")
    assert made.exit == 0, made.err
    pictures.png(tmp_path / "a.png")

    ran = artist("sign", "a.png", "--identity", "studio", "--author-identity", "default", "--training", "no")

    assert ran.exit == 0, ran.err
    manifest = check(tmp_path / "a.signed.png", options=Options()).manifests[0]
    assert [author.name for author in manifest.authors] == [HANDLE]
    assert manifest.signer.leaf is not None
    assert manifest.signer.leaf.common_names == ("Studio",)
    assert manifest.identities[0].chain[0].common_names == (HANDLE,)


def test_one_passphrase_opens_the_key_for_many_files(run: Run, tmp_path: Path) -> None:
    """A passphrase from a private file is read once and never shown."""
    secret = tmp_path / "secret"
    secret.write_text("correct horse battery\n", encoding="utf-8")
    secret.chmod(0o600)
    assert run("init", "--name", HANDLE, "--yes", "--passphrase-file", "secret").exit == 0
    pictures.png(tmp_path / "a.png")
    pictures.png(tmp_path / "b.png")

    ran = run("sign", "a.png", "b.png", "--passphrase-file", "secret")
    without = run("sign", "a.png", "--overwrite")

    assert ran.exit == 0, ran.err
    assert "horse" not in ran.out + ran.err
    assert without.exit == 2


def test_nothing_but_the_handle_is_public(artist: Run, tmp_path: Path) -> None:
    """The signed bytes of a handle-only identity hold no other name, path, host, login, zone or system version."""
    folder = tmp_path / "client-confidential"
    folder.mkdir()
    asset = pictures.jpeg(folder / "working-title-7.jpg")
    pictures.bmp(folder / "working-title-8.bmp")

    ran = artist("sign", str(folder), "--origin", "blank-canvas", "--tool", "Krita 5.2.6", "--training", "no")

    assert ran.exit == 0, ran.err
    secrets = {
        "folder": "client-confidential", "file": "working-title", "temporary folder": str(tmp_path.parent.name),
        "host": socket.gethostname(), "login": getpass.getuser(), "home": str(Path.home()),
        "kernel": platform.release(), "zone": time.tzname[0] if time.tzname[0] != "UTC" else "Etc/UTC",
        "temporary file": ".tmp", "python": f"Python {platform.python_version()}",
    }  # fmt: skip
    for signed in (folder / "working-title-7.signed.jpg", folder / "working-title-8.bmp.c2pa"):
        data = signed.read_bytes().lower()
        found = [name for name, text in secrets.items() if len(text) > 3 and text.lower().encode() in data]
        assert found == []
        assert HANDLE.encode() in data
        assert f"{date.today().year}-".encode() not in data  # no time of day, no date beside the certificate's
    assert asset.exists()


# --- kill -9 --------------------------------------------------------------------------------------------------------


def large_tiff(path: Path) -> Path:
    """Write a TIFF of 48 MB."""
    Image.frombytes("RGB", (4000, 4000), os.urandom(4000 * 4000 * 3)).save(path, "TIFF")
    return path


def killed_while_signing(asset: Path, home: Home, delay: float) -> None:
    """Start signing *asset* in place, and kill it after *delay* seconds."""
    process = subprocess.Popen(
        [sys.executable, str(CHECKOUT / "cli.py"), "sign", str(asset), "--in-place", "--quiet"],
        env={**os.environ, "PROVENANCE_HOME": str(home.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("times", [6, pytest.param(50, marks=pytest.mark.deep)])
def test_killed_at_any_moment_the_file_is_whole(times: int, artist: Run, home: Home, tmp_path: Path) -> None:
    """After kill -9 at random moments the file is the original or a whole signed one; the next run cleans up."""
    folder = tmp_path / "work"
    folder.mkdir()
    original = large_tiff(tmp_path / "original.tif").read_bytes()
    asset = folder / "a.tif"
    asset.write_bytes(original)
    started = time.monotonic()
    assert artist("sign", str(asset), "--quiet").exit == 0
    whole = time.monotonic() - started
    chance = random.Random(times)

    for _ in range(times):
        asset.write_bytes(original)
        killed_while_signing(asset, home, chance.uniform(whole * 0.2, whole * 1.1))

        assert asset.read_bytes() == original or intact(asset)

    assert artist("sign", str(asset), "--in-place", "--quiet").exit == 0
    assert sorted(path.name for path in folder.iterdir()) == ["a.signed.tif", "a.tif"]
    assert intact(asset)


def test_what_is_declared_beside_a_picture_is_signed(artist: Run, tmp_path: Path) -> None:
    """Without flags, each picture gets what lies beside it or holds for its folder; a note says which file it was."""
    for name in ("a.png", "b.png"):
        pictures.png(tmp_path / name)
    (tmp_path / "provenance.toml").write_text('title = "Of the folder"\norigin = "scan"\n')
    (tmp_path / "a.png.provenance.toml").write_text('title = "Its own"\norigin = "photograph"\n')

    ran = artist("sign", ".", "--credit", "Mine")

    assert ran.exit == 0, ran.err
    notes = [line for line in ran.err.splitlines() if "declared" in line]
    assert notes == [
        "note: a.png: declared in a.png.provenance.toml.",
        f"note: declared in {tmp_path.name}/provenance.toml, for the folder.",
    ]
    shown = [artist("inspect", name).out for name in ("a.signed.png", "b.signed.png")]
    assert "Its own" in shown[0] and "Of the folder" not in shown[0] and "Mine" in shown[0]
    assert "Of the folder" in shown[1] and "Mine" in shown[1]
    assert "6 files in folders were left out" in ran.err  # those of the identity, which lies there too


def test_flags_and_a_chosen_file_win_over_what_lies_beside(artist: Run, tmp_path: Path) -> None:
    """A flag takes the place of one field; --declare takes the place of everything beside the picture."""
    pictures.png(tmp_path / "a.png")
    (tmp_path / "a.png.provenance.toml").write_text('title = "Beside"\norigin = "photograph"\n')
    (tmp_path / "chosen.toml").write_text('credit = "Chosen"\n')

    by_flag = artist("sign", "a.png", "--title", "Flag", "--output", "1.png")
    chosen = artist("sign", "a.png", "--declare", "chosen.toml", "--output", "2.png")

    assert (by_flag.exit, chosen.exit) == (0, 0), by_flag.err + chosen.err
    first, second = (artist("verify", name, "--format", "json").out for name in ("1.png", "2.png"))
    assert "Flag" in first and "Beside" not in first and "digitalCapture" in first
    assert "Chosen" in second and "Beside" not in second
    assert "declared in" not in chosen.err


def test_a_declaration_about_other_bytes_is_not_signed(artist: Run, tmp_path: Path) -> None:
    """A picture that was saved again since its declaration was written, or whose file is faulty, stops no other."""
    for name in ("a.png", "b.png", "c.png"):
        pictures.png(tmp_path / name)
    (tmp_path / "a.png.provenance.toml").write_text(f'title = "A"\npicture_sha256 = "{"0" * 64}"\n')
    (tmp_path / "b.png.provenance.toml").write_text('titel = "B"\n')

    ran = artist("sign", "a.png", "b.png", "c.png")

    assert ran.exit == 2
    assert ran.out.splitlines() == [f'c.png: signed as "{HANDLE}", in c.signed.png']
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert errors == [
        "error: a.png.provenance.toml: was written about other bytes: the picture was saved again since; look whether "
        "it still holds; then give it the new picture_sha256, or take that line out",
        "error: b.png.provenance.toml, line 1: titel: is not a field of a declaration beside a picture; "
        "did you mean title",
    ]


def test_a_stricter_flag_that_is_kept_reads_as_what_it_is(artist: Run, tmp_path: Path) -> None:
    """`verify` names both statements with their places, and no "nothing allowed, all allowed"."""
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt(
        "XML:com.adobe.xmp",
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" '
        'plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"/></rdf:RDF></x:xmpmeta>',
    )
    pictures.draw().save(tmp_path / "a.png", pnginfo=notes)

    signed = artist("sign", "a.png", "--origin", "blank-canvas", "--training", "no", "--credit-conflict", "keep")
    shown = " ".join(artist("verify", "a.signed.png").out.split())

    assert signed.exit == 0, signed.err
    assert "nothing allowed (signed metadata fields, XMP); AI training not allowed (signed permissions)" in shown
    assert "the file itself says" not in shown


@needs_exiftool
def test_verify_names_what_a_platform_took_out(artist: Run, tmp_path: Path) -> None:
    """EXIF and XMP gone, the credentials kept: the first screen says which fields, beside that the file is altered."""
    pictures.png(tmp_path / "a.png")
    artist("sign", "a.png", "--origin", "blank-canvas", "--credit", "Mika / Nightjar", "--training", "no")
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-all=", "a.signed.png"], check=True, cwd=tmp_path)
    kept = check(tmp_path / "a.signed.png", options=Options())

    shown = " ".join(artist("verify", "a.signed.png").out.split())
    facts = json.loads(artist("facts", "a.signed.png").out)

    if not kept.manifests:
        pytest.skip("this exiftool takes the credentials out, too")
    assert "In the credentials, and not in EXIF, IPTC and XMP now: " in shown and "credit line" in shown
    assert {"credit", "data_mining"} <= set(facts["carrier_missing"]) and facts["carrier_conflicts"] == []
