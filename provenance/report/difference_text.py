"""A difference as one screen of text, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from provenance.plain import plain
from provenance.report.difference import Aspect, Change, Difference, Side, short
from provenance.report.export import value
from provenance.report.layout import Page, columns
from provenance.report.pixels import Compared, Pixels
from provenance.report.relation import Relation
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
    labels = [say(f"diff.label.{name}") for name in ("picture", "between", "common", "not_compared", *Aspect)]
    page = Page(width, margin=min(_WIDEST, max(map(columns, labels))) + 1)
    for sentence in _heads(found, say):
        page.line(sentence)
    for side in (found.first, found.second):
        if side.step:
            page.row(say("diff.label.step", step=_step(side)), side.sentence)
    _passed(page, found, say)
    page.row(say("diff.label.picture"), _picture(found.pixels, say))
    if found.pixels.profiles_differ:
        page.more(say("diff.pixels.profiles"))
    for aspect in Aspect:
        _aspect(page, aspect, [one for one in found.changes if one.aspect is aspect], say)
    if found.not_compared:
        page.row(say("diff.label.not_compared"), say("diff.not_compared"))
    return page.text()


def _heads(found: Difference, say: Catalogue) -> Iterator[str]:
    """Yield how the two are related and whether they differ, what matters first."""
    names = {"first": _name(found.first, say), "second": _name(found.second, say)}
    key = {True: "same", False: "different", None: "unknown"}[found.same]
    verdict = say(f"diff.{key}", **names)
    related = say(f"diff.relation.{found.relation}{'.part' if found.as_part else ''}", **names)
    if found.first.step:
        related = say("diff.steps_of", name=found.first.name, sentence=related)
    yield from (verdict, related) if found.relation is Relation.SAME or found.same else (related, verdict)


def _name(side: Side, say: Catalogue) -> Phrase:
    return say("diff.step", step=_step(side)) if side.step else Phrase(plain(side.name))


def _step(side: Side) -> str:
    return side.step if side.step.isdigit() else short(side.step)


def _passed(page: Page, found: Difference, say: Catalogue) -> None:
    if found.between:
        head, *rest = (f"{number}. {one.sentence}" for number, one in enumerate(found.between[:_LINES], 1))
        page.row(say("diff.label.between"), head)
        page.more(*rest)
        if len(found.between) > _LINES:
            page.more(say("diff.more", count=len(found.between) - _LINES))
    if found.common:
        page.row(say("diff.label.common"), found.common.sentence)


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
