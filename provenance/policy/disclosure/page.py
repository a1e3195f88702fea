"""A draft as one self-contained page, to be printed, commented on and decided on.

Rules (security D11 to D14): everything from a file is escaped and isolates its direction, nothing from it is a link,
no script, a content security policy that lets nothing load, no style but ours. Nothing is said by colour alone.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from provenance.policy.disclosure.papers import Paper, row
from provenance.report.html import direction, foreign, said
from provenance.report.wording import Catalogue

MOST = 5000  # files of a group that a page holds; JSON has all


def page(paper: Paper, say: Catalogue) -> Iterator[str]:
    """Yield *paper* as a whole HTML page, piece by piece."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    stream = (
        _environment()
        .get_template("disclosure.html")
        .stream(
            say=say,
            paper=paper,
            row=lambda asset: row(asset, say),
            most=MOST,
            direction=direction(say.language),
            style=Markup(style),  # noqa: S704 - files of ours, and nothing else
            style_hash=f"sha256-{digest}",
        )
    )
    stream.enable_buffering(64)
    yield from stream


@cache
def _style() -> str:
    # One line end on every system: the hash is over these very bytes.
    shared = resources.files("provenance.report") / "templates" / "case.css"
    own = resources.files("provenance.policy.disclosure") / "templates" / "disclosure.css"
    return "".join(file.read_text("utf-8").replace("\r\n", "\n") for file in (shared, own))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("provenance.policy.disclosure"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"said": said, "foreign": foreign}
    return made
