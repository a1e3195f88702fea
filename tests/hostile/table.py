"""What the engine alone said when it was last looked at, and the table of verdicts.

Run as ``python -m tests.hostile.table`` to record the engine's answers anew and write ``docs/verdicts.md``;
read the difference before you commit it.
"""

from __future__ import annotations

import json
from pathlib import Path

from provenance.engine.versions import versions
from provenance.terms import Integrity, Level
from tests.hostile.case import Case, engine_says
from tests.hostile.cases import ASKED, CASES, GROUPS
from tests.support.environment import CHECKOUT

RECORD = Path(__file__).with_name("engine_says.json")
PAGE = CHECKOUT / "docs" / "verdicts.md"
_HEAD = """# What we say of hostile files

One row per attack or fault that the suite builds at run time and checks (`tests/hostile/`).
Written by `python -m tests.hostile.table`; a test keeps it equal to the cases.
*Engine* is c2pa-rs {version} under the same trust anchors, offline: its state and its failure codes.
*Valid*, *Trusted* and *Invalid* are its words; `raises` means that it gives no report at all.
*We say* is the integrity and how the signer is known, then the codes that must be among the findings.
The rows say what must come out, not how the file is made.
"""


_LEVELS = {Level.LISTED: "listed", Level.KNOWN: "known", Level.INTACT: "unknown"}


def engine_version() -> str:
    return dict(versions())["c2pa-rs"]


def recorded() -> dict[str, str]:
    found: dict[str, str] = json.loads(RECORD.read_text("utf-8"))["says"]
    return found


def recorded_version() -> str:
    return str(json.loads(RECORD.read_text("utf-8"))["engine"])


def page() -> str:
    """Return the table as Markdown."""
    says = recorded()
    parts = [_HEAD.format(version=recorded_version())]
    for group, title in GROUPS.items():
        rows = [_row(name, case, says) for name, case in CASES.items() if case.group == group]
        parts.append(
            f"## {group}: {title}\n\n| case | what it is | engine | we say |\n|---|---|---|---|\n" + "".join(rows)
        )
    return "\n".join(parts)


def _row(name: str, case: Case, says: dict[str, str]) -> str:
    state, *codes = [case.engine] if case.engine else says[name].split()
    engine = " ".join([state, *(f"`{code}`" for code in codes)])
    chain = "; chain not intact" if case.chain is False and case.integrity is Integrity.INTACT else ""
    level = f" · signer {_LEVELS[case.level]}" if case.level in _LEVELS else ""
    ours = f"{case.integrity.value.replace('_', ' ')}{level}{chain}"
    return f"| {name} | {case.does} | {engine} | {' '.join([ours, *(f'`{code}`' for code in case.codes)])} |\n"


def record() -> None:
    """Ask the engine about every case that it survives, and write down what it says."""
    says = {name: str(engine_says(case)) for name, case in sorted(ASKED.items())}
    RECORD.write_text(json.dumps({"engine": engine_version(), "says": says}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    record()
    PAGE.write_text(page(), "utf-8")
