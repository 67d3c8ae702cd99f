"""Arrays to and from PostgreSQL's binary COPY format, without a Python object per value.

A row is its number of fields, and for each field its length and its bytes, big-endian; -1 for NULL. Fields of a fixed width are laid beside each
other in one matrix of bytes; those and the texts between them are joined to rows by arrow.
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

Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_POSTGRES_EPOCH_MICROSECONDS = 946_684_800_000_000
_POSTGRES_EPOCH_DAYS = 10_957
_INT4 = 23
_NOTHING = pa.scalar(b"", pa.large_binary())
_NULL = np.frombuffer((-1).to_bytes(4, "big", signed=True), np.uint8)


@dataclass(frozen=True, slots=True)
class Field:
    """One column ready to be sent: either of a fixed width, or texts.

    Attributes:
        raw: The bytes of every value, (rows, width); None for texts. Those of a NULL do not matter.
        null: True where the value is NULL, (rows,); None for nowhere.
        texts: The texts' bytes, null for NULL; None for a fixed width.
        prefix: Sent before every text, and counted in its length.
    """

    raw: Bytes | None
    null: Bools | None = None
    texts: pa.LargeBinaryArray | None = None
    prefix: bytes = b""

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
    typed = np.ascontiguousarray(values.astype(kind, copy=False))
    return Field(_bytes_of(typed), null if null is not None and null.any() else None)


def _bytes_of(values: npt.NDArray[Any]) -> Bytes:
    """Give the bytes of each value, (rows, width)."""
    return (
        values.view(np.uint8).reshape(len(values), values.dtype.itemsize) if len(values) else np.zeros((0, values.dtype.itemsize), np.uint8)
    )


def instants(microseconds: Ints, null: Bools) -> Field:
    """Make a field of timestamptz from microseconds since 1970 UTC."""
    return fixed(np.where(null, 0, microseconds - _POSTGRES_EPOCH_MICROSECONDS), ">i8", null)


def days(since_1970: Ints, null: Bools) -> Field:
    """Make a field of date from days since 1970."""
    return fixed(np.where(null, 0, since_1970 - _POSTGRES_EPOCH_DAYS), ">i4", null)


def texts(values: Sequence[str | None] | pa.StringArray, prefix: bytes = b"") -> Field:
    """Make a field of text, or of jsonb with its version byte as prefix.

    Args:
        values: (rows,); None for NULL.
        prefix: Put before every value.

    Returns:
        The field.
    """
    array = values if isinstance(values, pa.StringArray) else pa.array(list(values), pa.string())
    return Field(None, None, array.cast(pa.large_string()).cast(pa.large_binary()), prefix)


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
    return Field(_bytes_of(record), null if null.any() else None)


def encode(fields: Sequence[Field]) -> pa.LargeBinaryArray:
    """Put columns together to rows.

    Args:
        fields: The columns, all of the same number of rows.

    Returns:
        The bytes of each row, (rows,), without header and trailer.
    """
    rows = fields[0].rows
    return join(
        [_repeated(np.frombuffer(len(fields).to_bytes(2, "big"), np.uint8), rows), *(part for field in fields for part in laid_out(field))]
    )


def laid_out(field: Field) -> list[Bytes | pa.LargeBinaryArray]:
    """Give a column's lengths and values, as parts that `join` puts together.

    Args:
        field: The column.

    Returns:
        Matrices of bytes, (rows, width), and arrays of bytes, (rows,).
    """
    if field.texts is not None:
        known = field.texts.is_valid().to_numpy(zero_copy_only=False)
        length = pc.fill_null(pc.binary_length(field.texts), 0).to_numpy(zero_copy_only=False)
        head = np.empty((len(known), 4 + len(field.prefix)), np.uint8)
        head[:, :4] = _bytes_of(np.where(known, length + len(field.prefix), -1).astype(">i4"))
        head[:, 4:] = np.frombuffer(field.prefix, np.uint8)
        if field.prefix and not known.all():
            sent = np.ones(head.shape, bool)
            sent[~known, 4:] = False
            return [_binary(head[sent], np.where(known, 4 + len(field.prefix), 4)), pc.fill_null(field.texts, b"")]
        return [head, pc.fill_null(field.texts, b"") if not known.all() else field.texts]
    if field.raw is None:
        raise ValueError("a field has neither numbers nor texts")
    rows, width = field.raw.shape
    whole = np.empty((rows, 4 + width), np.uint8)
    whole[:, :4] = np.frombuffer(width.to_bytes(4, "big"), np.uint8)
    whole[:, 4:] = field.raw
    if field.null is None:
        return [whole]
    if field.null.all():
        return [_repeated(_NULL, rows)]
    whole[field.null, :4] = _NULL
    kept = np.ones(whole.shape, bool)
    kept[field.null, 4:] = False
    return [_binary(whole[kept], np.where(field.null, 4, 4 + width))]


def _repeated(value: Bytes, rows: int) -> Bytes:
    return np.ascontiguousarray(np.broadcast_to(value, (rows, len(value))))


def _binary(content: Bytes, length: Ints) -> pa.LargeBinaryArray:
    offsets = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(content))]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(length), buffers)


def join(parts: Sequence[Bytes | pa.LargeBinaryArray]) -> pa.LargeBinaryArray:
    """Put parts of rows together to rows.

    Args:
        parts: Matrices of bytes, (rows, width), and arrays of bytes, (rows,).

    Returns:
        The bytes of each row, (rows,).
    """
    joined: list[pa.LargeBinaryArray] = []
    waiting: list[Bytes] = []
    for part in [*parts, None]:
        if isinstance(part, np.ndarray):
            waiting.append(part)
            continue
        if waiting:
            block = waiting[0] if len(waiting) == 1 else np.hstack(waiting)
            joined.append(_binary(block.reshape(-1), np.full(len(block), block.shape[1], np.int64)))
            waiting = []
        if part is not None:
            joined.append(part)
    return joined[0] if len(joined) == 1 else pc.binary_join_element_wise(*joined, _NOTHING)


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
