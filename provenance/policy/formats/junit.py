"""JUnit XML, as CI servers read it: a test case a file; a finding that fails the run is a failure.

A file that could not be judged is an error. What is below ``--fail-on``, or only warns, belongs to a case that passes,
and stands in the output of the suite; so does what a waiver took back.

Nobody owns the format. This is valid under the schemas of Jenkins (``junit-10.xsd``, which knows no *skipped* of all
suites) and of Ant (``JUnit.xsd``, which demands *hostname* and *time*, and knows no output of a case): neither the
host nor a file's time is looked at, so that they hold what Ant's schema says for what is not known, and 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from provenance.plain import MACHINE, plain
from provenance.policy.formats.about import About
from provenance.policy.tally import Tally, fails
from provenance.policy.verdict import Outcome, Verdict
from provenance.report.wording import Catalogue


def render(verdicts: Iterable[Verdict], about: About, tally: Tally, say: Catalogue) -> Iterator[str]:
    """Yield the document. *verdicts* is walked twice: for the cases, and for what those that pass have to say."""
    counts = f'tests="{tally.files}" failures="{tally.findings}" errors="{tally.unjudged}" skipped="0"'
    made = about.made.rstrip("Z")
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield "<testsuites>\n"
    yield f'<testsuite name={_attribute(about.policy)} package="provenance check" id="0" {counts}'
    yield f' timestamp={_attribute(made)} hostname="localhost" time="0">\n'
    yield "<properties>\n"
    for name, value in _properties(about, tally):
        yield f"<property name={_attribute(name)} value={_attribute(value)}/>\n"
    yield "</properties>\n"
    for verdict in verdicts:
        yield from _case(verdict, about, say)
    yield "<system-out>"
    for verdict in verdicts:
        if not verdict.problem and not fails(verdict, about.fail_on):
            name = plain(verdict.name, limit=MACHINE)
            yield from (escape(f"{name}: {told(outcome)}\n") for outcome in verdict.outcomes)
    yield "</system-out>\n<system-err/>\n</testsuite>\n</testsuites>\n"


def _properties(about: About, tally: Tally) -> Iterator[tuple[str, str]]:
    yield "policy.sha256", about.sha256
    yield "fail_on", about.fail_on.value
    yield "waived", str(tally.waived)
    yield from ((f"context.{name}", value) for name, value in about.context)


def _case(verdict: Verdict, about: About, say: Catalogue) -> Iterator[str]:
    folder, _, _ = plain(verdict.name, limit=MACHINE).rpartition("/")
    yield f'<testcase classname={_attribute(folder or ".")} name={_attribute(verdict.name)} time="0">'
    if verdict.problem:
        yield f'<error type="could_not_judge" message={_attribute(verdict.problem)}/>'
    elif fails(verdict, about.fail_on):
        first = next((outcome.sentence for outcome in verdict.outcomes if not outcome.waived), "")
        message = f"{say.term('verdict.group', verdict.decision.value)}: {first}"
        yield f"<failure type={_attribute(verdict.decision.value)} message={_attribute(message)}>"
        yield escape("\n".join(map(told, verdict.outcomes))) + "</failure>"
    yield "</testcase>\n"


def told(outcome: Outcome) -> str:
    """Return one rule in one line."""
    parts = (f"{outcome.decision.value}: {outcome.rule}:", outcome.sentence, outcome.limited, outcome.waived)
    return plain(" ".join(filter(None, (*parts, outcome.link))), limit=MACHINE)


def _attribute(text: str) -> str:
    return quoteattr(plain(text, limit=MACHINE))
