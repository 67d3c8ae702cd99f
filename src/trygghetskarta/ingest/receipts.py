"""The record of a delivery: received before it is read, and what became of every row of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import orjson
from sqlalchemy import Connection, Row, text

from trygghetskarta.domain.events import Message, Rejected, Warned
from trygghetskarta.domain.periods import local_day
from trygghetskarta.domain.read_as import ReadAs
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.contract import DeliveredFile
from trygghetskarta.ingest.copying import copy_in, encode, fixed, raw_bytes, texts
from trygghetskarta.ingest.hiding import hidden
from trygghetskarta.store.version import hold_tables_still

_TOLD = 10_000
_HELD = text("""
    SELECT * FROM delivery WHERE source_id = :source AND sha256 = :sha256 AND adapter = :adapter AND status = 'held'
    ORDER BY delivery_id LIMIT 1
""")
_TAKEN = text("""
    SELECT * FROM delivery
    WHERE source_id = :source AND sha256 = :sha256 AND adapter = :adapter AND status IN ('published', 'unchanged')
        AND NOT EXISTS (SELECT 1 FROM publication WHERE what = 'areas' AND publication.published_at > delivery.published_at)
    ORDER BY delivery_id LIMIT 1
""")
_CAME = text("SELECT received_at FROM delivery WHERE delivery_id = :delivery")
_RECEIVE = text("""
    INSERT INTO delivery (source_id, file_name, sha256, bytes, status, adapter, said)
    VALUES (:source, :file, :sha256, :bytes, 'received', :adapter, CAST(:said AS jsonb)) RETURNING delivery_id
""")
_RECEIVE_AS = text("""
    INSERT INTO delivery (delivery_id, source_id, file_name, sha256, bytes, status, adapter, said) OVERRIDING SYSTEM VALUE
    VALUES (:number, :source, :file, :sha256, :bytes, 'received', :adapter, CAST(:said AS jsonb)) RETURNING delivery_id
""")
_REJECTED = text("""
    SELECT line, column_name, code, value, message, message_en, raw FROM rejected_row WHERE delivery_id = :delivery ORDER BY number LIMIT :told
""")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of every row of a delivery: read = new + changed + unchanged + rejected + blank.

    Attributes:
        delivery: Its number.
        source: Its source.
        file: Its file's name.
        sha256: Hash of the file's bytes.
        status: published, unchanged or held.
        adapter: Adapter, version and layout that read it.
        read: Rows in the file, less the header.
        new: Events not known before.
        changed: Events known before with other values.
        unchanged: Events known before with the same values.
        rejected: Rows not taken in.
        blank: Empty rows and footers.
        placed: Of the new and changed, by how exactly the place is known: the name of the precision and how many.
        months: First and last month of its events, as 2026-01; None when there are none.
        figures: Of a file of figures, how many that could be read are a number, withheld, missing, unknown and notApplicable; empty for events.
        withdrawn: Events that it no longer tells of and so took back, by month as 2026-01: none of them is a row of it.
        warnings: What the sender should know.
        rejections: The rejected rows, the first ten thousand of them.
        reasons: Why it is held for approval.
        first: Number of the delivery that brought the same file before, when there is one.
        first_came: When that one was received.
        seconds: How long it took.
        head: The row of its file that names the columns, which the rejected rows go back under; empty where rows name their columns themselves.
        rehearsed: Whether all of it was undone: there is no delivery of that number.
        read_as: How the bytes of its file were read; None where that is not on record.
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
    withdrawn: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[Warned, ...] = ()
    rejections: tuple[Rejected, ...] = ()
    reasons: tuple[Message, ...] = ()
    first: int | None = None
    first_came: datetime | None = None
    seconds: float = 0.0
    head: bytes = b""
    rehearsed: bool = False
    read_as: ReadAs | None = None
    figures: Mapping[str, int] = field(default_factory=dict)


def receive(
    connection: Connection, source: SourceId, file: DeliveredFile, adapter: str, said: str = "{}", number: int | None = None
) -> Receipt | int:
    """Put a delivery on record before it is read.

    Args:
        connection: Inside a transaction, which the caller commits at once.
        source: The source the sender says it is from.
        file: The file.
        adapter: Adapter, version and layout that will read it.
        said: What else the sender said of it, as JSON.
        number: The delivery's number, where it has one already.

    Returns:
        The delivery's number; or, when the same bytes were taken in before, by the same adapter and with the areas as they
        are now, the receipt that says so; or the receipt of the delivery that already waits for approval with them.

    Raises:
        BusyError: The tables are another version's.
    """
    hold_tables_still(connection)
    before = taken_before(connection, source, file.sha256, adapter)
    if before is not None and before.status == "held":
        return before
    values = {
        "source": source.number,
        "file": file.name,
        "sha256": file.sha256,
        "bytes": file.size,
        "adapter": adapter,
        "said": said,
        "number": number,
    }
    delivery: int = connection.execute(_RECEIVE if number is None else _RECEIVE_AS, values).scalar_one()
    return delivery if before is None else repeat(connection, delivery, file.name, before)


def taken_before(connection: Connection, source: SourceId, sha256: str, adapter: str) -> Receipt | None:
    """Give what became of the same bytes before: the receipt of the delivery that waits for approval with them, else of the first that was taken in.

    Args:
        connection: Inside a transaction.
        source: The source.
        sha256: Of the bytes.
        adapter: What reads them.

    Returns:
        None where they were never taken in by the same adapter and with the areas as they are now.
    """
    values = {"source": source.number, "sha256": sha256, "adapter": adapter}
    row = connection.execute(_HELD, values).one_or_none() or connection.execute(_TAKEN, values).one_or_none()
    return None if row is None else stored(source, row)


def repeat(connection: Connection, delivery: int, name: str, before: Receipt) -> Receipt:
    """Record that a delivery brought the bytes of an earlier one again, and give the receipt that says so."""
    receipt = Receipt(
        delivery,
        before.source,
        name,
        before.sha256,
        "unchanged",
        before.adapter,
        read=before.read,
        unchanged=before.read - before.rejected - before.blank,
        rejected=before.rejected,
        blank=before.blank,
        first=before.delivery,
        first_came=connection.execute(_CAME, {"delivery": before.delivery}).scalar_one(),
        read_as=before.read_as,
    )
    connection.execute(
        text("""
            UPDATE delivery SET status = 'unchanged', rows_read = :read, rows_unchanged = :unchanged, rows_rejected = :rejected, rows_blank = :blank
            WHERE delivery_id = :delivery
        """),
        {name: getattr(receipt, name) for name in ("delivery", "read", "unchanged", "rejected", "blank")},
    )
    store(connection, receipt)
    return receipt


def stored(source: SourceId, row: Row[Any]) -> Receipt:
    """Give the receipt of a row of `delivery`, without its rejected rows and warnings."""
    return Receipt(
        row.delivery_id,
        source,
        row.file_name,
        row.sha256,
        row.status,
        row.adapter,
        read=row.rows_read,
        new=row.rows_new,
        changed=row.rows_changed,
        unchanged=row.rows_unchanged,
        rejected=row.rows_rejected,
        blank=row.rows_blank,
        first=row.receipt.get("duplicateOf"),
        first_came=_came(row.receipt.get("duplicate")),
        reasons=tuple(Message(told["code"], told["message"], told["messageEn"]) for told in row.receipt.get("reasons", ())),
        read_as=ReadAs.of(row.receipt["readAs"]) if row.receipt.get("readAs") else None,
    )


def _came(duplicate: Mapping[str, Any] | None) -> datetime | None:
    return datetime.fromisoformat(duplicate["receivedAt"]) if duplicate else None


def refuse(connection: Connection, delivery: int, cause: Message) -> None:
    """Record that a delivery was refused as a whole, and why."""
    told = {"code": cause.code, "refused": cause.swedish, "refusedEn": cause.english}
    connection.execute(
        text("UPDATE delivery SET status = 'refused', receipt = CAST(:receipt AS jsonb) WHERE delivery_id = :delivery"),
        {"delivery": delivery, "receipt": orjson.dumps(told).decode()},
    )


def store(connection: Connection, receipt: Receipt) -> None:
    """Store a receipt as it is given, beside the counts of its rows; and the header that its rejected rows stood under."""
    told = told_of(receipt) | ({"header": hidden(receipt.head).hex()} if receipt.head and receipt.rejected else {})
    connection.execute(
        text("UPDATE delivery SET receipt = CAST(:receipt AS jsonb) WHERE delivery_id = :delivery"),
        {"delivery": receipt.delivery, "receipt": orjson.dumps(told).decode()},
    )


def told_of(receipt: Receipt) -> dict[str, Any]:
    """Give what a receipt tells besides its counts, as JSON has it."""
    return {
        "readAs": receipt.read_as.told() if receipt.read_as is not None else None,
        "placed": dict(receipt.placed),
        "months": list(receipt.months) if receipt.months else None,
        "figures": dict(receipt.figures),
        "withdrawn": {"events": sum(receipt.withdrawn.values()), "months": dict(receipt.withdrawn)},
        "duplicateOf": receipt.first,
        "duplicate": duplicate_of(receipt.first, receipt.first_came),
        "warnings": [{"code": w.code.value, "count": w.count, "message": w.swedish, "messageEn": w.english} for w in receipt.warnings],
        "reasons": [{"code": r.code, "message": r.swedish, "messageEn": r.english} for r in receipt.reasons],
    }


def duplicate_of(first: int | None, came: datetime | None) -> dict[str, Any] | None:
    """Say of a file that it was taken in before: by which delivery, and when; None where it was not."""
    if first is None or came is None:
        return None
    day = local_day(came)
    return {
        "code": "duplicate_file",
        "receivedAt": came.isoformat(),
        "message": f"Samma fil togs emot {day} som leverans {first}. Ingenting är ändrat.",
        "messageEn": f"The same file was received on {day} as delivery {first}. Nothing has changed.",
    }


def status_of(counted: Mapping[str, int]) -> str:
    """Name what a delivery came to: published, or unchanged when it told nothing that was not known."""
    return "published" if counted["new"] or counted["changed"] else "unchanged"


@dataclass(slots=True)
class Rejections:
    """The rejected rows of a delivery, stored part by part.

    Attributes:
        delivery: Whose.
        first: The first of them, to be told in the receipt.
        stored: How many are stored.
    """

    delivery: int
    first: list[Rejected] = field(default_factory=list)
    stored: int = 0

    def add(self, connection: Connection, rejected: Sequence[Rejected]) -> None:
        """Store the rejected rows of a part, in the order given."""
        if not rejected:
            return
        rows = len(rejected)
        numbers = np.arange(self.stored + 1, self.stored + rows + 1)
        fields = [
            fixed(np.full(rows, self.delivery), ">i8"),
            fixed(numbers, ">i4"),
            fixed(np.array([row.line for row in rejected]), ">i4"),
            *(
                texts([value.replace("\x00", "\\x00") for value in values])
                for values in zip(
                    *((row.column, row.message.code, row.value, row.message.swedish, row.message.english) for row in rejected), strict=True
                )
            ),
            raw_bytes([row.raw for row in rejected]),
        ]
        columns = ("delivery_id", "number", "line", "column_name", "code", "value", "message", "message_en", "raw")
        copy_in(connection, "rejected_row", columns, encode(fields))
        self.stored += rows
        self.first += rejected[: max(0, _TOLD - len(self.first))]


def stored_rejections(connection: Connection, delivery: int) -> Rejections:
    """Give the rejected rows of a delivery that are to be told in its receipt."""
    rows = connection.execute(_REJECTED, {"delivery": delivery, "told": _TOLD})
    found = [Rejected(row.line, row.column_name, row.value, Message(row.code, row.message, row.message_en), bytes(row.raw)) for row in rows]
    return Rejections(delivery, found, len(found))


def record(connection: Connection, receipt: Receipt, known_from: datetime) -> Receipt:
    """Store what became of a delivery's rows.

    Args:
        connection: Inside the delivery's transaction.
        receipt: What became of them.
        known_from: When readers first see it.

    Returns:
        The receipt.
    """
    connection.execute(
        text("""
            UPDATE delivery SET status = :status, published_at = :at, rows_read = :read, rows_new = :new, rows_changed = :changed,
                rows_unchanged = :unchanged, rows_rejected = :rejected, rows_blank = :blank
            WHERE delivery_id = :delivery
        """),
        {
            **{name: getattr(receipt, name) for name in ("delivery", "status", "read", "new", "changed", "unchanged", "rejected", "blank")},
            "at": known_from,
        },
    )
    return receipt
