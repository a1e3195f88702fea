"""The terminal's answer: how many of what, then the files, worst first, three lines each at most, 80 columns.

Files that pass are counted, not listed. What is more than a few of a kind is folded, and says where all of it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance.plain import MACHINE, plain
from provenance.policy.formats.about import About
from provenance.policy.ranked import GROUPS, UNJUDGED, Ranked
from provenance.policy.tally import Tally
from provenance.policy.verdict import Decision, Verdict
from provenance.report.layout import columns, wrap
from provenance.report.wording import Catalogue, Phrase

WIDTH = 80
FEW = 20  # files of a group, above which the others are only counted
_LINES = 3  # of one file
_OLDER = re.compile(r"##(?=\[|vso\[)")
_SILENT = frozenset({Decision.PASSED.value})


def render(ranked: Ranked, about: About, tally: Tally, say: Catalogue, *, few: int = FEW) -> Iterator[str]:
    """Yield the answer, line by line."""
    for line in _lines(ranked, about, tally, say, few):
        yield harmless(line) + "\n"


def _lines(ranked: Ranked, about: About, tally: Tally, say: Catalogue, few: int) -> Iterator[str]:
    yield from summary(about, tally, say)
    for name in GROUPS:
        number = tally.unjudged if name == UNJUDGED else tally.decisions[Decision(name)]
        if not number or name in _SILENT:
            continue
        yield ""
        title = say(f"verdict.title.{name}", n=number)
        yield from wrap(title, WIDTH)
        yield "-" * min(WIDTH, columns(title))
        for at, verdict in enumerate(ranked.group(name)):
            if at == few:
                break
            yield from told(verdict, say)
        if number > few:
            yield from wrap(say("verdict.folded", n=number - few), WIDTH)


def summary(about: About, tally: Tally, say: Catalogue, *, width: int = WIDTH) -> Iterator[str]:
    """Yield how many of what."""
    yield from wrap(say("verdict.checked", n=tally.files, policy=about.policy), width)
    for name in GROUPS:
        number = tally.unjudged if name == UNJUDGED else tally.decisions[Decision(name)]
        if number:
            yield from _hung(f"  {number:>7,}  ", say(f"verdict.group.{name}"), width)
    if not about.enforced:
        yield from wrap(say("verdict.warns"), width)
    for key, number in (("waived", tally.waived), ("limited", tally.limited), ("left_out", tally.left_out)):
        if number:
            yield from wrap(say(f"verdict.{key}", n=number, files=Phrase(f"{tally.waived_files:,}")), width)


def told(verdict: Verdict, say: Catalogue) -> Iterator[str]:
    """Yield one file: its name, the gravest rule, and how many others there are."""
    yield _cut("- " + plain(verdict.name, limit=MACHINE), WIDTH)
    if verdict.problem:
        yield from _few_lines(verdict.problem, _LINES - 1)
        return
    counted = [outcome for outcome in verdict.outcomes if not outcome.waived]
    if not counted:
        return
    first, others = counted[0], len(counted) - 1
    more = f" (+{others})" if others else ""  # further rules; the page and the other formats name them
    text = " ".join(filter(None, (f"{first.rule}{more}: {first.sentence}", first.limited)))
    yield from _few_lines(text, _LINES - 1)


def _few_lines(text: str, most: int) -> Iterator[str]:
    lines = wrap(plain(text, limit=MACHINE), WIDTH - 4)
    kept = lines[:most]
    if len(lines) > most:
        while columns(kept[-1]) > WIDTH - 6:
            kept[-1] = kept[-1][:-1]
        kept[-1] += " …"
    yield from ("    " + line for line in kept)


def _cut(text: str, width: int) -> str:
    """Return *text* in one line: what is too long loses its middle, as the ends of a path tell most."""
    if columns(text) <= width:
        return text
    room = width - 1
    end = len(text)
    while columns(text[end:]) <= room * 2 // 3:
        end -= 1
    tail = text[end + 1 :]
    start = 0
    while columns(text[: start + 1]) + columns(tail) <= room:
        start += 1
    return f"{text[:start]}…{tail}"


def _hung(lead: str, text: str, width: int) -> Iterator[str]:
    for number, line in enumerate(wrap(text, width - len(lead))):
        yield (lead if not number else " " * len(lead)) + line


def harmless(line: str) -> str:
    """Return *line* as no CI runner takes it, or a part of it, for a command of its own (``::error …``, ``##[…]``).

    GitHub's looks for ``::`` where a line begins, and for ``##[`` anywhere in it (actions/runner, ActionCommand.cs);
    Azure's for ``##vso[`` and ``##[``.
    """
    bare = line.lstrip()
    begun = line.replace(bare, "\\" + bare, 1) if bare.startswith("::") else line
    return _OLDER.sub(r"#\\", begun)
