"""Load a division of the city, prove that it tiles and nests, and link it to the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import shapely
from pyproj import Transformer
from sqlalchemy import Connection, Row, text

from trygghetskarta.domain.areas import AreaLevel, code_of_name
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.adjacency import add_neighbours
from trygghetskarta.ingest.area_files import AreaFields, AreaRows, read_areas, read_membership
from trygghetskarta.ingest.links import AREAS_OF, link_editions
from trygghetskarta.ingest.own_city import refuse_another_city
from trygghetskarta.ingest.places import change_areas
from trygghetskarta.ingest.publication import announce
from trygghetskarta.ingest.replace import replace_events
from trygghetskarta.ingest.tiling import Tiling, holes_of, overlaps_of, tile

Geometries = npt.NDArray[np.object_]

_STEPS = ((0.0, 6), (10.0, 5), (25.0, 5))
_NESTING_M2 = 1.0

_INSERT_AREA = text("""
    INSERT INTO area (edition_id, level, code, name, nested, square_metres, label_lon, label_lat, geom, outline, outline_10m, outline_25m)
    VALUES (:edition_id, :level, :code, :name, false, :square_metres, :lon, :lat, ST_GeomFromWKB(:geom, :srid), :full, :metres10, :metres25)
""")
_SET_PARENT = text("UPDATE area SET parent_code = :parent, nested = :nested WHERE area_id = :area_id")


@dataclass(frozen=True, slots=True)
class NotNested:
    """An area that does not lie wholly in its parent: (area, parent, square metres outside it)."""

    area: str
    parent: str
    square_metres: float


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
    edition_id = _edition(connection, order, rows)
    if held:
        _remove(connection, edition_id, order.level)
    _insert(connection, (edition_id, order.level, rows.plane), rows, outlines)
    _ensure_city(connection, (edition_id, rows.plane), order, outlines)
    not_nested = _relate(connection, edition_id)
    link_editions(connection, edition_id)
    differing, parents_unknown = _parent_differs(connection, edition_id, order.level, rows)
    moved = replace_events(connection)
    announce(connection, "areas")
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
        held = _held_levels(connection, edition_id)
        not_nested = {level: tuple(odd for odd, _ in related) for level, related in _relations(held)}
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


def _held_levels(connection: Connection, edition_id: int) -> list[tuple[AreaLevel, Sequence[Row[Any]]]]:
    """Read the levels an edition holds, finest first."""
    levels = [(level, connection.execute(AREAS_OF, {"edition_id": edition_id, "level": level}).all()) for level in AreaLevel]
    return [(level, rows) for level, rows in levels if rows]


def _relations(held: list[tuple[AreaLevel, Sequence[Row[Any]]]]) -> Iterator[tuple[AreaLevel, list[tuple[NotNested | None, str | None]]]]:
    """Find for every area of every level but the coarsest the parent it lies in, and whether it lies partly outside it."""
    for (level, finer), (_, coarser) in pairwise(held):
        parents = shapely.from_wkb(np.array([row.geom for row in coarser]))
        children = shapely.from_wkb(np.array([row.geom for row in finer]))
        best, shared = _largest_overlap(children, parents)
        outside = shapely.area(children) - shared
        found: list[tuple[NotNested | None, str | None]] = []
        for row, parent, square_metres in zip(finer, best.tolist(), outside.tolist(), strict=True):
            code, name = (coarser[parent].code, coarser[parent].name) if parent >= 0 else (None, "")
            nested = parent >= 0 and square_metres <= _NESTING_M2
            found.append((None if nested else NotNested(row.name, name, square_metres), code))
        yield level, found


def _relate(connection: Connection, edition_id: int) -> tuple[NotNested, ...]:
    """Give every area of an edition the parent it lies in, and list those that lie partly outside it."""
    held = _held_levels(connection, edition_id)
    rows_of = dict(held)
    exceptions = []
    for level, related in _relations(held):
        values = [
            {"parent": code, "nested": odd is None, "area_id": row.area_id}
            for row, (odd, code) in zip(rows_of[level], related, strict=True)
        ]
        connection.execute(_SET_PARENT, values)
        exceptions += [odd for odd, _ in related if odd is not None]
    return tuple(exceptions)


def _largest_overlap(children: Geometries, parents: Geometries) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Give for each child the parent that holds most of it, and how many square metres that is."""
    shapely.prepare(parents)
    child, parent = shapely.STRtree(parents).query(children, predicate="intersects")
    covered = shapely.covers(parents[parent], children[child])
    shared = np.where(covered, shapely.area(children[child]), 0.0)
    rest = ~covered
    shared[rest] = shapely.area(shapely.intersection(children[child[rest]], parents[parent[rest]]))
    best = np.full(len(children), -1, np.int64)
    most = np.zeros(len(children))
    for c, p, m2 in zip(child.tolist(), parent.tolist(), shared.tolist(), strict=True):
        if m2 > most[c]:
            best[c], most[c] = p, m2
    return best, most


def _parent_differs(connection: Connection, edition_id: int, level: AreaLevel, rows: AreaRows) -> tuple[tuple[str, ...], bool]:
    """Give the areas that lie in another larger area than the file states, and whether the stated ones are all of a level not loaded yet."""
    found = connection.execute(text("SELECT code, parent_code, level FROM area WHERE edition_id = :edition"), {"edition": edition_id}).all()
    parent_of = {row.code: row.parent_code for row in found if row.level == level}
    known = {row.code for row in found if AreaLevel(row.level).rank > level.rank}
    stated = [(code, {parent, code_of_name(parent)}) for code, parent in zip(rows.codes, rows.parents, strict=True) if parent]
    if stated and not any(names & known for _, names in stated):
        return (), True
    return tuple(code for code, names in stated if parent_of[code] is not None and parent_of[code] not in names), False
