"""Deliveries of one source take turns, in the order they are received."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import ConflictError

_LOCK = 7_301_004
_BACKFILL_LOCK = 7_301_005


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


@contextmanager
def alone(engine: Engine, source: SourceId) -> Iterator[None]:
    """Be the only backfill of a source; single deliveries may come meanwhile.

    Args:
        engine: The database.
        source: Which source.

    Raises:
        ConflictError: Another is under way.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as holding:
        taken = text("SELECT pg_try_advisory_lock(:kind, :source)")
        if not holding.execute(taken, {"kind": _BACKFILL_LOCK, "source": source.number}).scalar_one():
            raise ConflictError(
                f"En annan påfyllning av {source} pågår redan.",
                f"Another backfill of {source} is under way.",
            )
        try:
            yield
        finally:
            holding.invalidate()
