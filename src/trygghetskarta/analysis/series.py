"""What is found in a released series: sums of twelve months, season, growth, unusual months and breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Generic, TypeVar

import numpy as np

from trygghetskarta.analysis.beside import Compared, is_sure, rolling, same_months, this_year
from trygghetskarta.analysis.calendar import Entry, Kind, calendar
from trygghetskarta.analysis.months import Floats, Ints, Lacking, Months, months_of, newest_run
from trygghetskarta.analysis.unusual import Judged, judge
from trygghetskarta.domain.areas import AreaLevel, Edition
from trygghetskarta.domain.counts import Published
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.stats.breaks import Break, Pettitt, level_break, pettitt
from trygghetskarta.stats.control import HISTORY
from trygghetskarta.stats.multiple import benjamini_hochberg
from trygghetskarta.stats.season import Decomposition, Model, Stl, classical, stl
from trygghetskarta.stats.series import scaled_by_days
from trygghetskarta.stats.trend import Ranked, Slope, seasonal_mann_kendall, seasonal_theil_sen, widened, yearly_slope

LEAST_BACKGROUND = 60
"""Season, growth and breaks are looked for in the span asked for, and where that is shorter, in five years up to its end."""


class Include(StrEnum):
    """What may be found in a series besides its values."""

    ROLLING12 = "rolling12"
    YEAR_TO_DATE = "yearToDate"
    SAME_PERIOD = "samePeriodLastYear"
    DAYS = "days"
    SEASON = "season"
    STL = "stl"
    TREND = "trend"
    UNUSUAL = "unusual"
    BREAKS = "breaks"
    ALL = "all"


_CHANGES = {Include.ROLLING12, Include.YEAR_TO_DATE, Include.SAME_PERIOD}
_BACK = {
    Include.UNUSUAL: HISTORY,
    Include.ROLLING12: 23,
    Include.YEAR_TO_DATE: 23,
    Include.SAME_PERIOD: 12,
    Include.DAYS: 0,
}
"""So many months before the first that is shown does what is found rest on; the rest is found in a stretch of its own."""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Stretch(Generic[Found]):
    """Something found in a stretch of months.

    Attributes:
        span: The months it was looked for in.
        found: What was found.
    """

    span: Span
    found: Found


@dataclass(frozen=True, slots=True)
class Growth:
    """Whether a series rises or falls.

    Attributes:
        slope: By the log-linear model.
        ranks: By Mann and Kendall's seasonal test.
        median: Theil and Sen's slope in events a month and year, and the ends of its interval.
        beside: The month of a break that may be a recoding's doing, allowed for in the slope; None for none.
        adjusted_p: The slope's p-value, allowing for that so many areas were tested.
    """

    slope: Slope
    ranks: Ranked
    median: tuple[float, float, float]
    beside: Month | None
    adjusted_p: float = 1.0

    @property
    def is_found(self) -> bool:
        """Tell whether it is more than chance."""
        return is_sure(self.slope.p_value, self.adjusted_p)


@dataclass(frozen=True, slots=True)
class Broken:
    """Whether a series breaks.

    Attributes:
        most_likely: The most likely break.
        ranks: Pettitt's test on deviations from the mean of months of the same name, and the first month after the change.
        calendar: What happened near it.
        adjusted_p: Its p-value, allowing for that so many areas were tested.
    """

    most_likely: Break
    ranks: tuple[Pettitt, Month]
    calendar: tuple[Entry, ...]
    adjusted_p: float = 1.0

    @property
    def is_found(self) -> bool:
        """Tell whether it is more than chance."""
        return is_sure(self.most_likely.p_value, self.adjusted_p)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in a series.

    Attributes:
        include: What was looked for.
        calendar: What else happened meanwhile.
        months: The months it rests on; None where nothing was looked for.
        rolling12: Twelve months up to each month of `months`.
        year_to_date: The year up to each month of `months`.
        same_period: Each period shown beside the same months a year earlier.
        whole: The whole span beside the same a year earlier, (areas, 1).
        days: Each month scaled by its days.
        season: Per area.
        stl: Per area.
        growth: Per area.
        judged: The months of the span, beside what was to be expected of them.
        broken: Per area.
    """

    include: frozenset[Include]
    calendar: tuple[Entry, ...]
    months: Months | None = None
    rolling12: Compared | None = None
    year_to_date: Compared | None = None
    same_period: Compared | None = None
    whole: Compared | None = None
    days: Floats | None = None
    season: tuple[Stretch[tuple[Model, Decomposition]] | Lacking, ...] | None = None
    stl: tuple[Stretch[Stl] | Lacking, ...] | None = None
    growth: tuple[Stretch[Growth] | Lacking, ...] | None = None
    judged: Judged | None = None
    broken: tuple[Stretch[Broken] | Lacking, ...] | None = None


def follow(shown: Published, background: Published | None, include: Iterable[Include] = (), editions: Iterable[Edition] = ()) -> Findings:
    """Find what is asked for in a series.

    Args:
        shown: The series.
        background: The same question by month over a longer span; None when nothing but the calendar is wanted.
        include: What to look for.
        editions: All divisions of the city into areas.

    Returns:
        The findings.
    """
    wanted = frozenset(include)
    wanted = frozenset(Include) if Include.ALL in wanted else wanted
    span = shown.question.span
    if background is None or not wanted:
        return Findings(wanted, calendar(shown, span, editions))
    months = months_of(background, span)
    stretch = Span(max(Month(int(months.numbers[0])), min(span.first, span.last.plus(1 - LEAST_BACKGROUND))), span.last)
    entries = calendar(background, _rested_on(wanted, span, stretch), editions)
    broken = _broken_of_all(months, stretch, _may_move(entries, shown)) if wanted & {Include.TREND, Include.BREAKS} else None
    variation = _variation(months, stretch) if wanted & _CHANGES else np.zeros(0)
    return Findings(
        include=wanted,
        calendar=entries,
        months=months,
        rolling12=rolling(months, variation) if Include.ROLLING12 in wanted else None,
        year_to_date=this_year(months, variation) if Include.YEAR_TO_DATE in wanted else None,
        same_period=same_months(months, [period.span for period in shown.periods], variation) if Include.SAME_PERIOD in wanted else None,
        whole=same_months(months, [span], variation) if Include.SAME_PERIOD in wanted else None,
        days=scaled_by_days(months.counts, months.numbers) if Include.DAYS in wanted else None,
        season=_each(months, lambda area: _season(months, area, stretch)) if Include.SEASON in wanted else None,
        stl=_each(months, lambda area: _stl(months, area, stretch)) if Include.STL in wanted else None,
        growth=_growth_of_all(months, stretch, broken) if broken is not None and Include.TREND in wanted else None,
        judged=judge(months, span) if Include.UNUSUAL in wanted else None,
        broken=broken if Include.BREAKS in wanted else None,
    )


def _rested_on(wanted: frozenset[Include], span: Span, stretch: Span) -> Span:
    """Give the months that what is found rests on, those shown among them."""
    first = stretch.first if wanted - set(_BACK) else span.first
    return Span(min([first, *(span.first.plus(-months) for include, months in _BACK.items() if include in wanted)]), span.last)


def _may_move(entries: tuple[Entry, ...], shown: Published) -> tuple[Entry, ...]:
    """Leave out new divisions where the whole city is asked for: no line within it moves what is counted."""
    whole_city = shown.question.level is AreaLevel.STAD
    return tuple(entry for entry in entries if not (whole_city and entry.kind is Kind.EDITION))


def _each(months: Months, find: Callable[[int], Stretch[Found] | Lacking]) -> tuple[Stretch[Found] | Lacking, ...]:
    """Find it for every area of which anything may be told."""
    return tuple(months.lacking[area] or find(area) for area in range(len(months.counts)))


def _variation(months: Months, stretch: Span) -> Floats:
    """Give how many times more than by Poisson each area's months vary round a season and a steady growth."""
    found = np.full(len(months.counts), np.nan)
    for area in range(len(found)):
        values, numbers = months.trusted_of(area, stretch)
        with suppress(ValueError):
            slope = yearly_slope(values, numbers, months.exposure_of(area, numbers))
            found[area] = slope.dispersion * widened(slope.correlation, int((~np.isnan(values)).sum()))
    return found


def _season(months: Months, area: int, stretch: Span) -> Stretch[tuple[Model, Decomposition]] | Lacking:
    values, numbers = months.trusted_of(area, stretch)
    if (~np.isnan(values)).sum() < 36:
        return Lacking("Färre än tre hela år är levererade.", "Fewer than three full years are delivered.")
    first_of_year = int(numbers[0]) % 12 + 1
    try:
        found, model = classical(values, first_of_year, Model.MULTIPLICATIVE), Model.MULTIPLICATIVE
        if not (found.index > 0).all():
            found, model = classical(values, first_of_year, Model.ADDITIVE), Model.ADDITIVE
    except ValueError:
        return Lacking(
            "Någon månad på året har för få värden, eller inga händelser alls i närheten.",
            "Some month of the year has too few values, or no events at all near it.",
        )
    return Stretch(_span(numbers), (model, found))


def _stl(months: Months, area: int, stretch: Span) -> Stretch[Stl] | Lacking:
    values, numbers = newest_run(*months.trusted_of(area, stretch))
    try:
        return Stretch(_span(numbers), stl(values)) if len(numbers) else _too_short()
    except ValueError:
        return _too_short()


def _too_short() -> Lacking:
    return Lacking("STL kräver tre hela år i följd utan avbrott.", "STL takes three full years in a row without a gap.")


def _broken_of_all(months: Months, stretch: Span, entries: tuple[Entry, ...]) -> tuple[Stretch[Broken] | Lacking, ...]:
    found = _each(months, lambda area: _broken(months, area, stretch, entries))
    adjusted = _adjusted([np.nan if isinstance(one, Lacking) else one.found.most_likely.p_value for one in found])
    return tuple(
        one if isinstance(one, Lacking) else replace(one, found=replace(one.found, adjusted_p=p))
        for one, p in zip(found, adjusted, strict=True)
    )


def _adjusted(p_values: list[float]) -> list[float]:
    adjusted: list[float] = benjamini_hochberg(np.array(p_values)).tolist()
    return adjusted


def _broken(months: Months, area: int, stretch: Span, entries: tuple[Entry, ...]) -> Stretch[Broken] | Lacking:
    values, numbers = months.trusted_of(area, stretch)
    try:
        found = level_break(values, numbers, months.exposure_of(area, numbers))
    except ValueError:
        return Lacking(
            "Att söka en plötslig ändring kräver 36 månader och 20 händelser, och att de inte alla ligger i ena änden.",
            "Looking for a break takes 36 months and 20 events, not all of them at one end.",
        )
    near = tuple(entry for entry in entries if entry.is_near(Month(found.earliest), Month(found.latest)))
    ranks = pettitt(_without_season(values, numbers))
    return Stretch(_span(numbers), Broken(found, (ranks, Month(int(numbers[ranks.last]) + 1)), near))


def _growth_of_all(months: Months, stretch: Span, broken: tuple[Stretch[Broken] | Lacking, ...]) -> tuple[Stretch[Growth] | Lacking, ...]:
    found = _each(months, lambda area: _growth(months, area, stretch, broken[area]))
    adjusted = _adjusted([np.nan if isinstance(one, Lacking) else one.found.slope.p_value for one in found])
    return tuple(
        one if isinstance(one, Lacking) else replace(one, found=replace(one.found, adjusted_p=p))
        for one, p in zip(found, adjusted, strict=True)
    )


def _growth(months: Months, area: int, stretch: Span, broken: Stretch[Broken] | Lacking) -> Stretch[Growth] | Lacking:
    values, numbers = months.trusted_of(area, stretch)
    # A break at a recoding is not a trend: the level may change there without the slope being told of it.
    step = broken.found.most_likely.month if isinstance(broken, Stretch) and broken.found.is_found and broken.found.calendar else None
    try:
        slope = yearly_slope(values, numbers, months.exposure_of(area, numbers), step)
    except ValueError:
        return Lacking(
            "En trend kräver 24 månader och 20 händelser, och att de inte alla ligger i ena änden.",
            "A trend takes 24 months and 20 events, not all of them at one end.",
        )
    ranks, median = seasonal_mann_kendall(values, numbers), seasonal_theil_sen(values, numbers)
    return Stretch(_span(numbers), Growth(slope, ranks, median, Month(step) if step is not None else None))


def _without_season(values: Floats, numbers: Ints) -> Floats:
    bare = values.copy()
    for month in range(12):
        same = numbers % 12 == month
        if (~np.isnan(values[same])).any():
            bare[same] -= np.nanmean(values[same])
    return bare


def _span(numbers: Ints) -> Span:
    return Span(Month(int(numbers[0])), Month(int(numbers[-1])))
