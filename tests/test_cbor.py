"""`provenance.container.cbor`: strict, bounded, lossless."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.container.cbor import CborError, Tagged, TooManyItemsError, decode
from tests.support.container import encode, equal

VALUES = {  # RFC 8949 Appendix A, and what we add to it
    "small": ("17", 23),
    "64 bits": ("1bffffffffffffffff", 2**64 - 1),
    "negative": ("3bffffffffffffffff", -(2**64)),
    "bignum": ("c249010000000000000000", 2**64),
    "negative bignum": ("c349010000000000000000", -(2**64) - 1),
    "half": ("f93c00", 1.0),
    "single": ("fa47c35000", 100000.0),
    "double": ("fb3ff199999999999a", 1.1),
    "infinity": ("f97c00", math.inf),
    "not a number": ("f97e00", math.nan),
    "bytes": ("4401020304", b"\1\2\3\4"),
    "text": ("62c3bc", "ü"),
    "numbers": ("8318ff1901000a", [255, 256, 10]),
    "map": ("a201020304", {1: 2, 3: 4}),
    "array as a key": ("a18101f5", {(1,): True}),
    "bytes in pieces": ("5f42010243030405ff", b"\1\2\3\4\5"),
    "text in pieces": ("7f657374726561646d696e67ff", "streaming"),
    "array without length": ("9f01820203ff", [1, [2, 3]]),
    "map without length": ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
    "date": ("c074323031332d30332d32315432303a30343a30305a", "2013-03-21T20:04:00Z"),
    "another tag": ("c11a514b67b0", Tagged(1, 1363896240)),
    "true, null, undefined": ("83f5f6f7", [True, None, None]),
}
WRONG = {
    "nothing": ("", "ends too early"),
    "head cut off": ("19ff", "ends too early"),
    "string cut off": ("44010203", "ends too early"),
    "huge array": ("9b7fffffffffffffff", "ends too early"),
    "huge map": ("bb7fffffffffffffff", "ends too early"),
    "huge string": ("5b7fffffffffffffff", "ends too early"),
    "left over": ("0000", "1 bytes follow the item"),
    "doubled key": ("a201020103", "the key 1 stands twice"),
    "map as a key": ("a1a001", "a map as a key"),
    "not UTF-8": ("61ff", "text that is not UTF-8 before byte 2"),
    "break alone": ("ff", "a break stands alone at byte 0"),
    "break in an array": ("81ff", "a break stands alone at byte 1"),
    "break as a value": ("bf01ff", "a break stands alone at byte 2"),
    "reserved": ("1c", "reserved encoding at byte 0"),
    "integer without length": ("1f", "reserved encoding at byte 0"),
    "unassigned simple": ("f0", "unassigned simple value 16"),
    "unassigned long simple": ("f8ff", "unassigned simple value 255"),
    "pieces of two kinds": ("5f6161ff", "a piece of another kind in a string at byte 1"),
    "too deep": ("81" * 65 + "00", "nested too deep"),
}


@pytest.mark.parametrize(("data", "value"), VALUES.values(), ids=VALUES.keys())
def test_values(data: str, value: Any) -> None:
    """Every value comes out as it is."""
    assert equal(decode(bytes.fromhex(data)), value)


@pytest.mark.parametrize(("data", "message"), WRONG.values(), ids=WRONG.keys())
def test_wrong_bytes_are_named(data: str, message: str) -> None:
    """What is not exactly one good item is an error that says why."""
    with pytest.raises(CborError) as caught:
        decode(bytes.fromhex(data))

    assert str(caught.value) == message


def test_items_are_limited() -> None:
    """The limit counts every item, whatever holds it; at the limit it still decodes."""
    data = encode([0] * 9)

    assert decode(data, items=10) == [0] * 9
    with pytest.raises(TooManyItemsError):
        decode(data, items=9)
    with pytest.raises(TooManyItemsError):
        decode(b"\x5f" + b"\x40" * 20 + b"\xff", items=10)


def test_deepest_nesting_is_read() -> None:
    """Sixty-four levels are read, which is far more than any assertion has."""
    value = decode(b"\x81" * 63 + b"\0")

    for _ in range(63):
        (value,) = value
    assert value == 0


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
nested = st.recursive(plain, lambda held: st.lists(held) | st.dictionaries(st.text(), held), max_leaves=30)


@given(nested)
def test_what_was_encoded_is_decoded(value: Any) -> None:
    """Decoding undoes encoding."""
    assert equal(decode(encode(value)), value)


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    """No bytes do anything else than decode or raise `CborError`."""
    with contextlib.suppress(CborError):
        decode(data)
