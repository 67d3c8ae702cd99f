"""Placing points in areas: our raster index against what others do, on one core each.

Every way gets its points in its own form, ready made and, where it has use for it, indexed; only finding the areas is timed. Before a
figure counts, every point's answer is held against ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import h3.api.numpy_int as h3
import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import Connection, text

from benchmarks.data import PLANE, Sample
from benchmarks.duck import DuckPlacing
from benchmarks.measuring import Way, clock, in_turns, median, print_table, times
from benchmarks.server import database
from trygghetskarta.ingest.copying import copy_in, copy_out, encode, fixed, points
from trygghetskarta.ingest.place import NOWHERE, index_polygons
from trygghetskarta.store.cluster import Cluster

Numbers = npt.NDArray[np.int32]

_CELLS = (10.0, 5.0)
_H3_RESOLUTION = 10

_USUAL = "SELECT p.id, a.number FROM points p JOIN areas a ON ST_Contains(a.geom, p.geom)"
_INDEXED = "SELECT p.id, a.number FROM points_indexed p JOIN areas a ON ST_Contains(a.geom, p.geom)"
_TUNED = """
    SELECT p.id, a.number FROM areas_unpacked a
    CROSS JOIN LATERAL (SELECT id FROM points_indexed WHERE ST_Contains(a.geom, points_indexed.geom) OFFSET 0) p
"""
_DIVIDED = """
    SELECT p.id, a.number FROM areas_divided a
    CROSS JOIN LATERAL (SELECT id FROM points_sorted WHERE ST_Intersects(a.geom, points_sorted.geom) OFFSET 0) p
"""


@dataclass(frozen=True, slots=True)
class Placing:
    """One way to place every point.

    Attributes:
        name: What the table calls it.
        place: Gives the area of every point, (points,), NOWHERE for none.
        seconds: Does the same and gives what it took; None to time `place` itself.
    """

    name: str
    place: Callable[[], Numbers]
    seconds: Callable[[], float] | None = None


def run(cluster: Cluster, sample: Sample, rounds: int) -> None:
    print(
        f"## Placing {sample.rows:,} points in {len(sample.polygons)} areas of {shapely.get_num_coordinates(sample.polygons).sum():,} vertices"
    )
    ours = _ours(sample)
    with database(cluster, "placing") as engine, engine.connect() as connection:
        _fill(connection, sample)
        duck = DuckPlacing.make(sample.polygons, sample.x, sample.y)
        peers = [*_in_python(sample), *_in_postgis(connection, sample.rows)]
        if isinstance(duck, str):
            print(f"  DuckDB spatial is left out: {duck}")
        else:
            peers.append(Placing("DuckDB spatial, ST_Contains join", duck.place, duck.seconds))
        ways = [*ours, *peers]
        wrong = _compare(ways)
        taken = in_turns([Way(way.name, way.seconds or partial(clock, way.place)) for way in ways], rounds)
    best = median(taken[ours[0].name])
    rows = [
        (way.name, f"{sample.rows / median(taken[way.name]) / 1e6:.3f}", times(median(taken[way.name]) / best), _verdict(wrong[way.name]))
        for way in ways
        if not wrong[way.name]
    ]
    rows += [(way.name, "does not count", "", _verdict(wrong[way.name])) for way in ways if wrong[way.name]]
    print_table(("Way", "million points/s", f"{ours[0].name} is faster by", "answers"), rows)


def _verdict(wrong: int) -> str:
    return f"{wrong} differ" if wrong else "all equal"


def _ours(sample: Sample) -> list[Placing]:
    ways = []
    for cell in _CELLS:
        index = index_polygons(sample.polygons, cell)
        built = clock(partial(index_polygons, sample.polygons, cell))
        border = np.count_nonzero(np.isin(_cells_of(sample, index.x0, index.y0, index.cell, index.raster.shape[1]), index.border_cells))
        print(
            f"  raster of {cell:g} m: built in {built:.2f} s, {index.raster.nbytes / 1e6:.0f} MB, {border / sample.rows:.1%} of the points exact"
        )
        ways.append(Placing(f"raster index, {cell:g} m", partial(index.locate, sample.x, sample.y)))
    return ways


def _cells_of(sample: Sample, x0: float, y0: float, cell: float, columns: int) -> npt.NDArray[np.int64]:
    return ((sample.y - y0) // cell).astype(np.int64) * columns + ((sample.x - x0) // cell).astype(np.int64)


def _compare(ways: list[Placing]) -> dict[str, int]:
    """Count for every way the points that it places elsewhere than the first way does."""
    truth = ways[0].place()
    wrong = {}
    for way in ways:
        found = way.place()
        differ = np.flatnonzero(found != truth)
        wrong[way.name] = len(differ)
        if len(differ):
            first = int(differ[0])
            print(f"  DISAGREEMENT: {way.name} differs at {len(differ)} points; point {first} is in {found[first]}, not in {truth[first]}")
    print(f"  answers compared: {int((truth >= 0).sum()):,} points in an area, {int((truth < 0).sum()):,} in none")
    return wrong


def _in_python(sample: Sample) -> list[Placing]:
    ready: npt.NDArray[np.object_] = np.array(shapely.points(sample.x, sample.y))
    frame = gpd.GeoDataFrame(geometry=ready, crs=PLANE)
    areas = gpd.GeoDataFrame({"number": np.arange(len(sample.polygons))}, geometry=sample.polygons, crs=PLANE)
    table = _H3Table.build(sample)
    return [
        Placing("shapely, sorted by x, prepared contains_xy", partial(_by_strips, sample)),
        Placing("shapely, STRtree", partial(_by_tree, sample, ready)),
        Placing("geopandas.sjoin", partial(_by_sjoin, frame, areas)),
        Placing(f"h3 table, resolution {_H3_RESOLUTION}, exact at borders", table.place),
    ]


def _by_strips(sample: Sample) -> Numbers:
    """Test every polygon against the points in its box, found by bisection along x."""
    shapely.prepare(sample.polygons)
    order = np.argsort(sample.x)
    x, y = sample.x[order], sample.y[order]
    bounds = shapely.bounds(sample.polygons)
    first, last = np.searchsorted(x, bounds[:, 0]), np.searchsorted(x, bounds[:, 2], side="right")
    found: Numbers = np.full(len(x), NOWHERE, np.int32)
    for number, (bottom, top) in enumerate(bounds[:, [1, 3]].tolist()):
        strip = slice(first[number], last[number])
        near = np.flatnonzero((y[strip] >= bottom) & (y[strip] <= top)) + first[number]
        found[order[near[shapely.contains_xy(sample.polygons[number], x[near], y[near])]]] = number
    return found


def _by_tree(sample: Sample, ready: npt.NDArray[np.object_]) -> Numbers:
    """Ask a tree of the points for those that each polygon contains: the polygon is prepared by the query itself."""
    number, point = shapely.STRtree(ready).query(sample.polygons, predicate="contains")
    found: Numbers = np.full(len(ready), NOWHERE, np.int32)
    found[point] = number
    return found


def _by_sjoin(frame: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> Numbers:
    joined = gpd.sjoin(frame, areas, how="inner", predicate="within")
    found: Numbers = np.full(len(frame), NOWHERE, np.int32)
    found[joined.index.to_numpy()] = joined["number"].to_numpy()
    return found


@dataclass(frozen=True, slots=True)
class _H3Table:
    """Cells wholly in one area, and for the others the areas to test.

    Attributes:
        sample: The points.
        cells: Sorted cells that any area touches.
        number: Area of a cell, or -2 for one to test.
        pairs: (cell, area) of the cells to test, sorted by cell.
    """

    sample: Sample
    cells: npt.NDArray[np.uint64]
    number: Numbers
    pairs: tuple[npt.NDArray[np.uint64], Numbers]

    @classmethod
    def build(cls, sample: Sample) -> _H3Table:
        degrees = gpd.GeoSeries(sample.polygons, crs=PLANE).to_crs(4326)
        number_of: dict[int, int] = {}
        pairs: list[tuple[int, int]] = []
        for number, outline in enumerate(degrees):
            shape = h3.geo_to_h3shape(outline)
            full = set(h3.h3shape_to_cells_experimental(shape, _H3_RESOLUTION, "full").tolist())
            touched = set(h3.h3shape_to_cells_experimental(shape, _H3_RESOLUTION, "overlap").tolist())
            number_of.update(dict.fromkeys(full, number))
            number_of.update(dict.fromkeys(touched - full, -2))
            pairs += [(cell, number) for cell in touched - full]
        cells = np.array(sorted(number_of), np.uint64)
        pairs.sort()
        return cls(
            sample,
            cells,
            np.array([number_of[cell] for cell in cells.tolist()], np.int32),
            (np.array([cell for cell, _ in pairs], np.uint64), np.array([number for _, number in pairs], np.int32)),
        )

    def place(self) -> Numbers:
        lat, lon = self.sample.lat.tolist(), self.sample.lon.tolist()
        cell = np.array([h3.latlng_to_cell(a, o, _H3_RESOLUTION) for a, o in zip(lat, lon, strict=True)], np.uint64)
        at = np.minimum(np.searchsorted(self.cells, cell), len(self.cells) - 1)
        found: Numbers = np.where(self.cells[at] == cell, self.number[at], NOWHERE).astype(np.int32)
        border = np.flatnonzero(found == -2)
        found[border] = NOWHERE
        first = np.searchsorted(self.pairs[0], cell[border])
        many = np.searchsorted(self.pairs[0], cell[border], side="right") - first
        point = np.repeat(border, many)
        area = self.pairs[1][np.repeat(first - (np.cumsum(many) - many), many) + np.arange(len(point))]
        order = np.argsort(area, kind="stable")
        ends = np.searchsorted(area[order], np.arange(len(self.sample.polygons) + 1))
        for number, (a, b) in enumerate(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)):
            near = point[order[a:b]]
            found[near[shapely.contains_xy(self.sample.polygons[number], self.sample.x[near], self.sample.y[near])]] = number
        return found


def _fill(connection: Connection, sample: Sample) -> None:
    """Load points and areas into PostGIS, each with and without what makes it faster."""
    for statement in (
        "SET max_parallel_workers_per_gather = 0",
        f"CREATE TABLE areas (number int PRIMARY KEY, geom geometry(Polygon, {PLANE}))",
        f"CREATE TABLE points (id int PRIMARY KEY, geom geometry(Point, {PLANE}))",
    ):
        connection.execute(text(statement))
    connection.execute(
        text(f"INSERT INTO areas VALUES (:number, ST_GeomFromWKB(:wkb, {PLANE}))"),
        [{"number": number, "wkb": wkb} for number, wkb in enumerate(shapely.to_wkb(sample.polygons).tolist())],
    )
    fields = [fixed(np.arange(sample.rows), ">i4"), points(sample.x, sample.y, PLANE)]
    copy_in(connection, "points", ("id", "geom"), encode(fields))
    for statement in (
        "CREATE INDEX ON areas USING gist (geom)",
        "CREATE TABLE points_indexed AS SELECT * FROM points",
        "CREATE INDEX ON points_indexed USING gist (geom)",
        f"CREATE TABLE areas_unpacked (number int PRIMARY KEY, geom geometry(Polygon, {PLANE}))",
        "ALTER TABLE areas_unpacked ALTER geom SET STORAGE EXTERNAL",
        "INSERT INTO areas_unpacked SELECT * FROM areas",
        "CREATE TABLE points_sorted AS SELECT * FROM points ORDER BY geom",
        "CREATE INDEX ON points_sorted USING gist (geom)",
        "CREATE TABLE areas_divided AS SELECT number, ST_Subdivide(geom, 128) AS geom FROM areas",
    ):
        connection.execute(text(statement))
    connection.commit()
    with connection.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        other.execute(text("VACUUM ANALYZE"))


def _in_postgis(connection: Connection, rows: int) -> list[Placing]:
    named = {
        "PostGIS, ST_Contains join as usually written": _USUAL,
        "PostGIS, GiST on both": _INDEXED,
        "PostGIS tuned: STORAGE EXTERNAL, areas outer, lateral": _TUNED,
        "PostGIS tuned further: areas cut up, points in order": _DIVIDED,
    }
    return [
        Placing(name, partial(_answers, connection, query, rows), partial(_join_seconds, connection, query))
        for name, query in named.items()
    ]


def _answers(connection: Connection, query: str, rows: int) -> Numbers:
    pairs = copy_out(connection, query, [("id", ">i4"), ("number", ">i4")])
    found: Numbers = np.full(rows, NOWHERE, np.int32)
    found[pairs["id"]] = pairs["number"]
    return found


def _join_seconds(connection: Connection, query: str) -> float:
    """Clock the join alone: the server reads every pair and sends none."""
    return clock(lambda: connection.execute(text(f"SELECT count(*), sum(id::bigint * number) FROM ({query}) AS pairs")).one())
