"""How the database is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Health:
    """What the database says of itself.

    Attributes:
        version: Versions of PostgreSQL and PostGIS.
        editions: How many divisions are loaded.
        latest: When readers last saw something change; None before the first time.
    """

    version: str
    editions: int
    latest: datetime | None


def ask_health(connection: Connection) -> Health:
    """Ask the database how it is.

    Args:
        connection: Inside a transaction.

    Returns:
        What it says.
    """
    row = connection.execute(
        text("""
            SELECT split_part(version(), ' ', 2) || ', PostGIS ' || postgis_lib_version() AS version,
                (SELECT count(*) FROM edition) AS editions, (SELECT max(published_at) FROM publication) AS latest
        """)
    ).one()
    return Health(row.version, row.editions, row.latest)


def others_connected(connection: Connection) -> bool:
    """Tell whether anyone else is connected to the server."""
    found = text("SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())")
    return bool(connection.execute(found).scalar_one())


def may_read_events(connection: Connection) -> bool:
    """Tell whether whoever is connected may read an event."""
    return bool(connection.execute(text("SELECT has_table_privilege('event', 'SELECT')")).scalar_one())
