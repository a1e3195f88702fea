"""The spreadsheet of an entry form, read: an entry, its file, what it says about AI, the entrant's key.

CSV or TSV as forms and spreadsheets write it: separated by comma, semicolon or tab, UTF-8 with or without a mark, or
UTF-16. Column names are found under the words that forms use; every other column is kept as it stands. A row that
cannot be understood is refused with its line: an entry that is silently left out would be somebody's entry.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from provenance.container.opening import opened
from provenance.errors import AssetError
from provenance.plain import plain
from provenance.policy.answers import ANSWERS, SHOWN, Declared, answer_of, folded
from provenance.record import dataclass
from provenance.spelling import nearest

MAX_BYTES = 64 << 20
MAX_ENTRIES = 200_000
_LONGEST = 400  # characters of a cell that we compare by
_SHOWN = 8

ENTRY, FILE, DECLARED, KEY = "entry", "file", "declared AI use", "key"
_NAMES: dict[str, tuple[str, ...]] = {  # the first that there is counts
    ENTRY: (
        "entry", "entryid", "entryno", "entrynumber", "submissionid", "submission", "submissionnumber", "id", "no",
        "nr", "number", "entrada", "inscripción", "númerodeentrada", "número", "応募番号", "エントリー番号", "番号",
    ),
    FILE: (
        "file", "filename", "filepath", "path", "image", "imagefile", "picture", "photo", "upload", "archivo",
        "fichero", "imagen", "nombredearchivo", "ファイル", "ファイル名", "画像",
    ),
    DECLARED: (
        "declaredaiuse", "declaredai", "aiuse", "aiused", "usedai", "useofai", "wasaiused", "didyouuseai", "ai",
        "usodeia", "iausada", "usodeiadeclarado", "ia", "aiの使用", "ai使用", "aiの使用申告",
    ),
    KEY: (
        "key", "keyfingerprint", "fingerprint", "signingkey", "signer", "clave", "huella", "firmante", "鍵", "指紋",
        "署名者",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: an entry, and one file of it."""

    id: str
    file: str  # as the form has it; "" if the form names none
    declared: Declared = Declared.NOT_SAID
    key: str = ""  # a fingerprint, or a name that is pinned here; "" if the form names none
    line: int = 0
    others: tuple[str, ...] = ()  # what stands in the columns that are not ours, in their order


@dataclass(frozen=True, slots=True)
class Form:
    """The spreadsheet."""

    name: str
    entries: tuple[Entry, ...]
    columns: tuple[str, ...] = ()  # those that are not ours
    asks_ai: bool = False  # whether it has a column for declared AI use
    asks_key: bool = False


def read(path: Path) -> Form:
    """Return the form's spreadsheet at *path*.

    Raises:
        AssetError: naming file, line and what is wrong, with the nearest right word.
    """
    name = plain(path.name)
    try:
        with opened(path) as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as exc:
        raise AssetError(name, f"cannot be read ({exc.strerror or exc})") from exc
    if len(data) > MAX_BYTES:
        raise AssetError(name, f"is larger than {MAX_BYTES >> 20} MiB", "is this the form's spreadsheet?")
    return parse(_text(data, name), name)


def parse(text: str, name: str) -> Form:
    """Return the form whose CSV is *text*; *name* stands in messages.

    Raises:
        AssetError: as `read`.
    """
    rows = _rows(text, name)
    header = next(rows, None)
    if header is None:
        raise AssetError(name, "is empty")
    columns = _columns(header[1], name)
    own = set(columns.values())
    entries: list[Entry] = []
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(entries) == MAX_ENTRIES:
            raise AssetError(name, f"has more than {MAX_ENTRIES:,} entries")
        entries.append(_entry(cells, columns, own, len(header[1]), f"{name}, line {line}", line))
    if not entries:
        raise AssetError(name, "holds no entry below its column names")
    _refuse_twice(entries, name)
    others = tuple(plain(cell) for place, cell in enumerate(header[1]) if place not in own)
    return Form(name, tuple(entries), others, DECLARED in columns, KEY in columns)


def _text(data: bytes, name: str) -> str:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as exc:
        raise AssetError(name, "is not UTF-8 text", "save it as “CSV UTF-8”") from exc


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    first, _, rest = text.partition("\n")
    if first.strip().casefold() in {"sep=;", "sep=,", "sep=\t"}:  # what Excel writes for itself
        text, start, separator = rest, 1, first.strip()[-1:]
    else:
        start, separator = 0, max("\t;,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator or "\t", strict=True)
    before = 0
    try:
        for cells in reader:
            yield start + before + 1, cells
            before = reader.line_num
    except csv.Error as exc:
        raise AssetError(f"{name}, line {start + reader.line_num}", f"is not CSV: {exc}") from exc


def _columns(header: Sequence[str], name: str) -> dict[str, int]:
    """Return where each of our columns stands."""
    cells = [_folded(cell) for cell in header]
    _refuse_rivals(header, cells, name)
    found = {
        ours: place
        for ours, names in _NAMES.items()
        if (place := next((cells.index(one) for one in names if one in cells), None)) is not None
    }
    for ours in (ENTRY, FILE):
        if ours not in found:
            raise AssetError(f"{name}, line 1", f"has no column for the {ours}", _near(header, ours))
    for ours in (DECLARED, KEY):
        if ours not in found and (near := _misspelt(header, ours, set(found.values()))):
            cure = f"did you mean “{ours}”? rename it, so that nobody's answer is passed over"
            raise AssetError(f"{name}, line 1", f"the column '{plain(near)}' is not known here", cure)
    return found


def _refuse_rivals(header: Sequence[str], cells: Sequence[str], name: str) -> None:
    """Refuse two columns of one name, and two that both ask about AI: one answer would be passed over."""
    for ours, names in _NAMES.items():
        found = [place for place, cell in enumerate(cells) if cell in names]
        twice = [place for place in found if cells.index(cells[place]) < place]
        rivals = found[1:] if ours == DECLARED else twice
        if rivals:
            first = next(place for place in found if ours == DECLARED or cells[place] == cells[rivals[0]])
            which = f"'{plain(header[first])}' and '{plain(header[rivals[0]])}'"
            cure = "rename the one that is not meant, so that nobody's answer is passed over"
            raise AssetError(f"{name}, line 1", f"{which} are both taken for the {ours}", cure)


def _near(header: Sequence[str], ours: str) -> str:
    if near := _misspelt(header, ours, set()):
        return f"is it '{plain(near)}'? call it {ours}"
    there = ", ".join(plain(cell) for cell in header[:_SHOWN]) + (" …" if len(header) > _SHOWN else "")
    return f"call it {ours}; there are: {there}"


def _misspelt(header: Sequence[str], ours: str, taken: set[int]) -> str:
    """Return a column that was probably meant to be *ours*, or ""."""
    names = [one for one in _NAMES[ours] if len(one) > 3]
    return next((cell for n, cell in enumerate(header) if n not in taken and nearest(_folded(cell), names)), "")


def _folded(text: str) -> str:
    """Return a column's name as it is looked up: letters and digits alone."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text[:_LONGEST]).casefold())


def _entry(cells: Sequence[str], columns: dict[str, int], own: set[int], wide: int, where: str, line: int) -> Entry:
    def cell(ours: str) -> str:
        place = columns.get(ours, len(cells))
        return cells[place].strip() if place < len(cells) else ""

    if len(cells) > wide:
        raise AssetError(where, f"has {len(cells)} cells under {wide} columns", "is a cell with the separator quoted?")
    entry, file, said = cell(ENTRY), cell(FILE), cell(DECLARED)
    for ours in (ENTRY, FILE, KEY):
        if len(cell(ours)) > _LONGEST or any(ord(letter) < 32 for letter in cell(ours)):
            raise AssetError(where, f"the {ours} is longer than {_LONGEST} characters, or has line breaks")
    if not entry:
        raise AssetError(where, "names no entry", "give each entry a number of its own")
    declared = answer_of(said)
    if declared is None:
        near = nearest(folded(said), [word for word in ANSWERS if word])
        cure = f"did you mean {near}" if near else f"use one of: {', '.join(SHOWN)}, or leave it empty"
        raise AssetError(where, f"{DECLARED}: '{plain(said, limit=60)}' is not known here", cure)
    others = [cells[n] if n < len(cells) else "" for n in range(wide) if n not in own]
    return Entry(plain(entry), file, declared, cell(KEY), line, tuple(others))


def _refuse_twice(entries: Sequence[Entry], name: str) -> None:
    seen: dict[tuple[str, str], int] = {}
    for entry in entries:
        key = (entry.id, file_key(entry.file))
        if key in seen:
            where = f"{name}, line {entry.line}"
            raise AssetError(where, f"entry {entry.id} names this file in line {seen[key]} already")
        seen[key] = entry.line


def file_parts(text: str) -> tuple[str, ...]:
    """Return the folders and the name of a file as a form names it; of an address, the name alone."""
    if re.match(r"https?://", text, re.IGNORECASE):
        text = unquote(_path_of(text)).rpartition("/")[2]
    shown = unicodedata.normalize("NFC", text).replace("\\", "/")
    return tuple(part for part in shown.split("/") if part not in ("", "."))


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return address


def file_key(text: str) -> str:
    """Return *text* as files are compared: without regard to case, as some systems have it."""
    return "/".join(file_parts(text)).casefold()
