"""A schematic Stockholm: real names and centre points, invented borders, invented inhabitants.

The borders are the Voronoi cells of the centre points inside a coarse outline, so they nest exactly and every shared edge has the same
vertices on both sides. They are no map: they only have the right neighbours, roughly.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HERE = Path(__file__).resolve().parent
YEARS = tuple(range(2016, 2026))
BASOMRADEN = 404
RESIDENTS = {2016: 935_000, 2025: 985_000}

# Drawn by hand to a hundred metres around the centre points; not a simplification of the municipality's border.
OUTLINE = (
    (140200, 6581900), (138500, 6583300), (138200, 6584400), (138700, 6585700), (141400, 6586200), (142900, 6587600), (143900, 6588700),
    (143400, 6590300), (145300, 6590900), (146300, 6589600), (146600, 6588500), (147300, 6588000), (147500, 6586800), (146500, 6585000),
    (147800, 6583100), (148700, 6582200), (150900, 6581400), (151900, 6581900), (153300, 6583600), (154400, 6583900), (156200, 6583000),
    (157700, 6581300), (158100, 6580100), (157800, 6578700), (157000, 6577200), (158300, 6575300), (160300, 6572900), (161100, 6570000),
    (160000, 6568600), (158200, 6569100), (155800, 6568100), (154000, 6568200), (152300, 6570100), (150200, 6571300), (147700, 6572400),
    (145200, 6572300), (142900, 6572700), (142400, 6574300), (145200, 6576100), (145500, 6578200), (143600, 6580300), (141600, 6581400),
)  # fmt: skip

# How many basområden a stadsdel gets beyond its first one, per thousand inhabitants and per square kilometre.
EXTRA_PER_THOUSAND = 0.24
EXTRA_PER_KM2 = 0.25

# The day population and the dwellings are counted more seldom than the inhabitants.
USE_YEARS = (2016, 2020, 2025)
# By kind of stadsdel: people by day for each inhabitant, staff in a basområde whoever lives there, persons in a dwelling. Guesses, no statistics.
DAY_PER_RESIDENT = {"city": 2.0, "centrum": 0.85, "flerbostad": 0.6, "villa": 0.5, "arbete": 1.6, "natur": 0.6}
STAFF = {"city": 900.0, "centrum": 250.0, "flerbostad": 60.0, "villa": 30.0, "arbete": 800.0, "natur": 25.0}
PERSONS_A_DWELLING = {"city": 1.7, "centrum": 1.75, "flerbostad": 2.2, "villa": 2.6, "arbete": 1.9, "natur": 2.1}


@dataclass(frozen=True)
class Place:
    """A stadsdel as `places.csv` knows it.

    Attributes:
        code: ASCII slug of the name.
        name: Name in proper case.
        x: East of a point inside it, EPSG:3011.
        y: North of the same point.
        stadsdelsomrade: Names of its stadsdelsområde, newest division first (2023, 2020, 2007).
        kind: Rough character: city, centrum, flerbostad, villa, arbete or natur.
        thousands: A guess at its inhabitants, in thousands; no statistics.
    """

    code: str
    name: str
    x: int
    y: int
    stadsdelsomrade: tuple[str, str, str]
    kind: str
    thousands: int


@dataclass(frozen=True)
class Basomrade:
    """One schematic basområde.

    Attributes:
        code: Seven digits: stadsdelsområde, stadsdel, serial.
        name: The stadsdel's name and the serial.
        place: The stadsdel it lies in.
        outline: Its polygon, whole metres.
        centre: True for the one that holds the stadsdel's centre point.
    """

    code: str
    name: str
    place: Place
    outline: shapely.Polygon
    centre: bool


def slug(name: str) -> str:
    """Give the ASCII code of a Swedish name ("Enskede Gård" -> "enskede-gard")."""
    return name.lower().translate(str.maketrans("åäö", "aao")).replace(" ", "-")


def read_places() -> list[Place]:
    """Read the stadsdelar, in the order of their codes."""
    with (HERE / "places.csv").open(encoding="utf-8", newline="") as file:
        return [
            Place(
                code=row["code"],
                name=row["name"],
                x=int(row["x"]),
                y=int(row["y"]),
                stadsdelsomrade=(row["sdo_2023"], row["sdo_2020"], row["sdo_2007"]),
                kind=row["kind"],
                thousands=int(row["thousands"]),
            )
            for row in csv.DictReader(file, delimiter=";")
        ]


def cells(points: Floats, within: BaseGeometry) -> list[BaseGeometry]:
    """Give the Voronoi cell of every point, clipped, in the order of the points."""
    if len(points) == 1:
        return [within]
    found = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=within))
    tree = shapely.STRtree(found)
    owner = tree.query(shapely.points(points), predicate="intersects")[1]
    return [found[cell].intersection(within) for cell in owner]


def scatter(area: BaseGeometry, count: int, rng: np.random.Generator) -> Floats:
    """Give points drawn evenly inside an area, shape (count, 2)."""
    west, south, east, north = area.bounds
    kept = np.empty((0, 2))
    while len(kept) < count:
        tried = rng.uniform((west, south), (east, north), (4 * count + 8, 2))
        kept = np.concatenate([kept, tried[shapely.contains_xy(area, tried)]])
    return kept[:count]


def spread_seeds(cell: BaseGeometry, count: int, rng: np.random.Generator) -> Floats:
    """Give `count` points in a cell, moved apart until the pieces around them have a decent shape (Lloyd)."""
    seeds = scatter(cell, count, rng)
    for _ in range(4):
        middles = [piece.centroid if cell.contains(piece.centroid) else piece.representative_point() for piece in cells(seeds, cell)]
        seeds = np.array([(point.x, point.y) for point in middles])
    return np.asarray(np.round(seeds), dtype=np.float64)


def pieces_per_place(places: list[Place], areas: Floats) -> Ints:
    """Share the basområden among the stadsdelar: one each, the rest by inhabitants and area, by largest remainder."""
    wanted = EXTRA_PER_THOUSAND * np.array([place.thousands for place in places]) + EXTRA_PER_KM2 * areas / 1e6
    wanted *= (BASOMRADEN - len(places)) / wanted.sum()
    whole = np.floor(wanted).astype(np.int64)
    missing = BASOMRADEN - len(places) - int(whole.sum())
    whole[np.argsort(whole - wanted, kind="stable")[:missing]] += 1
    return 1 + whole


def partition(pieces: Sequence[BaseGeometry]) -> list[shapely.Polygon]:
    """Make one planar division out of pieces that almost fit: noded on a grid of one metre, so neighbours share every vertex."""
    lines = shapely.union_all(shapely.boundary(np.array(pieces)), grid_size=1.0)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    owner: list[list[BaseGeometry]] = [[] for _ in pieces]
    tree = shapely.STRtree(list(pieces))
    for face in faces:
        owner[int(tree.nearest(face.representative_point()))].append(face)
    whole = [shapely.coverage_union_all(parts) for parts in owner]
    return [shapely.orient_polygons(shapely.normalize(polygon)) for polygon in whole if isinstance(polygon, shapely.Polygon)]


def build(rng: np.random.Generator) -> list[Basomrade]:
    """Give all basområden, in the order of their codes.

    Raises:
        ValueError: The pieces do not tile, or a stadsdel has lost its centre point.
    """
    places = read_places()
    city = shapely.Polygon(OUTLINE)
    stadsdelar = cells(np.array([(place.x, place.y) for place in places], dtype=np.float64), city)
    counts = pieces_per_place(places, shapely.area(np.array(stadsdelar)))
    pieces: list[BaseGeometry] = []
    owners: list[Place] = []
    for place, cell, count in zip(places, stadsdelar, counts, strict=True):
        pieces += cells(spread_seeds(cell, int(count), rng), cell)
        owners += [place] * int(count)
    outlines = partition(pieces)
    if len(outlines) != BASOMRADEN or not shapely.coverage_is_valid(outlines):
        raise ValueError(f"{len(outlines)} of {BASOMRADEN} basområden in one piece; valid: {shapely.coverage_is_valid(outlines)}.")
    found = number(owners, outlines)
    if sum(basomrade.centre for basomrade in found) != len(places):
        raise ValueError("Some stadsdel does not contain its own centre point.")
    return found


def number(owners: list[Place], outlines: list[shapely.Polygon]) -> list[Basomrade]:
    """Give every piece its code and name: serials from north-west to south-east within the stadsdel."""
    omraden = sorted({place.stadsdelsomrade[0] for place in owners})
    seen_places: dict[str, list[str]] = {omrade: [] for omrade in omraden}
    serials: dict[str, int] = {}
    found: list[Basomrade] = []
    order = sorted(range(len(owners)), key=lambda i: (owners[i].code, outlines[i].centroid.x - outlines[i].centroid.y))
    for index in order:
        place, outline = owners[index], outlines[index]
        omrade = place.stadsdelsomrade[0]
        if place.code not in seen_places[omrade]:
            seen_places[omrade].append(place.code)
        serial = serials[place.code] = serials.get(place.code, 0) + 1
        code = f"{omraden.index(omrade) + 1:02d}{len(seen_places[omrade]):02d}{serial:03d}"
        centre = bool(outline.covers(shapely.Point(place.x, place.y))) and not any(b.centre and b.place == place for b in found)
        found.append(Basomrade(code, f"{place.name} {serial}", place, outline, centre))
    return sorted(found, key=lambda basomrade: basomrade.code)


def populate(basomraden: list[Basomrade], rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Invent the inhabitants at the end of every year.

    Returns:
        All inhabitants, and those of 65 years or more; both of shape (basomraden, years).
    """
    shares = np.zeros(len(basomraden))
    for place in read_places():
        inside = [index for index, basomrade in enumerate(basomraden) if basomrade.place.code == place.code]
        shares[inside] = place.thousands * rng.dirichlet(np.full(len(inside), 5.0))
    # Harbours, parks and railway yards: a basområde where nobody is registered, but never a stadsdel's only one.
    empty = rng.choice([index for index, basomrade in enumerate(basomraden) if not basomrade.centre], 14, replace=False)
    shares[empty] = 0.0
    steps = np.linspace(0.0, 1.0, len(YEARS))
    growth = 1.0 + np.clip(rng.normal(0.02, 0.09, len(basomraden)), -0.12, 0.4)[:, None] * steps
    raw = shares[:, None] * growth * rng.normal(1.0, 0.006, (len(basomraden), len(YEARS)))
    totals = RESIDENTS[2016] + (RESIDENTS[2025] - RESIDENTS[2016]) * steps**0.8
    residents = np.round(raw * (totals / raw.sum(axis=0))).astype(np.int64)
    old = rng.beta(9.0, 49.0, len(basomraden))[:, None] * (1.0 + 0.05 * steps)
    return residents, np.round(residents * old).astype(np.int64)


def use(basomraden: list[Basomrade], residents: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Invent who is in every basområde by day, and its dwellings, at the end of the years in `USE_YEARS`.

    Returns:
        Day population and dwellings; both of shape (basomraden, dates).
    """
    columns = [YEARS.index(year) for year in USE_YEARS]
    kinds = [basomrade.place.kind for basomrade in basomraden]
    # People come where work is and leave where they only live; a harbour has staff by day and nobody registered.
    drawn = np.array([DAY_PER_RESIDENT[kind] for kind in kinds]) * rng.lognormal(0.0, 0.25, len(kinds))
    staff = np.array([STAFF[kind] for kind in kinds]) * rng.lognormal(0.0, 0.5, len(kinds))
    steps = np.linspace(0.0, 1.0, len(USE_YEARS))
    day = drawn[:, None] * residents[:, columns] + staff[:, None] * (1.0 + 0.05 * steps)
    persons = np.array([PERSONS_A_DWELLING[kind] for kind in kinds]) * rng.lognormal(0.0, 0.08, len(kinds))
    return np.round(day).astype(np.int64), np.round(residents[:, columns] / persons[:, None]).astype(np.int64)


def coordinates(outline: shapely.Polygon) -> str:
    """Write a polygon's rings as GeoJSON with whole metres."""
    rings = ("[" + ",".join(f"[{x:.0f},{y:.0f}]" for x, y in ring.coords) + "]" for ring in (outline.exterior, *outline.interiors))
    return "[" + ",".join(rings) + "]"


def feature(code: str, name: str, parent: str, outline: shapely.Polygon) -> str:
    """Write one area as a GeoJSON feature on one line."""
    properties = f'{{"code":"{code}","name":"{name}","parent":"{parent}","schematic":true}}'
    return f'{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon","coordinates":{coordinates(outline)}}}}}'


def collection(name: str, features: list[str]) -> str:
    """Write a GeoJSON file in EPSG:3011, one feature a line."""
    crs = '{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3011"}}'
    return f'{{"type":"FeatureCollection","name":"{name}","crs":{crs},"features":[\n' + ",\n".join(features) + "\n]}\n"


def stadsdel_outlines(basomraden: list[Basomrade]) -> list[tuple[Place, shapely.Polygon]]:
    """Give every stadsdel as the union of its basområden.

    Raises:
        ValueError: The unions do not tile.
    """
    whole: list[tuple[Place, shapely.Polygon]] = []
    for place in read_places():
        union = shapely.coverage_union_all([basomrade.outline for basomrade in basomraden if basomrade.place.code == place.code])
        if not isinstance(union, shapely.Polygon):
            raise ValueError(f"{place.name} is not in one piece.")  # noqa: TRY004 - the geometry is wrong, not the call
        whole.append((place, shapely.orient_polygons(shapely.normalize(union))))
    if not shapely.coverage_is_valid([outline for _, outline in whole]):
        raise ValueError("The stadsdelar do not tile.")
    return whole


def area_files(basomraden: list[Basomrade]) -> dict[str, str]:
    """Write the areas: file name -> text."""
    fine = [feature(b.code, b.name, b.place.code, b.outline) for b in basomraden]
    coarse = [feature(p.code, p.name, slug(p.stadsdelsomrade[0]), outline) for p, outline in stadsdel_outlines(basomraden)]
    links = ["name,sdo_2023,sdo_2020,sdo_2007", *(",".join((place.name, *place.stadsdelsomrade)) for place in read_places())]
    return {
        "areas/basomraden.geojson": collection("basomraden", fine),
        "areas/stadsdelar.geojson": collection("stadsdelar", coarse),
        "areas/stadsdel_to_stadsdelsomrade.csv": "\n".join(links) + "\n",
    }


def use_file(basomraden: list[Basomrade], day: Ints, dwellings: Ints) -> str:
    """Write the day population and the dwellings per basområde and date."""
    lines = ["niva;kod;datum;slag;antal"]
    for column, year in enumerate(USE_YEARS):
        for kind, counts in (("dayPopulation", day), ("dwellings", dwellings)):
            lines += [f"basomrade;{b.code};{year}-12-31;{kind};{n}" for b, n in zip(basomraden, counts[:, column], strict=True)]
    return "\n".join(lines) + "\n"


def population_file(basomraden: list[Basomrade], residents: Ints, old: Ints) -> str:
    """Write the inhabitants per basområde and year."""
    lines = ["niva;kod;datum;slag;antal"]
    for column, year in enumerate(YEARS):
        for kind, counts in (("residents", residents), ("residents65plus", old)):
            lines += [f"basomrade;{b.code};{year}-12-31;{kind};{n}" for b, n in zip(basomraden, counts[:, column], strict=True)]
    return "\n".join(lines) + "\n"
