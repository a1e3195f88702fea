"""What the child is asked by `permissions check`: may this picture be used for that purpose.

The engine and all that a decision needs is loaded here, before the limits are set; only pictures with credentials
reach the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from provenance.batch.rows import Answer, Outcome
from provenance.engine.versions import versions
from provenance.home import Home
from provenance.permissions import manifests as manifests  # loads the engine
from provenance.permissions.decide import decide
from provenance.permissions.model import Decision, Purpose
from provenance.permissions.model import Outcome as Decided
from provenance.terms import Integrity, Use
from provenance.trust.lists import load
from provenance.trust.model import Trust
from provenance.verification.options import Options
from provenance.worker import codec

DO = "provenance.batch.deciding:ask"
ABOUT = "provenance.batch.deciding:about"
_UNSIGNED = frozenset({Integrity.NO_CREDENTIALS, Integrity.ELSEWHERE})
_USES = {Decided.ALLOWED: Use.ALLOWED, Decided.NOT_ALLOWED: Use.NOT_ALLOWED, Decided.CONSTRAINED: Use.CONSTRAINED}


def options(purpose: Purpose, checking: Options) -> dict[str, Any]:
    """Return what `ask` needs beside the picture, as JSON."""
    return {"purpose": purpose.value, "options": codec.encode(checking)}


def ask(given: dict[str, Any]) -> Callable[[bytes, bytes], Answer]:
    """Return what decides about one picture."""
    purpose, checking = Purpose(given["purpose"]), _with_trust(codec.decode(Options, given["options"]))
    return lambda data, sidecar: answer(decide(data, purpose, sidecar=sidecar, options=checking))


def _with_trust(checking: Options) -> Options:
    """Return *checking* with what its home trusts, read once: a run keeps to what it trusted when it began."""
    if not checking.home:
        return checking
    return replace(checking, trust=checking.trust.joined(_trust(checking.home)), home="")


@lru_cache(maxsize=2)
def _trust(home: str) -> Trust:
    return load(Home(Path(home)))


def about(_: Any) -> list[list[str]]:
    """Return the versions of everything that takes part."""
    return [list(pair) for pair in versions()]


def answer(found: Decision) -> Answer:
    """Return *found* as an answer; where nothing counted and something could not be read, nothing is decided."""
    use = _USES.get(found.outcome)
    deciding = [source for source in found.sources if source.counts and use is not None and source.effective is use]
    undecided = use is None and bool(found.problems)
    signer = next((source.signer for source in found.sources if source.signed), "")
    constraint = "; ".join(dict.fromkeys(source.constraint for source in deciding if source.constraint))
    signed = found.integrity not in _UNSIGNED
    return Answer(
        Outcome.UNREADABLE if undecided else Outcome(found.outcome.value),
        found.purpose.entry.value,
        tuple(dict.fromkeys(source.channel.value for source in deciding)),
        signed,
        signer,
        found.integrity.value if signed else "",
        constraint if found.outcome is Decided.CONSTRAINED else "",
        found.reason,
    )
