"""``provenance policy``: list, show, check, test and explain what a policy asks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.commands.policy_names import tell_misspelt
from provenance.commands.shared import LANGUAGE_HELP, checking_options, told
from provenance.errors import PolicyError, ProvenanceError
from provenance.plain import plain
from provenance.policy.context import from_texts
from provenance.policy.explaining import explain as explained
from provenance.policy.files import facts_files
from provenance.policy.judge import judge
from provenance.policy.loading import Policy, load, template_text, templates, unknown_rule
from provenance.policy.trying import try_examples
from provenance.report.layout import fill, pad
from provenance.report.wording import Catalogue, preferred
from provenance.worker.settings import load as load_settings

_WIDTH = 80
_PREFERRED = preferred()
_HELP = "Say what a policy asks of pictures, and keep one under test."
PolicyArgument = Annotated[str, typer.Argument(metavar="NAME|FILE.toml", help="A template's name, or a policy file.")]
HomeOption = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where your pins and lists lie.")]
LanguageOption = Annotated[str, typer.Option(metavar="LANGUAGE", help=LANGUAGE_HELP)]

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True, help=_HELP
)


@app.callback()
def _root() -> None:
    """Say what a policy asks of pictures, and keep one under test."""


@app.command("list")
def list_() -> None:
    """List the templates, each with its title."""
    names = templates()
    width = max(map(len, names)) + 2
    for name in names:
        typer.echo(pad(name, width) + fill(load(name).title, _WIDTH, indent=" " * width))


@app.command()
def show(name: Annotated[str, typer.Argument(metavar="NAME", help="A template's name.")]) -> None:
    """Print a template, to be changed and kept as a file of your own."""
    typer.echo(template_text(name), nl=False)


@app.command()
def check(policy: PolicyArgument, home: HomeOption = None, lang: LanguageOption = _PREFERRED) -> None:
    """Check a policy file; say where it is wrong, or what it holds.

    Exit codes: 0 it can be used, 2 it cannot.
    """
    say = Catalogue(told(lang))
    found = load(policy)
    typer.echo(_about(found, say))
    tell_misspelt(found, homes.locate(home), say)
    today = datetime.now(UTC).date()
    for waiver in found.waivers:
        values = {"rules": ", ".join(waiver.rules), "reason": waiver.reason, "author": waiver.author}
        key = "waiver" if waiver.counts_on(today) else "expired"
        typer.echo(fill(say(f"policy.check.{key}", day=waiver.expires, **values), _WIDTH, indent="  "))


def _about(found: Policy, say: Catalogue) -> str:
    requirements = sum(rule.kind.value == "requirement" for rule in found.rules)
    numbers = {
        "rules": len(found.rules), "requirements": requirements, "conclusions": len(found.rules) - requirements,
        "overrides": len(found.overrides), "examples": len(found.examples),
    }  # fmt: skip
    text = say("policy.check.good", name=found.id, mode=found.mode.value, evidence=found.evidence.value)
    return fill(text, _WIDTH) + "\n" + fill(say("policy.check.holds", **numbers), _WIDTH)


@app.command()
def test(
    policy: Annotated[str, typer.Argument(metavar="FILE.toml", help="A policy with [[example]] tables.")],
    home: HomeOption = None,
    lang: LanguageOption = _PREFERRED,
) -> None:
    """Judge the example files of a policy; compare with what it expects.

    Exit codes: 0 all are as expected, 1 some are not, 2 some could not be read.
    """
    say = Catalogue(told(lang))
    found = load(policy)
    if not found.examples:
        raise PolicyError(plain(policy), "has no [[example]], so nothing is tested", "name files and what to expect")
    place = homes.locate(home)
    tell_misspelt(found, place, say)
    tried = list(
        try_examples(
            found, options=checking_options(place), settings=load_settings(place.config), now=datetime.now(UTC)
        )
    )
    for one in tried:
        expected, given = (say(f"policy.decision.{word}") for word in (one.example.expect, one.verdict.decision))
        values = {"file": one.example.file, "expected": expected, "given": given, "problem": one.problem}
        key = "unread" if one.problem else "same" if one.passed else "other"
        typer.echo(fill(say(f"policy.test.{key}", **values), _WIDTH, indent="  "))
        if not one.passed and not one.problem:
            for outcome in one.verdict.outcomes:
                typer.echo("  " + fill(f"{outcome.rule}: {outcome.sentence}", _WIDTH, indent="    "))
    passed = sum(one.passed for one in tried)
    typer.echo(say("policy.test.sum", passed=passed, count=len(tried)))
    raise typer.Exit(2 if any(one.problem for one in tried) else 0 if passed == len(tried) else 1)


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A picture.")],
    policy: Annotated[str, typer.Option("--policy", metavar="NAME|FILE", help="A template, or a policy file.")],
    rule: Annotated[str, typer.Option("--rule", metavar="ID", help="Only this rule.")] = "",
    context: Annotated[
        list[str] | None, typer.Option("--context", metavar="NAME=VALUE", help="What the policy asks you. Repeatable.")
    ] = None,
    home: HomeOption = None,
    lang: LanguageOption = _PREFERRED,
) -> None:
    """Say which fact decided for a picture, and what would change that.

    Exit codes: 0 it was explained, 2 the picture could not be checked.
    """
    say = Catalogue(told(lang))
    found = load(policy)
    if rule:
        unknown_rule(rule, found)
    said = from_texts(context or (), found)
    place = homes.locate(home)
    tell_misspelt(found, place, say)
    settings = load_settings(place.config)
    ((_, facts),) = facts_files([file], options=checking_options(place), settings=settings)
    if isinstance(facts, ProvenanceError):
        raise facts
    path = file.as_posix()
    verdict = judge(facts, found, context=said, path=path, now=datetime.now(UTC), language=say.language)
    decision = say(f"policy.decision.{verdict.decision}")
    typer.echo(fill(say("policy.explain.verdict", name=file.name, policy=found.id, decision=decision), _WIDTH))
    if verdict.problem:
        typer.echo(fill(plain(verdict.problem), _WIDTH))
        raise typer.Exit(2)
    shown = list(explained(facts, found, context=said, path=path, say=say, rule=rule))
    if rule and not shown:
        typer.echo(say("policy.explain.not_asked", rule=rule))
    for one in shown:
        typer.echo(f"\n{one.rule}")
        for line in one.lines:
            typer.echo("  " + fill(line, _WIDTH, indent="  "))
    ours = [one for one in verdict.outcomes if one.rule.startswith("provenance.")]
    for outcome in ours:
        typer.echo(f"\n{outcome.rule}\n  " + fill(outcome.sentence, _WIDTH, indent="  "))
