"""Fixtures that every room shares."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from provenance.home import Home
from tests.support import pki as make_pki
from tests.support.artist import Artist, make_artist
from tests.support.environment import Ran, run_provenance
from tests.support.pki import Authority, Issued

settings.register_profile("provenance", deadline=None)  # no assertion depends on how busy the machine is
settings.load_profile("provenance")


@pytest.fixture(scope="session")
def pki() -> Authority:
    """One authority for the whole session."""
    return make_pki.authority()


@pytest.fixture(scope="session")
def issued(pki: Authority) -> Issued:
    """A leaf of `pki` that can sign."""
    return pki.issue()


@pytest.fixture(scope="session")
def artist(tmp_path_factory: pytest.TempPathFactory) -> Artist:
    """An artist with an identity of their own, for the whole session."""
    return make_artist(tmp_path_factory.mktemp("artist"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An empty user directory, also named by the environment."""
    path = tmp_path / "home"
    monkeypatch.setenv("PROVENANCE_HOME", str(path))
    return Home(path)


@pytest.fixture
def run(home: Home, tmp_path: Path) -> Callable[..., Ran]:
    """The command, run from the checkout in a process of its own, inside `tmp_path`."""

    def call(*arguments: str | Path, stdin: str = "", timeout: float = 120, **environment: str) -> Ran:
        return run_provenance(*arguments, home=home.path, cwd=tmp_path, stdin=stdin, timeout=timeout, **environment)

    return call
