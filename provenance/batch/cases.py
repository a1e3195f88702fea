"""Case files beside a page of verdicts: one page a file, and small copies of the pictures, made by us.

Each file is checked once more, in a child, and each picture decoded in one; what was not checked is handed to no
other parser.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from provenance.record import dataclass
from provenance.report.build import build
from provenance.report.editions import blind, in_words
from provenance.report.html import page
from provenance.report.picture import LONGEST_EDGE, pictures_of
from provenance.report.wording import Catalogue
from provenance.signing.files import write_new
from provenance.terms import Integrity
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.worker.settings import Settings

ENDING = ".case.html"
SMALL = 176  # longest edge of a preview: twice what the page shows, for dense screens
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that gets a case file."""

    name: str  # of its verdict
    path: Path


@dataclass(frozen=True, slots=True)
class Made:
    """What was made for one file."""

    name: str
    file: str = ""  # name of the case file in the folder; "" if there is none
    preview: bytes = b""  # a JPEG


def write_cases(
    wanted: Sequence[Wanted],
    folder: Path,
    *,
    options: Options,
    settings: Settings,
    now: datetime,
    say: Catalogue,
    hidden: bool = False,
) -> Iterator[Made]:
    """Write a case file for each of *wanted* into *folder*, in their order; yield what was made.

    Args:
        hidden: the pages name nobody, and a file is called by the name of its verdict.

    Raises:
        OutputError: if one cannot be written.
        WorkerError: if no child can be started.
    """
    digits = max(4, len(str(len(wanted))))
    checking = replace(options, digest=True)
    for start in range(0, len(wanted), _AT_ONCE):
        group = wanted[start : start + _AT_ONCE]
        answers = [found for _, found in verify_files([one.path for one in group], options=checking, settings=settings)]
        shown = [one.path for one, found in zip(group, answers, strict=True) if _checked(found)]
        large = dict(zip(shown, pictures_of(shown, edge=LONGEST_EDGE, settings=settings), strict=True))
        small = dict(zip(shown, pictures_of(shown, edge=SMALL, settings=settings), strict=True))
        for number, (one, found) in enumerate(zip(group, answers, strict=True), start + 1):
            if not isinstance(found, Verification):
                yield Made(one.name)
                continue
            edited = in_words(blind(found, entry=one.name), say) if hidden else found
            text = page(build(edited, language=say.language, now=now), picture=large.get(one.path), blind=hidden)
            name = f"{number:0{digits}}{ENDING}"
            write_new(folder / name, text.encode(), overwrite=True)
            yield Made(one.name, name, small.get(one.path) or b"")


def _checked(found: object) -> bool:
    return isinstance(found, Verification) and found.integrity is not Integrity.NOT_CHECKED
