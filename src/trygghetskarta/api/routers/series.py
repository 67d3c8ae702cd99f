"""Series: areas over time, and what is found in them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from trygghetskarta.analysis.series import Include, follow
from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.question import QuestionParameters
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Interval
from trygghetskarta.queries.asking import ask
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.series import background, series
from trygghetskarta.serialize.series import write_series

router = APIRouter(prefix="/v1", tags=["Frågor"])


class SeriesParameters(QuestionParameters):
    """The parameters of a series."""

    interval: Annotated[Interval, Field(description="Vad tiden delas in i. / What time is cut into.")] = Interval.MONTH
    include: Annotated[
        list[Include],
        Field(
            default_factory=list,
            max_length=len(Include),
            description="Vad som ska räknas fram utöver värdena; utelämnad ingenting, all allt. / What to find besides the values; all for all.",
            examples=[["trend", "unusual"]],
        ),
    ]

    def question(self, cube: Cube, audience: Audience) -> Question:
        """Give the question, checked."""
        self.refuse_hidden(cube, audience)
        return ask(cube, self.asked(interval=self.interval))


@router.get("/series", summary="Följ områden över tid", response_class=Response)
def over_time(request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[SeriesParameters, Query()]) -> Response:
    """Antal per område och månad, kvartal, tertial, år eller rullande tolv månader; med include även vad som finns i serien.

    Figures per area over time; with include also season, trend, unusual months, breaks of level.
    """
    cube = asked.cube(shelf)

    def body() -> bytes:
        question = asked.question(cube, audience)
        behind = release(background(cube, question), audience) if asked.include else None
        shown = release(series(cube, question), audience)
        return write_series(shown, follow(shown, behind, asked.include, cube.editions), asked.writing(shelf, cube))

    return respond(request, Freshness(cube.version, cube.published_at, audience), asked.format.media_type, body)
