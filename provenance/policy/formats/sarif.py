"""SARIF 2.1.0 (OASIS), as code scanning reads it: a result for each rule that a file does not meet.

reject is ``error``, review ``warning``, disclose and note ``note``; what only warns is never an error. A waiver is a
suppression with its justification (§3.35), a file that could not be judged a tool notification (§3.58) and a result.
Files are named by URIs relative to where the command ran (§3.4.3), a path from elsewhere by a file URI.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from provenance.plain import MACHINE, plain
from provenance.policy.formats.about import About
from provenance.policy.tally import Tally
from provenance.policy.verdict import Decision, Outcome, Verdict
from provenance.report.wording import Catalogue

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://pypi.org/project/provenance-toolkit/"
UNJUDGED = "provenance.could-not-judge"
BASE = "%SRCROOT%"
_LEVELS = {Decision.REJECT: "error", Decision.REVIEW: "warning", Decision.PASSED: "none"}
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def render(verdicts: Iterable[Verdict], about: About, tally: Tally, say: Catalogue) -> Iterator[str]:
    """Yield the log. *verdicts* is walked twice: for what could not be judged, and for the results."""
    rules = list(_rules(about, tally, say))
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    problems = [_notification(verdict) for verdict in verdicts if verdict.problem]
    run = {
        "tool": {
            "driver": {
                "name": "provenance",
                "informationUri": HOME,
                **({"semanticVersion": about.version} if about.version else {}),
                "rules": rules,
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not tally.unjudged,
                "exitCode": tally.exit_code(exit_zero=about.exit_zero),
                **({"startTimeUtc": about.made} if about.made else {}),
                **({"toolExecutionNotifications": problems} if problems else {}),
            }
        ],
        "properties": {
            "policy": about.policy,
            "policySha256": about.sha256,
            "failOn": about.fail_on.value,
            "files": tally.files,
            "waived": tally.waived,
        },
    }
    head = json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})
    yield head.removesuffix("}]}") + ', "results": ['
    comma = "\n"
    for verdict in verdicts:
        for result in _results(verdict, about, index, say):
            yield comma + json.dumps(result)
            comma = ",\n"
    yield "\n]}]}\n"


def _rules(about: About, tally: Tally, say: Catalogue) -> Iterator[dict[str, Any]]:
    known = {rule.id for rule in about.rules}
    for rule in about.rules:
        kind = say(f"verdict.rule.{rule.kind.value}")
        more = {"helpUri": rule.link} if rule.link else {}
        yield _rule(rule.id, rule.message or kind, f"{kind}. {rule.link}".rstrip()) | more
    for name in sorted(set(tally.rules) - known):  # our own, which no policy can leave out
        yield _rule(name, say("verdict.rule.own"), say("verdict.rule.own"))
    yield _rule(UNJUDGED, say("verdict.group.unjudged"), say("verdict.rule.own"))


def _rule(name: str, says: str, help_: str) -> dict[str, Any]:
    # The full description and the help are what GitHub demands beyond the standard.
    told = {"text": _text(says)}
    return {"id": name, "shortDescription": told, "fullDescription": told, "help": {"text": _text(help_)}}


def _notification(verdict: Verdict) -> dict[str, Any]:
    return {"level": "error", "message": {"text": _text(verdict.problem)}, "locations": [_location(verdict.name)]}


def _results(verdict: Verdict, about: About, index: dict[str, int], say: Catalogue) -> Iterator[dict[str, Any]]:
    if verdict.problem:
        yield _result(verdict, UNJUDGED, index, "error", f"{say('verdict.group.unjudged')}: {verdict.problem}")
    for outcome in verdict.outcomes:
        level = _LEVELS.get(outcome.decision, "note")
        if level == "error" and not about.enforced:
            level = "warning"
        message = " ".join(filter(None, (outcome.sentence, outcome.limited)))
        result = _result(verdict, outcome.rule, index, level, message or outcome.rule)
        result["properties"] = {
            "decision": outcome.decision.value,
            "answer": outcome.answer.value,
            "kind": outcome.kind.value,
            "facts": list(outcome.facts),
        }
        yield result | _suppressed(outcome)


def _suppressed(outcome: Outcome) -> dict[str, Any]:
    if not outcome.waived:
        return {}
    return {
        "suppressions": [
            {"kind": "external", "status": "accepted", "justification": plain(outcome.waived, limit=MACHINE)}
        ]
    }


def _result(verdict: Verdict, rule: str, index: dict[str, int], level: str, message: str) -> dict[str, Any]:
    place = hashlib.sha256(f"{verdict.name}\n{rule}".encode("utf-8", "surrogateescape")).hexdigest()
    return {
        "ruleId": rule,
        **({"ruleIndex": index[rule]} if rule in index else {}),
        "level": level,
        "message": {"text": _text(message)},
        "locations": [_location(verdict.name)],
        "partialFingerprints": {"fileAndRule/v1": place},
    }


def _location(name: str) -> dict[str, Any]:
    # A picture has no lines, but code scanning shows no result without one.
    return {"physicalLocation": {"artifactLocation": _artifact(name), "region": {"startLine": 1}}}


def _artifact(name: str) -> dict[str, str]:
    path = name.replace("\\", "/") if _DRIVE.match(name) else name
    shown = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    if path.startswith("/"):
        return {"uri": f"file://{shown}"}
    if _DRIVE.match(name):
        return {"uri": f"file:///{shown.replace('%3A', ':', 1)}"}
    return {"uri": shown.removeprefix("./"), "uriBaseId": BASE}


def _text(text: str) -> str:
    """Return *text* as a message: braces are no places to be filled in (§3.11.5), brackets no links (§3.11.6)."""
    shown = plain(text, limit=MACHINE).replace("{", "{{").replace("}", "}}")
    return shown.replace("[", "\\[").replace("]", "\\]") if "](" in shown else shown
