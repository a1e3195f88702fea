"""A declaration beside a file as facts: a tier of its own, which never counts as signed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provenance.declaration.beside import text_of
from provenance.declaration.model import Declaration
from provenance.policy.beside import with_beside, words_of
from provenance.policy.deriving import facts_of
from provenance.policy.facts import Facts
from provenance.policy.judge import judge
from provenance.policy.loading import load
from provenance.policy.verdict import Decision, Verdict
from provenance.signing.options import Options as SignOptions
from provenance.signing.sign import sign
from provenance.terms import Integrity
from provenance.verification.check import check
from provenance.verification.options import Options
from tests.support.artist import DRAWN_BY_HAND, Artist
from tests.support.environment import Ran
from tests.support.pictures import png

NOW = datetime(2026, 11, 28, tzinfo=UTC)
GENERATED = Declaration.from_dict({"origin": "generated", "tools": ["Model 3"]})
POLICY = """\
schema_version = "1"
id = "t"
title = "T"
about = "A"
evidence = "known"
[[requirement]]
id = "declared"
that = { declared_beside = { any_of = ["declared"] } }
on_fail = "reject"
message = { en = "m" }
[[conclusion]]
id = "no-ai"
that = { ai_kinds = { none_of = ["generation", "inpainting"] } }
on_fail = "reject"
on_unknown = "note"
message = { en = "m" }
"""


def facts_at(picture: Path) -> Facts:
    found = check(picture, options=Options(digest=True))
    return with_beside(facts_of(found, now=NOW), picture)


def declare(picture: Path, declaration: Declaration) -> Path:
    own = picture.with_name(picture.name + ".provenance.toml")
    own.write_text(text_of(declaration, hashlib.sha256(picture.read_bytes()).hexdigest()), encoding="utf-8")
    return own


def verdict(facts: Facts, tmp_path: Path) -> Verdict:
    (tmp_path / "policy.toml").write_text(POLICY)
    return judge(facts, load(str(tmp_path / "policy.toml")), context={}, path=facts.name, now=NOW)


def test_declared_is_a_tier_of_its_own(tmp_path: Path) -> None:
    """What lies beside the file is shown as that; no signed fact, and nothing about integrity, changes for it."""
    picture = png(tmp_path / "a.png")
    bare = facts_of(check(picture, options=Options(digest=True)), now=NOW)
    declare(picture, DRAWN_BY_HAND)

    facts = facts_at(picture)

    changed = {name for name in Facts.__match_args__ if getattr(facts, name) != getattr(bare, name)}
    assert changed == {"declared_beside", "declared_beside_by", "tools_beside", "source_types_beside", "unverified"}
    assert (facts.declared_beside, facts.declared_beside_by) == ("declared", "picture")
    assert facts.tools_beside == ("Krita 5.2.6",)
    assert facts.integrity is Integrity.NO_CREDENTIALS


def test_saved_again_is_stale_and_counts_for_nothing(tmp_path: Path) -> None:
    """Other bytes: stale, not altered, and none of its words stays."""
    picture = png(tmp_path / "a.png")
    declare(picture, GENERATED)
    png(picture, shift=7)

    facts = facts_at(picture)

    assert facts.declared_beside == "stale"
    assert facts.ai_kinds_beside == ()
    assert facts.integrity is Integrity.NO_CREDENTIALS


def test_signed_in_place_is_not_stale(tmp_path: Path, artist: Artist) -> None:
    """A file whose bytes changed because it was signed is signed since; saved again after that, it is altered, too."""
    picture = png(tmp_path / "a.png")
    declare(picture, DRAWN_BY_HAND)
    sign(picture, DRAWN_BY_HAND, credential=artist.credential, options=SignOptions(in_place=True))
    after = facts_at(picture)
    data = bytearray(picture.read_bytes())
    data[-20] ^= 1
    picture.write_bytes(data)

    tampered = facts_at(picture)

    assert after.declared_beside == "signed_since"
    assert (tampered.integrity, tampered.declared_beside) == (Integrity.ALTERED, "stale")


def test_times_are_weak_and_a_fault_is_unreadable(tmp_path: Path) -> None:
    """Without a sum an older declaration is only "older"; one that cannot be accepted says nothing."""
    picture = png(tmp_path / "a.png")
    own = picture.with_name(picture.name + ".provenance.toml")
    own.write_text('origin = "generated"\n')
    os.utime(own, (1, 1))
    older = facts_at(picture)
    own.write_text('origim = "generated"\n')

    broken = facts_at(picture)

    assert (older.declared_beside, older.ai_kinds_beside) == ("older", ("generation",))
    assert (broken.declared_beside, broken.ai_kinds_beside) == ("unreadable", ())


def test_a_folders_file_is_told_apart(tmp_path: Path) -> None:
    """What holds for a folder is declared by the folder."""
    picture = png(tmp_path / "a.png")
    (tmp_path / "provenance.toml").write_text('origin = "scan"\n')

    facts = facts_at(picture)

    assert (facts.declared_beside, facts.declared_beside_by) == ("declared", "folder")


def test_it_never_helps_and_never_condemns(tmp_path: Path) -> None:
    """AI declared beside a file makes a person look and rejects nothing; a clean declaration passes no rule about AI."""
    picture = png(tmp_path / "a.png")
    declare(picture, GENERATED)
    admitted = verdict(facts_at(picture), tmp_path)
    clean = Declaration.from_dict(DRAWN_BY_HAND.to_dict() | {"no_generative_ai": "process"})
    declare(picture, clean)

    silent = verdict(facts_at(picture), tmp_path)

    assert admitted.decision is Decision.REVIEW
    assert "not signed" in admitted.outcomes[0].sentence
    assert silent.decision is Decision.NOTE  # unknown: nothing beside a file is an answer


@pytest.mark.parametrize(
    ("ai", "expected"),
    [
        ({"kind": "inpainting"}, {"ai_kinds": ("generative edit", "inpainting"), "ai_uses": ("ai_edited",)}),
        ({"kind": "upscaling"}, {"possibly_kinds": ("upscaling",), "ai_uses": ("possibly",)}),
        ({"kind": "denoising"}, {"ai_kinds": ("denoising",)}),
        ({"kind": "reference or idea"}, {"ai_kinds": ("reference or idea",)}),
        ({"kind": "generation", "extent": "whole picture"}, {"ai_uses": ("generated_parts",), "ai_kinds": ("generation", "generative edit")}),
    ],
    ids=lambda value: value.get("kind", "") if isinstance(value, dict) else "",
)  # fmt: skip
def test_words_are_those_of_signed_facts(
    ai: dict[str, str], expected: dict[str, tuple[str, ...]], artist: Artist, tmp_path: Path
) -> None:
    """A step beside a file gives the very words that it gives once it is signed."""
    declaration = Declaration.from_dict({"origin": "photograph", "steps": [{"ai": ai}]})
    picture = png(tmp_path / "a.png")
    signed = sign(picture, declaration, credential=artist.credential)
    derived = facts_of(signed.verification, now=NOW)

    words = words_of(declaration)

    for family in ("ai_uses", "ai_kinds", "generative_kinds", "possibly_kinds", "source_types"):
        assert words.get(f"{family}_beside", ()) == getattr(derived, f"{family}_unknown_signer"), family
    for family, found in expected.items():
        assert words[f"{family}_beside"] == found


def test_a_folder_holds_whatever_somebody_declares(tmp_path: Path, run: Callable[..., Ran]) -> None:
    """A sound in a folder is judged if it is declared beside, as one with credentials beside is; another is left out."""
    for name in ("declared.wav", "other.wav"):
        (tmp_path / name).write_bytes(b"RIFF\x04\x00\x00\x00WAVE")
    declare(tmp_path / "declared.wav", GENERATED)
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY, "utf-8")

    done = run("check", tmp_path, "--policy", policy, "--format", "jsonl", "--no-cache", "--quiet")

    (found,) = map(json.loads, done.out.splitlines())
    assert (Path(found["name"]).name, found["decision"], found["outcomes"][0]["rule"]) == (
        "declared.wav", "review", "no-ai",
    )  # fmt: skip
