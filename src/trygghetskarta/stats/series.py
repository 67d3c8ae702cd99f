"""Months set beside each other: twelve at a time, this year so far, the same month last year, and Brå's layout P1.

Months are numbers since January 1970. A month that is not delivered is NaN and never 0: a sum that would hold one is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

YEAR = 12
MEAN_MONTH = 365.25 / 12
"""Days of a month on average: what a month's count is scaled to."""
_PER = 100_000


@dataclass(frozen=True, slots=True)
class Changed:
    """One figure against another.

    Attributes:
        difference: Now less before.
        percent: Difference in per cent of before; NaN where before is 0.
    """

    difference: Floats
    percent: Floats


@dataclass(frozen=True, slots=True)
class P1:
    """Brå's monthly layout P1: the month, the year so far and the last twelve months, each against the same a year earlier.

    Attributes:
        count: Shape (rows, 3).
        change: Shape (rows, 3).
        percent: Shape (rows, 3); NaN at base 0, printed as a point.
        per_100_000: Shape (rows, 3), per 100 000 inhabitants; NaN for the month, which P1 does not tell it of, and without a population.
    """

    count: Floats
    change: Floats
    percent: Floats
    per_100_000: Floats


def rolling_sum(values: Floats, months: int = YEAR) -> Floats:
    """Sum of each month and those before it.

    Args:
        values: Counts by month along the last axis; NaN for a gap.
        months: How many months a sum holds, >= 1.

    Returns:
        Same shape. NaN where a month of the sum is a gap or lies before the first: a year of eleven months would be read as a fall.

    Raises:
        ValueError: months < 1.

    Reference: SCB's and Brå's rolling twelve months. Not for: telling when something changed; the sum answers up to a year late.
    """
    if months < 1:
        raise ValueError(f"{months} months")
    rolled = np.full(values.shape, np.nan)
    if values.shape[-1] >= months:
        rolled[..., months - 1 :] = np.lib.stride_tricks.sliding_window_view(values, months, axis=-1).sum(axis=-1)
    return rolled


def year_to_date(values: Floats, numbers: Ints) -> Floats:
    """Sum of each month and those before it in its calendar year.

    Args:
        values: Counts by month along the last axis; NaN for a gap.
        numbers: The months, consecutive, shape (months,).

    Returns:
        Same shape. NaN from the first gap of a year on, and for a year whose January lies before the first month.

    Raises:
        ValueError: Shapes differ, or the months are not consecutive.

    Reference: Brå's layout P1. Not for: a year whose last month is partly delivered; leave that month out, or count the same days of both years.
    """
    _check_consecutive(values, numbers)
    summed = np.full(values.shape, np.nan)
    for at, number in enumerate(numbers.tolist()):
        january = at - number % YEAR
        if january >= 0:
            summed[..., at] = values[..., january : at + 1].sum(axis=-1)
    return summed


def year_before(values: Floats) -> Floats:
    """The value twelve months before each.

    Args:
        values: By month along the last axis.

    Returns:
        Same shape; NaN for the first twelve.

    Reference: definition. Not for: months with moved holidays (Easter) or of another number of weekends; see `scaled_by_days`.
    """
    before = np.full(values.shape, np.nan)
    before[..., YEAR:] = values[..., :-YEAR]
    return before


def change(now: Floats, before: Floats) -> Changed:
    """Difference and percentage.

    Args:
        now: Any shape; NaN where there is none.
        before: Same shape.

    Returns:
        Both NaN where either figure is; the percentage NaN at base 0, where any growth is infinite.

    Reference: Brå's layout P1 (case 15). Not for: judging whether something changed; a percentage of a small number says nothing of chance.
    """
    difference = now - before
    percent = np.full(np.shape(difference), np.nan)
    np.divide(100 * difference, before, out=percent, where=before > 0)
    return Changed(difference, percent)


def same_days_last_year(first: date, last: date) -> tuple[date, date]:
    """Give the same days a year earlier.

    Args:
        first: The first day.
        last: The last day, not before the first.

    Returns:
        The same day of the month in the year before. 29 February becomes 28 February: the two parts of the years then differ by a day, which
        `days` of both tells, rather than that a March day is compared with a February day.

    Raises:
        ValueError: The last day is before the first.

    Reference: none; the rule is ours. Not for: comparing weekdays; the same date is another day of the week.
    """
    if last < first:
        raise ValueError(f"{first} > {last}")
    return _a_year_earlier(first), _a_year_earlier(last)


def days_of(numbers: Ints) -> Ints:
    """Days of each month: 28 to 31, shape as given."""
    months = numbers.astype("datetime64[M]")
    days: Ints = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    return days


def scaled_by_days(values: Floats, numbers: Ints, weights: Floats | None = None) -> Floats:
    """Counts as if every month were equally long.

    Args:
        values: Counts by month along the last axis; NaN for a gap.
        numbers: The months, shape (months,).
        weights: How many events a day of each weekday has beside an average day, Monday first, shape (7,), > 0. None: all days alike.

    Returns:
        Same shape: events per 30.4375 average days. February grows by 8.7 per cent.

    Raises:
        ValueError: Shapes differ, or the weights are not seven above 0.

    Reference: month-length adjustment, Hyndman & Athanasopoulos, Forecasting: principles and practice, section 3.1; trading-day weights as X-13's.
    Not for: adding up to a year; the scaled months do not sum to the count.
    """
    if values.shape[-1:] != numbers.shape:
        raise ValueError(f"{values.shape} and {numbers.shape}")
    if weights is None:
        return values * (MEAN_MONTH / days_of(numbers))
    if weights.shape != (7,) or not (weights > 0).all():
        raise ValueError("seven weights above 0")
    scaled: Floats = values * (MEAN_MONTH / (weekdays_of(numbers) @ (weights / weights.mean())))
    return scaled


def weekdays_of(numbers: Ints) -> Ints:
    """How many Mondays, Tuesdays ... Sundays each month has, shape (months, 7)."""
    first = numbers.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    # 1 January 1970 was a Thursday.
    begins = (first + 3) % 7
    extra = days_of(numbers) - 28
    weekdays: Ints = 4 + (((np.arange(7) - begins[:, None]) % 7) < extra[:, None]).astype(np.int64)
    return weekdays


def p1(values: Floats, numbers: Ints, population: Floats | None = None) -> P1:
    """Brå's monthly layout P1 for the last month given.

    Args:
        values: Counts by kind of crime (or area) and month, shape (rows, months), at least 24 consecutive months; NaN for a gap.
        numbers: The months, shape (months,).
        population: Inhabitants of each row, shape (rows,); None for none.

    Returns:
        The month, the year so far and the last twelve months.

    Raises:
        ValueError: Shapes differ, the months are not consecutive, or there are fewer than 24.

    Reference: Brå, Anmälda brott, table P1 (case 15). Not for: a month that is not delivered in full.
    """
    _check_consecutive(values, numbers)
    if len(numbers) < 2 * YEAR:
        raise ValueError(f"{len(numbers)} months")
    sums = (values, year_to_date(values, numbers), rolling_sum(values))
    now = np.stack([part[:, -1] for part in sums], axis=1)
    before = np.stack([part[:, -1 - YEAR] for part in sums], axis=1)
    changed = change(now, before)
    per = np.full(now.shape, np.nan)
    if population is not None:
        inhabited = np.where(population > 0, population, np.nan)
        per[:, 1:] = now[:, 1:] / inhabited[:, None] * _PER
    return P1(now, changed.difference, changed.percent, per)


def _check_consecutive(values: Floats, numbers: Ints) -> None:
    if values.shape[-1:] != numbers.shape or (np.diff(numbers) != 1).any():
        raise ValueError(f"{values.shape} are not values of {len(numbers)} consecutive months")


def _a_year_earlier(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)
