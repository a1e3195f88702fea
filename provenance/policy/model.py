"""A policy as people write it: closed TOML. What it means is `judge`'s business, where it comes from `loading`'s.

Two kinds of rule, told apart by type:

- ``[[requirement]]`` is about form: signed, intact, known, declared, complete, stamped, allowed. What does not meet it
  may be rejected, and is called missing or broken.
- ``[[conclusion]]`` is about how the picture was made. It can reject only on what a known or listed signer states.
"""

from __future__ import annotations

import datetime
import re
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, WithJsonSchema, model_validator

from provenance.declaration.problems import Written
from provenance.declaration.text import fault, line, quoted, web_address
from provenance.policy.predicates import Day, Member, Predicate, Scalar
from provenance.policy.together import exclusive
from provenance.policy.verdict import Decision, RuleKind
from provenance.policy.vocabulary import FACTS, About
from provenance.spelling import nearest
from provenance.terms import Level

SCHEMA_VERSION = "1"
_ID = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_BRACES = re.compile(r"\{[^{}]*,[^{}]*\}")  # alternatives, as a shell has them
_SHA256 = re.compile(r"[0-9a-f]{64}")
OWN = "provenance"  # first part of rule ids that are ours
_WHEN = frozenset({"name", "size", "media_type", "source", "name_suggests"})  # what `when` may ask of the file


def _id(text: str) -> str:
    if not _ID.fullmatch(text) or len(text) > 80:
        raise fault(f"{quoted(text)} is not an id", "use small letters, digits and hyphens")
    if text.split(".")[0] == OWN:
        raise fault(f"{quoted(text)} is kept for our own rules", "choose another id")
    return text


def _hash(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise fault(f"{quoted(text)} is not a SHA-256", "write its 64 small hexadecimal digits")
    return text


def _glob(text: str) -> str:
    parts = text.split("/")
    if not text or text.startswith("/") or "\\" in text or text != text.strip() or {"", ".", ".."} & set(parts):
        raise fault(f"{quoted(text)} is not a pattern for paths", "write it as assets/temp/** or *.psd, with /")
    if text.startswith("!") or _BRACES.search(text) or text.count("[") != text.count("]"):
        raise fault(f"{quoted(text)} is not a pattern for paths", "there are *, ? and **, and a list may hold several")
    if any("**" in part and part != "**" for part in parts):
        raise fault(f"{quoted(text)} is not a pattern for paths", "** stands alone between /, as in assets/**/*.png")
    return text


def _by_language(value: Any) -> Any:
    return {"en": value} if isinstance(value, str) else value


Id = Annotated[str, AfterValidator(_id), WithJsonSchema({"type": "string", "pattern": f"^{_ID.pattern}$"})]
Line = Annotated[str, AfterValidator(line)]
Glob = Annotated[str, AfterValidator(_glob)]
Sha256 = Annotated[str, AfterValidator(_hash), WithJsonSchema({"type": "string", "pattern": f"^{_SHA256.pattern}$"})]
Link = Annotated[str, AfterValidator(web_address), WithJsonSchema({"type": "string", "format": "uri"})]
Message = Annotated[
    dict[Literal["en", "es", "ja"], Line],
    BeforeValidator(_by_language),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {code: {"type": "string"} for code in ("en", "es", "ja")},
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class Mode(StrEnum):
    """Whether findings fail a run."""

    WARN = "warn"
    ENFORCE = "enforce"


class Evidence(StrEnum):
    """Whose word counts for a file."""

    LISTED = "listed"
    KNOWN = "known"
    INTACT = "intact"

    @property
    def level(self) -> Level:
        return Level(self.value)


class Consequence(StrEnum):
    """What a rule leads to."""

    REJECT = "reject"
    REVIEW = "review"
    DISCLOSE = "disclose"
    NOTE = "note"

    @property
    def decision(self) -> Decision:
        return Decision(self.value)


class Rule(Written):
    """What both kinds of rule have."""

    kind: ClassVar[RuleKind]
    noun: ClassVar[str] = "a rule"

    id: Id = Field(description="Name of the rule, unique in the policy.")
    that: Predicate | None = Field(None, description="What must hold.")
    either: tuple[Predicate, ...] | None = Field(None, description="Instead of `that`: one of these must hold.")
    when: Predicate | None = Field(
        None, description="The rule applies only where this holds, or may hold: context values, and what the file is."
    )
    on_fail: Consequence = Field(description="What follows where it does not hold: reject, review, disclose or note.")
    on_unknown: Consequence = Field(
        Consequence.REVIEW, description="What follows where nothing says, or nobody vouches for what says so."
    )
    message: Message = Field(
        default_factory=dict, description="What people are told: a sentence, or one for each of en, es, ja."
    )
    link: Link = Field("", description="Where the rule can be read.")

    def predicates(self) -> tuple[Predicate, ...]:
        """Return what may hold, alternatives apart."""
        return (self.that,) if self.that is not None else self.either or ()

    @model_validator(mode="after")
    def _asks_once(self) -> Self:
        if self.that is None and not self.either:
            raise fault("asks nothing", "say what must hold: that = { … }")
        if self.that is not None and self.either is not None:
            raise fault("has both that and either", "keep one of them")
        if self.either is not None and len(self.either) < 2:
            raise fault("needs two alternatives", "use that for one", path=["either"])
        for name, _ in self.when.tests() if self.when else ():
            if name not in _WHEN:
                problem = f"cannot decide whether a rule applies: a file could escape the rule by {name}"
                raise fault(problem, f"use context, or {', '.join(sorted(_WHEN))}", path=["when", name])
        for place, predicate in self._places():
            for name, test in predicate.tests():
                self._check(name, test, [*place, name])
        self._can_hold()
        return self

    def _can_hold(self) -> None:
        """Refuse a rule that asks of every file for which it is something that this file cannot be."""
        applies = self.when.asked() if self.when else ()
        found = [exclusive([*applies, *predicate.asked()]) for predicate in self.predicates()]
        if all(found):
            names = ", ".join(dict.fromkeys(name for names in found for name in names))
            raise fault(f"can never hold where the rule applies: {names}", "change when, or what must hold")

    def _places(self) -> list[tuple[list[str | int], Predicate]]:
        if self.that is not None:
            return [(["that"], self.that)]
        return [(["either", n], one) for n, one in enumerate(self.either or ())]

    def _check(self, name: str, test: Any, path: list[str | int]) -> None:
        raise NotImplementedError


class Requirement(Rule):
    """Form: signed, intact, known, declared, complete, stamped, allowed. It may reject what does not meet it."""

    kind = RuleKind.REQUIREMENT
    noun: ClassVar[str] = "a requirement"

    def _check(self, name: str, test: Any, path: list[str | int]) -> None:
        if FACTS[name].about is About.MADE and [part for part in test.parts() if part != ("present", True)]:
            cure = "write [[conclusion]], or ask only whether it is declared: present = true"
            raise fault("is about how the picture was made, which a requirement cannot judge", cure, path=path)


class Conclusion(Rule):
    """How the picture was made. It rejects only on an intact statement by a known or listed signer."""

    kind = RuleKind.CONCLUSION
    noun: ClassVar[str] = "a conclusion"

    def _check(self, name: str, test: Any, path: list[str | int]) -> None:
        if FACTS[name].about is not About.MADE:
            raise fault("is not about how the picture was made", "write [[requirement]]", path=path)

    @model_validator(mode="after")
    def _never_on_silence(self) -> Self:
        if self.on_unknown is Consequence.REJECT:
            cure = "use review: what nobody vouches for decides nothing about a person"
            raise fault("a conclusion cannot reject what is unknown", cure, path=["on_unknown"])
        if not all(predicate.tests() for predicate in self.predicates()) and self.that is not None:
            raise fault("asks nothing about how the picture was made", "write [[requirement]]", path=["that"])
        return self


def _same(value: Any, several: tuple[Any, ...]) -> bool:
    return any(type(value) is type(one) and value == one for one in several)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class ContextValue(Written):
    """A value that the caller supplies, and what it may be."""

    noun: ClassVar[str] = "a context value"

    help: Line = Field("", description="What it means, for whoever has to supply it.")
    values: tuple[Scalar, ...] = Field((), description="What it may be; left out, anything.")

    @model_validator(mode="after")
    def _may_be_something(self) -> Self:
        if "values" in self.model_fields_set and not self.values:
            raise fault("is empty", "name what it may be, or leave it out for anything", path=["values"])
        if twice := [one for n, one in enumerate(self.values) if _same(one, self.values[:n])]:
            raise fault(f"says {quoted(_shown(twice[0]))} twice", path=["values"])
        if any(isinstance(one, str) and not one.strip() for one in self.values):
            raise fault("holds an empty text", path=["values"])
        return self


class Override(Written):
    """Other consequences for some paths. The last one that matches a file and a rule wins."""

    noun: ClassVar[str] = "an override"

    paths: tuple[Glob, ...] = Field(min_length=1, description="Patterns: assets/temp/**, *.psd.")
    rules: tuple[Id, ...] = Field((), description="Ids of the rules; left out, every rule.")
    on_fail: Consequence | None = Field(None, description="Instead of the rule's own.")
    on_unknown: Consequence | None = Field(None, description="Instead of the rule's own.")
    off: StrictBool = Field(False, description="Do not ask there. An altered file is still not passed.")

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.off == (self.on_fail is not None or self.on_unknown is not None):
            raise fault(
                "must say off = true, or on_fail or on_unknown" if not self.off else "is off and has consequences"
            )
        return self


class Waiver(Written):
    """What somebody answers for: a rule that does not count for some files, for a time."""

    noun: ClassVar[str] = "a waiver"

    rules: tuple[Id, ...] = Field(min_length=1, description="Ids of the rules.")
    paths: tuple[Glob, ...] = Field((), description="Patterns for paths.")
    sha256: tuple[Sha256, ...] = Field((), description="Hashes of exactly these files.")
    reason: Line = Field(description="Why.")
    author: Line = Field(description="Who answers for it.")
    expires: Day = Field(description="The last day that it counts.")

    @model_validator(mode="after")
    def _is_for_something(self) -> Self:
        if not self.paths and not self.sha256:
            raise fault("is for no file", "name paths or sha256")
        return self

    def counts_on(self, day: datetime.date) -> bool:
        return self.expires >= day.isoformat()


class Example(Written):
    """A file, and what this policy must say of it: `provenance policy test`."""

    noun: ClassVar[str] = "an example"

    file: Line = Field(description="A file, by its path from the policy.")
    expect: Literal["pass", "note", "disclose", "review", "reject"] = Field(description="The decision.")
    rules: tuple[str, ...] | None = Field(None, description="Ids of exactly the rules that are not met.")
    context: dict[str, Scalar] = Field(default_factory=dict, description="Values that the caller would supply.")
    path: str = Field("", description="Where the file would lie, for overrides and waivers; else its own path.")


class PolicyFile(Written):
    """What must hold of pictures, and what follows where it does not."""

    noun: ClassVar[str] = "a policy"

    schema_version: Literal["1"] = Field(description="Of this file format.")
    id: Id = Field(description="Name of the policy.")
    title: Line = Field("", description="What it is for, in one line.")
    about: str = Field(
        "", description="Whose rules these are, of which date, and what a program cannot decide of them."
    )
    extends: str = Field("", description="Id of a template whose rules hold too.")
    without: tuple[Id, ...] = Field((), description="Rules of that template that do not hold here.")
    mode: Mode | None = Field(None, description="enforce, or warn: findings fail no run.")
    evidence: Evidence | None = Field(
        None, description="Whose word counts for a file: listed, known (by a list or by you), or intact (anybody's)."
    )
    signers: dict[Id, Annotated[tuple[Member, ...], Field(min_length=1)]] = Field(
        default_factory=dict, description='Groups: house = ["Mika K.", "3f2a…"]; rules name them as "@house".'
    )
    context: dict[Id, ContextValue] = Field(default_factory=dict, description="Values that the caller supplies.")
    requirement: tuple[Requirement, ...] = Field((), description="Rules of form.")
    conclusion: tuple[Conclusion, ...] = Field((), description="Rules about how the picture was made.")
    override: tuple[Override, ...] = Field((), description="Other consequences for some paths.")
    waiver: tuple[Waiver, ...] = Field((), description="What somebody answers for.")
    example: tuple[Example, ...] = Field((), description="Files with the verdict that they must get.")

    @model_validator(mode="after")
    def _no_rule_twice(self) -> Self:
        seen: set[str] = set()
        for place, rules in (("requirement", self.requirement), ("conclusion", self.conclusion)):
            for n, rule in enumerate(rules):
                if rule.id in seen:
                    raise fault(f"there is a rule {quoted(rule.id)} already", path=[place, n, "id"])
                seen.add(rule.id)
        return self


def unknown_name(word: str, known: list[str], what: str) -> tuple[str, str]:
    """Return problem and cure for the name of a rule, group or context value that there is not."""
    near = nearest(word, known)
    listed = f"one of: {', '.join(known)}" if known else f"there is no {what} here"
    return f"there is no {what} {quoted(word)}", f"did you mean {near}" if near else listed
