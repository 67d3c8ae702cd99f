"""Many tests at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def benjamini_hochberg(p: Floats) -> Floats:
    """P-values adjusted so that a cut at q holds the expected share of false findings among the findings at q.

    Args:
        p: P-values, shape (tests,), 0 to 1; NaN for a test that was not made, which is counted in no number of tests.

    Returns:
        Shape (tests,), 0 to 1, in the same order; NaN where `p` is. Never below `p`, and in the same order of size.

    Reference: Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57; R's p.adjust(method = "BH"). Holds for independent tests and for positively
    dependent ones (Benjamini and Yekutieli 2001). Not for: promising that no finding at all is false (`holm`).
    """
    made = np.flatnonzero(~np.isnan(p))
    order = made[np.argsort(-p[made], kind="stable")]
    ranks = np.arange(len(order), 0, -1)
    result = np.full(p.shape, np.nan)
    result[order] = np.minimum(np.minimum.accumulate(p[order] * len(order) / ranks), 1.0) if len(order) else p[order]
    return result


def holm(p: Floats) -> Floats:
    """P-values adjusted so that a cut at a holds the chance of any false finding at a.

    Args:
        p: P-values, shape (tests,), 0 to 1; NaN for a test that was not made.

    Returns:
        Shape (tests,), 0 to 1, in the same order; NaN where `p` is. Never below what `benjamini_hochberg` gives.

    Reference: Holm (1979), Scand. J. Stat. 6; R's p.adjust(method = "holm"). Holds whatever the dependence. Not for: searching many areas for
    the few that changed, where it misses most.
    """
    made = np.flatnonzero(~np.isnan(p))
    order = made[np.argsort(p[made], kind="stable")]
    left = np.arange(len(order), 0, -1)
    result = np.full(p.shape, np.nan)
    result[order] = np.minimum(np.maximum.accumulate(p[order] * left), 1.0) if len(order) else p[order]
    return result
