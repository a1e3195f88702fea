"""`provenance.metadata.structure`: an author's own prompts, where sd-parsers is installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from provenance.errors import AssetError
from provenance.metadata.asked import Prompts
from provenance.metadata.structure import prompts
from tests.support.environment import run_provenance
from tests.support.generators import A1111, NEGATIVE, PROMPT, WORKFLOW, png, text_to_image


def _saved(folder: Path, data: bytes) -> Path:
    path = folder / "export.png"
    path.write_bytes(data)
    return path


def test_prompts(tmp_path: Path) -> None:
    """Both prompts of an infotext come back, the tags in it included."""
    pytest.importorskip("sd_parsers")

    found = prompts(_saved(tmp_path, png({"parameters": A1111})))

    assert found == Prompts((f"{PROMPT} <lora:inkwash_v2:0.8>",), (NEGATIVE,))


def test_inspect_shows_them_to_whoever_asks(tmp_path: Path) -> None:
    """`inspect --prompts` prints both, as found and not signed; without the flag no prompt is printed."""
    pytest.importorskip("sd_parsers")
    path = _saved(tmp_path, png({"parameters": A1111}))

    asked = run_provenance("inspect", path, "--prompts", home=tmp_path / "home", cwd=tmp_path)
    usual = run_provenance("inspect", path, home=tmp_path / "home", cwd=tmp_path)

    assert asked.exit == 0
    assert f"Asked for (found, not signed): {PROMPT}" in asked.out
    assert f"Not wanted (found, not signed): {NEGATIVE}" in asked.out
    assert PROMPT not in usual.out


def test_nothing_is_found(tmp_path: Path) -> None:
    """A picture without any has no prompts; a graph that cannot be followed has none either."""
    pytest.importorskip("sd_parsers")

    assert prompts(_saved(tmp_path, png())) == Prompts()
    assert prompts(_saved(tmp_path, png({"prompt": json.dumps(text_to_image()), "workflow": "{"}))) == Prompts()
    assert prompts(_saved(tmp_path, png({"prompt": "[]", "workflow": json.dumps(WORKFLOW)}))) == Prompts()


def test_no_picture(tmp_path: Path) -> None:
    """What Pillow cannot open is an error of ours."""
    pytest.importorskip("sd_parsers")

    with pytest.raises(AssetError, match=r"^export\.png: cannot be read \(it is no picture\)$"):
        prompts(_saved(tmp_path, b"no picture"))


def test_without_the_extra(tmp_path: Path) -> None:
    """Without sd-parsers the error says what to install; nothing else of the package notices."""
    code = (
        "import sys; sys.modules['sd_parsers'] = None\n"
        "from pathlib import Path\n"
        "import provenance.metadata.traces, provenance.metadata.proposals\n"
        "from provenance.metadata.structure import prompts\n"
        f"prompts(Path({str(tmp_path)!r}))\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stderr.rstrip().endswith(
        "AssetError: prompts: cannot be read without sd-parsers; "
        'install the extra: pip install "provenance-toolkit[prompts]"'
    )
