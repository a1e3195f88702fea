"""`provenance.container.items`: the tables of a HEIF's items, read and written anew."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.container import items
from provenance.container.parts import Part, Role, Span
from provenance.container.source import Counter, MalformedError, Source


def part(box: bytes) -> tuple[Source, Part]:
    """Return *box* as a file, and as a part of it."""
    whole, body = Span(0, len(box)), Span(8, len(box) - 8)
    return Source(io.BytesIO(box)), Part(box[4:8].decode(), whole, body, Role.PICTURE)


SMALL = st.integers(0, (1 << 16) - 1)
PLACES = st.builds(items.Extent, st.just(0), st.integers(0, (1 << 32) - 1), st.integers(0, (1 << 32) - 1))
LOCATIONS = st.builds(
    items.Locations,
    st.sampled_from([1, 2]),
    st.just(0),
    st.sampled_from([0, 4]),
    st.lists(
        st.builds(items.Location, SMALL, st.integers(0, 2), SMALL, st.lists(PLACES, max_size=3).map(tuple)), max_size=4
    ).map(tuple),
)


@given(LOCATIONS, st.booleans())
def test_places_are_read_as_they_were_written(table: items.Locations, wide: bool) -> None:
    """Writing and reading are inverse, whatever the width."""
    source, box = part(items.written(table, wide=wide))

    assert items.locations(source, box, Counter(1000, "items")) == table


@given(
    st.lists(
        st.builds(items.Reference, st.just("cdsc"), st.integers(0, 70_000), st.lists(st.integers(0, 70_000), max_size=3).map(tuple)),
        max_size=4,
    )
)  # fmt: skip
def test_references_are_read_as_they_were_written(entries: list[items.Reference]) -> None:
    """Large numbers of items make the table a wide one, by itself."""
    source, box = part(items.referring(entries))

    assert items.references(source, box, Counter(1000, "items")) == tuple(entries)


@pytest.mark.parametrize("head", ["03000000 4400", "01000000 4430", "00000000 1400"])
def test_a_table_of_an_unknown_kind_is_not_guessed_at(head: str) -> None:
    """Versions and widths that the standard does not know are refused."""
    source, box = part(items.box("iloc", bytes.fromhex(head) + bytes(4)))

    with pytest.raises(MalformedError, match="the table of the items' places is of an unknown kind"):
        items.locations(source, box, Counter(1000, "items"))


def test_a_list_that_grows_beyond_its_count_becomes_a_wide_one() -> None:
    """65,536 entries do not fit into a count of two bytes."""
    full = items.box("iinf", bytes(4) + b"\xff\xff" + items.box("infe", b"") * 0xFFFF)
    source, box = part(full)

    made = items.listed(source, box, [items.entry(7, "Exif")], Counter(100_000, "items"))

    assert made[8:16] == b"\1\0\0\0\0\1\0\0"
    assert made.endswith(items.entry(7, "Exif"))
    assert items.entry(70_000, "mime", items.XMP)[8:16] == b"\3\0\0\1" + (70_000).to_bytes(4, "big")


@pytest.mark.parametrize("count", [0, 2, 0xFFFF])
def test_a_list_of_another_length_than_it_says_is_refused(count: int) -> None:
    """Readers would disagree about what stands behind the counted entries."""
    source, box = part(items.box("iinf", bytes(4) + count.to_bytes(2, "big") + items.entry(7, "Exif")))

    with pytest.raises(MalformedError, match="the list of the items is not as long as it says"):
        items.listed(source, box, [], Counter(1000, "items"))


def test_a_place_of_an_unknown_kind_is_refused() -> None:
    """In the file, in ``idat``, in another item: there is no fourth way."""
    row = bytes.fromhex("0001 0003 0000 0000")
    source, box = part(items.box("iloc", bytes.fromhex("01000000 4400 0001") + row))

    with pytest.raises(MalformedError, match="an item stands in a place of an unknown kind"):
        items.locations(source, box, Counter(1000, "items"))
