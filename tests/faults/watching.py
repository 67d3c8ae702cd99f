"""Watch a loader at work, and what readers see of it."""

from __future__ import annotations

import psycopg
from psycopg import sql

from tests.faults.conftest import City
from tests.faults.loader import Loader
from tests.faults.register import Fire, known
from tests.faults.whole import assert_whole

Moment = tuple[str, ...] | float
"""Statements that follow one another, of which the last is the one; or seconds from the start."""

RECEIVED: Moment = ("COMMIT",)
PUBLISHED: Moment = ("pg_notify", "COMMIT")

RUNNING = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
_AT = RUNNING + " AND query ILIKE %s"
_IN = _AT + " AND state = 'active'"


def known_in(city: City) -> dict[str, Fire]:
    """Give what readers see, having seen that it is whole."""
    with city.engine.connect() as connection:
        assert_whole(connection)
        return known(connection)


def await_moment(watching: psycopg.Connection, city: City, loader: Loader, statements: tuple[str, ...]) -> None:
    """Wait until a loader is in the midst of the last of some statements, or has ended."""
    for statement in statements:
        asked = _IN if statement == statements[-1] else _AT
        while watching.execute(asked, (city.name, f"%{statement}%")).fetchone() == (0,) and loader.at_work:
            pass


def slow_commits(city: City, *, slow: bool) -> None:
    """Let commits of the database's next connections take so long that one can be met in its midst."""
    with psycopg.connect(city.cluster.url("postgres"), autocommit=True) as connection:
        for name, value in (("commit_siblings", 0), ("commit_delay", 100_000 if slow else 0)):
            setting = sql.SQL("ALTER DATABASE {} SET {} = {}").format(sql.Identifier(city.name), sql.Identifier(name), sql.Literal(value))
            connection.execute(setting)
