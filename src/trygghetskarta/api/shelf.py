"""The cubes a worker answers from, kept fresh."""

from __future__ import annotations

import ctypes
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from trygghetskarta.api.finished import Answers
from trygghetskarta.api.keeping import Keeping
from trygghetskarta.domain.areas import AreaLevel, Edition
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.filters import CRS84, Crs
from trygghetskarta.domain.sources import CountsBy
from trygghetskarta.errors import NotCoveredError
from trygghetskarta.queries.areas import Detail, load_outlines
from trygghetskarta.queries.cube import Cube, load_cube, newest_version
from trygghetskarta.queries.kept_counts import Keep, made_here
from trygghetskarta.queries.public_cube import load_public_cube, newest_public_version
from trygghetskarta.serialize.geojson import Features
from trygghetskarta.store.editions import list_editions
from trygghetskarta.store.engine import CHANNEL, one_state
from trygghetskarta.store.replica import Replica, Seen, look

CubeKey = tuple[date | None, date | None, CountsBy | None]
"""First day of the edition, the day whose knowledge is counted, the date that decides the month; None as for `Shelf.cube`."""

_KEPT = 6
Kept = TypeVar("Kept")
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Shelved:
    """What is kept of one publication, as long as the same edition is meant where none is named.

    Its finished answers, its cubes, outlines and the features they begin, what else was made of it, and what the database was last seen to hold.
    """

    version: int
    meant: date | None
    answers: Answers
    cubes: OrderedDict[CubeKey, Cube] = field(default_factory=OrderedDict)
    outlines: dict[tuple[int, AreaLevel, Detail, Crs], dict[str, str]] = field(default_factory=dict)
    features: dict[tuple[int, AreaLevel, Detail], Features] = field(default_factory=dict)
    keeping: Keeping = field(default_factory=Keeping)
    seen: Seen | None = None


def _give_back() -> None:
    """Give back to the system what loading took and no longer needs: a third of a worker's memory, which the C library would keep."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


class Shelf:
    """Hands out the cube of an edition and a day; swaps everything whole when something is published."""

    def __init__(
        self,
        engine: Engine,
        refresh_seconds: float,
        answer_bytes: int = 0,
        cells_limit: int | None = None,
        audience: Audience = Audience.STAFF,
        keep: Keep = made_here,
    ) -> None:
        """Begin empty.

        Args:
            engine: The database; of the public's shelf as one who may read what is released and nothing else.
            refresh_seconds: How often to ask for a new publication when the database has said nothing.
            answer_bytes: How much the finished answers of a publication may take.
            cells_limit: The most figures of an answer made from here; None for any number.
            audience: Whose counts: the exact ones for staff, those released for the public.
            keep: Where counts are kept that the worker shares with others.
        """
        self.engine = engine
        self.audience = audience
        self._cells_limit = cells_limit
        self._keep = keep
        self.replica: Replica | None = None
        self._refresh_seconds = refresh_seconds
        self._answer_bytes = answer_bytes
        self._shelved = self._empty(-1)
        self._loading = threading.Lock()
        self._refreshing = threading.Lock()
        self._stop = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="shelf", daemon=True)

    def read_from(self, replica: Replica) -> None:
        """Read questions to the database from a replica, whenever it holds just what is published."""
        self.replica = replica

    def start(self, *, wait: bool = True) -> None:
        """Load the cube of the edition in force, if there is one and the database answers, and begin to listen.

        Args:
            wait: Load it now; else as soon as the listener has begun.
        """
        if wait:
            try:
                self.refresh()
            except SQLAlchemyError as error:
                _log.warning("The database does not answer yet: %s", error)
        self._listener.start()

    def stop(self) -> None:
        """Stop listening."""
        self._stop.set()
        if self._listener.is_alive():
            self._listener.join(timeout=5)

    @property
    def version(self) -> int:
        """Number of the last publication that the shelf has seen."""
        return self._shelved.version

    @property
    def state(self) -> tuple[int, date | None]:
        """What all that is kept hangs on: the publication, and the first day of the edition that is meant where none is named."""
        return self._shelved.version, self._shelved.meant

    def cube(self, edition: date | None = None, as_of: date | None = None, by: CountsBy | None = None) -> Cube:
        """Give the cube of an edition (None for the one in force), as known on a day (None for now), by a date (None for each source's own)."""
        shelved = self._shelved
        key = (edition, as_of, by)
        cube = shelved.cubes.get(key)
        if cube is not None:
            return cube
        with self._loading:
            shelved = self._shelved
            if key not in shelved.cubes:
                with self.reading() as connection:
                    shelved.cubes[key] = self._load(connection, edition, as_of, by)
                while len(shelved.cubes) > _KEPT:
                    shelved.cubes.popitem(last=False)
            return shelved.cubes[key]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection that sees one state of the data: on the replica where it holds what the primary was last seen to, else on the primary."""
        with ExitStack() as stack:
            seen, found = self._shelved.seen, None
            if self.replica is not None and seen is not None:
                found = self.replica.open(stack, seen)
            yield found if found is not None else stack.enter_context(one_state(self.engine))

    @contextmanager
    def at_one_state(
        self, edition: date | None = None, as_of: date | None = None, by: CountsBy | None = None
    ) -> Iterator[tuple[Connection, Cube]]:
        """Open a connection that sees one state of the data, with the cube of that very state."""
        with self.reading() as connection:
            version = self._newest(connection)
            cube = self.cube(edition, as_of, by)
            # Something may have been published since the shelf last looked.
            yield connection, cube if self._shelved.version == version else self._load(connection, edition, as_of, by)

    def outlines(self, edition: Edition, level: AreaLevel, detail: Detail, crs: Crs = CRS84) -> dict[str, str]:
        """Give the outlines of a level by code, in a coordinate reference system."""
        shelved = self._shelved
        key = (edition.edition_id, level, detail, crs)
        if key not in shelved.outlines:
            with self.engine.connect() as connection:
                shelved.outlines[key] = load_outlines(connection, edition.edition_id, level, detail, crs)
        return shelved.outlines[key]

    def features(self, cube: Cube, level: AreaLevel, detail: Detail) -> Features:
        """Give the beginnings of the features of a level."""
        shelved = self._shelved
        key = (cube.edition.edition_id, level, detail)
        if key not in shelved.features:
            shelved.features[key] = Features.begin(cube.areas[level], self.outlines(cube.edition, level, detail))
        return shelved.features[key]

    def holds(self, key: CubeKey, drawn: tuple[AreaLevel, Detail] | None = None) -> bool:
        """Tell whether the cube of an edition, a day and a date is in memory, and what draws a level of it where that is asked: it costs no wait."""
        cube = self._shelved.cubes.get(key)
        return cube is not None and (drawn is None or (cube.edition.edition_id, *drawn) in self._shelved.features)

    def answers(self) -> Answers:
        """Give the finished answers of what is published."""
        return self._shelved.answers

    def newest(self) -> Cube | None:
        """Give the cube of the edition in force as it is kept now, without asking the database; None where there is none."""
        return self._shelved.cubes.get((None, None, None))

    def kept(self, key: Hashable, make: Callable[[], Kept], weigh: Callable[[Kept], int] = lambda _: 1) -> Kept:
        """Give what was made under a key since the last publication, or make it now.

        Args:
            key: What it depends on besides the data.
            make: Makes it.
            weigh: Tells how many rows of an answer it weighs as much as.
        """
        return self._shelved.keeping.get(key, make, weigh)

    def editions(self) -> list[Edition]:
        """Read the editions, the one in force first."""
        with self.engine.connect() as connection:
            return list_editions(connection)

    def refresh(self) -> None:
        """Swap everything for what is now published, when that is something else."""
        # One at a time: the one who looked first must not swap last.
        with self._refreshing:
            with one_state(self.engine) as connection:
                version, seen = self._newest(connection), look(connection) if self.replica is not None else None
                meant = next((edition.valid_from for edition in list_editions(connection)), None)
                # A division is in force from its day, on which nothing need be published.
                if (version, meant) == self.state:
                    self._shelved.seen = seen
                    return
                # All figures are read for nobody's question, and take the time that they take.
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                fresh = self._empty(version, meant)
                fresh.seen = seen
                try:
                    fresh.cubes[(None, None, None)] = self._load(connection)
                except NotCoveredError as error:
                    _log.warning("%s", error)
            self._shelved = fresh
        _give_back()

    def _empty(self, version: int, meant: date | None = None) -> _Shelved:
        return _Shelved(version, meant, Answers(version, self._answer_bytes, meant=meant))

    def _load(self, connection: Connection, edition: date | None = None, as_of: date | None = None, by: CountsBy | None = None) -> Cube:
        load = load_cube if self.audience is Audience.STAFF else load_public_cube
        return replace(load(connection, edition, as_of, by, self._keep), cells_limit=self._cells_limit)

    def _newest(self, connection: Connection) -> int:
        return newest_version(connection) if self.audience is Audience.STAFF else newest_public_version(connection)

    def _listen(self) -> None:
        """Refresh when the database says so, and now and then without being told."""
        url = self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while not self._stop.is_set():
            try:
                with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._refresh_until_stopped(connection)
            except (psycopg.Error, SQLAlchemyError, OSError) as error:
                _log.warning("Cannot listen for publications, trying again: %s", error)
                self._stop.wait(2)

    def _refresh_until_stopped(self, connection: psycopg.Connection) -> None:
        waited = self._refresh_seconds
        while not self._stop.is_set():
            if waited >= self._refresh_seconds:
                self.refresh()
                waited = 0.0
            step = min(1.0, self._refresh_seconds)
            told = any(True for _ in connection.notifies(timeout=step, stop_after=1))
            waited = self._refresh_seconds if told else waited + step
