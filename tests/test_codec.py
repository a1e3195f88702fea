"""Dataclasses as JSON and back, and nothing else let in."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.terms import Integrity, Level
from provenance.verification.model import Manifest, SignedTime, Signer, Status, TimeKind, Verification
from provenance.worker import codec
from provenance.worker.codec import CodecError

PLAIN = {
    str: st.text(st.characters(), max_size=20),
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats(allow_nan=False),
}


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """What the models of the house do not hold yet."""

    data: bytes
    scale: float = 1.0
    note: str | None = None


def values(hint: Any) -> st.SearchStrategy:
    """Build values of *hint* by hand: hypothesis' own `builds` fills no field that has a default."""
    if hint in PLAIN:
        return PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(
            hint, **{each.name: st.deferred(lambda at=hints[each.name]: values(at)) for each in fields(hint)}
        )
    if get_origin(hint) is tuple:
        kinds = get_args(hint)
        if kinds[-1] is Ellipsis:
            return st.lists(values(kinds[0]), max_size=2).map(tuple)
        return st.tuples(*map(values, kinds))
    return st.none() | values(next(kind for kind in get_args(hint) if kind is not type(None)))


@settings(max_examples=60, deadline=None)
@given(values(Verification))
def test_every_verification_comes_back_equal(found):
    """Through real JSON text, whatever stands in its fields, lone surrogates included."""
    text = json.dumps(codec.encode(found))

    assert codec.decode(Verification, json.loads(text)) == found


@given(st.binary(max_size=50), st.floats(allow_nan=False), st.none() | st.text(max_size=5))
def test_bytes_and_none_come_back_equal(data, scale, note):
    """A picture's bytes travel as base64."""
    made = Thumbnail(data, scale, note)

    assert codec.decode(Thumbnail, json.loads(json.dumps(codec.encode(made)))) == made


def test_defaults_are_left_out():
    """A small result is a small message."""
    made = Verification("a.jpg", 3, "image/jpeg", integrity=Integrity.INTACT)

    assert codec.encode(made) == {"name": "a.jpg", "size": 3, "media_type": "image/jpeg", "integrity": "intact"}


def test_plain_json_stays_as_it_is():
    """A job may return plain JSON; its type is then ``object``."""
    made = {"a": [1, None, "x"]}

    assert codec.decode(object, codec.encode(made)) == made


def made(**changes: Any) -> dict[str, Any]:
    return {"name": "a.jpg", "size": 3, "media_type": "image/jpeg"} | changes


WRONG = {
    "not an object": [],
    "missing field": {"name": "a.jpg"},
    "unknown field": made(verdict="trusted"),
    "number for text": made(name=1),
    "text for a number": made(size="3"),
    "bool for a number": made(size=True),
    "number for a bool": made(chain_intact=1),
    "null for text": made(sha256=None),
    "unknown word": made(integrity="authentic"),
    "list for a word": made(integrity=["intact"]),
    "text for a list": made(statuses="intact"),
    "object for a list": made(statuses={}),
    "inner value": made(statuses=[{"code": 1, "level": "failure"}]),
    "pair of one": made(environment={"versions": [["python"]]}),
    "pair of three": made(environment={"versions": [["python", "3.11", "more"]]}),
}


@pytest.mark.parametrize("data", WRONG.values(), ids=WRONG.keys())
def test_what_is_not_promised_is_refused(data):
    """A child that was taken over cannot put a wrong type where the report expects a right one."""
    with pytest.raises(CodecError):
        codec.decode(Verification, data)


def test_a_type_without_json_is_our_bug():
    """A model with a field that cannot travel is noticed by its first use, not swallowed."""

    @dataclass(frozen=True)
    class Odd:
        what: complex

    with pytest.raises(TypeError, match="no JSON for"):
        codec.encode(Odd(1j))


def test_a_decoded_value_is_of_our_types():
    """Enums and tuples are restored, not strings and lists that only look like them."""
    signer = Signer(Level.LISTED, ())
    before = Verification(
        "a.jpg", 3, "image/jpeg", manifests=(Manifest("m", Integrity.ALTERED, signer, SignedTime(TimeKind.NONE)),)
    )

    after = codec.decode(Verification, codec.encode(before))

    assert isinstance(after.manifests, tuple)
    assert after.manifests[0].integrity is Integrity.ALTERED
    assert after.manifests[0].signer.level is Level.LISTED
    assert isinstance(after.manifests[0].statuses, tuple)
    assert all(isinstance(status, Status) for status in after.statuses)
