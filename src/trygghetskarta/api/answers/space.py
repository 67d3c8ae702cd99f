"""Answers about where and when events lie: hours, hexagons, hot spots, densities, near repeats, pattern changes, concentration, traces."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from trygghetskarta.analysis.clusters import Cluster, ClusterMethod
from trygghetskarta.analysis.patterns import ShareVerdict
from trygghetskarta.api.answers.parts import Answer, AreaRow, Count, Figure, MonthText, Part, features_of
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.sources import CountsBy, SourceId
from trygghetskarta.queries.trace import Bucket
from trygghetskarta.stats.density import Kernel
from trygghetskarta.stats.emerging import Emerging


class HourRow(Part):
    """En timme i veckan. / An hour of the week."""

    hour_of_week: Annotated[int, Field(ge=0, le=167)]
    weekday: Annotated[int, Field(ge=1, le=7, description="1 är måndag. / 1 is Monday.")]
    weekday_name: str
    hour: Annotated[int, Field(ge=0, le=23)]
    count: Annotated[
        float, Field(ge=0, description="Väntat antal; en händelse kan vara fördelad. / Expected count; an event may be spread.")
    ]
    share: Annotated[Figure, Field(description="Procent av alla. / Per cent of all.")]
    baseline_count: Figure
    baseline_share: Figure


class PeakTold(Part):
    """De tre timmar i följd som har mest. / The three hours in a row that hold the most."""

    weekday: Annotated[int, Field(ge=1, le=7)]
    hour: Annotated[int, Field(ge=0, le=23, description="Den första timmen. / The first hour.")]
    hours: Literal[3]
    share: Annotated[float, Field(description="Procent av alla. / Per cent of all.")]
    even: Annotated[float, Field(description="Procent om allt var jämnt fördelat. / Per cent if all were evenly spread.")]
    is_sure: Annotated[bool, Field(description="Det är mer än slumpen brukar ge. / It is more than chance tends to give.")]


class Hours(Answer):
    """Veckans timmar. / The hours of the week."""

    timed: Annotated[int, Field(ge=0, description="Händelser med en känd tid på dygnet. / Events with a known time of day.")]
    untimed: Annotated[int, Field(ge=0, description="Händelser utan. / Events without.")]
    spread: Annotated[int, Field(ge=0, description="Händelser som är fördelade på flera timmar. / Events spread over several hours.")]
    estimated: Count
    peak: PeakTold | None
    items: list[HourRow]
    total: int


class HexagonRow(Part):
    """En sexhörning. / A hexagon."""

    cell: Annotated[str, Field(description="Rutans nummer enligt h3. / The cell as h3 numbers it.")]
    count: Annotated[int, Field(ge=0)]
    baseline_count: Annotated[Count, Field(description="Med en jämförelseperiod. / With a baseline.")] = None
    difference: Count = None


class Hexagons(Answer):
    """Sexhörningar med händelser. / Hexagons that hold events."""

    resolution: int
    without_point: Annotated[int, Field(ge=0, description="Händelser utan punkt. / Events without a point.")]
    baseline_without_point: Annotated[Count, Field(description="Med en jämförelseperiod. / With a baseline.")] = None
    items: list[HexagonRow]
    total: int


class CountedArea(AreaRow):
    """Ett område med sitt antal. / An area with its count."""

    count: Count
    status: Status
    estimated: Count


class HotspotRow(CountedArea):
    """Ett område och om det ingår i en samling. / An area, and whether it is part of a cluster."""

    rate: Figure
    smoothed_rate: Figure
    rate_unit: Literal["perThousandYears", "perSquareKilometre"]
    local_moran: Figure = None
    z: Figure
    p_value: Figure
    adjusted_p: Figure
    cluster: Cluster | Emerging
    hot_periods: Count = None
    tested_periods: Count = None
    first_hot: str | None = None
    last_hot: str | None = None


class GlobalMoran(Part):
    """Morans I för hela staden. / Moran's I of the whole city."""

    i: Figure
    expected: Figure
    variance: Figure
    z: Figure
    p_value: Figure


class Hotspots(Answer):
    """Heta och kalla områden. / Hot and cold areas."""

    method: ClusterMethod
    global_moran: GlobalMoran | None = None
    permutations: Count = None
    periods: list[str] = Field(default_factory=list)
    seed: int
    items: list[HotspotRow]
    total: int


class PatternChangeTold(Part):
    """Hur lika mönstren är. / How alike the patterns are."""

    s: Figure
    robust_s: Figure
    areas: int
    seed: int


class PatternRow(CountedArea):
    """Ett områdes andel nu och förr. / An area's share now and before."""

    baseline_count: Count
    share: Figure
    share_low: Figure
    share_high: Figure
    baseline_share: Figure
    local_s: Count
    p_value: Figure
    adjusted_p: Figure
    verdict: ShareVerdict


class PatternChanges(Answer):
    """Hur mönstret har ändrats. / How the pattern changed."""

    pattern_change: PatternChangeTold
    items: list[PatternRow]
    total: int


class ByChance(Part):
    """Vad slumpen skulle ge. / What chance would give."""

    share: Figure
    low: Figure
    high: Figure
    p_value: Figure


class ConcentrationTold(Part):
    """Hur samlade händelserna är. / How concentrated the events are."""

    areas: int
    events: Count
    areas_holding_half: Count
    share_holding_half: Figure
    by_chance: ByChance | None
    by_people: ByChance | None
    gini: Figure
    generalized_gini: Figure
    seed: int


class ConcentrationRow(CountedArea):
    """Ett områdes plats i ordningen. / An area's place in the order."""

    rank: Count
    share: Figure
    cumulative_share: Figure
    in_half: bool | None


class Concentration(Answer):
    """I hur få områden hälften ligger. / In how few areas half of the events lie."""

    concentration: ConcentrationTold
    items: list[ConcentrationRow]
    total: int


class DensityPoints(Part):
    """Punkterna som tätheten är gjord av. / The points that the density is made of."""

    used: Count
    without_point: Count
    baseline_used: Count
    baseline_without_point: Count
    people: Count


class DensityTold(Part):
    """Hur tätheten är räknad. / How the density was worked out."""

    bandwidth: float
    kernel: Kernel
    unit: Literal["perSquareKilometre"]
    edge: Literal["jones-diggle"]


class GridTold(Part):
    """Rutnätet. / The grid."""

    crs: str
    cell: float
    left: float
    bottom: float
    columns: int
    rows: int
    cells_inside: int


class ContourRow(Part):
    """En kontur. / A contour."""

    contour: str
    low: Figure
    high: Figure
    share: Figure
    square_kilometres: Figure
    events: Figure


class CellRow(Part):
    """En ruta i rutnätet. / A cell of the grid."""

    cell: str
    x: float
    y: float
    density: Figure
    against: Figure = None
    difference: Figure = None
    ratio: Figure = None
    z: Figure = None


class Densities(Answer):
    """Täthet som konturer eller rutnät. / Density as contours or a grid."""

    points: DensityPoints
    density: DensityTold
    grid: GridTold
    items: list[ContourRow | CellRow]
    total: int


class NearPoints(Part):
    """Punkterna som prövningen är gjord av. / The points that the test is made of."""

    used: Count
    untimed: Count
    too_long: Count
    without_point: Count


class NearTold(Part):
    """Hur prövningen är gjord. / How the test was made."""

    pairs: int
    permutations: int
    seed: int


class BandRow(Part):
    """Ett band av avstånd och dagar. / A band of distance and days."""

    band: str
    metres_from: float
    metres_below: float
    days_from: int
    days_below: int
    pairs: int
    expected_pairs: Figure
    ratio: Figure
    p_value: Figure
    adjusted_p: Figure


class NearRepeats(Answer):
    """Upprepning nära i tid och rum. / Near repeats."""

    points: NearPoints
    near_repeats: NearTold
    items: list[BandRow]
    total: int


class TracedEvent(Part):
    """En händelse bakom en siffra, och raden den kom från. / An event behind a figure, and the line it came from."""

    source: SourceId
    delivery: int
    file: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    line: int
    adapter: str
    identity: str | None
    month: MonthText
    antal: int
    share: Figure
    dealt: Count
    dealt_of: Count
    category: str
    category_name: str
    area: str | None
    area_name: str | None
    precision: str
    area_text: str | None
    x: Figure
    y: Figure
    happened: datetime | None
    reported: date | None
    known_from: datetime
    key: str


class TraceQuestion(Part):
    """Frågan vars siffra det är. / The question whose figure it is."""

    level: AreaLevel
    area: list[str]
    within: str | None
    source: list[SourceId]
    category: list[str]
    from_: Annotated[MonthText, Field(alias="from")]
    to: MonthText
    as_of: date | None
    by: CountsBy | None
    bucket: Bucket
    not_used: Annotated[list[str], Field(description="Det av frågan som siffran inte beror av. / What of it the figure does not hang on.")]


class Trace(Part):
    """Vad en siffra vilar på. / What a figure rests on."""

    question: TraceQuestion
    figure: int
    total: int
    closes: Annotated[bool, Field(description="Raderna summerar till siffran. / The rows sum to the figure.")]
    estimated: int
    estimated_of: int
    said: str
    said_en: str
    versions: int
    rest: int
    limit: int
    offset: int
    items: list[TracedEvent]


HoursFeatures = features_of(Hours)
HexagonsFeatures = features_of(Hexagons)
HotspotsFeatures = features_of(Hotspots)
PatternChangesFeatures = features_of(PatternChanges)
ConcentrationFeatures = features_of(Concentration)
DensitiesFeatures = features_of(Densities)
NearRepeatsFeatures = features_of(NearRepeats)
