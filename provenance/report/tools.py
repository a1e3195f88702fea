"""Names of programs and models known to generate pictures: a weak hint, never a statement.

A name can be forged, and many programs here also have features that generate nothing. So a match is only
ever "possible, not declared in the standard's field". Last looked through on 2026-11-23.
"""

from __future__ import annotations

import re

_NAMES = (
    r"adobe[ _]firefly", r"firefly", r"midjourney", r"dall[·•.\- ]?e(?:[ \-]?[23])?", r"gpt[\- ]?4o", r"gpt[\- ]image",
    r"chatgpt", r"openai api", r"stable[ \-]?diffusion", r"sdxl", r"dreamstudio", r"imagen", r"nano banana",
    r"gemini", r"titan image generator", r"amazon nova canvas", r"bing image creator", r"image creator", r"flux\.?1?",
    r"ideogram", r"leonardo\.?ai", r"grok", r"novelai", r"comfyui", r"automatic1111", r"invokeai", r"fooocus",
    r"draw things", r"dreamina", r"seedream", r"qwen[ \-]image", r"hunyuan", r"recraft", r"craiyon", r"nightcafe",
    r"playground ai", r"magic media", r"black forest labs", r"stability ai",
)  # fmt: skip
_KNOWN = re.compile(r"(?<![a-z0-9])(?:" + "|".join(_NAMES) + r")(?![a-z])", re.IGNORECASE)


def known_generator(*names: str) -> str:
    """Return the first of *names* that is known to generate pictures, or ""."""
    return next((name for name in names if name and _KNOWN.search(name.replace("_", " "))), "")


def known_name(text: str) -> str:
    """Return the part of *text* that is such a name, or ""."""
    found = _KNOWN.search(text.replace("_", " "))
    return found[0] if found else ""
