"""Report and Verification -> Facts. Pure, and the same in every language: no sentence of a report is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from provenance.metadata.agreement import State
from provenance.metadata.model import AI_FIELDS, Carrier, Field, Trace
from provenance.policy.facts import CREDIT_FIELDS, FAMILIES, SCHEMA_VERSION, SUFFIX, Facts, sound
from provenance.policy.kinds import step_kinds, trace_kinds
from provenance.report import summary
from provenance.report.build import build
from provenance.report.declared import Answer, Origin, Step
from provenance.report.ledger import strength_of
from provenance.report.model import LinkState, Report
from provenance.report.names import certificate_name, shown
from provenance.terms import Integrity, Level, Mining, Strength
from provenance.verification.model import Manifest, Verification

_WEAKEST_LAST = tuple(SUFFIX)
_ENTRIES = {
    Mining.DATA_MINING: "permission_data_mining",
    Mining.INFERENCE: "permission_inference",
    Mining.GENERATIVE_TRAINING: "permission_generative_training",
    Mining.TRAINING: "permission_training",
}
_GOOD, _BAD = frozenset({LinkState.INTACT}), frozenset({LinkState.MISSING, LinkState.REDACTED})
_STATED = (  # single facts that are the signer's word
    "complete", "made", "ingredients_with", "ingredients_without", "evidence_count", "credit_fields", "profiles",
    "profiles_not_met", "steps", "generator", *_ENTRIES.values(),
)  # fmt: skip

Found = dict[tuple[str, Strength], dict[str, None]]


def facts_of(verification: Verification, *, now: datetime) -> Facts:
    """Return the facts of one file, by way of its report."""
    return facts(build(verification, now=now), verification)


def facts(report: Report, verification: Verification) -> Facts:
    """Return the facts of one file, from its *report* and the *verification* that this was built from.

    Nothing in them says that a statement is true. The language of the report does not matter.
    """
    families = _families(report, verification, reach(verification))
    active = verification.active_manifest
    signer = report.signer
    listed = signer is not None and signer.level is Level.LISTED
    other_subject = any(one.id == "other_subject" and one.first_screen for one in report.findings)
    name = ""
    if signer is not None and report.level.rank >= Level.KNOWN.rank:
        own = signer.who.own_name and not other_subject
        name = signer.who.name if own else signer.who.certificate_name if listed else ""
    found = Facts(
        schema_version=SCHEMA_VERSION,
        name=report.file.name,
        size=report.file.size,
        media_type=report.file.media_type,
        integrity=report.integrity.state,
        sha256=report.file.sha256,
        name_suggests=report.file.name_suggests,
        problem=report.integrity.problem,
        chain_intact=report.integrity.chain_intact,
        source=report.source.kind,
        sidecar_disagrees=bool(report.source.disagreement),
        coverage=_coverage(report),
        redactions=sum(len(link.redacts) for link in report.chain),
        signer_level=report.level,
        lowest_level=_lowest(verification),
        signer=name,
        signer_called=shown(certificate_name(active.signer.leaf)) if active else "",
        signer_fingerprint=signer.who.fingerprint if signer else "",
        signer_fingerprints=_fingerprints(active) if report.integrity.state is Integrity.INTACT else (),
        signer_lists=_unique(hit.name for hit in signer.hits if hit.level is Level.LISTED) if signer else (),
        signer_tiers=_unique(hit.tier for hit in signer.hits) if signer else (),
        signer_expired=bool(signer and signer.expired),
        signer_withdrawn=bool(signer and signer.withdrawn),
        revocation=signer.revocation if signer else "not checked",
        time_kind=report.time.kind,
        time=report.time.value,
        generator=shown(f"{active.generator} {active.generator_version}".strip()) if active else "",
        ai_use=report.ai_use,
        **{name: families[name] for name in families},  # type: ignore[arg-type]  # every family is a tuple of words
        complete=_complete(report, verification),
        made=_made(verification),
        steps=sum(step.origin is not Origin.TRACE for step in report.ledger),
        profiles=tuple(one.id for one in report.profiles if one.met is Answer.YES),
        profiles_not_met=tuple(one.id for one in report.profiles if one.met is Answer.NO),
        **_permissions(report),  # type: ignore[arg-type]  # words, and tuples of words
        **_ingredients(report),  # type: ignore[arg-type]  # numbers
        evidence_count=sum(line.attributable for line in report.evidence.signed),
        **_identities(report, verification),  # type: ignore[arg-type]  # words and a number
        **_carriers(report),  # type: ignore[arg-type]  # tuples of words
        traces=_trace_tools(report, verification),
    )
    return _marked(found)


# --- how far each manifest reaches ---------------------------------------------------------------------------------


def reach(verification: Verification) -> dict[str, Strength]:
    """Return how strong each manifest's word is about this file: the weakest link of the strongest way to it.

    Of a file that is not what was signed, or not all of it, no manifest speaks.
    """
    known = {manifest.label: manifest for manifest in verification.manifests}
    found: dict[str, Strength] = {}
    whole = verification.integrity is Integrity.INTACT
    start = Strength.SIGNED_TRUSTED if whole else Strength.SIGNED_BROKEN
    waiting = [(verification.manifests[0].label, start)] if verification.manifests else []
    while waiting:
        label, way = waiting.pop()
        if label not in known:
            continue
        here = max(way, strength_of(known[label]), key=_WEAKEST_LAST.index)
        if label in found and _WEAKEST_LAST.index(found[label]) <= _WEAKEST_LAST.index(here):
            continue
        found[label] = here
        waiting += [(one.manifest, here) for one in known[label].ingredients]
    return found


def _lowest(verification: Verification) -> Level:
    if verification.integrity is not Integrity.INTACT:
        return Level.UNVERIFIED
    levels = [one.signer.level if one.attributable else Level.UNVERIFIED for one in verification.manifests]
    return min(levels, key=lambda level: level.rank, default=Level.UNVERIFIED)


def _fingerprints(active: Manifest | None) -> tuple[str, ...]:
    """Return every certificate that a signature leads to, and the anchors; nothing where it does not hold."""
    if active is None or not active.attributable or active.signer.level is Level.UNVERIFIED:
        return ()
    path = [certificate.sha256 for certificate in active.signer.chain if not certificate.stray]
    return _unique((*path, *(hit.anchor_sha256 for hit in active.signer.hits)))


# --- what is declared, by strength ---------------------------------------------------------------------------------


def _families(report: Report, verification: Verification, reach: dict[str, Strength]) -> dict[str, tuple[str, ...]]:
    found: Found = defaultdict(dict)
    strengths = {shown(label): strength for label, strength in reach.items()}
    for step in report.ledger:
        if step.origin is Origin.TRACE:
            strength = Strength.UNSIGNED
        else:
            strength = strengths.get(step.manifest, Strength.SIGNED_BROKEN)
        for family, word in _of_step(step):
            found[family, strength][word] = None
    for family, word in _of_traces(report, verification):
        found[family, Strength.UNSIGNED][word] = None
    for manifest, line in _own_statements(verification):
        strength = reach.get(manifest.label, Strength.SIGNED_BROKEN)
        found["statements", strength][line] = None
    for strength, word in _contradictions(report, verification, strengths):
        found["contradictions", strength][word] = None
    return {
        family + suffix: tuple(sorted(found.get((family, strength), ())))
        for family in FAMILIES
        for strength, suffix in SUFFIX.items()
    }


def _of_step(step: Step) -> Iterator[tuple[str, str]]:
    if use := summary.use_of(step):
        yield "ai_uses", use.value
    for kind, group in step_kinds(step):
        yield "ai_kinds", kind
        if group:
            yield group, kind
    if step.source_type:
        yield "source_types", step.source_type.rpartition("/")[2] if step.recognised else step.source_type
    if step.tool:
        yield "tools", step.tool
    if step.model:
        yield "models", step.model
    if step.oversight:
        yield "oversight", step.oversight


def _of_traces(report: Report, verification: Verification) -> Iterator[tuple[str, str]]:
    for trace in _traces(report, verification):
        for kind, group in trace_kinds(trace):
            yield "ai_kinds", kind
            if group:
                yield group, kind
        if trace.tool:
            yield "tools", shown(trace.tool)
        for model in trace.models:
            yield "models", shown(model.name)
    for line in report.agreement:
        if line.field is Field.SOURCE_TYPE:
            for value in line.values:
                if value.carrier is not Carrier.MANIFEST:
                    yield from (("source_types", text.rpartition("/")[2]) for text in value.texts)


def _traces(report: Report, verification: Verification) -> tuple[Trace, ...]:
    """Return the traces; where a manifest that holds declares as much itself, they add nothing."""
    told = any(step.kind.generative and step.attributable for step in report.ledger)
    return () if told else verification.carried.traces


def _trace_tools(report: Report, verification: Verification) -> tuple[str, ...]:
    named = [shown(trace.tool or trace.rule) for trace in _traces(report, verification)]
    bare = [step.description for step in report.ledger if step.origin is Origin.TRACE]
    return tuple(sorted(set(named or bare)))


# --- statements ----------------------------------------------------------------------------------------------------


def _own(verification: Verification) -> Iterator[Manifest]:
    """Yield the manifests that speak of the file as it is: the active one; of an update, what it updates, too."""
    known = {manifest.label: manifest for manifest in verification.manifests}
    seen: set[str] = set()
    manifest = verification.active_manifest
    while manifest is not None and manifest.label not in seen:
        seen.add(manifest.label)
        yield manifest
        parent = next((one.manifest for one in manifest.ingredients if one.is_parent), "")
        manifest = known.get(parent) if manifest.update else None


def _own_statements(verification: Verification) -> Iterator[tuple[Manifest, str]]:
    for manifest in _own(verification):
        for found in manifest.statements:
            valued = found.kind == "no_generative_ai"
            yield manifest, shown(f"{found.kind}:{found.value}" if valued else found.kind)


def _contradictions(
    report: Report, verification: Verification, strengths: dict[str, Strength]
) -> Iterator[tuple[Strength, str]]:
    """Yield what is said of AI against itself: as strong as the weaker of statement and step."""
    steps = [strengths.get(one.manifest, Strength.SIGNED_BROKEN) for one in report.ledger if one.kind.generative]
    if steps:
        step = min(steps, key=_WEAKEST_LAST.index)
        own = {shown(manifest.label) for manifest in _own(verification)}
        for line in report.statements:
            if line.contradicted and line.manifest in own:
                said = strengths.get(line.manifest, Strength.SIGNED_BROKEN)
                yield max(step, said, key=_WEAKEST_LAST.index), line.kind
    for field in report.agreement:
        if field.state is State.AI_CONFLICT or (field.field in AI_FIELDS and field.state.disagrees):
            yield Strength.UNSIGNED, "metadata"


def _made(verification: Verification) -> str:
    said = (one.value for manifest in _own(verification) for one in manifest.statements if one.kind == "made")
    return shown(next(said, ""))


def _complete(report: Report, verification: Verification) -> bool | None:
    if summary.complete(verification, report.ledger):
        return True
    if any(manifest.all_actions_included is False for manifest in verification.manifests):
        return False
    return None


# --- the rest ------------------------------------------------------------------------------------------------------


def _coverage(report: Report) -> str:
    block = report.coverage
    if not report.chain:
        return "none"
    if not block.checked:
        return "unchecked"
    if block.pixels_exposed:
        return "pixels_exposed"
    return "partial" if block.excluded or block.unsigned else "full"


def _permissions(report: Report) -> dict[str, object]:
    lines = {line.entry: line for line in report.permissions}
    stated = {name: lines[entry] for entry, name in _ENTRIES.items() if entry in lines and lines[entry].carrier}
    return {
        **{name: str(line.effective) for name, line in stated.items()},
        "permission_conflicts": tuple(sorted(line.entry for line in report.permissions if line.conflict)),
        "permissions_unsigned": tuple(name for name, line in stated.items() if line.carrier != Carrier.MANIFEST),
    }


def _ingredients(report: Report) -> dict[str, int]:
    states = [link.state for link in report.chain if link.depth > 0]
    good = sum(state in _GOOD for state in states)
    without = sum(state is LinkState.NO_CREDENTIALS for state in states)
    missing = sum(state in _BAD for state in states)
    return {
        "ingredients_total": len(states),
        "ingredients_with": good,
        "ingredients_without": without,
        "ingredients_missing": missing,
        "ingredients_broken": len(states) - good - without - missing,
    }


def _identities(report: Report, verification: Verification) -> dict[str, object]:
    """Return who vouches for the file as it is now; whoever vouched for what it was made from is not among them."""
    intact = {link.id for link in report.chain if link.state is LinkState.INTACT}
    trusted = [one for one in report.identities if one.outcome == "trusted" and one.manifest in intact]
    whole = verification.integrity is Integrity.INTACT
    own = {shown(manifest.label) for manifest in _own(verification)} if whole else set()
    held = [one for one in trusted if one.manifest in own]
    return {
        "identity_roles": _unique(role for one in held for role in one.roles),
        "identity_names": _unique(name for one in held for name in one.names),
        "identities_unverified": len(report.identities) - len(trusted),
    }


def _carriers(report: Report) -> dict[str, tuple[str, ...]]:
    credit = [line for line in report.agreement if line.field in CREDIT_FIELDS]
    signed = [line.field.value for line in credit if any(one.carrier is Carrier.MANIFEST for one in line.values)]
    return {
        "credit_fields": tuple(signed),
        "credit_fields_unsigned": tuple(line.field.value for line in credit if line.field.value not in signed),
        "carrier_conflicts": tuple(line.field.value for line in report.agreement if line.state.disagrees),
        "carrier_missing": tuple(line.field.value for line in report.agreement if line.state is State.ONLY_MANIFEST),
    }


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


def _marked(found: Facts) -> Facts:
    """Return *found* with the names of what rests on something unverified."""
    weak = [
        family + suffix
        for family in FAMILIES
        for strength, suffix in SUFFIX.items()
        if strength is not Strength.SIGNED_TRUSTED and getattr(found, family + suffix)
    ]
    if not sound(found, Level.KNOWN):
        weak += [name for name in _STATED if getattr(found, name) not in (None, "", (), 0)]
    weak += [name for name in found.permissions_unsigned if name not in weak]
    weak += ["credit_fields_unsigned"] if found.credit_fields_unsigned else []
    weak += ["time"] if found.time and found.time_kind.value != "trusted_time_stamp" else []
    weak += ["traces"] if found.traces else []
    return replace(found, unverified=tuple(weak))
