"""Lenses: questions put together for one matter."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.question import Day, outlines_for
from trygghetskarta.api.scopes import EXACT
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.disclosure.release import release_answer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.queries.areas import Detail
from trygghetskarta.queries.asking import Asked
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.lens import SOURCE, older_people
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.formats import Format, Writing
from trygghetskarta.serialize.lenses import View, write_lens
from trygghetskarta.store.engine import one_state

router = APIRouter(prefix="/v1/lenses", tags=["Linser"], dependencies=[EXACT])
_MOST_VALUES = 500


class LensParameters(BaseModel):
    """The parameters of the lens: its source and its categories are its own."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    level: Annotated[AreaLevel, Field(description="Områdesnivå. / Level of the areas.")] = AreaLevel.STADSDELSOMRADE
    area: Annotated[
        list[str], Field(max_length=_MOST_VALUES, description="Koder på de områden som ska visas. / Codes of the areas to show.")
    ] = []
    within: Annotated[
        str | None, Field(description="Bara områden inom detta större område. / Only areas within this larger area.", examples=["jarva"])
    ] = None
    edition: Annotated[Day | None, Field(description="Indelningens första dag. / First day of the edition.")] = None
    from_: Annotated[
        str | None, Field(alias="from", description="Första månad; utelämnad ger tolv månader. / First month.", examples=["2024-01"])
    ] = None
    to: Annotated[str | None, Field(description="Sista månad. / Last month.", examples=["2024-12"])] = None
    baseline: Annotated[
        str | None,
        Field(
            pattern=re.compile(r"^(previous|same-period-last-year|[0-9]{4}-[0-9]{2}\.\.[0-9]{4}-[0-9]{2})$").pattern,
            description="Perioden att jämföra med. / The months to compare with.",
            examples=["same-period-last-year"],
        ),
    ] = None
    as_of: Annotated[
        Day | None, Field(alias="asOf", description="Siffrorna så som de var kända denna dag. / The figures as known on this day.")
    ] = None
    view: Annotated[
        View, Field(description="Tabellen: områdena, eller stadens slag av bedrägeri. / The table: areas, or the city's kinds of fraud.")
    ] = View.AREAS
    format: Annotated[Format, Field(description="Svarets format. / Format of the answer.")] = Format.JSON
    dialect: Annotated[Dialect, Field(description="CSV för svenskt Excel eller enligt RFC 4180. / Dialect of the CSV.")] = Dialect.EXCEL
    geometry: Annotated[Detail, Field(description="Hur detaljerade områdenas gränser är. / Detail of the outlines.")] = Detail.METRES10

    def asked(self) -> Asked:
        """Give the question as it was asked."""
        return Asked(
            self.level, (SOURCE,), tuple(dict.fromkeys(self.area)), self.within, edition=self.edition, first=self.from_, last=self.to,
            baseline=self.baseline, as_of=self.as_of,
        )  # fmt: skip

    def writing(self, shelf: Shelf, cube: Cube) -> Writing:
        """Say how to write the answer."""
        return Writing(self.format, self.dialect, outlines_for(shelf, cube, self.level, (self.format, self.geometry)))


@router.get("/older-people", summary="Brott mot äldre, och bedrägerier", response_class=Response)
def older(request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[LensParameters, Query()]) -> Response:
    """Brott mot äldre per 1 000 invånare 65 år och äldre, bedrägerier efter slag, vad som saknar plats, och var de drabbade bor.

    Crimes against older people per 1 000 residents of 65 and over, fraud by kind, what has no place, and where the victims live.
    """
    # The rows are read now, so the counts must be those of now.
    shelf.refresh()
    cube = shelf.cube(asked.edition, asked.as_of)

    def body() -> bytes:
        with one_state(shelf.engine) as connection:
            found = release_answer(older_people(connection, cube, asked.asked()), audience)
        return write_lens(found, asked.view, asked.writing(shelf, cube))

    return respond(request, Freshness(cube.version, cube.published_at, audience), asked.format.media_type, body)
