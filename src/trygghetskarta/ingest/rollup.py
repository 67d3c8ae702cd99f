"""Counts per place, category and month: kept up with each delivery, or made anew from the events."""

from __future__ import annotations

from sqlalchemy import Connection, text

_REBUILD = text("""
    INSERT INTO rollup (place_id, source_id, category_id, month, antal)
    SELECT place_id, source_id, category_id, month, sum(antal) FROM event
    WHERE known_to IS NULL AND NOT withdrawn GROUP BY 1, 2, 3, 4
""")
_ADD = text("""
    INSERT INTO rollup (place_id, source_id, category_id, month, antal)
    SELECT place_id, source_id, category_id, month, sum(antal) FROM rollup_change GROUP BY 1, 2, 3, 4 HAVING sum(antal) <> 0
    ON CONFLICT (place_id, source_id, category_id, month) DO UPDATE SET antal = rollup.antal + EXCLUDED.antal
""")
_CLEAR = text("DELETE FROM rollup WHERE antal = 0")


def rebuild_rollup(connection: Connection) -> None:
    """Count the current versions of all events anew.

    Args:
        connection: Inside a transaction.
    """
    connection.execute(text("DELETE FROM rollup"))
    connection.execute(_REBUILD)


def collect_changes(connection: Connection) -> None:
    """Make the temporary table rollup_change, which takes what a transaction adds to the counts and takes from them."""
    connection.execute(
        text("CREATE TEMP TABLE rollup_change (place_id int, source_id smallint, category_id int, month int, antal int) ON COMMIT DROP")
    )


def add_to_rollup(connection: Connection) -> None:
    """Add the counts that stand in the temporary table rollup_change: those of new versions, and those of closed ones as negatives.

    Args:
        connection: Inside a transaction that holds rollup_change (place_id, source_id, category_id, month, antal).
    """
    connection.execute(_ADD)
    connection.execute(_CLEAR)
