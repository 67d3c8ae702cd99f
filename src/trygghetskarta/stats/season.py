"""The season of a monthly series: classical decomposition, and STL."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from trygghetskarta.stats.ranks import groups_differ

Floats = npt.NDArray[np.float64]

YEAR = 12
LEAST_YEARS = 3
"""So many full years before anything is said of a season."""


class Model(StrEnum):
    """How season and trend make the value: one more, or so many times as many."""

    ADDITIVE = "additive"
    MULTIPLICATIVE = "multiplicative"


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A series in parts: trend + season + remainder, or trend * season * remainder.

    Attributes:
        index: The season of January to December, (12,): round 0 when additive, round 1 when multiplicative.
        trend: The level without season, (months,); NaN where it cannot be told.
        season: `index` of each month, (months,).
        remainder: What is left, (months,); NaN with `trend`.
        p_value: Of the hypothesis that no month of the year differs from another.
    """

    index: Floats
    trend: Floats
    season: Floats
    remainder: Floats
    p_value: float


@dataclass(frozen=True, slots=True)
class StlSettings:
    """What STL is run with; R's names beside ours.

    Attributes:
        seasonal: Months of the same name that a season is smoothed over, odd (s.window).
        trend: Months the trend is smoothed over, odd (t.window); None for the smallest odd number above 1.5 * 12 / (1 - 1.5 / seasonal).
        seasonal_degree: 0 or 1 (s.degree).
        robust: Let outlying months weigh less (15 outer rounds of 2 inner ones; else 5 inner ones).
        inner: Inner rounds; None for those.
        outer: Outer rounds; None for those.
        jumps: Months between fits of season, trend and low-pass filter, with a straight line between (s.jump, t.jump, l.jump).
    """

    seasonal: int = 13
    trend: int | None = None
    seasonal_degree: int = 1
    robust: bool = True
    inner: int | None = None
    outer: int | None = None
    jumps: tuple[int, int, int] = (1, 1, 1)


@dataclass(frozen=True, slots=True)
class Stl:
    """What STL makes of a series: trend + season + remainder = value.

    Attributes:
        trend: (months,).
        season: (months,); may change from year to year.
        remainder: (months,).
        weights: How much each month weighed in the end, 0 to 1; all 1 when not robust.
    """

    trend: Floats
    season: Floats
    remainder: Floats
    weights: Floats


SERVED = StlSettings()


def centred_mean(values: Floats) -> Floats:
    """Mean of a year round each month: eleven months whole and the two ends half.

    Args:
        values: (months,); NaN for a gap.

    Returns:
        (months,). NaN within six months of either end or of a gap.

    Reference: R's decompose; the 2 x 12 moving average. Not for: the last half year, of which it says nothing.
    """
    smooth = np.full(values.shape, np.nan)
    if len(values) > YEAR:
        weights = np.full(YEAR + 1, 1 / YEAR)
        weights[[0, -1]] /= 2
        smooth[YEAR // 2 : -YEAR // 2] = np.lib.stride_tricks.sliding_window_view(values, YEAR + 1) @ weights
    return smooth


def classical(values: Floats, first_of_year: int, model: Model) -> Decomposition:
    """Season index by classical decomposition.

    Args:
        values: Counts of consecutive months, (months,), >= 0; NaN for a gap.
        first_of_year: Which month of the year the first is, 1 to 12.
        model: Additive, or multiplicative.

    Returns:
        The parts. A gap takes the trend of the six months on either side with it, and those months say nothing of the season.

    Raises:
        ValueError: Some month of the year has no value with a trend: that takes more than two years, without gaps in the same place every year.

    Reference: R's decompose (case 17; Kendall & Stuart); the test is Kruskal and Wallis's on the values without trend, as X-13 uses it.
    Not for: a season that changes over the years (see `stl`), or counts so small that the trend is near 0.
    """
    trend = centred_mean(values)
    multiplies = model is Model.MULTIPLICATIVE
    if multiplies:
        # Where nothing at all happens in a year there is nothing to be so many times as many as.
        trend = np.where(trend > 0, trend, np.nan)
    bare = values / trend if multiplies else values - trend
    of_year = (first_of_year - 1 + np.arange(len(values))) % YEAR
    groups = [bare[(of_year == month) & ~np.isnan(bare)] for month in range(YEAR)]
    if not all(len(group) for group in groups):
        raise ValueError("some month of the year has no value with a trend")
    means = np.array([group.mean() for group in groups])
    index = means / means.mean() if multiplies else means - means.mean()
    season = index[of_year]
    remainder = bare - season
    if multiplies:
        remainder = np.full(values.shape, np.nan)
        np.divide(bare, season, out=remainder, where=season > 0)
    return Decomposition(index, trend, season, remainder, groups_differ(groups))


def stl(values: Floats, settings: StlSettings = SERVED) -> Stl:
    """Trend and season by STL: smoothing by local regression.

    Args:
        values: Consecutive months, (months,), at least three full years, no gaps.
        settings: How to smooth. The served ones are robust, seasonal 13, degree 1, trend 21.

    Returns:
        The parts.

    Raises:
        ValueError: There is a gap, or fewer than 36 months.

    Reference: Cleveland et al. (1990), STL: a seasonal-trend decomposition procedure based on loess, Journal of Official Statistics 6:1; run by
    statsmodels. R's stl has other defaults: the season's degree is 0 and values are joined by straight lines (jumps of a tenth of the window).
    Not for: counts of a few events a month, or telling a sudden change of level, which STL smooths over.
    """
    if len(values) < LEAST_YEARS * YEAR or np.isnan(values).any():
        raise ValueError("STL needs three full years without a gap")
    # Loaded when first needed: statsmodels is large.
    from statsmodels.tsa.seasonal import STL

    seasonal_jump, trend_jump, low_pass_jump = settings.jumps
    found = STL(
        values,
        period=YEAR,
        seasonal=settings.seasonal,
        trend=settings.trend,
        seasonal_deg=settings.seasonal_degree,
        robust=settings.robust,
        seasonal_jump=seasonal_jump,
        trend_jump=trend_jump,
        low_pass_jump=low_pass_jump,
    ).fit(inner_iter=settings.inner, outer_iter=settings.outer)
    return Stl(*(np.asarray(part, np.float64) for part in (found.trend, found.seasonal, found.resid, found.weights)))
