"""Decoded, turned upright, cropped, resized, encoded: everything that Pillow does for a derivative (security P9, S1).

Runs in a child with limits (`rendered` asks it). What is written is the picture with its colour profile and resolution,
and nothing else: `metadata.inherited` takes the rest over.

* Pillow is given one decoder: that of the kind which the content has.
* A file of several frames or pages is refused; of a JPEG that holds further pictures, the main one is taken.
* Colours stay in their profile. They are converted to sRGB where that is asked for, or where the new format has no
  grey or no CMYK.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from provenance.container.kinds import sniff
from provenance.container.model import Kind
from provenance.container.opening import opened
from provenance.errors import AssetError, WorkerError
from provenance.plain import plain
from provenance.record import dataclass
from provenance.signing.geometry import MOST, Crop, Resize
from provenance.worker.pool import Died, Job, Pool
from provenance.worker.settings import Settings

MOST_PIXELS = 250_000_000
DECODERS = {
    Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.WEBP: "WEBP", Kind.TIFF: "TIFF", Kind.GIF: "GIF", Kind.AVIF: "AVIF",
    Kind.BMP: "BMP", Kind.HEIC: "HEIF", Kind.HEIF: "HEIF",
}  # fmt: skip
ENCODERS = {Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.WEBP: "WEBP", Kind.TIFF: "TIFF", Kind.AVIF: "AVIF"}
QUALITIES = {Kind.JPEG: 90, Kind.WEBP: 90, Kind.AVIF: 80}  # what is taken where none is asked for
_MODES = {  # what each format holds
    Kind.JPEG: frozenset({"L", "RGB", "CMYK"}),
    Kind.PNG: frozenset({"L", "LA", "RGB", "RGBA", "I;16"}),
    Kind.WEBP: frozenset({"RGB", "RGBA"}),
    Kind.TIFF: frozenset({"L", "LA", "RGB", "RGBA", "CMYK", "I;16"}),
    Kind.AVIF: frozenset({"RGB", "RGBA"}),
}
_LONGEST = {Kind.WEBP: 16_383}  # the longest side, where it is less than `geometry.MOST`
_SPACES = {"L": b"GRAY", "LA": b"GRAY", "I;16": b"GRAY", "CMYK": b"CMYK"}  # anything else: b"RGB "
_MEMORY, _CPU, _WALL, _FILE = 4096, 300, 600.0, 4096
_PAPER = (255, 255, 255)  # under transparent parts, where the new format has none


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of the picture."""

    upright: tuple[int, ...]  # its size as it is seen
    size: tuple[int, ...]  # of the result
    turned: bool = False  # by its EXIF orientation
    flattened: bool = False  # transparent parts were put on white
    converted: bool = False  # colours, to sRGB
    reduced: bool = False  # from 16 bits a channel to 8
    others: int = 0  # further pictures in the file, not taken
    profiled: bool = False  # the copy has an ICC profile


JOB = Job("provenance.signing.rendering:job", Rendered)


def rendered(
    source: Path,
    target: Path,
    kind: Kind,
    *,
    crop: Crop | None,
    resize: Resize | None,
    quality: int,
    srgb: bool,
    settings: Settings,
) -> Rendered:
    """Write the picture *source* as a file of *kind* to *target*; nothing is decoded in this process.

    Args:
        quality: 0 for what is usual.

    Raises:
        AssetError: if it cannot be decoded, holds several frames, or *crop* reaches beyond it.
        WorkerError: if no child can be started.
    """
    argument = {
        "source": str(source.absolute()),
        "target": str(target.absolute()),
        "kind": kind.value,
        "crop": [crop.width, crop.height, crop.x, crop.y] if crop else [],
        "resize": [resize.width, resize.height, resize.exact, resize.percent] if resize else [],
        "quality": quality,
        "srgb": srgb,
    }
    with Pool(1, preload=JOB.module, settings=larger(settings)) as pool:
        answers = pool.run(JOB, [argument])
        ((_, answer),) = tuple(answers)
    match answer:
        case Rendered():
            return answer
        case Died():
            problem = f"cannot be decoded: the process that decodes ended ({answer.reason} {answer.detail}".rstrip()
            raise AssetError(plain(source.name), f"{problem})")
        case WorkerError():
            raise answer
        case _:
            raise AssetError(plain(source.name), answer.problem, answer.cure)


def larger(settings: Settings) -> Settings:
    """Return the limits of a child that decodes whole pictures."""
    return replace(
        settings,
        memory_mib=max(settings.memory_mib, _MEMORY),
        cpu_seconds=max(settings.cpu_seconds, _CPU),
        wall_seconds=max(settings.wall_seconds, _WALL),
        file_mib=max(settings.file_mib, _FILE),
    )


# --- in the child ------------------------------------------------------------------------------------------------
def job(argument: dict[str, Any]) -> Rendered:
    """Do what `rendered` asks for."""
    kind = Kind(argument["kind"])
    crop = Crop(*argument["crop"]) if argument["crop"] else None
    resize = Resize(*argument["resize"]) if argument["resize"] else None
    source = Path(argument["source"])
    image, profile, dpi, done = decoded(source)
    wanted_mode = _mode(image.mode, kind)
    if image.mode == "CMYK" and wanted_mode != "CMYK" and not argument["srgb"]:
        raise AssetError("picture", f"is CMYK, which {kind.value} cannot hold", "convert it with --profile srgb")
    if crop is not None:
        image = image.crop(crop.box(image.size, "picture"))
    if not argument["srgb"] and not _holds(profile, wanted_mode) and not _holds(profile, image.mode):
        profile = b""  # belongs to neither
    if argument["srgb"] or (profile and not _holds(profile, wanted_mode)):
        image, profile = _to_srgb(image, profile)
        wanted_mode = _mode(image.mode, kind)
        done = replace(done, converted=True)
    if resize is not None and (size := resize.of(image.size)) != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=None if image.mode == "I;16" else 3.0)
    if max(image.size) > _LONGEST.get(kind, MOST):
        raise AssetError("picture", f"is too large for {kind.value}: {image.width}x{image.height}", "resize it")
    done = replace(
        done,
        size=image.size,
        flattened=_transparent(image) and wanted_mode in {"L", "RGB", "CMYK"},
        reduced=done.reduced or (image.mode == "I;16" and wanted_mode != "I;16"),
        profiled=bool(profile),
    )
    _save(_as_mode(image, wanted_mode), Path(argument["target"]), kind, argument["quality"], profile, dpi)
    return done


def decoded(path: Path) -> tuple[Image.Image, bytes, tuple[float, float] | None, Rendered]:
    """Return the picture in *path*, upright and bare, with its colour profile and resolution.

    Raises:
        AssetError: if it cannot be decoded here, is too large, or holds several frames.
    """
    try:
        stream = opened(path)
    except OSError as exc:
        raise AssetError("picture", "cannot be read") from exc
    with stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd metadata; our own limits decide
        kind = sniff(stream)
        decoder = _decoder(kind)
        stream.seek(0)
        Image.MAX_IMAGE_PIXELS = None
        try:
            with Image.open(stream, formats=[decoder]) as image:
                return _upright(image, kind)
        except MemoryError:
            raise
        except (OSError, ValueError, SyntaxError, EOFError, TypeError, UnidentifiedImageError) as exc:
            raise AssetError("picture", f"cannot be decoded ({plain(exc, limit=200)})") from exc


def _decoder(kind: Kind) -> str:
    if kind not in DECODERS:
        said = "this kind of file" if kind is Kind.OTHER else kind.value
        raise AssetError("picture", f"{said} is not decoded here", "export it from the program that made it")
    decoder = DECODERS[kind]
    if decoder == "HEIF":
        try:
            from pillow_heif import register_heif_opener  # here: an extra, and slow to load
        except ImportError as exc:
            raise AssetError("picture", "HEIC needs the package pillow-heif", "install it") from exc
        register_heif_opener()
    Image.init()
    if decoder not in Image.OPEN:
        raise AssetError("picture", f"{kind.value} is not decoded by the Pillow that is installed")
    return decoder


def _upright(image: Image.Image, kind: Kind) -> tuple[Image.Image, bytes, tuple[float, float] | None, Rendered]:
    if image.width * image.height > MOST_PIXELS:
        raise AssetError("picture", f"has more than the {MOST_PIXELS} pixels that are decoded")
    frames = int(getattr(image, "n_frames", 1))
    if frames > 1 and kind not in (Kind.JPEG, Kind.HEIC, Kind.HEIF):
        cure = "export one of them from the program that made it"
        raise AssetError("picture", f"holds {frames} frames or pages, and one would not be the picture", cure)
    deep = _deep(image)
    profile = image.info.get("icc_profile")
    dpi = image.info.get("dpi")
    image.load()
    turned = image.getexif().get(0x0112, 1) in range(2, 9)
    image = _plain(ImageOps.exif_transpose(image) if turned else image)
    image.info = {}
    done = Rendered(image.size, image.size, turned=turned, reduced=deep and image.mode != "I;16", others=frames - 1)
    return image, profile if isinstance(profile, bytes) else b"", _resolution(dpi), done


def _deep(image: Image.Image) -> bool:
    """Whether the file holds 16 bits a channel."""
    return any(";16" in str(tile) or "I;16" in str(tile) for tile in getattr(image, "tile", ()))


def _resolution(dpi: object) -> tuple[float, float] | None:
    if not isinstance(dpi, tuple) or len(dpi) != 2:
        return None
    try:
        wide, high = (float(one) for one in dpi)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return (wide, high) if 1 <= wide < 65_536 and 1 <= high < 65_536 else None


def _plain(image: Image.Image) -> Image.Image:
    """Return *image* in one of the modes that are worked in: L, LA, RGB, RGBA, CMYK, I;16."""
    mode = image.mode
    if mode in {"L", "LA", "RGB", "RGBA", "CMYK"}:
        return image.copy()
    if mode.startswith("I;16"):
        return image.copy() if mode == "I;16" else image.convert("I").convert("I;16")
    if mode in {"P", "PA"}:
        return image.convert("RGBA" if mode == "PA" or "transparency" in image.info else "RGB")
    plain_modes = {"1": "L", "La": "LA", "RGBa": "RGBA", "YCbCr": "RGB", "RGBX": "RGB"}
    if mode in plain_modes:
        return image.convert(plain_modes[mode])
    raise AssetError("picture", f"holds samples of a form that is not converted here ({plain(mode)})")


def _mode(mode: str, kind: Kind) -> str:
    """Return the mode in which *kind* holds a picture that has *mode*."""
    holds = _MODES[kind]
    if mode in holds:
        return mode
    for wanted in {"LA": ("RGBA", "L"), "I;16": ("L",), "RGBA": ("RGB",), "L": ("RGB",)}.get(mode, ()):
        if wanted in holds:
            return wanted
    return "RGB"


def _as_mode(image: Image.Image, mode: str) -> Image.Image:
    if image.mode == mode:
        return image
    if _transparent(image) and mode in {"L", "RGB"}:
        whole = image.convert("RGBA")
        paper = Image.new("RGB", whole.size, _PAPER)
        paper.paste(whole, mask=whole.getchannel("A"))
        return paper if mode == "RGB" else paper.convert("L")
    if image.mode == "I;16":
        grey = image.point(lambda value: value / 256).convert("L")
        return grey if mode == "L" else grey.convert(mode)
    return image.convert(mode)


def _transparent(image: Image.Image) -> bool:
    return image.mode in {"LA", "RGBA"}


# --- colours -------------------------------------------------------------------------------------------------------
def _holds(profile: bytes, mode: str) -> bool:
    """Whether *profile* is one of the colours of *mode* (ICC.1 §7.2.6)."""
    return not profile or profile[16:20] == _SPACES.get(mode, b"RGB ")


def _to_srgb(image: Image.Image, profile: bytes) -> tuple[Image.Image, bytes]:
    """Return *image* in sRGB, and that profile; without a profile of its own, RGB and grey are taken for sRGB."""
    alpha = image.getchannel("A") if _transparent(image) else None
    base = image if alpha is None else image.convert("RGB" if image.mode == "RGBA" else "L")
    if base.mode == "I;16":
        base = _as_mode(base, "L")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    if profile and _holds(profile, base.mode):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            changed = ImageCms.profileToProfile(base, source, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError) as exc:
            cure = "leave its colours as they are with --profile keep"
            raise AssetError("picture", "has a colour profile that cannot be used", cure) from exc
        base = changed if changed is not None else base
    base = base.convert("RGB")
    if alpha is not None:
        base.putalpha(alpha)
    return base, srgb.tobytes()


# --- encoding ------------------------------------------------------------------------------------------------------
def _save(
    image: Image.Image, target: Path, kind: Kind, quality: int, profile: bytes, dpi: tuple[float, float] | None
) -> None:
    options: dict[str, Any] = {"icc_profile": profile} if profile else {}
    if kind in QUALITIES:
        options["quality"] = quality or QUALITIES[kind]
    if kind is Kind.TIFF:
        options["compression"] = "tiff_adobe_deflate"
    if dpi is not None and kind in (Kind.JPEG, Kind.PNG, Kind.TIFF):
        options["dpi"] = dpi
    image.info = {}
    try:
        with target.open("w+b") as stream:
            image.save(stream, ENCODERS[kind], **options)
    except (OSError, ValueError, KeyError) as exc:
        raise AssetError("picture", f"cannot be written as {kind.value} ({plain(exc, limit=200)})") from exc
