"""The tables of docs/metadata.md: where each statement stands, and what was proved of each format.

Run as ``python -m tests.metadata_page`` to prove every format and write the tables anew.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from provenance.metadata.fields import FIELDS, Place
from provenance.metadata.model import Carrier
from tests.support.artist import Artist, make_artist
from tests.support.carried import GOOGLE
from tests.support.environment import CHECKOUT
from tests.support.exiftool import Exiftool
from tests.support.formats import BIG, FORMATS
from tests.support.proof import prove_format

PAGE = CHECKOUT / "docs" / "metadata.md"
_FIELDS = "| field | XMP, and the manifest | EXIF | IPTC-IIM, at most | Google |\n|---|---|---|---|---|\n"
_FORMATS = "| format | EXIF | IPTC | XMP | pixels, profile, earlier tags as before |\n|---|---|---|---|---|\n"


def fields() -> str:
    """Return the table of fields."""
    return _FIELDS + "".join(map(_field, FIELDS))


def _field(place: Place) -> str:
    iptc = f"2:{place.iptc:02} {place.iptc_name}, {place.iptc_bytes} bytes" if place.iptc else "–"
    exif = f"{place.exif} {place.exif_name}" if place.exif else "–"
    name = place.field.value.replace("_", " ")
    google = "shown" if place.field in GOOGLE else ""
    return f"| {name} | {' / '.join(f'`{name}`' for name in place.path)} | {exif} | {iptc} | {google} |\n"


def row(name: str, counts: Mapping[Carrier, int]) -> str:
    """Return the row of one format: how many fields another reader found in each carrier."""
    cells = (str(counts[carrier] or "–") for carrier in (Carrier.EXIF, Carrier.IPTC, Carrier.XMP))
    return f"| {name} | {' | '.join(cells)} | yes |\n"


def formats() -> str:
    """Prove every format, and return the table; what fails raises."""
    tool = Exiftool()
    try:
        with tempfile.TemporaryDirectory() as folder:
            artist = make_artist(Path(folder, "artist"))
            return _FORMATS + "".join(_proved(name, Path(folder), artist, tool) for name in FORMATS if name != BIG)
    finally:
        tool.close()


def _proved(name: str, folder: Path, artist: Artist, tool: Exiftool) -> str:
    with tempfile.TemporaryDirectory(dir=folder) as own:
        return row(name, prove_format(name, Path(own), artist, tool).counts)


def between(text: str, mark: str, table: str) -> str:
    """Return *text* with *table* between the two marks."""
    before, start, rest = text.partition(f"<!-- {mark} -->\n")
    _, end, after = rest.partition(f"<!-- /{mark} -->")
    return "".join((before, start, "\n", table, "\n", end, after))


if __name__ == "__main__":
    page = between(PAGE.read_text("utf-8"), "fields", fields())
    PAGE.write_text(between(page, "formats", formats()), "utf-8")
