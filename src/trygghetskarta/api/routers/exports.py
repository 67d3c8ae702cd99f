"""Answers as files to take home, named by what was asked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from trygghetskarta.api.answering import answer_comparison, answer_series
from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.question import ComparisonParameters, SeriesParameters
from trygghetskarta.api.scopes import FIGURES
from trygghetskarta.serialize.formats import Format
from trygghetskarta.serialize.titles import file_stem

router = APIRouter(prefix="/v1/exports", tags=["Frågor"], dependencies=[FIGURES])

_FORMAT = Field(description="Filens format. / Format of the file.")


class ComparisonFileParameters(ComparisonParameters):
    """The parameters of a comparison to take home."""

    format: Annotated[Format, _FORMAT] = Format.CSV


class SeriesFileParameters(SeriesParameters):
    """The parameters of a series to take home."""

    format: Annotated[Format, _FORMAT] = Format.CSV


@router.get("/comparisons", summary="Ladda ner en jämförelse", response_class=Response)
def comparison_file(
    request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[ComparisonFileParameters, Query()]
) -> Response:
    """Samma fråga och samma rader som /v1/comparisons, som en fil med ett namn som säger vad den innehåller.

    The question and the rows of /v1/comparisons as a file whose name says what is in it.
    """
    cube = asked.cube(shelf)
    named = file_stem("jamforelse", asked.question(cube, audience))
    freshness = Freshness(cube.version, cube.published_at, audience)
    answer = respond(request, freshness, asked.format.media_type, lambda: answer_comparison(shelf, cube, audience, asked))
    return _as_file(answer, named, asked.format)


@router.get("/series", summary="Ladda ner en serie", response_class=Response)
def series_file(
    request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[SeriesFileParameters, Query()]
) -> Response:
    """Samma fråga och samma rader som /v1/series, som en fil med ett namn som säger vad den innehåller.

    The question and the rows of /v1/series as a file whose name says what is in it.
    """
    cube = asked.cube(shelf)
    named = file_stem("serie", asked.question(cube, audience))
    freshness = Freshness(cube.version, cube.published_at, audience)
    answer = respond(request, freshness, asked.format.media_type, lambda: answer_series(shelf, cube, audience, asked))
    return _as_file(answer, named, asked.format)


def _as_file(answer: Response, named: str, form: Format) -> Response:
    # Plain ASCII needs no second, encoded name.
    answer.headers["Content-Disposition"] = f'attachment; filename="{named}{form.ending}"'
    return answer
