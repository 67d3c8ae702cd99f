"""Take a delivery back: its events are no longer counted, those it had replaced are again, and what was known when is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, text

from trygghetskarta.errors import ConflictError, NotFoundError
from trygghetskarta.ingest.publication import announce, hold_source
from trygghetskarta.ingest.rollup import add_to_rollup, collect_changes

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
_CLOSE = text("""
    WITH ended AS (
        UPDATE event SET known_to = :now WHERE source_id = :source AND delivery_id = :delivery AND known_to IS NULL
        RETURNING place_id, source_id, category_id, month, antal, withdrawn
    ), counted AS (
        INSERT INTO rollup_change SELECT place_id, source_id, category_id, month, -antal FROM ended WHERE NOT withdrawn
    )
    SELECT count(*) FROM ended
""")
# What the delivery had ended is known again from now on, as a version of its own; where something newer is known that holds.
_RESTORE = text("""
    WITH restored AS (
        INSERT INTO event (
            source_id, key, known_from, digest, category_id, place_id, month, antal, withdrawn, precision, time_precision, delivery_id, line,
            identity, starts_at, ends_at, reported_on, geom, area_text, detail
        )
        SELECT source_id, key, :now, digest, category_id, place_id, month, antal, withdrawn, precision, time_precision, delivery_id, line,
            identity, starts_at, ends_at, reported_on, geom, area_text, detail
        FROM event AS before
        WHERE source_id = :source AND known_to = :published_at AND NOT EXISTS (
            SELECT 1 FROM event AS newer WHERE newer.source_id = :source AND newer.key = before.key AND newer.known_to IS NULL
        )
        RETURNING place_id, source_id, category_id, month, antal, withdrawn
    ), counted AS (
        INSERT INTO rollup_change SELECT place_id, source_id, category_id, month, antal FROM restored WHERE NOT withdrawn
    )
    SELECT count(*) FROM restored
""")


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
    values = {"source": row.source_id, "delivery": row.delivery_id, "seen_at": row.seen_at, "published_at": row.published_at}
    later = connection.execute(_BUILDS_ON_IT, values).scalar_one()
    if later is not None:
        raise ConflictError(
            f"Leverans {later} kom senare och bygger på leverans {row.delivery_id}. Dra tillbaka den först.",
            f"Delivery {later} came later and builds on delivery {row.delivery_id}. Withdraw that one first.",
        )
    values["now"] = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    collect_changes(connection)
    closed = connection.execute(_CLOSE, values).scalar_one()
    restored = connection.execute(_RESTORE, values).scalar_one()
    add_to_rollup(connection)
    connection.execute(text("DROP TABLE rollup_change"))
    connection.execute(
        text("UPDATE coverage SET known_to = :now WHERE source_id = :source AND delivery_id = :delivery AND known_to IS NULL"), values
    )
    announce(connection, "delivery", row.delivery_id)
    return closed, restored
