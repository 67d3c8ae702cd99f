"""A made-up city with four levels of its own, drawn by the sample's generator: other codes, names, files and coordinate systems."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from data.sample.geography import cells, partition, spread_seeds
from numpy.typing import NDArray
from pyproj import Transformer

PLANE = 3007
SEED = 80
# Round a place in Västergötland, in SWEREF 99 12 00: nowhere near Stockholm.
OUTLINE = shapely.box(140_000, 6_390_000, 156_000, 6_402_000)
STADSOMRADEN = ("Alvastranden", "Björkåsen", "Vättertorp")
FINE, MIDDLE = 8, 3

TOML = """\
id = "asunda"
name = "Åsunda"
code = "1499"
county = "Åsunda län"
also = ["Åsunda köping"]

[coordinates]
plane = 3007
systems = [3006, 3021]
bounds = [11.0, 57.0, 13.0, 58.5]

[[levels]]
role = "basomrade"
code = "rutomrade"
swedish = { one = "rutområde", many = "rutområden" }
english = { one = "grid area", many = "grid areas" }

[[levels]]
role = "stadsdel"
code = "primaromrade"
swedish = { one = "primärområde", many = "primärområden" }
english = { one = "primary area", many = "primary areas" }

[[levels]]
role = "stadsdelsomrade"
code = "stadsomrade"
swedish = { one = "stadsområde", many = "stadsområden" }
english = { one = "city district", many = "city districts" }

[[levels]]
role = "stad"
code = "kommun"
swedish = { one = "hela kommunen", article = "", many = "kommunen" }
english = { one = "the whole municipality", article = "", many = "the whole municipality" }

[variants.primaromrade]
"Gamla Björk" = "2-1"

[[areas]]
level = "rutomrade"
edition = 2024-01-01
name = "Områden 2024"
file = "rutor.gpkg"
code_field = "RUTNR"
name_field = "RUTNAMN"

[[areas]]
level = "primaromrade"
edition = 2024-01-01
file = "primar.geojson"
code_field = "PO"
name_field = "PONAMN"

[[areas]]
level = "stadsomrade"
edition = 2024-01-01
file = "stadsomraden.csv"
name_field = "primar"
parent_field = "stadsomrade"
"""


@dataclass(frozen=True, slots=True)
class Fine:
    """One area of the finest level: its code, those of the areas it lies in, and its outline in the plane."""

    code: str
    primary: str
    district: str
    outline: shapely.Polygon


def draw() -> list[Fine]:
    """Draw the city: three districts of three primary areas of eight areas each, which tile and nest."""
    rng = np.random.default_rng(SEED)
    drawn = []
    districts = cells(spread_seeds(OUTLINE, len(STADSOMRADEN), rng), OUTLINE)
    for d, district in enumerate(districts):
        for p, primary in enumerate(cells(spread_seeds(district, MIDDLE, rng), district)):
            drawn += [(d, p, piece) for piece in cells(spread_seeds(primary, FINE, rng), primary)]
    outlines = partition([piece for _, _, piece in drawn])
    return [
        Fine(f"{d + 1}{p + 1}{number % FINE:02}", f"{d + 1}-{p + 1}", STADSOMRADEN[d], outline)
        for number, ((d, p, _), outline) in enumerate(zip(drawn, outlines, strict=True))
    ]


def write_city(folder: Path) -> Path:
    """Write the city's file and those of its areas into a folder.

    Returns:
        The city's file.
    """
    fine = draw()
    outlines = gpd.GeoSeries([one.outline for one in fine], crs=PLANE)
    rows = {"RUTNR": [one.code for one in fine], "RUTNAMN": [f"Ruta {one.code}" for one in fine]}
    gpd.GeoDataFrame(rows, geometry=outlines).to_crs(3006).to_file(folder / "rutor.gpkg")
    primaries = sorted({one.primary for one in fine})
    unions = [shapely.coverage_union_all([one.outline for one in fine if one.primary == code]) for code in primaries]
    names = {"PO": primaries, "PONAMN": [f"Primär {code}" for code in primaries]}
    gpd.GeoDataFrame(names, geometry=gpd.GeoSeries(unions, crs=PLANE)).to_file(folder / "primar.geojson")
    with (folder / "stadsomraden.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["primar", "stadsomrade"])
        writer.writerows((code, STADSOMRADEN[int(code[0]) - 1]) for code in primaries)
    (folder / "asunda.toml").write_text(TOML, encoding="utf-8")
    return folder / "asunda.toml"


def write_points(path: Path, many: int) -> NDArray[np.float64]:
    """Write crimes with points in the plane, drawn evenly over the city, half of them in each of two months.

    Returns:
        The points, (many, 2).
    """
    rng = np.random.default_rng(SEED + 1)
    west, south, east, north = OUTLINE.bounds
    points = np.round(rng.uniform((west + 10, south + 10), (east - 10, north - 10), (many, 2)), 1)
    lines = ["id;kod;e;n;tid"]
    lines += [f"A{k};0801;{x:.1f};{y:.1f};2025-{1 + 12 * k // many:02}-10 12:00" for k, (x, y) in enumerate(points.tolist())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.with_name("punkter.toml").write_text(
        '[columns]\nid = "id"\nkind = "kod"\nx = "e"\ny = "n"\nstart = "tid"\n\n[place]\ncrs = 3007\n\n[formats]\nstart = "%Y-%m-%d %H:%M"\n',
        encoding="utf-8",
    )
    return points


def write_swapped_system(path: Path) -> None:
    """Write the same kind of file with the points in SWEREF 99 TM, which the mapping says is SWEREF 99 12 00."""
    x, y = Transformer.from_crs(PLANE, 3006, always_xy=True).transform(*np.array(OUTLINE.centroid.coords).T)
    rows = [f"T{k};0801;{x[0] + k:.1f};{y[0]:.1f};2025-02-10 12:00" for k in range(10)]
    path.write_text("\n".join(["id;kod;e;n;tid", *rows]) + "\n", encoding="utf-8")
