"""GitHub workflow commands: an annotation for each finding, worst first.

The runner takes any line that begins with ``::`` for a command, so that nothing from a file may end a line or stand
at the beginning of one: data escapes ``%``, CR and LF, a property ``:`` and ``,`` too, as its own toolkit does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provenance.plain import MACHINE, plain
from provenance.policy.formats.about import About
from provenance.policy.tally import Tally
from provenance.policy.verdict import Decision, Verdict
from provenance.report.wording import Catalogue

_COMMANDS = {Decision.REJECT: "error", Decision.REVIEW: "warning"}


def render(verdicts: Iterable[Verdict], about: About, tally: Tally, say: Catalogue) -> Iterator[str]:
    """Yield a line for each rule that a file does not meet, and a notice with the counts at the end."""
    for verdict in verdicts:
        if verdict.problem:
            yield command("error", say("verdict.group.unjudged"), verdict.problem, file=verdict.name)
        for outcome in verdict.outcomes:
            level = command_of(outcome.decision, enforced=verdict.enforced)
            message = " ".join(filter(None, (outcome.sentence, outcome.limited, outcome.link)))
            if outcome.waived:
                level, message = "notice", f"{outcome.waived} {message}"
            yield command(level, f"{about.policy}: {outcome.rule}", message, file=verdict.name)
    counts = say("verdict.counts", files=tally.files, findings=tally.findings, unjudged=tally.unjudged)
    yield command("notice", about.policy, counts)


def command_of(decision: Decision, *, enforced: bool) -> str:
    """Return how loud a decision is; what only warns is never an error."""
    found = _COMMANDS.get(decision, "notice")
    return "warning" if found == "error" and not enforced else found


def command(name: str, title: str, message: str, *, file: str = "") -> str:
    """Return one workflow command, a line."""
    properties = {"file": file, "title": title} if file else {"title": title}
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {shown}::{_data(message)}\n"


def _data(text: str) -> str:
    return plain(text, limit=MACHINE).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
