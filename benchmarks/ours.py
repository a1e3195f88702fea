"""This package, as a program uses it. Also run as a program, for its memory."""

from __future__ import annotations

import sys
import tempfile
from functools import cache
from pathlib import Path

from provenance.credentials import identities, lifecycle
from provenance.credentials.credential import Credential
from provenance.declaration.model import Declaration
from provenance.declaration.profile import Profile
from provenance.home import Home
from provenance.signing.options import Options
from provenance.signing.sign import sign as sign_picture
from provenance.verification.check import check
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.verification.options import Options as Checking

DECLARATION = Declaration.model_validate({"origin": "blank canvas", "tools": [{"name": "Krita", "version": "5.2.6"}]})
CHECKING = Checking()


@cache
def credential() -> Credential:
    """Make an identity without a passphrase, once a run."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder, "home"))
        lifecycle.create(home, "default", handle="bench", passphrase="", profile=Profile(name="bench").to_toml())
        return identities.load(home)


def sign(source: Path, destination: Path, *, thumbnail: bool) -> None:
    """Sign *source* into *destination*: whole or not at all, read back and found intact."""
    options = Options(output=destination, overwrite=True, thumbnail=thumbnail)
    sign_picture(source, DECLARATION, credential=credential(), options=options)


def verify(path: Path) -> Verification:
    """Verify *path* in this process."""
    found = check(path, options=CHECKING)
    assert found.active_manifest is not None, found.problem
    return found


def verify_in_pool(paths: list[Path]) -> int:
    """Verify *paths* in child processes, one a core, and return how many are intact."""
    found = [outcome for _, outcome in verify_files(paths, options=CHECKING)]
    return sum(1 for one in found if isinstance(one, Verification) and one.integrity == "intact")


if __name__ == "__main__":  # python -m benchmarks.ours read|sign FILE [DESTINATION]
    if sys.argv[1] == "read":
        verify(Path(sys.argv[2]))
    else:
        sign(Path(sys.argv[2]), Path(sys.argv[3]), thumbnail=False)
