"""What a report is about: an area, its months, and the questions that both give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.reports.asking import (
    COMPARISONS,
    DECOMPOSITIONS,
    POLYGON_COMPARISONS,
    POLYGON_DECOMPOSITIONS,
    POLYGON_SERIES,
    SERIES,
    Answer,
    Desk,
)
from trygghetskarta.reports.document import Ring

YEAR = 12
_FEW = 25
"""Of a level with no more areas than this a question is asked of all at once."""

Polygons = tuple[tuple[Ring, ...], ...]
_OF_POLYGONS = {COMPARISONS: POLYGON_COMPARISONS, SERIES: POLYGON_SERIES, DECOMPOSITIONS: POLYGON_DECOMPOSITIONS}
_OF_AREAS_ALONE = ("statistics",)
"""Parameters that a question of a polygon does not have."""


class Geography(Protocol):
    """The areas that a report draws and names, and what is worth asking of them."""

    def areas(self, level: AreaLevel) -> tuple[Area, ...]:
        """Give the areas of a level; none where the division has no such level."""

    def outlines(self, level: AreaLevel) -> Mapping[str, Polygons]:
        """Give the outlines of a level by code, in SWEREF 99 18 00."""

    def overlaps(self, area: Area, polygon: Mapping[str, Any]) -> bool:
        """Tell whether a polygon (GeoJSON, WGS84) has ground in common with an area."""

    def touched(self, level: AreaLevel, polygon: Mapping[str, Any]) -> tuple[Area, ...]:
        """Give the areas of a level that a polygon (GeoJSON, WGS84) has ground in common with."""

    def meet(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        """Tell whether two polygons (GeoJSON, WGS84) have ground in common."""

    def met(self, area: Area, source: SourceId, codes: Iterable[str], spans: tuple[Span, ...]) -> set[str]:
        """Tell of which categories a question of an area would count anything in some spans."""


@dataclass(frozen=True, slots=True)
class Footing:
    """What the figures of a report rest on.

    Attributes:
        edition: First day of the division into areas.
        edition_name: What people call it.
        schematic: True for made-up areas.
        known_on: The day whose knowledge is counted.
        version: Number of the last publication in it.
    """

    edition: date
    edition_name: str
    schematic: bool
    known_on: date
    version: int


@dataclass(frozen=True, slots=True)
class Site:
    """A place that is no area: a polygon that somebody has drawn, or the ground of a measure.

    Attributes:
        parameters: What chooses it in a question, and names it where it was given a name.
        outline: Its GeoJSON geometry, WGS84.
        polygons: The same in SWEREF 99 18 00.
        square_metres: Its size.
    """

    parameters: tuple[tuple[str, str], ...]
    outline: Mapping[str, Any]
    polygons: Polygons
    square_metres: float


@dataclass(frozen=True, slots=True)
class Situation:
    """What a report is about.

    Attributes:
        desk: Asks its questions.
        geography: Its areas.
        footing: What its figures rest on.
        area: The area; a place stands as one.
        span: The months asked for.
        site: The place; None for an area of the division.
    """

    desk: Desk
    geography: Geography
    footing: Footing
    area: Area
    span: Span
    site: Site | None = None

    @property
    def recent(self) -> Span:
        """The months that are compared with the same months a year earlier: those asked for, of a longer span the last twelve."""
        return self.span if self.span.months <= YEAR else self.last_year

    @property
    def baseline(self) -> Span:
        """The months that `recent` is compared with."""
        return self.recent.shifted(-YEAR)

    @property
    def month(self) -> Span:
        """The last month."""
        return Span(self.span.last, self.span.last)

    @property
    def this_year(self) -> Span:
        """From January to the last month."""
        return Span(Month(self.span.last.number - self.span.last.of_year + 1), self.span.last)

    @property
    def last_year(self) -> Span:
        """The twelve months that end with the last."""
        return Span(self.span.last.plus(1 - YEAR), self.span.last)

    @property
    def long(self) -> Span:
        """The months of a series: those asked for, of a shorter span five years up to its end."""
        return self.span if self.span.months >= 5 * YEAR else Span(self.span.last.plus(1 - 5 * YEAR), self.span.last)

    @property
    def is_city(self) -> bool:
        """Whether the area is the whole city."""
        return self.area.level is AreaLevel.STAD and self.site is None

    @property
    def city(self) -> str:
        """The name of the whole city."""
        return next((area.name for area in self.geography.areas(AreaLevel.STAD)), "staden")

    @property
    def finer(self) -> AreaLevel | None:
        """The next finer level of the division; None below the finest."""
        found = [level for level in AreaLevel if level.rank < self.area.level.rank and self.geography.areas(level)]
        return found[-1] if found else None

    def inside(self, level: AreaLevel) -> tuple[Area, ...]:
        """Give the areas of a finer level that lie in the area."""
        if self.is_city:
            return self.geography.areas(level)
        mine = {self.area.code}
        for between in reversed([found for found in AreaLevel if level.rank <= found.rank < self.area.level.rank]):
            here = tuple(part for part in self.geography.areas(between) if part.parent in mine)
            if between is level:
                return here
            mine = {part.code for part in here} if here else mine
        return ()

    @property
    def standing(self) -> tuple[tuple[str, str], ...]:
        """The parameters that every question of the report ends with."""
        return (("edition", str(self.footing.edition)), ("asOf", str(self.footing.known_on)), ("format", "json"))

    def here(self) -> tuple[tuple[str, str], ...]:
        """The parameters that choose the area, or the place."""
        if self.site is not None:
            return self.site.parameters
        return (("level", self.area.level.value), ("area", self.area.code))

    def ask(self, path: str, *parameters: tuple[str, str]) -> Answer:
        """Ask about the area; of a place its comparisons, series and decompositions, which are what can be asked."""
        if self.site is not None:
            path = _OF_POLYGONS[path]
            parameters = tuple((name, value) for name, value in parameters if name not in _OF_AREAS_ALONE)
        return self.desk.answer(path, *self.here(), *parameters, *self.standing)

    def ask_everywhere(self, path: str, level: AreaLevel, *parameters: tuple[str, str]) -> Answer:
        """Ask about all areas of a level."""
        return self.desk.answer(path, ("level", level.value), *parameters, *self.standing)

    def compared(self, source: SourceId, span: Span, *more: tuple[str, str]) -> Answer:
        """Ask how many there are in the area in a span and in the same months a year earlier."""
        return self.ask(COMPARISONS, ("source", source.value), *months(span), ("baseline", "same-period-last-year"), *more)

    def counted(self, source: SourceId, span: Span, *chosen: tuple[str, str]) -> Answer:
        """Ask for the counts alone, in a span and in the same months a year earlier.

        Of a level of few areas they are asked for all together: the reports of every committee then share the answer, and a count is the same
        whatever areas are asked for beside it.
        """
        only = (*chosen, ("statistics", "none"))
        if self.site is not None or not 1 < len(self.geography.areas(self.area.level)) <= _FEW:
            return self.compared(source, span, *only)
        asked = (("source", source.value), *months(span), ("baseline", "same-period-last-year"), *only)
        found = self.ask_everywhere(COMPARISONS, self.area.level, *asked)
        at = next((number for number, row in enumerate(found.rows) if row["code"] == self.area.code), 0)
        return replace(found, at=f"/items/{at}")

    def met(self, source: SourceId, codes: Iterable[str]) -> set[str]:
        """Tell which categories are worth asking of: not those of which a year and the one before would both be answered with nothing.

        Most categories never occur in an area, and their answers would not be told.
        """
        spans = (self.last_year, self.last_year.shifted(-YEAR))
        return set(codes) if self.site is not None else self.geography.met(self.area, source, codes, spans)


def months(span: Span) -> tuple[tuple[str, str], ...]:
    """Give the parameters that choose a span."""
    return (("from", str(span.first)), ("to", str(span.last)))


def polygons_of(outline: Mapping[str, Any]) -> Polygons:
    """Give an outline (GeoJSON) as polygons of rings of points."""
    parts = [outline["coordinates"]] if outline["type"] == "Polygon" else outline["coordinates"]
    return tuple(tuple(tuple((float(x), float(y)) for x, y, *_ in ring) for ring in polygon) for polygon in parts)
