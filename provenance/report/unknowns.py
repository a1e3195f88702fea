"""What is not known: said in every report, because silence is easily taken for a yes."""

from __future__ import annotations

from collections.abc import Iterator

from provenance.report.blocks import sentence
from provenance.report.declared import PermissionLine, Step, StepKind
from provenance.report.model import ChainLink, LinkState
from provenance.report.permissions import NOT_STATED
from provenance.report.said import Said
from provenance.report.summary import complete
from provenance.report.wording import Catalogue
from provenance.terms import AiUse, Integrity, Level, TimeKind
from provenance.verification.model import Verification


def unknowns(
    verification: Verification,
    say: Catalogue,
    *,
    use: AiUse,
    steps: tuple[Step, ...],
    chain: tuple[ChainLink, ...],
    permissions: tuple[PermissionLine, ...],
) -> tuple[Said, ...]:
    """Return what this report cannot say, the weightiest first."""
    active = verification.active_manifest
    if active is None:
        key = "unread" if verification.integrity is Integrity.NOT_CHECKED else "everything"
        return (sentence(say, f"report.unknown.{key}"),)
    return tuple(
        sentence(say, f"report.unknown.{key}", **values)
        for key, values in (
            *_about_people(verification),
            *_about_history(verification, use, steps, chain),
            *_about_checks(verification, permissions),
        )
    )


_Item = tuple[str, dict[str, object]]


def _about_people(verification: Verification) -> Iterator[_Item]:
    active = verification.manifests[0]
    if active.integrity in {Integrity.ALTERED, Integrity.NOT_COVERED}:
        yield "who_changed", {}
    elif active.signer.level in {Level.INTACT, Level.UNVERIFIED}:
        yield "who", {}
    leaf = active.signer.leaf
    if active.time.kind is not TimeKind.TRUSTED:
        lapses = active.attributable and leaf is not None
        yield ("when_until", {"day": leaf.not_after[:10]}) if lapses and leaf else ("when", {})


def _about_history(
    verification: Verification, use: AiUse, steps: tuple[Step, ...], chain: tuple[ChainLink, ...]
) -> Iterator[_Item]:
    if use in {AiUse.NONE_DECLARED, AiUse.NONE_DECLARED_INCOMPLETE}:
        yield "ai", {}
    if any(not step.recognised for step in steps):
        yield "unrecognised", {}
    if not complete(verification, steps):
        yield "history", {}
    if any(step.kind is StepKind.POSSIBLY for step in steps):
        yield "possibly", {}
    lost = [link for link in chain if link.depth and link.state is not LinkState.INTACT]
    if lost:
        yield "ancestors", {"n": len(lost)}
    yield "truth", {}


def _about_checks(verification: Verification, permissions: tuple[PermissionLine, ...]) -> Iterator[_Item]:
    if any(line.effective == NOT_STATED for line in permissions):
        yield "permissions", {}
    if verification.manifests[0].signer.revocation in {"not checked", "unknown"}:
        yield "revocation", {}
    if not verification.coverage.checked:
        yield "coverage", {}
    if verification.environment.missing_limits or not verification.environment.isolated:
        yield "isolation", {}
