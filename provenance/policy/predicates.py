"""What a rule may ask of each fact, as pydantic models: closed, described for editors, and able to hold at all."""

from __future__ import annotations

import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, Field, StrictBool, StrictInt, WithJsonSchema, create_model, model_validator

from provenance.declaration.problems import Written, choice
from provenance.declaration.text import fault, line, quoted
from provenance.policy.together import Question, exclusive, said
from provenance.policy.vocabulary import FACTS, LEVELS, Asked, Shape
from provenance.terms import Level


def _scalar(value: Any) -> Any:
    if not isinstance(value, str | bool | int):
        raise fault("must be text in quotes, true or false, or a number")
    return value


Scalar = Annotated[Any, AfterValidator(_scalar), WithJsonSchema({"type": ["string", "boolean", "integer"]})]
CONTEXT = "context."  # before the name of a value that the caller supplies


class Test(Written):
    """What is asked of one fact; every part that stands here must hold."""

    noun: ClassVar[str] = "a test of a fact"

    def parts(self) -> tuple[tuple[str, Any], ...]:
        """Return what is asked, part by part: the operator and what it is given."""
        return tuple((name, value) for name in type(self).model_fields if (value := getattr(self, name)) is not None)

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        if not self.parts():
            raise fault("asks nothing", f"say one of: {', '.join(type(self).model_fields)}")
        lists = {name: value for name, value in self.parts() if isinstance(value, tuple)}
        for name, value in lists.items():
            if not value:
                raise fault("is empty", "name what it is about, or leave it out", path=[name])
            if len(set(value)) < len(value):
                double = next(word for word in value if value.count(word) > 1)
                raise fault(f"says {quoted(str(double))} twice", path=[name])
            if any(isinstance(word, str) and not word.strip() for word in value):
                raise fault("holds an empty text", "name what it is about, or leave it out", path=[name])
        none_of = set(lists.get("none_of", ()))
        exact = getattr(self, "equals", None)
        if isinstance(exact, str) and not exact.strip():
            raise fault("is empty", "ask present = false for what is not there", path=["equals"])
        wanted = set(lists.get("all_of", ())) | (set() if exact is None else {exact})
        if wanted & none_of or (lists.get("any_of") and set(lists["any_of"]) <= none_of):
            raise fault("can never hold: it asks for what none_of excludes")
        if exact is not None and lists.get("any_of") and not _among(exact, lists["any_of"]):
            raise fault("can never hold: equals and any_of exclude one another")
        if getattr(self, "present", None) is False and (lists or wanted):
            raise fault("can never hold: it asks for something of what must not be there")
        return self


def _among(word: Any, several: tuple[Any, ...]) -> bool:
    return word in several or any(isinstance(one, str) and set("*?") & set(one) for one in (word, *several))


class TextTest(Test):
    """Free text, compared without regard to case; ``*`` and ``?`` stand for letters."""

    any_of: tuple[str, ...] | None = Field(None, description="One of these.")
    none_of: tuple[str, ...] | None = Field(None, description="None of these.")
    equals: str | None = Field(None, description="Exactly this.")
    present: StrictBool | None = Field(None, description="Whether it is there at all.")


class TextsTest(Test):
    """Several texts."""

    any_of: tuple[str, ...] | None = Field(None, description="At least one of these is among them.")
    none_of: tuple[str, ...] | None = Field(None, description="None of these is among them.")
    all_of: tuple[str, ...] | None = Field(None, description="All of these are among them.")
    present: StrictBool | None = Field(None, description="Whether there is any at all.")


def _signer(text: str) -> str:
    """Return *text* if it can be a signer's name, a fingerprint, or a group's name."""
    if set("*?") & set(text):
        raise fault(f"{quoted(text)} is no name", "a signer's name stands whole: * and ? stand for nothing here")
    bare = text.casefold().replace(":", "").replace(" ", "")
    if len(bare) >= 32 and not set(bare) - set("0123456789abcdef") and len(bare) != 64:
        raise fault(f"{quoted(text)} is no SHA-256 fingerprint", f"it has {len(bare)} digits, and needs 64")
    return text


def _no_group(text: str) -> str:
    if text.startswith("@"):
        raise fault(f"{quoted(text)} is a group, and groups hold no groups", "write its members")
    return _signer(text)


SignerName = Annotated[str, AfterValidator(_signer), WithJsonSchema({"type": "string"})]
Member = Annotated[str, AfterValidator(line), AfterValidator(_no_group), WithJsonSchema({"type": "string"})]


class SignerTest(Test):
    """A signer's name, whole; a SHA-256 fingerprint; or @group."""

    any_of: tuple[SignerName, ...] | None = Field(None, description="One of these.")
    none_of: tuple[SignerName, ...] | None = Field(None, description="None of these.")
    equals: SignerName | None = Field(None, description="Exactly this.")
    present: StrictBool | None = Field(None, description="Whether it is there at all.")


class FlagTest(Test):
    """True or false."""

    equals: StrictBool | None = Field(None, description="true or false.")


class NumberTest(Test):
    """A count, or bytes."""

    equals: StrictInt | None = Field(None, description="Exactly this many.", ge=0)
    at_least: StrictInt | None = Field(None, description="So many, or more.", ge=0)
    at_most: StrictInt | None = Field(None, description="So many, or fewer.", ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        least, most, exact = self.at_least or 0, self.at_most, self.equals
        if (most is not None and least > most) or (
            exact is not None and (exact < least or (most is not None and exact > most))
        ):
            raise fault("can never hold: the numbers exclude one another")
        return self


def _day(text: str) -> str:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        raise fault(f"{quoted(text)} is not a date", "write it as 2026-11-30") from None
    if len(text) != 10:
        raise fault(f"{quoted(text)} is not a date", "write it as 2026-11-30")
    return text


Day = Annotated[str, AfterValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class DateTest(Test):
    """A day or a time."""

    before: Day | None = Field(None, description="Earlier than this day begins (UTC).")
    after: Day | None = Field(None, description="Later than this day ends (UTC).")
    present: StrictBool | None = Field(None, description="Whether there is one at all.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.before and self.after and self.after >= self.before:
            raise fault("can never hold: before and after exclude one another")
        if self.present is False and (self.before or self.after):
            raise fault("can never hold: it asks for something of what must not be there")
        return self


def _level(text: str) -> str:
    if text not in LEVELS:
        raise fault(*choice(text, LEVELS))
    if text == Level.UNVERIFIED:
        raise fault("asks nothing: everything is at least unverified", "use intact, known or listed")
    return text


class LevelTest(Test):
    """How well somebody is known."""

    at_least: Annotated[str, AfterValidator(_level), WithJsonSchema({"enum": ["listed", "known", "intact"]})] | None = (
        Field(None, description="listed, known or intact: this well, or better.")
    )


class ContextTest(Test):
    """A value that the caller supplies."""

    any_of: tuple[Scalar, ...] | None = Field(None, description="One of these.")
    none_of: tuple[Scalar, ...] | None = Field(None, description="None of these.")
    equals: Scalar | None = Field(None, description="Exactly this.")
    present: StrictBool | None = Field(None, description="Whether the caller says anything.")


def _word(words: tuple[str, ...]) -> Any:
    def check(text: str) -> str:
        if text not in words:
            raise fault(*choice(text, words))
        return text

    return Annotated[str, AfterValidator(check), WithJsonSchema({"enum": list(words)})]


def _pattern(words: tuple[str, ...]) -> Any:
    """A text of a closed list, or a pattern that one of them answers to."""

    def check(text: str) -> str:
        if not any(fnmatchcase(word.casefold(), text.casefold()) for word in words):
            raise fault(*choice(text, words))
        return text

    return Annotated[str, AfterValidator(check), WithJsonSchema({"type": "string", "examples": list(words)})]


def _closed_test(name: str, asked: Asked) -> type[Test]:
    """A test of texts of which every one that there can be is known."""
    base = _BY_SHAPE[asked.shape]
    word = _pattern(asked.words)
    kinds: dict[str, Any] = {"equals": word | None}
    kinds |= dict.fromkeys(("any_of", "none_of", "all_of"), tuple.__class_getitem__((word, ...)) | None)
    fields: dict[str, Any] = {
        key: (kinds[key], Field(None, description=field.description))
        for key, field in base.model_fields.items()
        if key in kinds
    }
    return create_model(f"Test_{name}", __base__=base, __doc__=asked.help, **fields)


def _words_test(name: str, asked: Asked) -> type[Test]:
    word = _word(asked.words)
    several: Any = tuple.__class_getitem__((word, ...))
    fields: dict[str, Any] = {
        "any_of": (several | None, Field(None, description="One of these.")),
        "none_of": (several | None, Field(None, description="None of these.")),
        "present": (StrictBool | None, Field(None, description="Whether anything is said at all.")),
    }
    if asked.shape is Shape.WORDS:
        fields["all_of"] = (several | None, Field(None, description="All of these."))
    else:
        fields["equals"] = (word | None, Field(None, description="Exactly this."))
    made: type[_Words] = create_model(f"Test_{name}", __base__=_Words, __doc__=asked.help, **fields)
    made.words = asked.words
    return made


class _Words(Test):
    """Words of a closed list."""

    words: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="after")
    def _leaves_something(self) -> Self:
        if set(self.words) <= set(getattr(self, "none_of", None) or ()):
            raise fault("can never hold: none_of excludes every word that there is")
        return self


_BY_SHAPE: dict[Shape, type[Test]] = {
    Shape.TEXT: TextTest,
    Shape.TEXTS: TextsTest,
    Shape.SIGNER: SignerTest,
    Shape.FLAG: FlagTest,
    Shape.NUMBER: NumberTest,
    Shape.DATE: DateTest,
    Shape.LEVEL: LevelTest,
}


class _Predicate(Written):
    noun: ClassVar[str] = "a fact"

    def tests(self) -> tuple[tuple[str, Test], ...]:
        """Return every test of a fact, by the fact's name."""
        return tuple((name, test) for name in FACTS if (test := getattr(self, name)) is not None)

    def supplied(self) -> tuple[tuple[str, ContextTest], ...]:
        """Return every test of a value that the caller supplies."""
        found: dict[str, ContextTest] | None = getattr(self, "context", None)
        return tuple((found or {}).items())

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if not self.tests() and not self.supplied():
            raise fault("asks nothing", "name a fact, or a context value")
        return self

    def asked(self) -> tuple[Question, ...]:
        """Return every part of every test: the fact, the operator, what it is given."""
        found = [(name, *part) for name, test in self.tests() for part in test.parts()]
        return (*found, *((f"{CONTEXT}{name}", *part) for name, test in self.supplied() for part in test.parts()))

    @model_validator(mode="after")
    def _can_hold_together(self) -> Self:
        if names := exclusive(self.asked()):
            raise fault(said(names), path=names[0].split(".", 1))
        return self


def _made() -> Any:
    fields: dict[str, Any] = {}
    for name, asked in FACTS.items():
        closed = _closed_test if asked.shape in _BY_SHAPE else _words_test
        test = closed(name, asked) if asked.words else _BY_SHAPE[asked.shape]
        fields[name] = (test | None, Field(None, description=asked.help))
    fields["context"] = (
        dict[str, ContextTest] | None,
        Field(None, description="Values that the caller supplies, by name; [context.NAME] declares them."),
    )
    doc = "Facts, and what is asked of each; all must hold."
    return create_model("Predicate", __base__=_Predicate, __doc__=doc, **fields)


if TYPE_CHECKING:
    Predicate = _Predicate
else:
    Predicate = _made()
