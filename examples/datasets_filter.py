"""Filter a data set of Hugging Face `datasets` by what its pictures say.

    python datasets_filter.py PICTURES.parquet ALLOWED.parquet

The column is read undecoded: a decoded picture has lost what it said.
To do it without `datasets`, with a record:

    provenance permissions check PICTURES.parquet --for generative-training --write-allowed ALLOWED.parquet
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from provenance import Purpose, decide

PURPOSE = Purpose.GENERATIVE_TRAINING


def allowed(row: dict[str, Any], column: str = "image") -> bool:
    """Whether the picture of *row* may be used."""
    image = row[column]
    data = image["bytes"] if image["bytes"] is not None else Path(image["path"]).read_bytes()
    return decide(data, PURPOSE).outcome == "allowed"


def heeding(dataset: Any, column: str = "image") -> Any:
    """Return *dataset* with the rows that may be used; the column is decoded again, as it was."""
    import datasets

    raw = dataset.cast_column(column, datasets.Image(decode=False))
    return raw.filter(lambda row: allowed(row, column)).cast_column(column, datasets.Image())


def main(source: str, target: str) -> None:
    """Filter one Parquet file."""
    import datasets

    found = datasets.Dataset.from_parquet(source)
    kept = heeding(found)
    kept.to_parquet(target)
    print(f"{len(kept)} of {len(found)} taken")


if __name__ == "__main__":
    main(*sys.argv[1:3])
