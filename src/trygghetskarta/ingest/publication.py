"""Tell readers that what they see has changed."""

from __future__ import annotations

from sqlalchemy import Connection, text

from trygghetskarta.store.engine import CHANNEL

_SOURCE_LOCK = 7_301_002
_TURN_LOCK = 7_301_007


def announce(connection: Connection, what: str, delivery: int | None = None) -> None:
    """Give the data a new version, and wake the workers when the transaction is committed.

    Versions are committed in the order of their numbers: whoever has seen the newest has seen all before it. So everyone else who has something to
    announce waits until the transaction ends, and it is done late in one that is long.

    Args:
        connection: Inside the transaction that changes the data.
        what: What changed: delivery, areas or population.
        delivery: The delivery, when one did.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN_LOCK})
    connection.execute(text("INSERT INTO publication (what, delivery_id) VALUES (:what, :delivery)"), {"what": what, "delivery": delivery})
    connection.execute(text("SELECT pg_notify(:channel, :what)"), {"channel": CHANNEL, "what": what})


def hold_source(connection: Connection, source: int) -> None:
    """Keep everyone else from changing a source's events until the transaction ends.

    Args:
        connection: Inside a transaction.
        source: The source's number.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:kind, :source)"), {"kind": _SOURCE_LOCK, "source": source})
