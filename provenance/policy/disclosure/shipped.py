"""The list of a release: which files ship, and what whoever keeps the list says of each.

One path a line, ``#`` begins a remark; or CSV and TSV with a column ``file``, and as far as there are any ``use``
(shipped, marketing), ``status`` (temporary, final), ``approval`` and ``terms``. Paths are relative to the list. What a
list says is the word of whoever wrote it, and nothing of it is signed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from provenance.container.opening import opened
from provenance.declaration.globs import matches
from provenance.declaration.problems import choice
from provenance.errors import AssetError
from provenance.plain import plain
from provenance.record import dataclass
from provenance.spelling import nearest

MAX_BYTES = 64 << 20
MAX_FILES = 200_000
_COLUMNS = ("file", "use", "status", "approval", "terms")
_TABLES = {".csv": "", ".tsv": "\t"}


class Use(StrEnum):
    """Where players, or buyers, meet a file."""

    SHIPPED = "shipped"
    MARKETING = "marketing"


class Status(StrEnum):
    """Whether a file is there to stay."""

    NOT_SAID = ""
    TEMPORARY = "temporary"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Shipped:
    """One file of the list."""

    path: str  # as the list has it, with /
    use: Use = Use.SHIPPED
    status: Status = Status.NOT_SAID
    approval: str = ""  # a reference: a ticket, a contract
    terms: str = ""


@dataclass(frozen=True, slots=True)
class Patterns:
    """What patterns of paths say of files; more than the list, which was written for all."""

    marketing: tuple[str, ...] = ()
    temporary: tuple[str, ...] = ()
    final: tuple[str, ...] = ()

    def applied(self, one: Shipped) -> Shipped:
        """Return *one* as the patterns have it. A file that is both temporary and final is temporary."""
        if matches(one.path, self.marketing):
            one = replace(one, use=Use.MARKETING)
        if matches(one.path, self.temporary):
            return replace(one, status=Status.TEMPORARY)
        return replace(one, status=Status.FINAL) if matches(one.path, self.final) else one


def read(path: Path) -> tuple[Shipped, ...]:
    """Return the files of the list at *path*, each once.

    Raises:
        AssetError: naming file, line and what is wrong.
    """
    name = plain(path.name)
    try:
        with opened(path) as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as exc:
        raise AssetError(name, f"cannot be read ({exc.strerror or exc})") from exc
    if len(data) > MAX_BYTES:
        raise AssetError(name, f"is larger than {MAX_BYTES >> 20} MiB", "is this a list of files?")
    if b"\0" in data[:4096]:
        raise AssetError(name, "is no text", "name a list of files, one path a line, or a CSV with a column file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise AssetError(name, f"is not UTF-8 text (byte {exc.start})", "save it as UTF-8") from exc
    found = _table(text, name, path.suffix.lower()) if path.suffix.lower() in _TABLES else _lines(text, name)
    return _once(found, name)


def _once(found: Iterable[Shipped], name: str) -> tuple[Shipped, ...]:
    seen: dict[str, Shipped] = {}
    for one in found:
        if one.path in seen and seen[one.path] != one:
            raise AssetError(name, f"says two things of '{plain(one.path)}'", "keep one of the rows")
        seen[one.path] = one
        if len(seen) > MAX_FILES:
            raise AssetError(name, f"names more than {MAX_FILES:,} files", "split the release")
    if not seen:
        raise AssetError(name, "names no file")
    return tuple(seen.values())


def _lines(text: str, name: str) -> Iterator[Shipped]:
    for number, line in enumerate(text.splitlines(), 1):
        if (path := line.strip()) and not path.startswith("#"):
            yield Shipped(_path(path, f"{name}, line {number}"))


def _path(text: str, where: str) -> str:
    if "://" in text:
        raise AssetError(where, "is an address; nothing is fetched", "name files")
    return text.replace("\\", "/").removeprefix("./")


def _table(text: str, name: str, ending: str) -> Iterator[Shipped]:
    first = text.partition("\n")[0]
    separator = _TABLES[ending] or max("\t;,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = [cell.strip().casefold() for cell in next(reader, [])]
        places = _places(header, name)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _row(cells, places, f"{name}, line {reader.line_num}")
    except csv.Error as exc:
        raise AssetError(f"{name}, line {reader.line_num}", f"is not CSV: {exc}") from exc


def _places(header: Sequence[str], name: str) -> dict[str, int]:
    places = {ours: header.index(ours) for ours in _COLUMNS if ours in header}
    others = [cell for cell in header if cell not in _COLUMNS]
    if "file" not in places:
        near = next((cell for cell in others if nearest(cell, ["file", "path", "filename"])), "")
        cure = f"is it '{plain(near)}'? call it file" if near else "call it file"
        raise AssetError(f"{name}, line 1", "has no column for the file", cure)
    missing = [ours for ours in _COLUMNS if ours not in places]
    for cell in others:  # another column is nobody's fault, a misspelt one would be passed over
        if near := nearest(cell, missing):
            raise AssetError(f"{name}, line 1", f"the column '{plain(cell)}' is not known here", f"did you mean {near}")
    return places


def _row(cells: Sequence[str], places: dict[str, int], where: str) -> Shipped:
    def cell(ours: str) -> str:
        place = places.get(ours, len(cells))
        return cells[place].strip() if place < len(cells) else ""

    path = cell("file")
    if not path:
        raise AssetError(where, "names no file")
    use = _word(cell("use"), Use, where, "use") if cell("use") else Use.SHIPPED
    status = _word(cell("status"), Status, where, "status")
    return Shipped(_path(path, where), Use(use), Status(status), plain(cell("approval")), plain(cell("terms")))


def _word(text: str, words: type[Use] | type[Status], where: str, column: str) -> str:
    folded = text.casefold()
    known = [word.value for word in words]
    if folded not in known:
        problem, cure = choice(folded, [word for word in known if word])
        raise AssetError(f"{where}, {column}", problem, cure)
    return folded
