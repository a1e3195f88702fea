"""The prompts of a generated picture, for its own author, where ``sd-parsers`` is installed (extra ``prompts``).

Nothing else needs it: tools, models and modes come from our own readers, and prompts are private unless somebody asks
to publish theirs. `metadata.asked` runs it in a child process: Pillow opens the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

try:
    from sd_parsers import ParserManager
except ImportError:
    ParserManager = None  # type: ignore[assignment, misc]  # the extra is not installed

from provenance.errors import AssetError
from provenance.metadata.asked import Prompts
from provenance.plain import plain


def job(argument: str) -> Prompts:
    """Answer a path, as a worker gets it."""
    return prompts(Path(argument))


def prompts(picture: Path) -> Prompts:
    """Return the prompts that *picture* holds; none where none is found.

    Raises:
        AssetError: if ``sd-parsers`` is not installed, or the picture cannot be opened.
    """
    if ParserManager is None:
        raise AssetError(
            "prompts",
            "cannot be read without sd-parsers",
            'install the extra: pip install "provenance-toolkit[prompts]"',
        )
    try:
        found = ParserManager().parse(picture)
    except OSError as exc:
        raise AssetError(plain(picture.name), f"cannot be read ({exc.strerror or 'it is no picture'})") from exc
    except Image.DecompressionBombError as exc:
        raise AssetError(plain(picture.name), "has more pixels than are decoded") from exc
    if found is None:
        return Prompts()
    return Prompts(_texts(found.prompts), _texts(found.negative_prompts))


def _texts(found: Sequence[object]) -> tuple[str, ...]:
    return tuple(filter(None, (str(one).strip() for one in found)))
