"""Place every event anew after the areas have changed."""

from __future__ import annotations

import numpy as np
from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.events import Precision
from trygghetskarta.domain.sources import CONTRACTS, EVENT_SOURCES, CountsBy
from trygghetskarta.ingest.area_lock import change_areas
from trygghetskarta.ingest.copying import copy_in, copy_out, encode, fixed
from trygghetskarta.ingest.links import link_editions
from trygghetskarta.ingest.places import Places, load_places
from trygghetskarta.ingest.publication import announce
from trygghetskarta.ingest.rollup import rebuild_rollup

_POINTS = "SELECT uuid_send(key), source_id, known_from, ST_X(geom), ST_Y(geom) FROM event WHERE geom IS NOT NULL"
# The day that puts a row in its month, as `locating.own_days` gives it, and the period in which it lies.
_HAPPENED = "(starts_at AT TIME ZONE 'Europe/Stockholm')::date"
_PERIOD = """
    width_bucket(coalesce(
        CASE WHEN source_id = ANY(:reported) THEN reported_on ELSE {_HAPPENED} END,
        CASE WHEN source_id = ANY(:reported) THEN {_HAPPENED} ELSE reported_on END,
        (DATE '1970-01-01' + month * INTERVAL '1 month')::date
    ), CAST(:begins AS date[]))
""".replace("{_HAPPENED}", _HAPPENED)
_ROWS_WITHOUT_POINT = text(
    """
    SELECT DISTINCT precision, coalesce(area_text, '') AS area_text, {PERIOD} AS period FROM event WHERE geom IS NULL
    """.replace("{PERIOD}", _PERIOD)  # nosec B608  # constants of ours
)
_MOVE_ROWS = text(
    """
    UPDATE event SET place_id = moved.place_id
    FROM unnest(CAST(:precisions AS smallint[]), CAST(:areas AS text[]), CAST(:periods AS int[]), CAST(:places AS int[]))
        AS moved (precision, area_text, period, place_id)
    WHERE event.geom IS NULL AND event.precision = moved.precision AND coalesce(event.area_text, '') = moved.area_text
        AND {PERIOD} = moved.period
    """.replace("{PERIOD}", _PERIOD)  # nosec B608  # constants of ours
)
_LEVELS = {
    precision: [level for level in AreaLevel if level.role is main]
    for precision, main in (
        (Precision.BASOMRADE, AreaLevel.BASOMRADE),
        (Precision.STADSDEL, AreaLevel.STADSDEL),
        (Precision.STADSDELSOMRADE, AreaLevel.STADSDELSOMRADE),
    )
}
"""The levels that a row known so exactly may name an area of."""


def replace_events(connection: Connection) -> int:
    """Give every event the place it has in the areas as they now are, and count them again.

    Args:
        connection: Inside a transaction.

    Returns:
        How many points were placed.
    """
    if connection.execute(text("SELECT 1 FROM event LIMIT 1")).first() is None:
        connection.execute(text("DELETE FROM place_area"))
        connection.execute(text("DELETE FROM place"))
        return 0
    # Keys are kept apart from the new ones until no event refers to them.
    connection.execute(text("UPDATE place SET key = 'old ' || key"))
    places = load_places(connection)
    places.known.clear()
    moved = _move_points(connection, places)
    by_day = {
        "begins": list(places.in_force.begins),
        "reported": [source.number for source in EVENT_SOURCES if CONTRACTS[source].counts_by is CountsBy.REPORTED],
    }
    rows = connection.execute(_ROWS_WITHOUT_POINT, by_day).all()
    numbers = places.place_ids(
        lambda: connection, [areas_of_row(places, Precision(row.precision), row.area_text, row.period) for row in rows]
    )
    told = {
        "precisions": [row.precision for row in rows],
        "areas": [row.area_text for row in rows],
        "periods": [row.period for row in rows],
        "places": numbers.tolist(),
    }
    connection.execute(_MOVE_ROWS, by_day | told)
    connection.execute(text("DELETE FROM place WHERE key LIKE 'old %'"))
    rebuild_rollup(connection)
    return moved


def relink_editions(connection: Connection) -> int:
    """Measure the links between the editions anew, and place every event by them.

    Args:
        connection: Inside a transaction, which the caller commits.

    Returns:
        How many points were placed.
    """
    change_areas(connection)
    for edition_id in connection.execute(text("SELECT edition_id FROM edition")).scalars().all():
        link_editions(connection, edition_id)
    moved = replace_events(connection)
    announce(connection, "areas")
    return moved


def areas_of_row(places: Places, precision: Precision, area_text: str, period: int) -> tuple[tuple[int, ...], Precision]:
    """Find the areas of a row that has no point.

    Args:
        places: The areas.
        precision: What kind of place the row gives.
        area_text: The area it names, when the precision says that it names one.
        period: In which period of `Places.in_force` its own day lies.

    Returns:
        The areas that hold it, and how exactly it is known: less than the row meant where no edition has the area it names.
    """
    area = next((found for level in _LEVELS.get(precision, ()) if (found := places.find(level, area_text, period)) is not None), None)
    if area is not None:
        return places.of_area(area), precision
    if precision in (Precision.NONE, Precision.OUTSIDE):
        return (), precision
    city = places.city(period)
    return (places.of_area(city), Precision.STAD) if city is not None else ((), Precision.NONE)


def _move_points(connection: Connection, places: Places) -> int:
    rows = copy_out(
        connection,
        _POINTS,
        [("key", "S16"), ("source_id", ">i2"), ("known_from", ">i8"), ("x", ">f8"), ("y", ">f8")],
    )
    if not len(rows):
        return 0
    combination, areas, _ = places.of_points(rows["x"].astype(np.float64), rows["y"].astype(np.float64))
    numbers = places.place_ids(lambda: connection, [(area, Precision.POINT if area else Precision.OUTSIDE) for area in areas])
    connection.execute(text("CREATE TEMP TABLE moved (key uuid, source_id smallint, known_from timestamptz, place_id int) ON COMMIT DROP"))
    fields = [
        fixed(rows["key"], "S16"),
        fixed(rows["source_id"], ">i2"),
        fixed(rows["known_from"], ">i8"),
        fixed(numbers[combination], ">i4"),
    ]
    copy_in(connection, "moved", ("key", "source_id", "known_from", "place_id"), encode(fields))
    connection.execute(text("ANALYZE moved"))
    connection.execute(
        text("""
            UPDATE event SET place_id = moved.place_id FROM moved
            WHERE event.source_id = moved.source_id AND event.key = moved.key AND event.known_from = moved.known_from
        """)
    )
    connection.execute(text("DROP TABLE moved"))
    return len(rows)
