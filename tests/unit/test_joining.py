"""Answers joined from parts packed beforehand: one gzip member that unpacks to the very text."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trygghetskarta.serialize.joining import Joined, Parts


def unpacked(packed: bytes) -> bytes:
    """Unpack one gzip member, its checksum and length checked, after which nothing may come."""
    unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
    text = unpacking.decompress(packed) + unpacking.flush()
    assert unpacking.eof
    assert unpacking.unused_data == b""
    return text


texts = st.binary(max_size=300) | st.sampled_from([b"59.33,18.06" * 40, b'"count":0,' * 3])


@given(st.binary(max_size=200), st.lists(st.tuples(texts, texts), max_size=30), st.binary(max_size=20))
def test_what_is_joined_unpacks_to_the_text_that_is_sent_unpacked(head: bytes, rows: list[tuple[bytes, bytes]], end: bytes) -> None:
    joined = Joined(head, Parts.of(part for part, _ in rows), [figures for _, figures in rows], end)
    plain = head + b"".join(part + figures for part, figures in rows) + end
    assert joined.plain() == plain
    assert unpacked(joined.packed()) == plain


@pytest.mark.parametrize("length", [0, 1, 4_095, 4_096, 65_535])
def test_figures_of_a_row_are_as_long_as_a_stored_block_at_most(length: int) -> None:
    joined = Joined(b"x" * 200_000, Parts.of([b"outline", b"outline"]), [b"1" * length, b"2"], b"]}")
    assert unpacked(joined.packed()) == joined.plain()


def test_longer_figures_are_refused_not_cut() -> None:
    with pytest.raises(ValueError, match="65536 bytes"):
        Joined(b"", Parts.of([b"outline"]), [b"1" * 65_536], b"").packed()


def test_some_of_the_parts_are_taken_in_the_order_asked_for() -> None:
    parts = Parts.of([b"a", b"b", b"c"])
    assert Joined(b"", parts.taken([2, 0]), [b"1", b"2"], b"").plain() == b"c1a2"
    assert unpacked(Joined(b"", parts.taken([2, 0]), [b"1", b"2"], b"").packed()) == b"c1a2"


def test_figures_longer_than_the_outlines_are_better_packed_as_a_whole() -> None:
    outlines = Parts.of([b"".join(b"[%d.%d]," % (number, number**3) for number in range(300))])
    assert Joined(b"", outlines, [b"1"], b"").packs_well
    assert not Joined(b"", outlines, [b"1" * 5_000], b"").packs_well
