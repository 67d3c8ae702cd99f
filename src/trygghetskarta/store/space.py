"""Room on the database's disk."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError


def give_back(engine: Engine) -> None:
    """Give the disk back what undone work had taken of it: the server itself would wait until it tidies up by and by.

    Args:
        engine: The database. Where it cannot, nothing happens.
    """
    with suppress(SQLAlchemyError), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM"))
