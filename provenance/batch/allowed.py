"""What may be taken, written out: filtered shards, filtered lists, a list of pictures; whole or not at all.

A sample of a shard goes or stays whole: if one of its pictures may not be taken, none of its members is; a sample
without a picture holds nothing that was allowed. Kept members and kept records are the bytes that they were.
Everything is written beside the target under another name, and renamed when the run has ended.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

from provenance.batch import lists
from provenance.batch.model import LISTS, Input, LeftOut, Sort
from provenance.batch.run import Done
from provenance.batch.sources import is_picture
from provenance.batch.summary import taken
from provenance.batch.tar import END, Archive, members
from provenance.errors import AssetError, OutputError
from provenance.plain import plain
from provenance.signing.files import replacing

_PLAIN = "pictures.csv"  # of pictures that came neither from an archive nor from a list
_NAMES = {".csv", ".jsonl", ".ndjson", ".parquet", ".txt"}
_GROUP = 1024


class Allowed:
    """Takes what a run yields and writes what may be taken; nothing stands at *target* before the block ends well."""

    def __init__(self, target: Path, *, unstated: bool, overwrite: bool) -> None:
        """Begin beside *target*: a folder, or with the ending of a list one file.

        Raises:
            OutputError: if it cannot stand there.
        """
        self.target = target
        self._name = plain(target.name)
        self._single = target.suffix.lower() in {*_NAMES, *lists.ENDINGS}
        self._unstated, self._overwrite = unstated, overwrite
        self._stack = ExitStack()
        self._given: Input | None = None
        self._root = ""
        self._flags = bytearray()  # of the current archive or list: one for each picture or record
        self._pictures: _Pictures | None = None
        self._written: set[str] = set()
        self._folder = target.with_name(f".{target.name}.partial")

    def __enter__(self) -> Self:
        if self._single:
            if self.target.exists() and not self._overwrite:
                raise OutputError(self._name, "exists already", "allow it with --overwrite, or name another")
            return self
        if self.target.exists() and (not self.target.is_dir() or any(self.target.iterdir())):
            raise OutputError(self._name, "exists already and is not an empty folder", "name another")
        if not self.target.absolute().parent.is_dir():
            raise OutputError(self._name, "lies in a folder that does not exist", "make it first")
        shutil.rmtree(self._folder, ignore_errors=True)
        with _told(self._name):
            self._folder.mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
                self._end_pictures()
        except BaseException as exc:
            self._stack.__exit__(type(exc), exc, exc.__traceback__)
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self._stack.__exit__(kind, value, trace)
        if self._single:
            return
        if kind is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            return
        with _told(self._name):
            if self.target.is_dir():
                self.target.rmdir()
            self._folder.rename(self.target)

    def add(self, done: Done) -> None:
        """Take note of one entry of the run, in its order."""
        if isinstance(done, Input):
            self._finish()
            self._begin(done)
        elif self._given is not None and self._given.sort in {*LISTS, Sort.ARCHIVE}:
            self._flags.append(not isinstance(done, LeftOut) and taken(done, unstated=self._unstated))
        elif not isinstance(done, LeftOut) and taken(done, unstated=self._unstated):
            self._open_pictures().add(done.where)

    # --- inputs -----------------------------------------------------------------------------------------------

    def _begin(self, given: Input) -> None:
        if given.sort is Sort.FOLDER:
            self._root = given.path.rstrip(os.sep) + os.sep
        self._given, self._flags = given, bytearray()
        if not self._single:
            return
        if given.sort is Sort.ARCHIVE:
            raise OutputError(self._name, "archives are written into a folder", "name one, without such an ending")
        if given.sort in LISTS:
            if self._written:
                raise OutputError(self._name, "several inputs do not fit into one list", "name a folder")
            if lists.ENDINGS.get(self.target.suffix.lower()) is not given.sort:
                ending = Path(given.path).suffix
                raise OutputError(self._name, f"a filtered {given.sort} list is one again", f"end the name in {ending}")

    def _finish(self) -> None:
        """Write the archive or the list that has just ended."""
        given, self._given = self._given, None
        if given is None or given.sort not in {*LISTS, Sort.ARCHIVE}:
            return
        with _told(self._name):
            found = Path(given.path).stat()
        if (found.st_size, found.st_mtime_ns) != (given.size, given.modified):
            raise OutputError(plain(given.path), "has changed while it was looked at", "start anew")
        with self._opened(self._relative(given)) as stream:
            if given.sort is Sort.ARCHIVE:
                _copy_samples(given, self._flags, stream)
            elif given.sort is Sort.PARQUET:
                _copy_parquet(given, self._flags, stream)
            else:
                _copy_records(given, self._flags, stream)

    def _relative(self, given: Input) -> str:
        if self._root and given.path.startswith(self._root):
            return given.path[len(self._root) :]
        return Path(given.path).name

    @contextmanager
    def _opened(self, name: str) -> Iterator[BinaryIO]:
        if name in self._written or (self._single and self._written):
            raise OutputError(self._name, f"two inputs would be written as {plain(name)}", "check them one by one")
        self._written.add(name)
        if self._single:
            yield self._stack.enter_context(replacing(self.target, overwrite=self._overwrite)).stream
            return
        path = self._folder / name
        with _told(self._name):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())

    def _open_pictures(self) -> _Pictures:
        if self._pictures is None:
            name = self.target.name if self._single else _PLAIN
            stream = self._stack.enter_context(self._opened(name))
            self._pictures = _Pictures(Path(name).suffix.lower(), stream)
        return self._pictures

    def _end_pictures(self) -> None:
        if self._pictures is None and self._single and not self._written:
            self._open_pictures()  # nothing may be taken: an empty list says so
        if self._pictures is not None:
            self._pictures.end()


def files_of(target: Path | None) -> tuple[Path, ...]:
    """Return the files that stand at *target* after a run, in their order."""
    if target is None or target.is_file():
        return (target,) if target else ()
    return tuple(sorted(path for path in target.rglob("*") if path.is_file()))


@contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise OutputError(name, f"cannot be written ({exc.strerror or exc})") from exc


class _Pictures:
    """Writes a list of pictures, one name a record, in the form that the ending stands for."""

    def __init__(self, ending: str, stream: BinaryIO) -> None:
        self._ending = ending
        self._stream = stream
        self._names: list[str] = []
        self._parquet: Any = None
        if ending == ".csv":
            stream.write(b"path\n")
        elif ending == ".parquet":
            arrow = lists.pyarrow()
            self._schema = arrow.schema([("path", arrow.string())])
            self._parquet = arrow.parquet.ParquetWriter(stream, self._schema)

    def add(self, name: str) -> None:
        if name.startswith(("=", "+", "-", "@", "\t", "\r")):
            name = "./" + name  # the same path, and no formula (security D15)
        if self._parquet is not None:
            self._names.append(name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
            if len(self._names) >= _GROUP:
                self._flush()
            return
        self._stream.write(self._line(name).encode("utf-8", "surrogateescape"))

    def _line(self, name: str) -> str:
        if self._ending == ".txt":
            return name + "\n"
        if self._ending == ".csv":
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\n").writerow([name])
            return text.getvalue()
        return json.dumps({"path": name}) + "\n"

    def _flush(self) -> None:
        self._parquet.write_table(lists.pyarrow().table({"path": self._names}, schema=self._schema))
        self._names.clear()

    def end(self) -> None:
        if self._parquet is not None:
            self._flush()
            self._parquet.close()


# --- copies ---------------------------------------------------------------------------------------------------------


def _copy_samples(given: Input, flags: bytearray, stream: BinaryIO) -> None:
    """Copy the samples of an archive whose pictures may all be taken."""
    kept = _kept_samples(given, flags)
    with Archive(Path(given.path)) as walk, Archive(Path(given.path)) as source:
        if source.packed:
            packed = gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0, compresslevel=6)
            target = cast(BinaryIO, packed)
        else:
            target = stream
        try:
            for member in members(walk):
                if member.shared or member.key in kept:
                    for block in source.blocks(member.start, member.end):
                        target.write(block)
        except AssetError:
            pass  # damaged from here on, as a row says; what stands before is whole
        target.write(END)
        if source.packed:
            target.close()


def _kept_samples(given: Input, flags: bytearray) -> set[str]:
    good: set[str] = set()
    bad: set[str] = set()
    number = 0
    try:
        with Archive(Path(given.path)) as archive:
            for member in members(archive):
                if is_picture(member):
                    (good if number < len(flags) and flags[number] else bad).add(member.key)
                    number += 1
    except AssetError:
        number += 1  # it has a row of its own
    if number != len(flags):
        raise OutputError(plain(given.path), "has changed while it was looked at", "start anew")
    return good - bad


def _copy_records(given: Input, flags: bytearray, stream: BinaryIO) -> None:
    if given.sort is Sort.CSV:
        stream.write(lists.header(given))
    rows = iter(flags)
    try:
        for found in lists.records(given):
            if next(rows, 0):
                stream.write(found.raw)
    except AssetError:
        pass  # as above


def _copy_parquet(given: Input, flags: bytearray, stream: BinaryIO) -> None:
    arrow = lists.pyarrow()
    at = 0
    with lists.parquet(given) as file:
        packing = file.metadata.row_group(0).column(0).compression if file.metadata.num_row_groups else "SNAPPY"
        writer = arrow.parquet.ParquetWriter(
            stream, file.schema_arrow, compression="NONE" if packing == "UNCOMPRESSED" else packing
        )
        waiting: list[Any] = []
        for batch in file.iter_batches(batch_size=lists.ROWS):
            keep = arrow.array([bool(flag) for flag in flags[at : at + batch.num_rows]])
            at += batch.num_rows
            waiting.append(batch.filter(keep))
            if sum(one.nbytes for one in waiting) > lists.ROW_GROUP:
                writer.write_table(arrow.Table.from_batches(waiting, schema=file.schema_arrow))
                waiting.clear()
        writer.write_table(arrow.Table.from_batches(waiting, schema=file.schema_arrow))
        writer.close()
