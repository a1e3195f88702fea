"""Whether two files show the same picture: by their data where they are of one kind, else decoded, in a child.

Pixels are compared as they are seen, upright, with eight bits a channel and their transparency, without regard to
colour profiles, which are compared by themselves.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from provenance.container.kinds import sniff
from provenance.container.model import EMBEDDABLE, Limits
from provenance.container.opening import opened
from provenance.container.source import MalformedError, Source, StoppedError
from provenance.container.unchanged import picture_difference
from provenance.container.walk import lay_out
from provenance.errors import AssetError, WorkerError
from provenance.plain import plain
from provenance.record import dataclass
from provenance.signing.rendering import decoded, larger
from provenance.worker.pool import Died, Job, Pool
from provenance.worker.settings import Settings


class Compared(StrEnum):
    """What came of comparing two pictures."""

    SAME_DATA = "same_data"  # byte for byte, whatever stands around them
    SAME = "same"  # other data, the same pixels
    PIXELS = "pixels"
    SIZE = "size"
    UNKNOWN = "unknown"  # one of them could not be decoded
    UPDATE = "update"  # of two steps of a chain: between them only credentials changed
    NOT_HERE = "not_here"  # of an earlier step: the file holds its credentials, not its picture


@dataclass(frozen=True, slots=True)
class Pixels:
    """How two pictures compare."""

    outcome: Compared
    first: tuple[int, ...] = ()  # size, upright; () where it was not decoded
    second: tuple[int, ...] = ()
    fraction: float = 0.0  # of the pixels that differ, from 0 to 1
    most: int = 0  # the largest difference of a channel, of 255
    profiles_differ: bool = False
    problem: str = ""

    @property
    def same(self) -> bool | None:
        """Whether the pictures are the same; None where that could not be told."""
        if self.outcome in (Compared.UNKNOWN, Compared.NOT_HERE):
            return None
        return self.outcome in (Compared.SAME_DATA, Compared.SAME, Compared.UPDATE) and not self.profiles_differ


JOB = Job("provenance.report.pixels:job", Pixels)


def compared(first: Path, second: Path, *, settings: Settings) -> Pixels:
    """Return how the pictures in two files compare; nothing is decoded in this process.

    Raises:
        WorkerError: if no child can be started.
    """
    with Pool(1, preload=JOB.module, settings=larger(settings)) as pool:
        answers = pool.run(JOB, [[str(path.absolute()) for path in (first, second)]])
        ((_, answer),) = tuple(answers)
    match answer:
        case Pixels():
            return answer
        case Died():
            return Pixels(Compared.UNKNOWN, problem=f"the process that decodes ended ({answer.reason})")
        case WorkerError():
            raise answer
        case _:
            return Pixels(Compared.UNKNOWN, problem=plain(f"{answer.where}: {answer.problem}"))


def job(argument: list[str]) -> Pixels:
    """Compare two files, in the child."""
    first, second = (Path(path) for path in argument)
    if _same_data(first, second):
        return Pixels(Compared.SAME_DATA)
    pictures: list[Any] = []
    for path in (first, second):
        try:
            pictures.append(decoded(path))
        except AssetError as exc:
            return Pixels(Compared.UNKNOWN, problem=f"{plain(path.name)}: {exc.problem}")
    (one, profile, _, _), (other, other_profile, _, _) = pictures
    differ = profile != other_profile
    if one.size != other.size:
        return Pixels(Compared.SIZE, one.size, other.size, profiles_differ=differ)
    if one.mode == other.mode and one.tobytes() == other.tobytes():
        return Pixels(Compared.SAME, one.size, other.size, profiles_differ=differ)
    fraction, most = _difference(_seen(one), _seen(other))
    outcome = Compared.PIXELS if most or one.mode == other.mode else Compared.SAME
    return Pixels(outcome, one.size, other.size, fraction, most, differ)


def _same_data(first: Path, second: Path) -> bool:
    """Whether both files hold the same picture data; damaged ones are not said to."""
    try:
        with opened(first) as one, opened(second) as other:
            kind = sniff(one)
            if kind not in EMBEDDABLE or sniff(other) is not kind:
                return False
            whole = all(not lay_out(Source(stream), kind, Limits()).damage for stream in (one, other))
            return whole and not picture_difference(one, other, kind)
    except (OSError, ValueError, MalformedError, StoppedError):
        return False


def _seen(image: Image.Image) -> Image.Image:
    if image.mode == "I;16":
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("RGBA")


def _difference(one: Image.Image, other: Image.Image) -> tuple[float, int]:
    """Return the share of the pixels that differ, and the largest difference of a channel."""
    bands = ImageChops.difference(one, other).split()
    largest = bands[0]
    for band in bands[1:]:
        largest = ImageChops.lighter(largest, band)
    counts = largest.histogram()
    most = max((value for value, count in enumerate(counts) if count), default=0)
    return (sum(counts) - counts[0]) / max(1, sum(counts)), most
