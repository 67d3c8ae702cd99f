"""The files of a backfill: which there are, and what each came to while it waits to be published together with the others.

A file's events wait in a table of their own, `stage_<delivery>`, of the shape of `event` and unlogged: what is staged can be staged again. What
else is known of it stands in `staged`. Both come in one transaction, so a worker that is killed leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from sqlalchemy import DDL, Connection, text

from trygghetskarta.domain.events import Message, Reading
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.copying import encode, fixed, raw_bytes
from trygghetskarta.ingest.doubles import Looked
from trygghetskarta.ingest.feeds import answer_of
from trygghetskarta.ingest.identity import Hashes, as_bytes, from_bytes
from trygghetskarta.ingest.partitions import Partition
from trygghetskarta.ingest.places import Places
from trygghetskarta.ingest.receipts import Receipt, refuse
from trygghetskarta.ingest.rollup import stretches, write_cells
from trygghetskarta.ingest.taking import Desk, Intake, Naming, Order, in_parts
from trygghetskarta.ingest.versions import compare

Ints = npt.NDArray[np.int64]

_NAMING_LOCK = 7_301_006
NO_DAY = np.iinfo(np.int32).min
_PLANNED = text("SELECT path, version, delivery_id FROM staged WHERE source_id = :source FOR UPDATE")
_PLAN = text("""
    INSERT INTO staged (source_id, path, version, number, delivery_id)
    VALUES (:source, :path, :version, :number, nextval(pg_get_serial_sequence('delivery', 'delivery_id')))
    ON CONFLICT (source_id, path) DO UPDATE SET number = EXCLUDED.number
""")
_WAITING = text("SELECT path, delivery_id FROM staged WHERE source_id = :source AND told IS NULL ORDER BY number")
_TELL = text("""
    UPDATE staged SET told = CAST(:told AS jsonb), areas = (SELECT coalesce(max(version), 0) FROM publication WHERE what = 'areas')
    WHERE delivery_id = :delivery
""")
_STALE = text("""
    SELECT delivery_id, told, areas = (SELECT coalesce(max(version), 0) FROM publication WHERE what = 'areas') AS placed FROM staged
    WHERE source_id = :source AND jsonb_exists(told, 'rows') FOR UPDATE
""")
_ABANDONED = text("""
    SELECT substr(relname, 7)::bigint FROM pg_class
    WHERE relkind = 'r' AND relname ~ '^stage_[0-9]+$' AND relnamespace = to_regnamespace(current_schema())
        AND NOT EXISTS (SELECT FROM staged WHERE delivery_id = substr(relname, 7)::bigint)
""")
_MAKE = """
    CREATE UNLOGGED TABLE stage_%(n)d (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS, alike boolean NOT NULL, day integer NOT NULL)
"""
_ANY = "SELECT 1 FROM {stage} LIMIT 1"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that is not staged yet.

    Attributes:
        path: Where it lies.
        delivery: The number it will have as a delivery.
    """

    path: str
    delivery: int


def plan(connection: Connection, source: SourceId, files: Sequence[tuple[str, str]]) -> None:
    """Note the files of a backfill in their order; what an earlier run staged of them is kept, and the rest forgotten.

    Args:
        connection: Inside a transaction of whoever alone backfills the source.
        source: The source.
        files: Where each lies, and what changes when it does or is read otherwise.
    """
    wanted = dict(files)
    for path, version, delivery in connection.execute(_PLANNED, {"source": source.number}).all():
        if wanted.get(path) != version:
            forget(connection, delivery)
            connection.execute(text("DELETE FROM staged WHERE delivery_id = :delivery"), {"delivery": delivery})
    for number, (path, version) in enumerate(files):
        connection.execute(_PLAN, {"source": source.number, "path": path, "version": version, "number": number})


def waiting(connection: Connection, source: SourceId) -> list[Waiting]:
    """Give the files that are not staged yet, in their order."""
    return [Waiting(path, delivery) for path, delivery in connection.execute(_WAITING, {"source": source.number})]


def forget_stale(connection: Connection, source: SourceId) -> bool:
    """Forget what must be staged again: placed in areas that have changed since, or lost when the server crashed.

    Args:
        connection: Inside a transaction in which the areas are held still.
        source: The source.

    Returns:
        Whether there was any.
    """
    any_stale = False
    for row in connection.execute(_STALE, {"source": source.number}).all():
        if not row.placed or _is_lost(connection, row.delivery_id, row.told["rows"]):
            forget(connection, row.delivery_id)
            connection.execute(text("UPDATE staged SET told = NULL WHERE delivery_id = :delivery"), {"delivery": row.delivery_id})
            any_stale = True
    return any_stale


def _is_lost(connection: Connection, delivery: int, rows: int) -> bool:
    """Tell whether a table was emptied, as a crash does to what is unlogged."""
    if connection.execute(text("SELECT to_regclass(:name) IS NULL"), {"name": _stage(delivery)}).scalar_one():
        return True
    return rows > 0 and connection.execute(text(_ANY.format(stage=_stage(delivery)))).first() is None


def forget(connection: Connection, delivery: int) -> None:
    """Remove all that is staged of a file, and its delivery, which was never seen."""
    drop_table(connection, delivery)
    forget_parts(connection, delivery)
    connection.execute(text("DELETE FROM rejected_row WHERE delivery_id = :delivery"), {"delivery": delivery})
    connection.execute(text("DELETE FROM delivery WHERE delivery_id = :delivery AND status = 'received'"), {"delivery": delivery})


def drop_table(connection: Connection, delivery: int) -> None:
    """Remove the table of a staged file, if there is one."""
    connection.execute(DDL("DROP TABLE IF EXISTS stage_%(n)d", context={"n": delivery}))  # type: ignore[no-untyped-call]


def forget_parts(connection: Connection, delivery: int) -> None:
    """Remove the keys and counts of a staged file."""
    connection.execute(text("DELETE FROM staged_key WHERE delivery_id = :delivery"), {"delivery": delivery})
    connection.execute(text("DELETE FROM staged_month WHERE delivery_id = :delivery"), {"delivery": delivery})


def abandoned(connection: Connection) -> list[int]:
    """Give the numbers of the tables that no file of a backfill has any longer."""
    return list(connection.execute(_ABANDONED).scalars())


def take_turns(connection: Connection) -> None:
    """Be the only one that numbers categories and places for a backfill until the transaction ends; in another order two would deadlock."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _NAMING_LOCK})


def begin(connection: Connection, delivery: int) -> bool:
    """Keep others from staging a file until the transaction ends; False where another has staged it, or it is not wanted any longer."""
    asked = text("SELECT 1 FROM staged WHERE delivery_id = :delivery AND told IS NULL FOR UPDATE")
    return connection.execute(asked, {"delivery": delivery}).first() is not None


def settle(connection: Connection, delivery: int, receipt: Receipt) -> None:
    """Note that there is nothing to stage of a file: its bytes were taken in before, or wait for approval."""
    _tell(connection, delivery, {"settled": receipt.delivery})


def settle_refused(connection: Connection, delivery: int, cause: Message) -> None:
    """Note that a file was refused as a whole, and why; its delivery is on record."""
    refuse(connection, delivery, cause)
    _tell(connection, delivery, {"refused": [cause.code, cause.swedish, cause.english]})


def _tell(connection: Connection, delivery: int, told: dict[str, Any]) -> None:
    connection.execute(_TELL, {"delivery": delivery, "told": orjson.dumps(told).decode()})


def stage(connection: Connection, order: Order, readings: Iterable[Reading], places: Places, naming: Naming) -> dict[str, Any]:
    """Take a file in as `publish` does, into a table of its own, as if nothing were known before it.

    Args:
        connection: Inside a transaction in which the areas are held still, after `begin` and `receive`.
        order: Which delivery.
        readings: What the adapter reads, part by part.
        places: The areas, read in this transaction.
        naming: Gives categories and places their numbers.

    Returns:
        What the file came to, for `keep`.

    Raises:
        BadDeliveryError: It is a feed's answer, which is nothing without the answers before it.
    """
    with in_parts(connection, order, readings, places) as (desk, parts):
        staging = _Staging.begin(desk, order, places, naming)
        for reading in parts:
            staging.take(reading)
        return staging.finish()


def keep(connection: Connection, delivery: int, told: dict[str, Any], seconds: float) -> None:
    """Note that a file is staged, what it came to, and how long it took."""
    _tell(connection, delivery, told | {"seconds": seconds})


@dataclass(slots=True)
class _Staging:
    """A file on its way to its table.

    Attributes:
        intake: What its parts go through.
        days: How many events without an id each day of a month has, by month and day.
        like: How many events without an id look like an earlier one.
        rows: How many events there are.
        parts: How many parts had any.
    """

    intake: Intake
    days: dict[tuple[int, int], int]
    like: int = 0
    rows: int = 0
    parts: int = 0

    @classmethod
    def begin(cls, desk: Desk, order: Order, places: Places, naming: Naming) -> _Staging:
        desk.sending.connection().execute(DDL(_MAKE, context={"n": order.delivery}))  # type: ignore[no-untyped-call]
        table = Partition(order.source.number, is_fresh=True, name=_stage(order.delivery))
        return cls(Intake.begin(desk, order, places, table, naming), {})

    def take(self, reading: Reading) -> None:
        intake = self.intake
        if CONTRACTS[intake.order.source].polled and answer_of(intake.order.source, reading) is not None:
            raise only_by_ingest()
        part = intake.prepare(reading)
        numbered = intake.number(part)
        versions = compare(intake.sending.connection, intake.events, part.told, any_known=False)
        intake.count(part, numbered, versions)
        looked = intake.doubles.look_at(part.events)
        kept = np.sort(versions.kept)
        alike, day = self._looked(looked, kept)
        if len(kept):
            self._keep_keys(part.told.key[versions.kept])
            self.rows += len(kept)
            intake.send(numbered, kept, (("alike", fixed(alike, "?")), ("day", fixed(day, ">i4"))))

    def _looked(self, looked: Looked | None, kept: Ints) -> tuple[npt.NDArray[np.bool_], Ints]:
        """Give what the kept events look like, and count it."""
        if looked is None:
            return np.zeros(len(kept), bool), np.full(len(kept), NO_DAY, np.int64)
        alike, day = looked.like[kept], np.clip(looked.day[kept], NO_DAY, -(NO_DAY + 1))
        self.like += int(alike.sum())
        pairs, many = np.unique(np.stack([looked.month[kept], day]), axis=1, return_counts=True)
        for month, one, count in zip(*pairs.tolist(), many.tolist(), strict=True):
            self.days[month, one] = self.days.get((month, one), 0) + count
        return alike, day

    def _keep_keys(self, keys: Hashes) -> None:
        fields = [
            fixed(np.full(1, self.intake.order.delivery), ">i8"),
            fixed(np.full(1, self.parts), ">i4"),
            raw_bytes([as_bytes(keys).tobytes()]),
        ]
        self.intake.sending.send("staged_key", ("delivery_id", "number", "keys"), encode(fields))
        self.parts += 1

    def finish(self) -> dict[str, Any]:
        intake, tally = self.intake, self.intake.tally
        connection = intake.sending.connection()
        tally.unknown = sum(intake.kinds.unknown.values())
        tally.warnings += [*intake.kinds.warnings(), *intake.locator.warnings()]
        months = intake.changes.months
        for some in stretches(months):
            write_cells(
                connection, ("staged_month", "delivery_id", ">i8"), intake.order.delivery, *intake.changes.between(some[0], some[-1])
            )
        return {
            "rows": self.rows,
            "tally": tally.kept(),
            "months": list(months.items()),
            "like": self.like,
            "days": [[month, day, count] for (month, day), count in self.days.items()],
        }


def staged_keys(connection: Connection, delivery: int) -> Hashes:
    """Give the keys of a staged file's events, (rows, 2), sorted within stretches."""
    parts = connection.execute(text("SELECT keys FROM staged_key WHERE delivery_id = :delivery ORDER BY number"), {"delivery": delivery})
    return np.concatenate([np.zeros((0, 2), np.uint64), *(from_bytes(bytes(keys)) for keys in parts.scalars())])


def only_by_ingest() -> BadDeliveryError:
    """Give the refusal of a file that must be taken in by itself."""
    return BadDeliveryError(
        "Filen går inte att fylla på bakåt: värden och svar från ett flöde tas in en fil i taget med trygghetskarta ingest.",
        "The file cannot be backfilled: values and answers of a feed are taken in one file at a time with trygghetskarta ingest.",
        code="only_by_ingest",
    )


def _stage(delivery: int) -> str:
    return f"stage_{delivery:d}"
