"""``provenance check``: a policy's verdict on each picture, worst first; for terminals, CI servers and juries."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provenance import home as homes
from provenance.batch import cache as caches
from provenance.batch import sources
from provenance.batch.cache import Cache
from provenance.batch.gathering import gathered
from provenance.batch.judged import Done, Judged, judged, opened_cache, path_of
from provenance.batch.model import Entry, Item, LeftOut
from provenance.commands import check_config
from provenance.commands.check_config import FailOn, Format
from provenance.commands.check_output import Report, Run, deliver, folder_of
from provenance.commands.policy_names import tell_misspelt
from provenance.commands.shared import (
    LANGUAGE_HELP,
    PATHS_HELP,
    STORE_HELP,
    Column,
    Null,
    checking_options,
    counted,
    told,
)
from provenance.container.kinds import suggested
from provenance.declaration.upward import FOLDER
from provenance.errors import OutputError, PolicyError
from provenance.plain import plain
from provenance.policy.blinded import blinded
from provenance.policy.context import checked, from_texts
from provenance.policy.formats.about import About, RuleTold
from provenance.policy.formats.text import WIDTH
from provenance.policy.loading import ENDING, Policy, context_problem, load, templates
from provenance.policy.model import Mode
from provenance.policy.ranked import Ranked
from provenance.policy.saying import message
from provenance.policy.tally import Tally
from provenance.policy.verdict import Decision, Verdict
from provenance.report.layout import fill
from provenance.report.wording import Catalogue, preferred
from provenance.signing.files import same
from provenance.terms import VERSION
from provenance.verification.options import Options
from provenance.worker.settings import load as load_settings

if TYPE_CHECKING:
    from provenance.commands.check_entries import Answer, Contest

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


_ENDINGS = {
    ".txt": Format.TEXT, ".json": Format.JSON, ".jsonl": Format.JSONL, ".csv": Format.CSV, ".sarif": Format.SARIF,
    ".xml": Format.JUNIT, ".html": Format.HTML, ".htm": Format.HTML,
}  # fmt: skip


@app.command()
def check(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATHS...", help=PATHS_HELP),
    ],
    policy: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="A template (see `provenance policy list`), or a TOML file.")
    ] = "",
    form: Annotated[
        Format | None,
        typer.Option("--format", help="text, json, jsonl, csv, sarif, junit, github or html.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where the report goes; else to stdout.")
    ] = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(
            help="The mildest decision that gives exit 1: reject, review (the default), disclose or note.",
            show_default=False,
        ),
    ] = None,
    context: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A value that the policy asks for. Repeatable.")
    ] = None,
    warn_only: Annotated[
        bool, typer.Option("--warn-only", help='Only warn, as a policy with mode = "warn" does.')
    ] = False,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit 0 where it would be 1; never where it would be 2.")
    ] = False,
    entries: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="A contest's entry form: entry, file, declared AI use, key.")
    ] = None,
    hidden: Annotated[bool, typer.Option("--blind", help="Name nobody: entries get numbers.")] = False,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings; else provenance.toml or pyproject.toml, nearest upward."),
    ] = None,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Judge certificates as on this day.")] = "",
    store: Annotated[Path | None, typer.Option(metavar="FOLDER", help=STORE_HELP)] = None,
    column: Column = "",
    null: Null = False,
    rehash: Annotated[
        bool, typer.Option("--rehash", help="Read every file again, whatever its time and size say.")
    ] = False,
    cache_file: Annotated[
        Path | None,
        typer.Option("--cache", metavar="FILE", help="Where what was found is kept; else where the platform keeps it."),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Neither use nor keep what was found in earlier runs.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over the report of an earlier run.")] = False,
    lang: Annotated[str, typer.Option(metavar="LANGUAGE", help=LANGUAGE_HELP, show_default=False)] = "",
    home: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where your pins and lists lie.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no summary and no progress; as text, nothing.")] = False,
) -> None:
    """Say of each picture what a policy says about it, and why.

    Exit codes: 0 pass, 1 findings, 2 could not tell. A file that cannot be
    read is a row of its own, and the others are judged all the same.
    """
    found = check_config.load(config, Path.cwd())
    settings = found.settings
    say = Catalogue(told(lang or settings.lang or preferred()))
    if found.file is not None and config is None and not quiet:
        typer.echo(f"note: {say('verdict.settings', path=found.file.name)}", err=True)
    rules = _policy(policy, found)
    for name, value in settings.context.items():
        if context_problem({name: value}, rules):  # else its line is not looked for
            checked({name: value}, rules, where=f"{found.where('context', name)}: context")
    values = settings.context | from_texts(context or [], rules)
    shape = _shape(form, output, settings.format)
    if no_cache and cache_file is not None:
        raise OutputError("--cache", "and --no-cache exclude each other", "choose one")
    _tell_expired(rules, say, quiet=quiet)
    place = homes.locate(home)
    if not (quiet or hidden or settings.blind):
        tell_misspelt(rules, place, say)
    named, missing = gathered(paths, column=column, null=null, patterns=True)
    now = datetime.now(UTC).replace(microsecond=0)
    options = checking_options(place, as_of=as_of, store=store)
    about = _about(
        rules,
        say,
        fail_on=Decision((fail_on or settings.fail_on or FailOn.REVIEW).value),
        enforced=rules.mode is Mode.ENFORCE and not (warn_only or settings.warn_only),
        context=tuple((name, _shown(value)) for name, value in values.items()),
        made=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        blind=hidden or settings.blind,
        exit_zero=exit_zero,
    )
    form_of = _contest(entries, rules, values, blind=about.blind) if entries is not None else None
    beside = (entries, found.file, Path(policy) if policy else found.beside(settings.policy))
    report = Report(
        shape, output, tuple(paths), overwrite=overwrite, quiet=quiet, beside=tuple(str(one) for one in beside if one)
    )
    _refuse(report)
    with (
        _cached(None if no_cache else cache_file or caches.folder() / caches.NAME, options, now) as cache,
        Ranked() as ranked,
    ):
        run = Run(about, Tally(about.fail_on), ranked, say, options, load_settings(place.config), now)
        found_entries = chain(missing, sources.entries(named, sys.stdin.buffer))
        answers = judged(
            _placed(found_entries, run, wanted=shape is Format.HTML), rules, options=options, settings=run.settings,
            context=values, cache=cache, rehash=rehash, language=say.language, now=now,
        )  # fmt: skip
        told_of = _verdicts(answers, run) if form_of is None else _joined(form_of, answers, run)
        verdicts = counted(told_of, lambda: sources.count(named), say, quiet=quiet or report.streams)
        deliver(verdicts, run, report)
        for note, name in cache.notes if cache is not None and not quiet else ():
            typer.echo(f"note: {say(note, name=name)}", err=True)
        raise typer.Exit(run.tally.exit_code(exit_zero=exit_zero))


def _tell_expired(rules: Policy, say: Catalogue, *, quiet: bool) -> None:
    """Say which waivers have run out: a file that passed yesterday fails for it today."""
    today = datetime.now(UTC).date()
    for waiver in () if quiet else rules.waivers:
        if not waiver.counts_on(today):
            values = {"rules": ", ".join(waiver.rules), "reason": waiver.reason, "author": waiver.author}
            typer.echo(fill(f"note: {say('policy.check.expired', day=waiver.expires, **values)}", WIDTH), err=True)


@contextmanager
def _cached(path: Path | None, options: Options, now: datetime) -> Iterator[Cache | None]:
    """Open the cache of facts at *path*; None uses none."""
    if path is None:
        yield None
        return
    with opened_cache(path, options, now=now) as cache:
        yield cache


def _placed(entries: Iterable[Entry], run: Run, *, wanted: bool) -> Iterator[Entry]:
    """Yield *entries*; where a page is *wanted*, keep where their files lie."""
    for entry in entries:
        if wanted and isinstance(entry, Item) and entry.data is None and entry.offset < 0:
            run.places[entry.where] = Path(entry.path)
        yield entry


def _verdicts(answers: Iterable[Done], run: Run) -> Iterator[Verdict]:
    """Yield each verdict as the formats show it, and count what was left out."""
    messages = {rule.id: rule.message for rule in run.about.rules}
    number = 0
    for done in answers:
        run.tally.left_out += isinstance(done, LeftOut)
        if not isinstance(done, Judged):
            continue
        number += 1
        verdict = done.verdict
        if run.about.enforced is not verdict.enforced:
            verdict = replace(verdict, enforced=run.about.enforced)
        if run.about.blind:
            verdict = blinded(verdict, messages, run.say, entry=run.say("verdict.entry", n=number))
            if done.where in run.places:
                run.places[verdict.name] = run.places.pop(done.where)
        yield verdict


def _contest(entries: Path, rules: Policy, values: dict[str, object], *, blind: bool) -> Contest:
    from provenance.commands.check_entries import contest  # here: slow to load

    return contest(entries, rules, values, blind=blind)


def _joined(form: Contest, answers: Iterable[Done], run: Run) -> Iterator[Verdict]:
    """Yield the verdicts of a contest, put together with its form; count what was left out."""
    from provenance.commands.check_entries import Answer

    messages = {rule.id: rule.message for rule in run.about.rules}

    def judged_files() -> Iterator[Answer]:
        for done in answers:
            run.tally.left_out += isinstance(done, LeftOut)
            if isinstance(done, Judged):
                yield Answer(done.where, path_of(done.where, str(Path.cwd())), done.verdict, done.facts)

    def hide(verdict: Verdict) -> Verdict:
        return blinded(verdict, messages, run.say, entry=verdict.name)

    return form.verdicts(judged_files(), run, hide)


def _policy(chosen: str, found: check_config.Found) -> Policy:
    if chosen:
        return load(chosen)
    written = found.settings.policy
    if not written:
        cure = f"a template ({', '.join(templates())}) or a {ENDING} file, or say policy under [check] in {FOLDER}"
        raise PolicyError("--policy", "is not given, and nothing is judged without one", cure)
    return load(str(found.beside(written)) if check_config.is_path(written) else written)


def _shape(form: Format | None, output: Path | None, written: Format | None) -> Format:
    by_ending = _ENDINGS.get(output.suffix.lower()) if output is not None else None
    shape = form or by_ending or written or Format.TEXT
    if shape is Format.HTML and output is None:
        raise OutputError("--format html", "is a page with case files beside it", "say where with --output FILE.html")
    return shape


def _about(
    policy: Policy,
    say: Catalogue,
    *,
    fail_on: Decision,
    enforced: bool,
    context: tuple[tuple[str, str], ...],
    made: str,
    blind: bool,
    exit_zero: bool,
) -> About:
    rules = tuple(RuleTold(rule.id, rule.kind, message(rule, say), rule.link) for rule in policy.rules)
    return About(
        policy.id, policy.title, policy.sha256, policy.evidence.value, rules, fail_on, enforced, context,
        VERSION, made, blind, exit_zero,
    )  # fmt: skip


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else plain(value)


def _refuse(report: Report) -> None:
    """Refuse, before anything is read, what would destroy a file."""
    if report.output is None:
        return
    name = plain(report.output.name)
    if any(same(Path(path), report.output) for path in report.paths):
        raise OutputError(name, "is one of the files to be checked", "choose another name")
    if any(same(Path(path), report.output) for path in report.beside):
        raise OutputError(name, "is read by this run", "choose another name")
    if suggested(report.output.name) is not None:  # one of a folder that is checked, perhaps
        raise OutputError(name, "is called as a picture is", f"end the name with one of {', '.join(_ENDINGS)}")
    for path in (report.output, *([folder_of(report.output)] if report.form is Format.HTML else [])):
        if os.path.lexists(path) and not report.overwrite:
            raise OutputError(plain(path.name), "exists already", "allow it with --overwrite, or choose another")
