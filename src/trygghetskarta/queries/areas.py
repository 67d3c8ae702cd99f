"""Areas and their outlines."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel, Edition
from trygghetskarta.domain.filters import CRS84, Crs, Touches
from trygghetskarta.errors import NotFoundError
from trygghetskarta.queries.filter_sql import condition


class Detail(StrEnum):
    """How detailed an outline is: simplified to 10 or 25 m together with its neighbours, in full, or left out."""

    METRES10 = "10m"
    METRES25 = "25m"
    FULL = "full"
    NONE = "none"


_OUTLINES = {
    Detail.FULL: text("SELECT code, outline FROM area WHERE edition_id = :edition_id AND level = :level"),
    Detail.METRES10: text("SELECT code, outline_10m FROM area WHERE edition_id = :edition_id AND level = :level"),
    Detail.METRES25: text("SELECT code, outline_25m FROM area WHERE edition_id = :edition_id AND level = :level"),
}


# What was written in degrees is turned into the other system, so that neighbours that were simplified together still share their borders there.
_TURNED = """
    SELECT code, ST_AsGeoJSON(CASE WHEN :northing_first THEN ST_FlipCoordinates(shape) ELSE shape END, :decimals, 0) FROM (
        SELECT code, ST_Transform({SHAPE}, :srid) AS shape FROM area WHERE edition_id = :edition_id AND level = :level
    ) AS turned
"""
_IN_CRS = {
    Detail.FULL: text(_TURNED.replace("{SHAPE}", "geom")),
    Detail.METRES10: text(_TURNED.replace("{SHAPE}", "ST_SetSRID(ST_GeomFromGeoJSON(outline_10m), 4326)")),
    Detail.METRES25: text(_TURNED.replace("{SHAPE}", "ST_SetSRID(ST_GeomFromGeoJSON(outline_25m), 4326)")),
}
_TOUCHING = "SELECT code FROM area WHERE edition_id = :edition_id AND level = :level AND {TOUCHES}"
_EXTENT = text("""
    SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box) FROM (
        SELECT ST_Extent(ST_Transform(geom, 4326)) AS box FROM area WHERE edition_id = :edition_id AND level = :level
    ) AS whole
""")


def load_outlines(connection: Connection, edition_id: int, level: AreaLevel, detail: Detail, crs: Crs = CRS84) -> dict[str, str]:
    """Read the GeoJSON text of every outline of a level, in WGS84 as it was written when the areas were loaded.

    Args:
        connection: Inside a transaction.
        edition_id: The edition.
        level: The level.
        detail: How detailed.
        crs: The system to give them in.

    Returns:
        Text by code; empty for no outlines.
    """
    if detail is Detail.NONE:
        return {}
    if crs is not CRS84:
        values = {"srid": crs.srid, "northing_first": crs.northing_first, "decimals": crs.decimals}
        return {row[0]: row[1] for row in connection.execute(_IN_CRS[detail], {"edition_id": edition_id, "level": level, **values})}
    return {row[0]: row[1] for row in connection.execute(_OUTLINES[detail], {"edition_id": edition_id, "level": level})}


def areas_touching(connection: Connection, edition: Edition, level: AreaLevel, wanted: Touches) -> frozenset[str]:
    """Find the areas of a level that have a point in common with a geometry.

    Args:
        connection: Inside a transaction.
        edition: The edition.
        level: The level.
        wanted: The geometry.

    Returns:
        Their codes.
    """
    where = condition(wanted, {}, "geom", "CAST(:plane AS int)")
    values = {"edition_id": edition.edition_id, "level": level, "plane": edition.srid, **where.values}
    return frozenset(connection.execute(text(_TOUCHING.replace("{TOUCHES}", where.sql)), values).scalars())


def extent_of(connection: Connection, edition: Edition) -> tuple[float, float, float, float]:
    """Give the box of an edition's areas in WGS84 degrees: west, south, east, north."""
    level = max(edition.levels, key=lambda found: found.rank)
    west, south, east, north = connection.execute(_EXTENT, {"edition_id": edition.edition_id, "level": level}).one()
    return west, south, east, north


def find_area(connection: Connection, edition_id: int, code: str, level: AreaLevel | None = None) -> dict[str, Any]:
    """Read one area with its outline and its links to other editions.

    Args:
        connection: Inside a transaction.
        edition_id: The edition.
        code: Its code.
        level: Its level; None for the coarsest of those that share the code.

    Returns:
        The area as the API gives it.

    Raises:
        NotFoundError: The edition has no such area.
    """
    rows = connection.execute(
        text("""
            SELECT area_id, level, code, name, parent_code, square_metres, label_lon, label_lat, outline_10m FROM area
            WHERE edition_id = :edition_id AND code = :code AND level = coalesce(:level, level)
        """),
        {"edition_id": edition_id, "code": code, "level": level},
    ).all()
    if not rows:
        raise NotFoundError(
            f"Indelningen har inget område {code}{f' på nivån {level}' if level else ''}.",
            f"The edition has no area {code}{f' of the level {level}' if level else ''}.",
        )
    row = max(rows, key=lambda found: AreaLevel(found.level).rank)
    links = connection.execute(
        text("""
            SELECT edition.valid_from, area.level, area.code, area.name, kind, share, basis FROM area_link
            JOIN area ON area.area_id = to_area_id JOIN edition USING (edition_id)
            WHERE from_area_id = :area_id ORDER BY valid_from DESC, share DESC
        """),
        {"area_id": row.area_id},
    )
    return {
        "code": row.code,
        "name": row.name,
        "level": row.level,
        "parent": row.parent_code,
        "squareMetres": round(row.square_metres, 1),
        "labelPoint": [row.label_lon, row.label_lat],
        "links": [_link(link) for link in links],
        "outline": row.outline_10m,
    }


def _link(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of the query above
    valid_from: date = row.valid_from
    return {
        "edition": str(valid_from),
        "level": row.level,
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "share": row.share,
        "basis": row.basis,
    }
