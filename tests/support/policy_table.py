"""Every policy against every kind of file: the table of ``docs/policies.md``.

Run as ``python -m tests.support.policy_table`` to write it anew; read the difference before you commit it.
"""

from __future__ import annotations

from functools import cache

from provenance.policy.facts import Facts
from provenance.policy.judge import judge, unjudged
from provenance.policy.loading import Policy, load, templates
from provenance.policy.verdict import Verdict
from tests.support.environment import CHECKOUT
from tests.support.policy_files import KINDS, facts_by_kind
from tests.support.report import NOW

PAGE = CHECKOUT / "docs" / "policies.md"
EXAMPLES = CHECKOUT / "examples" / "policies"
BEGIN, END = "<!-- the table begins; python -m tests.support.policy_table -->\n", "<!-- the table ends -->\n"
CONTEXT: dict[str, dict[str, object]] = {"steam": {"use": "shipped"}, "studio": {"shipped": True}, "contest-disclose": {"declared_ai": False}}  # fmt: skip


@cache
def policies() -> dict[str, Policy]:
    """Every template, then every example, by id."""
    found = [load(name) for name in templates()]
    found += [load(str(path)) for path in sorted(EXAMPLES.glob("*.toml"))]
    return {policy.id: policy for policy in found}


def verdict(policy: Policy, kind: str) -> Verdict:
    facts = facts_by_kind()[kind]
    if not isinstance(facts, Facts):
        return unjudged(f"{kind}.png", policy, facts)
    return judge(facts, policy, context=CONTEXT.get(policy.id, {}), path=f"entries/{kind}.png", now=NOW)


def table() -> str:
    """Return both tables as Markdown."""
    parts = []
    for title, names in (
        ("Templates", [name for name in policies() if name in templates()]),
        ("Unofficial readings of others' rules", [name for name in policies() if name not in templates()]),
    ):
        parts.append(f"### {title}\n\n| file | {' | '.join(names)} |\n|---|{'---|' * len(names)}\n")
        for kind in KINDS:
            cells = " | ".join(verdict(policies()[name], kind).decision.value for name in names)
            parts.append(f"| {kind} | {cells} |\n")
        parts.append("\n")
    parts.append("| file | what it is |\n|---|---|\n")
    parts += [f"| {name} | {kind.does} |\n" for name, kind in KINDS.items()]
    return "".join(parts)


def page() -> str:
    """Return the page with the table as it is now."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    return before + BEGIN + "\n" + table() + "\n" + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8", newline="\n")
