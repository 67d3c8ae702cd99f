"""OGC API Tiles: the same tiles for clients that follow its links. A collection is a level of the edition in force."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from trygghetskarta.api.addresses import address
from trygghetskarta.api.caching import tagged
from trygghetskarta.api.deps import CurrentTiles
from trygghetskarta.api.kept_tiles import MEDIA_TYPE, KeptTiles
from trygghetskarta.api.ogc.tiling import MATRIX_SET, REL, link
from trygghetskarta.api.question import NoParameters
from trygghetskarta.api.scopes import OPEN
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.tiles import MAX_ZOOM, MIN_ZOOM, Tile
from trygghetskarta.errors import NotFoundError
from trygghetskarta.queries.tiles import Tileset

_MATRIX_SET_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{MATRIX_SET}"
_PLANE = "http://www.opengis.net/def/crs/EPSG/0/3857"
_DEGREES = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_HALF_METRES = 20037508.342789244
_PIXELS = 256
_METRES_PER_PIXEL = 0.00028
"""How large the standard takes a pixel of a screen to be."""

router = APIRouter(prefix="/ogc/v1", tags=["OGC API Tiles"], include_in_schema=False, dependencies=[OPEN])


NothingMore = Annotated[NoParameters, Query()]


async def _asked_tile(matrix: int, row: int, column: int) -> Tile:
    return Tile(matrix, column, row)


AskedTile = Annotated[Tile, Depends(_asked_tile)]


@router.get("/tileMatrixSets")
async def matrix_sets(request: Request, _: NothingMore) -> Response:
    """Rutnäten: ett.

    The tile matrix sets: one.
    """
    listed = {
        "id": MATRIX_SET,
        "title": MATRIX_SET,
        "uri": _MATRIX_SET_URI,
        "crs": _PLANE,
        "links": [_matrix_set_link(_base(request), "self")],
    }
    return _json(request, {"tileMatrixSets": [listed]})


@router.get("/tileMatrixSets/{matrix_set}")
async def matrix_set(request: Request, matrix_set: str, _: NothingMore) -> Response:
    """Ett rutnät.

    A tile matrix set.
    """
    _check(matrix_set)
    return _json(request, _defined())


@router.get("/collections/{collection}/tiles")
async def tilesets(request: Request, collection: str, tiles: CurrentTiles, _: NothingMore) -> Response:
    """Kartrutorna som en nivå finns i.

    The tilesets of a level.
    """
    found = await _tileset(tiles, collection)
    base = _base(request)
    whole = _described(found, base)
    short = {name: whole[name] for name in ("title", "dataType", "crs", "tileMatrixSetURI", "links")}
    short["links"] = [found_link for found_link in whole["links"] if found_link["rel"] != "item"]
    return _json(request, {"tilesets": [short], "links": [link(f"{base}/collections/{collection}/tiles", "self", "Kartrutor / Tiles")]})


@router.get("/collections/{collection}/tiles/{matrix_set}")
async def tileset(request: Request, collection: str, matrix_set: str, tiles: CurrentTiles, _: NothingMore) -> Response:
    """Kartrutorna för en nivå, beskrivna.

    The tileset of a level, described.
    """
    _check(matrix_set)
    return _json(request, _described(await _tileset(tiles, collection), _base(request)))


@router.get("/collections/{collection}/tiles/{matrix_set}/{matrix}/{row}/{column}")
async def tile(request: Request, collection: str, matrix_set: str, square: AskedTile, tiles: CurrentTiles, _: NothingMore) -> Response:
    """En kartruta.

    A tile.
    """
    _check(matrix_set)
    found = await _tileset(tiles, collection)
    if square.exists and not found.limits(square.z).hold(square):
        raise NotFoundError("Kartrutan ligger utanför det som nivån täcker.", "The tile lies outside what the level covers.")
    return await tiles.answer(request, found, square)


async def _tileset(tiles: KeptTiles, collection: str) -> Tileset:
    """Give the tileset of a collection: of a level of the edition in force."""
    found = await tiles.tilesets()
    newest: date | None = next((edition for edition, _ in found), None)
    if newest is None or collection not in {level.value for edition, level in found if edition == newest}:
        raise NotFoundError(f"Det finns inga kartrutor för samlingen {collection}.", f"There are no tiles of the collection {collection}.")
    return found[newest, AreaLevel(collection)]


def _check(matrix_set: str) -> None:
    if matrix_set != MATRIX_SET:
        raise NotFoundError(
            f"Rutnätet {matrix_set} finns inte. Det som finns är {MATRIX_SET}.",
            f"There is no tile matrix set {matrix_set}; there is {MATRIX_SET}.",
        )


def _base(request: Request) -> str:
    return address(request, "/ogc/v1")


def _json(request: Request, body: dict[str, Any]) -> Response:
    return tagged(request, orjson.dumps(body), "application/json", None, "public")


def _matrix_set_link(base: str, rel: str) -> dict[str, Any]:
    return link(f"{base}/tileMatrixSets/{MATRIX_SET}", rel, MATRIX_SET)


def _defined() -> dict[str, Any]:
    """Give the definition of WebMercatorQuad, down to the last zoom with tiles."""
    cell_sizes = [2 * _HALF_METRES / _PIXELS / (1 << z) for z in range(MAX_ZOOM + 1)]
    return {
        "id": MATRIX_SET,
        "title": MATRIX_SET,
        "uri": _MATRIX_SET_URI,
        "crs": _PLANE,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [
            {
                "id": str(z),
                "scaleDenominator": cell_size / _METRES_PER_PIXEL,
                "cellSize": cell_size,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-_HALF_METRES, _HALF_METRES],
                "tileWidth": _PIXELS,
                "tileHeight": _PIXELS,
                "matrixWidth": 1 << z,
                "matrixHeight": 1 << z,
            }
            for z, cell_size in enumerate(cell_sizes)
        ],
    }


def _described(tileset: Tileset, base: str) -> dict[str, Any]:
    west, south, east, north = tileset.bounds
    own = f"{base}/collections/{tileset.level}/tiles/{MATRIX_SET}"
    limits = [tileset.limits(z) for z in range(MIN_ZOOM, MAX_ZOOM + 1)]
    return {
        "title": f"{tileset.level.swedish.capitalize()} – {tileset.name}",
        "dataType": "vector",
        "crs": _PLANE,
        "tileMatrixSetURI": _MATRIX_SET_URI,
        "tileMatrixSetLimits": [
            {
                "tileMatrix": str(limit.z),
                "minTileRow": limit.first_y,
                "maxTileRow": limit.last_y,
                "minTileCol": limit.first_x,
                "maxTileCol": limit.last_x,
            }
            for limit in limits
        ],
        "layers": [
            {
                "id": tileset.level.value,
                "title": tileset.level.swedish,
                "dataType": "vector",
                "geometryDimension": 2,
                "minTileMatrix": str(MIN_ZOOM),
                "maxTileMatrix": str(MAX_ZOOM),
                "propertiesSchema": {
                    "type": "object",
                    "properties": {"code": {"type": "string", "title": "Områdets kod / Code of the area"}},
                },
            }
        ],
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north], "crs": _DEGREES},
        "links": [
            link(own, "self", "Kartrutorna beskrivna / The tileset"),
            _matrix_set_link(base, f"{REL}/tiling-scheme"),
            {**link(f"{own}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "item", "Kartruta / Tile", MEDIA_TYPE), "templated": True},
        ],
    }
