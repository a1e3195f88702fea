"""A report as text: `render` is one screen, `render_full` is everything."""

from __future__ import annotations

from provenance.report.full import render_full
from provenance.report.screen import render

__all__ = ["render", "render_full"]
