"""Spreadsheets as text: CSV as Excel, LibreOffice and others write and read it.

Written: UTF-8 with a byte order mark, commas, and no cell that a spreadsheet takes for a formula (security D15): such a
cell, and one that begins with an apostrophe, gets an apostrophe in front, which is taken off again in reading. Read:
commas, semicolons or tabs, whatever fits the first line best, and a ``sep=`` line above it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from provenance.declaration.text import quoted
from provenance.errors import DeclarationError
from provenance.record import dataclass
from provenance.spelling import nearest

MAX_BYTES = 16 << 20
MAX_ROWS = 20_000
_FORMULA = tuple("=+-@\t\r＝＋－＠")
_DELIMITERS = ",;\t"
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sheet, with its number as a spreadsheet shows it."""

    number: int
    cells: Mapping[str, str]


def write(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return a sheet of *rows*; `read` gives the cells back as they are."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_safe(row.get(column, "")) for column in columns])
    return (_BOM + out.getvalue()).encode("utf-8")


def read(data: bytes, columns: Sequence[str], *, name: str) -> list[Row]:
    """Return the rows of a sheet that are not empty.

    Raises:
        DeclarationError: if it is no such sheet: another encoding, a column that is not known or stands twice.
    """
    text = _decoded(data, name)
    first, _, rest = text.partition("\n")
    if first.strip().casefold().startswith("sep=") and len(first.strip()) == 5:
        text, skipped, delimiter = rest, 1, first.strip()[4]
    else:
        skipped, delimiter = 0, _delimiter(first, columns)
    found: list[Row] = []
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        header = _header(next(lines, []), columns, name)
        for number, line in enumerate(lines, 2 + skipped):
            if len(line) > len(header) and any(cell.strip() for cell in line[len(header) :]):
                problem = f"has {len(line)} cells, more than there are columns"
                raise DeclarationError(f"{name}: row {number}", problem, "put a cell with a separator in it in quotes")
            if any(cell.strip() for cell in line):
                found.append(
                    Row(number, {column: _own(cell) for column, cell in zip(header, line, strict=False) if column})
                )
            if len(found) > MAX_ROWS:
                raise DeclarationError(name, f"has more than {MAX_ROWS} rows", "make it several sheets")
    except csv.Error as exc:
        raise DeclarationError(name, f"is not CSV ({exc})", "save it as CSV UTF-8") from exc
    return found


def _decoded(data: bytes, name: str) -> str:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise DeclarationError(name, "is a workbook, not CSV", "save it as CSV UTF-8")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DeclarationError(name, "is UTF-16 text", "save it as CSV UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise DeclarationError(name, f"is not UTF-8 text (byte {exc.start})", "save it as CSV UTF-8") from exc


def _delimiter(first: str, columns: Sequence[str]) -> str:
    def known(delimiter: str) -> int:
        return sum(_folded(cell.strip('"')) in columns for cell in first.strip().split(delimiter))

    return max(_DELIMITERS, key=known)


def _header(cells: Sequence[str], columns: Sequence[str], name: str) -> list[str]:
    header = [_folded(cell) for cell in cells]
    while header and not header[-1]:
        header.pop()
    for number, (column, cell) in enumerate(zip(header, cells, strict=False), 1):
        if column not in columns:
            where = f"{name}: column {number}"
            if not column:
                raise DeclarationError(where, "has no name in the first row", "name it, or take the column out")
            near = nearest(column, columns)
            cure = f"did you mean {near}" if near else f"use some of: {', '.join(columns)}"
            raise DeclarationError(where, f"{quoted(cell)} is not known here", cure)
        if header.count(column) > 1:
            raise DeclarationError(name, f"has the column {quoted(column)} twice", "take one of them out")
    if columns[0] not in header:
        raise DeclarationError(
            name, f"has no column {quoted(columns[0])}", "`provenance declare template` makes a sheet"
        )
    return header


def _folded(cell: str) -> str:
    return "_".join(cell.strip().casefold().replace("-", " ").replace("_", " ").split())


def _safe(cell: str) -> str:
    return "'" + cell if cell.startswith((*_FORMULA, "'")) else cell


def _own(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell
