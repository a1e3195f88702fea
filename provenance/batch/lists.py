"""Lists of pictures, read record by record: CSV and TSV, JSON Lines, Parquet, names on standard input.

A record is kept as the bytes that it was written in, so that a filtered list holds the same records with all their
columns. Paths in a list are relative to the folder that it lies in. A Parquet column may also hold the pictures
themselves: binary, or the struct of bytes and path that `datasets` writes for images. pyarrow is optional.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from provenance.batch.model import Input, Sort
from provenance.container.opening import opened
from provenance.errors import AssetError, ProvenanceError
from provenance.plain import plain
from provenance.record import dataclass
from provenance.spelling import nearest

USUAL = ("path", "file", "file_name", "filename", "filepath", "file_path", "image", "image_path", "img", "picture")
ENDINGS = {
    ".csv": Sort.CSV, ".tsv": Sort.CSV, ".jsonl": Sort.JSONL, ".ndjson": Sort.JSONL, ".parquet": Sort.PARQUET,
}  # fmt: skip
_LINE = 1 << 20
ROWS = 64  # of a Parquet file at a time: they may hold pictures
ROW_GROUP = 32 << 20  # bytes of rows that are written together
_SHOWN = 12
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Listed:
    """One record: the path or the picture that it names, or why it names none."""

    path: str = ""
    data: bytes | None = None
    problem: str = ""
    raw: bytes = b""  # the record as it was written; not for Parquet
    number: int = 0  # from 1


def records(given: Input) -> Iterator[Listed]:
    """Yield the records of the list *given*, whose column is known.

    Raises:
        AssetError: if it cannot be read any further.
    """
    match given.sort:
        case Sort.CSV:
            return _csv(given)
        case Sort.JSONL:
            return _jsonl(given)
        case _:
            return _parquet(given)


def with_column(given: Input, wanted: str) -> Input:
    """Return *given* with its column: *wanted*, or the first of the usual names.

    Raises:
        AssetError: if there is no such column, with the nearest name; if the list cannot be read.
    """
    names = _columns(given)
    if names is None:  # JSON Lines of plain strings
        column = ""
    elif wanted:
        if wanted not in names:
            near = nearest(wanted, names)
            cure = f"did you mean '{plain(near)}'?" if near else f"it has {_list(names)}"
            raise AssetError(_name(given), f"has no column '{plain(wanted)}'", cure)
        column = wanted
    else:
        found = next((name for usual in USUAL for name in names if name.lower() == usual), None)
        if found is None:
            raise AssetError(_name(given), "has no column that is known to hold paths", f"--column: {_list(names)}")
        column = found
    return Input(given.sort, given.path, given.size, given.modified, column)


def lines(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield lines with their ends.

    Raises:
        AssetError: at one that is longer than a list has.
    """
    number = 0
    while line := stream.readline(_LINE + 1):
        number += 1
        if len(line) > _LINE:
            raise AssetError(name, f"line {number} is longer than {_LINE} bytes", "is this a list?")
        yield line


def names(stream: BinaryIO, *, null: bool) -> Iterator[bytes]:
    """Yield the names of files, one a line, or with *null* each ended by a NUL, as ``find -print0`` writes them.

    Raises:
        AssetError: at one that is longer than a name can be.
    """
    if not null:
        yield from (line.rstrip(b"\r\n") for line in lines(stream, "names"))
        return
    rest = b""
    while block := stream.read(1 << 16):
        *whole, rest = (rest + block).split(b"\0")
        yield from whole
        if len(rest) > _LINE:
            raise AssetError("names", f"one is longer than {_LINE} bytes", "are they separated by NUL?")
    yield rest


def _list(names: list[str]) -> str:
    return ", ".join(plain(name) for name in names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _name(given: Input) -> str:
    return plain(Path(given.path).name)


def _open(given: Input) -> BinaryIO:
    try:
        return opened(Path(given.path))
    except OSError as exc:
        raise AssetError(_name(given), f"cannot be read ({exc.strerror or exc})") from exc


def _columns(given: Input) -> list[str] | None:
    match given.sort:
        case Sort.CSV:
            with _open(given) as stream:
                return next(iter(_cells(given, stream)), ([], b""))[0]
        case Sort.JSONL:
            with _open(given) as stream:
                first = next((line for line in lines(stream, _name(given)) if line.strip()), b"{}")
            found = _json(first)
            return None if isinstance(found, str) else list(map(str, found)) if isinstance(found, dict) else []
        case _:
            with parquet(given) as file:
                return list(file.schema_arrow.names)


# --- CSV --------------------------------------------------------------------------------------------------------


def header(given: Input) -> bytes:
    """Return the first record of a CSV list as it was written."""
    with _open(given) as stream:
        return next(iter(_cells(given, stream)), ([], b""))[1]


def _cells(given: Input, stream: BinaryIO) -> Iterator[tuple[list[str], bytes]]:
    """Yield the cells of each record, the first one too, and the record as it was written."""
    taken: list[bytes] = []
    separator = ""

    def text() -> Iterator[str]:
        for line in lines(stream, _name(given)):
            taken.append(line)
            yield line.removeprefix(BOM).decode("utf-8", "surrogateescape")

    source = text()
    first = next(source, "")
    separator = max("\t;,", key=first.count)
    reader = csv.reader(_again(first, source), delimiter=separator)
    try:
        for cells in reader:
            raw = b"".join(taken)
            taken.clear()
            yield cells, raw
    except csv.Error as exc:
        raise AssetError(_name(given), f"line {reader.line_num} is not CSV: {exc}") from exc


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


def _csv(given: Input) -> Iterator[Listed]:
    with _open(given) as stream:
        found = _cells(given, stream)
        names, _ = next(found, ([], b""))
        place = names.index(given.column)
        for number, (cells, raw) in enumerate(found, 1):
            if not cells:
                continue  # an empty line is no record
            path = cells[place] if place < len(cells) else ""
            problem = "" if path else "names no picture"
            yield Listed(path, problem=problem, raw=raw, number=number)


# --- JSON Lines -------------------------------------------------------------------------------------------------


def _jsonl(given: Input) -> Iterator[Listed]:
    with _open(given) as stream:
        for number, raw in enumerate(lines(stream, _name(given)), 1):
            if not raw.strip():
                continue
            found = _json(raw)
            if isinstance(found, dict):
                found = found.get(given.column, "")
            path = found if isinstance(found, str) else ""
            yield Listed(path, problem="" if path else "names no picture", raw=raw, number=number)


def _json(line: bytes) -> Any:
    try:
        return json.loads(line.removeprefix(BOM))
    except (ValueError, RecursionError):
        return None


# --- Parquet ----------------------------------------------------------------------------------------------------


def pyarrow() -> Any:
    """Return pyarrow.

    Raises:
        AssetError: if it is not installed.
    """
    try:
        import pyarrow  # an extra: most lists are not Parquet
        import pyarrow.parquet
    except ImportError as exc:
        raise AssetError("Parquet", "needs pyarrow", "pip install 'provenance-toolkit[datasets]'") from exc
    return pyarrow


class parquet:  # noqa: N801 - used as a function: with parquet(given) as file
    """A Parquet file, opened; what pyarrow says against it becomes one line of ours."""

    def __init__(self, given: Input) -> None:
        self._given = given
        self._file: Any = None

    def __enter__(self) -> Any:
        arrow = pyarrow()
        try:
            self._file = arrow.parquet.ParquetFile(self._given.path)
        except (OSError, arrow.ArrowException) as exc:
            raise AssetError(_name(self._given), "is not a Parquet file that can be read") from exc
        return self._file

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: Any) -> None:
        self._file.close()
        if isinstance(value, OSError | pyarrow().ArrowException) and not isinstance(value, ProvenanceError):
            raise AssetError(_name(self._given), "is damaged") from value


def _parquet(given: Input) -> Iterator[Listed]:
    number = 0
    with parquet(given) as file:
        for batch in file.iter_batches(batch_size=ROWS, columns=[given.column]):
            for value in batch.column(0).to_pylist():
                number += 1
                yield _cell(value, number)


def _cell(value: Any, number: int) -> Listed:
    path: Any = ""
    if isinstance(value, dict):  # as `datasets` writes an image
        value, path = value.get("bytes"), value.get("path") or ""
    if isinstance(value, bytes):
        return Listed(path if isinstance(path, str) else "", value, number=number)
    found = value if isinstance(value, str) else path if isinstance(path, str) else ""
    return Listed(found, problem="" if found else "names no picture", number=number)
