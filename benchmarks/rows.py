"""The rows of the table: what is measured, against what, and the bar it has to pass."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from operator import ge, le
from pathlib import Path
from time import perf_counter

import encypher_c2pa

from benchmarks import bare, checking, heeding, hooked, metadata, ours, pictures
from benchmarks.timing import Compared, compare, peak_mib, process
from provenance.verification.files import verify_files
from tests.hostile.cases_limits import CASES as LIMITS
from tests.support.pictures import draw
from tests.support.tsa import time_stamp_authority

COMMAND = "from provenance.commands import main; main()"


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. Without a bar it is information."""

    what: str
    ours: str
    theirs: str
    measured: float
    unit: str = "×"
    bar: str = ""
    met: bool | None = None


def _row(what: str, found: Compared, *, at_most: float | None = None, against: str = "bare engine") -> Row:
    return Row(
        what,
        _seconds(found.ours),
        f"{_seconds(found.theirs)} ({against})",
        found.ratio,
        bar="" if at_most is None else f"≤ {at_most} ×",
        met=None if at_most is None else le(found.ratio, at_most),
    )


def _throughput(what: str, found: Compared, *, at_least: float | None = None, against: str = "bare engine") -> Row:
    """Read the same two times as throughputs: ours in pictures a second, divided by theirs."""
    gain = 1 / found.ratio
    return Row(
        what,
        _seconds(found.ours),
        f"{_seconds(found.theirs)} ({against})",
        gain,
        bar="" if at_least is None else f"≥ {at_least} ×",
        met=None if at_least is None else ge(gain, at_least),
    )


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 10 else f"{value:.1f} s"


Section = Callable[[Path], Iterator[Row]]


def large_jpeg(folder: Path) -> Iterator[Row]:
    """A 24-megapixel JPEG: signing and verifying in process."""
    source, target, other = pictures.large_jpeg(folder), folder / "ours.jpg", folder / "bare.jpg"
    size = f"24-megapixel JPEG, {source.stat().st_size / 1e6:.0f} MB"
    yield _row(
        f"sign, {size}, no thumbnail",
        compare(lambda: ours.sign(source, target, thumbnail=False), lambda: bare.sign(source, other)),
        at_most=3.0,
    )
    yield _row(
        f"sign, {size}, with thumbnail",
        compare(lambda: ours.sign(source, target, thumbnail=True), lambda: bare.sign(source, other, thumbnail=True)),
        at_most=0.6,
        against="bare engine with its own",
    )
    yield _row(
        f"verify, {size}, in process", compare(lambda: ours.verify(target), lambda: bare.read(target)), at_most=1.3
    )


def small_jpegs(folder: Path) -> Iterator[Row]:
    """A thousand small signed JPEGs: with a time stamp, as most programs write them, and the least there can be."""
    with time_stamp_authority(bare.AUTHORITY) as url:
        stamped = pictures.small_signed_jpegs(folder, time_stamps=url)
    yield from _many("JPEGs, signed and time-stamped", stamped)
    yield from _many("JPEGs, signed only", pictures.small_signed_jpegs(folder))


def _many(kind: str, paths: list[Path]) -> Iterator[Row]:
    """In process and in the pool, and another verifier on the same files."""
    many = f"{len(paths)} {kind}, {paths[0].stat().st_size // 1000} kB"

    def engine() -> None:
        for path in paths:
            bare.read(path)

    def one_by_one() -> None:
        for path in paths:
            ours.verify(path)

    def other() -> None:
        for path in paths:
            encypher_c2pa.verify(path, telemetry=False, online=False, no_default_trust=True)

    yield _row(f"verify, {many}, in process", compare(one_by_one, engine, rounds=3), at_most=2.0)
    pooled = compare(lambda: ours.verify_in_pool(paths), engine, rounds=3)
    yield _throughput(f"verify, {many}, pool on {os.cpu_count()} cores", pooled, at_least=1.2)
    yield _throughput(
        f"verify, {many}, pool", compare(lambda: ours.verify_in_pool(paths), other, rounds=3), against="encypher-c2pa"
    )


def large_tiff(folder: Path) -> Iterator[Row]:
    """A 100 MB TIFF: time and memory."""
    source, signed = pictures.large_tiff(folder), folder / "signed.tif"
    bare.sign(source, signed, media_type="image/tiff")

    def digest() -> None:
        with signed.open("rb") as stream:
            hashlib.file_digest(stream, "sha256")

    read = compare(lambda: ours.verify(signed), lambda: bare.read(signed), rounds=3)
    yield _row("verify, 100 MB TIFF", read, at_most=1.4)
    yield _row("verify, 100 MB TIFF", compare(lambda: ours.verify(signed), digest, rounds=3), against="hashlib.sha256")
    for verb, arguments in (("verify", ("read", signed)), ("sign", ("sign", source))):
        words = [str(word) for word in arguments]
        mine = peak_mib("-m", "benchmarks.ours", *words, str(folder / "peak-ours.tif"))
        theirs = peak_mib("-m", "benchmarks.bare", *words, str(folder / "peak-bare.tif"))
        yield Row(
            f"peak memory over the engine's, {verb}, 100 MB TIFF",
            f"{mine:.0f} MiB",
            f"{theirs:.0f} MiB (bare engine)",
            mine - theirs,
            unit="MiB",
            bar="≤ 32 MiB",
            met=mine - theirs <= 32,
        )


def one_shot(folder: Path) -> Iterator[Row]:
    """Whole processes: from the command to its exit."""
    home = folder / "home"
    environment = os.environ | {"PROVENANCE_HOME": str(home), "PYTHONPATH": str(Path.cwd())}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    process("-c", COMMAND, "init", "--name", "bench", "--yes", "--no-passphrase", environment=environment)()
    plain, signed = folder / "plain.jpg", folder / "one.jpg"
    draw((320, 240)).save(plain, "JPEG")
    bare.sign(plain, signed)
    reading = process("-c", bare.READ, str(signed), environment=environment)
    verifying = process("-c", COMMAND, "verify", str(signed), environment=environment)
    signing = process(
        "-c", COMMAND, "sign", str(plain), "--output", str(folder / "out.jpg"), "--overwrite", environment=environment
    )
    yield _row(
        "one-shot `provenance verify FILE`, child process included", compare(verifying, reading, rounds=15), at_most=2.2
    )
    yield _row("one-shot `provenance sign FILE`, key not encrypted", compare(signing, reading, rounds=9), at_most=4.0)


def pre_commit(folder: Path) -> Iterator[Row]:
    """A commit that is held to a policy."""
    whole, check = hooked.compared(folder)
    verify = "one-shot `provenance verify`"
    yield _row(
        "a pre-commit run on one changed picture, pre-commit and git included", whole, at_most=3.0, against=verify
    )
    yield _row("our part of it: one-shot `provenance check FILE`", check, against=verify)


def hostile(folder: Path) -> Iterator[Row]:
    """Files built to hurt: the slowest answer, and a hundred at once."""
    one_each, hundred = folder / "one", folder / "hundred"
    one_each.mkdir()
    hundred.mkdir()
    paths = [case.write(one_each, name) for name, case in LIMITS.items()]
    for number in range(100):
        source = paths[number % len(paths)]
        shutil.copyfile(source, hundred / f"{number:03}{source.suffix}")
    slowest, before = 0.0, perf_counter()
    for _ in verify_files(paths, options=ours.CHECKING, slots=1):
        now = perf_counter()
        slowest, before = max(slowest, now - before), now
    what = f"hostile set of {len(paths)}: memory bombs, quadratic stores, a million chunks"
    yield Row(f"{what}; slowest answer", _seconds(slowest), "–", slowest, "s", "≤ 2 s", slowest <= 2)
    command = [sys.executable, "-m", "tests.hostile.pool_run", str(hundred)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    label = f"{len(answer['files'])} of them at once; memory of the parent"
    seconds = f"{_seconds(answer['seconds'])} in all"
    yield Row(label, seconds, "–", answer["mib"], "MiB", "≤ 300 MiB", answer["mib"] <= 300)


def data_set(folder: Path) -> Iterator[Row]:
    """Permissions of a data set: against reading and hashing the same files, and the memory of the parent."""
    for name, size in (("small", (1600, 1067)), ("smaller", (1200, 800))):
        place = folder / name
        place.mkdir()
        made = heeding.data_set(place, size)
        rows = place / "rows.jsonl"
        found = heeding.heed(made, rows).whole
        assert (found.pictures, found.outcomes["not_allowed"]) == (heeding.COUNT, heeding.COUNT * 6 // 10)
        weight = (made / "00009.jpg").stat().st_size // 1000
        what = f"{heeding.COUNT} JPEGs of {size[0]} × {size[1]}, {weight} kB, half with XMP alone, a tenth signed"
        gain = compare(partial(heeding.heed, made, rows), partial(heeding.hash_all, made), rounds=3)
        against = "read and SHA-256, as many processes"
        yield _throughput(f"permissions check, {what}", gain, at_least=0.5, against=against)
    few, many = (heeding.linked(made, folder / str(count), count) for count in (5_000, 20_000))
    small, large = heeding.parent_mib(few), heeding.parent_mib(many)
    yield Row(
        "permissions check, 20,000 pictures; memory of the parent over that for 5,000",
        f"{large:.0f} MiB",
        f"{small:.0f} MiB (5,000)",
        large - small,
        unit="MiB",
        bar="≤ 8 MiB",
        met=large - small <= 8,
    )


def ordinary_metadata(folder: Path) -> Iterator[Row]:
    """The statement in EXIF, IPTC and XMP of a thousand JPEGs, without signing; files a second, ours by theirs."""
    if shutil.which("exiftool") is None:
        return
    each, batch = metadata.against_exiftool(folder)
    what = f"write EXIF, IPTC and XMP into {metadata.COUNT} JPEGs, 250 kB"
    one_by_one = f"exiftool started for each, timed on {metadata.SAMPLE} of them"
    yield _throughput(what, each, at_least=20, against=one_by_one)
    yield _throughput(what, batch, at_least=2, against="one exiftool -@ for all")


def checks(folder: Path) -> Iterator[Row]:
    """A policy over two thousand small pictures: the first run, the second, another policy; the parent's memory."""
    with time_stamp_authority(bare.AUTHORITY) as url:
        stamped = checking.signed(folder, time_stamps=url)
    yield from _checked("signed and time-stamped", stamped, folder)
    made = checking.signed(folder)
    yield from _checked("signed only", made, folder)
    few, many = (heeding.linked(made[0].parent, folder / f"check-{count}", count) for count in (5_000, 20_000))
    small, large = checking.parent_mib(few), checking.parent_mib(many)
    yield Row(
        "check, 20,000 pictures; memory of the parent over that for 5,000",
        f"{large:.0f} MiB",
        f"{small:.0f} MiB (5,000)",
        large - small,
        unit="MiB",
        bar="≤ 8 MiB, and ≤ 150 MiB in all",
        met=large - small <= 8 and large <= 150,
    )


def _checked(kind: str, made: list[Path], folder: Path) -> Iterator[Row]:
    what = f"check, {len(made)} JPEGs, {kind}, {made[0].stat().st_size // 1000} kB"
    place, cache = made[0].parent, folder / f"facts-{kind.split()[-1]}.sqlite"
    rules = checking.policy("contest-open")

    def engine() -> None:
        for path in made:
            bare.read(path)

    def first() -> None:
        for one in (cache, cache.with_name(cache.name + "-wal"), cache.with_name(cache.name + "-shm")):
            one.unlink(missing_ok=True)
        assert checking.run(place, rules, cache) == len(made)

    def second() -> None:
        assert checking.run(place, rules, cache) == len(made)

    def other() -> None:
        assert checking.run(place, checking.other_policy(folder), cache) == len(made)

    found = compare(first, engine, rounds=3)
    yield _throughput(f"{what}, first run on {checking.CORES} cores", found, at_least=1.2)
    for label, work, least in (("second run, from the cache", second, 20), ("under another policy", other, 50)):
        again = compare(work, work, rounds=3)
        against = Compared(again.ours, found.ours)
        yield _throughput(f"{what}, {label}", against, at_least=least, against="the first run")


SECTIONS: tuple[Section, ...] = (
    large_jpeg, small_jpegs, large_tiff, one_shot, pre_commit, hostile, data_set, ordinary_metadata, checks,
)  # fmt: skip
