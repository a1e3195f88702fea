"""A draft in words, once for every form it is written in: headings, paragraphs, what is to be decided, the appendix."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from provenance.policy.disclosure.assets import Asset, Standing, Statement, Whose
from provenance.policy.disclosure.draft import Draft, Section, percent
from provenance.policy.disclosure.shipped import Status, Use
from provenance.policy.kind_names import kind_name
from provenance.record import dataclass
from provenance.report.names import moment
from provenance.report.wording import Catalogue, Phrase


@dataclass(frozen=True, slots=True)
class Row:
    """One file of the appendix."""

    path: str
    stated: tuple[str, ...]
    kept: tuple[str, ...]  # what the list says: use, status, approval, terms


@dataclass(frozen=True, slots=True)
class Group:
    """Files of one standing; `row` puts each in words when it is written, so that a release is never held twice."""

    id: str
    title: str
    note: str
    assets: tuple[Asset, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that is to be read, in its order."""

    title: str
    notice: str  # that this is a draft
    about: tuple[str, ...]
    share: str  # how many files nothing is stated about
    counts: tuple[tuple[int, str], ...]
    sections: tuple[Section, ...]
    groups: tuple[Group, ...]
    footer: tuple[str, ...]


def paper(draft: Draft, say: Catalogue) -> Paper:
    """Return *draft* in words."""
    form = draft.about.form.value
    about = [say("disclose.about", n=draft.files, source=draft.about.source)]
    if say.has(f"disclose.about.{form}"):
        about.append(say(f"disclose.about.{form}"))
    share = say("disclose.share", n=draft.silent, whole=f"{draft.files:,}", share=percent(draft.silent, draft.files))
    if lost := draft.counts[Standing.NOT_TOLD]:
        share = say("disclose.share.with", share=share, lost=say("disclose.share.lost", n=lost))
    counts = [(number, say(f"disclose.standing.{one}")) for one, number in draft.counts.items() if number]
    groups = [
        Group(standing.value, say(f"disclose.group.{standing}"), say(f"disclose.note.{standing}"), tuple(found))
        for standing, found in groupby(draft.assets, key=lambda one: one.standing)
    ]
    footer = (
        say("disclose.footer.limits"),
        say("disclose.footer.made", time=moment(draft.about.made), program=draft.about.program),
    )
    title = say(f"disclose.title.page.{form}")
    return Paper(
        title, say("disclose.notice"), tuple(about), share, tuple(counts), draft.sections, tuple(groups), footer
    )


def row(asset: Asset, say: Catalogue) -> Row:
    """Return one file of the appendix."""
    stated = [statement(one, say) for one in asset.statements]
    if asset.problem:
        stated.insert(0, asset.problem)
    elif asset.standing is Standing.NOT_TOLD:
        stated.insert(0, say("disclose.row.elsewhere"))
    return Row(asset.file.path, tuple(stated), tuple(_kept(asset, say)))


def statement(one: Statement, say: Catalogue) -> str:
    """Return what is stated, by what it was done, how far a person watched, and whose word it is."""
    parts: list[Phrase] = [say.join(kind_name(kind, say) for kind in one.kinds)]
    for name, text in (("tool", one.tool), ("model", one.model)):
        if text:
            parts.append(say(f"disclose.row.{name}", text=text))
    if one.extent:
        key = f"report.extent.{one.extent.replace(' ', '_').casefold()}"
        parts.append(say("report.ledger.extent", extent=say(key) if say.has(key) else one.extent))
    if one.oversight:
        key = f"report.oversight.{one.oversight}"
        parts.append(say(key) if say.has(key) else say("report.oversight.other", text=one.oversight))
    if one.whose is Whose.KNOWN:
        parts.append(say("disclose.whose.known", who=one.who))
    else:
        parts.append(say(f"disclose.whose.{one.whose}"))
    return say.join(parts, by="disclose.row.join")


def _kept(asset: Asset, say: Catalogue) -> Iterator[str]:
    file = asset.file
    if file.use is Use.MARKETING:
        yield say("disclose.row.marketing")
    if asset.generative or asset.standing in (Standing.POSSIBLY, Standing.FOUND, Standing.DECLARED) or file.status:
        yield say(f"disclose.row.status.{file.status or 'not_said'}")
    if file.approval:
        yield say("disclose.row.approval", text=file.approval)
    elif asset.generative and file.status is not Status.TEMPORARY:
        yield say("disclose.row.approval.none")
    if file.terms:
        yield say("disclose.row.terms.list", text=file.terms)
    for text, attributable in asset.terms:
        yield say(f"disclose.row.terms.{'signed' if attributable else 'unsigned'}", text=text)
