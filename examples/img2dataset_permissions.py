"""Heed permissions where a data set is downloaded: before a resize loses what a picture says.

    python img2dataset_permissions.py PICTURES OUT.tar        the same hook, on files that are here
    python img2dataset_permissions.py --url_list …            img2dataset, with the hook in its place

img2dataset calls its resizer with the bytes that came, and its writer right after, in the same thread. So one object
stands before each: the first decides on the original bytes, the second writes the decision into the sample's JSON.
A picture that may not be taken is not resized; img2dataset counts it as failed, and the reason stands in its metadata.
HTTP headers and robots.txt do not get as far as the resizer; who has them passes them to `decide`, too.
"""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provenance import Decision, Purpose, decide

PURPOSE = Purpose.GENERATIVE_TRAINING
TAKE_SILENCE = False  # nothing stated is no yes


def taken(decision: Decision) -> bool:
    """Whether the picture may be used."""
    return decision.outcome == "allowed" or (
        TAKE_SILENCE and decision.outcome == "not_stated" and not decision.problems
    )


def as_json(decision: Decision) -> dict[str, Any]:
    """Return what is kept of a decision in the sample's JSON."""
    first = decision.sources[0] if decision.sources else None
    return {
        "decision": decision.outcome.value,
        "purpose": decision.purpose.value,
        "where": first.where if first else None,
        "signed_by": first.signer if first and first.signed else None,
        "credentials": decision.integrity.value,
        "reason": decision.reason,
        "decided": datetime.now(UTC).isoformat(timespec="seconds"),
    }


class HeedingResizer:
    """Stands before img2dataset's resizer."""

    last: Decision  # about the picture that this process looked at last

    def __init__(self, resizer: Any) -> None:
        self.resizer = resizer

    def __call__(self, img_stream: io.BytesIO, *more: Any) -> tuple[Any, ...]:
        """Decide, and resize what may be taken."""
        HeedingResizer.last = decide(img_stream.getvalue(), PURPOSE)
        if not taken(HeedingResizer.last):
            return None, None, None, None, None, f"not taken: {HeedingResizer.last.reason}"
        img_stream.seek(0)
        found: tuple[Any, ...] = self.resizer(img_stream, *more)
        return found


class HeedingWriter:
    """Stands before img2dataset's writer: called as the class, it makes one."""

    def __init__(self, writer: Any) -> None:
        self.writer = writer

    def __call__(self, *arguments: Any, **named: Any) -> HeedingWriter:
        """Make the writer of one shard."""
        return HeedingWriter(self.writer(*arguments, **named))

    def write(self, img_str: bytes | None, key: str, caption: str | None, meta: dict[str, Any]) -> None:
        """Write the decision with the sample; a download that failed has none."""
        if meta.get("status") != "failed_to_download":
            meta["permissions"] = as_json(HeedingResizer.last)
        self.writer.write(img_str, key, caption, meta)

    def close(self) -> None:
        """End the shard."""
        self.writer.close()


def install(main: Any) -> None:
    """Put the hook into `img2dataset.main`."""
    resizer = main.Resizer
    main.Resizer = lambda *arguments, **named: HeedingResizer(resizer(*arguments, **named))
    for name in ("WebDatasetSampleWriter", "FilesSampleWriter", "ParquetSampleWriter"):
        setattr(main, name, HeedingWriter(getattr(main, name)))


# --- the same, on files that are here -----------------------------------------------------------------------------


def small(img_stream: io.BytesIO) -> tuple[Any, ...]:
    """Resize as img2dataset does by default: 256 pixels, written anew, everything beside the pixels lost."""
    from PIL import Image

    out = io.BytesIO()
    with Image.open(img_stream) as image:
        width, height = image.size
        resized = image.convert("RGB").resize((256, 256))
        resized.save(out, "JPEG", quality=95)
    return out.getvalue(), 256, 256, width, height, None


class Shard:
    """Writes samples as img2dataset's WebDataset writer does."""

    def __init__(self, path: Path) -> None:
        import webdataset

        self._tar = webdataset.TarWriter(str(path))

    def write(self, img_str: bytes | None, key: str, caption: str | None, meta: dict[str, Any]) -> None:
        """Write one sample; what was not taken only says why."""
        if img_str is not None:
            self._tar.write({"__key__": key, "jpg": img_str, "txt": caption or "", "json": json.dumps(meta).encode()})
        else:
            print(f"{meta['file']}: {meta['error_message']}", file=sys.stderr)

    def close(self) -> None:
        """End the shard."""
        self._tar.close()


def local(pictures: Path, shard: Path) -> int:
    """Pack what may be taken of *pictures* into *shard*; return how many that are."""
    resizer, writer = HeedingResizer(small), HeedingWriter(Shard)(shard)
    count = 0
    for number, path in enumerate(sorted(pictures.iterdir())):
        image, width, height, _, _, error = resizer(io.BytesIO(path.read_bytes()))
        count += image is not None
        meta = {"file": path.name, "width": width, "height": height, "error_message": error}
        writer.write(image, f"{number:09}", None, meta | {"status": "failed_to_resize" if error else "success"})
    writer.close()
    return count


if __name__ == "__main__":
    if len(sys.argv) == 3 and Path(sys.argv[1]).is_dir():
        print(local(Path(sys.argv[1]), Path(sys.argv[2])), "taken")
    else:
        import fire
        from img2dataset import main as img2dataset

        install(img2dataset)
        fire.Fire(img2dataset.download)
