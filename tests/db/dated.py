"""Deliver as if it were another day."""

from __future__ import annotations

from sqlalchemy import Connection, text

from tests.conftest import Box
from tests.db.delivering import deliver
from trygghetskarta.domain.sources import SourceId

ONE: dict[str, Box] = {"rinkeby": (0, 0, 1000, 1000)}


def deliver_on(
    connection: Connection, day: str, content: str, source: SourceId = SourceId.BRANDER, known: tuple[int, int] | None = None
) -> int:
    """Deliver as if it were noon of a day; `known` are the days of each month that it tells of, all when not given."""
    delivery = deliver(connection, source, content).delivery
    at = {"at": f"{day} 12:00:00+00", "delivery": delivery}
    connection.execute(
        text("""
            UPDATE event SET known_to = :at FROM delivery WHERE event.known_to = delivery.published_at AND delivery.delivery_id = :delivery
        """),
        at,
    )
    connection.execute(text("UPDATE event SET known_from = :at WHERE delivery_id = :delivery"), at)
    connection.execute(text("UPDATE coverage SET known_from = :at WHERE delivery_id = :delivery"), at)
    connection.execute(text("UPDATE delivery SET published_at = :at WHERE delivery_id = :delivery"), at)
    connection.execute(text("UPDATE publication SET published_at = :at WHERE delivery_id = :delivery"), at)
    first, last = known if known is not None else (1, 31)
    connection.execute(
        text("""
            UPDATE coverage SET first_day = begin + :first - 1, last_day = least(begin + :last - 1, next - 1) FROM (
                SELECT DISTINCT month, (date '1970-01-01' + make_interval(months => month))::date AS begin,
                    (date '1970-01-01' + make_interval(months => month + 1))::date AS next FROM coverage
            ) AS calendar WHERE coverage.month = calendar.month AND delivery_id = :delivery
        """),
        {"delivery": delivery, "first": first, "last": last},
    )
    return delivery
