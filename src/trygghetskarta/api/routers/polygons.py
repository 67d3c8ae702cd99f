"""Polygons: what happened in a piece of ground that somebody has drawn, or that a measure was told with, as if it were an area."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from trygghetskarta.analysis.series import Include, follow
from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentShelf
from trygghetskarta.api.question import (
    AskedMeasure,
    AskedName,
    AskedPlane,
    AskedPolygon,
    CountedParameters,
    refuse_hidden,
)
from trygghetskarta.api.question_parts import AskedBaseline, NeededBaseline
from trygghetskarta.api.scopes import EVENTS
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.disclosure.release import release, release_answer
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Question, Statistics
from trygghetskarta.domain.periods import Interval
from trygghetskarta.domain.polygons import Plane
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.asking import Asked, ask
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.polygons import (
    CODE,
    LEVEL,
    Drawn,
    background_of_polygon,
    compare_polygon,
    count_polygon,
    follow_polygon,
    part_polygon,
)
from trygghetskarta.reporting.sites import WantedSite, what_of
from trygghetskarta.serialize.decomposition import write_decomposition
from trygghetskarta.serialize.formats import Writing
from trygghetskarta.serialize.polygons import write_polygon
from trygghetskarta.serialize.series import write_series

router = APIRouter(prefix="/v1/polygons", tags=["Ytor"], dependencies=[EVENTS])


class PolygonParameters(CountedParameters):
    """Which polygon, and what is counted in it."""

    polygon: AskedPolygon = None
    crs: AskedPlane = Plane.WORLD
    measure_id: AskedMeasure = None
    name: AskedName = None

    def asked(self, baseline: str | None = None, interval: Interval = Interval.MONTH, statistics: Statistics = Statistics.NONE) -> Asked:
        """Give the question as it was asked."""
        return Asked(
            level=LEVEL,
            sources=self.sources,
            categories=tuple(dict.fromkeys(self.category)),
            group=self.group,
            edition=self.edition,
            first=self.from_,
            last=self.to,
            baseline=baseline,
            interval=interval,
            as_of=self.as_of,
            statistics=statistics,
        )

    @property
    def sources(self) -> tuple[SourceId, ...]:
        """The sources, each once."""
        return tuple(dict.fromkeys(self.source))

    def cube(self, shelf: Shelf) -> Cube:
        """Give the cube of the city that the question is asked beside."""
        return shelf.cube(self.edition, self.as_of)

    def drawn(self, shelf: Shelf) -> tuple[Cube, Drawn]:
        """Give the polygon with its counts, and the city's counts of the same state."""
        with shelf.at_one_state(self.edition, self.as_of) as (connection, city):
            what = what_of(connection, WantedSite(self.polygon, int(self.crs), self.measure_id, self.name), self.as_of)
            key = ("polygon", what, city.version, self.edition, self.as_of, self.sources)
            return city, shelf.kept(key, lambda: count_polygon(connection, city, self.sources, what), lambda drawn: drawn.weight)

    def writing(self, drawn: Drawn) -> Writing:
        """Say how to write the answer."""
        return Writing(self.format, self.dialect, {CODE: drawn.outline} if self.format.draws else None)

    def refuse_hidden(self, cube: Cube) -> None:
        """Refuse a category that there is not."""
        refuse_hidden(cube, Audience.STAFF, self.source, self.category)


class PolygonComparisonParameters(PolygonParameters):
    """The parameters of a polygon's comparison."""

    baseline: AskedBaseline = None

    def question(self, cube: Cube) -> Question:
        """Give the question, checked."""
        self.refuse_hidden(cube)
        return ask(cube, self.asked(baseline=self.baseline, statistics=Statistics.ALL))


class PolygonPartsParameters(PolygonComparisonParameters):
    """The parameters of a polygon's decomposition."""

    baseline: NeededBaseline = "same-period-last-year"

    def question(self, cube: Cube) -> Question:
        """Give the question, checked."""
        self.refuse_hidden(cube)
        return ask(cube, self.asked(baseline=self.baseline))


class PolygonSeriesParameters(PolygonParameters):
    """The parameters of a polygon's series."""

    interval: Annotated[Interval, Field(description="Vad tiden delas in i. / What time is cut into.")] = Interval.MONTH
    include: Annotated[
        list[Include],
        Field(
            default_factory=list,
            max_length=len(Include),
            description="Vad som ska räknas fram utöver värdena; utelämnad ingenting, all allt. / What to find besides the values; all for all.",
            examples=[["unusual"]],
        ),
    ]

    def question(self, cube: Cube) -> Question:
        """Give the question, checked."""
        self.refuse_hidden(cube)
        return ask(cube, self.asked(interval=self.interval))


@router.get("/comparisons", summary="Jämför en yta", response_class=Response)
def polygon_comparison(request: Request, shelf: CurrentShelf, asked: Annotated[PolygonComparisonParameters, Query()]) -> Response:
    """Antal i en egen yta under en period, och skillnaden mot en annan period. Bara för behöriga.

    Figures of a polygon of one's own for one span, and how they differ from another. Only for those who may see them.
    """

    def body() -> bytes:
        city, drawn = asked.drawn(shelf)
        exact, ground = compare_polygon(city, drawn, asked.question(city))
        return write_polygon(release(exact, Audience.STAFF), release_answer(ground, Audience.STAFF), asked.writing(drawn))

    cube = asked.cube(shelf)
    return respond(request, Freshness(cube.version, cube.published_at, Audience.STAFF), asked.format.media_type, body)


@router.get("/series", summary="Följ en yta över tid", response_class=Response)
def polygon_series(request: Request, shelf: CurrentShelf, asked: Annotated[PolygonSeriesParameters, Query()]) -> Response:
    """Antal i en egen yta per månad, kvartal, tertial, år eller rullande tolv månader, och vad som finns i serien. Bara för behöriga.

    Figures of a polygon of one's own over time, and what is found in them. Only for those who may see them.
    """

    def body() -> bytes:
        city, drawn = asked.drawn(shelf)
        question = asked.question(city)
        behind = release(background_of_polygon(city, drawn, question), Audience.STAFF) if asked.include else None
        shown = release(follow_polygon(city, drawn, question), Audience.STAFF)
        return write_series(shown, follow(shown, behind, asked.include, city.editions), asked.writing(drawn))

    cube = asked.cube(shelf)
    return respond(request, Freshness(cube.version, cube.published_at, Audience.STAFF), asked.format.media_type, body)


@router.get("/decompositions", summary="Vad som ändrade en ytas antal", response_class=Response)
def polygon_parts(request: Request, shelf: CurrentShelf, asked: Annotated[PolygonPartsParameters, Query()]) -> Response:
    """Hur mycket varje kategori bidrog till att antalet i en egen yta ändrades. Bara för behöriga.

    How much each category did to the change in a polygon of one's own. Only for those who may see them.
    """

    def body() -> bytes:
        city, drawn = asked.drawn(shelf)
        whole, parts = part_polygon(city, drawn, asked.question(city))
        released = [(part, release(exact, Audience.STAFF)) for part, exact in parts]
        return write_decomposition(release(whole, Audience.STAFF), released, asked.writing(drawn))

    cube = asked.cube(shelf)
    return respond(request, Freshness(cube.version, cube.published_at, Audience.STAFF), asked.format.media_type, body)
