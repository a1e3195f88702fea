"""Seeded mutations of files full of metadata: reading always answers, writing changes no picture (security X5)."""

from __future__ import annotations

import io
import random
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import pytest
from PIL import Image, ImageSequence

from provenance.container.kinds import sniff
from provenance.container.model import Kind, Limits
from provenance.container.source import MalformedError, Source, StoppedError
from provenance.container.unchanged import picture_difference
from provenance.container.walk import lay_out
from provenance.errors import AssetError
from provenance.metadata.carriers import edits
from provenance.metadata.edits import spliced
from provenance.metadata.model import Metadata
from provenance.metadata.reading import Reading, read
from provenance.metadata.writing import Conflict, carriers_of, draft
from provenance.signing.credit import properties
from tests.support.carried import FULL, LEAST, declared
from tests.support.formats import FORMATS
from tests.test_container_fuzz import mutated

LIMITS = Limits(chunks=2_000)
FULL_OF_IT = (
    "JPEG of a camera, with a maker note", "JPEG with a second picture (MPF)", "PNG, alpha", "WebP, animated",
    "TIFF, big-endian", "TIFF, three pages", "BigTIFF", "AVIF of a camera", "HEIC of a camera", "AVIF, animated",
    "GIF", "SVG", "JPEG XL, in its container",
)  # fmt: skip
SECONDS = 5  # of processor time for one file of a few kilobytes: far above any, far below what a quadratic step takes


def looked_at(data: bytes) -> tuple[Kind, Reading] | None:
    """Return what *data* says; None if the file cannot be walked at all, which is said before metadata are read."""
    source = Source(io.BytesIO(data))
    kind = sniff(io.BytesIO(data))
    try:
        layout = lay_out(source, kind, LIMITS)
    except (MalformedError, StoppedError):
        return None
    return kind, read(source, kind, layout, LIMITS)


def written(data: bytes, said: dict[str, object], *, strip: bool = False) -> bytes | None:
    """Return *data* with *said* in its metadata; None if that is refused."""
    found = looked_at(data)
    if found is None or not carriers_of(found[0]):
        return None
    kind, reading = found
    private = reading.metadata.private if strip else ()
    try:
        made = draft(
            properties(declared(said)), reading, rule=Conflict.REPLACE, carriers=carriers_of(kind), without=private
        )
        changed = edits(Source(io.BytesIO(data)), kind, made.change, reading.blocks, LIMITS)
    except AssetError:
        return None
    result = spliced(io.BytesIO(data), changed).read()
    # What the editor cannot know of a broken file, the proof before a signed one gets its name finds.
    return None if picture_difference(io.BytesIO(data), io.BytesIO(result), kind, limits=LIMITS) else result


@cache
def rich(name: str) -> bytes:
    """Return the picture with a full statement in every carrier that it has."""
    with TemporaryDirectory() as folder:
        made = written(FORMATS[name].at(Path(folder)).read_bytes(), FULL)
    assert made is not None
    return made


def decoded(data: bytes) -> list[tuple[str, tuple[int, int], bytes]] | None:
    """Return the frames that another program sees, as far as it gets; None where it sees nothing."""
    found = []
    try:
        with Image.open(io.BytesIO(data)) as image:
            for frame in ImageSequence.Iterator(image):
                found.append((frame.mode, frame.size, frame.tobytes()))
    except Exception:  # noqa: BLE001  # of a broken file Pillow may say anything
        return found or None
    return found


def exercise(data: bytes, *, strip: bool = False) -> bool:
    """Read *data* and write into it; return whether that was done."""
    start = process_time()
    found = looked_at(data)
    assert found is None or isinstance(found[1].metadata, Metadata)
    made = written(data, LEAST, strip=True) if strip else written(data, FULL | {"title": "Another"})
    assert process_time() - start < SECONDS
    if made is not None:
        # A chunk that is written anew gets a right check sum: what nobody could see before may be seen then.
        assert decoded(data) in (None, decoded(made))
    return made is not None


def hurt(data: bytes, seed: int) -> bytes:
    """Return *data*, mutated; mostly where metadata stand, not in the samples."""
    dice = random.Random(seed)
    if len(data) < 200 or dice.random() < 0.3:
        return mutated(data, dice)
    at = dice.randrange(len(data) - 100)
    return data[:at] + mutated(data[at : at + 100], dice) + data[at + 100 :]


@pytest.mark.parametrize("name", FULL_OF_IT)
def test_mutations_are_read_and_written_or_refused(name: str) -> None:
    """Nothing raises but our own refusal, and whatever is written holds the same picture."""
    assert exercise(rich(name))
    assert exercise(rich(name), strip=True)
    for seed in range(60):
        exercise(hurt(rich(name), seed), strip=seed % 2 == 1)


@pytest.mark.deep
@pytest.mark.parametrize("name", FULL_OF_IT)
def test_many_mutations_are_read_and_written_or_refused(name: str) -> None:
    """The same, fifteen hundred times."""
    for seed in range(1000, 2500):
        exercise(hurt(rich(name), seed), strip=seed % 2 == 1)
