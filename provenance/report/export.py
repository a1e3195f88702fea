"""A report for programs (JSON) and for people who paste (Markdown): the same facts as the text."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from provenance.report.declared import Step
from provenance.report.model import Report
from provenance.report.screen import ai_mark, heading, permission_sentences
from provenance.report.wording import Catalogue, Phrase

_MARKUP = str.maketrans({char: "\\" + char for char in "\\`*_[]<>#|~"})


def to_dict(report: Report) -> dict[str, Any]:
    """Return *report* as JSON has it: maps, lists, strings, numbers, booleans and null."""
    return {field.name: _value(getattr(report, field.name)) for field in fields(report)}


def _value(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    if is_dataclass(value):
        return {field.name: _value(getattr(value, field.name)) for field in fields(value)}
    return value


def to_json(report: Report, *, indent: int | None = None) -> str:
    """Return *report* as JSON, by default on one line, in ASCII: no terminal mistakes it for anything else (D12)."""
    return json.dumps(to_dict(report), ensure_ascii=True, allow_nan=False, indent=indent)


def to_markdown(report: Report) -> str:
    """Return *report* as Markdown; nothing from the file is markup in it."""
    say = Catalogue(report.language)
    lines = [f"# {_safe(report.headline.text)}", "", f"{_safe(report.file.name)}", ""]
    facts = {"intact": report.integrity.sentence.text}
    if report.signer:
        facts |= {"signer": report.signer.sentence.text, "time": report.time.sentence.text}
    facts |= {"ai": report.ai_sentence.text, "source": report.source.sentence.text}
    lines += [f"- **{say(f'report.label.{key}')}** {_safe(text)}" for key, text in facts.items()]
    if report.signer and report.signer.who.fingerprint:
        lines.append(f"- {_safe(say('report.signer.fingerprint', fingerprint=report.signer.who.fingerprint))}")
    lines += _section(say("report.full.identities"), [found.sentence.text for found in report.identities])
    lines += _section(say("report.full.chain"), [link.sentence.text for link in report.chain])
    lines += _section(say("report.full.ledger"), [_step(step, say) for step in report.ledger])
    lines += _section(say("report.label.statements"), [found.sentence.text for found in report.statements])
    lines += _section(say("report.full.permissions"), permission_sentences(report.permissions, say))
    lines += _section(say("report.full.coverage"), [report.coverage.sentence.text])
    lines += _section(say("report.full.profiles"), [found.sentence.text for found in report.profiles])
    lines += _findings(report, say)
    lines += _section(say("report.full.unknown"), [unknown.text for unknown in report.unknowns])
    lines += _section(say("report.full.environment"), [line.sentence.text for line in report.environment.lists])
    return "\n".join(lines) + "\n"


def _step(step: Step, say: Catalogue) -> str:
    mark = f"{ai_mark(step, say)} · " if step.ai else ""
    said = say("report.text.step", heading=Phrase(heading(step, say)), what=Phrase(step.what))
    if step.caveat:
        said = say("report.text.step_caveat", step=said, caveat=Phrase(step.caveat.text))
    return mark + said


def _section(title: str, items: list[str]) -> list[str]:
    return ["", f"## {_safe(title)}", "", *(f"- {_safe(item)}" for item in items)] if items else []


def _findings(report: Report, say: Catalogue) -> list[str]:
    if not report.findings:
        return []
    keys = ("may", "not", "next")
    lines = ["", f"## {_safe(say('report.full.findings'))}", ""]
    for found in report.findings:
        lines.append(f"- {_safe(found.sentence)}")
        texts = (found.may_conclude, found.may_not_conclude, found.fair_next)
        lines += [f"  - {_safe(say(f'report.full.{key}', text=text))}" for key, text in zip(keys, texts, strict=True)]
    return lines


def _safe(text: str) -> str:
    """Take the meaning from whatever Markdown or HTML could read in *text*."""
    return text.translate(_MARKUP).replace("://", ":\\/\\/")
