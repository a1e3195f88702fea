"""Seeded mutants of good and hostile files, verified in the pool; what must never happen is written down as a seed.

``python -m tests.hostile.fuzz [SECONDS] [FIRST SEED]`` runs for a while and prints the seeds of what went wrong:
add them to `seeds.json`, and the suite replays them for ever. A seed says where a file is changed and how; keys
are new in each run, so signatures and certificates differ.
"""

from __future__ import annotations

import io
import json
import random
import struct
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

from PIL import Image

from provenance.report.build import build
from provenance.report.export import to_json
from provenance.report.text import render
from provenance.terms import Integrity, Level
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.verification.options import Options
from tests.hostile.boxes import Raw, Tag
from tests.hostile.case import DEFAULT
from tests.hostile.forge import Assertion, Spec, actions, child, forge, mining
from tests.hostile.pictures import picture
from tests.hostile.stamps import Stamp, good_stamper
from tests.hostile.stock import by_stock_api
from tests.support.pictures import DRAWN
from tests.support.pki import midnight

SEEDS = Path(__file__).with_name("seeds.json")
BATCH = 100
_LABELS = (
    "c2pa.actions", "c2pa.actions.v2", "c2pa.hash.data", "c2pa.hash.bmff.v3", "c2pa.ingredient.v3", "cawg.identity",
    "c2pa.ai-disclosure", "cawg.metadata", "c2pa.metadata", "cawg.training-mining", "stds.schema-org.CreativeWork",
    "c2pa.time-stamp", "c2pa.certificate-status", "c2pa.soft-binding", "org.example.x", "c2pa.thumbnail.claim",
)  # fmt: skip
_KEYS = (
    "actions", "action", "digitalSourceType", "softwareAgent", "when", "parameters", "ingredients", "changes", "templates",
    "entries", "use", "relationship", "activeManifest", "validationResults", "url", "hash", "alg", "exclusions", "start",
    "length", "pad", "name", "signer_payload", "signature", "referenced_assertions", "sig_type", "role", "@context", "dc:title",
)  # fmt: skip


@cache
def bases() -> tuple[tuple[str, bytes], ...]:
    """Return the files that are mutated: extension and bytes."""
    stamp = Stamp(good_stamper(), midnight(-1))
    rich = Spec([actions(), Assertion("cawg.training-mining", mining(ai_training="notAllowed"))], stamp=stamp)
    return (
        (".png", child(forge(rich)).data),
        (".png", forge(Spec(version=1)).data),
        (".jpg", forge(rich, asset=picture("jpeg")).data),
        (".avif", forge(asset=picture("avif")).data),
        *_others(),
    )


def _others() -> Iterator[tuple[str, bytes]]:
    """Yield a signed picture of every other format that can carry a manifest."""
    types = {"webp": "webp", "tiff": "tiff", "gif": "gif", "heic": "heic", "svg": "svg+xml", "jxl": "jxl"}
    with tempfile.TemporaryDirectory() as temporary:
        for name, media_type in types.items():
            path = DRAWN[name].at(Path(temporary))
            yield path.suffix, by_stock_api(path.read_bytes(), f"image/{media_type}")


def mutant(seed: int) -> tuple[str, bytes, bytes]:
    """Return extension, mutant and the file that it was made from, as *seed* says."""
    rng = random.Random(seed)
    if rng.random() < 0.3:
        data = forge(Spec([actions(), *(_assertion(rng) for _ in range(rng.randint(1, 4)))])).data
        return ".png", data, data
    suffix, base = rng.choice(bases())
    data = bytearray(base)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        rng.choice(_MUTATIONS)(data, rng)
    return suffix, bytes(data), base


def _assertion(rng: random.Random) -> Assertion:
    """A validly signed assertion with nonsense in it."""
    label = rng.choice(_LABELS) + rng.choice(("", "", "", "__1", "__", "__a"))
    value = Raw(rng.randbytes(rng.randint(1, 30))) if rng.random() < 0.2 else _value(rng, 0)
    return Assertion(label, value, created=rng.random() < 0.5)


def _value(rng: random.Random, depth: int) -> Any:
    kind = rng.randint(0, 11 if depth < 5 else 7)
    match kind:
        case 0 | 1:
            return rng.choice(
                ("", "x", "c2pa.created", "self#jumbf=c2pa.assertions/c2pa.hash.data", "\x1b[31m", "\u202e")
            )
        case 2:
            return rng.choice((0, -1, 1 << 31, (1 << 64) - 1, -(1 << 63), rng.getrandbits(60)))
        case 3:
            return rng.randbytes(rng.randint(0, 40))
        case 4:
            return rng.choice((None, True, False))
        case 5:
            return rng.choice((float("nan"), float("inf"), 1.5))
        case 6 | 7:
            return Tag(rng.choice((0, 1, 2, 18, 37, 55799)), rng.choice(("2026-01-01T00:00:00Z", b"\x01", 5)))
        case 8 | 9:
            return [_value(rng, depth + 1) for _ in range(rng.randint(0, 4))]
    return {rng.choice(_KEYS): _value(rng, depth + 1) for _ in range(rng.randint(0, 5))}


def _flip(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _set(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(len(data))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))


def _number(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(max(1, len(data) - 4))
    data[at : at + 4] = struct.pack(">I", rng.choice((0, 1, 7, 8, 0x7FFFFFFF, 0xFFFFFFFF, len(data))))


def _remove(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    if len(data) > 200:
        del data[at : at + rng.randint(1, 64)]


def _double(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    data[at:at] = data[at : at + rng.randint(1, 2_000)]


def _insert(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    data[at:at] = rng.randbytes(rng.randint(1, 32))


def _cut(data: bytearray, rng: random.Random) -> None:
    del data[max(64, rng.randrange(len(data))) :]


def _splice(data: bytearray, rng: random.Random) -> None:
    other = rng.choice(bases())[1]
    at = rng.randrange(len(data))
    start = rng.randrange(len(other))
    data[at : at + 200] = other[start : start + rng.randint(1, 400)]


_MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip, _flip, _set, _set, _number, _remove, _double, _insert, _cut, _splice,
)  # fmt: skip


def faults(seeds: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Verify the mutants of *seeds*; yield each that got an answer which no file may get, and why."""
    with tempfile.TemporaryDirectory() as temporary:
        made = {}
        for seed in seeds:
            suffix, data, base = mutant(seed)
            path = Path(temporary, f"{seed}{suffix}")
            path.write_bytes(data)
            made[path] = (seed, base)
        for path, outcome in verify_files(made, options=Options(trust=DEFAULT.trust()), slots=2):
            seed, base = made[path]
            if why := _fault(outcome, path, base):
                yield seed, why


def _fault(outcome: object, path: Path, base: bytes) -> str:
    if not isinstance(outcome, Verification):
        return f"no verification: {outcome}"
    if "checking process ended" in outcome.problem or "_mib" in outcome.problem or "_seconds" in outcome.problem:
        return outcome.problem
    if outcome.level is not Level.UNVERIFIED and outcome.integrity is not Integrity.INTACT:
        return f"{outcome.integrity.value}, yet the signer counts as {outcome.level.value}"
    report = build(outcome, now=datetime.now(UTC))
    if not to_json(report).isascii() or "\x1b" in render(report):
        return "the report is not inert"
    if outcome.integrity is Integrity.INTACT and _pixels(path.read_bytes()) not in {None, _pixels(base)}:
        return "intact, and the pixels are others"
    return ""


def _pixels(data: bytes) -> bytes | None:
    """Return the pixels, or None if they cannot be decoded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "AVIF", "WEBP", "TIFF", "GIF")) as image:
                return image.convert("RGB").tobytes()
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, EOFError, struct.error):
            return None


def saved() -> list[int]:
    found: list[int] = json.loads(SEEDS.read_text("utf-8"))
    return found


def run(seconds: float, first: int) -> tuple[int, list[tuple[int, str]]]:
    """Try seeds from *first* on for *seconds*; return how many, and the faults."""
    end, seed, found = monotonic() + seconds, first, list[tuple[int, str]]()
    while monotonic() < end:
        found += faults(range(seed, seed + BATCH))
        seed += BATCH
    return seed - first, found


if __name__ == "__main__":
    length = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    tried, wrong = run(length, int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().getrandbits(40))
    print(f"{tried} mutants, {len(wrong)} faults")
    for number, reason in wrong:
        print(number, reason)
