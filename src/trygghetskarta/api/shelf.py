"""The cubes a worker answers from, kept fresh."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from trygghetskarta.domain.areas import AreaLevel, Edition
from trygghetskarta.domain.sources import CountsBy
from trygghetskarta.errors import NotCoveredError
from trygghetskarta.queries.areas import Detail, load_outlines
from trygghetskarta.queries.cube import Cube, list_editions, load_cube, newest_version
from trygghetskarta.store.engine import CHANNEL, one_state

_KEPT = 6
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Shelved:
    """What is kept of one publication: its cubes, and outlines by edition, level and detail."""

    version: int
    cubes: OrderedDict[tuple[date | None, date | None, CountsBy | None], Cube] = field(default_factory=OrderedDict)
    outlines: dict[tuple[int, AreaLevel, Detail], dict[str, str]] = field(default_factory=dict)


class Shelf:
    """Hands out the cube of an edition and a day; swaps everything whole when something is published."""

    def __init__(self, engine: Engine, refresh_seconds: float) -> None:
        """Begin empty.

        Args:
            engine: The database.
            refresh_seconds: How often to ask for a new publication when the database has said nothing.
        """
        self.engine = engine
        self._refresh_seconds = refresh_seconds
        self._shelved = _Shelved(-1)
        self._loading = threading.Lock()
        self._stop = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="shelf", daemon=True)

    def start(self) -> None:
        """Load the newest edition's cube, if there is one, and begin to listen."""
        self.refresh()
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

    def cube(self, edition: date | None = None, as_of: date | None = None, by: CountsBy | None = None) -> Cube:
        """Give the cube of an edition (None for the newest), as known on a day (None for now), by a date (None for each source's own)."""
        shelved = self._shelved
        key = (edition, as_of, by)
        cube = shelved.cubes.get(key)
        if cube is not None:
            return cube
        with self._loading:
            shelved = self._shelved
            if key not in shelved.cubes:
                with one_state(self.engine) as connection:
                    shelved.cubes[key] = load_cube(connection, edition, as_of, by)
                while len(shelved.cubes) > _KEPT:
                    shelved.cubes.popitem(last=False)
            return shelved.cubes[key]

    @contextmanager
    def at_one_state(
        self, edition: date | None = None, as_of: date | None = None, by: CountsBy | None = None
    ) -> Iterator[tuple[Connection, Cube]]:
        """Open a connection that sees one state of the data, with the cube of that very state."""
        with one_state(self.engine) as connection:
            version = newest_version(connection)
            cube = self.cube(edition, as_of, by)
            # Something may have been published since the shelf last looked.
            yield connection, cube if self._shelved.version == version else load_cube(connection, edition, as_of, by)

    def outlines(self, edition: Edition, level: AreaLevel, detail: Detail) -> dict[str, str]:
        """Give the outlines of a level by code."""
        shelved = self._shelved
        key = (edition.edition_id, level, detail)
        if key not in shelved.outlines:
            with self.engine.connect() as connection:
                shelved.outlines[key] = load_outlines(connection, edition.edition_id, level, detail)
        return shelved.outlines[key]

    def editions(self) -> list[Edition]:
        """Read the editions, newest first."""
        with self.engine.connect() as connection:
            return list_editions(connection)

    def refresh(self) -> None:
        """Swap everything for what is now published, when that is something else."""
        with one_state(self.engine) as connection:
            version = newest_version(connection)
            if version == self._shelved.version:
                return
            fresh = _Shelved(version)
            try:
                fresh.cubes[(None, None, None)] = load_cube(connection)
            except NotCoveredError as error:
                _log.warning("%s", error)
        self._shelved = fresh

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
