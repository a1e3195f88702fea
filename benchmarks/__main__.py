"""``make bench``: measure, print, and rewrite the table in docs/benchmarks.md. A missed bar is exit code 1."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.rows import SECTIONS, Row

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
START, END = "<!-- measured -->", "<!-- /measured -->"


def main() -> int:
    """Run every section in a folder of its own."""
    rows: list[Row] = []
    for section in SECTIONS:
        with tempfile.TemporaryDirectory() as folder:
            for row in section(Path(folder)):
                print(_line(row), flush=True)
                rows.append(row)
    _write(rows)
    return int(any(row.met is False for row in rows))


def _answer(row: Row) -> str:
    return {None: "–", True: "met", False: "**missed**"}[row.met]


def _measured(row: Row) -> str:
    return f"{row.measured:.{0 if row.unit == 'MiB' else 2}f} {row.unit}"


def _line(row: Row) -> str:
    return f"{_measured(row):>10}  {row.bar or '-':>9}  {_answer(row):<10}  {row.what}: {row.ours}, {row.theirs}"


def _write(rows: list[Row]) -> None:
    text = DOCUMENT.read_text("utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    engine, other = version("c2pa-python"), version("encypher-c2pa")
    lines = [
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, c2pa-python {engine}, encypher-c2pa {other}.",
        "",
        "| what | ours | against | measured | bar | |",
        "|---|---|---|---|---|---|",
        *(
            f"| {row.what} | {row.ours} | {row.theirs} | {_measured(row)} | {row.bar or '–'} | {_answer(row)} |"
            for row in rows
        ),
    ]
    DOCUMENT.write_text("\n".join([before + START, "", *lines, "", END + after]), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
