"""A difference as one screen of text, and as JSON."""

from __future__ import annotations

import json

from provenance.plain import plain
from provenance.report.difference import Aspect, Change, Difference
from provenance.report.export import value
from provenance.report.layout import Page, columns
from provenance.report.pixels import Compared, Pixels
from provenance.report.wording import Catalogue, Phrase

_LINES = 4  # of one aspect, on one screen
_SHOWN = 160
_WIDEST = 16


def to_json(found: Difference) -> str:
    """Return *found* as JSON on one line, in ASCII."""
    return json.dumps(value(found), ensure_ascii=True, allow_nan=False)


def render(found: Difference, *, width: int = 80) -> str:
    """Return *found* as one screen of text, no line wider than *width*; ``-`` is the first file, ``+`` the second."""
    say = Catalogue(found.language)
    labels = [say(f"diff.label.{name}") for name in ("picture", "chain", *Aspect)]
    page = Page(width, margin=min(_WIDEST, max(map(columns, labels))) + 1)
    verdict = {True: "same", False: "different", None: "unknown"}[found.same]
    names = {"first": found.first.name, "second": found.second.name}
    page.line(say(f"diff.{verdict}", **names))
    page.row(say("diff.label.picture"), _picture(found.pixels, say))
    if found.pixels.profiles_differ:
        page.more(say("diff.pixels.profiles"))
    page.row(say("diff.label.chain"), say(f"diff.relation.{found.relation}", **names))
    for aspect in Aspect:
        _aspect(page, aspect, [one for one in found.changes if one.aspect is aspect], say)
    return page.text()


def _picture(found: Pixels, say: Catalogue) -> Phrase:
    values: dict[str, object] = {"problem": found.problem}
    if found.first and found.second:
        (width, height), (other_width, other_height) = found.first, found.second
        values |= {"width": width, "height": height, "other_width": other_width, "other_height": other_height}
    if found.outcome is Compared.PIXELS:
        values |= {"percent": _percent(found.fraction), "most": found.most}
    return say(f"diff.pixels.{found.outcome}", **values)


def _percent(fraction: float) -> str:
    return "< 0.1 %" if 0 < fraction < 0.001 else f"{fraction:.1%}".replace("%", " %")


def _aspect(page: Page, aspect: Aspect, changes: list[Change], say: Catalogue) -> None:
    if not changes:
        return
    lines = [line for change in changes for line in _lines(change, say)]
    label = say(f"diff.label.{aspect}")
    head, *rest = lines[:_LINES]
    page.row(label, head)
    page.more(*rest)
    if len(lines) > _LINES:
        page.more(say("diff.more", count=len(lines) - _LINES))


def _lines(change: Change, say: Catalogue) -> list[str]:
    name = f"{change.name}: " if change.name else ""
    return [
        *(f"- {name}{_text(text, change.aspect, say)}" for text in change.before),
        *(f"+ {name}{_text(text, change.aspect, say)}" for text in change.after),
    ]


def _text(text: str, aspect: Aspect, say: Catalogue) -> str:
    if aspect is Aspect.PERMISSIONS:
        use, colon, terms = text.partition(": ")
        text = say.term("casefile.use", use) + colon + terms
    return plain(text, limit=_SHOWN)
