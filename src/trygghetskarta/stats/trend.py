"""Does a series rise or fall: a log-linear regression for counts, and tests on ranks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

YEAR = 12
LEAST_EVENTS = 20
LEAST_MONTHS = 24
"""So many events over so many months before a slope is estimated."""
_ROUNDS = 50
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Fit:
    """A log-linear model of counts, fitted by Poisson likelihood.

    Attributes:
        coefficients: (terms,).
        covariance: Of the coefficients if counts varied as Poisson's, (terms, terms).
        mean: Expected counts, (observations,).
        dispersion: Pearson's statistic by its degrees of freedom: how many times more the counts vary than Poisson's. 1 when that is not more; NaN
            without degrees of freedom.
        freedom: Degrees of freedom.
    """

    coefficients: Floats
    covariance: Floats
    mean: Floats
    dispersion: float
    freedom: int


@dataclass(frozen=True, slots=True)
class Slope:
    """Change per year, as a share of the level.

    Attributes:
        percent: Per cent per year.
        low: Lower end of its 95 % interval.
        high: Upper end.
        p_value: Of no change.
        dispersion: How many times more the months vary than by Poisson, at least 1.
        correlation: Correlation of a month's deviation with that of the month before.
        mean: What the model expects of each month, (months,); NaN for a gap.
    """

    percent: float
    low: float
    high: float
    p_value: float
    dispersion: float
    correlation: float
    mean: Floats


@dataclass(frozen=True, slots=True)
class Ranked:
    """Mann and Kendall's test.

    Attributes:
        statistic: Pairs that rise less pairs that fall (S).
        variance: Of the statistic, allowing for ties.
        z: With correction for continuity; 0 where all values are equal.
        p_value: Two-sided.
        tau: Kendall's tau-b; NaN where all values are equal. For a seasonal test the statistic by the pairs that are not tied.
    """

    statistic: int
    variance: float
    z: float
    p_value: float
    tau: float


def poisson_fit(counts: Floats, terms: Floats, exposure: Floats | None = None) -> Fit:
    """Fit log(mean / exposure) = terms @ coefficients.

    Args:
        counts: (observations,), >= 0.
        terms: (observations, terms), of full rank.
        exposure: What the mean is proportional to, (observations,), > 0. None: 1.

    Returns:
        The fit; the errors of the coefficients are the roots of `dispersion` times the diagonal of `covariance` (quasi-Poisson).

    Raises:
        ValueError: Shapes differ, nothing happened at all, the terms are not of full rank, or no finite coefficients fit best.

    Reference: McCullagh & Nelder, Generalized Linear Models; R's glm (case 18: warpbreaks). Not for: more zeros than the variance tells.
    """
    if counts.shape != terms.shape[:1] or not counts.sum() > 0:
        raise ValueError(f"{counts.shape} and {terms.shape}, or nothing happened")
    offset = np.zeros(len(counts)) if exposure is None else np.log(exposure)
    mean = (counts + counts.mean()) / 2
    coefficients: Floats = np.zeros(terms.shape[1])
    for _ in range(_ROUNDS):
        working = np.log(mean) - offset + (counts - mean) / mean
        weighed = terms * mean[:, None]
        try:
            fitted: Floats = np.asarray(np.linalg.solve(weighed.T @ terms, weighed.T @ working), np.float64)
        except np.linalg.LinAlgError as error:
            raise ValueError("the terms are not of full rank") from error
        step = np.abs(fitted - coefficients).max()
        coefficients = fitted
        mean = np.exp(np.clip(terms @ coefficients + offset, -30.0, 30.0)).astype(np.float64)
        if step < 1e-10:
            break
    else:
        raise ValueError("no finite coefficients fit best")
    freedom = len(counts) - terms.shape[1]
    pearson = float(((counts - mean) ** 2 / mean).sum())
    dispersion = max(pearson / freedom, 1.0) if freedom > 0 else np.nan
    try:
        covariance: Floats = np.linalg.inv((terms * mean[:, None]).T @ terms)
    except np.linalg.LinAlgError as error:
        raise ValueError("no finite coefficients fit best") from error
    return Fit(coefficients, covariance, mean, float(dispersion), freedom)


def month_terms(counts: Floats, numbers: Ints) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Give one column for each month of the year in which anything happened, and which months of the series stand under one.

    A month of the year in which nothing ever happened says nothing of a change, and its level has no logarithm.
    """
    of_year = numbers % YEAR
    told = ~np.isnan(counts)
    some = np.array([counts[told & (of_year == month)].sum() > 0 for month in range(YEAR)])
    return np.eye(YEAR)[of_year][:, some], told & some[of_year]


def yearly_slope(counts: Floats, numbers: Ints, exposure: Floats | None = None, step_from: int | None = None) -> Slope:
    """Per cent per year, by a log-linear model with a level for each month of the year.

    Args:
        counts: Consecutive months, (months,), >= 0; NaN for a gap.
        numbers: The months, as months since 1970, (months,).
        exposure: What counts are proportional to, days or person-years, (months,), > 0. None: 1.
        step_from: A month from which the level may be another: the slope is then that of both parts. None: one level.

    Returns:
        The slope with an interval by Student's t, widened by the dispersion, and by the correlation of neighbouring months where that is more than
        chance allows (variance times (1 + r) / (1 - r), as of an autoregression of the first order).

    Raises:
        ValueError: Fewer than 24 months or 20 events, or no slope can be told (all events in one end of the series).

    Reference: McCullagh & Nelder; for the correlation Bartlett (1946). Not for: a series with a break of level (see `breaks`): a step is not a slope.
    """
    columns, used = month_terms(counts, numbers)
    if used.sum() < LEAST_MONTHS or counts[used].sum() < LEAST_EVENTS:
        raise ValueError("too little to tell a slope of")
    years = (numbers - numbers[used].mean()) / YEAR
    step = [] if step_from is None else [(numbers >= step_from).astype(np.float64)]
    terms = np.column_stack([columns, years, *step])[used]
    fit = poisson_fit(counts[used], terms, None if exposure is None else exposure[used])
    if fit.freedom < 1:
        raise ValueError("too little to tell a slope of")
    at = columns.shape[1]
    correlation = neighbour_correlation(deviations(counts, fit, used))
    error = float(np.sqrt(fit.covariance[at, at] * fit.dispersion * widened(correlation, int(used.sum()))))
    return _told(float(fit.coefficients[at]), error, fit, (correlation, _everywhere(fit.mean, used)))


def _told(slope: float, error: float, fit: Fit, rest: tuple[float, Floats]) -> Slope:
    from scipy.special import stdtr, stdtrit

    reach = float(stdtrit(fit.freedom, 0.975)) * error
    low, percent, high = (100 * float(np.expm1(end)) for end in (slope - reach, slope, slope + reach))
    p_value = 2 * float(stdtr(fit.freedom, -abs(slope) / error))
    return Slope(percent, low, high, p_value, fit.dispersion, *rest)


def deviations(counts: Floats, fit: Fit, used: npt.NDArray[np.bool_]) -> Floats:
    """Give the deviation of each month from what was expected, by the root of that, (months,); NaN for a gap."""
    return _everywhere((counts[used] - fit.mean) / np.sqrt(fit.mean), used)


def _everywhere(values: Floats, used: npt.NDArray[np.bool_]) -> Floats:
    spread = np.full(used.shape, np.nan)
    spread[used] = values
    return spread


def neighbour_correlation(deviation: Floats) -> float:
    """Correlation of each month's deviation with that of the month before; 0 where there are no such pairs or no deviations.

    Args:
        deviation: (months,), with mean near 0; NaN for a gap.

    Returns:
        Between -1 and 1.

    Reference: the sample autocorrelation of lag 1. Not for: months far apart.
    """
    both = ~np.isnan(deviation[1:]) & ~np.isnan(deviation[:-1])
    square = float(np.nanmean(deviation**2)) if (~np.isnan(deviation)).any() else 0.0
    if not both.any() or square == 0:
        return 0.0
    return float(np.clip((deviation[1:][both] * deviation[:-1][both]).mean() / square, -1, 1))


def widened(correlation: float, months: int) -> float:
    """How many times larger variances are for months that follow each other: 1 where the correlation is no more than chance allows."""
    if correlation <= 1.645 / np.sqrt(months):
        return 1.0
    held = min(correlation, 0.9)
    return (1 + held) / (1 - held)


def mann_kendall(values: Floats) -> Ranked:
    """Test whether values rise or fall.

    Args:
        values: In the order of time, (values,); NaN for a gap.

    Returns:
        The test. Fewer than three values, or all equal, give z 0 and p 1.

    Reference: Mann (1945), Econometrica 13; Kendall (1975), also for ties. Not for: series with a season (see `seasonal_mann_kendall`), or
    correlated values.
    """
    kept = values[~np.isnan(values)]
    statistic, variance = _score(kept)
    pairs = len(kept) * (len(kept) - 1) / 2
    tied = sum(size * (size - 1) / 2 for size in _ties(kept))
    return _ranked(statistic, variance, float(np.sqrt(pairs * (pairs - tied))))


def seasonal_mann_kendall(values: Floats, numbers: Ints) -> Ranked:
    """Test whether values rise or fall, January against January and so on.

    Args:
        values: By month, (months,); NaN for a gap.
        numbers: The months, (months,).

    Returns:
        The test: statistics and variances of the twelve summed.

    Reference: Hirsch, Slack & Smith (1982), Water Resources Research 18:1; R's trend (smk.test). Not for: months correlated with the next.
    """
    statistic, variance, untied = 0, 0.0, 0.0
    for month in range(YEAR):
        kept = values[(numbers % YEAR == month) & ~np.isnan(values)]
        score, its_variance = _score(kept)
        statistic, variance = statistic + score, variance + its_variance
        untied += len(kept) * (len(kept) - 1) / 2 - sum(size * (size - 1) / 2 for size in _ties(kept))
    return _ranked(statistic, variance, untied)


def _ranked(statistic: int, variance: float, pairs: float) -> Ranked:
    from scipy.special import ndtr

    z = (statistic - np.sign(statistic)) / np.sqrt(variance) if variance > 0 else 0.0
    tau = statistic / pairs if pairs > 0 else np.nan
    return Ranked(statistic, variance, float(z), min(2 * float(ndtr(-abs(z))), 1.0), float(tau))


def _score(values: Floats) -> tuple[int, float]:
    n = len(values)
    later = np.triu(np.sign(values[None, :] - values[:, None]), 1)
    variance = (n * (n - 1) * (2 * n + 5) - sum(size * (size - 1) * (2 * size + 5) for size in _ties(values))) / 18
    return int(later.sum()), float(variance)


def _ties(values: Floats) -> list[int]:
    return [int(size) for size in np.unique(values, return_counts=True)[1] if size > 1]


def theil_sen(values: Floats, times: Floats) -> tuple[float, float, float]:
    """Median slope of all pairs, with its 95 % interval.

    Args:
        values: (values,); NaN for a gap.
        times: (values,), no two the same.

    Returns:
        The slope per unit of time, and the ends of its interval. NaN for fewer than two values.

    Raises:
        ValueError: Shapes differ.

    Reference: Theil (1950); Sen (1968), JASA 63, for the interval, with Kendall's variance. Not for: small counts, most of whose pairs are equal.
    """
    if values.shape != times.shape:
        raise ValueError(f"{values.shape} and {times.shape}")
    told = ~np.isnan(values)
    slopes = _slopes(values[told], times[told])
    return _middle(slopes, _score(values[told])[1])


def seasonal_theil_sen(values: Floats, numbers: Ints) -> tuple[float, float, float]:
    """Median slope per year of all pairs of months of the same name, with its 95 % interval.

    Args:
        values: By month, (months,); NaN for a gap.
        numbers: The months, (months,).

    Returns:
        Events a month and year, and the ends of the interval. NaN without two months of the same name.

    Reference: Hirsch, Slack & Smith (1982); the interval as Gilbert (1987), section 17.5. Not for: small counts, most of whose pairs are equal.
    """
    every, variance = [], 0.0
    for month in range(YEAR):
        kept = (numbers % YEAR == month) & ~np.isnan(values)
        every.append(_slopes(values[kept], numbers[kept] / YEAR))
        variance += _score(values[kept])[1]
    return _middle(np.concatenate(every), variance)


def _slopes(values: Floats, times: Floats) -> Floats:
    first, second = np.triu_indices(len(values), 1)
    slopes: Floats = (values[second] - values[first]) / (times[second] - times[first])
    return slopes


def _middle(slopes: Floats, variance: float) -> tuple[float, float, float]:
    if not len(slopes):
        return (np.nan,) * 3
    ordered, reach = np.sort(slopes), _NORMAL_95 * np.sqrt(variance)
    ends = np.array([(len(ordered) - reach) / 2 - 1, (len(ordered) + reach) / 2])
    low, high = ordered[np.clip(ends.round(), 0, len(ordered) - 1).astype(np.int64)].tolist()
    return float(np.median(ordered)), low, high
