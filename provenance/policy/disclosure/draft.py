"""Assets -> a draft: how many of what, a paragraph a category, what people have to decide, an appendix.

Nothing that is unverified is presented as known: a paragraph counts and names only what known or listed signers state,
everything else stands under what is to be decided. What no file can tell (content made while a game runs, sound, text,
code) is said to be so, and no paragraph is left out because nothing was found: silence is not a no.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from provenance.policy.disclosure.assets import Asset, Standing, Whose
from provenance.policy.disclosure.shipped import Status, Use
from provenance.policy.kind_names import kind_name
from provenance.report.wording import Catalogue, Phrase

SCHEMA_VERSION = "1"
_NAMED = 12  # tools or kinds that a paragraph names


class For(StrEnum):
    """Whose questions the draft follows."""

    STEAM = "steam"
    GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class About:
    """One run."""

    form: For
    source: str  # what the list is called
    made: str  # ISO 8601
    program: str
    others: tuple[tuple[str, int], ...] = ()  # endings of files that are no pictures, and how many: not looked at


@dataclass(frozen=True, slots=True)
class Section:
    """One question of a form."""

    id: str
    title: str
    paragraph: str  # a draft, or what is to be filled in, in square brackets
    decide: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole."""

    about: About
    language: str
    counts: dict[Standing, int]
    sections: tuple[Section, ...]
    assets: tuple[Asset, ...] = field(default=())

    @property
    def files(self) -> int:
        return len(self.assets)

    @property
    def silent(self) -> int:
        """How many files nothing is stated about."""
        return self.counts[Standing.NO_STATEMENT]


def draft(assets: Sequence[Asset], about: About, say: Catalogue) -> Draft:
    """Return what is to be disclosed about *assets*, as far as it is stated, for people to decide on."""
    order = list(Standing)
    ranked = tuple(sorted(assets, key=lambda one: (order.index(one.standing), one.file.path)))
    counts = Counter(one.standing for one in ranked)
    counted = {standing: counts[standing] for standing in Standing}
    return Draft(about, say.language, counted, tuple(_sections(ranked, about, say)), ranked)


def percent(part: int, whole: int) -> str:
    """Return a share that is never rounded to nothing, nor to all."""
    if not whole or part in (0, whole):
        return "100" if whole and part else "0"
    share = 100 * part / whole
    return "<1" if share < 1 else ">99" if share > 99 else f"{share:.0f}"


def _sections(assets: Sequence[Asset], about: About, say: Catalogue) -> Iterator[Section]:
    content = [one for one in assets if one.file.use is Use.SHIPPED]
    marketing = [one for one in assets if one.file.use is Use.MARKETING]
    where = about.form.value
    yield _category("content", where, content, about, say)
    if about.form is For.STEAM:
        live = say("disclose.live.paragraph")
        yield Section("live", say("disclose.title.live"), live, (say("disclose.live.decide"),))
    if marketing or about.form is For.STEAM:
        yield _category("marketing", where, marketing, about, say)


def _category(name: str, where: str, assets: Sequence[Asset], about: About, say: Catalogue) -> Section:
    title = say(
        f"disclose.title.{name}.{where}" if say.has(f"disclose.title.{name}.{where}") else f"disclose.title.{name}"
    )
    if not assets:
        return Section(name, title, say(f"disclose.none.{name}"), (say(f"disclose.none.{name}.decide"),))
    return Section(name, title, _paragraph(name, assets, say), tuple(_decide(name, assets, about, say)))


def _paragraph(name: str, assets: Sequence[Asset], say: Catalogue) -> str:
    made = [one for one in assets if one.generative]
    if not made:
        recorded = all(one.standing is Standing.NONE_RECORDED for one in assets)
        return say(f"disclose.{'recorded' if recorded else 'unstated'}.{name}", n=len(assets))
    stated = [
        one for asset in made for one in asset.statements
        if one.whose is Whose.KNOWN and one.group == "generative_kinds"
    ]  # fmt: skip
    kinds = _named((kind_name(kind, say) for one in stated for kind in one.kinds), say)
    parts = [say(f"disclose.stated.{name}", n=len(made), whole=f"{len(assets):,}", kinds=kinds)]
    tools = _named((" / ".join(filter(None, (one.tool, one.model))) for one in stated), say)
    parts.append(say("disclose.tools", tools=tools) if tools else say("disclose.tools.unsaid"))
    watched = _named((one.oversight for one in stated), say, group="report.oversight")
    parts.append(say("disclose.oversight", how=watched) if watched else say("disclose.oversight.unsaid"))
    return " ".join(parts)


def _named(words: Iterable[str], say: Catalogue, *, group: str = "") -> Phrase:
    found = [word for word, _ in Counter(word for word in words if word).most_common()]
    shown = say.join(say.term(group, word) if group else word for word in found[:_NAMED])
    return Phrase(shown + (f" +{len(found) - _NAMED}" if len(found) > _NAMED else ""))


_ASKED = (  # standings about which something is to be decided, in this order
    Standing.POSSIBLY, Standing.FOUND, Standing.DECLARED, Standing.NOT_TOLD, Standing.NO_STATEMENT, Standing.UNSIGNED,
    Standing.UNRELIED, Standing.SILENT, Standing.ASSISTED,
)  # fmt: skip


def _decide(name: str, assets: Sequence[Asset], about: About, say: Catalogue) -> Iterator[str]:
    counts = Counter(one.standing for one in assets)
    for standing in _ASKED:
        if number := counts[standing]:
            yield say(f"disclose.decide.{standing}", n=number, share=percent(number, len(assets)))
    made = [one for one in assets if one.generative]
    statuses = Counter(one.file.status for one in made)
    if number := statuses[Status.TEMPORARY]:
        yield say("disclose.decide.temporary", n=number)
    if number := statuses[Status.NOT_SAID]:
        yield say("disclose.decide.status", n=number)
    if number := sum(not one.file.approval for one in made):
        yield say("disclose.decide.approval", n=number)
    if name == "content":
        others = sum(number for _, number in about.others)
        endings = say.join(f"{ending or '?'} {number:,}" for ending, number in about.others[:_NAMED])
        yield say("disclose.decide.others", n=others, endings=endings) if others else say("disclose.decide.rest")
