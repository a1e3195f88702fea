"""A report in full, as text: what `inspect` shows. Every fact of the Report stands here."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from provenance.metadata.evidence.model import Facts
from provenance.report.declared import Answer, Step
from provenance.report.evidence import told
from provenance.report.layout import Page
from provenance.report.model import ChainLink, Report, SignerBlock, TimeBlock
from provenance.report.names import fingerprint, moment
from provenance.report.permissions import source_sentence
from provenance.report.screen import NARROWEST, file_line, heading, mark_of, with_conflict
from provenance.report.wording import Catalogue, Phrase
from provenance.verification.evidence import Match


def render_full(report: Report, *, width: int = 80) -> str:
    """Return everything in *report* as text, no line wider than *width* columns (at least 40)."""
    page = Page(max(width, NARROWEST), margin=3)
    write(page, report)
    return page.text()


def write(page: Page, report: Report) -> None:
    """Write everything in *report* to *page*, whatever kind of page it is."""
    say = Catalogue(report.language)
    page.line(report.headline.text)
    _file(page, report, say)
    _certificates(page, report.signer, report.time, say)
    _identities(page, report, say)
    _chain(page, report, say)
    _ledger(page, report, say)
    _evidence(page, report, say)
    _people(page, report, say)
    _carriers(page, report, say)
    _permissions(page, report, say)
    _official(page, report, say)
    _coverage(page, report, say)
    _conclusions(page, report, say)
    _environment(page, report, say)


def _file(page: Page, report: Report, say: Catalogue) -> None:
    found = report.file
    page.title(say("report.full.file"))
    page.more(file_line(report, say))
    if found.sha256:
        page.more(say("report.full.sha256", text=found.sha256), say("report.full.sha256_note"))
    page.more(report.source.sentence.text, *filter(None, (report.source.disagreement,)))
    page.more(report.integrity.sentence.text, *filter(None, (report.integrity.problem,)))
    for failure in report.integrity.failures:
        page.more(say("report.full.status", code=failure.key, text=failure.text or "–"), mark="!")
    for note in report.notes:
        page.more(say("report.full.status", code=note.key, text=note.text or "–"), mark="-")


def _certificates(page: Page, signer: SignerBlock | None, time: TimeBlock, say: Catalogue) -> None:
    page.title(say("report.full.certificates"))
    if signer is None:
        page.more(say("report.signer.nobody"), time.sentence.text)
        return
    page.more(signer.sentence.text, time.sentence.text)
    page.more(say("report.full.revocation", text=say.term("report.revocation", signer.revocation)))
    if signer.product:
        page.more(say("report.full.product", text=signer.product))
    page.more(*(problem.text for problem in signer.problems), mark="!")
    for hit in signer.hits:
        key = "report.list.stale" if hit.stale else "report.list.fresh"
        age = "?" if hit.age_days is None else hit.age_days
        page.more(say(key, name=hit.name, date=hit.date[:10] or "?", age=age), mark="*")
        if hit.anchor_sha256:
            page.more(say("report.full.sha256", text=fingerprint(hit.anchor_sha256)), indent=2)
    if signer.algorithm:
        page.more(say("casefile.certificates.algorithm", name=signer.algorithm))
    for found in signer.path:
        dates = {"start": moment(found.not_before), "end": moment(found.not_after)}
        page.more(say("report.full.subject", text=found.subject), mark="-")
        page.more(
            say("report.full.issuer", text=found.issuer),
            say("report.full.validity", serial=found.serial, **dates),
            say("report.full.sha256", text=fingerprint(found.sha256)),
            indent=2,
        )


def _identities(page: Page, report: Report, say: Catalogue) -> None:
    if not report.identities:
        return
    page.title(say("report.full.identities"))
    page.more(say("report.identity.apart"))
    for found in report.identities:
        page.more(found.sentence.text, mark="-")
        if found.fingerprint:
            page.more(say("report.full.sha256", text=fingerprint(found.fingerprint)), indent=2)
        for account in found.accounts:
            page.more(
                f"{account.kind}: {account.name} {account.uri} · {account.provider} · {account.checked_at}", indent=2
            )
        if found.referenced:
            page.more(say("report.full.vouches", text=say.join(found.referenced)), indent=2)
        if found.not_referenced:
            page.more(say("report.full.vouches_not", text=say.join(found.not_referenced)), indent=2)


def _chain(page: Page, report: Report, say: Catalogue) -> None:
    if not report.chain:
        return
    page.title(say("report.full.chain"))
    for link in report.chain:
        page.more(link.sentence.text, mark=f"{link.depth}")
        page.more(*_link(link, say), indent=2)


def _link(link: ChainLink, say: Catalogue) -> list[str]:
    lines = [link.id]
    if link.named:
        lines.append(say("casefile.chain.named", label=link.named))
    if link.generator:
        lines.append(say("report.full.generator", text=link.generator))
    if link.time:
        lines.append(link.time.sentence.text)
    if link.who:
        lines.append(say(f"report.full.complete.{'yes' if link.complete else 'no'}"))
    lines += [say("report.full.status", code=found.key, text=found.text or "–") for found in link.failures]
    lines += [say("report.full.redacts", what=found.key, reason=found.text or "–") for found in link.redacts]
    lines += [f"← {edge.relationship} {edge.target}" for edge in link.made_from]
    return lines


def _ledger(page: Page, report: Report, say: Catalogue) -> None:
    page.title(say("report.full.ledger"))
    page.more(report.ai_sentence.text)
    if not report.ledger:
        page.more(say("report.text.steps_none"))
    else:
        page.more(say("report.text.oldest_first"))
    for _, group in groupby(report.ledger, key=lambda step: (step.manifest, step.strength, step.gathered)):
        steps = list(group)
        page.more(heading(steps[0], say))
        page.more(say(f"report.full.strength.{steps[0].strength}"), indent=2)
        for step in steps:
            page.more(step.what, mark=mark_of(step, say))
            page.more(*_details(step, say), indent=6)
    for statement in report.statements:
        page.more(statement.sentence.text, mark="-")


def _evidence(page: Page, report: Report, say: Catalogue) -> None:
    found = report.evidence
    if not (found.signed or found.presented):
        return
    page.title(say("evidence.heading"))
    for line in found.signed:
        page.more(line.sentence.text, mark="-")
        page.more(*_facts(line.facts, say), indent=2)
    for shown in found.presented:
        page.more(shown.sentence.text, mark="=" if shown.match is Match.SAME else "!")
        page.more(*_facts(shown.facts, say), *shown.facts.problems, indent=2)
    page.more(say("evidence.limits"))


def _facts(facts: Facts, say: Catalogue) -> Iterator[str]:
    if all_told := say.join(told(facts, say)):
        yield all_told
    if facts.sha256:
        yield say("report.full.sha256", text=fingerprint(facts.sha256))


def _details(step: Step, say: Catalogue) -> list[str]:
    lines: list[str] = [say("report.ledger.where", assertion=step.assertion)] if step.assertion else []
    if step.created or step.gathered:
        lines.append(say(f"report.ledger.{'created' if step.created else 'gathered'}"))
    if step.basis:
        key = f"report.ledger.basis.{step.basis}"
        lines.append(say(key) if say.has(key) else step.basis)
    if step.part != "whole":
        lines.append(say(f"report.ledger.part.{step.part}"))
    if step.when:
        lines.append(say("report.ledger.when", time=moment(step.when)))
    lines += [say("report.ledger.region", text=region) for region in step.regions]
    texts = {"note": step.description, "reason": step.reason, "prompt": step.prompt, "raw": step.source_type_raw}
    lines += [say(f"report.ledger.{key}", text=text) for key, text in texts.items() if text]
    return lines + ([step.caveat.text] if step.caveat else [])


def _people(page: Page, report: Report, say: Catalogue) -> None:
    if not (report.authors or report.credits):
        return
    page.title(say("report.full.names"))
    page.more(say("report.full.named_only"))
    for author in report.authors:
        page.more(f"{author.name} {author.url} ({author.role})", mark="-")
    for credit in report.credits:
        page.more(say("report.text.credit", key=credit.key, text=credit.text, who=credit.stated_by.name), mark="-")


def _carriers(page: Page, report: Report, say: Catalogue) -> None:
    """Every field, and every place that says something of it."""
    found = report.carried
    page.title(say("agreement.title"))
    page.more(found.sentence.text, *(said.text for said in (found.redacted, found.wrote) if said))
    for line in report.agreement:
        page.more(line.sentence.text, mark="!" if line.state.disagrees else "-")
        page.more(*(say("agreement.where", where=one.where, text=Phrase(one.phrase)) for one in line.values), indent=2)
    if found.traces:
        page.more(say("metadata.trace.title"))
        page.more(*(one.sentence.text for one in found.traces), indent=2, mark="-")
    if found.private:
        kinds = say.join(dict.fromkeys(one.name for one in found.private))
        page.more(say("agreement.private", what=kinds))
        page.more(*dict.fromkeys(one.where for one in found.private), indent=2, mark="-")
    page.more(*found.problems, mark="!")


def _permissions(page: Page, report: Report, say: Catalogue) -> None:
    page.title(say("report.full.permissions"))
    for line in report.permissions:
        page.more(with_conflict(line.sentence.text, line.conflict, say), mark="-")
        for found in line.sources:
            page.more(source_sentence(found, say), indent=2)
            if found.constraint and found.constraint != line.constraint:
                page.more(say("casefile.use.constrained", terms=found.constraint), indent=4)


def _official(page: Page, report: Report, say: Catalogue) -> None:
    if not report.signals:
        return
    page.title(say("report.full.signals"))
    for found in report.signals:
        page.more(f"{found.manifest}: {', '.join(found.signals) or say('report.full.signals_none')}", mark="-")
    page.title(say("report.full.profiles"))
    for profile in report.profiles:
        page.more(profile.sentence.text, mark="-")
        page.more(say(f"report.profile.literal.{'yes' if profile.literal else 'no'}"), indent=2)
        for condition in profile.conditions:
            mark = {Answer.YES: "+", Answer.NO: "-", Answer.CANNOT_TELL: "?"}[condition.met]
            page.more(condition.sentence.text, indent=2, mark=mark)


def _coverage(page: Page, report: Report, say: Catalogue) -> None:
    page.title(say("report.full.coverage"))
    page.more(report.coverage.sentence.text)
    for part in (*report.coverage.excluded, *report.coverage.unsigned):
        what = say.term("report.range", part.what) if part.what else "–"
        page.more(say("report.full.range", start=part.start, end=part.start + part.length, what=what), mark="-")


def _conclusions(page: Page, report: Report, say: Catalogue) -> None:
    page.title(say("report.full.findings"))
    for found in report.findings:
        page.more(found.sentence, mark="-")
        page.more(say("report.full.may", text=Phrase(found.may_conclude)), indent=2)
        page.more(say("report.full.not", text=Phrase(found.may_not_conclude)), indent=2)
        page.more(say("report.full.next", text=Phrase(found.fair_next)), indent=2)
    page.title(say("report.full.unknown"))
    page.more(*(unknown.text for unknown in report.unknowns), mark="-")


def _environment(page: Page, report: Report, say: Catalogue) -> None:
    found = report.environment
    page.title(say("report.full.environment"))
    if found.checked_at:
        page.more(moment(found.checked_at))
    page.more(", ".join(f"{version.key} {version.text}" for version in found.versions))
    for line in found.lists:
        page.more(line.sentence.text, mark="-")
        if line.sha256:
            page.more(say("report.full.sha256", text=fingerprint(line.sha256)), indent=2)
    page.more(*(stop.sentence.text for stop in found.stops), mark="!")
    page.more(say(f"report.full.isolated.{'yes' if found.isolated else 'no'}"))
    if found.missing_limits:
        page.more(say("report.full.missing_limits", text=say.join(found.missing_limits)))
    if found.engine_below_floor:
        page.more(say("report.full.below_floor"))
