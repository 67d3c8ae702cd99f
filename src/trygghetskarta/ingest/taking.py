"""What every part of a file goes through on its way in, whether it is published at once or staged for a backfill: prepared, named, counted, sent."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import Connection, text

from trygghetskarta.domain.events import EventBatch, Message, Reading, Rejected, Warned, WarningCode
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.ingest.copying import Field
from trygghetskarta.ingest.coverage import Days
from trygghetskarta.ingest.doubles import Doubles
from trygghetskarta.ingest.event_rows import COLUMNS, Common, Numbered, event_rows
from trygghetskarta.ingest.hiding import hidden
from trygghetskarta.ingest.identity import Hashes, Seen, fingerprints, in_order, keys_by_id, keys_by_values, occurrences
from trygghetskarta.ingest.kinds import Kinds
from trygghetskarta.ingest.locating import Located, Locator
from trygghetskarta.ingest.partitions import Partition
from trygghetskarta.ingest.places import OUTSIDE_KEY, Places
from trygghetskarta.ingest.reading import shown
from trygghetskarta.ingest.receipts import Rejections
from trygghetskarta.ingest.rollup import Changes
from trygghetskarta.ingest.sending import Connect, Sending
from trygghetskarta.ingest.tally import Tally
from trygghetskarta.ingest.versions import Told, Versions

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Naming = Callable[[], AbstractContextManager[Connect]]
"""Opens a transaction in which categories and places first met are given their numbers."""

_LEAST_BYTES_A_ROW = 50
_READ_AHEAD = 2
_CONFLICTING = Message(
    "conflicting_row",
    "En tidigare rad i filen har samma id och andra värden; den gäller.",
    "An earlier row of the file has the same id and other values; that one holds.",
)

_DUPLICATE = (
    "{} har samma id och samma värden som en tidigare rad i filen, och räknas en gång.",
    "{} with the same id and the same values as an earlier row of the file, counted once.",
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be taken in.

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


@dataclass(frozen=True, slots=True)
class Part:
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


@dataclass(frozen=True, slots=True)
class Desk:
    """What a file is taken in with.

    Attributes:
        sending: The connection, inside the delivery's transaction, on which the rows of one part are sent while the next is prepared.
        file: Holds what memory should not.
        rows: About how many rows the file has.
    """

    sending: Sending
    file: IO[bytes]
    rows: int


@contextmanager
def in_parts(connection: Connection, order: Order, readings: Iterable[Reading], places: Places) -> Iterator[tuple[Desk, Iterator[Reading]]]:
    """Read a file part by part while the parts before are prepared and sent.

    Args:
        connection: Inside a transaction.
        order: Which delivery.
        readings: What the adapter reads.
        places: The areas, made ready for as many points as the file may have.

    Yields:
        What the file is taken in with, and its parts.
    """
    # Arrow's own allocators keep what they once had, and a large file would be kept in memory little by little.
    pa.set_memory_pool(pa.system_memory_pool())
    with ThreadPoolExecutor(1) as sender, ThreadPoolExecutor(1) as reader, tempfile.TemporaryFile() as file:
        parts = iter(readings)
        # One part more is read than is waited for, so that the reader has something to do also while the areas are indexed.
        coming = deque(reader.submit(next, parts, None) for _ in range(_READ_AHEAD))
        places.make_ready(order.size // _LEAST_BYTES_A_ROW)
        first = coming.popleft().result()

        def each() -> Iterator[Reading]:
            reading = first
            while reading is not None:
                coming.append(reader.submit(next, parts, None))
                yield reading
                reading = coming.popleft().result()

        yield Desk(Sending(sender, connection), file, _rows_expected(order, first)), each()


def _rows_expected(order: Order, first: Reading | None) -> int:
    """Tell about how many rows the file has, by what its first part was like."""
    if first is None or not first.upto:
        return order.size // _LEAST_BYTES_A_ROW
    return order.size * first.rows // first.upto


@dataclass(slots=True)
class Intake:
    """A file on its way in.

    Attributes:
        sending: As in `Desk`.
        order: What is taken in.
        known_from: When its versions begin.
        events: The table its events go to.
        naming: Gives categories and places their numbers.
        locator: Places the events.
        kinds: Knows the categories.
        seen: What the earlier parts told of.
        doubles: Counts events that may have been told of before.
        rejections: The rejected rows.
        changes: What the rollup gains and loses.
        tally: What the file came to so far.
    """

    sending: Sending
    order: Order
    known_from: datetime
    events: Partition
    naming: Naming
    locator: Locator
    kinds: Kinds
    seen: Seen
    doubles: Doubles
    rejections: Rejections
    changes: Changes
    tally: Tally

    @classmethod
    def begin(cls, desk: Desk, order: Order, places: Places, events: Partition, naming: Naming) -> Intake:
        """Begin with what the database knows."""
        connection = desk.sending.connection()
        known_from: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return cls(
            desk.sending,
            order,
            known_from,
            events,
            naming,
            Locator(places, CONTRACTS[order.source].counts_by),
            Kinds.of(connection, order.source),
            Seen.of(desk.rows, desk.file),
            Doubles.of(connection, order.source, Seen.of(desk.rows // 4, desk.file)),
            Rejections(order.delivery),
            Changes(desk.file),
            Tally(Days(CONTRACTS[order.source], known_from)),
        )

    def prepare(self, reading: Reading) -> Part:
        """Find what makes the events of a part themselves, and where they were."""
        events, source = reading.events, self.order.source
        x, y = self.locator.in_plane(reading)
        # What makes a row itself is what stands in it, whatever the other rows of its file say of its point.
        fingerprint = fingerprints(events, x, y)
        told = self._told(source, events, fingerprint)
        events, x, y = self.locator.without_placeholder(events, x, y)
        return Part(reading, events, (x, y), told, self.locator.locate(events, x, y))

    def _told(self, source: SourceId, events: EventBatch, fingerprint: Hashes) -> Told:
        if len(events) and events.identity.null_count == 0:
            keys = in_order(keys_by_id(source, events))
            return Told(keys, fingerprint, self.seen.before(keys) > 0)
        values = in_order(fingerprint)
        number = self.seen.before(values) + occurrences(values)
        return Told(in_order(keys_by_values(source, fingerprint, number)), fingerprint, np.zeros(len(events), bool))

    def number(self, part: Part) -> Numbered:
        """Give the events of a part the numbers of their categories and places, making those first met."""
        with self.naming() as connect:
            category = self.kinds.number(connect, part.events.kind)
            place = self.locator.number(connect, part.events, part.located)
        return Numbered(part.events, part.xy, part.told, category, place)

    def count(self, part: Part, numbered: Numbered, versions: Versions) -> None:
        """Count what became of the rows of a part, and store the rejected ones."""
        reading, events, kept = part.reading, part.events, versions.kept
        conflicting = [
            Rejected(int(events.line[row]), reading.id_column, self._id(reading, row), _CONFLICTING, hidden(reading.raw_of(row)))
            for row in np.flatnonzero(versions.conflicting).tolist()
        ]
        rejected = sorted([*reading.rejected, *conflicting], key=lambda row: row.line)
        if rejected:
            self.rejections.add(self.sending.connection(), rejected)
        became = (("new", versions.is_new), ("changed", versions.is_changed), ("unchanged", versions.unchanged))
        counted = {name: int(rows.sum()) for name, rows in became} | {"rejected": len(rejected)}
        self.tally.add(reading, events, part.xy, counted)
        if repeated := int(versions.repeated.sum()):
            self.tally.warnings.append(Warned(WarningCode.DUPLICATE_ROW, repeated, *_DUPLICATE))
        outside = self.locator.places.known.get(OUTSIDE_KEY, -1)
        self.tally.add_places(events.precision[kept], int((numbered.place[kept] == outside).sum()))
        counts = kept[~events.withdrawn[kept]]
        self.changes.add(numbered.place[counts], numbered.category[counts], events.month[counts], events.antal[counts])

    @staticmethod
    def _id(reading: Reading, row: int) -> str:
        return shown(str(reading.events.identity[row])) if reading.id_column else ""

    def send(self, numbered: Numbered, kept: Ints, columns: Sequence[tuple[str, Field]] = ()) -> None:
        """Send the new versions of a part on their way.

        Args:
            numbered: Its events.
            kept: Which of them, in the order of their keys.
            columns: Further columns of the table, with a value for each of the rows in the order sent.
        """
        common = Common(self.order.source.number, self.order.delivery, self.known_from, self.locator.places.srid or 0)
        rows = event_rows(common, numbered, kept, [field for _, field in columns])
        self.sending.send(self.events.name, (*COLUMNS, *(name for name, _ in columns)), rows)
