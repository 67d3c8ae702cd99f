"""A streaming replica of the database, that questions are read from while it holds exactly what is known to be published.

A replica lags behind by a moment or by hours, is stopped, or is made the primary and goes its own way. So it is asked before every question how
far it has come, and what is published in the very state that the question will see; and it is left for the primary unless that is what the
primary was last seen to hold.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from psycopg.errors import QueryCanceled
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from trygghetskarta.store.engine import one_state

AGAIN_SECONDS = 5.0
"""How long a replica that is gone or was promoted is left alone."""

_NEWEST = text("SELECT version, published_at FROM publication ORDER BY version DESC LIMIT 1")
# What the database is read from may be a replica itself.
_WRITTEN = text("SELECT CAST(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END AS text)")
_REPLAYED = text("SELECT pg_is_in_recovery() AS recovers, pg_last_wal_replay_lsn() >= CAST(:written AS pg_lsn) AS replayed")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the primary held when it was looked at.

    Attributes:
        newest: The number of the last publication, and when it was made; none before the first. No two databases that have gone their own
            ways agree in it.
        written: How far its log was on the disk: all that was seen, published or not, had been written before. A replica gets no more than that.
    """

    newest: tuple[int, datetime] | tuple[()]
    written: str


class ReadFrom(StrEnum):
    """Where a question is read: on the replica, or on the primary because the replica is not fit for it."""

    REPLICA = "replica"
    LAGS = "lags"
    GONE = "gone"
    PROMOTED = "promoted"


_SAID = {
    ReadFrom.REPLICA: (logging.INFO, "Questions are read from the replica."),
    ReadFrom.LAGS: (logging.INFO, "The replica does not hold just what the primary does: the primary is read until it does."),
    ReadFrom.GONE: (logging.WARNING, "The replica does not answer: the primary is read."),
    ReadFrom.PROMOTED: (logging.WARNING, "The replica is none: it has been promoted, and may hold anything. The primary is read."),
}


def look(connection: Connection) -> Seen:
    """Tell what the primary holds.

    Args:
        connection: To the primary, inside a transaction that sees one state.
    """
    # What the transaction sees is settled by the first statement, so the log can only be further on.
    return Seen(_newest(connection), str(connection.execute(_WRITTEN).scalar_one()))


def _newest(connection: Connection) -> tuple[int, datetime] | tuple[()]:
    row = connection.execute(_NEWEST).one_or_none()
    return () if row is None else (row.version, row.published_at)


def replica_address(primary: str, replica: str) -> str:
    """Give the address of a replica for one who reads the primary: the same role and password, and the same database unless another is told.

    Args:
        primary: Where that role signs in to the primary.
        replica: Where the replica is, without a role.
    """
    there, here = make_url(replica), make_url(primary)
    # What says how to connect goes along, as where the password stands; what says where does not.
    query = {name: value for name, value in here.query.items() if name not in ("host", "port", "hostaddr")} | dict(there.query)
    whole = there.set(username=here.username, password=here.password, database=there.database or here.database, query=query)
    return whole.render_as_string(hide_password=False)


class Replica:
    """A replica, and what is known of it."""

    def __init__(self, engine: Engine, told: Callable[[str], None]) -> None:
        """Begin, without connecting.

        Args:
            engine: The replica.
            told: Is told for each question where it is read.
        """
        self.engine = engine
        self._told = told
        self._was: ReadFrom | None = None
        self._leave_until = 0.0

    def open(self, stack: ExitStack, seen: Seen) -> Connection | None:
        """Open a connection that sees one state of the data, if all that was seen on the primary is in it, and nothing published since.

        Args:
            stack: What closes it.
            seen: What the primary held when it was last looked at.

        Returns:
            The connection; None where the primary is to be read.
        """
        found, connection = self._try(stack, seen)
        self._told(found)
        if found is not self._was:
            self._was = found
            _log.log(*_SAID[found])
        return connection

    def _try(self, stack: ExitStack, seen: Seen) -> tuple[ReadFrom, Connection | None]:
        if time.monotonic() < self._leave_until and self._was is not None:
            return self._was, None
        with ExitStack() as opened:
            try:
                connection = opened.enter_context(one_state(self.engine))
                found = _fitness(connection, seen)
            except SQLAlchemyError as error:
                # That a caller left, a statement took too long or all connections are in use is no sign that the replica has gone.
                if isinstance(error, PoolTimeoutError) or (isinstance(error, DBAPIError) and isinstance(error.orig, QueryCanceled)):
                    raise
                found = ReadFrom.GONE
            else:
                if found is ReadFrom.REPLICA:
                    stack.push(opened.pop_all())
                    return found, connection
        if found is not ReadFrom.LAGS:
            self._leave_until = time.monotonic() + AGAIN_SECONDS
        return found, None


def _fitness(connection: Connection, seen: Seen) -> ReadFrom:
    """Tell whether a replica is fit to be read; where it is, the connection sees the state that was looked at from then on."""
    now = connection.execute(_REPLAYED, {"written": seen.written}).one()
    # The state that the question sees is another, which begins after this was told, and so holds no less.
    connection.rollback()
    if not now.recovers:
        return ReadFrom.PROMOTED
    # Nor more: a replica can be ahead of what the worker has been told, or have followed another primary.
    return ReadFrom.REPLICA if now.replayed and _newest(connection) == seen.newest else ReadFrom.LAGS
