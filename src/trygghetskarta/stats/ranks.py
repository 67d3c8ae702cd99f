"""Ranks, and what they tell of groups: of scipy only its functions are loaded, as all its distributions take a worker a second."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def midranks(values: Floats) -> Floats:
    """Rank values from 1, equal ones with the mean of the ranks they take.

    Args:
        values: Shape (n,), none missing.

    Returns:
        Shape (n,).
    """
    _, which, ties = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(ties) - (ties - 1) / 2)[which]
    return ranks


def groups_differ(groups: list[Floats]) -> float:
    """Give Kruskal and Wallis's p-value: of the hypothesis that no group tends to larger values than another.

    Args:
        groups: The values of each, shape (n,), at least one and none missing.

    Returns:
        The p-value, corrected for ties, by the chi-squared approximation; 1 where all values are equal.

    Reference: Kruskal & Wallis 1952, JASA 47, 583-621. Not for: groups of fewer than five values, where the approximation is rough.
    """
    values = np.concatenate(groups)
    number = len(values)
    if np.ptp(values) == 0:
        return 1.0
    from scipy.special import chdtrc

    sizes = np.array([len(group) for group in groups])
    sums = np.add.reduceat(midranks(values), np.cumsum(sizes) - sizes)
    _, ties = np.unique(values, return_counts=True)
    tied = 1 - float((ties.astype(np.float64) ** 3 - ties).sum()) / (number**3 - number)
    between = 12 / (number * (number + 1)) * float((sums**2 / sizes).sum()) - 3 * (number + 1)
    return float(chdtrc(len(groups) - 1, between / tied))
