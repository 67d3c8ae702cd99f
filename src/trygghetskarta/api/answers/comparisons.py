"""Answers about areas in one span: comparisons and decompositions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trygghetskarta.analysis.comparison import Against
from trygghetskarta.analysis.verdicts import Evidence, Verdict
from trygghetskarta.api.answers.parts import Answer, AreaRow, ChosenRows, Count, Figure, MonthsText, Part, features_of
from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.stats.dispersion import Variance

_Position = Literal["below998", "below95", "inside", "above95", "above998"]


class HarmColumns(Part):
    """Allvarligheten, när vikter finns. / The harm, where there are weights."""

    harm: Annotated[Figure, Field(description="Allvarlighet i dagar. / Harm in days.")] = None
    harm_low: Figure = None
    harm_high: Figure = None
    harm_per_event: Figure = None
    weighed: Annotated[Figure, Field(description="Andel av händelserna som har en vikt. / Share of the events that have a weight.")] = None
    harm_police_initiated: Figure = None
    harm_status: Status = Status.VALUE


class ComparisonRow(AreaRow, HarmColumns):
    """Ett områdes antal, dess jämförelse och vad statistiken säger. / An area's count, its baseline, and what the statistics say."""

    count: Count
    baseline_count: Count
    difference: Count
    percent: Annotated[Figure, Field(description="Ändring i procent; null när jämförelsen är 0. / Change in per cent; null at base 0.")]
    rate: Annotated[Figure, Field(description="Antal per 1 000 och år. / Events per 1 000 and year.")] = None
    rate_low: Figure = None
    rate_high: Figure = None
    smoothed_rate: Figure = None
    smoothed_rate_local: Figure = None
    ratio: Figure = None
    ratio_low: Figure = None
    ratio_high: Figure = None
    p_value: Figure = None
    adjusted_p: Figure = None
    verdict: Verdict = Verdict.NOT_APPLICABLE
    evidence: Evidence | None = None
    rank_low: Count = None
    rank_high: Count = None
    person_years: Figure = None
    expected: Figure = None
    funnel: _Position | None = None
    funnel_low95: Figure = None
    funnel_high95: Figure = None
    funnel_low998: Figure = None
    funnel_high998: Figure = None
    status: Status
    baseline_status: Status | None
    provisional: bool
    margin: Annotated[Count, Field(description="Skyddets felmarginal; bara för skyddade värden. / Margin of the protection.")] = None
    baseline_margin: Count = None
    estimated: Count
    estimated_share: Figure
    baseline_estimated: Count
    baseline_harm: Figure = None
    harm_difference: Figure = None
    harm_percent: Figure = None
    baseline_harm_per_event: Figure = None


class DispersionTold(Part):
    """Hur mycket månader varierar utöver slumpen. / How much months vary beyond chance."""

    pearson: Figure
    degrees_of_freedom: int
    heterogeneity: Figure
    variance: Variance


class AreasDispersionTold(DispersionTold):
    """Spridningen, och de år den är mätt på. / The dispersion, and the years it was measured on."""

    limit: float
    years: list[MonthsText]


class TotalTold(Part):
    """Hela staden mot jämförelsen. / The whole city against its baseline."""

    ratio: Figure
    ratio_low: Figure
    ratio_high: Figure
    p_value: Figure
    verdict: Verdict
    per: Literal["personYears", "days"]
    dispersion: DispersionTold


class LevelsTold(Part):
    """Gränserna för ett utslag. / The levels of a verdict."""

    single: float
    false_share: float
    strong: float


class SmoothingTold(Part):
    """Den fördelning som talen är utjämnade mot. / What rates are smoothed towards."""

    mean: Figure
    variance: Figure


class FunnelTold(Part):
    """Trattens mitt och bredd. / The centre and breadth of the funnel."""

    target: Figure
    dispersion: Figure
    adjusted: bool


class RankingTold(Part):
    """Hur rangerna är simulerade. / How the ranks were simulated."""

    areas: int
    draws: int
    seed: int


class RateTold(Part):
    """Vad talen vilar på, eller varför de saknas. / What the rates rest on, or why there are none."""

    reason: str | None
    reason_en: str | None
    smoothing: SmoothingTold | None
    funnel: FunnelTold | None
    ranking: RankingTold | None


class StatisticsTold(Part):
    """Hur prövningarna är gjorda. / How the tests were made."""

    against: Against
    per: Literal["personYears", "days"]
    reason: str | None
    reason_en: str | None
    tested: int
    levels: LevelsTold
    dispersion: AreasDispersionTold
    total: TotalTold | None
    rate: RateTold


class Comparison(Answer):
    """En jämförelse: en rad per område. / A comparison: one row per area."""

    statistics: StatisticsTold | None = None
    items: list[ComparisonRow]
    total: int


class ChosenComparison(ChosenRows):
    """En jämförelse med valda kolumner (column=). / A comparison with columns of one's choice."""

    statistics: StatisticsTold | None = None


class DecompositionWhole(Part):
    """Hela ändringen. / The whole change."""

    status: Status
    count: Count
    baseline_count: Count
    difference: Count
    harm: Figure
    baseline_harm: Figure
    harm_difference: Figure
    harm_per_event: Figure
    baseline_harm_per_event: Figure
    harm_per_event_difference: Figure


class DecompositionRow(Part):
    """En kategoris del i ändringen. / A category's part in the change."""

    source: SourceId | None
    code: str
    name: str
    status: Status
    count: Count
    baseline_count: Count
    difference: Count
    harm: Figure
    baseline_harm: Figure
    harm_difference: Figure
    harm_difference_low: Figure
    harm_difference_high: Figure
    harm_per_event: Figure
    baseline_harm_per_event: Figure
    harm_by_count: Figure
    harm_by_severity: Figure
    mix_effect: Figure
    level_effect: Figure
    contribution: Figure


class Decomposition(Answer):
    """Vad varje kategori bidrog med. / What each category did to the change."""

    whole: DecompositionWhole
    items: list[DecompositionRow]
    total: int


class PolygonTold(Part):
    """Ytan, och vad som kan ha hänt i den. / The polygon, and what may have happened in it."""

    square_metres: float
    without_point: Annotated[
        int, Field(description="Bara kända till ett område som ytan rör vid. / Known only to an area that the polygon touches.")
    ]
    baseline_without_point: Count


class PolygonComparison(Comparison):
    """Antal i en yta, och skillnaden. / The figures of a polygon, and how they differ."""

    polygon: PolygonTold


ComparisonFeatures = features_of(Comparison)
PolygonComparisonFeatures = features_of(PolygonComparison)
ChosenFeatures = features_of(ChosenComparison)
DecompositionFeatures = features_of(Decomposition)
