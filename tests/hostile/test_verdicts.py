"""Every hostile file gets the verdict that its row in ``docs/verdicts.md`` says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from provenance.terms import Integrity, Level
from provenance.verification.check import check
from provenance.verification.options import Options
from tests.hostile import table
from tests.hostile.case import Case, codes
from tests.hostile.cases import CASES, GROUPS


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_verdict(case: Case, tmp_path: Path) -> None:
    """Integrity, level and findings are those of the case; whatever the engine says by itself."""
    path = case.write(tmp_path)

    found = check(path, options=Options(trust=case.reader.trust()))

    assert (found.integrity, found.level) == (case.integrity, case.level), found.problem or codes(found)
    assert set(case.codes) <= codes(found)
    assert case.chain in {None, found.chain_intact}
    assert case.check is None or case.check(found)


def test_nothing_broken_is_attributed(tmp_path: Path) -> None:
    """No case makes a signer listed or known whose manifest is not intact: the cases themselves never ask for it."""
    wrong = [
        name
        for name, case in CASES.items()
        if case.integrity is not Integrity.INTACT and case.level is not Level.UNVERIFIED
    ]

    assert wrong == []


def test_every_group_has_cases() -> None:
    """Each group of the threat model that has a measured finding is there, and no other."""
    assert {case.group for case in CASES.values()} == set(GROUPS)
    assert len(CASES) >= 90


@pytest.mark.skipif(shutil.which("node") is None, reason="Node, which packs some cases, is missing")
def test_table_is_current() -> None:
    """``docs/verdicts.md`` says what the cases say; `python -m tests.hostile.table` writes it anew."""
    assert table.PAGE.read_text("utf-8") == table.page()
