"""Sums of months beside the same a year earlier: the difference, and whether it is more than chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trygghetskarta.analysis.months import Floats, Ints, Months
from trygghetskarta.analysis.verdicts import FALSE_SHARE, SINGLE
from trygghetskarta.domain.periods import Span
from trygghetskarta.stats.change import rate_ratio, scaled_p
from trygghetskarta.stats.multiple import benjamini_hochberg
from trygghetskarta.stats.series import YEAR, Changed, change, days_of, rolling_sum, year_before, year_to_date


@dataclass(frozen=True, slots=True)
class PerDay:
    """A change per day, as a factor; NaN where there are no two sums, or nothing happened in either.

    Attributes:
        ratio: Now over before, (areas, sums); infinity where nothing happened before.
        low: Lower end of its 95 % interval.
        high: Upper end; infinity where nothing happened before.
        p_value: Of no change.
        adjusted_p: The same, allowing for that so many areas were tested.
    """

    ratio: Floats
    low: Floats
    high: Floats
    p_value: Floats
    adjusted_p: Floats


@dataclass(frozen=True, slots=True)
class Compared:
    """Sums of months beside the same a year earlier.

    Attributes:
        now: The sum, (areas, sums).
        before: The same a year earlier.
        changed: Their difference.
        days: Days of each, and of the same a year earlier, (sums, 2).
        per_day: The change per day, with its interval.
    """

    now: Floats
    before: Floats
    changed: Changed
    days: Ints
    per_day: PerDay


def is_sure(p_value: float, adjusted_p: float) -> bool:
    """Tell whether something is more than chance, however many areas were asked about; not where there is no p-value."""
    return p_value <= SINGLE and adjusted_p <= FALSE_SHARE


def rolling(months: Months, variation: Floats) -> Compared:
    """Set the twelve months up to each month beside the twelve before them.

    Args:
        months: The months.
        variation: How many times more than by Poisson each area's months vary, (areas,); NaN where that is not known, and then 1.

    Returns:
        One sum for each month.
    """
    now, days = rolling_sum(months.counts), [rolling_sum(days_of(months.numbers - back).astype(np.float64)) for back in (0, YEAR)]
    return _compared((now, year_before(now)), np.stack(days, axis=1), variation)


def this_year(months: Months, variation: Floats) -> Compared:
    """Set the year up to each month beside the same months of the year before.

    Args:
        months: The months.
        variation: As for `rolling`.

    Returns:
        One sum for each month.
    """
    now = year_to_date(months.counts, months.numbers)
    days = [year_to_date(days_of(months.numbers - back).astype(np.float64), months.numbers) for back in (0, YEAR)]
    return _compared((now, year_before(now)), np.stack(days, axis=1), variation)


def same_months(months: Months, spans: list[Span], variation: Floats) -> Compared:
    """Set some spans beside the same months of the year before.

    Args:
        months: The months.
        spans: The spans.
        variation: As for `rolling`.

    Returns:
        One sum for each span.
    """
    now, before = (np.stack([months.total(span.shifted(-back)) for span in spans], axis=1) for back in (0, YEAR))
    days = [[_days(span), _days(span.shifted(-YEAR))] for span in spans]
    return _compared((now, before), np.array(days, np.float64), variation)


def _days(span: Span) -> int:
    return int(days_of(np.arange(span.first.number, span.last.number + 1)).sum())


def _compared(sums: tuple[Floats, Floats], days: Floats, variation: Floats) -> Compared:
    now, before = sums
    told = np.isfinite(now) & np.isfinite(before)
    counts = np.where(told[..., None], np.stack([now, before], axis=-1), 0.0).astype(np.int64)
    # A sum that there is not has no days either; any length will do, for nothing is told of it.
    length = np.where(np.isfinite(days), days, 1.0)
    wider = np.where(np.isfinite(variation), variation, 1.0)[:, None]
    ratio = rate_ratio(counts, length, wider)
    p_value = np.where(counts.sum(axis=-1) > 0, scaled_p(counts, length, wider), np.nan)
    adjusted = np.stack([benjamini_hochberg(column) for column in p_value.T], axis=1) if p_value.size else p_value
    per_day = PerDay(ratio.ratio, ratio.low, ratio.high, p_value, adjusted)
    return Compared(now, before, change(now, before), np.where(np.isfinite(days), days, 0.0).astype(np.int64), per_day)
