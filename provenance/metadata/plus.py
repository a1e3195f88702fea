"""Permissions in the words of PLUS (``plus:DataMining``, ``plus:OtherConstraints``), and back (metadata.md §2.2, §2.3).

PLUS has nine values for what ``cawg.training-mining`` says in 256 ways, and none for use as input to AI. So:

* the value that is written is never more permissive than what was stated, and stricter only where no other fits;
* where it does not say exactly what was stated, a text in plain English says all four answers;
* that text is in a fixed form, so that we can read it back. It can add to what the value says and take nothing from
  it, except under ``DMI-PROHIBITED-SEECONSTRAINT``, which says that the text decides;
* a value or a text that we do not know never becomes a yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from provenance.record import dataclass
from provenance.terms import SEARCH_ONLY, Mining, Use

VOCABULARY = "http://ns.useplus.org/ldf/vocab/"
Stated = Mapping[Mining, tuple[Use, str]]  # an entry that is missing is not stated; the text is the constraint's

ALLOWED = "DMI-ALLOWED"
UNSPECIFIED = "DMI-UNSPECIFIED"
PROHIBITED = "DMI-PROHIBITED"
NO_TRAINING = "DMI-PROHIBITED-AIMLTRAINING"
NO_GENERATIVE = "DMI-PROHIBITED-GENAIMLTRAINING"
SEARCH = "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING"
SEE_TEXT = "DMI-PROHIBITED-SEECONSTRAINT"
SEE_EMBEDDED = "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR"
SEE_LINKED = "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR"

_GENERATIVE, _TRAINING, _MINING, _INPUT = (
    Mining.GENERATIVE_TRAINING,
    Mining.TRAINING,
    Mining.DATA_MINING,
    Mining.INFERENCE,
)
_THREE = (_MINING, _TRAINING, _GENERATIVE)  # what PLUS has values for
_NO, _YES, _TERMS = (Use.NOT_ALLOWED, ""), (Use.ALLOWED, ""), Use.CONSTRAINED
_POINTERS = {
    SEE_TEXT: "see the constraints stated beside it (plus:OtherConstraints)",
    SEE_EMBEDDED: "see the rights expression in the file (EmbdEncRightsExpr)",
    SEE_LINKED: "see the rights expression that the file links to (LinkedEncRightsExpr)",
}
_SAYS: dict[str, dict[Mining, tuple[Use, str]]] = {
    UNSPECIFIED: {},
    ALLOWED: dict.fromkeys(_THREE, _YES),
    NO_TRAINING: {_TRAINING: _NO, _GENERATIVE: _NO},
    NO_GENERATIVE: {_GENERATIVE: _NO},
    SEARCH: {_MINING: (_TERMS, SEARCH_ONLY), _TRAINING: _NO, _GENERATIVE: _NO},
    PROHIBITED: dict.fromkeys(_THREE, _NO),
    **{code: dict.fromkeys(_THREE, (_TERMS, pointer)) for code, pointer in _POINTERS.items()},
}
CODES = frozenset(_SAYS)
_NAMES = {  # in the order of the text
    _GENERATIVE: "Training of generative AI",
    _TRAINING: "Training of other AI",
    _MINING: "Text and data mining",
    _INPUT: "Use as input to AI",
}
_NOT_STATED = "not stated"
_ANSWERS = {"allowed": Use.ALLOWED, "not allowed": Use.NOT_ALLOWED, "only under terms": Use.CONSTRAINED}
_WORDS = {use: word for word, use in _ANSWERS.items()}
_HEAD = " ".join(rf"{name}: ({'|'.join(_ANSWERS)}|{_NOT_STATED})\." for name in _NAMES.values())
_MOST = 16_384  # characters of a text that are looked at
_SHOWN = 200
_STRICTNESS = {Use.NOT_ALLOWED: 3, Use.CONSTRAINED: 2, None: 1, Use.ALLOWED: 0}  # None: not stated
_STRICTEST_FIRST = (Use.NOT_ALLOWED, Use.CONSTRAINED, Use.ALLOWED)


@dataclass(frozen=True, slots=True)
class Plus:
    """What is to stand in XMP; an empty text is left out."""

    data_mining: str = ""  # plus:DataMining: a full URI
    other_constraints: str = ""  # plus:OtherConstraints
    usage_terms: str = ""  # a sentence for the end of xmpRights:UsageTerms: PLUS has no value for use as input to AI
    exact: bool = True  # the value alone says what was stated, no more and no less


@dataclass(frozen=True, slots=True)
class Combined:
    """What counts for one entry when several sources speak of it."""

    use: Use
    constraint: str  # of a constrained use: the terms, of all who state them
    by: tuple[str, ...]  # the sources that say the use that counts
    stated: tuple[tuple[str, Use, str], ...]  # what each source says: source, use as stated, constraint

    @property
    def conflict(self) -> bool:
        """Whether two sources say something different; that one is silent is no conflict."""
        return len({effective(use, text) for _, use, text in self.stated}) > 1


def effective(use: Use, constraint: str) -> Use:
    """Return what *use* counts as: `constrained` without its terms is `notAllowed` (CAWG TDM 1.1)."""
    return Use.NOT_ALLOWED if use is Use.CONSTRAINED and not constraint.strip() else use


def to_plus(stated: Stated) -> Plus:
    """Return what stands in PLUS for *stated*."""
    said = {entry: (effective(use, text), _one_line(text)) for entry, (use, text) in stated.items()}
    uses = {entry: use for entry, (use, _) in said.items()}
    code = SEARCH if {entry: said[entry] for entry in _THREE if entry in said} == _SAYS[SEARCH] else _code(uses)
    exact = (_SAYS[code] if code else {}) == {
        entry: (use, text if use is _TERMS else "") for entry, (use, text) in said.items()
    }
    return Plus(
        data_mining=VOCABULARY + code if code else "",
        other_constraints="" if exact else _sentences(said),
        usage_terms=_usage(said),
        exact=exact,
    )


def _code(uses: Mapping[Mining, Use]) -> str:
    mining, training, generative = (uses.get(entry) for entry in _THREE)
    three = {mining, training, generative}
    if three == {Use.ALLOWED}:
        return ALLOWED
    if Use.CONSTRAINED in three:
        return SEE_TEXT
    if mining is Use.NOT_ALLOWED:
        return SEE_TEXT if Use.ALLOWED in three else PROHIBITED
    if training is Use.NOT_ALLOWED:
        return SEE_TEXT if generative is Use.ALLOWED else NO_TRAINING
    return NO_GENERATIVE if generative is Use.NOT_ALLOWED else ""


def _sentences(said: Stated) -> str:
    head = (f"{name}: {_WORDS[said[entry][0]] if entry in said else _NOT_STATED}." for entry, name in _NAMES.items())
    return " ".join([*head, *(f"{_term(entry)}{said[entry][1]}" for entry in _constrained(said))])


def _usage(said: Stated) -> str:
    use, text = said.get(_INPUT, _YES)
    if use is Use.ALLOWED:
        return ""
    return f"{_NAMES[_INPUT]}: {_WORDS[use]}." if use is Use.NOT_ALLOWED else f"{_NAMES[_INPUT]}: {_WORDS[use]}: {text}"


def _term(entry: Mining) -> str:
    name = _NAMES[entry]
    return f"Terms for {name[0].lower()}{name[1:]}: "


def _constrained(said: Stated) -> list[Mining]:
    return [entry for entry in _NAMES if said.get(entry, _YES)[0] is Use.CONSTRAINED]


def _one_line(text: str) -> str:
    return " ".join(text[:_MOST].split())


def from_plus(data_mining: str, other_constraints: str = "") -> dict[Mining, tuple[Use, str]]:
    """Return what *data_mining*, a URI or a bare code, and the text beside it say; an entry left out is not stated.

    An unknown value constrains all four entries. "Allowed" beside a text that is not ours means under those terms.
    """
    code, text = canonical(data_mining), _one_line(other_constraints)
    if code and code not in _SAYS:
        pointer = f"see the value of plus:DataMining, which is not known here: {code[:_SHOWN]}"
        return dict.fromkeys(Mining, (_TERMS, pointer))
    said = _SAYS[code] if code else {}
    written = _read(text)
    if written is None:
        foreign = (_TERMS, text) if text else _YES
        return {
            entry: foreign if use is Use.ALLOWED or (code == SEE_TEXT and text) else (use, terms)
            for entry, (use, terms) in said.items()
        }
    refused = any(written.get(entry, _YES)[0] is not Use.ALLOWED for entry in _THREE)
    if code == SEE_TEXT and refused:
        return written
    return {entry: _stricter(said.get(entry), written.get(entry)) for entry in Mining if entry in {*said, *written}}


def counted(data_mining: str, other_constraints: str = "") -> dict[Mining, Use]:
    """Return what counts, entry by entry, of the same."""
    return {entry: effective(use, text) for entry, (use, text) in from_plus(data_mining, other_constraints).items()}


def at_least(one: Mapping[Mining, Use], other: Mapping[Mining, Use]) -> bool:
    """Whether *one* is at least as strict as *other* in every entry; silence is stricter than a yes, and no refusal."""
    return all(_STRICTNESS[one.get(entry)] >= _STRICTNESS[other.get(entry)] for entry in Mining)


def canonical(data_mining: str) -> str:
    """Return the code of *data_mining* in capitals: with or without the vocabulary, http or https, a slash behind."""
    name = data_mining[:_MOST].strip().rstrip("/").casefold()
    if "://" in name:
        scheme, _, rest = name.partition("://")
        home = VOCABULARY.partition("://")[2]
        name = rest.removeprefix(home) if scheme in {"http", "https"} and rest.startswith(home) else name
    return name.upper()


def _read(text: str) -> dict[Mining, tuple[Use, str]] | None:
    """Return the answers of a text of our form; None for any other."""
    head = re.match(_HEAD, text)
    if head is None:
        return None
    uses = {entry: _ANSWERS[word] for entry, word in zip(_NAMES, head.groups(), strict=True) if word in _ANSWERS}
    said = {entry: (use, "") for entry, use in uses.items()}
    rest = text[head.end() :]
    entries = _constrained(said)
    if rest and not (entries and rest.startswith(" " + _term(entries[0]))):
        return None  # somebody added to it
    for number, entry in enumerate(entries, start=1):
        rest = rest.removeprefix(" " + _term(entry))
        end = rest.find(" " + _term(entries[number])) if number < len(entries) else len(rest)
        if end < 0:
            return None
        said[entry] = (Use.CONSTRAINED, rest[:end].strip())
        rest = rest[end:]
    return {entry: (effective(use, terms), terms) for entry, (use, terms) in said.items()}


def _stricter(one: tuple[Use, str] | None, other: tuple[Use, str] | None) -> tuple[Use, str]:
    found = [answer for answer in (one, other) if answer is not None]
    return min(found, key=lambda answer: _STRICTEST_FIRST.index(answer[0]))


def combine(sources: Iterable[tuple[str, Stated]]) -> dict[Mining, Combined]:
    """Return what counts for each entry that any of *sources*, each with its name, states: the most restrictive.

    An entry that nobody states is left out: silence is no answer.
    """
    found: dict[Mining, list[tuple[str, Use, str]]] = {}
    for name, stated in sources:
        for entry, (use, text) in stated.items():
            found.setdefault(entry, []).append((name, use, text))
    return {entry: _combined(found[entry]) for entry in Mining if entry in found}


def _combined(stated: list[tuple[str, Use, str]]) -> Combined:
    use = min((effective(use, text) for _, use, text in stated), key=_STRICTEST_FIRST.index)
    by = [(name, text) for name, said, text in stated if effective(said, text) is use]
    terms = dict.fromkeys(text for _, text in by if text) if use is Use.CONSTRAINED else ()
    return Combined(use, "; ".join(terms), tuple(dict.fromkeys(name for name, _ in by)), tuple(stated))
