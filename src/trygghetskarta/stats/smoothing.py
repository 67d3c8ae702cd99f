"""Rates of small areas, drawn towards what they have in common."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def empirical_bayes(counts: npt.NDArray[np.int64], population: Floats) -> Floats:
    """Smooth rates towards the rate of all areas together: the smaller the area, the more.

    Args:
        counts: Events, shape (areas,), >= 0.
        population: What the rate is per, shape (areas,), > 0.

    Returns:
        Shape (areas,): events per unit of population. A variance between areas estimated below zero is taken as zero.

    Raises:
        ValueError: The shapes differ.

    Reference: Marshall 1991, as R's spdep::EBest. Not for: areas where nobody lives.
    """
    if counts.shape != population.shape:
        raise ValueError(f"{counts.shape} != {population.shape}")
    total = population.sum()
    if not total > 0:
        return np.full(counts.shape, np.nan)
    mean = counts.sum() / total
    rates = counts / population
    between = max(float((population * (rates - mean) ** 2).sum() / total - mean / (total / len(counts))), 0.0)
    within = mean / population
    weight = np.divide(between, between + within, out=np.zeros(counts.shape), where=between + within > 0)
    return np.asarray(mean + weight * (rates - mean), np.float64)
