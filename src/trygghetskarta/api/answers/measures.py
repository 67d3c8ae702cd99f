"""Answers about measures and their effect."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from trygghetskarta.api.answers.parts import Answer, Count, Figure, Geometry, MonthsText, MonthText, Page, Part, features, features_of
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.measures import Direction, EffectVerdict, GoalUnit, GoalVerdict, Role, Weighting
from trygghetskarta.domain.sources import SourceId


class Ground(Part):
    """En plats för en åtgärd: områden eller en yta. / A ground of a measure: areas or a polygon."""

    level: AreaLevel | None
    areas: list[str]
    polygon: Geometry | None
    crs: int
    square_metres: float
    declared_at: datetime
    declared_after: Annotated[bool, Field(description="Anmält efter att åtgärden börjat. / Declared after the measure began.")]


class GoalBase(Part):
    """Ett mål. / A goal."""

    aim: str
    source: list[SourceId]
    category: list[str]
    group: str | None
    baseline_from: MonthText
    baseline_to: MonthText
    follow_up_from: MonthText
    follow_up_to: MonthText
    direction: Direction
    change: float
    unit: GoalUnit
    judged_on: date


class GoalTold(GoalBase):
    """Ett mål så som det anmäldes. / A goal as it was declared."""

    declared_at: datetime
    declared_after: bool


class MeasureTold(Part):
    """En åtgärd. / A measure."""

    id: int
    name: str
    description: str
    kind: str
    responsible: str
    cost: int | None
    edition: date
    starts_on: date
    ends_on: date | None
    ongoing: bool
    target: Ground
    control: Ground | None
    displacement: Ground | None
    displacement_control: Ground | None
    goals: list[GoalTold]
    declared_on: date | None
    declared_in: str | None
    declared_after: bool
    registered_at: datetime
    known_from: datetime
    known_to: datetime | None


class KnownSpan(Part):
    """När en version var känd. / When a version was known."""

    known_from: datetime
    known_to: datetime | None


class MeasureVersions(MeasureTold):
    """En åtgärd och dess versioner. / A measure and its versions."""

    versions: list[KnownSpan]


class Measures(Page):
    """Åtgärderna i registret. / The measures of the register."""

    items: list[MeasureTold]


class MeasureRow(Part):
    """En åtgärd som en rad. / A measure as a row."""

    id: str
    name: str
    kind: str
    responsible: str
    cost: int | None
    starts_on: date
    ends_on: date | None
    edition: date
    level: AreaLevel | None
    target: str | None
    control: str | None
    displacement: str | None
    displacement_control: str | None
    goals: int
    declared_after: bool
    registered_at: datetime
    known_from: datetime


class EffectMeasure(Part):
    """Vilken åtgärd. / Which measure."""

    id: int
    name: str
    starts_on: date
    ends_on: date | None
    known_from: datetime


class EffectDesign(Part):
    """Hur effekten är räknad. / How the effect was worked out."""

    before: MonthsText
    after: MonthsText
    months_before: int
    months_after: int
    weighting: Weighting
    weight: Figure
    spread: Figure
    dispersion: Figure
    trend_z: Figure
    trend_p: Figure
    weights: str | None
    unweighted: int
    estimated: int


class Placebo(Part):
    """Var åtgärden hamnar bland påhittade. / Where the measure comes among made-up ones."""

    rank: int
    of: int
    p_value: Figure


class GoalJudged(GoalBase):
    """Ett mål och vad det blev av det. / A goal, and what became of it."""

    number: int
    baseline_count: Count
    follow_up_count: Count
    expected: Figure
    percent: Figure
    percent_low: Figure
    percent_high: Figure
    smallest_percent: Figure
    declared_after: bool | None
    verdict: GoalVerdict | Literal["withheld"]


class EffectRow(Part):
    """Ett område med antal, eller ett mått på effekten. / A ground with its counts, or an estimate of the effect."""

    code: str
    name: str
    method: str
    unit: Literal["events", "days", "ratio"]
    before: Count
    after: Count
    difference: Count
    percent: Figure
    harm_before: Figure
    harm_after: Figure
    without_point_before: Count
    without_point_after: Count
    estimate: Figure
    low: Figure
    high: Figure
    standard_error: Figure
    z: Figure
    p_value: Figure
    smallest: Figure
    verdict: EffectVerdict | None


class Effect(Answer):
    """Om åtgärden haft effekt. / Whether the measure worked."""

    measure: EffectMeasure
    verdict: EffectVerdict
    expected: Figure
    smallest_difference: Figure
    smallest_percent: Figure
    declared_after: list[Role]
    design: EffectDesign
    placebo: Placebo | None
    goals: list[GoalJudged]
    items: list[EffectRow]
    total: int


EffectFeatures = features_of(Effect)
MeasuresFeatures = features(
    "MeasuresFeatures", MeasureRow, **{name: (field.annotation, field) for name, field in Page.model_fields.items()}
)
