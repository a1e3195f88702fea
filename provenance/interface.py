"""What programs call: the same checks and reports as the command line, as functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from provenance.container.limits import load as load_limits
from provenance.errors import ProvenanceError
from provenance.home import Home
from provenance.report.build import build
from provenance.report.model import Report
from provenance.report.wording import DEFAULT
from provenance.trust.model import NOBODY, Trust
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.worker.settings import Settings
from provenance.worker.settings import load as load_settings

if TYPE_CHECKING:
    from provenance.policy.loading import Policy
    from provenance.policy.verdict import Verdict


def verify(
    asset: Path | str,
    *,
    home: Home | None = None,
    trust: Trust = NOBODY,
    sidecar: Path | str | None = None,
    as_of: str = "",
    language: str = DEFAULT,
) -> Report:
    """Check one picture in a child process with limits, and return the report on it.

    A bad signature, a broken hash and an unknown signer are in the report, never raised. Nothing in the report
    says that a statement is true, and nothing is fetched.

    Args:
        home: whose pins and lists count, e.g. ``provenance.home.locate()``; None trusts nobody beyond *trust*.
        as_of: ISO date to judge certificates at; empty is now.

    Raises:
        AssetError: if the file cannot be read at all.
        WorkerError, EngineError: if nothing can be checked here.
    """
    found = next(verify_all([asset], home=home, trust=trust, sidecar=sidecar, as_of=as_of, language=language))[1]
    if isinstance(found, ProvenanceError):
        raise found
    return found


def verify_all(
    assets: Iterable[Path | str],
    *,
    home: Home | None = None,
    trust: Trust = NOBODY,
    sidecar: Path | str | None = None,
    as_of: str = "",
    language: str = DEFAULT,
    slots: int | None = None,
) -> Iterator[tuple[Path, Report | ProvenanceError]]:
    """Check many pictures in *slots* children; yield each with its report, or what kept it from being read."""
    options = _options(home, trust, as_of)
    if sidecar:
        options = replace(options, sidecar=str(Path(sidecar).absolute()))
    settings = load_settings(home.config) if home else Settings()
    paths = [Path(asset) for asset in assets]
    for path, found in verify_files(paths, options=options, slots=slots, settings=settings):
        yield path, _reported(found, language)


def _reported(found: Verification | ProvenanceError, language: str) -> Report | ProvenanceError:
    if isinstance(found, ProvenanceError):
        return found
    return build(found, language=language, now=datetime.now(UTC))


def check(
    paths: Iterable[Path | str] | Path | str,
    policy: Policy | Path | str,
    *,
    home: Home | None = None,
    trust: Trust = NOBODY,
    context: Mapping[str, object] | None = None,
    as_of: str = "",
    cache: Path | str | None = None,
    language: str = DEFAULT,
    slots: int | None = None,
) -> Iterator[Verdict]:
    """Judge many pictures under *policy*, each in a child with limits; yield a verdict each, in their order.

    A folder stands for the pictures in it, a tar archive and a list for those that they hold; each picture comes once.
    A file that cannot be read is a verdict whose `problem` says why, never raised: it is for a person, and stops no
    other. A verdict says what the policy says, not whether what a picture states is so.

    Args:
        paths: one, or several.
        policy: a template's name, the path of a TOML file, or what `provenance.policy.loading.load` made of either.
        home: whose pins and lists count, e.g. ``provenance.home.locate()``; None trusts nobody beyond *trust*.
        context: values that the policy asks of its caller; one that is left out is unknown.
        as_of: ISO date to judge certificates at; empty is now.
        cache: a file in which what is found is kept, so that a file that did not change is not read again; made if it
            is not there. Whoever can write to it can say what they like about your files. None keeps nothing.

    Raises:
        PolicyError: if the policy, or a value of *context*, cannot be accepted; before any file is read.
        OutputError: with the first verdict, if *cache* is a file that is none.
        WorkerError, EngineError: if nothing can be checked here.
    """
    # Here: the models of policies are slow to load, and `verify` needs none of them.
    from provenance.batch.gathering import gathered
    from provenance.batch.judged import Judged, judged, opened_cache
    from provenance.batch.sources import entries
    from provenance.policy.context import checked
    from provenance.policy.loading import Policy, load

    rules = policy if isinstance(policy, Policy) else load(str(policy))
    values = checked(context or {}, rules, where="context")
    wanted = [paths] if isinstance(paths, (Path, str)) else paths  # the letters of a text are no paths
    sources, missing = gathered([str(path) for path in wanted])
    options = _options(home, trust, as_of)

    def verdicts() -> Iterator[Verdict]:
        with opened_cache(Path(cache), options) if cache is not None else nullcontext() as kept:
            answers = judged(
                chain(missing, entries(sources)),
                rules,
                options=options,
                settings=load_settings(home.config) if home else Settings(),
                context=values,
                cache=kept,
                language=language,
                slots=slots or 0,
            )
            yield from (done.verdict for done in answers if isinstance(done, Judged))

    return verdicts()


def _options(home: Home | None, trust: Trust, as_of: str) -> Options:
    return Options(
        trust=trust,
        home=str(home.path.absolute()) if home else "",
        limits=load_limits(home.config) if home else Options().limits,
        as_of=as_of,
    )
