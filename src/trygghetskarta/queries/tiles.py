"""Vector tiles: the outlines of a level and the codes of its areas, never a figure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.tiles import UNITS, Bounds, Tile, TileLimits, limits_of
from trygghetskarta.store.editions import list_editions

# Counts up when the same outlines make other tiles than before: another buffer, other properties.
_FORM = 1

_CHANGED_AT = text("SELECT max(published_at) FROM publication WHERE what = 'areas'")

# The box of a level is put into degrees with points along its sides, which are not straight there, and a metre to spare.
_TILESETS = text("""
    WITH box AS (
        SELECT edition_id, level, count(*) AS areas, ST_Expand(ST_SetSRID(ST_Extent(geom)::geometry, srid), 1) AS plane
        FROM area JOIN edition USING (edition_id) GROUP BY edition_id, level, srid
    ), round_box AS (
        SELECT edition_id, level, areas, ST_Transform(ST_Segmentize(plane, 1000), 4326) AS degrees FROM box
    )
    SELECT edition_id, valid_from, name, srid, schematic, level, areas,
        ST_XMin(degrees) AS west, ST_YMin(degrees) AS south, ST_XMax(degrees) AS east, ST_YMax(degrees) AS north
    FROM round_box JOIN edition USING (edition_id)
""")

# A square of WebMercatorQuad has curved sides in the plane of the outlines: from zoom 6 on they bend by less than the second half of the margin.
# Up to zoom 11 the outlines are those that neighbours were simplified to together, so that no gap opens between them.
_TILE = text("""
    WITH square AS (
        SELECT ST_TileEnvelope(:z, :x, :y) AS sides, ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 128.0 / :units), :srid) AS around
    ), found AS (
        SELECT code, ST_AsMVTGeom(
            ST_Transform(
                CASE WHEN :z <= 9 THEN ST_GeomFromGeoJSON(outline_25m) WHEN :z <= 11 THEN ST_GeomFromGeoJSON(outline_10m) ELSE geom END, 3857
            ), sides, :units, 64
        ) AS outline
        FROM square JOIN area ON geom && around WHERE edition_id = :edition_id AND level = :level ORDER BY code
    )
    SELECT (SELECT ST_AsMVT(found, :level, :units, 'outline') FROM found WHERE outline IS NOT NULL) AS body,
        (SELECT max(published_at) FROM publication WHERE what = 'areas') AS changed_at
""")


@dataclass(frozen=True, slots=True)
class Tileset:
    """The tiles of one level of one edition.

    Attributes:
        edition: First day of the edition.
        edition_id: Its key in the database.
        name: What people call it.
        srid: The plane of its outlines.
        schematic: True for the made-up areas of the sample.
        level: The level; also the name of the one layer in every tile.
        areas: How many areas.
        bounds: What they cover, degrees.
        changed_at: When areas were last loaded, of this edition or another.
        version: What names these very outlines: another as soon as areas have been loaded again.
    """

    edition: date
    edition_id: int
    name: str
    srid: int
    schematic: bool
    level: AreaLevel
    areas: int
    bounds: Bounds
    changed_at: datetime
    version: str

    def limits(self, z: int) -> TileLimits:
        """Give the columns and rows of a zoom that hold anything."""
        return limits_of(self.bounds, z)


def _version(edition: date, level: AreaLevel, changed_at: datetime) -> str:
    """Name the outlines of a level as they were after a change: sixteen letters and digits."""
    return hashlib.sha256(f"{_FORM}|{edition}|{level}|{changed_at.isoformat()}".encode()).hexdigest()[:16]


def areas_changed_at(connection: Connection) -> datetime | None:
    """Read when areas were last loaded; None before the first time.

    Args:
        connection: Inside a transaction.
    """
    found: datetime | None = connection.execute(_CHANGED_AT).scalar_one()
    return found


def list_tilesets(connection: Connection) -> dict[tuple[date, AreaLevel], Tileset]:
    """Read what there are tiles of.

    Args:
        connection: Inside a transaction that sees one state of the data.

    Returns:
        A tileset for every level of every edition, first those of the edition that is meant where none is named.
    """
    changed_at = areas_changed_at(connection)
    if changed_at is None:
        return {}
    place = {edition.edition_id: number for number, edition in enumerate(list_editions(connection))}
    return {
        (row.valid_from, AreaLevel(row.level)): Tileset(
            edition=row.valid_from,
            edition_id=row.edition_id,
            name=row.name,
            srid=row.srid,
            schematic=row.schematic,
            level=AreaLevel(row.level),
            areas=row.areas,
            bounds=(row.west, row.south, row.east, row.north),
            changed_at=changed_at,
            version=_version(row.valid_from, AreaLevel(row.level), changed_at),
        )
        for row in sorted(connection.execute(_TILESETS), key=lambda row: place[row.edition_id])
    }


def load_tile(connection: Connection, tileset: Tileset, tile: Tile) -> tuple[str, bytes]:
    """Make a tile.

    Args:
        connection: Inside a transaction.
        tileset: Which outlines.
        tile: Which square.

    Returns:
        The version of the outlines it was made of, which is not the tileset's when areas were loaded meanwhile; and the Mapbox Vector
        Tile, of no bytes where no area touches the square.
    """
    row = connection.execute(
        _TILE,
        {
            "z": tile.z,
            "x": tile.x,
            "y": tile.y,
            "units": UNITS,
            "srid": tileset.srid,
            "edition_id": tileset.edition_id,
            "level": tileset.level,
        },
    ).one()
    return _version(tileset.edition, tileset.level, row.changed_at), bytes(row.body or b"")
