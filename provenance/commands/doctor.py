"""``provenance doctor``: is everything here that signing and reading need, and what is not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.commands import examination
from provenance.commands.examination import Finding, Health
from provenance.plain import plain
from provenance.report.layout import columns, fill, pad
from provenance.report.wording import say

WIDTH = 80
_LABEL = 16

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


class Format(StrEnum):
    """How the answer is given."""

    TEXT = "text"
    JSON = "json"


@app.command()
def doctor(
    form: Annotated[Format, typer.Option("--format", help="text or json.")] = Format.TEXT,
    home: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where your identities and lists lie.")] = None,
) -> None:
    """Check this installation.

    Exit codes: 0 nothing is bad, 1 something is, 2 something could not be told.
    """
    findings = tuple(examination.examine(homes.locate(home)))
    typer.echo(_json(findings) if form is Format.JSON else "\n".join(_text(findings)))
    raise typer.Exit(examination.exit_code(findings))


def _json(findings: tuple[Finding, ...]) -> str:
    return json.dumps({"findings": [asdict(finding) for finding in findings]}, indent=2)


def _text(findings: tuple[Finding, ...]) -> Iterator[str]:
    for finding in findings:
        head = f"{finding.health:<8}{pad(say('doctor.about_' + finding.about), _LABEL)}"
        yield _wrapped(finding.found, head)
        if finding.cure:
            yield _wrapped(say("doctor.cure", cure=finding.cure), " " * columns(head))
    count = Counter(finding.health for finding in findings)
    yield ""
    yield say(
        "doctor.sum", ok=count[Health.OK], warn=count[Health.WARN], bad=count[Health.BAD], unknown=count[Health.UNKNOWN]
    )


def _wrapped(text: str, head: str) -> str:
    lead = columns(head)
    return head + fill(plain(text, limit=500), WIDTH - lead).replace("\n", "\n" + " " * lead)
