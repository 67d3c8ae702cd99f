"""Connections to PostGIS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url

CHANNEL = "trygghetskarta"
"""Where the database tells that something was published."""

CONNECT_SECONDS = 5


def make_engine(
    url: str,
    pool_size: int = 4,
    pool_seconds: float = CONNECT_SECONDS,
    statement_seconds: float | None = None,
    connect_seconds: int = CONNECT_SECONDS,
) -> Engine:
    """Make an engine on the one driver everything uses.

    Args:
        url: A PostgreSQL address as libpq writes it (postgresql://...).
        pool_size: Connections kept open; half as many more may open under load.
        pool_seconds: How long to wait for one of them to be free.
        statement_seconds: How long a statement may take; None for as long as it takes.
        connect_seconds: How long a connection may take to be made.

    Returns:
        The engine. Nothing is connected yet.
    """
    limit = "" if statement_seconds is None else f" -c statement_timeout={max(1, round(statement_seconds * 1000))}"
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size // 2,
        pool_timeout=pool_seconds,
        pool_pre_ping=True,
        # A plan made for any values reads the events of every source, also for a question about one of them.
        connect_args={"connect_timeout": connect_seconds, "options": f"-c timezone=UTC -c plan_cache_mode=force_custom_plan{limit}"},
    )


@contextmanager
def one_state(engine: Engine) -> Iterator[Connection]:
    """Open a connection whose questions all see the same state of the data, whatever is published meanwhile.

    Args:
        engine: The database.

    Yields:
        The connection, inside a transaction that only reads.
    """
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
