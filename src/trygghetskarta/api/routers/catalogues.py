"""The catalogue of datasets that data portals harvest, by DCAT-AP-SE."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.routing import iter_route_contexts

from trygghetskarta.api.addresses import address
from trygghetskarta.api.caching import tagged
from trygghetskarta.api.deps import CurrentAudience, CurrentSettings, CurrentShelf
from trygghetskarta.api.question import NoParameters
from trygghetskarta.api.scopes import SURROUNDED
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import CONTRACTS, EVENT_SOURCES, SourceId
from trygghetskarta.queries.areas import Detail
from trygghetskarta.queries.cube import Cube
from trygghetskarta.serialize.catalogue import Holdings, PublishedSource, Publisher, catalogue, json_ld, turtle
from trygghetskarta.settings import Settings

router = APIRouter(tags=["Tjänsten"], dependencies=[SURROUNDED])

TURTLE, JSON_LD = "text/turtle", "application/ld+json"
_WRITERS = {TURTLE: turtle, JSON_LD: json_ld}
_KNOWN = {TURTLE: TURTLE, JSON_LD: JSON_LD, "application/json": JSON_LD}
# What stands in the catalogue when the service has it.
_FACES = ("/ogc/v1", "/pxweb/v2", "/v1/tiles")


@router.get("/dcat", summary="Katalog över datamängder", response_class=Response)
def catalogue_of_datasets(
    request: Request, shelf: CurrentShelf, audience: CurrentAudience, settings: CurrentSettings, _: Annotated[NoParameters, Query()]
) -> Response:
    """Datamängderna enligt DCAT-AP-SE 3, för Sveriges dataportal: som Turtle, eller som JSON-LD när Accept ber om det.

    The datasets by DCAT-AP-SE 3, for the national data portal: as Turtle, or as JSON-LD when Accept asks for it.
    """
    return _answer(request, _holdings(request, shelf, audience, settings), audience, _asked_for(request.headers.get("accept", "")))


@router.get("/dcat.ttl", summary="Katalogen som Turtle", response_class=Response)
def catalogue_as_turtle(
    request: Request, shelf: CurrentShelf, audience: CurrentAudience, settings: CurrentSettings, _: Annotated[NoParameters, Query()]
) -> Response:
    """Katalogen som Turtle.

    The catalogue as Turtle.
    """
    return _answer(request, _holdings(request, shelf, audience, settings), audience, TURTLE)


@router.get("/dcat.jsonld", summary="Katalogen som JSON-LD", response_class=Response)
def catalogue_as_json_ld(
    request: Request, shelf: CurrentShelf, audience: CurrentAudience, settings: CurrentSettings, _: Annotated[NoParameters, Query()]
) -> Response:
    """Katalogen som JSON-LD.

    The catalogue as JSON-LD.
    """
    return _answer(request, _holdings(request, shelf, audience, settings), audience, JSON_LD)


def _answer(request: Request, held: Holdings, audience: Audience, media_type: str) -> Response:
    answer = tagged(request, _WRITERS[media_type](catalogue(held)), media_type, held.changed_at, audience)
    answer.headers["Vary"] = "Accept, Accept-Encoding"
    return answer


def _asked_for(accept: str) -> str:
    """Give the media type that is liked best of those there are; Turtle when nothing is said that is known."""
    liked: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip() for piece in part.lower().split(";"))
        weights = [piece.removeprefix("q=") for piece in parameters if piece.startswith("q=")]
        if name in _KNOWN:
            liked.setdefault(_KNOWN[name], float(weights[0]) if weights and weights[0].replace(".", "", 1).isdecimal() else 1.0)
    return max(liked, key=lambda media_type: liked[media_type], default=TURTLE)


def _holdings(request: Request, shelf: Shelf, audience: Audience, settings: Settings) -> Holdings:
    cube = shelf.cube()
    paths = [route.path for route in iter_route_contexts(request.app.routes) if route.path]
    return Holdings(
        base=address(request, "").rstrip("/"),
        publisher=Publisher(
            settings.publisher_name, settings.publisher_uri, settings.contact_name, settings.contact_email, settings.licence_url
        ),
        # What waits for a yes is answered by its name, and is nothing to harvest yet.
        editions=[edition for edition in shelf.editions() if not edition.held],
        sources=list(_seen(cube, audience)),
        box=_box(shelf, cube),
        changed_at=cube.published_at,
        faces=frozenset(face for face in _FACES if any(path.startswith(face) for path in paths)),
    )


def _seen(cube: Cube, audience: Audience) -> Iterator[PublishedSource]:
    """Give the sources whose figures whoever asks may see."""
    for source in (*EVENT_SOURCES, SourceId.TRYGGHETSMATNING):
        public = CONTRACTS[source].public
        if public or audience is Audience.STAFF:
            covered = cube.covered.get(source)
            span = Span(Month(int(covered[0])), Month(int(covered[-1]))) if covered is not None and len(covered) else None
            yield PublishedSource(source, span, public)


def _box(shelf: Shelf, cube: Cube) -> tuple[float, float, float, float] | None:
    """Give the ends of the city's outline in degrees."""
    outlines = shelf.outlines(cube.edition, AreaLevel.STAD, Detail.METRES25)
    points = [point for outline in outlines.values() for point in _points(orjson.loads(outline)["coordinates"])]
    if not points:
        return None
    across, along = zip(*points, strict=True)
    return min(across), min(along), max(across), max(along)


def _points(coordinates: list[Any]) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], float | int):
        yield coordinates[0], coordinates[1]
    else:
        for part in coordinates:
            yield from _points(part)
