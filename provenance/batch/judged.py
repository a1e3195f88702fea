"""Many files under one policy: entries in, verdicts out in the same order (`provenance check`).

The verdict is made here, from facts alone: another policy reads no file again. Files of which the policy cannot tell
the difference are judged once.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from provenance.batch.cache import Cache
from provenance.batch.conditions import version
from provenance.batch.found import VARYING, Known, facts_of
from provenance.batch.looked import JOB, Looked, looked
from provenance.batch.model import Entry, Input, LeftOut
from provenance.batch.trusting import fingerprint, with_trust
from provenance.declaration.globs import matches
from provenance.declaration.upward import BESIDE, files_above, is_there
from provenance.policy.facts import SCHEMA_VERSION, Facts
from provenance.policy.judge import judge, unjudged
from provenance.policy.loading import Policy
from provenance.policy.verdict import Verdict
from provenance.record import dataclass
from provenance.report.wording import DEFAULT
from provenance.terms import VERSION
from provenance.verification.options import Options
from provenance.worker import codec
from provenance.worker.pool import Pool
from provenance.worker.settings import Settings

_CLASSES = 4096  # judgements that are kept


@dataclass(frozen=True, slots=True)
class Judged:
    """One file under the policy."""

    verdict: Verdict
    known: Known | None = None  # its facts, packed; None where it could not be looked at
    name: str = ""
    read: bool = True  # False: what it rests on was found by an earlier run
    beside: Facts | None = None  # with what is declared beside it, where something is

    @property
    def where(self) -> str:
        """What it was given as, or found as below what was given: a path, shard!member, list!row."""
        return self.verdict.name

    @property
    def facts(self) -> Facts | None:
        """The facts that the verdict rests on; made anew each time they are asked for."""
        if self.beside is not None or self.known is None:
            return self.beside
        return facts_of(self.known, self.name)


Done = Judged | Input | LeftOut


def judged(
    entries: Iterator[Entry],
    policy: Policy,
    *,
    options: Options,
    settings: Settings,
    context: Mapping[str, object],
    cache: Cache | None = None,
    rehash: bool = False,
    slots: int = 0,
    language: str = DEFAULT,
    now: datetime | None = None,
) -> Iterator[Done]:
    """Yield what *policy* says of each of *entries*, in their order; what is held at one time does not grow.

    A file that cannot be read or checked has a verdict with a problem; nothing is raised for it.

    Args:
        context: what the caller says, by the names that the policy declares.
        cache: of facts; made for the same options with `opened_cache`.
        rehash: believe no file's times: read each, and go by its content.
        slots: children; 0 is one a processor.
        now: for the expiry of waivers.

    Raises:
        TrustError: if what the reader trusts is damaged.
        WorkerError: if no child can be started.
        EngineError: if the engine here cannot be used.
    """
    trust = fingerprint(with_trust(options).trust)
    judging = Judging(policy, context, language=language, now=now or datetime.now(UTC))
    with Pool(slots or os.cpu_count() or 1, preload=JOB.module, settings=settings) as pool:
        rehash = rehash or bool(options.store or options.sidecar)  # a stamp says nothing of what lies there
        for done in looked(entries, codec.encode(options), pool=pool, cache=cache, trust=trust, rehash=rehash):
            yield judging.judged(done) if isinstance(done, Looked) else done


def path_of(where: str, here: str) -> str:
    """Return how overrides and waivers call a file: from *here*, a folder, if it lies below, with ``/``."""
    where = where.removeprefix(here.rstrip(os.sep) + os.sep)
    return where if os.sep == "/" else where.replace(os.sep, "/")


class Judging:
    """One policy and one context; verdicts are kept for files that differ in nothing that the policy asks for."""

    def __init__(self, policy: Policy, context: Mapping[str, object], *, language: str, now: datetime) -> None:
        self._policy, self._context, self._language, self._now = policy, context, language, now
        asked = {name for rule in policy.rules for one in (*rule.predicates(), rule.when) if one is not None
                 for name, _ in one.tests()}  # fmt: skip
        self._varying = tuple(name for name in VARYING if name in asked)
        self._all_alike = not (self._varying or policy.overrides or policy.waivers)
        self._here = os.getcwd()  # noqa: PTH109 - a text, as `path_of` wants it
        self._kept: dict[object, Verdict] = {}
        self._folders: dict[str, tuple[Path, ...]] = {}  # files that declare something, by the folder they hold for

    def judged(self, found: Looked) -> Judged:
        """Return the verdict on one file."""
        if found.known is None:
            verdict = unjudged(found.where, self._policy, found.problem)
            return Judged(verdict, None, found.name, found.read)
        beside = self._declared(found.known, found) if self._may_be_declared(found) else None
        if beside is not None:
            verdict = replace(self._judge(beside, path_of(found.where, self._here)), name=found.where)
        else:
            verdict = self._verdict(found.known, found)
        return Judged(verdict, found.known, found.name, found.read, beside)

    def _may_be_declared(self, found: Looked) -> bool:
        """Whether something may be declared beside a file; no, for nearly every one of a large folder, at once."""
        path = found.path
        if not path:
            return False
        if self._folders.get(path[: path.rfind(os.sep)]) != () and files_above(path, self._folders):
            return True
        return found.declared and is_there(path + BESIDE)

    def _declared(self, known: Known, found: Looked) -> Facts | None:
        from provenance.policy.beside import with_beside  # here: slow to load, and most pictures need none

        facts = facts_of(known, found.name)
        with_it = with_beside(facts, Path(found.path), self._folders)
        return None if with_it is facts else with_it

    def _verdict(self, known: Known, found: Looked) -> Verdict:
        key = known.common if self._all_alike else self._class(known, found)
        if (kept := self._kept.get(key)) is None:
            if len(self._kept) >= _CLASSES:
                self._kept.clear()
            kept = self._kept[key] = self._judge(facts_of(known, found.name), path_of(found.where, self._here))
        return Verdict(
            found.where, kept.policy, kept.decision, kept.outcomes, known.facts_sha256, kept.problem, kept.enforced
        )

    def _class(self, known: Known, found: Looked) -> tuple[object, ...]:
        """Return all that this policy tells files apart by."""
        differs = [found.name if one == "name" else getattr(known, one) for one in self._varying]
        return (known.common, *differs, *self._heeded(known, path_of(found.where, self._here)))

    def _heeded(self, known: Known, path: str) -> tuple[bool, ...]:
        """Return which overrides and waivers are for this file, by its path or its sum."""
        return (
            *(matches(path, one.paths) for one in self._policy.overrides),
            *(matches(path, one.paths) or known.sha256 in one.sha256 for one in self._policy.waivers),
        )

    def _judge(self, facts: Facts, path: str) -> Verdict:
        return judge(facts, self._policy, context=self._context, path=path, now=self._now, language=self._language)


def opened_cache(path: Path, options: Options, *, now: datetime | None = None) -> Cache:
    """Open the cache of facts at *path* for runs under *options*: under others, other facts are found.

    Raises:
        OutputError: if a file lies there that is no cache of this program.
        TrustError: if what the reader trusts is damaged.
    """
    moment = now or datetime.now(UTC)
    return Cache(path, _key(with_trust(options)), now=int(moment.timestamp()))


def _key(options: Options) -> str:
    """Return everything that facts depend on beside the file, as one sum."""
    parts = (
        SCHEMA_VERSION, " ".join(Facts.__match_args__), VERSION, version("c2pa-python"), version("cryptography"),
        repr(options.limits), options.as_of, options.sidecar, options.store, fingerprint(options.trust),
    )  # fmt: skip
    return hashlib.sha256("\n".join(parts).encode("utf-8", "backslashreplace")).hexdigest()
