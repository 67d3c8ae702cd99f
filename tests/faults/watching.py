"""Watch a loader at work, and what readers see of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from tests.faults.conftest import City
from tests.faults.loader import Loader, sleep_until
from tests.faults.register import Fire, known
from tests.faults.whole import assert_whole


@dataclass(frozen=True, slots=True)
class Writing:
    """The moment when a loader writes into a table for the first time."""

    table: str


@dataclass(frozen=True, slots=True)
class Committing:
    """The moment when a loader commits, having said something in that transaction."""

    said: str


Moment = float | Writing | Committing
"""A moment of a loader's life; a number is seconds from its start."""

RECEIVED = Committing("INSERT INTO delivery")
PUBLISHED = Committing("pg_notify")
MOMENTS: tuple[Moment, ...] = (
    *(Writing(table) for table in ("delivery", "event", "rollup_month", "coverage", "publication")),
    RECEIVED,
    PUBLISHED,
)

_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
_WAITING = _OTHERS + " AND wait_event_type = 'Lock' AND wait_event = %s"
_SAID = _OTHERS + " AND query ILIKE %s"
_SAYING = _SAID + " AND state = 'active'"


def known_in(city: City) -> dict[str, Fire]:
    """Give what readers see, having seen that it is whole."""
    with city.engine.connect() as connection:
        assert_whole(connection)
        return known(connection)


@contextmanager
def meeting(city: City, moment: Moment) -> Iterator[Callable[[Loader], None]]:
    """Make ready to meet a loader at a moment of its life.

    Yields:
        What waits until a loader, just started, is there or has ended.
    """
    begun = time.monotonic()
    with psycopg.connect(city.address, autocommit=True) as watching, _held(city, moment):
        _slow_commits(watching, city.name, slow=isinstance(moment, Committing))

        def reach(loader: Loader) -> None:
            match moment:
                case Writing():
                    await_waiting(city, loader, "relation")
                case Committing(said):
                    for query, words in ((_SAID, said), (_SAYING, "COMMIT")):
                        _await(watching, loader, query, (city.name, f"%{words}%"))
                case _:
                    sleep_until(begun + moment)

        yield reach


@contextmanager
def _held(city: City, moment: Moment) -> Iterator[None]:
    """Keep writers from the table of a moment; readers read on."""
    if not isinstance(moment, Writing):
        yield
        return
    with closing(psycopg.connect(city.address)) as holding:
        holding.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(moment.table)))
        yield


def await_waiting(city: City, process: Loader, lock: str) -> None:
    """Wait until somebody waits for a lock (`relation`, `advisory`), or a process has ended."""
    with psycopg.connect(city.address, autocommit=True) as watching:
        _await(watching, process, _WAITING, (city.name, lock))


def await_alone(city: City) -> None:
    """Wait until the server has noticed that a loader is gone; until then it goes on with the statement that it had begun."""
    city.engine.dispose()
    with psycopg.connect(city.address, autocommit=True) as watching:
        while watching.execute(_OTHERS, (city.name,)).fetchone() != (0,):
            time.sleep(0.001)


def _await(watching: psycopg.Connection, process: Loader, query: str, values: tuple[str, ...]) -> None:
    while watching.execute(query.encode(), values).fetchone() == (0,) and process.at_work:
        pass


def _slow_commits(watching: psycopg.Connection, database: str, *, slow: bool) -> None:
    """Let commits of the database's next connections take so long that one can be met in its midst."""
    for name, value in (("commit_siblings", 0), ("commit_delay", 100_000 if slow else 0)):
        setting = sql.SQL("ALTER DATABASE {} SET {} = {}").format(sql.Identifier(database), sql.Identifier(name), sql.Literal(value))
        watching.execute(setting)
