"""Ordinary metadata and the manifest in one file: what is written before signing stands there afterwards."""

from __future__ import annotations

import io
import random
from pathlib import Path

import c2pa
import pytest

from provenance.container.prescan import prescan
from provenance.container.source import Source, StoppedError
from provenance.container.walk import lay_out
from provenance.errors import AssetError
from provenance.metadata import exif
from provenance.metadata.blocks import Change
from provenance.metadata.edits import spliced
from tests.support import container, metadata
from tests.support.environment import needs_exiftool
from tests.support.metadata import EDITORS, EXIF, LIMITS, PACKET, WANTED, edited

FORMATS = ("jpeg", "png", "webp", "tiff", "dng")


def other_reader(data: bytes, folder: Path, name: str) -> dict[str, object]:
    """Return what exiftool finds of what we write."""
    file = folder / f"read.{name}"
    file.write_bytes(data)
    tags = metadata.every_tag(file)
    return {tag: tags.get(tag) for tag in WANTED}


@needs_exiftool
@pytest.mark.parametrize("name", FORMATS)
def test_what_is_written_is_signed_and_still_read(name: str, tmp_path: Path) -> None:
    """The engine accepts the edited file, keeps it, and another reader finds every value behind the manifest."""
    data = container.drawn(name)

    signed = container.sign(edited(data, metadata.full(data)), container.KINDS[name])

    assert container.engine_state(signed, container.KINDS[name]) == "Valid"
    assert other_reader(signed, tmp_path, name) == WANTED
    assert metadata.picture(signed) == metadata.picture(data)


@needs_exiftool
@pytest.mark.parametrize("name", FORMATS)
def test_a_signed_file_takes_it_and_can_be_signed_again(name: str, tmp_path: Path) -> None:
    """Its manifest stays as it is, byte for byte, until the new signature makes it a parent."""
    kind = container.KINDS[name]
    signed = container.signed(name)

    made = edited(signed, metadata.full(signed))

    assert prescan(io.BytesIO(made), LIMITS).store == prescan(io.BytesIO(signed), LIMITS).store
    assert other_reader(made, tmp_path, name) == WANTED
    again = container.sign(made, kind, intent=c2pa.C2paBuilderIntent.EDIT)
    assert container.engine_state(again, kind) == "Valid"
    assert other_reader(again, tmp_path, name) == WANTED
    assert metadata.picture(again) == metadata.picture(signed)


@pytest.mark.parametrize("name", FORMATS)
def test_damaged_files_raise_nothing_but_our_own_errors(name: str) -> None:
    """Whatever a byte is changed to: what cannot be read is a problem, what cannot be written is refused."""
    change = Change(exif=EXIF, xmp=PACKET, exif_without=frozenset({"gps", "serial", "maker_note", "thumbnail"}))
    whole = edited(container.drawn(name), Change(exif=EXIF, xmp=PACKET))
    chance = random.Random(name)

    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 5)):
            data[chance.randrange(min(len(data), 2000))] = chance.choice((0, 1, 8, 255, chance.randrange(256)))
        source, editor = Source(io.BytesIO(data)), EDITORS[container.KINDS[name]]
        try:
            layout = lay_out(source, container.KINDS[name], LIMITS)
            blocks = editor.find(source, layout, LIMITS)
            exif.read(blocks.exif or b"", LIMITS)
            spliced(io.BytesIO(data), editor.place(source, layout, blocks, change, LIMITS)).read()
        except (AssetError, StoppedError):
            continue
