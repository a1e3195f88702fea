"""GitHub workflow commands: how many of what, then an annotation for each file with a finding, worst first.

The runner takes any line that begins with ``::`` for a command, so that nothing from a file may end a line or stand
at the beginning of one: data escapes ``%``, CR and LF, a property ``:`` and ``,`` too, as its own toolkit does
(actions/toolkit, ``command.ts``). ``##[``, its older form, counts only in a line that is no command of the newer one.
Of a step GitHub shows ten errors, ten warnings and ten notices, and drops the rest; the log has them all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from provenance.plain import MACHINE, plain
from provenance.policy.formats.about import About
from provenance.policy.tally import Tally
from provenance.policy.verdict import Decision, Outcome, Verdict
from provenance.report.wording import Catalogue, Phrase

SHOWN = 10  # annotations of one kind that GitHub shows for a step
_COMMANDS = {Decision.REJECT: "error", Decision.REVIEW: "warning"}


def render(verdicts: Iterable[Verdict], about: About, tally: Tally, say: Catalogue) -> Iterator[str]:
    """Yield a notice with the counts, and a line for each file that does not meet a rule, or could not be judged.

    Args:
        verdicts: worst first; they are walked twice.
    """
    kinds = Counter(_kind(verdict) for verdict in verdicts if verdict.problem or verdict.outcomes)
    kinds["notice"] += 1
    yield command("notice", about.policy, *_counts(kinds, tally, say))
    for verdict in verdicts:
        if verdict.problem:
            yield command(_kind(verdict), say("verdict.group.unjudged"), verdict.problem, file=verdict.name)
        elif verdict.outcomes:
            yield _annotation(verdict, about, say)


def _kind(verdict: Verdict) -> str:
    return "error" if verdict.problem else command_of(verdict.decision, enforced=verdict.enforced)


def _counts(kinds: Counter[str], tally: Tally, say: Catalogue) -> Iterator[str]:
    yield say("verdict.counts", files=tally.files, findings=tally.findings, unjudged=tally.unjudged)
    if tally.waived:
        yield say("verdict.waived", n=tally.waived, files=Phrase(f"{tally.waived_files:,}"))
    more = sum(max(0, number - SHOWN) for number in kinds.values())
    if more:
        yield say("verdict.github.more", n=more, shown=SHOWN)


def _annotation(verdict: Verdict, about: About, say: Catalogue) -> str:
    """Return one file: its gravest rule in the title, and every rule in the text, those that are waived last."""
    outcomes = sorted(verdict.outcomes, key=lambda outcome: bool(outcome.waived))
    others = sum(not outcome.waived for outcome in outcomes[1:])
    title = f"{about.policy}: {outcomes[0].rule}" + (f" (+{others})" if others else "")
    texts = (f"{outcome.rule}: {_text(outcome)}" for outcome in outcomes[1:])
    return command(_kind(verdict), title, _text(outcomes[0]), *texts, file=verdict.name)


def _text(outcome: Outcome) -> str:
    return " ".join(filter(None, (outcome.waived, outcome.sentence, outcome.limited, outcome.link)))


def command_of(decision: Decision, *, enforced: bool) -> str:
    """Return how loud a decision is; what only warns is never an error."""
    found = _COMMANDS.get(decision, "notice")
    return "warning" if found == "error" and not enforced else found


def command(name: str, title: str, *texts: str, file: str = "") -> str:
    """Return one workflow command, a line; each of *texts* is a paragraph of the annotation."""
    # A path from the workspace, as the runner compares it: without the "./" of `check .`.
    properties = {"file": file.removeprefix("./"), "title": title} if file else {"title": title}
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {shown}::{'%0A'.join(map(_data, texts))}\n"


def _data(text: str) -> str:
    return plain(text, limit=MACHINE).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
