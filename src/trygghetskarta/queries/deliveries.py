"""Deliveries and their rejected rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from trygghetskarta.errors import NotFoundError


def list_deliveries(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """Read the latest deliveries, newest first.

    Args:
        connection: Inside a transaction.
        limit: How many at the most.

    Returns:
        One mapping per delivery.
    """
    rows = connection.execute(
        text("""
            SELECT delivery_id, source.code AS source, file_name, received_at, status, rows_read, rows_new, rows_changed, rows_unchanged,
                rows_rejected, rows_blank
            FROM delivery JOIN source USING (source_id) ORDER BY delivery_id DESC LIMIT :limit
        """),
        {"limit": limit},
    )
    return [dict(row) for row in rows.mappings()]


def find_delivery(connection: Connection, delivery_id: int) -> dict[str, Any]:
    """Read one delivery with its receipt.

    Args:
        connection: Inside a transaction.
        delivery_id: Its number.

    Returns:
        Every column of it.

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
    if row is None:
        raise NotFoundError(f"Det finns ingen leverans {delivery_id}.", f"There is no delivery {delivery_id}.")
    return dict(row)


def rejected_rows(connection: Connection, delivery_id: int) -> list[dict[str, Any]]:
    """Read the rejected rows of a delivery, by line.

    Args:
        connection: Inside a transaction.
        delivery_id: Its number.

    Returns:
        One mapping per row, with its own bytes under `raw`.
    """
    find_delivery(connection, delivery_id)
    rows = connection.execute(
        text("""
            SELECT line, column_name, code, value, message, message_en, raw FROM rejected_row WHERE delivery_id = :delivery_id ORDER BY line, number
        """),
        {"delivery_id": delivery_id},
    )
    return [dict(row) for row in rows.mappings()]
