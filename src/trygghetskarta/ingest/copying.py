"""Arrays to and from PostgreSQL's binary COPY format, without a Python object per value.

A row is its number of fields, and for each field its length and its bytes, big-endian; -1 for NULL. Rows whose fields all have a fixed width
are read and written as numpy records; texts are scattered into place by their offsets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import Connection as PsycopgConnection
from psycopg import Cursor
from sqlalchemy import Connection

Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_POSTGRES_EPOCH_MICROSECONDS = 946_684_800_000_000
_POSTGRES_EPOCH_DAYS = 10_957


@dataclass(frozen=True, slots=True)
class Field:
    """One column ready to be sent.

    Attributes:
        length: Bytes of each value, -1 for NULL, (rows,).
        content: The bytes of all values that are not NULL, one after another.
    """

    length: npt.NDArray[np.int32]
    content: Bytes


def fixed(values: npt.NDArray[Any], kind: str, null: Bools | None = None) -> Field:
    """Make a field of numbers.

    Args:
        values: (rows,).
        kind: The big-endian numpy type PostgreSQL expects: ">i2", ">i4", ">i8", ">f8", "?" or "S16" for 16 raw bytes.
        null: True where the value is NULL, (rows,); None for nowhere.

    Returns:
        The field.
    """
    typed = np.ascontiguousarray(values.astype(kind, copy=False))
    width = typed.dtype.itemsize
    raw = typed.view(np.uint8).reshape(len(values), width) if len(values) else np.zeros((0, width), np.uint8)
    if null is None:
        return Field(np.full(len(values), width, np.int32), raw.reshape(-1))
    return Field(np.where(null, -1, width).astype(np.int32), raw[~null].reshape(-1))


def instants(microseconds: Ints, null: Bools) -> Field:
    """Make a field of timestamptz from microseconds since 1970 UTC."""
    return fixed(np.where(null, 0, microseconds - _POSTGRES_EPOCH_MICROSECONDS), ">i8", null)


def days(since_1970: Ints, null: Bools) -> Field:
    """Make a field of date from days since 1970."""
    return fixed(np.where(null, 0, since_1970 - _POSTGRES_EPOCH_DAYS), ">i4", null)


def texts(values: Sequence[str | None] | npt.NDArray[np.object_], prefix: bytes = b"") -> Field:
    """Make a field of text, or of jsonb with its version byte as prefix.

    Args:
        values: (rows,); None for NULL.
        prefix: Put before every value.

    Returns:
        The field.
    """
    encoded = [None if value is None else prefix + value.encode() for value in values]
    length = np.fromiter((-1 if value is None else len(value) for value in encoded), np.int32, len(encoded))
    return Field(length, np.frombuffer(b"".join(value for value in encoded if value is not None), np.uint8))


def points(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], srid: int) -> Field:
    """Make a field of PostGIS points; NULL where x is NaN."""
    layout = np.dtype([("order", "u1"), ("type", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")])
    known = ~np.isnan(x)
    record = np.zeros(int(known.sum()), layout)
    record["order"], record["type"], record["srid"] = 1, 0x20000001, srid
    record["x"], record["y"] = x[known], y[known]
    return Field(np.where(known, layout.itemsize, -1).astype(np.int32), record.view(np.uint8))


def encode(fields: Sequence[Field]) -> Bytes:
    """Put columns together to rows.

    Args:
        fields: The columns, all of the same number of rows.

    Returns:
        The rows' bytes, without header and trailer.
    """
    rows = len(fields[0].length)
    size = np.full(rows, 2 + 4 * len(fields), np.int64)
    for field in fields:
        size += np.maximum(field.length, 0)
    start = np.cumsum(size) - size
    out: Bytes = np.zeros(int(size.sum()), np.uint8)
    _scatter(out, start, np.full(rows, len(fields), ">i2"))
    at = start + 2
    for field in fields:
        _scatter(out, at, field.length.astype(">i4"))
        at = at + 4
        _scatter_content(out, at, field)
        at = at + np.maximum(field.length, 0)
    return out


def _scatter(out: Bytes, at: Ints, values: npt.NDArray[Any]) -> None:
    """Write one fixed-width value a row, a byte at a time over all rows."""
    raw = values.view(np.uint8).reshape(len(values), values.dtype.itemsize) if len(values) else np.zeros((0, 1), np.uint8)
    for offset in range(raw.shape[1]):
        out[at + offset] = raw[:, offset]


def _scatter_content(out: Bytes, at: Ints, field: Field) -> None:
    length = np.maximum(field.length, 0)
    known = length > 0
    if not known.any():
        return
    width = int(length[known][0])
    if (length[known] == width).all() and width <= 32:
        raw = field.content.reshape(-1, width)
        for offset in range(width):
            out[at[known] + offset] = raw[:, offset]
        return
    begin = np.cumsum(length) - length
    out[np.repeat(at - begin, length) + np.arange(len(field.content))] = field.content


def _cursor(connection: Connection) -> Cursor[Any]:
    """Give a cursor of the driver itself: COPY is not part of SQLAlchemy."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, PsycopgConnection):
        raise TypeError(f"{type(driver)} is not psycopg's connection")
    return driver.cursor()


def copy_in(connection: Connection, table: str, columns: Sequence[str], rows: Bytes) -> None:
    """Send rows into a table.

    Args:
        connection: Inside a transaction.
        table: Name of the table.
        columns: Its columns in the order of the fields.
        rows: As `encode` gives them.
    """
    with _cursor(connection) as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(_HEADER)
        view = rows.data
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
