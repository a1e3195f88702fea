"""Lines of a fixed width, wide characters counted: no line is ever longer than asked for."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import dataclass, field

_ZERO_WIDTH = frozenset({"Mn", "Me", "Cf"})
# Kinsoku, the Japanese rules of breaking lines (JIS X 4051): what begins no line, and what ends none.
_NEVER_FIRST = frozenset("、。，．：；！？）」』】〕〉》ー々・…”’゛゜,.:;!?)]}") | frozenset(
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
_NEVER_LAST = frozenset("（「『【〔〈《“‘([{")


def columns(text: str) -> int:
    """Return how many terminal columns *text* takes."""
    if text.isascii():
        return len(text)
    return sum(_column(char) for char in text)


def _column(char: str) -> int:
    if unicodedata.category(char) in _ZERO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def wrap(text: str, width: int) -> list[str]:
    """Break *text* into lines of at most *width* columns.

    At spaces; between wide letters, which have none; and anywhere in what is too long for a line.
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        for number, piece in enumerate(_pieces(word)):
            joined = f"{line} {piece}" if line and not number else line + piece
            if columns(joined) <= width:
                line = joined
                continue
            if line:
                lines.append(line)
            *full, line = _chop(piece, width)
            lines += full
    return [*lines, line] if line or not lines else lines


def fill(text: str, width: int, *, indent: str = "") -> str:
    """Return *text* in lines of at most *width* columns, each but the first behind *indent*."""
    return f"\n{indent}".join(wrap(text, width - len(indent)))


def pad(text: str, width: int) -> str:
    """Return *text* with spaces behind it up to *width* columns."""
    return text + " " * (width - columns(text))


def _pieces(word: str) -> list[str]:
    """Cut *word* wherever a line may end inside it."""
    if word.isascii():
        return [word]
    pieces = [word[:1]]
    for before, after in itertools.pairwise(word):
        if _may_break(before, after):
            pieces.append(after)
        else:
            pieces[-1] += after
    return pieces


def _may_break(before: str, after: str) -> bool:
    if before in _NEVER_LAST or after in _NEVER_FIRST or not _column(after):
        return False
    return _column(before) == 2 or _column(after) == 2


def _chop(word: str, width: int) -> list[str]:
    pieces, piece, used = [], "", 0
    for char in word:
        size = _column(char)
        if used + size > width:
            pieces.append(piece)
            piece, used = "", 0
        piece += char
        used += size
    return [*pieces, piece]


@dataclass
class Page:
    """Rows of a label and a text beside it, written top down."""

    width: int
    margin: int = 12
    lines: list[str] = field(default_factory=list)

    def line(self, text: str) -> None:
        """Write *text* over the whole width."""
        self.lines += wrap(text, self.width)

    def row(self, label: str, text: str) -> None:
        """Write *text* beside *label*, which is cut if it is too long for its column."""
        first, *rest = wrap(text, self.width - self.margin)
        head = wrap(label, self.margin - 1)[0]
        self.lines.append(f"{pad(head, self.margin)}{first}".rstrip())
        self.more(*rest)

    def more(self, *texts: str, indent: int = 0, mark: str = "") -> None:
        """Write each of *texts* under the last row, *mark* hanging before it."""
        lead = columns(mark) + 1 if mark else 0
        for text in texts:
            for number, piece in enumerate(wrap(text, self.width - self.margin - indent - lead)):
                head = f"{mark} " if mark and not number else " " * lead
                self.lines.append(" " * (self.margin + indent) + head + piece)

    def title(self, text: str) -> None:
        """Write a heading, underlined."""
        self.lines.append("")
        self.line(text)
        self.lines.append("-" * min(self.width, columns(text)))

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines) + "\n"
