"""Rows in PostgreSQL's binary COPY format, taken apart by hand.

The format is documented under "Binary Format" of COPY: a row is the number of its fields (16 bits), and for each field its length (32 bits, -1
for NULL) and its bytes; all big-endian. The bytes of each type are those its send function gives: integers and doubles big-endian, timestamps as
microseconds and dates as days since 2000-01-01, jsonb a version byte and its text. A PostGIS geometry is sent as EWKB.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from trygghetskarta.domain.events import NO_TIME
from trygghetskarta.ingest.copying import Field, days, encode, fixed, instants, int_arrays, payload, points, raw_bytes, texts

Value = TypeVar("Value")
NEVER = np.zeros(0, bool)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def taken_apart(rows: pa.LargeBinaryArray) -> list[list[bytes | None]]:
    """Read rows as the documentation says they are written; every byte must be used."""
    raw, at, found = bytes(payload(rows)), 0, []
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
    assert raw == b"".join(rows.to_pylist())
    return found


def column(field: Field) -> list[bytes | None]:
    return [row[0] for row in taken_apart(encode([field]))]


def test_one_row_is_written_byte_for_byte() -> None:
    rows = encode([fixed(np.array([258]), ">i4"), texts(["å"]), texts([None])])
    # Three fields; four bytes 0x00000102; two bytes of UTF-8; NULL.
    assert bytes(payload(rows)) == bytes.fromhex("0003000000040000010200000002c3a5ffffffff")


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


def test_bytes_stay_as_they_are() -> None:
    assert column(raw_bytes([b"\xff\x00", b"", b"\xe5"])) == [b"\xff\x00", b"", b"\xe5"]


def array(values: Sequence[int]) -> bytes:
    """Write an int[] by hand: dimensions, a flag for nulls, the type int4 (23), the length and first index of the dimension, the numbers."""
    if not values:
        return struct.pack(">iii", 0, 0, 23)
    return struct.pack(">iiiii", 1, 0, 23, len(values), 1) + b"".join(struct.pack(">ii", 4, value) for value in values)


@given(st.lists(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=4), max_size=5))
@settings(deadline=None, max_examples=100)
def test_arrays_of_numbers_are_those_written_by_hand(rows: list[list[int]]) -> None:
    borders = np.cumsum([0, *map(len, rows)]).tolist()
    assert column(int_arrays(np.array([value for row in rows for value in row], np.int64), borders)) == [array(row) for row in rows]


def test_a_part_of_an_array_of_texts_is_written_like_a_whole_one() -> None:
    # A slice has its letters somewhere within those of the whole.
    values = pa.array(["aa", None, "bbb", "", "c"])
    assert column(texts(values.slice(1, 3))) == [None, b"bbb", b""]
    rows = encode([texts(values)])
    assert taken_apart(rows.slice(2, 2)) == [[b"bbb"], [b""]]
    assert taken_apart(rows.take(pa.array([4, 0]))) == [[b"c"], [b"aa"]]


def test_no_rows_are_no_bytes() -> None:
    empty = [
        fixed(np.zeros(0, np.int64), ">i4"),
        texts([]),
        points(np.zeros(0), np.zeros(0), 3011),
        fixed(np.zeros(0), ">f8", NEVER),
        int_arrays(np.zeros(0, np.int64), [0]),
        raw_bytes([]),
    ]
    assert bytes(payload(encode(empty))) == b""


@dataclass(frozen=True)
class Column:
    """A column as the product makes it, and its values as they are written by hand."""

    field: Field
    expected: list[bytes | None]


TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBER = st.none() | st.integers(-(2**31), 2**31 - 1)
POINT = st.none() | st.tuples(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7))


@st.composite
def table_columns(draw: DrawFn, rows: int) -> Column:
    """Draw a column of any kind: all there, some or all null."""

    def values(strategy: st.SearchStrategy[Value]) -> list[Value]:
        return draw(st.lists(strategy, min_size=rows, max_size=rows))

    match draw(st.sampled_from(["text", "instant", "point", "array", "int"])):
        case "text":
            words = values(TEXT)
            return Column(texts(words), [None if word is None else word.encode() for word in words])
        case "instant":
            moments = values(st.none() | st.integers(-(2**50), 2**50))
            since = np.array([NO_TIME if moment is None else moment for moment in moments], np.int64)
            expected = [None if moment is None else struct.pack(">q", moment - 946_684_800_000_000) for moment in moments]
            return Column(instants(since, since == NO_TIME), expected)
        case "point":
            where = values(POINT)
            x, y = (np.array([np.nan if at is None else at[axis] for at in where], float) for axis in (0, 1))
            return Column(points(x, y, 3011), [None if at is None else struct.pack("<BIIdd", 1, 0x20000001, 3011, *at) for at in where])
        case "array":
            lists = values(st.lists(st.integers(0, 9), max_size=3))
            flat = np.array([value for one in lists for value in one], np.int64)
            return Column(int_arrays(flat, np.cumsum([0, *map(len, lists)]).tolist()), [array(one) for one in lists])
        case _:
            return numbered(values(draw(st.sampled_from([NUMBER, st.none(), st.integers(0, 9)]))))


def numbered(numbers: Sequence[int | None]) -> Column:
    null = np.array([number is None for number in numbers], bool)
    field = fixed(np.array([number or 0 for number in numbers], np.int64), ">i4", null)
    return Column(field, [None if number is None else struct.pack(">i", number) for number in numbers])


@given(st.integers(0, 6).flatmap(lambda rows: st.lists(table_columns(rows), min_size=1, max_size=6)))
@settings(deadline=None, max_examples=200)
def test_any_columns_come_apart_as_they_were_put_together(columns: list[Column]) -> None:
    rows = encode([column.field for column in columns])
    assert taken_apart(rows) == [list(row) for row in zip(*(column.expected for column in columns), strict=True)]
    assert [column.field.rows for column in columns] == [len(rows)] * len(columns)
