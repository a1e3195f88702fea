"""What was seen, and what may fairly be concluded from it: the table of people §3.5, as findings.

Each finding has three more sentences in the catalogue: what may be concluded, what may not, and what may
fairly be asked next. A finding is never a verdict: rules and decisions are people's.
"""

from __future__ import annotations

from typing import Any

from provenance.metadata.agreement import State
from provenance.metadata.model import Carrier
from provenance.report.agreed import AgreementLine
from provenance.report.blocks import disagreement, why_not_checked
from provenance.report.declared import Origin, PermissionLine, StatementLine, Step
from provenance.report.evidence import PresentedLine
from provenance.report.model import ChainLink, Finding, LinkState
from provenance.report.names import mixed_scripts, name_signer, only_interim, same_signer, shown
from provenance.report.signals import asset_signals, signal_input
from provenance.report.summary import HISTORY_DROPPED
from provenance.report.wording import Catalogue
from provenance.terms import AiUse, Integrity, Level, Role, Strength
from provenance.verification.evidence import Match
from provenance.verification.model import Manifest, Verification

_PII = "c2pa.PII.present"


class _Collector:
    """Turns ids and values into findings, each once."""

    def __init__(self, say: Catalogue) -> None:
        self._say = say
        self._found: dict[tuple[str, str], Finding] = {}

    def add(self, id_: str, *, first_screen: bool = False, **values: Any) -> None:
        seen = self._say(f"juror.{id_}.seen", **values)
        self._found.setdefault(
            (id_, seen),
            Finding(
                id=id_,
                sentence=seen,
                may_conclude=self._say(f"juror.{id_}.may", **values),
                may_not_conclude=self._say(f"juror.{id_}.not", **values),
                fair_next=self._say(f"juror.{id_}.next", **values),
                first_screen=first_screen,
            ),
        )

    def all(self) -> tuple[Finding, ...]:
        return tuple(self._found.values())


def findings(
    verification: Verification,
    say: Catalogue,
    *,
    use: AiUse,
    steps: tuple[Step, ...],
    chain: tuple[ChainLink, ...],
    permissions: tuple[PermissionLine, ...],
    statements: tuple[StatementLine, ...],
    agreement: tuple[AgreementLine, ...] = (),
    presented: tuple[PresentedLine, ...] = (),
) -> tuple[Finding, ...]:
    """Return every finding, the gravest for the whole file first."""
    found = _Collector(say)
    _integrity(found, verification, use, say)
    _signer(found, verification, say)
    _history(found, verification, chain, say)
    _ai(found, steps)
    _statements(found, permissions, statements, agreement)
    _carriers(found, verification, agreement, say)
    _material(found, presented)
    _identities(found, verification)
    _surroundings(found, verification, say)
    return found.all()


def _integrity(found: _Collector, verification: Verification, use: AiUse, say: Catalogue) -> None:
    active = verification.active_manifest
    match verification.integrity:
        case Integrity.NO_CREDENTIALS:
            found.add("no_credentials")
        case Integrity.ELSEWHERE:
            found.add("elsewhere")
        case Integrity.NOT_CHECKED:
            found.add("not_checked", why=why_not_checked(verification, say), first_screen=True)
        case Integrity.NOT_COVERED:
            found.add("not_covered", first_screen=True)
        case Integrity.ALTERED:
            found.add("altered")
        case Integrity.INTACT if active is not None:
            _intact(found, active, use, say)


def _material(found: _Collector, presented: tuple[PresentedLine, ...]) -> None:
    for line in presented:
        found.add("material_same" if line.match is Match.SAME else "material_other", name=line.name)


def _intact(found: _Collector, active: Manifest, use: AiUse, say: Catalogue) -> None:
    who = name_signer(active, say).name
    if active.signer.level in {Level.LISTED, Level.KNOWN}:
        found.add("intact_known_no_ai" if use is AiUse.NONE_DECLARED else "intact_known", who=who)
    else:
        found.add("intact_unknown", who=who)


def _signer(found: _Collector, verification: Verification, say: Catalogue) -> None:
    for manifest in verification.manifests:
        signer = manifest.signer
        who = name_signer(manifest, say)
        leaf = signer.leaf
        first = manifest.depth == 0
        if signer.withdrawn:
            found.add("withdrawn", who=who.name, reason=signer.withdrawn, first_screen=True)
        if signer.revocation == "revoked":
            found.add("revoked", who=who.name, first_screen=True)
        if signer.expired and manifest.integrity is Integrity.EXPIRED:
            found.add("expired", who=who.name, day=leaf.not_after[:10] if leaf else "?", first_screen=first)
        for problem in signer.problems:
            other = problem == "pin.other_subject"
            values = {"who": who.name, "called": who.certificate_name, "problem": problem}
            found.add("other_subject" if other else "second_opinion", first_screen=first, **values)
        if mixed_scripts(who.certificate_name):
            found.add("mixed_scripts", called=who.certificate_name, first_screen=first)
        if only_interim(signer):
            found.add("interim_list", who=who.name)
        if contradicted := set(signer.disallowed) & set(asset_signals(signal_input(manifest))):
            values = {"who": who.name, "product": signer.product, "signals": say.join(sorted(contradicted))}
            found.add("disallowed", first_screen=first, **values)
        if manifest.time.problem:
            found.add("time_problem", problem=manifest.time.problem)


def _history(found: _Collector, verification: Verification, chain: tuple[ChainLink, ...], say: Catalogue) -> None:
    for link in chain:
        if link.depth == 0:
            continue
        if link.state in {LinkState.DAMAGED, LinkState.NOT_COVERED, LinkState.NOT_CHECKED}:
            found.add("history_damaged", what=link.sentence.text, first_screen=True)
        elif link.state in {LinkState.MISSING, LinkState.REDACTED}:
            found.add("history_missing", what=link.sentence.text, first_screen=True)
        elif link.state is LinkState.NO_CREDENTIALS:
            found.add("history_unknown", what=link.sentence.text)
    if verification.manifests:
        for manifest in verification.manifests:
            _redacted(found, manifest, verification, say)
        _correction(found, verification, say)


def _redacted(found: _Collector, manifest: Manifest, verification: Verification, say: Catalogue) -> None:
    reasons = dict(manifest.redaction_reasons)
    who = name_signer(manifest, say).name
    for uri in manifest.redacts:
        target = next((other for other in verification.manifests if other.label and other.label in uri), None)
        reason = reasons.get(uri, "")
        what = uri.rpartition("/")[2]
        if "training-mining" in what:
            found.add("permission_removed", who=who, reason=reason or "–", first_screen=True)
        elif target and same_signer(target.signer, manifest.signer) and reason == _PII:
            found.add("own_name_removed", who=who)  # one's own name, taken back: no alarm (people §3.1)
        else:
            found.add("redacted", who=who, what=what, reason=reason or "–", first_screen=True)


def _correction(found: _Collector, verification: Verification, say: Catalogue) -> None:
    active = verification.manifests[0]
    parent = next((other.manifest for other in active.ingredients if other.is_parent), "")
    earlier = next((other for other in verification.manifests if other.label == parent), None)
    if not (active.update and active.attributable and earlier):
        return
    who = name_signer(active, say).name
    if same_signer(active.signer, earlier.signer):
        found.add("corrected", who=who, day=active.time.value[:10] or "?")
    else:
        found.add("updated_by_other", who=who)


def _ai(found: _Collector, steps: tuple[Step, ...]) -> None:
    for step in steps:
        if not step.recognised:
            found.add("unrecognised", what=step.what)
        if not step.ai:
            continue
        if step.origin is Origin.TRACE:
            found.add("unsigned_trace", what=step.what, first_screen=True)
        elif step.by_presenter and step.caveat is None and step.origin is not Origin.HINT:
            found.add("ai_by_presenter", who=step.who.name, what=step.what)
        elif step.origin is Origin.HINT:
            found.add("ai_hint", what=step.what)
        elif step.attributable and step.strength is Strength.SIGNED_TRUSTED:
            found.add("ai_by_earlier", who=step.who.name, what=step.what)
        else:
            found.add("ai_by_other", who=step.who.name, what=step.what)


def _statements(
    found: _Collector,
    permissions: tuple[PermissionLine, ...],
    statements: tuple[StatementLine, ...],
    agreement: tuple[AgreementLine, ...],
) -> None:
    for statement in statements:
        if statement.kind == HISTORY_DROPPED and statement.attributable:
            found.add("history_dropped", who=statement.who.name, first_screen=True)
        if statement.contradicted:
            found.add("contradiction", who=statement.who.name, first_screen=True)
    told = any(line.state is State.PERMISSION_CONFLICT for line in agreement)  # of the flag in XMP: by `_carriers`
    for line in permissions:
        signed = {one.counts_as for one in line.sources if one.carrier is Carrier.MANIFEST}
        if line.conflict and not (told and len(signed) < 2):
            found.add("permission_conflict", what=line.sentence.text)


def _carriers(
    found: _Collector, verification: Verification, agreement: tuple[AgreementLine, ...], say: Catalogue
) -> None:
    """One finding a class of difference: the values stand in the table, the conclusions are the same for all."""
    changed = verification.integrity is Integrity.ALTERED
    for state, id_ in (
        (State.MISMATCH, "carriers_changed" if changed else "carriers_differ"),
        (State.PERMISSION_CONFLICT, "carriers_permission"),
        (State.AI_CONFLICT, "carriers_ai"),
        (State.INTERNAL, "carriers_internal"),
    ):
        if names := [line.name for line in agreement if line.state is state]:
            found.add(id_, what=say.join(names))


def _identities(found: _Collector, verification: Verification) -> None:
    for manifest in verification.manifests:
        for identity in manifest.identities:
            if identity.outcome in {"broken", "revoked"}:
                found.add("identity_broken", first_screen=manifest.depth == 0)
            elif identity.outcome == "well_formed" and Role.CREATOR in identity.roles:
                found.add("identity_unknown")


def _surroundings(found: _Collector, verification: Verification, say: Catalogue) -> None:
    if verification.source.disagreement:
        found.add("disagreement", why=disagreement(verification, say), first_screen=True)
    if verification.name_suggests:
        found.add("name_suggests", said=verification.name_suggests, is_=verification.media_type)
    if verification.coverage.unsigned and verification.integrity is not Integrity.NOT_COVERED:
        found.add("unsigned_data", n=sum(part.length for part in verification.coverage.unsigned))
    if verification.unreachable:
        found.add("unreachable", n=verification.unreachable)
    for stop in verification.stops:
        found.add("stopped", limit=shown(stop.limit), allowed=stop.allowed, first_screen=True)
    for used in verification.environment.lists:
        if used.stale:
            found.add("stale_list", name=used.name, date=used.date)
    if verification.environment.engine_below_floor:
        found.add("engine_below_floor", first_screen=True)
