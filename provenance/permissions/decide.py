"""One picture, with everything that came with it -> what may be done, and who says so.

* The most restrictive counts: a refusal beats terms, terms beat a yes, a yes beats silence.
* A refusal counts wherever it stands: signed or not, by whomever, in credentials that hold or not.
* A yes counts in intact credentials about the whole picture, whoever signed them; and in unsigned metadata, as long as
  nothing says that the file was altered and all of it could be read. A web site's yes does not count: whoever
  serves a picture is not its author.
* Nothing stated is not stated; so is what could not be read. What to do with that is the caller's choice.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from provenance.container.kinds import sniff_source
from provenance.container.model import Kind, Limits
from provenance.container.prescan import prescan, xmp_packets
from provenance.container.source import Held, MalformedError, StoppedError
from provenance.container.walk import lay_out
from provenance.container.xmp import remote_url
from provenance.permissions import carried, channels, site_files
from provenance.permissions.carried import Carried, Kept
from provenance.permissions.model import Channel, Decision, Discount, Outcome, Purpose, Said, Source
from provenance.record import dataclass
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import Integrity, Use
from provenance.verification.options import Options

DEFAULT = Options()
_SAY = Catalogue()
_OUTCOMES = {
    Use.NOT_ALLOWED: Outcome.NOT_ALLOWED,
    Use.CONSTRAINED: Outcome.CONSTRAINED,
    Use.ALLOWED: Outcome.ALLOWED,
}
_STRICTEST_FIRST = tuple(_OUTCOMES)
_BARE = {Kind.BMP, Kind.JXL_NAKED}  # pictures without a place where anything could be said: they say nothing
_SITE = {Channel.HEADER, Channel.ROBOTS, Channel.TDMREP, Channel.HTML}


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything that is said about one picture, for any purpose."""

    sources: tuple[Source, ...] = ()
    integrity: Integrity = Integrity.NO_CREDENTIALS
    problems: tuple[str, ...] = field(default=())

    def decide(self, purpose: Purpose) -> Decision:
        """Return what it comes to for *purpose*."""
        about = [source for source in self.sources if source.entry is purpose.entry]
        counting = {source.effective for source in about if source.counts}
        use = next((one for one in _STRICTEST_FIRST if one in counting), None)
        deciding = [source for source in about if use and source.counts and source.effective is use]
        decision = Decision(
            outcome=_OUTCOMES[use] if use else Outcome.NOT_STATED,
            purpose=purpose,
            sources=(*deciding, *(source for source in about if source not in deciding)),
            integrity=self.integrity,
            problems=self.problems,
        )
        return replace(decision, reason=sentence(decision, _SAY))


def decide(
    data: bytes,
    purpose: Purpose,
    *,
    headers: Mapping[str, str | Sequence[str]] | None = None,
    robots: str = "",
    tdmrep: str = "",
    html: str = "",
    url: str = "",
    agent: str = "*",
    exif: Kept | None = None,
    sidecar: bytes = b"",
    options: Options = DEFAULT,
) -> Decision:
    """Return whether the picture *data* may be used for *purpose*.

    Pure and offline: nothing is fetched, and nothing is raised for what stands in any of it. It runs in this process.
    The bytes of strangers belong in a worker with limits, which `provenance permissions check` gives them.

    Args:
        data: the file as it came, before anything resized or re-encoded it; b"" if there is none any more.
        headers: of the HTTP answer that brought it.
        robots: the text of the site's robots.txt.
        tdmrep: the text of the site's /.well-known/tdmrep.json.
        html: the page that it stood on.
        url: where it came from; rules for a part of a site need it.
        agent: the name of your crawler; "*" applies what is meant for all.
        exif: what a pipeline kept of the original's metadata: raw EXIF or XMP, or names and values, also as JSON.
        sidecar: the manifest store that lay beside it.
        options: whom the reader trusts; it names signers and changes no outcome.
    """
    return survey(
        data, headers=headers, robots=robots, tdmrep=tdmrep, html=html, url=url, agent=agent, exif=exif,
        sidecar=sidecar, options=options,
    ).decide(Purpose(purpose))  # fmt: skip


def survey(
    data: bytes,
    *,
    headers: Mapping[str, str | Sequence[str]] | None = None,
    robots: str = "",
    tdmrep: str = "",
    html: str = "",
    url: str = "",
    agent: str = "*",
    exif: Kept | None = None,
    sidecar: bytes = b"",
    options: Options = DEFAULT,
) -> Survey:
    """Return everything that is said, for several purposes at once; as `decide`."""
    picture = _picture(data, sidecar, options)
    kept = carried.kept(exif) if exif else Carried()
    site = (
        *(channels.headers(headers, agent=agent) if headers else ()),
        *(site_files.robots(robots, url=url, agent=agent) if robots else ()),
        *(site_files.tdmrep(tdmrep, url=url) if tdmrep else ()),
        *(channels.page(html, agent=agent) if html else ()),
    )
    return replace(
        picture,
        sources=(
            *picture.sources,
            *_unsigned(kept.said, Discount.UNREAD if kept.problems else Discount.NONE),
            *_unsigned(site, Discount.SITE),
        ),
        problems=(*picture.problems, *kept.problems),
    )


@dataclass(frozen=True, slots=True)
class _Walk:
    """What a look at the file shows without its credentials."""

    credentials: bool  # it has some, or is so broken that only the checker can say
    packets: tuple[bytes, ...] = ()
    problems: tuple[str, ...] = ()


def _picture(data: bytes, sidecar: bytes, options: Options) -> Survey:
    """Return what the file itself says. One without credentials never reaches the engine."""
    walk = _walked(data, options.limits)
    unsigned = carried.of_packets(walk.packets)
    problems = (*unsigned.problems, *walk.problems)
    discount = Discount.UNREAD if problems else Discount.NONE
    if not walk.credentials and not sidecar:
        url = remote_url(walk.packets)
        if url and not url.startswith("self#"):
            return Survey(_unsigned(unsigned.said, Discount.ELSEWHERE), Integrity.ELSEWHERE, problems)
        return Survey(_unsigned(unsigned.said, discount), Integrity.NO_CREDENTIALS, problems)
    from provenance.permissions import manifests  # here: it loads the engine, and most files need none

    found = manifests.read(data, name="picture", options=options, sidecar=sidecar)
    return Survey(
        (*found.sources, *_unsigned(unsigned.said, found.discount or discount)),
        found.integrity,
        (*problems, found.problem) if found.problem else problems,
    )


def _walked(data: bytes, limits: Limits) -> _Walk:
    source = Held(data)
    kind = sniff_source(source)
    if kind in _BARE:
        return _Walk(credentials=False)
    if not kind.embeds and kind is not Kind.C2PA:
        return _Walk(credentials=False, problems=(str(_SAY(f"decision.problem.{'kind' if data else 'empty'}")),))
    damage: list[str] = []
    try:
        layout = lay_out(source, kind, limits)
        packets = xmp_packets(source, kind, layout, limits, damage, most=carried.LONGEST)
    except (StoppedError, MalformedError):
        return _Walk(credentials=True, packets=carried.packets_in(data))  # a refusal that can be seen counts
    damage += [carried.LONGER] if any(len(packet) >= carried.LONGEST for packet in packets) else []
    if any(b"HasExtendedXMP" in packet for packet in packets):
        more, problem = carried.extended(source, layout)
        packets += (more,)
        damage += [problem] if problem else []
    packets += carried.in_exif(source, layout)
    if not layout.complete:
        damage.extend(layout.damage[:1])
    # In a damaged file the store may lie where the walk did not come.
    hidden = not layout.stores and not layout.complete and bool(prescan(io.BytesIO(data), limits).refusals)
    problems = tuple(str(_SAY("decision.problem.damaged", what=what)) for what in damage)
    return _Walk(bool(layout.stores) or hidden or kind is Kind.C2PA, packets, problems)


def _unsigned(found: Iterable[Said], discount: Discount) -> tuple[Source, ...]:
    return tuple(
        Source(
            channel=one.channel,
            where=one.where,
            said=one.said,
            entry=entry,
            use=use,
            constraint=text,
            discount=discount if use is Use.ALLOWED else Discount.NONE,
        )
        for one in found
        for entry, use, text in one.stated
    )


def sentence(decision: Decision, say: Catalogue) -> str:
    """Return in one sentence, in the language of *say*, what counted, or why nothing did."""
    if decision.outcome is Outcome.NOT_STATED:
        idle = next((source for source in decision.sources if source.use is Use.ALLOWED), None)
        if idle:
            why = say(f"decision.discount.{idle.discount.value}")
            return str(say("decision.idle_yes", where=idle.where, why=why))
        problems = decision.problems
        return str(say("decision.unreadable", why=problems[0]) if problems else say("decision.not_stated"))
    first = decision.sources[0]
    values = {"where": first.where, "said": first.said, "who": _who(first, say)}
    if decision.outcome is Outcome.CONSTRAINED:
        values["terms"] = first.constraint
    return str(say(f"decision.{decision.outcome.value}", **values))


def _who(source: Source, say: Catalogue) -> Phrase:
    if source.signed:
        return say("decision.signed", who=source.signer)
    return say("decision.site" if source.channel in _SITE else "decision.unsigned")
