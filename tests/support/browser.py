"""A real browser, without a window and without a network: what it finds on a page, and how it prints it."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.environment import CHECKOUT

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--disable-dev-shm-usage",
)  # fmt: skip
DARK = "--blink-settings=preferredColorScheme=0"
LIGHT = "--blink-settings=preferredColorScheme=1"
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_AXE = os.environ.get("PROVENANCE_AXE", str(CHECKOUT / ".cache" / "axe" / "node_modules" / "axe-core" / "axe.min.js"))
AXE = Path(_AXE) if Path(_AXE).is_file() else None

needs_browser = pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is missing")
needs_axe = pytest.mark.skipif(AXE is None, reason="axe-core is missing")


def chromium(page: Path, *arguments: str) -> str:
    """Open *page* in a browser that has never been used; return what it prints."""
    with tempfile.TemporaryDirectory(prefix="chromium-") as profile:
        done = subprocess.run(
            ["chromium", *_FLAGS, f"--user-data-dir={profile}", *arguments, page.as_uri()],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=True,
        )
    return done.stdout


def asked(page: str, script: str, folder: Path, *arguments: str, width: int = 1280) -> Any:
    """Return what *script*, the body of an asynchronous function, returns inside *page*, as JSON.

    The page's own policy allows no script, so it is taken out of a copy, which stands in a frame of *width*
    pixels: a window cannot be as narrow as a phone.
    """
    answer = (
        "<script>addEventListener('load', async () => { let found;"
        f"try {{ found = await (async () => {{ {script} }})() }} catch (problem) {{ found = String(problem) }}"
        "parent.document.getElementById('answer').textContent = JSON.stringify(found) })</script>"
    )
    inner = _POLICY.sub("", page).replace("</body>", f"{answer}</body>")
    frame = f'<iframe width="{width}" height="2000" style="border:0" srcdoc="{html.escape(inner)}"></iframe>'
    path = folder / "asked.html"
    path.write_text(f'<!doctype html><pre id="answer"></pre>{frame}', encoding="utf-8")
    printed = chromium(path, "--dump-dom", "--virtual-time-budget=20000", *arguments)
    found = re.search(r'<pre id="answer">(.*?)</pre>', printed, re.DOTALL)
    assert found is not None
    assert found[1], "the script in the page did not end"
    return json.loads(html.unescape(found[1]))


def violations(page: str, folder: Path, *arguments: str, width: int = 1280) -> list[str]:
    """Return what axe-core objects to in *page*: rule, and the elements."""
    assert AXE is not None
    run = AXE.read_text("utf-8").replace("</script", "<\\/script")
    opened = "document.querySelectorAll('details').forEach((each) => { each.open = true })"
    script = f"{run}; {opened}; return (await axe.run(document, {{resultTypes: ['violations']}})).violations"
    found = asked(page, script, folder, *arguments, width=width)
    assert isinstance(found, list), found
    return [f"{one['id']}: {', '.join(str(node['target']) for node in one['nodes'][:4])}" for one in found]
