"""Deliveries and their rejected rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from trygghetskarta.errors import NotFoundError

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries of a list.

    Attributes:
        limit: How many at the most.
        offset: How many of the newest to skip.
        source: Only of this source; None for all.
        status: Only with this status; None for all.
        sources: Only of these sources, which whoever asks may know of; None for all.
    """

    limit: int = 20
    offset: int = 0
    source: str | None = None
    status: str | None = None
    sources: frozenset[str] | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """Give what the statements are told."""
        return {
            "limit": self.limit,
            "offset": self.offset,
            "source": self.source,
            "status": self.status,
            "sources": sorted(self.sources) if self.sources is not None else None,
        }


def list_deliveries(connection: Connection, wanted: Wanted) -> list[dict[str, Any]]:
    """Read deliveries, newest first.

    Args:
        connection: Inside a transaction.
        wanted: Which.

    Returns:
        One mapping per delivery, as `find_delivery` gives them.
    """
    rows = connection.execute(
        text("""
            SELECT delivery.*, source.code AS source FROM delivery JOIN source USING (source_id)
            WHERE (CAST(:source AS text) IS NULL OR source.code = :source) AND (CAST(:status AS text) IS NULL OR status = :status)
                AND (CAST(:sources AS text[]) IS NULL OR source.code = ANY(:sources))
            ORDER BY delivery_id DESC LIMIT :limit OFFSET :offset
        """),
        wanted.parameters,
    )
    return [dict(row) for row in rows.mappings()]


def count_deliveries(connection: Connection, wanted: Wanted) -> int:
    """Count the deliveries that a list would hold if it had no limit."""
    found = connection.execute(
        text("""
            SELECT count(*) FROM delivery JOIN source USING (source_id)
            WHERE (CAST(:source AS text) IS NULL OR source.code = :source) AND (CAST(:status AS text) IS NULL OR status = :status)
                AND (CAST(:sources AS text[]) IS NULL OR source.code = ANY(:sources))
        """),
        wanted.parameters,
    )
    return int(found.scalar_one())


def find_delivery(connection: Connection, delivery_id: int, sources: frozenset[str] | None = None) -> dict[str, Any]:
    """Read one delivery with its receipt.

    Args:
        connection: Inside a transaction.
        delivery_id: Its number.
        sources: Only of these sources, which whoever asks may know of; None for all.

    Returns:
        Every column of it, and the code of its source under `source`.

    Raises:
        NotFoundError: There is no such delivery.
    """
    row = (
        connection.execute(
            text("SELECT delivery.*, source.code AS source FROM delivery JOIN source USING (source_id) WHERE delivery_id = :delivery_id"),
            {"delivery_id": delivery_id},
        )
        .mappings()
        .one_or_none()
    )
    if row is None or (sources is not None and row["source"] not in sources):
        raise NotFoundError(f"Det finns ingen leverans {delivery_id}.", f"There is no delivery {delivery_id}.")
    return dict(row)


def rejected_kinds(connection: Connection, delivery_id: int) -> list[dict[str, Any]]:
    """Count the rejected rows of a delivery by what is wrong with them.

    Args:
        connection: Inside a transaction.
        delivery_id: Its number.

    Returns:
        One mapping per code and column, the commonest first: how many there are under `rows`, and the message of the first of them.
    """
    found = connection.execute(
        text("""
            WITH kind AS (
                SELECT code, column_name, count(*) AS rows, min(number) AS number FROM rejected_row
                WHERE delivery_id = :delivery_id GROUP BY code, column_name
            )
            SELECT kind.code, kind.column_name, rows, message, message_en FROM kind
            JOIN rejected_row ON rejected_row.delivery_id = :delivery_id AND rejected_row.number = kind.number
            ORDER BY rows DESC, kind.number
        """),
        {"delivery_id": delivery_id},
    )
    return [dict(row) for row in found.mappings()]


def rejected_rows(connection: Connection, delivery_id: int, offset: int = 0, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Read the rejected rows of a delivery, by line.

    Args:
        connection: Inside a transaction, which stays open while they are read.
        delivery_id: Its number.
        offset: How many to skip.
        limit: How many at the most; None for all, some of which are read at a time.

    Returns:
        One mapping per row, with its own bytes under `raw` and the file's name under `file_name`.

    Raises:
        NotFoundError: There is no such delivery.
    """
    return _rejected(connection, find_delivery(connection, delivery_id), offset, limit)


def _rejected(connection: Connection, delivery: dict[str, Any], offset: int, limit: int | None) -> Iterator[dict[str, Any]]:
    after, left = (-1, -1), limit
    while left is None or left > 0:
        wanted = _AT_ONCE if left is None else min(left, _AT_ONCE)
        rows = connection.execute(
            text("""
                SELECT number, line, column_name, code, value, message, message_en, raw FROM rejected_row
                WHERE delivery_id = :delivery_id AND (line, number) > (:line, :number) ORDER BY line, number LIMIT :wanted OFFSET :offset
            """),
            {"delivery_id": delivery["delivery_id"], "line": after[0], "number": after[1], "wanted": wanted, "offset": offset},
        ).mappings()
        found = [{**row, "file_name": delivery["file_name"]} for row in rows]
        yield from found
        if len(found) < wanted:
            return
        after, offset, left = (found[-1]["line"], found[-1]["number"]), 0, None if left is None else left - len(found)
