"""Hashes of many texts or rows of numbers at once are those of one at a time."""

from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.murmur import murmur
from trygghetskarta.ingest.hashing import row_hashes, text_hashes

# Lengths on both sides of a word of 8 bytes and a block of 16.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    ["x" * length for length in (7, 8, 9, 15, 16, 17, 32, 33)]
)
NUMBER = st.integers(-(2**63), 2**63 - 1)


@pytest.mark.parametrize(
    ("text", "hashed"),
    [
        ("", "00000000000000000000000000000000"),
        ("hello", "cbd8a7b341bd9b025b1e906a48ae1d19"),  # pragma: allowlist secret
        ("The quick brown fox jumps over the lazy dog", "e34bbc7bbc071b6c7a433ca9c49a9347"),  # pragma: allowlist secret
    ],
)
def test_the_hashes_are_the_published_ones(text: str, hashed: str) -> None:
    assert [f"{one:016x}{other:016x}" for one, other in text_hashes(pa.array([text])).tolist()] == [hashed]


@given(st.lists(st.none() | TEXT, max_size=6), st.integers(0, 2**64 - 1), st.integers(0, 3))
@settings(deadline=None, max_examples=200)
def test_texts_are_hashed_as_one_at_a_time(texts: list[str | None], seed: int, first: int) -> None:
    found = text_hashes(pa.array(texts, pa.string()).slice(first), seed)
    assert found.tolist() == [list(murmur((text or "").encode(), seed)) for text in texts[first:]]


@given(st.lists(st.lists(NUMBER, min_size=4, max_size=4), max_size=5))
@settings(deadline=None, max_examples=100)
def test_rows_of_numbers_are_hashed_as_their_bytes(rows: list[list[int]]) -> None:
    columns = np.array(rows, np.int64).reshape(-1, 4)
    assert row_hashes(list(columns.T)).tolist() == [list(murmur(struct.pack("<4q", *row))) for row in rows]


def test_rows_have_an_even_number_of_columns() -> None:
    with pytest.raises(ValueError, match="argument"):
        row_hashes([np.zeros(1, np.int64)])
