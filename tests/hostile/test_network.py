"""Nobody is called: not while reading, not while signing, whatever the file says."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import c2pa
import pytest

from provenance.credentials.credential import Credential
from provenance.declaration.model import Declaration
from provenance.engine.context import writing_context
from provenance.errors import ProvenanceError
from provenance.signing.sign import sign
from provenance.verification.check import check
from provenance.verification.options import Options
from tests.hostile import cases_network
from tests.hostile.case import Case
from tests.hostile.cases import ASKED, CASES
from tests.support.environment import CORPUS, needs_corpus
from tests.support.pki import Authority

POINTING = {name: case for name, case in CASES.items() if case.group == "SS"}


class Listener:
    """A loopback port that counts who comes, and answers nobody."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self._stop = Event()
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()
        self.visits = 0
        self.address = "127.0.0.1:%d" % self._socket.getsockname()[1]  # noqa: UP031

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                visitor, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.visits += 1
            visitor.close()

    def close(self) -> None:
        """Let the last visitor in, then stop."""
        self._stop.set()
        self._thread.join()
        self._socket.close()


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """A listener that the cases point to, and that is everybody's proxy: whoever calls any host comes here."""
    found = Listener()
    monkeypatch.setitem(cases_network.HOST, "address", found.address)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{found.address}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    yield found
    found.close()


def test_listener_hears_the_engine(listener: Listener, tmp_path: Path) -> None:
    """With its own defaults the engine calls the address in the file: the listener works, and the defence is needed."""
    path = POINTING["xmp"].write(tmp_path)

    with pytest.raises(c2pa.C2paError), path.open("rb") as stream:
        c2pa.Reader("image/png", stream, context=c2pa.Context.from_dict({}))

    listener.close()
    assert listener.visits > 0


@pytest.mark.parametrize("case", POINTING.values(), ids=POINTING.keys())
def test_reading_calls_nobody(case: Case, listener: Listener, tmp_path: Path) -> None:
    """A file that points somewhere is read without a look there."""
    path = case.write(tmp_path)

    check(path, options=Options(trust=case.reader.trust()))

    listener.close()
    assert listener.visits == 0


def test_the_whole_set_calls_nobody(listener: Listener, tmp_path: Path) -> None:
    """No hostile file at all makes us call anybody."""
    for name, case in ASKED.items():
        check(case.write(tmp_path, name), options=Options(trust=case.reader.trust()))

    listener.close()
    assert listener.visits == 0


@needs_corpus
def test_corpus_calls_nobody(listener: Listener) -> None:
    """Files of others, with their real addresses, are read without a call."""
    assert CORPUS is not None
    for path in sorted(CORPUS.glob("*/*")):
        if path.suffix != ".attack":
            check(path, options=Options())

    listener.close()
    assert listener.visits == 0


@pytest.mark.parametrize("case", POINTING.values(), ids=POINTING.keys())
def test_signing_calls_nobody(case: Case, listener: Listener, tmp_path: Path, pki: Authority) -> None:
    """Whether it can be signed or not, a picture that points somewhere is signed without a look there."""
    issued = pki.issue("nightjar", with_root=True)
    declaration = Declaration.from_dict({"authors": [{"name": "nightjar"}]})

    with suppress(ProvenanceError):
        sign(case.write(tmp_path), declaration, credential=Credential.of(issued.chain, issued.key))

    listener.close()
    assert listener.visits == 0


@pytest.mark.parametrize("name", ["xmp", "xmp_redirect", "signed_and_xmp", "did_web"])
def test_ingredients_call_nobody(name: str, listener: Listener, tmp_path: Path) -> None:
    """An ingredient does not make the engine call the address that it names, in the Context that we sign with."""
    path = POINTING[name].write(tmp_path)
    definition = {"claim_generator_info": [{"name": "x"}], "assertions": []}

    with c2pa.Builder(definition, context=writing_context()) as builder, path.open("rb") as stream:
        try:
            builder.add_ingredient({"title": "x", "relationship": "parentOf"}, "image/png", stream)
        except c2pa.C2paError as refused:
            assert "Remote" in str(refused)

    listener.close()
    assert listener.visits == 0
