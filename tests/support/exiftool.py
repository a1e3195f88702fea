"""One exiftool for many files: it takes 0.15 s to start and a tenth of that to read a file."""

from __future__ import annotations

import atexit
import json
import subprocess
from pathlib import Path
from typing import Any

Tags = dict[str, list[Any]]  # by ``Group:Tag``; a tag may stand twice

_READ = (
    "-json", "-b", "-n", "-struct", "-G1:4",
    "-a", "-u", "-all", "-PhotoshopThumbnail",  # which is shown only to those who ask for it
    "-charset", "exif=utf8", "-charset", "iptc=utf8",
)  # fmt: skip


class Exiftool:
    """A process of exiftool that waits for the next file. What it tells apart from tags is thrown away."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["exiftool", "-stay_open", "True", "-@", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        atexit.register(self._process.kill)  # it waits for the next file even when nobody is left to name one

    def close(self) -> None:
        self._said("-stay_open", "False")
        self._process.communicate()
        atexit.unregister(self._process.kill)

    def tags(self, path: Path) -> Tags:
        """Return every tag of *path* as it stands there, without conversion; binary ones in Base64."""
        (found,) = json.loads(self._asked(*_READ, str(path)))
        tags: Tags = {}
        for name, value in found.items():
            group, _, tag = name.rpartition(":")  # "IFD0:Copy1:Artist": which of several it is, we do not ask
            tags.setdefault(f"{group.partition(':')[0]}:{tag}", []).append(value)
        return tags

    def _asked(self, *arguments: str) -> str:
        self._said(*arguments, "-execute")
        assert self._process.stdout is not None
        lines = []
        while (line := self._process.stdout.readline()) != "{ready}\n":
            assert line, "exiftool has ended"
            lines.append(line)
        return "".join(lines)

    def _said(self, *arguments: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("".join(f"{argument}\n" for argument in arguments))
        self._process.stdin.flush()
