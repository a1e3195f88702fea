"""Rows as files. CSV for people and their spreadsheets: no cell begins as a formula does (security D15).

JSON Lines and Parquet are for programs: a picture's name stands there as it is.
"""

from __future__ import annotations

import csv
import io
import json
from enum import StrEnum
from typing import Any, BinaryIO, Protocol

from provenance.batch.lists import pyarrow
from provenance.batch.rows import Row
from provenance.plain import cell

COLUMNS = ("picture", "decision", "entry", "carriers", "signed", "by", "integrity", "constraint", "reason")
_AT_ONCE = 8192
_dump = json.JSONEncoder().encode


class Form(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


class Table(Protocol):
    """Takes rows one by one."""

    def add(self, row: Row) -> None:
        """Write one row."""

    def end(self) -> None:
        """Write what is left; the stream stays open."""


def table(form: Form, stream: BinaryIO) -> Table:
    """Return what writes rows to *stream*.

    Raises:
        AssetError: if pyarrow is needed and not there.
    """
    match form:
        case Form.CSV:
            return _Csv(stream)
        case Form.JSONL:
            return _JsonLines(stream)
        case _:
            return _Parquet(stream)


def as_dict(row: Row) -> dict[str, Any]:
    """Return *row* by the names of `COLUMNS`."""
    return dict(
        zip(
            COLUMNS,
            (row.where, row.outcome.value, row.entry, list(row.carriers), row.signed, row.by, row.integrity,
             row.constraint, row.reason),
            strict=True,
        )
    )  # fmt: skip


class _Csv:
    def __init__(self, stream: BinaryIO) -> None:
        self._text = io.TextIOWrapper(stream, "utf-8", errors="backslashreplace", newline="", write_through=False)
        self._writer = csv.writer(self._text, lineterminator="\n")
        self._writer.writerow(COLUMNS)

    def add(self, row: Row) -> None:
        carriers, signed = " ".join(row.carriers), "yes" if row.signed else "no"
        self._writer.writerow(
            (cell(row.where), row.outcome.value, row.entry, cell(carriers), signed, cell(row.by), row.integrity,
             cell(row.constraint), cell(row.reason))
        )  # fmt: skip

    def end(self) -> None:
        self._text.flush()
        self._text.detach()


class _JsonLines:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def add(self, row: Row) -> None:
        self._stream.write(_dump(as_dict(row)).encode("ascii") + b"\n")

    def end(self) -> None:
        self._stream.flush()


class _Parquet:
    def __init__(self, stream: BinaryIO) -> None:
        arrow = pyarrow()
        text = arrow.string()
        kinds = {"carriers": arrow.list_(text), "signed": arrow.bool_()}
        self._schema = arrow.schema([(name, kinds.get(name, text)) for name in COLUMNS])
        self._writer = arrow.parquet.ParquetWriter(stream, self._schema)
        self._rows: list[dict[str, Any]] = []

    def add(self, row: Row) -> None:
        found = as_dict(row)
        found["picture"] = row.where.encode("utf-8", "backslashreplace").decode("utf-8")
        self._rows.append(found)
        if len(self._rows) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_table(pyarrow().Table.from_pylist(self._rows, schema=self._schema))
        self._rows.clear()

    def end(self) -> None:
        self._flush()
        self._writer.close()
