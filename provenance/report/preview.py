"""What `sign --preview` says: every sentence that will become public, before anything is written.

It reads the planned manifest the way our own verifier reads a file, and says its steps in the report's words:
what is shown here is what readers will be shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance.container.model import RawAssertion, RawManifest, RawSignature
from provenance.declaration.kinds import Generative
from provenance.declaration.model import Declaration
from provenance.declaration.permissions import ENTRIES
from provenance.metadata.evidence.model import Facts
from provenance.metadata.evidence.signed import from_metadata
from provenance.metadata.model import Field, Metadata, Private
from provenance.metadata.writing import Outcome, Row
from provenance.record import dataclass
from provenance.report.evidence import told
from provenance.report.layout import wrap
from provenance.report.phrases import describe_action
from provenance.report.wording import Catalogue
from provenance.report.wording import say as default_say
from provenance.signing.plan import ManifestPlan
from provenance.signing.thumbnail import LONGEST_EDGE
from provenance.terms import (
    ACTIONS,
    AI_PARAMETERS,
    CLAIM,
    GENERATIVE_SOURCE_TYPES,
    INCEPTION_ACTIONS,
    POSSIBLY_GENERATIVE_SOURCE_TYPES,
    AiUse,
    Relationship,
    SourceType,
    Use,
)
from provenance.verification.declared import Declared, declared
from provenance.verification.model import Action

WIDTH = 80
NOTHING = Metadata()
_VOCABULARY = frozenset({Field.SOURCE_TYPE, Field.DATA_MINING})
_INDENT = "  "
_SILENT = frozenset({"c2pa.opened", "c2pa.placed", "c2pa.edited.metadata"})  # said by a sentence of their own


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known about the signing beside the declaration."""

    signer: str  # the name in the certificate
    identity: str = ""  # the name in the author's own certificate, where somebody else signs
    signed_before: bool = False  # the file carries a statement that stays as its parent
    rows: tuple[Row, ...] = ()  # what stands in the picture's EXIF, IPTC and XMP then
    stripped: tuple[Private, ...] = ()  # what is taken out of them
    before: Metadata = NOTHING  # what they say now
    time_stamp: str = ""  # host of the time-stamp service
    until: str = ""  # last day on which the signature can be checked
    engine: str = ""  # what writes the manifest beside us, with its version
    valid: tuple[str, str] | None = None  # first and last day of the certificate, which stand in it


@dataclass(frozen=True, slots=True)
class Under:
    """A line that belongs to the sentence above it."""

    text: str


def preview(
    declaration: Declaration,
    plan: ManifestPlan,
    *,
    setting: Setting,
    say: Catalogue = default_say,
    width: int = WIDTH,
) -> tuple[str, ...]:
    """Return the lines that show what signing *plan* would make public, each at most *width* columns."""
    found = declared(_as_read(plan))
    parts = (
        ("public", _public(declaration, plan, found, setting, say)),
        ("names", _names(declaration, setting, say)),
        ("outlook", _outlook(declaration, plan, found, setting, say)),
        ("unwritten", _unwritten(found, say)),
    )
    lines: list[str] = []
    for heading, sentences in parts:
        lines += ([""] if lines else []) + wrap(say(f"preview.heading.{heading}"), width)
        for sentence in sentences:
            lines += _laid_out(sentence, width)
    return tuple(lines)


def _laid_out(sentence: str | Under, width: int) -> list[str]:
    lead, text = (_INDENT * 2, sentence.text) if isinstance(sentence, Under) else (_INDENT, sentence)
    first, *rest = wrap(text, width - len(lead) - len(_INDENT))
    return [f"{lead}{first}", *(f"{lead}{_INDENT}{line}" for line in rest)]


def forecast(plan: ManifestPlan) -> AiUse:
    """Return what readers will conclude about AI from *plan* alone, without the picture's earlier statements."""
    found = declared(_as_read(plan))
    types = [action.source_type for action in found.actions]
    inception = next((action.source_type for action in found.actions if action.name in INCEPTION_ACTIONS), "")
    ingredients = [one.source_type for one in found.ingredients if one.relationship != Relationship.INPUT_TO]
    if inception in {SourceType.TRAINED_ALGORITHMIC_MEDIA, SourceType.TRAINED_ALGORITHMIC_DATA}:
        return AiUse.GENERATED
    if SourceType.TRAINED_ALGORITHMIC_MEDIA in types:
        return AiUse.GENERATED
    if any(kind in GENERATIVE_SOURCE_TYPES for kind in ingredients) or inception == SourceType.COMPOSITE_SYNTHETIC:
        return AiUse.GENERATED_PARTS
    if any(kind in GENERATIVE_SOURCE_TYPES for kind in types):
        return AiUse.AI_EDITED
    if any(kind in POSSIBLY_GENERATIVE_SOURCE_TYPES for kind in (*types, *ingredients)):
        return AiUse.POSSIBLY
    if any(_generative_help(action) for action in found.actions):
        return AiUse.POSSIBLY
    if found.all_actions_included:
        return AiUse.NONE_DECLARED
    return AiUse.NONE_DECLARED_INCOMPLETE if any(types) else AiUse.UNKNOWN


def _generative_help(action: Action) -> bool:
    """Whether *action* declares generative AI that left no pixel: a reference, an idea."""
    return action.ai is not None and action.ai.generative == Generative.YES


def _as_read(plan: ManifestPlan) -> RawManifest:
    """Return *plan* as a reader of the signed file will find it."""
    assertions = tuple(
        RawAssertion(one["label"], "cbor", one["data"], 0)
        for one in (*plan.definition["assertions"], *(_ingredient(found.definition) for found in plan.ingredients))
    )
    created = [{"url": f"self#jumbf=c2pa.assertions/{one.label}"} for one in assertions]
    claim = {"created_assertions": created, "dc:title": plan.definition.get("title", "")}
    return RawManifest("", CLAIM, claim, assertions, RawSignature())


def _ingredient(definition: dict[str, str]) -> dict[str, object]:
    names = {"relationship": "relationship", "title": "dc:title", "digital_source_type": "digitalSourceType"}
    data = {names[key]: value for key, value in definition.items() if key in names}
    return {"label": "c2pa.ingredient.v3", "data": data}


def _public(
    said: Declaration, plan: ManifestPlan, found: Declared, setting: Setting, say: Catalogue
) -> Iterator[str | Under]:
    if found.title:
        yield say("preview.title", title=found.title)
    for action, planned in zip(found.actions, _actions(plan), strict=True):
        if action.name not in _SILENT:
            yield from _step(action, say)
            yield from _more(planned, say)
    for one in plan.ingredients:
        if facts := from_metadata(one.definition.get("metadata", {}).items()):
            yield from _working_file(facts, own=one.carries, say=say)
            continue
        yield _picture(
            one.relationship, one.definition.get("title", ""), own=one.path is None, setting=setting, say=say
        )
    named = {action.tool for action in found.actions}
    if others := [str(tool) for tool in said.tools if tool.name not in named]:
        yield say("preview.tools", tools=say.join(others))
    if any(name == "history_dropped" for name in (one.kind for one in found.statements)):
        yield say("preview.parent.dropped")
    if any(action.name not in _SILENT for action in found.actions) or found.all_actions_included:
        yield say("preview.complete" if found.all_actions_included else "preview.incomplete")
    name = said.authors[0].name if said.authors else say("preview.the_signer")
    if said.no_generative_ai is not None:
        yield say(f"preview.no_generative_ai.{said.no_generative_ai.value}", name=name)
    if said.despite_traces is not None:
        yield say("preview.despite_traces", name=name, why=said.despite_traces)
    if said.made is not None:
        yield say("preview.made_day" if said.made.count("-") == 2 else "preview.made", name=name, date=said.made)
    yield from _permissions(said, found, say)
    if plan.thumbnail is not None:
        yield say("preview.thumbnail", edge=LONGEST_EDGE)
    yield _programs(plan, setting, say)


def _programs(plan: ManifestPlan, setting: Setting, say: Catalogue) -> str:
    """Name what wrote the manifest, as it stands there: claim generators are public."""
    generator = plan.definition["claim_generator_info"][0]
    programs = [f"{generator['name']} {generator['version']}", setting.engine]
    return say("preview.programs", programs=say.join(filter(None, programs)), version=generator["specVersion"])


def _step(action: Action, say: Catalogue) -> Iterator[str | Under]:
    phrase = describe_action(action, say)
    generative = action.ai is not None or action.source_type in GENERATIVE_SOURCE_TYPES
    yield say("preview.step_ai" if generative else "preview.step", phrase=phrase)
    if action.when:
        day, _, time = action.when.partition("T")
        whole_day = time == "00:00:00Z"
        when = say("preview.step_when_day", day=day) if whole_day else say("preview.step_when_time", time=action.when)
        yield Under(when)
    for region in action.regions:
        yield Under(say("preview.step_region", text=region.text))
    if action.description:
        yield Under(say("preview.step_note", text=action.description))
    if action.ai is not None and action.ai.prompt:
        yield Under(say("preview.step_prompt", text=action.ai.prompt))


def _more(planned: dict[str, Any], say: Catalogue) -> Iterator[Under]:
    """Say what an action holds that the report leaves to the full view."""
    if "model_url" in (ai := planned["parameters"].get(AI_PARAMETERS, {})):
        yield Under(say("preview.step_model", url=ai["model_url"]))


def _actions(plan: ManifestPlan) -> list[dict[str, Any]]:
    found = next(one for one in plan.definition["assertions"] if one["label"] == ACTIONS)
    actions: list[dict[str, Any]] = found["data"]["actions"]
    return actions


def _picture(relationship: Relationship, title: str, *, own: bool, setting: Setting, say: Catalogue) -> str:
    if own:
        return say("preview.parent.signed" if setting.signed_before else "preview.parent.unknown")
    named = say("preview.ingredient_title", title=title) if title else ""
    return say(f"preview.ingredient.{relationship.value}", title=named)


def _working_file(facts: Facts, *, own: bool, say: Catalogue) -> Iterator[str | Under]:
    """Say each fact of a working file that becomes public."""
    yield say("evidence.preview.file", kind=say(f"evidence.kind.{facts.kind.value}"))
    for fact in told(facts, say):
        yield Under(fact)
    yield Under(say("evidence.preview.hash", size=f"{facts.size:,}", text=facts.sha256))
    yield Under(say(f"evidence.preview.{'carries' if own else 'name'}"))


def _permissions(said: Declaration, found: Declared, say: Catalogue) -> Iterator[str]:
    ours = {entry.value: name for name, entry in ENTRIES.items()}
    for one in found.permissions:
        use = say(f"preview.use.{ours[one.entry]}")
        text = {"text": one.constraint} if one.use == Use.CONSTRAINED else {}
        yield say(f"preview.permission.{one.use}", use=use, **text)
    if not said.permissions.answers:
        yield say("preview.permissions_none")


def _names(said: Declaration, setting: Setting, say: Catalogue) -> Iterator[str | Under]:
    yield say("preview.name.certificate", name=setting.signer)
    if setting.valid:
        yield say("preview.name.days", first=setting.valid[0], last=setting.valid[1])
    yield say("preview.name.linked", name=setting.signer)
    if setting.identity:
        yield say("preview.name.identity", name=setting.identity)
    stated = tuple(_redactable(said, say))
    yield say("preview.name.metadata" if stated else "preview.name.nobody")
    yield from map(Under, stated)
    yield from _carried(setting, say)


def _carried(setting: Setting, say: Catalogue) -> Iterator[str | Under]:
    """Say what stands in EXIF, IPTC and XMP after signing, field by field, and what is private in them."""
    yield say("preview.carried.table" if setting.rows else "preview.carried.nothing")
    for row in setting.rows:
        where = say.join(say(f"metadata.carrier.{carrier.value}") for carrier in row.carriers)
        # Of an address in a vocabulary, people need its last word only.
        said = (text.rpartition("/")[2] if row.field in _VOCABULARY else text for text in row.texts)
        values = "; ".join(said)
        line = say("preview.carried.row", field=say(f"metadata.field.{row.field.value}"), text=values, where=where)
        more = [say(f"preview.carried.{row.outcome.value}", text=_there(row))] if row.outcome is not Outcome.NEW else []
        more += [say("preview.carried.cut")] if row.cut else []
        yield Under(" · ".join((line, *more)))
    taken = {found.kind for found in setting.stripped}
    for key, kinds in (
        ("stripped", sorted(taken)),
        ("stays", sorted({found.kind for found in setting.before.private} - taken)),
    ):
        if kinds:
            yield say(f"preview.carried.{key}", what=say.join(say(f"metadata.private.{kind.value}") for kind in kinds))


def _there(row: Row) -> str:
    return "; ".join(dict.fromkeys("; ".join(value.texts) for value in row.before))


def _redactable(said: Declaration, say: Catalogue) -> Iterator[str]:
    for author in said.authors:
        yield say("preview.name.author", name=author.name, role=say(f"report.role.{author.role.value}"))
        for address in (author.url, *author.identifiers):
            if address:
                yield say("preview.name.address", name=author.name, url=address)
    if said.credit:
        yield say("preview.name.credit", credit=said.credit)
    if said.copyright:
        yield say("preview.name.copyright", copyright=said.copyright)
    if said.license_url:
        yield say("preview.name.license", url=said.license_url)
    if said.contact:
        yield say("preview.name.contact", contact=said.contact)


def _outlook(said: Declaration, plan: ManifestPlan, found: Declared, setting: Setting, say: Catalogue) -> Iterator[str]:
    use = forecast(plan)
    if use is AiUse.POSSIBLY and any(_generative_help(action) for action in found.actions):
        yield say("preview.outlook.reference")
    helped = use in {AiUse.NONE_DECLARED, AiUse.NONE_DECLARED_INCOMPLETE} and any(one.ai for one in found.actions)
    yield say(f"preview.outlook.{use.value}{'_but_helped' if helped else ''}")
    if setting.signed_before and any(one.path is None for one in plan.ingredients):
        yield say("preview.outlook.parent")
    if any(one.path is not None and (one.carries or "metadata" not in one.definition) for one in plan.ingredients):
        yield say("preview.outlook.ingredients")
    if _seems_unknown(plan):
        yield say("evidence.preview.unknown")
    yield say("preview.outlook.reader")
    if setting.time_stamp:
        yield say("preview.outlook.stamp", service=setting.time_stamp)
    elif setting.until:
        yield say("preview.outlook.until", day=setting.until)
    if said.no_generative_ai is not None or any(action.source_type for action in found.actions):
        yield say("preview.outlook.false")


def _seems_unknown(plan: ManifestPlan) -> bool:
    """Whether the official signals take a working file for media of unknown provenance: they look at one ingredient."""
    first = next(iter(plan.ingredients), None)
    return first is not None and "metadata" in first.definition and not first.carries


def _unwritten(found: Declared, say: Catalogue) -> Iterator[str]:
    yield say("preview.unwritten.always")
    if not any(action.ai is not None and action.ai.prompt for action in found.actions):
        yield say("preview.unwritten.prompt")
