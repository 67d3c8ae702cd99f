"""The local situation report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from trygghetskarta.api.addresses import address
from trygghetskarta.api.caching import tagged
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf, SeesEvents
from trygghetskarta.api.question import MOST_VALUES, AskedMeasure, AskedName, AskedPlane, AskedPolygon, Day, refuse_hidden
from trygghetskarta.api.question_parts import NOT_USED, IdleBaseline, IdleInterval, IdleWeights, idle_of
from trygghetskarta.api.scopes import SURROUNDED_BY_CLASS
from trygghetskarta.api.sharing import AskedClass, CurrentMadeFor
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience, SharingClass
from trygghetskarta.domain.counts import Denominator, Measure
from trygghetskarta.domain.periods import Interval
from trygghetskarta.domain.polygons import Plane
from trygghetskarta.domain.sources import EVENT_SOURCES, CountsBy, SourceId
from trygghetskarta.errors import ForbiddenError, bad_parameter
from trygghetskarta.queries.asking import Asked, ask, cube_by
from trygghetskarta.queries.cube import Cube
from trygghetskarta.reporting import Office, Wanted, report_of, span_of
from trygghetskarta.reporting.sites import WantedSite
from trygghetskarta.reports.document import Report
from trygghetskarta.reports.html import policy
from trygghetskarta.reports.lagesbild import Reader, told_not_used
from trygghetskarta.reports.render import ReportFormat, render
from trygghetskarta.serialize.titles import plain

router = APIRouter(prefix="/v1", tags=["Rapporter"], dependencies=[SURROUNDED_BY_CLASS])
_MOST_AREAS = 12
_ALL = (
    "Lägesbilden tar upp alla; den som anger något får höra att det inte används."
    " / The report tells of all; whoever names one is told that it is not used."
)


class ReportParameters(BaseModel):
    """The parameters of a lagesbild."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    area: Annotated[
        list[str],
        Field(
            max_length=_MOST_AREAS,
            description="Koder på områden; utelämnad hela staden, flera ger en gemensam. / Codes of areas; the city if left out.",
            examples=[["jarva"]],
        ),
    ] = []
    level: Annotated[
        AreaLevel | None, Field(description="Områdenas nivå, när en mindre nivå har samma kod. / Level, where a finer one has the code.")
    ] = None
    from_: Annotated[
        str | None, Field(alias="from", description="Första månad; utelämnad ger tolv månader. / First month.", examples=["2025-01"])
    ] = None
    to: Annotated[str | None, Field(description="Sista månad; utelämnad är den senast levererade. / Last month.", examples=["2025-12"])] = (
        None
    )
    edition: Annotated[Day | None, Field(description="Indelningens första dag. / First day of the edition.")] = None
    as_of: Annotated[
        Day | None, Field(alias="asOf", description="Siffrorna så som de var kända denna dag. / The figures as known on this day.")
    ] = None
    within: Annotated[
        str | None,
        Field(
            description="Det område som lägesbilden handlar om, där area är utelämnad. / The area that it is about, where area is left out.",
            examples=["jarva"],
        ),
    ] = None
    source: Annotated[list[SourceId], NOT_USED, Field(max_length=len(SourceId), description=f"Källor. / Sources. {_ALL}")] = []
    category: Annotated[list[str], NOT_USED, Field(max_length=MOST_VALUES, description=f"Kategorier. / Categories. {_ALL}")] = []
    group: Annotated[str | None, NOT_USED, Field(description=f"En grupp av kategorier. / A group of categories. {_ALL}")] = None
    baseline: IdleBaseline = None
    interval: IdleInterval = Interval.MONTH
    measure: Annotated[Measure, NOT_USED, Field(description=f"Antal, tal eller allvarlighet. / Count, rate or harm. {_ALL}")] = (
        Measure.COUNT
    )
    per: Annotated[Denominator, NOT_USED, Field(description=f"Vad ett tal räknas på. / What a rate is per. {_ALL}")] = Denominator.RESIDENTS
    by: Annotated[CountsBy | None, NOT_USED, Field(description=f"Vilket datum som avgör månaden. / Which date decides. {_ALL}")] = None
    weights: IdleWeights = None
    class_: AskedClass = SharingClass.DELBAR
    polygon: AskedPolygon = None
    crs: AskedPlane = Plane.WORLD
    measure_id: AskedMeasure = None
    name: AskedName = None
    format: Annotated[ReportFormat, Field(description="Rapportens form. / Form of the report.")] = ReportFormat.JSON

    def wanted(self) -> list[Wanted]:
        """Give the reports asked for."""
        site = self.site
        # A level is that of the areas named; what stands for them is the area of the code, or the city.
        codes: list[str | None] = list(dict.fromkeys(self.area)) or ([self.within] if site is None else [])
        areas = [Wanted(code, self.level if self.area else None, self.from_, self.to, self.edition, self.as_of) for code in codes]
        return areas if site is None else [Wanted(None, None, self.from_, self.to, self.edition, self.as_of, site), *areas]

    @property
    def not_used(self) -> tuple[str, ...]:
        """The parts of the question that were given and that the report has no use for."""
        chosen = bool(self.area) or self.site is not None
        idle = idle_of(type(self)) | ({"within"} if chosen else frozenset()) | (frozenset() if self.area else {"level"})
        return tuple(sorted(self.model_fields_set & idle))

    def refuse_what_is_not(self, cube: Cube, audience: Audience) -> None:
        """Refuse what no question may ask of, used or not.

        Raises:
            InvalidQuestionError: There is no such area, category, group, set of weights or span.
            NotCarriedError: A source has nothing of the group, or does not tell the date.
        """
        if self.within is not None and not any(area.code == self.within for areas in cube.areas.values() for area in areas):
            swedish, english = f"Det finns inget område {self.within}.", f"There is no area {self.within}."
            raise bad_parameter("within", self.within, swedish, english)
        refuse_hidden(cube, audience, self.source or list(EVENT_SOURCES), self.category)
        span = span_of(cube, Wanted(first=self.from_, last=self.to))
        asked = Asked(
            self.level or AreaLevel.STADSDELSOMRADE, tuple(self.source), categories=tuple(self.category), group=self.group,
            first=str(span.first), last=str(span.last), baseline=self.baseline, weights=self.weights, by=self.by,
        )  # fmt: skip
        # By whichever date: nothing is counted.
        ask(replace(cube, by=cube_by(self.source, self.by)), asked)

    @property
    def site(self) -> WantedSite | None:
        """The place asked for; None for none."""
        if self.polygon is None and self.measure_id is None:
            return None
        return WantedSite(self.polygon, int(self.crs), self.measure_id, self.name)

    def refuse_site(self, *, sees_events: bool) -> None:
        """Refuse a place to whoever may not see single events, and to be shared.

        Raises:
            ForbiddenError: A place is asked for, and may not be shown.
        """
        if self.site is not None and (not sees_events or self.class_ is SharingClass.DELBAR):
            raise ForbiddenError(
                "En egen yta kan ritas så att siffran pekar ut en person. En lägesbild av den är intern, begärs med class=intern och ges bara till"
                " behöriga.",
                "A polygon can be drawn so that its figure points at a person. A lagesbild of one is intern, asked for by class=intern and given to"
                " staff only.",
            )


@router.get("/lagesbilder", summary="Lägesbild", response_class=Response)
def lagesbild(
    request: Request,
    shelf: CurrentShelf,
    audience: CurrentAudience,
    made_for: CurrentMadeFor,
    sees_events: SeesEvents,
    asked: Annotated[ReportParameters, Query()],
) -> Response:
    """Lägesbilden för ett område eller hela staden, färdig att skicka; för flera områden en gemensam. Delbar, om ingen intern begärs.

    The local situation report of an area or the whole city, ready to send; of several areas a joint one. To share, unless asked for as intern.
    """
    asked.refuse_site(sees_events=sees_events)
    reader = Reader(audience, root=address(request, ""))
    if made_for is not None:
        reader = replace(reader, name=made_for.name, day=made_for.at.date())
    report, published_at = _made(shelf, asked, reader)
    written = render(report, asked.format)
    answer = tagged(request, written, asked.format.media_type, published_at, audience)
    if asked.format is ReportFormat.HTML:
        answer.headers["Content-Security-Policy"] = f"{policy()}; frame-ancestors 'none'"
    answer.headers["Content-Disposition"] = (
        f'{_shown(asked.format)}; filename="{plain(report.title)}{report.report_class.suffix}{asked.format.ending}"'
    )
    return answer


def _made(shelf: Shelf, asked: ReportParameters, reader: Reader) -> tuple[Report, datetime]:
    shelf.refresh()
    with shelf.at_one_state(asked.edition, asked.as_of) as (connection, cube):

        def cubes(edition: date | None, as_of: date | None) -> Cube:
            return cube if (edition, as_of) == (asked.edition, asked.as_of) else shelf.cube(edition, as_of)

        not_used = asked.not_used
        if asked.within is not None or not_used:
            asked.refuse_what_is_not(cube, reader.audience)
        report = report_of(Office(connection, cubes, reader.audience), asked.wanted(), reader)
        return told_not_used(report, not_used), cube.published_at


def _shown(form: ReportFormat) -> str:
    """Say whether a browser shows the file or saves it."""
    return "inline" if form in (ReportFormat.HTML, ReportFormat.JSON) else "attachment"
