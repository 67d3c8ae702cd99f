"""Many tests at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Adjust p values so that the share of false findings among all findings is kept down.

    Args:
        p_values: Shape (tests,), 0 to 1; NaN for a test that could not be made, which then counts as none.

    Returns:
        Shape (tests,): adjusted p values, 0 to 1; NaN where there was no test.

    Reference: Benjamini & Hochberg 1995; R's p.adjust(method = "BH"). Not for: tests of which not one may be wrong (use Holm).
    """
    adjusted = np.full(p_values.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p_values))
    falling = tested[np.argsort(-p_values[tested], kind="stable")]
    scaled = p_values[falling] * len(tested) / np.arange(len(tested), 0, -1)
    adjusted[falling] = np.minimum(np.minimum.accumulate(scaled), 1.0) if len(tested) else scaled
    return adjusted
