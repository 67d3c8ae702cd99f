"""Measures against crime and unrest: where and when, what they are compared with, what they are to reach, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.periods import Month, Span, local_day
from trygghetskarta.domain.sources import SourceId

Counts = npt.NDArray[np.int64]
Figures = npt.NDArray[np.float64]


class Role(StrEnum):
    """What the ground of a measure is to it.

    TARGET is where it is; CONTROL is like it, and has no measure; DISPLACEMENT is where crime may move, or the benefit may spread; and
    DISPLACEMENT_CONTROL is like that.
    """

    TARGET = "target"
    CONTROL = "control"
    DISPLACEMENT = "displacement"
    DISPLACEMENT_CONTROL = "displacementControl"

    @property
    def swedish(self) -> str:
        """The role as an official writes it."""
        return {
            "target": "målområde",
            "control": "jämförelseområde",
            "displacement": "spridningsområde",
            "displacementControl": "jämförelse för spridningsområdet",
        }[self.value]


class Direction(StrEnum):
    """Which way a goal points."""

    DECREASE = "decrease"
    INCREASE = "increase"


class GoalUnit(StrEnum):
    """What a goal's change is counted in: per cent of the baseline, or events over the follow-up."""

    PERCENT = "percent"
    NUMBER = "number"


class Weighting(StrEnum):
    """What the control's counts are divided by: nothing, its size at the start as a share of the target's, or its ground likewise."""

    NONE = "none"
    BEFORE = "before"
    AREA = "area"


class EffectVerdict(StrEnum):
    """What an effect shows: fewer or more than the comparison leads one to expect, or that it cannot be told, and why not."""

    LOWER = "lower"
    HIGHER = "higher"
    CANNOT_TELL = "cannotTell"
    TOO_SMALL_TO_TELL = "tooSmallToTell"
    NOT_APPLICABLE = "notApplicable"


class GoalVerdict(StrEnum):
    """What became of a goal.

    REACHED: the change is as large as the goal and more than chance. WORSE: it goes the other way, and more than chance. TOO_SMALL_TO_TELL: there
    are so few events that the goal's own change would not have been seen. NOT_SHOWN: it would have been, and was not.
    """

    REACHED = "reached"
    NOT_SHOWN = "notShown"
    WORSE = "worse"
    TOO_SMALL_TO_TELL = "tooSmallToTell"
    NOT_YET = "notYet"
    NOT_APPLICABLE = "notApplicable"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Site:
    """The ground of one role: areas, or a polygon.

    Attributes:
        level: Level of the areas; None for a polygon.
        codes: Their codes, sorted; empty for a polygon.
        polygon: A GeoJSON geometry as text; None for areas.
        srid: EPSG number of the polygon's coordinates.
    """

    level: AreaLevel | None
    codes: tuple[str, ...] = ()
    polygon: str | None = None
    srid: int = 4326


@dataclass(frozen=True, slots=True)
class Goal:
    """What a measure is to reach in its target area.

    Attributes:
        aim: The goal in words.
        sources: What is counted: the sources together.
        categories: Codes of the categories; empty for all.
        group: A group across the sources, in place of categories.
        baseline: The months it starts from.
        follow_up: The months that are judged.
        direction: Which way.
        change: How much, above 0.
        unit: What in.
        judged_on: The day from which it is judged.
    """

    aim: str
    sources: tuple[SourceId, ...]
    categories: tuple[str, ...]
    group: str | None
    baseline: Span
    follow_up: Span
    direction: Direction
    change: float
    unit: GoalUnit
    judged_on: date


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is told of a measure.

    Attributes:
        name: What people call it.
        description: What is done.
        kind: What kind of measure.
        responsible: The board or unit.
        cost: Swedish kronor; None where not told.
        edition: First day of the edition that its areas are of; None for the one in force when it is told.
        starts_on: Its first day.
        ends_on: Its last day; None while it goes on.
        sites: Its ground by role; there is always a target.
        goals: What it is to reach.
        declared_on: Day of the decision that named the areas, when it is older than the register's knowledge.
        declared_in: The decision's number in the diary; with `declared_on` or not at all.
    """

    name: str
    description: str
    kind: str
    responsible: str
    starts_on: date
    sites: Mapping[Role, Site]
    ends_on: date | None = None
    cost: int | None = None
    edition: date | None = None
    goals: tuple[Goal, ...] = ()
    declared_on: date | None = None
    declared_in: str | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """A role's ground as the register holds it.

    Attributes:
        site: As it was told; of a polygon, its text in the plane.
        outline: Its GeoJSON geometry, WGS84.
        square_metres: Its size.
        declared_at: Since when it has been just this ground.
    """

    site: Site
    outline: str
    square_metres: float
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class Registered:
    """One version of a measure.

    Attributes:
        number: The measure's number.
        told: What was told of it, with its edition filled in.
        grounds: Its ground by role.
        goals_declared: Since when each goal has been just this goal, (goals,).
        registered_at: When the measure was first told of.
        known_from: When this version was.
        known_to: When a later version replaced it; None for the current one.
    """

    number: int
    told: Declaration
    grounds: Mapping[Role, Ground]
    goals_declared: tuple[datetime, ...]
    registered_at: datetime
    known_from: datetime
    known_to: datetime | None

    @property
    def declared_after(self) -> tuple[Role, ...]:
        """The roles whose ground was named after the first day: chosen, for all one knows, by the outcome."""
        return tuple(role for role, ground in self.grounds.items() if local_day(ground.declared_at) > self.told.starts_on)

    @property
    def late_goals(self) -> tuple[int, ...]:
        """The goals, numbered from 0, that were set when the months they are judged by had begun."""
        goals = zip(self.told.goals, self.goals_declared, strict=True)
        return tuple(at for at, (goal, declared) in enumerate(goals) if local_day(declared) > goal.follow_up.first.first_day)


@dataclass(frozen=True, slots=True)
class EffectCounts:
    """What an effect is worked out from.

    Attributes:
        measure: The measure.
        roles: The roles counted, target first, (roles,).
        names: Names of each role's areas; empty for a polygon.
        before: The months before.
        after: The months after.
        delivered: Months of each that every source delivered, (2,), each >= 1.
        counts: Events, shape (roles, 2).
        harm: Their weight in days, shape (roles, 2); None where no weights are in force.
        harm_variance: Sum of counts times weight squared, likewise.
        unweighted: Events of these that have no weight, and so are in neither.
        weights: Name of the weights; None with `harm`.
        months: Events in target and control in the delivered months up to the start, oldest first, shape (2, months).
        without_point: Events of the areas that a polygon touches which are known to no point, so that nobody can tell whether they are in it,
            shape (roles, 2); 0 for areas.
        others: Areas in which nothing was done, to compare the effect with, (others,).
        other_counts: Their events, shape (others, 2).
        weighting: What the asker wants the control divided by; None to let its size decide.
        estimated: How many of all these events are dealt to the areas by share.
    """

    measure: Registered
    roles: tuple[Role, ...]
    names: tuple[tuple[str, ...], ...]
    before: Span
    after: Span
    delivered: tuple[int, int]
    counts: Counts
    harm: Figures | None
    harm_variance: Figures | None
    unweighted: int
    weights: str | None
    months: Counts
    without_point: Counts
    others: tuple[Area, ...]
    other_counts: Counts
    weighting: Weighting | None
    estimated: int = 0


@dataclass(frozen=True, slots=True)
class GoalCounts:
    """What a goal is judged by.

    Attributes:
        number: Its place in the measure's list, from 1.
        names: Names of the target's areas; empty for a polygon.
        goal: The goal.
        late: True where it was set when its follow-up had begun.
        baseline: Events in the target over the delivered months of the baseline.
        follow_up: Likewise of the follow-up.
        delivered: Months delivered of each, (2,).
        known_until: The last month that every source delivered; None for none.
        today: The day on which it is judged.
    """

    number: int
    names: tuple[str, ...]
    goal: Goal
    late: bool
    baseline: int
    follow_up: int
    delivered: tuple[int, int]
    known_until: Month | None
    today: date
