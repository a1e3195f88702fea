"""``provenance ai-or-not``: how a program's feature counts, from a dated table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from provenance.declaration.features import Answer, Feature, search, table
from provenance.report.layout import wrap
from provenance.report.wording import say

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
_WIDTH = 80


@app.command()
def ai_or_not(
    words: Annotated[list[str], typer.Argument(metavar="FEATURE...", help='A feature, as in "remove tool".')],
) -> None:
    """Say how the program's FEATURE counts, and what to write after --ai. Exit 1 if it is not in the table."""
    known = table()
    found = search(" ".join(words), known.features)
    if not found:
        _print(say("ai_or_not.not_found", words=" ".join(words), date=known.date))
        _print(say("ai_or_not.not_found_help"))
        raise typer.Exit(1)
    for feature in found:
        for line in _answer(feature):
            typer.echo(line)
        typer.echo("")
    _print(say("ai_or_not.dated", date=known.date))


def _answer(feature: Feature) -> Iterator[str]:
    yield from wrap(say("ai_or_not.feature", program=feature.program, name=feature.name), _WIDTH)
    if not feature.kind:
        sentences = [say("ai_or_not.none")]
    else:
        kind = say.term("report.ai_kind", feature.kind.replace(" ", "_"))
        sentences = [say(f"ai_or_not.{feature.generative.value}", kind=kind)]
    if feature.generative is Answer.DEPENDS:
        sentences.append(say("ai_or_not.decides", setting=feature.decides))
    if feature.flag:
        sentences.append(say("ai_or_not.flag", flag=feature.flag))
    if feature.generative is Answer.DEPENDS:
        sentences.append(say("ai_or_not.if_you_know"))
    sentences.append(say("ai_or_not.source", source=feature.source))
    for sentence in sentences:
        first, *rest = wrap(sentence, _WIDTH - 4)
        yield f"  {first}"
        yield from (f"    {line}" for line in rest)


def _print(sentence: str) -> None:
    typer.echo("\n".join(wrap(sentence, _WIDTH)))
