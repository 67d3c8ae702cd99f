"""Rows in PostgreSQL's binary COPY format, taken apart by hand.

The format is documented under "Binary Format" of COPY: a row is the number of its fields (16 bits), and for each field its length (32 bits, -1
for NULL) and its bytes; all big-endian. The bytes of each type are those its send function gives: integers and doubles big-endian, timestamps as
microseconds and dates as days since 2000-01-01, jsonb a version byte and its text. A PostGIS geometry is sent as EWKB.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from trygghetskarta.domain.events import NO_TIME
from trygghetskarta.ingest.copying import Bytes, Field, days, encode, fixed, instants, points, texts

NEVER = np.zeros(0, bool)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def taken_apart(rows: Bytes) -> list[list[bytes | None]]:
    """Read rows as the documentation says they are written; every byte must be used."""
    raw, at, found = rows.tobytes(), 0, []
    while at < len(raw):
        (many,) = struct.unpack_from(">h", raw, at)
        at += 2
        row: list[bytes | None] = []
        for _ in range(many):
            (length,) = struct.unpack_from(">i", raw, at)
            at += 4
            row.append(None if length == -1 else raw[at : at + length])
            assert length >= -1
            at += max(length, 0)
        found.append(row)
    assert at == len(raw)
    return found


def column(field: Field) -> list[bytes | None]:
    return [row[0] for row in taken_apart(encode([field]))]


def test_one_row_is_written_byte_for_byte() -> None:
    rows = encode([fixed(np.array([258]), ">i4"), texts(["å"]), texts([None])])
    # Three fields; four bytes 0x00000102; two bytes of UTF-8; NULL.
    assert rows.tobytes() == bytes.fromhex("0003000000040000010200000002c3a5ffffffff")


@pytest.mark.parametrize(
    ("kind", "code", "values"),
    [
        (">i2", ">h", [0, 1, -1, 32_767, -32_768]),
        (">i4", ">i", [0, 1, -1, 2**31 - 1, -(2**31)]),
        (">i8", ">q", [0, 1, -1, 2**63 - 1, -(2**63)]),
    ],
)
def test_integers_are_big_endian(kind: str, code: str, values: list[int]) -> None:
    assert column(fixed(np.array(values, np.int64), kind)) == [struct.pack(code, value) for value in values]


def test_floats_are_big_endian() -> None:
    values = [0.0, -0.0, 1.5, -2.25e300, float("inf"), 6_579_532.146]
    assert column(fixed(np.array(values), ">f8")) == [struct.pack(">d", value) for value in values]


def test_a_yes_or_no_is_a_byte() -> None:
    assert column(fixed(np.array([True, False]), "?")) == [b"\x01", b"\x00"]


def test_sixteen_bytes_stay_as_they_are_also_with_zeros_at_the_end() -> None:
    # numpy drops the zeros when it shows such a value; a uuid must have all its sixteen bytes.
    keys = [bytes(range(16)), b"\x01" + bytes(15), bytes(16), b"\xff" * 16]
    assert column(fixed(np.frombuffer(b"".join(keys), "S16"), "S16")) == keys


def test_null_is_told_from_zero() -> None:
    field = fixed(np.array([7, 0, 9]), ">i4", np.array([False, True, False]))
    assert column(field) == [struct.pack(">i", 7), None, struct.pack(">i", 9)]
    assert column(fixed(np.array([0]), ">i4", np.array([True]))) == [None]


def test_texts_are_utf8_and_empty_is_not_null() -> None:
    assert column(texts(["Åsö", "", None, "🔥\n;", "x" * 70_000])) == ["Åsö".encode(), b"", None, "🔥\n;".encode(), b"x" * 70_000]


def test_texts_of_one_length_are_written_like_any_others() -> None:
    # Short values of equal width take a way of their own through the code; 32 and 33 bytes are its edge.
    for width in (1, 4, 32, 33):
        values = [letter * width for letter in "abc"]
        assert column(texts([values[0], None, values[1], "", values[2]])) == [
            values[0].encode(),
            None,
            values[1].encode(),
            b"",
            values[2].encode(),
        ]


def test_jsonb_has_its_version_before_the_text() -> None:
    assert column(texts(['{"a":1}', None, "{}"], prefix=b"\x01")) == [b'\x01{"a":1}', None, b"\x01{}"]


def test_a_timestamp_is_microseconds_since_the_year_2000() -> None:
    # PostgreSQL's own epoch is 2000-01-01; 946 684 800 seconds after 1970.
    moments = [datetime(2000, 1, 1, tzinfo=UTC), datetime(2025, 10, 26, 0, 30, 0, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)]
    since_1970 = np.array([(moment - EPOCH) // MICROSECOND for moment in moments] + [NO_TIME])
    expected = [struct.pack(">q", (moment - datetime(2000, 1, 1, tzinfo=UTC)) // MICROSECOND) for moment in moments]
    assert column(instants(since_1970, since_1970 == NO_TIME)) == [*expected, None]


def test_a_date_is_days_since_the_year_2000() -> None:
    whole = [date(2000, 1, 1), date(2025, 3, 31), date(1999, 12, 31)]
    since_1970 = np.array([(day - date(1970, 1, 1)).days for day in whole] + [NO_TIME])
    expected = [struct.pack(">i", (day - date(2000, 1, 1)).days) for day in whole]
    assert column(days(since_1970, since_1970 == NO_TIME)) == [*expected, None]


def test_a_point_is_what_shapely_writes_as_ewkb() -> None:
    x, y = np.array([153_335.681, np.nan, -1.5]), np.array([6_579_532.146, np.nan, 0.0])
    expected = [
        None if np.isnan(a) else shapely.to_wkb(shapely.set_srid(shapely.Point(a, b), 3011), include_srid=True, byte_order=1)
        for a, b in zip(x, y, strict=True)
    ]
    assert column(points(x, y, 3011)) == expected
    # By hand: little-endian, a point with a system, the system, x and y.
    assert column(points(np.array([1.0]), np.array([2.0]), 3011)) == [struct.pack("<BIIdd", 1, 0x20000001, 3011, 1.0, 2.0)]


def test_no_rows_are_no_bytes() -> None:
    empty = [fixed(np.zeros(0, np.int64), ">i4"), texts([]), points(np.zeros(0), np.zeros(0), 3011), fixed(np.zeros(0), ">f8", NEVER)]
    assert encode(empty).tobytes() == b""


INTEGERS = st.lists(st.none() | st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=6)
TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(INTEGERS, st.data())
@settings(deadline=None, max_examples=100)
def test_any_columns_come_apart_as_they_were_put_together(numbers: list[int | None], data: st.DataObject) -> None:
    def same_length(strategy: st.SearchStrategy[str | None]) -> Sequence[str | None]:
        return data.draw(st.lists(strategy, min_size=len(numbers), max_size=len(numbers)))

    first, second = same_length(TEXT), same_length(TEXT)
    null = np.array([number is None for number in numbers])
    rows = encode([texts(first), fixed(np.array([number or 0 for number in numbers]), ">i4", null), texts(second)])
    assert taken_apart(rows) == [
        [
            None if a is None else a.encode(),
            None if number is None else struct.pack(">i", number),
            None if b is None else b.encode(),
        ]
        for a, number, b in zip(first, numbers, second, strict=True)
    ]
