"""Similar areas."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.question import Day, outlines_for, refuse_hidden
from trygghetskarta.api.scopes import SURROUNDED
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.disclosure.release import release, release_answer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Denominator, Measure, Published
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.areas import Detail
from trygghetskarta.queries.asking import Asked, ask
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.similar import SimilarAsked, area_traits
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.formats import Format, Writing
from trygghetskarta.serialize.similar import write_similar

router = APIRouter(prefix="/v1", tags=["Områden"], dependencies=[SURROUNDED])
_MOST_VALUES = 500


class SimilarParameters(BaseModel):
    """The parameters of similar areas."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    level: Annotated[AreaLevel, Field(description="Områdesnivå. / Level of the areas.")] = AreaLevel.STADSDEL
    area: Annotated[
        list[str],
        Field(
            max_length=_MOST_VALUES,
            description="Områden att hitta liknande till; utelämnad ger alla. / Areas whose like are wanted.",
            examples=[["farsta"]],
        ),
    ] = []
    count: Annotated[int, Field(ge=1, le=50, description="Hur många liknande områden som mest. / How many similar areas at the most.")] = 5
    source: Annotated[
        list[SourceId],
        Field(
            max_length=len(SourceId),
            description="Källor att jämföra områdena i; utelämnad ger bara likheten. / Sources to compare the areas in.",
        ),
    ] = []
    category: Annotated[list[str], Field(max_length=_MOST_VALUES, description="Koder på kategorier. / Codes of categories.")] = []
    group: Annotated[str | None, Field(description="Kod på en grupp över källorna. / Code of a group across the sources.")] = None
    from_: Annotated[str | None, Field(alias="from", description="Första månad för källorna. / First month of the sources.")] = None
    to: Annotated[str | None, Field(description="Sista månad för källorna. / Last month of the sources.")] = None
    per: Annotated[Denominator, Field(description="Vad källornas tal räknas på. / What rates are per.")] = Denominator.RESIDENTS
    edition: Annotated[Day | None, Field(description="Indelningens första dag. / First day of the edition.")] = None
    as_of: Annotated[
        Day | None, Field(alias="asOf", description="Siffrorna så som de var kända denna dag. / The figures as known on this day.")
    ] = None
    format: Annotated[Format, Field(description="Svarets format. / Format of the answer.")] = Format.JSON
    dialect: Annotated[Dialect, Field(description="CSV för svenskt Excel eller enligt RFC 4180. / Dialect of the CSV.")] = Dialect.EXCEL
    geometry: Annotated[Detail, Field(description="Hur detaljerade områdenas gränser är. / Detail of the outlines.")] = Detail.METRES10

    def asked(self) -> SimilarAsked:
        """Give the question as it was asked."""
        return SimilarAsked(self.level, tuple(dict.fromkeys(self.area)), self.count, self.edition, self.as_of)

    def crime(self, cube: Cube, audience: Audience) -> Published | None:
        """Give what the sources tell of all areas of the level; None when none was asked for."""
        if not self.source:
            return None
        refuse_hidden(cube, audience, self.source, self.category)
        asked = Asked(
            self.level, tuple(dict.fromkeys(self.source)), categories=tuple(dict.fromkeys(self.category)), group=self.group, edition=self.edition,
            first=self.from_, last=self.to, measure=Measure.RATE, per=self.per, as_of=self.as_of,
        )  # fmt: skip
        return release(compare(cube, ask(cube, asked)), audience)

    def writing(self, shelf: Shelf, cube: Cube) -> Writing:
        """Say how to write the answer."""
        return Writing(self.format, self.dialect, outlines_for(shelf, cube, self.level, (self.format, self.geometry)))


@router.get("/similar-areas", summary="Liknande områden", response_class=Response)
def similar(request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[SimilarParameters, Query()]) -> Response:
    """De områden som är mest lika i invånare, ålder, bostäder, dagbefolkning och täthet, och hur ett områdes tal står mot deras.

    The areas most alike in inhabitants, age, dwellings, day population and density, and how an area's rate stands to theirs.
    """
    cube = shelf.cube(asked.edition, asked.as_of)
    return respond(
        request,
        Freshness(cube.version, cube.published_at, audience),
        asked.format.media_type,
        lambda: write_similar(
            release_answer(area_traits(cube, asked.asked()), audience), asked.crime(cube, audience), asked.writing(shelf, cube)
        ),
    )
