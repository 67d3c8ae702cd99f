"""Take a delivery back: its events are no longer counted, those it had replaced are again, and what was known when is kept."""

from __future__ import annotations

from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

import orjson
from sqlalchemy import Connection, Row, text

from trygghetskarta.errors import ConflictError, NotFoundError
from trygghetskarta.ingest.copying import copy_out
from trygghetskarta.ingest.publication import announce, hold_source
from trygghetskarta.ingest.rollup import Changes, change_rollup
from trygghetskarta.ingest.values import take_back_values

_DELIVERY = text("""
    SELECT delivery_id, source_id, status, published_at, coalesce(published_at, received_at) AS seen_at
    FROM delivery WHERE delivery_id = :delivery FOR UPDATE
""")
# A later delivery builds on this one when it confirmed or changed events of the source, or ended a version that this one brought.
_BUILDS_ON_IT = text("""
    SELECT min(later.delivery_id) FROM delivery AS later
    WHERE later.source_id = :source AND later.status IN ('published', 'unchanged') AND later.delivery_id <> :delivery
        AND coalesce(later.published_at, later.received_at) > :seen_at
        AND (later.rows_unchanged > 0 OR later.rows_changed > 0 OR EXISTS (
            SELECT 1 FROM event
            WHERE event.source_id = :source AND event.delivery_id = :delivery AND event.known_to = later.published_at
        ))
""")
_CLOSE = """
    UPDATE event SET known_to = %s WHERE source_id = %s AND delivery_id = %s AND known_to IS NULL
    RETURNING place_id, category_id, month, CASE WHEN withdrawn THEN 0 ELSE -antal END
"""
# What the delivery had ended is known again from now on, as a version of its own; where something newer is known that holds.
_RESTORE = """
    INSERT INTO event (source_id, key, known_from, digest, category_id, place_id, month, antal, withdrawn, precision, time_precision, delivery_id,
        line, identity, starts_at, ends_at, reported_on, geom, area_text, detail)
    SELECT source_id, key, %s, digest, category_id, place_id, month, antal, withdrawn, precision, time_precision, delivery_id,
        line, identity, starts_at, ends_at, reported_on, geom, area_text, detail
    FROM event AS before
    WHERE source_id = %s AND known_to = %s AND NOT EXISTS (
        SELECT 1 FROM event AS newer WHERE newer.source_id = before.source_id AND newer.key = before.key AND newer.known_to IS NULL
    )
    RETURNING place_id, category_id, month, CASE WHEN withdrawn THEN 0 ELSE antal END
"""
_CELL = [("place", ">i4"), ("category", ">i4"), ("month", ">i4"), ("antal", ">i4")]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What became of a withdrawn delivery's events.

    Attributes:
        delivery: Its number.
        closed: Versions it had brought that are known no more.
        restored: Versions it had ended that are known again.
    """

    delivery: int
    closed: int
    restored: int


def take_back(connection: Connection, delivery: int) -> Withdrawal:
    """Withdraw a delivery.

    Args:
        connection: Inside a transaction in which the areas are held still; readers see it when the caller commits.
        delivery: Its number.

    Returns:
        What became of its events.

    Raises:
        NotFoundError: There is no such delivery.
        ConflictError: It is neither held, published nor unchanged; or a later delivery, which the text names, builds on it.
    """
    source = connection.execute(
        text("SELECT source_id FROM delivery WHERE delivery_id = :delivery"), {"delivery": delivery}
    ).scalar_one_or_none()
    if source is None:
        raise NotFoundError(f"Det finns ingen leverans {delivery}.", f"There is no delivery {delivery}.")
    hold_source(connection, source)
    row = connection.execute(_DELIVERY, {"delivery": delivery}).one()
    closed, restored = (0, 0) if row.status == "held" else _unpublish(connection, row)
    connection.execute(text("DELETE FROM held_part WHERE delivery_id = :delivery"), {"delivery": delivery})
    connection.execute(
        text("UPDATE delivery SET status = 'withdrawn', receipt = receipt || CAST(:told AS jsonb) WHERE delivery_id = :delivery"),
        {"delivery": delivery, "told": orjson.dumps({"withdrawal": {"closed": closed, "restored": restored}}).decode()},
    )
    return Withdrawal(delivery, closed, restored)


def _unpublish(connection: Connection, row: Row[Any]) -> tuple[int, int]:
    if row.status not in ("published", "unchanged"):
        raise ConflictError(
            f"Leverans {row.delivery_id} går inte att dra tillbaka; dess läge är {row.status}.",
            f"Delivery {row.delivery_id} cannot be withdrawn; its status is {row.status}.",
        )
    values = {"source": row.source_id, "delivery": row.delivery_id, "seen_at": row.seen_at}
    later = connection.execute(_BUILDS_ON_IT, values).scalar_one()
    if later is not None:
        raise ConflictError(
            f"Leverans {later} kom senare och bygger på leverans {row.delivery_id}. Dra tillbaka den först.",
            f"Delivery {later} came later and builds on delivery {row.delivery_id}. Withdraw that one first.",
        )
    now = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    closed = copy_out(connection, _CLOSE, _CELL, (now, row.source_id, row.delivery_id))
    restored = copy_out(connection, _RESTORE, _CELL, (now, row.source_id, row.published_at))
    with TemporaryFile() as file:
        changes = Changes(file)
        for rows in (closed, restored):
            changes.add_rows(rows)
        change_rollup(connection, row.source_id, changes)
    connection.execute(
        text("UPDATE coverage SET known_to = :now WHERE source_id = :source AND delivery_id = :delivery AND known_to IS NULL"),
        {"now": now, **values},
    )
    values_closed, values_restored = take_back_values(connection, row.delivery_id, row.source_id, now)
    announce(connection, "delivery", row.delivery_id)
    return len(closed) + values_closed, len(restored) + values_restored
