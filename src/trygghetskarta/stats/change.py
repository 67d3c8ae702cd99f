"""Two counts against each other: the ratio of their rates, its interval, and how likely so great a difference is by chance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SMALL = 1000
"""Below so many events in all `change_p` takes the E-test; from there the exact conditional test, which is as sharp then, and faster."""

_TIE = 1 + 1e-7
_TINY, _NEARLY, _FAR = 1e-300, 0.999, 1e15
_REACH, _LEAST, _BEYOND, _RUN = 8.0, 6.0, 49.0, 64


@dataclass(frozen=True, slots=True)
class RateRatio:
    """The ratio of two rates.

    Attributes:
        ratio: First rate over second; infinity where the second count is 0, NaN where both are.
        low: Lower end of its interval; 0 where the first count is 0 or the end is below 10^-15, NaN where both are 0.
        high: Upper end; infinity where the second count is 0 or the end is beyond 10^15, NaN where both are 0.
    """

    ratio: Floats
    low: Floats
    high: Floats


def rate_ratio(counts: Ints, exposures: Floats, inflation: Floats | float = 1.0, confidence: float = 0.95) -> RateRatio:
    """The ratio of two Poisson rates with its exact conditional interval.

    Given their sum, the first of two Poisson counts is binomial: the interval of its share (Clopper and Pearson) is an interval of the ratio.

    Args:
        counts: Events, shape (..., 2), >= 0.
        exposures: Days, person-years or the like that each was counted over, shape (..., 2), > 0.
        inflation: How many times a Poisson variance each count has, >= 1, shape (...) or one for all. Both counts are divided by it, which makes
            the interval wider and leaves the ratio as it is; at 1 the interval is exact.
        confidence: The confidence level, between 0 and 1.

    Returns:
        Ratios of shape (...). 0 against 0 is NaN throughout: nothing happened, so nothing is known of the ratio.

    Raises:
        ValueError: `counts` is not of two columns.

    Reference: R's poisson.test; Przyborowski and Wilenski (1940). Not for: counts that share events, or whose variance exceeds their mean
    while `inflation` is left at 1.
    """
    first, second, longer = _pairs(counts, exposures)
    tail = (1 - confidence) / 2
    a, b = first / inflation, second / inflation
    nothing = first + second == 0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = first / second * longer
        # Where a count is 0 the beta distribution has no such parameter and the end is known: 0, or infinity.
        low = np.where(first > 0, _odds(np.maximum(a, _TINY), b + 1, tail), 0.0) * longer
        high = np.where(second > 0, _odds(a + 1, np.maximum(b, _TINY), 1 - tail), np.inf) * longer
    return RateRatio(*(np.where(nothing, np.nan, value) for value in (ratio, low, high)))


def conditional_p(counts: Ints, exposures: Floats) -> Floats:
    """Two-sided p-value that two Poisson rates are equal, exact given the sum of the counts.

    The p-value is the probability of all outcomes no more likely than the one seen, as in R's binom.test and poisson.test.

    Args:
        counts: Events, shape (..., 2), >= 0.
        exposures: What each was counted over, shape (..., 2), > 0.

    Returns:
        Shape (...), 0 to 1; 1 for 0 against 0.

    Raises:
        ValueError: `counts` is not of two columns.

    Reference: R's poisson.test. Not for: over-dispersed counts (`scaled_p`).
    """
    from scipy.special import betainc

    first, second, longer = _pairs(counts, exposures)
    total, share = first + second, 1 / (1 + longer)
    expected = total * share
    limit = _log_binomial(first, total, share) + np.log(_TIE)
    above = first > expected
    # The outcomes on the other side that are as unlikely: from the expected value outward they only get less likely.
    near = np.where(above, np.floor(expected), np.ceil(expected))
    far = np.where(above, -1.0, total + 1)
    while (np.abs(far - near) > 1).any():
        middle = np.trunc((near + far) / 2)
        likely = _log_binomial(middle, total, share) > limit
        near, far = np.where(likely, middle, near), np.where(likely, far, middle)
    # The one nearest to the expected value may itself be unlikely enough.
    other = np.where(_log_binomial(near, total, share) > limit, far, near)
    upper, lower = np.where(above, first, other), np.where(above, other, first)
    # Both tails of the binomial distribution as incomplete beta functions; below none and above all there is nothing, and up to all there is all.
    at_most = np.where(
        lower < 0, 0.0, np.where(lower < total, betainc(np.maximum(total - lower, 1), np.maximum(lower, 0) + 1, 1 - share), 1.0)
    )
    inside = (upper > 0) & (upper <= total)
    at_least = np.where(
        inside, betainc(np.where(inside, upper, 1), np.where(inside, total - upper, 0) + 1, share), np.where(upper > total, 0.0, 1.0)
    )
    tails = at_most + at_least
    return np.where((total == 0) | (first == expected), 1.0, np.minimum(tails, 1.0))


def scaled_p(counts: Ints, exposures: Floats, inflation: Floats | float) -> Floats:
    """Two-sided p-value that two rates are equal, of counts that vary more than Poisson counts do.

    Both counts are divided by their inflation, and the tail of the conditional distribution is doubled: the p-value that goes with the interval
    of `rate_ratio`.

    Args:
        counts: Events, shape (..., 2), >= 0.
        exposures: What each was counted over, shape (..., 2), > 0.
        inflation: How many times a Poisson variance each count has, >= 1, shape (...) or one for all.

    Returns:
        Shape (...), 0 to 1; 1 for 0 against 0.

    Raises:
        ValueError: `counts` is not of two columns.

    Reference: quasi-likelihood (Wedderburn 1974), by effective counts as survey statistics have effective sample sizes (Korn and Graubard 1998).
    Not for: counts that vary as Poisson counts (`conditional_p` is sharper).
    """
    from scipy.special import betainc

    first, second, longer = _pairs(counts, exposures)
    a, b, share = first / inflation, second / inflation, 1 / (1 + longer)
    at_least = np.where(first > 0, betainc(np.maximum(a, _TINY), b + 1, share), 1.0)
    at_most = np.where(second > 0, betainc(np.maximum(b, _TINY), a + 1, 1 - share), 1.0)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(at_least, at_most)))


def e_test_p(counts: Ints, exposures: Floats) -> Floats:
    """Two-sided p-value that two Poisson rates are equal, by the E-test: sharper than the conditional test for small counts.

    The common rate is estimated from both counts. The p-value is the probability, at that rate, of a standardised difference
    as great as the one seen.

    Args:
        counts: Events, shape (..., 2), >= 0. Time and memory grow with the number of pairs and the root of the largest expected count.
        exposures: What each was counted over, shape (..., 2), > 0.

    Returns:
        Shape (...), 0 to 1; 1 for 0 against 0.

    Raises:
        ValueError: `counts` is not of two columns.

    Reference: Krishnamoorthy and Thomson (2004), J. Stat. Plan. Inference 119. Not for: counts in the thousands, over-dispersed counts.
    """
    _pairs(counts, exposures)
    shape = counts.shape[:-1]
    table = np.concatenate([counts.reshape(-1, 2), np.broadcast_to(exposures, counts.shape).reshape(-1, 2)], axis=1)
    result = np.ones(len(table))
    # Pairs of like size are worked out together: each run is as wide as its largest needs.
    order = np.argsort(table[:, 0] + table[:, 1], kind="stable")
    for run in (order[at : at + _RUN] for at in range(0, len(order), _RUN)):
        result[run] = _e_test(table[run])
    return result.reshape(shape)


def change_p(counts: Ints, exposures: Floats, inflation: Floats) -> Floats:
    """Two-sided p-value that two rates are equal, by the test that suits each pair.

    Args:
        counts: Events, shape (pairs, 2), >= 0.
        exposures: What each was counted over, shape (pairs, 2), > 0.
        inflation: How many times a Poisson variance each count has, shape (pairs,), >= 1.

    Returns:
        Shape (pairs,): `scaled_p` where the inflation exceeds 1, otherwise `e_test_p` below `SMALL` events in all and `conditional_p` from there and
        beyond seven standard deviations.

    Raises:
        ValueError: `counts` is not of two columns.

    Reference: as for the three. Not for: choosing the test after seeing the p-values; the choice hangs on the total and on other years alone.
    """
    scaled = inflation > 1
    # So far out that the E-test's own sums would round to nothing, the conditional test still tells one p-value from another.
    beyond = _standardised(np.concatenate([counts, exposures], axis=1)) > _BEYOND
    small = ~scaled & ~beyond & (counts.sum(axis=-1) < SMALL)
    result: Floats = np.ones(len(counts))
    if scaled.any():
        result[scaled] = scaled_p(counts[scaled], exposures[scaled], inflation[scaled])
    if small.any():
        result[small] = e_test_p(counts[small], exposures[small])
    plain = ~scaled & ~small
    if plain.any():
        result[plain] = conditional_p(counts[plain], exposures[plain])
    return result


def _pairs(counts: Ints, exposures: Floats) -> tuple[Floats, Floats, Floats]:
    """Give both counts, and how many times longer the second was counted than the first."""
    if counts.ndim == 0 or counts.shape[-1] != 2:
        raise ValueError(f"{counts.shape} has no two columns")
    spans = np.broadcast_to(np.asarray(exposures, np.float64), counts.shape)
    return counts[..., 0].astype(np.float64), counts[..., 1].astype(np.float64), spans[..., 1] / spans[..., 0]


def _odds(a: Floats, b: Floats, share: float) -> Floats:
    """Give the quantile of a beta distribution as odds: itself over what is left to 1."""
    from scipy.special import betaincinv

    quantile = np.asarray(betaincinv(a, b, share))
    rest = np.asarray(1 - quantile)
    # So near to 1 the difference has lost its digits, and the mirrored distribution has them.
    close = quantile > _NEARLY
    if close.any():
        rest[close] = betaincinv(np.asarray(b)[close], np.asarray(a)[close], 1 - share)
    odds = quantile / rest
    # An end so far out, on either side, says no more than that there is none, and what is worked out from it would overflow.
    return np.asarray(np.where(odds > _FAR, np.inf, np.where(odds < 1 / _FAR, 0.0, odds)))


def _log_binomial(hits: Floats, total: Floats, share: Floats) -> Floats:
    from scipy.special import gammaln, xlog1py, xlogy

    inside = (hits >= 0) & (hits <= total)
    k = np.clip(hits, 0, total)
    found = gammaln(total + 1) - gammaln(k + 1) - gammaln(total - k + 1) + xlogy(k, share) + xlog1py(total - k, -share)
    return np.where(inside, found, -np.inf)


def _e_test(pairs: Floats) -> Floats:
    """Give the p-value of every row of counts and exposures, (pairs, 4)."""
    n1, n2 = pairs[:, [2]], pairs[:, [3]]
    common = (pairs[:, [0]] + pairs[:, [1]]) / (n1 + n2)
    square = _standardised(pairs)[:, None]
    (start1, mass1), (start2, mass2) = _poisson_mass(n1 * common), _poisson_mass(n2 * common)
    first = start1 + np.arange(mass1.shape[1])
    x = first / n1
    # For a first count the second counts that differ as much are those outside the two roots of a quadratic.
    middle = n2 * x + square / 2
    root = n2 * np.sqrt(x * (square * (1 / n2 + 1 / n1)) + square**2 / (4 * n2**2))
    slack = 1e-9 * (1 + middle + root)
    root -= slack
    below, above = np.floor(middle - root), np.ceil(middle + root)
    # No event in either is no difference, though its spread of 0 makes it a root.
    below[first == 0] = -1
    last = mass2.shape[1]
    up_to, from_on = np.zeros((2, len(pairs), last + 1))
    np.cumsum(mass2, axis=1, out=up_to[:, 1:])
    np.cumsum(mass2[:, ::-1], axis=1, out=from_on[:, -2::-1])
    row = np.arange(len(pairs))[:, None] * (last + 1)
    tails = np.take(up_to, row + np.clip(below + 1 - start2, 0, last).astype(np.int64))
    tails += np.take(from_on, row + np.clip(above - start2, 0, last).astype(np.int64))
    p = (mass1 * np.minimum(tails, 1.0)).sum(axis=1)
    # Equal rates are no difference at all, and every outcome differs as much.
    return np.where(square[:, 0] > 0, np.minimum(p, 1.0), 1.0)


def _standardised(pairs: Floats) -> Floats:
    """Give the square of the standardised difference of every row of counts and exposures, (pairs, 4)."""
    first, second, n1, n2 = pairs.T
    spread = first / n1**2 + second / n2**2
    return np.asarray((first / n1 - second / n2) ** 2 / np.where(spread > 0, spread, 1.0))


def _poisson_mass(means: Floats) -> tuple[Ints, Floats]:
    """Give the probabilities of the outcomes round each mean that count for anything, (pairs, outcomes), and the first outcome of each."""
    reach = _REACH * np.sqrt(means + _LEAST)
    start = np.maximum(np.floor(means - reach), 0).astype(np.int64)
    outcomes = start + np.arange(int((means + reach - start).max(initial=0.0)) + 1)
    log_factorials = _log_factorials(1 << int(outcomes.max(initial=0)).bit_length())
    mass = np.exp(outcomes * np.log(np.maximum(means, 1e-300)) - means - log_factorials[outcomes])
    # No further for a mean that stands beside a larger one: a pair's p-value is its own, whatever others are asked for with it.
    return start, np.where(outcomes <= means + reach, mass, 0.0)


@lru_cache(maxsize=32)
def _log_factorials(count: int) -> Floats:
    from scipy.special import gammaln

    table = np.asarray(gammaln(np.arange(count) + 1.0))
    table.setflags(write=False)
    return table
