"""Comparisons."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from trygghetskarta.api.answering import answer_comparison
from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.question import ComparisonParameters

router = APIRouter(prefix="/v1", tags=["Frågor"])


@router.get("/comparisons", summary="Jämför områden", response_class=Response)
def comparison(
    request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[ComparisonParameters, Query()]
) -> Response:
    """Antal per område under en period, och skillnaden mot en annan period.

    Figures per area for one span, and how they differ from another.
    """
    cube = asked.cube(shelf)
    freshness = Freshness(cube.version, cube.published_at, audience)
    return respond(request, freshness, asked.format.media_type, lambda: answer_comparison(shelf, cube, audience, asked))
