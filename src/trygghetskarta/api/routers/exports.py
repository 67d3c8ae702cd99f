"""Answers as files to take home, named by what was asked and by who they may be given to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from trygghetskarta.api.answering import answer_comparison, answer_series
from trygghetskarta.api.caching import Freshness, respond, tagged
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.question import ComparisonParameters, SeriesParameters
from trygghetskarta.api.scopes import FIGURES_BY_CLASS
from trygghetskarta.api.sharing import AskedClass, CurrentMadeFor
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.audience import Audience, MadeFor, SharingClass
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.public_cube import refuse_unreleased
from trygghetskarta.serialize.formats import Format
from trygghetskarta.serialize.joining import Joined
from trygghetskarta.serialize.titles import file_stem

router = APIRouter(prefix="/v1/exports", tags=["Frågor"], dependencies=[FIGURES_BY_CLASS])

_FORMAT = Field(description="Filens format. / Format of the file.")


class ComparisonFileParameters(ComparisonParameters):
    """The parameters of a comparison to take home."""

    format: Annotated[Format, _FORMAT] = Format.CSV
    class_: AskedClass = SharingClass.DELBAR


class SeriesFileParameters(SeriesParameters):
    """The parameters of a series to take home."""

    format: Annotated[Format, _FORMAT] = Format.CSV
    class_: AskedClass = SharingClass.DELBAR


@dataclass(frozen=True, slots=True)
class _Taking:
    """What every file is made with.

    Attributes:
        request: The request.
        shelf: What it is made from: what is released, or of an intern one what is exact.
        audience: Whom its figures are released to.
        made_for: Who takes an intern one out.
    """

    request: Request
    shelf: Shelf
    audience: Audience
    made_for: MadeFor | None

    def file(
        self, kind: str, cube: Cube, asked: ComparisonFileParameters | SeriesFileParameters, make: Callable[[], bytes | Joined]
    ) -> Response:
        """Answer with a file. Every intern one says who took it out and when, so that none is kept for another."""
        refuse_unreleased(cube)
        named = f"{file_stem(kind, asked.question(cube, self.audience))}_{self.audience.sharing_class}{asked.format.ending}"
        if self.made_for is None:
            freshness = Freshness(cube.version, cube.published_at, self.audience)
            answer = respond(self.request, freshness, asked.format.media_type, make)
        else:
            made = make()
            answer = tagged(
                self.request,
                made.plain() if isinstance(made, Joined) else made,
                asked.format.media_type,
                cube.published_at,
                self.audience,
            )
        # Plain ASCII needs no second, encoded name.
        answer.headers["Content-Disposition"] = f'attachment; filename="{named}"'
        return answer


async def _taking(request: Request, shelf: CurrentShelf, audience: CurrentAudience, made_for: CurrentMadeFor) -> _Taking:
    return _Taking(request, shelf, audience, made_for)


_CurrentTaking = Annotated[_Taking, Depends(_taking)]


@router.get("/comparisons", summary="Ladda ner en jämförelse", response_class=Response)
def comparison_file(taking: _CurrentTaking, asked: Annotated[ComparisonFileParameters, Query()]) -> Response:
    """Samma fråga och samma rader som /v1/comparisons, som en fil vars namn säger vad den innehåller: delbar, om inget annat begärs.

    The question and the rows of /v1/comparisons as a file whose name says what is in it: one to share, unless another is asked for.
    """
    cube = asked.cube(taking.shelf)
    return taking.file("jamforelse", cube, asked, lambda: answer_comparison(taking.shelf, cube, taking.audience, asked, taking.made_for))


@router.get("/series", summary="Ladda ner en serie", response_class=Response)
def series_file(taking: _CurrentTaking, asked: Annotated[SeriesFileParameters, Query()]) -> Response:
    """Samma fråga och samma rader som /v1/series, som en fil vars namn säger vad den innehåller: delbar, om inget annat begärs.

    The question and the rows of /v1/series as a file whose name says what is in it: one to share, unless another is asked for.
    """
    cube = asked.cube(taking.shelf)
    return taking.file("serie", cube, asked, lambda: answer_series(taking.shelf, cube, taking.audience, asked, taking.made_for))
