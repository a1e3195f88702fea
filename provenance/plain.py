"""One sanitiser for every string that comes from a file, a certificate or a name (security D11, D12).

What a terminal, a browser or a person could mistake for something else becomes visible ``\\u{XXXX}``:
C0, C1, DEL, bidirectional controls, zero width, tags, private use, surrogates, noncharacters, variation
selectors beyond one, and more than sixteen combining marks on one base. Length is cut with ``+n``.
Nothing is normalised: NFC serves comparison only.
"""

from __future__ import annotations

import re
import unicodedata

SCREEN = 200
MACHINE = 4096
_MARKS = 16
_FORMULA = tuple("=+-@\t\r＝＋－＠")
_BAD = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)


def plain(text: object, *, limit: int = SCREEN) -> str:
    """Return *text*, safe to print on one line, at most *limit* characters and a ``+n`` for what was cut."""
    whole = text if isinstance(text, str) else str(text)
    shown = whole[:limit]
    if not shown.isascii() or not shown.isprintable():
        shown = _limit_marks(_BAD.sub(_visible, shown))
    rest = len(whole) - limit
    return f"{shown}… +{rest}" if rest > 0 else shown


def cell(text: object) -> str:
    """Return *text* for a cell that no spreadsheet takes for a formula (security D15)."""
    shown = plain(text, limit=MACHINE)
    return "'" + shown if shown.startswith(_FORMULA) else shown


def _visible(match: re.Match[str]) -> str:
    return f"\\u{{{ord(match[0]):04X}}}"


def _limit_marks(text: str) -> str:
    out: list[str] = []
    run = 0
    for char in text:
        code = ord(char)
        plane_end = code & 0xFFFE == 0xFFFE
        run = run + 1 if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me"} else 0
        out.append(f"\\u{{{code:04X}}}" if plane_end or run > _MARKS else char)
    return "".join(out)
