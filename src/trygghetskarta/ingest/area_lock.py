"""Who may change the areas, and who needs them as they are."""

from __future__ import annotations

from sqlalchemy import Connection, text

from trygghetskarta.store.version import hold_tables_still

# Deliveries share this lock; whoever changes the areas waits for them and holds them up.
_LOCK = 7_301_003


def hold_areas_still(connection: Connection) -> None:
    """Keep the areas, and the tables, as they are until the transaction ends.

    Raises:
        BusyError: The tables are another version's.
    """
    hold_tables_still(connection)
    connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _LOCK})


def change_areas(connection: Connection) -> None:
    """Keep everyone else from the areas until the transaction ends: those who change them, and deliveries that place events in them.

    Raises:
        BusyError: The tables are another version's.
    """
    hold_tables_still(connection)
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
