"""Sources and categories."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request, Response

from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.question import CategoryParameters, ListParameters, NoParameters
from trygghetskarta.api.scopes import SURROUNDED
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import NotCoveredError, NotFoundError
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.sources import describe, groups, trees, weight_sets
from trygghetskarta.queries.weights import chosen

router = APIRouter(prefix="/v1", tags=["Källor"], dependencies=[SURROUNDED])


def _cube(shelf: Shelf) -> Cube | None:
    """Give the cube of the edition in force; None before any areas are loaded, when the contracts can be told all the same."""
    try:
        return shelf.cube()
    except NotCoveredError:
        return None


def _freshness(cube: Cube | None, audience: Audience) -> Freshness:
    return Freshness(cube.version, cube.published_at, audience) if cube else Freshness(0, datetime(1970, 1, 1, tzinfo=UTC), audience)


@router.get("/sources", summary="Källor", response_class=Response)
def sources(request: Request, shelf: CurrentShelf, audience: CurrentAudience, page: Annotated[ListParameters, Query()]) -> Response:
    """Varje källa: vad den kan bära, vad den inte får användas till och varför, och vilka månader som är levererade.

    Every source: what it can carry, what it refuses and why, and which months were delivered.
    """
    cube = _cube(shelf)
    items = [describe(cube, source, audience) for source in SourceId]
    return respond(request, _freshness(cube, audience), "application/json", lambda: orjson.dumps(page.page(items)))


@router.get("/sources/{sourceId}", summary="En källa", response_class=Response)
def source(
    request: Request,
    source_id: Annotated[str, Path(alias="sourceId", description="Källans kod. / Code of the source.", examples=["anmalda_brott"])],
    shelf: CurrentShelf,
    audience: CurrentAudience,
    _: Annotated[NoParameters, Query()],
) -> Response:
    """En källa.

    One source.
    """
    if source_id not in set(SourceId):
        raise NotFoundError(f"Det finns ingen källa {source_id}.", f"There is no source {source_id}.")
    cube = _cube(shelf)
    found = describe(cube, SourceId(source_id), audience)
    return respond(request, _freshness(cube, audience), "application/json", lambda: orjson.dumps(found))


@router.get("/categories", summary="Kategorier", response_class=Response)
def categories(request: Request, shelf: CurrentShelf, audience: CurrentAudience, page: Annotated[CategoryParameters, Query()]) -> Response:
    """Varje källas träd av händelsetyper med den vikt som gäller för var och en och dess lagrum, och grupperna över källorna (`group`).

    The tree of kinds of each source with the harm weight in force for each and the law it rests on, and the groups across the sources (`group`).
    """
    cube = shelf.cube()
    used = chosen(cube.weights, None)
    items = trees(cube, page.sources(), audience, used)
    whole = {**page.page(items), "groups": groups(page.sources()), "weights": weight_sets(cube, used)}
    return respond(request, _freshness(cube, audience), "application/json", lambda: orjson.dumps(whole))
