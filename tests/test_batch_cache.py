"""The cache of facts: what is served from it, what never is, and what happens to one that is damaged."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from provenance.batch.cache import NAME, Cache, Entry, folder
from provenance.batch.found import Known
from provenance.batch.judged import Judged, judged, opened_cache
from provenance.batch.sources import entries, gather
from provenance.errors import OutputError
from provenance.policy.loading import load
from provenance.signing.options import Options as Signing
from provenance.signing.sign import sign
from provenance.terms import Integrity
from provenance.trust.model import Denial, Trust
from provenance.verification.options import Options
from provenance.worker.settings import Settings
from tests.hostile.case import DEFAULT
from tests.hostile.cases import CASES
from tests.support.artist import DRAWN_BY_HAND, Artist
from tests.support.pictures import draw

OPTIONS = Options(trust=DEFAULT.trust())
POLICY = load("contest-open")


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Folders of three signed pictures that have lain there for a while; to move a folder changes no file."""
    made = tmp_path_factory.mktemp("stock")
    good = CASES["good"].write(made, "a")
    found = [made / str(number) for number in range(20)]
    for path in found:
        path.mkdir()
        for name in ("a", "b", "c"):
            shutil.copy(good, path / f"{name}{good.suffix}")
    settled(found[-1])
    return found


@pytest.fixture
def pictures(stock: list[Path], tmp_path: Path) -> Path:
    """One of these folders."""
    return stock.pop().rename(tmp_path / "pictures")


def settled(made: Path) -> Path:
    """Wait until a change of what lies in *made* would show."""
    latest = max(path.stat().st_ctime for path in made.iterdir())
    time.sleep(max(0.0, latest + 2.05 - time.time()))
    return made


def run(made: Path, *, options: Options = OPTIONS, rehash: bool = False, now: datetime | None = None) -> list[Judged]:
    """Judge what lies in *made*, with the cache beside it."""
    with opened_cache(made.parent / "facts.sqlite", options, now=now) as cache:
        found = judged(
            entries(gather([str(made)])), POLICY, options=options, settings=Settings(), context={}, cache=cache,
            rehash=rehash, slots=1,
        )  # fmt: skip
        return [one for one in found if isinstance(one, Judged)]


def read(found: list[Judged]) -> str:
    """Return the names, without endings, of the files that were read."""
    return "".join(Path(one.where).stem for one in found if one.read)


def test_a_second_run_reads_nothing_and_says_the_same(pictures: Path) -> None:
    """What did not change is served; the verdicts are equal."""
    first, second = run(pictures), run(pictures)

    assert (read(first), read(second)) == ("abc", "")
    assert [one.verdict for one in first] == [one.verdict for one in second]
    assert [one.facts for one in first] == [one.facts for one in second]


def test_what_changed_is_read_again(pictures: Path) -> None:
    """A byte changed under the same size and times is seen; so is another file under the name."""
    run(pictures)
    path = next(pictures.glob("b.*"))
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    found = run(pictures)

    assert path.stat().st_size == before.st_size
    assert read(found) == "b"
    assert [one.facts.integrity for one in found if one.facts] == [
        Integrity.INTACT, Integrity.ALTERED, Integrity.INTACT,
    ]  # fmt: skip


def test_what_was_only_moved_or_touched_is_known_by_its_content(pictures: Path) -> None:
    """A new name and a new time cost a sum; no facts are derived anew, and they carry the new name."""
    run(pictures)
    path = next(pictures.glob("b.*"))
    moved = path.rename(path.with_name("d" + path.suffix))
    os.utime(moved)
    with opened_cache(pictures.parent / "facts.sqlite", OPTIONS) as cache:
        known = cache.sizes([moved.stat().st_size])

    found = run(pictures)

    assert known
    assert read(found) == "d"
    assert [one.facts.name for one in found if one.facts] == [path.name for path in sorted(pictures.iterdir())]


@pytest.mark.parametrize("some", [(0, 1), (0, 9), (9, 0), (3,), (0, 2, 4, 6), (0, 99), (99,), tuple(range(10))])
def test_files_are_found_among_the_others_of_their_folder(some: tuple[int, ...], tmp_path: Path) -> None:
    """Next to each other, far apart, in either order, some of them unknown: what is known of each is found."""
    places = [f"/in/{number:02}é.png" for number in range(100)]
    kept = [Entry(place, f"s{place}", f"c{place}", Known("{}", 1, place), 1 << 40) for place in places[:10]]
    with Cache(tmp_path / NAME, "key", now=1) as cache:
        cache.add(kept)
        cache.write()

        found = {place: (stamp, known.sha256) for place, stamp, known in cache.by_place([places[n] for n in some])}

    wanted = [places[n] for n in some if n < 10]
    assert {place: found[place] for place in wanted} == {place: (f"s{place}", place) for place in wanted}
    assert len(found) <= 2 * len(some)


def test_rehash_believes_no_times(pictures: Path) -> None:
    """Every file is read; what its content is known to be is served."""
    run(pictures)

    assert read(run(pictures, rehash=True)) == "abc"
    assert read(run(pictures)) == ""


def test_a_file_that_just_changed_is_not_known_by_its_times(pictures: Path) -> None:
    """It could change again within what a clock of files can tell apart."""
    shutil.copy(next(pictures.glob("a.*")), pictures / "new.png")

    run(pictures)

    assert read(run(pictures)) == "new"


@pytest.mark.parametrize(
    "other",
    [
        Options(),
        Options(trust=Trust(OPTIONS.trust.lists, denied=(Denial("stolen", sha256="0" * 64),))),
        Options(trust=OPTIONS.trust, as_of="2026-01-01T00:00:00+00:00"),
    ],
    ids=["lists", "denials", "as of"],
)
def test_nothing_is_served_under_another_trust(other: Options, pictures: Path) -> None:
    """Other lists, another denial, another moment: other facts, kept beside the first."""
    run(pictures)

    assert read(run(pictures, options=other)) == "abc"
    assert read(run(pictures, options=other)) == ""
    assert read(run(pictures)) == ""


def test_credentials_beside_a_picture_are_part_of_it(tmp_path: Path, artist: Artist) -> None:
    """A sidecar that appears, changes or goes is seen, and a picture without it is another picture."""
    made = tmp_path / "pictures"
    made.mkdir()
    path = made / "a.png"
    draw((32, 32)).save(path)
    sidecar = sign(path, DRAWN_BY_HAND, credential=artist.credential, options=Signing(sidecar=True)).path
    store = sidecar.read_bytes()
    shutil.copy(path, made / "b.png")
    settled(made)

    first = run(made)
    again = run(made)
    sidecar.unlink()
    without = run(made)
    sidecar.write_bytes(store)
    changed = run(made)

    def states(found: list[Judged]) -> list[Integrity]:
        return [one.facts.integrity for one in found if one.facts]

    assert states(first) == states(again) == [Integrity.INTACT, Integrity.NO_CREDENTIALS]
    assert read(again) == ""
    assert (states(without), read(without)) == ([Integrity.NO_CREDENTIALS, Integrity.NO_CREDENTIALS], "a")
    assert (states(changed), read(changed)) == ([Integrity.INTACT, Integrity.NO_CREDENTIALS], "a")


def test_nothing_is_served_past_its_date_or_before_it_was_found(pictures: Path) -> None:
    """A month later, or with a clock that was set back, everything is read."""
    now = datetime.now(UTC)
    run(pictures)

    assert read(run(pictures, now=now + timedelta(hours=1))) == ""
    assert read(run(pictures, now=now + timedelta(days=31))) == "abc"
    assert read(run(pictures, now=now - timedelta(days=1))) == "abc"


def test_what_could_not_be_checked_is_not_kept(pictures: Path) -> None:
    """It may be checked another time."""
    path = CASES["good"].but(build=lambda: b"\xff\xd8\xff\xe0 no picture").write(pictures, "z")
    settled(pictures)
    run(pictures)

    found = run(pictures)

    assert path.exists()
    unchecked = [one for one in found if one.facts and one.facts.integrity is Integrity.NOT_CHECKED]
    assert [one.read for one in unchecked] == [True] * len(unchecked)


@contextmanager
def base(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    with connection:
        yield connection
    connection.close()


@pytest.mark.parametrize("damage", ["garbage", "cut", "texts", "tables"])
def test_a_damaged_cache_is_thrown_away_and_said(damage: str, pictures: Path) -> None:
    """Whatever stands in it: the verdicts are those of the files, a note is left, and the next run begins anew."""
    path = pictures.parent / "facts.sqlite"
    wanted = [one.verdict for one in run(pictures)]
    match damage:
        case "garbage":
            path.write_bytes(path.read_bytes()[:4096] + os.urandom(8 * 4096))
        case "cut":
            path.write_bytes(path.read_bytes()[:5000])
        case "texts":
            with base(path) as tables:
                tables.execute("UPDATE commons SET text = replace(text, 'intact', 'altered')")
        case _:
            with base(path) as tables:
                tables.execute("DROP TABLE facts")

    with opened_cache(path, OPTIONS) as cache:
        found = [
            one for one in judged(entries(gather([str(pictures)])), POLICY, options=OPTIONS, settings=Settings(),
                                  context={}, cache=cache, slots=1) if isinstance(one, Judged)
        ]  # fmt: skip

    assert [one.verdict for one in found] == wanted
    assert read(found) == "abc"
    assert cache.notes == [("cache.thrown_away", "facts.sqlite")]
    run(pictures)
    assert read(run(pictures)) == ""


def test_a_file_that_is_no_cache_is_left_alone(tmp_path: Path) -> None:
    """A picture, or another program's database, is refused and stays as it is; an empty file is taken."""
    other = tmp_path / "other.sqlite"
    with base(other) as found:
        found.execute("CREATE TABLE x (y)")
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "empty").touch()
    before = other.read_bytes()

    for path in (other, tmp_path / "a.jpg"):
        with pytest.raises(
            OutputError, match=f"^{path.name}: is no cache of this program; name another, or a new one$"
        ):
            Cache(path, "key", now=1)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(OutputError, match=r"^pipe: cannot be read \(it is not a regular file\)$"):
            Cache(tmp_path / "pipe", "key", now=1)
    with Cache(tmp_path / "empty", "key", now=1) as cache:
        assert cache.notes == []

    assert other.read_bytes() == before


def test_two_runs_may_use_one_cache(pictures: Path) -> None:
    """Neither waits for the other's end; what the first has written the second is served."""
    path = pictures.parent / "facts.sqlite"
    with opened_cache(path, OPTIONS) as one, opened_cache(path, OPTIONS) as other:
        for cache in (one, other):
            list(judged(entries(gather([str(pictures)])), POLICY, options=OPTIONS, settings=Settings(), context={},
                        cache=cache, slots=1))  # fmt: skip
            cache.write()

    assert one.notes == other.notes == []
    assert read(run(pictures)) == ""


def test_a_cache_lies_where_the_platform_keeps_such_things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PROVENANCE_CACHE names another folder. Facts are for the user's eyes."""
    monkeypatch.setenv("PROVENANCE_CACHE", str(tmp_path / "cache"))
    with Cache(folder() / NAME, "key", now=1):
        pass

    assert (tmp_path / "cache" / NAME).is_file()
    if os.name == "posix":
        assert (tmp_path / "cache" / NAME).stat().st_mode & 0o077 == 0
        assert (tmp_path / "cache").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="file names are text there")
def test_names_that_are_no_text(pictures: Path) -> None:
    """A file whose name, or whose ending, has bytes in it that are no text is kept like others."""
    (pictures / "a.png").rename(pictures / os.fsdecode(b"\xff.png"))
    (pictures / "b.png").rename(pictures / os.fsdecode(b"b.p\xff"))
    settled(pictures)

    first = run(pictures)
    second = run(pictures)

    assert [one.read for one in first] == [True, True, True]
    assert [one.read for one in second] == [False, False, False]
    assert [one.verdict for one in second] == [one.verdict for one in first]


def test_a_folder_that_cannot_be_is_a_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody named the usual place of the cache; where it cannot be, the run goes on without. A named one is refused."""
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("PROVENANCE_CACHE", str(tmp_path / "file"))

    with Cache(folder() / NAME, "key", now=0) as cache:
        assert cache.notes == [("cache.not_used", NAME)]
    with pytest.raises(OutputError):
        Cache(tmp_path / "file" / "other.sqlite", "key", now=0)
