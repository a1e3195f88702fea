"""`provenance.container.cose`: a COSE_Sign1, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.container.cose import decode
from provenance.container.model import RawSignature
from tests.support.container import cose, encode

TOKEN = b"\x30\x05\x06\x03\x2a\x03\x04"  # SEQUENCE { OID }
RESPONSE = b"\x30\x0c\x30\x03\x02\x01\x00" + TOKEN  # SEQUENCE { status, token }
CHAINS = {
    "protected, one": ({1: -7, 33: b"leaf"}, {}, (b"leaf",)),
    "protected, several": ({1: -7, 33: [b"leaf", b"root"]}, {}, (b"leaf", b"root")),
    "unprotected, by name": ({1: -7}, {"x5chain": [b"leaf"]}, (b"leaf",)),
    "protected comes first": ({1: -7, 33: b"good"}, {"x5chain": b"other"}, (b"good",)),
    "not certificates": ({1: -7, 33: [1, 2]}, {}, ()),
    "none": ({1: -7}, {}, ()),
}
WRONG = {
    "not CBOR": (b"\xff", "a break stands alone at byte 0"),
    "three parts": (encode([b"", {}, None]), "is not a COSE_Sign1"),
    "a map": (encode({}), "is not a COSE_Sign1"),
    "headers that are lists": (encode([encode([]), {}, None, b""]), "has headers that are not maps"),
    "unprotected that is text": (encode([b"", "x", None, b""]), "has headers that are not maps"),
}


@pytest.mark.parametrize(("protected", "unprotected", "chain"), CHAINS.values(), ids=CHAINS.keys())
def test_certificates(protected: dict[object, object], unprotected: dict[object, object], chain: tuple[bytes]) -> None:
    """The chain is found where each version of the claim puts it."""
    assert decode(cose(protected, unprotected)).certificates == chain


def test_everything_is_handed_on() -> None:
    """Algorithm, content type, payload, time stamps, OCSP responses and padding are taken from their headers."""
    found = decode(
        cose(
            {1: -37, 3: "application/vc"},
            {
                "sigTst": {"tstTokens": [{"val": RESPONSE}]},
                "sigTst2": {"tstTokens": [{"val": TOKEN}, {"val": b"junk"}, {"other": 1}]},
                "rVals": {"ocspVals": [b"one", 2]},
                "pad": b"\0\1\0\2",
                "pad2": b"\3",
            },
            b"payload",
        )
    )

    assert found == RawSignature(
        -37,
        time_stamps=(TOKEN, b"junk", TOKEN),
        ocsp=(b"one",),
        content_type="application/vc",
        payload=b"payload",
        nonzero_padding=3,
        protected=encode({1: -37, 3: "application/vc"}),
        signature=bytes(64),
    )


@pytest.mark.parametrize(("data", "error"), WRONG.values(), ids=WRONG.keys())
def test_faults_are_values(data: bytes, error: str) -> None:
    """What is no COSE_Sign1 comes back as an error, not as an exception."""
    assert decode(data) == RawSignature(error=error)


@given(st.binary(max_size=200), st.dictionaries(st.text() | st.integers(), st.binary() | st.lists(st.binary())))
def test_never_raises(data: bytes, headers: dict[object, object]) -> None:
    """No bytes and no headers make it raise."""
    assert isinstance(decode(data), RawSignature)
    assert isinstance(decode(cose(headers, headers)), RawSignature)
