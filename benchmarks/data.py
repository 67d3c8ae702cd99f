"""Made-up data of a real size: areas with as many vertices as real ones, and reported crimes as points in a file.

Everything follows from a seed, so two runs measure the same work.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyarrow import csv as arrow_csv
from pyproj import Transformer

from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.sources import SourceId

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample" / "areas" / "basomraden.geojson"
PLANE, DEGREES = 3011, 4326
FIRST_YEAR, YEARS = 2011, 15
KINDS = 60
_SEED = 20_260_101
_VERTICES = 130_000
_LARGEST_WIGGLE = 0.05
_OCTAVES = 6
_CLUSTERS = 250
_ALONE = 0.15
_STREETS = ("Björkgatan", "Storgatan", "Ängsvägen", "Åsögränd", "Östra stigen", "Kungsplan", "Tallbacken", "Norra kajen")


@dataclass(frozen=True, slots=True)
class Where:
    """Whose sample it is.

    Attributes:
        municipality: As the file names it.
        plane: The EPSG number of its plane: the same outlines are another place in every zone.
        seed: What the events follow from.
    """

    municipality: str = "Stockholm"
    plane: int = PLANE
    seed: int = _SEED


STOCKHOLM = Where()


@dataclass(frozen=True, slots=True)
class Sample:
    """What every benchmark starts from.

    Attributes:
        areas: The areas as a GeoJSON file in the plane.
        events: The events as a CSV file, laid out as the police's extract by point.
        polygons: The areas, (areas,), sorted by code.
        lon: Longitude of every event as the file has it, (rows,).
        lat: Latitude.
        x: Easting in the plane, (rows,).
        y: Northing.
    """

    areas: Path
    events: Path
    polygons: Geometries
    lon: Floats
    lat: Floats
    x: Floats
    y: Floats

    @property
    def rows(self) -> int:
        """How many events."""
        return len(self.x)


def make_sample(folder: Path, rows: int, where: Where = STOCKHOLM) -> Sample:
    """Write the areas and the events into a folder.

    Args:
        folder: Where to.
        rows: How many events.
        where: Of which city.

    Returns:
        The files, and the arrays they were written from.
    """
    frame = gpd.read_file(SAMPLE).sort_values("code", ignore_index=True)
    polygons = densify(np.array(frame.geometry.values), _VERTICES)
    areas = folder / "basomraden.geojson"
    frame.set_geometry(gpd.GeoSeries(polygons, crs=where.plane)).to_file(areas, driver="GeoJSON", COORDINATE_PRECISION=3, RFC7946="NO")
    random = np.random.default_rng(where.seed)
    lon, lat = Transformer.from_crs(where.plane, DEGREES, always_xy=True).transform(*_points(polygons, rows, random))
    lon, lat = np.round(lon, 6), np.round(lat, 6)
    x, y = Transformer.from_crs(DEGREES, where.plane, always_xy=True).transform(lon, lat)
    events = folder / "anmalda_brott.csv"
    _write_events(events, lon, lat, where.municipality, random)
    return Sample(areas, events, polygons, lon, lat, x, y)


def densify(polygons: Geometries, vertices: int) -> Geometries:
    """Give outlines that tile as many vertices as real ones have, and the bends.

    An edge that two areas share is bent once, in one direction and with one chain of random numbers, so both get the same vertices to the
    last bit.

    Args:
        polygons: Polygons without holes that tile, (areas,).
        vertices: How many vertices they shall have together, about.

    Returns:
        Polygons that tile, (areas,).

    Raises:
        ValueError: The bent outlines cross each other.
    """
    step = float(shapely.length(polygons).sum()) / vertices
    rings = [shapely.get_coordinates(polygon) for polygon in polygons]
    starts, ends = np.concatenate([ring[:-1] for ring in rings]), np.concatenate([ring[1:] for ring in rings])
    turned = (starts[:, 0] > ends[:, 0]) | ((starts[:, 0] == ends[:, 0]) & (starts[:, 1] > ends[:, 1]))
    edges = np.where(turned[:, None], np.hstack([ends, starts]), np.hstack([starts, ends]))
    unique, edge_of = np.unique(edges, axis=0, return_inverse=True)
    random = np.random.default_rng(_SEED)
    bent = [_bend(edge, step, random) for edge in unique]
    chains = [
        np.vstack([edge[2:], bent[number][::-1]]) if back else np.vstack([edge[:2], bent[number]])
        for edge, number, back in zip(edges, edge_of.ravel().tolist(), turned.tolist(), strict=True)
    ]
    at = np.cumsum([0, *(len(ring) - 1 for ring in rings)]).tolist()
    made = np.array([shapely.Polygon(np.concatenate(chains[a:b])) for a, b in pairwise(at)])
    if not (shapely.is_valid(made).all() and shapely.coverage_is_valid(made)):
        raise ValueError("the bent outlines do not tile")
    return made


def _bend(edge: Floats, step: float, random: np.random.Generator) -> Floats:
    """Give the vertices between an edge's ends, to the millimetre: waves of several lengths across it that die out at its ends."""
    begin, end = edge[:2], edge[2:]
    along = end - begin
    pieces = max(1, round(float(np.hypot(*along)) / step))
    t = np.arange(1, pieces) / pieces
    waves = np.arange(1, _OCTAVES + 1)
    heights = random.uniform(-1, 1, _OCTAVES) / waves
    phases = random.uniform(0, 2 * np.pi, _OCTAVES)
    wave = (heights * np.sin(2 * np.pi * np.outer(t, waves) + phases)).sum(axis=1)
    across = _LARGEST_WIGGLE * np.sin(np.pi * t) * wave / max(1.0, float(np.abs(wave).max(initial=0)))
    bent: Floats = np.round(begin + np.outer(t, along) + np.outer(across, [-along[1], along[0]]), 3)
    return bent


def _points(polygons: Geometries, rows: int, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw points: most in clusters of very different weight, some anywhere; none far outside, some outside the city."""
    middles = shapely.get_coordinates(shapely.centroid(polygons))[random.integers(len(polygons), size=_CLUSTERS)]
    weights = random.pareto(1.2, _CLUSTERS) + 0.05
    spread = random.lognormal(5.7, 0.5, _CLUSTERS)
    cluster = random.choice(_CLUSTERS, rows, p=weights / weights.sum())
    xy = middles[cluster] + random.normal(size=(rows, 2)) * spread[cluster, None]
    city = shapely.coverage_union_all(polygons)
    shapely.prepare(city)
    anywhere = (random.random(rows) < _ALONE) | ~shapely.contains_xy(city, xy[:, 0], xy[:, 1])
    inside = random.integers(len(polygons), size=int(anywhere.sum()))
    bounds = shapely.bounds(polygons)[inside]
    xy[anywhere] = bounds[:, :2] + random.uniform(0.2, 0.8, (len(inside), 2)) * (bounds[:, 2:] - bounds[:, :2])
    return xy[:, 0], xy[:, 1]


def _write_events(path: Path, lon: Floats, lat: Floats, municipality: str, random: np.random.Generator) -> None:
    rows = len(lon)
    codes = sorted(code for code in tree_of(SourceId.ANMALDA_BROTT).known if len(code) == 4 and code.isdigit())
    kinds = np.array(codes[:: len(codes) // KINDS][:KINDS])
    rarity = 1 / np.arange(1, KINDS + 1)
    start = random.integers(_minute(FIRST_YEAR), _minute(FIRST_YEAR + YEARS) - 1440, rows)
    end = start + random.integers(1, 1440, rows)
    table = pa.table(
        {
            "ID": pa.array([f"K-{number:08d}" for number in range(1, rows + 1)]),
            "BROTTSKOD": pa.array(kinds[random.choice(KINDS, rows, p=rarity / rarity.sum())]),
            "LATITUDE": lat,
            "LONGITUDE": lon,
            "GATA": pa.array(np.array(_STREETS)[random.integers(len(_STREETS), size=rows)]),
            "GATUNR": random.integers(1, 120, rows),
            "KOMMUN": pa.array([municipality] * rows),
            "BROTTSDATUMTID_START": _written(start, np.zeros(rows, bool)),
            "BROTTSDATUMTID_SLUT": _written(end, (random.random(rows) < 0.4) | _when_clocks_change(start)),
        }
    )
    arrow_csv.write_csv(table, path, arrow_csv.WriteOptions(quoting_style="none", quoting_header="none"))


def _minute(year: int) -> int:
    return int(np.datetime64(f"{year}-01-01T00:00", "m").astype(np.int64))


def _when_clocks_change(minutes: Ints) -> npt.NDArray[np.bool_]:
    """Tell which times lie about when the clocks change, on the last Sunday of March and October: an end soon after would lie before its start."""
    day = minutes // 1440
    month = day.astype("datetime64[D]").astype("datetime64[M]")
    late = day - month.astype("datetime64[D]").astype(np.int64) >= 24
    changes = np.isin(month.astype(np.int64) % 12, (2, 9)) & late & (day % 7 == 3)  # 1970 began on a Thursday
    hour: Ints = minutes % 1440 // 60
    about: npt.NDArray[np.bool_] = changes & (hour >= 1) & (hour < 4)
    return about


def _written(minutes: Ints, empty: npt.NDArray[np.bool_]) -> pa.Array:
    """Write times by the clock, as the police's extract does."""
    texts = pc.strftime(pa.array(minutes * 60, pa.timestamp("s")), "%Y-%m-%d %H:%M")
    return pc.if_else(pa.array(empty), None, texts)
