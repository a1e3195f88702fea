"""The chain as a drawing: where each box stands, what is written in it, which line leads where.

Pure geometry. The file as it is now stands on top, what it was made from below it, one row a step back. The
state of a box is told by a word and by its outline, never by colour. Long chains fold: what is damaged,
missing or of unknown origin is the last to be folded away, and the text beside the drawing names every part.
"""

from __future__ import annotations

from dataclasses import dataclass

from provenance.plain import plain
from provenance.report.layout import columns
from provenance.report.model import ChainLink, LinkState
from provenance.report.phrases import relationship_phrase
from provenance.report.wording import Catalogue
from provenance.terms import Level

BOX_WIDTH, BOX_HEIGHT = 268, 84
GAP_X, GAP_Y, MARGIN = 20, 60, 8
MOST_ROWS, MOST_IN_ROW = 9, 3
_LINE = 31  # columns of text that fit into a box
_LABEL_AT = (0.5, 0.72, 0.28, 0.82, 0.18)  # where along a line its label may stand
_LETTER, _LINE_HEIGHT = 7, 15
_WHOLE = frozenset({LinkState.INTACT, LinkState.EXPIRED})


@dataclass(frozen=True, slots=True)
class Box:
    """One part of the chain, or several that are folded into one."""

    x: int
    y: int
    state: str  # a LinkState, or "folded"
    word: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """From something to what it was made from."""

    path: str  # SVG path data
    label: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Graph:
    """Everything to draw, in pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    folded: int  # parts that have no box of their own


@dataclass(slots=True)
class _Cell:
    """What will stand in one box."""

    links: list[ChainLink]
    folded: bool = False


def draw(chain: tuple[ChainLink, ...], say: Catalogue) -> Graph:
    """Return the drawing of *chain*, the file as it is now on top."""
    rows = _rows(chain)
    widest = max((len(row) for row in rows), default=1)
    width = 2 * MARGIN + widest * BOX_WIDTH + (widest - 1) * GAP_X
    boxes: list[Box] = []
    places: dict[str, Box] = {}
    for number, row in enumerate(rows):
        left = (width - len(row) * BOX_WIDTH - (len(row) - 1) * GAP_X) // 2
        for place, cell in enumerate(row):
            x, y = left + place * (BOX_WIDTH + GAP_X), MARGIN + number * (BOX_HEIGHT + GAP_Y)
            box = _box(cell, x, y, say)
            boxes.append(box)
            places |= {link.id: box for link in cell.links}
    return Graph(
        width=width,
        height=2 * MARGIN + len(rows) * BOX_HEIGHT + max(0, len(rows) - 1) * GAP_Y,
        boxes=tuple(boxes),
        lines=_lines(chain, places, say),
        folded=sum(len(cell.links) for row in rows for cell in row if cell.folded),
    )


def _rows(chain: tuple[ChainLink, ...]) -> list[list[_Cell]]:
    """Sort the links by depth, and fold what would make the drawing too long or too broad."""
    depths: dict[int, list[ChainLink]] = {}
    for link in chain:
        depths.setdefault(link.depth, []).append(link)
    levels = [depths[depth] for depth in sorted(depths)]
    kept = _kept(levels)
    rows: list[list[_Cell]] = []
    for number, level in enumerate(levels):
        if number in kept:
            rows.append(_row(level))
        elif number - 1 in kept:
            rows.append([_Cell(list(level), folded=True)])
        else:
            rows[-1][0].links += level
    return rows


def _kept(levels: list[list[ChainLink]]) -> set[int]:
    """Return which levels get a row: the newest and the oldest, and those with trouble before the others."""
    if len(levels) <= MOST_ROWS:
        return set(range(len(levels)))
    kept = {0, 1, len(levels) - 1}
    troubled = [number for number, level in enumerate(levels) if any(link.state not in _WHOLE for link in level)]
    for number in (*troubled, *range(len(levels))):
        # Each stretch that is left out costs a row of its own, so the budget is less than the rows there are.
        if len(kept) >= MOST_ROWS // 2 + 1:
            break
        kept.add(number)
    return kept


def _row(level: list[ChainLink]) -> list[_Cell]:
    if len(level) <= MOST_IN_ROW:
        return [_Cell([link]) for link in level]
    shown = sorted(level, key=lambda link: link.state in _WHOLE)[: MOST_IN_ROW - 1]
    rest = [link for link in level if link not in shown]
    return [*(_Cell([link]) for link in level if link in shown), _Cell(rest, folded=True)]


def _box(cell: _Cell, x: int, y: int, say: Catalogue) -> Box:
    if cell.folded:
        states = list(dict.fromkeys(say(f"casefile.state.{link.state}") for link in cell.links))
        more = say("casefile.graph.more", n=len(cell.links))
        return Box(x, y, "folded", more, (_fit(say.join(states)),))
    (link,) = cell.links
    name = link.title or (say("casefile.graph.now") if not link.depth else relationship_phrase(link.relationship, say))
    lines = [name]
    if link.who:
        called = link.who.certificate_name
        ranked = link.who.level.rank > Level.INTACT.rank  # else a name is only what somebody calls themselves
        lines.append(link.who.name if ranked or not called else say("casefile.graph.called", name=called))
    return Box(x, y, link.state.value, say(f"casefile.state.{link.state}"), tuple(map(_fit, lines)))


def _fit(text: str) -> str:
    """Cut *text* to the width of a box."""
    if columns(text) <= _LINE:
        return text
    short = plain(text, limit=_LINE).split("… +")[0]
    while columns(short) > _LINE - 1:
        short = short[:-1]
    return short.rstrip() + "…"


def _lines(chain: tuple[ChainLink, ...], places: dict[str, Box], say: Catalogue) -> tuple[Line, ...]:
    found: dict[tuple[Box, Box], Line] = {}
    for link in chain:
        for edge in link.made_from:
            start, end = places.get(link.id), places.get(edge.target)
            if start is not None and end is not None and start != end and (start, end) not in found:
                label = _fit(relationship_phrase(edge.relationship, say))
                found[start, end] = _line(start, end, label, tuple(found.values()))
    return tuple(found.values())


def _line(start: Box, end: Box, label: str, others: tuple[Line, ...]) -> Line:
    """Return a curve from *start* to *end*, its label where it covers no other label."""
    half = BOX_WIDTH // 2
    x1, y1, x2 = start.x + half, start.y + BOX_HEIGHT, end.x + half
    if end.y > start.y:
        y2 = end.y
        bends = y1 + GAP_Y // 2, y2 - GAP_Y // 2
    else:  # beside it, or back up
        y2 = end.y + BOX_HEIGHT
        bends = (max(y1, y2) + GAP_Y - 8,) * 2
    path = f"M{x1} {y1}C{x1} {bends[0]} {x2} {bends[1]} {x2} {y2}"
    places = [(_bezier(at, x1, x1, x2, x2), _bezier(at, y1, *bends, y2)) for at in _LABEL_AT]
    x, y = next((place for place in places if not any(_covers(place, label, other) for other in others)), places[0])
    return Line(path, label, x, y)


def _bezier(at: float, a: int, b: int, c: int, d: int) -> int:
    rest = 1 - at
    return round(rest**3 * a + 3 * rest * rest * at * b + 3 * rest * at * at * c + at**3 * d)


def _covers(place: tuple[int, int], label: str, other: Line) -> bool:
    apart = (columns(label) + columns(other.label)) * _LETTER // 2 + 6
    return abs(place[0] - other.x) < apart and abs(place[1] - other.y) < _LINE_HEIGHT
