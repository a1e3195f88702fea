"""What travels through a run: inputs, the pictures in them, and what was left out; plain frozen values."""

from __future__ import annotations

from enum import StrEnum

from provenance.record import dataclass


class Sort(StrEnum):
    """What an input is."""

    FILES = "files"  # pictures that were named one by one
    FOLDER = "folder"
    ARCHIVE = "archive"  # tar, with or without gzip; a WebDataset shard
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    NAMES = "names"  # on standard input


LISTS = frozenset({Sort.CSV, Sort.JSONL, Sort.PARQUET})


@dataclass(frozen=True, slots=True)
class Input:
    """One thing whose pictures are looked at together. Size and time tell whether it is still what it was."""

    sort: Sort
    path: str  # as it was given, or found below what was given; "" for files and names
    size: int = 0  # of an archive or a list
    modified: int = 0  # nanoseconds
    column: str = ""  # of a list: where its paths or pictures stand


@dataclass(frozen=True, slots=True)
class Item:
    """One picture that has to be looked at."""

    where: str  # what its row is called: a path, shard!member, list!row
    path: str = ""  # absolute; the child reads it
    offset: int = -1  # the picture is these bytes of the file; -1: it is the file
    length: int = 0
    data: bytes | None = None  # where no child can reach it: out of a compressed archive, out of a Parquet column
    sure: bool = True  # False: leave it out if its content is no picture
    beside: bool = False  # credentials may lie beside it
    declared: bool = True  # False: its folder was seen to hold no declaration for it


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that should have been a picture, and why it cannot be looked at: a row of its own."""

    where: str
    problem: str


class Why(StrEnum):
    """Why something has no row."""

    DUPLICATE = "duplicate"
    NO_PICTURE = "no_picture"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that has no row."""

    where: str
    why: Why


Entry = Input | Item | Trouble | LeftOut
