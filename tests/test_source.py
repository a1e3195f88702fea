"""Bytes of a file by position: the same from a stream and from memory."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from provenance.container import source as sources
from provenance.container.source import Held, Source

WANTED = b"abcd"


@given(data=st.text("abcd", max_size=60).map(str.encode), start=st.integers(0, 70), end=st.integers(0, 70))
def test_a_search_finds_what_is_there(data: bytes, start: int, end: int) -> None:
    """`holds` and `find` agree with a search of the whole, wherever a block ends, in a stream and in memory."""
    before = sources._SEARCH
    sources._SEARCH = 7
    try:
        there = data.find(WANTED, start, end)

        assert Source(io.BytesIO(data)).holds(WANTED, start, end) is (there >= 0)
        assert Held(data).holds(WANTED, start, end) is (there >= 0)
        assert Held(data).find(WANTED, start, end) == there
    finally:
        sources._SEARCH = before


@given(data=st.binary(max_size=40), start=st.integers(-3, 50), length=st.integers(-3, 50))
def test_memory_is_read_as_a_stream_is(data: bytes, start: int, length: int) -> None:
    """Any stretch, also one that lies outside, is the same from both."""
    assert Held(data).read(start, length) == Source(io.BytesIO(data)).read(start, length)
    assert Held(data).near(max(start, 0)) == Source(io.BytesIO(data)).near(max(start, 0))
