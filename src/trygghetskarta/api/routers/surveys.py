"""The safety survey, alone and beside recorded crime."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.question import Day, outlines_for, refuse_hidden
from trygghetskarta.api.scopes import FIGURES, SURROUNDED
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.disclosure.release import release, release_answer
from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Denominator, Published
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.survey import SurveyValues
from trygghetskarta.queries.areas import Detail
from trygghetskarta.queries.asking import Asked
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.survey import SurveyAsked, crime_beside, survey
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.formats import Format, Writing
from trygghetskarta.serialize.surveys import write_beside, write_survey
from trygghetskarta.store.engine import one_state

router = APIRouter(prefix="/v1", tags=["Trygghetsmätningen"])
_MOST_VALUES = 500
_Year = Annotated[int | None, Field(ge=1970, le=9999)]


class _SurveyParameters(BaseModel):
    """What every question to a survey has."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    source: Annotated[SourceId, Field(description="Undersökningen. / The survey.")] = SourceId.TRYGGHETSMATNING
    level: Annotated[AreaLevel, Field(description="Områdesnivå. / Level of the areas.")] = AreaLevel.STADSDELSOMRADE
    area: Annotated[
        list[str], Field(max_length=_MOST_VALUES, description="Koder på de områden som ska visas. / Codes of the areas to show.")
    ] = []
    within: Annotated[
        str | None, Field(description="Bara områden inom detta större område. / Only areas within this larger area.", examples=["jarva"])
    ] = None
    question: Annotated[
        list[str],
        Field(
            max_length=_MOST_VALUES,
            description="Undersökningens frågor, ordagrant; utelämnad ger alla. / The survey's questions, word for word; all if left out.",
            examples=[["otrygg ute sena kvällar"]],
        ),
    ] = []
    edition: Annotated[Day | None, Field(description="Indelningens första dag. / First day of the edition.")] = None
    as_of: Annotated[
        Day | None, Field(alias="asOf", description="Värdena så som de var kända denna dag. / The values as known on this day.")
    ] = None
    format: Annotated[Format, Field(description="Svarets format. / Format of the answer.")] = Format.JSON
    dialect: Annotated[Dialect, Field(description="CSV för svenskt Excel eller enligt RFC 4180. / Dialect of the CSV.")] = Dialect.EXCEL
    geometry: Annotated[Detail, Field(description="Hur detaljerade områdenas gränser är. / Detail of the outlines.")] = Detail.METRES10

    def writing(self, shelf: Shelf, cube: Cube) -> Writing:
        """Say how to write the answer."""
        return Writing(self.format, self.dialect, outlines_for(shelf, cube, self.level, (self.format, self.geometry)))

    def answered(self, shelf: Shelf, cube: Cube, audience: Audience) -> PublishedAnswer[SurveyValues]:
        """Give the survey's values as far as the one who asks may see them."""
        with one_state(shelf.engine) as connection:
            return release_answer(survey(connection, cube, self.asked()), audience)

    def asked(self) -> SurveyAsked:
        """Give the question as it was asked."""
        return SurveyAsked(
            self.source, self.level, tuple(dict.fromkeys(self.area)), self.within, tuple(dict.fromkeys(self.question)), as_of=self.as_of,
            edition=self.edition,
        )  # fmt: skip


class IndicatorParameters(_SurveyParameters):
    """The parameters of the values of a survey."""

    group: Annotated[
        list[str],
        Field(
            max_length=_MOST_VALUES,
            description="Vilka som svarat; utelämnad ger alla tillsammans. / Whose answers.",
            examples=[["kvinnor"]],
        ),
    ] = []
    from_: Annotated[_Year, Field(alias="from", description="Första år; utelämnat ger den senaste mätningen. / First year.")] = None
    to: Annotated[_Year, Field(description="Sista år. / Last year.")] = None
    baseline: Annotated[
        _Year,
        Field(description="Året att jämföra med; utelämnat är mätningen före. / The year to compare with; the survey before if left out."),
    ] = None

    def asked(self) -> SurveyAsked:
        """Give the question as it was asked."""
        groups = tuple(dict.fromkeys(group.casefold() for group in self.group))
        return replace(super().asked(), groups=groups, first=self.from_, last=self.to, baseline=self.baseline)


class BesideParameters(_SurveyParameters):
    """The parameters of a survey beside recorded crime."""

    year: Annotated[_Year, Field(description="Året; utelämnat är den senaste mätningen. / The year; the newest survey if left out.")] = None
    group: Annotated[
        str | None, Field(description="Vilka som svarat; utelämnad är alla tillsammans. / Whose answers.", examples=["kvinnor"])
    ] = None
    beside: Annotated[
        list[SourceId],
        Field(min_length=1, max_length=len(SourceId), description="Källan att ställa bredvid. / The source to set beside it."),
    ] = [SourceId.ANMALDA_BROTT]
    category: Annotated[list[str], Field(max_length=_MOST_VALUES, description="Koder på dess kategorier. / Codes of its categories.")] = []
    crime_group: Annotated[
        str | None,
        Field(
            alias="crimeGroup",
            description="Kod på en grupp i stället för kategorier. / Code of a group of categories.",
            examples=["valdsbrott"],
        ),
    ] = None
    per: Annotated[Denominator, Field(description="Vad brotten räknas per. / What crimes are counted per.")] = Denominator.RESIDENTS

    def asked(self) -> SurveyAsked:
        """Give the question as it was asked."""
        groups = (self.group.casefold(),) if self.group is not None else ()
        return replace(super().asked(), groups=groups, first=self.year, last=self.year)

    def crime(self, cube: Cube, audience: Audience, survey: PublishedAnswer[SurveyValues]) -> Published:
        """Give recorded crime in the areas and the year of the survey's values."""
        refuse_hidden(cube, audience, self.beside, self.category)
        asked = Asked(
            self.level,
            tuple(dict.fromkeys(self.beside)),
            categories=tuple(dict.fromkeys(self.category)),
            group=self.crime_group,
            per=self.per,
        )
        return release(compare(cube, crime_beside(cube, self.asked(), survey.question, asked)), audience)


@router.get("/indicators", summary="Trygghetsmätningens värden", response_class=Response, dependencies=[FIGURES])
def indicators(
    request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[IndicatorParameters, Query()]
) -> Response:
    """Andelar per område, år, fråga och grupp, med intervall, ändring sedan förra mätningen och skillnad mellan kvinnor och män.

    Shares by area, year, question and group, with intervals, the change since the survey before and the gap between women and men.
    """
    # The values are read now, so the areas and the version must be those of now.
    shelf.refresh()
    cube = shelf.cube(asked.edition, asked.as_of)
    freshness = Freshness(cube.version, cube.published_at, audience)
    return respond(
        request,
        freshness,
        asked.format.media_type,
        lambda: write_survey(asked.answered(shelf, cube, audience), asked.writing(shelf, cube)),
    )


@router.get("/survey-and-crime", summary="Trygghetsmätningen bredvid anmälda brott", response_class=Response, dependencies=[SURROUNDED])
def beside_crime(request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[BesideParameters, Query()]) -> Response:
    """Andelar och anmälda brott per område samma år, sida vid sida, och hur lika de ordnar områdena.

    Shares and recorded crime by area in the same year, side by side, and how alike the two order the areas.
    """
    # The values are read now, so the areas and the version must be those of now.
    shelf.refresh()
    cube = shelf.cube(asked.edition, asked.as_of)

    def body() -> bytes:
        found = asked.answered(shelf, cube, audience)
        return write_beside(found, asked.crime(cube, audience, found), asked.writing(shelf, cube))

    return respond(request, Freshness(cube.version, cube.published_at, audience), asked.format.media_type, body)
