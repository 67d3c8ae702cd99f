"""How much of a month is known so far, from how earlier months became known: the run-off triangle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Runoff:
    """What a triangle says of its months.

    Attributes:
        factors: How many times larger the count becomes from one age to the next, (ages - 1,); NaN where nothing was known at the age.
        known: The count known so far, (months,).
        ultimate: The count expected at the last age, (months,); NaN where it cannot be estimated.
        error: Standard error of `ultimate`, (months,).
        share: Share of the expected count that is known so far, 0 to 1, (months,); NaN where it cannot be estimated.
        low: Lower end of the share's 95 % interval, (months,).
        high: Upper end, at most 1, (months,).
    """

    factors: Floats
    known: Floats
    ultimate: Floats
    error: Floats
    share: Floats
    low: Floats
    high: Floats


def chain_ladder(triangle: Floats) -> Runoff:
    """Estimate by the chain ladder how much of each month is known.

    Args:
        triangle: Counts known so far, shape (months, ages), months in any order: row by month of the event, column by how many months after it
            began to count they were known. Not falling along a row. NaN for ages not yet reached: a row is known up to some age and NaN after it.

    Returns:
        The factors, and for every month the share known with its interval.

    Raises:
        ValueError: The triangle has fewer than two ages, a row without any value, a value after a NaN,
            or a row that falls.

    Reference: Mack (1993), Distribution-free calculation of the standard error of chain ladder reserve estimates, ASTIN Bulletin 23:2; the
    interval is of a lognormal ultimate with his standard error, as he proposes. Not for: months that became known otherwise than those before them (a
    register delivered years at once, a new way of reporting), or counts that fall as they mature.
    """
    observed = _checked(triangle)
    age = observed.sum(axis=1) - 1
    factors, spread, weight = _development(triangle, observed)
    months, ages = triangle.shape
    known = triangle[np.arange(months), age]
    ultimate = known.copy()
    relative = np.zeros(months)
    for step in range(ages - 1):
        # A month of no known events has nothing to be multiplied, and one at an age where nothing was ever known has no factor.
        runs = age <= step
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = spread[step] / factors[step] ** 2 * (1 / ultimate + 1 / weight[step])
        relative[runs] += np.where(ultimate[runs] > 0, variance[runs], np.nan)
        ultimate[runs] *= factors[step]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(age == ages - 1, 1.0, np.where(ultimate > 0, known / ultimate, np.nan))
    sigma = np.sqrt(np.log1p(np.where(age == ages - 1, 0.0, relative)))
    return Runoff(
        factors=factors,
        known=known,
        ultimate=ultimate,
        error=ultimate * np.sqrt(relative),
        share=share,
        low=share * np.exp(-_NORMAL_95 * sigma),
        high=np.minimum(share * np.exp(_NORMAL_95 * sigma), 1.0),
    )


def _checked(triangle: Floats) -> npt.NDArray[np.bool_]:
    """Tell which cells are known, of a triangle that is one."""
    if triangle.ndim != 2 or triangle.shape[1] < 2:
        raise ValueError(f"a triangle of shape {triangle.shape} has nothing to develop")
    observed = ~np.isnan(triangle)
    if not observed[:, 0].all() or (observed[:, 1:] & ~observed[:, :-1]).any():
        raise ValueError("a month is known from its first age to some age, without a gap")
    if (np.diff(triangle, axis=1) < 0).any():
        raise ValueError("a count that is known so far does not fall")
    return observed


def _development(triangle: Floats, observed: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Give each step's factor, its variance parameter (Mack's sigma squared), and the sum of counts the factor rests on."""
    steps = triangle.shape[1] - 1
    factors, spread, weight = np.full(steps, np.nan), np.full(steps, np.nan), np.zeros(steps)
    for step in range(steps):
        both = observed[:, step + 1]
        before, after = triangle[both, step], triangle[both, step + 1]
        weight[step] = before.sum()
        if weight[step] == 0:
            continue
        factors[step] = after.sum() / weight[step]
        some = before > 0
        if some.sum() > 1:
            spread[step] = (before[some] * (after[some] / before[some] - factors[step]) ** 2).sum() / (some.sum() - 1)
    if steps > 2 and np.isnan(spread[-1]) and not np.isnan(factors[-1]):
        spread[-1] = _last_spread(spread[-3], spread[-2])
    return factors, spread, weight


def _last_spread(third_last: float, second_last: float) -> float:
    """Extend the variance to the last step, which rests on one month only: Mack's rule."""
    if third_last == 0:
        return 0.0
    return float(min(second_last**2 / third_last, third_last, second_last))
