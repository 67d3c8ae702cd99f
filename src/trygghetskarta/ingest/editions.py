"""Load a division of the city, prove that it tiles and nests, and link it to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import shapely
from pyproj import Transformer
from sqlalchemy import Connection, Row, text

from trygghetskarta.domain.areas import AreaLevel, Reshaped, Standing, code_of_name
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.adjacency import add_neighbours
from trygghetskarta.ingest.area_files import AreaFields, AreaRows, read_areas, read_membership
from trygghetskarta.ingest.area_lock import change_areas
from trygghetskarta.ingest.links import AREAS_OF, link_editions
from trygghetskarta.ingest.nesting import NotNested, held_levels, parent_differs, relate, relations
from trygghetskarta.ingest.own_city import refuse_another_city
from trygghetskarta.ingest.publication import announce
from trygghetskarta.ingest.replace import replace_events
from trygghetskarta.ingest.reshaped import hold_if_reshaped, keep_meant
from trygghetskarta.ingest.tiling import Tiling, holes_of, overlaps_of, tile
from trygghetskarta.store.editions import list_editions

Geometries = npt.NDArray[np.object_]

_STEPS = ((0.0, 6), (10.0, 5), (25.0, 5))

_INSERT_AREA = text("""
    INSERT INTO area (edition_id, level, code, name, nested, square_metres, label_lon, label_lat, geom, outline, outline_10m, outline_25m)
    VALUES (:edition_id, :level, :code, :name, false, :square_metres, :lon, :lat, ST_GeomFromWKB(:geom, :srid), :full, :metres10, :metres25)
""")


@dataclass(frozen=True, slots=True)
class LevelReport:
    """What loading one level did and found.

    Attributes:
        edition: First day of the edition.
        level: The level loaded.
        areas: How many areas.
        square_metres: Their ground together.
        srid: The plane of the outlines.
        codes: Codes of the areas, in the order the tiling numbers them.
        tiling: What was wrong with the outlines.
        not_nested: Areas that lie partly outside their parent, at every level of the edition.
        parent_differs: Codes of the areas whose stated parent is not the one they lie in.
        parents_unknown: True where no larger area that the file states is loaded, so that they are not held against the map.
        turned: How many outer rings stood clockwise and were turned.
        reshaped: Areas of other ground than their codes had before, for which the edition waits for a person's yes.
        standing: What the edition now is to a question that names none.
        lacks: The levels that keep it from being meant.
        events_moved: How many points were placed anew.
    """

    edition: date
    level: AreaLevel
    areas: int
    square_metres: float
    srid: int
    codes: tuple[str, ...]
    tiling: Tiling
    not_nested: tuple[NotNested, ...]
    parent_differs: tuple[str, ...]
    events_moved: int
    parents_unknown: bool = False
    turned: int = 0
    reshaped: tuple[Reshaped, ...] = ()
    standing: Standing = Standing.DEFAULT
    lacks: tuple[AreaLevel, ...] = ()


@dataclass(frozen=True, slots=True)
class LevelOrder:
    """What to load: a file as one level of one edition.

    Attributes:
        path: The file.
        level: The level it holds.
        edition: First day the division was in force.
        fields: Which fields of the file hold what.
        city: Name and code of the municipality.
        name: Name of the edition, when it is new; None for one made from its day.
        replace: Put the level in the place of the one the edition holds.
    """

    path: Path
    level: AreaLevel
    edition: date
    fields: AreaFields
    city: tuple[str, str]
    name: str | None = None
    replace: bool = False


def load_level(connection: Connection, order: LevelOrder) -> LevelReport:
    """Load one level of one edition.

    Areas of other ground than the same codes had in the edition before let a new edition wait for a person's yes. To put a level in the place of
    another of an edition that does not wait is itself such a yes.

    Args:
        connection: Inside a transaction, which the caller commits.
        order: What to load.

    Returns:
        What was done and found.

    Raises:
        BadDeliveryError: The file cannot be used, or the edition already holds the level.
        ConflictError: The database has the areas of another city.
    """
    change_areas(connection)
    refuse_another_city(connection, order.city)
    plane = connection.execute(text("SELECT min(srid) FROM edition")).scalar_one()
    held = connection.execute(
        text("SELECT count(*) FROM area JOIN edition USING (edition_id) WHERE valid_from = :day AND level = :level"),
        {"day": order.edition, "level": order.level},
    ).scalar_one()
    if held and not order.replace:
        raise BadDeliveryError(
            f"Indelningen från {order.edition} har redan {held} områden på nivån {order.level}. Lägg till --replace för att byta ut dem.",
            f"The edition of {order.edition} already holds {held} areas at the level {order.level}. Add --replace to put these in their place.",
            code="level_exists",
        )
    rows = _dissolved(connection, order) if order.path.suffix.lower() == ".csv" else read_areas(order.path, order.fields, plane)
    outlines, tiling = tile(rows.outlines)
    swallowed = [code for code, outline in zip(rows.codes, outlines, strict=True) if outline.is_empty]
    if swallowed:
        raise BadDeliveryError(
            f"{order.path.name}: området {swallowed[0]} ligger helt under andra områden, eller har ingen yta.",
            f"{order.path.name}: the area {swallowed[0]} lies wholly under other areas, or has no ground.",
            code="invalid_geometry",
        )
    before = list_editions(connection)
    is_in_force = held and not any(edition.held and edition.valid_from == order.edition for edition in before)
    edition_id = _edition(connection, order, rows)
    if held:
        _remove(connection, edition_id, order.level)
    _insert(connection, (edition_id, order.level, rows.plane), rows, outlines)
    _ensure_city(connection, (edition_id, rows.plane), order, outlines)
    not_nested = relate(connection, edition_id)
    link_editions(connection, edition_id)
    reshaped = () if is_in_force else hold_if_reshaped(connection, edition_id, order.level)
    keep_meant(connection, before[0] if before and before[0].valid_from > order.edition else None)
    differing, parents_unknown = parent_differs(connection, edition_id, order.level, rows)
    moved = replace_events(connection)
    announce(connection, "areas")
    now = list_editions(connection)
    mine = next(edition for edition in now if edition.edition_id == edition_id)
    return LevelReport(
        order.edition,
        order.level,
        len(outlines),
        float(shapely.area(outlines).sum()),
        rows.plane,
        rows.codes,
        tiling,
        not_nested,
        differing,
        moved,
        parents_unknown,
        rows.turned,
        reshaped,
        mine.standing,
        tuple(level for level in now[0].levels if level not in mine.levels) if mine.standing is Standing.INCOMPLETE else (),
    )


@dataclass(frozen=True, slots=True)
class LevelFinding:
    """How well a loaded level tiles and nests.

    Attributes:
        edition: First day of the edition.
        level: The level.
        areas: How many areas.
        square_metres: Their ground together.
        overlaps: Square metres of each overlap.
        holes: Square metres of each hole.
        not_nested: Areas that lie partly outside their parent.
    """

    edition: date
    level: AreaLevel
    areas: int
    square_metres: float
    overlaps: tuple[float, ...]
    holes: tuple[float, ...]
    not_nested: tuple[NotNested, ...]


def check_editions(connection: Connection) -> list[LevelFinding]:
    """Measure every loaded level anew.

    Args:
        connection: Inside a transaction.

    Returns:
        One finding per edition and level, newest edition and finest level first.
    """
    findings = []
    for edition_id, valid_from in connection.execute(text("SELECT edition_id, valid_from FROM edition ORDER BY valid_from DESC")).all():
        held = held_levels(connection, edition_id)
        not_nested = {level: tuple(odd for odd, _ in related) for level, related in relations(held)}
        for level, rows in held:
            outlines = shapely.from_wkb(np.array([row.geom for row in rows]))
            findings.append(
                LevelFinding(
                    valid_from,
                    level,
                    len(rows),
                    float(shapely.area(outlines).sum()),
                    tuple(m2 for _, _, m2 in overlaps_of(outlines)),
                    holes_of(outlines),
                    tuple(odd for odd in not_nested.get(level, ()) if odd is not None),
                )
            )
    return findings


def _dissolved(connection: Connection, order: LevelOrder) -> AreaRows:
    """Join the areas of the level below as a CSV says."""
    parents = read_membership(order.path, order.fields)
    finer = [level for level in AreaLevel if level.rank < order.level.rank]
    for level in reversed(finer):
        edition = connection.execute(
            text("SELECT edition_id, srid FROM edition WHERE valid_from = :day"), {"day": order.edition}
        ).one_or_none()
        below = connection.execute(AREAS_OF, {"edition_id": edition.edition_id, "level": level}).all() if edition else []
        if edition and below:
            return _joined(below, parents, edition.srid, order.path)
    raise BadDeliveryError(
        f"{order.path.name} är en tabell utan ytor. Läs först in den finare nivån i indelningen från {order.edition}.",
        f"{order.path.name} is a table without outlines. Load the finer level of the edition of {order.edition} first.",
        code="no_finer_level",
    )


def _joined(below: Sequence[Row[Any]], parents: dict[str, str], srid: int, path: Path) -> AreaRows:
    members: dict[str, list[Any]] = {}
    names: dict[str, str] = {}
    for row in below:
        parent = parents.get(row.code) or parents.get(code_of_name(row.name))
        if parent is None:
            raise BadDeliveryError(
                f"{path.name} säger inte vilket område {row.name} hör till.",
                f"{path.name} does not say which area {row.name} belongs to.",
                code="missing_name",
            )
        members.setdefault(code_of_name(parent), []).append(shapely.from_wkb(row.geom))
        names[code_of_name(parent)] = parent
    codes = tuple(sorted(members))
    outlines = np.array([shapely.coverage_union_all(np.array(members[code])) for code in codes])
    return AreaRows(codes, tuple(names[code] for code in codes), ("",) * len(codes), outlines, srid, srid)


def _edition(connection: Connection, order: LevelOrder, rows: AreaRows) -> int:
    found = connection.execute(text("SELECT edition_id FROM edition WHERE valid_from = :day"), {"day": order.edition}).scalar_one_or_none()
    if found is not None:
        return int(found)
    name = order.name or f"Indelningen från {order.edition}"
    return int(
        connection.execute(
            text("INSERT INTO edition (valid_from, name, srid, schematic) VALUES (:day, :name, :srid, :schematic) RETURNING edition_id"),
            {"day": order.edition, "name": name, "srid": rows.plane, "schematic": rows.schematic},
        ).scalar_one()
    )


def _remove(connection: Connection, edition_id: int, level: AreaLevel) -> None:
    """Take a level out of an edition; the places that named its areas are made again afterwards."""
    connection.execute(text("DELETE FROM place_area"))
    # What was released of the areas goes with them; it is drawn again, of what was known then, when something is next released.
    connection.execute(
        text("DELETE FROM public_cell WHERE edition_id = :edition_id AND level IN (:level, :whole)"),
        {"edition_id": edition_id, "level": level, "whole": AreaLevel.STAD},
    )
    connection.execute(
        text("DELETE FROM area WHERE edition_id = :edition_id AND level IN (:level, :whole)"),
        {"edition_id": edition_id, "level": level, "whole": AreaLevel.STAD},
    )


def _ensure_city(connection: Connection, edition: tuple[int, int], order: LevelOrder, outlines: Geometries) -> None:
    """Add the whole city to an edition that lacks it: the ground of the level just loaded."""
    edition_id, srid = edition
    if connection.execute(AREAS_OF, {"edition_id": edition_id, "level": AreaLevel.STAD}).first() is not None:
        return
    city = np.array([shapely.multipolygons(shapely.get_parts(shapely.coverage_union_all(outlines)))])
    name, code = order.city
    _insert(connection, (edition_id, AreaLevel.STAD, srid), AreaRows((code,), (name,), ("",), city, srid, srid), city)


def _insert(connection: Connection, where: tuple[int, AreaLevel, int], rows: AreaRows, outlines: Geometries) -> None:
    edition_id, level, srid = where
    to_degrees = Transformer.from_crs(srid, 4326, always_xy=True)
    texts = [_outline_texts(outlines, to_degrees, metres, decimals) for metres, decimals in _STEPS]
    labels = shapely.get_coordinates(shapely.point_on_surface(outlines))
    lon, lat = to_degrees.transform(labels[:, 0], labels[:, 1])
    wkb = shapely.to_wkb(outlines)
    connection.execute(
        _INSERT_AREA,
        [
            {
                "edition_id": edition_id,
                "level": level,
                "code": rows.codes[i],
                "name": rows.names[i],
                "square_metres": float(outlines[i].area),
                "lon": round(float(lon[i]), 6),
                "lat": round(float(lat[i]), 6),
                "geom": wkb[i],
                "srid": srid,
                "full": texts[0][i],
                "metres10": texts[1][i],
                "metres25": texts[2][i],
            }
            for i in range(len(outlines))
        ],
    )
    add_neighbours(connection, edition_id, level)


def _outline_texts(outlines: Geometries, to_degrees: Transformer, metres: float, decimals: int) -> list[str]:
    """Write each outline as the text of a GeoJSON geometry, WGS84, rings as RFC 7946 turns them.

    Neighbours are simplified together, so that no gap opens between them.
    """
    simple = shapely.coverage_simplify(outlines, metres) if metres else outlines

    def degrees(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        lon, lat = to_degrees.transform(xy[:, 0], xy[:, 1])
        return np.round(np.column_stack([lon, lat]), decimals)

    moved = shapely.orient_polygons(shapely.transform(simple, degrees))
    return [orjson.dumps(shapely.geometry.mapping(outline)).decode() for outline in moved]
