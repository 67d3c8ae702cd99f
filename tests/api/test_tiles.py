"""Tiles: what they hold, that GDAL reads them, and how long they may be kept."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import geopandas
import httpx
import pytest
from fastapi import Request
from shapely import Polygon
from sqlalchemy import Engine

from tests.conftest import Drawing, serving
from trygghetskarta.api.finished import NOTED, Noted
from trygghetskarta.api.kept_tiles import KeptTiles
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.tiles import MAX_ZOOM, MIN_ZOOM, Tile, limits_of
from trygghetskarta.settings import Settings

EDITION = "2023-07-01"
MVT = "application/vnd.mapbox-vector-tile"
LEVELS = {"basomrade": 404, "stadsdel": 117, "stadsdelsomrade": 11, "stad": 1}
ZOOMS = (MIN_ZOOM, 9, 11)


def tilejson(server: str, level: str, edition: str = EDITION) -> Any:  # noqa: ANN401 - whatever the JSON holds
    return httpx.get(f"{server}/v1/tiles/{edition}/{level}/tilejson.json").json()


def middle(server: str, level: str, z: int) -> str:
    """The address of a tile in the middle of the city."""
    limits = limits_of(tuple(tilejson(server, level)["bounds"]), z)
    return f"{server}/v1/tiles/{EDITION}/{level}/{z}/{(limits.first_x + limits.last_x) // 2}/{(limits.first_y + limits.last_y) // 2}.mvt"


# In a process of its own: GDAL, waiting for an answer, lets no other thread of this one run, and the server is one.
_READ = """
import sys
import pyogrio
server, target, *asked = sys.argv[1:]
for one in asked:
    level, z = one.split("/")
    base = f"{server}/v1/tiles/2023-07-01/{level}"
    parts = pyogrio.read_dataframe(f"MVT:{base}/{z}", TILE_EXTENSION="mvt", METADATA_FILE=f"{base}/tilejson.json")
    parts.drop(columns="mvt_id").to_file(target, layer=one, driver="GPKG")
"""


@pytest.fixture(scope="module")
def zooms(public_server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whole zooms as the GDAL of the locked packages reads them by way of the TileJSON: the parts of every area within each tile."""
    target = tmp_path_factory.mktemp("zooms") / "zooms.gpkg"
    asked = [*(f"{level}/{z}" for level in LEVELS for z in ZOOMS), "stadsdel/13"]
    subprocess.run([sys.executable, "-c", _READ, public_server, str(target), *asked], check=True, timeout=120)
    return target


@pytest.mark.parametrize(("level", "areas"), LEVELS.items())
@pytest.mark.parametrize("z", ZOOMS)
def test_the_tiles_of_a_zoom_hold_every_area_and_nothing_but_its_code(
    public_server: str, zooms: Path, level: str, areas: int, z: int
) -> None:
    parts = geopandas.read_file(zooms, layer=f"{level}/{z}")

    codes = {area["code"] for area in httpx.get(f"{public_server}/v1/areas?level={level}&limit=1000").json()["items"]}
    assert set(parts.columns) == {"code", "geometry"}
    assert set(parts["code"]) == codes
    assert len(codes) == areas
    ground = parts.union_all()
    assert parts.area.sum() == pytest.approx(ground.area, rel=5e-3), "no area over another"
    gaps = sum(Polygon(ring).area for part in getattr(ground, "geoms", [ground]) for ring in part.interiors)
    assert gaps < 1e-3 * ground.area


def test_joined_the_tiles_give_back_the_outlines(public_server: str, zooms: Path) -> None:
    joined = geopandas.read_file(zooms, layer="stadsdel/13").dissolve("code")
    outlines = geopandas.read_file(f"{public_server}/v1/areas?level=stadsdel&format=geojson&geometry=full").to_crs(3857).set_index("code")

    outlines = outlines.loc[joined.index]
    aside = joined.geometry.symmetric_difference(outlines.geometry).area
    unit = 40_075_017 / (1 << 13) / 4096
    assert (aside <= 2 * unit * outlines.length).all(), "two units of a tile along the border, at most"


@pytest.mark.gdal
def test_gdal_of_the_machine_reads_a_tile_and_a_zoom(public_server: str) -> None:
    base = f"{public_server}/v1/tiles/{EDITION}/stadsdelsomrade"
    for name, options in (
        (middle(public_server, "stadsdelsomrade", 9), ()),
        (f"{base}/10", ("-oo", "TILE_EXTENSION=mvt", "-oo", f"METADATA_FILE={base}/tilejson.json")),
    ):
        said = subprocess.run(["ogrinfo", "-al", "-geom=SUMMARY", f"MVT:{name}", *options], capture_output=True, text=True, check=True)
        codes = {line.split(" = ")[1] for line in said.stdout.splitlines() if line.strip().startswith("code (String) = ")}
        assert "Layer name: stadsdelsomrade" in said.stdout
        assert len(codes) == 11
        assert "ERROR" not in said.stderr


def test_a_tile_says_how_long_it_may_be_kept_and_is_not_sent_twice(public_server: str) -> None:
    address = middle(public_server, "stadsdel", 10)
    version = tilejson(public_server, "stadsdel")["tiles"][0].rsplit("=", 1)[1]
    first = httpx.get(address)
    named = httpx.get(address, params={"version": version})
    outdated = httpx.get(address, params={"version": "0" * 16})

    assert (first.status_code, first.headers["content-type"]) == (200, MVT)
    assert first.headers["cache-control"] == "public, max-age=86400"
    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert outdated.headers["cache-control"] == "no-cache"
    assert first.content == named.content == outdated.content
    again = httpx.get(address, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert httpx.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_tile_is_packed_for_who_can_unpack_it(public_server: str) -> None:
    address = middle(public_server, "basomrade", 11)
    with httpx.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.headers["content-encoding"] == "gzip"
        sent = b"".join(packed.iter_raw())
    plain = httpx.get(address, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(sent) == plain.content
    assert len(sent) < len(plain.content)
    assert "Accept-Encoding" in plain.headers["vary"]


def test_where_no_area_is_there_is_an_empty_answer(public_server: str) -> None:
    answer = httpx.get(f"{public_server}/v1/tiles/{EDITION}/stadsdel/10/0/0.mvt")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["cache-control"] == "public, max-age=86400"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{EDITION}/stadsdel/5/17/9.mvt", 404),
        (f"{EDITION}/stadsdel/15/18020/9630.mvt", 404),
        (f"{EDITION}/stadsdel/10/1024/300.mvt", 404),
        (f"{EDITION}/stadsdel/10/562/-1.mvt", 404),
        (f"{EDITION}/stadsdel/10/{10**40}/1.mvt", 404),
        ("1999-01-01/stadsdel/10/562/300.mvt", 404),
        ("1999-01-01/stadsdel/tilejson.json", 404),
        (f"{EDITION}/kvarter/10/562/300.mvt", 400),
        (f"{EDITION}/stadsdel/tio/562/300.mvt", 400),
        ("igår/stadsdel/10/562/300.mvt", 400),
        (f"{EDITION}/stadsdel/10/562/300.mvt?figures=true", 400),
        (f"{EDITION}/stadsdel/tilejson.json?figures=true", 400),
    ],
)
def test_a_tile_that_there_is_not_is_told_of_in_both_languages(public_server: str, path: str, status: int) -> None:
    answer = httpx.get(f"{public_server}/v1/tiles/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["detail"] != answer.json()["detailEn"]


def test_the_tilejson_leads_to_the_tiles(public_server: str) -> None:
    described = tilejson(public_server, "stadsdelsomrade")
    assert (described["tilejson"], described["minzoom"], described["maxzoom"]) == ("3.0.0", MIN_ZOOM, MAX_ZOOM)
    assert [layer["id"] for layer in described["vector_layers"]] == ["stadsdelsomrade"]
    assert "Schematiska" in described["attribution"]
    west, south, east, north = described["bounds"]
    outlines = geopandas.read_file(f"{public_server}/v1/areas?level=stadsdelsomrade&format=geojson&geometry=full")
    least_x, least_y, most_x, most_y = outlines.total_bounds
    assert west <= least_x <= west + 0.01
    assert south <= least_y <= south + 0.01
    assert east - 0.01 <= most_x <= east
    assert north - 0.01 <= most_y <= north
    limits = limits_of((west, south, east, north), 10)
    found = [
        httpx.get(described["tiles"][0].format(z=10, x=x, y=y)).status_code
        for x, y in product(range(limits.first_x, limits.last_x + 1), range(limits.first_y, limits.last_y + 1))
    ]
    assert set(found) == {200}


def test_a_level_that_is_loaded_again_has_other_tiles_under_another_address(fresh_database: Engine, tmp_path: Path) -> None:
    with fresh_database.begin() as connection:
        Drawing(connection, tmp_path)(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 2000, 2000)})
    with serving(fresh_database, Audience.PUBLIC, Settings(refresh_seconds=0.2)) as address:
        before = tilejson(address, "stadsdel")
        limits = limits_of(tuple(before["bounds"]), 11)
        tile = before["tiles"][0].format(z=11, x=limits.first_x, y=limits.first_y)
        old = httpx.get(tile)
        with fresh_database.begin() as connection:
            Drawing(connection, tmp_path)(AreaLevel.STADSDEL, {"tensta": (0, 0, 2000, 2000)}, replace=True)
        for _ in range(100):
            if tilejson(address, "stadsdel")["tiles"] != before["tiles"]:
                break
            time.sleep(0.05)
        new = httpx.get(tile)
    assert (b"rinkeby" in old.content, b"tensta" in old.content) == (True, False)
    assert (b"rinkeby" in new.content, b"tensta" in new.content) == (False, True)
    assert "immutable" in old.headers["cache-control"]
    assert new.headers["cache-control"] == "no-cache"
    assert new.headers["etag"] != old.headers["etag"]


def test_a_level_that_is_loaded_while_the_server_looks_away_is_never_kept_under_the_old_name(
    fresh_database: Engine, tmp_path: Path
) -> None:
    with fresh_database.begin() as connection:
        Drawing(connection, tmp_path)(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 2000, 2000)})
    with serving(fresh_database, Audience.PUBLIC, Settings(refresh_seconds=3600)) as address:
        before = tilejson(address, "stadsdel")
        limits = limits_of(tuple(before["bounds"]), 11)
        # The server is told by the database, but not before the transaction that reads the tile may have begun.
        with fresh_database.begin() as connection:
            Drawing(connection, tmp_path)(AreaLevel.STADSDEL, {"tensta": (0, 0, 2000, 2000)}, replace=True)
        answer = httpx.get(before["tiles"][0].format(z=11, x=limits.first_x, y=limits.first_y))
    assert b"tensta" in answer.content
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.anyio
async def test_what_is_kept_stays_within_its_bounds(sample: Engine) -> None:
    kept = KeptTiles(Shelf(sample, 60.0), most_bytes=20_000)
    tileset = await kept.tileset(date(2023, 7, 1), AreaLevel.BASOMRADE)
    request = Request({"type": "http", "headers": [], "path": "/", "method": "GET", NOTED: Noted(version=1, packs=False)})
    limits = tileset.limits(13)
    squares = [Tile(13, x, y) for x, y in product(range(limits.first_x, limits.last_x + 1), range(limits.first_y, limits.last_y + 1))]
    first = [bytes((await kept.answer(request, tileset, square)).body) for square in squares]
    assert sum(len(body) for body in first) > 20_000
    assert 0 < kept.bytes_kept <= 20_000
    assert [bytes((await kept.answer(request, tileset, square)).body) for square in squares] == first
    assert kept.bytes_kept <= 20_000


def test_ogc_tiles_lead_from_a_collection_to_a_tile(public_server: str) -> None:
    face = f"{public_server}/ogc/v1"
    listed = httpx.get(f"{face}/collections/stadsdel/tiles").json()["tilesets"]
    own = next(link["href"] for link in listed[0]["links"] if link["rel"] == "self")
    tileset = httpx.get(own).json()
    grid_address = next(link["href"] for link in tileset["links"] if link["rel"].endswith("/tiling-scheme"))
    item = next(link for link in tileset["links"] if link["rel"] == "item")

    assert (listed[0]["dataType"], listed[0]["tileMatrixSetURI"]) == ("vector", tileset["tileMatrixSetURI"])
    assert own == f"{face}/collections/stadsdel/tiles/WebMercatorQuad"
    assert (item["templated"], item["type"]) == (True, MVT)
    matrices = {matrix["id"]: matrix for matrix in httpx.get(grid_address).json()["tileMatrices"]}
    for limit in tileset["tileMatrixSetLimits"]:
        assert 0 <= limit["minTileCol"] <= limit["maxTileCol"] < matrices[limit["tileMatrix"]]["matrixWidth"]
    limit = next(limit for limit in tileset["tileMatrixSetLimits"] if limit["tileMatrix"] == "10")
    z, x, y = 10, limit["minTileCol"], limit["minTileRow"]
    tile = httpx.get(item["href"].format(tileMatrix=z, tileRow=y, tileCol=x))
    assert tile.headers["content-type"] == MVT
    assert tile.content == httpx.get(f"{public_server}/v1/tiles/{EDITION}/stadsdel/{z}/{x}/{y}.mvt").content
    assert httpx.get(item["href"].format(tileMatrix=z, tileRow=y - 1, tileCol=x)).status_code == 404


def test_the_grid_is_the_one_that_the_standard_registers(public_server: str) -> None:
    grid = httpx.get(f"{public_server}/ogc/v1/tileMatrixSets/WebMercatorQuad").json()
    assert grid["uri"] == "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
    assert grid["tileMatrices"][0]["scaleDenominator"] == pytest.approx(559082264.028717, rel=1e-12)
    assert grid["tileMatrices"][10]["cellSize"] == pytest.approx(152.874056570353, rel=1e-12)
    listed = httpx.get(f"{public_server}/ogc/v1/tileMatrixSets").json()["tileMatrixSets"]
    assert httpx.get(listed[0]["links"][0]["href"]).json() == grid


@pytest.mark.parametrize(
    "path",
    [
        "collections/kvarter/tiles",
        "collections/stadsdel/tiles/WorldCRS84Quad",
        "tileMatrixSets/x",
        "collections/x/tiles/WebMercatorQuad/9/1/1",
    ],
)
def test_ogc_tiles_that_there_are_not_are_told_of(public_server: str, path: str) -> None:
    answer = httpx.get(f"{public_server}/ogc/v1/{path}")
    assert answer.status_code == 404
    assert json.loads(answer.content)["detailEn"]
