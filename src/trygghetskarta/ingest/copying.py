"""Arrays to and from PostgreSQL's binary COPY format, without a Python object per value.

A row is its number of fields, and for each field its length and its bytes, big-endian; -1 for NULL. Everything of a fixed width, the lengths of
texts too, is laid beside each other in a table of numpy's; that and the texts between are joined to rows by arrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import Connection as PsycopgConnection
from psycopg import Cursor
from sqlalchemy import Connection

Fixed = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_POSTGRES_EPOCH_MICROSECONDS = 946_684_800_000_000
_POSTGRES_EPOCH_DAYS = 10_957
_INT4 = 23
_NOTHING = pa.scalar(b"", pa.large_binary())
_LENGTH = ">i4"


@dataclass(frozen=True, slots=True)
class Field:
    """One column ready to be sent: either of a fixed width, or texts.

    Attributes:
        raw: The values as they are sent, (rows,); None for texts. Those of a NULL do not matter.
        null: True where the value is NULL, (rows,); None for nowhere.
        texts: The texts' bytes, null for NULL; None for a fixed width.
    """

    raw: Fixed | None
    null: Bools | None = None
    texts: pa.LargeBinaryArray | None = None

    @property
    def rows(self) -> int:
        """How many values."""
        return len(self.texts if self.raw is None else self.raw)  # type: ignore[arg-type]  # one of the two is there


def fixed(values: npt.NDArray[Any], kind: str, null: Bools | None = None) -> Field:
    """Make a field of numbers.

    Args:
        values: (rows,).
        kind: The big-endian numpy type PostgreSQL expects: ">i2", ">i4", ">i8", ">f8", "?" or "S16" for 16 raw bytes.
        null: True where the value is NULL, (rows,); None for nowhere.

    Returns:
        The field.
    """
    return Field(values.astype(kind, copy=False), null if null is not None and null.any() else None)


def instants(microseconds: Ints, null: Bools) -> Field:
    """Make a field of timestamptz from microseconds since 1970 UTC."""
    return fixed(np.where(null, 0, microseconds - _POSTGRES_EPOCH_MICROSECONDS), ">i8", null)


def days(since_1970: Ints, null: Bools) -> Field:
    """Make a field of date from days since 1970."""
    return fixed(np.where(null, 0, since_1970 - _POSTGRES_EPOCH_DAYS), ">i4", null)


def texts(values: Sequence[str | None] | pa.StringArray) -> Field:
    """Make a field of text; None for NULL."""
    array = values if isinstance(values, pa.StringArray) else pa.array(list(values), pa.string())
    return Field(None, None, array.cast(pa.large_string()).cast(pa.large_binary()))


def raw_bytes(values: Sequence[bytes]) -> Field:
    """Make a field of bytea."""
    return Field(None, None, pa.array(list(values), pa.large_binary()))


def int_arrays(values: Ints, borders: Sequence[int]) -> Field:
    """Make a field of int[].

    Args:
        values: The numbers of all rows, one row after another.
        borders: Where each row's numbers begin, and where the last one's end, (rows + 1,).

    Returns:
        The field.
    """
    cells = np.empty(len(values), [("length", ">i4"), ("value", ">i4")])
    cells["length"], cells["value"] = 4, values
    heads = ((1, 0, _INT4, last - first, 1) if last > first else (0, 0, _INT4) for first, last in pairwise(borders))
    rows = zip(heads, pairwise(borders), strict=True)
    return raw_bytes([np.array(head, ">i4").tobytes() + cells[first:last].tobytes() for head, (first, last) in rows])


def points(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], srid: int) -> Field:
    """Make a field of PostGIS points; NULL where x is NaN."""
    layout = np.dtype([("order", "u1"), ("type", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")])
    record = np.zeros(len(x), layout)
    record["order"], record["type"], record["srid"] = 1, 0x20000001, srid
    record["x"], record["y"] = x, y
    null = np.isnan(x)
    return Field(record.view(f"V{layout.itemsize}"), null if null.any() else None)


def encode(fields: Sequence[Field]) -> pa.LargeBinaryArray:
    """Put columns together to rows.

    Args:
        fields: The columns, all of the same number of rows.

    Returns:
        The bytes of each row, (rows,), without header and trailer.
    """
    rows = fields[0].rows
    parts: list[pa.LargeBinaryArray] = []
    beside: list[Fixed] = [np.full(1, len(fields), ">i2")]
    for field in fields:
        head, values = _laid_out(field)
        beside += head
        if values is not None:
            parts += [_side_by_side(beside, rows), values]
            beside = []
    if beside:
        parts.append(_side_by_side(beside, rows))
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, _NOTHING)


def _laid_out(field: Field) -> tuple[list[Fixed], pa.LargeBinaryArray | None]:
    """Give what a column has of a fixed width, (rows,) each or one for all rows; and the bytes that follow it, where they are not."""
    if field.texts is not None:
        length = pc.fill_null(pc.binary_length(field.texts), -1).to_numpy(zero_copy_only=False)
        if field.texts.null_count == len(field.texts):
            return [np.full(1, -1, _LENGTH)], None
        return [length.astype(_LENGTH)], field.texts.fill_null(b"") if field.texts.null_count else field.texts
    if field.raw is None:
        raise ValueError("a field has neither numbers nor texts")
    width = field.raw.dtype.itemsize
    if field.null is None:
        return [np.full(1, width, _LENGTH), field.raw], None
    if field.null.all():
        return [np.full(1, -1, _LENGTH)], None
    length = np.where(field.null, 0, width)
    return [np.where(field.null, -1, width).astype(_LENGTH)], _binary(field.raw[~field.null], length)


def _side_by_side(columns: Sequence[Fixed], rows: int) -> pa.LargeBinaryArray:
    """Lay columns of fixed widths beside each other, those of one value for every row."""
    kinds = [(f"f{number}", column.dtype) for number, column in enumerate(columns)]
    first = np.zeros(1, kinds)
    varying = []
    for (name, _), column in zip(kinds, columns, strict=True):
        if len(column) == 1:
            first[name] = column
        else:
            varying.append((name, column))
    table = np.repeat(first, rows)
    for name, column in varying:
        table[name] = column
    return _binary(table, np.full(rows, table.dtype.itemsize))


def _binary(content: Fixed, length: Ints) -> pa.LargeBinaryArray:
    """Give as so many bytes for each row what lies one after another."""
    offsets = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    bytes_ = np.ascontiguousarray(content).view(np.uint8).reshape(-1) if len(content) else np.zeros(0, np.uint8)
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(length), [None, pa.py_buffer(offsets), pa.py_buffer(bytes_)])


def payload(rows: pa.LargeBinaryArray) -> memoryview:
    """Give the bytes of all rows, one after another."""
    if not len(rows) or rows.buffers()[2] is None:
        return memoryview(b"")
    offsets = np.frombuffer(rows.buffers()[1], np.int64, len(rows) + 1, rows.offset * 8)
    return memoryview(rows.buffers()[2])[int(offsets[0]) : int(offsets[-1])]


def _cursor(connection: Connection) -> Cursor[Any]:
    """Give a cursor of the driver itself: COPY is not part of SQLAlchemy."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, PsycopgConnection):
        raise TypeError(f"{type(driver)} is not psycopg's connection")
    return driver.cursor()


def copy_in(connection: Connection, table: str, columns: Sequence[str], rows: pa.LargeBinaryArray) -> None:
    """Send rows into a table.

    Args:
        connection: Inside a transaction.
        table: Name of the table.
        columns: Its columns in the order of the fields.
        rows: As `encode` gives them.
    """
    with _cursor(connection) as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(_HEADER)
        view = payload(rows)
        for start in range(0, len(view), 1 << 22):
            copy.write(view[start : start + (1 << 22)])
        copy.write(_TRAILER)


def copy_out(connection: Connection, query: str, columns: Sequence[tuple[str, str]], parameters: Sequence[Any] = ()) -> npt.NDArray[Any]:
    """Read the answer of a query whose columns are all of fixed width and never NULL.

    Args:
        connection: Inside a transaction.
        query: The SELECT, with %s for each parameter.
        columns: Name and big-endian numpy type of each column, in order.
        parameters: Values for the query.

    Returns:
        A structured array with those names, (rows,).
    """
    layout: list[tuple[str, str]] = [("_fields", ">i2")]
    for name, kind in columns:
        layout += [(f"_{name}", ">i4"), (name, kind)]
    with _cursor(connection) as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", parameters) as copy:
        raw = b"".join(copy)
    body = memoryview(raw)[len(_HEADER) : -len(_TRAILER)]
    return np.frombuffer(body, np.dtype(layout))
