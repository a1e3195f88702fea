"""The same validator as an Ayon addon: put this folder and ``pyblish`` side by side into your addon's client code.

Ayon asks for the folders of publish plug-ins once per host; which hosts get ours is `HOSTS`.
"""

from __future__ import annotations

import os
from typing import List

from ayon_core.addon import AYONAddon, IPluginPaths

PLUGINS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "pyblish")
HOSTS = ("blender", "houdini", "maya", "nuke", "photoshop", "substancepainter", "traypublisher")


class ProvenanceAddon(AYONAddon, IPluginPaths):  # type: ignore[misc]
    """Gives Ayon the folder of the validator."""

    name = "provenance"
    title = "Provenance"
    version = "0.1.0"

    def get_plugin_paths(self) -> dict[str, List[str]]:
        """Return nothing: the publish plug-ins depend on the host, see below."""
        return {}

    def get_publish_plugin_paths(self, host_name: str) -> List[str]:
        """Return where the validator lies, for the hosts that publish pictures."""
        return [PLUGINS] if host_name in HOSTS else []
