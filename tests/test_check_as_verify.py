"""`check` judges as `verify` does: as on a day, with a store, and from a program with a cache of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import provenance
from provenance.signing.options import Options
from provenance.signing.sign import sign
from tests.support.artist import DRAWN_BY_HAND, Artist
from tests.support.environment import Ran
from tests.support.pictures import png
from tests.test_check_command import pictures as pictures
from tests.test_check_command import run as run

Run = Callable[..., Ran]

POLICY = """
schema_version = "1"
id = "house"
title = "The house's own"
evidence = "intact"

[[requirement]]
id = "signed"
that = { integrity = { any_of = ["intact"] } }
on_fail = "reject"
message = "It must be signed, and the certificate valid."
"""


@pytest.fixture
def policy(tmp_path: Path) -> str:
    (tmp_path / "house.toml").write_text(POLICY, encoding="utf-8")
    return "house.toml"


def decision(ran: Ran) -> str:
    (found,) = [json.loads(line)["decision"] for line in ran.out.splitlines()]
    assert isinstance(found, str)
    return found


def test_certificates_are_judged_as_on_a_day(run: Run, policy: str, pictures: dict[str, bytes], tmp_path: Path) -> None:
    """What holds today does not in a hundred years, nor does the cache mix the two up; a moment may have a zone."""
    (tmp_path / "a.png").write_bytes(pictures["signed"])
    line = ("check", "a.png", "--policy", policy, "--format", "jsonl")
    late = f"{date.today().year + 100}-01-01"

    days = [decision(run(*line, *as_of)) for as_of in ((), ("--as-of", late), ("--as-of", f"{late}T00:00:00Z"), ())]

    assert days == ["pass", "reject", "reject", "pass"]


@pytest.mark.parametrize("command", ["check", "verify"])
@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (("--as-of", "yesterday"), "as of: 'yesterday' is not a date; write it as 2026-11-23"),
        (("--store", "gone"), "--store: 'gone' is not a folder"),
    ],
)
def test_what_cannot_be_judged_by_is_one_line(
    command: str, option: tuple[str, ...], sentence: str, run: Run, policy: str, tmp_path: Path
) -> None:
    """Said once, before any file is read: a store that is not there would make every picture an unsigned one."""
    for name in ("a.png", "b.png"):
        png(tmp_path / name)

    ran = run(command, "a.png", "b.png", *option, *(("--policy", policy) if command == "check" else ()))

    assert (ran.exit, ran.out, ran.err) == (2, "", f"error: {sentence}\n")


def test_a_store_is_looked_into_anew(run: Run, policy: str, artist: Artist, tmp_path: Path) -> None:
    """A picture that nobody touched has credentials once its store has; the cache does not hide them."""
    store = tmp_path / "elsewhere" / "store"
    store.mkdir(parents=True)
    picture = png(tmp_path / "a.png")
    line = ("check", "a.png", "--policy", policy, "--format", "jsonl", "--store", str(store))
    before = [decision(run(*line)) for _ in range(2)]

    sign(picture, DRAWN_BY_HAND, credential=artist.credential, options=Options(sidecar=True, store=store))

    assert before == ["reject", "reject"]
    assert decision(run(*line)) == "pass"
    assert decision(run(*line[:-2])) == "reject"


def test_a_program_keeps_what_it_found(
    policy: str, pictures: dict[str, bytes], tmp_path: Path, monkeypatch: Any
) -> None:
    """With a cache nothing is read twice, and another day is another question; a file that is none is left alone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.png").write_bytes(pictures["signed"])
    (tmp_path / "notes").write_text("mine")

    def decisions(**more: Any) -> list[str]:
        return [str(one.decision) for one in provenance.check(["a.png"], policy, cache="kept.sqlite", **more)]

    first = decisions()
    size = (tmp_path / "kept.sqlite").stat().st_size

    assert (first, decisions(), decisions(as_of="2199-01-01")) == (["pass"], ["pass"], ["reject"])
    assert size
    with pytest.raises(provenance.ProvenanceError, match=r"^notes: "):
        list(provenance.check(["a.png"], policy, cache="notes"))
    assert (tmp_path / "notes").read_text() == "mine"
