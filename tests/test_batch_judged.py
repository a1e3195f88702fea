"""Many files under one policy: each in its place, each as if it were alone, and read once."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provenance.batch.cache import Cache
from provenance.batch.found import Found, Known, cleaned, facts_of, known_of, packed
from provenance.batch.judged import Done, Judged, Judging, judged, opened_cache
from provenance.batch.looked import Looked
from provenance.batch.model import LeftOut, Why
from provenance.batch.sources import entries, gather
from provenance.container.model import Limits
from provenance.policy import facts as plain_facts
from provenance.policy.deriving import facts_of as derived
from provenance.policy.judge import judge
from provenance.policy.loading import Policy, load
from provenance.policy.verdict import Decision
from provenance.terms import TimeKind
from provenance.verification.check import check
from provenance.verification.options import Options
from provenance.worker.codec import CodecError
from provenance.worker.settings import Settings
from tests.hostile.case import DEFAULT
from tests.hostile.cases import CASES
from tests.hostile.cases_limits import CASES as LIMITS
from tests.support.pictures import draw
from tests.support.report import hand_drawn

SETTINGS = Settings(wall_seconds=8)
OPTIONS = Options(home="")
POLICY = load("contest-open")


def done(
    *paths: Path, policy: Policy = POLICY, options: Options = OPTIONS, cache: Cache | None = None, rehash: bool = False
) -> list[Done]:
    """Judge what lies at *paths*."""
    found = entries(gather([str(path) for path in paths]))
    return list(
        judged(
            found, policy, options=options, settings=SETTINGS, context={}, cache=cache, rehash=rehash, slots=2,
        )
    )  # fmt: skip


def files(found: Iterable[Done]) -> Iterator[Judged]:
    return (one for one in found if isinstance(one, Judged))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every file that was built to mislead."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, case in CASES.items():
        case.write(folder, name)
    return folder


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(OPTIONS, id="nobody", marks=pytest.mark.deep),
        pytest.param(Options(trust=DEFAULT.trust()), id="lists"),
    ],
)
def test_facts_of_many_are_those_of_each_alone(options: Options, hostile: Path) -> None:
    """Over the whole hostile set, in groups, with what is shared between files: the same facts and the same verdict."""
    found = [one for one in files(done(hostile, options=options)) if one.facts is not None]

    assert len(found) > 100
    for one in found:
        alone = derived(check(Path(one.where), options=replace(options, digest=True)), now=datetime.now(UTC))
        assert one.facts == alone, one.where
        wanted = judge(alone, POLICY, context={}, path=one.where, now=datetime.now(UTC))
        assert one.verdict == wanted, one.where


def test_a_sum_of_facts_is_made_without_them(hostile: Path) -> None:
    """The packed form gives the SHA-256 of the facts' line of JSON."""
    one = next(one for one in files(done(hostile)) if one.known is not None)

    assert one.known is not None
    assert one.facts is not None
    assert one.known.facts_sha256 == plain_facts.digest(replace(one.facts, name="ä b.png", path="c/ä b.png"))
    assert facts_of(Known(packed(one.facts), one.known.size, one.known.sha256, one.known.time), one.name) == one.facts


def test_a_poisoned_file_costs_itself_only(tmp_path: Path) -> None:
    """A memory bomb among forty good files: it is for a person, with the reason; the others are judged."""
    CASES["good"].write(tmp_path, "good")
    good = next(tmp_path.iterdir())
    for number in range(40):
        shutil.copy(good, tmp_path / f"{number:02}{good.suffix}")
    LIMITS["huge_bytes"].write(tmp_path, "20_bomb")
    lifted = Limits(**dict.fromkeys(Limits.__match_args__, 1 << 40))

    found = list(files(done(tmp_path, options=Options(limits=lifted))))

    bad = [one for one in found if one.verdict.problem]
    assert len(found) == 42
    assert [Path(one.where).stem for one in bad] == ["20_bomb"]
    assert (bad[0].verdict.decision, bad[0].verdict.problem) == (
        Decision.REVIEW, "the limit memory_mib of 1024 was reached"
    )  # fmt: skip


def test_what_is_no_picture_is_left_out(tmp_path: Path) -> None:
    """A text with an unknown name has no verdict; one that is named has."""
    draw((8, 8)).save(tmp_path / "a.png")
    (tmp_path / "notes.xyz").write_text("nothing")

    found = done(tmp_path)

    assert [one.name for one in files(found)] == ["a.png"]
    assert [one for one in found if isinstance(one, LeftOut)] == [LeftOut(str(tmp_path / "notes.xyz"), Why.NO_PICTURE)]
    assert len(list(files(done(tmp_path / "notes.xyz")))) == 1


def test_nothing_of_a_child_is_shown_as_it_came() -> None:
    """A common part of facts is sanitised once more, and refused if it is none."""
    assert cleaned('{"media_type":"\\u001b[31m","integrity":"intact","schema_version":"1"}') == (
        '{"integrity":"intact","media_type":"\\\\u{001B}[31m","schema_version":"1"}'
    )
    for wrong in ("{}", "[]", "x", '{"media_type":1}', '{"name":"x","media_type":"","integrity":"intact"}'):
        with pytest.raises(CodecError):
            cleaned(wrong)


def test_what_is_kept_heeds_paths_sums_and_times(tmp_path: Path) -> None:
    """Overrides, waivers for a sum, a file's time and name: none is taken over from another file."""
    now = datetime(2026, 11, 28, tzinfo=UTC)
    text = (
        'schema_version = "1"\nid = "x"\n'
        '[[requirement]]\nid = "time"\nthat = { time = { before = "2026-01-01" } }\non_fail = "reject"\n'
        '[[requirement]]\nid = "name"\nthat = { name = { any_of = ["*.png"] } }\non_fail = "review"\n'
        '[[override]]\npaths = ["wip/**"]\nrules = ["name"]\noff = true\n'
        f'[[waiver]]\nrules = ["time"]\nsha256 = ["{"5" * 64}"]\nreason = "r"\nauthor = "a"\nexpires = "2027-01-01"\n'
    )
    (tmp_path / "x.toml").write_text(text, "utf-8")
    policy = load(str(tmp_path / "x.toml"))
    judging = Judging(policy, {}, language="en", now=now)
    human = derived(hand_drawn(), now=now)
    common = packed(replace(human, time_kind=TimeKind.TRUSTED))
    early, late = "2025-05-05T00:00:00Z", "2026-05-05T00:00:00Z"
    cases = [
        ("a.png", "1" * 64, early, "pass"), ("b.png", "2" * 64, late, "reject"), ("c.png", "5" * 64, late, "pass"),
        ("a.jpg", "3" * 64, early, "review"), ("wip/a.jpg", "3" * 64, early, "pass"), ("d.png", "1" * 64, early, "pass"),
    ]  # fmt: skip

    for where, sha256, time, decision in cases:
        name = where.rpartition("/")[2]
        known = known_of(common, Found(0, 1, sha256, time=time))
        found = judging.judged(Looked(where, name, known)).verdict
        alone = judge(facts_of(known, name), policy, context={}, path=where, now=now)
        assert (found.decision.value, found) == (decision, alone)


def test_what_is_declared_beside_a_file_is_in_its_facts(tmp_path: Path) -> None:
    """Its own file and the folder's; another file of the folder above is passed over, and a cached run sees a change."""
    for name in ("a.png", "b.png", "deep/c.png"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        draw((8, 8)).save(tmp_path / "in" / name)
    beside = tmp_path / "in" / "a.png.provenance.toml"
    beside.write_text('origin = "generated"\n')
    (tmp_path / "in" / "deep" / "provenance.toml").write_text('origin = "photograph"\n')

    def told() -> list[tuple[str, str, tuple[str, ...]]]:
        with opened_cache(tmp_path / "facts.sqlite", OPTIONS) as cache:
            found = [one.facts for one in files(done(tmp_path / "in", cache=cache)) if one.facts]
        return [(one.name, one.declared_beside, one.source_types_beside) for one in found]

    first = told()
    beside.unlink()

    assert first == [
        ("a.png", "declared", ("trainedAlgorithmicMedia",)),
        ("b.png", "", ()),
        ("c.png", "declared", ("digitalCapture",)),
    ]
    assert told()[0] == ("a.png", "", ())


def test_a_policy_that_looks_at_paths_looks_at_each(tmp_path: Path) -> None:
    """Overrides and waivers, by path and by sum, are kept apart between files that are alike."""
    CASES["good"].write(tmp_path, "a")
    good = next(tmp_path.iterdir())
    for name in ("b", "c", "d"):
        (tmp_path / name).mkdir()
        shutil.copy(good, tmp_path / name / good.name)
    rules = tmp_path / "rules.toml"
    rules.write_text(
        'schema_version = "1"\nid = "x"\ntitle = "x"\nevidence = "known"\n'
        '[[requirement]]\nid = "known"\nthat = { signer_level = { at_least = "listed" } }\non_fail = "reject"\n'
        'message = "m"\n[[override]]\npaths = ["**/b/**"]\non_fail = "note"\n'
        '[[waiver]]\nrules = ["known"]\npaths = ["**/c/**"]\nreason = "r"\nauthor = "a"\nexpires = "2099-01-01"\n'
    )

    found = {Path(one.where).parent.name: one.verdict for one in files(done(tmp_path, policy=load(str(rules))))}

    assert [found[name].decision for name in "bcd"] == [Decision.NOTE, Decision.PASSED, Decision.REJECT]
    assert [found[name].outcomes[0].waived != "" for name in "bcd"] == [False, True, False]
