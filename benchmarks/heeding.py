"""What heeding permissions in a data set costs: ours, and reading the same files and hashing them on the same cores.

Also run as a program, for the memory of the parent: ``python -m benchmarks.heeding FOLDER``.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import bare, hashing, pictures
from benchmarks.timing import own_peak_mib
from provenance.batch.answers import GROUP
from provenance.batch.checking import Check, Places, check
from provenance.batch.sources import gather
from provenance.batch.summary import Summary
from provenance.container.jpeg import XMP
from provenance.home import Home
from provenance.permissions.model import Purpose
from provenance.verification.options import Options
from provenance.worker.settings import Settings
from tests.support.permissions import xmp

COUNT = 10_000
CORES = 2
_MINING = {
    "label": "cawg.training-mining",
    "data": {"entries": {"cawg.ai_generative_training": {"use": "notAllowed"}}},
}


def data_set(folder: Path, size: tuple[int, int], count: int = COUNT) -> Path:
    """Write *count* small JPEGs: of ten, one is signed and refuses training, five refuse it in XMP alone."""
    made = folder / "set"
    made.mkdir()
    plain, signed = folder / "plain.jpg", folder / "signed.jpg"
    pictures.photograph(size).save(plain, "JPEG", quality=90)
    silent = plain.read_bytes()
    definition = bare.DEFINITION | {"assertions": [*bare.DEFINITION["assertions"], _MINING]}
    packet = XMP + xmp("PROHIBITED-AIMLTRAINING")
    segment = b"\xff\xe1" + struct.pack(">H", len(packet) + 2) + packet
    for number in range(count):
        path = made / f"{number:05}.jpg"
        match number % 10:
            case 0:
                if number % 1000 == 0:
                    bare.sign(plain, signed, definition=definition)
                path.write_bytes(signed.read_bytes())
            case 1 | 2 | 3 | 4 | 5:
                path.write_bytes(silent[:2] + segment + silent[2:])
            case _:
                path.write_bytes(silent)
    return made


def heed(folder: Path, output: Path) -> Summary:
    """Check every picture of *folder*, with rows, journal and record beside *output*, as the command does."""
    home = Home(output.parent / "home")
    asked = Check(
        purpose=Purpose.GENERATIVE_TRAINING,
        sources=gather([str(folder)]),
        paths=(str(folder),),
        checking=Options(home=str(home.path)),
        home=home,
        settings=Settings(),
        overwrite=True,
        slots=CORES,
    )
    summary = Summary(unstated=False)
    for _ in check(asked, Places(rows=output, record=output.with_suffix(".json")), summary):
        pass
    return summary


def hash_all(folder: Path) -> int:
    """Hash every file of *folder* in as many processes, as many files a message."""
    return hashing.hash_all(folder, processes=CORES, group=GROUP)


def linked(made: Path, folder: Path, count: int) -> Path:
    """Fill *folder* with *count* links to the first pictures of *made*."""
    folder.mkdir()
    sources = sorted(made.iterdir())[:20]
    for number in range(count):
        (folder / f"{number:06}.jpg").symlink_to(sources[number % len(sources)])
    return folder


def parent_mib(folder: Path) -> float:
    """Return the peak memory of a process that checks *folder*; its children are not counted."""
    command = [sys.executable, "-m", "benchmarks.heeding", str(folder)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _peak(folder: Path) -> float:
    with tempfile.TemporaryDirectory() as place:
        heed(folder, Path(place, "rows.jsonl"))
    return own_peak_mib()


if __name__ == "__main__":
    print(_peak(Path(sys.argv[1])))
