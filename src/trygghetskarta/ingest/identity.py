"""What makes an event itself, and what makes two versions of it the same.

An event with an id of its source is that id. One without is its canonical values together with their number: a file that holds the same row
three times tells of three events, and the same three rows in any later file are the same three.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text
from xxhash import xxh3_128_digest

from trygghetskarta.domain.events import EventBatch
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.copying import Field, copy_in, copy_out, encode, fixed, texts

Keys = npt.NDArray[np.bytes_]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_CENTIMETRES = 100
_MANY_ROWS = 20_000
# A month's rows among years of events are looked up one by one; the LIMIT keeps the planner to that before it knows how large the table is.
_FEW = """
    SELECT uuid_send(known.key), uuid_send(known.digest) FROM asked CROSS JOIN LATERAL (
        SELECT key, digest FROM event WHERE source_id = %s AND event.key = asked.key AND known_to IS NULL LIMIT 1
    ) AS known
"""
_MANY = """
    SELECT uuid_send(event.key), uuid_send(event.digest) FROM asked
    JOIN event ON event.source_id = %s AND event.key = asked.key AND event.known_to IS NULL
"""


@dataclass(frozen=True, slots=True)
class Versions:
    """What a delivery's events are to those already known, (rows,) each; every row is exactly one of the first four.

    Attributes:
        is_new: Not known before.
        is_changed: Known before with other values.
        unchanged: Known before with the same values, or the same as a later row of the file.
        superseded: A later row of the file has the same id and other values.
        closed: Keys of the known versions that end.
    """

    is_new: Bools
    is_changed: Bools
    unchanged: Bools
    superseded: Bools
    closed: Keys


def digests(events: EventBatch, x: Floats, y: Floats) -> Keys:
    """Hash the canonical values of every event.

    Args:
        events: The events.
        x: Their eastings in the plane, NaN for none; a centimetre apart is the same.
        y: Their northings.

    Returns:
        16 bytes each, (rows,).
    """
    nowhere = np.isnan(x)
    fields = [
        texts(events.kind),
        fixed(events.starts_at, ">i8"),
        fixed(events.ends_at, ">i8"),
        fixed(events.time_precision, ">i2"),
        fixed(events.reported_on, ">i8"),
        fixed(events.month, ">i4"),
        fixed(events.antal, ">i4"),
        fixed(np.rint(np.where(nowhere, 0, x) * _CENTIMETRES).astype(np.int64), ">i8", nowhere),
        fixed(np.rint(np.where(nowhere, 0, y) * _CENTIMETRES).astype(np.int64), ">i8", nowhere),
        fixed(events.precision, ">i2"),
        texts(events.area),
        fixed(events.withdrawn, "?"),
        texts(events.detail),
    ]
    return _hashed(fields)


def keys(source: SourceId, events: EventBatch, digest: Keys) -> Keys:
    """Give every event the key it is known by from delivery to delivery.

    Args:
        source: Its source.
        events: The events.
        digest: The hashes of their values.

    Returns:
        16 bytes each, (rows,).
    """
    number = np.full(len(events), source.number, np.int64)
    if len(events) and events.identity[0] is not None:
        return _hashed([fixed(number, ">i2"), texts(events.identity)])
    return _hashed([fixed(number, ">i2"), fixed(digest, "S16"), fixed(_occurrence(digest), ">i4")])


def _occurrence(digest: Keys) -> npt.NDArray[np.int64]:
    """Number equal values: 0 for the first, 1 for the second and so on, (rows,)."""
    order = np.argsort(digest, kind="stable")
    ordered = digest[order]
    first = np.append(True, ordered[1:] != ordered[:-1]) if len(ordered) else np.zeros(0, bool)
    starts = np.flatnonzero(first)
    number = np.empty(len(digest), np.int64)
    number[order] = np.arange(len(digest)) - np.repeat(starts, np.diff(np.append(starts, len(digest))))
    return number


def _hashed(fields: list[Field]) -> Keys:
    size = 2 + sum(4 + np.maximum(field.length, 0).astype(np.int64) for field in fields)
    rows = encode(fields).data
    ends = np.cumsum(size).tolist()
    hashed = [xxh3_128_digest(rows[begin:end]) for begin, end in zip([0, *ends[:-1]], ends, strict=True)] if ends else []
    return np.frombuffer(b"".join(hashed), "S16")


def compare(connection: Connection, source: SourceId, key: Keys, digest: Keys) -> Versions:
    """Tell what each event is to the versions now known.

    Args:
        connection: Inside a transaction that holds the source's lock.
        source: Whose events.
        key: (rows,).
        digest: (rows,).

    Returns:
        The comparison.
    """
    rows = len(key)
    order = np.argsort(key, kind="stable")
    last = np.append(key[order][1:] != key[order][:-1], True) if rows else np.zeros(0, bool)
    holds = np.zeros(rows, bool)
    holds[order[last]] = True
    holder = np.empty(rows, np.int64)
    groups = np.cumsum(np.append(True, ~(key[order][1:] == key[order][:-1]))) - 1 if rows else np.zeros(0, np.int64)
    holder[order] = order[last][groups]
    same_as_holder = digest == digest[holder] if rows else np.zeros(0, bool)
    known = _current(connection, source, key[holds])
    at = np.searchsorted(known["key"], key)
    found = np.zeros(rows, bool)
    if len(known):
        at = np.minimum(at, len(known) - 1)
        found = known["key"][at] == key
    equal = found & (known["digest"][at] == digest) if len(known) else found
    changed = holds & found & ~equal
    return Versions(
        is_new=holds & ~found,
        is_changed=changed,
        unchanged=(holds & equal) | (~holds & same_as_holder),
        superseded=~holds & ~same_as_holder,
        closed=key[changed],
    )


def _current(connection: Connection, source: SourceId, key: Keys) -> npt.NDArray[np.void]:
    """Read the key and digest of the current versions of these events, sorted by key."""
    any_known = connection.execute(text("SELECT 1 FROM event WHERE source_id = :source LIMIT 1"), {"source": source.number}).first()
    if any_known is None or not len(key):
        return np.zeros(0, [("key", "S16"), ("digest", "S16")])
    connection.execute(text("CREATE TEMP TABLE asked (key uuid) ON COMMIT DROP"))
    copy_in(connection, "asked", ("key",), encode([fixed(key, "S16")]))
    connection.execute(text("ANALYZE asked"))
    known = copy_out(connection, _FEW if len(key) < _MANY_ROWS else _MANY, [("key", "S16"), ("digest", "S16")], (source.number,))
    connection.execute(text("DROP TABLE asked"))
    return known[np.argsort(known["key"])]
