"""Deliveries of one source take turns, in the order they are received."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from trygghetskarta.domain.sources import SourceId

_LOCK = 7_301_004


@contextmanager
def in_turn(engine: Engine, source: SourceId) -> Iterator[None]:
    """Wait until the deliveries of a source that came before are done, and hold up those that come after.

    The lock outlives the transactions of a delivery and dies with its process, so nobody waits for one that was killed.

    Args:
        engine: The database.
        source: Whose deliveries.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as waiting:
        waiting.execute(text("SELECT pg_advisory_lock(:kind, :source)"), {"kind": _LOCK, "source": source.number})
        try:
            yield
        finally:
            waiting.invalidate()  # closes the connection, and so lets go, whatever state the database is in
