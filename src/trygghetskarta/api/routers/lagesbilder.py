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
from trygghetskarta.api.question import AskedMeasure, AskedName, AskedPlane, AskedPolygon, Day
from trygghetskarta.api.scopes import SURROUNDED_BY_CLASS
from trygghetskarta.api.sharing import AskedClass, CurrentMadeFor
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import SharingClass
from trygghetskarta.domain.polygons import Plane
from trygghetskarta.errors import ForbiddenError
from trygghetskarta.queries.cube import Cube
from trygghetskarta.reporting import Office, Wanted, report_of
from trygghetskarta.reporting.sites import WantedSite
from trygghetskarta.reports.document import Report
from trygghetskarta.reports.html import policy
from trygghetskarta.reports.lagesbild import Reader
from trygghetskarta.reports.render import ReportFormat, render
from trygghetskarta.serialize.titles import plain

router = APIRouter(prefix="/v1", tags=["Rapporter"], dependencies=[SURROUNDED_BY_CLASS])
_MOST_AREAS = 12


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
    class_: AskedClass = SharingClass.DELBAR
    polygon: AskedPolygon = None
    crs: AskedPlane = Plane.WORLD
    measure_id: AskedMeasure = None
    name: AskedName = None
    format: Annotated[ReportFormat, Field(description="Rapportens form. / Form of the report.")] = ReportFormat.JSON

    def wanted(self) -> list[Wanted]:
        """Give the reports asked for."""
        site = self.site
        codes: list[str | None] = list(dict.fromkeys(self.area)) or ([None] if site is None else [])
        areas = [Wanted(code, self.level, self.from_, self.to, self.edition, self.as_of) for code in codes]
        return areas if site is None else [Wanted(None, None, self.from_, self.to, self.edition, self.as_of, site), *areas]

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

        return report_of(Office(connection, cubes, reader.audience), asked.wanted(), reader), cube.published_at


def _shown(form: ReportFormat) -> str:
    """Say whether a browser shows the file or saves it."""
    return "inline" if form in (ReportFormat.HTML, ReportFormat.JSON) else "attachment"
