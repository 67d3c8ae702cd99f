"""Answers about one matter: the safety survey, similar areas, older people."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from trygghetskarta.analysis.verdicts import Verdict
from trygghetskarta.api.answers.parts import Answer, AreaRow, Count, Figure, MonthText, Part, features_of
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.likeness import Trait


class SurveyTold(Part):
    """Undersökningen. / The survey."""

    questions: list[str]
    groups: list[str]
    years: list[int]
    smallest_n: int | None
    values_of_other_areas: int
    unit: str | None


class SurveyValue(AreaRow):
    """Ett värde ur undersökningen. / A value of the survey."""

    id: str
    year: int
    question: str
    group: str
    value: Figure
    low: Figure
    high: Figure
    n: Count
    interval: str | None
    status: Status
    reason: str | None
    reason_en: str | None


class IndicatorRow(SurveyValue):
    """Värdet, dess ändring och skillnaden mellan kvinnor och män. / The value, its change, and the gap between women and men."""

    baseline_year: int | None
    change: Figure
    change_low: Figure
    change_high: Figure
    p_value: Figure
    adjusted_p: Figure
    verdict: Verdict
    women_men_gap: Figure
    gap_low: Figure
    gap_high: Figure
    gap_p_value: Figure
    gap_adjusted_p: Figure
    gap_verdict: Verdict


class Indicators(Answer):
    """Trygghetsmätningens värden. / The values of the safety survey."""

    survey: SurveyTold
    items: list[IndicatorRow]
    total: int


class SurveyAndCrimeRow(SurveyValue):
    """Värdet och de anmälda brotten samma år. / The value, and recorded crime of the year."""

    count: Count
    rate: Figure
    rate_low: Figure
    rate_high: Figure
    crime_status: Status


class RankCorrelation(Part):
    """Hur lika de två ordnar områdena. / How alike the two order the areas."""

    question: str
    year: int
    rho: Figure
    low: Figure
    high: Figure
    areas: int


class SurveyAndCrime(Answer):
    """Trygghetsmätningen bredvid anmälda brott. / The survey beside recorded crime."""

    survey: SurveyTold
    rank_correlation: list[RankCorrelation]
    items: list[SurveyAndCrimeRow]
    total: int


class TraitTold(Part):
    """En egenskap som områden jämförs i. / A trait that areas are compared by."""

    name: Trait
    name_sv: str
    logarithm: bool


class Similarity(Part):
    """Hur likheten är räknad. / How likeness was worked out."""

    month: MonthText
    distance: str
    variables: list[TraitTold]
    left_out: list[Trait]


class SimilarRow(AreaRow):
    """Ett område och hur långt det ligger från det som frågan gäller. / An area, and how far it is from the one asked for."""

    id: str
    of: str
    of_name: str
    rank: Annotated[int, Field(ge=0, description="0 är området självt. / 0 is the area itself.")]
    distance: Figure
    residents: Count = None
    density: Figure = None
    share65plus: Annotated[Figure, Field(alias="share65plus")] = None
    dwellings_per_resident: Figure = None
    day_population_per_resident: Figure = None
    status: Status
    count: Count = None
    rate: Figure = None
    rate_low: Figure = None
    rate_high: Figure = None
    crime_status: Status = Status.VALUE


class AgainstSimilar(Part):
    """Ett områdes tal mot de liknandes. / An area's rate against those alike."""

    of: str
    of_name: str
    ratio: Figure
    ratio_low: Figure
    ratio_high: Figure
    p_value: Figure
    adjusted_p: Figure
    verdict: Verdict


class SimilarAreas(Answer):
    """Liknande områden. / Similar areas."""

    similarity: Similarity
    against_similar: list[AgainstSimilar] = Field(default_factory=list)
    items: list[SimilarRow]
    total: int


class _Changed(Part):
    """Ett antal och dess ändring. / A count and its change."""

    code: str
    name: str
    count: Count
    baseline_count: Count
    difference: Count
    percent: Figure
    ratio: Figure
    ratio_low: Figure
    ratio_high: Figure
    p_value: Figure
    adjusted_p: Figure
    verdict: Verdict
    status: Status


class OlderPeopleArea(_Changed):
    """Brott mot äldre i ett område. / Crimes against older people in an area."""

    level: AreaLevel
    parent: str | None
    rate: Figure
    rate_low: Figure
    rate_high: Figure
    count_by_home: Count
    rate_by_home: Figure
    rate_by_home_low: Figure
    rate_by_home_high: Figure
    fraud: Count
    fraud_by_home: Count


class OlderPeopleKind(_Changed):
    """Ett slag av bedrägeri i hela staden. / A kind of fraud in the whole city."""

    placed: Count
    area_only: Count
    unplaced: Count
    outside: Count
    home_known: Count
    home_unknown: Count
    older: Count
    age_told: Count
    pearson_dispersion: Figure
    recoded: date | None


class OlderPeopleTold(Part):
    """Vad linsen vilar på. / What the lens rests on."""

    place_level: AreaLevel
    city_rate: Figure
    by_age_only: Count
    months_without_placeless: Count
    comparable: bool | None
    pearson_dispersion: Figure


class OlderPeople(Answer):
    """Brott mot äldre, och bedrägerier. / Crimes against older people, and fraud."""

    lens: OlderPeopleTold
    areas: list[OlderPeopleArea] = Field(default_factory=list)
    kinds: list[OlderPeopleKind] = Field(default_factory=list)
    items: list[OlderPeopleArea | OlderPeopleKind]
    total: int


IndicatorsFeatures = features_of(Indicators)
SurveyAndCrimeFeatures = features_of(SurveyAndCrime)
SimilarAreasFeatures = features_of(SimilarAreas)
OlderPeopleFeatures = features_of(OlderPeople)
