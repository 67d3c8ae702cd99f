"""The end of a backfill: all its staged files are published in one transaction, file by file in their order."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import numpy as np
from sqlalchemy import Connection, Row, text

from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.coverage import Days, cover
from trygghetskarta.ingest.doubles import Doubles
from trygghetskarta.ingest.event_rows import COLUMNS
from trygghetskarta.ingest.holding import HeldError, hold, reasons
from trygghetskarta.ingest.identity import Seen
from trygghetskarta.ingest.partitions import Partition, partition_of
from trygghetskarta.ingest.places import OUTSIDE_KEY
from trygghetskarta.ingest.publication import announce, hold_source
from trygghetskarta.ingest.receipts import Receipt, record, repeat, store, stored, stored_rejections, taken_before
from trygghetskarta.ingest.retold import Judged, Retold
from trygghetskarta.ingest.rollup import Changes, add_staged, change_rollup, monthly_counts
from trygghetskarta.ingest.staging import forget_parts
from trygghetskarta.ingest.tally import Tally

Fetch = Callable[[str], AbstractContextManager[Path]]
"""Brings a file here for a while."""
Move = tuple[str, dict[str, Any]]
"""A statement that moves the events of one staged file, and its values."""

_STAGED = text("SELECT path, delivery_id, told FROM staged WHERE source_id = :source ORDER BY number FOR UPDATE")
_DELIVERY = text("SELECT * FROM delivery WHERE delivery_id = :delivery")
_COVERED = text("SELECT DISTINCT month FROM coverage WHERE source_id = :source AND known_to IS NULL")
_OUTSIDE = text("SELECT place_id FROM place WHERE key = :key")
_FACTS = ", ".join(column for column in COLUMNS if column != "known_from")
_PUBLISH = "INSERT INTO {events} (known_from, {facts}) SELECT :known_from, {facts} FROM {stage} {order}"
_PUBLISH_REST = """
    INSERT INTO {events} (known_from, known_to, {facts})
    SELECT :known_from, fate.known_to, {facts} FROM {stage} AS staged
    LEFT JOIN (SELECT key AS of, known_to, left_out FROM fate WHERE delivery_id = :delivery) AS fate ON fate.of = staged.key
    WHERE fate.left_out IS NOT TRUE {order}
"""


@dataclass(frozen=True, slots=True)
class Loose:
    """A table of a source's first events that several connections may fill before anyone can see it.

    Attributes:
        events: The table.
        move: Executes all of some moves into it, each in a transaction of its own that is committed.
    """

    events: Partition
    move: Callable[[Sequence[Move]], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file of a backfill.

    Attributes:
        path: Where it lies.
        result: Its receipt, or why it was refused.
    """

    path: str
    result: Receipt | BadDeliveryError


def publish_staged(connection: Connection, source: SourceId, fetch: Fetch, loose: Loose | None = None) -> list[Outcome]:
    """Make the staged files of a source known.

    Args:
        connection: Inside a transaction in which the areas are held still; readers see all of it when the caller commits.
        source: The source, all of whose files are staged.
        fetch: Brings the file of a delivery that is held.
        loose: The table to be, where the source has none yet and others help to fill it; None for doing it alone.

    Returns:
        What became of each file, in their order. The tables of the staged files are left, of no use any more.
    """
    hold_source(connection, source.number)
    rows = connection.execute(_STAGED, {"source": source.number}).all()
    waiting = [row.delivery_id for row in rows if "rows" in row.told]
    with tempfile.TemporaryFile() as file:
        publishing = _Publishing.begin(connection, source, waiting, (file, loose)) if waiting else None
        outcomes = [_outcome(connection, source, row, publishing, fetch) for row in rows]
        if publishing is not None:
            publishing.finish()
    for delivery in waiting:
        forget_parts(connection, delivery)
    connection.execute(text("DELETE FROM staged WHERE source_id = :source"), {"source": source.number})
    return outcomes


def _outcome(connection: Connection, source: SourceId, row: Row[Any], publishing: _Publishing | None, fetch: Fetch) -> Outcome:
    match row.told:
        case {"refused": [code, swedish, english]}:
            return Outcome(row.path, BadDeliveryError(swedish, english, code=code))
        case {"settled": delivery}:
            return Outcome(row.path, stored(source, connection.execute(_DELIVERY, {"delivery": delivery}).one()))
        case _ if publishing is not None:
            return Outcome(row.path, publishing.take(row.path, row.delivery_id, row.told, fetch))
        case _:
            raise AssertionError("unreachable")


@dataclass(slots=True)
class _Publishing:
    """A backfill on its way out.

    Attributes:
        connection: Inside its transaction.
        source: The source.
        events: The table of the source's events.
        retold: The events told of more than once.
        history: The source's count by month before the file whose turn it is.
        covered: The months that were delivered before it.
        doubles: The days that were told of before it.
        changes: What the rollup gains and loses by all files.
        outside: The place outside the city.
        accepted: The files that are published: since when each is known, and whether it tells something new.
        loose: As `publish_staged` has it.
    """

    connection: Connection
    source: SourceId
    events: Partition
    retold: Retold
    history: dict[int, int]
    covered: set[int]
    doubles: Doubles
    changes: Changes
    outside: int
    accepted: dict[int, tuple[datetime, bool]]
    loose: Loose | None

    @classmethod
    def begin(cls, connection: Connection, source: SourceId, deliveries: list[int], given: tuple[IO[bytes], Loose | None]) -> _Publishing:
        file, loose = given
        events = partition_of(connection, source.number) if loose is None else loose.events
        return cls(
            connection,
            source,
            events,
            Retold.of(connection, events, deliveries),
            monthly_counts(connection, source.number),
            set(connection.execute(_COVERED, {"source": source.number}).scalars()),
            Doubles.of(connection, source, Seen.of(0, file)),
            Changes(file),
            connection.execute(_OUTSIDE, {"key": OUTSIDE_KEY}).scalar_one_or_none() or -1,
            {},
            loose,
        )

    def take(self, path: str, delivery: int, told: Mapping[str, Any], fetch: Fetch) -> Receipt:
        """Publish one file, or hold it; its events are moved in the end."""
        connection = self.connection
        row = connection.execute(_DELIVERY, {"delivery": delivery}).one()
        before = taken_before(connection, self.source, row.sha256, row.adapter)
        if before is not None:
            return self._repeated(delivery, row.file_name, before)
        known_from: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        tally = Tally.of(told["tally"], Days(CONTRACTS[self.source], known_from))
        judged = self.retold.judge(delivery)
        self._correct(tally, judged)
        changed = self._changed_counts(judged, dict(map(tuple, told["months"])))
        doubles = self._doubles(told, judged)
        receipt = tally.receipt(connection, self.source, stored_rejections(connection, delivery), doubles.warnings())
        receipt = replace(receipt, seconds=told["seconds"])
        found = reasons(tally.facts(self.history, changed, judged.reverted))
        if found:
            connection.execute(text("DELETE FROM rejected_row WHERE delivery_id = :delivery"), {"delivery": delivery})
            with fetch(path) as file:
                return hold(connection, HeldError(receipt, found), file)
        self._accept(delivery, judged, changed, tally.days)
        self.accepted[delivery] = known_from, receipt.status == "published"
        record(connection, receipt, known_from)
        store(connection, receipt)
        return receipt

    def _repeated(self, delivery: int, name: str, before: Receipt) -> Receipt:
        """Record that another file, of this backfill or delivered meanwhile, brought the same bytes."""
        self.connection.execute(text("DELETE FROM rejected_row WHERE delivery_id = :delivery"), {"delivery": delivery})
        if before.status == "held":
            self.connection.execute(text("DELETE FROM delivery WHERE delivery_id = :delivery"), {"delivery": delivery})
            return before
        return repeat(self.connection, delivery, name, before)

    def _correct(self, tally: Tally, judged: Judged) -> None:
        """Count as changed or unchanged what was staged as new."""
        changed, unchanged = int(judged.is_changed.sum()), int(judged.unchanged.sum())
        tally.counted["new"] -= changed + unchanged
        tally.counted["changed"] += changed
        tally.counted["unchanged"] += unchanged
        rows = self.retold.rows[judged.rows[judged.unchanged]]
        tally.add_places(rows["precision"].astype(np.int64), int((rows["place"] == self.outside).sum()), -1)

    def _changed_counts(self, judged: Judged, staged: dict[int, int]) -> dict[int, int]:
        """Give what each month gains or loses by a file."""
        rows = self.retold.rows
        for row in (rows[judged.rows[judged.unchanged]], self.retold.replaced(judged)):
            lost = np.where(row["withdrawn"], 0, row["antal"])
            for month in np.unique(row["month"]).tolist():
                staged[month] = staged.get(month, 0) - int(lost[row["month"] == month].sum())
        return staged

    def _doubles(self, told: Mapping[str, Any], judged: Judged) -> Doubles:
        """Count the new events without an id that may have been told of before."""
        rows = self.retold.rows[judged.rows[judged.is_changed | judged.unchanged]]
        days: dict[int, list[tuple[int, int]]] = {}
        for month, day, count in told["days"]:
            days.setdefault(month, []).append((day, count))
        for month, day in zip(rows["month"].tolist(), rows["day"].tolist(), strict=True):
            days.setdefault(month, []).append((day, -1))
        again = 0
        for month, counted in days.items():
            day, count = np.array(counted, np.int64).T
            again += int(count[self.doubles.told_of(month, day)].sum())
        return Doubles(self.source, self.doubles.covered, self.doubles.seen, told["like"] - int(rows["alike"].sum()), again)

    def _accept(self, delivery: int, judged: Judged, changed: dict[int, int], days: Days) -> None:
        for rows in (self.retold.rows[judged.rows[judged.unchanged]], self.retold.replaced(judged)):
            self.changes.add_rows(_lost(rows))
        add_staged(self.connection, delivery, self.changes)
        self.retold.accept(judged, days.known_from)
        cover(self.connection, delivery, days)
        self.covered.update(month for month, _, _ in days.covered())
        self.doubles.cover(days.covered())
        for month in {*changed, *self.covered}:
            self.history[month] = self.history.get(month, 0) + changed.get(month, 0)
            if not self.history[month] and month not in self.covered:
                del self.history[month]

    def finish(self) -> None:
        """Move the events, and count them."""
        source = self.source.number
        if not self.accepted:
            self.events.leave(self.connection)
            return
        mixed = self.retold.write(self.connection, source)
        # An index that is kept up grows fastest in its own order; one that is made in the end leaves the rows in the file's.
        order = "" if self.events.is_fresh else "ORDER BY key"
        alone: list[Move] = []
        others: list[Move] = []
        for delivery, (known_from, tells_new) in self.accepted.items():
            if tells_new:
                move = _PUBLISH_REST if delivery in mixed else _PUBLISH
                statement = move.format(events=self.events.name, facts=_FACTS, stage=f"stage_{delivery:d}", order=order)
                # Which rows of a file are left out is known to this transaction only.
                (alone if delivery in mixed or self.loose is None else others).append(
                    (statement, {"known_from": known_from, "delivery": delivery})
                )
        if self.loose is not None:
            self.loose.move(others)
        for statement, values in alone:
            self.connection.execute(text(statement), values)
        self.events.join(self.connection)
        change_rollup(self.connection, source, self.changes)
        for delivery, (_, tells_new) in self.accepted.items():
            if tells_new:
                announce(self.connection, "delivery", delivery)


def _lost(rows: np.ndarray[Any, np.dtype[np.void]]) -> np.ndarray[Any, np.dtype[np.void]]:
    """Give what no longer counts of some versions, as `versions.end` tells it."""
    lost = rows[["place", "category", "month", "antal"]].astype([(name, ">i4") for name in ("place", "category", "month", "antal")])
    lost["antal"] = np.where(rows["withdrawn"], 0, -rows["antal"])
    return lost
