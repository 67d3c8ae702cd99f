"""Bring a database to the tables of this version, and fill the tables that mirror the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text
from sqlalchemy.dialects.postgresql import insert

from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.sources import EVENT_SOURCES, SourceId
from trygghetskarta.domain.weights import built_in_sets
from trygghetskarta.store.roles import build_wall
from trygghetskarta.store.tables import category, source
from trygghetskarta.store.version import LOCK, is_newest, migrations_folder
from trygghetskarta.store.weights import digest_of, keep_set

if TYPE_CHECKING:
    from alembic.config import Config


def upgrade(engine: Engine) -> list[str]:
    """Create or change the tables, and what each role may do with them, so that they are those of this version; change nothing when they are.

    Args:
        engine: The database, whose PostGIS extension is made if it is missing.

    Returns:
        The statements that are left for a database administrator, where the roles are not ours to make (`store.roles`).
    """
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))
        if not is_newest(connection):
            _migrate(connection)
        _fill(connection)
        return build_wall(connection)


def _migrate(connection: Connection) -> None:
    # A library that takes longer to import than all else that is done at a start, and at most starts there is nothing for it to do.
    from alembic import command

    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> Config:
    """Give alembic's configuration for a connection; there is no ini file.

    Args:
        connection: The connection to migrate on.

    Returns:
        The configuration.
    """
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _fill(connection: Connection) -> None:
    """Add the sources, categories and weights that the code knows and the tables do not; correct the names of categories they do."""
    connection.execute(
        insert(source).on_conflict_do_nothing(), [{"source_id": source_id.number, "code": source_id.value} for source_id in SourceId]
    )
    rows = [
        {"source_id": node.source.number, "code": node.code, "parent_code": node.parent, "name": node.name, "name_en": node.name_en}
        for source_id in EVENT_SOURCES
        for node in tree_of(source_id).nodes
    ]
    statement = insert(category)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["source_id", "code"],
            set_={"name": statement.excluded.name, "name_en": statement.excluded.name_en, "parent_code": statement.excluded.parent_code},
            where=(category.c.name != statement.excluded.name)
            | category.c.name_en.is_distinct_from(statement.excluded.name_en)
            | category.c.parent_code.is_distinct_from(statement.excluded.parent_code),
        ),
        rows,
    )
    for given in built_in_sets():
        # A set is frozen: what is there under its name stays.
        if digest_of(connection, given.name) is None:
            keep_set(connection, given)
