"""One file of a release: what is stated of AI in it, by whom, and whether anybody can be held to that.

Rules:

- Every statement is told with whose word it is, at the strength that `deriving` gives it: the weakest signature
  between it and the file. Only what a known or listed signer states is *stated*; all else is *found*.
- Standing says what a draft may count a file as. Nothing is counted as without AI for saying nothing: only a history
  that known signers declare complete, or their statement that no generative AI was used, is `NONE_RECORDED`.
- What is declared beside a file is kept apart: declared, not signed, by whoever can write to the folder.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from provenance.declaration.beside import Beside
from provenance.declaration.kinds import Generative
from provenance.declaration.model import Declaration
from provenance.metadata.model import Trace
from provenance.plain import plain
from provenance.policy.deriving import facts, reach
from provenance.policy.disclosure.shipped import Shipped
from provenance.policy.facts import SUFFIX, Facts, no_picture, sound
from provenance.policy.kinds import GENERATION, GENERATIVE_GROUP, NO_GROUP, POSSIBLY_GROUP, step_kinds, trace_kinds
from provenance.record import dataclass
from provenance.report.declared import Origin, Step
from provenance.report.model import Report
from provenance.report.names import shown
from provenance.report.wording import Catalogue
from provenance.terms import GENERATIVE_SOURCE_TYPES, OWN, Integrity, Level, Strength
from provenance.verification.currency import Currency
from provenance.verification.model import Verification

DAMAGE = OWN + "container.damage"
_TERMS = ("xmpRights:UsageTerms", "xmpRights:WebStatement")
_Same = TypeVar("_Same", bound=Hashable)
_GROUPS = {Generative.YES: GENERATIVE_GROUP, Generative.UNKNOWN: POSSIBLY_GROUP, Generative.NO: NO_GROUP}


class Standing(StrEnum):
    """What a file counts as in a draft, in the order of an appendix."""

    GENERATIVE = "generative"  # stated by a known or listed signer
    POSSIBLY = "possibly"  # the same, of steps that may be generative
    FOUND = "found"  # AI is named, and nobody known here stands behind it
    DECLARED = "declared"  # generative AI, by a declaration beside the file that nobody signed
    NOT_TOLD = "not_told"  # could not be checked, or is no picture
    NO_STATEMENT = "no_statement"  # nothing is stated at all
    UNSIGNED = "unsigned"  # only a declaration beside the file, not signed, which names no generative AI
    UNRELIED = "unrelied"  # credentials that name no AI, and that nobody known here stands behind
    SILENT = "silent"  # known signers, who name no AI, and do not say that every step is named
    ASSISTED = "assisted"  # known signers: AI helped, and made no picture content
    NONE_RECORDED = "none_recorded"  # known signers: every step is named, none of them AI; or they state none


class Whose(StrEnum):
    """Whose word a statement is."""

    KNOWN = "known"
    UNKNOWN_SIGNER = "unknown_signer"
    BROKEN = "broken"
    TRACES = "traces"
    BESIDE = "beside"  # declared beside the file, not signed
    BESIDE_STALE = "beside_stale"  # the same, about other bytes


_WHOSE = {strength: Whose(suffix.removeprefix("_") or "known") for strength, suffix in SUFFIX.items()}


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that is said of AI in a file."""

    whose: Whose
    kinds: tuple[str, ...]
    group: str = ""  # generative_kinds, possibly_kinds, or "" for help without content
    tool: str = ""
    model: str = ""
    extent: str = ""
    oversight: str = ""
    who: str = ""  # the reader's own name for the signer, or a listed one; "" if nobody known
    when: str = ""  # the signer's word


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of a release."""

    file: Shipped
    standing: Standing
    statements: tuple[Statement, ...] = ()
    integrity: str = ""
    signer: str = ""  # who signed it as it is now, if known here
    terms: tuple[tuple[str, bool], ...] = ()  # as stated; whether a known or listed signer states them
    problem: str = ""
    sha256: str = ""

    @property
    def generative(self) -> bool:
        """Whether somebody who can be held to it states that AI made content of it."""
        return self.standing is Standing.GENERATIVE


def asset(
    file: Shipped, report: Report, verification: Verification, *, beside: tuple[Beside, Currency] | None = None
) -> Asset:
    """Return what was found of one file."""
    found = facts(report, verification)
    stated = dict.fromkeys((*_steps(report, verification), *_traces(found, verification), *_beside(beside)))
    statements = tuple(map(_once, stated))
    return Asset(
        file,
        _standing(found, statements, declared=beside is not None),
        statements,
        found.integrity.value,
        _once(found.signer),
        _once(_terms(report, beside)),
        _problem(found, verification, Catalogue(report.language)),
        found.sha256,
    )


@lru_cache(maxsize=4096)
def _once(value: _Same) -> _Same:
    """Return a value that is equal, the same each time: the files of a release state the same again and again."""
    return value


def _problem(found: Facts, verification: Verification, say: Catalogue) -> str:
    """Return what kept a file, or a part of it, from being looked at."""
    if found.integrity is Integrity.NOT_CHECKED:
        return found.problem
    if no_picture(found):
        return say("policy.no_picture", kind=found.name_suggests)
    damage = say.join(dict.fromkeys(one.explanation for one in verification.statuses if one.code == DAMAGE))
    return say("disclose.row.damage", what=damage) if damage else ""


def untold(file: Shipped, problem: str) -> Asset:
    """Return a file that could not be looked at."""
    return Asset(file, Standing.NOT_TOLD, problem=plain(problem, limit=400))


def _standing(found: Facts, statements: tuple[Statement, ...], *, declared: bool) -> Standing:
    if found.integrity in (Integrity.NOT_CHECKED, Integrity.ELSEWHERE):
        return Standing.NOT_TOLD
    if found.generative_kinds:
        return Standing.GENERATIVE
    if found.possibly_kinds:
        return Standing.POSSIBLY
    if found.ai_kinds_unknown_signer or found.ai_kinds_broken or found.ai_kinds_traces:
        return Standing.FOUND
    if any(one.group and one.whose in (Whose.BESIDE, Whose.BESIDE_STALE) for one in statements):
        return Standing.DECLARED
    if found.ai_kinds:
        return Standing.ASSISTED
    if no_picture(found):
        return Standing.NOT_TOLD
    if found.integrity is Integrity.NO_CREDENTIALS:
        return Standing.UNSIGNED if declared else Standing.NO_STATEMENT
    if not sound(found, Level.KNOWN):
        return Standing.UNRELIED
    if found.complete is True or any(word.startswith("no_generative_ai") for word in found.statements):
        return Standing.NONE_RECORDED
    return Standing.SILENT


# --- statements ----------------------------------------------------------------------------------------------------


def _steps(report: Report, verification: Verification) -> Iterator[Statement]:
    strengths = {shown(label): strength for label, strength in reach(verification).items()}
    for step in report.ledger:
        kinds = dict(step_kinds(step))
        if not kinds or (step.origin is Origin.TRACE and verification.carried.traces):  # these say more of the same
            continue
        strength = Strength.UNSIGNED
        if step.origin is not Origin.TRACE:
            strength = strengths.get(step.manifest, Strength.SIGNED_BROKEN)
        yield _of_step(step, kinds, strength)


def _of_step(step: Step, kinds: dict[str, str], strength: Strength) -> Statement:
    known = strength is Strength.SIGNED_TRUSTED
    return Statement(
        _WHOSE[strength],
        tuple(kinds),
        next(filter(None, kinds.values()), ""),
        f"{step.tool} {step.tool_version}".strip(),
        f"{step.model} {step.model_version}".strip(),
        step.extent,
        step.oversight,
        step.who.name if known else "",
        step.when,
    )


def _traces(found: Facts, verification: Verification) -> Iterator[Statement]:
    """Yield traces of tools in ordinary metadata, as far as the facts count them."""
    for trace in verification.carried.traces if found.ai_kinds_traces else ():
        yield _of_trace(trace)


def _of_trace(trace: Trace) -> Statement:
    kinds = dict(trace_kinds(trace))
    models = ", ".join(shown(model.name) for model in trace.models)
    tool = shown(f"{trace.tool} {trace.version}".strip())
    return Statement(Whose.TRACES, tuple(kinds), next(filter(None, kinds.values()), ""), tool, models)


def _beside(beside: tuple[Beside, Currency] | None) -> Iterator[Statement]:
    if beside is None:
        return
    declared, current = beside
    whose = Whose.BESIDE_STALE if current in (Currency.STALE, Currency.OLDER) else Whose.BESIDE
    if declared.declaration.inception_type in GENERATIVE_SOURCE_TYPES:
        yield Statement(whose, (GENERATION,), GENERATIVE_GROUP)
    for step in declared.declaration.steps:
        if (ai := step.ai) is not None:
            group = _GROUPS[ai.is_generative]
            yield Statement(
                whose, (ai.kind.value,), group, _tool(step.tool), _tool(ai.model),
                ai.extent.value if ai.extent else "", ai.oversight.value if ai.oversight else "",
            )  # fmt: skip


def _tool(tool: object) -> str:
    name, version = getattr(tool, "name", ""), getattr(tool, "version", "")
    return plain(f"{name or ''} {version or ''}".strip())


def _terms(report: Report, beside: tuple[Beside, Currency] | None) -> tuple[tuple[str, bool], ...]:
    signed = [
        (line.text, line.attributable and line.stated_by.level.rank >= Level.KNOWN.rank)
        for line in report.credits
        if line.key in _TERMS
    ]
    declared: Declaration | None = beside[0].declaration if beside else None
    unsigned = (declared.usage_terms, declared.license_url) if declared else ()
    return tuple(dict.fromkeys((*signed, *((plain(text), False) for text in unsigned if text))))
