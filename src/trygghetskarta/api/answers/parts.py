"""What every answer is made of: the types of its values, the page of a list, outlines, and what stands beside the figures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.alias_generators import to_camel

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience, SharingClass
from trygghetskarta.domain.counts import Denominator, Measure, Statistics, Status
from trygghetskarta.domain.periods import Interval
from trygghetskarta.domain.sources import CountsBy, SourceId

MonthText = Annotated[
    str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="En månad. / A month.", json_schema_extra={"example": "2026-10"})
]
MonthsText = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])\.\.[0-9]{4}-(0[1-9]|1[0-2])$",
        description="Från och med en månad till och med en annan. / From a month to another, both included.",
        json_schema_extra={"example": "2025-01..2025-12"},
    ),
]
Figure = float | None
"""A figure with decimals; null where there is none."""
Count = int | None
"""A whole number; null where there is none: withheld, missing, or not applicable."""


Scalar = bool | float | str | None
"""What a cell of a table holds."""


class Part(BaseModel):
    """A part of an answer: camelCase names, and none but those told of here."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class Page(Part):
    """Var i en lista svaret är. / Which part of a list the answer is."""

    total: Annotated[int, Field(ge=0, description="Hur lång hela listan är. / How long the whole list is.")]
    limit: Annotated[int, Field(ge=1, description="Högsta antal i svaret. / Most items of the answer.")]
    offset: Annotated[int, Field(ge=0, description="Hur många som hoppades över. / How many were skipped.")]


class QuestionTold(Part):
    """Frågan så som den förstods. / The question as it was understood."""

    level: AreaLevel
    area: list[str]
    within: str | None
    edition: date
    source: list[SourceId]
    category: list[str]
    group: str | None
    from_: Annotated[MonthText, Field(alias="from")]
    to: MonthText
    baseline: MonthsText | None
    interval: Interval
    measure: Measure
    per: Denominator
    by: CountsBy | None
    as_of: date | None
    weights: str | None
    against: str | None
    statistics: Statistics


class LedgerTold(Part):
    """Avstämningen: placed + areaOnly + unplaced + outside = total. / The ledger: where every event went."""

    placed: Annotated[Count, Field(description="Placerade i ett område på nivån. / Placed in an area of the level.")]
    area_only: Annotated[Count, Field(description="Bara kända till ett större område. / Known to a larger area only.")]
    unplaced: Annotated[Count, Field(description="Utan plats. / Without a place.")]
    outside: Annotated[Count, Field(description="Utanför staden. / Outside the city.")]
    withheld: Annotated[bool, Field(description="Avstämningen är skyddad. / The ledger is withheld.")]
    covered: Annotated[bool, Field(description="Alla månader är levererade. / Every month was delivered.")]
    withheld_by_source: Annotated[Count, Field(description="Det källan själv håller inne. / What the source itself withholds.")]
    undated: Annotated[Count, Field(description="Utan det datum som avgör månaden. / Without the date that decides the month.")]
    estimated: Annotated[Count, Field(description="Fördelade efter andel, av de placerade. / Dealt by share, of the placed.")]
    total: Count


class MonthKnownTold(Part):
    """Hur mycket av en månad som är känt. / How much of a month is known."""

    month: MonthText
    share: Figure
    low: Figure
    high: Figure
    reason: str | None
    reason_en: str | None


class CoverageTold(Part):
    """Vad en källa har levererat av de månader frågan gäller. / What a source delivered of the months asked for."""

    source: SourceId
    counts_by: CountsBy
    from_: Annotated[MonthText | None, Field(alias="from")]
    to: MonthText | None
    missing: list[MonthText]
    partial: list[MonthText]
    provisional: list[MonthText]
    incomplete: list[MonthKnownTold]


class DenominatorTold(Part):
    """Vad tal per 1 000 räknas på. / What rates are per."""

    kind: Denominator
    name: str
    name_en: str
    dates: list[date]
    held: Annotated[bool, Field(description="Någon folkräkning används för år den inte gäller. / A count is used beyond its year.")]
    source: SourceId
    deliveries: list[int]
    areas_without: int


class CountedTold(Part):
    """Vilka kategorier som räknades. / The categories that were counted."""

    source: SourceId
    categories: list[str]


class ProvenanceTold(Part):
    """Vad svaret vilar på. / What the answer rests on."""

    data_version: Annotated[int, Field(description="Numret på den senaste publiceringen. / Number of the newest publication.")]
    published_at: datetime
    deliveries: Annotated[
        list[int] | None,
        Field(
            description="Numren på de leveranser som berättar om månaderna, högst de hundra senaste; null för skyddade värden."
            " / Numbers of the deliveries that tell of the months, the newest hundred at most; null for protected values."
        ),
    ]
    deliveries_total: Annotated[int | None, Field(description="Hur många de är. / How many they are.")]
    edition: date
    edition_name: str
    as_of: date | None
    audience: Audience
    class_: Annotated[SharingClass, Field(alias="class", description="Vem svaret får lämnas till. / Who it may be given to.")]
    made_for: Annotated[str | None, Field(description="Vem en intern fil är framtagen för. / Who an intern file is for.")]
    made_at: Annotated[datetime | None, Field(description="När den togs fram. / When it was taken out.")]
    weights: str | None
    counted: list[CountedTold]
    not_used: Annotated[
        list[str],
        Field(
            description="De delar av frågan som angavs men som svaret inte har användning för: deras värden är prövade och ändrar ingenting."
            " / The parts of the question that were given and that the answer has no use for: their values are checked and change nothing."
        ),
    ]
    methods: Annotated[list[str], Field(description="Namn på metoderna, så som docs/methods har dem. / Names of the methods.")]


class ProtectedPeriod(Part):
    """Hur en periods tal är sammansatta av skyddade värden. / How the figures of a period are put together."""

    period: Annotated[str, Field(description="Periodens namn. / Name of the period.")]
    carried: Annotated[bool, Field(description="Finns bland det som är släppt. / Whether it is among what is released.")]
    cells: Annotated[
        int, Field(description="Hur många skyddade värden varje tal är summan av. / How many protected values each is the sum of.")
    ]
    margin: Annotated[
        Count, Field(description="Så långt från det exakta i 95 fall av 100. / So far from the exact one in 95 cases of 100.")
    ]


class ProtectionTold(Part):
    """Hur små antal är skyddade. / How small counts are protected."""

    method: Annotated[str, Field(description="Metodens namn i docs/methods. / Name of the method.")]
    periods: list[ProtectedPeriod]


class Answer(Part):
    """Det som står bredvid siffrorna i varje svar. / What stands beside the figures of every answer."""

    question: QuestionTold
    ledger: LedgerTold | None
    coverage: list[CoverageTold]
    denominator: DenominatorTold | None
    provenance: ProvenanceTold
    protection: Annotated[
        ProtectionTold | None, Field(description="Bara där siffrorna är skyddade. / Only where figures are protected.")
    ] = None
    sentences: Annotated[list[str], Field(description="Svenska meningar att klistra in. / Swedish sentences ready to paste.")]


class Columns(Answer):
    """Ett svar kolumn för kolumn (layout=columns). / An answer column by column."""

    model_config = ConfigDict(extra="allow")

    columns: Annotated[dict[str, list[Scalar]], Field(description="Ett värde per rad i varje kolumn. / A value per row in each column.")]
    total: int


class ChosenRows(Answer):
    """Ett svar med valda kolumner (column=). / An answer with columns of one's choice."""

    model_config = ConfigDict(extra="allow")

    items: list[dict[str, Scalar]]
    total: int


class AreaRow(Part):
    """Ett område. / An area."""

    code: Annotated[str, Field(description="Områdets kod. / Code of the area.")]
    name: Annotated[str, Field(description="Områdets namn. / Name of the area.")]
    level: AreaLevel
    parent: Annotated[str | None, Field(description="Koden på det större område som det ligger i. / Code of the larger area it lies in.")]


class Geometry(BaseModel):
    """En geometri enligt RFC 7946 i WGS84. / A geometry by RFC 7946, in WGS84."""

    type: Literal["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
    coordinates: list[Any]


class JsonStat(BaseModel):
    """Ett svar som JSON-stat 2.0. / An answer as JSON-stat 2.0."""

    model_config = ConfigDict(extra="allow")

    version: Literal["2.0"]
    class_: Annotated[Literal["dataset"], Field(alias="class")]
    label: str
    id: list[str]
    size: list[int]
    dimension: dict[str, Any]
    value: list[float | None] | dict[str, float | None]


class _Feature(Part):
    type: Literal["Feature"]
    id: str | int
    geometry: Geometry | None


class Collection(Part):
    """En GeoJSON-samling. / A GeoJSON feature collection."""

    type: Literal["FeatureCollection"]


def features_of(answer: type[Part], rows: str = "items", left_out: tuple[str, ...] = ("total",)) -> type[Part]:
    """Give the GeoJSON face of an answer: the same members, and its rows as features.

    Args:
        answer: The answer as JSON.
        rows: The member that holds the rows.
        left_out: Further members that only JSON has.

    Returns:
        A type named after the answer's.
    """
    row = answer.model_fields[rows].annotation.__args__[0]  # type: ignore[union-attr] # a list of rows
    members: dict[str, Any] = {
        name: (field.annotation, field) for name, field in answer.model_fields.items() if name not in (rows, *left_out)
    }
    return features(f"{answer.__name__}Features", row, **members)


def features(name: str, row: Any, **members: Any) -> type[Part]:  # noqa: ANN401 - a row is a type, or a union of types
    """Give a GeoJSON feature collection of rows as a type.

    Args:
        name: What to call it.
        row: The type of each feature's properties.
        members: What stands beside the features, as pydantic's `create_model` takes it.

    Returns:
        The type.
    """
    feature = create_model(name.removesuffix("s"), __base__=_Feature, properties=(row, ...))
    return create_model(name, __base__=Collection, **members, features=(list[feature], ...))


__all__ = [
    "Answer", "AreaRow", "Count", "CoverageTold", "Figure", "Geometry", "MonthKnownTold", "MonthText", "MonthsText", "Page", "Part", "Status",
    "features", "features_of",
]  # fmt: skip
