"""The divisions of the city, and which of them is meant where none is named."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel, Edition, Reshaped, in_order, level_of_the_city

_EDITIONS = text("""
    SELECT edition_id, valid_from, edition.name, srid, schematic, held, stands, changed, level, count(*) AS areas,
        (now() AT TIME ZONE 'Europe/Stockholm')::date AS today
    FROM edition JOIN area USING (edition_id) GROUP BY edition_id, level
""")


def list_editions(connection: Connection) -> list[Edition]:
    """Read every edition that holds areas.

    Args:
        connection: Inside a transaction.

    Returns:
        The one that is meant where none is named first; the others as `in_order` puts them.
    """
    rows = connection.execute(_EDITIONS).all()
    editions = []
    for edition_id in dict.fromkeys(row.edition_id for row in rows):
        mine = {level_of_the_city(row.level): row for row in rows if row.edition_id == edition_id}
        told = next(iter(mine.values()))
        levels = {level: int(mine[level].areas) for level in AreaLevel if level in mine}
        reshaped = tuple(
            Reshaped(level_of_the_city(one["level"]), one["code"], one["squareMetres"], date.fromisoformat(one["before"]))
            for one in told.changed
        )
        editions.append(
            Edition(edition_id, told.valid_from, told.name, told.srid, levels, told.schematic, told.held, told.stands, reshaped)
        )
    return in_order(editions, rows[0].today) if rows else []
