"""A pyblish validator: what is published meets the studio's policy. It works under Ayon, and without it.

``provenance`` runs as a command of its own, because the programs that publish bring their own, older Python; this
file needs Python 3.9 and pyblish. What it can be told:

    PROVENANCE_COMMAND   the command, "provenance" by default; "C:/provenance/Scripts/provenance.exe", or with arguments
    PROVENANCE_POLICY    a template's name or a policy file; Ayon's settings may set `policy` on the class instead

Rejected pictures, and pictures that could not be judged, fail the validation. What is for a person to look at
(`review`) is a warning in the log: no program decides that. Every verdict stands in ``instance.data["provenance"]``.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from typing import Any, ClassVar, Dict, List

import pyblish.api

try:
    from ayon_core.pipeline.publish import PublishValidationError
except ImportError:

    class PublishValidationError(Exception):  # type: ignore[no-redef]
        """What Ayon's error of this name is, where there is no Ayon."""

        def __init__(self, message: str, title: str = "", description: str = "") -> None:
            super().__init__(message)
            self.message, self.title, self.description = message, title, description


ENDINGS = tuple(  # of pictures that `provenance` knows
    ".jpg .jpeg .jpe .jfif .png .apng .webp .tif .tiff .gif .avif .avifs .heic .heics .hif .heif .heifs .dng .svg .jxl"
    " .bmp .dib .psd .psb .exr .kra .ora".split()
)
FOREIGN = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONEXECUTABLE", "VIRTUAL_ENV")  # the host's own Python
FAILED = ("reject",)


class ValidateProvenance(pyblish.api.InstancePlugin):  # type: ignore[misc]
    """Judge the pictures of one instance."""

    label = "Validate Provenance"
    order = pyblish.api.ValidatorOrder + 0.1
    families: ClassVar[List[str]] = ["*"]
    optional = False
    policy = ""
    policy_context: ClassVar[List[str]] = []  # values for the policy, "shipped=true"
    seconds = 600

    def process(self, instance: Any) -> None:
        """Judge what *instance* publishes.

        Raises:
            PublishValidationError: if a picture is rejected, or nothing could be told of one.
        """
        files = pictures(instance.data)
        if not files:
            self.log.debug("no picture in %s", instance)
            return
        verdicts = self.judged(files)
        instance.data["provenance"] = verdicts
        failed = []
        for verdict in verdicts:
            line = "{}: {}".format(os.path.basename(verdict["name"]), why(verdict))
            if verdict["problem"] or (verdict["enforced"] and verdict["decision"] in FAILED):
                failed.append(line)
            elif verdict["decision"] == "review":
                self.log.warning("for a person to look at: %s", line)
        if failed:
            raise PublishValidationError(
                "{} of {} pictures: {}".format(len(failed), len(verdicts), failed[0]),
                title="Provenance",
                description="### Not as the policy asks\n\n" + "\n".join("- " + markdown(line) for line in failed),
            )

    def judged(self, files: List[str]) -> List[Dict[str, Any]]:
        """Return one verdict for each of *files*; it fails where there is none."""
        command = shlex.split(os.environ.get("PROVENANCE_COMMAND", "") or "provenance", posix=os.name != "nt")
        policy = self.policy or os.environ.get("PROVENANCE_POLICY", "")
        options = ["check", "--quiet", "--format=json"] + (["--policy", policy] if policy else [])
        options += ["--context=" + pair for pair in self.policy_context]
        found: List[Dict[str, Any]] = []
        for start in range(0, len(files), 200):  # Windows takes no longer command line
            share = files[start : start + 200]
            found += self.asked(command + options + ["--"] + share, len(share))
        return found

    def asked(self, command: List[str], number: int) -> List[Dict[str, Any]]:
        """Run *command*, and return its verdicts if they are as many as *number*."""
        environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                timeout=self.seconds,
                check=False,
            )
            found: List[Dict[str, Any]] = json.loads(done.stdout.decode("utf-8"))["files"]
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise PublishValidationError("could not tell: {}".format(exc), title="Provenance") from exc
        except ValueError:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no answer"]
            raise PublishValidationError("could not tell: {}".format(said[-1]), title="Provenance") from None
        if len(found) != number or done.returncode not in (0, 1, 2):
            raise PublishValidationError("could not tell: not every picture has a verdict", title="Provenance")
        return found


def pictures(data: Dict[str, Any]) -> List[str]:
    """Return the pictures of an instance: Ayon's representations, or plain pyblish's ``files``; each once."""
    found = []
    for entry in data.get("representations") or [data]:
        if "delete" in (entry.get("tags") or []):
            continue  # Ayon does not keep it
        names = entry.get("files") or []
        folder = entry.get("stagingDir") or data.get("stagingDir") or ""
        for name in [names] if isinstance(names, str) else names:
            found.append(os.path.abspath(os.path.join(folder, name)))
    return [path for path in dict.fromkeys(found) if path.lower().endswith(ENDINGS)]


def why(verdict: Dict[str, Any]) -> str:
    """Return the gravest reason in a verdict."""
    outcomes = verdict["outcomes"]
    return str(verdict["problem"] or (outcomes[0]["sentence"] if outcomes else verdict["decision"]))


def markdown(text: str) -> str:
    """Return *text* so that nothing in it is markup."""
    return "".join("\\" + sign if sign in "\\`*_{}[]()<>#+-.!|~&" else sign for sign in text)
