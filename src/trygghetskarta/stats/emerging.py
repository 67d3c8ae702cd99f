"""Hot spots over time: which last, which have come, which have gone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from trygghetskarta.stats.clusters import Shuffles, getis_ord, permutation_p, shuffles
from trygghetskarta.stats.multiple import benjamini_hochberg

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FEWEST_PERIODS = 4
LEVEL = 0.05
_LASTING = 0.75


class Emerging(StrEnum):
    """What an area has been over the periods."""

    PERSISTENT = "persistent"
    EMERGING = "emerging"
    INTERMITTENT = "intermittent"
    FORMER = "former"
    NEW = "new"
    NONE = "none"
    NOT_APPLICABLE = "notApplicable"


@dataclass(frozen=True, slots=True)
class Periods:
    """Gi* of every period by itself.

    Attributes:
        z: Shape (areas, periods): the statistic.
        p: Shape (areas, periods): two-sided, by permutation.
        adjusted: Shape (areas, periods): p adjusted for the areas of the period.
        hot: Shape (areas, periods): True where the period's values are high there.
        tested: Shape (areas, periods): True where there was a test.
    """

    z: Floats
    p: Floats
    adjusted: Floats
    hot: Bools
    tested: Bools


def per_period(values: Floats, pairs: Ints) -> Periods:
    """Find the hot spots of every period by itself.

    Args:
        values: Shape (areas, periods), any unit; NaN where there is none.
        pairs: Shape (pairs, 2): areas that border on each other, each pair both ways.

    Returns:
        Gi* and its p values; hot where the adjusted p is at most `LEVEL` and the statistic above zero.

    Reference: Ord & Getis 1995; Benjamini & Hochberg 1995 within a period. Not for: adding up p values over periods: they are not independent.
    """
    z, p = (np.full(values.shape, np.nan) for _ in range(2))
    adjusted = np.full(values.shape, np.nan)
    orders: dict[int, Shuffles] = {}
    most = int(np.bincount(pairs[:, 0]).max(initial=0)) + 1 if len(pairs) else 1
    for period in range(values.shape[1]):
        column = values[:, period]
        n = int(np.isfinite(column).sum())
        if n and n not in orders:
            orders[n] = shuffles(n, min(n, most))
        z[:, period] = getis_ord(column, pairs, itself=True)
        p[:, period] = permutation_p(column, pairs, itself=True, orders=orders.get(n))
        adjusted[:, period] = benjamini_hochberg(p[:, period])
    # Where all the values are equal there is no test, but there is an answer: nothing is hot.
    tested = np.isfinite(values)
    return Periods(z, p, adjusted, (np.nan_to_num(adjusted, nan=1.0) <= LEVEL) & (np.nan_to_num(z) > 0), tested)


def classes(hot: Bools, tested: Bools) -> list[Emerging]:
    """Say what each area has been over the periods.

    Of the periods that were tested, T in number:
    persistent - hot in the last and in at least three quarters of the T;
    new - hot in the last and in no other;
    emerging - hot in the last two at least, and in more of the later half than of the earlier, but not persistent;
    intermittent - hot in the last and in some other, but neither persistent nor emerging;
    former - not hot in the last, but in two others at least;
    none - hot in none, or in a single one that is not the last.

    Args:
        hot: Shape (areas, periods), the oldest first.
        tested: Shape (areas, periods): False where there was nothing to test; such a period is left out for that area.

    Returns:
        One class per area; NOT_APPLICABLE with fewer than `FEWEST_PERIODS` tested. Of an odd number of periods the middle one is in neither half.

    Raises:
        ValueError: The shapes differ.

    Reference: after the categories of Esri's Emerging Hot Spot Analysis, fewer and defined here. Not for: cold spots.
    """
    if hot.shape != tested.shape:
        raise ValueError(f"{hot.shape} != {tested.shape}")
    return [_class(row[known]) for row, known in zip(hot, tested, strict=True)]


def _class(hot: Bools) -> Emerging:
    periods, times = len(hot), int(hot.sum())
    if periods < FEWEST_PERIODS:
        return Emerging.NOT_APPLICABLE
    if not hot[-1]:
        return Emerging.FORMER if times >= 2 else Emerging.NONE
    if times == 1:
        return Emerging.NEW
    if times >= _LASTING * periods:
        return Emerging.PERSISTENT
    half = periods // 2
    rising = bool(hot[-2]) and int(hot[-half:].sum()) > int(hot[:half].sum())
    return Emerging.EMERGING if rising else Emerging.INTERMITTENT
