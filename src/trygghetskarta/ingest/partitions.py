"""The table of one source's events: a partition of `event`, made when the source first delivers.

A first delivery may be decades of events. Its table is filled before it has an index and before anyone can see it, which takes half the time, and
joined to `event` in the end; readers wait for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import DDL, Connection, text

_LOOK_BRIEFLY = text("SET LOCAL default_statistics_target = 10")
_LOOK_AS_EVER = text("SET LOCAL default_statistics_target TO DEFAULT")
_OTHER_OWNER = text("SELECT relowner::regrole::text FROM pg_class WHERE oid = 'event'::regclass AND relowner <> current_user::regrole")
_EXISTS = text("SELECT to_regclass(:name) IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Partition:
    """The table that holds the events of one source.

    Attributes:
        source: The source's number.
        is_fresh: True where this delivery made the table, and it is not yet part of `event`.
    """

    source: int
    is_fresh: bool

    @property
    def name(self) -> str:
        """The table's name."""
        return f"event_{self.source:d}"

    def join(self, connection: Connection) -> None:
        """Make a fresh table part of `event`, with its indexes."""
        if self.is_fresh:
            owner = connection.execute(_OTHER_OWNER).scalar_one_or_none()
            connection.execute(_ddl("ALTER TABLE event ATTACH PARTITION event_%(n)d FOR VALUES IN (%(n)d)", self.source))
            if owner is not None:
                # Whoever made the table, it belongs to the role that takes in deliveries.
                connection.execute(_ddl(f"ALTER TABLE event_%(n)d OWNER TO {owner}", self.source))
            # A planner that knows nothing of the keys goes through all of them to find the few that a next delivery corrects. What it needs to
            # know a few thousand rows tell; autovacuum looks at more of them later.
            connection.execute(_LOOK_BRIEFLY)
            connection.execute(_ddl("ANALYZE event_%(n)d", self.source))
            connection.execute(_LOOK_AS_EVER)


def partition_of(connection: Connection, source: int) -> Partition:
    """Give the table of a source, making it when there is none.

    Args:
        connection: Inside a transaction that holds the source's lock.
        source: The source's number.

    Returns:
        The table.
    """
    partition = Partition(source, is_fresh=not connection.execute(_EXISTS, {"name": f"event_{source:d}"}).scalar_one())
    if partition.is_fresh:
        # What the CHECK says need not be looked for in every row when the table is joined to `event`.
        made = "CREATE TABLE event_%(n)d (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS, CHECK (source_id = %(n)d))"
        connection.execute(_ddl(made, source))
    return partition


def _ddl(statement: str, source: int) -> DDL:
    """Give a statement about the table of a source: the name of a table cannot be bound as values are."""
    return DDL(statement, context={"n": source})  # type: ignore[no-untyped-call]
