"""`provenance demo`, and that the README shows what it prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from provenance.demo_pictures import change_one_pixel, draw_illustration, draw_photograph
from tests.support.environment import CHECKOUT, Ran, run_provenance

PICTURES = {
    "dusk.png",
    "dusk.signed.png",
    "dusk.tampered.png",
    "sea.jpg",
    "sea.signed.jpg",
    "sea-edited.jpg",
    "sea-edited.signed.jpg",
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """The demo, run once, and the folder that it worked in."""
    folder = tmp_path_factory.mktemp("demo")
    ran = run_provenance("demo", "--keep", folder / "kept", home=folder / "home", cwd=folder)
    return folder / "kept", ran


def test_the_demo_shows_the_whole_job(shown: tuple[Path, Ran]) -> None:
    """Every command of the demo answers as expected, and everything that it made is kept."""
    folder, ran = shown

    assert (ran.exit, ran.err) == (0, "")
    assert {path.name for path in folder.iterdir() if path.is_file()} == PICTURES
    for command in ("init", "sign", "trust add", "verify"):
        assert f"$ provenance {command} " in ran.out
    assert f"Everything is kept in {folder}" in ran.out


def test_the_demo_fits_a_screen(shown: tuple[Path, Ran]) -> None:
    """No line of what the demo says is wider than 80 columns; paths apart, which are the machine's."""
    folder, ran = shown

    wide = [line for line in ran.out.splitlines() if len(line) > 80 and str(folder) not in line]

    assert wide == []


def test_the_demo_touches_nothing_of_the_users(shown: tuple[Path, Ran]) -> None:
    """The user's own directory is not even made."""
    folder, _ = shown

    assert not (folder.parent / "home").exists()


def test_a_folder_with_something_in_it_is_left_alone(run: Callable[..., Ran], tmp_path: Path) -> None:
    """The demo writes into a new or empty folder only."""
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "mine.txt").write_text("mine", encoding="utf-8")

    ran = run("demo", "--keep", kept)

    assert ran.exit == 2
    assert ran.err == "error: kept: is not empty; name a folder that is new or empty\n"
    assert [path.name for path in kept.iterdir()] == ["mine.txt"]


def _settled(text: str) -> str:
    """Return *text* without what differs from run to run: fingerprints, dates, sizes."""
    text = re.sub(r"[0-9a-f]{64}", "FINGERPRINT", text)
    text = re.sub(r"\d{4}-\d\d-\d\d", "DATE", text)
    return re.sub(r"[\d,]+ bytes", "SIZE", text)


def test_the_readme_shows_real_output(shown: tuple[Path, Ran]) -> None:
    """The output in the README is what the demo prints today, fingerprints, dates and sizes apart."""
    _, ran = shown
    (block,) = re.findall(
        r"```text\n\$ (provenance verify .*?)\n```", (CHECKOUT / "README.md").read_text("utf-8"), re.DOTALL
    )

    assert _settled(block) in _settled(ran.out)


def test_one_pixel_is_one_pixel(tmp_path: Path) -> None:
    """What the demo spoils is one pixel, and every other chunk of the PNG stays."""
    source, changed = tmp_path / "a.png", tmp_path / "b.png"
    draw_illustration(source)

    change_one_pixel(source, changed)

    with Image.open(source) as before, Image.open(changed) as after:
        box = ImageChops.difference(before, after).getbbox()
    assert box is not None
    left, top, right, bottom = box
    assert (right - left, bottom - top) == (1, 1)


def test_the_buoy_is_gone(tmp_path: Path) -> None:
    """The retouched photograph differs from the photograph where the buoy was, and nowhere near the edges."""
    with_buoy, without = tmp_path / "a.jpg", tmp_path / "b.jpg"
    draw_photograph(with_buoy)
    draw_photograph(without, buoy=False)

    with Image.open(with_buoy) as before, Image.open(without) as after:
        strong = ImageChops.difference(before, after).convert("L").point(lambda value: 255 if value > 40 else 0)
        box = strong.getbbox()
        size = before.size

    assert box is not None
    assert box[0] > size[0] * 0.5
    assert box[2] < size[0] * 0.75
