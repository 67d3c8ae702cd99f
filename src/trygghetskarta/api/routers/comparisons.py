"""Comparisons."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.direct import DirectRoute
from trygghetskarta.api.question import ComparisonParameters
from trygghetskarta.disclosure.release import release
from trygghetskarta.queries.comparison import compare
from trygghetskarta.serialize.formats import Format, join_comparison, write_comparison
from trygghetskarta.serialize.joining import Joined

router = APIRouter(prefix="/v1", tags=["Frågor"], route_class=DirectRoute)


@router.get("/comparisons", summary="Jämför områden", response_class=Response)
async def comparison(
    request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[ComparisonParameters, Query()]
) -> Response:
    """Antal per område under en period, och skillnaden mot en annan period.

    Figures per area for one span, and how they differ from another.
    """

    def answer() -> Response:
        cube = asked.cube(shelf)
        freshness = Freshness(cube.version, cube.published_at, audience)

        def make() -> bytes | Joined:
            question = asked.question(cube, audience)
            published = release(compare(cube, question, harm=question.tells_harm), audience)
            if asked.format is Format.GEOJSON:
                return join_comparison(published, shelf.features(cube, asked.level, asked.geometry))
            return write_comparison(published, asked.writing(shelf, cube))

        return respond(request, freshness, asked.format.media_type, make)

    return answer() if asked.is_quick(shelf) else await run_in_threadpool(answer)
