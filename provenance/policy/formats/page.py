"""HTML: one page a juror can work from, sortable and filterable without a server, whole without any script.

Rules (security D11 to D14): everything from a file is escaped and isolates its direction; the links are ours, to case
files that were written beside; the content security policy lets the page load nothing but pictures that stand in it,
our style and our one script, each by its hash. Nothing is said by colour alone.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import islice

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from provenance.policy.formats.about import About
from provenance.policy.ranked import GROUPS, UNJUDGED, group_of
from provenance.policy.tally import Tally
from provenance.policy.verdict import Decision, Outcome, Verdict
from provenance.record import dataclass
from provenance.report.html import foreign, said
from provenance.report.names import moment
from provenance.report.wording import Catalogue, Phrase

MOST = 5000  # rows of a page; a browser holds no million
_ATTENTION = (Decision.REJECT, Decision.REVIEW)
_SEPARATOR = "; "


@dataclass(frozen=True, slots=True)
class Beside:
    """What was made for one file: its case file, and a small copy of the picture."""

    href: str = ""  # relative to the page
    preview: str = ""  # a JPEG in base64, made by `report.picture`


@dataclass(frozen=True, slots=True)
class Row:
    """One file."""

    name: str
    group: str
    rank: int
    outcomes: tuple[Outcome, ...]
    problem: str
    href: str
    preview: str


def render(
    verdicts: Iterable[Verdict],
    about: About,
    tally: Tally,
    say: Catalogue,
    *,
    beside: Callable[[str], Beside] = lambda name: Beside(),
    most: int = MOST,
) -> Iterator[str]:
    """Yield the page, piece by piece.

    Args:
        beside: what was made for the file of that name.
        most: rows; how many more there are is said.
    """
    style, script = _file("page.css"), _file("page.js")
    style = _shared_style() + style
    attention = tally.unjudged + sum(tally.decisions[decision] for decision in _ATTENTION)
    heading = say("verdict.page.heading", n=attention, files=Phrase(f"{tally.files:,}"))
    yield from (
        _environment()
        .get_template("page.html")
        .generate(
            say=say,
            about=about,
            language=say.language,
            direction="ltr",
            heading=heading if attention else say("verdict.page.heading.none"),
            counts=tuple(_counts(tally)),
            notes=tuple(_notes(tally, say)),
            shown=say.template("verdict.page.shown"),
            rows=(_row(verdict, beside(verdict.name)) for verdict in islice(verdicts, most)),
            rest=max(0, tally.files - most),
            context=_SEPARATOR.join(f"{name} = {value}" for name, value in about.context),
            style=Markup(style),  # noqa: S704 - files of ours, and nothing else
            script=Markup(script),  # noqa: S704 - a file of ours, and nothing else
            style_hash=_hash(style),
            script_hash=_hash(script),
        )
    )


def _row(verdict: Verdict, beside: Beside) -> Row:
    group = group_of(verdict)
    rank = GROUPS.index(group)
    return Row(verdict.name, group, rank, verdict.outcomes, verdict.problem, beside.href, beside.preview)


def _counts(tally: Tally) -> Iterator[tuple[str, int]]:
    for name in GROUPS:
        number = tally.unjudged if name == UNJUDGED else tally.decisions[Decision(name)]
        if number:
            yield name, number


def _notes(tally: Tally, say: Catalogue) -> Iterator[str]:
    for key, number in (("waived", tally.waived), ("limited", tally.limited), ("left_out", tally.left_out)):
        if number:
            yield say(f"verdict.{key}", n=number, files=Phrase(f"{tally.waived_files:,}"))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


@cache
def _file(name: str) -> str:
    # One line end on every system: the hash is over these very bytes.
    return _text(resources.files("provenance.policy.formats") / "pages" / name)


@cache
def _shared_style() -> str:
    return _text(resources.files("provenance.report") / "templates" / "case.css")


def _text(file: Traversable) -> str:
    return file.read_text("utf-8").replace("\r\n", "\n")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("provenance.policy.formats", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"said": said, "foreign": foreign, "moment": moment}
    return made
