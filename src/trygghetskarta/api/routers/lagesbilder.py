"""The local situation report."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from trygghetskarta.api.addresses import address
from trygghetskarta.api.caching import tagged
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf, PublicShelf
from trygghetskarta.api.question import Day
from trygghetskarta.api.scopes import FIGURES
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.errors import ForbiddenError
from trygghetskarta.queries.cube import Cube
from trygghetskarta.reporting import Office, Wanted, report_of
from trygghetskarta.reports.document import Report, ReportClass
from trygghetskarta.reports.html import policy
from trygghetskarta.reports.lagesbild import Reader
from trygghetskarta.reports.render import ReportFormat, render
from trygghetskarta.serialize.titles import plain

router = APIRouter(prefix="/v1", tags=["Rapporter"], dependencies=[FIGURES])
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
    class_: Annotated[
        ReportClass | None,
        Field(
            alias="class",
            description="delbar: bara siffror som alla får se; intern: exakta, för behöriga. Utelämnad efter vem som frågar."
            " / delbar: figures anyone may see; intern: exact ones, for staff.",
        ),
    ] = None
    format: Annotated[ReportFormat, Field(description="Rapportens form. / Form of the report.")] = ReportFormat.JSON

    def wanted(self) -> list[Wanted]:
        """Give the reports asked for."""
        codes: list[str | None] = list(dict.fromkeys(self.area)) or [None]
        return [Wanted(code, self.level, self.from_, self.to, self.edition, self.as_of) for code in codes]

    def reader(self, request: Request, audience: Audience) -> Reader:
        """Say who the report is for.

        Raises:
            ForbiddenError: Exact figures are asked for by one who may not see them.
        """
        root = address(request, "")
        if audience is not Audience.STAFF and self.class_ is ReportClass.INTERN:
            raise ForbiddenError("En intern lägesbild visas bara för behöriga.", "An intern lagesbild is shown to staff only.")
        if audience is not Audience.STAFF or self.class_ is ReportClass.DELBAR:
            return Reader(Audience.PUBLIC, root=root)
        return Reader(audience, "", datetime.now(LOCAL_TIME).date(), root)


@router.get("/lagesbilder", summary="Lägesbild", response_class=Response)
def lagesbild(
    request: Request, shelf: CurrentShelf, public: PublicShelf, audience: CurrentAudience, asked: Annotated[ReportParameters, Query()]
) -> Response:
    """Lägesbilden för ett område eller hela staden, färdig att skicka; för flera områden en gemensam.

    The local situation report of an area or the whole city, ready to send; of several areas a joint one.
    """
    reader = asked.reader(request, audience)
    report, published_at = _made(shelf if reader.audience is audience else public, asked, reader)
    written = render(report, asked.format)
    answer = tagged(request, written, asked.format.media_type, published_at, f"{audience}-{reader.report_class}")
    if asked.format is ReportFormat.HTML:
        answer.headers["Content-Security-Policy"] = f"{policy()}; frame-ancestors 'none'"
    answer.headers["Content-Disposition"] = f'{_shown(asked.format)}; filename="{plain(report.title)}{asked.format.ending}"'
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
