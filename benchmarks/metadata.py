"""EXIF, IPTC and XMP written into a thousand JPEGs, without signing, against exiftool."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.pictures import photograph
from benchmarks.timing import Compared
from provenance.container.kinds import sniff
from provenance.container.model import Limits
from provenance.container.opening import opened
from provenance.container.source import Source
from provenance.container.walk import lay_out
from provenance.metadata.carriers import edits
from provenance.metadata.edits import spliced
from provenance.metadata.fields import Node
from provenance.metadata.reading import read
from provenance.metadata.writing import Conflict, carriers_of, draft
from tests.support.blocks import camera

COUNT, SAMPLE, ROUNDS = 1000, 40, 3
LIMITS = Limits()
STATED: dict[str, Node] = {
    "dc:creator": ["Mika Kestrel"],
    "dc:rights": {"x-default": "© 2026 Mika Kestrel"},
    "dc:title": {"x-default": "Dämmerung"},
    "dc:description": {"x-default": "A heron at the weir, at dusk"},
    "photoshop:Credit": "Nightjar",
    "xmpRights:WebStatement": "https://nightjar.example/terms",
    "xmpRights:UsageTerms": {"x-default": "Ask first."},
    "plus:Licensor": [{"plus:LicensorName": "Nightjar", "plus:LicensorURL": "https://nightjar.example/get"}],
    "plus:CopyrightOwner": [{"plus:CopyrightOwnerName": "Mika Kestrel"}],
    "Iptc4xmpExt:DigitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation",
}
EXIFTOOL = (  # the same, in the same places
    "-overwrite_original", "-q", "-n",
    "-codedcharacterset=utf8", "-charset", "iptc=utf8", "-charset", "exif=utf8",
    "-EXIF:Artist=Mika Kestrel", "-IPTC:By-line=Mika Kestrel", "-XMP-dc:Creator=Mika Kestrel",
    "-EXIF:Copyright=© 2026 Mika Kestrel", "-IPTC:CopyrightNotice=© 2026 Mika Kestrel",
    "-XMP-dc:Rights=© 2026 Mika Kestrel", "-IPTC:ObjectName=Dämmerung", "-XMP-dc:Title=Dämmerung",
    "-EXIF:ImageDescription=A heron at the weir, at dusk", "-IPTC:Caption-Abstract=A heron at the weir, at dusk",
    "-XMP-dc:Description=A heron at the weir, at dusk", "-IPTC:Credit=Nightjar", "-XMP-photoshop:Credit=Nightjar",
    "-XMP-xmpRights:WebStatement=https://nightjar.example/terms", "-XMP-xmpRights:UsageTerms=Ask first.",
    "-XMP-plus:Licensor={LicensorName=Nightjar,LicensorURL=https://nightjar.example/get}",
    "-XMP-plus:CopyrightOwner={CopyrightOwnerName=Mika Kestrel}",
    "-XMP-iptcExt:DigitalSourceType=http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation",
)  # fmt: skip


def write(path: Path, stated: Mapping[str, Node] = STATED) -> None:
    """Write *stated* into the picture at *path*: read, decide, edit, and put the result in its place.

    As exiftool does: into a file beside it, which then gets its name. Neither waits for the disk; `sign` does.
    """
    with opened(path) as stream:
        kind = sniff(stream)
        source = Source(stream)
        reading = read(source, kind, lay_out(source, kind, LIMITS), LIMITS)
        made = draft(stated, reading, rule=Conflict.REFUSE, carriers=carriers_of(kind))
        changed = edits(source, kind, made.change, reading.blocks, LIMITS)
        target = path.with_name(f".{path.name}.tmp")
        with target.open("wb") as result:
            shutil.copyfileobj(spliced(stream, changed), result, 1 << 20)
        target.replace(path)


def against_exiftool(folder: Path) -> tuple[Compared, Compared]:
    """Return ours against exiftool started for each file, and against one process of it for all.

    What takes minutes, a start of exiftool for each file, is timed on a sample of them and multiplied.
    """
    ours: list[float] = []
    each: list[float] = []
    batch: list[float] = []
    for number in range(ROUNDS + 1):
        times = _round(folder)
        if number:  # the first round does not count
            for kept, time in zip((ours, each, batch), times, strict=True):
                kept.append(time)
    one = median(ours)
    return Compared(one, median(each) * COUNT / SAMPLE), Compared(one, median(batch))


def _round(folder: Path) -> tuple[float, float, float]:
    mine, single, all_at_once = (_pictures(folder / name) for name in ("ours", "each", "batch"))
    arguments = folder / "arguments"
    arguments.write_text("\n".join([*EXIFTOOL, *map(str, all_at_once)]), "utf-8")
    return (
        _timed(lambda: [write(path) for path in mine]),
        _timed(lambda: [_exiftool(*EXIFTOOL, str(path)) for path in single[:SAMPLE]]),
        _timed(lambda: _exiftool("-@", str(arguments))),
    )


def _pictures(folder: Path) -> list[Path]:
    """Return a thousand copies of one JPEG, as a camera writes it, with a maker note."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    first = folder.parent / "camera.jpg"
    if not first.exists():
        photograph((1200, 800)).save(first, "JPEG", quality=90, exif=b"Exif\0\0" + camera())
    return [Path(shutil.copyfile(first, folder / f"{number:04}.jpg")) for number in range(COUNT)]


def _exiftool(*arguments: str) -> None:
    subprocess.run(["exiftool", *arguments], check=True, stderr=subprocess.DEVNULL)


def _timed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
