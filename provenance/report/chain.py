"""The chain in short: the file as it is now, everything it was made from, and what became of each.

A damaged, redacted, missing or unknown ancestor is named here and in the first screen (D4). What the next
signer recorded about an ancestor is joined with what was found today (V4).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from provenance.plain import plain
from provenance.report.model import ChainLink, Edge, LinkState, TimeBlock
from provenance.report.names import NAME, common_name, list_uses, moment, name_signer, shown
from provenance.report.phrases import relationship_phrase
from provenance.report.said import Entry, Said
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import Integrity, StatusLevel, TimeKind
from provenance.verification.evidence import is_working_file
from provenance.verification.model import Ingredient, Manifest, Status, Verification

_STATES = {
    Integrity.INTACT: LinkState.INTACT,
    Integrity.ALTERED: LinkState.DAMAGED,
    Integrity.EXPIRED: LinkState.EXPIRED,
    Integrity.NOT_COVERED: LinkState.NOT_COVERED,
    Integrity.NO_CREDENTIALS: LinkState.NO_CREDENTIALS,
    Integrity.ELSEWHERE: LinkState.NO_CREDENTIALS,
    Integrity.NOT_CHECKED: LinkState.NOT_CHECKED,
}
_UNTRUSTED = frozenset({"signingCredential.untrusted", "timeStamp.untrusted"})


def chain(verification: Verification, say: Catalogue, *, now: datetime) -> tuple[ChainLink, ...]:
    """Return every manifest and every ingredient without one, the file as it is now first."""
    present = {manifest.label for manifest in verification.manifests}
    relationships: dict[str, str] = {}
    for manifest in verification.manifests:
        for found in manifest.ingredients:
            relationships.setdefault(found.manifest, found.relationship)
    links = [
        _manifest_link(manifest, present, relationships.get(manifest.label, ""), say, now)
        for manifest in verification.manifests
    ]
    links += [link for manifest in verification.manifests for link in _bare_links(manifest, present, say)]
    return tuple(sorted(links, key=lambda link: link.depth))


def _link_id(manifest: Manifest, found: Ingredient, present: set[str]) -> str:
    if found.manifest in present:
        return shown(found.manifest)
    return shown(f"{manifest.label}#{found.assertion}")


def _manifest_link(
    manifest: Manifest, present: set[str], relationship: str, say: Catalogue, now: datetime
) -> ChainLink:
    who = name_signer(manifest, say)
    state = _STATES[manifest.integrity]
    place = "active" if manifest.depth == 0 else "ancestor"
    key = f"report.chain.{place}.{state}"
    relation = relationship_phrase(relationship, say) if relationship else ""
    return ChainLink(
        id=shown(manifest.label),
        state=state,
        sentence=Said(key, say(key, who=who.name, title=_titled(manifest.title, say), relationship=relation)),
        depth=manifest.depth,
        who=who,
        title=shown(manifest.title),
        relationship=shown(relationship),
        generator=shown(f"{manifest.generator} {manifest.generator_version}".strip()),
        update=manifest.update,
        complete=manifest.all_actions_included,
        time=time_block(manifest, say, now=now),
        made_from=tuple(
            Edge(shown(found.assertion), shown(found.relationship), _link_id(manifest, found, present))
            for found in manifest.ingredients
            if not is_working_file(found)
        ),
        failures=failures(manifest.statuses),
        redacts=tuple(_redactions(manifest)),
    )


def _titled(title: str, say: Catalogue) -> str:
    return say("report.chain.titled", title=Phrase(plain(title, limit=NAME))) if title else ""


def _redactions(manifest: Manifest) -> Iterator[Entry]:
    reasons = dict(manifest.redaction_reasons)
    for uri in manifest.redacts:
        yield Entry(shown(uri), shown(reasons.get(uri, "")))


def _bare_links(manifest: Manifest, present: set[str], say: Catalogue) -> Iterator[ChainLink]:
    """Ingredients that have no manifest here: redacted, missing, or never signed."""
    for found in manifest.ingredients:
        if found.manifest in present or is_working_file(found):  # those stand in a block of their own
            continue
        state = (
            LinkState.REDACTED if found.redacted else LinkState.MISSING if found.manifest else LinkState.NO_CREDENTIALS
        )
        key = f"report.chain.ancestor.{state}"
        relation = relationship_phrase(found.relationship, say)
        who = name_signer(manifest, say)
        yield ChainLink(
            id=_link_id(manifest, found, present),
            state=state,
            sentence=Said(key, say(key, who=who.name, title=_titled(found.title, say), relationship=relation)),
            depth=manifest.depth + 1,
            title=shown(found.title),
            relationship=shown(found.relationship),
            failures=failures(found.recorded + found.deltas),
            named=shown(found.manifest),
        )


def failures(statuses: tuple[Status, ...]) -> tuple[Entry, ...]:
    """Return each failure code once, with where or why. An unknown signer is a level, not a failure."""
    found = {
        status.code: shown(status.explanation or status.where)
        for status in statuses
        if status.level is StatusLevel.FAILURE and status.code not in _UNTRUSTED
    }
    return tuple(Entry(shown(code), text) for code, text in found.items())


def notes(statuses: tuple[Status, ...]) -> tuple[Entry, ...]:
    """Return each informational code once (V2: unknown ones are shown)."""
    found = {
        status.code: shown(status.explanation or status.where)
        for status in statuses
        if status.level is StatusLevel.INFORMATIONAL
    }
    return tuple(Entry(shown(code), text) for code, text in found.items())


def time_block(manifest: Manifest, say: Catalogue, *, now: datetime) -> TimeBlock:
    """Return when a manifest was signed, in words that say where the time comes from (T9, D7)."""
    time = manifest.time
    key = f"report.time.{time.kind}"
    if time.kind is TimeKind.CLAIMED and not manifest.attributable:
        key = "report.time.claimed_broken"
    hit = next((found for found in time.hits if found.name), None)
    authority = common_name(time.authority) or say("report.time.nameless")
    return TimeBlock(
        kind=time.kind,
        sentence=Said(key, say(key, time=moment(time.value), authority=authority, list=hit.name if hit else "?")),
        value=shown(time.value),
        authority=shown(time.authority),
        hits=list_uses(time.hits, now),
        problem=shown(time.problem),
    )
