"""The parameters of a question, as HTTP carries them, made into a Question."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection

from trygghetskarta.analysis.series import Include
from trygghetskarta.api.question_parts import AskedBaseline, AskedInterval, AskedWeights, IdleBaseline, IdleInterval, IdleWeights, idle_of
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.counts import Denominator, Measure, Question, Statistics
from trygghetskarta.domain.periods import Interval
from trygghetskarta.domain.polygons import Plane
from trygghetskarta.domain.sources import EVENT_SOURCES, CountsBy, SourceId
from trygghetskarta.errors import bad_parameter
from trygghetskarta.queries.areas import Detail
from trygghetskarta.queries.asking import Asked, ask, cube_by
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.sources import visible_codes
from trygghetskarta.queries.trace import Bucket
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.formats import Format, Layout, Writing
from trygghetskarta.serialize.geojson import Outlines

MOST_VALUES = 500
"""So many values a parameter takes at most."""
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_as_a_day(given: object) -> object:
    """Take a day as it is written in an address; a number is no day, though pydantic would count it from 1970."""
    if isinstance(given, str) and _DAY.fullmatch(given) is None:
        raise PydanticCustomError("date_parsing", "not a date")
    return given


Day = Annotated[date, BeforeValidator(_written_as_a_day)]
"""A day in an address: 2026-01-31."""
MOST = 2**63 - 1
"""The largest number that the database can be asked of."""
USUAL_LIMIT = 20
"""How many items a list has where nobody says."""


def refuse_hidden(cube: Cube, audience: Audience, sources: list[SourceId], categories: list[str]) -> None:
    """Refuse a category that whoever asks may not know of, as one that there is not."""
    for code in categories:
        if not any(code in visible_codes(cube, source, audience) for source in sources):
            raise bad_parameter("category", code, f"Källan har ingen kategori {code}.", f"The source has no category {code}.")


def outlines_for(shelf: Shelf, cube: Cube, level: AreaLevel, drawn: tuple[Format, Detail]) -> Outlines | None:
    """Give the outlines that an answer is drawn with: None for a format that draws nothing, and where none are wanted."""
    form, detail = drawn
    return shelf.outlines(cube.edition, level, detail) if form.draws and detail is not Detail.NONE else None


AskedPolygon = Annotated[
    str | None,
    Field(
        description="Ytan som WKT, öst före norr. Bara för behöriga. / The polygon as WKT, easting before northing. For staff.",
        examples=["POLYGON((17.92 59.385, 17.94 59.385, 17.94 59.395, 17.92 59.395, 17.92 59.385))"],
    ),
]
"""A place, drawn."""
AskedPlane = Annotated[Plane, Field(description=f"Ytans koordinatsystem: 4326 eller {CITY.plane}. / System of the polygon.")]
"""What it is drawn in."""
AskedMeasure = Annotated[
    int | None,
    Field(
        alias="measureId",
        ge=1,
        le=MOST,
        description="En åtgärd vars målområde är en yta, i stället för polygon. / A measure whose target is a polygon, in place of one.",
    ),
]
"""A place that is a measure's."""
AskedName = Annotated[str | None, Field(min_length=1, max_length=80, description="Vad platsen ska kallas. / What to call the place.")]
"""What a place is called."""


class CountedParameters(BaseModel):
    """What is counted, over which months, and how the answer is written."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    source: Annotated[
        list[SourceId], Field(min_length=1, max_length=len(SourceId), description="En eller flera källor. / One or more sources.")
    ]
    category: Annotated[
        list[str], Field(max_length=MOST_VALUES, description="Koder på kategorier; allt under dem räknas. / Codes of categories.")
    ] = []
    group: Annotated[
        str | None,
        Field(
            description="Kod på en grupp över källorna, i stället för kategorier. / Code of a group across the sources, not with category.",
            examples=["valdsbrott"],
        ),
    ] = None
    edition: Annotated[
        Day | None,
        Field(
            description="Indelningens första dag; utelämnad är den som gäller. / First day of the edition; the one in force if left out."
        ),
    ] = None
    from_: Annotated[
        str | None,
        Field(alias="from", description="Första månad; utelämnad ger tolv månader. / First month.", examples=["2025-01"]),
    ] = None
    to: Annotated[str | None, Field(description="Sista månad; utelämnad är den senast levererade. / Last month.", examples=["2025-12"])] = (
        None
    )
    as_of: Annotated[
        Day | None, Field(alias="asOf", description="Siffrorna så som de var kända denna dag. / The figures as known on this day.")
    ] = None
    format: Annotated[Format, Field(description="Svarets format. / Format of the answer.")] = Format.JSON
    dialect: Annotated[Dialect, Field(description="CSV för svenskt Excel eller enligt RFC 4180. / Dialect of the CSV.")] = Dialect.EXCEL


class QuestionParameters(CountedParameters):
    """What every question of areas has."""

    level: Annotated[AreaLevel, Field(description="Områdesnivå. / Level of the areas.")] = AreaLevel.STADSDELSOMRADE
    area: Annotated[
        list[str], Field(max_length=MOST_VALUES, description="Koder på de områden som ska visas. / Codes of the areas to show.")
    ] = []
    within: Annotated[
        str | None, Field(description="Bara områden inom detta större område. / Only areas within this larger area.", examples=["jarva"])
    ] = None
    measure: Annotated[
        Measure, Field(description="Antal, antal per 1 000 och år, eller allvarlighet. / Count, rate per 1 000 and year, or harm.")
    ] = Measure.COUNT
    per: Annotated[
        Denominator,
        Field(description="Vad ett tal per 1 000 räknas på, där svaret har sådana. / What a rate is per, where there are rates."),
    ] = Denominator.RESIDENTS
    baseline: IdleBaseline = None
    interval: IdleInterval = Interval.MONTH
    weights: IdleWeights = None
    by: Annotated[
        CountsBy | None,
        Field(
            description="Vilket datum som avgör månaden; utelämnat är källans eget. / Which date decides the month; the source's own if left out."
        ),
    ] = None
    geometry: Annotated[Detail, Field(description="Hur detaljerade områdenas gränser är. / Detail of the outlines.")] = Detail.METRES10

    def refuse_hidden(self, cube: Cube, audience: Audience) -> None:
        """Refuse a category that whoever asks may not know of, as one that there is not."""
        refuse_hidden(cube, audience, self.source, self.category)

    @property
    def idle(self) -> frozenset[str]:
        """The parts of the question that its answer has no use for."""
        return idle_of(type(self))

    def asked(self, statistics: Statistics = Statistics.NONE) -> Asked:
        """Give the question as it was asked, its months not yet made sense of."""
        return Asked(
            level=self.level,
            sources=tuple(dict.fromkeys(self.source)),
            areas=tuple(dict.fromkeys(self.area)),
            within=self.within,
            categories=tuple(dict.fromkeys(self.category)),
            group=self.group,
            edition=self.edition,
            first=self.from_,
            last=self.to,
            baseline=self.baseline,
            interval=self.interval,
            measure=self.measure,
            per=self.per,
            as_of=self.as_of,
            weights=self.weights,
            statistics=statistics,
            by=self.by,
            said=self.model_fields_set,
            idle=self.idle,
        )

    def question(self, cube: Cube, audience: Audience) -> Question:
        """Give the question, checked."""
        self.refuse_hidden(cube, audience)
        return ask(cube, self.asked())

    def cube(self, shelf: Shelf) -> Cube:
        """Give the cube that the question is answered from."""
        return shelf.cube(self.edition, self.as_of, cube_by(self.source, self.by))

    def at_one_state(self, shelf: Shelf) -> AbstractContextManager[tuple[Connection, Cube]]:
        """Open a connection that sees one state of the data, with the question's cube of that very state."""
        return shelf.at_one_state(self.edition, self.as_of, cube_by(self.source, self.by))

    def writing(self, shelf: Shelf, cube: Cube) -> Writing:
        """Say how to write the answer."""
        return Writing(self.format, self.dialect, outlines_for(shelf, cube, self.level, (self.format, self.geometry)))

    def writing_shapes(self) -> Writing:
        """Say how to write an answer whose rows have shapes of their own, or none."""
        return Writing(self.format, self.dialect, {} if self.format.draws and self.geometry is not Detail.NONE else None)


class BaselineParameters(QuestionParameters):
    """The parameters of a question about one span and, if asked for, another to set beside it."""

    baseline: AskedBaseline = None
    format: Annotated[Format, Field(description="Svarets format. / Format of the answer.")] = Format.GEOJSON


class LayoutParameters(QuestionParameters):
    """The parameters of an answer of which one may want some columns only."""

    layout: Annotated[
        Layout,
        Field(
            description="Bara med json. rows: ett objekt per rad; columns: en lista per kolumn, som är mycket mindre."
            " / With json only. rows: an object per row; columns: an array per column, which is much smaller."
        ),
    ] = Layout.ROWS
    column: Annotated[
        list[str],
        Field(
            max_length=MOST_VALUES,
            description="Kolumner att ta med utöver dem som namnger raden; utelämnad alla. / Columns beside those that name a row; all if left out.",
            examples=[["count", "status"]],
        ),
    ] = []

    def writing(self, shelf: Shelf, cube: Cube) -> Writing:
        """Say how to write the answer."""
        return replace(super().writing(shelf, cube), layout=self.layout, columns=tuple(dict.fromkeys(self.column)))


class ComparisonParameters(BaselineParameters, LayoutParameters):
    """The parameters of a comparison."""

    weights: AskedWeights = None
    statistics: Annotated[
        Statistics,
        Field(
            description="all: osäkerhet, prövning, utjämnade tal, ranger och tratt; none: bara antal, och tal när det frågas efter."
            " / all: intervals, tests, smoothed rates, ranks and funnel; none: counts alone, and rates when asked for."
        ),
    ] = Statistics.ALL
    against: Annotated[
        str | None,
        Field(
            description="Kod på det område på nivån som vart och ett prövas mot, i stället för mot en annan period."
            " / Code of the area of the level that each is tested against, in place of another span.",
            examples=["norrmalm"],
        ),
    ] = None

    def question(self, cube: Cube, audience: Audience) -> Question:
        """Give the question, checked."""
        self.refuse_hidden(cube, audience)
        return ask(cube, replace(self.asked(self.statistics), against=self.against))

    @property
    def is_whole_map(self) -> bool:
        """Whether the answer is GeoJSON with all that a comparison says of an area."""
        return self.format is Format.GEOJSON and self.layout is Layout.ROWS and not self.column

    def is_quick(self, shelf: Shelf) -> bool:
        """Tell whether the answer takes so little, and nothing that is not in memory, that handing it to a thread would take longer."""
        is_short = self.format is Format.JSON and self.layout is Layout.COLUMNS
        counts_alone = self.statistics is Statistics.NONE and self.measure is Measure.COUNT
        drawn = (self.level, self.geometry) if self.is_whole_map else None
        return (
            counts_alone
            and (is_short or self.is_whole_map)
            and shelf.holds((self.edition, self.as_of, cube_by(self.source, self.by)), drawn)
        )


class SeriesParameters(LayoutParameters):
    """The parameters of a series."""

    interval: AskedInterval = Interval.MONTH
    weights: AskedWeights = None
    include: Annotated[
        list[Include],
        Field(
            default_factory=list,
            max_length=len(Include),
            description="Vad som ska räknas fram utöver värdena; utelämnad ingenting, all allt. / What to find besides the values; all for all.",
            examples=[["trend", "unusual"]],
        ),
    ]


class TraceParameters(QuestionParameters):
    """The parameters of a trace: those of the question whose figure it is, and which part of the list."""

    bucket: Annotated[Bucket, Field(description="Vilken del av avstämningen siffran är. / Which part of the ledger.")] = Bucket.PLACED
    format: Annotated[Literal[Format.JSON, Format.CSV], Field(description="json eller csv. / json or csv.")] = Format.JSON
    limit: Annotated[int, Field(ge=1, le=10_000, description="Högsta antal händelser i listan. / Most events of the list.")] = 20
    offset: Annotated[int, Field(ge=0, le=MOST, description="Hur många att hoppa över. / How many to skip.")] = 0

    @property
    def idle(self) -> frozenset[str]:
        """The parts of the question that its answer has no use for: the figure is a count, whatever is asked."""
        return super().idle if self.measure is Measure.COUNT else super().idle | {"measure"}


class NoParameters(BaseModel):
    """No parameters at all: whatever is sent is unknown."""

    model_config = ConfigDict(extra="forbid")


class EditionParameters(NoParameters):
    """Which edition."""

    edition: Annotated[
        Day | None,
        Field(
            description="Indelningens första dag; utelämnad är den som gäller. / First day of the edition; the one in force if left out."
        ),
    ] = None


class ListParameters(BaseModel):
    """The parameters of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=1000, description="Högsta antal i listan. / Most items of the list.")] = USUAL_LIMIT
    offset: Annotated[int, Field(ge=0, le=MOST, description="Hur många att hoppa över. / How many to skip.")] = 0

    def page(self, items: list[dict[str, object]]) -> dict[str, object]:
        """Give the part of a list that was asked for, with how long it is."""
        return {"items": items[self.offset : self.offset + self.limit], "total": len(items), "limit": self.limit, "offset": self.offset}


class CategoryParameters(ListParameters):
    """The parameters of the list of categories."""

    source: Annotated[list[SourceId], Field(description="Bara dessa källor. / Only these sources.")] = []

    def sources(self) -> tuple[SourceId, ...]:
        """Give the sources asked for; all that have categories when none is."""
        return tuple(self.source) or EVENT_SOURCES
