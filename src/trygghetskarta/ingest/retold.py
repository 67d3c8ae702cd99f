"""Events that several files of a backfill tell of, or that were known before it: which version of each holds, and from when to when.

Nearly all events of a backfill are told of once, and go into the table as they are. The others are gone through here file by file, in the order of
the files, so that what becomes of them is what becomes of them when the files are delivered one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import Connection, text

from trygghetskarta.ingest.copying import Field, copy_in, copy_out, encode, fixed, instants
from trygghetskarta.ingest.identity import Hashes, as_bytes, from_bytes
from trygghetskarta.ingest.partitions import Partition
from trygghetskarta.ingest.staging import staged_keys

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.void]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KNOWN = 0
"""The number that stands in place of a delivery's where a version was known before the backfill."""

_HASHES = [("key", "S16"), ("digest", "S16")]
_CELL = [("place", ">i4"), ("category", ">i4"), ("month", ">i4"), ("antal", ">i4"), ("withdrawn", "?"), ("precision", ">i2")]
_FACTS = "uuid_send(one.key), uuid_send(one.digest), one.place_id, one.category_id, one.month, one.antal, one.withdrawn, one.precision"
_KNOWN_KEYS = """
    SELECT uuid_send(staged.key) FROM {stage} AS staged
    JOIN {events} AS event ON event.source_id = %s AND event.key = staged.key AND event.known_to IS NULL
"""
_KNOWN_ROWS = "SELECT {facts}, false, 0 FROM {events} AS one JOIN retold USING (key) WHERE one.source_id = %s AND one.known_to IS NULL"
_STAGED_ROWS = "SELECT {facts}, one.alike, one.day FROM {stage} AS one JOIN retold USING (key)"
_ENDED = """
    SELECT uuid_send(event.key), uuid_send(event.digest) FROM {events} AS event JOIN retold USING (key) JOIN delivery USING (delivery_id)
    WHERE event.source_id = %s AND event.known_to IS NOT NULL AND delivery.status <> 'withdrawn'
"""
_FATES = text("""
    CREATE TEMP TABLE fate (delivery_id bigint NOT NULL, key uuid NOT NULL, known_to timestamptz, left_out boolean NOT NULL) ON COMMIT DROP
""")
_END = text("""
    UPDATE event SET known_to = fate.known_to FROM fate
    WHERE fate.delivery_id = 0 AND event.source_id = :source AND event.key = fate.key AND event.known_to IS NULL
""")


@dataclass(frozen=True, slots=True)
class Judged:
    """What a file's events are, of those that others tell of too, (rows,) each.

    Attributes:
        rows: Their numbers among all such rows.
        is_changed: Known before with other values.
        unchanged: Known before with the same values.
        reverted: How many of the changed get values back that were already replaced.
    """

    rows: Ints
    is_changed: Bools
    unchanged: Bools
    reverted: int


@dataclass(slots=True)
class Retold:
    """The events told of more than once.

    Attributes:
        rows: Every telling: of the versions known before, then file by file.
        owner: The delivery that told each, KNOWN for the versions known before, (rows,).
        number: Which event each is of, (rows,).
        digest: Its values, (rows, 2).
        holder: The row that holds of each event, -1 for none yet, (events,).
        ended: Number and values of each version that was replaced, (versions, 3).
        known_to: Microseconds since 1970 until when each row holds, 0 for ever, (rows,).
        left_out: Rows that tell nothing new, (rows,).
    """

    rows: Rows
    owner: Ints
    number: Ints
    digest: Hashes
    holder: Ints
    ended: npt.NDArray[np.uint64]
    known_to: Ints
    left_out: Bools

    @classmethod
    def of(cls, connection: Connection, events: Partition, deliveries: Sequence[int]) -> Retold:
        """Find them.

        Args:
            connection: Inside a transaction that holds the source's lock.
            events: The table of the source's events.
            deliveries: Those with staged events, in their order.
        """
        keys = _told_of_again(connection, events, deliveries)
        parts, owners = [np.zeros(0, _kind())], [np.zeros(0, np.int64)]
        ended = np.zeros((0, 3), np.uint64)
        if len(keys):
            connection.execute(text("CREATE TEMP TABLE retold (key uuid PRIMARY KEY) ON COMMIT DROP"))
            copy_in(connection, "retold", ("key",), encode([fixed(as_bytes(keys), "S16")]))
            connection.execute(text("ANALYZE retold"))
            parts.append(_read(connection, _KNOWN_ROWS.format(facts=_FACTS, events=events.name), (events.source,)))
            owners.append(np.full(len(parts[-1]), KNOWN))
            for delivery in deliveries:
                parts.append(_read(connection, _STAGED_ROWS.format(facts=_FACTS, stage=f"stage_{delivery:d}")))
                owners.append(np.full(len(parts[-1]), delivery))
            ended = _numbered(keys, copy_out(connection, _ENDED.format(events=events.name), _HASHES, (events.source,)))
        rows, owner = np.concatenate(parts), np.concatenate(owners)
        number = _positions(keys, _halves(rows, "key"))
        holder = np.full(len(keys), -1)
        holder[number[owner == KNOWN]] = np.flatnonzero(owner == KNOWN)
        nothing = np.zeros(len(rows), np.int64)
        return cls(rows, owner, number, _halves(rows, "digest"), holder, ended, nothing, nothing.astype(bool))

    def judge(self, delivery: int) -> Judged:
        """Tell what a file's events are to the versions that hold when its turn comes."""
        rows = np.flatnonzero(self.owner == delivery)
        holder = self.holder[self.number[rows]]
        found = holder >= 0
        same = found & (self.digest[holder] == self.digest[rows]).all(axis=1) if len(rows) else found
        is_changed = found & ~same
        back = np.isin(_joined(self._values(rows[is_changed])), _joined(self.ended))
        return Judged(rows, is_changed, same, int(back.sum()))

    def _values(self, rows: Ints) -> npt.NDArray[np.uint64]:
        return np.column_stack([self.number[rows].astype(np.uint64), self.digest[rows]])

    def replaced(self, judged: Judged) -> Rows:
        """Give the versions that a file's changed events would end."""
        return self.rows[self.holder[self.number[judged.rows[judged.is_changed]]]]

    def accept(self, judged: Judged, known_from: datetime) -> None:
        """Let a file's events hold from then on."""
        self.left_out[judged.rows[judged.unchanged]] = True
        before = self.holder[self.number[judged.rows[judged.is_changed]]]
        self.known_to[before] = (known_from - _EPOCH) // timedelta(microseconds=1)
        self.ended = np.concatenate([self.ended, self._values(before)])
        holds = judged.rows[~judged.unchanged]
        self.holder[self.number[holds]] = holds

    def write(self, connection: Connection, source: int) -> set[int]:
        """End the versions known before that were replaced, and write what becomes of staged events in the temporary table `fate`.

        Args:
            connection: Inside a transaction that holds the source's lock.
            source: The source's number.

        Returns:
            The deliveries of which some event is left out or does not hold for ever.
        """
        connection.execute(_FATES)
        rows = np.flatnonzero(self.left_out | (self.known_to > 0))
        if not len(rows):
            return set()
        until = self.known_to[rows]
        copy_in(connection, "fate", ("delivery_id", "key", "known_to", "left_out"), self._fates(rows, until))
        connection.execute(text("ANALYZE fate"))
        connection.execute(_END, {"source": source})
        return set(np.unique(self.owner[rows]).tolist()) - {KNOWN}

    def _fates(self, rows: Ints, until: Ints) -> pa.LargeBinaryArray:
        fields: list[Field] = [
            fixed(self.owner[rows], ">i8"),
            fixed(np.ascontiguousarray(self.rows["key"][rows]), "S16"),
            instants(until, until == 0),
            fixed(self.left_out[rows], "?"),
        ]
        return encode(fields)


def _told_of_again(connection: Connection, events: Partition, deliveries: Sequence[int]) -> Hashes:
    """Give the keys that several files tell of, or that are known before, each once and sorted, (events, 2)."""
    told = [staged_keys(connection, delivery) for delivery in deliveries]
    again = [_several(told)]
    if not events.is_fresh:
        for delivery in deliveries:
            found = copy_out(connection, _KNOWN_KEYS.format(stage=f"stage_{delivery:d}", events=events.name), _HASHES[:1], (events.source,))
            again.append(_halves(found, "key"))
    return _distinct(np.concatenate(again))


def _several(told: Sequence[Hashes]) -> Hashes:
    """Give the keys that stand more than once, each as often as it stands; most are told apart by their first half alone."""
    halves = np.sort(np.concatenate([np.zeros(0, np.uint64), *(keys[:, 0] for keys in told)]))
    doubtful = np.unique(halves[1:][halves[1:] == halves[:-1]])
    del halves
    if not len(doubtful):
        return np.zeros((0, 2), np.uint64)
    at = [np.minimum(np.searchsorted(doubtful, keys[:, 0]), len(doubtful) - 1) for keys in told]
    maybe = np.concatenate([keys[doubtful[where] == keys[:, 0]] for keys, where in zip(told, at, strict=True)])
    maybe = maybe[np.lexsort((maybe[:, 1], maybe[:, 0]))]
    same = (maybe[1:] == maybe[:-1]).all(axis=1)
    several: Hashes = maybe[np.append(same, False) | np.append(False, same)]
    return several


def _distinct(keys: Hashes) -> Hashes:
    keys = keys[np.lexsort((keys[:, 1], keys[:, 0]))]
    return keys[np.append(True, (keys[1:] != keys[:-1]).any(axis=1))] if len(keys) else keys


def _positions(keys: Hashes, wanted: Hashes) -> Ints:
    """Give where each wanted key stands among sorted distinct ones that hold them all, (wanted,)."""
    at = np.searchsorted(_joined(keys), _joined(wanted))
    return at.astype(np.int64)


def _joined(rows: npt.NDArray[np.uint64]) -> npt.NDArray[np.bytes_]:
    """Give rows of numbers as one value each, in the order of their numbers."""
    width = 8 * rows.shape[1]
    return np.ascontiguousarray(rows.astype(">u8")).view(f"S{width}").reshape(-1)


def _numbered(keys: Hashes, found: Rows) -> npt.NDArray[np.uint64]:
    return np.column_stack([_positions(keys, _halves(found, "key")).astype(np.uint64), _halves(found, "digest")])


def _halves(rows: Rows, name: str) -> Hashes:
    return from_bytes(np.ascontiguousarray(rows[name]))


def _kind() -> np.dtype[np.void]:
    return np.dtype([*_HASHES, *_CELL, ("alike", "?"), ("day", ">i4")])


def _read(connection: Connection, query: str, parameters: Sequence[int] = ()) -> Rows:
    kind = _kind()
    found = copy_out(connection, query, [*_HASHES, *_CELL, ("alike", "?"), ("day", ">i4")], parameters)
    rows: Rows = found[list(kind.names or ())].astype(kind)
    return rows
