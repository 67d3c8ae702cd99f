"""Series: areas over time, and what is found in them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from trygghetskarta.api.answering import answer_series
from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.question import SeriesParameters
from trygghetskarta.api.scopes import FIGURES

router = APIRouter(prefix="/v1", tags=["Frågor"], dependencies=[FIGURES])


@router.get("/series", summary="Följ områden över tid", response_class=Response)
def over_time(request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[SeriesParameters, Query()]) -> Response:
    """Antal per område och månad, kvartal, tertial, år eller rullande tolv månader; med include även vad som finns i serien.

    Figures per area over time; with include also season, trend, unusual months, breaks of level.
    """
    cube = asked.cube(shelf)
    freshness = Freshness(cube.version, cube.published_at, audience)
    return respond(request, freshness, asked.format.media_type, lambda: answer_series(shelf, cube, audience, asked))
