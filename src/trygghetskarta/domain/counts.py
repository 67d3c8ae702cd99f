"""Questions, and the two kinds of answer: exact counts and published figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from math import ceil, sqrt

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.periods import Interval, Month, Period, Span
from trygghetskarta.domain.sources import CountsBy, SourceId
from trygghetskarta.domain.surroundings import Surroundings

Counts = npt.NDArray[np.int64]
Figures = npt.NDArray[np.float64]


_SURE = 1.96
KNOWN_ENOUGH = 0.98
"""A month of which a smaller share is known is provisional."""


class Measure(StrEnum):
    """What is counted."""

    COUNT = "count"
    RATE = "rate"
    HARM = "harm"


class Statistics(StrEnum):
    """What a comparison says beside its counts."""

    NONE = "none"
    ALL = "all"


class Denominator(StrEnum):
    """What a rate is per."""

    RESIDENTS = "residents"
    RESIDENTS65PLUS = "residents65plus"
    DAY_POPULATION = "dayPopulation"
    DWELLINGS = "dwellings"

    @property
    def names(self) -> tuple[str, str]:
        """What people call it, Swedish and English."""
        return {
            "residents": ("invånare", "residents"),
            "residents65plus": ("invånare 65 år och äldre", "residents aged 65 and over"),
            "dayPopulation": ("dagbefolkning", "day population"),
            "dwellings": ("bostäder", "dwellings"),
        }[self.value]


class Status(StrEnum):
    """The four states of a value. Never confused: a 0 is a value."""

    VALUE = "value"
    MISSING = "missing"
    WITHHELD = "withheld"
    NOT_APPLICABLE = "notApplicable"

    @cached_property
    def number(self) -> int:
        """The status as it stands in an array."""
        return list(Status).index(self)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, in full: two equal questions on the same data have the same answer.

    Attributes:
        level: The level of the areas counted.
        sources: The sources counted together, at least one.
        span: The months counted.
        edition: The edition of the areas, by the day it came into force; None for the one in force.
        areas: Codes of the areas wanted; empty for all of the level.
        within: Code of an area at a coarser level that the areas must lie in.
        categories: Codes of the categories counted; empty for all. A source none of whose categories is named is counted whole.
        group: Code of a group across the sources, in place of categories.
        baseline: The months compared with, in a comparison.
        against: Code of the area of the level that each is held against, in place of the rest of the city.
        interval: How a series is cut.
        measure: Counts, rates, or harm.
        per: What a rate is per.
        as_of: Count what was known at the end of this day; None for what is known now.
        weights: Name of the set that harm is weighed by; None for the newest in force.
        statistics: Whether a comparison also says how sure its figures are.
        by: Which date puts an event in a month; None for each source's own.
        not_used: The parts of it that were said, and that the answer has no use for.
    """

    level: AreaLevel
    sources: tuple[SourceId, ...]
    span: Span
    edition: date | None = None
    areas: tuple[str, ...] = ()
    within: str | None = None
    categories: tuple[str, ...] = ()
    group: str | None = None
    baseline: Span | None = None
    interval: Interval = Interval.MONTH
    measure: Measure = Measure.COUNT
    per: Denominator = Denominator.RESIDENTS
    as_of: date | None = None
    weights: str | None = None
    statistics: Statistics = Statistics.NONE
    by: CountsBy | None = None
    against: str | None = None
    not_used: tuple[str, ...] = ()

    @property
    def tells_harm(self) -> bool:
        """Whether a comparison also weighs what it counts: when it says all there is to say, or when harm or its weights are asked for."""
        return self.statistics is Statistics.ALL or self.measure is Measure.HARM or self.weights is not None

    def codes(self, source: SourceId) -> tuple[str, ...]:
        """Give the codes of the categories that may be counted of a source: those named, or those of the group."""
        return self.categories if self.group is None else category_groups()[self.group].categories[source]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where every event of the question went: placed + area_only + unplaced + outside = total.

    Attributes:
        placed: Counted in an area of the level asked for, whether or not the question shows that area.
        area_only: Known to a larger area only (a stadsdel, the city), so in no area of the level.
        unplaced: With no known place.
        outside: Known to lie outside the city.
        withheld: How many counts the source withholds. What they hold is in none of the others: nobody here knows it.
        undated: Events of the span by the source's own date that do not tell the date asked for: they are in none of the others.
        estimated: How many of `placed` are dealt to their areas by share.
        unknown: How many counts are missing in the source or not known to it: likewise in none of the others.
    """

    placed: int
    area_only: int
    unplaced: int
    outside: int
    withheld: int = 0
    undated: int = 0
    estimated: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        """All events of the question."""
        return self.placed + self.area_only + self.unplaced + self.outside


@dataclass(frozen=True, slots=True)
class MonthKnown:
    """How much of a month is known so far, as an estimate.

    Attributes:
        month: The month.
        share: Share of the events expected in the end that are known, 0 to 1; None when it cannot be estimated.
        low: Lower end of its 95 % interval.
        high: Upper end.
        reason: Why there is no estimate, Swedish and English; None when there is one.
    """

    month: Month
    share: float | None = None
    low: float | None = None
    high: float | None = None
    reason: tuple[str, str] | None = None

    @property
    def provisional(self) -> bool:
        """Whether so little is known that the month's figures are provisional."""
        return self.share is not None and self.share < KNOWN_ENOUGH

    def as_told(self) -> dict[str, str | float | None]:
        """Give it by the names it has in an answer."""
        swedish, english = self.reason if self.reason is not None else (None, None)
        share, low, high = (None if value is None else round(value, 4) for value in (self.share, self.low, self.high))
        return {"month": str(self.month), "share": share, "low": low, "high": high, "reason": swedish, "reasonEn": english}


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """Which of the months asked for one source has delivered.

    Attributes:
        source: Which source.
        first: First month it ever delivered; None when it never did.
        last: Last month it delivered.
        missing: Months of the span (and baseline) it never delivered.
        provisional: Months of the span (and baseline) whose figures are not final.
        partial: Months of the span (and baseline) it delivered only some days of.
        incomplete: Months of the span (and baseline) estimated to be less than wholly known; empty for one who may not see exact figures.
        otherwise: The date it is counted by, when that is another than its own.
    """

    source: SourceId
    first: Month | None
    last: Month | None
    missing: tuple[Month, ...]
    provisional: tuple[Month, ...]
    partial: tuple[Month, ...] = ()
    incomplete: tuple[MonthKnown, ...] = ()
    otherwise: CountsBy | None = None


@dataclass(frozen=True, slots=True)
class DenominatorUsed:
    """What the rates of an answer are counted on.

    Attributes:
        kind: Of whom or what.
        counted: The days of the counts that the answer rests on, ascending: those within its months, and the nearest before and after.
        held: True where some month lies before the first of all counts or after the last, whose number is then held.
        deliveries: Numbers of the deliveries that told them, ascending.
        without: How many of the answer's areas have no count of their own near enough, and so no rate.
    """

    kind: Denominator
    counted: tuple[date, ...]
    held: bool
    deliveries: tuple[int, ...]
    without: int = 0


@dataclass(frozen=True, slots=True)
class Provenance:
    """What an answer rests on, enough to make it again.

    Attributes:
        version: Number of the last publication that the answer holds.
        published_at: When that was.
        edition: The edition of the areas, by the day it came into force.
        edition_name: What people call it.
        as_of: The day the figures were known, when it was asked for.
        counted: Per source, the names of the categories counted; empty for all.
        denominator: What its rates are counted on; None where it has none.
        weights: Name of the set that harm is weighed by; None when there is none.
        deliveries: Numbers of the deliveries that told of the months counted, ascending; None of released figures, which rest on what was released.
    """

    version: int
    published_at: datetime
    edition: date
    edition_name: str
    as_of: date | None
    counted: tuple[tuple[SourceId, tuple[str, ...]], ...]
    denominator: DenominatorUsed | None = None
    weights: str | None = None
    deliveries: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a reader of harm needs beside its sum.

    Attributes:
        events: Shape (areas, periods): how many of the events counted have a weight.
        initiated: Shape (areas, periods): how much of the harm is of crimes mostly found by the police's own controls.
        heaviest: The largest weight of any category counted that has occurred in the city; 0 where nothing has a weight.
    """

    events: Counts
    initiated: Figures
    heaviest: float


@dataclass(frozen=True, slots=True)
class Protected:
    """How figures that were released to the public are put together, (periods,) each: all areas of an answer are alike in this.

    Attributes:
        carried: Whether the released cells make the figure up at all.
        nodes: How many perturbed cells the figure is the sum of; 0 for one that is exact, and where it is not carried.
        variance: The variance that protection adds to the figure.
        margin: The figure is at most so far from the exact one in 95 cases of 100.
    """

    carried: npt.NDArray[np.bool_]
    nodes: Counts
    variance: Figures
    margin: Counts

    def margin_of_sum(self, period: int, areas: int) -> int:
        """Give the same of the sum over so many areas."""
        return ceil(_SURE * sqrt(float(self.variance[period]) * areas))


@dataclass(frozen=True, slots=True)
class Exact:
    """Counts that nobody outside may see: only `disclosure.release` lets them leave.

    Attributes:
        question: What was asked.
        areas: The areas answered for, (areas,).
        periods: The periods of the columns, (periods,). A comparison has its span, then its baseline if there is one.
        counts: Shape (areas, periods), >= 0.
        person_years: Shape (areas, periods): inhabitants times years, the denominator of a rate; NaN where not known. None for counts.
        missing: Shape (periods,): True where nothing at all was delivered for the period.
        comparable: False where the span and the baseline lack different months, so that their difference would mislead.
        provisional: Shape (periods,): True where a month of the period is not final.
        ledger: Where every event of the span went.
        coverage: Per source.
        provenance: What the answer rests on.
        lacking: Shape (areas, periods): the number of the Status of each value for what the source itself says of it; None where each is one.
        estimated: Shape (areas, periods): how many of `counts` are placed by the share of a link between editions; None for none.
        surroundings: What a comparison is judged against; None where no statistics were asked for.
        harm: Shape (areas, periods): weight in days of all that is counted and has a weight; None where no weights are in force.
        harm_variance: Shape (areas, periods): sum of counts times weight squared, the variance of `harm`; None with `harm`.
        weighed: What a reader of harm needs beside it; None with `harm`.
        protected: How the counts are put together, where they are those released to the public; None where they are exact.
    """

    question: Question
    areas: tuple[Area, ...]
    periods: tuple[Period, ...]
    counts: Counts
    person_years: Figures | None
    missing: npt.NDArray[np.bool_]
    comparable: bool
    provisional: npt.NDArray[np.bool_]
    ledger: Ledger
    coverage: tuple[SourceCoverage, ...]
    provenance: Provenance
    lacking: npt.NDArray[np.int8] | None = None
    estimated: Counts | None = None
    surroundings: Surroundings | None = None
    harm: Figures | None = None
    harm_variance: Figures | None = None
    weighed: Weighed | None = None
    protected: Protected | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """Figures that may leave. Made by `disclosure.release` and nowhere else; every further figure is worked out from these.

    Attributes:
        question: What was asked.
        audience: Whom the figures were released to.
        areas: The areas answered for, (areas,).
        periods: The periods of the columns, (periods,).
        counts: Shape (areas, periods); 0 and without meaning where `status` is not VALUE.
        person_years: Shape (areas, periods): the denominator of a rate; None when only counts were asked for.
        status: Shape (areas, periods): the number of a Status per value; `status_at` gives the Status.
        comparable: False where a difference between the periods would mislead.
        provisional: Shape (periods,).
        ledger: Where every event of the span went; None when withheld.
        coverage: Per source.
        provenance: What the answer rests on.
        estimated: Shape (areas, periods); 0 where `status` is not VALUE. None for none.
        surroundings: What a comparison is judged against; None where it may not leave or was not asked for.
        harm: Shape (areas, periods); NaN where `status` is not VALUE. None where no weights are in force.
        harm_variance: Shape (areas, periods), likewise.
        weighed: What a reader of harm needs beside it, 0 where `status` is not VALUE; None with `harm`.
        protected: How the counts are put together where they are protected; None where they are exact.
    """

    question: Question
    audience: Audience
    areas: tuple[Area, ...]
    periods: tuple[Period, ...]
    counts: Counts
    person_years: Figures | None
    status: npt.NDArray[np.int8]
    comparable: bool
    provisional: npt.NDArray[np.bool_]
    ledger: Ledger | None
    coverage: tuple[SourceCoverage, ...]
    provenance: Provenance
    estimated: Counts | None = None
    surroundings: Surroundings | None = None
    harm: Figures | None = None
    harm_variance: Figures | None = None
    weighed: Weighed | None = None
    protected: Protected | None = None

    def status_at(self, area: int, period: int) -> Status:
        """Give the status of one value."""
        return list(Status)[int(self.status[area, period])]
