"""Which areas border on each other, found once when a level is loaded."""

from __future__ import annotations

from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel

_ADD = text("""
    INSERT INTO area_neighbour (area_id, neighbour_id)
    SELECT one.area_id, other.area_id FROM area AS one
    JOIN area AS other ON other.edition_id = one.edition_id AND other.level = one.level AND other.area_id <> one.area_id
        AND ST_Intersects(other.geom, one.geom)
    WHERE one.edition_id = :edition_id AND one.level = :level
""")


def add_neighbours(connection: Connection, edition_id: int, level: AreaLevel) -> None:
    """Write down which areas of a level border on each other; a shared corner is enough (queen contiguity).

    Args:
        connection: Inside a transaction.
        edition_id: The edition.
        level: The level, just loaded.
    """
    connection.execute(_ADD, {"edition_id": edition_id, "level": level})
