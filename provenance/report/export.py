"""A report for programs (JSON) and for people who paste (Markdown): the same facts as the text."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from provenance.report.full import write
from provenance.report.layout import Page
from provenance.report.model import Report

_MARKUP = str.maketrans({char: "\\" + char for char in "\\`*_[]<>#|~"})
_BULLETS = ("", "-", "*")


def to_dict(report: Report) -> dict[str, Any]:
    """Return *report* as JSON has it: maps, lists, strings, numbers, booleans and null."""
    return {field.name: value(getattr(report, field.name)) for field in fields(report)}


def value(found: object) -> Any:
    """Return *found*, a frozen value of ours, as JSON has it."""
    if isinstance(found, Enum):
        return found.value
    if isinstance(found, str):
        return str(found)
    if isinstance(found, tuple):
        return [value(item) for item in found]
    if is_dataclass(found):
        return {field.name: value(getattr(found, field.name)) for field in fields(found)}
    return found


def to_json(report: Report, *, indent: int | None = None) -> str:
    """Return *report* as JSON, by default on one line, in ASCII: no terminal mistakes it for anything else (D12)."""
    return json.dumps(to_dict(report), ensure_ascii=True, allow_nan=False, indent=indent)


def to_markdown(report: Report) -> str:
    """Return everything in *report* as Markdown; nothing from the file is markup in it."""
    page = _Markdown(width=0)
    write(page, report)
    return page.text()


class _Markdown(Page):
    """The same rows as headings and lists: lines are as long as they are, marks stand as words."""

    def line(self, text: str) -> None:
        self.lines.append(f"# {safe(text)}")

    def title(self, text: str) -> None:
        self.lines += ["", f"## {safe(text)}", ""]

    def row(self, label: str, text: str) -> None:
        self.more(f"{label} {text}")

    def more(self, *texts: str, indent: int = 0, mark: str = "") -> None:
        lead = "  - " if indent else "- "
        word = f"{safe(mark.strip())} · " if mark.strip() not in _BULLETS else ""
        self.lines += [f"{lead}{word}{safe(text)}" for text in texts]


def safe(text: str) -> str:
    """Take the meaning from whatever Markdown or HTML could read in *text*."""
    return text.translate(_MARKUP).replace("://", ":\\/\\/")
