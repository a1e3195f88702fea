"""Verification in, Report out. Pure: the same findings, language and moment give the same report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from provenance.report import blocks, carriers
from provenance.report.chain import chain, notes, time_block
from provenance.report.declared import ManifestSignals
from provenance.report.evidence import evidence_block
from provenance.report.findings import findings
from provenance.report.ledger import ledger
from provenance.report.model import SCHEMA_VERSION, Report, TimeBlock
from provenance.report.names import name_signer, shown
from provenance.report.permissions import permissions
from provenance.report.profiles import profiles
from provenance.report.signals import asset_signals, signal_input
from provenance.report.summary import ai_sentence, ai_use
from provenance.report.unknowns import unknowns
from provenance.report.wording import DEFAULT, Catalogue
from provenance.terms import TimeKind
from provenance.verification.evidence import Presented
from provenance.verification.model import Verification


def build(
    verification: Verification, *, language: str = DEFAULT, now: datetime, presented: Sequence[Presented] = ()
) -> Report:
    """Return everything we say about a file.

    Nothing in it says that a statement is true, nor that anything unsaid did not happen.

    Args:
        language: a folder of the catalogue; a sentence that it lacks is said in English.
        now: for the ages of lists and pins; an aware time.
        presented: files that somebody shows as working material of this picture.
    """
    say = Catalogue(language)
    now = now if now.tzinfo else now.replace(tzinfo=UTC)
    active = verification.active_manifest
    steps = ledger(verification, say)
    use = ai_use(verification, steps)
    links = chain(verification, say, now=now)
    allowed = permissions(verification, say)
    statements = blocks.statement_lines(verification, say, steps=steps)
    agreed = carriers.agreement(verification, say, steps=steps)
    material = evidence_block(verification, presented, say)
    presenter = name_signer(active, say).name if active else ""
    return Report(
        schema_version=SCHEMA_VERSION,
        language=language,
        file=blocks.file_block(verification),
        headline=blocks.headline(verification, say),
        integrity=blocks.integrity_block(verification, say),
        level=verification.level,
        signer=blocks.signer_block(verification, say, now=now),
        time=time_block(active, say, now=now) if active else _no_time(say),
        ai_use=use,
        ai_sentence=ai_sentence(use, steps, presenter=presenter, say=say),
        ledger=steps,
        permissions=allowed,
        coverage=blocks.coverage_block(verification, say),
        source=blocks.source_block(verification, say),
        environment=blocks.environment_block(verification, say, now=now),
        identities=blocks.identity_blocks(verification, say, now=now),
        statements=statements,
        signals=tuple(
            ManifestSignals(shown(manifest.label), asset_signals(signal_input(manifest)))
            for manifest in verification.manifests
        ),
        profiles=profiles(verification, say, steps=steps),
        chain=links,
        authors=blocks.author_lines(verification, say),
        credits=blocks.credit_lines(verification, say),
        unreachable=verification.unreachable,
        unknowns=unknowns(verification, say, use=use, steps=steps, chain=links, permissions=allowed),
        findings=findings(
            verification,
            say,
            use=use,
            steps=steps,
            chain=links,
            permissions=allowed,
            statements=statements,
            agreement=agreed,
            presented=material.presented,
        ),
        agreement=agreed,
        carried=carriers.carried(verification, say),
        notes=notes((*verification.statuses, *(active.statuses if active else ()))),
        evidence=material,
    )


def _no_time(say: Catalogue) -> TimeBlock:
    return TimeBlock(kind=TimeKind.NONE, sentence=blocks.sentence(say, "report.time.nothing"))
