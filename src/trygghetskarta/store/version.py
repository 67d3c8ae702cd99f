"""Which tables this version writes into; apart from the migrations, whose library a delivery need not load."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text

from trygghetskarta.errors import BusyError, Fault

# Whoever writes by these tables shares this lock; a migration waits for them and holds them up.
LOCK = 7_301_001


def migrations_folder() -> Path:
    """Give the folder of the migrations: inside the package when installed, at the top of the repository in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"


def hold_tables_still(connection: Connection) -> None:
    """Keep the tables as they are until the transaction ends, and see that they are those this version writes into.

    Args:
        connection: Inside a transaction.

    Raises:
        BusyError: They are another version's.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": LOCK})
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    if found != _newest():
        swedish = f"Databasens tabeller är version {found} och programmet skriver version {_newest()}. "
        english = f"The tables of the database are version {found} and the program writes version {_newest()}. "
        swedish += "Kör `trygghetskarta db upgrade`." if found < _newest() else "Byt till den nya versionen av programmet."
        english += "Run `trygghetskarta db upgrade`." if found < _newest() else "Change to the new version of the program."
        needed, needed_en = f"Programmet behöver version {_newest()}.", f"The program needs version {_newest()}."
        raise BusyError(swedish, english, (Fault("schema_version", found, needed, needed_en),))


def is_newest(connection: Connection) -> bool:
    """Tell whether the tables are this version's; False where there are none."""
    has_version = connection.execute(text("SELECT to_regclass('alembic_version') IS NOT NULL")).scalar_one()
    return bool(has_version) and connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == _newest()


@cache
def _newest() -> str:
    """Give the number of this version's last migration; alembic would read them all to tell it."""
    return max(path.name[:4] for path in (migrations_folder() / "versions").glob("[0-9]*.py"))
