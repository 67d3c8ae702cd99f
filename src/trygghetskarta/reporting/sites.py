"""Reports of a place: a polygon that somebody has drawn, or the ground of a measure, with its questions answered as the API answers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import orjson
from sqlalchemy import Connection

from trygghetskarta.analysis.series import Include, follow
from trygghetskarta.disclosure.release import release, release_answer
from trygghetskarta.domain.areas import Area
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Question, Statistics
from trygghetskarta.domain.measures import Role
from trygghetskarta.domain.polygons import Polygon, read_geojson, read_wkt
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import bad_parameter
from trygghetskarta.queries.asking import Asked, ask
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.measures import find_measure
from trygghetskarta.queries.polygons import (
    CODE,
    LEVEL,
    Drawn,
    background_of_polygon,
    compare_polygon,
    count_polygon,
    follow_polygon,
    ground_of,
    part_polygon,
)
from trygghetskarta.reports import asking
from trygghetskarta.reports.asking import Query
from trygghetskarta.reports.situation import Site, polygons_of
from trygghetskarta.serialize.decomposition import write_decomposition
from trygghetskarta.serialize.formats import Format, Writing
from trygghetskarta.serialize.polygons import write_polygon
from trygghetskarta.serialize.series import write_series

DRAWN = "den ritade ytan"
_JSON = Writing(Format.JSON)


@dataclass(frozen=True, slots=True)
class WantedSite:
    """A place as it is asked for: by one of `polygon` and `measure`.

    Attributes:
        polygon: The polygon as WKT.
        crs: EPSG number of its coordinates: 4326 or that of the city's plane.
        measure: Number of a measure whose target is a polygon.
        name: What it is called; None for what it is.
    """

    polygon: str | None = None
    crs: int = 4326
    measure: int | None = None
    name: str | None = None


@dataclass(slots=True)
class Sites:
    """Answers the questions of reports about a place from one state of the data; each source is counted once.

    Attributes:
        connection: Inside a transaction that sees one state of the data.
        counted: The places counted so far.
    """

    connection: Connection
    counted: dict[tuple[object, ...], Drawn] = field(default_factory=dict)

    def find(self, city: Cube, wanted: WantedSite) -> tuple[Area, Site]:
        """Make sense of a place that is asked for.

        Args:
            city: The counts of the report's edition and day.
            wanted: The place.

        Returns:
            The place as if it were an area, and what a report needs to know of it besides.

        Raises:
            InvalidQuestionError: It is no polygon in the city.
            NotFoundError: There is no such measure.
        """
        name, polygon = self._what(city, wanted)
        ground = ground_of(self.connection, city, polygon)
        parameters = (
            *(
                (("measureId", str(wanted.measure)),)
                if wanted.measure is not None
                else (("polygon", wanted.polygon or ""), ("crs", str(wanted.crs)))
            ),
            *((("name", wanted.name),) if wanted.name else ()),
        )
        site = Site(parameters, orjson.loads(ground.outline), polygons_of(orjson.loads(ground.in_plane)), ground.square_metres)
        return Area(0, LEVEL, CODE, name, None, ground.square_metres), site

    def answer(self, city: Cube, query: Query, asked: Asked) -> bytes:
        """Answer a question about a place.

        Args:
            city: The counts of the report's edition and day.
            query: The question.
            asked: The same, read.

        Returns:
            The answer in JSON, as the API has it.
        """
        drawn = self._drawn(city, query, asked.sources)
        question = ask(city, replace(asked, level=LEVEL, statistics=_STATISTICS.get(query.path, Statistics.NONE)))
        return _ANSWERING[query.path](city, drawn, question, query)

    def _drawn(self, city: Cube, query: Query, sources: tuple[SourceId, ...]) -> Drawn:
        measure = query.one_of("measureId")
        wanted = WantedSite(
            query.one_of("polygon"),
            int(query.one_of("crs") or 4326),
            int(measure) if measure is not None else None,
            query.one_of("name"),
        )
        key = (wanted, city.edition.valid_from, city.as_of, sources)
        if key not in self.counted:
            self.counted[key] = count_polygon(self.connection, city, sources, self._what(city, wanted))
        return self.counted[key]

    def _what(self, city: Cube, wanted: WantedSite) -> tuple[str, Polygon]:
        return what_of(self.connection, wanted, city.as_of)


def what_of(connection: Connection, wanted: WantedSite, as_of: date | None) -> tuple[str, Polygon]:
    """Give the polygon of a place as it was known on a day (None for now), and what it is called in a sentence.

    Raises:
        InvalidQuestionError: It is no polygon, or both or neither of a polygon and a measure.
        NotFoundError: There is no such measure.
    """
    if (wanted.polygon is None) == (wanted.measure is None):
        swedish, english = "Ange en yta (polygon) eller en åtgärd (measureId).", "Give a polygon or a measure (measureId)."
        raise bad_parameter("polygon", wanted.polygon, swedish, english)
    if wanted.polygon is not None:
        return wanted.name or DRAWN, read_wkt(wanted.polygon, wanted.crs, "polygon")
    name, polygon = target_of(connection, wanted.measure or 0, as_of)
    return wanted.name or name, polygon


def target_of(connection: Connection, number: int, as_of: date | None) -> tuple[str, Polygon]:
    """Give the polygon of a measure's target as it was known on a day (None for now), and what it is called in a sentence.

    Raises:
        NotFoundError: There is no such measure, or was none on the day.
        InvalidQuestionError: Its target is areas.
    """
    measure = find_measure(connection, number, as_of)
    site = measure.grounds[Role.TARGET].site
    if site.polygon is None:
        swedish = "Åtgärdens målområde är områden, inte en yta. Fråga efter områdena."
        raise bad_parameter("measureId", str(number), swedish, "The measure's target is areas, not a polygon: ask for those.")
    return f"målområdet för ”{measure.told.name}”", read_geojson(site.polygon, site.srid, "measureId")


def _compared(city: Cube, drawn: Drawn, question: Question, _: Query) -> bytes:
    exact, ground = compare_polygon(city, drawn, question)
    return write_polygon(release(exact, Audience.STAFF), release_answer(ground, Audience.STAFF), _JSON)


def _followed(city: Cube, drawn: Drawn, question: Question, query: Query) -> bytes:
    include = [Include(name) for name in query.all_of("include")]
    behind = release(background_of_polygon(city, drawn, question), Audience.STAFF) if include else None
    shown = release(follow_polygon(city, drawn, question), Audience.STAFF)
    return write_series(shown, follow(shown, behind, include, city.editions), _JSON)


def _parted(city: Cube, drawn: Drawn, question: Question, _: Query) -> bytes:
    whole, parts = part_polygon(city, drawn, question)
    released = [(part, release(exact, Audience.STAFF)) for part, exact in parts]
    return write_decomposition(release(whole, Audience.STAFF), released, _JSON)


_ANSWERING: Mapping[str, Callable[[Cube, Drawn, Question, Query], bytes]] = {
    asking.POLYGON_COMPARISONS: _compared,
    asking.POLYGON_SERIES: _followed,
    asking.POLYGON_DECOMPOSITIONS: _parted,
}
_STATISTICS = {asking.POLYGON_COMPARISONS: Statistics.ALL}
POLYGONS = tuple(_ANSWERING)
"""The questions of places."""
