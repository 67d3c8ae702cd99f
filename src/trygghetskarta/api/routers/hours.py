"""Weekday and hour, and hexagons: answers read from the events themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.question import BaselineParameters
from trygghetskarta.api.scopes import EXACT
from trygghetskarta.disclosure.release import release_answer
from trygghetskarta.domain.grid import COARSEST, FINEST, USUAL
from trygghetskarta.queries.hexagons import hexagons
from trygghetskarta.queries.hours import hours
from trygghetskarta.serialize.details import write_hexagons, write_hours
from trygghetskarta.serialize.formats import Format

router = APIRouter(prefix="/v1", tags=["Frågor"], dependencies=[EXACT])


class HourParameters(BaselineParameters):
    """The parameters of a question of weekday and hour."""

    format: Annotated[Format, Field(description="Svarets format. / Format of the answer.")] = Format.JSON


class HexagonParameters(BaselineParameters):
    """The parameters of a question of hexagons."""

    resolution: Annotated[
        int,
        Field(
            ge=COARSEST,
            le=FINEST,
            description="Rutornas storlek enligt h3: 8 är knappt en kilometer. / Size of the hexagons as h3 numbers it.",
        ),
    ] = USUAL


@router.get("/hours", summary="Veckodag och timme", response_class=Response)
def by_hour(request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[HourParameters, Query()]) -> Response:
    """Antal per veckodag och timme. En händelse som bara är känd till ett tidsrum fördelas över timmarna i det.

    Events by weekday and hour; one known to an interval only is spread over its hours (aoristic).
    """
    cube = asked.cube(shelf)

    def body() -> bytes:
        with asked.at_one_state(shelf) as (connection, cube):
            exact = hours(connection, cube, asked.question(cube, audience))
        return write_hours(release_answer(exact, audience), asked.writing_shapes())

    return respond(request, Freshness(cube.version, cube.published_at, audience), asked.format.media_type, body)


@router.get("/hexagons", summary="Antal per sexhörning", response_class=Response)
def by_hexagon(request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[HexagonParameters, Query()]) -> Response:
    """Antal per ruta i ett rutnät av sexhörningar (h3), för händelser med en punkt.

    Events by cell of the h3 grid, of those that have a point.
    """
    cube = asked.cube(shelf)

    def body() -> bytes:
        with asked.at_one_state(shelf) as (connection, cube):
            exact = hexagons(connection, cube, asked.question(cube, audience), asked.resolution)
        return write_hexagons(release_answer(exact, audience), asked.writing_shapes())

    return respond(request, Freshness(cube.version, cube.published_at, audience), asked.format.media_type, body)
