"""A report as one self-contained web page for a juror, or for the entrant.

Rules (security D11–D14): everything from the file is escaped and stands in an element that isolates its
direction; nothing from the file is a link; no script; a content security policy lets the page load nothing
but the picture that stands in it, and no style but ours, by its hash. Nothing is said by colour alone.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from provenance.plain import plain
from provenance.report.declared import Step
from provenance.report.editions import Edition
from provenance.report.evidence import told
from provenance.report.graph import draw
from provenance.report.model import LinkState, Report
from provenance.report.names import fingerprint, moment
from provenance.report.permissions import NOT_STATED, source_sentence
from provenance.report.picture import LONGEST_EDGE
from provenance.report.screen import contact_sentences, heading, permission_sentences
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import AiUse

_LONG = 800  # characters of one value or sentence on a page; the JSON has them whole
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff"
# What a sentence quotes, and every stretch that is written from right to left, turns nothing around it.
_FOREIGN = re.compile(f"(“[^”]*”|「[^」]*」|«[^»]*»|[{_RTL}](?:[^“”「」«»]*[{_RTL}])?)")


@dataclass(frozen=True, slots=True)
class Answer:
    """One question at the top of the page: a word, a sentence, reasons."""

    id: str
    word: str
    sentence: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The steps that one manifest states, in one voice."""

    heading: str
    strength: str
    time: str
    steps: tuple[Step, ...]


def page(report: Report, *, edition: Edition = Edition.JUROR, picture: bytes | None = None, blind: bool = False) -> str:
    """Return *report* as a whole HTML page.

    Args:
        edition: for whom; the jury's has room for notes in print.
        picture: a JPEG made by `report.picture`, never bytes of the file itself.
        blind: the report was made without names; the page then reminds that the picture may show one.
    """
    say = Catalogue(report.language)
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return (
        _environment()
        .get_template("case.html")
        .render(
            say=say,
            report=report,
            edition=edition.value,
            blind=blind,
            picture=base64.b64encode(picture).decode("ascii") if picture else "",
            longest_edge=LONGEST_EDGE,
            direction=direction(report.language),
            style=Markup(style),  # noqa: S704 - a file of ours, and nothing else
            style_hash=f"sha256-{digest}",
            answers=tuple(_answers(report, say)),
            graph=draw(report.chain, say),
            groups=_groups(report, say),
            links={link.id: link for link in report.chain},
            told=told,
        )
    )


@cache
def _style() -> str:
    # One line end on every system: the hash is over these very bytes.
    text = (resources.files("provenance.report") / "templates" / "case.css").read_text("utf-8")
    return text.replace("\r\n", "\n")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("provenance.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["source_sentence"] = source_sentence
    made.filters |= {"said": said, "foreign": foreign, "grouped": fingerprint, "moment": moment}
    return made


def direction(language: str) -> str:
    """Return which way *language* is written, as HTML has it."""
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


def foreign(text: object) -> Markup:
    """Return a value of the file for the page: escaped, its direction its own, cut where it is very long."""
    return Markup("<bdi>{}</bdi>").format(plain(text, limit=_LONG))


def said(text: str) -> Markup:
    """Return a sentence of ours for the page, with what it quotes isolated."""
    parts = _FOREIGN.split(plain(text, limit=_LONG))
    return Markup("").join(
        Markup("<bdi>{}</bdi>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def _groups(report: Report, say: Catalogue) -> tuple[Group, ...]:
    times = {link.id: link.time.sentence.text for link in report.chain if link.time and link.time.value}
    found = []
    for _, steps in groupby(report.ledger, key=lambda step: (step.manifest, step.strength, step.gathered, step.origin)):
        group = tuple(steps)
        first = group[0]
        strength = say(f"report.full.strength.{first.strength}")
        found.append(Group(heading(first, say), strength, times.get(first.manifest, ""), group))
    return tuple(found)


# --- the answers ------------------------------------------------------------------------------------------------


def _answers(report: Report, say: Catalogue) -> Iterator[Answer]:
    def answer(about: str, word: str, sentence: str, *reasons: str) -> Answer:
        return Answer(about, say(f"casefile.short.{word}"), sentence, tuple(filter(None, reasons)))

    failed = (
        say("report.full.status", code=found.key, text=found.text or "–") for found in report.integrity.failures[:4]
    )
    yield answer(
        "intact", report.integrity.state.value, report.integrity.sentence.text, *failed, report.source.sentence.text
    )
    yield answer("history", f"history.{_history(report)}", _history_sentence(report, say))
    yield _signer(report, say)
    yield answer("time", f"time.{report.time.kind}", report.time.sentence.text, report.time.problem)
    if report.identities:
        texts = [found.sentence.text for found in report.identities]
        yield answer("identity", "identity.some", texts[0], *texts[1:3], say("report.identity.apart"))
    else:
        yield answer("identity", "identity.none", say("casefile.identity.none"))
    rest = say("casefile.ai.rest", section=Phrase(say("casefile.section.ledger")))
    yield answer("ai", f"ai.{_ai(report)}", report.ai_sentence.text, rest if report.ledger else "")
    yield _permissions(report, say)
    yield answer(
        "coverage", f"coverage.{report.coverage.sentence.id.rpartition('.')[2]}", report.coverage.sentence.text
    )


def _signer(report: Report, say: Catalogue) -> Answer:
    signer = report.signer
    if signer is None:
        return Answer("signer", say("casefile.short.signer.nobody"), say("report.signer.nobody"))
    interim = signer.sentence.id == "report.signer.interim"
    word = "withdrawn" if signer.withdrawn else "interim" if interim else signer.level.value
    reasons = [found.text for found in signer.problems]
    reasons.append(say("report.full.revocation", text=say.term("report.revocation", signer.revocation)))
    return Answer("signer", say(f"casefile.short.signer.{word}"), signer.sentence.text, tuple(reasons))


def _history(report: Report) -> str:
    earlier = [link for link in report.chain if link.depth]
    if not earlier:
        return "alone"
    return "whole" if all(link.state is LinkState.INTACT for link in earlier) else "troubled"


def _history_sentence(report: Report, say: Catalogue) -> str:
    earlier = [link for link in report.chain if link.depth]
    lost = sum(link.state is not LinkState.INTACT for link in earlier)
    return say(f"casefile.history.{_history(report)}", n=lost, all=len(earlier))


def _ai(report: Report) -> str:
    """Return how an AI statement may be headed: only what is attributable is called declared or stated."""
    use, voice = report.ai_use, report.ai_sentence.id.rpartition(".")[2]
    if use in {AiUse.NONE_DECLARED, AiUse.NONE_DECLARED_INCOMPLETE, AiUse.UNKNOWN, AiUse.POSSIBLY}:
        return use.value
    return voice if voice in {"presenter", "other"} else "someone"


def _permissions(report: Report, say: Catalogue) -> Answer:
    if all(line.effective == NOT_STATED for line in report.permissions):
        return Answer("permissions", say("casefile.short.permissions.none"), say("report.permission.none"))
    conflict = any(line.conflict for line in report.permissions)
    first, *others = *permission_sentences(report.permissions, say), *contact_sentences(report, say)
    word = say(f"casefile.short.permissions.{'conflict' if conflict else 'some'}")
    return Answer("permissions", word, first, tuple(others))
