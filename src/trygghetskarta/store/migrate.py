"""Bring a database to the tables of this version, and fill the tables that mirror the code."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text
from sqlalchemy.dialects.postgresql import insert

from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.sources import EVENT_SOURCES, SourceId
from trygghetskarta.domain.weights import built_in_sets
from trygghetskarta.errors import BusyError, Fault
from trygghetskarta.store.tables import category, source
from trygghetskarta.store.weights import digest_of, keep_set

# Whoever writes by these tables shares this lock; a migration waits for them and holds them up.
_LOCK = 7_301_001


def migrations_folder() -> Path:
    """Give the folder of the migrations: inside the package when installed, at the top of the repository in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"


def upgrade(engine: Engine) -> None:
    """Create or change the tables so that they are those of this version; change nothing when they are.

    Args:
        engine: The database, whose PostGIS extension is made if it is missing.
    """
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))
        command.upgrade(alembic_config(connection), "head")
        _fill(connection)


def hold_tables_still(connection: Connection) -> None:
    """Keep the tables as they are until the transaction ends, and see that they are those this version writes into.

    Args:
        connection: Inside a transaction.

    Raises:
        BusyError: They are another version's.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _LOCK})
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    if found != _newest():
        swedish = f"Databasens tabeller är version {found} och programmet skriver version {_newest()}. "
        english = f"The tables of the database are version {found} and the program writes version {_newest()}. "
        swedish += "Kör `trygghetskarta db upgrade`." if found < _newest() else "Byt till den nya versionen av programmet."
        english += "Run `trygghetskarta db upgrade`." if found < _newest() else "Change to the new version of the program."
        needed, needed_en = f"Programmet behöver version {_newest()}.", f"The program needs version {_newest()}."
        raise BusyError(swedish, english, (Fault("schema_version", found, needed, needed_en),))


@cache
def _newest() -> str:
    """Give the number of this version's last migration; alembic would read them all to tell it."""
    return max(path.name[:4] for path in (migrations_folder() / "versions").glob("[0-9]*.py"))


def alembic_config(connection: Connection) -> Config:
    """Give alembic's configuration for a connection; there is no ini file.

    Args:
        connection: The connection to migrate on.

    Returns:
        The configuration.
    """
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
