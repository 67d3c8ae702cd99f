"""What a delivery's events are to the versions already known; versions begun and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.copying import copy_in, copy_out, encode, fixed
from trygghetskarta.ingest.identity import Hashes, Sorted, as_bytes, from_bytes, is_first
from trygghetskarta.ingest.partitions import Partition
from trygghetskarta.ingest.sending import Connect

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_MANY_ROWS = 20_000
# A month's rows among years of events are looked up one by one; the LIMIT keeps the planner to that before it knows how large the table is.
_FEW = """
    SELECT uuid_send(known.key), uuid_send(known.digest) FROM asked CROSS JOIN LATERAL (
        SELECT key, digest FROM {table} AS event WHERE source_id = %s AND event.key = asked.key AND known_to IS NULL LIMIT 1
    ) AS known
"""
_MANY = """
    SELECT uuid_send(event.key), uuid_send(event.digest) FROM asked
    JOIN {table} AS event ON event.source_id = %s AND event.key = asked.key AND event.known_to IS NULL
"""
_ASKED = text("CREATE TEMP TABLE asked (key uuid) ON COMMIT DROP")
_CLOSED = text("CREATE TEMP TABLE closed (key uuid) ON COMMIT DROP")
_END = """
    UPDATE event SET known_to = %s FROM closed
    WHERE event.source_id = %s AND event.key = closed.key AND event.known_to IS NULL
    RETURNING place_id, category_id, month, CASE WHEN withdrawn THEN 0 ELSE -antal END
"""
_REVERTED = text("""
    SELECT count(*) FROM changed WHERE EXISTS (
        SELECT FROM event JOIN delivery USING (delivery_id)
        WHERE event.source_id = :source AND event.key = changed.key AND event.digest = changed.digest AND known_to IS NOT NULL
            AND delivery.status <> 'withdrawn'
    )
""")
# A version that says "no longer told of" has the values of the one before it, and a fingerprint that no row has: told of again, it is a change.
_TAKE_BACK = """
    WITH ended AS (
        UPDATE event SET known_to = :known_from FROM vanished
        WHERE event.source_id = :source AND event.key = vanished.key AND event.known_to IS NULL AND NOT event.withdrawn
        RETURNING event.*
    )
    INSERT INTO event (source_id, key, known_from, digest, withdrawn, delivery_id, line,
        category_id, place_id, month, antal, precision, time_precision, identity, starts_at, ends_at, reported_on, geom, area_text, detail)
    SELECT source_id, key, :known_from, '00000000-0000-0000-0000-000000000000', true, :delivery, 0,
        category_id, place_id, month, antal, precision, time_precision, identity, starts_at, ends_at, reported_on, geom, area_text, detail
    FROM ended RETURNING place_id, category_id, month, -antal
"""
_UNTOLD = text("""
    CREATE TEMP TABLE vanished ON COMMIT DROP AS SELECT key FROM event
    WHERE source_id = :source AND month = ANY(:months) AND known_to IS NULL AND NOT withdrawn
        AND NOT EXISTS (SELECT FROM told WHERE told.key = event.key)
""")
_CELL = [("place", ">i4"), ("category", ">i4"), ("month", ">i4"), ("antal", ">i4")]


@dataclass(frozen=True, slots=True)
class Versions:
    """What a part's events are to those already known, (rows,) each; every row is exactly one of the first four.

    Attributes:
        is_new: Not known before.
        is_changed: Known before with other values.
        unchanged: Known before with the same values, or the same as an earlier row of the file.
        conflicting: An earlier row of the file has the same id and other values.
        kept: The new and changed rows, in the order of their keys.
        repeated: Those of the unchanged that are the same as an earlier row of the file.
    """

    is_new: Bools
    is_changed: Bools
    unchanged: Bools
    conflicting: Bools
    kept: Ints
    repeated: Bools


@dataclass(frozen=True, slots=True)
class Told:
    """A part's events by what makes them themselves.

    Attributes:
        keys: In their order.
        fingerprint: Of their values, (rows, 2).
        again: True where an earlier part of the file told of the same key, (rows,).
    """

    keys: Sorted
    fingerprint: Hashes
    again: Bools

    @property
    def key(self) -> Hashes:
        """The keys in the order of the file, (rows, 2)."""
        return self.keys.hashes


def compare(connect: Connect, events: Partition, told: Told, *, any_known: bool) -> Versions:
    """Tell what each event is to the versions now known.

    Args:
        connect: Gives the connection, inside a transaction that holds the source's lock; asked only where something may be known.
        events: The table of the source's events.
        told: The events.
        any_known: Whether the source had any event before this delivery.

    Returns:
        The comparison.
    """
    order, (first, holder) = told.keys.order, is_first(told.keys)
    if not any_known and first.all() and not told.again.any():
        return Versions(first, ~first, ~first, ~first, order, ~first)
    asked = first if any_known else first & told.again
    known_key, known_value = _current(connect(), events, told.key[asked])
    found, value = _look_up(known_key, known_value, told.key)
    holds = first & ~told.again
    reference = np.where((told.again | holds)[:, None], value, told.fingerprint[holder])
    # A repeated row whose first one stands in the same part is held against that one, whatever the database knows.
    in_part = ~first & ~told.again[holder]
    reference = np.where(in_part[:, None], told.fingerprint[holder], reference)
    same = (reference == told.fingerprint).all(axis=1) & (found | in_part)
    is_new, is_changed = holds & ~found, holds & found & ~same
    kept = order[(is_new | is_changed)[order]]
    return Versions(is_new, is_changed, same, ~holds & ~same, kept, same & ~holds)


def _look_up(known_key: Hashes, known_value: Hashes, key: Hashes) -> tuple[Bools, Hashes]:
    """Find the keys among the known ones: whether each is there, and its value."""
    if not len(known_key):
        return np.zeros(len(key), bool), np.zeros_like(key)
    at = np.minimum(np.searchsorted(known_key[:, 0], key[:, 0]), len(known_key) - 1)
    return (known_key[at] == key).all(axis=1), known_value[at]


def _current(connection: Connection, events: Partition, key: Hashes) -> tuple[Hashes, Hashes]:
    """Read the keys and fingerprints of the current versions of these events, sorted by key."""
    if not len(key):
        return np.zeros((0, 2), np.uint64), np.zeros((0, 2), np.uint64)
    connection.execute(_ASKED)
    copy_in(connection, "asked", ("key",), encode([fixed(as_bytes(key), "S16")]))
    connection.execute(text("ANALYZE asked"))
    query = (_FEW if len(key) < _MANY_ROWS else _MANY).format(table=events.name)
    known = copy_out(connection, query, [("key", "S16"), ("value", "S16")], (events.source,))
    connection.execute(text("DROP TABLE asked"))
    keys, values = (from_bytes(np.ascontiguousarray(known[name])) for name in ("key", "value"))
    order = np.argsort(keys[:, 0])
    return keys[order], values[order]


def reverted(connection: Connection, source: SourceId, key: Hashes, fingerprint: Hashes) -> int:
    """Count the events that would get values back which a later delivery has already replaced: the mark of an old file sent late.

    Args:
        connection: Inside a transaction, before the versions are ended.
        source: Whose events.
        key: Of the changed ones, (rows, 2).
        fingerprint: Of their new values, (rows, 2).

    Returns:
        How many.
    """
    if not len(key):
        return 0
    connection.execute(text("CREATE TEMP TABLE changed (key uuid, digest uuid) ON COMMIT DROP"))
    copy_in(connection, "changed", ("key", "digest"), encode([fixed(as_bytes(key), "S16"), fixed(as_bytes(fingerprint), "S16")]))
    count: int = connection.execute(_REVERTED, {"source": source.number}).scalar_one()
    connection.execute(text("DROP TABLE changed"))
    return count


def end(connection: Connection, source: SourceId, key: Hashes, known_to: datetime) -> npt.NDArray[np.void]:
    """End the current versions of some events.

    Args:
        connection: Inside a transaction that holds the source's lock.
        source: Whose events.
        key: (events, 2).
        known_to: When.

    Returns:
        What no longer counts: place, category, month and antal (negative) of each, (events,).
    """
    if not len(key):
        return np.zeros(0, _CELL)
    connection.execute(_CLOSED)
    copy_in(connection, "closed", ("key",), encode([fixed(as_bytes(key), "S16")]))
    ended = copy_out(connection, _END, _CELL, (known_to, source.number))
    connection.execute(text("DROP TABLE closed"))
    return ended


def take_back(connection: Connection, source: SourceId, delivery: int, known_from: datetime) -> npt.NDArray[np.void]:
    """Mark the events in the temporary table `vanished (key uuid)` as taken back: they no longer count, and keep their history.

    Args:
        connection: Inside a transaction that holds the source's lock and the table.
        source: Whose events.
        delivery: Which no longer tells of them.
        known_from: When it was published.

    Returns:
        What no longer counts, as `end` gives it.
    """
    values: dict[str, Any] = {"source": source.number, "delivery": delivery, "known_from": known_from}
    rows = connection.execute(text(_TAKE_BACK), values).all()
    return np.array([tuple(row) for row in rows], _CELL)


def tell(connection: Connection, key: Hashes) -> None:
    """Remember what a part of a file tells of, in the temporary table `told`."""
    connection.execute(text("CREATE TEMP TABLE IF NOT EXISTS told (key uuid) ON COMMIT DROP"))
    copy_in(connection, "told", ("key",), encode([fixed(as_bytes(key), "S16")]))


def take_back_untold(
    connection: Connection, source: SourceId, delivery: int, known_from: datetime, months: list[int]
) -> npt.NDArray[np.void]:
    """Mark the events of some months that no part of the file told of as taken back.

    Args:
        connection: Inside a transaction that holds the source's lock, after `tell`.
        source: Whose events.
        delivery: Which no longer tells of them.
        known_from: When it was published.
        months: The months that the delivery tells of as a whole, months since 1970.

    Returns:
        What no longer counts, as `end` gives it.
    """
    if not months:
        return np.zeros(0, _CELL)
    connection.execute(text("ANALYZE told"))
    connection.execute(_UNTOLD, {"source": source.number, "months": months})
    gone = take_back(connection, source, delivery, known_from)
    connection.execute(text("DROP TABLE vanished, told"))
    return gone
