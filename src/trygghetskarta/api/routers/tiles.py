"""Vector tiles of the areas: outlines and codes, to be joined with figures by whoever draws them."""

from __future__ import annotations

import html
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from trygghetskarta.api.addresses import address
from trygghetskarta.api.caching import tagged
from trygghetskarta.api.deps import CurrentTiles
from trygghetskarta.api.kept_tiles import MEDIA_TYPE
from trygghetskarta.api.question import Day, NoParameters
from trygghetskarta.api.scopes import OPEN
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.tiles import MAX_ZOOM, MIN_ZOOM, Tile
from trygghetskarta.queries.tiles import Tileset

router = APIRouter(prefix="/v1/tiles", tags=["Kartrutor"], dependencies=[OPEN])

_VERSION = (
    "Version av gränserna, så som TileJSON anger den; rutan får då sparas för alltid. / Version of the outlines, as the TileJSON gives it."
)


class TileParameters(BaseModel):
    """What may stand after the address of a tile."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[str | None, Field(max_length=64, description=_VERSION, examples=["933fd6e7f86d3dd2"])] = None


async def _asked_tileset(
    edition: Annotated[Day, Path(description="Indelningens första dag. / First day of the edition.", examples=["2023-07-01"])],
    level: Annotated[AreaLevel, Path(description="Områdesnivå. / Level of the areas.")],
    tiles: CurrentTiles,
) -> Tileset:
    return await tiles.tileset(edition, level)


async def _asked_tile(
    z: Annotated[int, Path(description="Zoomnivå. / Zoom level.", examples=[10])],
    x: Annotated[int, Path(description="Rutans kolumn. / Column of the tile.", examples=[563])],
    y: Annotated[int, Path(description="Rutans rad, uppifrån. / Row of the tile, from above.", examples=[301])],
) -> Tile:
    return Tile(z, x, y)


AskedTileset = Annotated[Tileset, Depends(_asked_tileset)]
AskedTile = Annotated[Tile, Depends(_asked_tile)]


@router.get(
    "/{edition}/{level}/{z}/{x}/{y}.mvt",
    summary="En kartruta",
    response_class=Response,
    responses={
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
        204: {"description": "Inget område når in i rutan. / No area touches the tile."},
        304: {"description": "Den sparade rutan gäller. / The caller's copy is good."},
    },
)
async def tile(
    request: Request, tileset: AskedTileset, square: AskedTile, tiles: CurrentTiles, asked: Annotated[TileParameters, Query()]
) -> Response:
    """Gränserna i en ruta av WebMercatorQuad som Mapbox Vector Tile. Lagret heter som nivån och varje område har bara sin `code`.

    The outlines within a square of WebMercatorQuad as a Mapbox Vector Tile. The layer is named as the level; each area has its `code` alone.
    """
    return await tiles.answer(request, tileset, square, asked.version)


@router.get("/{edition}/{level}/tilejson.json", summary="Kartrutorna beskrivna", response_class=Response)
async def tilejson(request: Request, tileset: AskedTileset, _: Annotated[NoParameters, Query()]) -> Response:
    """TileJSON 3.0: var rutorna finns, på vilka zoomnivåer, och vad de täcker. Adressen till rutorna bär gränsernas version.

    TileJSON 3.0: where the tiles are, at which zooms, and what they cover. The address of the tiles carries the version of the outlines.
    """
    base = address(request, f"/v1/tiles/{tileset.edition}/{tileset.level}")
    return tagged(request, orjson.dumps(_described(tileset, base)), "application/json", tileset.changed_at, "public")


def _described(tileset: Tileset, base: str) -> dict[str, Any]:
    west, south, east, north = tileset.bounds
    schematic = "Schematiska områden. " if tileset.schematic else ""
    return {
        "tilejson": "3.0.0",
        "name": f"{tileset.level.swedish.capitalize()} – {tileset.name}",
        "description": "Områdenas gränser och koder. Siffrorna hämtas från /v1/comparisons och fogas till rutorna med koden.",
        "attribution": html.escape(f"{schematic}{tileset.name}"),
        "scheme": "xyz",
        "tiles": [f"{base}/{{z}}/{{x}}/{{y}}.mvt?version={tileset.version}"],
        "minzoom": MIN_ZOOM,
        "maxzoom": MAX_ZOOM,
        "bounds": [round(degrees, 6) for degrees in tileset.bounds],
        "center": [round((west + east) / 2, 6), round((south + north) / 2, 6), 10],
        "vector_layers": [
            {
                "id": tileset.level.value,
                "description": tileset.level.swedish,
                "minzoom": MIN_ZOOM,
                "maxzoom": MAX_ZOOM,
                "fields": {"code": "Områdets kod / Code of the area"},
            }
        ],
    }
