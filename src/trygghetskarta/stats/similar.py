"""Which areas are like which: distances over several measures at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LEAST_SPREAD = 1e-9


def standardised(values: Floats, logged: npt.NDArray[np.bool_]) -> Floats:
    """Put measures of different units on one scale: standard deviations from the mean of the areas.

    Args:
        values: Shape (areas, measures), in the units of each; NaN where not known.
        logged: Shape (measures,): True for a measure whose logarithm is taken first, so that twice as much counts alike everywhere.

    Returns:
        Shape (areas, measures). NaN in every measure for an area that lacks one, or has one of 0 or less that is to be logged: it is like no
        other. NaN in all rows of a measure that is the same in all the other areas, which tells none of them apart.

    Raises:
        ValueError: `logged` has another length than there are measures.

    Reference: z-scores with the divisor n - 1 of the areas that have all measures. Not for: measures that tell the same thing twice; each
    counts in full.
    """
    if values.shape[1:] != logged.shape:
        raise ValueError(f"{values.shape} != {logged.shape}")
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.where(logged, np.log(values), values)
    whole = np.isfinite(scaled).all(axis=1)
    result = np.full(values.shape, np.nan)
    if whole.sum() < 2:
        return result
    known = scaled[whole]
    mean, spread = known.mean(axis=0), known.std(axis=0, ddof=1)
    telling = spread > _LEAST_SPREAD * np.maximum(np.abs(mean), 1.0)
    result[np.ix_(whole, telling)] = (known[:, telling] - mean[telling]) / spread[telling]
    return result


def distances(scores: Floats, one: int) -> Floats:
    """How far every area is from one of them.

    Args:
        scores: As `standardised` gives them, shape (areas, measures).
        one: Number of the area.

    Returns:
        Shape (areas,): the root of the mean squared difference over the measures that tell areas apart, so 1 is one standard deviation in every
        measure; 0 for the area itself. NaN where either area lacks a measure, and for all when no measure tells any apart.

    Reference: the standardised Euclidean distance (scipy's seuclidean) over the root of the number of measures; as CIPFA's nearest neighbours
    model does for English councils. Not for: causes; areas alike in these measures may differ in what matters for crime.
    """
    telling = ~np.isnan(scores).all(axis=0)
    if not telling.any():
        return np.full(len(scores), np.nan)
    found: Floats = np.sqrt(((scores[:, telling] - scores[one, telling]) ** 2).mean(axis=1))
    return found


def nearest(distance: Floats, one: int, count: int) -> Ints:
    """Give the areas that are nearest to one.

    Args:
        distance: As `distances` gives them, shape (areas,).
        one: Number of the area, which is not among them.
        count: How many at the most, >= 0.

    Returns:
        Numbers of areas, nearest first; of two equally far the first. Fewer where fewer have a distance.
    """
    others = np.array([number for number in range(len(distance)) if number != one and not np.isnan(distance[number])], np.int64)
    found: Ints = others[np.argsort(distance[others], kind="stable")][:count]
    return found
