"""One delivery: compared with what is known, and published as new versions.

The caller opens the transactions. `receipts.receive` goes in one that is committed before anything else, so that even a delivery whose loading
dies is on record; `publish` in another, in which readers see all of it or none.

A file comes in parts. While the server takes in the rows of one part, the next is read, checked, placed and hashed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.events import Message, Reading
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.ingest.coverage import cover
from trygghetskarta.ingest.feeds import Heard, answer_of, hear, settle
from trygghetskarta.ingest.holding import Facts, HeldError, reasons
from trygghetskarta.ingest.identity import Hashes
from trygghetskarta.ingest.partitions import Partition, partition_of
from trygghetskarta.ingest.places import Places
from trygghetskarta.ingest.publication import announce, hold_source
from trygghetskarta.ingest.receipts import Receipt, record
from trygghetskarta.ingest.rollup import change_rollup, monthly_counts
from trygghetskarta.ingest.sending import Connect, Sending
from trygghetskarta.ingest.taking import Desk, Intake, in_parts
from trygghetskarta.ingest.taking import Order as Order
from trygghetskarta.ingest.versions import compare, end, reverted, take_back_untold, tell


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
    with in_parts(connection, order, readings, places) as (desk, parts):
        loading = _Loading.begin(desk, order, places)
        for reading in parts:
            loading.take(reading)
        return loading.finish()


@dataclass(slots=True)
class _Loading:
    """A delivery on its way in.

    Attributes:
        intake: What its parts go through.
        any_known: Whether the source had any event before.
        reverted: Events that would get replaced values back.
        taken_back: How many events that the months told of, or the feed, no longer hold, by month.
        heard: The file as a feed's answer, where it is one.
    """

    intake: Intake
    any_known: bool
    reverted: int = 0
    taken_back: dict[int, int] = field(default_factory=dict)
    heard: Heard | None = None

    @classmethod
    def begin(cls, desk: Desk, order: Order, places: Places) -> _Loading:
        connection = desk.sending.connection()
        events = partition_of(connection, order.source.number)
        first = connection.execute(text("SELECT 1 FROM event WHERE source_id = :source LIMIT 1"), {"source": order.source.number}).first()

        @contextmanager
        def naming() -> Iterator[Connect]:
            yield desk.sending.connection

        return cls(Intake.begin(desk, order, places, events, naming), first is not None)

    @property
    def sending(self) -> Sending:
        return self.intake.sending

    @property
    def order(self) -> Order:
        return self.intake.order

    @property
    def events(self) -> Partition:
        return self.intake.events

    def take(self, reading: Reading) -> None:
        """Take in one part."""
        answer = answer_of(self.order.source, reading) if CONTRACTS[self.order.source].polled else None
        if answer is not None:
            self.heard = hear(self.sending.connection(), self.order.source, answer, reading)
        part = self.intake.prepare(reading)
        told = part.told
        numbered = self.intake.number(part)
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
        self.intake.count(part, numbered, versions)
        self.intake.doubles.add(self.intake.doubles.look_at(part.events), versions.is_new)
        if len(versions.kept):
            # An index that is kept up grows fastest in its own order; one that is made in the end leaves the rows in the file's.
            self.intake.send(numbered, np.sort(versions.kept) if self.events.is_fresh else versions.kept)

    def _replace(self, key: Hashes, fingerprint: Hashes) -> None:
        """End the versions of the events that have come to other values."""
        connection, source = self.sending.connection(), self.order.source
        if self.heard is None:  # of answers it is known which is newer
            self.reverted += reverted(connection, source, key, fingerprint)
        self.intake.changes.add_rows(end(connection, source, key, self.intake.known_from))

    def finish(self) -> Receipt:
        """Count what has come in, cover the days it tells of, and write the receipt."""
        connection, delivery, source = self.sending.connection(), self.order.delivery, self.order.source
        intake, tally = self.intake, self.intake.tally
        self.events.join(connection)
        if self.order.complete:
            gone = take_back_untold(connection, source, delivery, intake.known_from, sorted(tally.days.rows))
            self._take_back(gone)
        held: tuple[Message, ...] = ()
        if self.heard is not None:
            gone = settle(connection, source, delivery, self.heard, intake.known_from)
            self._take_back(gone)
            tally.warnings += self.heard.warnings(len(gone))
            held = self.heard.reasons(len(gone))
        warnings = [*intake.kinds.warnings(), *intake.locator.warnings(), *intake.doubles.warnings()]
        receipt = tally.receipt(connection, source, intake.rejections, warnings)
        if self.taken_back:
            withdrawn = {str(np.datetime64(month, "M")): count for month, count in sorted(self.taken_back.items())}
            receipt = replace(receipt, status="published", withdrawn=withdrawn)
        found = () if self.order.approved else (*reasons(self._facts()), *held)
        if found:
            raise HeldError(receipt, found)
        change_rollup(connection, source.number, intake.changes)
        cover(connection, delivery, tally.days)
        if receipt.status == "published":
            announce(connection, "delivery", delivery)
        return record(connection, receipt, intake.known_from)

    def _take_back(self, gone: npt.NDArray[np.void]) -> None:
        """Count events that were taken back, as `versions.take_back` gives them."""
        self.intake.changes.add_rows(gone)
        for month, count in zip(*(found.tolist() for found in np.unique(gone["month"], return_counts=True)), strict=True):
            self.taken_back[month] = self.taken_back.get(month, 0) + count

    def _facts(self) -> Facts:
        """Give what the rules for holding a delivery look at."""
        self.intake.tally.unknown = sum(self.intake.kinds.unknown.values())
        history = monthly_counts(self.sending.connection(), self.order.source.number)
        return self.intake.tally.facts(history, self.intake.changes.months, self.reverted)
