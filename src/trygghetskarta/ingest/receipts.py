"""The record of a delivery: received before it is read, and what became of every row of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, text

from trygghetskarta.domain.events import Rejected, Warned
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.contract import DeliveredFile
from trygghetskarta.store.migrate import hold_tables_still


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of every row of a delivery: read = new + changed + unchanged + rejected + blank.

    Attributes:
        delivery: Its number.
        source: Its source.
        file: Its file's name.
        sha256: Hash of the file's bytes.
        status: published, unchanged or refused.
        adapter: Adapter, version and layout that read it.
        read: Rows in the file, less the header.
        new: Events not known before.
        changed: Events known before with other values.
        unchanged: Events known before with the same values.
        rejected: Rows not taken in.
        blank: Empty rows and footers.
        placed: Of the new and changed, by how exactly the place is known: the name of the precision and how many.
        months: First and last month of its events, as 2026-01; None when there are none.
        warnings: What the sender should know.
        rejections: The rejected rows.
        first: Number of the delivery that brought the same file before, when there is one.
        seconds: How long it took.
    """

    delivery: int
    source: SourceId
    file: str
    sha256: str
    status: str
    adapter: str
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    blank: int = 0
    placed: Mapping[str, int] = field(default_factory=dict)
    months: tuple[str, str] | None = None
    warnings: tuple[Warned, ...] = ()
    rejections: tuple[Rejected, ...] = ()
    first: int | None = None
    seconds: float = 0.0


def receive(connection: Connection, source: SourceId, file: DeliveredFile, adapter: str) -> Receipt | int:
    """Put a delivery on record before it is read.

    Args:
        connection: Inside a transaction, which the caller commits at once.
        source: The source the sender says it is from.
        file: The file.
        adapter: Adapter, version and layout that will read it.

    Returns:
        The delivery's number; or, when the same bytes were taken in before, by the same adapter and with the areas as they
        are now, the receipt that says so.

    Raises:
        BusyError: The tables are another version's.
    """
    hold_tables_still(connection)
    before = connection.execute(
        text("""
            SELECT delivery_id, rows_read, rows_rejected, rows_blank FROM delivery
            WHERE source_id = :source AND sha256 = :sha256 AND adapter = :adapter
                AND status IN ('published', 'unchanged')
                AND NOT EXISTS (
                    SELECT 1 FROM publication WHERE what = 'areas' AND publication.published_at > delivery.published_at
                ) ORDER BY delivery_id LIMIT 1
        """),
        {"source": source.number, "sha256": file.sha256, "adapter": adapter},
    ).one_or_none()
    number = connection.execute(
        text("""
            INSERT INTO delivery (source_id, file_name, sha256, bytes, status, adapter, rows_read, rows_unchanged, rows_rejected, rows_blank)
            VALUES (:source, :file, :sha256, :bytes, :status, :adapter, :read, :unchanged, :rejected, :blank) RETURNING delivery_id
        """),
        {
            "source": source.number,
            "file": file.name,
            "sha256": file.sha256,
            "bytes": file.size,
            "adapter": adapter,
            "status": "unchanged" if before else "received",
            "read": before.rows_read if before else 0,
            "rejected": before.rows_rejected if before else 0,
            "blank": before.rows_blank if before else 0,
            "unchanged": before.rows_read - before.rows_rejected - before.rows_blank if before else 0,
        },
    ).scalar_one()
    if before is None:
        return int(number)
    return Receipt(
        int(number),
        source,
        file.name,
        file.sha256,
        "unchanged",
        adapter,
        read=before.rows_read,
        unchanged=before.rows_read - before.rows_rejected - before.rows_blank,
        rejected=before.rows_rejected,
        blank=before.rows_blank,
        first=before.delivery_id,
    )


def refuse(connection: Connection, delivery: int, error: BadDeliveryError) -> None:
    """Record that a delivery was refused as a whole, and why."""
    connection.execute(
        text("UPDATE delivery SET status = 'refused', receipt = CAST(:receipt AS jsonb) WHERE delivery_id = :delivery"),
        {"delivery": delivery, "receipt": orjson.dumps({"refused": error.swedish, "refusedEn": error.english}).decode()},
    )


def status_of(counted: Mapping[str, int]) -> str:
    """Name what a delivery came to: published, or unchanged when it told nothing that was not known."""
    return "published" if counted["new"] or counted["changed"] else "unchanged"


def record(
    connection: Connection,
    delivery: int,
    counted: Mapping[str, int],
    warnings: tuple[Warned, ...],
    rejections: tuple[Rejected, ...],
    known_from: datetime,
) -> None:
    """Store what became of a delivery's rows, and the rejected ones with their bytes."""
    stored = [{"code": w.code, "count": w.count, "message": w.swedish, "messageEn": w.english} for w in warnings]
    connection.execute(
        text("""
            UPDATE delivery SET status = :status, published_at = :at, rows_read = :read, rows_new = :new, rows_changed = :changed,
                rows_unchanged = :unchanged, rows_rejected = :rejected, rows_blank = :blank, receipt = CAST(:receipt AS jsonb)
            WHERE delivery_id = :delivery
        """),
        {
            **counted,
            "delivery": delivery,
            "at": known_from,
            "status": status_of(counted),
            "receipt": orjson.dumps({"warnings": stored}).decode(),
        },
    )
    if rejections:
        connection.execute(
            text("""
                INSERT INTO rejected_row (delivery_id, number, line, column_name, code, value, message, message_en, raw)
                VALUES (:delivery, :number, :line, :column, :code, :value, :message, :message_en, :raw)
            """),
            [_rejected_values(delivery, number, rejection) for number, rejection in enumerate(rejections, 1)],
        )


def _rejected_values(delivery: int, number: int, rejection: Rejected) -> dict[str, Any]:
    return {
        "delivery": delivery,
        "number": number,
        "line": rejection.line,
        "column": rejection.column,
        "code": rejection.message.code,
        "value": rejection.value.replace("\x00", "\\x00"),
        "message": rejection.message.swedish.replace("\x00", "\\x00"),
        "message_en": rejection.message.english.replace("\x00", "\\x00"),
        "raw": rejection.raw,
    }
