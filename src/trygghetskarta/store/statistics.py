"""What the planner knows of the tables: looked at when a load has made them something else than they were.

The server looks at its tables itself (autovacuum), but a while after a load, and never at `event` as a whole, only at its partitions. Until then a
question joins a million rows as if they were ten. The look taken here is a brief one, at a few thousand rows of a table however large it is: a
load need not wait for more. It leaves what the server counts of changes as it is, so that the server takes its thorough look as it would have.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from trygghetskarta.store.tables import metadata

_BRIEFLY = text("SET LOCAL default_statistics_target = 10")
# Whoever holds the lock is looking already, or has the table to itself for long.
_NOT_FOR_LONG = text("SET LOCAL lock_timeout = '2s'")
# A table is due when nothing is known of it, or when its pages are a tenth more than at the last look, which is how the planner itself scales what
# it knows. One that was found empty, its pages full of rows that are gone, is due after every load: new rows may lie in those pages. A table with
# partitions has no pages: its rows are compared with those of its partitions, scaled so. Looking at it is looking at them too. Only the owner of a
# table may look. The columns are named, as a look at a table without them would be taken for a thorough one; arrays are left out: nothing is looked
# for by them, and they take longer than all the rest.
_DUE = text("""
    WITH stored AS (
        SELECT oid, relname, relkind, reltuples, relpages,
            pg_relation_size(oid) / current_setting('block_size')::int AS pages,
            EXISTS (SELECT 1 FROM pg_stats WHERE schemaname = current_schema() AND tablename = relname AND inherited = (relkind = 'p')) AS is_known
        FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
            AND (pg_has_role(current_user, relowner, 'USAGE')
                OR pg_has_role(current_user, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'USAGE'))
            AND (relname = ANY(:tables) OR EXISTS (SELECT 1 FROM pg_inherits WHERE inhrelid = pg_class.oid AND inhparent = 'event'::regclass))
    ), whole AS (
        SELECT parent.oid FROM stored AS parent JOIN pg_inherits ON inhparent = parent.oid JOIN stored AS part ON part.oid = inhrelid
        WHERE parent.relkind = 'p' GROUP BY parent.oid, parent.reltuples, parent.is_known
        HAVING sum(part.pages) > 0 AND (NOT parent.is_known
            OR sum(greatest(part.reltuples, 0) * part.pages / greatest(part.relpages, 1)) > 1.1 * parent.reltuples)
    ), due AS (
        SELECT oid FROM whole
        UNION ALL SELECT oid FROM stored WHERE relkind = 'r' AND pages > 0 AND (NOT is_known OR pages >= 1.1 * relpages)
            AND NOT EXISTS (SELECT 1 FROM pg_inherits JOIN whole ON whole.oid = inhparent WHERE inhrelid = stored.oid)
    )
    SELECT format('ANALYZE %I (%s)', relname, string_agg(quote_ident(attname), ', ')) FROM due JOIN stored USING (oid)
        JOIN pg_attribute ON attrelid = oid JOIN pg_type ON pg_type.oid = atttypid
    WHERE attnum > 0 AND NOT attisdropped AND typcategory <> 'A'
    GROUP BY relname ORDER BY relname
""")


@contextmanager
def loading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that loads much; when it is committed, the planner gets to know what it made of the tables.

    Args:
        engine: The database.

    Yields:
        The connection, inside the transaction.
    """
    with engine.begin() as connection:
        yield connection
    look_at_grown(engine)


def look_at_grown(engine: Engine) -> None:
    """Let the planner know the tables that have grown by a tenth or more since it was last told, or of which it knows nothing.

    Args:
        engine: The database, after what was loaded is committed. Of a table that is another role's, or held by somebody, nothing new is known until
            the server itself has looked.
    """
    with suppress(SQLAlchemyError), engine.connect() as connection:
        statements = due(connection)
        connection.rollback()
        for statement in statements:
            # A transaction each: the lock, which no reader or writer feels, is held no longer than the look takes.
            with suppress(SQLAlchemyError), connection.begin():
                connection.execute(_BRIEFLY)
                connection.execute(_NOT_FOR_LONG)
                connection.exec_driver_sql(statement)


def due(connection: Connection) -> list[str]:
    """Give the statements that look at what has grown, in the order of the tables' names.

    Args:
        connection: Inside a transaction.
    """
    return list(connection.execute(_DUE, {"tables": list(metadata.tables)}).scalars())
