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
# What the CHECK says need not be looked for in every row when the table is joined to `event`.
_MAKE = "CREATE TABLE %(name)s (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS, CHECK (source_id = %(n)d))"


@dataclass(frozen=True, slots=True)
class Partition:
    """The table that holds the events of one source.

    Attributes:
        source: The source's number.
        is_fresh: True where this delivery made the table, and it has no index yet and is no part of `event`.
        name: The table's name.
    """

    source: int
    is_fresh: bool
    name: str

    def join(self, connection: Connection) -> None:
        """Make a fresh table part of `event`, with its indexes."""
        if self.is_fresh:
            owner = connection.execute(_OTHER_OWNER).scalar_one_or_none()
            if self.name != _name(self.source):
                connection.execute(_ddl(f"ALTER TABLE {self.name} RENAME TO event_%(n)d", self.source))
            connection.execute(_ddl("ALTER TABLE event ATTACH PARTITION event_%(n)d FOR VALUES IN (%(n)d)", self.source))
            if owner is not None:
                # Whoever made the table, it belongs to the role that takes in deliveries.
                connection.execute(_ddl(f"ALTER TABLE event_%(n)d OWNER TO {owner}", self.source))
            # A planner that knows nothing of the keys goes through all of them to find the few that a next delivery corrects. What it needs to
            # know a few thousand rows tell; autovacuum looks at more of them later.
            connection.execute(_LOOK_BRIEFLY)
            connection.execute(_ddl("ANALYZE event_%(n)d", self.source))
            connection.execute(_LOOK_AS_EVER)

    def leave(self, connection: Connection) -> None:
        """Remove a fresh table into which nothing came."""
        if self.is_fresh:
            connection.execute(_ddl(f"DROP TABLE {self.name}", self.source))


def partition_of(connection: Connection, source: int) -> Partition:
    """Give the table of a source, making it when there is none.

    Args:
        connection: Inside a transaction that holds the source's lock.
        source: The source's number.

    Returns:
        The table.
    """
    partition = Partition(source, is_fresh=not has_partition(connection, source), name=_name(source))
    return _made(connection, partition) if partition.is_fresh else partition


def has_partition(connection: Connection, source: int) -> bool:
    """Tell whether a source has delivered."""
    return bool(connection.execute(_EXISTS, {"name": _name(source)}).scalar_one())


def loose_partition(connection: Connection, source: int) -> Partition:
    """Make a table that can become the partition of a source, under another name until then: nobody looks for events there.

    Args:
        connection: Inside a transaction, which may be committed at once.
        source: The number of a source that has no partition, and no loose one either.
    """
    return _made(connection, Partition(source, is_fresh=True, name=f"{_name(source)}_loose"))


def drop_loose(connection: Connection, source: int) -> None:
    """Remove the loose table of a source, unless it is none any more."""
    connection.execute(_ddl("DROP TABLE IF EXISTS event_%(n)d_loose", source))


def _made(connection: Connection, partition: Partition) -> Partition:
    connection.execute(DDL(_MAKE, context={"n": partition.source, "name": partition.name}))  # type: ignore[no-untyped-call]
    return partition


def _name(source: int) -> str:
    return f"event_{source:d}"


def _ddl(statement: str, source: int) -> DDL:
    """Give a statement about the table of a source: the name of a table cannot be bound as values are."""
    return DDL(statement, context={"n": source})  # type: ignore[no-untyped-call]
