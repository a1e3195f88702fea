"""A policy from a template's name or a file: read, checked, its base put under it. Every fault has a line."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from provenance.declaration.globs import matches
from provenance.declaration.lines import line_of
from provenance.declaration.problems import dotted, first_fault
from provenance.declaration.text import quoted
from provenance.errors import PolicyError
from provenance.plain import plain
from provenance.policy.model import (
    ContextValue,
    Evidence,
    Example,
    Mode,
    Override,
    PolicyFile,
    Rule,
    Waiver,
    unknown_name,
)
from provenance.policy.verdict import ALTERED
from provenance.record import dataclass
from provenance.spelling import nearest

MAX_BYTES = 256 << 10
ENDING = ".toml"
_FOLDER = "templates"
_SAMPLES = ("a.png", "Z-9 (2).jpeg", "b/c.tif", "b/c/d/é.webp")  # a pattern for all of these is for every file
_GROUP = "@"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as it is judged by: its base under it, everything that it names found."""

    id: str
    title: str
    about: str
    mode: Mode
    evidence: Evidence
    rules: tuple[Rule, ...]
    signers: Mapping[str, tuple[str, ...]]
    context: Mapping[str, ContextValue]
    overrides: tuple[Override, ...]
    waivers: tuple[Waiver, ...]
    examples: tuple[Example, ...]
    sha256: str  # of the text, and of its base's: two policies with the same hash judge alike
    folder: str = ""  # where its file lies; "" for a template


@dataclass(frozen=True, slots=True)
class _Text:
    """What was read, and how a message calls it."""

    name: str
    text: str
    folder: str = ""

    def fault(self, path: Sequence[str | int], problem: str, cure: str = "", *, spelt: str = "") -> PolicyError:
        """Return the error at *path*, with its line: the one where it is *spelt*, in a list of many lines."""
        line = line_of(self.text, [*path, spelt] if spelt else path)
        where = f"{self.name}, line {line}" if line else self.name
        return PolicyError(f"{where}: {dotted(path)}" if path else where, problem, cure)


def templates() -> tuple[str, ...]:
    """Return the ids of the templates that come with this package."""
    root = resources.files("provenance.policy") / _FOLDER
    return tuple(sorted(entry.name.removesuffix(ENDING) for entry in root.iterdir() if entry.name.endswith(ENDING)))


def load(chosen: str) -> Policy:
    """Return the policy that *chosen* names: a template's id, or the path of a TOML file.

    Raises:
        PolicyError: naming file, line, what is wrong, and the nearest right word.
    """
    return _resolved(_read(chosen))


def template_text(name: str) -> str:
    """Return a template as it stands in its file.

    Raises:
        PolicyError: if there is none of that name.
    """
    return _template(name).text


def _read(chosen: str) -> _Text:
    if chosen in templates():
        return _template(chosen)
    path = Path(chosen)
    if path.suffix.lower() == ENDING or len(path.parts) > 1:
        return _file(path)
    return _template(chosen)


def _template(name: str) -> _Text:
    known = templates()
    if name not in known:
        near = nearest(name, known)
        cure = f"did you mean {near}" if near else f"use one of {', '.join(known)}, or a .toml file"
        raise PolicyError(plain(name), "there is no such template", cure)
    file = resources.files("provenance.policy") / _FOLDER / f"{name}{ENDING}"
    return _Text(name, file.read_text("utf-8"))


def _file(path: Path) -> _Text:
    name = plain(path.name)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as exc:
        problem = getattr(exc, "strerror", None) or str(exc)
        raise PolicyError(name, f"cannot be read: {problem[:1].lower()}{problem[1:]}") from exc
    if len(data) > MAX_BYTES:
        raise PolicyError(name, f"is longer than {MAX_BYTES} bytes")
    try:
        return _Text(name, data.decode("utf-8-sig").replace("\r\n", "\n"), str(path.absolute().parent))
    except UnicodeDecodeError as exc:
        raise PolicyError(name, f"is not UTF-8 text (byte {exc.start})", "save it as UTF-8") from exc


def _written(read: _Text) -> PolicyFile:
    try:
        data = tomllib.loads(read.text)
    except tomllib.TOMLDecodeError as exc:
        raise PolicyError(read.name, f"is not TOML: {str(exc)[:1].lower()}{str(exc)[1:]}") from exc
    except ValueError as exc:  # Python reads no number of more than 4,300 digits
        raise PolicyError(read.name, "is not TOML: holds a number that is too long") from exc
    except RecursionError:
        raise PolicyError(read.name, "is nested too deeply") from None
    if not data:
        raise PolicyError(read.name, "is empty, and would pass everything", "begin with `provenance policy show NAME`")
    try:
        return PolicyFile.model_validate(data)
    except ValidationError as exc:
        path, problem, cure = first_fault(exc, PolicyFile)
    if path == ["rule"] or path == ["rules"]:
        cure = "write [[requirement]] or [[conclusion]]"
    raise read.fault(path, problem, cure, spelt=_word_at(data, path))


def _word_at(data: object, path: Sequence[str | int]) -> str:
    """Return the word of a list that *path* leads to, "" if it leads to anything else."""
    for part in path:
        try:
            data = data[part]  # type: ignore[index]  # whatever TOML holds
        except (KeyError, IndexError, TypeError):
            return ""
    return data if isinstance(data, str) and isinstance(path[-1], int) else ""


def _resolved(read: _Text) -> Policy:
    own = _written(read)
    base = _base(own, read)
    rules = _rules(own, base, read)
    made = Policy(
        id=own.id,
        title=own.title or (base.title if base else ""),
        about=own.about,
        mode=own.mode or (base.mode if base else Mode.ENFORCE),
        evidence=own.evidence or (base.evidence if base else Evidence.KNOWN),
        rules=rules,
        signers={**(base.signers if base else {}), **own.signers},
        context={**(base.context if base else {}), **own.context},
        overrides=(*(base.overrides if base else ()), *own.override),
        waivers=(*(base.waivers if base else ()), *own.waiver),
        examples=own.example,
        sha256=hashlib.sha256(f"{base.sha256 if base else ''}\n{read.text}".encode()).hexdigest(),
        folder=read.folder,
    )
    _check(made, own, read)
    return made


def _base(own: PolicyFile, read: _Text) -> Policy | None:
    if not own.extends:
        if own.without:
            raise read.fault(["without"], "leaves out rules of a template, but extends none", "say extends")
        return None
    known = templates()
    if own.extends not in known:
        raise read.fault(["extends"], *unknown_name(own.extends, list(known), "template"))
    base = _template(own.extends)
    if base.name == read.name and not read.folder:
        raise read.fault(["extends"], "is the template itself")
    return _resolved(base)


def _rules(own: PolicyFile, base: Policy | None, read: _Text) -> tuple[Rule, ...]:
    mine: tuple[Rule, ...] = (*own.requirement, *own.conclusion)
    below = {rule.id: rule for rule in base.rules} if base else {}
    for n, name in enumerate(own.without):
        if name not in below:
            raise read.fault(["without", n, name], *unknown_name(name, list(below), "rule"))
    replaced = {rule.id for rule in mine} | set(own.without)
    rules = (*(rule for rule in below.values() if rule.id not in replaced), *mine)
    if not rules:
        raise PolicyError(
            read.name, "holds no rule, and would pass everything", "write [[requirement]] or [[conclusion]]"
        )
    return rules


# --- what one part says about another ------------------------------------------------------------------------------


def _check(made: Policy, own: PolicyFile, read: _Text) -> None:
    ids = [rule.id for rule in made.rules]
    named: tuple[tuple[str, tuple[Override | Waiver, ...]], ...] = (("override", own.override), ("waiver", own.waiver))
    for place, several in named:
        for n, one in enumerate(several):
            for name in one.rules:
                if name not in ids:
                    raise read.fault([place, n, "rules", name], *unknown_name(name, ids, "rule"))
    _check_off(made, own, read)
    for path, rule in _own_rules(own):
        _check_rule(rule, path, made, read)
    for n, example in enumerate(own.example):
        for name in example.rules or ():
            if name not in (*ids, ALTERED):
                raise read.fault(["example", n, "rules", name], *unknown_name(name, [*ids, ALTERED], "rule"))
        problem = context_problem(example.context, made)
        if problem:
            raise read.fault(["example", n, "context", problem[0]], *problem[1:])


def _check_off(made: Policy, own: PolicyFile, read: _Text) -> None:
    """Refuse a policy of which overrides leave nothing: it would pass everything, as an empty one does."""
    asked = {rule.id for rule in made.rules}
    for n, one in enumerate(own.override):
        named = set(one.rules) or {rule.id for rule in made.rules}
        asked = asked - named if one.off and _everywhere(one) else asked | (set() if one.off else named)
        if not asked and n == len(own.override) - 1:
            raise read.fault(["override", n, "off"], "leaves no rule on for any file, and would pass everything")


def _everywhere(one: Override) -> bool:
    return all(matches(path, one.paths) for path in _SAMPLES)


def _own_rules(own: PolicyFile) -> Iterator[tuple[list[str | int], Rule]]:
    for n, requirement in enumerate(own.requirement):
        yield ["requirement", n], requirement
    for n, conclusion in enumerate(own.conclusion):
        yield ["conclusion", n], conclusion


def _check_rule(rule: Rule, path: list[str | int], made: Policy, read: _Text) -> None:
    places: list[tuple[list[str | int], object]] = [([*path, "when"], rule.when)] if rule.when else []
    if rule.that is not None:
        places.append(([*path, "that"], rule.that))
    places += [([*path, "either", n], one) for n, one in enumerate(rule.either or ())]
    predicates = [rule.when] if rule.when else []
    predicates += rule.predicates()
    for (place, _), predicate in zip(places, predicates, strict=True):
        for name, test in predicate.tests():
            for operator, value in test.parts():
                for word in _groups(name, value):
                    if word.removeprefix(_GROUP) not in made.signers:
                        fault = unknown_name(word.removeprefix(_GROUP), list(made.signers), "group of signers")
                        raise read.fault([*place, name, operator, word], *fault)
        for name, asked in predicate.supplied():
            at = [*place, "context", name]
            if name not in made.context:
                raise read.fault(at, *unknown_name(name, list(made.context), "context value"))
            allowed = made.context[name].values
            for operator, value in asked.parts():
                for word in value if isinstance(value, tuple) else (value,):
                    if allowed and operator != "present" and not _among(word, allowed):
                        raise read.fault([*at, operator], *_no_value(word, allowed, name))


def _groups(name: str, value: object) -> Iterable[str]:
    words = value if isinstance(value, tuple) else (value,)
    return (word for word in words if name == "signer" and isinstance(word, str) and word.startswith(_GROUP))


def _among(word: object, allowed: tuple[object, ...]) -> bool:
    return any(type(word) is type(one) and word == one for one in allowed)


def _no_value(word: object, allowed: tuple[object, ...], name: str) -> tuple[str, str]:
    known = [str(one).lower() if isinstance(one, bool) else str(one) for one in allowed]
    listed = f"use one of: {', '.join(known)}"
    near = nearest(str(word), known)
    cure = f"did you mean {near}" if near and near != word else listed
    return f"{quoted(str(word).lower() if isinstance(word, bool) else str(word))} is no value of {name}", cure


def context_problem(context: Mapping[str, object], policy: Policy) -> tuple[str, str, str] | None:
    """Return the first value of *context* that *policy* does not know: its name, the problem, the cure; else None."""
    for name, value in context.items():
        if name not in policy.context:
            return (name, *unknown_name(name, list(policy.context), "context value"))
        allowed = policy.context[name].values
        if allowed and not _among(value, allowed):
            return (name, *_no_value(value, allowed, name))
    return None


def unknown_rule(name: str, policy: Policy) -> None:
    """Refuse the name of a rule that *policy* does not have.

    Raises:
        PolicyError: with the nearest that it has.
    """
    known = [rule.id for rule in policy.rules]
    if name not in known:
        raise PolicyError("--rule", *unknown_name(plain(name), known, "rule"))
