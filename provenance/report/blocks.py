"""The parts of a report that are said straight from what verification found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from provenance.container.model import Kind
from provenance.plain import plain
from provenance.report.chain import failures
from provenance.report.declared import AuthorLine, CreditLine, StatementLine, Step
from provenance.report.model import (
    AccountLine,
    CertificateLine,
    CoverageBlock,
    EnvironmentBlock,
    FileBlock,
    IdentityBlock,
    IntegrityBlock,
    ListLine,
    RangeLine,
    SignerBlock,
    SourceBlock,
    StopLine,
)
from provenance.report.names import (
    NAME,
    age_in_days,
    certificate_name,
    common_name,
    list_uses,
    name_signer,
    only_interim,
    shown,
)
from provenance.report.said import Entry, Said
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import Integrity, Level
from provenance.verification.model import Certificate, Identity, Manifest, Range, Verification

_AUTHOR_KEYS = frozenset({"dc:creator", "plus:ImageCreator", "Iptc4xmpExt:Contributor"})


def sentence(say: Catalogue, key: str, **values: object) -> Said:
    """Return the sentence *key* with its id."""
    return Said(key, say(key, **values))


def headline(verification: Verification, say: Catalogue) -> Said:
    """Return the one line on top (D2). The engine's "Valid" is never it."""
    active = verification.active_manifest
    if active is not None and active.signer.withdrawn:
        return sentence(say, "report.headline.withdrawn")
    if verification.integrity is not Integrity.INTACT:
        return sentence(say, f"report.headline.{verification.integrity}")
    interim = verification.level is Level.LISTED and active is not None and only_interim(active.signer)
    key = f"report.headline.{'interim' if interim else verification.level}"
    if not verification.chain_intact:
        return Said(key, say("report.headline.history", headline=say(key)))
    return sentence(say, key)


def integrity_block(verification: Verification, say: Catalogue) -> IntegrityBlock:
    """Return whether what was signed is what is here, and every reason why not."""
    active = verification.active_manifest
    state = verification.integrity
    key = f"report.integrity.{state}"
    if state is Integrity.INTACT and not verification.chain_intact:
        key = "report.integrity.history"
    found = (*verification.statuses, *(active.statuses if active else ()))
    return IntegrityBlock(
        state=state,
        chain_intact=verification.chain_intact,
        sentence=sentence(say, key, why=why_not_checked(verification, say)),
        failures=failures(found),
        problem=shown(verification.problem),
    )


def why_not_checked(verification: Verification, say: Catalogue) -> Phrase:
    """Return what kept the file from being checked; a parser's own words stay as they are, in English."""
    stop = next((stop for stop in verification.stops if stop.allowed), None)
    if stop:
        return say("report.integrity.stopped", limit=stop.limit, allowed=stop.allowed)
    if verification.media_type == Kind.C2PA:
        return say("report.integrity.sidecar")
    return Phrase(plain(verification.problem)) if verification.problem else say("report.integrity.no_reason")


def disagreement(verification: Verification, say: Catalogue) -> Phrase:
    """Return how a sidecar differs from what stands inside the file (V9)."""
    state, _, which = verification.source.disagreement.partition(": ")
    return say("report.beside", state=say.term("report.beside", state), which=say.term("report.beside", which))


def signer_block(verification: Verification, say: Catalogue, *, now: datetime) -> SignerBlock | None:
    """Return who signed the file as it is now, the reader's own name for them first."""
    active = verification.active_manifest
    if active is None:
        return None
    signer, leaf = active.signer, active.signer.leaf
    who = name_signer(active, say)
    level = signer.level if active.attributable else Level.UNVERIFIED
    hit = next((found for found in signer.hits if found.level is level), None)
    key = f"report.signer.{level}"
    if active.integrity is Integrity.EXPIRED:
        key = "report.signer.expired"
    elif level is Level.LISTED and only_interim(signer):
        key = "report.signer.interim"
    elif level is Level.KNOWN and hit and hit.tier == "own":
        key = "report.signer.own"
    elif level is Level.KNOWN and not who.own_name:
        key = "report.signer.known_unnamed"
    date = hit.date if hit else ""
    age = age_in_days(date, now)
    return SignerBlock(
        who=who,
        level=level,
        sentence=sentence(
            say,
            key,
            name=who.name,
            called=Phrase(plain(certificate_name(leaf), limit=NAME)) or say("report.signer.nameless"),
            issuer=common_name(leaf.issuer) if leaf else "",
            list=hit.name if hit else "",
            date=date[:10] or "?",
            age="?" if age is None else age,
            end=leaf.not_after[:10] if leaf else "?",
        ),
        names=tuple(shown(name) for name in (*leaf.common_names, *leaf.organizations)) if leaf else (),
        issuer=shown(leaf.issuer) if leaf else "",
        hits=list_uses(signer.hits, now),
        expired=signer.expired,
        withdrawn=shown(signer.withdrawn),
        revocation=signer.revocation,
        product=shown(signer.product),
        problems=tuple(sentence(say, "report.signer.problem", problem=problem) for problem in signer.problems),
        path=tuple(_certificate(certificate) for certificate in signer.chain if not certificate.stray),
        algorithm=shown(signer.algorithm),
    )


def _certificate(found: Certificate) -> CertificateLine:
    return CertificateLine(
        subject=shown(found.subject),
        issuer=shown(found.issuer),
        serial=shown(found.serial),
        sha256=found.sha256,
        not_before=shown(found.not_before),
        not_after=shown(found.not_after),
    )


def identity_blocks(verification: Verification, say: Catalogue, *, now: datetime) -> tuple[IdentityBlock, ...]:
    """Return every identity assertion of the chain, on its own axis."""
    return tuple(
        _identity(manifest, identity, say, now)
        for manifest in verification.manifests
        for identity in manifest.identities
    )


def _identity(manifest: Manifest, found: Identity, say: Catalogue, now: datetime) -> IdentityBlock:
    leaf = found.chain[0] if found.chain else None
    accounts = tuple(
        AccountLine(
            shown(line.kind),
            shown(line.name or line.username),
            shown(line.provider),
            shown(line.verified_at),
            shown(line.uri),
        )
        for line in found.verified
    )
    pin = next((hit.name for hit in found.hits if hit.level is Level.KNOWN), "")
    called = (
        pin
        or certificate_name(leaf)
        or say.join(dict.fromkeys(line.name for line in accounts if line.name))
        or found.issuer
    )
    key = f"report.identity.{found.outcome if manifest.attributable else 'not_attributable'}"
    if accounts and key == "report.identity.well_formed":
        key = "report.identity.accounts"
    key = key if say.has(key) else "report.identity.not_checked"
    first = accounts[0] if accounts else None
    roles = tuple(_role(role, say) for role in found.roles)
    return IdentityBlock(
        manifest=shown(manifest.label),
        assertion=shown(found.assertion),
        kind=shown(found.kind),
        outcome=shown(found.outcome),
        sentence=sentence(
            say,
            key,
            name=called,
            roles=say.join(roles) or say("report.role.none"),
            issuer=found.issuer,
            provider=(first.provider if first else "") or "?",
            day=first.checked_at[:10] if first else "",
        ),
        roles=tuple(shown(role) for role in found.roles),
        names=tuple(shown(name) for name in (*leaf.common_names, *leaf.organizations)) if leaf else (),
        issuer=shown(found.issuer),
        fingerprint=leaf.sha256 if leaf else "",
        hits=list_uses(found.hits, now),
        accounts=accounts,
        referenced=tuple(shown(label) for label in found.referenced),
        not_referenced=tuple(shown(label) for label in found.not_referenced),
    )


def _role(role: str, say: Catalogue) -> str:
    key = f"report.role.{role.removeprefix('cawg.')}"
    return say(key) if role.startswith("cawg.") and say.has(key) else say("report.role.other", name=role)


def statement_lines(
    verification: Verification, say: Catalogue, *, steps: tuple[Step, ...]
) -> tuple[StatementLine, ...]:
    """Return the authors' other statements. "No generative AI" beside a generative step is a contradiction."""
    generative = any(step.kind.generative for step in steps)
    return tuple(
        _statement(manifest, index, generative, say)
        for manifest in verification.manifests
        for index in range(len(manifest.statements))
    )


def _statement(manifest: Manifest, index: int, generative: bool, say: Catalogue) -> StatementLine:
    found = manifest.statements[index]
    who = name_signer(manifest, say)
    keys = (f"report.statement.{found.kind}.{found.value}", f"report.statement.{found.kind}", "report.statement.other")
    key = next(key for key in keys if say.has(key))
    what = say(key, kind=found.kind, value=found.value)
    said = "report.states" if manifest.attributable else "report.written"
    return StatementLine(
        kind=shown(found.kind),
        sentence=sentence(say, said, who=who.name, what=what),
        who=who,
        attributable=manifest.attributable,
        created=found.created,
        manifest=shown(manifest.label),
        contradicted=generative and "generative" in found.kind,
    )


def author_lines(verification: Verification, say: Catalogue) -> tuple[AuthorLine, ...]:
    """Return everybody who is named; being named is not having signed."""
    return tuple(
        AuthorLine(
            name=shown(author.name),
            role=shown(author.role),
            url=shown(author.url),
            named_by=name_signer(manifest, say),
            attributable=manifest.attributable,
            manifest=shown(manifest.label),
        )
        for manifest in verification.manifests
        for author in manifest.authors
    )


def credit_lines(verification: Verification, say: Catalogue) -> tuple[CreditLine, ...]:
    """Return credit, copyright and other fields, as stated."""
    return tuple(
        CreditLine(
            key=shown(key),
            text=shown(text),
            stated_by=name_signer(manifest, say),
            attributable=manifest.attributable,
            manifest=shown(manifest.label),
        )
        for manifest in verification.manifests
        for key, text in manifest.credits
        if key not in _AUTHOR_KEYS
    )


def coverage_block(verification: Verification, say: Catalogue) -> CoverageBlock:
    """Return which bytes no hash covers."""
    found = verification.coverage
    if not verification.manifests:
        key = "report.coverage.nothing"
    elif not found.checked:
        key = "report.coverage.unchecked"
    elif found.pixels_exposed:
        key = "report.coverage.pixels"
    elif found.excluded or found.unsigned:
        key = "report.coverage.some"
    else:
        key = "report.coverage.all"
    n = sum(part.length for part in (*found.excluded, *found.unsigned))
    return CoverageBlock(
        checked=found.checked,
        sentence=sentence(say, key, n=n),
        pixels_exposed=found.pixels_exposed,
        excluded=tuple(_range(part) for part in found.excluded),
        unsigned=tuple(_range(part) for part in found.unsigned),
    )


def _range(found: Range) -> RangeLine:
    return RangeLine(found.start, found.length, shown(found.what))


def source_block(verification: Verification, say: Catalogue) -> SourceBlock:
    """Return where the credentials were found; of an address only the host is shown, and nothing is fetched."""
    found = verification.source
    host = _host(found.remote_url)
    key = f"report.source_of.{found.kind}"
    if found.kind == "none" and not found.tried:
        key = f"report.source_of.{'none_inside' if verification.media_type else 'unread'}"
    if found.kind == "none" and host:
        key = "report.source_of.remote"
    if found.kind == "none" and found.store and not host:
        key = "report.source_of.not_in_store"
    if found.kind == "sidecar" and found.store and found.sidecar.startswith(found.store + "/"):
        key = f"report.source_of.{'store_others' if found.others else 'store'}"
    if verification.media_type == Kind.C2PA:
        key = "report.source_of.alone"
    tried, others = say.join(found.tried) or "–", say.join(found.others)
    return SourceBlock(
        kind=found.kind,
        sentence=sentence(say, key, sidecar=found.sidecar, host=host or "?", tried=tried, others=others),
        sidecar=shown(found.sidecar),
        tried=tuple(shown(name) for name in found.tried),
        remote_host=shown(host),
        disagreement=shown(found.disagreement),
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def environment_block(verification: Verification, say: Catalogue, *, now: datetime) -> EnvironmentBlock:
    """Return what checked the file, with which lists, and which limits stopped it."""
    found = verification.environment
    return EnvironmentBlock(
        checked_at=shown(found.checked_at),
        versions=tuple(Entry(shown(name), shown(version)) for name, version in found.versions),
        lists=tuple(_lists(verification, say, now)),
        stops=tuple(
            StopLine(
                shown(stop.limit),
                stop.allowed,
                shown(stop.found),
                sentence(say, "report.stop", limit=stop.limit, allowed=stop.allowed, found=stop.found or "?"),
            )
            for stop in verification.stops
        ),
        isolated=found.isolated,
        missing_limits=tuple(shown(name) for name in found.missing_limits),
        engine_below_floor=found.engine_below_floor,
    )


def _lists(verification: Verification, say: Catalogue, now: datetime) -> Iterator[ListLine]:
    for used in verification.environment.lists:
        age = age_in_days(used.date, now)
        key = "report.list.stale" if used.stale else "report.list.fresh"
        yield ListLine(
            name=shown(used.name),
            tier=shown(used.tier),
            date=shown(used.date),
            next_update=shown(used.next_update),
            sha256=used.sha256,
            age_days=age,
            stale=used.stale,
            sentence=sentence(say, key, name=used.name, date=used.date[:10] or "?", age="?" if age is None else age),
        )


def file_block(verification: Verification) -> FileBlock:
    """Return the file itself."""
    return FileBlock(
        name=shown(verification.name),
        size=verification.size,
        media_type=shown(verification.media_type),
        sha256=verification.sha256,
        name_suggests=shown(verification.name_suggests),
    )
