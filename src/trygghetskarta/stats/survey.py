"""Shares found by a survey: their intervals, the difference between two, and how two measures of the same areas rank together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.stats.ranks import midranks
from trygghetskarta.stats.rates import wilson_interval

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_CONFIDENCE = 0.95
_LEAST_PAIRS = 4
_ROUNDING = 1e-12
_LEAST_WIDTH = 1e-6


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares with their intervals.

    Attributes:
        share: Any shape, 0 to 1; NaN where there is none.
        low: Lower end of the 95 % interval, same shape.
        high: Upper end, same shape.
        answers: How many answers of a simple random sample the share is worth, same shape: the answers there were, less what the design
            costs where the survey's own interval tells it.
        designed: True where the interval is the survey's own, False where it is Wilson's, same shape.
    """

    share: Floats
    low: Floats
    high: Floats
    answers: Floats
    designed: Bools

    def part(self, at: int | list[int], axis: int) -> Shares:
        """Give those at one place of an axis, which is then gone, or at some of its places."""
        share, low, high, answers = (
            np.asarray(np.take(part, at, axis), np.float64) for part in (self.share, self.low, self.high, self.answers)
        )
        return Shares(share, low, high, answers, np.asarray(np.take(self.designed, at, axis), np.bool_))


@dataclass(frozen=True, slots=True)
class Difference:
    """How much one share is larger than another.

    Attributes:
        value: The first less the second, -1 to 1; NaN where either is lacking.
        low: Lower end of the 95 % interval.
        high: Upper end.
        p: Probability of a difference at least as large if there were none, two-sided.
    """

    value: Floats
    low: Floats
    high: Floats
    p: Floats


@dataclass(frozen=True, slots=True)
class RankCorrelation:
    """How alike two measures order the same areas.

    Attributes:
        rho: Spearman's coefficient, -1 to 1; None where it cannot be worked out.
        low: Lower end of its 95 % interval.
        high: Upper end.
        pairs: How many areas have both.
    """

    rho: float | None
    low: float | None
    high: float | None
    pairs: int


def shares_of(share: Floats, n: Floats, half_width: Floats) -> Shares:
    """Give shares the interval that the survey states, and where it states none Wilson's.

    Args:
        share: Shares, any shape, 0 to 1; NaN for none.
        n: Answers, same shape, >= 0.
        half_width: Half the survey's own 95 % interval, same shape, 0 to 1; NaN where it states none. A half width of 0, or of less than
            a millionth, is none: a share of a sample is never known for certain.

    Returns:
        Shares with intervals within 0 to 1.

    Raises:
        ValueError: The shapes differ.

    Reference: the design effect, Kish 1965: answers = share x (1 - share) / (half width / 1.96)^2. Not for: shares of everybody.
    """
    from scipy.special import ndtri

    if not share.shape == n.shape == half_width.shape:
        raise ValueError(f"{share.shape}, {n.shape}, {half_width.shape}")
    z = float(ndtri((1 + _CONFIDENCE) / 2))
    designed = (half_width >= _LEAST_WIDTH) & ~np.isnan(share)
    low, high = wilson_interval(share * n, n)
    variance = share * (1 - share)
    stated = designed & (variance > _ROUNDING)
    error = np.where(stated, half_width / z, 1.0)
    answers = np.where(stated, variance / error**2, n)
    return Shares(
        share=share,
        low=np.where(designed, (share - half_width).clip(0, 1), low),
        high=np.where(designed, (share + half_width).clip(0, 1), high),
        answers=np.where(np.isnan(share), np.nan, answers),
        designed=designed,
    )


def difference(first: Shares, second: Shares) -> Difference:
    """Difference between two shares of different people, with its interval and a test.

    Args:
        first: Shares, any shape.
        second: The shares taken from them, same shape.

    Returns:
        The difference, Newcombe's hybrid interval (the two shares' own intervals, squared and added) and the p value of the pooled two-sided
        test. All NaN where either share is lacking; p is 1 where both shares are 0 or both are 1.

    Raises:
        ValueError: The shapes differ.

    Reference: Newcombe 1998, Statistics in Medicine 17, 873-890, method 10; with the survey's own intervals it is MOVER (Zou & Donner 2008).
    Not for: two shares of the same people (yes and no to one question, the same panel twice), or shares from different surveys.
    """
    from scipy.special import ndtr

    if first.share.shape != second.share.shape:
        raise ValueError(f"{first.share.shape} != {second.share.shape}")
    value = first.share - second.share
    down = np.sqrt((first.share - first.low) ** 2 + (second.high - second.share) ** 2)
    up = np.sqrt((first.high - first.share) ** 2 + (second.share - second.low) ** 2)
    answers = first.answers + second.answers
    both = np.where(answers > 0, answers, np.nan)
    pooled = (first.share * first.answers + second.share * second.answers) / both
    spread = pooled * (1 - pooled)
    known = ~np.isnan(spread) & (first.answers > 0) & (second.answers > 0)
    # Where all or none of both answered so, there is nothing that could differ.
    alike = known & (spread < _ROUNDING)
    error = np.sqrt(np.where(known & ~alike, spread * both / np.where(known, first.answers * second.answers, 1.0), 1.0))
    p = np.where(alike, 1.0, 2 * ndtr(-np.abs(value) / error))
    return Difference(
        value=np.where(known, value, np.nan),
        low=np.where(known, (value - down).clip(-1, 1), np.nan),
        high=np.where(known, (value + up).clip(-1, 1), np.nan),
        p=np.where(known, p, np.nan),
    )


def rank_correlation(first: Floats, second: Floats) -> RankCorrelation:
    """Spearman's rank correlation of two measures of the same areas, with its interval.

    Args:
        first: Shape (areas,), NaN where lacking.
        second: Shape (areas,), likewise.

    Returns:
        The coefficient of the areas that have both, equal values having their mean rank, and Bonett and Wright's interval (Fisher's z with the
        variance (1 + rho^2 / 2) / (n - 3)). None with fewer than four such areas, or where either measure is the same everywhere.

    Raises:
        ValueError: The shapes differ.

    Reference: Spearman 1904; Bonett & Wright 2000, Psychometrika 65, 23-28. Not for: causes. Areas differ in more than the two measures, and
    what holds for areas need not hold for people.
    """
    from scipy.special import ndtri

    if first.shape != second.shape:
        raise ValueError(f"{first.shape} != {second.shape}")
    both = ~np.isnan(first) & ~np.isnan(second)
    pairs = int(both.sum())
    if pairs < _LEAST_PAIRS:
        return RankCorrelation(None, None, None, pairs)
    x, y = midranks(first[both]), midranks(second[both])
    x, y = x - x.mean(), y - y.mean()
    spread = float(np.sqrt((x**2).sum() * (y**2).sum()))
    if spread == 0:
        return RankCorrelation(None, None, None, pairs)
    rho = min(1.0, max(-1.0, float((x * y).sum()) / spread))
    if abs(rho) > 1 - _ROUNDING:
        return RankCorrelation(round(rho), round(rho), round(rho), pairs)
    reach = float(ndtri((1 + _CONFIDENCE) / 2)) * ((1 + rho**2 / 2) / (pairs - 3)) ** 0.5
    return RankCorrelation(rho, float(np.tanh(np.arctanh(rho) - reach)), float(np.tanh(np.arctanh(rho) + reach)), pairs)
