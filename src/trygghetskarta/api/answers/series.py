"""Answers about areas over time."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from trygghetskarta.analysis.calendar import Kind
from trygghetskarta.analysis.unusual import Judgement
from trygghetskarta.analysis.verdicts import Verdict
from trygghetskarta.api.answers.comparisons import HarmColumns
from trygghetskarta.api.answers.parts import Answer, Count, Figure, MonthText, Part, Scalar, features_of
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Status
from trygghetskarta.stats.season import Model


class SeriesValue(HarmColumns):
    """Ett områdes värde i en period; det som include ber om står bredvid. / A value; what include asks for stands beside it."""

    period: Annotated[str, Field(description="Periodens namn, som 2025-03, 2025-K1, 2025-T2 eller 2025. / Name of the period.")]
    from_: Annotated[MonthText, Field(alias="from")]
    to: MonthText
    count: Count
    status: Status
    provisional: bool
    margin: Annotated[Count, Field(description="Skyddets felmarginal; bara för skyddade värden. / Margin of the protection.")] = None
    estimated: Count
    estimated_share: Figure
    rate: Figure = None
    rate_low: Figure = None
    rate_high: Figure = None
    rolling12: Count = None
    rolling12_last_year: Count = None
    rolling12_percent: Figure = None
    rolling12_percent_low: Figure = None
    rolling12_percent_high: Figure = None
    year_to_date: Count = None
    year_to_date_last_year: Count = None
    year_to_date_percent: Figure = None
    year_to_date_percent_low: Figure = None
    year_to_date_percent_high: Figure = None
    same_period_last_year: Count = None
    same_period_last_year_difference: Count = None
    same_period_last_year_percent: Figure = None
    same_period_last_year_percent_low: Figure = None
    same_period_last_year_percent_high: Figure = None
    days_scaled: Figure = None
    season_index: Figure = None
    season_trend: Figure = None
    stl_trend: Figure = None
    stl_season: Figure = None
    stl_remainder: Figure = None
    trend_fit: Figure = None
    expected: Figure = None
    expected_low: Count = None
    expected_high: Count = None
    unusual: Judgement = Judgement.USUAL


class Found(Part):
    """Något som har letats efter; utan värde står skälet. / Something looked for; without a value the reason stands."""

    status: Status
    from_: Annotated[MonthText | None, Field(alias="from")] = None
    to: MonthText | None = None
    reason: str | None = None
    reason_en: str | None = None


class SumFound(Found):
    """En summa och samma summa ett år tidigare. / A sum, and the same a year earlier."""

    count: Count = None
    last_year: Count = None
    difference: Count = None
    percent: Figure = None
    days: Count = None
    days_last_year: Count = None
    percent_per_day: Figure = None
    percent_per_day_low: Figure = None
    percent_per_day_high: Figure = None
    p_value: Figure = None
    adjusted_p: Figure = None
    verdict: Verdict = Verdict.NOT_APPLICABLE


class SeasonFound(Found):
    """Årets gång. / The season."""

    model: Model = Model.ADDITIVE
    index: list[Figure] = Field(default_factory=list)
    p_value: Figure = None
    is_sure: bool = False


class StlSettings(Part):
    """Hur STL är inställd. / The settings of STL."""

    seasonal: int
    seasonal_degree: int
    robust: bool


class StlFound(Found):
    """Säsong, trend och rest enligt STL. / Season, trend and remainder by STL."""

    settings: StlSettings | None = None
    seasonal_strength: Figure = None
    trend_strength: Figure = None


class MannKendall(Part):
    """Mann-Kendalls test per månad på året. / The seasonal Mann-Kendall test."""

    statistic: float
    variance: Figure
    z: Figure
    p_value: Figure
    tau: Figure


class TheilSen(Part):
    """Theil-Sens lutning. / The Theil-Sen slope."""

    per_year: Figure
    low: Figure
    high: Figure


class TrendFound(Found):
    """Trenden. / The trend."""

    percent_per_year: Figure = None
    low: Figure = None
    high: Figure = None
    p_value: Figure = None
    adjusted_p: Figure = None
    verdict: Verdict
    dispersion: Figure = None
    correlation: Figure = None
    beside_break: MonthText | None = None
    mann_kendall: MannKendall | None = None
    theil_sen: TheilSen | None = None


class UnusualMonth(Part):
    """En ovanlig månad. / An unusual month."""

    period: MonthText
    count: Count
    expected: Figure
    low: Count
    high: Count
    years: int
    p_value: Figure
    verdict: Judgement


class UnusualFound(Found):
    """De ovanliga månaderna. / The unusual months."""

    false_alarms: Figure = None
    judged: Count = None
    expected_by_chance: Figure = None
    months: list[UnusualMonth] = Field(default_factory=list)


class Break(Part):
    """Ett nivåbrott. / A break of level."""

    month: MonthText
    earliest: MonthText
    latest: MonthText
    percent: Figure
    low: Figure
    high: Figure
    calendar: list[str]


class Pettitt(Part):
    """Pettitts test. / The Pettitt test."""

    month: MonthText
    statistic: float
    p_value: Figure


class BreaksFound(Found):
    """Nivåbrotten. / The breaks of level."""

    statistic: Figure = None
    p_value: Figure = None
    adjusted_p: Figure = None
    verdict: Verdict = Verdict.NOT_APPLICABLE
    items: list[Break]
    pettitt: Pettitt | None = None


class SeriesLine(Part):
    """Ett områdes serie. / The series of an area."""

    code: str
    name: str
    level: AreaLevel
    values: list[SeriesValue]
    rolling12: SumFound | None = None
    year_to_date: SumFound | None = None
    same_period_last_year: SumFound | None = None
    season: SeasonFound | None = None
    stl: StlFound | None = None
    trend: TrendFound | None = None
    unusual: UnusualFound | None = None
    breaks: BreaksFound | None = None


class CalendarEntry(Part):
    """Något som ändrade vad en serie räknar. / Something that changed what a series counts."""

    month: MonthText
    to: MonthText
    kind: Kind
    text: str
    text_en: str


class Series(Answer):
    """Serier: en per område. / Series: one per area."""

    calendar: list[CalendarEntry]
    series: list[SeriesLine]


class ChosenLine(Part):
    """Ett områdes serie med valda kolumner (column=). / The series of an area with columns of one's choice."""

    model_config = ConfigDict(extra="allow")

    code: str
    name: str
    level: AreaLevel
    values: list[dict[str, Scalar]]


class ChosenSeries(Answer):
    """Serier med valda kolumner. / Series with columns of one's choice."""

    calendar: list[CalendarEntry]
    series: list[ChosenLine]


ChosenSeriesFeatures = features_of(ChosenSeries, "series", ())
SeriesFeatures = features_of(Series, "series", ())
