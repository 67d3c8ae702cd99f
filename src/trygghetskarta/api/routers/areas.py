"""Editions and areas."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request, Response

from trygghetskarta.api.area_question import AreaFormat, AreaParameters, LinkParameters, OneAreaParameters
from trygghetskarta.api.caching import Freshness, respond, respond_lasting
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.question import Day, ListParameters
from trygghetskarta.api.scopes import OPEN
from trygghetskarta.errors import bad_parameter
from trygghetskarta.queries.area_links import links_of
from trygghetskarta.queries.areas import find_area
from trygghetskarta.queries.cube import find_edition
from trygghetskarta.serialize.areas import area_row, edition_row, link_row
from trygghetskarta.serialize.formats import Format
from trygghetskarta.serialize.geojson import feature_collection

router = APIRouter(prefix="/v1", tags=["Områden"], dependencies=[OPEN])


@router.get("/editions", summary="Indelningar av staden", response_class=Response)
def editions(request: Request, shelf: CurrentShelf, audience: CurrentAudience, page: Annotated[ListParameters, Query()]) -> Response:
    """Alla indelningar, den nyaste först, med deras nivåer.

    Every division of the city, newest first, with its levels.
    """
    newest = shelf.cube()
    items = [edition_row(edition) for edition in shelf.editions()]
    freshness = Freshness(newest.version, newest.published_at, audience)
    return respond(request, freshness, "application/json", lambda: orjson.dumps(page.page(items)))


@router.get("/editions/{edition}/links", summary="Vad områdena blev i andra indelningar", response_class=Response)
def links(
    request: Request,
    edition: Annotated[Day, Path(description="Indelningens första dag. / First day of the edition.", examples=["2023-07-01"])],
    shelf: CurrentShelf,
    audience: CurrentAudience,
    asked: Annotated[LinkParameters, Query()],
) -> Response:
    """Hur stor del av varje område som ligger i vilka områden i en annan indelning: samma, sammanslagna, delade eller med flyttade gränser.

    How much of each area lies in which areas of another edition: the same, merged, split, or with moved borders.
    """
    cube = shelf.cube(edition)
    with shelf.engine.connect() as connection:
        for day in (edition, asked.to):
            find_edition(connection, day)
        items = [link_row(link) for link in links_of(connection, edition, asked.to, asked.level)]
    freshness = Freshness(cube.version, cube.published_at, audience)
    return respond(request, freshness, "application/json", lambda: orjson.dumps(asked.page(items)))


@router.get("/areas", summary="Områden på en nivå", response_class=Response)
def areas(request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[AreaParameters, Query()]) -> Response:
    """Områdena på en nivå: med gränser som GeoJSON, eller som en lista.

    The areas of a level: with outlines as GeoJSON, or as a list.
    """
    cube = shelf.cube(asked.edition)
    if asked.level not in cube.areas:
        raise bad_parameter(
            "level",
            asked.level,
            f"Indelningen från {cube.edition.valid_from} har inte nivån {asked.level}.",
            f"The edition of {cube.edition.valid_from} has no level {asked.level}.",
        )
    rows = [area_row(area) for area in cube.areas[asked.level]]
    freshness = Freshness(cube.version, cube.published_at, audience)

    media_type = Format(asked.format).media_type
    if asked.format is AreaFormat.GEOJSON:
        outlines = shelf.outlines(cube.edition, asked.level, asked.geometry)
        head = {"edition": str(cube.edition.valid_from), "schematic": cube.edition.schematic, "total": len(rows), **asked.told}
        return respond_lasting(request, freshness, media_type, feature_collection(head, rows[asked.drawn], outlines))
    return respond(request, freshness, media_type, lambda: orjson.dumps(asked.page.page(rows)))


@router.get("/areas/{code}", summary="Ett område", response_class=Response)
def area(
    request: Request,
    code: Annotated[str, Path(pattern=r"^[^\x00]+$", description="Områdets kod. / Code of the area.", examples=["jarva"])],
    shelf: CurrentShelf,
    audience: CurrentAudience,
    asked: Annotated[OneAreaParameters, Query()],
) -> Response:
    """Ett område med sin gräns, och vad det motsvarar i andra indelningar.

    One area with its outline, and what it was or became in other editions.
    """
    cube = shelf.cube(asked.edition)
    with shelf.engine.connect() as connection:
        found = find_area(connection, cube.edition.edition_id, code, asked.level)
    outline = orjson.Fragment(found.pop("outline"))
    feature = {"type": "Feature", "id": code, "geometry": outline, "properties": {**found, "edition": str(cube.edition.valid_from)}}
    freshness = Freshness(cube.version, cube.published_at, audience)
    return respond(request, freshness, Format.GEOJSON.media_type, lambda: orjson.dumps(feature))
