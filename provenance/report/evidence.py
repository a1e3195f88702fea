"""Working files in a report: what was signed as working material, and what became of a file that somebody shows.

Our word is "consistent with": anyone can make such a file, and none of it establishes how a picture came about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from provenance.metadata.evidence.model import Facts, SourceKind
from provenance.plain import plain
from provenance.record import dataclass
from provenance.report.names import name_signer, shown
from provenance.report.said import Said, Who
from provenance.report.wording import Catalogue
from provenance.verification.evidence import Match, Presented, Signed, match, signed
from provenance.verification.model import Verification

_LAYERED = frozenset(
    {SourceKind.PSD, SourceKind.PSB, SourceKind.ORA, SourceKind.KRA, SourceKind.PROCREATE, SourceKind.CLIP}
)
_CAMERA = frozenset({SourceKind.DNG, SourceKind.RAW})
_NAME = 60


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A working file that a manifest names."""

    manifest: str
    assertion: str
    stated_by: Who
    attributable: bool
    facts: Facts
    sentence: Said


@dataclass(frozen=True, slots=True)
class PresentedLine:
    """A file that was shown, and what it is to what was signed."""

    name: str
    match: Match
    facts: Facts
    sentence: Said
    assertion: str = ""  # of the ingredient with the same hash


@dataclass(frozen=True, slots=True)
class EvidenceBlock:
    """Working files: signed with the picture, and shown for this report."""

    signed: tuple[EvidenceLine, ...] = ()
    presented: tuple[PresentedLine, ...] = ()


def evidence_block(verification: Verification, presented: Sequence[Presented], say: Catalogue) -> EvidenceBlock:
    """Return what *verification* holds of working files, and what each of *presented* is to them."""
    among = signed(verification)
    return EvidenceBlock(
        tuple(_signed_line(one, say) for one in among),
        tuple(_presented_line(one, among, say) for one in presented),
    )


def _signed_line(found: Signed, say: Catalogue) -> EvidenceLine:
    who = name_signer(found.manifest, say)
    facts = _clean(found.facts)
    key = "evidence.signed" if found.manifest.attributable else "evidence.written"
    return EvidenceLine(
        manifest=shown(found.manifest.label),
        assertion=shown(found.ingredient.assertion),
        stated_by=who,
        attributable=found.manifest.attributable,
        facts=facts,
        sentence=Said(key, say(key, who=who.name, what=described(facts, say), consistent=_consistent(facts, say))),
    )


def _presented_line(one: Presented, among: Sequence[Signed], say: Catalogue) -> PresentedLine:
    outcome, same = match(one, among)
    facts = _clean(one.facts)
    key = f"evidence.presented.{outcome.value}" if among else "evidence.presented.nothing"
    name = plain(one.name, limit=_NAME)
    return PresentedLine(
        name=shown(one.name),
        match=outcome,
        facts=facts,
        sentence=Said(key, say(key, name=name, what=described(facts, say))),
        assertion=shown(same.ingredient.assertion) if same else "",
    )


def _clean(facts: Facts) -> Facts:
    return replace(
        facts,
        media_type=shown(facts.media_type),
        program=shown(facts.program),
        camera=shown(facts.camera),
        traces=tuple(map(shown, facts.traces)),
        problems=tuple(map(shown, facts.problems)),
    )


def described(facts: Facts, say: Catalogue) -> str:
    """Return in one phrase what kind of file it is, and what it tells of the work."""
    return say.join([say(f"evidence.kind.{facts.kind.value}"), *_of_the_work(facts, say)])


def told(facts: Facts, say: Catalogue) -> Iterator[str]:
    """Yield a phrase for everything that a working file tells of itself."""
    if facts.program:
        yield say("evidence.fact.program", text=facts.program)
    if facts.camera:
        yield say("evidence.fact.camera", text=facts.camera)
    if facts.width is not None and facts.height is not None:
        yield say("evidence.fact.canvas", width=facts.width, height=facts.height)
    kinds = [say(f"evidence.layer.{one.kind.value}", n=one.count) for one in facts.layer_kinds]
    if len(kinds) > 1:
        yield say("evidence.fact.kinds", text=say.join(kinds, by="report.join.clauses"))
    if facts.cycles is not None:
        yield say("evidence.fact.cycles", n=facts.cycles)
    yield from _of_the_work(facts, say)


def _of_the_work(facts: Facts, say: Catalogue) -> Iterator[str]:
    if facts.layers is not None:
        yield say("evidence.fact.layers", n=facts.layers)
    if facts.seconds is not None:
        yield say("evidence.fact.editing", time=_duration(facts.seconds, say))
    if facts.strokes is not None:
        yield say("evidence.fact.strokes", n=facts.strokes)
    if facts.film_seconds is not None:
        yield say("evidence.fact.film", time=_duration(facts.film_seconds, say))
    elif facts.film_parts is not None:
        yield say("evidence.fact.film_inside")
    if facts.first and facts.first != facts.last:
        yield say("evidence.fact.days", first=facts.first, last=facts.last)
    elif facts.first:
        yield say("evidence.fact.day", day=facts.first)
    if facts.traces:
        yield say("evidence.fact.traces", tools=say.join(facts.traces))


def _duration(seconds: int, say: Catalogue) -> str:
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours:
        return say("evidence.duration.hours", hours=str(hours), minutes=str(minutes))
    if minutes:
        return say("evidence.duration.minutes", minutes=str(minutes), seconds=str(seconds % 60))
    return say("evidence.duration.seconds", seconds=str(seconds))


def _consistent(facts: Facts, say: Catalogue) -> str:
    if facts.kind in _LAYERED and (facts.layers or 0) > 1:
        key = "time" if facts.seconds is not None or facts.first != facts.last else "layers"
        return say(f"evidence.consistent.{key}")
    if facts.kind in _CAMERA:
        return say("evidence.consistent.camera")
    if facts.kind is SourceKind.VIDEO:
        return say("evidence.consistent.video")
    staged = facts.kind in _LAYERED or facts.kind is SourceKind.PICTURE  # a flattened file too
    return say(f"evidence.consistent.{'stage' if staged else 'hash'}")
