"""A draft as text of 80 columns, as Markdown, as JSON. The page is `page`'s business, and loads more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from provenance.plain import MACHINE, plain
from provenance.policy.disclosure.assets import Asset
from provenance.policy.disclosure.draft import SCHEMA_VERSION, Draft
from provenance.policy.disclosure.papers import Paper, row
from provenance.report.export import safe
from provenance.report.layout import columns, wrap
from provenance.report.wording import Catalogue

WIDTH = 80
FEW = 20  # files of a group that a terminal shows


def text(paper: Paper, say: Catalogue) -> Iterator[str]:
    """Yield the draft line by line; of each group of files the first few."""
    yield from _title(paper.title, "=")
    yield from wrap(paper.notice, WIDTH)
    for one in paper.about:
        yield from ("", *wrap(one, WIDTH))
    yield ""
    for number, label in paper.counts:
        yield from _hung(f"  {number:>7,}  ", label)
    yield from ("", *wrap(paper.share, WIDTH))
    for section in paper.sections:
        yield ""
        yield from _title(section.title, "-")
        yield from wrap(section.paragraph, WIDTH)
        if section.decide:
            yield from ("", *wrap(say("disclose.decide"), WIDTH))
            for one in section.decide:
                yield from _hung("  - ", one)
    yield ""
    yield from _title(say("disclose.appendix"), "-")
    for group in paper.groups:
        yield from ("", *wrap(f"{group.title}: {len(group.assets):,}", WIDTH))
        yield from wrap(group.note, WIDTH)
        for asset in group.assets[:FEW]:
            found = row(asset, say)
            yield from _hung("  - ", plain(found.path, limit=MACHINE))
            for line in (*found.stated, *found.kept):
                yield from _hung("      ", line)
        if len(group.assets) > FEW:
            yield from _hung("  ", say("disclose.folded", n=len(group.assets) - FEW))
    yield ""
    for one in paper.footer:
        yield from wrap(one, WIDTH)


def _title(text: str, line: str) -> Iterator[str]:
    yield from wrap(text, WIDTH)
    yield line * min(WIDTH, columns(text))


def _hung(lead: str, text: str) -> Iterator[str]:
    for number, line in enumerate(wrap(text, WIDTH - len(lead))):
        yield (lead if not number else " " * len(lead)) + line


def markdown(paper: Paper, say: Catalogue) -> Iterator[str]:
    """Yield the draft as Markdown, whole; nothing from a file is markup in it."""
    yield f"# {safe(paper.title)}"
    yield f"\n**{safe(paper.notice)}**"
    for one in (*paper.about, paper.share):
        yield f"\n{safe(one)}"
    yield ""
    yield from (f"- {number:,} {safe(label)}" for number, label in paper.counts)
    for section in paper.sections:
        yield f"\n## {safe(section.title)}\n\n{safe(section.paragraph)}"
        if section.decide:
            yield f"\n{safe(say('disclose.decide'))}\n"
            yield from (f"- [ ] {safe(one)}" for one in section.decide)
    yield f"\n## {safe(say('disclose.appendix'))}"
    for group in paper.groups:
        yield f"\n### {safe(group.title)}: {len(group.assets):,}\n\n{safe(group.note)}\n"
        for asset in group.assets:
            found = row(asset, say)
            yield f"- {safe(plain(found.path, limit=MACHINE))}"
            yield from (f"  - {safe(line)}" for line in (*found.stated, *found.kept))
    yield ""
    yield from (f"{safe(one)}\n" for one in paper.footer)


def as_json(draft: Draft) -> Iterator[str]:
    """Yield the draft for programs: words of ours for every choice, sentences where people read them.

    A file is one line of it, so that a large release is written as it goes.
    """
    about = draft.about
    whole = {
        "schema_version": SCHEMA_VERSION,
        "draft": True,
        "form": about.form.value,
        "language": draft.language,
        "made": about.made,
        "program": about.program,
        "source": plain(about.source),
        "files": draft.files,
        "counts": {standing.value: number for standing, number in draft.counts.items()},
        "without_statement": draft.silent,
        "not_pictures": [{"ending": ending, "files": number} for ending, number in about.others],
        "sections": [
            {"id": one.id, "title": one.title, "paragraph": one.paragraph, "decide": list(one.decide)}
            for one in draft.sections
        ],
    }
    yield json.dumps(whole, ensure_ascii=True, allow_nan=False, indent=2).removesuffix("\n}") + ',\n  "assets": ['
    comma = "\n    "
    for one in draft.assets:
        yield comma + json.dumps(_asset(one), ensure_ascii=True, allow_nan=False)
        comma = ",\n    "
    yield "\n  ]\n}\n"


def _asset(one: Asset) -> dict[str, Any]:
    return {
        "file": plain(one.file.path, limit=MACHINE),
        "sha256": one.sha256,
        "use": one.file.use.value,
        "status": one.file.status.value,
        "approval": one.file.approval,
        "terms": [{"text": one.file.terms, "by": "list", "attributable": False}] * bool(one.file.terms)
        + [{"text": text, "by": "file", "attributable": attributable} for text, attributable in one.terms],
        "standing": one.standing.value,
        "integrity": one.integrity,
        "signer": one.signer,
        "problem": one.problem,
        "statements": [
            {
                "by": said.whose.value,
                "attributable": said.whose.value == "known",
                "who": said.who,
                "kinds": list(said.kinds),
                "generative": {"generative_kinds": "yes", "possibly_kinds": "possibly"}.get(said.group, "no"),
                "tool": said.tool,
                "model": said.model,
                "extent": said.extent,
                "oversight": said.oversight,
                "when": said.when,
            }
            for said in one.statements
        ],
    }
