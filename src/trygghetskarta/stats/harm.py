"""Harm: counts weighed by how serious each crime is, with how certain the sum is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def total_harm(counts: Ints | Floats, days: Floats) -> tuple[Floats, Floats]:
    """Sum of counts times weight, with its variance.

    Args:
        counts: Events by category, shape (..., categories), >= 0.
        days: What one event of each category weighs, shape (categories,), >= 0, in days.

    Returns:
        Harm in days and its variance in days squared, each of shape (...). The variance is the sum of counts times weight squared: that of a
        compound Poisson sum, where each category's count is Poisson and the weights are fixed. 0 and 0 where there are no events.

    Raises:
        ValueError: There is not one weight for each category.

    Reference: Sherman, Neyroud and Neyroud 2016 for the sum; the variance is that of a weighted sum of independent Poisson counts. Not for:
    weights that were themselves estimated from the same events, or counts that come in bursts (both make the variance larger).
    """
    if counts.shape[-1:] != days.shape:
        raise ValueError(f"{counts.shape} events for {days.shape} weights")
    return counts @ days, counts @ days**2


def harm_interval(harm: Floats, variance: Floats, heaviest: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Interval of a weighted sum of Poisson counts, by the gamma distribution.

    Args:
        harm: Sum of counts times weight, any shape, >= 0.
        variance: Sum of counts times weight squared, same shape, >= 0.
        heaviest: The largest weight that one event more could have, same shape, >= 0.
        confidence: The confidence level, between 0 and 1.

    Returns:
        Lower and upper end, same shape. With one weight only this is the exact interval of the count times the weight. NaN at both ends where
        nothing could weigh anything (`heaviest` 0): no event and no weight says nothing of how much harm there is to come.

    Raises:
        ValueError: The shapes differ.

    Reference: Fay and Feuer 1997, Statistics in Medicine 16:791-801 (the default of wspoissonTest in R's asht). Not for: counts whose variance
    exceeds their mean, which need a wider interval; weights that were estimated.
    """
    if not harm.shape == variance.shape == heaviest.shape:
        raise ValueError(f"{harm.shape}, {variance.shape}, {heaviest.shape}")
    # Loaded when first needed: scipy is a large part of what a worker would carry.
    from scipy.special import gammaincinv

    tail = (1 - confidence) / 2
    some = (harm > 0) & (variance > 0)
    y, v = np.where(some, harm, 1.0), np.where(some, variance, 1.0)
    low = np.where(some, gammaincinv(y**2 / v, tail) * v / y, 0.0)
    known = (heaviest > 0) & np.isfinite(harm)
    one = np.where(known, heaviest, 1.0)
    upper_y, upper_v = np.where(known, harm, 0.0) + one, np.where(known, variance, 0.0) + one**2
    high = gammaincinv(upper_y**2 / upper_v, 1 - tail) * upper_v / upper_y
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def per_event(harm: Floats, events: Ints | Floats) -> Floats:
    """Days of harm per event.

    Args:
        harm: Sum of counts times weight, any shape, >= 0.
        events: The events that have a weight, same shape, >= 0.

    Returns:
        Same shape; NaN where no event has a weight: a mean of nothing is no number.

    Raises:
        ValueError: The shapes differ.

    Reference: the crime harm index per crime of Sherman, Neyroud and Neyroud 2016. Not for: events without a weight, which are left out of both.
    """
    if harm.shape != events.shape:
        raise ValueError(f"{harm.shape} != {events.shape}")
    some = events > 0
    return np.where(some, harm / np.where(some, events, 1), np.nan)


def per_event_variance(harm: Floats, variance: Floats, events: Ints | Floats) -> Floats:
    """Variance of the days of harm per event.

    Args:
        harm: Sum of counts times weight, any shape, >= 0.
        variance: Sum of counts times weight squared, same shape.
        events: The events that have a weight, same shape.

    Returns:
        Same shape: the variance of a ratio by the delta method, which comes to the spread of the weights among the events over their number.
        NaN where no event has a weight; 0 where all events weigh the same, as then only the count can vary.

    Raises:
        ValueError: The shapes differ.

    Reference: variance of a ratio of two sums over the same events (Cochran 1977, 6.3). Not for: fewer than some ten events.
    """
    mean = per_event(harm, events)
    some = events > 0
    return np.where(some, np.maximum(variance - mean * harm, 0) / np.where(some, events, 1).astype(np.float64) ** 2, np.nan)


def difference_interval(
    now: tuple[Floats, Floats], before: tuple[Floats, Floats], confidence: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Difference of two independent sums with its interval, by the normal distribution.

    Args:
        now: A sum and its variance, each of any one shape.
        before: The sum compared with, likewise.
        confidence: The confidence level, between 0 and 1.

    Returns:
        The difference, and the lower and upper end of its interval; NaN where either is not known.

    Raises:
        ValueError: The shapes differ.

    Reference: Wald interval of a difference; the variances add. Not for: sums of a few events, whose distribution is far from normal; use
    `certain` to leave those open.
    """
    if not now[0].shape == now[1].shape == before[0].shape == before[1].shape:
        raise ValueError(f"{now[0].shape}, {now[1].shape}, {before[0].shape}, {before[1].shape}")
    from scipy.special import ndtri

    difference = now[0] - before[0]
    half = ndtri(1 - (1 - confidence) / 2) * np.sqrt(now[1] + before[1])
    return difference, difference - half, difference + half


def effective_events(harm: Floats, variance: Floats) -> Floats:
    """How many events of one weight would have as uncertain a sum: harm squared over its variance.

    Args:
        harm: Sum of counts times weight, any shape, >= 0.
        variance: Sum of counts times weight squared, same shape, >= 0.

    Returns:
        Same shape, >= 0: the count itself where all weights are equal, and fewer the more a few heavy events make up the sum. 0 for no harm.

    Raises:
        ValueError: The shapes differ.

    Reference: Kish's effective sample size, for weights. Not for: comparing areas; it tells how far a sum may be trusted.
    """
    if harm.shape != variance.shape:
        raise ValueError(f"{harm.shape} != {variance.shape}")
    some = variance > 0
    return np.where(some, harm**2 / np.where(some, variance, 1), 0.0)
