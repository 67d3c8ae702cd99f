"""Comparisons."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from trygghetskarta.api.answering import answer_comparison
from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.direct import read_query
from trygghetskarta.api.question import ComparisonParameters
from trygghetskarta.api.scopes import FIGURES
from trygghetskarta.errors import TrygghetskartaError

router = APIRouter(prefix="/v1", tags=["Frågor"], dependencies=[FIGURES])


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


def quick_comparison(request: Request) -> Response | None:
    """Give the answer to a question about counts alone that memory answers; None for any other, and where there is none."""
    shelf, audience = request.app.state.shelf, request.app.state.audience
    try:
        asked = read_query(ComparisonParameters, request.scope["query_string"])
        return comparison(request, shelf, audience, asked) if asked.is_quick(shelf) else None
    except (ValidationError, TrygghetskartaError):
        return None
