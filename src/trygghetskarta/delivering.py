"""One delivery from a file on disk: two transactions, so that it is on record whatever happens to it.

Both doors deliver here, so a file meets the same rules whichever way it came.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import errors as pg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from trygghetskarta.domain.events import Message, Reading
from trygghetskarta.domain.sources import EVENT_SOURCES, SourceId
from trygghetskarta.domain.values import ValueReading
from trygghetskarta.errors import BadDeliveryError, BusyError, StorageError, TrygghetskartaError
from trygghetskarta.ingest.area_lock import hold_areas_still
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.formats.archives import open_delivery
from trygghetskarta.ingest.holding import HeldError, find_held, hold, let_go, said, write_held
from trygghetskarta.ingest.load import Order, publish
from trygghetskarta.ingest.locating import area_names
from trygghetskarta.ingest.mapping import read_mapping
from trygghetskarta.ingest.places import Places, load_places
from trygghetskarta.ingest.receipts import Receipt, receive, refuse, store
from trygghetskarta.ingest.registry import ADAPTERS, LAYOUTS, VALUES, version_of
from trygghetskarta.ingest.staging import keep, only_by_ingest, stage
from trygghetskarta.ingest.taking import Naming
from trygghetskarta.ingest.temporary import temporary_folder
from trygghetskarta.ingest.turns import in_turn
from trygghetskarta.ingest.values import publish_values
from trygghetskarta.ingest.withdrawing import Withdrawal, take_back
from trygghetskarta.releasing import release_open
from trygghetskarta.settings import Settings
from trygghetskarta.store.audit import Act, note
from trygghetskarta.store.space import give_back
from trygghetskarta.store.statistics import loading

Progress = Callable[[int, int], None]
"""Told now and then how many of the file's bytes are done, and how many there are."""

_T = TypeVar("_T")
_TRIES = 4
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_WORTH_ANOTHER_TRY = (pg.SerializationFailure, pg.DeadlockDetected, pg.LockNotAvailable, pg.QueryCanceled)


@dataclass(frozen=True, slots=True)
class Delivering:
    """How to deliver, and what the sender says of the file.

    Attributes:
        source: Which source it is from.
        srid: EPSG number of its coordinates, when not the source's own.
        mapping: A TOML file that says how a foreign layout is read.
        complete: True where the file holds whole months, so that an event of those months which it lacks is withdrawn.
    """

    source: SourceId
    srid: int | None = None
    mapping: Path | None = None
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """All that a delivery is made of, but its number.

    Attributes:
        settings: What the installation chose.
        how: What the sender says of the file.
        layout: The foreign layout it is read by; None for the source's own.
        path: The file as it came.
        file: The file, unpacked.
        progress: Told how far the reading has come.
    """

    settings: Settings
    how: Delivering
    layout: Layout | None
    path: Path
    file: DeliveredFile
    progress: Progress

    @property
    def adapter(self) -> str:
        """Name what reads the file, so that another way of reading the same file is another delivery."""
        parts = [f"{self.how.source}/{version_of(self.how.source)}"]
        if self.layout is not None:
            parts.append(self.layout.name)
        if self.how.srid is not None:
            parts.append(f"EPSG:{self.how.srid}")
        if self.how.complete:
            parts.append("complete")
        return " ".join(parts)

    def _shown(self, readings: Iterable[Reading], size: int) -> Iterator[Reading]:
        """Tell how far the reading has come, part by part."""
        for reading in readings:
            self.progress(reading.upto, size)
            yield reading

    def publish(self, connection: Connection, delivery: int, *, approved: bool = False) -> Receipt:
        """Read the file and make it known, or raise HeldError."""
        places, context = self._places(connection)
        order = self._order(delivery, approved=approved)
        values = self._values(context)
        if values is not None:
            receipt = publish_values(connection, order, values, places)
        else:
            readings = ADAPTERS[self.how.source].read(self.file, context)
            receipt = publish(connection, order, self._shown(readings, order.size), places)
            release_open(connection, self.how.source)
        store(connection, receipt)
        return receipt

    def stage(self, connection: Connection, delivery: int, naming: Naming, begun: float) -> None:
        """Read the file, begun with at that time, and put it in a table of its own, to be published with the others of a backfill."""
        places, context = self._places(connection)
        if self._values(context) is not None:
            raise only_by_ingest()
        told = stage(connection, self._order(delivery), ADAPTERS[self.how.source].read(self.file, context), places, naming)
        keep(connection, delivery, told, time.perf_counter() - begun)

    def _places(self, connection: Connection) -> tuple[Places, Context]:
        """Hold the areas still, and give them and what the adapter may know."""
        hold_areas_still(connection)
        places = load_places(connection)
        known = area_names(connection, places)
        return places, Context(
            municipality=self.settings.municipality,
            county=self.settings.county,
            stadsdelar=known.stadsdelar,
            areas=known.codes,
            city=known.city,
            editions=known.editions,
            now=datetime.now(UTC),
            srid=self.how.srid,
            layout=self.layout,
            others={source: layouts for source, layouts in LAYOUTS.items() if source is not self.how.source},
        )

    def _order(self, delivery: int, *, approved: bool = False) -> Order:
        return Order(delivery, self.how.source, self.file.path.stat().st_size, complete=self.how.complete, approved=approved)

    def _values(self, context: Context) -> Iterator[ValueReading] | None:
        return VALUES[self.how.source].values(self.file, context) if self.how.source in VALUES else None


@contextmanager
def opened(settings: Settings, how: Delivering, path: Path, progress: Progress) -> Iterator[Run]:
    """Open a file that is delivered, unpacked where it is packed.

    Args:
        settings: What the installation chose.
        how: Source, coordinate system, mapping, and whether it holds whole months.
        path: The file.
        progress: Told how far the reading has come.

    Yields:
        All that the delivery is made of.
    """
    layout = read_mapping(how.mapping) if how.mapping is not None else None
    with open_delivery(path) as file:
        yield Run(settings, how, layout, path, file, progress)


def silent(done: int, total: int) -> None:
    """Tell nobody."""


def deliver(engine: Engine, settings: Settings, how: Delivering, path: Path, progress: Progress = silent) -> Receipt:
    """Take in one file.

    Args:
        engine: The database.
        settings: What the installation chose.
        how: Source, coordinate system, mapping, and whether it holds whole months.
        path: The file.
        progress: Told how far the reading has come.

    Returns:
        The receipt. Its status is `held` where the delivery waits for approval, and then nothing else changed.

    Raises:
        BadDeliveryError: The file was refused; the delivery is on record and nothing else changed.
        BusyError: The database could not, though asked again; likewise.
        StorageError: The disk is full; likewise.
    """
    begun = time.perf_counter()
    with by_remedy(), opened(settings, how, path, progress) as run, in_turn(engine, how.source):
        with engine.begin() as connection:
            received = receive(connection, how.source, run.file, run.adapter, said(how.srid, how.mapping, how.complete))
        if isinstance(received, Receipt):
            return received
        try:
            receipt = again_and_again(lambda: _publish_or_hold(engine, run, received))
        except BaseException as error:
            if isinstance(_remedy(error), StorageError):
                give_back(engine)
            # What was received is on record as refused, whatever the reason; only a database that is gone leaves it as received.
            with suppress(SQLAlchemyError, psycopg.Error), engine.begin() as connection:
                refuse(connection, received, cause_of(error))
            raise
    return replace(receipt, seconds=time.perf_counter() - begun)


def rehearse(engine: Engine, settings: Settings, how: Delivering, path: Path, progress: Progress = silent) -> Receipt:
    """Do all of a delivery and undo it.

    Args:
        engine: The database.
        settings: What the installation chose.
        how: Source, coordinate system, mapping, and whether it holds whole months.
        path: The file.
        progress: Told how far the reading has come.

    Returns:
        The receipt that a delivery would give.

    Raises:
        BadDeliveryError: The file would be refused.
        BusyError: The database could not.
        StorageError: The disk is full.
    """
    begun = time.perf_counter()
    with by_remedy(), opened(settings, how, path, progress) as run, engine.connect() as connection:
        received = receive(connection, how.source, run.file, run.adapter)
        if isinstance(received, Receipt):  # of one that already waits, the receipt it has
            return received if received.status == "held" else replace(received, rehearsed=True)
        try:
            receipt = run.publish(connection, received)
        except HeldError as held:
            receipt = held.receipt
        connection.rollback()
    return replace(receipt, seconds=time.perf_counter() - begun, rehearsed=True)


def approve(engine: Engine, settings: Settings, delivery: int, progress: Progress = silent) -> Receipt:
    """Publish a held delivery: the same file, read by what the sender said of it, under the same number.

    Args:
        engine: The database.
        settings: What the installation chose.
        delivery: Its number.
        progress: Told how far the reading has come.

    Returns:
        The receipt.

    Raises:
        NotFoundError: There is no such delivery.
        ConflictError: It is not held.
        BadDeliveryError: The file is refused by what the program or the areas have become; it stays held.
        BusyError: The database could not; it stays held.
        StorageError: The disk is full; it stays held.
    """
    begun = time.perf_counter()
    with by_remedy(), temporary_folder() as folder:
        with engine.begin() as connection:
            held = find_held(connection, delivery)
            path = folder / held.file_name
            write_held(connection, delivery, path)
        with opened(settings, as_said(held.source, held.said, folder), path, progress) as run:
            receipt = again_and_again(lambda: _publish_held(engine, run, delivery))
    return replace(receipt, seconds=time.perf_counter() - begun)


def withdraw(engine: Engine, delivery: int) -> Withdrawal:
    """Take a delivery back: a held one is closed, and of a published one nothing more is counted.

    Args:
        engine: The database.
        delivery: Its number.

    Returns:
        What became of its events.

    Raises:
        NotFoundError: There is no such delivery.
        ConflictError: It changed nothing, or a later delivery builds on it.
        BusyError: The database could not.
        StorageError: The disk is full.
    """

    def taken_back() -> Withdrawal:
        with engine.begin() as connection:
            hold_areas_still(connection)
            taken = take_back(connection, delivery)
            for source in EVENT_SOURCES:
                release_open(connection, source)
            note(connection, Act.WITHDRAWN, {"delivery": delivery})
            return taken

    with by_remedy():
        return again_and_again(taken_back)


def as_said(source: str, told: Mapping[str, Any], folder: Path) -> Delivering:
    """Give what a sender said, as `said` wrote it down; a mapping is written into a folder."""
    mapping = None
    if told["mapping"] is not None:
        # In a folder of its own, as it may be called what the delivered file is called.
        mapping = folder / "mapping" / told["mapping"]["file"]
        mapping.parent.mkdir()
        mapping.write_text(told["mapping"]["text"], encoding="utf-8", newline="")
    return Delivering(SourceId(source), told["crs"], mapping, told["complete"])


def _publish_or_hold(engine: Engine, run: Run, delivery: int) -> Receipt:
    try:
        with loading(engine) as connection:
            return run.publish(connection, delivery)
    except HeldError as held:
        with engine.begin() as connection:
            return hold(connection, held, run.path)


def _publish_held(engine: Engine, run: Run, delivery: int) -> Receipt:
    with loading(engine) as connection:
        find_held(connection, delivery)
        let_go(connection, delivery, run.adapter)
        receipt = run.publish(connection, delivery, approved=True)
        note(connection, Act.APPROVED, {"delivery": delivery, "source": run.how.source})
        return receipt


def again_and_again(work: Callable[[], _T]) -> _T:
    """Do it, and again where the database says that it may go better another time."""
    for tried in range(1, _TRIES + 1):
        try:
            return work()
        except (DBAPIError, psycopg.Error) as error:
            if tried == _TRIES or not isinstance(_said_by_database(error), _WORTH_ANOTHER_TRY):
                raise
            time.sleep(0.2 * tried)
    raise AssertionError("unreachable")


@contextmanager
def by_remedy() -> Iterator[None]:
    """Turn what the database and the disk say into errors with a remedy."""
    try:
        yield
    except (SQLAlchemyError, psycopg.Error, OSError) as error:
        remedy = _remedy(error)
        if remedy is None:
            raise
        raise remedy from error


def _said_by_database(error: BaseException) -> BaseException:
    """Give the driver's own error."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _remedy(error: BaseException) -> TrygghetskartaError | None:
    found = _said_by_database(error)
    if isinstance(found, pg.DiskFull) or (isinstance(found, OSError) and found.errno in _NO_ROOM):
        return StorageError("Disken är full. Ingenting ändrades.", "The disk is full. Nothing was changed.")
    if isinstance(found, _WORTH_ANOTHER_TRY):
        cause = type(found).__name__
        return BusyError(
            f"Databasen hann inte med, trots {_TRIES} försök ({cause}). Ingenting ändrades.",
            f"The database could not, though asked {_TRIES} times ({cause}). Nothing was changed.",
        )
    if isinstance(found, psycopg.OperationalError):
        return BusyError("Databasen slutade svara. Ingenting ändrades.", "The database stopped answering. Nothing was changed.")
    return None


def cause_of(error: BaseException) -> Message:
    """Say why a delivery was refused; of an error nobody thought of only its kind, as its text may hold what stood in a row."""
    remedy = error if isinstance(error, TrygghetskartaError) else _remedy(error)
    match remedy:
        case BadDeliveryError():
            return Message(remedy.code, remedy.swedish, remedy.english)
        case StorageError():
            return Message("storage", remedy.swedish, remedy.english)
        case None:
            kind = type(error).__name__
            return Message("interrupted", f"Inläsningen avbröts ({kind}).", f"The loading was interrupted ({kind}).")
        case _:
            return Message("busy", remedy.swedish, remedy.english)
