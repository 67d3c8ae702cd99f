"""Each city has a database of its own: its areas are mixed with no other's."""

from __future__ import annotations

from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.errors import ConflictError


def refuse_another_city(connection: Connection, city: tuple[str, str]) -> None:
    """Refuse to mix the areas of two cities.

    Args:
        connection: Inside a transaction.
        city: Name and code of the municipality whose areas are to be loaded.

    Raises:
        ConflictError: The database has those of another.
    """
    held = connection.execute(text("SELECT code, name FROM area WHERE level = :whole LIMIT 1"), {"whole": AreaLevel.STAD}).one_or_none()
    if held is not None and held.code != city[1]:
        raise ConflictError(
            f"Databasen har områden i {held.name} ({held.code}), inte i {city[0]} ({city[1]}). Varje stad har en egen databas.",
            f"The database has areas of {held.name} ({held.code}), not of {city[0]} ({city[1]}). Each city has a database of its own.",
        )
