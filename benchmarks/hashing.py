"""Reading files and hashing them, in processes that load nothing else."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from itertools import islice
from pathlib import Path


def digests(paths: list[str]) -> list[str]:
    """Read and hash each of *paths*."""
    found = []
    for path in paths:
        with open(path, "rb") as stream:  # noqa: PTH123 - the least there can be
            found.append(hashlib.sha256(stream.read()).hexdigest())
    return found


def hash_all(folder: Path, *, processes: int, group: int) -> int:
    """Hash every file of *folder*, *group* files a message; return how many."""
    names = (entry.path for entry in os.scandir(folder))
    groups = iter(lambda: list(islice(names, group)), [])
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return sum(len(found) for found in pool.imap(digests, groups))
