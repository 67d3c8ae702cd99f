"""Does the level of a series change all at once, and when: a test for one break that is not taken in by season or growth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from trygghetskarta.stats.trend import (
    LEAST_EVENTS,
    month_terms,
    neighbour_correlation,
    poisson_fit,
    widened,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

YEAR = 12
LEAST_PART = 12
"""So many months on either side of a break."""
LEAST_MONTHS = 36
_DRAWS = 4999
_SEED = 1898
_TOLD_APART = 1e-6
_SQUARED_95 = 3.841458820694124


@dataclass(frozen=True, slots=True)
class Pettitt:
    """Pettitt's test.

    Attributes:
        statistic: The largest difference of ranks, K.
        last: Place of the last value before the change.
        p_value: Approximate, two-sided; at most 1.
    """

    statistic: int
    last: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Break:
    """The most likely break of a series, and whether there is one at all.

    Attributes:
        month: The first month of the new level, as months since 1970.
        earliest: The first month that fits nearly as well (statistic within 3.84 of the largest).
        latest: The last such month.
        statistic: The largest of the tests, as an F of one degree of freedom (sup F).
        p_value: Of no break, by simulation.
        percent: How much the level changes at `month`, beside season and growth.
        low: Lower end of its 95 % interval, as if the month were known beforehand.
        high: Upper end.
    """

    month: int
    earliest: int
    latest: int
    statistic: float
    p_value: float
    percent: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Under:
    """What a series may do without breaking: have a season, and grow or fall steadily."""

    season: bool = True
    growth: bool = True


SERVED = Under()


def pettitt(values: Floats) -> Pettitt:
    """Test for a change of level, on ranks.

    Args:
        values: In the order of time, at least two; NaN for a gap.

    Returns:
        The test; p 1 where all values are equal.

    Raises:
        ValueError: Fewer than two values.

    Reference: Pettitt (1979), Applied Statistics 28:2. Not for: telling a break from steady growth, which it takes for one, or a season.
    """
    told = np.flatnonzero(~np.isnan(values))
    kept = values[told]
    n = len(kept)
    if n < 2:
        raise ValueError("fewer than two values")
    sums = np.sign(kept[:, None] - kept[None, :]).sum(axis=1).cumsum()[:-1]
    at = int(np.abs(sums).argmax())
    statistic = int(abs(sums[at]))
    return Pettitt(statistic, int(told[at]), float(min(2 * np.exp(-6 * statistic**2 / (n**3 + n**2)), 1.0)))


def level_break(counts: Floats, numbers: Ints, exposure: Floats | None = None, under: Under = SERVED) -> Break:
    """Test for one sudden change of level, beside season and steady growth.

    A log-linear model without a break is fitted. At each month that could begin a new level the deviations from there on are summed; a break makes
    one such sum large (a score test, so no further fit is needed). The square of the largest, by the dispersion that is left beside it, is compared
    with that of 4 999 series of normal deviations, drawn from a fixed seed, that went through the same. That allows for having looked at every month,
    for season, growth and gaps.

    Args:
        counts: Consecutive months, (months,), >= 0; NaN for a gap.
        numbers: The months, as months since 1970, (months,).
        exposure: What counts are proportional to, (months,), > 0. None: 1.
        under: What the series may do without breaking.

    Returns:
        The most likely break; whether there is one is for `p_value` to say.

    Raises:
        ValueError: Fewer than 36 months or 20 events, or no month has a year of counts on either side.

    Reference: Andrews (1993), Econometrica 61:4, for the largest of the tests; Hansen (1992) for growing terms; with a constant level it gives
    strucchange's sup F of the Nile. Not for: several breaks, or a slow bend.
    """
    told = ~np.isnan(counts)
    columns, used = month_terms(counts, numbers) if under.season else (np.ones((len(counts), 1)), told)
    if used.sum() < LEAST_MONTHS or counts[used].sum() < LEAST_EVENTS:
        raise ValueError("too little to tell a break of")
    terms = np.column_stack([columns, _years(numbers)] if under.growth else [columns])[used]
    months, share = numbers[used], None if exposure is None else exposure[used]
    fit = poisson_fit(counts[used], terms, share)
    steps = _steps(months, terms, np.sqrt(fit.mean))
    deviation = (counts[used] - fit.mean) / np.sqrt(fit.mean)
    squares = (steps.bare @ deviation) ** 2
    at = int(squares.argmax())
    rest = deviation - steps.bare[at] * (steps.bare[at] @ deviation)
    wider = widened(_correlation(rest, used), len(months))
    squares /= max(float((rest**2).sum()) / (fit.freedom - 1), 1.0) * wider
    near = np.flatnonzero(squares >= squares[at] - _SQUARED_95)
    first = int(steps.months[at])
    return Break(
        first,
        int(steps.months[near[0]]),
        int(steps.months[near[-1]]),
        float(squares[at]),
        _p_value(float(squares[at]), _by_chance(tuple(numbers[told].tolist()), under)),
        *_step(counts[used], np.column_stack([terms, months >= first]), share, wider),
    )


@dataclass(frozen=True, slots=True)
class _Steps:
    """The breaks looked for.

    Attributes:
        months: The first month of each new level, (breaks,).
        bare: What of each step the model without a break cannot follow, in the scale of deviations, length 1, (breaks, months).
        basis: Orthonormal columns that span what that model can follow, (months, terms).
    """

    months: Ints
    bare: Floats
    basis: Floats


def _years(numbers: Ints) -> Floats:
    years: Floats = (numbers - numbers.mean()) / YEAR
    return years


def _steps(months: Ints, terms: Floats, root: Floats) -> _Steps:
    firsts = months[LEAST_PART : len(months) - LEAST_PART + 1]
    basis = np.linalg.qr(terms * root[:, None])[0]
    steps = (months >= firsts[:, None]) * root
    bare = steps - (steps @ basis) @ basis.T
    length = np.linalg.norm(bare, axis=1)
    told = length > _TOLD_APART * np.linalg.norm(steps, axis=1)
    if not told.any():
        raise ValueError("no step can be told from the season and the growth")
    return _Steps(firsts[told], bare[told] / length[told, None], basis)


@lru_cache(maxsize=64)
def _by_chance(months: tuple[int, ...], under: Under) -> Floats:
    """Give the largest statistic of each series drawn, ascending: of months that vary alike, whatever their level, so areas share it."""
    numbers = np.array(months, np.int64)
    columns = np.eye(YEAR)[numbers % YEAR] if under.season else np.ones((len(numbers), 1))
    columns = columns[:, columns.any(axis=0)]
    steps = _steps(numbers, np.column_stack([columns, _years(numbers)] if under.growth else [columns]), np.ones(len(numbers)))
    drawn = np.random.default_rng(_SEED).standard_normal((len(numbers), _DRAWS))
    drawn -= steps.basis @ (steps.basis.T @ drawn)
    largest = ((steps.bare @ drawn) ** 2).max(axis=0)
    freedom = len(numbers) - steps.basis.shape[1] - 1
    found: Floats = np.sort(largest / (((drawn**2).sum(axis=0) - largest) / freedom))
    found.setflags(write=False)
    return found


def _p_value(statistic: float, by_chance: Floats) -> float:
    """Share of the series drawn whose statistic is as large; the observed one counts as one of them."""
    return float((1 + len(by_chance) - np.searchsorted(by_chance, statistic)) / (len(by_chance) + 1))


def _correlation(rest: Floats, used: Bools) -> float:
    everywhere = np.full(used.shape, np.nan)
    everywhere[used] = rest
    return neighbour_correlation(everywhere)


def _step(counts: Floats, terms: Floats, exposure: Floats | None, wider: float) -> tuple[float, float, float]:
    """Give the change of level at a known break, in per cent, with its interval."""
    from scipy.special import stdtrit

    fit = poisson_fit(counts, terms, exposure)
    change, error = float(fit.coefficients[-1]), float(np.sqrt(fit.covariance[-1, -1] * fit.dispersion * wider))
    reach = float(stdtrit(fit.freedom, 0.975)) * error
    percent, low, high = (100 * float(np.expm1(min(end, 30.0))) for end in (change, change - reach, change + reach))
    return percent, low, high
