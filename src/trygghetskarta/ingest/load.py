"""One delivery: compared with what is known, and published as new versions.

The caller opens the transactions. `receipts.receive` goes in one that is committed before anything else, so that even a delivery whose loading
dies is on record; `publish` in another, in which readers see all of it or none.

A file comes in parts. While the server takes in the rows of one part, the next is read, checked, placed and hashed.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import Connection, text

from trygghetskarta.domain.events import EventBatch, Message, Precision, Reading, Rejected, Warned, told_together
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.ingest.coverage import Days, cover
from trygghetskarta.ingest.doubles import Doubles
from trygghetskarta.ingest.event_rows import COLUMNS, Common, Numbered, event_rows
from trygghetskarta.ingest.feeds import Heard, answer_of, hear, settle
from trygghetskarta.ingest.holding import Facts, HeldError, reasons
from trygghetskarta.ingest.identity import Hashes, Seen, fingerprints, in_order, keys_by_id, keys_by_values, occurrences
from trygghetskarta.ingest.kinds import Kinds
from trygghetskarta.ingest.locating import Located, Locator
from trygghetskarta.ingest.partitions import Partition, partition_of
from trygghetskarta.ingest.personal import hidden
from trygghetskarta.ingest.places import OUTSIDE_KEY, Places
from trygghetskarta.ingest.publication import announce, hold_source
from trygghetskarta.ingest.receipts import Receipt, Rejections, record, status_of
from trygghetskarta.ingest.rollup import Changes, change_rollup, monthly_counts
from trygghetskarta.ingest.sending import Sending
from trygghetskarta.ingest.versions import Told, Versions, compare, end, reverted, take_back_untold, tell

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_LEAST_BYTES_A_ROW = 50
_READ_AHEAD = 2
_CONFLICTING = Message(
    "conflicting_row",
    "En tidigare rad i filen har samma id och andra värden; den gäller.",
    "An earlier row of the file has the same id and other values; that one holds.",
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be published.

    Attributes:
        delivery: Its number, from `receive`.
        source: Its source.
        size: Length of its file, bytes; 0 where not known.
        complete: Whether it tells of all there is in its months, so that what it does not tell of is taken back.
        approved: Whether a person has said that it may be published, however odd it looks.
    """

    delivery: int
    source: SourceId
    size: int = 0
    complete: bool = False
    approved: bool = False


def publish(connection: Connection, order: Order, readings: Iterable[Reading], places: Places) -> Receipt:
    """Make what was read known: close the versions it changes, add the new ones, count them.

    Args:
        connection: Inside a transaction; readers see the delivery when the caller commits it.
        order: Which delivery.
        readings: What the adapter reads, part by part.
        places: The areas, read in this transaction while they are held still.

    Returns:
        The receipt, also stored.

    Raises:
        HeldError: The delivery looks odd and nobody has approved it; the caller rolls back.
    """
    hold_source(connection, order.source.number)
    # Arrow's own allocators keep what they once had, and a large file would be kept in memory little by little.
    pa.set_memory_pool(pa.system_memory_pool())
    with ThreadPoolExecutor(1) as sender, ThreadPoolExecutor(1) as reader, tempfile.TemporaryFile() as told:
        parts = iter(readings)
        # One part more is read than is waited for, so that the reader has something to do also while the areas are indexed.
        coming = deque(reader.submit(next, parts, None) for _ in range(_READ_AHEAD))
        places.make_ready(order.size // _LEAST_BYTES_A_ROW)
        reading = coming.popleft().result()
        loading = _Loading.begin(Sending(sender, connection), order, places, (told, _rows_expected(order, reading)))
        while reading is not None:
            coming.append(reader.submit(next, parts, None))
            loading.take(reading)
            reading = coming.popleft().result()
        return loading.finish()


def _rows_expected(order: Order, first: Reading | None) -> int:
    """Tell about how many rows the file has, by what its first part was like."""
    if first is None or not first.upto:
        return order.size // _LEAST_BYTES_A_ROW
    return order.size * first.rows // first.upto


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of the file, as far as it can be prepared without the database.

    Attributes:
        reading: What was read.
        events: Its events, those on a placeholder without their point.
        xy: Their points in the plane, NaN for none.
        told: What makes them themselves.
        located: Their areas.
    """

    reading: Reading
    events: EventBatch
    xy: tuple[Floats, Floats]
    told: Told
    located: Located


@dataclass(slots=True)
class _Loading:
    """A delivery on its way in.

    Attributes:
        sending: The connection, inside the delivery's transaction, on which the rows of one part are sent while the next is prepared.
        order: What is published.
        known_from: When the versions begin.
        events: The table of the source's events.
        any_known: Whether the source had any event before.
        locator: Places the events.
        kinds: Knows the categories.
        seen: What the earlier parts told of.
        doubles: Counts events that may have been told of before.
        rejections: The rejected rows.
        days: The days the file tells of.
        changes: What the rollup gains and loses.
        counted: What became of the rows.
        placed: New and changed rows by precision.
        warnings: What the parts warned of.
        reverted: Events that would get replaced values back.
        outside: New and changed rows outside the city.
        points: The first point met, how many rows stand on it, and how many rows have a point.
        taken_back: Events that the months told of, or the feed, no longer hold.
        heard: The file as a feed's answer, where it is one.
    """

    sending: Sending
    order: Order
    known_from: datetime
    events: Partition
    any_known: bool
    locator: Locator
    kinds: Kinds
    seen: Seen
    doubles: Doubles
    rejections: Rejections
    days: Days
    changes: Changes
    counted: dict[str, int]
    placed: dict[str, int] = field(default_factory=dict)
    warnings: list[Warned] = field(default_factory=list)
    reverted: int = 0
    outside: int = 0
    points: tuple[tuple[float, float] | None, int, int] = (None, 0, 0)
    taken_back: int = 0
    heard: Heard | None = None

    @classmethod
    def begin(cls, sending: Sending, order: Order, places: Places, seen: tuple[IO[bytes], int]) -> _Loading:
        (told, rows), connection = seen, sending.connection()
        known_from: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        events = partition_of(connection, order.source.number)
        first = connection.execute(text("SELECT 1 FROM event WHERE source_id = :source LIMIT 1"), {"source": order.source.number}).first()
        return cls(
            sending,
            order,
            known_from,
            events,
            first is not None,
            Locator(places),
            Kinds.of(connection, order.source),
            Seen.of(rows, told),
            Doubles.of(connection, order.source, Seen.of(rows // 4, told)),
            Rejections(order.delivery),
            Days(CONTRACTS[order.source], known_from),
            Changes(told),
            dict.fromkeys(("read", "new", "changed", "unchanged", "rejected", "blank"), 0),
        )

    def take(self, reading: Reading) -> None:
        """Take in one part."""
        answer = answer_of(self.order.source, reading) if CONTRACTS[self.order.source].polled else None
        if answer is not None:
            self.heard = hear(self.sending.connection(), self.order.source, answer, reading)
        part = self._prepare(reading)
        events, told = part.events, part.told
        category = self.kinds.number(self.sending.connection, events.kind)
        place = self.locator.number(self.sending.connection, events, part.located)
        if self.heard is not None:
            told.fingerprint[self.heard.gone] = 0  # as `take_back` writes it
        versions = compare(self.sending.connection, self.events, told, any_known=self.any_known)
        if self.heard is not None:
            versions = self.heard.held_against(versions)
        if self.order.complete:
            tell(self.sending.connection(), told.key)
        changed = np.flatnonzero(versions.is_changed)
        if len(changed):
            self._replace(told.key[changed], told.fingerprint[changed])
        self._count(part, versions, category, place)
        self.doubles.add(events, versions.is_new)
        if len(versions.kept):
            # An index that is kept up grows fastest in its own order; one that is made in the end leaves the rows in the file's.
            kept = np.sort(versions.kept) if self.events.is_fresh else versions.kept
            common = Common(self.order.source.number, self.order.delivery, self.known_from, self.locator.places.srid or 0)
            rows = event_rows(common, Numbered(events, part.xy, told, category, place), kept)
            self.sending.send(self.events.name, COLUMNS, rows)

    def _replace(self, key: Hashes, fingerprint: Hashes) -> None:
        """End the versions of the events that have come to other values."""
        connection, source = self.sending.connection(), self.order.source
        if self.heard is None:  # of answers it is known which is newer
            self.reverted += reverted(connection, source, key, fingerprint)
        self.changes.add_rows(end(connection, source, key, self.known_from))

    def _prepare(self, reading: Reading) -> _Part:
        events, source = reading.events, self.order.source
        x, y = self.locator.in_plane(reading)
        # What makes a row itself is what stands in it, whatever the other rows of its file say of its point.
        fingerprint = fingerprints(events, x, y)
        told = self._told(source, events, fingerprint)
        events, x, y = self.locator.without_placeholder(events, x, y)
        return _Part(reading, events, (x, y), told, self.locator.locate(events, x, y))

    def _told(self, source: SourceId, events: EventBatch, fingerprint: Hashes) -> Told:
        if len(events) and events.identity.null_count == 0:
            keys = in_order(keys_by_id(source, events))
            return Told(keys, fingerprint, self.seen.before(keys) > 0)
        values = in_order(fingerprint)
        number = self.seen.before(values) + occurrences(values)
        return Told(in_order(keys_by_values(source, fingerprint, number)), fingerprint, np.zeros(len(events), bool))

    def _count(self, part: _Part, versions: Versions, category: Ints, place: Ints) -> None:
        reading, events, kept = part.reading, part.events, versions.kept
        conflicting = [
            Rejected(int(events.line[row]), "", "", _CONFLICTING, hidden(reading.raw_of(row)))
            for row in np.flatnonzero(versions.conflicting).tolist()
        ]
        rejected = sorted([*reading.rejected, *conflicting], key=lambda row: row.line)
        if rejected:
            self.rejections.add(self.sending.connection(), rejected)
        self.warnings += reading.warnings
        for name, rows in (
            ("read", reading.rows),
            ("new", int(versions.is_new.sum())),
            ("changed", int(versions.is_changed.sum())),
            ("unchanged", int(versions.unchanged.sum())),
            ("rejected", len(rejected)),
            ("blank", reading.blank),
        ):
            self.counted[name] += rows
        for precision, count in zip(Precision, np.bincount(events.precision[kept], minlength=len(Precision)).tolist(), strict=True):
            if count:
                self.placed[precision.told] = self.placed.get(precision.told, 0) + count
        self.days.add(events)
        self.outside += int((place[kept] == self.locator.places.known.get(OUTSIDE_KEY, -1)).sum())
        self._note_points(*part.xy)
        counts = kept[~events.withdrawn[kept]]
        self.changes.add(place[counts], category[counts], events.month[counts], events.antal[counts])

    def _note_points(self, x: Floats, y: Floats) -> None:
        known = np.flatnonzero(~np.isnan(x))
        if not len(known):
            return
        first, on_it, with_one = self.points
        first = (float(x[known[0]]), float(y[known[0]])) if first is None else first
        self.points = first, on_it + int(((x == first[0]) & (y == first[1])).sum()), with_one + len(known)

    def finish(self) -> Receipt:
        """Count what has come in, cover the days it tells of, and write the receipt."""
        connection, delivery, source = self.sending.connection(), self.order.delivery, self.order.source
        self.events.join(connection)
        if self.order.complete:
            gone = take_back_untold(connection, source, delivery, self.known_from, sorted(self.days.rows))
            self.taken_back = len(gone)
            self.changes.add_rows(gone)
        held: tuple[Message, ...] = ()
        if self.heard is not None:
            gone = settle(connection, source, delivery, self.heard, self.known_from)
            self.taken_back += len(gone)
            self.changes.add_rows(gone)
            self.warnings += self.heard.warnings(len(gone))
            held = self.heard.reasons(len(gone))
        receipt = self._receipt([*self.warnings, *self.kinds.warnings(), *self.locator.warnings(), *self.doubles.warnings()])
        found = () if self.order.approved else (*reasons(self._facts()), *held)
        if found:
            raise HeldError(receipt, found)
        change_rollup(connection, source.number, self.changes)
        cover(connection, delivery, self.days)
        if self.counted["new"] or self.counted["changed"] or self.taken_back:
            announce(connection, "delivery", delivery)
        return record(connection, receipt, self.known_from)

    def _facts(self) -> Facts:
        """Give what the rules for holding a delivery look at."""
        history = monthly_counts(self.sending.connection(), self.order.source.number)
        after = dict(history)
        for number, change in self.changes.months.items():
            after[number] = after.get(number, 0) + change
        return Facts(
            contract=CONTRACTS[self.order.source],
            outside=self.outside,
            unknown=sum(self.kinds.unknown.values()),
            with_point=self.points[2],
            one_point=self.points[1],
            months={number: (history.get(number, 0), after.get(number, 0)) for number in sorted({*self.changes.months, *self.days.rows})},
            days=None if self.days.first is None or self.days.last is None else (self.days.first, self.days.last),
            history=history,
            reverted=self.reverted,
            polled=CONTRACTS[self.order.source].polled,
            **self.counted,
        )

    def _receipt(self, warnings: list[Warned]) -> Receipt:
        row = (
            self.sending.connection()
            .execute(
                text("SELECT file_name, sha256, adapter FROM delivery WHERE delivery_id = :delivery"), {"delivery": self.order.delivery}
            )
            .one()
        )
        return Receipt(
            self.order.delivery,
            self.order.source,
            row.file_name,
            row.sha256,
            "published" if self.taken_back else status_of(self.counted),
            row.adapter,
            placed=self.placed,
            months=self.days.months,
            warnings=told_together(warnings),
            rejections=tuple(self.rejections.first),
            reasons=(),
            **self.counted,
        )
