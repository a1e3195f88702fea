"""Read WebDataset shards, and leave out what may not be used: the decision is made on the bytes, before any decoding.

    python webdataset_loader.py SHARD.tar…

To filter shards once, with a record of what was left out:

    provenance permissions check SHARDS --for generative-training --write-allowed FOLDER
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

import webdataset

from provenance import Purpose, decide

PURPOSE = Purpose.GENERATIVE_TRAINING
PICTURES = {"jpg", "jpeg", "png", "webp", "gif", "tif", "tiff", "avif", "heic"}


class Heed:
    """Says of a sample whether all of its pictures may be used, and counts why not."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()

    def __call__(self, sample: dict[str, Any]) -> bool:
        """Decide about one sample."""
        pictures = [data for name, data in sample.items() if name.rpartition(".")[2].lower() in PICTURES]
        outcomes = {decide(data, PURPOSE).outcome.value for data in pictures}
        if outcomes == {"allowed"}:
            return True
        self.left_out.update(outcomes - {"allowed"} or {"no picture"})
        return False


def loader(shards: list[str], heed: Heed) -> Any:
    """Return a pipeline of decoded samples that may be used."""
    return webdataset.WebDataset(shards, shardshuffle=False).select(heed).decode("pil")


def main(shards: list[str]) -> None:
    """Print the keys of what may be used, and how much was left out."""
    heed = Heed()
    for sample in loader(shards, heed):
        print(sample["__key__"])
    print("left out:", dict(heed.left_out), file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
