"""Many declarations from a sheet, and a sheet from what is declared: nothing is written unless every row is good.

A row that is marked *signed* or *folder* tells what stands elsewhere and declares nothing; with an empty ``state`` it
is the writer's own word. A row whose ``picture_sha256`` is not that of the picture any more is refused: the sheet was
made before the picture was saved again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PureWindowsPath

from provenance.container.opening import opened
from provenance.declaration import sheet_text
from provenance.declaration.beside import find, text_of
from provenance.declaration.sheet import COLUMNS, FILE, STATE, SUM, Wrong, from_row, to_row
from provenance.declaration.upward import BESIDE
from provenance.errors import DeclarationError, ProvenanceError
from provenance.metadata.model import Field
from provenance.plain import plain
from provenance.record import dataclass
from provenance.signing.files import write_new
from provenance.terms import Mining, Use
from provenance.verification.currency import Currency, currency
from provenance.verification.files import verify_files
from provenance.verification.model import Manifest, Verification
from provenance.verification.options import Options
from provenance.verification.stores import sha256_of
from provenance.worker.settings import Settings

DECLARED, STALE, OF_FOLDER, SIGNED = "declared", "stale", "folder", "signed"
_ELSEWHERE = (OF_FOLDER, SIGNED)
_STATES = (DECLARED, STALE, *_ELSEWHERE)
_FIELDS = {
    Field.TITLE: "title",
    Field.DESCRIPTION: "description",
    Field.CREDIT: "credit",
    Field.RIGHTS: "copyright",
    Field.WEB_STATEMENT: "license_url",
    Field.USAGE_TERMS: "usage_terms",
    Field.COPYRIGHT_OWNER: "copyright_owner",
}
_ENTRIES = {
    Mining.GENERATIVE_TRAINING: "generative_training",
    Mining.TRAINING: "training",
    Mining.DATA_MINING: "data_mining",
    Mining.INFERENCE: "inference",
}
_ANSWERS = {Use.ALLOWED: "yes", Use.NOT_ALLOWED: "no", Use.CONSTRAINED: "ask"}


@dataclass(frozen=True, slots=True)
class Ready:
    """One declaration that can be written."""

    target: Path
    text: str
    there: bool = False  # the same text stands there already


@dataclass(frozen=True, slots=True)
class WrongCell:
    """One cell that cannot be accepted, and where it stands."""

    row: int
    wrong: Wrong

    def __str__(self) -> str:
        where = f"row {self.row}" + (f", column {self.wrong.column}" if self.wrong.column else "")
        return f"{where}: {self.wrong.problem}" + (f"; {self.wrong.cure}" if self.wrong.cure else "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet, read and judged."""

    ready: tuple[Ready, ...] = ()
    wrong: tuple[WrongCell, ...] = ()
    silent: int = 0  # rows that say nothing about their picture
    elsewhere: int = 0  # rows that are marked signed or folder


def read_sheet(file: Path, folder: Path, *, overwrite: bool) -> Sheet:
    """Return what the sheet *file* declares about pictures in *folder*, or everything that is wrong with it.

    Raises:
        DeclarationError: if it is no sheet.
    """
    name = plain(file.name)
    try:
        with opened(file) as stream:
            data = stream.read(sheet_text.MAX_BYTES + 1)
    except (OSError, ValueError) as exc:
        raise DeclarationError(name, f"cannot be read ({getattr(exc, 'strerror', None) or exc})") from exc
    if len(data) > sheet_text.MAX_BYTES:
        raise DeclarationError(name, f"is longer than {sheet_text.MAX_BYTES} bytes", "make it several sheets")
    ready: list[Ready] = []
    wrong: list[WrongCell] = []
    silent = elsewhere = 0
    seen: dict[str, int] = {}
    for row in sheet_text.read(data, COLUMNS, name=name):
        state = row.cells.get(STATE, "").strip().casefold()
        if state in _ELSEWHERE:
            elsewhere += 1
            continue
        if not any(text.strip() for column, text in row.cells.items() if column not in (FILE, STATE, SUM)):
            silent += 1
            continue
        found, faults = _row(row, folder, seen, overwrite=overwrite)
        if state and state not in _STATES:
            faults.insert(0, Wrong(STATE, f"'{plain(state, limit=60)}' is not known here", "leave it empty"))
        wrong += [WrongCell(row.number, fault) for fault in faults]
        if found is not None and not faults:
            ready.append(found)
    return Sheet(tuple(ready), tuple(wrong), silent, elsewhere)


def _row(
    row: sheet_text.Row, folder: Path, seen: dict[str, int], *, overwrite: bool
) -> tuple[Ready | None, list[Wrong]]:
    declaration, faults = from_row(row.cells)
    picture = _picture(row.cells.get(FILE, ""), folder)
    if isinstance(picture, Wrong):
        return None, [picture, *faults]
    key = os.path.normcase(os.path.realpath(picture))
    if key in seen:
        return None, [Wrong(FILE, f"stands in row {seen[key]} too", "keep one of the rows"), *faults]
    seen[key] = row.number
    try:
        sha256 = sha256_of(picture)
    except ProvenanceError as exc:
        return None, [Wrong(FILE, exc.problem), *faults]
    if (said := row.cells.get(SUM, "").strip().casefold()) and said != sha256:
        cure = "look whether the row still holds, then empty this cell"
        faults = [*faults, Wrong(SUM, "the picture was saved again since the sheet was made", cure)]
    if declaration is None:
        return None, faults
    target = picture.with_name(picture.name + BESIDE)
    text = text_of(declaration, sha256)
    there = _stands(target, text)
    if not there and os.path.lexists(target) and not overwrite:
        faults = [*faults, Wrong(FILE, "something else is declared beside it already", "allow it with --overwrite")]
    return Ready(target, text, there), faults


def _picture(text: str, folder: Path) -> Path | Wrong:
    if not text.strip():
        return Wrong(FILE, "is empty", "name the picture, from the folder of the sheet")
    pure = PureWindowsPath(text)
    if pure.is_absolute() or pure.root or pure.drive or ".." in pure.parts:
        return Wrong(FILE, "lies outside the folder", "name it from the folder of the sheet, or say --folder")
    if text.endswith(BESIDE):
        return Wrong(FILE, "is a declaration itself", "name the picture")
    for name in (text, text.replace("\\", "/"), text.strip()):
        try:
            if (folder / name).is_file():
                return folder / name
        except (OSError, ValueError):
            break
    return Wrong(
        FILE, f"'{plain(text, limit=60)}' is not there", "name it from the folder of the sheet, or say --folder"
    )


def _stands(target: Path, text: str) -> bool:
    try:
        return target.is_file() and target.stat().st_size < 1 << 20 and target.read_bytes() == text.encode()
    except OSError:
        return False


def write_all(ready: Iterable[Ready], *, overwrite: bool) -> int:
    """Write what is ready and not there already; return how many.

    Raises:
        OutputError: if one cannot be written; what was written before it stays.
    """
    count = 0
    for one in ready:
        if not one.there:
            write_new(one.target, one.text.encode(), overwrite=overwrite)
            count += 1
    return count


# --- the other way -------------------------------------------------------------------------------------------------


def template(pictures: Iterable[Path], folder: Path) -> bytes:
    """Return an empty sheet of *pictures*, named from *folder*."""
    return sheet_text.write(COLUMNS, ({FILE: _name(picture, folder)} for picture in pictures))


def export(pictures: Iterable[Path], folder: Path, *, options: Options, settings: Settings) -> bytes:
    """Return a sheet of *pictures*: what is declared beside each, else what is signed, marked as that.

    Raises:
        DeclarationError: if something beside a picture cannot be accepted.
        WorkerError: if no child can be started.
    """
    rows: dict[Path, dict[str, str]] = {}
    others = []
    known: dict[str, tuple[Path, ...]] = {}
    for picture in pictures:
        rows[picture] = {FILE: _name(picture, folder)}
        beside = find(picture, known)
        if beside is None or beside.for_folder:
            others.append(picture)
        if beside is not None:
            stale = currency(picture, beside) is Currency.STALE
            state = OF_FOLDER if beside.for_folder else STALE if stale else DECLARED
            rows[picture] |= to_row(beside.written) | {STATE: state, SUM: beside.sha256}
    if others:
        for picture, found in verify_files(others, options=options, settings=settings):
            active = found.active_manifest if isinstance(found, Verification) else None
            if active is not None and active.attributable:
                rows[picture] = {FILE: rows[picture][FILE], STATE: SIGNED} | dict(_signed(active))
    return sheet_text.write(COLUMNS, rows.values())


def _name(picture: Path, folder: Path) -> str:
    return Path(os.path.relpath(picture, folder)).as_posix()


def _signed(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield the cells that tell what an intact manifest states, as far as a column can."""
    for value in manifest.stated:
        if column := _FIELDS.get(value.field):
            yield column, plain(" | ".join(value.texts), limit=4096)
    if manifest.title:
        yield "title", plain(manifest.title, limit=500)
    if manifest.authors:
        yield "authors", plain(" | ".join(dict.fromkeys(one.name for one in manifest.authors)), limit=4096)
    created = next((one for one in manifest.actions if one.name == "c2pa.created" and one.source_type), None)
    if created is not None:
        yield "origin_source_type", plain(created.source_type)
    tools = dict.fromkeys(f"{one.tool} {one.tool_version}".strip() for one in manifest.actions if one.tool)
    yield "tools", plain(" | ".join(tools), limit=4096)
    steps = [f"{one.ai.kind or 'other'}={one.ai.generative or 'unknown'}" for one in manifest.actions if one.ai]
    yield "ai", plain(" | ".join(steps), limit=4096)
    yield "complete", "yes" if manifest.all_actions_included else ""
    for statement in manifest.statements:
        if statement.kind in {"made", "no_generative_ai"}:
            yield statement.kind, plain(statement.value)
    yield from _permissions(manifest)


def _permissions(manifest: Manifest) -> Iterator[tuple[str, str]]:
    found: Mapping[str, str] = {one.entry: one.use for one in manifest.permissions}
    for entry, column in _ENTRIES.items():
        if answer := _ANSWERS.get(found.get(entry, "")):  # type: ignore[call-overload]  # a StrEnum is its text
            yield column, answer
